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
from contracts.valuation_tables.checking import BLOCK_KEYS, TABLE_KEYS, table_from
from contracts.valuation_tables.door import facts_of_block
from contracts.valuation_tables.facts import asked_for
from contracts.valuation_tables.keys import CONDITIONS, NEW_BLOCK_KEYS, OF_A_PERSON
from contracts.valuation_tables.units import UNITS, fitting_units
from contracts.valuation_tables.views.reading import facts
from placements.claims import proof
from placements.claims.questions import bonuses_for, fields_of
from placements.claims.valuation import AtFirm, Claim, Counted, Earlier, value
from tests.placements.claims.test_valuation import D, made_table, placed

CONTRACT = Counted("C-1", date(2022, 1, 1), date(2026, 12, 31), payment_days=60)
# Another accepted placement of the candidate under this contract, and one that began elsewhere.
EARLIER = [Earlier(date(2022, 3, 1))]
AT_FIRM = AtFirm(first_counted=date(2022, 2, 1), first_day=date(2021, 12, 1))
CLAIMS = {
    BlockKind.PLACEMENT: placed(
        date(2022, 3, 1),
        date(2024, 12, 31),
        "20",
        age=30,
        entitled_until=date(2023, 1, 31),
        facts={"LOW": True},
        bonuses=("BONUS", "OTHER"),
        amount=D(700),
        quantity=D(3),
    ),
    **{
        kind: Claim(kind, amount=D(700), quantity=D(3), day=date(2024, 5, 1), facts={"LOW": True})
        for kind in (BlockKind.PURCHASE, BlockKind.ACTIVITY)
    },
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
    **{
        "max_months_from": "hire",
        "max_months_over": "contractor",
        "entitlement": {"grace_months": 3},
        "alternatives": "instead",
    },
}
# What a key says nothing without.
BESIDE = {"max_months_from": {"max_months": 6}, "max_months_over": {"max_months": 6}}
CONDITIONS_SAID: dict[str, Any] = {
    "min_age": 50,
    "max_age": 26,
    "permanent_contract": True,
    "facts": ["HIGH"],
    "not_facts": ["LOW"],
}


def asking(row: dict[str, Any]) -> dict[str, Any]:
    """The questions that the condition of a row names, as the table has them."""
    condition = row.get("condition") or {}
    named = [*condition.get("facts", ()), *condition.get("not_facts", ())]
    return {"facts": [{"code": c, "question": {"nl": f"{c}?"}} for c in named]} if named else {}


def second(row: dict[str, Any], kind: str, **terms: Any) -> dict[str, Any]:
    """A table with this row in the second format."""
    table = {"format": "valuation-table/2", **asking(row), **terms}
    return made_table(row, *others(kind), **table)


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
    table, blocks = table_from(Region(code="r"), second(row, kind, **terms))
    by_code = {block.code: block for block in blocks}
    own = by_code[row["code"]]
    block = by_code["PLACE"] if kind == BlockKind.BONUS else own
    claim = CLAIMS[BlockKind.PLACEMENT if kind == BlockKind.BONUS else BlockKind(row["kind"])]
    bonuses = [b for b in blocks if b.kind == BlockKind.BONUS]
    table_like = SimpleNamespace(
        min_hours_per_week=table.min_hours_per_week,
        facts=table.facts,
        blocks=SimpleNamespace(all=lambda: blocks),
    )
    asked = SimpleNamespace(**{name: getattr(block, name) for name in ROW}, table=table_like)
    worth = value(claim, table, block, bonuses, CONTRACT, D(100), EARLIER, AT_FIRM)
    return (
        [(month.month, month.amount) for month in worth.months],
        fields_of(claim.kind, [asked]),  # type: ignore[list-item]
        [bonus.code for bonus in bonuses_for([asked])],  # type: ignore[list-item]
        proof.asked([block]),
        is_open(block, []),
        (block.target_group, block.policy_field, block.alternatives),
        own.code,
    )


ROW = (
    *("code", "kind", "unit", "min_age", "max_age", "permanent_contract", "facts", "not_facts"),
    *("replaces", "target_group", "grace_months"),
)
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
    plain = row_of(kind, **BESIDE.get(key, {})) if kind in OF_A_PERSON else row_of(kind)
    said = plain | {key: SAID[key]}
    if is_refused(second(said, kind), key):
        return
    if key in READ:
        assert read(said) != read(plain)
    else:
        assert comes_of(kind, said) != comes_of(kind, plain)


def read(row: dict[str, Any]) -> dict[str, str]:
    _table, blocks = table_from(Region(code="r"), second(row, row["kind"]))
    return facts_of_block(blocks[0])


@pytest.mark.parametrize("kind", BlockKind)
@pytest.mark.parametrize("key", ["amount", "weight_percent"])
def test_in_each_unit_an_amount_and_a_weight_have_an_effect_or_are_refused(
    key: str, kind: BlockKind
) -> None:
    for unit in fitting_units(kind):
        plain = row_of(kind, unit=unit, amount="4000" if UNITS[unit].has_amount else None)
        said = plain | {key: "90"}
        if not is_refused(second(said, kind), key):
            assert comes_of(kind, said) != comes_of(kind, plain), unit


