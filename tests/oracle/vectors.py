"""Test vectors of the valuation table, made by the oracle: tables, claims and contracts, and what
each claim is worth, by month, in cents and step by step.

The same seed always gives the same files. To make them again:

    python -m tests.oracle.vectors docs/valuation-table/vectors
"""

import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from tests.oracle.calculation import Register, in_steps
from tests.oracle.random_files import CONTRACT_COLUMNS, FULFILMENT_COLUMNS
from tests.oracle.story import cents, story

SEED = 2025
RANDOM = 70
FORMAT = "valuation-vectors/1"
Row = dict[str, Any]

# --- The tables -----------------------------------------------------------------------------------


def _row(code: str, kind: str, unit: str, amount: str | None, **more: Any) -> Row:
    row = {"code": code, "label": {"nl": code, "en": code}, "kind": kind, "unit": unit}
    return row | ({"amount": amount} if amount else {}) | more


def _placements() -> list[Row]:
    def full(code: str, **more: Any) -> Row:
        return _row(code, "placement", "full_time_year", "40000.00", **more)

    return [
        full("FULL", target_group="participation_act", policy_field="werk-en-inkomen"),
        _row("YEAR", "placement", "year", "12000.00", evidence=["employment_contract"]),
        _row("MONTH", "placement", "month", "1000.00"),
        _row("WEEK", "placement", "week", "500.00"),
        _row("SCHOOL", "placement", "school_year", "4000.00"),
        _row("ONCE", "placement", "fixed", "2500.00"),
        _row("THIRD", "placement", "year", "33333.33", note="Valt nooit uit op hele centen."),
        full("CAP", max_months=12),
        full("CAP_HIRE", max_months=24, max_months_from="hire"),
        full("CAP_CONTRACT", max_months=6, max_months_from="contract", max_months_over="contract"),
        full("CAP_FIRM", max_months=12, max_months_over="contractor"),
        _row("CAP_WEEK", "placement", "week", "500.00", max_months=1),
        full("ENTITLED", entitlement={"grace_months": 24}),
        _row("ENTITLED_0", "placement", "school_year", "4000.00", entitlement={"grace_months": 0}),
        full("ENTITLED_CAP", entitlement={"grace_months": 3}, max_months=6),
        full("YOUNG", condition={"max_age": 26}, alternatives="dienstverband"),
        full("OLD", condition={"min_age": 50}, alternatives="dienstverband"),
        full("BETWEEN", condition={"min_age": 27, "max_age": 49}),
        full("PERMANENT", condition={"permanent_contract": True}),
        full("TEMPORARY", condition={"permanent_contract": False}),
        full("ASKED", condition={"facts": ["LOW"]}),
        full("ASKED_NOT", condition={"not_facts": ["LOW"]}),
        full("ASKED_BOTH", condition={"facts": ["LOW"], "not_facts": ["HIGH"]}),
        full("REPLACES", replaces=["B_YEAR"]),
    ]


def _bonuses() -> list[Row]:
    return [
        _row("B_FULL", "bonus", "full_time_year", "10000.00"),
        _row("B_YEAR", "bonus", "year", "5000.00"),
        _row("B_MONTH", "bonus", "month", "100.00"),
        _row("B_WEEK", "bonus", "week", "25.00"),
        _row("B_SCHOOL", "bonus", "school_year", "1000.00"),
        _row("B_ONCE", "bonus", "fixed", "2500.00"),
        _row("B_OLD", "bonus", "year", "5000.00", condition={"min_age": 50}),
        _row("B_PERMANENT", "bonus", "fixed", "1500.00", condition={"permanent_contract": True}),
        _row("B_CAP", "bonus", "month", "100.00", max_months=2),
        _row("B_CAP_HIRE", "bonus", "month", "100.00", max_months=3, max_months_from="hire"),
        _row("B_CAP_FIRM", "bonus", "year", "1200.00", max_months=6, max_months_over="contractor"),
        _row("B_ENTITLED", "bonus", "year", "1200.00", entitlement={"grace_months": 1}),
        _row("B_ONLY", "bonus", "year", "1200.00", applies_to=["FULL", "WEEK"]),
        _row("B_OFF", "bonus", "year", "7777.77", replaces=["B_YEAR", "B_ONCE"]),
        _row("B_ASKED", "bonus", "year", "1200.00", condition={"facts": ["HIGH"]}),
    ]


