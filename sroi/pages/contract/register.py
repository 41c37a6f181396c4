"""The contract register: every contract that a person may see, with how it stands."""

from functools import cached_property
from typing import Any

import django_filters
import django_tables2
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.coverage.lists import ContractColumns
from contracts.imports.written import FETCHED, FIGURES, IN_FILE, name_clients
from contracts.models import (
    Contract,
    ContractEvent,
    Contractor,
    ContractShare,
    ContractState,
    Municipality,
    PolicyField,
    ProcurementType,
)
from contracts.owed.shares import SharesOfContracts
from contracts.people.membership import advisers_of
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
from sroi.access import Access, May, visible
from sroi.lists import (
    NUMBER,
    ON_ONE_LINE,
    ChoiceFilter,
    ChoicesFilter,
    FilterSet,
    MonthsFilter,
    SearchFilter,
    Table,
    VisibleChoiceFilter,
    YearFilter,
)
from sroi.pages.contract.drafts import contract_draft_task
from sroi.periods import add_months
from sroi.templatetags.formats import NOTHING, euro, short_date
from sroi.views import ListFile, ListPage

NOBODY = "none"
MOST_DRAFTS = 200


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
    status = django_tables2.Column(_("Status"), orderable=True, accessor="progress")

    class Meta(Table.Meta):
        pass

    in_file = (
        *IN_FILE,
        (FIGURES["obligation"], lambda contract: contract.progress.counted.obligation),
        (FIGURES["realised"], lambda contract: contract.progress.counted.realised),
        (FIGURES["open"], lambda contract: contract.progress.counted.shortfall),
        (FIGURES["status"], lambda contract: contract.progress.status.label),
    )

    def order_obligation(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "obligation", is_descending), True

    def order_realised(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "realised", is_descending), True

    def order_open(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return self.in_order_of(contracts, "open", is_descending), True

    def order_status(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_order_of_urgency(contracts, localdate(), is_descending, is_in_step=True), True

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
        own = euro(value.counted.obligation)
        if not value.is_shared:
            return own
        whole = _("of %(whole)s") % {"whole": euro(value.obligation)}
        return format_html("<span>{}<small>{}</small></span>", own, whole)

    def render_realised(self, record: Any, value: Any) -> Any:
        if not value.obligation:
            return NOTHING
        return format_html(
            "<span>{}<small>{}</small></span>",
            euro(value.counted.realised),
            small_bar(record, value).svg,
        )

    def render_open(self, value: Any) -> Any:
        return euro(value.counted.shortfall) if value.obligation else NOTHING

    def render_status(self, value: Any) -> Any:
        return status_tag(value.status, value.status.label)


class OwnShareTable(ContractTable):
    """For who sees contracts for their own clients only: what an amount is stands in the file
    too.
    """

    in_file = (
        *ContractTable.in_file[:-4],
        (FIGURES["own_obligation"], ContractTable.in_file[-4][1]),
        (FIGURES["own_realised"], ContractTable.in_file[-3][1]),
        (FIGURES["own_open"], ContractTable.in_file[-2][1]),
        ContractTable.in_file[-1],
    )


class ContractFilterSet(FilterSet):
    q = SearchFilter(contract_search)
    municipality = VisibleChoiceFilter(Municipality, label=_("Client"), method="of_municipality")
    adviser = ChoiceFilter(label=_("Adviser"), method="of_adviser")
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
        choices = adviser_choices(self.request.access)
        if choices:
            form.fields["adviser"].choices = choices  # type: ignore[attr-defined]
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

    def of_adviser(self, contracts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == NOBODY:
            return contracts.filter(adviser=None)
        return contracts.filter(adviser=value)

    def ending_within(self, contracts: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = localdate()
        last = add_months(today, int(value))
        return contracts.filter(end_date__range=(today, last), state=ContractState.ACTIVE)

    def silent_for(self, contracts: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return silent_for(contracts, int(value), localdate(), is_in_step=True)

    def of_status(self, contracts: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return of_status(contracts, value, localdate(), is_in_step=True)


def adviser_choices(access: Access) -> list[tuple[str, Any]]:
    """Who advises in the regions of which one is staff; and nobody."""
    regions = access.regions_where(May.SEE_REGION)
    people = [(str(person.pk), str(person)) for person in advisers_of(regions)] if regions else []
    return [*people, (NOBODY, _("No adviser"))] if people else []


class ContractList(ListPage):
    model = Contract
    filterset_class = ContractFilterSet
    table_class = ContractTable
    heading = _("Contracts")
    template_name = "pages/contract_list.html"
    file_page = "contract-file"
    needs = (May.SEE_REGION, May.COMMISSION, May.FULFIL)

    @property
    def table(self) -> Table:
        self.table_class = OwnShareTable if only_shares(self.request.access) else ContractTable
        return super().table

    def get_queryset(self) -> QuerySet[Any]:
        """In step, wherever something of this page reads what is kept."""
        contracts = super().get_queryset().select_related("contractor", "policy", "standing")
        asked = self.request.GET
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
            contract.towns = [town.name for town, _percent in shares.named(contract.pk, today)]


class ContractFile(ListFile, ContractList):
    file_name = _("contracts")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related(*FETCHED)

    def prepare(self, rows: list[Any]) -> None:
        super().prepare(rows)
        name_clients(rows, localdate())
