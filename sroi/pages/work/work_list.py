"""The work list: what needs a person now. Overdue first, then what waits for an answer, then what
is seen coming, then what one began oneself. Each line is one action, and contracts can be ticked to
do something with many.

An adviser sees the contracts that they advise on or that nobody does, with those of the colleagues
for whom they stand in, and on request those of the whole region. What is due by a day takes more
looking up and comes as a page of its own that the list takes over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contracts.desk.whose import is_work_of, not_put_off, stood_in_for
from contracts.models import (
    ActionPlan,
    ChangeProposal,
    Contract,
    ContractNote,
    FirmProposal,
    ProposalState,
    StandIn,
)
from contracts.models.dossier import COMES_BACK
from contracts.people.membership import with_people
from placements.models import (
    Allocation,
    Disagreement,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.standing.asks import (
    ENDING_WITHIN_MONTHS,
    OF_CERTIFICATES,
    OF_DEADLINES,
    Ask,
    Kind,
    asks,
)
from placements.standing.kept import anything_out_of_step, in_step, progress_kept
from placements.standing.known import (
    LookUp,
    handed_in_plans,
    open_proposals,
    unanswered,
    waiting,
)
from placements.standing.own import is_under
from placements.standing.piles import ENDING, SETTLE, Asking, Troubled, asking, troubled
from placements.standing.progress import Status
from placements.standing.tasks import SHOWN, Columns, Pile, Task
from placements.standing.words import RUNNING, WORRYING
from reporting.adoption.waiting import waiting_reports
from sroi.access import Access, May, visible
from sroi.database.together import Asking as Asked
from sroi.database.together import answered, in_order, side_by_side
from sroi.money import ZERO
from sroi.pages.contract.attention import action_for, lines_of
from sroi.pages.contract.drafts import contract_drafts, fulfilment_drafts
from sroi.pages.shell import asks_for_part
from sroi.templatetags.formats import long_date, short_date, whole_euro
from sroi.views import Request

ALL = "alle"
# The form on the work list that the boxes of contracts are of.
PICKED = "picked"
# As much of a note as says what it is about.
OF_A_NOTE = 80
NOBODY: Mapping[int, StandIn] = {}


@dataclass(frozen=True)
class Part:
    """The part of the work that one looks at: one's own, with that of who is away, or all of it."""

    user: Any = None
    absent: Mapping[int, StandIn] = field(default_factory=dict)
    is_all: bool = True

    def of(self, prefix: str = "") -> Q:
        """Of contracts, reached by `prefix`."""
        return Q() if self.is_all else is_work_of(self.user, self.absent, prefix)

    def marked(self, task: Task, contract: Contract) -> Task:
        """For whom, where one stands in."""
        away = self.absent.get(contract.adviser_id or 0)
        return task.saying(_("for %(who)s") % {"who": away.absent}) if away else task


EVERYBODYS = Part()


def work_list(request: Request) -> HttpResponse:
    access, user, today = request.access, request.user, localdate()
    everything, everyones = owing(access), request.GET.get("van") == ALL
    absent = stood_in_for(user, today) if access.may(May.ADVISE) else NOBODY
    number = everything.aggregate(
        all=Count("pk"),
        advised=Count("pk", filter=Q(adviser__in=[user.pk, *absent])),
        own=Count("pk", filter=is_work_of(user, absent)),
        put_off=Count("pk", filter=~not_put_off(user, today)),
        out_of_step=Count("pk", filter=anything_out_of_step(today)),
    )
    if number["out_of_step"]:
        in_step(everything, today)
    part = Part(user, absent, everyones or not number["advised"])
    running = number["all"] if part.is_all else number["own"]
    contracts = everything.filter(part.of(), not_put_off(user, today))
    overdue, answers, coming = piles_in_order(access, contracts, today, part)
    request.waiting = {"review-queue": answers[0].number}
    # What one began oneself comes after what others wait for, and what is seen coming.
    begun = [fulfilment_drafts(access)] if access.may(May.ENTER) else []
    begun.append(contract_drafts(access, everyones))
    context = {
        "overdue": [pile for pile in overdue if pile.number],
        "piles": [pile for pile in (*overdue, *answers, *coming, *begun) if pile.number],
        "rest": [pile for pile in (*answers, *coming, *begun) if pile.number],
        "running": running,
        "others": number["all"] - running,
        "asked_for_all": everyones,
        "absent": absent.values(),
        "put_off": number["put_off"],
        "picks": PICKED if access.may(May.ADVISE) else "",
        "first": None if number["all"] else _first_step(access),
        "due_url": reverse("due") + (f"?van={ALL}" if everyones else ""),
    }
    return render(request, "pages/start_work_list.html", context)


