"""The contract register: every contract that a person may see, with how it stands."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.coverage.lists import ContractColumns
from contracts.imports.written import CHANGES_IN_FILE, FETCHED, FIGURES, IN_FILE, name_clients
from contracts.models import (
    ActionPlan,
    Contract,
    ContractEvent,
    Contractor,
    ContractShare,
    ContractState,
    Municipality,
    ObligationChange,
    PlanAmount,
    PolicyField,
    ProcurementType,
    Region,
)
from contracts.owed.amounts import OPEN
from contracts.owed.shares import SharesOfContracts
from contracts.people.membership import advisers_of, with_work
from contracts.plans.columns import IN_FILE as PLANS_IN_FILE
from contracts.registering.door import drafts_for, may_register
from contracts.searches import contract_search, draft_search
from placements.models import Upload, UploadKind
from placements.register.lists import uploads_of
from placements.standing.kept import (
    in_order_of,
    in_order_of_urgency,
    in_step,
    of_status,
    progress_kept,
    silent_for,
)
from placements.standing.own import has_share, only_shares, own_clients, progress_for
from placements.standing.progress import BY_URGENCY, Status
from placements.standing.words import small_bar, status_tag
from sroi.access import May, visible
from sroi.lists import (
    COUNTED,
    NUMBER,
    ON_ONE_LINE,
    ChoiceFilter,
    ChoicesFilter,
    ClientFilter,
    FilterSet,
    MonthsFilter,
    PickColumn,
    SearchFilter,
    Table,
    VisibleChoiceFilter,
    YearFilter,
)
from sroi.lists.choices import View, shared_by
from sroi.lists.desk import Desk
from sroi.pages.contract.drafts import contract_draft_task
from sroi.periods import add_months
from sroi.templatetags.formats import NOTHING, percent, short_date, whole_euro
from sroi.views import ListFile, ListPage, RowsFile

EVERYBODY, ME, NOBODY = "all", "me", "none"
MOST_DRAFTS = 200


def adviser_of(contract: Contract) -> str:
    """Who looks after it; the address that was given where that is nobody's here yet."""
    return str(contract.adviser or contract.adviser_email)


def policy_field_of(contract: Contract) -> str:
    """In words; as it was given where it is none of ours."""
    return str(dict(PolicyField.choices).get(contract.policy_field, contract.policy_field))


Cell = tuple[Any, Callable[[Any], Any]]


def figures(whose: str = "") -> Sequence[Cell]:
    """How a contract stands, in a file: `whose` is "own_" for the share of one's own clients."""
    return (
        (FIGURES[f"{whose}obligation"], lambda contract: contract.progress.counted.obligation),
        (FIGURES[f"{whose}realised"], lambda contract: contract.progress.counted.realised),
        (FIGURES[f"{whose}open"], lambda contract: contract.progress.counted.shortfall),
        (FIGURES["planned"], lambda contract: contract.progress.planned),
        (FIGURES["pending"], lambda contract: contract.progress.pending),
        (FIGURES["status"], lambda contract: contract.progress.status.label),
    )


