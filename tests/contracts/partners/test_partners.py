"""Partners: let in by staff or by their asking; nothing stays of who was not."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from contracts.models import Invitation, Membership, Partner
from contracts.partners.door import forget_who_asked
from contracts.people.membership import access_of
from sroi.access import May, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Any:
    cache.clear()
    region = make.make_region()
    make.make_user(Role.ADVISER, region)
    return region


def signed_in(role: str, region: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(role, region))
    return client


def test_a_person_of_a_partner_may_do_something_for_that_partner_only(region: Any) -> None:
    own, other = make.make_partner(region), make.make_partner(region)
    access = access_of(make.make_user(Role.PARTNER, region, partner=own))
    assert access.may(May.OFFER, region_id=region.pk, partner_id=own.pk)
    assert not access.may(May.OFFER, region_id=region.pk, partner_id=other.pk)
    assert not access.may(May.OFFER, region_id=region.pk + 1, partner_id=own.pk)


def test_who_was_never_answered_is_forgotten_after_half_a_year(region: Any) -> None:
    at = {"state": "asked", "answered_at": None, "asked_email": "v@example.org"}
    make.make_partner(region, "Vaag", **at)
    make.make_partner(region, "Blijft")
    forget_who_asked(date(2025, 12, 31))
    assert Partner.objects.count() == 2
    forget_who_asked(date(2026, 1, 1))
    assert [partner.name for partner in Partner.objects.all()] == ["Blijft"]


def test_one_that_takes_part_is_not_added_again(region: Any) -> None:
    make.make_partner(region, "Kringloop Zuid")
    sent = {
        "region": region.pk,
        "name": "Kringloop Zuid",
        "kind": "other",
        "email": "k@example.org",
    }
    answer = signed_in(Role.ADVISER, region).post(reverse("partner-new"), sent)
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_an_organisation_asks_is_let_in_and_its_person_signs_in(region: Any) -> None:
    asked = {
        "region": region.pk,
        "name": "Kringloop Zuid",
        "kind": "social_firm",
        "email": "Kring@example.org",
    }
    assert Client().post(reverse("partner-ask"), asked).status_code == 302
    assert Client().post(reverse("partner-ask"), asked).status_code == 302
    partner = Partner.objects.get(name="Kringloop Zuid")
    broker = signed_in(Role.ACCOUNT_MANAGER, region)
    assert "kring@example.org" in broker.get(reverse("partner-list")).content.decode()
    assert broker.post(reverse("partner-let-in", args=[partner.pk])).status_code == 302
    partner.refresh_from_db()
    assert (partner.state, partner.asked_email) == ("in", "")
    invitation = Invitation.objects.get(email="kring@example.org")
    assert invitation.partner == partner
    assert "Kringloop Zuid" in mail.outbox[0].body
    link = mail.outbox[0].body.split("/uitnodiging/")[1].split()[0]
    new = {"name": "Kim Kring", "password": "een lange zin die ik onthoud"}
    client = Client()
    assert client.post(f"/uitnodiging/{link}", new).status_code == 302
    member = Membership.objects.get(partner=partner)
    assert (member.role, member.region) == (Role.PARTNER, region)
    assert client.get(reverse("need-new")).status_code == 200


def test_who_is_not_let_in_leaves_no_address(region: Any) -> None:
    partner = make.make_partner(
        region, "Vaag", state="asked", answered_at=None, asked_email="v@example.org"
    )
    broker = signed_in(Role.ACCOUNT_MANAGER, region)
    url = reverse("partner-refuse", args=[partner.pk])
    start = broker.get(url).context["starting_point"]
    assert broker.post(url, {"starting_point": start}).status_code == 302
    partner.refresh_from_db()
    assert (partner.state, partner.asked_email) == ("refused", "")


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.ADVISER, Role.REGION_ADMIN])
def test_who_lets_partners_in_sees_whom_and_no_people_of_others(role: str) -> None:
    region = make.make_region()
    partner = make.make_partner(region, "De Moestuin")
    person = make.make_user(Role.PARTNER, region, partner=partner, name="Bram Buurt")
    asked = make.make_invitation(region, Role.PARTNER, partner=partner)
    client = make.signed_in(make.make_user(role, region))
    page = client.get(reverse("partner-detail", args=[partner.pk])).content.decode()
    assert person.email in page
    assert asked.email in client.get(reverse("partner-list")).content.decode()
    url = reverse("invitation-withdraw", args=[asked.pk])
    client.post(url, {"starting_point": client.get(url).context["starting_point"]})
    asked.refresh_from_db()
    assert asked.withdrawn_at
    if role != Role.REGION_ADMIN:
        firm = make.make_contractor("Linde")
        of_firm = make.make_invitation(region, Role.CONTRACTOR, contractor=firm)
        of_staff = make.make_invitation(region, Role.READER)
        elsewhere = make.make_region("elders", "Elders", {"GM0228": "Ede"})
        theirs = make.make_partner(elsewhere)
        far = make.make_invitation(elsewhere, Role.PARTNER, partner=theirs)
        for hidden in (of_firm, of_staff, far):
            assert client.get(reverse("invitation-withdraw", args=[hidden.pk])).status_code == 404
