"""Accepted fulfilments to look at again: what was posted of them no longer equals what they would
be worth now.

So it is after a change of the contract: another last day, other shares, another valuation table, a
recovery period. What was accepted counts until it is valued anew (`placements.life.door.revalue`).
Source: DOMAIN.md sections 3 and 6.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.models import Contract
from contracts.owed.shares import SharesOfContracts
from placements.claims.valuation import Value
from placements.claims.valuing import (
    Candidates,
    Valued,
    accepted_under,
    allocations_of,
    is_as_kept,
    under,
    values_as_accepted,
    values_now,
)
from placements.ledger.posting import lines_of
from placements.models import FulfilmentLine, FulfilmentVersion
from sroi.money import ZERO

# Per month and municipality: amount, fte, paid.
Lines = Mapping[tuple[date, int], tuple[Decimal, Decimal, Decimal]]


@dataclass(frozen=True)
class Outdated:
    """An accepted fulfilment under one contract: its value as accepted, and as it would be now, in
    euro.
    """

    version: FulfilmentVersion
    before: Decimal
    # None: the table of the contract has no such block, so someone has to choose another one.
    now: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.now or ZERO) - self.before

    @property
    def is_only_divided_otherwise(self) -> bool:
        """Over other municipalities or months; the sum is the same."""
        return self.now is not None and self.now == self.before


def outdated(
    contract: Contract, shares: Mapping[int, Decimal] | None = None, since: date | None = None
) -> list[Outdated]:
    """Those under `contract` as it is given, with its policy and table: also as it only would be.

    `shares` by municipality id, from the month `since` on, are shares that would hold.
    """
    versions = accepted_under(contract)
    candidates = Candidates(versions)
    known = SharesOfContracts({a.contract_id for v in versions for a in v.allocations.all()})
    if shares and since:
        known = known.with_change(contract.pk, shares, since)
    standing = _standing(contract)
    found = [
        _compared(version, contract, candidates, known, standing[version.pk])
        for version in versions
    ]
    return [one for one in found if one is not None]


def _compared(
    version: FulfilmentVersion,
    contract: Contract,
    candidates: Candidates,
    shares: SharesOfContracts,
    standing: Lines,
) -> Outdated | None:
    moved = [
        under(a, contract) if a.contract_id == contract.pk else under(a, a.contract)
        for a in allocations_of(version)
    ]
    allocations = [a for a in moved if a is not None]
    if len(allocations) < len(moved):
        return Outdated(version, _of(contract, values_as_accepted(version)).total, None)
    valued = values_now(version, candidates, allocations, with_words=False)
    now = _of(contract, valued)
    # Mostly nothing changed: then the value is known.
    before = now if is_as_kept(version, valued) else _of(contract, values_as_accepted(version))
    if _told(before) == _told(now) and _stands(standing, _lines(version, contract, valued, shares)):
        return None
    return Outdated(version, before.total, now.total)


def _of(contract: Contract, valued: Valued) -> Value:
    return next(value for allocation, value in valued if allocation.contract_id == contract.pk)


def _told(value: Value) -> object:
    return value.paid, [(m.month, m.amount, m.fte) for m in value.months if m.amount or m.fte]


def _stands(standing: Lines, lines: Lines) -> bool:
    """Whether what is posted is what would be posted of the same months."""
    months = {month for month, _municipality in standing}
    return standing == {key: amounts for key, amounts in lines.items() if key[0] in months}


def _lines(
    version: FulfilmentVersion, contract: Contract, valued: Valued, shares: SharesOfContracts
) -> Lines:
    lines = [
        line
        for line in lines_of(version, valued, shares)
        if line.allocation.contract_id == contract.pk
    ]
    return {
        (line.month, line.municipality_id): (line.amount, line.fte, line.paid) for line in lines
    }


def _standing(
    contract: Contract,
) -> dict[int, dict[tuple[date, int], tuple[Decimal, Decimal, Decimal]]]:
    """By version what is posted under the contract and was not reversed."""
    found: dict[int, dict[tuple[date, int], tuple[Decimal, Decimal, Decimal]]] = defaultdict(dict)
    for line in FulfilmentLine.objects.filter(contract=contract, reverses=None, reversed_by=None):
        found[line.version_id][line.month, line.municipality_id] = (
            line.amount,
            line.fte,
            line.paid,
        )
    return found
