"""What should have been done by a day: along the agreed plan, else in a straight line over the
term.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from contracts.plans import schedule
from sroi.periods import Period

D = Decimal
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 12, 31), 0),
        (date(2024, 1, 1), Fraction(9100, 91)),
        (date(2024, 3, 31), 9100),
        (date(2024, 4, 1), 9100 + Fraction(1, 91) * 1000),
        (date(2024, 6, 30), 10100),
        (date(2024, 12, 31), 10100),
        (date(2026, 1, 1), 10100),
    ],
)
def test_a_plan_draws_a_line_day_by_day_within_its_quarters(day: date, expected: Any) -> None:
    quarters = {date(2024, 1, 1): D(9100), date(2024, 4, 1): D(1000)}
    assert schedule.planned(quarters, YEAR, day) == expected


def test_of_a_quarter_at_the_edge_only_the_days_of_the_term_count() -> None:
    term = Period(date(2024, 2, 15), date(2024, 5, 15))
    quarters = {date(2024, 1, 1): D(46), date(2024, 4, 1): D(45), date(2024, 7, 1): D(92)}
    assert schedule.planned(quarters, term, date(2024, 2, 15)) == 1
    assert schedule.planned(quarters, term, date(2024, 4, 1)) == 47
    assert (
        schedule.planned(quarters, term, date(2024, 7, 1)) == 92
    )  # after the term a quarter counts whole


def test_quarters_of_a_period() -> None:
    found = schedule.quarters_of(Period(date(2024, 2, 15), date(2024, 10, 1)))
    assert found == [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1)]


@pytest.mark.parametrize(
    ("day", "first"),
    [("2024-03-31", "2024-01-01"), ("2024-04-01", "2024-04-01"), ("2024-12-31", "2024-10-01")],
)
def test_the_quarter_of_a_day(day: str, first: str) -> None:
    assert schedule.quarter_of(date.fromisoformat(day)) == date.fromisoformat(first)


def test_without_a_plan_it_rises_in_a_straight_line() -> None:
    day = date(2024, 3, 1)  # the 61st of 366
    assert schedule.expected(D(36600), None, YEAR, day) == 6100
    assert schedule.expected(D(36600), {}, YEAR, day) == 0, "a plan without amounts is a plan"
