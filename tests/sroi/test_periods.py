"""Calendar arithmetic: months, parts of a year, and periods of whole days with both ends
included.
"""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sroi.periods import (
    PARTS_OF_YEAR,
    Period,
    add_months,
    days_in_month,
    days_in_year,
    month_of,
    over_since,
    year_start,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(first: str, last: str) -> Period:
    return Period(day(first), day(last))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-15", 0, "2024-01-15"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-11-15", 1, "2024-12-15"),
        ("2024-01-31", -1, "2023-12-31"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-06-30", 24, "2026-06-30"),
    ],
)
def test_the_same_day_later_or_the_last_of_that_month(
    start: str, months: int, expected: str
) -> None:
    assert add_months(day(start), months) == day(expected)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 60), st.integers(-40, 40))
def test_a_term_is_over_of_all_that_happened_by_that_day(
    today: date, months: int, days: int
) -> None:
    happened = add_months(today, -months) + timedelta(days=days)
    assert (happened <= over_since(today, months)) == (add_months(happened, months) <= today)


def test_months_and_years_have_their_days() -> None:
    assert (days_in_month(day("2024-02-10")), days_in_month(day("2023-02-10"))) == (29, 28)
    assert (days_in_year(2024), days_in_year(2023)) == (366, 365)
    assert (month_of(day("2024-02-29")), year_start(2024)) == (day("2024-02-01"), day("2024-01-01"))


def test_a_period_holds_both_its_ends() -> None:
    two = period("2024-02-28", "2024-02-29")
    assert (two.days, bool(two)) == (2, True)
    assert [
        d in two for d in map(day, ("2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"))
    ] == [*(False, True, True, False)]
    one = period("2024-02-28", "2024-02-28")
    assert (one.days, bool(one)) == (1, True)


def test_what_ends_before_it_begins_is_empty() -> None:
    none = period("2024-03-02", "2024-02-28")
    assert (none.days, bool(none), list(none.months())) == (0, False, [])


def test_what_two_have_in_common() -> None:
    assert period("2024-01-10", "2024-03-10") & period("2024-02-01", "2024-12-31") == period(
        "2024-02-01", "2024-03-10"
    )
    assert not period("2024-01-01", "2024-01-31") & period("2024-02-01", "2024-02-29")


@pytest.mark.parametrize(
    ("at", "part"),
    [("2023-12-31", 0), ("2024-01-01", Fraction(1, 4)), ("2024-01-04", 1), ("2025-01-01", 1)],
)
def test_the_part_that_has_passed_at_the_end_of_a_day(at: str, part: Fraction) -> None:
    assert period("2024-01-01", "2024-01-04").elapsed(day(at)) == part


def test_the_months_that_a_period_touches_and_its_part_of_each() -> None:
    touched = period("2023-12-31", "2024-02-01")
    assert list(touched.months()) == [day("2023-12-01"), day("2024-01-01"), day("2024-02-01")]
    assert touched.in_month(day("2023-12-01")) == period("2023-12-31", "2023-12-31")
    assert touched.in_month(day("2024-01-01")) == period("2024-01-01", "2024-01-31")
    assert touched.in_month(day("2024-02-01")) == period("2024-02-01", "2024-02-01")


def test_a_year_and_its_parts() -> None:
    assert Period.year(2024) == period("2024-01-01", "2024-12-31") == Period.part(2024, "jaar")
    assert Period.part(2024, "kwartaal-1") == period("2024-01-01", "2024-03-31")
    assert Period.part(2023, "halfjaar-2") == period("2023-07-01", "2023-12-31")
    assert all(Period.part(2024, part) for part in PARTS_OF_YEAR)
