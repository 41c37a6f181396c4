"""The oracle itself: the examples that the handbook publishes, its limits, and that its lines
always add up.
"""

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings

from tests.oracle import random_files
from tests.oracle.calculation import (
    Policy,
    Register,
    day,
    in_steps,
    number,
    plus_months,
    rounded,
    text,
    without_vat,
)

TODAY = date(2025, 12, 31)


def block(
    code: str, unit: str, amount: str | None = None, kind: str = "placement", **more: Any
) -> dict[str, Any]:
    return {"code": code, "kind": kind, "unit": unit, "amount": amount, **more}


def table(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """In the exchange format, with what the published tables have in common."""
    return {
        "format": "valuation-table/1",
        "code": "t",
        "full_time_hours": "36",
        "proration": "calendar_months",
        "min_hours_per_week": "0",
        "lookback_months": None,
        "blocks": list(blocks),
    } | more


# The rows of the published tables that the handbook's examples use.
UTRECHT = table(
    block("PW", "full_time_year", "40000.00"),
    block("BONUS_50PLUS", "fixed", "10000.00", "bonus", condition={"min_age": 50}),
    block("BONUS_PERMANENT", "fixed", "10000.00", "bonus", condition={"permanent_contract": True}),
    code="utrecht",
)
LEIDEN = table(
    block("WIA", "full_time_year", "40000.00", target_group="wia_wao"),
    block("PW", "full_time_year", "30000.00"),
    block("BONUS_55PLUS", "full_time_year", "15000.00", "bonus", condition={"min_age": 55}),
    block("DAY", "day", "1000.00", "activity"),
    block("INVOICE", "invoice", None, "purchase", weight_percent="100"),
    code="leiden",
)
GOOI = table(
    block("PW_GT2Y", "full_time_year", "40000.00"),
    block("BONUS_55PLUS", "fixed", "5000.00", "bonus", condition={"min_age": 55}),
    block("MVO_HOUR", "hour", "100.00", "activity"),
    code="gooi",
)
ALPHEN = table(block("WIA", "full_time_year", "20000.00", target_group="wia_wao"), code="alphen")


class Files:
    """Rows to be, with something sensible in every column that a test leaves out."""

    def __init__(self, folder: Path, *tables: dict[str, Any], **policy: Any) -> None:
        self.folder = folder
        self.tables = tables or (UTRECHT,)
        self.policy = policy
        self.rows: dict[str, list[dict[str, str]]] = {
            "contracts": [],
            "changes": [],
            "fulfilments": [],
        }

    def contract(self, reference: str = "C1", **row: str) -> None:
        self.rows["contracts"].append(
            {
                "reference": reference,
                "municipalities": "GM0001",
                "procurement_type": "works",
                "award_date": "2023-01-01",
                "start_date": "2023-01-01",
                "end_date": "2025-12-31",
                "value": "1000000",
            }
            | row
        )

    def change(self, kind: str, effective_date: str = "2024-01-01", **row: str) -> None:
        self.rows["changes"].append(
            {"contract_reference": "C1", "kind": kind, "effective_date": effective_date} | row
        )

    def fulfilment(self, kind: str, block: str, external_id: str = "F1", **row: str) -> None:
        columns = {
            "external_id": external_id,
            "kind": kind,
            "block": block,
            "contracts": "C1",
            "status": "accepted",
        }
        self.rows["fulfilments"].append(columns | row)

    def placement(self, block: str, start: str, end: str, hours: str = "36", **row: str) -> None:
        self.fulfilment(
            "placement",
            block,
            **({"start_date": start, "end_date": end, "hours_per_week": hours} | row),
        )

    def register(self, today: date = TODAY) -> Register:
        if not self.rows["contracts"]:
            self.contract()
        region = self.folder / "region.json"
        region.write_text(
            json.dumps({"municipalities": [{"code": "GM0001"}], "policy": self.policy})
        )
        tables = []
        for data in self.tables:
            path = self.folder / f"{data['code']}.json"
            path.write_text(json.dumps(data))
            tables.append((path, date(2000, 1, 1)))
        paths = {}
        for name, rows in self.rows.items():
            paths[name] = self.folder / f"{name}.csv"
            with paths[name].open("w", newline="") as file:
                writer = csv.DictWriter(
                    file, list(dict.fromkeys(key for row in rows for key in row)) or ["reason"]
                )
                writer.writeheader()
                writer.writerows(rows)
        return Register(
            region, tables, paths["contracts"], paths["changes"], paths["fulfilments"], today
        )

    def worth(self, external_id: str = "F1", reference: str = "C1") -> str:
        return self.register().totals(external_id)[reference]["total"]

    def months(self, reference: str = "C1") -> dict[str, str]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for line in self.register().fulfilment_lines:
            if line.contract == reference:
                found["{:04d}-{:02d}".format(*line.month)] += line.amount
        return {month: text(amount) for month, amount in found.items() if amount}

    def owed(self) -> str:
        return text(
            sum((line.obligation_delta for line in self.register().obligation_lines), Fraction(0))
        )


# --- Numbers, dates, notations --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("12.500", "12500.00"),
        ("-1.250,50", "-1250.50"),
        ("1.250.000", "1250000.00"),
        ("7,5", "7.50"),
        ("33.33", "33.33"),
        ("40", "40.00"),
    ],
)
def test_notations_of_numbers(cell: str, expected: str) -> None:
    assert text(number(cell)) == expected