def _others() -> list[Row]:
    return [
        _row("BOUGHT", "purchase", "invoice", None, weight_percent="100"),
        _row("BOUGHT_MORE", "purchase", "invoice", None, weight_percent="150"),
        _row("BOUGHT_PART", "purchase", "invoice", None, weight_percent="33.333"),
        _row(
            "BOUGHT_FROM", "purchase", "invoice", None, weight_percent="100",
            recognitions=["sw_company"],
        ),
        _row("BOUGHT_ASKED", "purchase", "invoice", None, condition={"facts": ["LOW"]})
        | {"weight_percent": "100"},
        _row("HOUR", "activity", "hour", "100.00"),
        _row("DAY", "activity", "day", "1000.00"),
        _row("COST", "activity", "cost", None),
        _row("COST_ASKED", "activity", "cost", None, condition={"not_facts": ["LOW"]}),
    ]  # fmt: skip


def _table(code: str, **terms: Any) -> Row:
    return {
        "format": "valuation-table/2",
        "code": code,
        "title": {"nl": f"Toetstabel {code}", "en": f"Test table {code}"},
        "source_url": "https://voorbeeldregio.example/bouwblokken",
        "note": "Verzonnen, om mee te toetsen.",
        "published_pinning": "award_date",
        "valid_from": "2020-01-01",
        "valid_until": "2030-12-31",
        "reference_date": "placement_start",
        **terms,
        "facts": [
            {"code": "LOW", "question": {"nl": "Is het laag?", "en": "Is it low?"}},
            {
                "code": "HIGH",
                "question": {"nl": "Is het hoog?", "en": "Is it high?"},
                "blocks": ["ASKED_BOTH", "B_ASKED"],
            },
        ],
        "blocks": [*_placements(), *_bonuses(), *_others()],
    }


def _first() -> Row:
    """A table of the first format, in which ages on a placement count too."""
    return {
        "format": "valuation-table/1",
        "code": "first",
        "title": "Toetstabel first",
        "full_time_hours": "40",
        "proration": "days",
        "min_hours_per_week": "0",
        "lookback_months": None,
        "blocks": [
            _row("FULL", "placement", "full_time_year", "30000.00", condition={"min_age": 18}),
            _row("B_YEAR", "bonus", "year", "5000.00", applies_to=["FULL"]),
            _row("HOUR", "activity", "hour", "75.00"),
        ],
    }


def tables() -> dict[str, Row]:
    months = {"full_time_hours": "36", "proration": "calendar_months", "min_hours_per_week": "12"}
    days = {"full_time_hours": "40", "proration": "days", "min_hours_per_week": "0"}
    return {
        "months": _table("months", **months, lookback_months=6),
        "days": _table("days", **days, lookback_months=None),
        "first": _first(),
    }


# --- The cases ------------------------------------------------------------------------------------

PAYMENT_DAYS = 60
TWO_YEARS = ("2024-01-01", "2025-12-31")
OTHER = "C-2"


def contract(first: str, last: str, table: str = "months", reference: str = "C-1") -> Row:
    terms = {"first": first, "last": last, "payment_days": PAYMENT_DAYS}
    return {"reference": reference, "table": table, **terms}


def placement(block: str, first: str, last: str | None, **more: Any) -> Row:
    claim = {"kind": "placement", "first": first, "last": last, "hours_per_week": "36"}
    return _allocated(claim, block, more)


def other(kind: str, block: str, day: str, **more: Any) -> Row:
    return _allocated({"kind": kind, "day": day}, block, more)


