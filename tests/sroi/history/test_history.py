"""Versions of master data: every door leaves who, when, what and why, also those that write in
bulk.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import (
    ChangeKind,
    Contract,
    Contractor,
    ContractShare,
    Membership,
    Policy,
    TableInForce,
)
from contracts.owed.door import end
from contracts.people.membership import access_of
from contracts.policy.loading import load_region
from sroi.access import Role, visible
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_award_change_and_end_leave_versions(region: Any) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    contract = make.make_contract(region, make.make_contractor())
    make.make_change(
        contract, ChangeKind.EXTENSION, new_end_date=contract.end_date.replace(year=2026)
    )
    end(contract, make.act(adviser, "Werk is klaar"))
    rows = contract.history.order_by("history_id")
    assert [(r.history_type, r.state, r.end_date.year) for r in rows] == [
        ("+", "active", 2025),
        ("~", "active", 2026),
        ("~", "ended", 2026),
    ]
    assert (rows.last().history_user, rows.last().history_change_reason) == (
        adviser,
        "Werk is klaar",
    )
    assert ContractShare.history.filter(contract=contract).count() == 1


def test_imports_and_loads_leave_versions(region: Any) -> None:
    assert Policy.history.filter(region=region).count() == 1
    load_region(
        {
            "code": region.code,
            "title": "Ander",
            "municipalities": [{"code": "GM0402", "name": "Hilversum"}],
            "policy": {"default_rate": "4.00"},
        }
    )
    assert Policy.history.filter(region=region).count() == 2
    assert TableInForce.history.filter(region=region).count() == 1
    contractor = make.make_contractor()
    contractor.name = "Andere naam"
    contractor.save()
    assert contractor.history.values_list("name", flat=True).first() == "Andere naam"


def test_roles_leave_versions_with_their_reason(region: Any, client: Client) -> None:
    admin, adviser = make.make_user(Role.REGION_ADMIN, region), make.make_user(Role.ADVISER, region)
    client.force_login(admin)
    membership = adviser.memberships.get()
    client.post(
        reverse("user-detail", args=[membership.pk]), {"role": Role.READER, "why": "Andere functie"}
    )
    make.confirm(client, reverse("user-end", args=[membership.pk]))
    rows = list(membership.history.order_by("history_id"))
    assert rows[-1].ended_at
    assert {(r.history_user, r.history_change_reason) for r in rows[1:]} >= {
        (admin, "Andere functie")
    }


def test_versions_are_scoped_as_their_data(region: Any) -> None:
    other = make.make_region("elders", "Elders")
    here = make.make_contract(region, make.make_contractor())
    there = make.make_contract(other, make.make_contractor())
    access = access_of(make.make_user(Role.REGION_ADMIN, region))
    for model, own, foreign in (
        (Contract, here, there),
        (Contractor, here.contractor, there.contractor),
        (Membership, None, None),
        (Policy, here.policy, there.policy),
    ):
        seen = {row.instance.pk for row in visible(model.history.model, access)}
        if own:
            assert own.pk in seen
            assert foreign.pk not in seen
    reader = access_of(make.make_user(Role.READER, region))
    assert not visible(Contract.history.model, reader).exists()
