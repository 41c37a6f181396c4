"""Ending the role of somebody who looks after contracts asks who takes over."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from contracts.models import Contract, ContractEvent, Happened, Membership
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SimpleNamespace:
    region, linde = make.make_region(), make.make_contractor("De Linde")
    elsewhere = make.make_region("elders", "Elders")
    noor = make.make_user(Role.ADVISER, region, name="Noor")
    make.join(noor, Role.ADVISER, elsewhere)
    world = SimpleNamespace(
        region=region,
        noor=noor,
        sem=make.make_user(Role.ADVISER, region, name="Sem"),
        admin=make.make_user(Role.REGION_ADMIN, region),
        role=Membership.objects.get(user=noor, region=region),
        runs=make.make_contract(region, linde, reference="A-1", adviser=noor),
        over=make.make_contract(region, linde, reference="B-1", adviser=noor),
        far=make.make_contract(elsewhere, linde, reference="C-1", adviser=noor),
    )
    Contract.objects.filter(pk=world.over.pk).update(state="cancelled")
    return world


def end(world: SimpleNamespace, **given: Any) -> Any:
    client, url = signed_in(world.admin), reverse("user-end", args=[world.role.pk])
    start = client.get(url).context["starting_point"]
    return client.post(url, {"starting_point": start, **given})


def ended(world: SimpleNamespace) -> bool:
    return bool(Membership.objects.get(pk=world.role.pk).ended_at)


def test_who_takes_over_is_asked_and_gets_the_contracts_of_this_region(
    world: SimpleNamespace,
) -> None:
    answer = end(world)
    assert answer.status_code == 422
    assert answer.context["form"].errors["successor"]
    assert not ended(world)
    assert end(world, successor=str(world.sem.pk)).status_code == 302
    assert ended(world)
    advised = dict(Contract.objects.values_list("reference", "adviser"))
    assert advised == {"A-1": world.sem.pk, "B-1": world.noor.pk, "C-1": world.noor.pk}
    event = ContractEvent.objects.get(what=Happened.ADVISER)
    assert (event.contract, event.by) == (world.runs, world.admin)


def test_who_leaves_nobody_behind_is_shown(world: SimpleNamespace) -> None:
    assert end(world, successor="none").status_code == 302
    assert ended(world)
    page = signed_in(world.admin).get(reverse("contract-list"))
    labels = [str(label) for _value, label, _is_current in page.context["tabs"]]
    assert labels == ["Alle contracten", "Geen adviseur (1)"]
    page = signed_in(world.sem).get(reverse("contract-list") + "?adviser=none")
    rows = [row.record.reference for row in page.context["table"].paginated_rows]
    assert rows == ["A-1", "B-1"]


@pytest.mark.parametrize("successor", ["", "x", "999999"])
def test_only_who_advises_in_the_region_takes_over(world: SimpleNamespace, successor: str) -> None:
    assert end(world, successor=successor).status_code == 422
    assert end(world, successor=str(world.noor.pk)).status_code == 422
    assert not ended(world)


def test_of_who_looks_after_nothing_nothing_is_asked(world: SimpleNamespace) -> None:
    Contract.objects.filter(pk=world.runs.pk).update(adviser=world.sem)
    assert end(world).status_code == 302
    assert ended(world)


def test_a_contract_that_came_in_between_is_shown_first(world: SimpleNamespace) -> None:
    client, url = signed_in(world.admin), reverse("user-end", args=[world.role.pk])
    start = client.get(url).context["starting_point"]
    make.make_contract(world.region, world.runs.contractor, reference="D-1", adviser=world.noor)
    answer = client.post(url, {"starting_point": start, "successor": str(world.sem.pk)})
    assert answer.status_code == 409
    assert not ended(world)