class ContractTable(ContractColumns):
    caption = _("Contracts")
    empty_text = _("No contracts found.")

    end_date = django_tables2.Column(
        _("Ends"), orderable=True, order_by=("end_date", "pk"), attrs=ON_ONE_LINE
    )
    obligation = django_tables2.Column(
        _("Obligation"), orderable=True, accessor="progress", attrs=NUMBER
    )
    realised = django_tables2.Column(
        _("Fulfilled"), orderable=True, accessor="progress", attrs=NUMBER
    )
    open = django_tables2.Column(
        _("Still to be fulfilled"), orderable=True, accessor="progress", attrs=NUMBER
    )
    planned = django_tables2.Column(_("Planned"), orderable=True, accessor="progress", attrs=NUMBER)
    status = django_tables2.Column(_("Status"), orderable=True, accessor="progress")
    start_date = django_tables2.Column(
        _("First day"), orderable=True, order_by=("start_date", "pk"), attrs=ON_ONE_LINE
    )
    value = django_tables2.Column(
        _("Value at the award"), orderable=True, order_by=("value", "pk"), attrs=NUMBER
    )
    rate = django_tables2.Column(
        _("Rate at the award"), orderable=True, order_by=("rate", "pk"), attrs=NUMBER
    )
    policy_field = django_tables2.Column(
        _("Policy field"), orderable=True, order_by=("policy_field", "pk")
    )
    shares = django_tables2.Column(_("Shares"), accessor="shared_out")

    class Meta(Table.Meta):
        pass

    usual = (
        *("title", "contractor", "award_date", "end_date"),
        *("obligation", "realised", "open", "status"),
    )
    fixed = ("pick", "reference")

    in_file: ClassVar[Sequence[Cell]] = (*IN_FILE, *figures())

    def order_obligation(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "obligation", is_descending), True

    def order_realised(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "realised", is_descending), True

    def order_open(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "open", is_descending), True

    def order_status(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_order_of_urgency(contracts, localdate(), is_descending, is_in_step=True), True

    def order_planned(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        kept = not only_shares(self.access)
        return in_order_of(contracts, "planned", localdate(), is_descending, is_in_step=kept), True

    def in_order_of(self, contracts: Any, total: str, is_descending: bool) -> Any:
        clients = own_clients(self.access) if only_shares(self.access) else None
        return in_order_of(contracts, total, localdate(), is_descending, clients, is_in_step=True)

    def render_title(self, record: Any) -> Any:
        return format_html(
            "<span>{}<small>{}</small></span>", record.title, ", ".join(record.towns)
        )

    def render_award_date(self, value: Any) -> str:
        return short_date(value)

    def render_end_date(self, value: Any) -> str:
        return short_date(value)

    def render_obligation(self, value: Any) -> Any:
        if not value.obligation:
            return NOTHING
        own = whole_euro(value.counted.obligation)
        if not value.is_shared:
            return own
        whole = _("of %(whole)s") % {"whole": whole_euro(value.obligation)}
        return format_html("<span>{}<small>{}</small></span>", own, whole)

    def render_realised(self, record: Any, value: Any) -> Any:
        if not value.obligation:
            return NOTHING
        return format_html(
            "<span>{}<small>{}</small></span>",
            whole_euro(value.counted.realised),
            small_bar(record, value).svg,
        )

    def render_open(self, value: Any) -> Any:
        return whole_euro(value.counted.shortfall) if value.obligation else NOTHING

    def render_planned(self, value: Any) -> Any:
        return whole_euro(value.planned) if value.obligation else NOTHING

    def render_start_date(self, value: Any) -> str:
        return short_date(value)

    def render_value(self, value: Any) -> str:
        return whole_euro(value)

    def render_rate(self, value: Any) -> str:
        return percent(value)

    def render_policy_field(self, record: Any) -> str:
        return policy_field_of(record)

    def render_status(self, value: Any) -> Any:
        return status_tag(value.status, value.status.label)


class StaffTable(ContractTable):
    """With who looks after each contract, and a box to pick it by."""

    pick = PickColumn()
    adviser = django_tables2.Column(
        _("Adviser"), orderable=True, order_by=("adviser__name", "pk"), empty_values=()
    )

    class Meta(Table.Meta):
        sequence = ("pick", "...")

    def render_adviser(self, record: Any) -> Any:
        return adviser_of(record) or _("No adviser")


class OwnShareTable(ContractTable):
    """For who sees contracts for their own clients only: what an amount is stands in the file
    too.
    """

    in_file = (*IN_FILE, *figures("own_"))


class ContractFilterSet(FilterSet):
    q = SearchFilter(contract_search)
    municipality = ClientFilter(Municipality, label=_("Client"), method="of_municipality")
    adviser = ChoiceFilter(label=_("Adviser"), method="of_adviser", empty_label=None)
    procurement_type = ChoiceFilter(label=_("Procurement type"), choices=ProcurementType.choices)
    policy_field = ChoiceFilter(label=_("Policy field"), choices=PolicyField.choices)
    year = YearFilter(label=_("Year of award"), field_name="award_date", lookup_expr="year")
    ending = MonthsFilter(label=_("Ends within (months)"), method="ending_within")
    silent = MonthsFilter(label=_("Nothing reported for (months)"), method="silent_for")
    contractor = VisibleChoiceFilter(Contractor, label=_("Contractor"), widget=forms.HiddenInput)
    upload = django_filters.ModelChoiceFilter(
        queryset=lambda request: uploads_of(
            request.access, UploadKind.CONTRACTS, UploadKind.CHANGES
        ),
        label=_("Import"),
        method="of_upload",
        widget=forms.HiddenInput,
    )
    # Last, since it looks at every contract that the others leave.
    status = ChoicesFilter(
        label=_("Status"),
        choices=[(status.value, status.label) for status in BY_URGENCY],
        method="of_status",
    )

    @cached_property
    def form(self) -> forms.Form:
        """Advisers are offered to the staff of their region only."""
        form = super().form
        people = colleagues(self.request)
        if people:
            names = [(str(person.pk), str(person)) for person in people]
            form.fields["adviser"].choices = [*whose(self.request), *names]  # type: ignore[attr-defined]
        else:
            del form.fields["adviser"]
        if not may_register(self.request.access):
            form.fields["status"].choices = [  # type: ignore[attr-defined]
                choice
                for choice in form.fields["status"].choices  # type: ignore[attr-defined]
                if choice[0] != Status.DRAFT
            ]
        return form

    def of_municipality(
        self, contracts: QuerySet[Any], name: str, value: Municipality
    ) -> QuerySet[Any]:
        shares = visible(ContractShare, self.request.access).filter(
            municipality=value, percent__gt=0
        )
        return contracts.filter(pk__in=shares.values("contract"))

    def of_upload(self, contracts: QuerySet[Any], name: str, value: Upload) -> QuerySet[Any]:
        """Those that an import made or changed: its act stands in their events."""
        assert value.imported_at is not None  # `uploads_of` says so
        events = visible(ContractEvent, self.request.access).filter(
            by=value.owner_id, at=value.imported_at
        )
        return contracts.filter(pk__in=events.order_by().values("contract"))

    @property
    def chosen(self) -> list[str]:
        """Whose contracts they are stands above the list, unless it is a colleague's."""
        apart = self.form.data.get("adviser") in dict(whose(self.request))
        return [name for name in super().chosen if not (apart and name == "adviser")]

    def of_adviser(self, contracts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == EVERYBODY:
            return contracts
        if value == NOBODY:
            return looked_after_by_nobody(contracts, self.request)
        return contracts.filter(adviser=self.request.user if value == ME else value)

    def ending_within(self, contracts: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = localdate()
        last = add_months(today, int(value))
        return contracts.filter(end_date__range=(today, last), state=ContractState.ACTIVE)

    def silent_for(self, contracts: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return silent_for(contracts, int(value), localdate(), is_in_step=True)

    def of_status(self, contracts: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return of_status(contracts, value, localdate(), is_in_step=True)


def colleagues(request: Any) -> list[Any]:
    """Who advises in the regions of which one is staff, and whether they look after anything; asked
    once for a page.
    """
    found: list[Any] | None = getattr(request, "colleagues", None)
    if found is None:
        regions = request.access.regions_where(May.SEE_REGION)
        found = request.colleagues = list(with_work(advisers_of(regions))) if regions else []
    return found


def looked_after_by_nobody(contracts: QuerySet[Any], request: Any) -> QuerySet[Any]:
    """Without an adviser, or of somebody who advises no more."""
    advise = [person.pk for person in colleagues(request)]
    return contracts.filter(Q(adviser=None) | ~Q(adviser__in=advise))


def whose(request: Any) -> list[tuple[str, Any]]:
    """Whose contracts one can ask for, the usual first: an adviser's own, once there are any."""
    people = colleagues(request)
    if not people:
        return []
    mine = [person for person in people if person == request.user and person.looks_after]
    rest = [(EVERYBODY, _("All contracts")), (NOBODY, _("No adviser"))]
    return [(ME, _("My contracts")), *rest] if mine else rest


class ContractList(Desk, ListPage):
    model = Contract
    filterset_class = ContractFilterSet
    table_class = ContractTable
    heading = _("Contracts")
    template_name = "pages/contract_list.html"
    file_page = "contract-file"
    more_files = (
        ("change-file", _("Obligation changes"), (May.SEE_REGION,)),
        ("plan-file", _("Action plans"), (May.SEE_UNAGREED_PLANS,)),
    )
    needs = (May.SEE_REGION, May.COMMISSION, May.FULFIL)
    address = "contract-list"
    whose_filter = "adviser"

    def tabs(self) -> list[tuple[str, Any]]:
        return self.offered

    @cached_property
    def offered(self) -> list[tuple[str, Any]]:
        """Who manages the people of a region sees how many contracts wait for an adviser."""
        access, tabs = self.request.access, whose(self.request)
        regions = access.regions_where(May.MANAGE_USERS)
        if not tabs or not regions or access.may(May.ADVISE):
            return tabs
        open_ones = visible(Contract, access).filter(region__in=regions, state__in=OPEN)
        number = looked_after_by_nobody(open_ones, self.request).order_by()[:COUNTED].count()
        told = _("No adviser (%(number)s)") % {"number": number}
        return [(value, told if value == NOBODY and number else word) for value, word in tabs]

    def teams(self) -> list[tuple[int, Any]]:
        regions = self.request.access.regions_where(May.ADVISE)
        if len(regions) < 2:
            return [(region, _("All advisers of the region")) for region in regions]
        rows = visible(Region, self.request.access).filter(pk__in=regions).order_by("title_nl")
        return [(row.pk, _("All advisers of %(region)s") % {"region": row.title}) for row in rows]

    def shared(self) -> list[View]:
        others = [person for person in colleagues(self.request) if person != self.request.user]
        regions = self.request.access.regions_where(May.SEE_REGION)
        return shared_by(others, self.address, regions)

    def picks(self) -> tuple[tuple[str, Any], ...]:
        access = self.request.access
        acts = (
            ((May.CHANGE, May.MANAGE_USERS), reverse("picked-hand-over"), _("Hand over")),
            ((May.ADVISE,), reverse("picked-remind"), _("Remind")),
            ((May.INVITE_CONTRACTORS,), reverse("picked-invite"), _("Invite")),
            ((May.SEE_REGION,), reverse(self.file_page, args=["xlsx"]), _("Export to Excel")),
        )
        return tuple((url, word) for may, url, word in acts if access.may(*may))

    @property
    def first_order(self) -> str:
        """Who commissions looks now and then: what asks for attention comes first."""
        return "status" if only_shares(self.request.access) else ""

    @property
    def kind(self) -> type[Table]:
        access = self.request.access
        if only_shares(access):
            return OwnShareTable
        return StaffTable if access.may(May.SEE_REGION) else ContractTable

    def get_queryset(self) -> QuerySet[Any]:
        """In step, wherever something of this page reads what is kept."""
        contracts = super().get_queryset().select_related("contractor", "policy", "standing")
        if self.request.access.may(May.SEE_REGION):
            contracts = contracts.select_related("adviser").defer("adviser__lists")
        asked = self.asked
        by_status = any(asked.getlist("status")) or asked.get("sort", "").endswith("status")
        if not only_shares(self.request.access) or by_status or asked.get("silent"):
            in_step(contracts, localdate())
        return contracts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        found = super().get_context_data(
            may_register=may_register(access), only_shares=only_shares(access), **kwargs
        )
        asked = getattr(found["filter"].form, "cleaned_data", {}) if found.get("filter") else {}
        return found | self.drafts(asked)

    def drafts(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is being prepared is no contract yet: a list of its own, when drafts are asked
        for.
        """
        rows = drafts_for(self.request.access)
        statuses = asked.get("status") or []
        if Status.DRAFT not in statuses:
            return {"number_of_drafts": rows.count() if may_register(self.request.access) else 0}
        if text := asked.get("q"):
            rows = rows.filter(draft_search(text))
        if contractor := asked.get("contractor"):
            rows = rows.filter(contractor=contractor)
        found = [contract_draft_task(draft, self.request.access) for draft in rows[:MOST_DRAFTS]]
        return {"drafts": found, "asks_for_drafts": True, "asks_for_more": len(statuses) > 1}

    def prepare(self, rows: list[Any]) -> None:
        today = localdate()
        is_shared = any(has_share(self.request.access, contract) for contract in rows)
        progress = (
            progress_for(self.request.access, rows, today)
            if is_shared
            else progress_kept(rows, today)
        )
        shares = SharesOfContracts(rows)
        for contract in rows:
            contract.progress = progress[contract.pk]
            named = shares.named(contract.pk, today)
            contract.towns = [town.name for town, _part in named]
            contract.shared_out = ", ".join(f"{town.name} {percent(part)}" for town, part in named)


class ChangeRows(Table):
    in_file = CHANGES_IN_FILE


class PlanRows(Table):
    in_file = PLANS_IN_FILE


class ChangeFile(RowsFile, ContractList):
    """What changed what the contracts of the list owe."""

    file_name = _("obligation-changes")
    file_may = (May.SEE_REGION,)
    rows_table = ChangeRows

    def rows_of(self, contracts: QuerySet[Any]) -> QuerySet[Any]:
        rows = visible(ObligationChange, self.request.access).filter(contract__in=contracts)
        return rows.select_related("contract").order_by("contract__reference", "pk")


class PlanFile(RowsFile, ContractList):
    """What was agreed to be done, or waits for that, in each quarter under the contracts of the
    list.
    """

    file_name = _("action-plans")
    file_may = (May.SEE_UNAGREED_PLANS,)
    rows_table = PlanRows

    def rows_of(self, contracts: QuerySet[Any]) -> QuerySet[Any]:
        access = self.request.access
        plan = OuterRef("plan__contract"), OuterRef("plan__number")
        later = visible(ActionPlan, access).filter(contract=plan[0], number__gt=plan[1])
        rows = visible(PlanAmount, access).filter(~Exists(later), plan__contract__in=contracts)
        return rows.select_related("plan__contract").order_by("plan__contract__reference", "pk")


class ContractFile(ListFile, ContractList):
    file_name = _("contracts")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related(*FETCHED)

    def prepare(self, rows: list[Any]) -> None:
        super().prepare(rows)
        name_clients(rows, localdate())
