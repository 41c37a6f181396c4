"""What happened that people are told about: each event as a sentence for whom it concerns, with
where to look.

In Dutch, whoever made it happen; without names of candidates and without what was answered, since
mail is not safe.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import (
    ActKind,
    ChangeKind,
    ChangeProposal,
    Contract,
    ContractEvent,
    Happened,
    Membership,
    Notice,
    NoticeKind,
    ProposalState,
)
from contracts.people import notices
from placements.models import Allocation, EventKind, FulfilmentEvent, MatchEvent, MatchStep
from sroi.access import May
from sroi.access.roles import who_may

ANSWERS = (
    *(EventKind.ACCEPTED, EventKind.RETURNED, EventKind.REJECTED),
    *(EventKind.KEPT, EventKind.AGAIN),
)
# Of a contract: known to the contractor already, or nothing that they need to look at.
UNTOLD = (
    *(
        Happened.SHARES,
        Happened.CERTIFICATE,
        Happened.CONTACT,
        Happened.NOTE_REMOVED,
        Happened.DOCUMENT_REMOVED,
    ),
    *(Happened.NO_PLAN, Happened.NO_NEWS),
)
# What the contractor did, and where the adviser looks.
TO_ADVISER: dict[str, tuple[Any, str]] = {
    Happened.PLAN_SUBMITTED: (
        gettext_lazy("The action plan of %(title)s was handed in."),
        "contract-plan",
    ),
    Happened.DRAFT_ANSWERED: (
        gettext_lazy("The draft of the settlement of %(title)s was answered."),
        "contract-settlement",
    ),
}
People = dict[Any, set[int]]
# What there is to tell of what happened from a moment on.
Teller = Callable[[datetime], Iterable[Notice]]


def gather(now: datetime, since: timedelta, also: Sequence[Teller] = ()) -> None:
    """Note what there is to tell of what happened in this time, and was not noted yet; `also` of
    what happens elsewhere.
    """
    with translation.override("nl"):
        events = [
            *_of_fulfilments(now - since),
            *_of_contractors(now - since),
            *_of_contracts(now - since),
            *_of_proposals(now - since),
            *_of_matches(now - since),
            *(notice for tell in also for notice in tell(now - since)),
        ]
    for notice in events:
        notice.made_at = now
    notices.make(events)


def lately() -> timedelta:
    """How far is looked back for what was missed at the moment itself."""
    return timedelta(days=settings.MAIL_LOOK_BACK_DAYS)


def sources() -> list[Any]:
    """The rows that `gather` tells of: one more in any of these, and there is something new."""
    answered = ChangeProposal.objects.exclude(state=ProposalState.OPEN)
    return [
        FulfilmentEvent.objects.all(),
        ContractEvent.objects.all(),
        ChangeProposal.objects.all(),
        answered,
        MatchEvent.objects.all(),
    ]


# --- fulfilments: to the contractor ---------------------------------------------------------------


def _of_fulfilments(since: datetime) -> Iterator[Notice]:
    rows = FulfilmentEvent.objects.filter(at__gte=since, kind__in=ANSWERS).select_related(
        "fulfilment"
    )
    events = list(rows.order_by("pk"))
    people = _people_of_contractors({event.fulfilment.region_id for event in events})
    contracts = _contracts_of(events)
    for event in events:
        fulfilment = event.fulfilment
        words = {
            EventKind.ACCEPTED: _("Fulfilment %(number)s was accepted."),
            EventKind.RETURNED: _(
                "Fulfilment %(number)s was sent back: something has to be added."
            ),
            EventKind.REJECTED: _("Fulfilment %(number)s was rejected."),
            EventKind.KEPT: _("Fulfilment %(number)s: the decision stays. Read why."),
            EventKind.AGAIN: _("Fulfilment %(number)s is reviewed again."),
        }[EventKind(event.kind)] % {"number": fulfilment.external_id}
        path = reverse("fulfilment-detail", args=[fulfilment.pk])
        for user in people[fulfilment.region_id, fulfilment.contractor_id] - {event.by_id}:
            yield Notice(
                region_id=fulfilment.region_id,
                user_id=user,
                contract=contracts.get(fulfilment.pk),
                kind=NoticeKind.ANSWER,
                key=f"fulfilment-event:{event.pk}",
                words=words,
                path=path,
            )


# --- fulfilments: to the adviser ------------------------------------------------------------------


def _of_contractors(since: datetime) -> Iterator[Notice]:
    """That a contractor does not agree: to who advises. That a question was answered: to who asked
    it.
    """
    rows = FulfilmentEvent.objects.filter(
        Q(kind=EventKind.DISAGREED) | Q(kind=EventKind.SUBMITTED, kept_edition__isnull=False),
        at__gte=since,
    )
    events = list(rows.select_related("fulfilment", "kept_edition__version").order_by("pk"))
    contracts = _contracts_of(events)
    advisers = _advisers({event.fulfilment.region_id for event in events})
    for event in events:
        fulfilment, everyone = event.fulfilment, advisers[event.fulfilment.region_id]
        if event.kind == EventKind.DISAGREED:
            contract = contracts.get(fulfilment.pk)
            told = _who_advises(contract, advisers) if contract else everyone
            words = _("A contractor does not agree about fulfilment %(number)s.")
            page = "fulfilment-detail"
        else:
            asked = event.kept_edition.version.reviewed_by_id
            told = {user for user in everyone if user == asked} or everyone
            words = _("Your question about fulfilment %(number)s was answered.")
            page = "review"
        for user in told - {event.by_id}:
            yield Notice(
                region_id=fulfilment.region_id,
                user_id=user,
                contract=contracts.get(fulfilment.pk),
                kind=NoticeKind.QUESTION,
                key=f"fulfilment-event:{event.pk}",
                words=words % {"number": fulfilment.external_id},
                path=reverse(page, args=[fulfilment.pk]),
            )


def _contracts_of(events: Iterable[FulfilmentEvent]) -> dict[int, Contract]:
    """By fulfilment one of the contracts that it is for."""
    rows = Allocation.objects.filter(
        version__fulfilment__in={event.fulfilment_id for event in events}
    )
    found = rows.order_by("-pk").select_related("version", "contract")
    return {a.version.fulfilment_id: a.contract for a in found}


def _people_of_contractors(regions: Iterable[int]) -> People:
    return _people(
        Membership.objects.filter(role__in=who_may(May.FULFIL), region__in=regions), "contractor"
    )


def _advisers(regions: Iterable[int]) -> People:
    return _people(Membership.objects.filter(role__in=who_may(May.REVIEW), region__in=regions))


def _people(memberships: Any, *also: str) -> People:
    """Who can sign in, by region and what else is asked."""
    running = memberships.filter(ended_at=None, user__is_active=True)
    found: People = defaultdict(set)
    for user, region, *rest in running.values_list("user", "region", *also):
        found[(region, *rest) if rest else region].add(user)
    return found


# --- contracts: to the contractor, and to the adviser ---------------------------------------------


def _of_contracts(since: datetime) -> Iterator[Notice]:
    """A contract without an obligation asks nothing of anybody, so nobody is told of it."""
    rows = ContractEvent.objects.filter(
        at__gte=since, contract__has_obligation=True
    ).select_related("contract")
    events = list(rows.order_by("pk"))
    regions = {event.contract.region_id for event in events}
    people, advisers = _people_of_contractors(regions), _advisers(regions)
    for event in events:
        contract = event.contract
        if event.what in TO_ADVISER:
            told, kind = _who_advises(contract, advisers), NoticeKind.QUESTION
            said, page = TO_ADVISER[event.what]
            words, path = str(said), reverse(page, args=[contract.pk])
        else:
            told = people[contract.region_id, contract.contractor_id]
            kind, words, path = _to_contractor(event)
        if words:
            what = words % {"title": contract.title, "what": event.why}
            key = f"contract-event:{event.pk}"
            yield from (
                _notice(contract, user, kind, key, what, path) for user in told - {event.by_id}
            )


def _to_contractor(event: ContractEvent) -> tuple[NoticeKind, str, str]:
    page = reverse("contract-detail", args=[event.contract_id])
    plan = reverse("contract-plan", args=[event.contract_id])
    settled = reverse("contract-settlement", args=[event.contract_id])
    dossier = reverse("contract-dossier", args=[event.contract_id])
    found: dict[str, tuple[NoticeKind, str, str]] = {
        **dict.fromkeys(UNTOLD, (NoticeKind.CHANGE, "", "")),
        Happened.AWARDED: (
            NoticeKind.CHANGE,
            _("Contract %(title)s with social return was registered."),
            page,
        ),
        Happened.PLAN_SENT_BACK: (
            NoticeKind.ANSWER,
            _("Your action plan for %(title)s was sent back."),
            plan,
        ),
        Happened.PLAN_AGREED: (
            NoticeKind.ANSWER,
            _("Your action plan for %(title)s was agreed."),
            plan,
        ),
        Happened.REMINDED: (
            NoticeKind.REMINDER,
            _("Your adviser reminds you of %(title)s: %(what)s"),
            page,
        ),
        Happened.REMINDED_AGAIN: (
            NoticeKind.REMINDER,
            _("Second reminder about %(title)s: %(what)s"),
            dossier,
        ),
        Happened.PUT_ON_NOTICE: (
            NoticeKind.REMINDER,
            _("Notice of default about %(title)s: read the letter in the dossier. %(what)s"),
            dossier,
        ),
        Happened.RECOVERY: (NoticeKind.CHANGE, _("You got a recovery period for %(title)s."), page),
        Happened.DRAFT_SHOWN: (
            NoticeKind.CHANGE,
            _("The settlement of %(title)s can be answered before it is decided."),
            settled,
        ),
        Happened.SETTLED: (
            NoticeKind.CHANGE,
            _("Contract %(title)s was settled; the letter is in the dossier."),
            settled,
        ),
        Happened.REOPENED: (
            NoticeKind.CHANGE,
            _("The settlement of %(title)s was reopened."),
            settled,
        ),
        Happened.CANCELLED: (NoticeKind.CHANGE, _("Contract %(title)s was cancelled."), page),
        Happened.ENDED: (NoticeKind.CHANGE, _("Contract %(title)s was ended."), page),
        Happened.FACTS: (NoticeKind.CHANGE, _("Facts of contract %(title)s were put right."), page),
        Happened.CONTRACTOR: (
            NoticeKind.CHANGE,
            _("You are the contractor of %(title)s from now on."),
            page,
        ),
        Happened.ADVISER: (NoticeKind.CHANGE, _("%(title)s has another adviser."), page),
    }
    changes = [*ChangeKind, ActKind.TABLE]
    changed = (
        NoticeKind.CHANGE,
        _("What you owe for %(title)s, or how it is valued, was changed."),
        page,
    )
    found |= {kind.value: changed for kind in changes}
    return found[event.what]


def _who_advises(contract: Contract, advisers: People) -> set[int]:
    """The adviser of the contract while they advise; otherwise all of the region."""
    everyone = advisers[contract.region_id]
    return {user for user in everyone if user == contract.adviser_id} or everyone


# --- proposals: to the adviser, and back to who proposed ------------------------------------------


def _of_proposals(since: datetime) -> Iterator[Notice]:
    rows = ChangeProposal.objects.filter(Q(proposed_at__gte=since) | Q(answered_at__gte=since))
    proposals = list(rows.select_related("contract").order_by("pk"))
    advisers = _advisers({proposal.contract.region_id for proposal in proposals})
    for proposal in proposals:
        contract, path = proposal.contract, reverse("change-proposal", args=[proposal.pk])
        if proposal.state == ProposalState.OPEN:
            words = _("A change of %(title)s was proposed.") % {"title": contract.title}
            told = _who_advises(contract, advisers) - {proposal.proposed_by_id}
            kind, key = NoticeKind.QUESTION, f"proposal:{proposal.pk}"
        else:
            words = _("Your proposal for %(title)s was answered.") % {"title": contract.title}
            told = {proposal.proposed_by_id} - {proposal.answered_by_id}
            kind, key = NoticeKind.ANSWER, f"proposal-answer:{proposal.pk}"
            path = reverse("contract-detail", args=[contract.pk])
        yield from (_notice(contract, user, kind, key, words, path) for user in told)


# --- matches: to both sides, and to who proposed -------------------------------------------------

MATCHED: dict[str, Any] = {
    MatchStep.PROPOSED: gettext_lazy("“%(title)s” was proposed to you."),
    MatchStep.ANSWERED: gettext_lazy("The other side agrees with “%(title)s”."),
    MatchStep.AGREED: gettext_lazy("Both sides agree with “%(title)s”."),
    MatchStep.DECLINED: gettext_lazy("“%(title)s” was declined. Read why."),
    MatchStep.STARTED: gettext_lazy("“%(title)s” has started."),
    MatchStep.ENDED: gettext_lazy("“%(title)s” has ended. Read what came of it."),
}


def _of_matches(since: datetime) -> Iterator[Notice]:
    """To who takes part in it: the contractor, the partner, and who proposed it. Of a candidate
    nothing is told, nor of a contract.
    """
    rows = MatchEvent.objects.filter(at__gte=since).select_related("match__place", "match__need")
    events = list(rows.order_by("pk"))
    regions = {event.match.region_id for event in events}
    firms = _people_of_contractors(regions)
    partners = _people(
        Membership.objects.filter(role__in=who_may(May.OFFER), region__in=regions), "partner"
    )
    brokers = _people(Membership.objects.filter(role__in=who_may(May.BROKER), region__in=regions))
    for event in events:
        match = event.match
        told = firms[match.region_id, match.contractor_id]
        if match.need:
            told = told | partners[match.region_id, match.need.partner_id]
        told = told | ({match.proposed_by_id} & brokers[match.region_id])
        words = str(MATCHED[event.what]) % {"title": match.of.title}
        for user in told - {event.by_id}:
            yield Notice(
                region_id=match.region_id,
                user_id=user,
                kind=NoticeKind.ANSWER,
                key=f"match-event:{event.pk}",
                words=words[:300],
                path=reverse("match-detail", args=[match.pk]),
            )


def _notice(contract: Contract, user: int, kind: str, key: str, words: str, path: str) -> Notice:
    return Notice(
        region_id=contract.region_id,
        user_id=user,
        contract=contract,
        kind=kind,
        key=key,
        words=words[:300],
        path=path,
    )
