"""How a value is written: amounts and percentages as text, exact; what is unknown is null."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Basis
from sroi.api.fields import Field, Kind, schema_of, written
from tests.tools.json_schema import is_valid

cents = st.integers(min_value=-(10**14), max_value=10**14)


def field(kind: Kind, **more: Any) -> Field:
    return Field("it", kind, "what it is", lambda row: row, **more)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.AMOUNT, Decimal("1120000"), "1120000.00"),
        (Kind.AMOUNT, Decimal("-0.10"), "-0.10"),
        (Kind.PERCENT, Decimal("5.000"), "5.00"),
        (Kind.PERCENT, Decimal("2.125"), "2.125"),
        (Kind.PERCENT, Decimal("100.0000"), "100.00"),
        (Kind.PERCENT, Decimal("33.3333"), "33.3333"),
        (Kind.DAY, date(2024, 2, 29), "2024-02-29"),
        (Kind.MOMENT, datetime(2024, 12, 31, 23, 30, tzinfo=UTC), "2024-12-31T23:30:00Z"),
    ],
)
def test_a_value_is_written_as_it_is(kind: Kind, value: Any, text: str) -> None:
    assert written([field(kind)], value) == {"it": text}


@given(cents)
def test_no_cent_is_lost(number: int) -> None:
    amount = Decimal(number).scaleb(-2)
    said = written([field(Kind.AMOUNT)], amount)
    assert Decimal(said["it"]) == amount
    assert is_valid(said, schema_of([field(Kind.AMOUNT)]))


@given(st.decimals(min_value=0, max_value=100, places=4))
def test_no_share_is_rounded(percent: Decimal) -> None:
    said = written([field(Kind.PERCENT)], percent)
    assert Decimal(said["it"]) == percent
    assert is_valid(said, schema_of([field(Kind.PERCENT)]))


@pytest.mark.parametrize("unknown", [None, ""])
def test_what_is_unknown_is_null_and_the_schema_says_that_it_can_be(unknown: Any) -> None:
    maybe = field(Kind.TEXT, can_be_unknown=True, choices=Basis)
    assert written([maybe], unknown) == {"it": None}
    assert is_valid({"it": None}, schema_of([maybe]))
    assert not is_valid({"it": None}, schema_of([field(Kind.TEXT, choices=Basis)]))
    assert not is_valid({"it": "iets anders"}, schema_of([maybe]))


def test_zero_is_known() -> None:
    assert written([field(Kind.AMOUNT, can_be_unknown=True)], Decimal(0)) == {"it": "0.00"}
