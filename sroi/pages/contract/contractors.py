"""Contractors, with what they owe and did under the contracts that a person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_tables2
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Contractor, ContractShare, Municipality
from contracts.searches import contractor_search
from placements.standing.kept import of_status, rows_of
from placements.standing.progress import Progress, Status, with_progress
from placements.standing.words import WORRYING
from sroi.access import May, visible
from sroi.history.versions import versions
from sroi.lists import NUMBER, ChoiceFilter, FilterSet, SearchFilter, Table, VisibleChoiceFilter
from sroi.money import ZERO
from sroi.templatetags.formats import euro
from sroi.views import DetailPage, ForWhoMay, ListFile, ListPage


@dataclass
class Together:
    """The contracts of one contractor together."""

    contracts: int = 0
    obligation: Decimal = ZERO
    realised: Decimal = ZERO
    worrying: int = 0

    def add(self, progress: Progress) -> None:
        self.contracts += 1
        self.obligation += progress.obligation
        self.realised += progress.realised
        self.worrying += progress.status in WORRYING


def together(contracts: Iterable[Progress]) -> Together:
    total = Together()
    for progress in contracts:
        total.add(progress)
    return total


class ContractorTable(Table):
    caption = _("Contractors")
    empty_text = _("No contractors found.")

    name = django_tables2.Column(
        _("Name"),
        orderable=True,
        order_by=("name_folded", "pk"),
        linkify=("contractor-detail", {"pk": django_tables2.A("pk")}),
    )
    kvk = django_tables2.Column(_("KvK number"), orderable=True, order_by=("kvk", "pk"))
    contracts = django_tables2.Column(
        _("Contracts"), orderable=True, accessor="together__contracts", attrs=NUMBER
    )
    obligation = django_tables2.Column(
        _("Obligation"), accessor="together__obligation", attrs=NUMBER
    )
    realised = django_tables2.Column(_("Fulfilled"), accessor="together__realised", attrs=NUMBER)
    worrying = django_tables2.Column(
        _("Need attention"), accessor="together__worrying", attrs=NUMBER
    )

    class Meta(Table.Meta):
        pass

    in_file = (
        (_("Name"), lambda contractor: contractor.name),
        (_("KvK number"), lambda contractor: contractor.kvk),
        (_("Contracts"), lambda contractor: contractor.together.contracts),
        (_("Obligation"), lambda contractor: contractor.together.obligation),
        (_("Fulfilled"), lambda contractor: contractor.together.realised),
        (_("Need attention"), lambda contractor: contractor.together.worrying),
    )

    def order_contracts(self, contractors: Any, is_descending: bool) -> tuple[Any, bool]:
        theirs = (
            visible(Contract, self.access)
            .filter(contractor=OuterRef("pk"))
            .order_by()
            .values("contractor")
        )
        number = Coalesce(Subquery(theirs.annotate(number=Count("pk")).values("number")), 0)
        sign = "-" if is_descending else ""
        return contractors.annotate(number=number).order_by(f"{sign}number", f"{sign}pk"), True

    def render_obligation(self, value: Decimal) -> str:
        return euro(value)

    def render_realised(self, value: Decimal) -> str:
        return euro(value)


class ContractorFilterSet(FilterSet):
    """By name, and by the contracts that one may see."""

    q = SearchFilter(contractor_search)
    municipality = VisibleChoiceFilter(Municipality, label=_("Client"), method="of_municipality")
    status = ChoiceFilter(
        label=_("Has a contract that is"), choices=Status.choices, method="of_status"
    )

    def of_municipality(
        self, contractors: QuerySet[Any], name: str, value: Municipality
    ) -> QuerySet[Any]:
        shares = visible(ContractShare, self.request.access).filter(
            municipality=value, percent__gt=0
        )
        return contractors.filter(pk__in=shares.values("contract__contractor"))

    def of_status(self, contractors: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        theirs = visible(Contract, self.request.access).filter(
            contractor__in=contractors.order_by().values("pk")
        )
        return contractors.filter(
            pk__in=of_status(theirs, [value], localdate()).values("contractor")
        )


class ContractorList(ForWhoMay, ListPage):
    capabilities = (May.SEE_REGION,)
    model = Contractor
    filterset_class = ContractorFilterSet
    table_class = ContractorTable
    heading = _("Contractors")
    file_page = "contractor-file"
    file_may = (May.SEE_REGION,)

    def prepare(self, rows: list[Any]) -> None:
        theirs = visible(Contract, self.request.access).filter(
            contractor__in=[row.pk for row in rows]
        )
        sums = (
            rows_of(theirs, localdate())
            .values_list("contract__contractor")
            .annotate(
                Count("contract"),
                Sum("obligation"),
                Sum("realised"),
                worrying=Count("contract", filter=Q(status__in=WORRYING)),
            )
        )
        totals = {pk: Together(*of_firm) for pk, *of_firm in sums}
        for contractor in rows:
            contractor.together = totals.get(contractor.pk, Together())


class ContractorFile(ListFile, ContractorList):
    file_name = _("contractors")


class ContractorPage(ForWhoMay, DetailPage):
    capabilities = (May.SEE_REGION,)
    model = Contractor
    template_name = "pages/contractor_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = visible(Contract, self.request.access).filter(contractor=self.object)
        contracts = list(mine.select_related("policy").order_by("-award_date", "reference"))
        progress = with_progress(contracts, localdate())
        kept = visible(Contractor.history.model, self.request.access).filter(id=self.object.pk)
        return super().get_context_data(
            versions=versions(
                kept.select_related("history_user").order_by("history_date", "history_id")
            ),
            contracts=[(contract, progress[contract.pk]) for contract in contracts],
            together=together(progress.values()),
            **kwargs,
        )
