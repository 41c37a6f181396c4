"""Every key that loading a valuation table accepts has an effect, for each kind of block; else
loading refuses it.
"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.models import BlockKind, Region, Unit
from contracts.policy.loading import FaultyFile
from contracts.social_firms.recognition import is_open
from contracts.valuation_tables.door import facts_of_block
from contracts.valuation_tables.loading import BLOCK_KEYS, TABLE_KEYS, table_from
from contracts.valuation_tables.units import UNITS, fitting_units
from contracts.valuation_tables.views.reading import facts
from placements.claims import proof
from placements.claims.questions import bonuses_for, fields_of
from placements.claims.valuation import Claim, Counted, value
from tests.placements.claims.test_valuation import D, made_table, placed

CONTRACT = Counted("C-1", date(2022, 1, 1), date(2026, 12, 31), payment_days=60)
CLAIMS = {
    BlockKind.PLACEMENT: placed(
        date(2022, 3, 1),
        date(2024, 12, 31),
        "20",
        age=30,
        bonuses=("BONUS", "OTHER"),
        amount=D(700),
        quantity=D(3),
    ),
    BlockKind.PURCHASE: Claim("purchase", amount=D(700), quantity=D(3), day=date(2024, 5, 1)),
    BlockKind.ACTIVITY: Claim("activity", amount=D(700), quantity=D(3), day=date(2024, 5, 1)),
}
UNIT = {
    BlockKind.PLACEMENT: Unit.FULL_TIME_YEAR,
    BlockKind.PURCHASE: Unit.INVOICE,
    BlockKind.ACTIVITY: Unit.HOUR,
    BlockKind.BONUS: Unit.YEAR,
}
# What is said with a key, beside what a row must say; for a unit another unit, for a kind another
# kind.
SAID: dict[str, Any] = {
    **{
        "code": "ANOTHER",
        "label": {"nl": "Anders"},
        "amount": "90",
        "weight_percent": "50",
        "max_months": 6,
    },
    **{
        "target_group": "wajong",
        "condition": {"min_age": 50},
        "applies_to": ["OTHER_PLACE"],
        "replaces": ["OTHER"],
    },
    **{
        "policy_field": "economy",
        "evidence": ["paid_invoice"],
        "recognitions": ["sheltered_work"],
        "note": "Let op",
    },
}


def row_of(kind: str, **said: Any) -> dict[str, Any]:
    row = {
        "code": "BONUS" if kind == BlockKind.BONUS else "ROW",
        "label": {"nl": "Rij"},
        "kind": kind,
    }
    return (
        row
        | {"unit": UNIT[BlockKind(kind)], "amount": None if kind == BlockKind.PURCHASE else "4000"}
        | said
    )


def others(kind: str) -> list[dict[str, Any]]:
    """What it is beside: a placement for a bonus, and a bonus that can be switched off."""
    place = {"code": "PLACE", "kind": "placement", "unit": "full_time_year", "amount": "10000"}
    another = {
        "code": "OTHER_PLACE",
        "kind": "placement",
        "unit": "full_time_year",
        "amount": "10000",
    }
    bonus = {"code": "OTHER", "kind": "bonus", "unit": "fixed", "amount": "500"}
    return [place, another, bonus]


def comes_of(kind: str, row: dict[str, Any], **terms: Any) -> tuple[Any, ...]:
    """Everything that a table with this row leads to: values, what is asked, how lines are marked,
    what is read.
    """
    table, blocks = table_from(Region(code="r"), made_table(row, *others(kind), **terms))
    by_code = {block.code: block for block in blocks}
    own = by_code[row["code"]]
    block = by_code["PLACE"] if kind == BlockKind.BONUS else own
    claim = CLAIMS[BlockKind.PLACEMENT if kind == BlockKind.BONUS else BlockKind(row["kind"])]
    bonuses = [b for b in blocks if b.kind == BlockKind.BONUS]
    table_like = SimpleNamespace(
        min_hours_per_week=table.min_hours_per_week, blocks=SimpleNamespace(all=lambda: blocks)
    )
    asked = SimpleNamespace(**{name: getattr(block, name) for name in ROW}, table=table_like)
    worth = value(claim, table, block, bonuses, CONTRACT, D(100))
    return (
        [(month.month, month.amount) for month in worth.months],
        fields_of(claim.kind, [asked]),  # type: ignore[list-item]
        [bonus.code for bonus in bonuses_for([asked])],  # type: ignore[list-item]
        proof.asked([block]),
        is_open(block, []),
        (block.target_group, block.policy_field),
        own.code,
    )


ROW = ("code", "kind", "unit", "min_age", "permanent_contract", "replaces", "target_group")
# These are read by people: in the table, in comparing two tables, and in its history.
READ = ("label", "note")


def is_refused(data: dict[str, Any], key: str) -> bool:
    try:
        table_from(Region(code="r"), data)
    except FaultyFile as fault:
        return key in str(fault)
    return False


@pytest.mark.parametrize("kind", BlockKind)
@pytest.mark.parametrize("key", [key for key in BLOCK_KEYS if key not in ("kind", "unit")])
def test_a_key_of_a_row_has_an_effect_or_is_refused_by_name(key: str, kind: BlockKind) -> None:
    plain, said = row_of(kind), row_of(kind, **{key: SAID[key]})
    if is_refused(made_table(said, *others(kind)), key):
        return
    if key in READ:
        assert read(said) != read(plain)
    else:
        assert comes_of(kind, said) != comes_of(kind, plain)


def read(row: dict[str, Any]) -> dict[str, str]:
    _table, blocks = table_from(Region(code="r"), made_table(row, *others(row["kind"])))
    return facts_of_block(blocks[0])


@pytest.mark.parametrize("kind", BlockKind)
@pytest.mark.parametrize("key", ["amount", "weight_percent"])
def test_in_each_unit_an_amount_and_a_weight_have_an_effect_or_are_refused(
    key: str, kind: BlockKind
) -> None:
    for unit in fitting_units(kind):
        plain = row_of(kind, unit=unit, amount="4000" if UNITS[unit].has_amount else None)
        said = plain | {key: "90"}
        if not is_refused(made_table(said, *others(kind)), key):
            assert comes_of(kind, said) != comes_of(kind, plain), unit


@pytest.mark.parametrize("kind", BlockKind)
def test_each_unit_of_a_kind_is_another_sum(kind: BlockKind) -> None:
    rows = [
        row_of(
            kind,
            unit=unit,
            amount=(
                "4000"
                if not is_refused(made_table(row_of(kind, unit=unit, amount="1")), "amount")
                else None
            ),
        )
        for unit in fitting_units(kind)
    ]
    assert all(comes_of(kind, row)[0] for row in rows)


TERMS: dict[str, Any] = {
    **{
        "full_time_hours": "40",
        "proration": "days",
        "min_hours_per_week": "24",
        "lookback_months": 0,
    },
    **{"title": {"nl": "Anders"}, "source_url": "https://voorbeeld.nl/tabel", "note": "Let op"},
    **{"published_pinning": "start_date", "valid_from": "2020-01-01", "valid_until": "2030-01-01"},
}
EARLY = placed(date(2021, 11, 15), date(2023, 2, 14), "20")


@pytest.mark.parametrize("key", TERMS)
def test_a_key_of_a_table_changes_a_value_or_is_read_on_its_page(key: str) -> None:
    row = row_of(BlockKind.PLACEMENT)

    def told(**terms: Any) -> tuple[Any, ...]:
        table, blocks = table_from(Region(code="r"), made_table(row, **terms))
        worth = value(EARLY, table, blocks[0], [], CONTRACT, D(100))
        return (
            worth.exact,
            table.title,
            [(str(label), str(said)) for label, said in facts(table, [])][1:],
        )

    assert told(**{key: TERMS[key]}) != told()


def test_no_key_of_a_table_is_forgotten_here() -> None:
    assert set(TABLE_KEYS) == {*TERMS, "format", "code", "blocks", "reference_date"}


def test_a_reference_date_that_is_not_reckoned_with_is_refused() -> None:
    assert is_refused(made_table(reference_date="award_date"), "reference_date")
    assert not is_refused(made_table(reference_date="placement_start"), "reference_date")
