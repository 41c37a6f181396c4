"""The first people of many contractors, asked in at once: whom it is about, which address is
proposed, and that it is all or nothing.
"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from contracts.models import ContactPerson, Invitation
from contracts.people.forms import FirstPeopleForm
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def reached(contract: Any, email: str) -> None:
    person = make.make_person(contract)
    ContactPerson.objects.filter(pk=person.pk).update(email=email)


@pytest.fixture
def world() -> SimpleNamespace:
    """Two firms that nobody signs in for; one of which somebody does, and one that was asked."""
    cache.clear()
    region = make.make_region()
    firms = {name: make.make_contractor(name) for name in ("Berk", "Eik", "Linde", "Wilg")}
    contracts = {name: make.make_contract(region, firm) for name, firm in firms.items()}
    make.make_user(Role.CONTRACTOR, region, contractor=firms["Linde"])
    make.make_invitation(region, Role.CONTRACTOR, contractor=firms["Wilg"])
    return SimpleNamespace(
        region=region,
        firms=firms,
        contracts=contracts,
        client=make.signed_in(make.make_user(Role.ADVISER, region)),
        url=reverse("contractors-invite"),
    )


def field(world: SimpleNamespace, name: str) -> str:
    return f"email_{world.firms[name].pk}_{world.region.pk}"


def test_of_whom_nobody_can_sign_in_an_address_is_asked_with_that_of_the_latest_contract(
    world: SimpleNamespace,
) -> None:
    reached(world.contracts["Berk"], "vroeger@example.org")
    later = make.make_contract(world.region, world.firms["Berk"], award_date=date(2024, 6, 1))
    assert later.award_date > world.contracts["Berk"].award_date
    reached(later, "nu@example.org")
    form = world.client.get(world.url).context["form"]
    assert {name: form[name].initial for name in form.fields} == {
        field(world, "Berk"): "nu@example.org",
        field(world, "Eik"): "",
    }


def test_who_is_filled_in_gets_a_mail_and_who_is_not_waits(world: SimpleNamespace) -> None:
    given = {field(world, "Berk"): "robin@example.org", field(world, "Eik"): ""}
    answer = world.client.post(world.url, given, follow=True)
    assert "1 uitnodiging is verstuurd" in answer.content.decode()
    made = Invitation.objects.get(contractor=world.firms["Berk"])
    assert (made.email, made.role, made.region) == (
        "robin@example.org",
        Role.CONTRACTOR,
        world.region,
    )
    assert [sent.to for sent in mail.outbox] == [["robin@example.org"]]
    assert list(world.client.get(world.url).context["form"].fields) == [field(world, "Eik")]


@pytest.mark.parametrize(
    ("berk", "eik", "named"),
    [("robin@example.org", "geen adres", "Eik"), ("", "", None)],
)
def test_a_fault_stands_beside_its_field_and_nobody_is_asked(
    world: SimpleNamespace, berk: str, eik: str, named: str | None
) -> None:
    answer = world.client.post(world.url, {field(world, "Berk"): berk, field(world, "Eik"): eik})
    assert answer.status_code == 422
    faulty = list(answer.context["form"].errors)
    assert faulty == ([field(world, named)] if named else ["__all__"])
    assert (eik or "Vul ten minste één adres in") in answer.content.decode()
    assert not Invitation.objects.filter(contractor=world.firms["Berk"]).exists()
    assert mail.outbox == []


def test_so_many_at_a_time_and_then_the_others(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FirstPeopleForm, "AT_ONCE", 1)
    shown = world.client.get(world.url).context
    assert (list(shown["form"].fields), shown["later"]) == ([field(world, "Berk")], 1)
    answer = world.client.post(world.url, {field(world, "Berk"): "robin@example.org"})
    assert answer.url == world.url


def test_of_another_region_nothing_is_asked(world: SimpleNamespace) -> None:
    elsewhere = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"))
    client = make.signed_in(elsewhere)
    assert not client.get(world.url).context["form"].fields
    client.post(world.url, {field(world, "Berk"): "robin@example.org"})
    assert not Invitation.objects.filter(contractor=world.firms["Berk"]).exists()
