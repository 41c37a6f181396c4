"""What should have been done by a day: along the agreed plan, else in a straight line over the
term.
"""

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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
    assert schedule.expected(D(36600), None, YEAR, day, "term") == 6100
    nothing = schedule.expected(D(36600), {}, YEAR, day, "term")
    assert nothing == 0, "a plan without amounts is a plan"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 2, 29), 0),
        (date(2025, 2, 27), 0),
        (date(2025, 2, 28), 20000),
        (date(2026, 2, 28), 40000),
        (date(2026, 8, 30), 40000),
        (date(2026, 8, 31), 60000),
        (date(2030, 1, 1), 60000),
    ],
)
def test_an_equal_part_is_due_at_the_end_of_each_contract_year(day: date, expected: int) -> None:
    """Two years and a half: three contract years begun, the last due on the end date."""
    term = Period(date(2024, 3, 1), date(2026, 8, 31))
    assert schedule.expected(D(60000), None, term, day, "contract_years") == expected
    planned = schedule.expected(D(60000), {}, term, day, "contract_years")
    assert planned == 0, "an agreed plan goes before it"


def test_the_parts_of_the_contract_years_add_up_to_the_cent() -> None:
    term = Period(date(2024, 2, 29), date(2027, 2, 27))
    found = schedule.minima(D("100.00"), term)
    assert [(str(year.last), part) for year, part in found] == [
        ("2025-02-27", D("33.33")),
        ("2026-02-27", D("33.34")),
        ("2027-02-27", D("33.33")),
    ]


def test_an_extension_makes_the_parts_anew() -> None:
    first, day = date(2024, 1, 1), date(2024, 12, 31)
    for last, expected in ((date(2024, 12, 31), 60), (date(2025, 1, 1), 30)):
        term = Period(first, last)
        assert schedule.expected(D(60), None, term, day, "contract_years") == expected


def parts_due(first: date, last: date, day: date) -> Fraction:
    """What part is due on a day, found by walking over every day of the term: a contract year is
    over on the eve of each anniversary, and on the last day.
    """
    ends = 0, 0
    at = first
    while at <= last:
        eve = at + timedelta(days=1)
        longest = calendar.monthrange(eve.year, first.month)[1]
        is_anniversary = (eve.month, eve.day) == (first.month, min(first.day, longest))
        if is_anniversary or at == last:
            ends = ends[0] + 1, ends[1] + (at <= day)
        at = eve
    return Fraction(ends[1], ends[0])


DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))


@given(DAYS, st.integers(0, 2500), DAYS, st.integers(0, 10**9))
@example(date(2024, 2, 29), 365, date(2025, 2, 27), 100)
def test_contract_years_are_those_that_a_walk_over_the_calendar_finds(
    first: date, days: int, day: date, cents: int
) -> None:
    last, owed = first + timedelta(days), Decimal(cents) / 100
    found = schedule.expected(owed, None, Period(first, last), day, "contract_years")
    assert found == Fraction(owed) * parts_due(first, last, day)
    assert sum(part for _year, part in schedule.minima(owed, Period(first, last))) == owed
