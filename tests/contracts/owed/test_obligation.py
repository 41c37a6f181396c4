"""What a contract owes: the published examples of DOMAIN.md section 4, and what must always
hold.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Basis, ChangeKind
from contracts.owed.obligation import Owed, after, expected_rate, split
from sroi.money import rounded


@dataclass
class Change:
    kind: str = ChangeKind.AMENDMENT
    value_delta: Decimal | None = None
    labour_cost_delta: Decimal | None = None
    turnover: Decimal | None = None
    obligation_delta: Decimal | None = None
    rate: Decimal | None = None


def owed(value, rate, **more):
    return Owed(
        **{"basis": Basis.CONTRACT_VALUE, "rate": Decimal(rate), "value": Decimal(value), **more}
    )


def policy(**terms):
    names = ["threshold_works", "threshold_services", "threshold_supplies", "reduced_rate"]
    names += ["reduced_below_labour_share", "supplies_min_labour_share"]
    usual = {"default_rate": Decimal(5), "rates": {}}
    return SimpleNamespace(**{**usual, **dict.fromkeys(names), **terms})


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (owed("800000", 5), "40000.00"),
        (owed("600000", 5), "30000.00"),
        (owed("10000000", 2, cap=Decimal(300000)), "200000.00"),
        (owed("20000000", 2, cap=Decimal(300000)), "300000.00"),
        (owed("2000000", 5, basis=Basis.LABOUR_COST, labour_cost=Decimal(150000)), "7500.00"),
        (owed("1000000", 5, basis=Basis.INVOICED_TURNOVER), "0.00"),
        (owed("0.30", 5), "0.02"),
    ],
)
def test_published_obligations(contract, expected):
    assert contract.obligation == Decimal(expected)


def test_more_work_at_the_same_rate():
    assert after(owed("1000000", 5), Change(value_delta=Decimal(150000))).obligation == Decimal(
        "57500.00"
    )


def test_more_labour_cost_on_that_basis():
    contract = owed("2000000", 5, basis=Basis.LABOUR_COST, labour_cost=Decimal(150000))
    more = after(contract, Change(value_delta=Decimal(200000), labour_cost_delta=Decimal(50000)))
    assert (more.obligation, more.value) == (Decimal(10000), Decimal(2200000))


def test_more_work_above_the_cap_owes_nothing_more():
    capped = owed("20000000", 2, cap=Decimal(300000))
    assert after(capped, Change(value_delta=Decimal(1000000))).obligation == Decimal("300000.00")


def test_a_waiver_is_not_undone_by_later_work():
    waived = after(
        owed("1000000", 5), Change(kind=ChangeKind.WAIVER, obligation_delta=Decimal(-10000))
    )
    assert waived.obligation == Decimal("40000.00")
    assert after(waived, Change(value_delta=Decimal(100000))).obligation == Decimal("45000.00")


def test_an_agreed_amount_takes_the_place_of_the_computed_one():
    changed = after(
        owed("1000000", 5), Change(value_delta=Decimal(100000), obligation_delta=Decimal(1000))
    )
    assert (changed.value, changed.obligation) == (Decimal(1100000), Decimal("51000.00"))


def test_an_obligation_that_does_not_follow_changes_stays():
    fixed = owed("1000000", 5, follows_changes=False)
    assert after(fixed, Change(value_delta=Decimal(100000))).obligation == Decimal("50000.00")


def test_turnover_statements_add_up():
    contract = owed("1000000", 5, basis=Basis.INVOICED_TURNOVER)
    for _statement in range(3):
        contract = after(contract, Change(kind=ChangeKind.TURNOVER, turnover=Decimal("333.33")))
    assert contract.obligation == Decimal("50.00")


def test_a_new_rate_holds_from_then_on():
    changed = after(owed("1000000", 5), Change(kind=ChangeKind.RATE_CHANGE, rate=Decimal(3)))
    assert changed.obligation == Decimal("30000.00")
    assert after(changed, Change(value_delta=Decimal(100000))).obligation == Decimal("33000.00")


@pytest.mark.parametrize(("value", "rate"), [("199999.99", 0), ("200000", 5)])
def test_threshold(value, rate):
    terms = policy(threshold_services=Decimal(200000))
    assert expected_rate(terms, "services", Decimal(value)).rate == rate


@pytest.mark.parametrize(("labour", "rate"), [("29999.99", 2), ("30000", 5), (None, 5)])
def test_reduced_rate_strictly_below_the_labour_share(labour, rate):
    terms = policy(reduced_rate=Decimal(2), reduced_below_labour_share=Decimal(30))
    cost = Decimal(labour) if labour else None
    assert expected_rate(terms, "works", Decimal(100000), cost).rate == rate


def test_supplies_with_too_little_labour_owe_nothing():
    terms = policy(supplies_min_labour_share=Decimal(10))
    assert expected_rate(terms, "supplies", Decimal(1000), Decimal("99.99")).rate == 0
    assert expected_rate(terms, "supplies", Decimal(1000), Decimal(100)).rate == 5
    assert expected_rate(terms, "services", Decimal(1000), Decimal(1)).rate == 5


def test_katwijk_takes_seven_percent_of_the_labour_cost():
    terms = policy(rates={"labour_cost": "7.00"})
    cost = Decimal(300000)
    rate = expected_rate(terms, "works", Decimal(1000000), cost, Basis.LABOUR_COST).rate
    contract = owed("1000000", rate, basis=Basis.LABOUR_COST, labour_cost=cost)
    assert contract.obligation == Decimal("21000.00")
    assert expected_rate(terms, "works", Decimal(1000000), cost, Basis.CONTRACT_VALUE).rate == 5


def test_the_reduced_rate_goes_before_that_of_the_basis():
    terms = policy(
        rates={"labour_cost": "7.00"},
        reduced_rate=Decimal(2),
        reduced_below_labour_share=Decimal(30),
    )
    for cost, rate in (("299999.99", 2), ("300000", 7)):
        found = expected_rate(terms, "works", Decimal(1000000), Decimal(cost), Basis.LABOUR_COST)
        assert found.rate == rate


amounts = st.decimals(min_value=-(10**10), max_value=10**10, places=2, allow_nan=False)


@given(amounts, st.lists(st.integers(1, 9999), min_size=1, max_size=7))
def test_a_split_adds_up_to_the_cent(amount, weights):
    percents = [Decimal(w) for w in weights]
    shares = dict(enumerate(percents))
    whole = sum(percents)
    assert sum(split(amount, shares).values()) == rounded(amount * whole / 100)


@given(amounts.filter(lambda a: a >= 0), st.lists(amounts, max_size=5), st.integers(0, 100))
def test_changes_of_value_lead_where_the_new_value_leads(value, deltas, rate):
    contract = owed(value, rate)
    for delta in deltas:
        contract = after(contract, Change(value_delta=delta))
    assert contract.obligation == replace(owed(value, rate), value=value + sum(deltas)).obligation
