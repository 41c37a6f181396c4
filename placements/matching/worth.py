"""As what a match counts under the table of its contract, and what that would be worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import BlockKind, BuildingBlock, Contract, TargetGroup, Unit
from contracts.social_firms.recognition import is_open
from placements.claims.content import Content
from placements.claims.valuation import Value
from placements.claims.valuing import Candidates, values_if
from placements.models import Match, Need, NeedKind, Origin, Place, PlaceKind
from sroi.money import ZERO

KIND_OF_NEED = {
    NeedKind.PURCHASE: BlockKind.PURCHASE,
    NeedKind.HOURS: BlockKind.ACTIVITY,
    NeedKind.KNOWLEDGE: BlockKind.ACTIVITY,
    NeedKind.GOODS: BlockKind.ACTIVITY,
    NeedKind.PROJECT: BlockKind.ACTIVITY,
}
LEARNING = {
    PlaceKind.APPRENTICESHIP: TargetGroup.BBL,
    PlaceKind.INTERNSHIP: TargetGroup.BOL,
}
IN_EUROS = (Unit.COST, Unit.INVOICE)


@dataclass(frozen=True)
class Terms:
    """What was agreed, or would be: days, and what of it is known; hours per week of a candidate,
    hours together of an activity, euro without VAT.
    """

    first: date
    last: date
    hours_per_week: Decimal | None = None
    hours: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Worth:
    """The block by which it counts for most, and how."""

    block: BuildingBlock
    value: Value

    @property
    def total(self) -> Decimal:
        return self.value.total


@dataclass(frozen=True)
class Supplier:
    """Who sells, and by what it is recognised in the region today."""

    name: str = ""
    kvk: str = ""
    kinds: frozenset[str] = field(default_factory=frozenset)


def kind_of(of: Place | Need) -> str:
    return BlockKind.PLACEMENT if isinstance(of, Place) else KIND_OF_NEED[NeedKind(of.kind)]


def terms_of(of: Need) -> Terms:
    return Terms(of.first_day, of.until, hours=of.hours, amount=of.amount)


def terms_of_match(match: Match) -> Terms:
    return Terms(
        match.started_on or match.first_day,
        match.last_day,
        match.hours_per_week,
        match.hours,
        match.amount,
    )


def blocks_for(
    contract: Contract, of: Place | Need, kinds: frozenset[str] = frozenset()
) -> list[BuildingBlock]:
    """The rows of the table of the contract by which this can count, `kinds` being by what who
    sells is recognised.
    """
    table = contract.table
    rows = [b for b in table.blocks.all() if b.kind == kind_of(of)] if table else []
    if isinstance(of, Need):
        return [b for b in rows if _is_asked(b, of) and is_open(b, kinds)]
    learning = LEARNING.get(PlaceKind(of.kind))
    if learning:
        return [b for b in rows if b.target_group == learning]
    return [b for b in rows if b.target_group not in LEARNING.values()]


def _is_asked(block: BuildingBlock, need: Need) -> bool:
    """Whether what the need says is what the block counts by: hours, or an amount."""
    if block.kind == BlockKind.PURCHASE or block.unit in IN_EUROS:
        return need.amount is not None
    return block.unit == Unit.HOUR and need.hours is not None


def worth_of(contract: Contract, of: Need, terms: Terms, supplier: Supplier) -> Worth | None:
    """What a need counts for under a contract; None where its table does not value it."""
    found = [
        Worth(block, value_of(contract, block, of, terms, supplier))
        for block in blocks_for(contract, of, supplier.kinds)
    ]
    best = max(found, key=lambda one: (one.total, -one.block.position), default=None)
    return best if best and best.total > ZERO else None


def value_of(
    contract: Contract,
    block: BuildingBlock,
    of: Place | Need,
    terms: Terms,
    supplier: Supplier | None = None,
) -> Value:
    under(contract, block)
    content = content_of(contract, block, of, terms, supplier)
    # What comes after the last counted day counts for nothing; of what lies ahead the first day
    # that can count stands for it.
    fields = content.fields | {
        name: min(max(terms.first, contract.start_date), contract.last_counted_day)
        for name in ("paid_on", "activity_date")
    }
    parts = values_if(
        kind_of(of), fields, content.hours, content.allocations, candidates=Candidates(())
    )
    return parts[0][1]


def under(contract: Any, block: Any) -> None:
    """The table of the contract once, with its rows, however many blocks are tried."""
    block.table = contract.table


def content_of(
    contract: Contract,
    block: BuildingBlock,
    of: Place | Need,
    terms: Terms,
    supplier: Supplier | None = None,
    reference: str = "",
) -> Content:
    """What a claim of it says, with all that is known."""
    fields: dict[str, Any] = {"description": of.title}
    hours: Sequence[tuple[date, Decimal]] = ()
    if isinstance(of, Place):
        fields |= {
            "candidate_ref": reference,
            "start_date": terms.first,
            "end_date": terms.last,
            "origin": Origin.WERKCENTRUM,
        }
        hours = [(terms.first, terms.hours_per_week or ZERO)]
    elif kind_of(of) == BlockKind.PURCHASE:
        seller = supplier or Supplier()
        fields |= {
            "supplier_name": seller.name,
            "supplier_kvk": seller.kvk,
            "amount": terms.amount,
        }
    else:
        counts_hours = block.unit == Unit.HOUR
        fields |= {
            "quantity": terms.hours if counts_hours else None,
            "amount": None if counts_hours else terms.amount,
            "policy_field": block.policy_field,
        }
    return Content(fields, hours, [(contract, block, Decimal(100))])