def _first_step(access: Access) -> dict[str, Any] | None:
    """With what a region begins of which no contract is there: who brings them in does that, who
    lets people in asks somebody who can.
    """
    if visible(Contract, access).exists():
        return None
    if access.may(May.REGISTER):
        return {
            "text": _("Bring in the contracts that the region has. Any list in Excel will do."),
            "url": f"{reverse('import')}?soort=contracts",
            "action": _("Import contracts"),
        }
    if access.may(May.MANAGE_USERS):
        return {
            "text": _("An adviser brings in the contracts that the region has. Invite one."),
            "url": reverse("user-invite"),
            "action": _("Invite somebody"),
        }
    return None


def piles_of(
    access: Access, contracts: QuerySet[Any], today: date, part: Part = EVERYBODYS
) -> list[Pile]:
    """What is overdue, what waits for an answer, and what is seen coming of these contracts, which
    are in step.
    """
    return [pile for some in piles_in_order(access, contracts, today, part) for pile in some]


def piles_in_order(
    access: Access, contracts: QuerySet[Any], today: date, part: Part
) -> tuple[list[Pile], list[Pile], list[Pile]]:
    # What waits for the contractor's answer to the draft is neither to settle now, nor short; what
    # is over and short is to be settled: it stands there.
    firms = troubled(contracts, today)
    found = asking(contracts, today, SHOWN, [firm.contractor_id for firm in firms])
    of_status = {
        status: first_of(
            found[status], heading_of(status), access, contracts_url(status=status), part
        )
        for status in WORRYING
    }
    to_settle = first_of(
        found[SETTLE], _("Settlements to do"), access, contracts_url(status=Status.OVERDUE), part
    )
    ending = first_of(
        found[ENDING],
        _("Contracts that end within three months"),
        access,
        contracts_url(ending=ENDING_WITHIN_MONTHS),
        part,
    )
    overdue = [of_status.pop(Status.OVERDUE), to_settle]
    answers = answered(
        side_by_side(
            waiting_for_review(access, today, part),
            disagreed(access, part),
            plans_to_agree(access, part),
            changes_proposed(access, part),
            reports_waiting(access),
            firms_proposed(access),
        )
    )
    return overdue, answers, [contractors_short(firms), *of_status.values(), ending]


def contractors_short(firms: Sequence[Troubled]) -> Pile:
    """One line for a contractor, whatever number of its contracts is short."""
    tasks = (
        Task(
            firm.name,
            contracts_url(contractor=firm.contractor_id, status=[*WORRYING]),
            words,
            firm.status,
            firm.status.label,
            Columns(words, _("another %(open)s") % {"open": whole_euro(firm.open)}, ""),
        )
        for firm in firms
        for words in [_("%(n)s contracts that are short") % {"n": firm.number}]
    )
    heading = _("Contractors with several contracts that are short")
    return pile_of(heading, tasks, contracts_url(status=[*WORRYING]))


def first_of(found: Asking, heading: str, access: Access, url: str, part: Part) -> Pile:
    lines = lines_of(found.asks, access)
    tasks = [part.marked(line, ask.contract) for line, ask in zip(lines, found.asks, strict=True)]
    return Pile(heading, tasks, found.number, url)


def of_kinds(found: Mapping[int, Sequence[Ask]]) -> list[Ask]:
    return [ask for asked in found.values() for ask in asked]