def test_notations_of_dates() -> None:
    assert day("2024-12-31") == day("31-12-2024") == date(2024, 12, 31)


def test_half_is_rounded_away_from_zero() -> None:
    assert [text(rounded(Fraction(value))) for value in ("0.005", "-0.005", "0.0049", "2.675")] == [
        "0.01",
        "-0.01",
        "0.00",
        "2.68",
    ]


def test_thirds_add_up() -> None:
    assert [text(value) for value in in_steps([Fraction(100, 3)] * 3)] == [
        "33.33",
        "33.34",
        "33.33",
    ]


def test_same_day_some_months_later() -> None:
    assert plus_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert plus_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert plus_months(date(2024, 1, 31), -2) == date(2023, 11, 30)


# --- The obligation: the examples of section 4 ----------------------------------------------------


@pytest.mark.parametrize(
    ("row", "policy", "owed"),
    [
        ({"value": "800000"}, {}, "40000.00"),
        ({"value": "600000", "start_date": "2023-01-01", "end_date": "2023-06-30"}, {}, "30000.00"),
        ({"value": "10000000", "rate": "2"}, {"cap": "300000"}, "200000.00"),
        ({"value": "20000000", "rate": "2"}, {"cap": "300000"}, "300000.00"),
        ({"value": "900000", "basis": "labour_cost", "labour_cost": "150000"}, {}, "7500.00"),
        ({"value": "199999.99"}, {"threshold_works": "200000"}, "0.00"),
        ({"value": "200000"}, {"threshold_works": "200000"}, "10000.00"),
        ({"value": "199999.99"}, {"threshold_services": "200000"}, "10000.00"),
        ({"value": "1000000"}, {"default_rate": "4.00"}, "40000.00"),
    ],
)
def test_obligation(tmp_path: Path, row: dict[str, str], policy: dict[str, str], owed: str) -> None:
    files = Files(tmp_path, **policy)
    files.contract(**row)
    assert files.owed() == owed


def test_cap_holds_for_more_work(tmp_path: Path) -> None:
    files = Files(tmp_path, cap="300000")
    files.contract(value="20000000", rate="2")
    files.change("amendment", value_delta="1000000")
    assert files.owed() == "300000.00"


