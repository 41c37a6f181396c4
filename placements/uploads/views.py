"""Importing in the browser: send a file, say which column is which, see what would happen, and
import it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from contracts.models import Contract, Contractor, SocialFirm
from contracts.models.organisation import folded
from contracts.owed.amounts import OPEN
from contracts.people.membership import without_anybody
from contracts.searches import of_moment, words_of
from placements.models import (
    Fulfilment,
    FulfilmentState,
    RowOutcome,
    Upload,
    UploadKind,
    UploadRow,
    UploadState,
)
from placements.register.lists import made_by
from placements.uploads import door as uploads
from placements.uploads.columns import (
    FAULTS_FILE,
    NUMBER_OF,
    TITLES,
    choices,
    example_of,
    guessed,
    missing,
    offered,
    offered_columns,
    options,
)
from placements.uploads.door import Purpose
from placements.uploads.kinds import KINDS
from placements.uploads.understood import ABOUT_A_PERSON, shown
from sroi.access import May, personal, visible
from sroi.access.personal import Personal
from sroi.database.batches import streamed
from sroi.exchange import ExportTable, Warned, kvk
from sroi.exchange.layout import BY_PERSON, REASONS
from sroi.fields import text_field
from sroi.files.size import too_large
from sroi.lists import FILES, as_workbook
from sroi.templatetags.formats import euro2
from sroi.templatetags.formats import number as in_digits
from sroi.views import ButtonPage, ConfirmPage, FormPage, OfOne, Request, act_of

PER_PAGE = 50
# Shorter words than this say little of whose name it is.
LEAST_OF_A_NAME = 4
UNUSED, NO_NAMES = "-", "0"
GUESSED = "<strong>{}</strong> {}"
# How the state of a file looks: as states that people know.
LOOKS = {
    UploadState.WAITING: "submitted",
    UploadState.TABLE: "returned",
    UploadState.COLUMNS: "returned",
    UploadState.CHECKED: "returned",
    UploadState.IMPORTING: "submitted",
    UploadState.IMPORTED: "accepted",
    UploadState.UNREADABLE: "rejected",
    UploadState.FAILED: "rejected",
}


def purpose_words(purpose: Purpose, with_region: bool) -> str:
    kind = capfirst(str(UploadKind(purpose.kind).label))
    region = purpose.region.title if with_region else ""
    return " · ".join(str(part) for part in (kind, purpose.contractor, region) if part)


class UploadForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("What is in the file?"), widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "Any list in Excel (XLSX), LibreOffice (ODS) or CSV. What its columns are is asked"
            " after it was sent."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def __init__(self, *args: Any, purposes: list[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purposes = {purpose.key: purpose for purpose in purposes}
        field: Any = self.fields["purpose"]
        several = len({purpose.region.pk for purpose in purposes}) > 1
        field.choices = [(key, purpose_words(one, several)) for key, one in self.purposes.items()]
        if len(self.purposes) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.purposes))

    def clean_file(self) -> Any:
        if why := too_large(self.cleaned_data["file"].size, settings.IMPORT_MAX_BYTES):
            raise forms.ValidationError(why)
        return self.cleaned_data["file"]


class TableForm(forms.Form):
    """On which sheet the rows stand, and in which of its rows the names."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    names = forms.ChoiceField(
        label=gettext_lazy("The row with the names of the columns"), widget=forms.RadioSelect
    )
    two = forms.BooleanField(
        label=gettext_lazy("The row above it belongs to the names"), required=False
    )

    def __init__(self, *args: Any, upload: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheets = upload.table.get("sheets", [])
        fields: Any = self.fields
        fields["sheet"].choices = [
            (name, f"{name} ({count})" if name else str(count)) for name, count in sheets
        ]
        if len(sheets) == 1:
            fields["sheet"].widget = forms.HiddenInput()
            fields["sheet"].required = False
        self.rows = upload.table.get("rows", [])
        fields["names"].choices = [
            *((str(number), " · ".join(filter(None, cells))) for number, cells in self.rows),
            (NO_NAMES, _("No row: this list has no names")),
        ]
        names = upload.layout.get("names", [])
        fields["sheet"].initial = upload.layout.get("sheet")
        fields["names"].initial = str(names[-1]) if names else NO_NAMES
        fields["two"].initial = len(names) > 1
        self.was = upload.layout.get("sheet")
        self.left_out = upload.layout.get("left_out", {})

    @property
    def table(self) -> list[tuple[str, list[str], Any, bool]]:
        """The first rows as they stand there, each with whether it is left out and whether it is
        chosen.
        """
        chosen = self["names"].value()
        return [
            (
                str(number),
                cells,
                REASONS.get(self.left_out.get(str(number), ""), ""),
                str(number) == chosen,
            )
            for number, cells in self.rows
        ]

    def names_or_none(self) -> list[int] | None:
        """The rows with the names; None where another sheet is taken, of which they are still to be
        proposed.
        """
        if self.cleaned_data["sheet"] != self.was:
            return None
        if self.cleaned_data["names"] == NO_NAMES:
            return []
        row = int(self.cleaned_data["names"])
        return [row - 1, row] if self.cleaned_data["two"] and row > 1 else [row]


class ColumnsForm(forms.Form):
    """Per column of the file a choice among ours; fields by place, since names can be empty or the
    same. Below them what holds for all rows, for columns that are needed and not there.
    """

    def __init__(self, *args: Any, upload: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = missing(upload.kind, ())
        choices = [(UNUSED, _("Not used"))]
        for name in offered(upload.kind):
            choices.append((name, f"{TITLES[name]} *" if name in needed else str(TITLES[name])))
        for place, (name, seen, chosen) in enumerate(
            zip(upload.header, upload.examples, upload.columns, strict=True), start=1
        ):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=name or _("(no name)"),
                choices=choices,
                initial=chosen or UNUSED,
                help_text=escape(" · ".join(seen)),
            )
        self.doubted = [f"column_{place + 1}" for place in guessed(upload.kind, upload.header)]
        self.places = list(self.fields)
        for name in self.doubted:
            field = self.fields[name]
            if field.initial != UNUSED:
                field.help_text = format_html(
                    GUESSED, _("Guessed: is this right?"), field.help_text
                )
        self._ask_for_all(upload)

    def _ask_for_all(self, upload: Any) -> None:
        there = {self[name].value() for name in self.places}
        given = upload.given.get("all", {})
        names = list(dict.fromkeys([*missing(upload.kind, there), *given]))
        self.NEEDED_SOMETIMES = tuple(f"all_{name}" for name in names)
        for name in names:
            label = _("For all rows: %(title)s") % {"title": TITLES[name]}
            initial = given.get(name, "")
            choices = options(upload, name)
            if choices:
                self.fields[f"all_{name}"] = forms.ChoiceField(
                    label=label,
                    choices=[("", _("Choose…")), *choices],
                    required=False,
                    initial=initial,
                )
            else:
                self.fields[f"all_{name}"] = text_field(
                    label, uploads.LONGEST_CELL, required=False, initial=initial
                )
        self.fields["thousands"] = forms.BooleanField(
            label=_("The amounts in this file are in thousands of euro"),
            required=False,
            initial=upload.given.get("thousands", False),
        )
        if upload.state == UploadState.COLUMNS and upload.given.get("thousands"):
            self.fields["thousands"].help_text = format_html(
                GUESSED, _("Guessed: is this right?"), _("It is said above the rows.")
            )

    def columns(self) -> list[str]:
        return [
            "" if (chosen := self.cleaned_data[name]) == UNUSED else chosen for name in self.places
        ]

    def all_rows(self) -> dict[str, str]:
        """What holds for all rows, of columns that no column of the file was chosen for."""
        chosen = self.columns()
        return {
            name.removeprefix("all_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("all_") and value and name.removeprefix("all_") not in chosen
        }


# --- sending --------------------------------------------------------------------------------------


class Import(FormPage):
    """Send a file, and find back those that were sent."""

    template_name = "pages/import.html"
    form_class = UploadForm
    refused_at = "file"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not uploads.may_import(request.access):
            raise Http404
        self.purposes = uploads.purposes(request.access)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("soort", "")
        return {
            "purpose": next((p.key for p in self.purposes if p.kind == asked), self.purposes[0].key)
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"purposes": self.purposes}

    def do(self, form: Any) -> str:
        purpose, file = form.purposes[form.cleaned_data["purpose"]], form.cleaned_data["file"]
        self.upload = uploads.receive(purpose, file.name, file.read(), act_of(self.request))
        return ""

    def get_success_url(self) -> str:
        return reverse("import-detail", args=[self.upload.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sent = uploads.uploads_of(self.request.user, self.request.access, timezone.now())
        return super().get_context_data(
            sent=[(upload, *state_of(upload)) for upload in sent[:20]],
            guides=[guide(kind) for kind in dict.fromkeys(p.kind for p in self.purposes)],
            days=settings.IMPORT_KEEP_DAYS,
            **kwargs,
        )


def state_of(upload: Any) -> tuple[str, Any]:
    """How the state of a file looks, and its word."""
    if upload.state == UploadState.CHECKED and upload.counts.get(RowOutcome.FAULTY):
        return "rejected", _("has faulty rows")
    return LOOKS[UploadState(upload.state)], upload.get_state_display()


@dataclass(frozen=True)
class Guide:
    """What columns a file of a kind has."""

    kind: str
    label: Any
    rows: list[tuple[str, Any, bool]]


def guide(kind: str) -> Guide:
    needed = missing(kind, ())
    return Guide(
        kind,
        UploadKind(kind).label,
        [(name, TITLES[name], name in needed) for name in offered(kind)],
    )


class Example(View):
    """A file to begin from: the columns by their titles, with an example, what can be chosen, and
    what they are.
    """

    def get(self, request: Request, kind: str) -> HttpResponseBase:
        if kind not in UploadKind.values or not uploads.may_import(request.access, kind):
            raise Http404
        regions = {purpose.region.pk for purpose in uploads.purposes(request.access)}
        columns, listed = offered_columns(kind), choices(kind, regions)
        label = UploadKind(kind).label
        table = ExportTable(
            capfirst(str(label)),
            [str(column.title) for column in columns],
            [[example_of(column, listed) for column in columns]],
            choices={
                place: listed[column.name]
                for place, column in enumerate(columns)
                if column.name in listed
            },
        )
        needed = missing(kind, ())
        lines = [
            [
                str(column.title),
                column.name in needed,
                example_of(column, listed),
                " · ".join(word for word, _code in listed.get(column.name, ())),
                column.name,
            ]
            for column in columns
        ]
        words = [_("Column"), _("Needed"), _("Example"), _("What can be chosen"), _("Short name")]
        name = _("import-%(kind)s") % {"kind": label}
        return as_workbook([table, ExportTable(_("Explanation"), words, lines)], name)


# --- one file -------------------------------------------------------------------------------------


class OfUpload(OfOne):
    """A page about a file that one sent oneself; what others sent does not exist."""

    model = Upload
    upload: Any

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = uploads.uploads_of(
            self.request.user, self.request.access, timezone.now()
        )
        return rows

    @property
    def page_url(self) -> str:
        return reverse("import-detail", args=[self.upload.pk])


# Of the rows: those beside which something is said, whatever happens to them.
WARNED = "opgemerkt"


TOTAL_WORDS = {
    "rows": gettext_lazy("New rows"),
    "value": gettext_lazy("Contract value"),
    "value_delta": gettext_lazy("Change of the value"),
    "obligation": gettext_lazy("Obligation to be posted"),
    "claimed": gettext_lazy("Value that is claimed"),
    "planned": gettext_lazy("Value that is planned"),
    "new_contractors": gettext_lazy("New firms"),
}


def totals_of(upload: Any) -> list[tuple[Any, str]]:
    """What comes of all rows together, in words."""
    return [
        (
            word,
            in_digits(found)
            if isinstance(found := upload.totals[name], int)
            else euro2(Decimal(found)),
        )
        for name, word in TOTAL_WORDS.items()
        if name in upload.totals
    ]


def where_it_stands(upload: Any) -> str:
    """From which sheet and which row the names come, where there was a choice."""
    names = [str(row) for row in upload.layout.get("names", [])]
    row = _("The names stand in row %(rows)s.") % {"rows": "–".join(names)}
    words = [row if names else _("No row has names.")]
    sheets = [name for name, _count in upload.table.get("sheets", [])]
    if len(sheets) > 1:
        others = ", ".join(name for name in sheets if name != upload.layout.get("sheet"))
        words.insert(0, _("Sheet %(sheet)s is read.") % {"sheet": upload.layout.get("sheet")})
        words.append(_("There are rows on %(others)s too.") % {"others": others})
    return " ".join(words) if upload.table and uploads.has_file(upload) else ""


class ImportPage(OfUpload):
    """Where a file is now: being read, to be looked at, or done. It asks again by itself as long as
    it is busy.
    """

    def get(self, request: Request, pk: int) -> HttpResponse:
        upload = self.upload
        asked = {UploadState.COLUMNS: "import-columns", UploadState.TABLE: "import-table"}
        if upload.state in asked:
            return redirect(asked[upload.state], pk)
        context = {
            "upload": upload,
            "heading": upload.name,
            "kind": capfirst(str(upload.get_kind_display())),
            "is_busy": upload.state in uploads.IN_THE_BACKGROUND,
            "is_stuck": uploads.is_stuck(upload, timezone.now()),
            "counts": [
                (RowOutcome(name).label, upload.counts.get(name, 0)) for name in RowOutcome.values
            ],
            "faulty": upload.counts.get(RowOutcome.FAULTY, 0),
            "coming": (
                upload.counts.get(RowOutcome.NEW, 0) + upload.counts.get(RowOutcome.CHANGED, 0)
            ),
            "emptied": len(uploads.asked_again(upload)),
            "left_out": sum(why != BY_PERSON for why in upload.layout.get("left_out", {}).values()),
            "counted": upload.total - upload.counts.get(RowOutcome.LEFT_OUT, 0),
            "totals": totals_of(upload),
            "where": where_it_stands(upload),
            "list_url": reverse(KINDS[upload.kind].list_page)
            + (
                f"?upload={upload.pk}"
                if upload.imported_at and KINDS[upload.kind].of_upload
                else ""
            ),
        }
        if upload.kind == UploadKind.FULFILMENTS and upload.imported_at:
            context |= self.made(context["list_url"])
        if upload.kind in (UploadKind.CONTRACTS, UploadKind.PERSONS) and upload.imported_at:
            context["still"] = self.still(context["list_url"])
        if upload.state in (UploadState.CHECKED, UploadState.IMPORTED):
            context |= self.rows()
        return render(request, "pages/import_detail.html", context)

    def made(self, list_url: str) -> dict[str, Any]:
        """How the fulfilments that it made or changed stand now: what was handed in, and the drafts
        that remain.
        """
        access = self.request.access
        theirs = visible(Fulfilment, access).filter(pk__in=made_by(self.upload, access))
        found = theirs.order_by().values_list("latest__state").annotate(number=Count("pk"))
        numbers = dict(found)
        drafts = numbers.get(FulfilmentState.DRAFT, 0)
        return {
            "made": [
                (state, state.label, numbers[state], f"{list_url}&state={state}")
                for state in FulfilmentState
                if state in numbers
            ],
            "drafts": drafts,
            "drafts_url": f"{reverse('fulfilment-drafts')}?upload={self.upload.pk}",
        }

    def still(self, list_url: str) -> list[dict[str, Any]]:
        """What is to be done about the contracts that it made or changed, each with where that is
        done for all of them; after contact persons, who can be invited.
        """
        is_of_contracts = self.upload.kind == UploadKind.CONTRACTS
        access, moment = self.request.access, ""
        if is_of_contracts:
            moment = self.upload.imported_at.isoformat()
        made = of_moment(visible(Contract, access), self.request.user, moment)
        open_ones = made.filter(state__in=OPEN, region=self.upload.region)
        over = Q(end_date__lt=localdate())
        counts = open_ones.aggregate(
            alone=Count("pk", filter=Q(adviser=None)), over=Count("pk", filter=over)
        )
        if not is_of_contracts:
            counts = {"alone": 0, "over": 0}
        of_import = urlencode({"moment": moment})
        found = []
        if counts["alone"] and access.may(May.CHANGE, region_id=self.upload.region_id):
            found.append(
                {
                    "words": ngettext(
                        "%(number)s contract has no adviser.",
                        "%(number)s contracts have no adviser.",
                        counts["alone"],
                    )
                    % {"number": counts["alone"]},
                    "url": f"{reverse('contract-hand-over')}?adviser=none&{of_import}",
                    "action": _("Choose who looks after them"),
                }
            )
        if access.may(May.INVITE_CONTRACTORS, region_id=self.upload.region_id):
            firms = without_anybody(open_ones, timezone.now()).values("contractor").distinct()
            if number := firms.count():
                found.append(
                    {
                        "words": ngettext(
                            "Of %(number)s contractor nobody can sign in yet.",
                            "Of %(number)s contractors nobody can sign in yet.",
                            number,
                        )
                        % {"number": number},
                        "url": f"{reverse('contractors-invite')}?{of_import}",
                        "action": _("Invite them"),
                    }
                )
        if counts["over"]:
            found.append(
                {
                    "words": ngettext(
                        "The term of %(number)s contract is over already.",
                        "The term of %(number)s contracts is over already.",
                        counts["over"],
                    )
                    % {"number": counts["over"]},
                    "url": f"{list_url}&sort=end_date",
                    "action": _("Look at them"),
                }
            )
        return found

    def rows(self) -> dict[str, Any]:
        """One page of the rows, of one outcome where that was asked; first what is faulty, or what
        is doubted.
        """
        asked = self.request.GET.get("uitkomst")
        if asked is None and self.upload.counts.get(RowOutcome.FAULTY):
            asked = RowOutcome.FAULTY
        elif asked is None and self.upload.state == UploadState.CHECKED and self.upload.warned:
            asked = WARNED if self.upload.doubts or self.upload.why else asked
        rows = visible(UploadRow, self.request.access).filter(upload=self.upload)
        if asked in RowOutcome.values:
            rows = rows.filter(outcome=asked)
        elif asked == WARNED:
            rows = rows.exclude(warnings=[])
        page = Paginator(rows.order_by("number"), PER_PAGE).get_page(self.request.GET.get("page"))
        total = sum(self.upload.counts.values())
        sections = [{"label": _("All rows"), "url": "?uitkomst=alles", "count": total}]
        for outcome in RowOutcome:
            count = self.upload.counts.get(outcome, 0)
            sections.append(
                {
                    "label": capfirst(str(outcome.label)),
                    "url": f"?uitkomst={outcome}",
                    "count": count,
                }
            )
        if self.upload.warned:
            sections.append(
                {
                    "label": _("With a warning"),
                    "url": f"?uitkomst={WARNED}",
                    "count": self.upload.warned,
                }
            )
        at = RowOutcome.values.index(asked) + 1 if asked in RowOutcome.values else 0
        at = len(sections) - 1 if asked == WARNED and self.upload.warned else at
        sections[at]["current"] = True
        rows_shown = list(page.object_list)
        for row in rows_shown:
            row.upload = self.upload
        return {
            "page": page,
            "rows": [shown(row) for row in rows_shown],
            "sections": sections,
        }


class ImportStep(OfUpload, FormPage):
    """A form about the file that was sent. Who comes when it is not asked is led to its page."""

    back_url: Any = reverse_lazy("import")
    back_label = gettext_lazy("Import")

    def is_asked(self) -> bool:
        raise NotImplementedError

    def closed(self) -> HttpResponse | None:
        return None if self.is_asked() else redirect(self.page_url)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"upload": self.upload}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # With cells of the file.
        if self.upload.kind == UploadKind.FULFILMENTS:
            personal.shown()
        return super().get_context_data(**kwargs)

    def get_success_url(self) -> str:
        return self.page_url


class ImportTable(ImportStep):
    template_name = "pages/import_table.html"
    heading = gettext_lazy("Where do the names stand?")
    form_class = TableForm

    def is_asked(self) -> bool:
        is_there = bool(self.upload.table) and uploads.has_file(self.upload)
        return is_there and self.upload.state in uploads.TABLE_OPEN

    def do(self, form: Any) -> str:
        sheet = form.cleaned_data["sheet"] or self.upload.layout.get("sheet", "")
        uploads.choose_table(self.upload, sheet, form.names_or_none(), at=timezone.now())
        return ""


class ImportColumns(ImportStep):
    template_name = "pages/import_columns.html"
    heading = gettext_lazy("Which column is which?")
    form_class = ColumnsForm

    def is_asked(self) -> bool:
        return self.upload.state in (UploadState.COLUMNS, UploadState.CHECKED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(where=where_it_stands(self.upload), **kwargs)

    def do(self, form: Any) -> str:
        uploads.choose_columns(
            self.upload,
            form.columns(),
            at=timezone.now(),
            all_rows=form.all_rows(),
            in_thousands=form.cleaned_data["thousands"],
        )
        return ""


class CellsForm(forms.Form):
    """Something else for the cells in which a BSN stood or that are faulty; so many at a time."""

    AT_ONCE = 50

    def __init__(self, *args: Any, upload: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = missing(upload.kind, ())
        self.asked = {}
        for one in uploads.to_mend(upload)[: self.AT_ONCE]:
            column, name = upload.columns[one.place], f"cell_{one.rows[0]}_{one.place}"
            self.asked[name] = one
            self.fields[name] = text_field(
                f"{rows_words(one.rows)}, {TITLES[column]}",
                uploads.LONGEST_CELL,
                required=column in needed,
                initial=Personal(one.there) if column in ABOUT_A_PERSON else one.there,
                help_text=escape(one.reason),
            )

    def values(self) -> dict[tuple[int, int], str]:
        return {
            (row, one.place): self.cleaned_data[name]
            for name, one in self.asked.items()
            for row in one.rows
        }


class FirmForm(forms.Form):
    """The firm that is meant: one that is known and is called alike, or by its number."""

    OTHER = "other"
    firm = forms.ChoiceField(label=gettext_lazy("Which firm is it?"), widget=forms.RadioSelect)
    number = text_field(gettext_lazy("KvK number"), 30, required=False)
    NEEDED_SOMETIMES = ("number",)

    def __init__(self, *args: Any, upload: Any, firms: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["firm"]
        known = [(firm.kvk, f"{firm.name} ({firm.kvk})") for firm in firms]
        field.choices = [*known, (self.OTHER, _("Another one, by its number"))]
        if not known:
            field.initial = self.OTHER

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("firm") == self.OTHER:
            try:
                read = kvk(found.get("number") or "")
            except ValueError as fault:
                self.add_error("number", str(fault))
            else:
                found["firm"] = read.value if isinstance(read, Warned) else read
        return found


NAMED_ROWS = 5


def rows_words(rows: Sequence[int]) -> str:
    """Which rows these are; of many the first."""
    if len(rows) == 1:
        return _("Row %(number)s") % {"number": rows[0]}
    named = ", ".join(map(str, rows[:NAMED_ROWS]))
    more = len(rows) - NAMED_ROWS
    if more > 0:
        return _("Rows %(rows)s and %(more)s more") % {"rows": named, "more": more}
    return _("Rows %(rows)s") % {"rows": named}


class ReplaceForm(forms.Form):
    """A value that stands in many rows, and what it should be."""

    column = forms.ChoiceField(label=gettext_lazy("In the column"))
    old = text_field(gettext_lazy("Where this stands"), uploads.LONGEST_CELL)
    new = text_field(
        gettext_lazy("Put this in its place"),
        uploads.LONGEST_CELL,
        required=False,
        help_text=gettext_lazy("Left empty, the cells become empty."),
    )

    def __init__(self, *args: Any, upload: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["column"]
        field.choices = [(name, TITLES[name]) for name in upload.columns if name]


class SendBackForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The mended rows"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def __init__(self, *args: Any, upload: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ImportCells(ImportStep):
    """The cells in which a BSN stood and those with a fault are asked again, by row and column."""

    template_name = "pages/import_cells.html"
    heading = gettext_lazy("Mend the cells")
    form_class = CellsForm
    back_url = OfUpload.page_url
    back_label = gettext_lazy("The rows")

    def is_asked(self) -> bool:
        return self.upload.state == UploadState.CHECKED and bool(uploads.to_mend(self.upload))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = len(uploads.asked_again(self.upload))
        later = max(len(uploads.to_mend(self.upload)) - CellsForm.AT_ONCE, 0)
        return super().get_context_data(asked=asked, later=later, **kwargs)

    def do(self, form: Any) -> str:
        uploads.fill(self.upload, form.values(), at=timezone.now())
        return ""


class ImportFirm(ImportStep):
    """Another firm than the one whose number stands in a row: in all rows that name it so."""

    MOST = 10
    form_class = FirmForm
    refused_at = "firm"
    action = gettext_lazy("Take this firm")
    back_url = OfUpload.page_url
    back_label = gettext_lazy("The rows")

    def is_asked(self) -> bool:
        return self.upload.state == UploadState.CHECKED and bool(self.name)

    @cached_property
    def name(self) -> str:
        """The column with the name, where the file has one with the number beside it."""
        columns = self.upload.columns
        return next((n for n, k in NUMBER_OF.items() if n in columns and k in columns), "")

    @cached_property
    def row(self) -> UploadRow:
        rows = visible(UploadRow, self.request.access).filter(upload=self.upload)
        return get_object_or_404(rows, number=self.kwargs["row"])

    def said(self, column: str) -> str:
        """Of this row; nothing where the file has no such column."""
        names = [name for name in self.upload.columns if name]
        return dict(zip(names, self.row.cells, strict=False)).get(column, "")

    @property
    def heading(self) -> str:
        return _("Which firm is %(name)s?") % {"name": self.said(self.name)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the firms of which the name has a word of this one."""
        model: Any = Contractor if self.name == "contractor_name" else SocialFirm
        words = [word for word in words_of(self.said(self.name)) if len(word) >= LEAST_OF_A_NAME]
        named = reduce(or_, (Q(name_folded__contains=folded(word)) for word in words), Q(pk=None))
        number = self.said(NUMBER_OF.get(self.name, ""))
        firms = visible(model, self.request.access).exclude(kvk=None).filter(named)
        asked = firms.exclude(kvk=number).order_by("name_folded", "pk")
        return super().get_form_kwargs() | {"firms": asked.distinct()[: self.MOST]}

    def do(self, form: Any) -> str:
        number = form.cleaned_data["firm"]
        uploads.choose_firm(self.upload, self.row, self.name, number, at=timezone.now())
        return ""


class ImportReplace(ImportStep):
    """A value is replaced in all rows that have it."""

    heading = gettext_lazy("Replace a value")
    action = gettext_lazy("Replace it in all rows")
    form_class = ReplaceForm
    refused_at = "old"
    back_url = OfUpload.page_url
    back_label = gettext_lazy("The rows")

    def is_asked(self) -> bool:
        return self.upload.state == UploadState.CHECKED

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in ("column", "old")}

    def do(self, form: Any) -> str:
        found = form.cleaned_data
        uploads.replace_everywhere(
            self.upload, found["column"], found["old"], found["new"], at=timezone.now()
        )
        return ""


class ImportSendBack(ImportStep):
    """The faulty rows are downloaded, mended elsewhere, and come back among the others."""

    template_name = "pages/import_send_back.html"
    heading = gettext_lazy("Mend the rows in Excel")
    action = gettext_lazy("Take these rows")
    form_class = SendBackForm
    refused_at = "file"
    back_url = OfUpload.page_url
    back_label = gettext_lazy("The rows")

    def is_asked(self) -> bool:
        faulty = self.upload.counts.get(RowOutcome.FAULTY)
        return self.upload.state == UploadState.CHECKED and bool(faulty)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        faulty = self.upload.counts.get(RowOutcome.FAULTY, 0)
        return super().get_context_data(upload=self.upload, faulty=faulty, **kwargs)

    def do(self, form: Any) -> str:
        file = form.cleaned_data["file"]
        uploads.send_back(self.upload, file.read(), at=timezone.now())
        return ""


class ImportButton(OfUpload, ButtonPage):
    back_url = OfUpload.page_url


class ImportLeaveOut(ImportButton):
    """A row is left out, or taken along after all."""

    def do(self) -> str:
        name = "mee" if "mee" in self.request.POST else "weg"
        rows = {int(row) for row in self.request.POST.getlist(name) if row.isdecimal()}
        uploads.leave_out(self.upload, rows, name == "mee", at=timezone.now())
        return ""


class ImportRun(ImportButton):
    def do(self) -> str:
        uploads.start_import(
            self.upload, at=timezone.now(), is_right=bool(self.request.POST.get("klopt"))
        )
        return ""


class ImportAgain(ImportButton):
    def do(self) -> str:
        uploads.begin_again(self.upload, at=timezone.now())
        return ""


class ImportDiscard(OfUpload, ConfirmPage):
    """The file and its preview go, after it was shown what that is; what was imported stays."""

    heading = property(lambda self: self.upload.name)
    question = gettext_lazy("Erase this file?")
    action = gettext_lazy("Erase it now")
    back_url = OfUpload.page_url

    @property
    def consequence(self) -> str:
        if self.upload.state == UploadState.IMPORTED:
            return _("What was imported stays. Which rows it came from can no longer be read.")
        return _("Nothing of it was imported. To import it after all you send the file again.")

    def goes(self) -> list[tuple[Any, Any]]:
        counts = [
            (capfirst(str(outcome.label)), self.upload.counts.get(outcome, 0) or "")
            for outcome in RowOutcome
        ]
        return [
            (_("What"), capfirst(str(self.upload.get_kind_display()))),
            (_("State"), capfirst(str(state_of(self.upload)[1]))),
            (_("Rows"), self.upload.total or ""),
            *counts,
        ]

    def do(self, form: Any) -> str:
        uploads.discard(self.upload)
        return _("The file and everything that was kept of it are erased.")

    def get_success_url(self) -> str:
        return reverse("import")


class ImportFaults(OfUpload):
    """The faulty rows alone, with what is wrong with them; mended they can be sent again."""

    def get(self, request: Request, pk: int, format: str) -> HttpResponseBase:
        if format not in FILES:
            raise Http404
        columns = [name for name in self.upload.columns if name]
        row_word, faults_word = capfirst(FAULTS_FILE[0]), capfirst(FAULTS_FILE[2])
        rows = visible(UploadRow, request.access).filter(
            upload=self.upload, outcome=RowOutcome.FAULTY
        )
        lines = self.lines(rows.order_by("number"), len(columns))
        header = [row_word, *(str(TITLES[name]) for name in columns), faults_word]
        return FILES[format](header, lines, _("faulty-rows"))

    @staticmethod
    def lines(rows: Any, width: int) -> Iterator[list[Any]]:
        for row in streamed(rows):
            why = " ".join(
                f"{TITLES.get(column, column)}: {reason}" for column, reason in row.faults
            )
            yield [row.number, *row.cells[:width], *[""] * (width - len(row.cells)), why]