def contracts_url(**query: Any) -> str:
    return f"{reverse('contract-list')}?{urlencode(query, doseq=True)}"


def owing(access: Access) -> Any:
    return visible(Contract, access).filter(
        has_obligation=True, is_framework=False, state__in=RUNNING
    )


def own_of(
    user: Any, contracts: QuerySet[Any], absent: Mapping[int, StandIn] = NOBODY
) -> QuerySet[Any]:
    """Those that are this person's work; all of them for who advises on none."""
    advised = Q(Exists(contracts.order_by().filter(adviser__in=[user.pk, *absent])))
    return contracts.filter(is_work_of(user, absent) | ~advised)


def pile_of(heading: str, tasks: Iterable[Task], url: str) -> Pile:
    every = list(tasks)
    return Pile(heading, every[:SHOWN], len(every), url)


# --- what waits for an answer ---------------------------------------------------------------------


def waiting_for_review(access: Access, today: date, part: Part = EVERYBODYS) -> Asked[Pile]:
    rows = waiting(visible(FulfilmentVersion, access)).filter(
        fulfilment__region__in=access.region_ids
    )
    if not part.is_all:
        rows = rows.filter(is_under(access, part.of("contract__")))
    rows = rows.annotate(worth=Sum("allocations__value"))
    rows = rows.select_related("fulfilment__contractor").order_by("submitted_at", "pk")
    versions = yield from in_order(rows)
    reviews = access.may(May.REVIEW)
    url = (
        reverse("review-queue")
        if reviews
        else reverse("fulfilment-list") + f"?state={FulfilmentState.SUBMITTED}"
    )
    return pile_of(
        _("Waiting for review"), (review_task(version, today, reviews) for version in versions), url
    )


def review_task(version: Any, today: date, reviews: bool) -> Task:
    """Who does not review looks at it only."""
    fulfilment = version.fulfilment
    days = (today - localtime(version.submitted_at).date()).days if version.submitted_at else 0
    waits = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    since = waits if days else _("handed in today")
    about = f"{fulfilment.contractor.name} · {fulfilment.get_kind_display()}"
    if version.answer:
        about += " · " + _("your question was answered")
    return Task(
        label=(
            _("Review %(number)s") % {"number": fulfilment.external_id}
            if reviews
            else fulfilment.external_id
        ),
        url=reverse("review" if reviews else "fulfilment-detail", args=[fulfilment.pk]),
        why=f"{about} · {since}",
        columns=Columns(about, whole_euro(version.worth or ZERO), since),
    )


def disagreed(access: Access, part: Part = EVERYBODYS) -> Asked[Pile]:
    """Decisions with which a contractor does not agree, for who can review them again."""
    regions = access.regions_where(May.REVIEW)
    rows = unanswered(visible(Disagreement, access)).filter(version__fulfilment__region__in=regions)
    if not part.is_all:
        rows = rows.filter(
            claim__in=visible(Allocation, access).filter(part.of("contract__")).values("version")
        )
    every = yield from in_order(rows.select_related("version__fulfilment__contractor"))
    tasks = (
        Task(
            _("Answer %(contractor)s about %(number)s")
            % {
                "contractor": found.version.fulfilment.contractor,
                "number": found.version.fulfilment.external_id,
            },
            reverse("disagreement", args=[found.pk]),
            _("does not agree since %(day)s") % {"day": long_date(localtime(found.at))},
            columns=Columns(
                found.version.fulfilment.contractor.name,
                "",
                _("since %(day)s") % {"day": short_date(localtime(found.at))},
            ),
        )
        for found in every
    )
    return pile_of(_("Contractors who do not agree"), tasks, reverse("fulfilment-list"))


def plans_to_agree(access: Access, part: Part = EVERYBODYS) -> Asked[Pile]:
    """Action plans that were handed in, for who can agree."""
    rows = handed_in_plans(visible(ActionPlan, access)).filter(
        part.of("contract__"), contract__in=advised(access)
    )
    plans = yield from in_order(rows.select_related("contract__contractor"))
    tasks = (
        part.marked(
            Task(
                _("Answer the action plan of %(title)s") % {"title": plan.contract.title},
                reverse("contract-plan", args=[plan.contract_id]),
                handed_in_words(plan.contract, plan.submitted_at),
                columns=Columns(named(plan.contract), "", handed_in_on(plan.submitted_at)),
            ),
            plan.contract,
        )
        for plan in plans
    )
    return pile_of(_("Action plans to answer"), tasks, reverse("contract-list"))