def test_more_work(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.change("amendment", value_delta="150000")
    assert files.owed() == "57500.00"


@pytest.mark.parametrize(
    ("kind", "labour_cost", "rate"),
    [
        ("works", "300000", "5"),
        ("works", "299999.99", "2"),
        ("works", None, "5"),
        ("supplies", "100000", "2"),
        ("supplies", "99999.99", "0"),
    ],
)
def test_labour_share_is_strictly_below(kind: str, labour_cost: str | None, rate: str) -> None:
    policy = Policy(
        {"reduced_rate": "2", "reduced_below_labour_share": "30", "supplies_min_labour_share": "10"}
    )
    assert policy.rate(kind, Fraction(1000000), labour_cost and Fraction(labour_cost)) == Fraction(
        rate
    )


def test_changes_post_the_difference_and_given_amounts_stay(tmp_path: Path) -> None:
    files = Files(tmp_path, cap="60000")
    files.change("rate_change", "2024-05-01", rate="6,5")
    files.change("waiver", "2024-03-01", obligation_delta="-1.000,00")
    files.change("amendment", "01-02-2024", value_delta="100.000")
    files.change("extension", "2024-06-01", value_delta="500000", new_end_date="2026-06-30")
    register = files.register()
    assert [
        (line.kind, line.month, text(line.obligation_delta)) for line in register.obligation_lines
    ] == [
        ("award", (2023, 1), "50000.00"),
        ("amendment", (2024, 2), "5000.00"),
        ("waiver", (2024, 3), "-1000.00"),
        ("rate_change", (2024, 5), "5000.00"),
        ("extension", (2024, 6), "0.00"),
    ]
    figures = register.figures(2024)
    assert (figures["contract_value_registered"], figures["obligation_registered"]) == (
        "600000.00",
        "5000.00",
    )
    assert (figures["average_rate"], figures["obligation_to_date"]) == ("0.83", "59000.00")
    assert register.figures(2026)["contracts_active"] == 1


def test_turnover_owes_as_it_is_invoiced(tmp_path: Path) -> None:
    files = Files(tmp_path, cap="12000")
    files.contract(basis="invoiced_turnover")
    files.change("turnover", "2023-06-30", value_delta="100000")
    files.change("turnover", "2023-12-31", value_delta="200000")
    register = files.register()
    assert [
        (text(line.value_delta), text(line.obligation_delta)) for line in register.obligation_lines
    ] == [
        ("1000000.00", "0.00"),
        ("0.00", "5000.00"),
        ("0.00", "7000.00"),
    ]


def test_framework_owes_nothing_itself(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.contract()
    files.contract("C2", value="200000", parent_reference="C1", award_date="2024-02-01")
    files.change("amendment", value_delta="100000")
    register = files.register()
    assert {
        (line.contract, line.kind, text(line.obligation_delta))
        for line in register.obligation_lines
    } == {
        ("C1", "award", "0.00"),
        ("C2", "call_off", "10000.00"),
    }
    assert [register.figures(year)["contracts_registered"] for year in (2023, 2024)] == [0, 1]
    assert register.figures(2024)["contracts_active"] == 1


def test_rate_zero_is_no_obligation_until_a_rate_comes(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.contract(rate="0")
    assert files.register().figures(2023)["contracts_registered"] == 0
    assert files.register().figures(2023)["average_rate"] is None
    files.change("rate_change", rate="1")
    assert files.register().figures(2023)["contracts_registered"] == 1
    assert files.register().figures(2024)["obligation_to_date"] == "10000.00"


# --- Valuation: the examples of section 5 ---------------------------------------------------------


def test_utrecht_half_a_year(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.placement("PW", "2024-01-01", "2024-06-30", "24")
    assert files.worth() == "13333.33"
    assert files.register().figures(2024)["fte"] == "0.33"


def test_utrecht_half_a_year_by_days(tmp_path: Path) -> None:
    files = Files(tmp_path, UTRECHT | {"proration": "days"})
    files.placement("PW", "2023-01-01", "2023-06-30", "24")
    assert files.worth() == "13223.74"


@pytest.mark.parametrize(
    ("valuation", "code", "age", "bonuses", "worth"),
    [
        (UTRECHT, "PW", "52", "BONUS_50PLUS;BONUS_PERMANENT", "60000.00"),
        (LEIDEN, "PW", "56", "BONUS_55PLUS", "45000.00"),
        (GOOI, "PW_GT2Y", "55", "BONUS_55PLUS", "45000.00"),
        (GOOI, "PW_GT2Y", "54", "BONUS_55PLUS", "40000.00"),
        (GOOI, "PW_GT2Y", "55", "", "40000.00"),
        (ALPHEN, "WIA", "40", "", "20000.00"),
        (LEIDEN, "WIA", "40", "", "40000.00"),
    ],
)
def test_a_year(
    tmp_path: Path, valuation: dict[str, Any], code: str, age: str, bonuses: str, worth: str
) -> None:
    files = Files(tmp_path, valuation)
    files.placement(
        code, "2024-01-01", "2024-12-31", age_at_start=age, permanent_contract="ja", bonuses=bonuses
    )
    assert files.worth() == worth


def test_two_contracts_each_by_its_own_table(tmp_path: Path) -> None:
    files = Files(tmp_path, ALPHEN, LEIDEN)
    files.contract("C1", valuation_table="alphen")
    files.contract("C2", valuation_table="leiden")
    files.placement("C1=WIA;C2=WIA", "2024-01-01", "2024-12-31", contracts="C1:50;C2:25")
    assert files.register().totals("F1") == {
        "C1": {"total": "10000.00", "posted": "10000.00"},
        "C2": {"total": "10000.00", "posted": "10000.00"},
    }
    figures = files.register().figures(2024)
    assert (figures["workplaces"], figures["fte"], figures["by_target_group"]) == (
        1,
        "0.75",
        {"wia_wao": "20000.00"},
    )


def test_vat_is_taken_off() -> None:
    assert without_vat(Fraction(12100), Fraction(21)) == 10000


def test_forty_hours(tmp_path: Path) -> None:
    files = Files(tmp_path, GOOI)
    files.fulfilment("activity", "MVO_HOUR", quantity="40", activity_date="2024-05-01")
    assert files.worth() == "4000.00"


@pytest.mark.parametrize(("claim", "worth"), [("4.500,00", "3000.00"), ("2500", "2500.00")])
def test_day_maximum(tmp_path: Path, claim: str, worth: str) -> None:
    files = Files(tmp_path, LEIDEN)
    files.fulfilment("activity", "DAY", quantity="3", amount=claim, activity_date="2024-05-01")
    assert files.worth() == worth


@pytest.mark.parametrize(
    ("paid_on", "worth"),
    [
        ("2022-12-31", "0.00"),
        ("2023-01-01", "10000.00"),
        ("2024-03-01", "10000.00"),
        ("2024-03-02", "0.00"),
    ],
)
def test_payment_until_sixty_days_after(tmp_path: Path, paid_on: str, worth: str) -> None:
    files = Files(tmp_path, LEIDEN)
    files.contract(end_date="2024-01-01")
    files.fulfilment("purchase", "INVOICE", amount="10000", paid_on=paid_on)
    assert files.worth() == worth
    assert files.register().figures(int(paid_on[:4]))["social_firm_spend"] == "10000.00"


@pytest.mark.parametrize(
    ("when", "worth"), [("2022-12-31", "0.00"), ("2025-12-31", "100.00"), ("2026-01-01", "0.00")]
)
def test_activity_within_the_term(tmp_path: Path, when: str, worth: str) -> None:
    files = Files(tmp_path, GOOI)
    files.fulfilment("activity", "MVO_HOUR", quantity="1", activity_date=when)
    assert files.worth() == worth


def test_weight_counts_and_the_spend_stays(tmp_path: Path) -> None:
    files = Files(
        tmp_path, table(block("INVOICE", "invoice", None, "purchase", weight_percent="33.33"))
    )
    files.fulfilment("purchase", "INVOICE", amount="1000", paid_on="2024-03-01", contracts="C1:50")
    figures = files.register().figures(2024)
    assert (figures["social_spend"], figures["social_firm_spend"]) == ("166.65", "500.00")


# --- Windows, months and bonuses ------------------------------------------------------------------

UNITS = table(
    block("YEAR", "year", "1200.00"),
    block("MONTH", "month", "310.00"),
    block("SHORT", "month", "100.00", max_months=3),
    block("FIXED", "fixed", "700.00"),
    block("B_FIX", "fixed", "50.00", "bonus"),
    block("B_MONTH", "month", "10.00", "bonus", max_months=2, applies_to=["SHORT"]),
    block("B_REPLACES", "year", "120.00", "bonus", replaces=["B_FIX"], condition={"min_age": 50}),
    min_hours_per_week="12",
    lookback_months=6,
)


def test_months_are_parts_of_their_days(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("MONTH", "2024-01-22", "2024-03-01", "12")
    assert files.months() == {"2024-01": "100.00", "2024-02": "310.00", "2024-03": "10.00"}


def test_hours_do_not_count_for_a_year_and_a_fixed_amount_falls_whole(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2024-01-01", "2024-02-29", "18", external_id="F1")
    files.placement("FIXED", "2024-03-31", "2024-04-30", external_id="F2", contracts="C1:50")
    assert files.months() == {"2024-01": "100.00", "2024-02": "100.00", "2024-03": "350.00"}


@pytest.mark.parametrize(("hours", "worth"), [("11.5", "0.00"), ("12", "100.00")])
def test_least_hours_hold_for_every_unit(tmp_path: Path, hours: str, worth: str) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2024-01-01", "2024-01-31", hours)
    assert files.worth() == worth


@pytest.mark.parametrize(("start", "worth"), [("2022-06-30", "0.00"), ("2022-07-01", "310.00")])
def test_lookback(tmp_path: Path, start: str, worth: str) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("MONTH", start, "2023-01-31")
    assert files.worth() == worth


def test_max_months_hold_for_a_candidate_together(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    later = {"external_id": "F2", "candidate_ref": "K1", "bonuses": "B_FIX;B_MONTH"}
    files.placement("SHORT", "2024-03-16", "2024-12-31", **later)
    files.placement(
        "SHORT", "2024-01-16", "2024-02-15", candidate_ref="K1", bonuses="B_FIX;B_MONTH"
    )
    register = files.register()
    # 16 January to 15 April; the bonus by the month until 15 March; the fixed one with the first
    # only.
    assert register.totals("F1")["C1"]["total"] == text(
        110 * (Fraction(16, 31) + Fraction(15, 29)) + 50
    )
    assert register.totals("F2")["C1"]["total"] == text(100 * (Fraction(16, 31) + Fraction(15, 30)))


def test_a_bonus_goes_with_its_blocks_and_switches_others_off(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    bonuses = {"bonuses": "B_REPLACES;B_FIX;B_MONTH"}
    files.placement(
        "MONTH", "2024-01-01", "2024-01-31", external_id="F1", age_at_start="50", **bonuses
    )
    files.placement(
        "MONTH", "2024-01-01", "2024-01-31", external_id="F2", age_at_start="49", **bonuses
    )
    register = files.register()
    assert register.totals("F1")["C1"]["total"] == "320.00"
    assert register.totals("F2")["C1"]["total"] == "360.00"


def test_only_confirmed_months_that_have_begun_are_posted(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2024-01-01", "", external_id="F1")
    files.placement(
        "YEAR", "2024-01-01", "2024-12-31", external_id="F2", confirmed_until="2024-02-01"
    )
    files.placement("YEAR", "2024-01-01", "2024-12-31", external_id="F3", status="submitted")
    register = files.register(today=date(2024, 3, 5))
    assert register.totals("F1")["C1"] == {"total": "2400.00", "posted": "300.00"}
    assert register.totals("F2")["C1"] == {"total": "1200.00", "posted": "200.00"}
    assert register.figures(2024)["fulfilled"] == "500.00"


def test_an_accepted_value_is_divided_and_spread(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.contract("C1")
    files.contract("C2", start_date="2024-02-01")
    files.placement(
        "YEAR", "2024-01-01", "2024-02-29", contracts="C1:50;C2:50", accepted_value="100"
    )
    assert (files.months("C1"), files.months("C2")) == (
        {"2024-01": "33.34", "2024-02": "33.33"},
        {"2024-02": "33.33"},
    )


def test_an_accepted_value_where_nothing_was_computed(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2022-11-15", "2023-02-01", "8", accepted_value="100")
    assert files.months() == {"2023-01": "50.00", "2023-02": "50.00"}
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2022-10-15", "2022-12-31", accepted_value="100")
    assert files.months() == {"2022-10": "33.33", "2022-11": "33.34", "2022-12": "33.33"}


def test_a_value_of_nothing_posts_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.placement("YEAR", "2024-01-01", "2024-12-31", accepted_value="0")
    figures = files.register().figures(2024)
    assert (figures["fulfilled"], figures["fte"], figures["workplaces"]) == ("0.00", "0.00", 0)


def test_shares_of_municipalities_add_up(tmp_path: Path) -> None:
    files = Files(tmp_path, UNITS)
    files.contract(municipalities="GM0002:33.33;GM0001:66.67", value="0.10")
    files.placement("YEAR", "2024-01-01", "2024-12-31")
    register = files.register()
    assert register.figures(2023)["obligation_registered"] == "0.01"
    assert register.figures(2024)["by_municipality"] == {"GM0001": "800.04", "GM0002": "399.96"}
    assert register.figures(2024, "GM0002")["fulfilled"] == "399.96"


# --- Whatever the files say -----------------------------------------------------------------------


def registers(seed: int) -> Iterator[tuple[random_files.RandomFiles, Register]]:
    with tempfile.TemporaryDirectory() as folder:
        files = random_files.make(Path(folder), seed)
        yield (
            files,
            Register(
                files.region,
                files.tables,
                files.contracts,
                files.changes,
                files.fulfilments,
                files.today,
            ),
        )


def total(amounts: Iterator[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0))


@given(random_files.seeds())
@settings(max_examples=40, deadline=None)
def test_lines_add_up_to_rounded_totals(seed: int) -> None:
    for _, register in registers(seed):
        lines = defaultdict(Fraction)
        for line in register.fulfilment_lines:
            lines[line.fulfilment, line.contract] += line.amount
        for external_id, found in register.valued.items():
            for reference, valued in found.items():
                exact = total(
                    amount for month, amount in valued.months.items() if month <= valued.until
                )
                assert lines[external_id, reference] == valued.posted == rounded(exact)
            decided = next(
                f.accepted_value for f in register.fulfilments if f.external_id == external_id
            )
            if decided is not None:
                assert total(valued.total for valued in found.values()) == decided


@given(random_files.seeds())
@example(1547419)  # work in the year before the first contract, with a decided value
@settings(max_examples=40, deadline=None)
def test_municipalities_and_years_add_up(seed: int) -> None:
    amounts = [
        "contract_value_registered",
        "obligation_registered",
        "fulfilled",
        "social_firm_spend",
        "obligation_to_date",
        "realised_to_date",
        "open",
    ]
    for files, register in registers(seed):
        assert files.accepted
        done = Fraction(0)
        for year in files.years:
            region = register.figures(year)
            each = {code: register.figures(year, code) for code in files.municipalities}
            for name in amounts:
                assert Fraction(region[name]) == total(
                    Fraction(figures[name]) for figures in each.values()
                ), name
            for name in ("by_category", "by_municipality"):
                assert Fraction(region["fulfilled"]) == total(
                    map(Fraction, region[name].values())
                ), name
            assert max(figures["workplaces"] for figures in each.values()) <= region["workplaces"]
            done += Fraction(region["fulfilled"])
            assert Fraction(region["realised_to_date"]) == done


@given(random_files.seeds())
@settings(max_examples=10, deadline=None)
def test_the_same_seed_makes_the_same_files(seed: int) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = (random_files.make(Path(folder), seed) for folder in (one, other))
        assert first.today == second.today
        for path in Path(one).iterdir():
            assert path.read_bytes() == (Path(other) / path.name).read_bytes()
