"""The demonstration on a port of this machine, with a browser: what the commands for looking share.

Not a test: `screenshots.py` and `axe_matrix.py` start it by hand. Everything it makes lies in a
temporary folder, or in one that is given (`--folder`), which then is used again the next time.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

ANONYMOUS = ""
ROLES = (ANONYMOUS, "contractor", "procurement_officer", "adviser", "region_admin", "reader")


def arguments(about: str, **more: Any) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "--folder", type=Path, help="where the demonstration is kept (default: a temporary folder)"
    )
    for name, options in more.items():
        parser.add_argument(f"--{name}", **options)
    return parser.parse_args()


@dataclass
class Site:
    url: str
    chromium: Any

    def context(self, role: str, width: int, height: int = 900, **options: Any) -> Any:
        """A browser window in which the first demonstration account of the role is signed in."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale="nl-NL",
            reduced_motion="reduce",
            **options,
        )
        if role:
            context.add_cookies([{"name": "sessionid", "value": session_of(role), "url": self.url}])
        return context


@contextmanager
def demo_site(folder: Path | None) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = (folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "sroi.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        load(folder)
        with served() as url, browser() as chromium:
            yield Site(url, chromium)


def load(folder: Path) -> None:
    import django
    from django.core.management import call_command

    is_new = not (folder / "demo.sqlite3").exists()
    django.setup()
    call_command("migrate", verbosity=0)
    if is_new:
        call_command("demo", output=str(folder))


@contextmanager
def served() -> Iterator[str]:
    from django.contrib.staticfiles.testing import StaticLiveServerTestCase as Server
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("127.0.0.1", Server.static_handler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM

    if not CHROMIUM:
        sys.exit("No Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def session_of(role: str) -> str:
    from django.test import Client

    from sroi.accounts.models import User

    client = Client()
    client.force_login(
        User.objects.filter(memberships__role=role, is_active=True).order_by("pk")[0]
    )
    return client.cookies["sessionid"].value


def interesting() -> dict[str, dict[str, Any]]:
    """The parts of addresses, by URL name, of something worth looking at."""
    from contracts.models import Contract, Region, ValuationTable
    from placements.models import Fulfilment

    mine = Contract.objects.filter(contractor__memberships__role="contractor").order_by("pk")
    contract = (
        mine.filter(allocations__isnull=False, is_framework=False).distinct().latest("award_date")
    )
    fulfilments = Fulfilment.objects.filter(contractor=contract.contractor).order_by("pk")
    waiting = fulfilments.filter(latest__state="submitted").first() or fulfilments[0]
    region = Region.objects.get(pk=contract.region_id)
    report = {"region": region.code, "year": 2024}
    town = {**report, "municipality": "hilversum"}
    return {
        "contract-detail": {"pk": contract.pk},
        "contractor-detail": {"pk": contract.contractor_id},
        "fulfilment-detail": {"pk": waiting.pk},
        "table-detail": {"pk": ValuationTable.objects.filter(region=region).order_by("pk")[0].pk},
        "region-detail": {"code": region.code},
        "report-detail": report,
        "report-municipality": town,
    }


def address(name: str, kwargs: dict[str, Any] | None = None) -> str | None:
    """The address of a page; None where there is no such page, or not with what is known here."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse(name, kwargs=kwargs or {})
    except NoReverseMatch:
        return None
