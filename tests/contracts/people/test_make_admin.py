"""The first account, and the way back in: by who runs the server, without a password on a command
line.
"""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from contracts.models import Invitation, Membership
from contracts.people import door as memberships
from contracts.people.membership import access_of
from sroi.access import May, Role
from sroi.accounts.models import User
from sroi.doors import Act, Refused
from tests import factories as make
from tests.placements.life.test_races import AT_ONCE, ROUNDS, at_once

SITE = "http://127.0.0.1:8000"
EMAIL = "eerste@example.org"
NEW = {"name": "Eerste Beheerder", "password": "een lange zin die ik onthoud"}


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


def made(*options: str, email: str = EMAIL, code: str = "gooi") -> str:
    """The path of the link on the last line."""
    out = StringIO()
    call_command("make_admin", email, "--region", code, *options, stdout=out)
    last = out.getvalue().splitlines()[-1]
    assert last.startswith(f"{SITE}/uitnodiging/")
    assert " " not in last
    return last.removeprefix(SITE)


def sign_in(password: str = NEW["password"]) -> Any:
    return Client().post(reverse("login"), {"login": EMAIL, "password": password})


def test_from_nothing_to_an_adviser_who_is_invited(region: Any) -> None:
    admin = Client()
    assert not User.objects.exists()
    link = made()
    assert admin.get(link).status_code == 200
    assert admin.post(link, NEW)["Location"] == reverse("start")
    assert access_of(User.objects.get()).may(May.MANAGE_USERS, region_id=region.pk)
    asked = {"email": "adviseur@example.org", "region": region.pk, "role": Role.ADVISER}
    assert admin.post(reverse("user-invite"), asked).status_code == 302
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(
    ("email", "code", "said"),
    [(EMAIL, "nergens", "Er is geen regio “nergens”"), ("geen adres", "gooi", "e-mailadres")],
)
def test_what_is_not_known_is_one_clear_line(region: Any, email: str, code: str, said: str) -> None:
    with pytest.raises(CommandError, match=said) as fault:
        call_command("make_admin", email, "--region", code)
    assert "\n" not in str(fault.value)
    assert fault.value.returncode == 1
    assert not Invitation.objects.exists()


def test_it_is_mailed_where_mail_is_set_up(region: Any, settings: Any) -> None:
    made()
    assert mail.outbox == []
    settings.MAIL_IS_SET_UP = True
    link = made()
    (sent,) = mail.outbox
    assert sent.to == [EMAIL]
    assert SITE + link in sent.body


def test_a_next_link_takes_the_place_of_the_one_before(region: Any) -> None:
    first, second = made(), made(email="EERSTE@example.org")
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


def test_a_link_for_another_region_sets_no_password_again(region: Any) -> None:
    make.make_region("elders", "Elders")
    first, second = made(), made(code="elders")
    assert Client().post(first, NEW)["Location"] == reverse("start")
    again = Client().post(second, {**NEW, "password": "heel iets anders nu"})
    assert again["Location"].startswith(reverse("login"))
    assert sign_in()["Location"] == reverse("start")


def test_it_lets_in_again_who_lost_the_password_and_the_role(region: Any) -> None:
    Client().post(made(), NEW)
    user = User.objects.get()
    Membership.objects.update(ended_at=make.moment(make.TODAY))
    User.objects.update(is_active=False)
    old = Client()
    old.force_login(user)
    link, again = made(), Client()
    assert again.post(link, {**NEW, "password": "heel iets anders nu"})["Location"] == reverse(
        "login"
    )
    user.refresh_from_db()
    assert access_of(user).may(May.MANAGE_USERS, region_id=region.pk)
    assert sign_in().status_code == 200
    assert sign_in("heel iets anders nu")["Location"] == reverse("start")
    assert old.get(reverse("start")).status_code == 302
    assert again.get(reverse("start")).status_code == 302
    assert User.objects.count() == 1


def test_a_second_factor_stays_unless_it_was_lost(region: Any) -> None:
    Client().post(made(), NEW)
    Authenticator.objects.create(
        user=User.objects.get(), type=Authenticator.Type.TOTP, data={"secret": "x"}
    )
    Client().post(made(), NEW)
    assert sign_in()["Location"] == reverse("mfa_authenticate")
    Client().post(made("--reset-second-factor"), NEW)
    assert sign_in()["Location"] == reverse("start")


def test_an_invitation_of_an_admin_opens_no_account_that_exists(region: Any) -> None:
    admin = make.make_user(Role.REGION_ADMIN, region)
    known = make.make_user(Role.READER, region, email=EMAIL)
    asked = memberships.Asked(EMAIL, Role.ADVISER, region)
    invitation = memberships.invite(asked, access_of(admin), make.act(admin))
    with pytest.raises(Refused):
        memberships.accept(invitation, at=make.moment(make.TODAY), **NEW)
    assert known.check_password(make.PASSWORD)


def test_there_is_no_superuser(region: Any) -> None:
    with pytest.raises(CommandError, match="make_admin"):
        call_command("createsuperuser", "--noinput")


# --- a region is never left without an admin ------------------------------------------------------


def end(membership: Membership, by: Any) -> None:
    memberships.end(membership, access_of(by), make.act(by, "Rol beëindigd"))


def become_reader(membership: Membership, by: Any) -> None:
    memberships.change(
        membership, Role.READER, (), access_of(by), Act.of(by, now(), "Andere functie")
    )


@pytest.mark.parametrize("act", [end, become_reader])
def test_the_last_admin_stays(region: Any, act: Any) -> None:
    """Who looks from an older page, or is active no more, does not count."""
    one, other = (make.make_user(Role.REGION_ADMIN, region) for _n in range(2))
    seen = access_of(one)
    act(other.memberships.get(), one)
    assert not access_of(other).may(May.MANAGE_USERS)
    User.objects.filter(pk=other.pk).update(is_active=False)
    third = make.make_user(Role.REGION_ADMIN, region, active=False)
    with pytest.raises(Refused, match="laatste regiobeheerder"):
        memberships.end(one.memberships.get(), seen, make.act(third, "Weg"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [end, become_reader])
def test_two_admins_who_end_each_other_at_the_same_time(region: Any, act: Any) -> None:
    for _round in range(ROUNDS):
        Membership.objects.all().delete()
        users = [make.make_user(Role.REGION_ADMIN, region) for _n in range(AT_ONCE)]
        pairs = [
            (user.memberships.get(), access_of(other), other)
            for user, other in zip(users, [*users[1:], users[0]], strict=True)
        ]

        def one(membership: Membership, access: Any, by: Any) -> None:
            if act is end:
                memberships.end(membership, access, make.act(by, "Weg"))
            else:
                memberships.change(membership, Role.READER, (), access, Act.of(by, now(), "Weg"))

        results = at_once(*(lambda pair=pair: one(*pair) for pair in pairs))
        left = Membership.objects.filter(role=Role.REGION_ADMIN, ended_at=None).count()
        assert sorted(results) == ["done"] * (AT_ONCE - 1) + ["refused"]
        assert left == 1
