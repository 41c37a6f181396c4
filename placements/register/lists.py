"""The list of fulfilments: its columns, and how it is narrowed."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Contractor, ContractShare, Municipality, PolicyField
from contracts.searches import every_word, of_contractor
from placements.claims.words import own_words, period_words
from placements.imports.written import FOR_ALL, REST, Cell, Written, in_file, read, worth
from placements.models import Allocation, FulfilmentEvent, FulfilmentState, Upload, UploadKind
from placements.models.fulfilment import KINDS
from placements.rights import of_own_firm, of_own_firms
from sroi.access import Access, visible
from sroi.lists import (
    ChoiceFilter,
    ClientFilter,
    FilterSet,
    PickColumn,
    SearchFilter,
    Table,
    VisibleChoiceFilter,
    YearFilter,
)
from sroi.money import ZERO, MoneyField
from sroi.templatetags.formats import NOTHING, short_date, whole_euro

# A version that was replaced is never the newest, so it is no choice.
STATES = [choice for choice in FulfilmentState.choices if choice[0] != FulfilmentState.SUPERSEDED]


def fulfilment_search(text: str, access: Access) -> Q:
    """By number, description, supplier, invoice or contractor; by the reference of a candidate only
    among those of the firms that one works for.
    """
    own = of_own_firms(access)
    return every_word(
        text,
        lambda word: (
            Q(external_id__icontains=word)
            | Q(latest__description__icontains=word)
            | Q(latest__supplier_name__icontains=word)
            | Q(latest__invoice_number__icontains=word)
            | of_contractor(word, "contractor__")
            | (Q(latest__candidate_ref__icontains=word) & own)
        ),
    )


def uploads_of(access: Access, *kinds: str) -> QuerySet[Any]:
    """The files that one brought in oneself."""
    rows = visible(Upload, access).filter(owner=access.user_id, kind__in=kinds)
    return rows.exclude(imported_at=None)


def made_by(upload: Upload, access: Access) -> Any:
    """The ids of the fulfilments that an import made or changed: its act stands in their events."""
    assert upload.imported_at is not None  # `uploads_of` says so
    events = visible(FulfilmentEvent, access).filter(by=upload.owner_id, at=upload.imported_at)
    return events.order_by().values("fulfilment")


class FulfilmentFilterSet(FilterSet):
    q = SearchFilter(method="search")
    state = ChoiceFilter(label=_("State"), field_name="latest__state", choices=STATES)
    kind = ChoiceFilter(label=_("Kind"), choices=KINDS)
    municipality = ClientFilter(Municipality, label=_("Client"), method="of_municipality")
    policy_field = ChoiceFilter(
        label=_("Policy field"), field_name="latest__policy_field", choices=PolicyField.choices
    )
    year = YearFilter(label=_("Year in which it was done"), method="in_year")
    contract = VisibleChoiceFilter(
        Contract,
        label=_("Contract"),
        field_name="latest__allocations__contract",
        widget=forms.HiddenInput,
    )
    contractor = VisibleChoiceFilter(Contractor, label=_("Contractor"), widget=forms.HiddenInput)
    upload = django_filters.ModelChoiceFilter(
        queryset=lambda request: uploads_of(request.access, UploadKind.FULFILMENTS),
        label=_("Import"),
        method="of_upload",
        widget=forms.HiddenInput,
    )

    def search(self, fulfilments: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return fulfilments.filter(fulfilment_search(value, self.request.access))

    def of_upload(self, fulfilments: QuerySet[Any], name: str, value: Upload) -> QuerySet[Any]:
        return fulfilments.filter(pk__in=made_by(value, self.request.access))

    def of_municipality(
        self, fulfilments: QuerySet[Any], name: str, value: Municipality
    ) -> QuerySet[Any]:
        access = self.request.access
        shares = visible(ContractShare, access).filter(municipality=value, percent__gt=0)
        under = visible(Allocation, access).filter(contract__in=shares.values("contract"))
        return fulfilments.filter(latest__in=under.values("version"))

    def in_year(self, fulfilments: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """A placement that ran in it, an invoice that was paid in it, or an activity that was done
        in it.
        """
        first, last = date(int(value), 1, 1), date(int(value), 12, 31)
        ran = Q(latest__start_date__lte=last) & (
            Q(latest__end_date=None) | Q(latest__end_date__gte=first)
        )
        days = Q(latest__paid_on__range=(first, last)) | Q(
            latest__activity_date__range=(first, last)
        )
        return fulfilments.filter(ran | days)


NUMBER = {"td": {"class": "num"}}


class FulfilmentTable(Table):
    caption = _("Fulfilments")
    empty_text = _("No fulfilments found.")

    external_id = django_tables2.Column(
        _("Number"),
        orderable=True,
        order_by=("external_id", "pk"),
        linkify=("fulfilment-detail", {"pk": django_tables2.A("pk")}),
    )
    kind = django_tables2.Column(_("What"))
    contractor = django_tables2.Column(
        _("Contractor"),
        orderable=True,
        order_by=("contractor__name_folded", "pk"),
        accessor="contractor__name",
    )
    contracts = django_tables2.Column(_("Contract"), accessor="pk")
    period = django_tables2.Column(_("When"), orderable=True, accessor="latest")
    value = django_tables2.Column(_("Value"), orderable=True, accessor="pk", attrs=NUMBER)
    state = django_tables2.Column(
        _("State"), orderable=True, order_by=("latest__state", "pk"), accessor="latest"
    )

    submitted_at = django_tables2.Column(
        _("Handed in"),
        orderable=True,
        order_by=("latest__submitted_at", "pk"),
        accessor="latest__submitted_at",
    )
    policy_field = django_tables2.Column(_("Policy field"), accessor="latest")

    class Meta(Table.Meta):
        pass

    usual: ClassVar[Sequence[str]] = (
        *("kind", "contractor", "contracts"),
        *("period", "value", "state"),
    )
    fixed: ClassVar[Sequence[str]] = ("external_id",)

    in_file: ClassVar[Sequence[Cell]] = in_file(*FOR_ALL, "contractor", "kvk", "value", "linked")
    of_own_firm: ClassVar[bool] = False

    def read(self, rows: QuerySet[Any]) -> Iterator[list[Written]]:
        return read(rows, self.access, of_own_firm=self.of_own_firm)

    def order_period(self, fulfilments: Any, is_descending: bool) -> tuple[Any, bool]:
        day = Coalesce("latest__paid_on", "latest__activity_date", "latest__start_date")
        order = day.desc(nulls_last=True) if is_descending else day.asc(nulls_last=True)
        return fulfilments.order_by(order, "pk"), True

    def order_value(self, fulfilments: Any, is_descending: bool) -> tuple[Any, bool]:
        """As far as the person may see what it is worth: under a contract of which they see nothing
        it is nothing.
        """
        parts = (
            visible(Allocation, self.access)
            .filter(version=OuterRef("latest"))
            .order_by()
            .values("version")
        )
        total = Coalesce(
            Subquery(parts.annotate(total=Sum("value")).values("total")), Value(ZERO, MoneyField())
        )
        sign = "-" if is_descending else ""
        return fulfilments.annotate(total=total).order_by(f"{sign}total", f"{sign}pk"), True

    def render_kind(self, record: Any) -> Any:
        kind, blocks = capfirst(record.get_kind_display()), ", ".join(blocks_of(record))
        return format_html("<span>{}<small>{}</small></span>", kind, blocks)

    def render_contracts(self, record: Any) -> str:
        return ", ".join(references_of(record))

    def render_period(self, value: Any) -> str:
        return period_words(value)

    def render_value(self, record: Any) -> str:
        value = value_of(record)
        return NOTHING if value is None else whole_euro(value)

    def render_submitted_at(self, value: Any) -> str:
        return short_date(value)

    def render_policy_field(self, value: Any) -> str:
        return str(dict(PolicyField.choices).get(value.policy_field, value.policy_field))

    def render_state(self, value: Any) -> str:
        return render_to_string(
            "components/status.html", {"state": value.state, "label": value.get_state_display()}
        )


class StaffFulfilmentTable(FulfilmentTable):
    """With a box to pick each by."""

    pick = PickColumn()

    class Meta(Table.Meta):
        sequence = ("pick", "...")

    fixed: ClassVar[Sequence[str]] = ("pick", *FulfilmentTable.fixed)


class OwnFulfilmentTable(FulfilmentTable):
    """For who works for a firm: with the reference that is their own."""

    own = django_tables2.Column(_("Your reference"), accessor="latest")

    class Meta(Table.Meta):
        sequence = ("external_id", "kind", "own", "...")

    usual = ("own", *FulfilmentTable.usual)
    in_file = (*FulfilmentTable.in_file, *in_file("own", *REST))
    of_own_firm = True

    def render_own(self, record: Any) -> str:
        return own_reference(record) if of_own_firm(self.access, record) else NOTHING


def own_reference(fulfilment: Any) -> str:
    fulfilment.latest.fulfilment = fulfilment
    return own_words(fulfilment.latest)


def blocks_of(fulfilment: Any) -> list[str]:
    return list(dict.fromkeys(a.block.label for a in fulfilment.latest.allocations.all()))


def references_of(fulfilment: Any) -> list[str]:
    return sorted(a.contract.reference for a in fulfilment.latest.allocations.all())


def value_of(fulfilment: Any) -> Decimal | None:
    """Under the contracts that were fetched with it."""
    return worth([a.value for a in fulfilment.latest.allocations.all()])
