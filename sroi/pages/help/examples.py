"""Worked examples for the help pages: published tables, valued by the same code as everything
else.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from contracts.models import BlockKind, Region
from contracts.valuation_tables.checking import table_from
from placements.claims.valuation import Claim, Counted, Value, value

PUBLISHED = settings.BASE_DIR / "contracts" / "data" / "valuation-tables"
CONTRACT = Counted("", date(2024, 1, 1), date(2025, 12, 31), payment_days=60)
HALF_A_YEAR = (date(2024, 1, 1), date(2024, 6, 30))
A_YEAR = (date(2024, 1, 1), date(2024, 12, 31))


@dataclass(frozen=True)
class Example:
    table: str
    source: str
    block: str
    claim: Claim
    value: Value


def part_time() -> Example:
    """Half a year at 24 hours per week, after the table of Utrecht."""
    return _example("utrecht-2", "PW", _placed(HALF_A_YEAR, 24))


def older_worker() -> Example:
    """A full-time year of someone of 56, after the table of Gooi en Vechtstreek."""
    return _example(
        "gooi-en-vechtstreek", "PW_GT2Y", _placed(A_YEAR, 36, age=56, bonuses=("BONUS_55PLUS",))
    )


def purchase() -> Example:
    claim = Claim(BlockKind.PURCHASE, amount=Decimal(10000), day=date(2024, 5, 15))
    return _example("gooi-en-vechtstreek", "WSW_INVOICE", claim)


def activity() -> Example:
    claim = Claim(BlockKind.ACTIVITY, quantity=Decimal(40), day=date(2024, 9, 10))
    return _example("gooi-en-vechtstreek", "MVO_HOUR", claim)


def _placed(
    days: tuple[date, date], hours: int, age: int = 30, bonuses: tuple[str, ...] = ()
) -> Claim:
    first, last = days
    return Claim(
        BlockKind.PLACEMENT, first, last, ((first, Decimal(hours)),), age=age, bonuses=bonuses
    )


def _example(publication: str, code: str, claim: Claim) -> Example:
    data = json.loads((PUBLISHED / f"{publication}.json").read_text(encoding="utf-8"))
    table, blocks = table_from(Region(code=publication), data)
    block = next(block for block in blocks if block.code == code)
    bonuses = [block for block in blocks if block.kind == BlockKind.BONUS]
    worth = value(claim, table, block, bonuses, CONTRACT, Decimal(100))
    return Example(table.title, table.source_url, block.label, claim, worth)
