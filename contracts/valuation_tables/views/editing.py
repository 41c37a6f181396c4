"""Valuation tables in the site: beside each other, as a file, a next version, its rows, and putting one in force."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import View

from contracts.models import BuildingBlock, Contract, Region, TableInForce, ValuationTable
from contracts.policy.loading import FaultyFile, json_from
from contracts.valuation_tables import door as table_door
from contracts.valuation_tables.forms import BlockForm, FileForm, InForceForm, SuccessorForm, TableForm
from contracts.valuation_tables.loading import FORMAT, is_used, put_in_force
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.views import ForWhoMay, Request, act_of

Alter = Callable[[table_door.Source], None]


# --- for everyone who may read it -------------------------------------------------------------------------------------


class TableFile(View):
    """The table in the exchange format, as it was loaded: it can be loaded again, here or elsewhere."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        table = get_object_or_404(visible(ValuationTable, request.access), pk=pk)
        answer = JsonResponse(
            {"format": FORMAT, **table.source}, json_dumps_params={"indent": 1, "ensure_ascii": False}
        )
        answer["Content-Disposition"] = f'attachment; filename="{filename(table)}"'
        return answer


def filename(table: ValuationTable) -> str:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in table.code)
    return f"{safe or 'bouwblokken'}.json"


class Compare(View):
    """Two tables beside each other, row by row; what differs first, or all of it."""

    def get(self, request: Request) -> HttpResponse:
        tables = list(visible(ValuationTable, request.access).select_related("region"))
        left, right = (chosen(tables, request.GET.get(side, "")) for side in ("links", "rechts"))
        if left is None:
            # The usual question: how is this other than what holds now?
            holds = visible(TableInForce, request.access).filter(valid_from__lte=localdate()).order_by("-valid_from")
            left = chosen(tables, str(holds.values_list("table", flat=True).first()))
        context: dict[str, Any] = {"heading": _("Compare tables"), "tables": tables, "left": left, "right": right}
        if left and right:
            rows = visible(BuildingBlock, request.access).filter(table__in=(left, right))
            blocks = list(rows)
            found = table_door.pairs(*([b for b in blocks if b.table_id == t.pk] for t in (left, right)))
            is_all = "alles" in request.GET
            labels = {block.code: block.label for block in blocks}
            facts = table_door.beside(*(table_door.facts_of_table(t) for t in (left, right)))
            context |= {
                "is_all": is_all,
                "facts": [fact for fact in facts if is_all or fact.differs],
                "pairs": [pair for pair in found if pair.left and pair.right and (is_all or pair.differs)],
                "only": [
                    (
                        table,
                        [(block, table_door.more_of(block, labels)) for block, other in rows if block and not other],
                    )
                    for table, rows in (
                        (left, [(pair.left, pair.right) for pair in found]),
                        (right, [(pair.right, pair.left) for pair in found]),
                    )
                ],
                "number_of_differences": sum(pair.differs for pair in found),
            }
        return render(request, "contracts/table_compare.html", context)


def chosen(tables: list[ValuationTable], pk: str) -> ValuationTable | None:
    return next((table for table in tables if str(table.pk) == pk), None)


# --- the region admin -------------------------------------------------------------------------------------------------


class ForAdmins(ForWhoMay, View):
    may = (May.MANAGE_TABLES,)
    request: Request

    @property
    def regions(self) -> Any:
        mine = self.request.access.regions_where(May.MANAGE_TABLES)
        return visible(Region, self.request.access).filter(pk__in=mine)


class Load(ForAdmins):
    """A table from a file: available to the region, not yet in force."""

    def get(self, request: Request) -> HttpResponse:
        return self.show(FileForm(regions=self.regions))

    def post(self, request: Request) -> HttpResponse:
        form = FileForm(request.POST, request.FILES, regions=self.regions)
        if not form.is_valid():
            return self.show(form, 422)
        region, file = form.cleaned_data["region"], form.cleaned_data["file"]
        try:
            data = json_from(file.read(), file.name, FORMAT)
            table, changed = table_door.load(region, data, act_of(request, _("From a file")))
        except FaultyFile as fault:
            form.add_error("file", str(fault))
            return self.show(form, 422)
        done = _("Loaded. It is not in force yet.") if changed else _("This table was there already, just like this.")
        messages.success(request, done)
        return redirect("table-detail", table.pk)

    def show(self, form: FileForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("Load a valuation table"),
            "form": form,
            "action": _("Load"),
            "back_url": reverse("table-list"),
        }
        return render(self.request, "contracts/table_load.html", context, status=status)


class OfTable(ForAdmins):
    """A page of one table of a region that one administers."""

    table: ValuationTable

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(ValuationTable, request.access).select_related("region")
        self.table = get_object_or_404(rows, pk=kwargs["pk"])
        if not table_door.may_edit(request.access, self.table.region_id):
            raise Http404
        request.region_title = self.table.region.title
        return super().dispatch(request, *args, **kwargs)

    @property
    def url(self) -> str:
        return reverse("table-detail", args=[self.table.pk])

    def change(self, seen: str, alter: Alter, why: str) -> None:
        """Through the door; a fault of the whole table is a refusal too."""
        try:
            table_door.change(self.table, seen, alter, act_of(self.request, why))
        except FaultyFile as fault:
            raise Refused(str(fault)) from None

    def closed(self) -> HttpResponse | None:
        """Where the table is in use, back to it with a word."""
        if not is_used(self.table):
            return None
        messages.info(self.request, _("This table is in use, so it stays as it is. Make a new version of it."))
        return redirect(self.url)


