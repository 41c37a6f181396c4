"""Secrets of second factors: sealed in the database, keys that can be replaced, and what happens to
who lost one.
"""

import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from sroi.accounts.models import AuditEvent, AuditKind
from sroi.accounts.second_factor.checks import keys_of_second_factors
from sroi.accounts.second_factor.sealing import Unreadable, seal, seal_all, unseal
from tests import factories as make
from tests.sroi.accounts.test_signin import code_now, confirm, sign_in

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    cache.clear()
    settings.SECOND_FACTOR_KEYS = [OLD]
    settings.SECOND_FACTOR_ROLES = ["adviser"]


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def adviser(secret: str) -> Any:
    """With an app and recovery codes."""
    user = make.make_user(Role.ADVISER, make.make_region(), email="adviser@example.org")
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return user


def stored() -> str:
    return " ".join(str(data) for data in Authenticator.objects.values_list("data", flat=True))


def second_step(client: Client, email: str, **data: str) -> Any:
    assert sign_in(client, email)["Location"] == reverse("mfa_authenticate")
    return client.post(reverse("mfa_authenticate"), data)


def test_no_secret_stands_in_the_database_as_it_is(adviser: Any, secret: str) -> None:
    seed = unseal(Authenticator.objects.get(type="recovery_codes").data["seed"])
    assert secret not in stored()
    assert seed not in stored()
    assert second_step(Client(), adviser.email, code=code_now(secret)).status_code == 302
    code = RecoveryCodes.activate(adviser).get_unused_codes()[0]
    assert second_step(Client(), adviser.email, code=code).status_code == 302


def test_a_key_is_replaced(adviser: Any, secret: str, settings: Any) -> None:
    """A new one before the old one, sealed anew, and the old one gone: codes go on working."""
    settings.SECOND_FACTOR_KEYS = [NEW, OLD]
    assert second_step(Client(), adviser.email, code=code_now(secret)).status_code == 302
    out = StringIO()
    call_command("seal_second_factors", stdout=out)
    assert "eerste sleutel: 2. Niet te lezen: 0" in out.getvalue()
    settings.SECOND_FACTOR_KEYS = [NEW]
    cache.clear()
    assert second_step(Client(), adviser.email, code=code_now(secret)).status_code == 302


def test_a_new_key_is_printed_and_is_one(settings: Any) -> None:
    out = StringIO()
    call_command("seal_second_factors", new_key=True, stdout=out)
    settings.SECOND_FACTOR_KEYS = [out.getvalue().strip()]
    assert unseal(seal("geheim")) == "geheim"


def test_what_stood_there_as_it_is_gets_sealed(adviser: Any, secret: str) -> None:
    """As the migration does. Until then it opens nothing."""
    rows = Authenticator.objects.filter(type="totp")
    rows.update(data={"secret": secret})
    with pytest.raises(Unreadable):
        unseal(secret)
    assert seal_all(Authenticator.objects.all()) == (2, 0)
    assert secret not in stored()
    assert second_step(Client(), adviser.email, code=code_now(secret)).status_code == 302


def test_codes_that_came_from_elsewhere_are_sealed_too(adviser: Any) -> None:
    rows = Authenticator.objects.filter(type="recovery_codes")
    rows.update(data={"migrated_codes": ["11112222", "33334444"]})
    seal_all(rows)
    assert "11112222" not in stored()
    assert second_step(Client(), adviser.email, code="33334444").status_code == 302


