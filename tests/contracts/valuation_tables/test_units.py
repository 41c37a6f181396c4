"""A unit is one record: it counts by time, by what is claimed or once, in its words; an unknown one
is refused.
"""

from types import SimpleNamespace

import pytest

from contracts.models import BlockKind, Region, Unit
from contracts.policy.loading import FaultyFile
from contracts.valuation_tables.checking import table_from
from contracts.valuation_tables.units import UNITS, fitting_units, unit_of
from tests.placements.claims.test_valuation import made_table


def test_every_unit_that_can_be_stored_has_its_record() -> None:
    assert set(UNITS) == set(Unit)


@pytest.mark.parametrize("unit", UNITS)
def test_it_counts_in_one_way_and_asks_what_that_needs(unit: str) -> None:
    record = UNITS[unit]
    assert not (record.of_month and record.of_claim)
    assert bool(record.asks) == bool(record.of_claim)
    assert record.has_amount or record.of_claim, "an amount comes from the table or from the claim"
    values = {
        "amount": "€ 1",
        "weight": "100%",
        "block": "B",
        "quantity": "1",
        "rate": "€ 1",
        "result": "€ 1",
    }
    assert all(str(words) % values for words in (record.worth, record.step, record.computed))


def test_what_goes_with_which_kind() -> None:
    assert set(fitting_units(BlockKind.PLACEMENT)) == set(Unit)
    by_time = {"full_time_year", "year", "month", "week", "school_year"}
    assert set(fitting_units(BlockKind.BONUS)) == {*by_time, "fixed"}
    assert set(fitting_units(BlockKind.PURCHASE)) == {
        "fixed",
        "invoice",
        "hour",
        "day",
        "cost",
        "agreement",
    }


def test_an_unknown_unit_is_refused_and_never_worth_its_amount() -> None:
    row = {"code": "X", "kind": "activity", "unit": "fortnight", "amount": "500"}
    with pytest.raises(FaultyFile, match="fortnight"):
        table_from(Region(code="r"), made_table(row))
    with pytest.raises(KeyError):
        unit_of(SimpleNamespace(unit="fortnight"))
