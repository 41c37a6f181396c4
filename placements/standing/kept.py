"""How contracts stand, kept: one row each, so that many are filtered, ordered and added up without
reading their lines.

A row says what `progress` said on the day it was made, and until which day that holds as long as
nothing is posted. Whoever changes anything that it is made of marks the contract in the same
transaction (`contracts.owed.posting.mark_out_of_step`), and whoever reads makes again first what is
marked or of another day. Source: docs/decisions/standing-is-kept-by-marks.md.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.utils.timezone import localdate

from contracts.models import Contract, ObligationLine, OutOfStep
from contracts.plans.schedule import Quarters
from placements.models import ContractStanding, FulfilmentLine
from placements.standing.heard import asked_for_long, last_heard, silent_since
from placements.standing.progress import (
    BY_URGENCY,
    Progress,
    Status,
    expected_on,
    own_total,
    status_of,
    with_progress,
)
from sroi.database.batches import AT_ONCE, in_batches
from sroi.periods import DAY, month_of

# Contracts that are made again together, with a fixed number of queries.
MADE_AT_ONCE = AT_ONCE
# What a row says, which is the same whatever the day on which it was made.
SAID = ("obligation", "realised", "planned", "pending", "status", "plan", "heard", "until")


# --- reading --------------------------------------------------------------------------------------


def of_status(
    contracts: QuerySet[Any], statuses: Collection[str], today: date, *, is_in_step: bool = False
) -> QuerySet[Any]:
    """The contracts with one of these statuses at `today`; `is_in_step` where whoever calls saw to
    that.
    """
    if not is_in_step:
        in_step(contracts, today)
    return contracts.filter(standing__status__in=statuses)


def in_order_of(
    contracts: QuerySet[Any],
    total: str,
    today: date,
    descending: bool,
    clients: Collection[int] | None = None,
    *,
    is_in_step: bool = False,
) -> QuerySet[Any]:
    """By what they owe (`obligation`), did (`realised`), planned (`planned`) or have still to do
    (`open`) at `today`; of these clients only, which the lines tell, or of all. Among what has
    nothing more to do, what did most beyond it stands farthest.
    """
    sign = "-" if descending else ""
    if clients is not None:
        owed, done = (own_total(name, today, clients) for name in ("obligation", "realised"))
        theirs = {"obligation": owed, "realised": done, "open": owed - done}
        contracts = contracts.annotate(in_order_of=theirs[total])
        return contracts.order_by(f"{sign}in_order_of", f"{sign}pk")
    if not is_in_step:
        in_step(contracts, today)
    if total == "open":
        still = F("standing__obligation") - F("standing__realised")
        by = still.desc() if descending else still.asc()
        return contracts.order_by(by, f"{sign}standing__contract_id")
    return contracts.order_by(f"{sign}standing__{total}", f"{sign}standing__contract_id")


def in_order_of_urgency(
    contracts: QuerySet[Any], today: date, descending: bool, *, is_in_step: bool = False
) -> QuerySet[Any]:
    """By status at `today`, what asks for attention first; among those of one status what ends
    first.
    """
    if not is_in_step:
        in_step(contracts, today)
    ranks = (When(standing__status=status, then=n) for n, status in enumerate(BY_URGENCY))
    rank = Case(*ranks, default=len(BY_URGENCY), output_field=IntegerField())
    by = rank.desc() if descending else rank.asc()
    sign = "-" if descending else ""
    return contracts.order_by(by, f"{sign}end_date", f"{sign}pk")


def silent_for(
    contracts: QuerySet[Any], months: int, day: date, *, is_in_step: bool = False
) -> QuerySet[Any]:
    """As `heard.silent` on this day, whoever asks: that a contract is silent tells nothing of a
    single fulfilment.
    """
    if not is_in_step:
        in_step(contracts, day)
    since = silent_since(months, day)
    unheard = Q(standing__heard=None) | Q(standing__heard__lt=since)
    return asked_for_long(contracts, since, day).filter(unheard)


def progress_kept(contracts: Iterable[Contract], today: date) -> dict[int, Progress]:
    """Progress at `today` by contract id, of contracts that are in step and came with row and
    policy (`select_related("standing", "policy")`), without a query. Of what came in a moment ago,
    or past the doors, from the lines.
    """
    rows = list(contracts)
    said = {c.pk: progress_of(c, today) for c in rows if hasattr(c, "standing") and c.standing.day}
    rest = [contract for contract in rows if contract.pk not in said]
    return said | with_progress(rest, today) if rest else said


def progress_of(contract: Contract, today: date) -> Progress:
    """What its row says."""
    row = contract.standing
    plan = row.plan and {date.fromisoformat(day): Decimal(each) for day, each in row.plan.items()}
    return Progress(
        row.obligation,
        row.realised,
        row.planned,
        row.pending,
        expected_on(contract, row.obligation, plan, today),
        Status(row.status),
        contract.term.elapsed(today),
        plan,
    )


@dataclass(frozen=True)
class Together:
    """The contracts of one status: how many, and what they owe and did, in euro."""

    status: Status
    number: int
    obligation: Decimal
    realised: Decimal


def by_status(contracts: QuerySet[Any], today: date) -> list[Together]:
    """All of these contracts at `today`, in one query however many there are."""
    sums = (
        rows_of(contracts, today)
        .values_list("status")
        .annotate(Count("contract"), Sum("obligation"), Sum("realised"))
    )
    return [Together(Status(status), *rest) for status, *rest in sums]


def rows_of(contracts: QuerySet[Any], today: date, *, is_in_step: bool = False) -> QuerySet[Any]:
    """What is kept of these contracts at `today`, to be added up."""
    if not is_in_step:
        in_step(contracts, today)
    theirs = contracts.order_by().values("pk")
    return ContractStanding.objects.filter(contract__in=theirs, day__isnull=False).order_by()


# --- making again ---------------------------------------------------------------------------------


def in_step(contracts: QuerySet[Any], today: date) -> None:
    """Make again of these contracts what is marked, or of other days than `today`."""
    for some in in_batches(out_of_step(contracts, today), MADE_AT_ONCE):
        make_again(some, today)


def out_of_step(contracts: QuerySet[Any], today: date) -> list[int]:
    """The ids of those of these contracts of which the row says nothing of `today`; one query."""
    theirs = Exists(contracts.order_by().filter(pk=OuterRef("contract")))
    marked = OutOfStep.objects.filter(theirs).order_by().values_list("contract")
    rows = ContractStanding.objects.filter(_of_other_days(today)).filter(theirs).order_by()
    return sorted(pk for (pk,) in marked.union(rows.values_list("contract")))


def anything_out_of_step(today: date) -> Q:
    """Whether there is any contract at all of which the row says nothing of `today`: asked along
    with something else, it costs no query where all is in step.
    """
    rows = ContractStanding.objects.filter(_of_other_days(today))
    return Q(Exists(OutOfStep.objects.all())) | Q(Exists(rows))


def _of_other_days(today: date) -> Q:
    return Q(until=None) | Q(until__lt=today) | Q(day__gt=today)


def keep_in_step() -> None:
    """Of every contract: what the worker does, so that who reads finds it done."""
    in_step(Contract.objects.all(), localdate())


def make_all_again(contracts: QuerySet[Any], today: date) -> int:
    """Whatever is kept of these contracts; how many they are."""
    ids = sorted(contracts.order_by().values_list("pk", flat=True))
    for some in in_batches(ids, MADE_AT_ONCE):
        make_again(some, today)
    return len(ids)


def make_again(contracts: Iterable[int], today: date) -> None:
    """Make the rows of these contracts, by their ids, from the lines, and take away their marks.

    Who makes a row again holds it, so that what was read later is written later. Only marks that
    were there before the lines were read go: what is committed after that keeps its own.
    """
    ids = sorted(set(contracts))
    _have_rows(ids)
    with transaction.atomic():
        held = ContractStanding.objects.select_for_update().filter(contract__in=ids)
        list(held.order_by("contract").values_list("contract"))
        marks = [*OutOfStep.objects.filter(contract__in=ids).values_list("pk", flat=True)]
        rows = Contract.objects.filter(pk__in=ids).select_related("policy")
        ContractStanding.objects.bulk_create(
            made(rows, today),
            update_conflicts=True,
            unique_fields=["contract"],
            update_fields=[*SAID, "day"],
        )
        for some in in_batches(marks):
            OutOfStep.objects.filter(pk__in=some).delete()


def _have_rows(ids: Sequence[int]) -> None:
    """A row for each, that says nothing yet: what is to be held has to be there."""
    there = set(
        ContractStanding.objects.filter(contract__in=ids).values_list("contract", flat=True)
    )
    ContractStanding.objects.bulk_create(
        (ContractStanding(contract_id=pk) for pk in ids if pk not in there), ignore_conflicts=True
    )


def made(contracts: Iterable[Contract], today: date) -> list[ContractStanding]:
    """What is to be kept of these contracts, from their lines; nothing is stored. They need their
    policy.
    """
    rows = list(contracts)
    progress, ahead = with_progress(rows, today), _lines_ahead(rows, today)
    # Uncapped: what is heard of a month that runs is heard of every day until it ends.
    heard = last_heard(rows, date.max)
    return [
        ContractStanding(
            contract=contract,
            obligation=progress[contract.pk].obligation,
            realised=progress[contract.pk].realised,
            planned=progress[contract.pk].planned,
            pending=progress[contract.pk].pending,
            status=progress[contract.pk].status,
            plan=_written(progress[contract.pk].plan),
            heard=heard.get(contract.pk),
            day=today,
            until=holds_until(contract, progress[contract.pk], ahead.get(contract.pk), today),
        )
        for contract in rows
    ]


def wrongly_kept(
    contracts: QuerySet[Any], today: date
) -> Iterator[tuple[Contract, ContractStanding | None, ContractStanding]]:
    """Each of these contracts of which something else is kept than the lines say at `today`, with
    both; None where nothing is kept of it, nor marked that it is to be. What is marked or of other
    days says nothing, so it is not wrong.
    """
    every = contracts.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=MADE_AT_ONCE)
    for ids in in_batches(every, MADE_AT_ONCE):
        kept = ContractStanding.objects.in_bulk(ids)
        marked = {*OutOfStep.objects.filter(contract__in=ids).values_list("contract", flat=True)}
        for right in made(Contract.objects.filter(pk__in=ids).select_related("policy"), today):
            row = kept.get(right.contract_id)
            if right.contract_id in marked or (row and not _says_something(row, today)):
                continue
            if row is None or any(getattr(row, name) != getattr(right, name) for name in SAID):
                yield right.contract, row, right


def _says_something(row: ContractStanding, today: date) -> bool:
    return row.day is not None and row.until is not None and row.day <= today <= row.until


def _written(plan: Quarters | None) -> dict[str, str] | None:
    if plan is None:
        return None
    return {quarter.isoformat(): str(amount) for quarter, amount in sorted(plan.items())}


def _lines_ahead(contracts: Sequence[Contract], today: date) -> dict[int, date]:
    """By contract id the first month to come of which a line is known already."""
    ids = [contract.pk for contract in contracts]
    found: dict[int, date] = {}
    theirs = Q(contract__in=ids, month__gt=month_of(today))
    owed, done = (
        model.objects.filter(theirs).order_by().values_list("contract").annotate(Min("month"))
        for model in (ObligationLine, FulfilmentLine)
    )
    for pk, month in owed.union(done):
        found[pk] = min(month, found.get(pk, month))
    return found


def holds_until(contract: Contract, progress: Progress, ahead: date | None, day: date) -> date:
    """The last day, from `day` on, on which amounts and status are as `progress` says of `day`, as
    long as nothing is written; `ahead` is the first month to come that has a line.

    Until the award all that will be owed counts, from then on what is of the month or before. With
    the same amounts the status only goes on, as what is expected grows and the term gets shorter
    (`status_of`): so the last day of one is found by halving.
    """
    limit = ahead - DAY if ahead else date.max
    if day < contract.award_date:
        return min(contract.award_date - DAY, limit)
    # Once nothing changes any more: the term, with what was granted, is over; so is the grace.
    beyond = min(contract.last_counted_day + DAY, limit)
    if beyond <= day or _status_on(beyond, contract, progress) == progress.status:
        return limit
    if progress.obligation < 0:
        # What is expected shrinks: nothing goes on as was said.
        return day
    days = range(1, (beyond - day).days + 1)
    changes = bisect_left(
        days,
        True,
        key=lambda n: _status_on(day + timedelta(n), contract, progress) != progress.status,
    )
    return day + timedelta(changes)


def _status_on(day: date, contract: Contract, known: Progress) -> Status:
    """The status on a day, were the amounts those that are known."""
    expected = expected_on(contract, known.obligation, known.plan, day)
    return status_of(contract, known.obligation, known.realised, known.forecast, expected, day)