@pytest.mark.parametrize("kind", BlockKind)
def test_each_unit_of_a_kind_is_another_sum(kind: BlockKind) -> None:
    rows = [
        row_of(
            kind,
            unit=unit,
            amount=(
                "4000"
                if not is_refused(second(row_of(kind, unit=unit, amount="1"), kind), "amount")
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
    assert set(TABLE_KEYS) == {*TERMS, "format", "code", "blocks", "reference_date", "facts"}
    assert set(CONDITIONS) == set(CONDITIONS_SAID)


@pytest.mark.parametrize("kind", BlockKind)
@pytest.mark.parametrize("key", CONDITIONS)
def test_a_key_of_a_condition_changes_the_value_or_is_refused_by_name(
    key: str, kind: BlockKind
) -> None:
    plain, said = row_of(kind), row_of(kind, condition={key: CONDITIONS_SAID[key]})
    if is_refused(second(said, kind), f"condition.{key}"):
        assert kind in (BlockKind.PURCHASE, BlockKind.ACTIVITY)
        assert key not in ("facts", "not_facts")
        return
    assert comes_of(kind, said)[0] != comes_of(kind, plain)[0]


@pytest.mark.parametrize("kind", [BlockKind.PLACEMENT, BlockKind.BONUS])
@pytest.mark.parametrize("key", ["max_months", "max_months_from", "max_months_over", "entitlement"])
def test_what_cuts_a_placement_or_a_bonus_changes_its_value(key: str, kind: BlockKind) -> None:
    plain = row_of(kind, **BESIDE.get(key, {}))
    assert comes_of(kind, plain | {key: SAID[key]})[0] != comes_of(kind, plain)[0]


@pytest.mark.parametrize("key", ["max_months_from", "max_months_over"])
def test_how_months_count_is_refused_where_there_is_no_most_of_them(key: str) -> None:
    assert is_refused(second(row_of("placement", **{key: SAID[key]}), "placement"), key)


@pytest.mark.parametrize("key", NEW_BLOCK_KEYS)
def test_the_first_format_has_no_key_of_the_second(key: str) -> None:
    row = row_of("placement", **BESIDE.get(key, {}), **{key: SAID[key]})
    assert is_refused(made_table(row, *others("placement")), key)


@pytest.mark.parametrize("unit", ["week", "school_year"])
def test_the_first_format_has_no_unit_of_the_second(unit: str) -> None:
    row = row_of("placement", unit=unit)
    assert is_refused(made_table(row, *others("placement")), unit)
    assert not is_refused(second(row, "placement"), unit)


FACT = {"code": "LOW", "question": {"nl": "Is het laag?"}}
NEEDS_IT = {"condition": {"facts": ["LOW"]}}


class TestQuestionsOfATable:
    """`facts`: a question is asked where a row needs it, or loading says why it is not."""

    def asked(self, kind: str, code: str, row: dict[str, Any], fact: dict[str, Any]) -> list[str]:
        _table, blocks = table_from(Region(code="r"), second(row, kind, facts=[fact]))
        block = next(b for b in blocks if b.code == code)
        table = SimpleNamespace(facts=[fact | {"blocks": fact.get("blocks", [])}])
        table.blocks = SimpleNamespace(all=lambda: blocks)
        return [one["code"] for one in asked_for(table, block)]

    @pytest.mark.parametrize("kind", ["placement", "purchase", "activity"])
    def test_it_is_asked_where_the_condition_of_a_block_names_it(self, kind: str) -> None:
        row = row_of(kind, **NEEDS_IT)
        assert self.asked(kind, "ROW", row, FACT) == ["LOW"]
        assert self.asked(kind, "PLACE", row, FACT) == []

    def test_of_a_bonus_it_is_asked_with_the_blocks_that_the_bonus_goes_with(self) -> None:
        row = row_of("bonus", **NEEDS_IT, applies_to=["PLACE"])
        assert self.asked("bonus", "PLACE", row, FACT) == ["LOW"]
        assert self.asked("bonus", "OTHER_PLACE", row, FACT) == []

    def test_it_can_name_the_blocks_for_which_it_is_asked(self) -> None:
        row, fact = row_of("bonus", **NEEDS_IT), FACT | {"blocks": ["PLACE"]}
        assert self.asked("bonus", "PLACE", row, fact) == ["LOW"]
        assert self.asked("bonus", "OTHER_PLACE", row, fact) == []

    @pytest.mark.parametrize(
        ("row", "facts", "said"),
        [
            ({}, [FACT], "LOW"),
            (NEEDS_IT, [], "LOW"),
            (NEEDS_IT, [FACT, FACT], "LOW"),
            (NEEDS_IT, [FACT | {"blocks": ["NONE"]}], "NONE"),
            (NEEDS_IT, [FACT | {"blocks": ["ROW", "PLACE"]}], "PLACE"),
            (NEEDS_IT, [FACT | {"code": "LO W"}], "LO W"),
            (NEEDS_IT, [FACT | {"question": ""}], "question"),
            (NEEDS_IT, [FACT | {"reden": "x"}], "reden"),
            (NEEDS_IT, ["LOW"], "facts"),
            (NEEDS_IT, {"LOW": "Is het laag?"}, "facts"),
        ],
    )
    def test_what_is_loose_is_refused_by_name(
        self, row: dict[str, Any], facts: Any, said: str
    ) -> None:
        assert is_refused(second(row_of("placement", **row), "placement", facts=facts), said)

    def test_a_row_for_which_it_is_not_asked_could_never_count(self) -> None:
        row = row_of("activity", **NEEDS_IT)
        fact = FACT | {"blocks": ["PLACE"]}
        bonus = {"code": "B", "kind": "bonus", "unit": "fixed", "amount": "1", **NEEDS_IT}
        data = made_table(row, bonus, *others("activity"), format="valuation-table/2", facts=[fact])
        assert is_refused(data, "ROW")


def test_a_reference_date_that_is_not_reckoned_with_is_refused() -> None:
    assert is_refused(made_table(reference_date="award_date"), "reference_date")
    assert not is_refused(made_table(reference_date="placement_start"), "reference_date")
