"""The same effort under the tables of other regions."""

from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.models import BuildingBlock, ValuationTable
from contracts.valuation_tables.facts import goes_with
from contracts.valuation_tables.loading import for_the_same, loaded_tables
from placements.claims.valuation import Claim, Counted, Value, is_met, value


@dataclass(frozen=True)
class Elsewhere:
    """The same effort under the block for the same target group of another table."""

    table: ValuationTable
    block: BuildingBlock
    value: Value


def worth_under(
    claim: Claim, contract: Counted, table: ValuationTable, block: BuildingBlock
) -> Value:
    """The value in whole, with every bonus of the table whose condition is met."""
    bonuses = [b for b in table.blocks.all() if b.kind == "bonus"]
    fitting = tuple(b.code for b in bonuses if _fits(b, claim, block))
    return value(replace(claim, bonuses=fitting), table, block, bonuses, contract, Decimal(100))


def _fits(bonus: BuildingBlock, claim: Claim, block: BuildingBlock) -> bool:
    """Whether to count a bonus: those without any condition are never assumed, and that a contract
    is not permanent neither.
    """
    said = (bonus.min_age, bonus.max_age, *bonus.facts, *bonus.not_facts)
    has_condition = bool(bonus.permanent_contract) or any(one is not None for one in said)
    return has_condition and goes_with(bonus, block) and is_met(bonus, claim)


def elsewhere(
    claim: Claim, contract: Counted, table: ValuationTable, block: BuildingBlock
) -> list[Elsewhere]:
    """Under each other loaded table the blocks for the same target group, or without one those of
    the same unit.
    """
    return [
        Elsewhere(other, candidate, worth_under(claim, contract, other, candidate))
        for other in loaded_tables()
        if other.code != table.code
        for candidate in for_the_same(block, other.blocks.all())
    ]
