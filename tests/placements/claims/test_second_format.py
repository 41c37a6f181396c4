"""What only `valuation-table/2` can say: the worked examples of DOMAIN.md section 5.5, what is not
met, and what a step says of it.
"""

from datetime import date
from typing import Any

import pytest

from contracts.models import Region
from contracts.valuation_tables.checking import table_from
from placements.claims.valuation import AtFirm, Claim, Counted, Earlier, Value, value
from tests.placements.claims.test_valuation import D, made_table, placed, worth

TWO_YEARS = Counted("C-1", date(2024, 1, 1), date(2025, 12, 31), payment_days=60)
FOUR_YEARS = Counted("C-1", date(2024, 1, 1), date(2027, 12, 31), payment_days=60)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
DEBTS = {"code": "DEBTS", "question": {"nl": "Heeft deze persoon schulden?", "en": "Any debts?"}}
FLUENT = {"code": "FLUENT", "question": {"nl": "Spreekt deze persoon Nederlands?"}}


def second(*rows: dict[str, Any], facts: Any = (), **block: Any) -> dict[str, Any]:
    """A table with a block P of € 40.000 for a full-time year, that says this too."""
    own = {"code": "P", "kind": "placement", "unit": "full_time_year", "amount": "40000", **block}
    asked = {"facts": list(facts)} if facts else {}
    return made_table(own, *rows, format="valuation-table/2", **asked)


def said(found: Value) -> str:
    return " ".join(found.steps)


class TestWorkedExamples:
    """Tilburg counts from the day on which somebody was hired."""

    hired = placed(date(2023, 1, 1), date(2025, 12, 31))

    @pytest.mark.parametrize(
        ("since", "expected"), [("hire", "40000.00"), ("contract", "80000.00")]
    )
    def test_two_years_from_hire_or_from_the_contract(self, since: str, expected: str) -> None:
        data = second(max_months=24, max_months_from=since)
        assert worth(data, "P", self.hired, contract=TWO_YEARS).total == D(expected)

    def test_up_to_twenty_six(self) -> None:
        data = second(condition={"max_age": 26})
        assert worth(data, "P", placed(*YEAR, age=26), contract=TWO_YEARS).total == D("40000.00")
        found = worth(data, "P", placed(*YEAR, age=27), contract=TWO_YEARS)
        assert found.total == D("0.00")
        assert "de leeftijd is hoger dan 26" in said(found)

    def test_entitled_and_two_years_after(self) -> None:
        claim = placed(date(2024, 1, 1), date(2027, 12, 31), entitled_until=date(2024, 6, 15))
        found = worth(second(entitlement={"grace_months": 24}), "P", claim, contract=FOUR_YEARS)
        assert found.window
        assert found.window.last == date(2026, 6, 15)
        assert found.total == D("98333.33")
        assert "recht tot en met 15-06-2024, maanden die daarna nog tellen: 24" in said(found)

    def test_seventy_days_of_five_hundred_a_week(self) -> None:
        data = second(unit="week", amount="500")
        claim = placed(date(2024, 3, 1), date(2024, 5, 9), "8")
        assert worth(data, "P", claim, contract=TWO_YEARS).total == D("5000.00")

    def test_ten_months_of_a_school_year(self) -> None:
        data = second(unit="school_year", amount="4000")
        claim = placed(date(2024, 9, 1), date(2025, 6, 30), "8")
        assert worth(data, "P", claim, contract=TWO_YEARS).total == D("3320.55")


class TestUnits:
    def test_two_school_years_each_by_its_own_days(self) -> None:
        """2023–2024 has 366 days: 31 July is 1/366 of it, 1 August 1/365 of the next."""
        data = second(unit="school_year", amount="366")
        days = placed(date(2024, 7, 31), date(2024, 8, 1))
        months = worth(data, "P", days, contract=TWO_YEARS).months
        assert [months[0].amount, months[1].amount * 365] == [1, 366]

    @pytest.mark.parametrize("unit", ["week", "school_year"])
    def test_neither_hours_nor_proration_count_but_least_hours_do(self, unit: str) -> None:
        row = {"unit": unit, "amount": "1000"}
        claim = placed(date(2024, 2, 1), date(2024, 2, 29), "12")
        plain = worth(second(**row), "P", claim, contract=TWO_YEARS)
        by_days = worth(second(**row) | {"proration": "days"}, "P", claim, contract=TWO_YEARS)
        least = worth(second(**row) | {"min_hours_per_week": "16"}, "P", claim, contract=TWO_YEARS)
        assert plain.exact == by_days.exact > least.exact == 0
        assert plain.months[0].fte * 36 == 1


