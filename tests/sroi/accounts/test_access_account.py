"""Pages of one's own account and of signing in: nothing of others, and nothing for who is not
signed in.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db

KEY, ELSEWHERE = {"pk": 987654321}, {"provider_id": "nergens"}
RESET = {"uidb36": "zzz", "key": "abc-def"}
LOGIN = "login"
# Per URL name: parts of the address, and what GET answers to who is signed in and to who is not (a
# text: leads there).
ACCOUNT_PAGES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "account_login": ({}, "start", 200),
    "account_logout": ({}, 405, 405),
    "account_inactive": ({}, 200, 200),
    "account_reauthenticate": ({}, 200, LOGIN),
    "account_change_password": ({}, 200, LOGIN),
    "account_second_step_again": ({}, "account_reauthenticate", LOGIN),
    "account_second_step_by_mail": ({"token": "onzin"}, 410, 410),
    "account_set_password": ({}, "account_change_password", LOGIN),
    "account_reset_password": ({}, 200, 200),
    "account_reset_password_done": ({}, 200, 200),
    "account_reset_password_from_key": (RESET, 200, 200),
    "account_reset_password_from_key_done": ({}, 200, 200),
    "invitation": ({"token": "onzin"}, 410, 410),
    "mfa_index": ({}, 200, LOGIN),
    "mfa_authenticate": ({}, "start", LOGIN),
    "mfa_reauthenticate": ({}, "account_reauthenticate", LOGIN),
    "mfa_activate_totp": ({}, "account_reauthenticate", LOGIN),
    "mfa_deactivate_totp": ({}, 404, LOGIN),
    "mfa_view_recovery_codes": ({}, 404, LOGIN),
    "mfa_generate_recovery_codes": ({}, "account_reauthenticate", LOGIN),
    "mfa_download_recovery_codes": ({}, 404, LOGIN),
    "mfa_list_webauthn": ({}, 200, LOGIN),
    "mfa_add_webauthn": ({}, "account_reauthenticate", LOGIN),
    "mfa_edit_webauthn": (KEY, "account_reauthenticate", LOGIN),
    "mfa_remove_webauthn": (KEY, "account_reauthenticate", LOGIN),
    "mfa_reauthenticate_webauthn": ({}, "account_reauthenticate", LOGIN),
    "mfa_login_webauthn": ({}, "start", LOGIN),
    "usersessions_list": ({}, 200, LOGIN),
    "socialaccount_connections": ({}, 200, LOGIN),
    "socialaccount_login_cancelled": ({}, 200, 200),
    "socialaccount_login_error": ({}, 401, 401),
    "openid_connect_login": (ELSEWHERE, 404, 404),
    "openid_connect_callback": (ELSEWHERE, 404, 404),
}


def outcome(client: Client, name: str) -> Any:
    answer = client.get(reverse(name, kwargs=ACCOUNT_PAGES[name][0]))
    return answer["Location"].partition("?")[0] if answer.status_code == 302 else answer.status_code


def expected(which: int) -> dict[str, Any]:
    """What the table says, with names as addresses."""
    answers = {name: row[which] for name, row in ACCOUNT_PAGES.items()}
    return {name: reverse(a) if isinstance(a, str) else a for name, a in answers.items()}


@pytest.mark.parametrize("role", Role.values)
def test_signed_in(client: Client, role: str) -> None:
    region = make.make_region()
    contractor = make.make_contractor() if role == Role.CONTRACTOR else None
    client.force_login(make.make_user(role, region, contractor=contractor))
    assert {name: outcome(client, name) for name in ACCOUNT_PAGES} == expected(1)


@pytest.mark.parametrize("inactive", [False, True])
def test_not_signed_in(client: Client, inactive: bool) -> None:
    if inactive:
        client.force_login(make.make_user(Role.ADVISER, make.make_region(), active=False))
    assert {name: outcome(client, name) for name in ACCOUNT_PAGES} == expected(2)


def test_another_persons_key_is_as_missing(client: Client) -> None:
    from allauth.mfa.models import Authenticator

    one, other = make.make_user(Role.READER), make.make_user(Role.READER)
    for user in (one, other):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Sleutel"}
        )
    client.force_login(one)
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    theirs = Authenticator.objects.get(user=other).pk
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        answers = [client.get(reverse(name, kwargs={"pk": pk})) for pk in (theirs, KEY["pk"])]
        assert [a.status_code for a in answers] == [404, 404]
