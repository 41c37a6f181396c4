"""How a contract stands, in words and as a bar; the amounts come from
`placements.standing.progress`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractState, Spread
from contracts.plans import schedule
from contracts.plans.deadlines import Deadline, What
from placements.standing.progress import (
    Progress,
    Status,
    behind_below,
    grace_until,
    with_progress,
)
from sroi.charts.bars import progress_bar, small_progress_bar
from sroi.charts.facts import Bar, Chart
from sroi.money import ZERO, rounded
from sroi.templatetags.formats import long_date, percent, whole_euro

RUNNING = (ContractState.ACTIVE, ContractState.ENDED)
# Running, and in need of someone's attention, the most urgent first.
WORRYING = (Status.OVERDUE, Status.AT_RISK, Status.BEHIND)


@dataclass
class Standing:
    """A contract with how it stands."""

    contract: Contract
    progress: Progress
    today: date

    @property
    def sentences(self) -> list[str]:
        return sentences(self.contract, self.progress, self.today)

    @property
    def bar(self) -> Any:
        return bar(self.contract, self.progress) if self.progress.obligation else None

    @property
    def small_bar(self) -> Any:
        return (
            small_bar(self.contract, self.progress, "phone", 320)
            if self.progress.obligation
            else None
        )


def standings(
    contracts: Iterable[Contract], today: date, known: Mapping[int, Progress] | None = None
) -> list[Standing]:
    """Contracts need their policy and contractor (`select_related`); `known` is their progress,
    where it is known already.
    """
    rows = list(contracts)
    progress = with_progress(rows, today) if known is None else known
    return [Standing(contract, progress[contract.pk], today) for contract in rows]


def sentences(contract: Contract, progress: Progress, today: date) -> list[str]:
    """What is owed, what was done, what should have been done, and what is left to do by when."""
    if contract.is_framework:
        return [_("This is a framework: it owes nothing itself, its call-offs do.")]
    if not contract.has_obligation and contract.exempted_by_id:
        return [_("The contractor owes nothing: its PSO certificate exempts it.")]
    if not contract.has_obligation:
        return [_("This contract carries no obligation.")]
    if progress.status == Status.NOT_STARTED:
        words = {
            "day": long_date(contract.award_date),
            "last": long_date(contract.last_counted_day),
        }
        words["obligation"] = whole_euro(progress.obligation)
        return [
            _(
                "Not started yet: from the award on %(day)s, %(obligation)s is to be fulfilled by"
                " %(last)s."
            )
            % words
        ]
    done = _("Of %(obligation)s, %(realised)s is fulfilled (%(percent)s).") % {
        "obligation": whole_euro(progress.obligation),
        "realised": whole_euro(progress.realised),
        "percent": percent(progress.percent),
    }
    return [done, *_what_is_left(contract, progress, today), *_own_share(progress)]


def _own_share(progress: Progress) -> list[str]:
    """What of it is for the clients of who looks, where others share the contract."""
    if not progress.is_shared:
        return []
    words = {
        "obligation": whole_euro(progress.counted.obligation),
        "realised": whole_euro(progress.counted.realised),
    }
    return [
        _("The share of your own clients is %(obligation)s, of which %(realised)s is fulfilled.")
        % words
    ]


def of_own(progress: Progress) -> str:
    """Behind what is open: which part of it is for the own clients."""
    if not progress.is_shared:
        return ""
    own = whole_euro(min(progress.counted.shortfall, progress.open))
    return _(" (%(own)s for your own clients)") % {"own": own}


def _what_is_left(contract: Contract, progress: Progress, today: date) -> list[str]:
    values = {"open": whole_euro(progress.open)}
    last = long_date(contract.last_counted_day)
    if progress.status == Status.SETTLED and contract.settled_on:
        return [_("The contract was settled on %(day)s.") % {"day": long_date(contract.settled_on)}]
    if progress.status in (Status.SETTLED, Status.CANCELLED, Status.DRAFT):
        return []
    if progress.status == Status.FULFILLED:
        more = _("That is %(surplus)s more than was asked.") % {
            "surplus": whole_euro(progress.surplus)
        }
        return [_("The obligation is fulfilled."), *([more] if progress.surplus else [])]
    if today > contract.last_counted_day:
        return [_("The term ended on %(last)s; %(open)s is still open.") % {**values, "last": last}]
    left = _("Another %(open)s is to be fulfilled by %(last)s.") % {**values, "last": last}
    return [*_schedule(contract, progress, today), left]


def _schedule(contract: Contract, progress: Progress, today: date) -> list[str]:
    """What should have been done by now and, where that and the status seem to disagree, why they
    do not.
    """
    if today < contract.start_date:
        return []
    by_now = (
        _("On schedule it would now be %(expected)s.")
        if progress.plan is None
        else _("By the plan it would now be %(expected)s.")
    )
    return [
        by_now % {"expected": whole_euro(progress.expected)},
        *_why(contract, progress, today),
        *_next_minimum(contract, progress.obligation, today),
    ]


def _next_minimum(contract: Contract, obligation: Decimal, today: date) -> list[str]:
    """What is to be fulfilled at least by the end of the contract year, where another one comes
    after it.
    """
    if contract.policy.spread != Spread.CONTRACT_YEARS:
        return []
    due = ZERO
    for year, part in schedule.minima(obligation, contract.term):
        due += part
        if today <= year.last < contract.end_date:
            words = {"day": long_date(year.last), "least": whole_euro(due)}
            return [_("By %(day)s that is to be at least %(least)s.") % words]
    return []


def _why(contract: Contract, progress: Progress, today: date) -> list[str]:
    missing = progress.obligation - progress.forecast
    short = progress.expected - progress.realised
    if progress.status == Status.AT_RISK:
        words = _("With what is planned and in review, %(missing)s is still missing.")
        return [words % {"missing": whole_euro(missing)}]
    if short <= 0:
        return []
    if progress.status == Status.BEHIND:
        return [_("That is %(short)s more than is fulfilled.") % {"short": whole_euro(short)}]
    if today < grace_until(contract):
        day = long_date(grace_until(contract))
        return [_("What is short counts as behind from %(day)s.") % {"day": day}]
    floor = whole_euro(rounded(behind_below(contract, progress.expected)))
    return [_("It counts as behind below %(floor)s.") % {"floor": floor}]


def left_to_do(contract: Contract, progress: Progress) -> str:
    """What is left to do by when, as part of a line about the contract."""
    words = {"open": whole_euro(progress.open), "last": long_date(contract.last_counted_day)}
    if progress.open <= 0:
        return _("all is fulfilled; the term ends on %(last)s") % words
    return _("another %(open)s by %(last)s") % words + of_own(progress)


def deadline_words(deadline: Deadline, heard: date | None) -> str:
    """By when something is due, or that it was done; of an interim report also when the last one
    was.
    """
    days = {
        "due": long_date(deadline.due),
        "done": long_date(deadline.done),
        "heard": long_date(heard),
    }
    if deadline.done:
        return _("done on %(done)s; due by %(due)s") % days
    if deadline.what == What.REPORT and heard:
        return _("last report on %(heard)s; the next one by %(due)s") % days
    return _("due by %(due)s") % days


def bar(contract: Contract, progress: Progress) -> Chart:
    return progress_bar(*_drawing(contract, progress), columns=_columns(), format=whole_euro)


def small_bar(
    contract: Contract, progress: Progress, name: str = "small", width: int = 120
) -> Chart:
    drawn, title, parts, marks = _drawing(contract, progress)
    return small_progress_bar(
        f"{drawn}-{name}", title, parts, marks, columns=_columns(), format=whole_euro, width=width
    )


def _columns() -> tuple[str, str]:
    return _("Part"), _("Amount")


def _drawing(contract: Contract, progress: Progress) -> tuple[str, str, list[Bar], list[Bar]]:
    parts = [
        Bar(_("fulfilled so far"), progress.realised),
        Bar(_("planned"), progress.planned),
        Bar(_("in review"), progress.pending),
        Bar(_("not planned yet"), max(progress.obligation - progress.forecast, ZERO)),
    ]
    title = _("Progress of %(reference)s") % {"reference": contract.reference}
    return f"contract-{contract.pk}", title, parts, _marks(progress)


def _marks(progress: Progress) -> list[Bar]:
    """Where the schedule stands now; where more was done than is owed, what is owed."""
    if progress.status in (Status.SETTLED, Status.CANCELLED, Status.DRAFT, Status.NOT_STARTED):
        return []
    by_now = _("schedule today") if progress.plan is None else _("plan today")
    marks = [Bar(by_now, progress.expected)] if 0 < progress.elapsed < 1 else []
    if progress.forecast > progress.obligation:
        marks.append(Bar(_("obligation"), progress.obligation))
    return marks


def status_tag(state: str, label: object) -> str:
    return _status_tag(str(state), str(label))


@lru_cache(maxsize=256)
def _status_tag(state: str, label: str) -> str:
    """The same for every row of a list that is in this state."""
    return render_to_string("components/status.html", {"state": state, "label": label})