class TestMostMonths:
    def test_over_all_contracts_the_first_counted_day_anywhere_begins_the_clock(self) -> None:
        claim, known = placed(*YEAR), AtFirm(first_counted=date(2023, 7, 1))
        rows = {"max_months": 12, "unit": "month", "amount": "100"}
        over = second(**rows, max_months_over="contractor")
        assert value_of(over, claim, known).total == D("600.00")
        assert value_of(second(**rows), claim, known).total == D("1200.00")

    def test_from_hire_also_what_was_not_counted_begins_the_clock(self) -> None:
        known = AtFirm(first_day=date(2023, 10, 1))
        data = second(max_months=12, max_months_from="hire", unit="month", amount="100")
        found = value_of(data, placed(*YEAR), known)
        assert found.total == D("900.00")
        assert "vanaf de eerste werkdag bij deze opdrachtnemer, 01-10-2023" in said(found)

    def test_of_a_bonus_they_cut_that_bonus_only(self) -> None:
        bonus = {"code": "B", "kind": "bonus", "unit": "month", "amount": "100"}
        bonus |= {"max_months": 12, "max_months_from": "hire"}
        claim = placed(date(2023, 7, 1), date(2024, 12, 31), bonuses=("B",))
        assert worth(second(bonus), "P", claim, contract=TWO_YEARS).total == D("40600.00")

    def test_entitlement_cuts_before_the_most_months_do(self) -> None:
        data = second(max_months=6, entitlement={"grace_months": 0})
        claim = placed(*YEAR, entitled_until=date(2024, 3, 31))
        found = worth(data, "P", claim, contract=TWO_YEARS)
        assert found.total == D("10000.00")
        assert "hooguit" not in said(found)

    def test_a_day_that_a_month_does_not_have_is_its_last(self) -> None:
        claim = placed(*YEAR, entitled_until=date(2024, 1, 31))
        found = worth(second(entitlement={"grace_months": 1}), "P", claim, contract=TWO_YEARS)
        assert found.window
        assert found.window.last == date(2024, 2, 29)

    def test_without_a_date_an_entitlement_does_not_cut(self) -> None:
        data = second(entitlement={"grace_months": 0})
        assert worth(data, "P", placed(*YEAR), contract=TWO_YEARS).total == D("40000.00")

    def test_an_entitlement_that_was_over_is_worth_nothing_and_says_so(self) -> None:
        claim = placed(*YEAR, entitled_until=date(2023, 1, 31))
        found = worth(second(entitlement={"grace_months": 3}), "P", claim, contract=TWO_YEARS)
        assert (found.total, found.window) == (0, None)
        assert "voorbij voordat het begon" in said(found)


def value_of(data: dict[str, Any], claim: Claim, at_firm: AtFirm) -> Value:
    table, blocks = table_from(Region(code="r"), data)
    bonuses = [b for b in blocks if b.kind == "bonus"]
    return value(claim, table, blocks[0], bonuses, TWO_YEARS, D(100), (), at_firm)


ASKS = {"facts": ["DEBTS"], "not_facts": ["FLUENT"]}


class TestAnswers:
    """Questions of the table that are answered yes or no."""

    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            ({"DEBTS": True, "FLUENT": False}, ""),
            ({"DEBTS": False, "FLUENT": False}, "“Heeft deze persoon schulden?” is nee"),
            ({"DEBTS": True, "FLUENT": True}, "“Spreekt deze persoon Nederlands?” is ja"),
            ({"DEBTS": True}, "“Spreekt deze persoon Nederlands?” is niet beantwoord"),
            ({}, "“Heeft deze persoon schulden?” is niet beantwoord"),
        ],
    )
    def test_all_must_be_answered_as_the_condition_says(
        self, facts: dict[str, bool], why: str
    ) -> None:
        asks = {"facts": ["DEBTS"], "not_facts": ["FLUENT"]}
        data = second(facts=[DEBTS, FLUENT], condition=asks)
        found = worth(data, "P", placed(*YEAR, facts=facts), contract=TWO_YEARS)
        assert found.total == (0 if why else 40000)
        assert why in said(found)

    @pytest.mark.parametrize("kind", ["purchase", "activity"])
    @pytest.mark.parametrize(("answer", "expected"), [(True, 500), (False, 0), (None, 0)])
    def test_a_purchase_or_an_activity_has_a_condition_too(
        self, kind: str, answer: bool | None, expected: int
    ) -> None:
        row = {"code": "C", "kind": kind, "unit": "cost", "condition": {"facts": ["DEBTS"]}}
        claim = Claim(
            kind,
            amount=D(500),
            day=date(2024, 5, 1),
            facts={} if answer is None else {"DEBTS": answer},
        )
        assert worth(second(row, facts=[DEBTS]), "C", claim, contract=TWO_YEARS).total == expected

    def test_where_the_condition_of_the_block_is_not_met_its_bonuses_fall_too(self) -> None:
        bonus = {"code": "B", "kind": "bonus", "unit": "fixed", "amount": "5000"}
        data = second(bonus, facts=[DEBTS], condition={"facts": ["DEBTS"]})
        for answer, expected in ((True, 45000), (False, 0)):
            claim = placed(*YEAR, bonuses=("B",), facts={"DEBTS": answer})
            assert worth(data, "P", claim, contract=TWO_YEARS).total == expected

    @pytest.mark.parametrize(("has", "expected"), [(True, 0), (False, 40000), (None, 0)])
    def test_a_kind_of_contract_that_was_not_answered_is_not_met(
        self, has: bool | None, expected: int
    ) -> None:
        data = second(condition={"permanent_contract": False})
        claim = placed(*YEAR, permanent_contract=has)
        assert worth(data, "P", claim, contract=TWO_YEARS).total == expected


def test_earlier_placements_under_the_contract_count_as_before() -> None:
    data = second(max_months=12, unit="month", amount="100")
    earlier = [Earlier(date(2024, 1, 1))]
    late = placed(date(2024, 7, 1), date(2025, 6, 30))
    assert worth(data, "P", late, contract=TWO_YEARS, earlier=earlier).total == D("600.00")
