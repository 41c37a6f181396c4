"""The main pages in a real browser: nothing for axe to report, valid, light, steady, narrow, and
usable by keyboard.
"""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from tests import factories as make
from tests.tools import looking

pytestmark = pytest.mark.django_db(transaction=True)

ANONYMOUS = ""
WIDTHS = (1280, 320)
MAX_BYTES = 100_000
SCRIPTS_LATE_SECONDS = 0.2
MAIN_PAGES = {
    ANONYMOUS: ("login", "help", "help-contractor", "help-values", "help-terms", "accessibility"),
    Role.CONTRACTOR: ("start", "contract-detail", "fulfilment-list", "fulfilment-detail"),
    Role.PROCUREMENT_OFFICER: ("start", "contract-list", "report-list"),
    Role.ADVISER: (
        "start",
        "contract-list",
        "contract-detail",
        "region-detail",
        "report-detail",
        "search",
    ),
    Role.REGION_ADMIN: ("start", "contractor-list", "table-detail"),
    Role.READER: ("report-list",),
}
# What a role presses on its start page.
MAIN_ACTION = {
    Role.CONTRACTOR: "main a.button",
    Role.PROCUREMENT_OFFICER: "main .figure a",
    Role.ADVISER: "main .task a",
    Role.REGION_ADMIN: "nav a[href^='/regio/']",
}


class World:
    """One contract with fulfilments, and somebody of each role."""

    def __init__(self) -> None:
        self.region = make.make_region()
        linde = make.make_contractor()
        self.contract = make.make_contract(self.region, linde, title="Onderhoud groen")
        self.users = {
            role: make.make_user(
                role,
                self.region,
                contractor=linde if role == Role.CONTRACTOR else None,
                email=f"{role}@example.org",
            )
            for role in MAIN_PAGES
            if role
        }
        make.make_placement(self.contract, reviewer=self.users[Role.ADVISER])
        self.waiting = make.make_activity(self.contract, state="submitted").fulfilment

    def url(self, name: str) -> str:
        kwargs: dict[str, dict[str, Any]] = {
            "contract-detail": {"pk": self.contract.pk},
            "fulfilment-detail": {"pk": self.waiting.pk},
            "table-detail": {"pk": self.contract.table_id},
            "region-detail": {"code": self.region.code},
            "report-detail": {"region": self.region.code, "year": 2024},
        }
        return reverse(name, kwargs=kwargs.get(name))

    def cookies(self, role: str, url: str) -> list[dict[str, str]]:
        if not role:
            return []
        client = Client()
        client.force_login(self.users[role])
        return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}]


@pytest.fixture
def world() -> World:
    return World()


def come_late(route: Any) -> None:
    """A script comes after the page was drawn, as on a slow line: nothing moves when it does."""
    time.sleep(SCRIPTS_LATE_SECONDS)
    route.continue_()


@pytest.mark.parametrize("role", MAIN_PAGES)
def test_main_pages(world: World, live_server: Any, new_context: Any, role: str) -> None:
    host, faults = live_server.url.removeprefix("http://"), []
    for width in WIDTHS:
        context = new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        context.add_cookies(world.cookies(role, live_server.url))
        for name in MAIN_PAGES[role]:
            page = context.new_page()
            traffic = looking.Traffic(page)
            response = page.goto(live_server.url + world.url(name))
            page.wait_for_load_state("networkidle")
            # Before axe, which fetches every stylesheet once more; and the page may be opened
            # again, to see whether it moves each time.
            weight = traffic.weight()
            found = looking.axe(page) + [
                f"too wide: {element}" for element in looking.wider_than_window(page)
            ]
            found += looking.cut_off(page)
            if width == WIDTHS[0]:
                found += looking.html_faults(response.text())
            if weight > MAX_BYTES:
                found.append(f"{weight} bytes")
            if shift := looking.layout_shift(page):
                found.append(shift)
            if traffic.hosts - {host, ""}:
                found.append(f"asks other hosts: {traffic.hosts}")
            faults += [f"{name} at {width}: {fault}" for fault in found]
            page.close()
        context.close()
    assert faults == []


def test_at_200_percent_nothing_falls_off(world: World, live_server: Any, new_context: Any) -> None:
    """A window of 1280 pixels at 200% is one of 640 with two dots per pixel."""
    context = new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    context.add_cookies(world.cookies(Role.ADVISER, live_server.url))
    page = context.new_page()
    wide = {}
    for name in MAIN_PAGES[Role.ADVISER]:
        page.goto(live_server.url + world.url(name))
        wide[name] = looking.wider_than_window(page)
    assert not any(wide.values()), wide


def tab_to(page: Any, href: str, most: int = 60) -> None:
    """By keyboard to a link; every stop on the way shows where one is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = looking.focus(page)
        if here["tag"] == "BODY":
            continue
        assert here["ring"], f"no focus to be seen on {here}"
        assert here["seen"], f"focus lies out of sight on {here}"
        if here["href"] == href:
            return
    raise AssertionError(f"{href} cannot be reached with Tab")


@pytest.mark.parametrize("role", MAIN_ACTION)
def test_by_keyboard_from_signing_in_to_the_main_action(
    world: World, live_server: Any, page: Any, role: str
) -> None:
    page.goto(live_server.url + reverse("login"))
    page.keyboard.press("Tab")
    assert looking.focus(page)["href"] == "#main"
    page.keyboard.press("Enter")
    assert looking.focus(page)["id"] == "main"
    page.keyboard.press("Tab")
    page.keyboard.type(f"{role}@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + reverse("start"))
    target = page.locator(MAIN_ACTION[role]).first.get_attribute("href")
    assert target
    tab_to(page, target)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.startswith(live_server.url + target.split("?")[0]))
    assert page.locator("h1").inner_text()
