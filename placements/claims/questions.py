"""From what someone fills in to what a version says: which contracts and blocks are open, what a block asks, what is
still missing, what it would be worth, and the next number.

Source: DOMAIN.md sections 5 and 6. Nothing here moves a state: that is `placements.life.door`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.models import BlockKind, BuildingBlock, Contract, ContractState, Unit
from placements.claims.content import Content
from placements.claims.valuation import Value
from placements.claims.valuing import values_if
from sroi.money import ZERO

TAKES_FULFILMENTS = (ContractState.ACTIVE, ContractState.ENDED)
NEEDS_QUANTITY = (Unit.HOUR, Unit.DAY)
NEEDS_AMOUNT = (Unit.INVOICE, Unit.DAY, Unit.COST, Unit.AGREEMENT)


# --- what is open ---------------------------------------------------------------------------------------------------


def bonuses_for(blocks: Iterable[BuildingBlock]) -> list[BuildingBlock]:
    """The bonuses that go with any of these blocks, each code once."""
    found: dict[str, BuildingBlock] = {}
    for block in blocks:
        for bonus in block.table.blocks.all():
            goes = not bonus.applies_to or block.code in bonus.applies_to
            if bonus.kind == BlockKind.BONUS and goes and bonus.code not in block.replaces:
                found.setdefault(bonus.code, bonus)
    return list(found.values())


@dataclass(frozen=True)
class Needs:
    """The fields that a claim asks for, in order, and which of them must be there before it is submitted."""

    fields: tuple[str, ...]
    required: frozenset[str]


def needs(kind: str, blocks: Sequence[BuildingBlock]) -> Needs:
    """Only what these blocks use: an age or a kind of contract is asked only where a bonus depends on it."""
    bonuses = bonuses_for(blocks)
    claimed = ["quantity"] if any(b.unit in NEEDS_QUANTITY for b in blocks) else []
    claimed += ["amount"] if kind == BlockKind.PURCHASE or any(b.unit in NEEDS_AMOUNT for b in blocks) else []
    if kind == BlockKind.PLACEMENT:
        must = ["candidate_ref", "start_date", "hours_per_week", *claimed]
        fields = ["candidate_ref", "start_date", "end_date", "hours_per_week", *claimed]
        fields += ["age_at_start"] if any(b.min_age is not None for b in (*blocks, *bonuses)) else []
        fields += ["permanent_contract"] if any(b.permanent_contract for b in bonuses) else []
        fields += ["bonuses"] if bonuses else []
    elif kind == BlockKind.PURCHASE:
        must = ["supplier_name", "invoice_number", *claimed]
        fields = ["supplier_name", "supplier_kvk", "invoice_number", *claimed, "paid_on"]
    else:
        must = fields = ["description", "activity_date", *claimed]
    return Needs(tuple(fields), frozenset(must))


def evidence_asked(blocks: Iterable[BuildingBlock]) -> list[str]:
    """The codes of the evidence that these blocks ask for, each once."""
    return list(dict.fromkeys(code for block in blocks for code in block.evidence))


# --- what a version says --------------------------------------------------------------------------------------------


def missing(kind: str, content: Content) -> list[str]:
    """The names of the fields without which this cannot be submitted."""
    asked = needs(kind, [block for _contract, block, _percent in content.allocations])
    given = {name for name, value in content.fields.items() if value not in (None, "")}
    if content.hours:
        given.add("hours_per_week")
    return [name for name in asked.fields if name in asked.required - given]


def worth(kind: str, content: Content, fulfilment_id: int | None = None) -> list[tuple[Contract, Value]]:
    return values_if(kind, content.fields, content.hours, content.allocations, fulfilment_id)


def total(valued: Iterable[tuple[Any, Value]]) -> Decimal:
    return sum((value.total for _part, value in valued), ZERO)


# --- the interim report ---------------------------------------------------------------------------------------------


MOST_QUANTITY = 1_000_000
# Not rules but what can be true at all: they catch typing errors.
OLDEST = 120
