"""Coverage: contracts at or above the threshold that carry no obligation, with the reason or
without one.
"""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.coverage.coverage import coverage, expected_to_owe, value_at_award
from contracts.coverage.lists import CoverageFilterSet, CoverageTable, reason_called, shared_by
from contracts.imports.written import FETCHED, name_clients
from contracts.models import Contract, ObligationLine
from contracts.owed.shares import SharesOfContracts
from sroi.access import May, visible
from sroi.lists.choices import query_of
from sroi.periods import Period
from sroi.templatetags.formats import euro
from sroi.views import ForWhoMay, ListFile, ListPage

ALWAYS = Period(date.min, date.max)
# Another year is typed in the filter.
YEARS_AT_HAND = 3


class CoverageList(ForWhoMay, ListPage):
    capabilities = (May.SEE_COVERAGE,)
    model = Contract
    filterset_class = CoverageFilterSet
    table_class = CoverageTable
    heading = gettext_lazy("Coverage")
    template_name = "pages/coverage.html"
    file_page = "coverage-file"
    file_may = capabilities

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset().filter(expected_to_owe(ALWAYS), has_obligation=False)
        part = value_at_award(visible(ObligationLine, self.request.access))
        return (
            rows.annotate(part=part)
            .select_related("contractor", "policy", "exempted_by")
            .order_by("-award_date", "-pk")
        )

    def prepare(self, rows: list[Any]) -> None:
        today, shares = localdate(), SharesOfContracts(rows)
        for contract in rows:
            contract.towns = [town.name for town, _percent in shares.named(contract.pk, today)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With how it stands as a whole: in the year that was chosen or in all, of the client that
        was chosen.
        """
        access, chosen = self.request.access, self.chosen
        contracts, owed = visible(Contract, access), visible(ObligationLine, access)
        if town := chosen.get("municipality"):
            owed = owed.filter(municipality=town)
            contracts = contracts.filter(pk__in=shared_by(town, access).values("contract"))
        year = int(chosen.get("year") or 0)
        tally = coverage(contracts, owed, Period.year(year) if year else ALWAYS)
        reasons = [
            (reason_called(code), f"{reason.number} ({euro(reason.value)})")
            for code, reason in tally.by_reason
        ]
        return super().get_context_data(
            coverage=tally, reasons=reasons, year=year, years=self.years(year), **kwargs
        )

    @property
    def chosen(self) -> dict[str, Any]:
        form = self.filterset.form
        return form.cleaned_data if form.is_valid() else {}

    def years(self, chosen: int) -> list[tuple[Any, str, bool]]:
        """All years, and the last ones, with their address: what else was chosen stays."""
        this = localdate().year
        last = [(each, str(each)) for each in range(this, this - YEARS_AT_HAND, -1)]
        return [
            (label, "?" + query_of(self.asked, year=asked), each == chosen)
            for each, label, asked in [
                (0, _("All years"), ""),
                *((each, label, label) for each, label in last),
            ]
        ]


class CoverageFile(ListFile, CoverageList):
    file_name = gettext_lazy("coverage")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related(*FETCHED)

    def prepare(self, rows: list[Any]) -> None:
        super().prepare(rows)
        name_clients(rows, localdate())
