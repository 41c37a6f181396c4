"""How amounts, numbers and dates look, in Dutch and English."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sroi.exchange import signed_amount
from sroi.templatetags import formats


@pytest.fixture(autouse=True)
def _dutch():
    with translation.override("nl"):
        yield


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1120000.00"), "€ 1.120.000"),
        (Decimal("13333.33"), "€ 13.333,33"),
        (Decimal("0.50"), "€ 0,50"),
        (999, "€ 999"),
        (1000, "€ 1.000"),
        ("1234.50", "€ 1.234,50"),
        (Decimal("-1000"), "€ −1.000"),
        (Decimal("-0.00"), "€ 0"),
        (Decimal("-0.001"), "€ 0"),
        (Decimal("2.345"), "€ 2,35"),
        (Fraction(1, 3), "€ 0,33"),
        (Decimal("9999999999999.99"), "€ 9.999.999.999.999,99"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_euro(value, shown):
    assert formats.euro(value) == shown.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1120000, "€ 1.120.000,00"), (Decimal("-2.5"), "€ −2,50"), (None, "–"), (0, "€ 0,00")],
)
def test_euro_with_cents(value, shown):
    assert formats.euro2(value) == shown.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12500, "12.500"),
        (Decimal("2.50"), "2,5"),
        (Decimal("100"), "100"),
        (0, "0"),
        (Decimal("-3.05"), "−3,05"),
    ],
)
def test_number(value, shown):
    assert formats.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("2.50"), "2,5%"), (63, "63%"), ("66.67", "66,67%"), (Decimal(0), "0%"), (None, "–")],
)
def test_percent(value, shown):
    assert formats.percent(value) == shown


def test_dates():
    day = date(2024, 3, 1)
    assert formats.long_date(day) == "1 maart 2024"
    assert formats.short_date(day) == "01-03-2024"
    assert formats.month_name(day) == "maart 2024"
    assert formats.long_date("2024-12-31") == "31 december 2024"
    assert formats.short_date(None) == "–"


def test_a_moment_is_shown_as_the_local_day():
    assert formats.short_date(datetime(2024, 12, 31, 23, 30, tzinfo=UTC)) == "01-01-2025"


def test_english():
    with translation.override("en"):
        assert formats.euro(Decimal("13333.33")) == "€\u00a013,333.33"
        assert formats.euro(1120000) == "€\u00a01,120,000"
        assert formats.percent(Decimal("2.5")) == "2.5%"
        assert formats.long_date(date(2024, 3, 1)) == "1 March 2024"


def test_without_a_language_it_is_dutch():
    with translation.override(None):
        assert formats.number(12500) == "12.500"


@pytest.mark.parametrize("function", [formats.euro, formats.euro2, formats.number, formats.percent])
def test_floats_are_refused(function):
    with pytest.raises(TypeError):
        function(0.1)


def test_templates_have_the_filters_without_loading_them():
    page = Template("{{ value|euro }} {{ missing|euro }} {{ day|long_date }}")
    assert (
        page.render(Context({"value": 12500, "day": date(2024, 12, 31)}))
        == "€\u00a012.500 – 31 december 2024"
    )


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_what_is_shown_can_be_read_back(value):
    with translation.override("nl"):
        assert signed_amount(formats.euro(value).replace("\u00a0", " ")) == value
        assert signed_amount(formats.euro2(value)) == value
