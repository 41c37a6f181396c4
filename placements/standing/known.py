"""What is looked up of contracts to say what they ask for, in a number of queries that does not
grow with them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Value, When
from django.utils.timezone import localtime

from contracts.acts import certificates
from contracts.acts.certificates import Cover
from contracts.models import (
    ActionPlan,
    ChangeProposal,
    Contract,
    ContractState,
    DraftDecision,
    DraftState,
    ObligationChange,
    PlanState,
    ProposalState,
    PsoCertificate,
)
from placements.models import (
    Allocation,
    Disagreement,
    DisagreementState,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.outcomes.asking import to_ask
from placements.standing.heard import last_heard
from placements.standing.progress import Progress, with_progress
from sroi.money import ZERO


class LookUp(Enum):
    """What may be looked up, each with queries of its own: a page that shows less asks less."""

    STANDING = auto()
    ANSWERS = auto()
    DEADLINES = auto()
    CERTIFICATES = auto()


@dataclass(frozen=True)
class Proposed:
    """A change that a procurement officer proposed and nobody answered."""

    pk: int
    kind: str
    on: date
    why: str


@dataclass(frozen=True)
class Disagreed:
    """A decision that the contractor does not agree with and nobody answered: which, and on which
    fulfilment.
    """

    pk: int
    number: str
    on: date


@dataclass(frozen=True)
class Shown:
    """A draft of the settlement that stands with the contractor: until when it can be answered, and
    when it was.
    """

    until: date
    answered_on: date | None


@dataclass
class Known:
    """What is known of one contract; what was not looked up asks for nothing."""

    progress: Progress | None = None
    # Fulfilments that wait for a review and that were asked back: how many, and since which day.
    submitted: int = 0
    submitted_on: date | None = None
    returned: int = 0
    returned_on: date | None = None
    proposals: Sequence[Proposed] = ()
    disagreements: Sequence[Disagreed] = ()
    draft: Shown | None = None
    # Placements of which it is asked what became of the person.
    outcomes: int = 0
    plan_waits_since: date | None = None
    has_deadlines: bool = False
    planned_on: date | None = None
    heard_on: date | None = None
    cover: Cover | None = None
    discount: Decimal = ZERO


def waiting(versions: QuerySet[Any]) -> QuerySet[Any]:
    """Those of these versions that wait for a review."""
    return versions.filter(state=FulfilmentState.SUBMITTED, latest_of__isnull=False)


def waiting_under(contract: Contract) -> int:
    """How many fulfilments of a contract wait for a review."""
    return waiting(FulfilmentVersion.objects.filter(allocations__contract=contract)).count()


def disagreements_under(contract: Contract) -> int:
    """With how many decisions about fulfilments of a contract the contractor disagrees, without an
    answer yet.
    """
    open_ones = unanswered(Disagreement.objects.filter(claim__allocations__contract=contract))
    return open_ones.count()


def unanswered(disagreements: QuerySet[Any]) -> QuerySet[Any]:
    """Those of these that wait for the adviser, the longest first."""
    return disagreements.filter(state=DisagreementState.OPEN).order_by("at", "pk")


def asked_back(fulfilments: QuerySet[Any]) -> QuerySet[Any]:
    """Those of these fulfilments that wait for who sent them in, the longest first."""
    return fulfilments.filter(latest__state=FulfilmentState.RETURNED).order_by(
        "latest__reviewed_at"
    )


def handed_in_plans(plans: QuerySet[Any]) -> QuerySet[Any]:
    return plans.filter(state=PlanState.SUBMITTED).order_by("submitted_at")


def open_proposals(proposals: QuerySet[Any]) -> QuerySet[Any]:
    return proposals.filter(state=ProposalState.OPEN).order_by("proposed_at")


def known_of(
    contracts: Sequence[Contract],
    today: date,
    look_ups: Collection[LookUp],
    progress: Mapping[int, Progress] | None = None,
) -> dict[int, Known]:
    """By contract id; progress that is known already is not looked up again."""
    known = {contract.pk: Known() for contract in contracts}
    if LookUp.STANDING in look_ups:
        standing = with_progress(contracts, today) if progress is None else progress
        for pk, found in known.items():
            found.progress = standing[pk]
        _look_up_drafts(known, contracts)
    if LookUp.ANSWERS in look_ups:
        _look_up(known, _waiting(known, today))
    elif LookUp.DEADLINES in look_ups:
        _look_up(known, [_of_plans(known), _of_outcomes(known, today)])
    if LookUp.DEADLINES in look_ups:
        heard = last_heard(contracts, today)
        for pk, found in known.items():
            found.has_deadlines, found.heard_on = True, heard.get(pk)
    if LookUp.CERTIFICATES in look_ups:
        _look_up_certificates(known, contracts, today)
    return known


# Rows of: contract, what waits or was handed in, how many or which one, since when, and words.
ROW = ("of", "what", "kind", "number", "since", "why")
FULFILMENT, PLAN, PROPOSAL = "fulfilment", "plan", "proposal"
DISAGREEMENT = "disagreement"
OUTCOME = "outcome"


def _waiting(known: Collection[int], today: date) -> list[QuerySet[Any]]:
    return [
        _of_fulfilments(known),
        _of_outcomes(known, today),
        _of_proposals(known),
        _of_plans(known),
        _of_disagreements(known),
    ]


def _of_fulfilments(known: Collection[int]) -> QuerySet[Any]:
    newest = Allocation.objects.filter(contract__in=known, version__latest_of__isnull=False)
    # What was asked back of the firm that had the contract before is not for this one to complete.
    of_firm = Q(version__fulfilment__contractor=F("contract__contractor"))
    awaited = newest.filter(
        Q(version__state=FulfilmentState.SUBMITTED)
        | Q(version__state=FulfilmentState.RETURNED) & of_firm
    )
    since = Case(
        When(version__state=FulfilmentState.SUBMITTED, then="version__submitted_at"),
        default="version__reviewed_at",
    )
    rows = awaited.order_by().values(
        of=F("contract"), what=_is(FULFILMENT), kind=F("version__state")
    )
    return rows.annotate(number=Count("version"), since=Min(since), why=_is("")).values_list(*ROW)


def _of_outcomes(known: Collection[int], today: date) -> QuerySet[Any]:
    """What the firm that has the contract now is asked about its own placements."""
    asked = to_ask(Fulfilment.objects.all(), today).order_by().values("accepted")
    ended = Allocation.objects.filter(
        contract__in=known,
        version__in=asked,
        version__fulfilment__contractor=F("contract__contractor"),
    )
    rows = ended.order_by().values(of=F("contract"), what=_is(OUTCOME), kind=_is(""))
    counted = rows.annotate(number=Count("version"), since=Min("version__reviewed_at"), why=_is(""))
    return counted.values_list(*ROW)


def _of_plans(known: Collection[int]) -> QuerySet[Any]:
    plans = ActionPlan.objects.filter(contract__in=known).exclude(state=PlanState.DRAFT).order_by()
    rows = plans.values(of=F("contract"), what=_is(PLAN), kind=F("state"))
    return rows.annotate(number=Count("pk"), since=Min("submitted_at"), why=_is("")).values_list(
        *ROW
    )


def _of_proposals(known: Collection[int]) -> QuerySet[Any]:
    rows = open_proposals(ChangeProposal.objects.filter(contract__in=known)).order_by()
    named = rows.annotate(
        of=F("contract"),
        what=_is(PROPOSAL),
        number=F("pk"),
        since=F("proposed_at"),
        why=F("reason"),
    )
    return named.values_list(*ROW)


def _of_disagreements(known: Collection[int]) -> QuerySet[Any]:
    rows = unanswered(Disagreement.objects.filter(claim__allocations__contract__in=known))
    named = rows.order_by().annotate(
        of=F("claim__allocations__contract"),
        what=_is(DISAGREEMENT),
        kind=F("state"),
        number=F("pk"),
        since=F("at"),
        named=F("claim__fulfilment__external_id"),
    )
    return named.values_list(*ROW[:-1], "named")


def _look_up_drafts(known: Mapping[int, Known], contracts: Iterable[Contract]) -> None:
    """Only what was ended and not settled can have one."""
    ended = [contract.pk for contract in contracts if contract.state == ContractState.ENDED]
    if not ended:
        return
    for draft in DraftDecision.objects.filter(contract__in=ended, state=DraftState.SHOWN):
        answered = draft.answered_at and localtime(draft.answered_at).date()
        known[draft.contract_id].draft = Shown(draft.answer_until, answered)


def _look_up(known: Mapping[int, Known], parts: Sequence[QuerySet[Any]]) -> None:
    """All that waits or was handed in, in one query."""
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for pk, what, kind, number, since, why in sorted(rows, key=lambda row: row[4]):
        found, day = known[pk], localtime(since).date()
        if what == PROPOSAL:
            found.proposals = [*found.proposals, Proposed(number, kind, day, why)]
        elif what == OUTCOME:
            found.outcomes = number
        elif what == DISAGREEMENT:
            found.disagreements = [*found.disagreements, Disagreed(number, why, day)]
        elif what == PLAN:
            found.planned_on = min(day, found.planned_on or day)
            found.plan_waits_since = day if kind == PlanState.SUBMITTED else found.plan_waits_since
        elif kind == FulfilmentState.SUBMITTED:
            found.submitted, found.submitted_on = number, day
        else:
            found.returned, found.returned_on = number, day


def _is(what: str) -> Value:
    return Value(what, CharField())


def _look_up_certificates(
    known: Mapping[int, Known], contracts: Iterable[Contract], today: date
) -> None:
    """Also the discount that a certificate of the contractor gives, where it does not stand yet."""
    rows = list(contracts)
    firms, regions = {c.contractor_id for c in rows}, {c.region_id for c in rows}
    every = ObligationChange.objects.filter(contract__in=[c.pk for c in rows])
    gave = every.exclude(certificate=None).order_by()
    # Also those that gave a discount to a firm that had the contract before.
    found = list(
        PsoCertificate.objects.filter(
            Q(contractor__in=firms, region__in=regions) | Q(pk__in=gave.values("certificate"))
        )
    )
    if not found:
        return
    covered = {certificate.contractor_id for certificate in found}
    of_covered = Q(contract__contractor__in=covered) | Q(contract__in=gave.values("contract"))
    changes: dict[int, list[ObligationChange]] = defaultdict(list)
    for change in every.filter(of_covered).order_by("pk"):
        changes[change.contract_id].append(change)
    made = [change for theirs in changes.values() for change in theirs]
    for pk, cover in certificates.covers(rows, found, made, today).items():
        known[pk].cover = cover
        if cover.certificate.contractor_id == cover.contract.contractor_id:
            known[pk].discount = certificates.discount(
                cover.contract, cover.certificate, changes[pk]
            )
