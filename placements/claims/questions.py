"""What is asked of who records a claim: only what its blocks use, and what it would be worth so
far.

What must be there before it is handed in stands in `requirements`. Source: DOMAIN.md sections 5 and
6.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from contracts.models import BlockKind, BuildingBlock, Contract
from placements.claims.content import Content
from placements.claims.requirements import required
from placements.claims.valuation import Value
from placements.claims.valuing import values_if
from placements.models import Fulfilment
from sroi.money import ZERO


def bonuses_for(blocks: Iterable[BuildingBlock]) -> list[BuildingBlock]:
    """The bonuses that go with any of these blocks, each code once."""
    found: dict[str, BuildingBlock] = {}
    for block in blocks:
        for bonus in block.table.blocks.all():
            goes = not bonus.applies_to or block.code in bonus.applies_to
            if bonus.kind == BlockKind.BONUS and goes and bonus.code not in block.replaces:
                found.setdefault(bonus.code, bonus)
    return list(found.values())


def fields_of(kind: str, blocks: Sequence[BuildingBlock]) -> list[str]:
    """The fields that a claim asks for, in order: only what these blocks use.

    An age or a kind of contract is asked only where a block or a bonus depends on it. What must be
    there is said by `requirements.required`.
    """
    bonuses, asked = bonuses_for(blocks), required(kind, blocks)
    if kind == BlockKind.PLACEMENT:
        last = [name for name in asked[2:] if name != "age_at_start"]
        fields = ["candidate_ref", "start_date", "end_date", *last]
        fields += (
            ["age_at_start"] if any(b.min_age is not None for b in (*blocks, *bonuses)) else []
        )
        fields += (
            ["permanent_contract"]
            if any(b.permanent_contract is not None for b in (*blocks, *bonuses))
            else []
        )
        return fields + (["bonuses"] if bonuses else [])
    if kind == BlockKind.PURCHASE:
        return ["supplier_name", "supplier_kvk", *asked[1:], "paid_on"]
    return asked


def worth(
    kind: str, content: Content, about: Fulfilment | None = None
) -> list[tuple[Contract, Value]]:
    """What is filled in, of a fulfilment that is there or of one that is new."""
    return values_if(
        kind,
        content.fields,
        content.hours,
        content.allocations,
        about.pk if about else None,
        contractor_id=about.contractor_id if about else None,
    )


def total(valued: Iterable[tuple[Any, Value]]) -> Decimal:
    return sum((value.total for _part, value in valued), ZERO)
