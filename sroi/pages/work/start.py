"""The start page: what needs doing now, for the role that a person works in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contracts.clients.words import organisation_word
from contracts.coverage.coverage import coverage
from contracts.models import Contract, ContractState, Municipality, ObligationLine
from contracts.plans.deadlines import What, deadlines
from placements.models import Fulfilment, FulfilmentState
from placements.standing.heard import last_heard
from placements.standing.progress import Status
from placements.standing.tasks import SHOWN, Task, contract_task
from placements.standing.words import RUNNING, WORRYING, Standing, standings
from sroi.access import Access, Role, visible
from sroi.money import ZERO
from sroi.pages.contract.plan import ICONS
from sroi.pages.shell import roles_of
from sroi.pages.work.work_list import work_list
from sroi.periods import Period, add_months
from sroi.templatetags.formats import long_date
from sroi.views import Request

REMINDED_MONTHS_AHEAD = 1


@require_safe
def start(request: Request) -> HttpResponse:
    role = next((choice.value for choice in roles_of(request, request.access) if choice.current), None)
    answer: dict[str | None, Callable[[Request], HttpResponse]] = {
        Role.CONTRACTOR: my_obligations,
        Role.ADVISER: work_list,
        Role.REGION_ADMIN: work_list,
        Role.PROCUREMENT_OFFICER: my_contracts,
        Role.READER: lambda request: redirect("report-list"),
    }
    return answer.get(role, nothing_yet)(request)


def nothing_yet(request: Request) -> HttpResponse:
    return render(request, "pages/start_nothing.html")


# --- the contractor -------------------------------------------------------------------------------------------------


def my_obligations(request: Request) -> HttpResponse:
    """A card per contract, and what was asked back on top."""
    access, today = request.access, localdate()
    contracts = visible(Contract, access).filter(is_framework=False).exclude(state=ContractState.CANCELLED)
    cards = standings(in_order(contracts), today)
    running = [card for card in cards if card.contract.state in RUNNING and not is_done(card, today)]
    returned = visible(Fulfilment, access).filter(latest__state=FulfilmentState.RETURNED).select_related("latest")
    return render(
        request,
        "pages/start_contractor.html",
        {
            "running": running,
            "done": [card for card in cards if card not in running],
            "reports": report_tasks([card.contract for card in running], today),
            "returned": [returned_task(fulfilment) for fulfilment in returned.order_by("latest__reviewed_at")],
        },
    )


def in_order(contracts: Any) -> Any:
    return contracts.select_related("policy", "contractor").order_by("end_date", "reference")


def is_done(card: Standing, today: date) -> bool:
    """Fulfilled, or never owed anything, and over: nothing is asked any more."""
    asks_nothing = card.progress.status in (Status.FULFILLED, Status.NO_OBLIGATION, Status.SETTLED)
    return asks_nothing and card.contract.last_counted_day < today


def report_tasks(contracts: Sequence[Contract], today: date) -> list[Task]:
    """One line for all interim reports together, from a month before the first is due until it is done."""
    heard = last_heard(contracts, today)
    found = [
        deadline
        for contract in contracts
        for deadline in deadlines(contract, None, heard.get(contract.pk), today)
        if deadline.what == What.REPORT and deadline.due <= add_months(today, REMINDED_MONTHS_AHEAD)
    ]
    if not found:
        return []
    first = min(found, key=lambda deadline: deadline.due)
    why = ngettext(
        "For %(n)s contract, by %(day)s: what still runs, what stopped and what is new.",
        "For %(n)s contracts, the first by %(day)s: what still runs, what stopped and what is new.",
        len(found),
    ) % {"n": len(found), "day": long_date(first.due)}
    return [Task(_("Send the interim report"), reverse("interim-report"), why, ICONS[first.state], first.state.label)]


def returned_task(fulfilment: Any) -> Task:
    version = fulfilment.latest
    return Task(
        label=_("Complete %(number)s") % {"number": fulfilment.external_id},
        url=reverse("fulfilment-detail", args=[fulfilment.pk]),
        why=version.answer,
        state=version.state,
        word=version.get_state_display(),
    )


# --- the procurement officer ----------------------------------------------------------------------------------------


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
    """The contracts of one's clients by status, and whether obligations were agreed where they are expected."""
    access, today = request.access, localdate()
    contracts = visible(Contract, access)
    all_standings = standings(in_order(contracts), today)
    totals = totals_by_status(all_standings)
    attention = [s for status in WORRYING for s in all_standings if s.progress.status == status]
    return render(
        request,
        "pages/start_procurement.html",
        {
            "totals": totals,
            "number": len(all_standings),
            "obligation": sum((total.obligation for total in totals), ZERO),
            "realised": sum((total.realised for total in totals), ZERO),
            "attention": [contract_task(standing) for standing in attention[:SHOWN]],
            "coverage": coverage(contracts, visible(ObligationLine, access), Period.year(today.year)),
            "year": today.year,
            "organisation": organisation_word(own_kinds(access)),
        },
    )


def own_kinds(access: Access) -> list[str]:
    """What the clients are that one is procurement officer of."""
    ids = {pk for grant in access.grants_for([Role.PROCUREMENT_OFFICER]) for pk in grant.municipality_ids}
    return list(visible(Municipality, access).filter(pk__in=ids).values_list("kind", flat=True))


def totals_by_status(all_standings: Sequence[Standing]) -> list[StatusTotal]:
    totals = {status: StatusTotal(status) for status in (*WORRYING, *Status)}
    for standing in all_standings:
        total = totals[standing.progress.status]
        total.number += 1
        total.obligation += standing.progress.obligation
        total.realised += standing.progress.realised
    return [total for total in totals.values() if total.number]
