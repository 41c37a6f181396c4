"""Opening a posting: the lock, the number and the closed years that both ledgers obey; and the mark
that says of which contracts the kept standing is to be made again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from contracts.models import ClosedYear, LedgerHead, OutOfStep, Posting, Region
from sroi.database.batches import AT_ONCE
from sroi.doors import Act
from sroi.periods import month_of, year_start


def booked_month(month: date, closed_years: frozenset[int]) -> date:
    """The month a line is booked in: its own, or the first open month where its year is closed."""
    if month.year not in closed_years:
        return month
    year = month.year
    while year in closed_years:
        year += 1
    return year_start(year)


@dataclass(frozen=True)
class OpenPosting:
    posting: Posting
    closed_years: frozenset[int]

    def booked(self, day: date) -> date:
        return booked_month(month_of(day), self.closed_years)


def lock_ledger(region: Region) -> LedgerHead:
    """Take the region's ledger for this transaction. Posting and finalising both come through here,
    so they exclude each other, and numbers rise in commit order: whoever holds the lock commits
    before the next one gets a number.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a posting belongs in a transaction")
    LedgerHead.objects.get_or_create(region=region)
    return LedgerHead.objects.select_for_update().get(region=region)


def open_posting(region: Region, act: Act) -> OpenPosting:
    """A new posting of `by` (None for an import) at `at`, with the next number of the region."""
    head = lock_ledger(region)
    head.last_number += 1
    head.save(update_fields=["last_number"])
    posting = Posting.objects.create(
        region=region, number=head.last_number, at=act.at, by=act.by, why=act.why[:500]
    )
    return OpenPosting(posting, closed_years(region))


def closed_years(region: Region) -> frozenset[int]:
    return frozenset(ClosedYear.objects.filter(region=region).values_list("year", flat=True))


def mark_out_of_step(contracts: Iterable[int]) -> None:
    """Of these contracts, by their ids, what is kept of how they stand is to be made again
    (`placements.standing.kept`): said by whoever changes anything that it is made of.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a mark belongs in the transaction of what it is about")
    OutOfStep.objects.bulk_create(
        (OutOfStep(contract_id=pk) for pk in sorted(set(contracts))), batch_size=AT_ONCE
    )