def _allocated(claim: Row, block: str, more: Row) -> Row:
    return {"contracts": [{"reference": "C-1", "share": "100", "block": block}], **claim, **more}


def case(about: str, claim: Row, *contracts: Row, before: tuple[Row, ...] = ()) -> Row:
    return {
        "about": about,
        "contracts": list(contracts) or [contract(*TWO_YEARS)],
        "before": list(before),
        "claim": claim,
    }


PERIODS = {
    "a whole year": ("2024-01-01", "2024-12-31"),
    "a year without a leap day": ("2025-01-01", "2025-12-31"),
    "the leap day alone": ("2024-02-29", "2024-02-29"),
    "from the middle of a month": ("2024-01-15", "2024-03-14"),
    "from the last day of a month": ("2024-01-31", "2024-04-30"),
    "over the turn of a school year": ("2024-06-17", "2024-09-30"),
    "over the turn of a year": ("2024-12-11", "2025-01-20"),
    "without an end": ("2025-10-06", None),
}
UNITS = ("FULL", "YEAR", "MONTH", "WEEK", "SCHOOL", "ONCE")


def of_units() -> Iterator[Row]:
    for table in ("months", "days"):
        for block in UNITS:
            for words, (first, last) in PERIODS.items():
                claim = placement(block, first, last, hours_per_week="24")
                yield case(f"{block}, {words}, {table}", claim, contract(*TWO_YEARS, table))
    year = PERIODS["a whole year"]
    for hours in ("11.99", "12", "36", "40", "0"):
        for block in ("FULL", "WEEK", "ONCE"):
            claim = placement(block, *year, hours_per_week=hours, bonuses=["B_YEAR"])
            yield case(f"{block}, {hours} hours per week", claim)
    for age in (None, 17, 18):
        claim = placement("FULL", *year, age=age, bonuses=["B_YEAR"])
        yield case(f"first format, age {age}", claim, contract(*TWO_YEARS, "first"))
    claim = other("activity", "HOUR", "2024-05-01", quantity="7.5")
    yield case("first format, hours", claim, contract(*TWO_YEARS, "first"))


def of_the_handbook() -> Iterator[Row]:
    """What DOMAIN.md section 5 works out by hand; `test_vectors` holds its amounts."""
    whole = {"hours_per_week": "40"}
    no_lookback = contract(*TWO_YEARS, "days")
    half = placement("FULL", "2024-01-01", "2024-06-30", hours_per_week="24")
    yield case("24 of 36 hours, half a year", half)
    hired = placement("CAP_HIRE", "2023-01-01", "2025-12-31", **whole)
    yield case("24 months from hire, hired a year before the contract", hired, no_lookback)
    plain = placement("FULL", "2023-01-01", "2025-12-31", **whole)
    yield case("the same without a limit", plain, no_lookback)
    yield case("up to 26 years, aged 27", placement("YOUNG", *TWO_YEARS, age=27))
    long = ("2024-01-01", "2027-12-31")
    entitled = placement("ENTITLED", *long, entitled_until="2024-06-15")
    yield case("entitled until 15 June 2024, 24 months after it", entitled, contract(*long))
    yield case("70 days by the week", placement("WEEK", "2024-01-01", "2024-03-10"))
    yield case("most of a school year", placement("SCHOOL", "2024-09-01", "2025-06-30"))
    claim = other("activity", "DAY", "2024-05-01", quantity="3", amount="4500")
    yield case("three days, 4,500 claimed", claim)
    yield case("40 hours at 100", other("activity", "HOUR", "2024-05-01", quantity="40"))


