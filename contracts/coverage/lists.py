"""The list of contracts that should owe something: its columns, and how it is narrowed."""

from datetime import date
from typing import Any

import django_tables2
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.coverage.coverage import WITH_REASON
from contracts.imports.written import FIGURES, IN_FILE
from contracts.models import Contract, ContractShare, Municipality, ProcurementType, RateReason
from contracts.owed.exemption import exempt_because
from contracts.owed.obligation import threshold
from sroi.access import Access, visible
from sroi.lists import (
    CONTRACT_PAGE,
    NUMBER,
    ON_ONE_LINE,
    ChoiceFilter,
    ClientFilter,
    FilterSet,
    Table,
    YearFilter,
)
from sroi.templatetags.formats import euro, short_date


def reason_of(contract: Contract) -> str:
    if contract.exempted_by:
        return exempt_because(contract.exempted_by)
    parts = (
        contract.get_rate_reason_display() if contract.rate_reason else "",
        contract.rate_reason_text,
    )
    return ": ".join(part for part in parts if part) or _("no reason given")


def reason_called(code: str) -> str:
    """A category of reasons; blank is a reason in words only."""
    return capfirst(str(RateReason(code).label)) if code else _("In words only")


def shared_by(town: Municipality, access: Access) -> QuerySet[Any]:
    """The shares of a client in contracts."""
    return visible(ContractShare, access).filter(municipality=town, percent__gt=0)


class ContractColumns(Table):
    """What a list of contracts begins with."""

    row_header = "reference"

    reference = django_tables2.Column(
        gettext_lazy("Reference"),
        orderable=True,
        order_by=("reference", "pk"),
        linkify=CONTRACT_PAGE,
        attrs=ON_ONE_LINE,
    )
    title = django_tables2.Column(gettext_lazy("Title"), orderable=True, order_by=("title", "pk"))
    contractor = django_tables2.Column(
        gettext_lazy("Contractor"),
        orderable=True,
        order_by=("contractor__name_folded", "pk"),
        accessor="contractor__name",
    )
    award_date = django_tables2.Column(
        gettext_lazy("Awarded"), orderable=True, order_by=("award_date", "pk"), attrs=ON_ONE_LINE
    )


class CoverageTable(ContractColumns):
    caption = gettext_lazy("Contracts without an obligation, at or above the threshold")
    empty_text = gettext_lazy("Every contract at or above the threshold carries an obligation.")

    value = django_tables2.Column(
        gettext_lazy("Contract value"),
        orderable=True,
        accessor="part",
        order_by=("part", "pk"),
        attrs=NUMBER,
    )
    threshold = django_tables2.Column(gettext_lazy("Threshold"), accessor="pk", attrs=NUMBER)
    reason = django_tables2.Column(gettext_lazy("Reason"), accessor="pk")

    class Meta(Table.Meta):
        pass

    in_file = (
        *IN_FILE,
        (FIGURES["own_value"], lambda contract: contract.part),
        (
            FIGURES["threshold"],
            lambda contract: threshold(contract.policy, contract.procurement_type),
        ),
        (
            FIGURES["exempt"],
            lambda contract: exempt_because(contract.exempted_by) if contract.exempted_by else "",
        ),
    )

    def render_title(self, record: Any) -> Any:
        return format_html(
            "<span>{}<small>{}</small></span>", record.title, ", ".join(record.towns)
        )

    def render_award_date(self, value: date) -> str:
        return short_date(value)

    def render_value(self, record: Any, value: Any) -> Any:
        """The own part of it, above the whole where others share the contract."""
        if value == record.value:
            return euro(value)
        whole = _("of %(whole)s") % {"whole": euro(record.value)}
        return format_html("<span>{}<small>{}</small></span>", euro(value), whole)

    def render_threshold(self, record: Any) -> Any:
        floor = threshold(record.policy, record.procurement_type)
        return format_html(
            "<span>{}<small>{}</small></span>",
            euro(floor),
            ProcurementType(record.procurement_type).label,
        )

    def render_reason(self, record: Any) -> str:
        return reason_of(record)


class CoverageFilterSet(FilterSet):
    year = YearFilter(
        label=gettext_lazy("Year of award"), field_name="award_date", lookup_expr="year"
    )
    municipality = ClientFilter(
        Municipality, label=gettext_lazy("Client"), method="of_municipality"
    )
    reason = ChoiceFilter(
        label=gettext_lazy("Reason"),
        choices=[("with", gettext_lazy("given")), ("without", gettext_lazy("no reason given"))],
        method="by_reason",
    )

    def of_municipality(
        self, contracts: QuerySet[Any], name: str, value: Municipality
    ) -> QuerySet[Any]:
        shares = shared_by(value, self.request.access)
        return contracts.filter(pk__in=shares.values("contract"))

    def by_reason(self, contracts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return contracts.filter(WITH_REASON if value == "with" else ~WITH_REASON)
