"""Headers and cookies: on every answer, errors and static files included."""

import os
import secrets
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def check(answer: Any, *, kept: bool = False) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, (answer.request["PATH_INFO"], name)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=" in answer.headers["Permissions-Policy"]
    assert ("no-store" in answer.headers["Cache-Control"]) is not kept


@pytest.mark.parametrize(
    "path", ["/", "/aanmelden/", "/privacy/", "/gezond/", "/bestaat-niet/", "/uitnodiging/onzin/"]
)
def test_without_signing_in(client: Client, path: str) -> None:
    check(client.get(path))


def test_signed_in_pages_errors_and_downloads(client: Client) -> None:
    region = make.make_region()
    admin = make.make_user(Role.REGION_ADMIN, region)
    client.force_login(admin)
    check(client.get(reverse("start")))
    check(client.get("/contracten/987654321/"))
    check(client.post(reverse("contract-list")))
    check(client.get(reverse("held-user", args=[admin.memberships.get().pk])))
    check(Client(enforce_csrf_checks=True).post(reverse("login"), {"login": "a"}))


@override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False)
def test_a_failure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    client.raise_request_exception = False
    client.force_login(make.make_user(Role.READER, make.make_region()))
    monkeypatch.setattr("sroi.pages.work.search.visible", fail)
    answer = client.get(reverse("search"), {"q": "iets"})
    assert answer.status_code == 500
    check(answer)


@override_settings(WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True)
def test_static_files() -> None:
    answer = Client().get("/static/css/site.css")
    assert answer.status_code == 200
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, name
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_page_holds_script_or_style_of_its_own(client: Client) -> None:
    client.force_login(make.make_user(Role.ADVISER, make.make_region()))
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    for name in (
        "start",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
        "contract-list",
    ):
        text = client.get(reverse(name)).content.decode()
        for attribute in (' style="', " onclick=", " onload=", "<style", "javascript:"):
            assert attribute not in text, (name, attribute)
        for part in text.split("<script")[1:]:
            assert (
                "src=" in part.partition(">")[0] or "application/json" in part.partition(">")[0]
            ), name


PRODUCTION = """
import django
django.setup()
from django.conf import settings
from django.test import Client
answer = Client(headers={"host": "sroi.example"}).get("/toegankelijkheid/", secure=True)
assert "max-age=31536000" in answer["Strict-Transport-Security"], answer.headers
assert Client(headers={"host": "sroi.example"}).get("/toegankelijkheid/").status_code == 301
names = ("SESSION", "CSRF", "LANGUAGE", "DEVICE")
cookies = [getattr(settings, f"{name}_COOKIE_NAME") for name in names]
assert all(name.startswith("__Host-") for name in cookies)
made = answer.cookies[settings.CSRF_COOKIE_NAME]
assert made["secure"] and made["path"] == "/" and not made["domain"]
assert not settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN
"""


def test_production() -> None:
    """HSTS and cookies as they are set with HTTPS on, in a process of its own."""
    surroundings = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRODUCTION],
        cwd=settings.BASE_DIR,
        env={
            **surroundings,
            "DJANGO_SETTINGS_MODULE": "sroi.settings",
            "DATABASE_URL": "sqlite://:memory:",
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "HTTPS": "1",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "sroi.example",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
