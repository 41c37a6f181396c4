"""The page of a contractor: how all of its contracts stand, and whom one reaches."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from contracts.models import Invitation, Notice, NoticeKind, NoticeState
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in
from tests.sroi.pages.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SimpleNamespace:
    region, linde = make.make_region(), make.make_contractor("De Linde")
    elsewhere = make.make_region("elders", "Elders")
    return SimpleNamespace(
        region=region,
        elsewhere=elsewhere,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region),
        admin=make.make_user(Role.REGION_ADMIN, region),
        robin=make.make_user(Role.CONTRACTOR, region, contractor=linde, name="Robin Groen"),
        far=make.make_user(Role.CONTRACTOR, elsewhere, contractor=linde, name="Verre Vogel"),
        first=make.make_contract(region, linde, reference="A-1"),
        second=make.make_contract(region, linde, reference="B-1"),
        foreign=make.make_contract(elsewhere, linde, reference="Z-9"),
    )


def page(user: Any, world: SimpleNamespace, name: str = "contractor-detail") -> str:
    return text_of(signed_in(user).get(reverse(name, args=[world.linde.pk])))


def invited(world: SimpleNamespace, region: Any, email: str) -> Invitation:
    now = timezone.now()
    found: Invitation = Invitation.objects.create(
        email=email,
        role=Role.CONTRACTOR,
        region=region,
        contractor=world.linde,
        invited_at=now,
        expires_at=now + timedelta(days=3),
    )
    return found


def mailed(contract: Any, user: Any, words: str, state: str = NoticeState.SENT) -> None:
    now = timezone.now()
    Notice.objects.create(
        region=contract.region,
        user=user,
        contract=contract,
        kind=NoticeKind.REMINDER,
        key=words,
        words=words,
        made_at=now,
        state=state,
        sent_at=now if state == NoticeState.SENT else None,
    )


@pytest.mark.parametrize("role", ["adviser", "admin"])
def test_whom_one_reaches_is_of_ones_own_region(world: SimpleNamespace, role: str) -> None:
    invited(world, world.region, "nieuw@example.org")
    invited(world, world.elsewhere, "ver@example.org")
    make.make_person(world.foreign, "contractor", "Verre Contactpersoon")
    text = page(getattr(world, role), world)
    assert "Robin Groen" in text
    assert "nieuw@example.org" in text
    for foreign in ("Verre Vogel", "ver@example.org", "Verre Contactpersoon", "Z-9"):
        assert foreign not in text


def test_an_invitation_that_is_over_or_withdrawn_is_not_open(world: SimpleNamespace) -> None:
    for email, change in (
        ("over@example.org", {"expires_at": timezone.now() - timedelta(days=1)}),
        ("weg@example.org", {"withdrawn_at": timezone.now()}),
    ):
        Invitation.objects.filter(pk=invited(world, world.region, email).pk).update(**change)
        assert email not in page(world.adviser, world)


def test_a_contact_person_of_several_contracts_stands_once(world: SimpleNamespace) -> None:
    for contract in (world.first, world.second):
        make.make_person(contract, "contractor", "Kim de Boer")
    make.make_person(world.first, "municipality", "Van de gemeente")
    answer = signed_in(world.adviser).get(reverse("contractor-detail", args=[world.linde.pk]))
    (kim,) = answer.context["named"]
    assert {contract.reference for contract in kim.contracts} == {"A-1", "B-1"}


def test_each_contract_has_its_sentence(world: SimpleNamespace) -> None:
    make.make_purchase(world.first, "12500")
    assert "Van € 50.000 is € 12.500 ingevuld (25%)." in page(world.adviser, world)


def test_mails_to_its_people_are_of_contracts_that_one_may_see(world: SimpleNamespace) -> None:
    mailed(world.first, world.robin, "Herinnerd aan het plan")
    mailed(world.first, world.robin, "Nog onderweg", NoticeState.WAITING)
    mailed(world.first, world.adviser, "Aan de adviseur")
    mailed(world.foreign, world.far, "Van een andere regio")
    text = page(world.adviser, world, "contractor-mails")
    assert "Herinnerd aan het plan" in text
    for other in ("Nog onderweg", "Aan de adviseur", "Van een andere regio"):
        assert other not in text


def test_all_of_its_contracts_are_reminded_from_its_page(world: SimpleNamespace) -> None:
    answer = signed_in(world.adviser).get(reverse("contractor-detail", args=[world.linde.pk]))
    url = f"{reverse('picked-remind')}?adviser=all&contractor={world.linde.pk}&all=1"
    assert url.replace("&", "&amp;") in answer.content.decode()
    picked = signed_in(world.adviser).get(url).context
    both = [*picked["can"], *picked["cannot"]]
    assert {contract.reference for contract, _words in both} == {"A-1", "B-1"}