def changes_proposed(access: Access, part: Part = EVERYBODYS) -> Asked[Pile]:
    """Changes that procurement officers propose, for who can accept them."""
    rows = open_proposals(visible(ChangeProposal, access)).filter(
        part.of("contract__"), contract__in=advised(access)
    )
    proposals = yield from in_order(rows.select_related("contract"))
    tasks = (
        part.marked(
            Task(
                _("Answer the proposal for %(title)s") % {"title": proposal.contract.title},
                reverse("change-proposal", args=[proposal.pk]),
                words,
                columns=Columns(
                    words,
                    "" if proposal.value_delta is None else whole_euro(proposal.value_delta),
                    _("since %(day)s") % {"day": short_date(localtime(proposal.proposed_at))},
                ),
            ),
            proposal.contract,
        )
        for proposal in proposals
        for words in [f"{proposal.get_kind_display()}: {proposal.reason}"]
    )
    return pile_of(_("Proposed changes"), tasks, reverse("contract-list"))


def reports_waiting(access: Access) -> Asked[Pile]:
    """Annual reports that were proposed or sent back, for whose turn it is."""
    tasks = yield from waiting_reports(access)
    return pile_of(_("Annual reports"), tasks, reverse("report-list"))


def firms_proposed(access: Access) -> Asked[Pile]:
    """Social firms that contractors proposed, for who can recognise them."""
    regions = access.regions_where(May.RECOGNISE)
    rows = visible(FirmProposal, access).filter(state=ProposalState.OPEN, region__in=regions)
    proposals = yield from in_order(rows.select_related("contractor"))
    tasks = (
        Task(
            _("Look up %(firm)s") % {"firm": proposal},
            reverse("social-firm-proposal", args=[proposal.pk]),
            _("proposed by %(who)s on %(day)s")
            % {
                "who": proposal.contractor,
                "day": long_date(localtime(proposal.proposed_at)),
            },
            columns=Columns(
                _("proposed by %(who)s") % {"who": proposal.contractor},
                "",
                _("since %(day)s") % {"day": short_date(localtime(proposal.proposed_at))},
            ),
        )
        for proposal in proposals
    )
    return pile_of(_("Proposed social firms"), tasks, reverse("social-firm-register"))


def advised(access: Access) -> Any:
    """The contracts of the regions in which one advises."""
    regions = access.regions_where(May.ADVISE)
    return visible(Contract, access).filter(region__in=regions).order_by().values("pk")


def named(contract: Contract) -> str:
    return f"{contract.reference} · {contract.contractor.name}"


def handed_in_on(at: Any) -> str:
    return _("since %(day)s") % {"day": short_date(localtime(at))} if at else ""


def handed_in_words(contract: Contract, at: Any) -> str:
    day = long_date(localtime(at)) if at else ""
    return f"{named(contract)} · " + _("handed in on %(day)s") % {"day": day}


# --- how contracts stand --------------------------------------------------------------------------


def heading_of(status: Status) -> str:
    return {
        Status.OVERDUE: _("Contracts that are overdue"),
        Status.AT_RISK: _("Contracts that risk a shortfall"),
        Status.BEHIND: _("Contracts that are behind"),
    }[status]


# --- what is due by a day -------------------------------------------------------------------------


