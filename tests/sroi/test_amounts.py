"""Whether something is an amount is asked in one place: fields, imports, files of rules and doors
say the same.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from contracts.imports.door import CONTRACT_COLUMNS, import_contracts
from contracts.models import Region
from contracts.owed.door import award
from contracts.policy.loading import FaultyFile, decimal_from
from placements.claims import requirements
from placements.claims.content import Content
from sroi.doors import EVERYTHING, Refused
from sroi.exchange import amount, signed_amount
from sroi.fields import change_in_euros, euros
from sroi.money import misfit, not_an_amount
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT
from tests.contracts.owed.test_terms import sheet

BELOW = "Een bedrag kan niet lager zijn dan nul."
REFUSED = [("-0,01", BELOW), ("10000000000000", "te groot"), ("0,001", "decimalen")]


@pytest.mark.parametrize(("typed", "why"), REFUSED)
def test_a_field_and_a_cell_say_the_same(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        amount(typed)
    with pytest.raises(forms.ValidationError, match=why):
        euros("x").clean(typed)


def test_a_change_may_be_negative() -> None:
    assert change_in_euros("x").clean("-5.000") == signed_amount("-5.000") == Decimal(-5000)
    assert amount("-0") == 0


@pytest.mark.parametrize(
    ("number", "why"),
    [("-0.01", BELOW), ("1e13", "te groot"), ("0.001", "decimalen"), ("NaN", "te groot")],
)
def test_a_claim_and_a_file_of_rules_refuse_it_too(number: str, why: str) -> None:
    found = [
        o.reason
        for o in requirements.wrong(Content({"amount": Decimal(number)}, [], []), make.TODAY)
    ]
    assert len(found) == 1
    assert why in found[0]
    with pytest.raises(FaultyFile):
        decimal_from(number, "x")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["value", "labour_cost"])
def test_a_contract_says_it_by_import_and_at_the_door(region: Region, name: str) -> None:
    (fault,) = import_contracts(
        region, sheet(CONTRACT_COLUMNS, CONTRACT | {name: "-1"}), make.act()
    ).faults
    assert (fault.column, fault.reason) == (name, BELOW)
    amounts: dict[str, Any] = {name: Decimal(-1)}
    new = make.new_contract(region, make.make_contractor(), award_date=date(2024, 1, 1), **amounts)
    with pytest.raises(Refused, match=BELOW):
        award([new], make.act(), region=region, answered=EVERYTHING)


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_number_of_cents_fits(cents: int) -> None:
    number = Decimal(cents).scaleb(-2)
    assert misfit(number) == ""
    assert bool(not_an_amount(number)) == (cents < 0)
