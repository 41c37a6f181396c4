"""The work list: what needs a person now, the most urgent first; each line is one action.

An adviser sees the contracts that they advise on or that nobody does, and on request those of the whole region. What is
due by a day takes more looking up and comes after the rest, as a page of its own that the list takes over.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contracts.acts import certificates
from contracts.acts.certificates import CertificateState, Cover
from contracts.models import (
    ActionPlan,
    ChangeProposal,
    Contract,
    ContractState,
    FirmProposal,
    ObligationChange,
    PlanState,
    ProposalState,
    PsoCertificate,
)
from contracts.plans.deadlines import Deadline, DeadlineState, What, deadlines
from contracts.plans.plan import handed_in
from contracts.settlement.shortfall import may_settle
from placements.models import FulfilmentState, FulfilmentVersion
from placements.standing.heard import last_heard
from placements.standing.progress import Status
from placements.standing.tasks import SHOWN, Pile, Task, contract_task
from placements.standing.words import RUNNING, WORRYING, Standing, standings
from sroi.access import Access, May, visible
from sroi.pages.contract.attention import cover_tasks
from sroi.pages.contract.plan import told
from sroi.pages.shell import asks_for_part
from sroi.periods import add_months
from sroi.templatetags.formats import euro, long_date
from sroi.views import Request

ENDING_WITHIN_MONTHS = 3
ALL = "alle"


def work_list(request: Request) -> HttpResponse:
    access, today = request.access, localdate()
    everything = owing(access).order_by("end_date", "reference").select_related("policy", "contractor")
    rows = list(everything)
    own = of_adviser(request, rows)
    piles = piles_of(access, own, today)
    request.waiting = {"review-queue": piles[0].number}
    context = {
        "piles": [pile for pile in piles if pile.number],
        "running": len(own),
        "others": len(rows) - len(own),
        "asked_for_all": request.GET.get("van") == ALL,
        "due_url": reverse("due") + (f"?van={ALL}" if request.GET.get("van") == ALL else ""),
    }
    return render(request, "pages/start_work_list.html", context)


def piles_of(access: Access, contracts: Sequence[Contract], today: date) -> list[Pile]:
    """What waits for an answer, and how these contracts stand; the number of answers to give first."""
    all_standings = standings(contracts, today)
    return [
        waiting_for_review(access, today),
        plans_to_agree(access),
        changes_proposed(access),
        to_settle(access, all_standings, today),
        *(standing_pile(status, all_standings, today) for status in WORRYING),
        ending_soon(all_standings, today),
        firms_proposed(access),
    ]


def owing(access: Access) -> Any:
    return visible(Contract, access).filter(has_obligation=True, is_framework=False, state__in=RUNNING)


def of_adviser(request: Request, contracts: Sequence[Contract]) -> list[Contract]:
    """Those of the adviser and of nobody; all of them on request."""
    return list(contracts) if request.GET.get("van") == ALL else own_of(request.user, contracts)


def own_of(user: Any, contracts: Sequence[Contract]) -> list[Contract]:
    """Those that this person advises on or that nobody does; all of them for who advises on none."""
    if not any(contract.adviser_id == user.pk for contract in contracts):
        return list(contracts)
    return [contract for contract in contracts if contract.adviser_id in (user.pk, None)]


def pile_of(heading: str, tasks: Iterable[Task], url: str) -> Pile:
    every = list(tasks)
    return Pile(heading, every[:SHOWN], len(every), url)


# --- what waits for an answer ---------------------------------------------------------------------------------------


def waiting_for_review(access: Access, today: date) -> Pile:
    waiting = visible(FulfilmentVersion, access).filter(
        state=FulfilmentState.SUBMITTED, latest_of__isnull=False, fulfilment__region__in=access.region_ids
    )
    rows = waiting.select_related("fulfilment__contractor").order_by("submitted_at", "pk")
    reviews = access.may(May.REVIEW)
    url = reverse("review-queue") if reviews else reverse("fulfilment-list") + f"?state={FulfilmentState.SUBMITTED}"
    return pile_of(_("Waiting for review"), (review_task(version, today, reviews) for version in rows), url)


def review_task(version: FulfilmentVersion, today: date, reviews: bool) -> Task:
    """Who does not review looks at it only."""
    fulfilment = version.fulfilment
    days = (today - localtime(version.submitted_at).date()).days if version.submitted_at else 0
    waits = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    since = waits if days else _("handed in today")
    return Task(
        label=_("Review %(number)s") % {"number": fulfilment.external_id} if reviews else fulfilment.external_id,
        url=reverse("review" if reviews else "fulfilment-detail", args=[fulfilment.pk]),
        why=f"{fulfilment.contractor.name} · {fulfilment.get_kind_display()} · {since}",
    )


def plans_to_agree(access: Access) -> Pile:
    """Action plans that were handed in, for who can agree."""
    waiting = visible(ActionPlan, access).filter(state=PlanState.SUBMITTED, contract__in=advised(access))
    tasks = (
        Task(
            _("Answer the action plan of %(title)s") % {"title": plan.contract.title},
            reverse("contract-plan", args=[plan.contract_id]),
            handed_in_words(plan.contract, plan.submitted_at),
        )
        for plan in waiting.select_related("contract__contractor").order_by("submitted_at")
    )
    return pile_of(_("Action plans to answer"), tasks, reverse("contract-list"))


def changes_proposed(access: Access) -> Pile:
    """Changes that procurement officers propose, for who can accept them."""
    waiting = visible(ChangeProposal, access).filter(state=ProposalState.OPEN, contract__in=advised(access))
    tasks = (
        Task(
            _("Answer the proposal for %(title)s") % {"title": proposal.contract.title},
            reverse("change-proposal", args=[proposal.pk]),
            f"{proposal.get_kind_display()}: {proposal.reason}",
        )
        for proposal in waiting.select_related("contract").order_by("proposed_at")
    )
    return pile_of(_("Proposed changes"), tasks, reverse("contract-list"))


def firms_proposed(access: Access) -> Pile:
    """Social firms that contractors proposed, for who can recognise them."""
    regions = access.regions_where(May.RECOGNISE)
    waiting = visible(FirmProposal, access).filter(state=ProposalState.OPEN, region__in=regions)
    tasks = (
        Task(
            _("Look up %(firm)s") % {"firm": proposal},
            reverse("social-firm-proposal", args=[proposal.pk]),
            _("proposed by %(who)s on %(day)s")
            % {"who": proposal.contractor, "day": long_date(localtime(proposal.proposed_at))},
        )
        for proposal in waiting.select_related("contractor")
    )
    return pile_of(_("Proposed social firms"), tasks, reverse("social-firm-register"))


def advised(access: Access) -> Any:
    """The contracts of the regions in which one advises."""
    regions = access.regions_where(May.ADVISE)
    return visible(Contract, access).filter(region__in=regions).order_by().values("pk")


def handed_in_words(contract: Contract, at: Any) -> str:
    day = long_date(localtime(at)) if at else ""
    return f"{contract.reference} · {contract.contractor.name} · " + _("handed in on %(day)s") % {"day": day}


# --- how contracts stand --------------------------------------------------------------------------------------------


def is_over(standing: Standing, today: date) -> bool:
    """Its last counted day has passed, so that it can be settled."""
    return standing.contract.last_counted_day < today


def to_settle(access: Access, all_standings: Sequence[Standing], today: date) -> Pile:
    rows = [s for s in all_standings if is_over(s, today)]
    tasks = (settlement_task(standing, may_settle(access, standing.contract)) for standing in rows)
    return pile_of(_("Settlements to do"), tasks, reverse("contract-list") + f"?status={Status.OVERDUE}")


def settlement_task(standing: Standing, settles: bool) -> Task:
    contract, progress = standing.contract, standing.progress
    words = {"open": euro(progress.open), "last": long_date(contract.last_counted_day)}
    stands = _("%(open)s short on %(last)s") if progress.open else _("fulfilled, over since %(last)s")
    return Task(
        label=_("Settle %(title)s") % {"title": contract.title} if settles else contract.title,
        url=reverse("contract-settlement", args=[contract.pk]),
        why=f"{contract.reference} · {contract.contractor.name} · {stands % words}",
        state=progress.status,
        word=progress.status.label,
    )


def standing_pile(status: Status, all_standings: Sequence[Standing], today: date) -> Pile:
    """Contracts of one status that still run; what is over is to be settled."""
    rows = [s for s in all_standings if s.progress.status == status and not is_over(s, today)]
    heading = {
        Status.OVERDUE: _("Contracts that are overdue"),
        Status.AT_RISK: _("Contracts that risk a shortfall"),
        Status.BEHIND: _("Contracts that are behind"),
    }[status]
    return pile_of(heading, map(contract_task, rows), reverse("contract-list") + f"?status={status}")


def ending_soon(all_standings: Sequence[Standing], today: date) -> Pile:
    """Contracts that end soon and are on schedule, so that their settlement comes as no surprise."""
    last = add_months(today, ENDING_WITHIN_MONTHS)
    rows = [s for s in all_standings if today <= s.contract.end_date <= last and s.progress.status not in WORRYING]
    url = reverse("contract-list") + f"?ending={ENDING_WITHIN_MONTHS}"
    return pile_of(_("Contracts that end within three months"), map(contract_task, rows), url)


# --- what is due by a day -------------------------------------------------------------------------------------------


@require_safe
def due(request: Request) -> HttpResponse:
    """Deadlines that passed, and certificates that lapse; the work list shows the first of each."""
    if not request.access.may(May.SEE_REGION):
        raise Http404
    access, today = request.access, localdate()
    rows = list(owing(access).filter(state=ContractState.ACTIVE).select_related("policy", "contractor"))
    contracts = of_adviser(request, rows)
    piles = [*deadline_piles(contracts, access, today), certificate_pile(contracts, access, today)]
    if asks_for_part(request):
        piles = [pile_of(pile.heading, pile.tasks, pile.url) for pile in piles]
    return render(request, "pages/due.html", {"piles": [pile for pile in piles if pile.number]})


def deadline_piles(contracts: Sequence[Contract], access: Access, today: date) -> list[Pile]:
    """Per kind of deadline the contracts for which it passed, those that wait longest first."""
    planned, heard = handed_in(contracts), last_heard(contracts, today)
    found: dict[What, list[tuple[Deadline, Contract]]] = {what: [] for what in (What.REPORT, What.PLAN, What.CONTACT)}
    for contract in contracts:
        for deadline in deadlines(contract, planned.get(contract.pk), heard.get(contract.pk), today):
            if deadline.state == DeadlineState.OVERDUE:
                found[deadline.what].append((deadline, contract))
    headings = {
        What.REPORT: _("Interim reports overdue"),
        What.PLAN: _("Action plans overdue"),
        What.CONTACT: _("First contacts overdue"),
    }
    piles = []
    for what, rows in found.items():
        rows.sort(key=lambda row: (row[0].due, row[1].reference))
        tasks = [deadline_task(deadline, contract, heard.get(contract.pk), access) for deadline, contract in rows]
        piles.append(Pile(headings[what], tasks, len(tasks), reverse("due")))
    return piles


def deadline_task(deadline: Deadline, contract: Contract, heard: date | None, access: Access) -> Task:
    line = told(deadline, contract, heard, access)
    return Task(
        label=f"{line.action}: {contract.title}" if line.action else contract.title,
        url=line.url or reverse("contract-detail", args=[contract.pk]),
        why=f"{contract.reference} · {contract.contractor.name} · {line.words}",
        state=line.state,
        word=line.word,
    )


def certificate_pile(contracts: Sequence[Contract], access: Access, today: date) -> Pile:
    theirs = {contract.contractor_id for contract in contracts}
    found = list(visible(PsoCertificate, access).filter(contractor__in=theirs))
    of_firms = [c for c in contracts if c.contractor_id in {row.contractor_id for row in found}]
    changes = visible(ObligationChange, access).filter(contract__in=[c.pk for c in of_firms]).order_by("pk")
    covers = certificates.covers(of_firms, found, list(changes), today).values()
    tasks = [task for cover in covers for task in lapsing_tasks(cover, access)]
    return Pile(_("PSO certificates that lapse"), tasks, len(tasks), reverse("due"))


def lapsing_tasks(cover: Cover, access: Access) -> list[Task]:
    if not cover.correction and cover.state != CertificateState.LAPSING:
        return []
    decides = access.may(May.CHANGE, region_id=cover.contract.region_id)
    title = f"{cover.contract.reference} · {cover.contract.contractor.name} · "
    tasks = cover_tasks(cover, cover.discount, decides)
    return [Task(task.label, task.url, title + task.why, task.state, task.word) for task in tasks]