@require_safe
def due(request: Request) -> HttpResponse:
    """Deadlines that passed, and certificates that lapse; the work list shows the first of each."""
    if not request.access.may(May.SEE_REGION):
        raise Http404
    access, today = request.access, localdate()
    rows = owing(access)
    if request.GET.get("van") != ALL:
        advises = access.may(May.ADVISE)
        absent = stood_in_for(request.user, today) if advises else NOBODY
        rows = own_of(request.user, rows, absent)
    rows = rows.filter(not_put_off(request.user, today))
    in_step(rows, today)
    rows = with_notes(with_people(rows), access, today)
    contracts = list(rows.select_related("policy", "contractor", "standing"))
    piles = [notes_back(contracts), *due_piles(contracts, access, today)]
    if asks_for_part(request):
        piles = [pile_of(pile.heading, pile.tasks, pile.url) for pile in piles]
    context = {
        "piles": [pile for pile in piles if pile.number],
        "picks": PICKED if asks_for_part(request) and access.may(May.ADVISE) else "",
    }
    return render(request, "pages/due.html", context)


def with_notes(contracts: QuerySet[Any], access: Access, today: date) -> QuerySet[Any]:
    """Contracts that say which of their notes came back first: the next one does once that was
    seen to.
    """
    back = visible(ContractNote, access).filter(
        COMES_BACK, contract=OuterRef("pk"), again_on__lte=today
    )
    first = back.order_by("again_on", "pk")
    return contracts.annotate(
        note=Subquery(first.values("pk")[:1]),
        note_text=Subquery(first.values("text")[:1]),
        note_who=Subquery(first.values("who")[:1]),
        note_on=Subquery(first.values("again_on")[:1]),
    )


def notes_back(contracts: Iterable[Any], *, by_title: bool = False) -> Pile:
    """Notes of these contracts (`with_notes`) that were to come back by now; `by_title` leaves out
    what they say.
    """
    found = [
        Task(
            contract.title if by_title else told_by_note(contract),
            reverse("contract-dossier", args=[contract.pk]) + f"#note-{contract.note}",
            named(contract),
            columns=Columns(
                named(contract),
                "",
                _("since %(day)s") % {"day": short_date(contract.note_on)},
            ),
        )
        for contract in sorted(
            (contract for contract in contracts if contract.note),
            key=lambda contract: (contract.note_on, contract.note),
        )
    ]
    return Pile(_("Notes that came back"), found, len(found), reverse("due"))


def told_by_note(contract: Any) -> str:
    told = shortened(contract.note_text)
    return f"{contract.note_who}: {told}" if contract.note_who else told


def shortened(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(OF_A_NOTE)


def due_piles(contracts: Sequence[Any], access: Access, today: date) -> list[Pile]:
    """Per kind of deadline the contracts for which it passed, those that wait longest first; then
    certificates, and what became of people. The contracts say whether somebody signs in for
    them (`with_people`), and how they stand (`in_step`).
    """
    look_ups = [LookUp.STANDING, LookUp.DEADLINES, LookUp.CERTIFICATES]
    standing = progress_kept(contracts, today)
    found = of_kinds(asks(contracts, today, look_ups, progress=standing))
    headings = {
        Kind.REPORT: _("Interim reports overdue"),
        Kind.PLAN: _("Action plans overdue"),
        Kind.CONTACT: _("First contacts overdue"),
    }
    late = sorted(
        (ask for ask in found if ask.late), key=lambda ask: (ask.day, ask.contract.reference)
    )
    piles = [(headings[kind], [ask for ask in late if ask.kind == kind]) for kind in OF_DEADLINES]
    lapsing = [ask for ask in found if ask.kind in OF_CERTIFICATES and ask.kind != Kind.DISCOUNT]
    discounts = [ask for ask in found if ask.kind == Kind.DISCOUNT]
    piles += [
        (_("PSO certificates that lapse"), lapsing),
        (_("PSO discounts to register"), discounts),
    ]
    # Where nobody of the contractor signs in who could say so, the adviser finds out.
    alone = {contract.pk for contract in contracts if not contract.has_people}
    outcomes = [ask for ask in found if ask.kind == Kind.OUTCOME and ask.contract.pk in alone]
    told = [ask for ask in outcomes if action_for(ask, access)[0]]
    piles += [(_("What became of them?"), told)]
    return [
        Pile(heading, lines_of(rows, access), len(rows), reverse("due")) for heading, rows in piles
    ]
