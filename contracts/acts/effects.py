"""What a modification would do to what a contract owes, before it is done, per municipality.
Nothing is posted.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from contracts.acts.modification import Modification, shares_on
from contracts.models import ActKind, Contract, Municipality, ObligationChange, ObligationLine
from contracts.owed.amounts import owed_by
from contracts.owed.obligation import after, split
from contracts.owed.shares import SharesOfContracts
from contracts.owed.story import why_it_stays
from sroi.money import ZERO
from sroi.periods import month_of


@dataclass(frozen=True)
class TownEffect:
    """Of one municipality: euro, or percent where it is about shares."""

    municipality: Municipality
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Effect:
    parts: tuple[TownEffect, ...]
    # Per municipality the share now and from the month on, where the shares change.
    shares: tuple[TownEffect, ...] = ()
    # Why the obligation stays as it is where the contract value changes.
    why_it_stays: str = ""

    @property
    def before(self) -> Decimal:
        return sum((part.before for part in self.parts), ZERO)

    @property
    def after(self) -> Decimal:
        return sum((part.after for part in self.parts), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


def of(modification: Modification) -> Effect:
    if modification.kind == ActKind.CANCEL:
        return _of_cancel(modification.contract)
    if modification.kind == ActKind.SHARES:
        return Effect(_parts(modification.contract, {}), _shares(modification))
    return (
        _of_change(modification.change)
        if modification.change
        else Effect(_parts(modification.contract, {}))
    )


def _of_change(change: ObligationChange) -> Effect:
    """As `contracts.owed.door.change` would post it; a framework owes nothing itself, so nothing
    changes there.
    """
    contract = change.contract
    owed = owed_by(contract, contract.changes.order_by("pk"))
    now = after(owed, change)
    difference = ZERO if contract.is_framework else now.obligation - owed.obligation
    shares = SharesOfContracts([contract]).on(contract.pk, month_of(change.effective_date))
    return Effect(
        _parts(contract, split(difference, shares)),
        why_it_stays=why_it_stays(contract, now.value - owed.value, difference, now.obligation),
    )


def _of_cancel(contract: Contract) -> Effect:
    """All that is owed is taken back."""
    return Effect(_parts(contract, {pk: -amount for pk, amount in _posted(contract).items()}))


def _shares(modification: Modification) -> tuple[TownEffect, ...]:
    assert modification.on is not None
    now = shares_on(modification.contract, modification.on)
    towns = Municipality.objects.filter(pk__in={*now, *modification.shares}).order_by("code")
    parts = (
        TownEffect(t, now.get(t.pk, Decimal(0)), modification.shares.get(t.pk, Decimal(0)))
        for t in towns
    )
    return tuple(part for part in parts if part.before or part.after)


def _posted(contract: Contract) -> dict[int, Decimal]:
    posted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in ObligationLine.objects.filter(contract=contract):
        posted[line.municipality_id] += line.obligation_delta
    return posted


def _parts(contract: Contract, differences: dict[int, Decimal]) -> tuple[TownEffect, ...]:
    posted = _posted(contract)
    towns = Municipality.objects.filter(pk__in={*posted, *differences}).order_by("code")
    return tuple(
        TownEffect(
            town, before := posted.get(town.pk, ZERO), before + differences.get(town.pk, ZERO)
        )
        for town in towns
    )
