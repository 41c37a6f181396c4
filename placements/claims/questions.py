"""What is asked of who records a claim: only what its blocks use, and what it would be worth so
far.

What must be there before it is handed in stands in `requirements`. Source: DOMAIN.md sections 5 and
6.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from contracts.models import BlockKind, BuildingBlock, Contract
from contracts.valuation_tables.facts import asked_for, goes_with, question
from placements.claims.content import Content
from placements.claims.requirements import depends_on_age, required
from placements.claims.valuation import Value
from placements.claims.valuing import values_if
from placements.models import Fulfilment
from sroi.money import ZERO


def bonuses_for(blocks: Iterable[BuildingBlock]) -> list[BuildingBlock]:
    """The bonuses that go with any of these blocks, each code once."""
    found: dict[str, BuildingBlock] = {}
    for block in blocks:
        for bonus in block.table.blocks.all():
            if goes_with(bonus, block):
                found.setdefault(bonus.code, bonus)
    return list(found.values())


def facts_for(blocks: Iterable[BuildingBlock]) -> dict[str, str]:
    """The questions that are asked where these blocks are chosen, by their codes."""
    found: dict[str, str] = {}
    for block in blocks:
        for fact in asked_for(block.table, block):
            found.setdefault(fact["code"], question(fact))
    return found


def fields_of(kind: str, blocks: Sequence[BuildingBlock]) -> list[str]:
    """The fields that a claim asks for, in order: only what these blocks use.

    An age, a kind of contract, an entitlement or an answer is asked only where a block or a bonus
    depends on it. What must be there is said by `requirements.required`.
    """
    bonuses, asked = bonuses_for(blocks), required(kind, blocks)
    facts = ["facts"] if facts_for(blocks) else []
    if kind == BlockKind.PLACEMENT:
        rows = [*blocks, *bonuses]
        last = [name for name in asked[2:] if name != "age_at_start"]
        by_need = {
            "age_at_start": any(depends_on_age(row) for row in rows),
            "permanent_contract": any(row.permanent_contract is not None for row in rows),
            "entitled_until": any(row.grace_months is not None for row in rows),
            "facts": bool(facts),
            "bonuses": bool(bonuses),
        }
        needed = [name for name, is_needed in by_need.items() if is_needed]
        return ["candidate_ref", "start_date", "end_date", *last, *needed]
    if kind == BlockKind.PURCHASE:
        return ["supplier_name", "supplier_kvk", *asked[1:], "paid_on", *facts]
    return [*asked, *facts]


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