def of_windows() -> Iterator[Row]:
    for words, first, last in (
        ("begins before the contract", "2023-12-01", "2024-03-31"),
        ("ends after the contract", "2025-11-01", "2026-03-31"),
        ("wholly before the contract", "2023-10-01", "2023-12-31"),
        ("wholly after the contract", "2026-01-01", "2026-12-31"),
        ("only the first day of the contract", "2023-12-31", "2024-01-01"),
        ("only the last day of the contract", "2025-12-31", "2026-06-30"),
        ("on the last day of the look-back", "2023-07-01", "2024-06-30"),
        ("a day before the look-back", "2023-06-30", "2024-06-30"),
    ):
        yield case(words, placement("FULL", first, last))
    late = contract("2024-08-31", "2025-12-31")
    for first in ("2024-02-29", "2024-02-28"):
        claim = placement("FULL", first, "2025-02-28")
        yield case(f"look-back to a month without that day, from {first}", claim, late)


def of_caps() -> Iterator[Row]:
    long = contract("2024-01-01", "2027-12-31")
    for block in ("CAP", "CAP_CONTRACT", "CAP_HIRE", "CAP_FIRM", "CAP_WEEK"):
        for first in ("2024-01-01", "2024-01-15", "2024-01-31", "2024-02-29"):
            yield case(f"{block} from {first}", placement(block, first, "2027-12-31"), long)
    for block in ("CAP", "CAP_HIRE", "CAP_FIRM"):
        claim = placement(block, "2024-01-01", "2024-12-31")
        yield case(f"{block}, not reached", claim, long)
        for begun in ("2024-02-01", "2024-03-18"):
            before = (placement("FULL", begun, "2024-05-31"),)
            claim = placement(block, "2024-09-01", "2026-12-31")
            yield case(f"{block} after a placement from {begun}", claim, long, before=before)
        before = (placement("FULL", "2024-01-01", "2024-02-29"),)
        claim = placement(block, "2026-03-01", "2026-12-31")
        yield case(f"{block}, used up", claim, long, before=before)
    hired = placement("CAP_HIRE", "2023-08-15", None)
    yield case("hired before the contract", hired, long)
    yield case("24 months from hire, hired a year before", hired | {"first": "2023-07-01"}, long)
    two = (contract("2023-01-01", "2023-12-31"), contract(*TWO_YEARS, reference=OTHER))
    before = (placement("FULL", "2023-05-10", "2023-12-31"),)
    for block in ("CAP", "CAP_HIRE", "CAP_FIRM"):
        claim = placement(block, "2024-01-01", "2025-12-31") | _under(OTHER, block)
        yield case(f"{block} after a placement under another contract", claim, *two, before=before)


def _under(reference: str, block: str) -> Row:
    return {"contracts": [{"reference": reference, "share": "100", "block": block}]}


def of_entitlement() -> Iterator[Row]:
    long = contract("2024-01-01", "2027-12-31")
    whole = ("2024-01-01", "2027-12-31")
    for until in (None, "2024-06-15", "2024-02-29", "2024-08-31", "2021-12-30", "2021-12-31"):
        claim = placement("ENTITLED", *whole, entitled_until=until)
        yield case(f"entitled until {until}, 24 months after it", claim, long)
    for until in ("2024-01-31", "2024-01-01", "2023-12-31", "2025-07-31", "2028-01-01"):
        claim = placement("ENTITLED_0", *whole, entitled_until=until)
        yield case(f"entitled until {until}, nothing after it", claim, long)
    for until in ("2023-11-30", "2024-01-31", "2024-06-01"):
        claim = placement("ENTITLED_CAP", *whole, entitled_until=until)
        yield case(f"entitled until {until}, and at most 6 months", claim, long)
    for until in ("2024-05-31", "2023-11-30"):
        claim = placement("FULL", *whole, entitled_until=until, bonuses=["B_ENTITLED"])
        yield case(f"a bonus while entitled, until {until}", claim, long)