class Succeed(OfTable):
    """A next version that says the same, to be changed before it is put in force."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        year = localdate().year
        initial = {"code": f"{self.table.code}-{year}"[:80], "title_nl": f"{self.table.title_nl} {year}"[:200]}
        return self.show(SuccessorForm(initial=initial))

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = SuccessorForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            made = table_door.succeed(self.table, act=act_of(request), **form.cleaned_data)
        except Refused as fault:
            form.add_error("code", str(fault))
            return self.show(form, 422)
        messages.success(request, _("Made. Change what should be different, then put it in force."))
        return redirect("table-edit", made.pk)

    def show(self, form: SuccessorForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("New version of %(table)s") % {"table": self.table},
            "form": form,
            "action": _("Make the new version"),
            "back_url": self.url,
        }
        return render(self.request, "contracts/table_load.html", context, status=status)


class Edit(OfTable):
    """The facts of a table that is not in use, and its rows."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        seen = {"seen": table_door.edition(self.table)}
        return self.closed() or self.show(TableForm(initial=TableForm.initial_of(self.table) | seen))

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = TableForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            self.change(form.cleaned_data["seen"], lambda source: source.update(form.facts), _("Facts changed"))
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, 422)
        messages.success(request, _("Saved."))
        return redirect("table-edit", pk)

    def show(self, form: TableForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("Edit %(table)s") % {"table": self.table},
            "table": self.table,
            "form": form,
            "blocks": list(visible(BuildingBlock, self.request.access).filter(table=self.table)),
            "seen": table_door.edition(self.table),
            "back_url": self.url,
        }
        return render(self.request, "contracts/table_edit.html", context, status=status)


class EditRow(OfTable):
    """A row of a table that is not in use: a new one, or one that is there."""

    block: BuildingBlock | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.position = kwargs.pop("position", None)
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> list[BuildingBlock]:
        """The other rows; the one that is edited is kept apart."""
        rows = list(visible(BuildingBlock, self.request.access).filter(table=self.table))
        if self.position is not None:
            self.block = next((row for row in rows if row.position == self.position), None)
            if self.block is None:
                raise Http404
        return [row for row in rows if row != self.block]

    def form(self, data: Any = None) -> BlockForm:
        others = self.find()
        initial: dict[str, Any] = {"place": len(others) + 1}
        if self.block:
            initial = BlockForm.initial_of(self.block)
        seen = {"seen": table_door.edition(self.table)}
        return BlockForm(data, others=others, block=self.block, initial=initial | seen)

    def get(self, request: Request, pk: int) -> HttpResponse:
        form = self.form()
        return self.closed() or self.show(form)

    def post(self, request: Request, pk: int) -> HttpResponse:
        if "remove" in request.POST:
            return self.remove()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        old, place = self.block.code if self.block else "", form.cleaned_data["place"]
        try:
            self.change(
                form.cleaned_data["seen"],
                lambda source: table_door.put_row(source, form.row, old, place),
                _("Row %(row)s") % {"row": form.cleaned_data["label_nl"]},
            )
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, 422)
        messages.success(request, _("Saved."))
        return redirect("table-edit", pk)

    def remove(self) -> HttpResponse:
        self.find()
        if self.block is None:
            raise Http404
        code, label = self.block.code, self.block.label
        try:
            self.change(
                self.request.POST.get("seen", ""),
                lambda source: table_door.take_row(source, code),
                _("Row %(row)s removed") % {"row": label},
            )
            messages.success(self.request, _("Removed."))
        except Refused as fault:
            messages.error(self.request, str(fault))
        return redirect("table-edit", self.table.pk)

    def show(self, form: BlockForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": self.block.label if self.block else _("New row"),
            "table": self.table,
            "block": self.block,
            "form": form,
            "seen": table_door.edition(self.table),
            "back_url": reverse("table-edit", args=[self.table.pk]),
        }
        return render(self.request, "contracts/block_edit.html", context, status=status)


class Discard(OfTable):
    """Throw away a table that was never used."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        try:
            table_door.discard(self.table, request.POST.get("seen", ""))
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect(self.url)
        messages.success(request, _("Thrown away."))
        return redirect("table-list")


class InForce(OfTable):
    """From which day; then what that does, and only then it is done. Also taken out of the line again before it is."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show(InForceForm())

    def post(self, request: Request, pk: int) -> HttpResponse:
        if "take_away" in request.POST:
            return self.take_away()
        form = InForceForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        day = form.cleaned_data["valid_from"]
        if not request.POST.get("confirm"):
            contracts = visible(Contract, request.access)
            return self.show(form, preview=table_door.preview(self.table, day, contracts))
        try:
            put_in_force(self.table, day, act=act_of(request))
        except FaultyFile as fault:
            form.add_error("valid_from", str(fault))
            return self.show(form, 422)
        messages.success(request, _("In the line of versions. What was pinned before keeps its table."))
        return redirect(self.url)

    def take_away(self) -> HttpResponse:
        pk = self.request.POST["take_away"]
        lines = visible(TableInForce, self.request.access).select_related("region", "table")
        known = lines.filter(table=self.table, pk=pk) if pk.isdecimal() and len(pk) < 19 else lines.none()
        try:
            table_door.take_from_line(get_object_or_404(known), localdate())
            messages.success(self.request, _("Taken out of the line of versions."))
        except Refused as fault:
            messages.error(self.request, str(fault))
        return redirect(self.url)

    def show(self, form: InForceForm, status: int = 200, preview: Any = None) -> HttpResponse:
        context = {
            "heading": _("Put %(table)s in force") % {"table": self.table},
            "table": self.table,
            "form": form,
            "preview": preview,
            "back_url": self.url,
        }
        return render(self.request, "contracts/table_in_force.html", context, status=status)
