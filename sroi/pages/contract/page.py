"""The page of one contract: how it stands, what was done for it, what it owes and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.acts.rights import may_change
from contracts.models import (
    Category,
    ChangeProposal,
    Contract,
    ContractEvent,
    ContractState,
    Spread,
)
from contracts.owed.exemption import exempt_because
from contracts.owed.obligation import usual_rate
from contracts.owed.shares import SharesOfContracts
from contracts.owed.story import story_of
from contracts.people.membership import with_people
from contracts.registering import cpv
from contracts.registering.door import may_call_off
from contracts.settlement.shortfall import is_settled_here
from placements.claims.words import period_words
from placements.models import Allocation, EventKind, FulfilmentEvent
from placements.rights import may_see_fulfilments
from placements.standing.own import progress_for
from placements.standing.progress import Progress, realised_by_category
from placements.standing.words import bar, sentences, small_bar
from placements.telling import ANSWERS
from sroi.access import May, visible
from sroi.glossary import explained
from sroi.history.versions import versions
from sroi.money import ZERO
from sroi.pages.contract.rail import rail_of, with_rail
from sroi.templatetags.formats import euro, long_date, percent
from sroi.views import DetailPage, Happening, page_of

SHOWN = 50
DECISIONS = (*ANSWERS, EventKind.WITHDRAWN)


@dataclass(frozen=True)
class Together:
    """Call-offs together, in euro."""

    obligation: Decimal
    realised: Decimal
    open: Decimal


class ContractPage(DetailPage):
    model = Contract
    template_name = "pages/contract_detail.html"

    def get_queryset(self) -> QuerySet[Any]:
        # Whether one may see the framework is asked with the contract itself.
        frameworks = visible(Contract, self.request.access).filter(pk=OuterRef("parent"))
        rows = (
            super()
            .get_queryset()
            .select_related("contractor", "region", "policy", "table", "adviser", "parent")
        )
        rows = with_rail(with_people(rows), self.request.access)
        return rows.annotate(sees_framework=Exists(frameworks))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, today = self.object, localdate()
        call_offs = self.call_offs()
        progress = progress_for(self.request.access, [contract, *call_offs], today)
        standing = progress[contract.pk]
        return super().get_context_data(
            list_url=list_url(self.request),
            progress=standing,
            sentences=sentences(contract, standing, today),
            bar=bar(contract, standing) if standing.obligation else None,
            small_bar=small_bar(contract, standing, "phone", 320) if standing.obligation else None,
            shares=SharesOfContracts([contract]).named(contract.pk, today),
            story=story_of(contract, self.lines()),
            figures=figures(standing),
            facts=facts(contract),
            framework=contract.parent if contract.sees_framework else None,
            nobody_signs_in=not contract.has_people and contract.state == ContractState.ACTIVE,
            may_call_off=contract.is_framework and may_call_off(self.request.access, contract),
            is_settled_here=is_settled_here(contract)
            and contract.state in (ContractState.ENDED, ContractState.SETTLED),
            looks_again=self.request.access.may(May.SEE_REGION, region_id=contract.region_id),
            may_change=may_change(self.request.access, contract),
            proposals=list(visible(ChangeProposal, self.request.access).filter(contract=contract)),
            call_offs=[(c, progress[c.pk]) for c in call_offs],
            together=together([progress[c.pk] for c in call_offs]) if call_offs else None,
            **rail_of(contract, self.request.access, today),
            **self.fulfilments(today),
            **kwargs,
        )

    def lines(self) -> list[Any]:
        lines = self.object.obligation_lines.select_related("posting__by", "municipality")
        return list(lines.order_by("posting__number", "pk"))

    def fulfilments(self, today: Any) -> dict[str, Any]:
        """Each of them for who may see them; for a procurement officer no more than totals."""
        contract = self.object
        if not may_see_fulfilments(self.request.access, contract):
            totals = realised_by_category(contract, today)
            return {"categories": [(category.label, totals[category]) for category in Category]}
        newest = visible(Allocation, self.request.access).filter(
            contract=contract, version__latest_of__isnull=False
        )
        rows = newest.select_related("version__fulfilment", "block").order_by(
            "-version__fulfilment"
        )
        shown: list[Any] = list(rows[: SHOWN + 1])
        for allocation in shown:
            allocation.version.period = period_words(allocation.version)
        return {"allocations": shown[:SHOWN], "more_allocations": len(shown) > SHOWN}

    def call_offs(self) -> list[Contract]:
        if not self.object.is_framework:
            return []
        mine = visible(Contract, self.request.access).filter(parent=self.object)
        return list(mine.select_related("policy", "contractor").order_by("reference"))


def list_url(request: Any) -> str:
    """The contract list: as one had it, with its filters and order, where one comes from there."""
    url, came_from = reverse("contract-list"), page_of(request) or ""
    return came_from if came_from.split("?")[0] == url else url


class ContractHistory(DetailPage):
    """What happened to a contract, and for who may see its versions what was changed in its
    facts.
    """

    model = Contract
    template_name = "pages/contract_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract = self.object
        decided, more = self.decisions()
        events = [happening(event) for event in contract.events.select_related("by")]
        kept = visible(Contract.history.model, self.request.access).filter(id=contract.pk)
        rows = kept.select_related("history_user", "adviser", "table", "policy").order_by(
            "history_date", "history_id"
        )
        return super().get_context_data(
            events=sorted([*events, *decided], key=lambda event: event.at)[::-1],
            more_decisions=more,
            versions=versions(rows, skip=("state",)),
            **kwargs,
        )

    def decisions(self) -> tuple[list[Happening], bool]:
        """What was decided about the fulfilments under it, for who may see each; the newest, and
        whether there are more.
        """
        contract = self.object
        if not may_see_fulfilments(self.request.access, contract):
            return [], False
        under = visible(Allocation, self.request.access).filter(contract=contract)
        rows = visible(FulfilmentEvent, self.request.access).filter(
            kind__in=DECISIONS, fulfilment__in=under.order_by().values("version__fulfilment")
        )
        rows = rows.select_related("fulfilment", "by").order_by("-pk")[: SHOWN + 1]
        found = [
            Happening(
                f"{event.fulfilment.external_id}: {event.get_kind_display()}",
                event.at,
                event.by,
                event.why,
                reverse("fulfilment-detail", args=[event.fulfilment_id]),
            )
            for event in rows
        ]
        return found[:SHOWN], len(found) > SHOWN


def together(standings: Iterable[Progress]) -> Together:
    """The call-offs of a framework, of each the share that counts for who looks. What one did too
    much is not taken off what another has to do.
    """
    counted = [progress.counted for progress in standings]
    return Together(
        sum((each.obligation for each in counted), ZERO),
        sum((each.realised for each in counted), ZERO),
        sum((each.shortfall for each in counted), ZERO),
    )


def figures(progress: Progress) -> list[tuple[str, str]]:
    by_now = (
        _("On schedule it would now be")
        if progress.plan is None
        else _("By the plan it would now be")
    )
    return [
        (explained("obligation", _("Obligation")), euro(progress.obligation)),
        (explained("realised", _("Fulfilled")), euro(progress.realised)),
        (explained("planned", _("Planned: accepted, still to happen")), euro(progress.planned)),
        (explained("pending", _("In review")), euro(progress.pending)),
        (_("Forecast: fulfilled, planned and in review together"), euro(progress.forecast)),
        (explained("schedule", by_now), euro(progress.expected)),
        (_("Still to be fulfilled"), euro(progress.open)),
    ]


def facts(contract: Contract) -> list[tuple[str, Any]]:
    policy = contract.policy
    rows = [
        (_("Awarded"), long_date(contract.award_date)),
        (_("Contract value at the award"), euro(contract.value)),
        (_("Procurement type"), contract.get_procurement_type_display()),
        (_("CPV code"), cpv.told(contract.cpv)),
        (_("Further CPV codes"), contract.further_cpv),
        (_("Lot"), contract.lot),
        (_("Rate at the award"), percent(contract.rate)),
        (_("Reason for the rate"), rate_reason(contract)),
        (_("Exempt"), exempt_because(contract.exempted_by) if contract.exempted_by else ""),
        (_("Taken of"), contract.get_basis_display()),
        (_("Labour cost at the award"), euro(contract.labour_cost) if contract.labour_cost else ""),
        (_("Highest obligation"), euro(policy.cap) if policy.cap else ""),
        (_("Policy"), policy_words(contract)),
        (
            _("Obligation over the term"),
            policy.get_spread_display() if policy.spread != Spread.TERM else "",
        ),
        (_("Valuation table"), contract.table.title if contract.table else _("None yet")),
        (
            _("Recovery period until"),
            long_date(contract.recovery_until) if contract.recovery_until else "",
        ),
    ]
    return [(label, value) for label, value in rows if value]


def happening(event: ContractEvent) -> Happening:
    return Happening(event.get_what_display(), event.at, event.by, event.why)


def rate_reason(contract: Contract) -> str:
    parts = (
        contract.get_rate_reason_display() if contract.rate_reason else "",
        contract.rate_reason_text,
    )
    return ": ".join(part for part in parts if part)


def policy_words(contract: Contract) -> str:
    policy = contract.policy
    default = percent(usual_rate(policy, contract.basis))
    if policy.valid_from is None:
        return _("As from the beginning; default rate %(rate)s") % {"rate": default}
    return _("As from %(day)s; default rate %(rate)s") % {
        "day": long_date(policy.valid_from),
        "rate": default,
    }