def of_conditions() -> Iterator[Row]:
    half = ("2024-01-01", "2024-06-30")
    for block, ages in {
        "YOUNG": (None, 26, 27),
        "OLD": (None, 49, 50),
        "BETWEEN": (26, 27, 49, 50),
    }.items():
        for age in ages:
            yield case(f"{block}, age {age}", placement(block, *half, age=age))
    for block in ("PERMANENT", "TEMPORARY"):
        for said in (None, True, False):
            claim = placement(block, *half, permanent_contract=said)
            yield case(f"{block}, permanent contract: {said}", claim)
    for block in ("ASKED", "ASKED_NOT", "ASKED_BOTH"):
        for facts in ({}, {"LOW": True}, {"LOW": False}, {"LOW": True, "HIGH": False}):
            yield case(f"{block}, answered: {facts}", placement(block, *half, facts=facts))
    claim = placement("YOUNG", *half, age=30, bonuses=["B_YEAR"])
    yield case("where its block does not count, a bonus falls too", claim)


def of_bonuses() -> Iterator[Row]:
    part = ("2024-01-15", "2024-07-14")
    for code in ("B_FULL", "B_YEAR", "B_MONTH", "B_WEEK", "B_SCHOOL", "B_ONCE"):
        yield case(f"bonus {code}", placement("FULL", *part, hours_per_week="18", bonuses=[code]))
    for code, more in (
        *(("B_OLD", {"age": age}) for age in (None, 49, 50)),
        *(("B_PERMANENT", {"permanent_contract": said}) for said in (None, True, False)),
        *(("B_ASKED", {"facts": facts}) for facts in ({}, {"HIGH": True}, {"HIGH": False})),
        *(("B_CAP", {}), ("B_CAP_HIRE", {}), ("B_CAP_FIRM", {}), ("B_ONLY", {}), ("B_OFF", {})),
    ):
        claim = placement("FULL", *part, bonuses=[code], **more)
        yield case(f"bonus {code}, {more or 'claimed'}", claim)
    yield case("a bonus of another block", placement("YEAR", *part, bonuses=["B_ONLY"]))
    yield case("a block that replaces a bonus", placement("REPLACES", *part, bonuses=["B_YEAR"]))
    claim = placement("FULL", *part, bonuses=["B_YEAR", "B_ONCE", "B_OFF", "B_MONTH"])
    yield case("a bonus that replaces two others", claim)
    for bonus in ("B_ONCE", "B_YEAR", "B_CAP", "B_CAP_FIRM", "B_CAP_HIRE"):
        before = (placement("FULL", "2024-01-15", "2024-02-14", bonuses=[bonus]),)
        claim = placement("FULL", "2024-04-01", "2024-12-31", bonuses=[bonus])
        yield case(f"{bonus}, claimed before", claim, before=before)


def of_claims() -> Iterator[Row]:
    for block in ("BOUGHT", "BOUGHT_MORE", "BOUGHT_PART", "BOUGHT_FROM"):
        yield case(f"{block}", other("purchase", block, "2024-03-31", amount="10000.01"))
    for day in ("2023-12-31", "2024-01-01", "2025-12-31", "2026-03-01", "2026-03-02"):
        yield case(f"paid on {day}", other("purchase", "BOUGHT", day, amount="12100"))
        claim = other("activity", "HOUR", day, quantity="40")
        yield case(f"done on {day}", claim)
    for quantity, amount in (("3", "4500"), ("3", "2999.99"), ("0.5", "500.01"), ("1", "1000")):
        claim = other("activity", "DAY", "2024-02-29", quantity=quantity, amount=amount)
        yield case(f"{quantity} days, {amount} claimed", claim)
    yield case("actual cost", other("activity", "COST", "2024-02-29", amount="123.45"))
    for facts in ({}, {"LOW": True}, {"LOW": False}):
        for kind, block in (("purchase", "BOUGHT_ASKED"), ("activity", "COST_ASKED")):
            claim = other(kind, block, "2024-05-01", amount="100", facts=facts)
            yield case(f"{block}, answered: {facts}", claim)


