"""A valuation table held against the accepted work of a year: sums beside each other that open down
to each fulfilment.
"""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRefresh

from contracts.models import BuildingBlock, ValuationTable
from placements.models import Allocation
from placements.what_if import door as what_if
from placements.what_if.lists import PER, WhatIfFilterSet, WhatIfTable, summed, sums_of
from sroi.access import May, visible
from sroi.lists import FILES
from sroi.views import ForWhoMay, ListFile, ListPage

YEARS_BACK = 5


class TableWhatIf(ForWhoMay, ListPage):
    """For who sees each fulfilment of the region: nothing on it is masked that the register
    shows.
    """

    capabilities = (May.SEE_REGION,)
    model = Allocation
    filterset_class = WhatIfFilterSet
    table_class = WhatIfTable
    template_name = "placements/what_if.html"
    file_page = "table-what-if-file"

    @cached_property
    def valuation_table(self) -> Any:
        found = get_object_or_404(
            visible(ValuationTable, self.request.access).select_related("region"),
            pk=self.kwargs["pk"],
        )
        if not self.request.access.may(May.SEE_REGION, region_id=found.region_id):
            raise Http404
        return found

    @property
    def heading(self) -> str:
        return _("What if: %(table)s") % {"table": self.valuation_table}

    @cached_property
    def years(self) -> list[int]:
        """This year and some before it."""
        this = localdate().year
        return list(range(this, this - YEARS_BACK, -1))

    @cached_property
    def year(self) -> int:
        """The one that was chosen, else last year."""
        chosen = self.request.GET.get("year", "")
        return next((year for year in self.years if str(year) == chosen), localdate().year - 1)

    @cached_property
    def outcome(self) -> what_if.Outcome | None:
        return what_if.outcome_or_asked(self.valuation_table, self.year)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.outcome is None:
            context = {"heading": self.heading, "object": self.valuation_table}
            return render(request, "placements/what_if_being_made.html", context)
        if request.htmx.target == "making":
            # The page that waited for it looks again, and is another one now.
            return HttpResponseClientRefresh()
        request.what_if = self.outcome.by_allocation
        request.region_title = self.valuation_table.region.title
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def get_queryset(self) -> QuerySet[Any]:
        # What was accepted since is not computed yet.
        rows = super().get_queryset().filter(pk__in=list(self.request.what_if))
        related = ("version__fulfilment__contractor", "contract", "block")
        return rows.select_related(*related).order_by("contract__reference", "pk")

    @cached_property
    def blocks(self) -> dict[int, BuildingBlock]:
        rows = visible(BuildingBlock, self.request.access).filter(table=self.valuation_table)
        return {block.pk: block for block in rows}

    def prepare(self, rows: list[Any]) -> None:
        known = self.request.what_if
        for row in rows:
            row.old, row.new, block = known[row.pk]
            row.other = self.blocks.get(block)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.outcome is not None  # `get` says so
        known = self.request.what_if
        rows = [(row, known[row.pk]) for row in self.object_list if row.pk in known]
        asked = self.request.GET.get("per", "")
        per = asked if asked in PER else "block"
        here = reverse("table-what-if", args=[self.valuation_table.pk]) + f"?year={self.year}"
        return super().get_context_data(
            object=self.valuation_table,
            outcome=self.outcome,
            year=self.year,
            years=self.years,
            together=summed(rows),
            sums=sums_of(rows, per),
            per=per,
            per_heading=PER[per],
            ways=[(name, label, f"{here}&per={name}") for name, label in PER.items()],
            here=here,
            **kwargs,
        )

    def files(self) -> dict[str, str]:
        asked = self.request.GET.copy()
        asked.pop("page", None)
        query = f"?{asked.urlencode()}" if asked else ""
        pk = self.valuation_table.pk
        return {name: reverse(self.file_page, args=[pk, name]) + query for name in FILES}


class TableWhatIfFile(ListFile, TableWhatIf):
    file_name = gettext_lazy("what-if")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return kwargs
