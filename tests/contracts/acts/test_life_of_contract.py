"""What happens to a contract after its award: seen before it is done, through the one door, or
proposed.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.acts import door as acts
from contracts.models import (
    ChangeProposal,
    Contract,
    ContractState,
    ObligationChange,
    ProposalState,
    Region,
)
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import confirming, look_and_confirm, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(region: Region) -> Contract:
    return make.make_contract(region, make.make_contractor(), {"GM0402": 60, "GM0406": 40})


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def address(contract: Contract, kind: str) -> str:
    return reverse("contract-change", args=[contract.pk, kind])


def given(**other: str) -> dict[str, str]:
    return {"effective_date": "2024-07-01", "reason": "Afgesproken", "token": "t-1", **other}


def obligation(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), Decimal(0))


@pytest.mark.parametrize(
    ("kind", "fields", "after"),
    [
        ("amendment", {"value_delta": "150.000"}, "57500"),
        ("amendment", {"value_delta": "-200.000"}, "40000"),
        ("extension", {"value_delta": "100000", "new_end_date": "2026-12-31"}, "55000"),
        ("extension", {"new_end_date": "2026-12-31"}, "50000"),
        ("rate_change", {"rate": "2,5"}, "25000"),
        ("pso_discount", {"obligation_delta": "-5.000"}, "45000"),
        ("waiver", {"obligation_delta": "-50000"}, "0"),
        ("correction", {"value_delta": "-100000"}, "45000"),
    ],
)
def test_the_preview_is_what_is_then_posted(
    contract: Contract, adviser: Client, kind: str, fields: Any, after: str
) -> None:
    shown = adviser.post(address(contract, kind), given(**fields))
    effect = shown.context["effect"]
    assert (effect.before, effect.after) == (50000, Decimal(after))
    assert sum(part.after for part in effect.parts) == Decimal(after)
    assert not ObligationChange.objects.exists()
    answer = look_and_confirm(adviser, address(contract, kind), given(**fields))
    assert answer["Location"] == reverse("contract-detail", args=[contract.pk])
    assert obligation(contract) == Decimal(after)
    per_town: dict[int, Decimal] = {}
    for line in contract.obligation_lines.all():
        per_town[line.municipality_id] = (
            per_town.get(line.municipality_id, Decimal(0)) + line.obligation_delta
        )
    assert {part.municipality.pk: part.after for part in effect.parts} == per_town


def test_turnover_statements_only_where_the_obligation_follows_them(
    region: Region, adviser: Client
) -> None:
    by_value = make.make_contract(region, make.make_contractor())
    assert adviser.get(address(by_value, "turnover")).status_code == 404
    contract = make.make_contract(region, make.make_contractor(), basis="invoiced_turnover")
    look_and_confirm(adviser, address(contract, "turnover"), given(value_delta="200.000"))
    assert obligation(contract) == 10000


def test_confirming_twice_registers_once(contract: Contract, adviser: Client) -> None:
    for _time in range(2):
        answer = look_and_confirm(
            adviser, address(contract, "amendment"), given(value_delta="100000")
        )
        assert answer.status_code == 302
    assert obligation(contract) == 55000


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("amendment", {}, "value_delta"),
        ("amendment", {"value_delta": "NaN"}, "value_delta"),
        ("amendment", {"value_delta": "1", "reason": ""}, "reason"),
        ("amendment", {"value_delta": "1", "reason": "BSN 123456782"}, "reason"),
        ("amendment", {"value_delta": "1", "effective_date": "2025-02-29"}, "effective_date"),
        ("extension", {"value_delta": "1"}, "new_end_date"),
        ("extension", {"new_end_date": "2023-12-31"}, "new_end_date"),
        ("rate_change", {}, "rate"),
        ("rate_change", {"rate": "101"}, "rate"),
        ("waiver", {}, "obligation_delta"),
        ("cancel", {"effective_date": ""}, "effective_date"),
        ("end", {"reason": ""}, "reason"),
    ],
)
def test_a_fault_stands_beside_its_field(
    contract: Contract, adviser: Client, kind: str, fields: Any, field: str
) -> None:
    answer = adviser.post(address(contract, kind), given(**{**fields, "confirm": "1"}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert obligation(contract) == 50000


def test_ending_and_cancelling(contract: Contract, adviser: Client) -> None:
    assert adviser.post(address(contract, "end"), given()).context["effect"].difference == 0
    look_and_confirm(adviser, address(contract, "end"), given())
    contract.refresh_from_db()
    assert contract.state == ContractState.ENDED
    assert adviser.get(address(contract, "end")).status_code == 404
    assert adviser.post(address(contract, "cancel"), given()).context["effect"].after == 0
    look_and_confirm(adviser, address(contract, "cancel"), given())
    contract.refresh_from_db()
    assert contract.state == ContractState.CANCELLED
    assert obligation(contract) == 0
    assert adviser.get(address(contract, "amendment")).status_code == 404


def test_an_officer_proposes_and_an_adviser_accepts(
    region: Region, contract: Contract, adviser: Client
) -> None:
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    assert (
        look_and_confirm(
            officer, address(contract, "amendment"), given(value_delta="150000")
        ).status_code
        == 302
    )
    proposal = ChangeProposal.objects.get()
    assert obligation(contract) == 50000
    page = reverse("change-proposal", args=[proposal.pk])
    assert officer.post(page, {"accept": "1"}).status_code == 404
    assert page in adviser.get(reverse("contract-detail", args=[contract.pk])).content.decode()
    shown = adviser.get(page)
    assert shown.context["effect"].after == 57500
    for _time in range(2):
        adviser.post(page, confirming(shown) | {"accept": "1"})
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.ACCEPTED
    assert obligation(contract) == 57500


def test_declining_asks_why_and_the_officer_reads_it(
    region: Region, contract: Contract, adviser: Client
) -> None:
    user = make.make_user(Role.PROCUREMENT_OFFICER, region)
    proposal = make.make_proposal(contract, user)
    page = reverse("change-proposal", args=[proposal.pk])
    assert adviser.post(page, {"reason": ""}).status_code == 422
    adviser.post(page, {"reason": "Nog niet getekend"})
    assert (
        "Nog niet getekend"
        in signed_in(user).get(reverse("contract-detail", args=[contract.pk])).content.decode()
    )
    with pytest.raises(Refused):
        acts.accept(proposal, make.act(user))
    assert obligation(contract) == 50000
