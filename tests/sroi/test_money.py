"""One rounding, half away from zero, and sums that add up however often one posts."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sroi.money import Balance, cumulative, rounded


@given(st.lists(st.fractions(min_value=-1000, max_value=1000), max_size=30), st.integers(0, 30))
def test_rounding_adds_up_however_often_one_posts(parts, cut):
    first = cumulative(parts[:cut])
    second = cumulative(parts[cut:], before=sum(parts[:cut]))
    assert first + second == cumulative(parts)
    assert sum(first + second) == rounded(sum(parts))


@pytest.mark.parametrize(
    ("exact", "expected"),
    [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.344", "2.34"), ("0.005", "0.01")],
)
def test_half_goes_away_from_zero(exact, expected):
    assert rounded(Decimal(exact)) == Decimal(expected)


def test_zero_and_less_than_half_a_cent_are_zero():
    assert rounded(0) == rounded(Fraction(1, 201)) == rounded(Fraction(-1, 201)) == 0


def test_to_whole_euros_or_to_a_millionth():
    assert rounded(Fraction(5, 2), places=0) == Decimal(3)
    assert rounded(Fraction(1, 3), places=6) == Decimal("0.333333")


def test_a_sequence_is_rounded_by_its_total():
    """Three times a third of a cent short of a euro: the cent falls where the sum passes it."""
    assert cumulative([Fraction(100, 3)] * 3) == [
        Decimal("33.33"),
        Decimal("33.34"),
        Decimal("33.33"),
    ]
    assert cumulative([Fraction(1, 2)] * 3, places=0) == [1, 0, 1]


@dataclass
class Owing(Balance):
    obligation: Decimal
    realised: Decimal


def test_a_surplus_is_no_negative_shortfall():
    less, more = Owing(Decimal(50), Decimal(35)), Owing(Decimal(50), Decimal(65))
    assert (less.shortfall, less.surplus) == (15, 0)
    assert (more.shortfall, more.surplus) == (0, 15)
