"""Valuation tables in the site: beside each other, as a file, a next version, its rows, and putting
one in force.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View

from contracts.models import BuildingBlock, Contract, Region, TableInForce, ValuationTable
from contracts.policy.loading import json_from
from contracts.valuation_tables import door as table_door
from contracts.valuation_tables.checking import checked_text
from contracts.valuation_tables.forms import (
    BlockForm,
    CheckForm,
    FileForm,
    InForceForm,
    SuccessorForm,
    TableForm,
)
from contracts.valuation_tables.keys import FIRST, FORMATS
from contracts.valuation_tables.loading import is_used
from contracts.valuation_tables.views.reading import facts
from sroi.access import May, visible
from sroi.accounts.limits import limited
from sroi.doors import Refused
from sroi.templatetags.formats import euro
from sroi.views import (
    ConfirmPage,
    FormPage,
    ForWhoMay,
    LookFirst,
    OfOne,
    Request,
    act_of,
)

# Faults on one page, and characters of the line that one is on.
MOST_SHOWN = 200
SHOWN_OF_LINE = 160
Alter = Callable[[table_door.Source], None]


# --- for everyone who may read it -----------------------------------------------------------------


class TableFile(OfOne):
    """The table in the exchange format, as it was loaded: it can be loaded again, here or
    elsewhere.
    """

    model = ValuationTable

    def get(self, request: Request, pk: int) -> HttpResponse:
        answer = JsonResponse(
            {"format": FIRST, **self.object.source},
            json_dumps_params={"indent": 1, "ensure_ascii": False},
        )
        answer["Content-Disposition"] = f'attachment; filename="{filename(self.object)}"'
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
            holds = (
                visible(TableInForce, request.access)
                .filter(valid_from__lte=localdate())
                .order_by("-valid_from")
            )
            left = chosen(tables, str(holds.values_list("table", flat=True).first()))
        context: dict[str, Any] = {
            "heading": _("Compare tables"),
            "tables": tables,
            "left": left,
            "right": right,
        }
        if left and right:
            rows = visible(BuildingBlock, request.access).filter(table__in=(left, right))
            blocks = list(rows)
            for block in blocks:
                block.table = left if block.table_id == left.pk else right
            found = table_door.pairs(
                *([b for b in blocks if b.table_id == t.pk] for t in (left, right))
            )
            is_all = "alles" in request.GET
            labels = {block.code: block.label for block in blocks}
            facts = table_door.beside(*(table_door.facts_of_table(t) for t in (left, right)))
            context |= {
                "is_all": is_all,
                "facts": [fact for fact in facts if is_all or fact.differs],
                "pairs": [
                    pair for pair in found if pair.left and pair.right and (is_all or pair.differs)
                ],
                "only": [
                    (
                        table,
                        [
                            (block, table_door.more_of(block, labels))
                            for block, other in rows
                            if block and not other
                        ],
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


@method_decorator(login_not_required, name="dispatch")
@limited("check_table", "post")
class Check(FormPage):
    """What is wrong with a table that somebody is about to publish, or how it reads; for everyone,
    and nothing is stored.
    """

    template_name = "contracts/table_check.html"
    heading = gettext_lazy("Check a valuation table")
    action = gettext_lazy("Check")
    form_class = CheckForm

    def form_valid(self, form: Any) -> HttpResponse:
        raw = form.raw
        found = checked_text(raw)
        lines = raw.decode("utf-8-sig", "replace").split("\n")
        told: dict[str, Any] = {
            "is_checked": True,
            "number": len(found.faults),
            "faults": [
                (fault, lines[fault.line - 1].strip()[:SHOWN_OF_LINE] if fault.line else "")
                for fault in found.faults[:MOST_SHOWN]
            ],
        }
        if not found.faults:
            told |= {
                "table": found.table,
                # It is in force nowhere.
                "facts": facts(found.table, [])[1:],
                "groups": table_door.groups_of(found.blocks),
            }
        return self.show(CheckForm(initial={"text": form.cleaned_data["text"]}), **told)


@method_decorator(login_not_required, name="dispatch")
class Format(View):
    """The description of the format for who publishes a table, as it stands in the repository."""

    name = ""

    def get(self, request: Request) -> FileResponse:
        language = "" if get_language() == "nl" else ".en"
        file = (
            settings.BASE_DIR / "docs" / "valuation-table" / (self.name or f"README{language}.md")
        )
        media = "application/schema+json" if self.name else "text/plain; charset=utf-8"
        return FileResponse(file.open("rb"), content_type=media)


# --- the region admin -----------------------------------------------------------------------------


class Load(ForWhoMay, FormPage):
    """A table from a file: available to the region, not yet in force."""

    capabilities = (May.MANAGE_TABLES,)
    heading = gettext_lazy("Load a valuation table")
    action = gettext_lazy("Load")
    form_class = FileForm
    refused_at = "file"
    back_url = reverse_lazy("table-list")

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = self.request.access.regions_where(May.MANAGE_TABLES)
        return super().get_form_kwargs() | {
            "regions": visible(Region, self.request.access).filter(pk__in=mine)
        }

    def do(self, form: Any) -> str:
        file = form.cleaned_data["file"]
        data = json_from(file.read(), file.name, *FORMATS)
        act = act_of(self.request, _("From a file"))
        self.made, changed = table_door.load(form.cleaned_data["region"], data, act)
        return (
            _("Loaded. It is not in force yet.")
            if changed
            else _("This table was there already, just like this.")
        )

    def get_success_url(self) -> str:
        return reverse("table-detail", args=[self.made.pk])


class OfTable(ForWhoMay, OfOne):
    """A page of one table of a region that one administers."""

    capabilities = (May.MANAGE_TABLES,)
    model = ValuationTable
    context_object_name = "table"
    table: ValuationTable

    def may(self) -> bool:
        return table_door.may_edit(self.request.access, self.table.region_id)

    @property
    def back_url(self) -> str:
        return reverse("table-detail", args=[self.table.pk])

    @property
    def edit_url(self) -> str:
        return reverse("table-edit", args=[self.table.pk])


class Succeed(OfTable, FormPage):
    """A next version that says the same, to be changed before it is put in force."""

    action = gettext_lazy("Make the new version")
    form_class = SuccessorForm
    refused_at = "code"

    @property
    def heading(self) -> str:
        return _("New version of %(table)s") % {"table": self.table}

    def get_initial(self) -> dict[str, Any]:
        year = localdate().year
        return {
            "code": f"{self.table.code}-{year}"[:80],
            "title_nl": f"{self.table.title_nl} {year}"[:200],
        }

    def do(self, form: Any) -> str:
        self.made = table_door.succeed(self.table, act=act_of(self.request), **form.cleaned_data)
        return _("Made. Change what should be different, then put it in force.")

    def get_success_url(self) -> str:
        return reverse("table-edit", args=[self.made.pk])


class Editing(OfTable, FormPage):
    """Of a table that is not in use; what was on the screen is `seen`."""

    def closed(self) -> HttpResponse | None:
        if not is_used(self.table):
            return None
        messages.info(
            self.request, _("This table is in use, so it stays as it is. Make a new version of it.")
        )
        return redirect("table-detail", self.table.pk)

    def get_success_url(self) -> str:
        return self.edit_url

    def get_initial(self) -> dict[str, Any]:
        return {"seen": table_door.edition(self.table)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(seen=table_door.edition(self.table), **kwargs)

    def change(self, seen: str, alter: Alter, why: str) -> None:
        table_door.change(self.table, seen, alter, act_of(self.request, why))


class Edit(Editing):
    """The facts of a table that is not in use, and its rows."""

    template_name = "contracts/table_edit.html"
    form_class = TableForm

    @property
    def heading(self) -> str:
        return _("Edit %(table)s") % {"table": self.table}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | TableForm.initial_of(self.table)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"table": self.table}

    def do(self, form: Any) -> str:
        self.change(
            form.cleaned_data["seen"], lambda source: source.update(form.facts), _("Facts changed")
        )
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        blocks = list(visible(BuildingBlock, self.request.access).filter(table=self.table))
        return super().get_context_data(blocks=blocks, **kwargs)


class EditRow(Editing):
    """A row of a table that is not in use: a new one, or one that is there."""

    template_name = "contracts/block_edit.html"
    form_class = BlockForm
    back_url = OfTable.edit_url

    @cached_property
    def rows(self) -> list[BuildingBlock]:
        return list(visible(BuildingBlock, self.request.access).filter(table=self.table))

    @cached_property
    def block(self) -> BuildingBlock | None:
        """The one that is edited."""
        position = self.kwargs.get("position")
        found = next((row for row in self.rows if row.position == position), None)
        if found is None and position is not None:
            raise Http404
        return found

    @property
    def heading(self) -> str:
        return self.block.label if self.block else _("New row")

    def get_form_kwargs(self) -> dict[str, Any]:
        others = [row for row in self.rows if row != self.block]
        initial = BlockForm.initial_of(self.block) if self.block else {"place": len(others) + 1}
        given = super().get_form_kwargs()
        return given | {
            "table": self.table,
            "others": others,
            "block": self.block,
            "initial": initial | given["initial"],
        }

    def do(self, form: Any) -> str:
        given, old = form.cleaned_data, self.block.code if self.block else ""

        def alter(source: table_door.Source) -> None:
            if form.question:
                table_door.put_question(source, form.question)
            table_door.put_row(source, form.row, old, given["place"])

        self.change(given["seen"], alter, _("Row %(row)s") % {"row": given["label_nl"]})
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.block, **kwargs)


class TakesAway(OfTable, ConfirmPage):
    """What is taken away is of the content that was shown."""

    @property
    def edition(self) -> str:
        return table_door.edition(self.table)


class RemoveRow(TakesAway):
    """A row of a table that is not in use goes, after it was shown what it says."""

    question = gettext_lazy("Remove this row?")
    action = gettext_lazy("Remove this row")
    back_url = OfTable.edit_url

    @cached_property
    def block(self) -> BuildingBlock:
        rows = visible(BuildingBlock, self.request.access).filter(table=self.table)
        return get_object_or_404(rows, position=self.kwargs["position"])

    @property
    def heading(self) -> str:
        return self.block.label

    def goes(self) -> list[tuple[Any, Any]]:
        block = self.block
        return [
            (_("Valuation table"), self.table.title),
            (_("Code"), block.code),
            (_("What"), block.get_kind_display().capitalize()),
            (_("Amount"), euro(block.amount) if block.amount is not None else ""),
        ]

    def do(self, form: Any) -> str:
        code, label = self.block.code, self.block.label
        table_door.change(
            self.table,
            self.edition,
            lambda source: table_door.take_row(source, code),
            act_of(self.request, _("Row %(row)s removed") % {"row": label}),
        )
        return _("Removed.")


class Discard(TakesAway):
    """Throw away a table that was never used, after it was shown what is in it."""

    heading = property(lambda self: self.table.title)
    question = gettext_lazy("Throw this table away?")
    action = gettext_lazy("Throw this table away")
    consequence = gettext_lazy("It is gone for good; loading the file again brings it back.")

    def goes(self) -> list[tuple[Any, Any]]:
        rows = visible(BuildingBlock, self.request.access).filter(table=self.table)
        return [
            (_("Code"), self.table.code),
            (_("Rows"), rows.count()),
        ]

    def do(self, form: Any) -> str:
        table_door.discard(self.table, self.edition)
        return _("Thrown away.")

    def get_success_url(self) -> str:
        return reverse("table-list")


class InForce(OfTable, LookFirst):
    """From which day; then what that does, and only then it is done. Also taken out of the line
    again before it is.
    """

    template_name = "contracts/table_in_force.html"
    form_class = InForceForm
    refused_at = "valid_from"

    @property
    def heading(self) -> str:
        return _("Put %(table)s in force") % {"table": self.table}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return (
            self.take_away()
            if "take_away" in request.POST
            else super().post(request, *args, **kwargs)
        )

    def preview(self, form: Any) -> dict[str, Any]:
        day, contracts = form.cleaned_data["valid_from"], visible(Contract, self.request.access)
        return {
            "starting_point": table_door.starting_point(self.table, day),
            "preview": table_door.preview(self.table, day, contracts),
        }

    def do(self, form: Any) -> str:
        day, act = form.cleaned_data["valid_from"], act_of(self.request)
        table_door.put_in_line(self.table, day, act, shown=self.shown)
        return _("In the line of versions. What was pinned before keeps its table.")

    def take_away(self) -> HttpResponse:
        pk = self.request.POST["take_away"]
        lines = visible(TableInForce, self.request.access).select_related("region", "table")
        known = (
            lines.filter(table=self.table, pk=pk)
            if pk.isdecimal() and len(pk) < 19
            else lines.none()
        )
        try:
            table_door.take_from_line(get_object_or_404(known), localdate())
            messages.success(self.request, _("Taken out of the line of versions."))
        except Refused as fault:
            messages.error(self.request, str(fault))
        return redirect(self.back_url)
