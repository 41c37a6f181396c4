"""Another SECRET_KEY signs nobody out: what was signed with the one before still holds."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from contracts.people.invitations import token_of
from sroi.access import Role
from sroi.accounts.audit import events_of, note
from sroi.accounts.devices import number_of
from sroi.accounts.models import AuditKind
from sroi.accounts.second_factor.checks import keys_of_second_factors
from sroi.accounts.second_factor.sealing import seal, unseal
from tests import factories as make
from tests.sroi.accounts.test_signin import sign_in

pytestmark = pytest.mark.django_db
OLD, NEW = "of before " * 6, "of today " * 6


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    cache.clear()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []


@pytest.fixture
def adviser() -> Any:
    return make.make_user(Role.ADVISER, make.make_region(), email="adviser@example.org")


def rotate(settings: Any, *, keeping: bool = True) -> None:
    settings.SECRET_KEY = NEW
    settings.SECRET_KEY_FALLBACKS = [OLD] if keeping else []


@pytest.mark.parametrize("keeping", [True, False])
def test_who_is_signed_in_stays_so(adviser: Any, settings: Any, keeping: bool) -> None:
    client = Client()
    sign_in(client, adviser.email)
    assert client.get(reverse("contract-list")).status_code == 200
    rotate(settings, keeping=keeping)
    assert client.get(reverse("contract-list")).status_code == (200 if keeping else 302)


def test_a_session_has_the_new_key_from_then_on(adviser: Any, settings: Any) -> None:
    """So the old key can be taken out once sessions of before have ended."""
    client = Client()
    sign_in(client, adviser.email)
    rotate(settings)
    client.get(reverse("contract-list"))
    rotate(settings, keeping=False)
    assert client.get(reverse("contract-list")).status_code == 200


@pytest.mark.parametrize("keeping", [True, False])
def test_an_invitation_that_is_out_works(settings: Any, keeping: bool) -> None:
    invitation = make.make_invitation(make.make_region())
    token = token_of(invitation)
    rotate(settings, keeping=keeping)
    answer = Client().get(reverse("invitation", args=[token]))
    assert answer.status_code == (200 if keeping else 410)


def test_a_device_that_is_known_stays_so(adviser: Any, settings: Any, rf: Any) -> None:
    client = Client()
    sign_in(client, adviser.email)

    def known() -> str:
        request = rf.get("/")
        request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
        return number_of(request, adviser.email)

    before = known()
    assert before
    rotate(settings)
    assert known() == before
    # Signing in again puts the same number under the new key.
    client.post(reverse("logout"))
    sign_in(client, adviser.email)
    assert known() == before
    rotate(settings, keeping=False)
    assert known() == before


def test_failed_attempts_of_before_stay_with_their_account(adviser: Any, settings: Any) -> None:
    note(AuditKind.SIGN_IN_FAILED, email=adviser.email)
    rotate(settings)
    note(AuditKind.SIGN_IN_FAILED, email=adviser.email)
    assert events_of([adviser]).count() == 2
    rotate(settings, keeping=False)
    assert events_of([adviser]).count() == 1


def test_new_keys_come_in_front_of_those_in_use(settings: Any, capsys: Any) -> None:
    """As the environment reads them: the second factor sealed before opens, and is sealed anew."""
    settings.SECOND_FACTOR_KEYS = [Fernet.generate_key().decode()]
    settings.STATEMENT_KEYS = ["a key of statements that is long enough"]
    sealed = seal("geheim")
    call_command("rotate_keys")
    printed = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert len(printed["SECRET_KEY"]) >= 50
    assert printed["SECRET_KEY"] != OLD
    assert printed["SECRET_KEY_FALLBACKS"] == OLD
    new, old = printed["SECOND_FACTOR_KEYS"].split(",")
    assert old == settings.SECOND_FACTOR_KEYS[0]
    settings.SECOND_FACTOR_KEYS = [new, old]
    assert keys_of_second_factors() == []
    assert unseal(sealed) == "geheim"
    assert printed["STATEMENT_KEYS"].split(",")[1:] == settings.STATEMENT_KEYS