def of_shares() -> Iterator[Row]:
    both = (contract(*TWO_YEARS), contract("2024-03-10", "2025-06-30", "days", OTHER))
    for shares in (("60", "40"), ("33.33", "66.67"), ("12.5", "12.5")):
        parts = [
            {"reference": reference, "share": share, "block": "FULL"}
            for reference, share in zip(("C-1", OTHER), shares, strict=True)
        ]
        claim = placement("FULL", "2024-02-29", "2024-12-31", bonuses=["B_ONCE", "B_YEAR"])
        words = " and ".join(shares)
        yield case(f"two contracts, {words} percent", claim | {"contracts": parts}, *both)
        bought = other("purchase", "BOUGHT", "2024-02-29", amount="9999.99")
        parts = [part | {"block": "BOUGHT_PART"} for part in parts]
        yield case(f"an invoice over two, {words}", bought | {"contracts": parts}, *both)
    parts = [
        {"reference": "C-1", "share": "50", "block": "WEEK"},
        {"reference": OTHER, "share": "50", "block": "YEAR"},
    ]
    claim = placement("WEEK", "2024-02-01", "2024-05-31") | {"contracts": parts}
    yield case("another block under each contract", claim, *both)


def of_rounding() -> Iterator[Row]:
    for first, last in (
        ("2024-01-01", "2024-12-31"),
        ("2024-01-01", "2024-03-31"),
        ("2024-02-10", "2024-02-11"),
    ):
        for share in ("100", "33.33", "0.01"):
            claim = placement("THIRD", first, last)
            claim["contracts"][0]["share"] = share
            yield case(f"33,333.33 a year from {first} to {last}, {share} percent", claim)
    for amount in ("0.01", "0.02", "0.03", "1.51"):
        claim = other("purchase", "BOUGHT_PART", "2024-01-01", amount=amount)
        yield case(f"33.333 percent of {amount}", claim)


def at_random() -> Iterator[Row]:
    random = Random(SEED)

    def some_day(first: date, days: int) -> date:
        return first + timedelta(days=random.randrange(days))

    def some_placement(first: date) -> Row:
        last = some_day(first, 700) if random.random() < 0.8 else None
        answers = {code: random.random() < 0.5 for code in ("LOW", "HIGH") if random.random() < 0.8}
        until = str(some_day(date(2023, 6, 1), 700)) if random.random() < 0.6 else None
        return placement(
            random.choice([row["code"] for row in _placements()]),
            str(first),
            str(last) if last else None,
            hours_per_week=random.choice(["8", "12", "16.5", "24", "36", "40"]),
            age=random.choice([None, 19, 26, 27, 49, 50, 61]),
            permanent_contract=random.choice([None, True, False]),
            entitled_until=until,
            facts=answers,
            bonuses=random.sample([row["code"] for row in _bonuses()], 4),
        )

    for number in range(1, RANDOM + 1):
        begin = some_day(date(2023, 9, 1), 200)
        where = contract(str(begin), str(some_day(begin, 900)), random.choice(["months", "days"]))
        first = some_day(begin - timedelta(days=120), 400)
        before = (some_placement(first),) if random.random() < 0.5 else ()
        claim = some_placement(some_day(first + timedelta(days=1), 300))
        yield case(f"at random {number}", claim, where, before=before)


GROUPS = {
    "handbook": of_the_handbook,
    "units": of_units,
    "windows": of_windows,
    "caps": of_caps,
    "entitlement": of_entitlement,
    "conditions": of_conditions,
    "bonuses": of_bonuses,
    "purchases-and-activities": of_claims,
    "shares": of_shares,
    "rounding": of_rounding,
    "random": at_random,
}

# --- What they are worth --------------------------------------------------------------------------

CONTRACT = {
    "title": "T",
    "contractor_kvk": "41000001",
    "contractor_name": "F",
    "municipalities": "GM0001",
    "procurement_type": "services",
    "value": "1000000",
    "rate": "5",
}
REGION = {"municipalities": [{"code": "GM0001"}], "policy": {"payment_days": PAYMENT_DAYS}}
TODAY = date(2030, 1, 1)


