"""In a real browser: from invitation to the first page, an app with codes, a passkey, and signing
in elsewhere.
"""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.urls import reverse

from sroi.access import Role
from sroi.accounts.models import User
from tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "een lange zin die ik onthoud"
PROVIDER, KVK = "makelaar", "11112222"
# Signs by itself, as a telephone does that was unlocked.
VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def region(settings: Any) -> Any:
    cache.clear()
    return make.make_region()


@pytest.fixture
def site(live_server: Any) -> str:
    """By name: browsers give no passkey to a bare address."""
    return live_server.url.replace("127.0.0.1", "localhost")


def sign_in(page: Any, site: str, email: str, password: str = make.PASSWORD) -> None:
    page.goto(site + reverse("login"))
    page.fill("#id_login", email)
    page.fill("#id_password", password)
    page.click("form:has(#id_login) button:not([form])")
    page.wait_for_url(lambda url: not url.endswith(reverse("login")))


def confirm(page: Any) -> None:
    if reverse("account_reauthenticate") in page.url:
        page.fill("input[type=password]", make.PASSWORD)
        page.click("main form button")
        page.wait_for_url(lambda url: reverse("account_reauthenticate") not in url)


def test_from_invitation_to_the_first_page(page: Any, site: str, region: Any, worker: Any) -> None:
    admin = make.make_user(Role.REGION_ADMIN, region)
    sign_in(page, site, admin.email)
    page.goto(site + reverse("user-invite"))
    page.fill("#id_email", "nieuw@example.org")
    page.check(f"input[name=role][value={Role.ADVISER}]")
    page.click("#form button")
    page.wait_for_url("**" + reverse("user-list"))
    page.context.clear_cookies()
    page.goto(site + re.search(r"(/uitnodiging/\S+)", worker.texts()[-1])[1])
    page.fill("#id_name", "Nieuwe Adviseur")
    page.fill("#id_password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(site + reverse("start"))
    assert "Nieuwe Adviseur" in page.content()
    assert User.objects.get(email="nieuw@example.org").memberships.get().role == Role.ADVISER


def test_an_app_with_codes(page: Any, site: str, region: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = [Role.ADVISER]
    adviser = make.make_user(Role.ADVISER, region)
    sign_in(page, site, adviser.email)
    assert page.url == site + reverse("mfa_index")
    page.goto(site + reverse("mfa_activate_totp"))
    confirm(page)
    secret = page.input_value("#authenticator_secret")
    page.fill("#id_code", code_at(secret, 0))
    page.click("main form button")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    page.context.clear_cookies()
    sign_in(page, site, adviser.email)
    assert page.url == site + reverse("mfa_authenticate")
    page.fill("#id_code", code_at(secret, 1))
    page.click("main form:has(#id_code) button")
    page.wait_for_url(site + reverse("start"))


def code_at(secret: str, ahead: int) -> str:
    """The code of now, or the next one: each works once."""
    return f"{hotp_value(secret, int(time.time()) // 30 + ahead):06}"


def test_a_passkey(page: Any, site: str, region: Any) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    sign_in(page, site, adviser.email)
    page.goto(site + reverse("mfa_add_webauthn"))
    confirm(page)
    page.fill("#id_name", "Mijn telefoon")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: reverse("mfa_add_webauthn") not in url)
    assert Authenticator.objects.filter(user=adviser, type=Authenticator.Type.WEBAUTHN).exists()
    page.context.clear_cookies()
    page.goto(site + reverse("login"))
    page.click("#passkey_login")
    page.wait_for_url(site + reverse("start"))
    assert str(adviser) in page.content()


@pytest.fixture
def provider() -> Iterator[str]:
    """A real OpenID provider of its own process on this machine: whoever comes there says who they
    are.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    claims = {"sub": "eh-1", "email": "someone@example.org", "email_verified": True, "kvk": KVK}
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--user-claims", json.dumps(claims)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(300):
            try:
                urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def elsewhere(provider: str, settings: Any) -> dict[str, Any]:
    """The settings of the provider as `OIDC_PROVIDERS` gives them."""
    app = {
        "provider_id": PROVIDER,
        "name": "Makelaar",
        "client_id": "sroi",
        "secret": "geheim",
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
    }
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**directives, "form-action": ["'self'", provider]}
    }
    return app


def go_elsewhere(page: Any, provider: str, button: str) -> None:
    page.click(button)
    page.wait_for_url(lambda url: url.startswith(provider))
    page.fill("input[type=text][name=sub]", "eh-1")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(lambda url: not url.startswith(provider))


def test_signing_in_elsewhere(
    page: Any, site: str, region: Any, provider: str, elsewhere: dict[str, Any]
) -> None:
    """An address alone connects nothing; what was connected while signed in does."""
    adviser = make.make_user(Role.ADVISER, region, email="someone@example.org")
    login = "form[action*='elders'] button"
    page.goto(site + reverse("login"))
    go_elsewhere(page, provider, login)
    assert page.url.startswith(site + reverse("login"))
    assert not SocialAccount.objects.exists()
    sign_in(page, site, adviser.email)
    page.goto(site + reverse("socialaccount_connections"))
    go_elsewhere(page, provider, login)
    assert SocialAccount.objects.get().user == adviser
    page.context.clear_cookies()
    page.goto(site + reverse("login"))
    go_elsewhere(page, provider, login)
    page.wait_for_url(site + reverse("start"))
    assert str(adviser) in page.content()


def test_eherkenning_opens_the_firm_it_names(
    page: Any, site: str, region: Any, provider: str, elsewhere: dict[str, Any]
) -> None:
    """The broker vouches for a KvK number: it has to be the firm of a running membership."""
    elsewhere["settings"]["kvk_claim"] = "kvk"
    person = make.make_user(
        Role.CONTRACTOR, region, contractor=make.make_contractor("De Iep", "33334444")
    )
    login = "form[action*='elders'] button"
    sign_in(page, site, person.email)
    page.goto(site + reverse("socialaccount_connections"))
    go_elsewhere(page, provider, login)
    assert not SocialAccount.objects.exists()
    membership = make.join(
        person, Role.CONTRACTOR, region, contractor=make.make_contractor("De Linde", KVK)
    )
    go_elsewhere(page, provider, login)
    assert SocialAccount.objects.get().user == person
    for running in (True, False):
        if not running:
            membership.ended_at = make.moment(make.TODAY)
            membership.save()
        page.context.clear_cookies()
        page.goto(site + reverse("login"))
        go_elsewhere(page, provider, login)
        assert page.url.startswith(site + reverse("login")) is not running


def test_a_group_opens_an_account_and_its_end_closes_it(
    page: Any, site: str, region: Any, provider: str, elsewhere: dict[str, Any]
) -> None:
    """Nobody invited them; the role comes and goes with the group, and never gives more."""
    groups = {"groups_claim": "groups", "roles": []}
    groups["roles"] = [{"group": "sr-advies", "role": Role.ADVISER.value, "region": region.code}]
    elsewhere["settings"] |= groups
    login = "form[action*='elders'] button"
    for said, gets_in in ((["voetbal"], False), (["sr-advies"], True), (["voetbal"], False)):
        is_so(provider, {"groups": said})
        page.context.clear_cookies()
        page.goto(site + reverse("login"))
        go_elsewhere(page, provider, login)
        assert page.url.startswith(site + reverse("login")) is not gets_in
        running = User.objects.filter(memberships__ended_at=None).values_list(
            "email", "memberships__role"
        )
        assert list(running) == ([("someone@example.org", Role.ADVISER)] if gets_in else [])


def is_so(provider: str, said: dict[str, Any]) -> None:
    claims = {"email": "someone@example.org", "name": "Noor Nieuw", **said}
    request = urllib.request.Request(
        f"{provider}/users/eh-1",
        json.dumps(claims).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=20).close()
