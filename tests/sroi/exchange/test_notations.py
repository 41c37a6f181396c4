"""What people write around a value in a spreadsheet: what has one meaning is read, what has two is
refused with both.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sroi import exchange
from sroi.exchange import Cell, Column, Sheet, Warned
from sroi.fields import euros

D = Decimal


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("€ 1,2 mln", "1200000.00"),
        ("1.2 mln.", "1200000.00"),
        ("12,5 miljoen euro", "12500000.00"),
        ("1,25 mio", "1250000.00"),
        ("1,23456789 mln", "1234567.89"),
        ("0,002 mld", "2000000.00"),
        ("500k", "500000.00"),
        ("500 duizend", "500000.00"),
        ("1,2 mln excl. btw", "1200000.00"),
        ("€ 1.250.000,- excl. btw", "1250000.00"),
        ("1250 (excl. BTW)", "1250.00"),
        ("€ 1.250 ex btw", "1250.00"),
        ("€ 500.000,00 exclusief b.t.w.", "500000.00"),
        ("€ 1.250.-", "1250.00"),
        ("€ -   ", "0.00"),
    ],
)
def test_an_amount_with_words_around_it(cell: str, value: str) -> None:
    assert exchange.amount(cell.strip()) == D(value)
    assert euros("x").clean(cell) == D(value)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("€ 1.210 incl. btw", "Dit is inclusief btw."),
        ("1.210 (inclusief BTW)", "Dit is inclusief btw."),
        ("1.250 mln", "duizendtallen"),
        ("1,234567891 mln", "decimalen"),
        ("ca. € 100.000", "geen getal"),
        ("€ 250.000 per jaar", "geen getal"),
        ("-", "geen getal"),
        ("1" * 61, "geen getal"),
    ],
)
def test_an_amount_that_is_not_guessed(cell: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        exchange.amount(cell)


@pytest.mark.parametrize("cell", ["5 procent", "5 pct.", "5,0 %"])
def test_a_percentage_in_words(cell: str) -> None:
    assert exchange.percent(cell) == 5


@pytest.mark.parametrize("cell", ["n.v.t.", "-", "geen"])
def test_no_rate_has_two_meanings(cell: str) -> None:
    with pytest.raises(ValueError, match="0%"):
        exchange.percent(cell)


@pytest.mark.parametrize("cell", ["24 uur", "24 u/w", "24u", "24 uur per week"])
def test_hours_with_their_unit(cell: str) -> None:
    assert exchange.hours_per_week(cell) == 24


@pytest.mark.parametrize(
    "cell",
    [
        *("2024-1-5", "2024/1/5", "2024.01.05", "5-1-2024 14:32", "2024-01-05T09:12:33Z"),
        datetime(2024, 1, 5, 9, 30),  # noqa: DTZ001
    ],
)
def test_a_day_with_its_time_or_the_year_in_front(cell: Cell) -> None:
    assert exchange.day(cell) == date(2024, 1, 5)


@pytest.mark.parametrize("cell", ["31-12-2023 23:00", "2023-12-31T22:00:00Z"])
def test_in_the_last_hours_it_can_be_the_next_day(cell: str) -> None:
    with pytest.raises(ValueError, match="geen datum"):
        exchange.day(cell)


@pytest.mark.parametrize("cell", ["5-1-'24", "5 jan 24", "5-jan-24", "45296", 45296, 45296.0])
def test_a_day_that_is_read_is_said(cell: Cell) -> None:
    found = exchange.day(cell)
    assert isinstance(found, Warned)
    assert (found.value, "5 januari 2024" in found.reason) == (date(2024, 1, 5), True)


@pytest.mark.parametrize("cell", ["36525", "73051", 4529.5])
def test_another_number_is_no_day(cell: Cell) -> None:
    with pytest.raises(ValueError, match="geen datum"):
        exchange.day(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "Hilversum 60%, Huizen 40%",
        "Hilversum (60%) / Huizen (40%)",
        "Hilversum 60% en Huizen 40%",
        "Hilversum: 60 %\nHuizen: 40 %",
    ],
)
def test_shares_with_percent_signs(cell: str) -> None:
    assert exchange.shares()(cell) == {"Hilversum": 60, "Huizen": 40}


def test_shares_that_are_not_whole_say_what_they_add_up_to() -> None:
    with pytest.raises(ValueError, match="60"):
        exchange.shares()("Hilversum 60%")


COLUMNS = (
    Column("reference", exchange.text(20), required=True),
    Column("value", exchange.amount),
    Column("codes", exchange.code_list, default=()),
    Column("rate", exchange.percent),
)


def parsed(*cells: Any) -> exchange.Parsed:
    return exchange.parse(Sheet([c.name for c in COLUMNS], [(2, list(cells))]), COLUMNS)


@pytest.mark.parametrize("nothing", ["-", "n.v.t.", "NVT", "–"])
def test_what_says_nothing_leaves_a_cell_empty_that_may_be_so(nothing: str) -> None:
    (row,) = parsed("A", nothing, nothing, "").rows
    assert (row["value"], row["codes"], row.values["value"]) == (None, (), None)


def test_where_that_has_two_meanings_it_is_refused() -> None:
    (fault,) = parsed("A", "", "", "n.v.t.").faults
    assert fault.column == "rate"
