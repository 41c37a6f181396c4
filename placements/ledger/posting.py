"""The fulfilment ledger: which lines a version stands for, and posting those of the months that
have happened.

A sequence is one fulfilment under one contract, in order of month and municipality code; lines are
rounded cumulatively, so they add up to the rounded total however often one posts. Source: DOMAIN.md
section 3.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.models import CATEGORY_OF_KIND, BlockKind, ContractState
from contracts.owed.posting import OpenPosting
from contracts.owed.shares import SharesOfContracts
from placements.claims.valuing import Valued, still_counts
from placements.models import Allocation, FulfilmentLine, FulfilmentVersion
from sroi.money import ZERO, FteField, cumulative
from sroi.periods import month_of


@dataclass(frozen=True)
class Line:
    """A line as it should stand in the ledger: euro, fte, and what was really paid to a social
    firm.
    """

    allocation: Allocation
    month: date
    municipality_id: int
    amount: Decimal
    fte: Decimal
    paid: Decimal

    @property
    def says_something(self) -> bool:
        return bool(self.amount or self.fte or self.paid)


def lines_of(
    version: FulfilmentVersion,
    valued: Valued,
    shares: SharesOfContracts,
    known_at: int | None = None,
) -> list[Line]:
    """All lines of a version over its whole counted window, whether or not the months have
    happened.

    With `known_at`, the number of a posting, by the shares that were known then.
    """
    lines: list[Line] = []
    paid_before = Fraction(0)
    for allocation, value in valued:
        if not value.exact and not value.paid:
            continue  # a value of 0 posts nothing, nor does it make anybody's workplace
        months = [(m.month, m.amount, m.fte) for m in value.months]
        if value.paid and not months and version.paid_on:
            months = [(month_of(version.paid_on), Fraction(0), Fraction(0))]
        keys, amounts, ftes = [], [], []
        for month, amount, fte in months:
            for municipality, percent in shares.on(allocation.contract_id, month, known_at).items():
                part = Fraction(percent) / 100
                keys.append((month, municipality, part))
                amounts.append(amount * part)
                ftes.append(fte * part)
        # What was paid is rounded over all contracts together: a whole invoice adds up to its
        # amount.
        paid = [value.paid * part for _month, _municipality, part in keys] if value.paid else []
        paid_lines = cumulative(paid, paid_before) if paid else [ZERO] * len(keys)
        paid_before += sum(paid, Fraction(0))
        lines += [
            Line(allocation, month, municipality, amount, fte, paid_line)
            for (month, municipality, _part), amount, fte, paid_line in zip(
                keys,
                cumulative(amounts),
                cumulative(ftes, places=FteField.places),
                paid_lines,
                strict=True,
            )
        ]
    return [line for line in lines if line.says_something]


def amounts_by_month(valued: Valued) -> dict[date, Decimal]:
    """What a version stands for per month, over its contracts and municipalities together: the sums
    of its lines.
    """
    totals: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for _allocation, value in valued:
        for month, amount in zip(
            value.months, cumulative(m.amount for m in value.months), strict=True
        ):
            totals[month.month] += amount
    return dict(sorted(totals.items()))


def last_month(version: FulfilmentVersion, today: date) -> date:
    """The last month that may be posted: confirmed, and begun."""
    if version.fulfilment.kind != BlockKind.PLACEMENT:
        return month_of(today)
    confirmed = (
        version.confirmed_until or (version.end_date and min(version.end_date, today)) or today
    )
    return month_of(min(confirmed, today))


def added_by_confirming(
    items: Sequence[tuple[FulfilmentVersion, Valued]], until: date
) -> dict[int, Decimal]:
    """By version id what would come on top of what stands in the ledger, once placements are
    confirmed until a day.
    """
    known = _posted(version for version, _valued in items)
    added = {}
    for version, valued in items:
        last = month_of(min(until, version.end_date or until))
        added[version.pk] = sum(
            (
                amount
                for allocation, value in valued
                for month, amount in amounts_by_month([(allocation, value)]).items()
                if month <= last
                and may_be_posted(version, allocation, month)
                and (allocation.pk, month) not in known[version.pk]
            ),
            ZERO,
        )
    return added


def may_be_posted(version: FulfilmentVersion, allocation: Allocation, month: date) -> bool:
    """Under a contract that was settled nothing is posted any more; the same fulfilment goes on
    under its other contracts. Nor is what counts no longer under the contract as it is now.
    """
    is_settled = allocation.contract.state == ContractState.SETTLED
    return not is_settled and still_counts(version, allocation, month)


def post(
    items: Sequence[tuple[FulfilmentVersion, Valued]],
    shares: SharesOfContracts,
    opened: OpenPosting,
    today: date,
) -> None:
    """Post for each version the lines of the months that have happened and do not stand in the
    ledger yet.

    A month is posted as a whole: one that stands keeps the shares that it was posted by.
    """
    known = _posted(version for version, _valued in items)
    FulfilmentLine.objects.bulk_create(
        _ledger_line(version, line, opened)
        for version, valued in items
        for line in lines_of(version, valued, shares)
        if line.month <= last_month(version, today)
        and may_be_posted(version, line.allocation, line.month)
        and (line.allocation.pk, line.month) not in known[version.pk]
    )


def _posted(versions: Iterable[FulfilmentVersion]) -> dict[int, set[tuple[int, date]]]:
    """Per version the allocation and month of its lines that were not reversed."""
    known: dict[int, set[tuple[int, date]]] = defaultdict(set)
    contracts = {v.pk: {a.contract_id: a.pk for a in v.allocations.all()} for v in versions}
    rows = FulfilmentLine.objects.filter(version__in=contracts, reverses=None, reversed_by=None)
    for version, contract, month in rows.values_list("version_id", "contract_id", "month"):
        known[version].add((contracts[version][contract], month))
    return known


def _ledger_line(version: FulfilmentVersion, line: Line, opened: OpenPosting) -> FulfilmentLine:
    block = line.allocation.block
    return FulfilmentLine(
        contract_id=line.allocation.contract_id,
        municipality_id=line.municipality_id,
        month=line.month,
        booked=opened.booked(line.month),
        fulfilment_id=version.fulfilment_id,
        version=version,
        category=CATEGORY_OF_KIND[BlockKind(version.fulfilment.kind)],
        block=block,
        target_group=block.target_group,
        policy_field=version.policy_field or block.policy_field,
        amount=line.amount,
        fte=line.fte,
        paid=line.paid,
        posting=opened.posting,
    )


def reverse(versions: Iterable[FulfilmentVersion], opened: OpenPosting) -> None:
    """Take back every line of these versions that stands: the same line with the opposite
    amounts.
    """
    standing = FulfilmentLine.objects.filter(
        version__in=versions, reverses=None, reversed_by=None
    ).order_by("pk")
    FulfilmentLine.objects.bulk_create(
        FulfilmentLine(
            contract_id=line.contract_id,
            municipality_id=line.municipality_id,
            month=line.month,
            booked=opened.booked(line.month),
            fulfilment_id=line.fulfilment_id,
            version_id=line.version_id,
            category=line.category,
            block_id=line.block_id,
            target_group=line.target_group,
            policy_field=line.policy_field,
            amount=-line.amount,
            fte=-line.fte,
            paid=-line.paid,
            posting=opened.posting,
            reverses=line,
        )
        for line in standing
    )
