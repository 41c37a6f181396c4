"""The start page: what needs doing now, for the role that a person works in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contracts.clients.words import organisation_word
from contracts.coverage.coverage import coverage
from contracts.models import (
    ChangeProposal,
    Contract,
    ContractState,
    Municipality,
    ObligationLine,
    PlannedTender,
    ProposalState,
)
from contracts.owed.shares import largest_client
from contracts.planned.became import ORDER, stage
from contracts.planned.words import STATE, WORDS
from placements.models import Fulfilment
from placements.models import FulfilmentState as Drawn
from placements.standing.asks import OF_CONTRACTOR, Ask, Kind, asks
from placements.standing.kept import by_status
from placements.standing.known import LookUp, asked_back
from placements.standing.own import own_clients, progress_for
from placements.standing.progress import Status
from placements.standing.tasks import SHOWN, Columns, Task
from placements.standing.words import RUNNING, WORRYING, Standing, standings
from sroi.access import Access, May, visible
from sroi.access.roles import role_called
from sroi.database.days import begin_of
from sroi.money import ZERO
from sroi.pages.contract.attention import action_for, lines_of
from sroi.pages.contract.drafts import contract_drafts, fulfilment_drafts
from sroi.pages.contract.rail import (
    OFFICER_LOOKS_AHEAD,
    Button,
    Reachable,
    adviser_of,
    new_fulfilment,
)
from sroi.pages.shell import roles_of
from sroi.pages.work.work_list import work_list
from sroi.periods import Period, add_months
from sroi.templatetags.formats import long_date, month_name, short_date, whole_euro
from sroi.views import Request

# So many months an answer to what they proposed stays on their page; on the contract's it stays.
ANSWER_STAYS = 3
# So many cards of contracts are seen where fewer ask for something; the others unfold.
CARDS_SHOWN = 3
QUIET = len(WORRYING) + 1
# As what was handed in and reviewed is drawn.
DRAWN_AS = {
    ProposalState.OPEN: Drawn.SUBMITTED,
    ProposalState.ACCEPTED: Drawn.ACCEPTED,
    ProposalState.DECLINED: Drawn.REJECTED,
}


@require_safe
def start(request: Request) -> HttpResponse:
    """The page of the role in use, by what that role is for."""
    role = next(
        (
            role_called(choice.value)
            for choice in roles_of(request, request.access)
            if choice.current
        ),
        None,
    )
    pages: dict[May, Callable[[Request], HttpResponse]] = {
        May.FULFIL: my_obligations,
        May.SEE_REGION: work_list,
        May.COMMISSION: my_contracts,
        May.READ_REPORTS: lambda request: redirect("report-list"),
        May.BROKER: lambda request: redirect("desk"),
        May.OFFER: lambda request: redirect("need-list"),
    }
    page = next((page for may, page in pages.items() if role and may in role.may), nothing_yet)
    return page(request)


def nothing_yet(request: Request) -> HttpResponse:
    return render(request, "pages/start_nothing.html")


# --- the contractor -------------------------------------------------------------------------------


def my_obligations(request: Request) -> HttpResponse:
    """A card per contract, and what was asked back on top."""
    access, today = request.access, localdate()
    contracts = (
        visible(Contract, access).filter(is_framework=False).exclude(state=ContractState.CANCELLED)
    )
    rows = in_order(contracts).select_related("policy", "contractor", "adviser", "region")
    rows = rows.annotate(client=largest_client(today))
    cards = standings(rows, today)
    standing = {card.contract.pk: card.progress for card in cards}
    asked = asks(
        [card.contract for card in cards],
        today,
        [LookUp.STANDING, LookUp.ANSWERS, LookUp.DEADLINES],
        progress=standing,
    )
    running = [
        card for card in cards if not is_finished(card.contract, asked[card.contract.pk], today)
    ]
    running.sort(key=lambda card: urgency(card, asked[card.contract.pk]))
    urgent = [urgency(card, asked[card.contract.pk]) < QUIET for card in running].count(True)
    shown = max(urgent, CARDS_SHOWN)
    found = [ask for card in running for ask in asked[card.contract.pk]]
    returned = asked_back(visible(Fulfilment, access)).select_related("latest")
    return render(
        request,
        "pages/start_contractor.html",
        {
            "running": [Card(card, button_of(card, asked, access)) for card in running],
            # As slices: the cards that one sees, and those that unfold.
            "shown": f":{shown}",
            "folded": f"{shown}:",
            "number_folded": max(len(running) - shown, 0),
            "advisers": advisers_of(card.contract for card in running),
            "done": [finished_task(card) for card in cards if card not in running],
            "reports": report_tasks([ask for ask in found if ask.kind == Kind.REPORT]),
            "settlement_drafts": lines_of(
                [ask for ask in found if ask.kind == Kind.ANSWER_DRAFT], access
            ),
            "plans": lines_of([ask for ask in found if ask.kind == Kind.PLAN], access),
            "returned": [returned_task(fulfilment) for fulfilment in returned],
            "drafts": fulfilment_drafts(access),
        },
    )


def urgency(card: Standing, asked: Sequence[Ask]) -> int:
    """What worries first, then what waits for the contractor, `QUIET` the others. The interim
    report is asked for all contracts at once, above the cards.
    """
    if card.progress.status in WORRYING:
        return WORRYING.index(card.progress.status)
    waits = any(ask.kind in OF_CONTRACTOR and ask.kind != Kind.REPORT for ask in asked)
    return QUIET - waits


@dataclass(frozen=True)
class Card:
    """A contract with how it stands, and the one thing to do for it."""

    standing: Standing
    button: Button | None

    @property
    def contract(self) -> Contract:
        return self.standing.contract


def finished_task(card: Standing) -> Task:
    contract, status = card.contract, card.progress.status
    page = reverse("contract-detail", args=[contract.pk])
    words = f"{contract.reference} · {card.sentences[0]}"
    return Task(contract.title, page, words, status, status.label)


def button_of(card: Standing, asked: Mapping[int, Sequence[Ask]], access: Access) -> Button | None:
    """What is asked of the contractor first; where nothing is, recording something. What became of
    people is asked below the cards.
    """
    contract = card.contract
    for ask in asked[contract.pk]:
        url, label = action_for(ask, access)
        if url and ask.kind != Kind.OUTCOME:
            return Button(label, url)
    return new_fulfilment(contract, access)


def advisers_of(contracts: Iterable[Contract]) -> list[Reachable]:
    """Each once, in the order of the contracts."""
    return list(dict.fromkeys(who for contract in contracts for who in adviser_of(contract)))


def in_order(contracts: Any) -> Any:
    return contracts.select_related("policy", "contractor").order_by("end_date", "reference")


def is_finished(contract: Contract, asked: Sequence[Ask], today: date) -> bool:
    """It does not run, or its term is over and nothing is asked of the contractor any more."""
    is_over = contract.last_counted_day < today
    return contract.state not in RUNNING or (
        is_over and not any(ask.kind in OF_CONTRACTOR for ask in asked)
    )


def report_tasks(found: Sequence[Ask]) -> list[Task]:
    """One line for all interim reports together, from a month before the first is due until it is
    done.
    """
    if not found:
        return []
    first = min(found, key=lambda ask: ask.day)
    why = ngettext(
        "For %(n)s contract, by %(day)s: what still runs, what stopped and what is new.",
        "For %(n)s contracts, the first by %(day)s: what still runs, what stopped and what is new.",
        len(found),
    ) % {"n": len(found), "day": long_date(first.day)}
    return [
        Task(_("Send the interim report"), reverse("interim-report"), why, first.state, first.word)
    ]


def returned_task(fulfilment: Any) -> Task:
    version = fulfilment.latest
    return Task(
        label=_("Complete %(number)s") % {"number": fulfilment.external_id},
        url=reverse("fulfilment-detail", args=[fulfilment.pk]),
        why=version.answer,
        state=version.state,
        word=version.get_state_display(),
    )


# --- the procurement officer ----------------------------------------------------------------------


@dataclass
class StatusTotal:
    """The contracts of one status together."""

    status: Status
    number: int = 0
    obligation: Decimal = ZERO
    realised: Decimal = ZERO

    @property
    def url(self) -> str:
        return reverse("contract-list") + f"?status={self.status}"


def my_contracts(request: Request) -> HttpResponse:
    """The contracts of one's clients by status, and whether obligations were agreed where they are
    expected.
    """
    access, today = request.access, localdate()
    contracts = visible(Contract, access)
    rows = list(in_order(contracts.select_related("adviser")))
    all_standings = standings(rows, today, progress_for(access, rows, today))
    totals = totals_by_status(all_standings)
    standing = {s.contract.pk: s.progress for s in all_standings}
    asked = asks([s.contract for s in all_standings], today, [LookUp.STANDING], progress=standing)
    behind = [ask for found in asked.values() for ask in found if ask.kind == Kind.CATCH_UP]
    behind.sort(key=lambda ask: WORRYING.index(Status(ask.state)))
    return render(
        request,
        "pages/start_procurement.html",
        {
            "totals": totals,
            "number": len(all_standings),
            "obligation": sum((total.obligation for total in totals), ZERO),
            "realised": sum((total.realised for total in totals), ZERO),
            "attention": lines_of(behind[:SHOWN], access),
            "ending": ending_soon(rows, today),
            "ending_url": reverse("contract-list") + f"?ending={OFFICER_LOOKS_AHEAD}",
            "advisers": advisers_of(row for row in rows if row.state in RUNNING)[:SHOWN],
            "drafts": contract_drafts(access),
            "proposed": own_proposals(access, today),
            "planned": planned_tenders(access),
            "coverage": coverage(
                contracts, visible(ObligationLine, access), Period.year(today.year)
            ),
            "year": today.year,
            "organisation": organisation_word(own_kinds(access)),
        },
    )


def own_proposals(access: Access, today: date) -> list[Task]:
    """What one proposed oneself and what an adviser answered, the latest of either first."""
    waits_or_is_new = Q(state=ProposalState.OPEN) | Q(
        answered_at__gte=begin_of(add_months(today, -ANSWER_STAYS))
    )
    rows = visible(ChangeProposal, access).filter(waits_or_is_new, proposed_by=access.user_id)
    latest = rows.order_by(Coalesce("answered_at", "proposed_at").desc(), "-pk")
    return [proposed_task(proposal) for proposal in latest.select_related("contract")[:SHOWN]]


def proposed_task(proposal: ChangeProposal) -> Task:
    contract, state = proposal.contract, ProposalState(proposal.state)
    at = proposal.answered_at or proposal.proposed_at
    when = _("answered on %(day)s") if proposal.answered_at else _("since %(day)s")
    words = [
        contract.reference,
        f"{proposal.get_kind_display()}: {proposal.reason}",
        when % {"day": long_date(localtime(at))} + (proposal.answer and f": {proposal.answer}"),
    ]
    page = reverse("contract-detail", args=[contract.pk]) + "#voorstellen"
    return Task(contract.title, page, " · ".join(words), DRAWN_AS[state], state.label)


def ending_soon(contracts: Sequence[Contract], today: date) -> list[Task]:
    """What ends within some months, the first before: in time for what is bought next."""
    last = add_months(today, OFFICER_LOOKS_AHEAD)
    found = [
        contract
        for contract in contracts
        if contract.state == ContractState.ACTIVE and today <= contract.end_date <= last
    ]
    return [
        Task(
            contract.title,
            reverse("contract-detail", args=[contract.pk]),
            f"{contract.reference} · {contract.contractor.name}",
            columns=Columns(
                f"{contract.reference} · {contract.contractor.name}",
                "",
                _("ends on %(day)s") % {"day": short_date(contract.end_date)},
            ),
        )
        for contract in found[:SHOWN]
    ]


def planned_tenders(access: Access) -> list[Task]:
    """What is still to be put out to tender, without advice first."""
    rows = visible(PlannedTender, access).filter(contract=None).select_related("municipality")
    return [planned_task(tender) for tender in rows.order_by(ORDER, "award_month", "pk")[:SHOWN]]


def planned_task(tender: PlannedTender) -> Task:
    about = f"{tender.municipality.name} · {tender.get_procurement_type_display()}"
    how_much, month = whole_euro(tender.value), month_name(tender.award_month)
    far = stage(tender)
    return Task(
        tender.title,
        reverse("planned-tender", args=[tender.pk]),
        f"{about} · {how_much} · {month}",
        STATE[far],
        WORDS[far],
        Columns(about, how_much, month),
    )


def own_kinds(access: Access) -> list[str]:
    """What the clients are that one is procurement officer of."""
    theirs = visible(Municipality, access).filter(pk__in=own_clients(access))
    return list(theirs.values_list("kind", flat=True))


def totals_of(contracts: Any, today: date) -> list[StatusTotal]:
    """Of contracts that are seen whole."""
    found = {each.status: each for each in by_status(contracts, today)}
    order = [status for status in dict.fromkeys((*WORRYING, *Status)) if status in found]
    return [StatusTotal(**asdict(found[status])) for status in order]


def totals_by_status(all_standings: Sequence[Standing]) -> list[StatusTotal]:
    totals = {status: StatusTotal(status) for status in (*WORRYING, *Status)}
    for standing in all_standings:
        total = totals[standing.progress.status]
        total.number += 1
        total.obligation += standing.progress.counted.obligation
        total.realised += standing.progress.counted.realised
    return [total for total in totals.values() if total.number]
