"""How contracts stood at the end of a period: those that ended in it with what came of them, what
was due by then, and how many are in which state.

Amounts are euro. All is as it was on that day: a recovery period that was granted later, or a
settlement that was decided or reopened later, is told by a later report. Source: DOMAIN.md
section 7.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet, Sum

from contracts.models import Contract, ContractState, Settlement, SettlementState
from contracts.owed.lines import NOT_COUNTED, OWING, Lines
from contracts.settlement.shortfall import by_policy
from placements.standing.progress import Progress, Status, expected_on, progress_asked, status_of
from reporting.figures.facts import ContractsEnded, DueToDate, StatusTally
from sroi.database import days
from sroi.database.together import Asking, nothing, side_by_side
from sroi.money import ZERO, rounded
from sroi.periods import Period, month_of

# In the order in which they are told: what asks for attention last.
STATUSES = (
    Status.ON_TRACK,
    Status.BEHIND,
    Status.AT_RISK,
    Status.OVERDUE,
    Status.FULFILLED,
    Status.SETTLED,
)
Settled = Mapping[int, Settlement]
# By contract what is owed, and what was done.
Summed = tuple[Mapping[int, Decimal], Mapping[int, Decimal]]


@dataclass(frozen=True)
class Stood:
    """What is told of contracts at the end of a period."""

    ended: ContractsEnded
    due: DueToDate
    by_status: list[StatusTally]


@dataclass(frozen=True)
class _One:
    """A contract at that day: how it stood as a whole, and what of it the lines that count say."""

    contract: Contract
    status: Status
    obligation: Decimal
    expected: Decimal
    own_obligation: Decimal
    own_realised: Decimal

    @property
    def share(self) -> Fraction:
        """Of a municipality its own part."""
        whole = self.obligation
        return Fraction(self.own_obligation) / Fraction(whole) if whole else Fraction(0)

    @property
    def due(self) -> Decimal:
        return rounded(Fraction(self.expected) * self.share)

    @property
    def shortfall(self) -> Decimal:
        return max(self.own_obligation - self.own_realised, ZERO)


@dataclass(frozen=True)
class Ledgers:
    """Lines of what is owed and of what was done."""

    owed: Lines
    done: Lines


def stood(
    contracts: QuerySet[Any], whole: Ledgers, own: Ledgers, period: Period, day: date
) -> Asking[Stood]:
    """How these contracts stood on `day`, the last of the period or the data date. Status and what
    was due go by the `whole` of their lines; amounts are sums of the `own` ones, of a municipality
    its part.
    """
    (known,) = yield [_known(contracts, period, day)]
    known.sort(key=lambda contract: contract.pk)
    ids = [contract.pk for contract in known]
    ahead, settled, changes, summed, own_summed = yield from side_by_side(
        progress_asked(known, day, looking_back=True),
        _settled(ids, day),
        _changes(ids, day),
        _summed(ids, whole, day),
        nothing() if own is whole else _summed(ids, own, day),
    )
    _back(known, settled, changes)
    found = list(_each(known, ahead, summed, own_summed or summed, day))
    ends = Period(period.first, day)
    ended = [one for one in found if one.contract.last_counted_day in ends]
    running = [
        one for one in found if one.contract.start_date <= day <= one.contract.last_counted_day
    ]
    return Stood(
        ended=_ended(ended, settled),
        due=DueToDate(
            expected=sum((one.due for one in running), ZERO),
            realised=sum((one.own_realised for one in running), ZERO),
        ),
        by_status=_by_status(
            one
            for one in found
            if one.contract.pk not in settled or one.contract.last_counted_day in ends
        ),
    )


def _known(contracts: QuerySet[Any], period: Period, day: date) -> QuerySet[Any]:
    """Those that owe, and that were not done with before the period began."""
    open_still = Q(state__in=(ContractState.ACTIVE, ContractState.ENDED))
    ended = Q(end_date__gte=period.first) | Q(recovery_until__gte=period.first)
    later = Settlement.objects.filter(decided_on__gt=day)
    return (
        contracts.filter(OWING, award_date__lte=day)
        .exclude(state__in=NOT_COUNTED)
        .filter(open_still | ended | Q(pk__in=later.values("contract")))
        .select_related("policy")
    )


def _settled(ids: Iterable[int], day: date) -> Asking[dict[int, Settlement]]:
    """By contract the settlement that held on that day."""
    rows = Settlement.objects.filter(contract__in=ids, decided_on__lte=day)
    held = Q(state=SettlementState.DECIDED) | days.after("reopened_at", day)
    (found,) = yield [rows.filter(held)]
    return {row.contract_id: row for row in sorted(found, key=lambda row: row.number)}


def _changes(ids: Iterable[int], day: date) -> Asking[list[Any]]:
    """When the contracts ended, as was known by that day, the latest last."""
    rows = Contract.history.filter(days.by("history_date", day), id__in=ids).order_by()
    columns = ("history_date", "history_id", "id", "end_date", "recovery_until")
    (found,) = yield [rows.values_list(*columns)]
    return sorted(found, key=lambda row: row[:2])


def _back(contracts: Iterable[Contract], settled: Settled, changes: Iterable[Any]) -> None:
    """The contracts as they were at the end of that day: when they ended, and whether they were
    settled. What was registered only later is as it is now.
    """
    by_key = {contract.pk: contract for contract in contracts}
    for _at, _number, key, end, recovery in changes:
        by_key[key].end_date, by_key[key].recovery_until = end, recovery
    for contract in by_key.values():
        if contract.pk in settled:
            contract.state = ContractState.SETTLED
        elif contract.state == ContractState.SETTLED:
            contract.state = ContractState.ENDED


def _each(
    contracts: Iterable[Contract],
    ahead: Mapping[int, Progress],
    summed: Summed,
    own: Summed,
    day: date,
) -> Iterable[_One]:
    (owed, done), (own_owed, own_done) = summed, own
    for contract in contracts:
        key, progress = contract.pk, ahead[contract.pk]
        expected = expected_on(contract, owed[key], progress.plan, day)
        forecast = done[key] + progress.planned + progress.pending
        status = status_of(contract, owed[key], done[key], forecast, expected, day)
        yield _One(contract, status, owed[key], expected, own_owed[key], own_done[key])


def _summed(ids: Iterable[int], ledgers: Ledgers, day: date) -> Asking[Summed]:
    """By contract what was owed on that day, and what was done."""
    counting = Q(contract__in=ids, month__lte=month_of(day))
    found = yield [
        lines.filter(counting).order_by().values_list("contract").annotate(total=Sum(amount))
        for lines, amount in ((ledgers.owed, "obligation_delta"), (ledgers.done, "amount"))
    ]
    owed, done = (defaultdict(lambda: ZERO, rows) for rows in found)
    return owed, done


def _ended(found: Iterable[_One], settled: Settled) -> ContractsEnded:
    short, fulfilled = [], 0
    penalties = waived = ZERO
    for one in found:
        if one.shortfall:
            short.append(one.shortfall)
        else:
            fulfilled += 1
        if decision := settled.get(one.contract.pk):
            charged = Fraction(decision.penalty)
            meant = Fraction(by_policy(decision.shortfall, decision.penalty_factor))
            penalties += rounded(charged * one.share)
            waived += rounded((meant - charged) * one.share)
    return ContractsEnded(fulfilled, len(short), sum(short, ZERO), penalties, waived)


def _by_status(found: Iterable[_One]) -> list[StatusTally]:
    """Only those statuses that there are."""
    by_code: dict[str, list[_One]] = defaultdict(list)
    for one in found:
        by_code[one.status].append(one)
    return [
        StatusTally(
            str(status.value),
            len(ones),
            sum((one.own_obligation for one in ones), ZERO),
            sum((one.own_realised for one in ones), ZERO),
        )
        for status in STATUSES
        if (ones := by_code.get(status))
    ]