def valued(asked: Row) -> list[Row]:
    """What the claim of a case is worth under each of its contracts."""
    with tempfile.TemporaryDirectory() as name:
        register = _register(Path(name), asked)
    found = register.valued["F-claim"]
    return [
        _worth(register, part["reference"]) | {"reference": part["reference"]}
        for part in asked["claim"]["contracts"]
        if part["reference"] in found
    ]


def _worth(register: Register, reference: str) -> Row:
    found = register.valued["F-claim"][reference]
    months = sorted(found.months) if found.exact else []
    exact = [found.months[month] for month in months]
    return {
        "cents": cents(found.exact),
        "months": [
            {
                "month": f"{year}-{month:02d}",
                "value": str(value),
                "cents": cents(rounded_value),
                "fte": str(found.fte.get((year, month), Fraction(0))),
            }
            for (year, month), value, rounded_value in zip(
                months, exact, in_steps(exact), strict=True
            )
        ],
        "steps": story(register, "F-claim", reference),
    }


def _register(folder: Path, asked: Row) -> Register:
    def written(name: str, data: Any) -> Path:
        path = folder / name
        path.write_text(json.dumps(data), encoding="utf-8")
        return path

    def sheet(name: str, columns: list[str], rows: list[dict[str, str]]) -> Path:
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", delimiter=",")
            writer.writeheader()
            writer.writerows(rows)
        return folder / name

    contracts = [
        CONTRACT
        | {"reference": row["reference"], "valuation_table": row["table"]}
        | {"award_date": row["first"], "start_date": row["first"], "end_date": row["last"]}
        for row in asked["contracts"]
    ]
    claims = [(f"F-{n}", claim) for n, claim in enumerate(asked["before"], start=1)]
    claims.append(("F-claim", asked["claim"]))
    return Register(
        written("region.json", REGION),
        [(written(f"{name}.json", table), None) for name, table in tables().items()],
        sheet("contracts.csv", CONTRACT_COLUMNS, contracts),
        None,
        sheet("fulfilments.csv", FULFILMENT_COLUMNS, [_line(*claim) for claim in claims]),
        TODAY,
    )


def _line(external_id: str, claim: Row) -> dict[str, str]:
    parts = claim["contracts"]
    permanent = {None: "", True: "ja", False: "nee"}[claim.get("permanent_contract")]
    facts = [code if answer else f"!{code}" for code, answer in (claim.get("facts") or {}).items()]
    plain = {
        "hours_per_week": "hours_per_week",
        "start_date": "first",
        "end_date": "last",
        "age_at_start": "age",
        "entitled_until": "entitled_until",
        "amount": "amount",
        "quantity": "quantity",
        "paid_on" if claim["kind"] == "purchase" else "activity_date": "day",
    }
    return {column: str(claim.get(key) or "") for column, key in plain.items()} | {
        "external_id": external_id,
        "kind": claim["kind"],
        "contracts": ";".join(f"{part['reference']}:{part['share']}" for part in parts),
        "block": ";".join(f"{part['reference']}={part['block']}" for part in parts),
        "candidate_ref": "K-1",
        "permanent_contract": permanent,
        "facts": ";".join(facts),
        "bonuses": ";".join(claim.get("bonuses") or ()),
        "status": "accepted",
    }


def files() -> dict[str, str]:
    """By name, the text of each file with tables or vectors."""
    made = {f"tables/{name}.json": table for name, table in tables().items()}
    for group, cases in GROUPS.items():
        vectors = [
            {"id": f"{group}-{number:03d}", **asked, "expected": valued(asked)}
            for number, asked in enumerate(cases(), start=1)
        ]
        made[f"{group}.json"] = {"format": FORMAT, "vectors": vectors}
    return {
        name: json.dumps(data, ensure_ascii=False, indent=1) + "\n" for name, data in made.items()
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, text_of_file in files().items():
        (folder / name).write_text(text_of_file, encoding="utf-8")
