"""What there is to do for one person, for the mail of the week: the same piles as on their start
page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractState
from contracts.people.membership import with_people
from placements.models import Fulfilment
from placements.standing.asks import OF_DEADLINES, Ask, Kind, asks
from placements.standing.kept import in_step
from placements.standing.known import LookUp, asked_back
from placements.standing.own import progress_for
from placements.standing.progress import Status, with_progress
from placements.standing.tasks import Pile, Task
from placements.standing.words import RUNNING, WORRYING
from sroi.access import Access, May, visible
from sroi.database.together import answered
from sroi.pages.contract.attention import action_for, lines_of, task_of
from sroi.pages.work.start import returned_task
from sroi.pages.work.work_list import (
    contracts_url,
    due_piles,
    heading_of,
    notes_back,
    of_kinds,
    owing,
    own_of,
    pile_of,
    piles_of,
    reports_waiting,
    with_notes,
)


@dataclass(frozen=True)
class Reminder:
    """A term of a contract that the contractor is reminded of."""

    ask: Ask
    words: str

    @property
    def contract(self) -> Contract:
        return self.ask.contract


@dataclass(frozen=True)
class Overview:
    piles: Sequence[Pile] = ()
    reminders: Sequence[Reminder] = field(default_factory=list)


def overview(user: Any, access: Access, today: date) -> Overview:
    """For each of the roles of a person; piles with nothing in them are left out."""
    piles: list[Pile] = []
    reminders: list[Reminder] = []
    if access.may(May.FULFIL):
        reminders = deadline_reminders(access, today)
        piles += [returned(access), drafts_to_answer(access, today), coming_up(reminders)]
    if access.may(May.ADVISE):
        own = own_of(user, owing(access))
        in_step(own, today)
        theirs = with_notes(with_people(own), access, today).select_related(*WITH, "standing")
        contracts = list(theirs.order_by("end_date", "reference"))
        piles += piles_of(access, own, today)
        # What a note says stays on the page: it may be about a person.
        piles += [notes_back(contracts, by_title=True), *due_piles(contracts, access, today)]
    elif access.may(May.FINALISE):
        piles += [answered(reports_waiting(access))]
    elif access.may(May.COMMISSION):
        piles += of_municipality(access, today)
    return Overview([pile for pile in piles if pile.number], reminders)


WITH = ("policy", "contractor")


# --- the contractor -------------------------------------------------------------------------------


def returned(access: Access) -> Pile:
    theirs = asked_back(visible(Fulfilment, access)).select_related("latest")
    # What was asked stays on the page: it may be about a person.
    tasks = (Task(task.label, task.url, "") for task in map(returned_task, theirs))
    return pile_of(_("Something has to be added"), tasks, reverse("fulfilment-list"))


def drafts_to_answer(access: Access, today: date) -> Pile:
    """Drafts of settlements that the contractor can answer still."""
    regions = access.regions_where(May.FULFIL)
    ended = visible(Contract, access).filter(region__in=regions, state=ContractState.ENDED)
    contracts = list(ended.select_related(*WITH).order_by("reference"))
    found = of_kinds(asks(contracts, today, [LookUp.STANDING]))
    drafts = [ask for ask in found if ask.kind == Kind.ANSWER_DRAFT]
    return pile_of(_("Before it is settled"), lines_of(drafts, access), reverse("start"))


def deadline_reminders(access: Access, today: date) -> list[Reminder]:
    """What a contractor has to do by a day that has passed or comes soon."""
    regions = access.regions_where(May.FULFIL)
    running = visible(Contract, access).filter(
        region__in=regions, has_obligation=True, state=ContractState.ACTIVE
    )
    contracts = list(running.filter(is_framework=False).select_related(*WITH).order_by("reference"))
    soon = today + timedelta(weeks=settings.MAIL_WEEKS_AHEAD)
    found = []
    for ask in of_kinds(asks(contracts, today, [LookUp.STANDING, LookUp.DEADLINES])):
        url, label = action_for(ask, access)
        if ask.kind in OF_DEADLINES and ask.day <= soon and url:
            found.append(Reminder(ask, task_of(ask, url, label).why))
    return sorted(found, key=lambda reminder: (reminder.ask.day, reminder.contract.reference))


def coming_up(reminders: Sequence[Reminder]) -> Pile:
    tasks = (
        Task(
            reminder.contract.title,
            reverse("contract-detail", args=[reminder.contract.pk]),
            reminder.words,
        )
        for reminder in reminders
    )
    return pile_of(_("Due soon, or too late"), tasks, reverse("start"))


# --- the procurement officer ----------------------------------------------------------------------


def of_municipality(access: Access, today: date) -> list[Pile]:
    rows = visible(Contract, access).filter(
        state__in=RUNNING, has_obligation=True, is_framework=False
    )
    contracts = list(rows.select_related(*WITH).order_by("end_date", "reference"))
    standing = progress_for(access, contracts, today)
    found = of_kinds(asks(contracts, today, [LookUp.STANDING], progress=standing))
    behind = [ask for ask in found if ask.kind == Kind.CATCH_UP]
    new = new_this_week([ask.contract for ask in behind], today)
    # What is new first: a mail names the first of each pile only.
    behind.sort(key=lambda ask: ask.contract.pk not in new)
    return [standing_pile(status, behind, new, access) for status in WORRYING]


def new_this_week(contracts: Sequence[Contract], today: date) -> set[int]:
    """Those of them that asked for no attention a week ago, as it is now known to have been."""
    before = with_progress(contracts, today - timedelta(weeks=1), looking_back=True)
    return {pk for pk, progress in before.items() if progress.status not in WORRYING}


def standing_pile(
    status: Status, behind: Sequence[Ask], new: Collection[int], access: Access
) -> Pile:
    """Contracts of one status that are asked to catch up, those that are new marked as such."""
    lines = lines_of([ask for ask in behind if ask.state == status], access)
    tasks = (line.saying(_("new this week")) if line.pick in new else line for line in lines)
    return pile_of(heading_of(status), tasks, contracts_url(status=status))
