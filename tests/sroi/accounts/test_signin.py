"""Signing in: closed sign-up, the same answer for everyone, throttling, second factor, time-outs,
other sessions.
"""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from sroi.access import Role
from sroi.accounts.audit import address_hash
from sroi.accounts.models import AuditEvent, AuditKind
from tests import factories as make

NEW = "een heel ander wachtwoord"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def adviser() -> Any:
    return make.make_user(Role.ADVISER, make.make_region(), email="adviser@example.org")


def sign_in(client: Client, email: str, password: str = make.PASSWORD) -> Any:
    return client.post(reverse("login"), {"login": email, "password": password})


def confirm(client: Client) -> None:
    """Before changing how one signs in, the password is asked once more."""
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})


def code_now(secret: str) -> str:
    return f"{hotp_value(secret, int(time.time()) // 30):06}"


def test_signing_in_and_out(adviser: Any, client: Client) -> None:
    assert sign_in(client, "Adviser@Example.org ")["Location"] == reverse("start")
    key = client.session.session_key
    assert client.get(reverse("start")).status_code == 200
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get(reverse("start")).status_code == 302
    assert client.session.session_key != key
    assert list(AuditEvent.objects.values_list("kind", flat=True)) == [
        AuditKind.SIGNED_OUT,
        AuditKind.SIGNED_IN,
    ]


def test_signing_in_gives_a_new_session(adviser: Any, client: Client) -> None:
    client.get(reverse("login"), {"next": "/contracten/"})
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    planted = session.session_key
    sign_in(client, adviser.email)
    assert client.session.session_key != planted


def test_nobody_makes_an_account() -> None:
    for name in ("account_signup", "socialaccount_signup", "mfa_signup_webauthn", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def answer(response: Any) -> str:
    return re.sub(r'(value=|X-CSRFToken": )"[^"]*"', "", response.content.decode())


def test_unknown_and_known_accounts_get_the_same_answer(adviser: Any, client: Client) -> None:
    known, unknown = (
        sign_in(Client(), email, "wrong password")
        for email in (adviser.email, "nobody@example.org")
    )
    assert known.status_code == unknown.status_code == 200
    assert answer(known) == answer(unknown)
    inactive = make.make_user(Role.ADVISER, email="gone@example.org", active=False)
    assert answer(sign_in(Client(), inactive.email, "wrong password")) == answer(unknown)
    resets = [
        Client().post(reverse("account_reset_password"), {"email": e})
        for e in (adviser.email, "no@example.org")
    ]
    assert resets[0].status_code == resets[1].status_code == 302
    assert resets[0]["Location"] == resets[1]["Location"]
    assert [m.to for m in mail.outbox] == [[adviser.email]]


def test_unknown_accounts_cost_a_hash_as_well(
    adviser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import hashers

    made = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, *args: (made.append(1), encode(self, *args))[1],
    )
    counts = []
    for email in (adviser.email, "nobody@example.org"):
        made.clear()
        sign_in(Client(), email, "wrong password")
        counts.append(len(made))
    assert counts[0] == counts[1] > 0


def test_an_account_is_throttled_also_for_the_right_password(adviser: Any) -> None:
    for _attempt in range(5):
        sign_in(Client(), adviser.email, "wrong password")
    assert sign_in(Client(), adviser.email).status_code == 200
    for _attempt in range(5):
        sign_in(Client(), "nobody@example.org", "wrong password")
    assert answer(sign_in(Client(), "nobody@example.org")) == answer(
        sign_in(Client(), adviser.email)
    )


def test_an_account_is_throttled_by_whichever_name_the_site_is_called(adviser: Any) -> None:
    """A port says whoever asks."""
    for attempt in range(5):
        client = Client(HTTP_HOST=f"{('localhost', '127.0.0.1')[attempt % 2]}:{8000 + attempt}")
        sign_in(client, adviser.email, "wrong password")
    assert sign_in(Client(HTTP_HOST="localhost:9000"), adviser.email).status_code == 200


def test_an_address_is_throttled(adviser: Any) -> None:
    for number in range(30):
        sign_in(Client(REMOTE_ADDR="10.1.1.1"), f"nobody{number}@example.org", "wrong password")
    assert sign_in(Client(REMOTE_ADDR="10.1.1.1"), adviser.email).status_code == 200
    assert sign_in(Client(REMOTE_ADDR="10.1.1.2"), adviser.email).status_code == 302


def test_failed_sign_ins_are_logged_without_the_address(adviser: Any) -> None:
    sign_in(Client(), adviser.email, "wrong password")
    event = AuditEvent.objects.get()
    assert (event.kind, event.user) == (AuditKind.SIGN_IN_FAILED, None)
    assert event.address_hash == address_hash(adviser.email)
    assert "example" not in event.address_hash


def test_changing_the_password_ends_the_other_sessions(adviser: Any) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, adviser.email)
    changed = here.post(
        reverse("account_change_password"),
        {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW},
    )
    assert changed.status_code == 302
    assert here.get(reverse("start")).status_code == 200
    assert there.get(reverse("start")).status_code == 302


