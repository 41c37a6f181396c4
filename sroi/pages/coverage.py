"""Coverage: contracts at or above the threshold that carry no obligation, with the reason or without one."""

from datetime import date
from typing import Any

import django_tables2
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.coverage.coverage import coverage, expected_to_owe
from contracts.models import Contract, ContractShare, Municipality, ObligationLine, ProcurementType
from contracts.obligation import threshold
from contracts.shares import SharesOfContracts
from sroi.access import STAFF, Role, visible
from sroi.lists import ChoiceFilter, FilterSet, Table, VisibleChoiceFilter, YearFilter
from sroi.pages.register import CONTRACT_PAGE, NUMBER, ON_ONE_LINE
from sroi.periods import Period
from sroi.templatetags.formats import euro, short_date
from sroi.views import ForRoles, ListFile, ListPage

WITH_REASON = ~Q(rate_reason="") | ~Q(rate_reason_text="")


def reason_of(contract: Contract) -> str:
    parts = (contract.get_rate_reason_display() if contract.rate_reason else "", contract.rate_reason_text)
    return ": ".join(part for part in parts if part) or _("no reason given")


class CoverageTable(Table):
    caption = gettext_lazy("Contracts without an obligation, at or above the threshold")
    empty_text = gettext_lazy("Every contract at or above the threshold carries an obligation.")
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
        gettext_lazy("Contractor"), orderable=True, order_by=("contractor__name_folded", "pk")
    )
    award_date = django_tables2.Column(
        gettext_lazy("Awarded"), orderable=True, order_by=("award_date", "pk"), attrs=ON_ONE_LINE
    )
    value = django_tables2.Column(
        gettext_lazy("Contract value"), orderable=True, order_by=("value", "pk"), attrs=NUMBER
    )
    threshold = django_tables2.Column(gettext_lazy("Threshold"), accessor="pk", attrs=NUMBER)
    reason = django_tables2.Column(gettext_lazy("Reason"), accessor="pk")

    class Meta(Table.Meta):
        pass

    in_file = (
        (gettext_lazy("Reference"), lambda contract: contract.reference),
        (gettext_lazy("Title"), lambda contract: contract.title),
        (gettext_lazy("Municipalities"), lambda contract: ", ".join(contract.towns)),
        (gettext_lazy("Contractor"), lambda contract: contract.contractor.name),
        (gettext_lazy("Awarded"), lambda contract: contract.award_date),
        (gettext_lazy("Contract value"), lambda contract: contract.value),
        (gettext_lazy("Threshold"), lambda contract: threshold(contract.policy, contract.procurement_type)),
        (gettext_lazy("Reason"), reason_of),
    )

    def render_title(self, record: Any) -> Any:
        return format_html("<span>{}<small>{}</small></span>", record.title, ", ".join(record.towns))

    def render_award_date(self, value: date) -> str:
        return short_date(value)

    def render_value(self, value: Any) -> str:
        return euro(value)

    def render_threshold(self, record: Any) -> Any:
        floor = threshold(record.policy, record.procurement_type)
        return format_html(
            "<span>{}<small>{}</small></span>", euro(floor), ProcurementType(record.procurement_type).label
        )

    def render_reason(self, record: Any) -> str:
        return reason_of(record)


class CoverageFilterSet(FilterSet):
    year = YearFilter(label=gettext_lazy("Year of award"), field_name="award_date", lookup_expr="year")
    municipality = VisibleChoiceFilter(Municipality, label=gettext_lazy("Municipality"), method="of_municipality")
    reason = ChoiceFilter(
        label=gettext_lazy("Reason"),
        choices=[("with", gettext_lazy("given")), ("without", gettext_lazy("no reason given"))],
        method="by_reason",
    )

    def of_municipality(self, contracts: QuerySet[Any], name: str, value: Municipality) -> QuerySet[Any]:
        shares = visible(ContractShare, self.request.access).filter(municipality=value, percent__gt=0)
        return contracts.filter(pk__in=shares.values("contract"))

    def by_reason(self, contracts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return contracts.filter(WITH_REASON if value == "with" else ~WITH_REASON)


class CoverageList(ForRoles, ListPage):
    roles = (*STAFF, Role.PROCUREMENT_OFFICER)
    model = Contract
    filterset_class = CoverageFilterSet
    table_class = CoverageTable
    heading = gettext_lazy("Coverage")
    template_name = "pages/coverage.html"
    file_page = "coverage-file"
    file_roles = roles

    def get_queryset(self) -> QuerySet[Any]:
        always = Period(date.min, date.max)
        rows = super().get_queryset().filter(expected_to_owe(always), has_obligation=False)
        return rows.select_related("contractor", "policy").order_by("-award_date", "-pk")

    def prepare(self, rows: list[Any]) -> None:
        today, shares = localdate(), SharesOfContracts(rows)
        for contract in rows:
            contract.towns = [town.name for town, _percent in shares.named(contract.pk, today)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With how it stands as a whole, in the year that was chosen, else this year."""
        access, form = self.request.access, self.filterset.form
        year = int((form.is_valid() and form.cleaned_data.get("year")) or localdate().year)
        tally = coverage(visible(Contract, access), visible(ObligationLine, access), Period.year(year))
        return super().get_context_data(coverage=tally, year=year, **kwargs)


class CoverageFile(ListFile, CoverageList):
    file_name = gettext_lazy("coverage")
