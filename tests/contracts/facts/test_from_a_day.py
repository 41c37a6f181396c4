"""Handing over from a day to come: until its night nothing changes, and never are there two who
advise.
"""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from contracts.facts import door as facts
from contracts.models import Contract, ContractEvent, HandOverAhead, Membership
from contracts.people.membership import access_of
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
TODAY, DAY = date(2024, 3, 4), date(2024, 4, 1)
PAGE = reverse("contract-hand-over")


@pytest.fixture
def noor(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region, name="Noor")


@pytest.fixture
def sem(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region, name="Sem")


@pytest.fixture
def contract(region: Any, linde: Any, noor: Any) -> Contract:
    return make.make_contract(region, linde, adviser=noor)


def to_sem(contract: Contract, noor: Any, sem: Any, day: date | None = DAY) -> int:
    act = make.act(noor, "Verlof", TODAY)
    return facts.hand_over([contract], sem, access_of(noor), act, day=day)


def advises(contract: Contract) -> Any:
    return Contract.objects.get(pk=contract.pk).adviser


@time_machine.travel("2024-03-04 09:00", tick=False)
def test_until_the_day_who_advises_stays_and_the_page_says_who_will(
    contract: Contract, noor: Any, sem: Any
) -> None:
    client = signed_in(noor)
    sent = {"contracts": [contract.pk], "adviser": sem.pk, "reason": "Verlof"}
    past = client.post(PAGE, sent | {"day": "2024-03-03"})
    assert list(past.context["form"].errors) == ["day"]
    look = client.post(PAGE, sent | {"day": "2024-04-01"})
    assert "vanaf 1 april 2024" in look.content.decode()
    start = look.context["starting_point"]
    confirmed = {"starting_point": start, "confirm": "1"}
    assert client.post(PAGE, sent | {"day": "2024-04-01"} | confirmed).status_code == 302
    assert advises(contract) == noor
    assert "Vanaf 1 april 2024 adviseert Sem" in page_of(client, contract)
    planned = HandOverAhead.objects.get()
    client.post(reverse("hand-over-not", args=[planned.pk]))
    assert "adviseert Sem" not in page_of(client, contract)
    with pytest.raises(Refused):
        facts.keep_adviser(planned, access_of(noor))


def page_of(client: Client, contract: Contract) -> str:
    return client.get(reverse("contract-detail", args=[contract.pk])).content.decode()


def test_in_the_night_of_its_day_it_is_given_once_by_who_said_so(
    contract: Contract, noor: Any, sem: Any
) -> None:
    to_sem(contract, noor, sem)
    assert facts.hand_over_due(make.moment(date(2024, 3, 31))) == (0, 0)
    assert advises(contract) == noor
    with time_machine.travel("2024-04-01 02:00", tick=False):
        call_command("hand_over_due")
        call_command("hand_over_due")
    assert (advises(contract), HandOverAhead.objects.count()) == (sem, 0)
    event = ContractEvent.objects.get(contract=contract, what="adviser")
    assert (event.by, event.why) == (noor, "Verlof")


def test_handing_over_at_once_or_on_another_day_ends_what_was_meant(
    contract: Contract, noor: Any, sem: Any, region: Any
) -> None:
    mo = make.make_user(Role.ADVISER, region)
    to_sem(contract, noor, sem)
    to_sem(contract, noor, mo, date(2024, 5, 1))
    assert HandOverAhead.objects.get().adviser == mo
    to_sem(contract, noor, sem, None)
    assert (advises(contract), HandOverAhead.objects.count()) == (sem, 0)


def test_who_advises_no_more_and_what_was_closed_gets_or_takes_nothing(
    contract: Contract, noor: Any, sem: Any, region: Any, linde: Any
) -> None:
    closed = make.make_contract(region, linde, adviser=noor)
    to_sem(closed, noor, sem)
    Contract.objects.filter(pk=closed.pk).update(state="cancelled")
    to_sem(contract, noor, sem)
    Membership.objects.filter(user=sem).update(ended_at=make.moment(TODAY))
    assert facts.hand_over_due(make.moment(DAY)) == (0, 2)
    assert (advises(contract), advises(closed)) == (noor, noor)
    assert not HandOverAhead.objects.exists()


def test_when_a_role_ends_what_was_to_come_to_it_stays_where_it_is(
    contract: Contract, noor: Any, sem: Any, region: Any
) -> None:
    to_sem(contract, noor, sem)
    admin = make.make_user(Role.REGION_ADMIN, region)
    facts.end_role(sem.memberships.get(), None, access_of(admin), make.act(admin, "Weg", TODAY))
    assert not HandOverAhead.objects.exists()
    assert advises(contract) == noor