def test_sign_out_everywhere_else(adviser: Any) -> None:
    here, there = Client(HTTP_USER_AGENT="Here"), Client(HTTP_USER_AGENT="There")
    for client in (here, there):
        sign_in(client, adviser.email)
        client.get(reverse("start"))
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Here" in page
    assert "There" in page
    here.post(reverse("usersessions_list"))
    assert here.get(reverse("start")).status_code == 200
    assert there.get(reverse("start")).status_code == 302


@pytest.mark.parametrize(
    ("key", "minutes"), [("session_seen", 61), ("session_started", 12 * 60 + 1)]
)
def test_a_session_ends_by_itself(adviser: Any, client: Client, key: str, minutes: int) -> None:
    sign_in(client, adviser.email)
    assert client.get(reverse("start")).status_code == 200
    session = client.session
    session[key] -= minutes * 60
    session.save()
    assert client.get(reverse("start"))["Location"].startswith(reverse("login"))


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def _asked(self, settings: Any) -> None:
        settings.SECOND_FACTOR_ROLES = ["region_admin", "adviser"]

    def test_must_be_set_up_first(self, adviser: Any, client: Client) -> None:
        sign_in(client, adviser.email)
        assert client.get(reverse("contract-list"))["Location"] == reverse("mfa_index")
        assert client.get(reverse("mfa_index")).status_code == 200
        assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(
            reverse("account_reauthenticate")
        )
        confirm(client)
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        TOTP.activate(adviser, generate_totp_secret())
        assert client.get(reverse("contract-list")).status_code == 200

    def test_is_not_asked_in_the_demonstration_nor_of_others(
        self, adviser: Any, client: Client, settings: Any
    ) -> None:
        officer = make.make_user(Role.PROCUREMENT_OFFICER, adviser.memberships.get().region)
        sign_in(client, officer.email)
        assert client.get(reverse("contract-list")).status_code == 200
        client.post(reverse("logout"))
        settings.DEMO = True
        sign_in(client, adviser.email)
        assert client.get(reverse("contract-list")).status_code == 200

    def test_signing_in_asks_for_the_code(self, adviser: Any, client: Client) -> None:
        secret = generate_totp_secret()
        TOTP.activate(adviser, secret)
        assert sign_in(client, adviser.email)["Location"] == reverse("mfa_authenticate")
        assert client.get(reverse("contract-list"))["Location"].startswith(reverse("login"))
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
        assert (
            client.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code == 302
        )
        assert client.get(reverse("contract-list")).status_code == 200

    def test_a_code_works_once(self, adviser: Any) -> None:
        secret = generate_totp_secret()
        TOTP.activate(adviser, secret)
        code = code_now(secret)
        answers = []
        for client in (Client(), Client()):
            sign_in(client, adviser.email)
            answers.append(client.post(reverse("mfa_authenticate"), {"code": code}).status_code)
        assert answers == [302, 200]

    def test_a_recovery_code_works_once(self, adviser: Any) -> None:
        TOTP.activate(adviser, generate_totp_secret())
        code = RecoveryCodes.activate(adviser).get_unused_codes()[0]
        answers = []
        for client in (Client(), Client()):
            sign_in(client, adviser.email)
            answers.append(client.post(reverse("mfa_authenticate"), {"code": code}).status_code)
        assert answers == [302, 200]
        assert Authenticator.objects.filter(user=adviser).count() == 2


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "usersessions_list",
        "socialaccount_connections",
        "account_change_password",
        "account_reauthenticate",
    ],
)
def test_pages_of_ones_account_are_in_our_look(adviser: Any, client: Client, name: str) -> None:
    sign_in(client, adviser.email)
    confirm(client)
    text = client.get(reverse(name)).content.decode()
    assert 'class="masthead"' in text
    assert text.count("<h1") == 1
    assert 'lang="nl"' in text


def test_a_forgotten_password_is_set_by_the_link_in_the_mail(adviser: Any, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": adviser.email})
    link = re.search(r"http://127.0.0.1:8000(\S+)", mail.outbox[0].body)[1]
    form = client.get(link)["Location"]
    new = {"password1": "een nieuw lang wachtwoord", "password2": "een nieuw lang wachtwoord"}
    assert client.post(form, new).status_code == 302
    assert sign_in(client, adviser.email, new["password1"]).status_code == 302
