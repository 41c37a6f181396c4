"""From invitation to first entry: who may ask in whom, a link that works once, and what it
opens.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts.models import Invitation, Membership
from contracts.people import door as memberships
from contracts.people.membership import access_of
from sroi.access import May, Role
from sroi.accounts.models import User
from sroi.doors import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db

NEW = {"name": "Nieuwe Persoon", "password": "een lange zin die ik onthoud"}


@pytest.fixture
def region() -> Any:
    cache.clear()
    return make.make_region()


@pytest.fixture
def admin(region: Any, client: Client) -> Any:
    user = make.make_user(Role.REGION_ADMIN, region)
    client.force_login(user)
    return user


def link_in_mail() -> str:
    return re.search(rf"{settings.SITE_URL}(/uitnodiging/\S+)", mail.outbox[-1].body)[1]


def invite(client: Client, region: Any, **data: Any) -> Any:
    return client.post(
        reverse("user-invite"), {"email": "new@example.org", "region": region.pk, **data}
    )


def test_an_admin_invites_and_the_link_works_once(region: Any, admin: Any, client: Client) -> None:
    assert invite(client, region, role=Role.ADVISER).status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    assert region.title in sent.subject
    assert link_in_mail() in sent.alternatives[0].content
    assert "new@example.org" in client.get(reverse("user-list")).content.decode()
    guest, link = Client(), link_in_mail()
    assert guest.get(link).status_code == 200
    assert guest.post(link, NEW)["Location"] == reverse("start")
    user = User.objects.get(email="new@example.org")
    assert access_of(user).may(May.REVIEW, region_id=region.pk)
    assert guest.get(reverse("start")).status_code == 200
    assert Client().get(link).status_code == 410
    assert Client().post(link, NEW).status_code == 410
    signed_in = Client().post(reverse("login"), {"login": user.email, "password": NEW["password"]})
    assert signed_in["Location"] == reverse("start")


@pytest.mark.parametrize("fault", ["late", "changed", "withdrawn"])
def test_a_link_that_does_not_work(region: Any, admin: Any, client: Client, fault: str) -> None:
    invite(client, region, role=Role.READER)
    link = link_in_mail()
    if fault == "changed":
        link = link[:-3] + ("aaa" if link[-3:] != "aaa" else "bbb") + "/"
    if fault == "withdrawn":
        make.confirm(client, reverse("invitation-withdraw", args=[Invitation.objects.get().pk]))
    with time_machine.travel(
        timezone.now() + timedelta(days=7 if fault == "late" else 0, minutes=1)
    ):
        assert Client().post(link, NEW).status_code == 410
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_weak_password_keeps_the_name_and_uses_nothing_up(
    region: Any, admin: Any, client: Client
) -> None:
    invite(client, region, role=Role.READER)
    page = Client().post(link_in_mail(), {"name": "Nieuwe Persoon", "password": "kort"})
    assert "Nieuwe Persoon" in page.content.decode()
    assert "kort" not in page.content.decode()
    assert Client().get(link_in_mail()).status_code == 200


@pytest.mark.parametrize("password", ["new@example.org", "Nieuwe Persoon", "nieuwepersoon1"])
def test_a_password_is_not_the_name_or_the_address(
    region: Any, admin: Any, client: Client, password: str
) -> None:
    invite(client, region, role=Role.READER)
    assert Client().post(link_in_mail(), NEW | {"password": password}).status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_same_invitation_twice_makes_one_that_is_sent_again(
    region: Any, admin: Any, client: Client
) -> None:
    invite(client, region, role=Role.READER)
    answer = client.post(
        reverse("user-invite"),
        {"email": " New@Example.org", "region": region.pk, "role": Role.READER},
        follow=True,
    )
    assert "heeft hiervoor al een uitnodiging" in answer.content.decode()
    (one,) = Invitation.objects.all()
    assert len(mail.outbox) == 1
    # Another role is another invitation.
    invite(client, region, role=Role.ADVISER)
    assert (Invitation.objects.count(), len(mail.outbox)) == (2, 2)
    # It is nearly over, and holds for a week again.
    Invitation.objects.filter(pk=one.pk).update(expires_at=one.invited_at + timedelta(days=1))
    client.post(reverse("invitation-again", args=[one.pk]))
    assert mail.outbox[2].to == ["new@example.org"]
    with time_machine.travel(one.invited_at + timedelta(days=6)):
        assert Client().get(link_in_mail()).status_code == 200
    Invitation.objects.filter(pk=one.pk).update(withdrawn_at=timezone.now())
    client.post(reverse("invitation-again", args=[one.pk]))
    assert len(mail.outbox) == 3


def test_an_officer_can_be_asked_for_a_client_more(region: Any, admin: Any, client: Client) -> None:
    """An invitation that opens less is not the same."""
    one, other = region.municipalities.order_by("code")[:2]
    for towns in ([one.pk], [one.pk, other.pk], [other.pk]):
        invite(client, region, role=Role.PROCUREMENT_OFFICER, municipalities=towns)
    assert Invitation.objects.count() == 2


def test_two_at_once_get_one_membership(region: Any, admin: Any, client: Client) -> None:
    invite(client, region, role=Role.READER)
    now = timezone.now()
    one, other = Invitation.objects.get(), Invitation.objects.get()
    memberships.accept(one, at=now, **NEW)
    with pytest.raises(Refused):
        memberships.accept(other, at=now, **NEW)
    assert Membership.objects.filter(role=Role.READER).count() == 1


def test_who_has_an_account_signs_in_first(region: Any, admin: Any, client: Client) -> None:
    known = make.make_user(
        Role.READER, make.make_region("elders", "Elders"), email="new@example.org"
    )
    invite(client, region, role=Role.ADVISER)
    guest, link = Client(), link_in_mail()
    assert guest.post(link, NEW)["Location"].startswith(reverse("login"))
    assert not access_of(known).may(May.REVIEW)
    guest.force_login(known)
    assert guest.get(link).status_code == 200
    guest.post(link)
    assert access_of(known).may(May.REVIEW, region_id=region.pk)
    assert access_of(known).may(May.READ_REPORTS)


def test_an_officer_needs_a_municipality_and_a_contractor_a_kvk_number(
    region: Any, admin: Any, client: Client
) -> None:
    assert invite(client, region, role=Role.PROCUREMENT_OFFICER).status_code == 422
    assert invite(client, region, role=Role.CONTRACTOR).status_code == 422
    assert invite(client, region, role=Role.CONTRACTOR, kvk="1111222").status_code == 422
    assert not Invitation.objects.exists()
    town = region.municipalities.first()
    assert (
        invite(client, region, role=Role.PROCUREMENT_OFFICER, municipalities=[town.pk]).status_code
        == 302
    )
    Client().post(link_in_mail(), NEW)
    (grant,) = access_of(User.objects.get(email="new@example.org")).grants
    assert grant.municipality_ids == {town.pk}


def test_towns_and_regions_of_others_cannot_be_chosen(
    region: Any, admin: Any, client: Client
) -> None:
    other = make.make_region("elders", "Elders")
    town = other.municipalities.first()
    assert invite(client, other, role=Role.ADVISER).status_code == 422
    assert (
        invite(client, region, role=Role.PROCUREMENT_OFFICER, municipalities=[town.pk]).status_code
        == 422
    )
    assert not Invitation.objects.exists()


def test_an_adviser_invites_the_people_of_a_contractor(region: Any, client: Client) -> None:
    linde, elm = make.make_contractor("De Linde"), make.make_contractor("De Iep")
    make.make_contract(region, linde)
    elsewhere = make.make_region("elders", "Elders")
    make.make_contract(elsewhere, linde)
    make.make_contract(elsewhere, elm)
    client.force_login(make.make_user(Role.ADVISER, region))
    page = reverse("contractor-invite", args=[linde.pk])
    assert client.post(page, {"email": "new@example.org"}).status_code == 302
    assert client.get(reverse("contractor-invite", args=[elm.pk])).status_code == 404
    assert client.get(reverse("user-list")).status_code == 404
    Client().post(link_in_mail(), NEW)
    (grant,) = access_of(User.objects.get(email="new@example.org")).grants
    assert (grant.role, grant.region_id, grant.contractor_id) == (
        Role.CONTRACTOR,
        region.pk,
        linde.pk,
    )


def test_a_contractor_invites_a_colleague_of_the_same_firm_only(
    region: Any, client: Client
) -> None:
    linde, elm = make.make_contractor("De Linde"), make.make_contractor("De Iep")
    make.make_contract(region, linde)
    client.force_login(make.make_user(Role.CONTRACTOR, region, contractor=linde))
    make.make_user(Role.CONTRACTOR, region, contractor=elm, name="Van de Iep")
    page = reverse("colleague-list")
    assert "Van de Iep" not in client.get(page).content.decode()
    data = {"email": "new@example.org"}
    assert client.post(page, data | {"of": f"{region.pk}-{elm.pk}"}).status_code == 422
    assert client.post(page, data | {"of": f"{region.pk}-{linde.pk}"}).status_code == 302
    assert "new@example.org" in client.get(page).content.decode()
    assert Invitation.objects.get().contractor == linde


def test_an_admin_changes_and_ends_a_role_but_not_their_own(
    region: Any, admin: Any, client: Client
) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    membership = adviser.memberships.get()
    town = region.municipalities.first()
    data = {"role": Role.PROCUREMENT_OFFICER, "municipalities": [town.pk], "why": "Andere functie"}
    assert client.post(reverse("user-detail", args=[membership.pk]), data).status_code == 302
    assert access_of(adviser).grants[0].municipality_ids == {town.pk}
    make.confirm(client, reverse("user-end", args=[membership.pk]))
    assert access_of(adviser).grants == ()
    own = admin.memberships.get()
    make.confirm(client, reverse("user-end", args=[own.pk]))
    assert client.post(reverse("user-detail", args=[own.pk]), data).status_code == 422
    assert access_of(admin).may(May.MANAGE_USERS)


def test_of_another_region_is_missing(region: Any, admin: Any, client: Client) -> None:
    other = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"), name="Iemand Elders")
    theirs = other.memberships.get().pk
    for name in ("user-detail", "user-end"):
        assert client.get(reverse(name, args=[theirs])).status_code == 404
        assert client.post(reverse(name, args=[theirs])).status_code == 404
    assert "Iemand Elders" not in client.get(reverse("user-list"), {"q": "Iemand"}).content.decode()
    assert access_of(other).may(May.REVIEW)


def test_an_admin_with_a_role_elsewhere_manages_only_their_own_region(
    region: Any, admin: Any, client: Client
) -> None:
    """As a contractor one sees colleagues elsewhere; that gives no hold on their roles."""
    elsewhere, linde = make.make_region("elders", "Elders"), make.make_contractor("De Linde")
    make.join(admin, Role.CONTRACTOR, elsewhere, contractor=linde)
    colleague = make.make_user(Role.CONTRACTOR, elsewhere, contractor=linde, name="Collega Elders")
    assert "Collega Elders" not in client.get(reverse("user-list")).content.decode()
    assert (
        make.confirm(client, reverse("user-end", args=[colleague.memberships.get().pk])).status_code
        == 404
    )
    assert "Collega Elders" in client.get(reverse("colleague-list")).content.decode()


def test_an_adviser_is_told_when_nobody_of_the_contractor_can_sign_in(
    region: Any, client: Client
) -> None:
    contract = make.make_contract(region, make.make_contractor("De Linde"))
    client.force_login(make.make_user(Role.ADVISER, region))
    page, ask = (
        reverse("contract-detail", args=[contract.pk]),
        reverse("contractor-invite", args=[contract.contractor_id]),
    )
    nobody = "Nog niemand van De Linde kan hier invullingen vastleggen."
    assert ask in client.get(page).content.decode()
    client.post(ask, {"email": "new@example.org"})
    assert nobody in client.get(page).content.decode()
    Client().post(link_in_mail(), NEW)
    assert nobody not in client.get(page).content.decode()


def test_a_page_of_a_contractor_tells_who_changed_its_name(region: Any, client: Client) -> None:
    firm = make.make_contract(region, make.make_contractor("De Linde")).contractor
    firm.name = "De Linde Groep"
    firm.save()
    client.force_login(make.make_user(Role.ADVISER, region))
    page = client.get(reverse("contractor-detail", args=[firm.pk])).content.decode()
    assert "De Linde → De Linde Groep" in page
