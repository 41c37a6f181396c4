"""A valuation table held against the accepted work of a year.

What was credited is the sum of the lines of the months of the year. What would have been is that,
and the difference between what the same claim is worth under the table and under its own, both
valued in the same way today: so a table that says the same gives the same to the cent, whatever
happened to a contract since. Only months that may be posted count. What an adviser decided stays.
Amounts are euro.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Max, Q, Sum

from contracts.models import BuildingBlock, ContractState, ValuationTable
from contracts.valuation_tables.loading import counterpart
from placements.claims import valuing
from placements.claims.valuation import Value
from placements.claims.valuing import Candidates, allocations_of, values_now
from placements.ledger.posting import last_month
from placements.models import Allocation, FulfilmentLine, FulfilmentVersion
from sroi.database.batches import AT_ONCE, in_batches
from sroi.money import ZERO, rounded
from sroi.periods import Period, month_of

# Of a fulfilment under a contract what was credited in the year, and the last month of it.
Posted = Mapping[tuple[int, int], tuple[Decimal, date]]


@dataclass(frozen=True)
class Held:
    """An allocation in the year: what was credited, what would have been, and by which row of the
    table; None where it has none for it.
    """

    allocation: int
    old: Decimal
    new: Decimal
    block: int | None


def worked_in(year: int) -> Q:
    """The accepted allocations of work that was done in a year."""
    first, last = Period.year(year).first, Period.year(year).last
    ran = Q(version__start_date__lte=last) & (
        Q(version__end_date=None) | Q(version__end_date__gte=first)
    )
    days = Q(version__paid_on__range=(first, last)) | Q(version__activity_date__range=(first, last))
    return Q(version__accepted_of__isnull=False) & (ran | days)


def held(table: ValuationTable, year: int, today: date) -> Iterator[Held]:
    blocks = list(table.blocks.all())
    for block in blocks:
        block.table = table
    done = Allocation.objects.filter(worked_in(year), contract__region=table.region_id)
    ids = done.order_by("version").values_list("version", flat=True).distinct()
    for some in in_batches(ids, AT_ONCE):
        versions = list(FulfilmentVersion.objects.filter(pk__in=some).order_by("pk"))
        valuing.fetch(versions)
        candidates, posted = Candidates(versions), _posted(versions, year)
        for version in versions:
            yield from _under(blocks, version, candidates, posted, Period.year(year), today)


def _under(
    blocks: Sequence[BuildingBlock],
    version: FulfilmentVersion,
    candidates: Candidates,
    posted: Posted,
    year: Period,
    today: date,
) -> Iterator[Held]:
    allocations = allocations_of(version)
    moved = [found for a in allocations if (found := _moved(a, blocks))]
    own = {a.pk: value for a, value in values_now(version, candidates)}
    other = {a.pk: value for a, value in values_now(version, candidates, moved)}
    rows = {a.pk: a.block_id for a in moved}
    for a in allocations:
        old, last_posted = posted.get((version.fulfilment_id, a.contract_id), (ZERO, date.min))
        last = min(last_month(version, today), month_of(year.last))
        if a.contract.state == ContractState.SETTLED:
            last = min(last, last_posted)
        is_decided = version.decided_value is not None
        difference = (
            ZERO
            if is_decided
            else _in_year(other.get(a.pk), year, last) - _in_year(own[a.pk], year, last)
        )
        yield Held(a.pk, old, old + difference, rows.get(a.pk))


def _moved(allocation: Allocation, blocks: Sequence[BuildingBlock]) -> Allocation | None:
    """The allocation under the row of the table that is for the same work."""
    found = counterpart(allocation.block, blocks)
    if found is None:
        return None
    moved = copy(allocation)
    moved.block = found
    return moved


def _in_year(value: Value | None, year: Period, last: date) -> Decimal:
    """What of a value falls in the year up to a month, rounded as the ledger rounds a sequence."""
    if value is None:
        return ZERO

    def until(day: date) -> Decimal:
        return rounded(sum((m.amount for m in value.months if m.month <= day), Fraction(0)))

    before = date(year.first.year - 1, 12, 1)
    return until(last) - until(before) if last > before else ZERO


def _posted(versions: Sequence[FulfilmentVersion], year: int) -> Posted:
    period = Period.year(year)
    lines = FulfilmentLine.objects.filter(
        fulfilment__in={version.fulfilment_id for version in versions},
        month__range=(period.first, period.last),
    )
    sums = lines.order_by().values_list("fulfilment", "contract")
    rows = sums.annotate(total=Sum("amount"), last=Max("month"))
    return {(of, under): (total, last) for of, under, total, last in rows}
