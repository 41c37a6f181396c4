"""Contractors, with what they owe and did under the contracts that a person may see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import django_tables2
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.dossier import door as dossier
from contracts.models import (
    ContactPerson,
    Contract,
    Contractor,
    ContractShare,
    Municipality,
    Notice,
    NoticeState,
    Side,
)
from contracts.people.invitations import to_contractors
from contracts.people.membership import people_of
from contracts.people.notices import told_to
from contracts.searches import contractor_search
from placements.standing.kept import in_step, of_status, rows_of
from placements.standing.progress import Progress, Status
from placements.standing.words import WORRYING, standings
from sroi.access import Access, May, visible
from sroi.history.versions import versions
from sroi.lists import (
    NUMBER,
    ChoiceFilter,
    ClientFilter,
    FilterSet,
    PickColumn,
    SearchFilter,
    Table,
)
from sroi.lists.desk import Desk
from sroi.money import ZERO
from sroi.templatetags.formats import whole_euro
from sroi.views import DetailPage, ForWhoMay, ListFile, ListPage

MOST_MAILS = 50


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

    pick = PickColumn()
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
        sequence = ("pick", "...")

    usual = ("kvk", "contracts", "obligation", "realised", "worrying")
    fixed = ("pick", "name")

    in_file = (
        (_("Name"), lambda contractor: contractor.name),
        (_("KvK number"), lambda contractor: contractor.kvk),
        (_("Contracts"), lambda contractor: contractor.together.contracts),
        (_("Obligation"), lambda contractor: contractor.together.obligation),
        (_("Fulfilled"), lambda contractor: contractor.together.realised),
        (_("Need attention"), lambda contractor: contractor.together.worrying),
        (_("Street and number, or PO box"), lambda contractor: contractor.street),
        (_("Postcode"), lambda contractor: contractor.postcode),
        (_("Place"), lambda contractor: contractor.place),
        (_("Country of the address"), lambda contractor: contractor.address_country),
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
        return whole_euro(value)

    def render_realised(self, value: Decimal) -> str:
        return whole_euro(value)


class ContractorFilterSet(FilterSet):
    """By name, and by the contracts that one may see."""

    q = SearchFilter(contractor_search)
    municipality = ClientFilter(Municipality, label=_("Client"), method="of_municipality")
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


class ContractorList(ForWhoMay, Desk, ListPage):
    capabilities = (May.SEE_REGION,)
    model = Contractor
    filterset_class = ContractorFilterSet
    table_class = ContractorTable
    heading = _("Contractors")
    file_page = "contractor-file"
    address = "contractor-list"
    file_may = (May.SEE_REGION,)
    # Whether how contracts stand was made again already.
    is_in_step = False

    def picks(self) -> tuple[tuple[str, Any], ...]:
        access = self.request.access
        acts = (
            ((May.ADVISE,), reverse("picked-contractors-remind"), gettext("Remind")),
            ((May.INVITE_CONTRACTORS,), reverse("picked-contractors-invite"), gettext("Invite")),
            (self.file_may, reverse(self.file_page, args=["xlsx"]), gettext("Export to Excel")),
        )
        return tuple((url, word) for may, url, word in acts if access.may(*may))

    def prepare(self, rows: list[Any]) -> None:
        theirs = visible(Contract, self.request.access).filter(
            contractor__in=[row.pk for row in rows]
        )
        sums = (
            rows_of(theirs, localdate(), is_in_step=self.is_in_step)
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
    is_in_step = True

    def get_queryset(self) -> QuerySet[Any]:
        """Beforehand: nothing is written while the rows are read."""
        in_step(visible(Contract, self.request.access), localdate())
        rows: QuerySet[Any] = super().get_queryset()
        return rows


class ContractorPage(ForWhoMay, DetailPage):
    """A relation: how it stands with all of its contracts, and whom one reaches."""

    capabilities = (May.SEE_REGION,)
    model = Contractor
    template_name = "pages/contractor_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contractor, access, today = self.object, self.request.access, localdate()
        mine = visible(Contract, access).filter(contractor=contractor)
        rows = mine.select_related("policy", "contractor").order_by("-award_date", "reference")
        standing = standings(rows, today)
        kept = visible(Contractor.history.model, access).filter(id=contractor.pk)
        regions = {one.contract.region_id for one in standing}
        invites = access.regions_where(May.INVITE_CONTRACTORS) & regions
        return super().get_context_data(
            versions=versions(
                kept.select_related("history_user").order_by("history_date", "history_id")
            ),
            contracts=standing,
            together=together(one.progress for one in standing),
            signs_in=people_of(contractor, access),
            invitations=to_contractors([contractor.pk], access, now()),
            named=contact_persons(contractor, access),
            may_invite=bool(invites),
            may_remind=bool(access.regions_where(May.ADVISE) & regions),
            may_put_right=bool(access.regions_where(May.CHANGE) & regions),
            **kwargs,
        )


@dataclass
class Named:
    """A contact person, once however many contracts name them; with these contracts."""

    name: str
    what: str
    email: str
    phone: str
    contracts: list[Contract] = field(default_factory=list)
    # Where they are changed, once for all contracts; empty for who may not.
    edit: str = ""


def contact_persons(contractor: Contractor, access: Access) -> list[Named]:
    """Of all its contracts that one may see, each once. Whom a release before wrote is the same by
    name and address.
    """
    rows = visible(ContactPerson, access).filter(
        contract__contractor=contractor, side=Side.CONTRACTOR
    )
    found: dict[Any, Named] = {}
    for row in rows.select_related("contract").order_by("-contract__award_date", "name", "pk"):
        key = row.person_id or (row.name.casefold(), row.email.lower())
        person = found.setdefault(key, Named(row.name, row.function, row.email, row.phone))
        person.contracts.append(row.contract)
        if not person.edit and Side.CONTRACTOR in dossier.sides_of(access, row.contract):
            person.edit = reverse("contact-person", args=[row.pk])
    return sorted(found.values(), key=lambda person: person.name.casefold())


class ContractorMails(ForWhoMay, DetailPage):
    """What was mailed to its people of the contracts that one may see, the latest first."""

    capabilities = (May.SEE_REGION,)
    model = Contractor
    template_name = "pages/contractor_mails.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contractor, access = self.object, self.request.access
        theirs = visible(Contract, access).filter(contractor=contractor).order_by()
        rows = visible(Notice, access).filter(
            contract__in=theirs.values("pk"), state=NoticeState.SENT
        )
        rows = told_to(rows, contractor).select_related("contract", "user")
        return super().get_context_data(
            mails=rows.order_by("-sent_at", "-pk")[:MOST_MAILS], most=MOST_MAILS, **kwargs
        )