class TestLost:
    @pytest.fixture(autouse=True)
    def _another_key(self, adviser: Any, settings: Any) -> None:
        settings.SECOND_FACTOR_KEYS = [NEW]

    def test_the_password_alone_does_not_get_in(self, adviser: Any, client: Client) -> None:
        sign_in(client, adviser.email)
        page = client.get(reverse("mfa_authenticate"))
        assert page.status_code == 200
        assert "Stel uw tweede stap opnieuw in" in page.content.decode()
        assert client.get(reverse("contract-list"))["Location"].startswith(reverse("login"))

    def test_a_mail_lets_one_set_it_up_again(self, adviser: Any, client: Client) -> None:
        answer = second_step(client, adviser.email)
        assert "onderweg" in answer.content.decode()
        (sent,) = mail.outbox
        assert sent.to == [adviser.email]
        link = re.search(r"https?://\S+?(/aanmelden/\S+)", str(sent.body))
        assert link
        # Opened by a program that reads mail: nothing happens yet.
        assert Client().get(link[1]).status_code == 200
        assert Authenticator.objects.filter(user=adviser).count() == 2
        assert Client().post(link[1])["Location"] == reverse("login")
        assert not Authenticator.objects.filter(user=adviser).exists()
        assert AuditEvent.objects.filter(kind=AuditKind.SECOND_FACTOR, user=adviser).exists()
        assert Client().get(link[1]).status_code == 410
        again = Client()
        sign_in(again, adviser.email)
        assert again.get(reverse("contract-list"))["Location"] == reverse("mfa_index")

    def test_the_link_takes_away_nothing_that_can_be_read(
        self, adviser: Any, client: Client, settings: Any
    ) -> None:
        second_step(client, adviser.email)
        link = re.search(r"/aanmelden/tweede-stap/opnieuw/\S+", str(mail.outbox[0].body))
        assert link
        settings.SECOND_FACTOR_KEYS = [OLD]
        assert Client().post(link[0]).status_code == 410
        assert Authenticator.objects.filter(user=adviser).count() == 2

    def test_the_link_is_good_for_an_hour(self, adviser: Any, client: Client) -> None:
        second_step(client, adviser.email)
        link = re.search(r"/aanmelden/tweede-stap/opnieuw/\S+", str(mail.outbox[0].body))
        assert link
        with time_machine.travel("2099-01-01"):
            assert Client().get(link[0]).status_code == 410

    def test_there_are_only_some_mails(self, adviser: Any) -> None:
        answers = [second_step(Client(), adviser.email).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]

    @pytest.mark.parametrize(
        "name", ["mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
    )
    def test_who_is_signed_in_meets_no_fault(
        self, adviser: Any, client: Client, settings: Any, name: str
    ) -> None:
        client.force_login(adviser)
        confirm(client)
        again = reverse("account_second_step_again")
        assert client.get(reverse(name))["Location"] == again
        assert client.get(again).status_code == 200
        assert client.post(again)["Location"] == reverse("mfa_index")
        assert client.get(reverse("mfa_index")).status_code == 200

    def test_one_that_can_still_be_read_is_used(
        self, adviser: Any, secret: str, settings: Any
    ) -> None:
        """The app was set up with a key that is gone, the codes with one that is there."""
        Authenticator.objects.filter(type="recovery_codes").delete()
        code = RecoveryCodes.activate(adviser).get_unused_codes()[0]
        assert (
            "niet meer te lezen"
            in second_step(Client(), adviser.email, code=code_now(secret)).content.decode()
        )
        assert second_step(Client(), adviser.email, code=code).status_code == 302

    def test_who_runs_the_server_can_take_it_away(self, adviser: Any) -> None:
        out = StringIO()
        call_command("seal_second_factors", forget_lost=True, stdout=out)
        assert "Niet te lezen: 2" in out.getvalue()
        assert not Authenticator.objects.exists()


class TestChecks:
    def ids(self) -> list[str]:
        return [str(found.id) for found in keys_of_second_factors()]

    def test_a_key_of_its_own_is_well(self, settings: Any) -> None:
        settings.HTTPS = settings.SECOND_FACTOR_KEYS_ARE_SET = True
        assert self.ids() == []

    def test_what_is_missing_or_unsafe_is_said(self, settings: Any) -> None:
        settings.HTTPS, settings.SECOND_FACTOR_KEYS_ARE_SET = True, False
        assert self.ids() == ["accounts.W002"]
        settings.SECOND_FACTOR_KEYS_ARE_SET = True
        settings.SECOND_FACTOR_KEYS = [OLD, OLD]
        assert self.ids() == ["accounts.W001"]
        settings.SECOND_FACTOR_KEYS = ["geheim"]
        assert self.ids() == ["accounts.E001"]
        settings.SECRET_KEY = OLD
        settings.SECOND_FACTOR_KEYS = [OLD]
        assert self.ids() == ["accounts.E002"]


class TestDevices:
    """Five wrong passwords from elsewhere pause an account there, not where its owner works."""

    def test_strangers_lock_nobody_out_of_a_device_they_use(
        self, adviser: Any, secret: str
    ) -> None:
        here = Client()
        second_step(here, adviser.email, code=code_now(secret))
        here.post(reverse("logout"))
        for _attempt in range(6):
            sign_in(Client(), adviser.email, "wrong password")
        assert sign_in(Client(), adviser.email).status_code == 200
        assert sign_in(here, adviser.email)["Location"] == reverse("mfa_authenticate")

    def test_nor_at_the_second_step(self, adviser: Any, secret: str) -> None:
        here = Client()
        assert second_step(here, adviser.email, code=code_now(secret)).status_code == 302
        here.post(reverse("logout"))
        for _attempt in range(6):
            second_step(Client(), adviser.email, code="000000")
        (code, other) = RecoveryCodes.activate(adviser).get_unused_codes()[:2]
        assert second_step(Client(), adviser.email, code=code).status_code == 200
        assert second_step(here, adviser.email, code=other).status_code == 302

    def test_a_device_has_a_limit_too(self, adviser: Any, secret: str) -> None:
        here = Client()
        second_step(here, adviser.email, code=code_now(secret))
        here.post(reverse("logout"))
        for _attempt in range(10):
            sign_in(here, adviser.email, "wrong password")
        assert sign_in(here, adviser.email).status_code == 200

    def test_it_is_for_who_signed_in_there_only(self, adviser: Any, secret: str) -> None:
        """The password alone makes no device known, and a known one is so for its own people."""
        half, other = Client(), make.make_user(Role.READER, email="other@example.org")
        second_step(half, adviser.email, code="000000")
        assert "device" not in half.cookies
        theirs = Client()
        sign_in(theirs, other.email)
        assert theirs.cookies["device"]["httponly"]
        assert adviser.email not in theirs.cookies["device"].value
        theirs.post(reverse("logout"))
        for _attempt in range(5):
            sign_in(theirs, adviser.email, "wrong password")
        assert sign_in(theirs, adviser.email).status_code == 200

    def test_a_cookie_that_was_made_up_counts_for_nothing(self, adviser: Any) -> None:
        stranger = Client()
        stranger.cookies["device"] = "made-up:value:signature"
        for _attempt in range(5):
            sign_in(stranger, adviser.email, "wrong password")
        assert sign_in(stranger, adviser.email).status_code == 200
