"""The test vectors of the standard: they are what the oracle gives, they hold every key, and the
product gives the same months, cents and steps.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from contracts.models import Region, Unit
from contracts.policy.json_text import parsed
from contracts.valuation_tables.checking import BLOCK_KEYS, TABLE_KEYS, table_from
from contracts.valuation_tables.keys import CONDITIONS
from placements.claims.valuation import AtFirm, Claim, Counted, Earlier, Value, value
from sroi.money import cumulative
from sroi.templatetags.formats import euro, number, percent, short_date
from tests.oracle import vectors

FOLDER = settings.BASE_DIR / "docs" / "valuation-table" / "vectors"
TABLES = {path.stem: parsed(path.read_bytes()) for path in sorted((FOLDER / "tables").glob("*"))}
VECTORS = [
    pytest.param(vector, id=vector["id"])
    for path in sorted(FOLDER.glob("*.json"))
    for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]
]
READ = {name: table_from(Region(code="r"), table) for name, table in TABLES.items()}
ONCE_IN_EUR = 100


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_the_files_are_what_the_oracle_gives() -> None:
    kept = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
        for path in FOLDER.rglob("*.json")
    }
    assert kept == vectors.files()


def test_those_of_the_handbook_are_worth_what_it_says() -> None:
    """DOMAIN.md sections 5.2, 5.3 and 5.5."""
    own = [vector for vector in all_vectors() if vector["id"].startswith("handbook")]
    assert [part["cents"] for vector in own for part in vector["expected"]] == [
        *(13_333_33, 40_000_00, 80_000_00, 0, 98_333_33),
        *(5_000_00, 3_320_55, 3_000_00, 4_000_00),
    ]


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_what_is_told_of_the_format_is_complete(name: str) -> None:
    text = (FOLDER.parent / name).read_text(encoding="utf-8")
    grace = {"grace_months", "nl", "en"}
    for word in {*TABLE_KEYS, *BLOCK_KEYS, *CONDITIONS, *Unit.values, *grace}:
        assert f"`{word}`" in text or f'"{word}"' in text, word
    assert f"| {len(VECTORS)} " in text


def test_they_hold_every_key_and_unit() -> None:
    rows = [row for table in TABLES.values() for row in table["blocks"]]
    assert {key for table in TABLES.values() for key in table} == set(TABLE_KEYS)
    assert {key for row in rows for key in row} == set(BLOCK_KEYS)
    assert {key for row in rows for key in row.get("condition", ())} == set(CONDITIONS)
    # What is agreed is no sum that a vector could hold.
    assert {row["unit"] for row in rows} == set(Unit) - {Unit.AGREEMENT}
    used = {part["block"] for vector in all_vectors() for part in vector["claim"]["contracts"]} | {
        code for vector in all_vectors() for code in vector["claim"].get("bonuses") or ()
    }
    assert {row["code"] for row in rows} == used, "each row is claimed in some vector"


def test_they_take_every_step() -> None:
    steps = [
        step for vector in all_vectors() for part in vector["expected"] for step in part["steps"]
    ]
    assert {step["step"] for step in steps} == set(TOLD)
    assert {step["key"] for step in steps if "key" in step} == {*WHY_NOT, "applies_to"}
    assert len(VECTORS) >= 150


def all_vectors() -> list[dict[str, Any]]:
    return [parameter.values[0] for parameter in VECTORS]  # type: ignore[misc]


# --- the product ----------------------------------------------------------------------------------


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def amount(said: str | None) -> Decimal | None:
    return Decimal(said) if said else None


def claim_of(given: dict[str, Any]) -> Claim:
    first = day(given.get("first"))
    return Claim(
        given["kind"],
        first,
        day(given.get("last")),
        ((first, Decimal(given["hours_per_week"])),) if first else (),
        given.get("age"),
        given.get("permanent_contract"),
        day(given.get("entitled_until")),
        given.get("facts") or {},
        tuple(given.get("bonuses") or ()),
        amount(given.get("amount")),
        amount(given.get("quantity")),
        day(given.get("day")),
    )


def worth(
    vector: dict[str, Any],
    given: dict[str, Any],
    part: dict[str, Any],
    known: list[tuple[str, Earlier]],
    begun: list[date],
) -> Value:
    (where,) = [c for c in vector["contracts"] if c["reference"] == part["reference"]]
    table, blocks = READ[where["table"]]
    (block,) = [b for b in blocks if b.code == part["block"]]
    term = [date.fromisoformat(where[key]) for key in ("first", "last")]
    counted = Counted(part["reference"], *term, where["payment_days"])
    return value(
        claim_of(given),
        table,
        block,
        [b for b in blocks if b.kind == "bonus"],
        counted,
        Decimal(part["share"]),
        [earlier for reference, earlier in known if reference == part["reference"]],
        AtFirm(
            min((earlier.first for _reference, earlier in known), default=None),
            min(begun, default=None),
        ),
    )


def found_for(vector: dict[str, Any]) -> dict[str, Value]:
    """The value by contract, where the placements before it were accepted."""
    known: list[tuple[str, Earlier]] = []
    begun: list[date] = []
    for given in vector["before"]:
        for part in given["contracts"]:
            counted = worth(vector, given, part, known, begun)
            if counted.window:
                codes = frozenset(code for code, _last in counted.bonuses)
                known.append((part["reference"], Earlier(counted.window.first, codes)))
        begun.append(date.fromisoformat(given["first"]))
    return {
        part["reference"]: worth(vector, vector["claim"], part, known, begun)
        for part in vector["claim"]["contracts"]
    }


@pytest.mark.parametrize("vector", VECTORS)
def test_the_product_gives_the_same(vector: dict[str, Any]) -> None:
    found = found_for(vector)
    for expected in vector["expected"]:
        mine = found[expected["reference"]]
        assert int(mine.total * ONCE_IN_EUR) == expected["cents"]
        months = mine.months if mine.exact else ()
        rounded = cumulative(month.amount for month in months)
        assert [
            (f"{m.month:%Y-%m}", str(m.amount), int(cents * ONCE_IN_EUR), str(m.fte))
            for m, cents in zip(months, rounded, strict=True)
        ] == [(m["month"], m["value"], m["cents"], m["fte"]) for m in expected["months"]]
        # Before these it says which table and which row.
        assert list(mine.steps[2:]) == [
            sentence
            for step in expected["steps"]
            for sentence in told(vector, expected["reference"], step)
        ]


# --- the steps in the words of the product --------------------------------------------------------

TOLD = {
    "outside": "The placement lies outside the counted term of the contract ({first} to {last}): it"
    " is worth € 0.",
    "counts": "Counts from {first} to {last}.",
    "before": "Days before the contract starts ({day}) do not count.",
    "after": "Days after the last counted day of the contract ({day}) do not count.",
    "open_end": "There is no last day: it counts to the last counted day of the contract, {day}.",
    "too_early": "It started on {day}, more than {months} months before the contract: it does not"
    " count.",
    "condition": "This block does not count: {why}.",
    "entitlement": "“{row}” counts to {last}: the person is entitled until {entitled}, months that"
    " still count after it: {grace}.",
    "over": "That was over before it began: it is worth € 0.",
    "most_months": "{cap}",
    "used_up": "Those months are used up: it is worth € 0.",
    "counts_to": "So it counts to {last}.",
    "bonus_not": "Bonus “{row}” does not count: {why}.",
    "replaced": "Bonus “{row}” falls away: something else in this table takes its place.",
    "hours": "Hours: {hours} of {full} hours per week.",
    "too_few_hours": "{hours} hours per week is below the least of {least} hours: it is worth € 0.",
    "days": "Counted days: {days}.",
    "months": "Counted months ({how}): {months}.",
    "block": "Value of the block: {cents}.",
    "bonus": "Bonus “{row}”: {cents}.",
    "paid": "Paid on {day}: it counts in that month.",
    "paid_outside": "Paid on {day}, outside the contract ({begin} to {end}, and {payment_days} days"
    " after): it is worth € 0.",
    "done": "Done on {day}: it counts in that month.",
    "done_outside": "Done on {day}, outside the counted term of the contract ({begin} to {end}): it"
    " is worth € 0.",
    "claimed": "{sum}",
    "share": "{percent} of it is for contract {reference}.",
    "value": "Value, rounded to the cent: {cents}.",
    "nothing": "Value: € 0.",
}
CAPS = {
    "hire": "“{row}” counts at most {n} months from the first day at work for this contractor,"
    " {begin}.",
    "contractor": "“{row}” counts at most {n} months, from {begin} on, for all placements of this"
    " candidate under all contracts of this contractor together.",
    "contract": "This block counts at most {n} months, from {begin} on, for all placements of this"
    " candidate together.",
}
SUMS = {
    "invoice": "Invoice of {amount} without VAT: {cents}.",
    "hour": "{quantity} hours × {rate} = {cents}.",
    "day": "Claimed {amount}, at most {quantity} days × {rate}: {cents}.",
    "cost": "Cost of {amount}: {cents}.",
}
# By the key: where it was answered otherwise, and where it was not answered.
WHY_NOT = {
    "min_age": ("the age is below {asked}", "the age at the start is not known"),
    "max_age": ("the age is above {asked}", "the age at the start is not known"),
    "permanent_contract": ("{permanent}", "it is not known whether the contract is permanent"),
    "facts": ("the answer to “{question}” is no", "“{question}” was not answered"),
    "not_facts": ("the answer to “{question}” is yes", "“{question}” was not answered"),
    "counted_before": (
        "it was counted already for this candidate under this contract",
        "it was counted already for this candidate under this contract",
    ),
}


def told(vector: dict[str, Any], reference: str, step: dict[str, Any]) -> Iterator[str]:
    (where,) = [c for c in vector["contracts"] if c["reference"] == reference]
    table = TABLES[where["table"]]
    row: dict[str, Any] = next((b for b in table["blocks"] if b["code"] == step.get("row")), {})
    claim = vector["claim"]
    values = {
        key: short_date(date.fromisoformat(step[key]))
        for key in ("first", "last", "day")
        if key in step
    }
    values |= {key: step[key] for key in ("row",) if key in step}
    values |= {key: number(Decimal(step[key])) for key in ("hours", "days") if key in step}
    values |= {
        "months": step.get("months") if step["step"] == "too_early" else figure(step.get("months")),
        "cents": euro(Decimal(step.get("cents", 0)) / ONCE_IN_EUR),
        "percent": percent(Decimal(step.get("percent", 0))),
        "full": figure(table["full_time_hours"]),
        "least": figure(table["min_hours_per_week"]),
        "how": "by days of the year" if table["proration"] == "days" else "by calendar month",
        "begin": short_date(date.fromisoformat(where["first"])),
        "end": short_date(date.fromisoformat(where["last"])),
        "payment_days": where["payment_days"],
        "reference": reference,
        "amount": euro(Decimal(claim.get("amount") or 0)),
        "quantity": figure(claim.get("quantity")),
        "rate": euro(Decimal(row.get("amount") or 0)),
        "grace": row.get("entitlement", {}).get("grace_months"),
    }
    if claim.get("entitled_until"):
        values["entitled"] = short_date(date.fromisoformat(claim["entitled_until"]))
    if step["step"] == "most_months":
        of = row.get("max_months_from") if row.get("max_months_from") == "hire" else ""
        cap = CAPS[of or row.get("max_months_over") or "contract"]
        begin = short_date(date.fromisoformat(step["from"]))
        values["cap"] = cap.format(row=step["row"], n=row["max_months"], begin=begin)
    if step["step"] == "claimed":
        values["sum"] = SUMS[row["unit"]].format(**values)
    if "key" in step:
        values["why"] = why_not(table, row, step)
    yield TOLD[step["step"]].format(**values)


def figure(said: Any) -> str:
    return number(Decimal(said or 0))


def why_not(table: dict[str, Any], row: dict[str, Any], step: dict[str, Any]) -> str:
    if step["key"] == "applies_to":
        return "it does not go with this block"
    otherwise, unanswered = WHY_NOT[step["key"]]
    condition = row.get("condition") or {}
    questions = {fact["code"]: fact["question"]["en"] for fact in table.get("facts", ())}
    wanted = condition.get("permanent_contract")
    return (otherwise if step.get("answered", True) else unanswered).format(
        asked=condition.get(step["key"]),
        permanent="there is no permanent contract" if wanted else "it is a permanent contract",
        question=questions.get(step.get("question", "")),
    )
