"""How a contract stands at a date: realised, planned, pending, forecast, expected, and its status.

Amounts are euro. All totals are sums of ledger lines by month, in a fixed number of queries for any
number of contracts. Time enters as an argument. Source: DOMAIN.md section 6.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from contracts.models import (
    Category,
    Contract,
    ContractState,
    ObligationLine,
    PlanAmount,
    PlanState,
)
from contracts.plans import schedule
from contracts.plans.schedule import Quarters
from placements.models import Allocation, FulfilmentLine, FulfilmentState, FulfilmentVersion
from placements.standing.then import counting_on, waiting_on
from sroi.database import days
from sroi.database.together import Asking, by_itself
from sroi.money import ZERO, Balance, MoneyField, rounded
from sroi.periods import DAY, Period, add_months, month_of


class Status(models.TextChoices):
    SETTLED = "settled", _("settled")
    FULFILLED = "fulfilled", _("fulfilled")
    OVERDUE = "overdue", _("overdue")
    AT_RISK = "at_risk", _("at risk")
    BEHIND = "behind", _("behind")
    ON_TRACK = "on_track", _("on track")
    NOT_STARTED = "not_started", _("not started yet")
    NO_OBLIGATION = "no_obligation", _("no obligation")
    CANCELLED = "cancelled", _("cancelled")
    DRAFT = "draft", _("draft")


# What asks for attention first, good news last; what owes nothing after it.
BY_URGENCY = (
    Status.OVERDUE,
    Status.AT_RISK,
    Status.BEHIND,
    Status.ON_TRACK,
    Status.NOT_STARTED,
    Status.FULFILLED,
    Status.SETTLED,
    Status.NO_OBLIGATION,
    Status.CANCELLED,
    Status.DRAFT,
)


@dataclass(frozen=True)
class Share(Balance):
    """What of a contract is for some of its clients, in euro, from their lines."""

    obligation: Decimal
    realised: Decimal


@dataclass(frozen=True)
class Progress(Balance):
    """The state of one contract at one date, in euro."""

    obligation: Decimal
    realised: Decimal
    planned: Decimal
    pending: Decimal
    expected: Decimal
    status: Status
    # The elapsed share of the term, 0–1: where “today” stands on the bar.
    elapsed: Fraction
    # The amounts of the agreed action plan by the first day of their quarter; None without one.
    plan: Quarters | None = None
    # Of who sees it for some of its clients only: their share.
    own: Share | None = None

    @property
    def counted(self) -> Balance:
        """What of it counts in a total: the own share of who looks, or the whole."""
        return self.own or self

    @property
    def is_shared(self) -> bool:
        """Whether it holds more than the own share."""
        mine = self.counted
        return (mine.obligation, mine.realised) != (self.obligation, self.realised)

    @property
    def forecast(self) -> Decimal:
        return self.realised + self.planned + self.pending

    @property
    def open(self) -> Decimal:
        """Still to be fulfilled."""
        return self.shortfall

    @property
    def percent(self) -> int | None:
        """Realised as a percentage of the obligation, rounded down: 99.9% is not yet fulfilled."""
        return int(self.realised * 100 / self.obligation) if self.obligation > 0 else None


def elapsed_share(first: date, last: date, today: date) -> Fraction:
    """The part of the term that has passed at the end of `today`, between 0 and 1."""
    return Period(first, last).elapsed(today)


def status_of(
    contract: Contract,
    obligation: Decimal,
    realised: Decimal,
    forecast: Decimal,
    expected: Decimal,
    today: date,
) -> Status:
    """The first of the statuses of section 6 that holds; which shares of term and schedule count is
    policy.
    """
    if contract.state == ContractState.DRAFT:
        return Status.DRAFT
    if contract.state == ContractState.CANCELLED:
        return Status.CANCELLED
    if contract.state == ContractState.SETTLED:
        return Status.SETTLED
    if today < contract.award_date:
        return Status.NOT_STARTED
    if contract.is_framework or not contract.has_obligation:
        return Status.NO_OBLIGATION
    policy = contract.policy
    left = 1 - elapsed_share(contract.start_date, contract.end_date, today)
    if realised >= obligation:
        return Status.FULFILLED
    if today > contract.last_counted_day:
        return Status.OVERDUE
    if forecast < obligation and left * 100 < policy.at_risk_below_term_left:
        return Status.AT_RISK
    if today >= grace_until(contract) and realised < behind_below(contract, expected):
        return Status.BEHIND
    return Status.ON_TRACK


def expected_on(
    contract: Contract, obligation: Decimal, plan: Quarters | None, day: date
) -> Decimal:
    """What of an obligation is to be fulfilled by a day: along the plan, else as the policy spreads
    it.
    """
    return rounded(schedule.expected(obligation, plan, contract.term, day, contract.policy.spread))


def grace_until(contract: Contract) -> date:
    """The first day on which it can be behind."""
    return add_months(contract.start_date, contract.policy.grace_months)


def behind_below(contract: Contract, expected: Decimal) -> Decimal:
    """What has to be fulfilled, in exact euro, of what is expected by now, or it is behind."""
    return expected * contract.policy.behind_below_expected / 100


@dataclass(frozen=True)
class Own:
    """Contracts of which somebody sees no more than the share of these clients."""

    contracts: Collection[int]
    clients: Collection[int]


def progress_asked(
    contracts: Iterable[Contract],
    today: date,
    *,
    looking_back: bool = False,
    own: Own | None = None,
) -> Asking[dict[int, Progress]]:
    """Progress at `today` by contract id. Contracts need their policy
    (`select_related("policy")`).

    `looking_back` from a later day: what was planned and in review then, not what is now.
    """
    rows = list(contracts)
    sums, plans = yield from _sums([c.pk for c in rows], today, looking_back, own)
    found = {c.pk: _progress(c, sums[c.pk], plans.get(c.pk), today) for c in rows}
    for pk in own.contracts if own else ():
        share = Share(sums[pk]["own_obligation"], sums[pk]["own_realised"])
        found[pk] = replace(found[pk], own=share)
    return found


with_progress = by_itself(progress_asked)

# The ledger of a sum, and what it adds up.
SUMS: Mapping[str, tuple[Any, str]] = {
    "obligation": (ObligationLine, "obligation_delta"),
    "realised": (FulfilmentLine, "amount"),
}


def lines_of(total: str, today: date) -> QuerySet[Any]:
    """The lines of what is owed (`obligation`) or was done (`realised`) at `today`, as
    `with_progress` sums them.
    """
    counting = Q(month__lte=month_of(today))
    if total == "obligation":
        counting |= Q(contract__award_date__gt=today)
    model, _amount = SUMS[total]
    found: QuerySet[Any] = model.objects.filter(counting).order_by()
    return found


def own_total(total: str, today: date, clients: Collection[int]) -> Coalesce:
    """Of each contract of a query what of it (as in `lines_of`) is for these clients."""
    lines = lines_of(total, today).filter(contract=OuterRef("pk"), municipality__in=clients)
    theirs = lines.values("contract").annotate(total=Sum(SUMS[total][1])).values("total")
    return Coalesce(Subquery(theirs), Value(ZERO, MoneyField()))


@dataclass(frozen=True)
class Point:
    """A contract at the end of a month, in euro: realised since the beginning (None: still to
    come), and expected.
    """

    month: date
    realised: Decimal | None
    expected: Decimal


Done = Mapping[tuple[date, str], Decimal]


def done_by_month(contract: Contract, today: date) -> Done:
    """What was realised per month and category."""
    lines = FulfilmentLine.objects.filter(contract=contract, month__lte=month_of(today))
    rows = lines.order_by().values_list("month", "category").annotate(total=Sum("amount"))
    return {(month, category): total for month, category, total in rows}


def course(contract: Contract, progress: Progress, done: Done, today: date) -> list[Point]:
    """The way of a contract, month by month, to the last month of its term or the last in which
    something counted.
    """
    amounts: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for (month, _category), amount in done.items():
        amounts[month] += amount
    first = min([contract.start_date, *amounts])
    last = max([contract.last_counted_day, *amounts])
    points, realised = [], ZERO
    for month in Period(first, last).months():
        realised += amounts.get(month, ZERO)
        end = add_months(month, 1) - DAY
        expected = expected_on(contract, progress.obligation, progress.plan, end)
        points.append(Point(month, realised if month <= today else None, expected))
    return points


def realised_by_category(contract: Contract, today: date) -> dict[str, Decimal]:
    """What was realised per category: all that a procurement officer sees of the fulfilments of a
    contract.
    """
    lines = FulfilmentLine.objects.filter(contract=contract, month__lte=month_of(today))
    totals = dict(lines.order_by().values_list("category").annotate(total=Sum("amount")))
    return {category.value: totals.get(category.value) or ZERO for category in Category}


def _progress(
    contract: Contract, sums: dict[str, Decimal], plan: Quarters | None, today: date
) -> Progress:
    obligation, realised = sums["obligation"], sums["realised"]
    if today < contract.award_date:
        obligation += sums["ahead"]
    expected = expected_on(contract, obligation, plan, today)
    planned, pending = sums["accepted"] - sums["posted"], sums["submitted"] - sums["replaced"]
    status = status_of(
        contract, obligation, realised, realised + planned + pending, expected, today
    )
    return Progress(
        obligation, realised, planned, pending, expected, status, contract.term.elapsed(today), plan
    )


def _sums(
    ids: Sequence[int], day: date, looking_back: bool, own: Own | None
) -> Asking[tuple[dict[int, dict[str, Decimal]], dict[int, dict[date, Decimal]]]]:
    """All that progress adds up, per contract, and the agreed plans, in one query whatever the
    number of contracts.

    Of a change to something accepted only what it adds is in review: the version that it would
    replace still counts.
    """
    owed = ObligationLine.objects.filter(contract__in=ids)
    lines = FulfilmentLine.objects.filter(contract__in=ids)
    allocations, month = Allocation.objects.filter(contract__in=ids), month_of(day)
    accepted = Q(version__accepted_of__isnull=False)
    submitted = Q(version__state=FulfilmentState.SUBMITTED, version__latest_of__isnull=False)
    replaced = Q(version__accepted_of__latest__state=FulfilmentState.SUBMITTED)
    past, posted = Q(month__lte=month), Q()
    if looking_back:
        versions = FulfilmentVersion.objects.filter(allocations__contract__in=ids)
        counted, waited = counting_on(versions, day), waiting_on(versions, day)
        accepted, submitted = (Q(version__in=rows.values("pk")) for rows in (counted, waited))
        replaced = Q(version__fulfilment__in=waited.values("fulfilment"))
        posted = days.by("posting__at", day)
    plans = PlanAmount.objects.filter(plan__contract__in=ids, plan__state=PlanState.AGREED)
    parts = [
        _sums_of(owed, "obligation_delta", obligation=past, ahead=~past),
        _sums_of(lines, "amount", realised=past, posted=posted),
        _sums_of(allocations.filter(accepted), "value", accepted=Q(), replaced=replaced),
        _sums_of(allocations.filter(submitted), "value", submitted=Q()),
    ]
    if own:
        theirs = Q(contract__in=own.contracts, municipality__in=own.clients)
        parts += [
            _sums_of(lines_of(total, day).filter(theirs), amount, **{f"own_{total}": Q()})
            for total, (_model, amount) in SUMS.items()
        ]
    by_quarter = plans.order_by().values_list("plan__contract", "quarter")
    planned, *found = yield [by_quarter.annotate(total=Sum("amount")), *parts]
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in chain(*found):
        sums[row.pop("contract")] |= {name: total or ZERO for name, total in row.items()}
    by_plan: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for contract, quarter, total in planned:
        by_plan[contract][quarter] = total
    return sums, by_plan


def _sums_of(rows: QuerySet[Any], amount: str, **sums: Q) -> QuerySet[Any]:
    """Per contract the sum of an amount of those of the rows that each condition lets through."""
    totals = {name: Sum(amount, filter=of or None) for name, of in sums.items()}
    return rows.order_by().values("contract").annotate(**totals)
