"""What counts attempts at signing in: it keeps its count whatever else is asked for, and a code
works once.
"""

import threading
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from sroi.accounts.models import AuditEvent, AuditKind
from sroi.models import Counted
from tests import factories as make
from tests.sroi.accounts.test_signin import sign_in

pytestmark = pytest.mark.django_db

# The code of this moment, a multiple of 30 seconds, is right from 30 seconds before until 60
# seconds after it.
MOMENT = 1_767_225_600
FLOOD = 500


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def adviser() -> Any:
    return make.make_user(Role.ADVISER, make.make_region(), email="adviser@example.org")


def flood(number: int = FLOOD) -> None:
    """From as many addresses, so that no limit holds them back."""
    for each in range(number):
        client = Client(REMOTE_ADDR=f"10.9.{each // 250}.{each % 250 + 1}")
        client.post(reverse("account_reset_password"), {"email": f"nobody{each}@example.org"})


def test_a_flood_of_forgotten_passwords_wipes_no_failed_sign_in(adviser: Any) -> None:
    for _attempt in range(5):
        sign_in(Client(), adviser.email, "wrong password")
    flood()
    assert sign_in(Client(), adviser.email).status_code == 200
    assert AuditEvent.objects.filter(kind=AuditKind.SIGN_IN_FAILED).count() == 5


def test_what_has_expired_makes_room_for_what_is_counted() -> None:
    flood(30)
    full = Counted.objects.count()
    assert full >= 60
    with time_machine.travel(time.time() + 2 * 3600):
        flood(6)
        assert Counted.objects.count() <= 12
        assert cache.get("x") is None
        cache.set("x", [1], 60)
    assert cache.get("x") == [1]


def with_code(user: Any, code: str, at: float) -> bool:
    """Whether this code signs in at that moment."""
    with time_machine.travel(at, tick=False):
        # What is counted here is the code, not how often one tried.
        client = Client(REMOTE_ADDR=f"10.8.{int(at) // 250 % 250}.{int(at) % 250 + 1}")
        client.force_login(user)
        client.logout()
        sign_in(client, user.email)
        return bool(client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302)


@pytest.mark.parametrize(
    ("used_at", "flooded"),
    [
        (MOMENT - 30, False),
        (MOMENT - 29.1, False),
        (MOMENT, False),
        (MOMENT + 31.5, False),
        (MOMENT - 29.1, True),
    ],
)
def test_a_used_code_stays_used_as_long_as_it_is_right(
    adviser: Any, settings: Any, used_at: float, flooded: bool
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    secret = generate_totp_secret()
    TOTP.activate(adviser, secret)
    code = f"{hotp_value(secret, MOMENT // 30):06}"
    assert with_code(adviser, code, used_at)
    if flooded:
        with time_machine.travel(used_at, tick=False):
            flood(310)
    moments = [used_at + 0.5 + step * 5 for step in range(20)]
    assert [at for at in moments if with_code(adviser, code, at)] == []


def test_a_code_that_switched_the_app_on_does_not_sign_in_as_well(
    adviser: Any, client: Client
) -> None:
    sign_in(client, adviser.email)
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    code = f"{hotp_value(secret, int(time.time()) // 30):06}"
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert not with_code(adviser, code, time.time())


def test_another_address_in_a_header_opens_no_new_counter(adviser: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip"}
    for number in range(3):
        sign_in(Client(HTTP_X_FORWARDED_FOR=f"10.7.1.{number}"), adviser.email, "wrong password")
    assert sign_in(Client(HTTP_X_FORWARDED_FOR="10.7.1.9"), adviser.email).status_code == 200
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(3):
        sign_in(
            Client(HTTP_X_FORWARDED_FOR=f"10.7.1.{number}, 10.7.2.1"),
            adviser.email,
            "wrong password",
        )
    assert (
        sign_in(Client(HTTP_X_FORWARDED_FOR="10.7.1.9, 10.7.2.1"), adviser.email).status_code == 200
    )
    assert (
        sign_in(Client(HTTP_X_FORWARDED_FOR="10.7.1.9, 10.7.2.2"), adviser.email).status_code == 302
    )


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_once_are_all_counted(adviser: Any) -> None:
    together = threading.Barrier(12)

    def attempt() -> None:
        try:
            together.wait()
            sign_in(Client(), adviser.email, "wrong password")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEvent.objects.filter(kind=AuditKind.SIGN_IN_FAILED).count() <= 5
    assert sign_in(Client(), adviser.email).status_code == 200
