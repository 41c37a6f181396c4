"""The main way of each role in a real browser, on a desk and on a phone: signing in, finding,
opening, going back.
"""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from sroi.access import Role
from tests import factories as make
from tests.tools import looking

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("width", [1280, 360]),
]

WIDE = 992


class World:
    """Thirty contracts of one contractor, the first with a fulfilment of each kind."""

    def __init__(self) -> None:
        self.region = make.make_region()
        self.linde = make.make_contractor("De Linde", "11112222")
        self.contract = make.make_contract(
            self.region, self.linde, reference="A-1", title="Onderhoud groen"
        )
        make.make_contracts(self.region, self.linde, 29)
        make.make_placement(self.contract, external_id="PLAATSING-1")
        make.make_purchase(self.contract, external_id="FACTUUR-1", state="submitted")
        make.make_activity(
            self.contract, external_id="GASTLES-1", state="returned", why="Graag een verslag."
        )

    def user(self, role: str) -> Any:
        return make.make_user(
            role, self.region, contractor=self.linde if role == Role.CONTRACTOR else None
        )


def sign_in(page: Page, live_server: Any, user: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url)
    page.locator("input[type=email]").fill(user.email)
    page.locator("input[type=password]").fill(make.PASSWORD)
    page.locator("form.form button").first.click()
    expect(page).to_have_url(re.compile(r"/$|/jaarverslag/$"))


def fits(page: Page) -> None:
    assert looking.wider_than_window(page) == []


def through_menu(page: Page, width: int, name: str) -> None:
    if width < WIDE:
        page.locator(".menu__toggle").click()
    page.locator(f".menu nav a[href='{reverse(name)}']").first.click()
    expect(page).to_have_url(re.compile(re.escape(reverse(name)) + "$"))


def open_filter(page: Page, width: int) -> None:
    if width < WIDE and not page.locator("details.filter").evaluate("e => e.open"):
        page.locator("details.filter > summary").click()


def test_an_adviser_finds_a_contract_and_comes_back(
    page: Page, live_server: Any, width: int
) -> None:
    world = World()
    sign_in(page, live_server, world.user(Role.ADVISER), width)
    expect(page.locator("main")).to_contain_text("FACTUUR-1")
    fits(page)

    through_menu(page, width, "contract-list")
    fits(page)
    expect(page.locator("#list tbody tr")).to_have_count(25)
    page.locator("#page-next").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator("#list tbody tr")).to_have_count(5)

    open_filter(page, width)
    page.locator("details.filter input[name=q]").fill("groen")
    page.locator("details.filter button").first.click()
    expect(page).to_have_url(re.compile("q=groen"))
    expect(page.locator("#list tbody tr")).to_have_count(1)

    page.locator("#list tbody a").first.click()
    expect(page.locator("h1")).to_have_text("Onderhoud groen")
    expect(page).to_have_url(re.compile(reverse("contract-detail", args=[world.contract.pk])))
    fits(page)
    assert looking.axe(page) == []
    page.go_back()
    expect(page).to_have_url(re.compile("q=groen"))
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_a_list_is_sorted_in_place(page: Page, live_server: Any, width: int) -> None:
    if width < WIDE:
        pytest.skip("on a phone the column heads are not shown")
    world = World()
    sign_in(page, live_server, world.user(Role.ADVISER), width)
    through_menu(page, width, "contract-list")
    page.locator("#sort-reference").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.locator("#sort-reference").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(page).to_have_url(re.compile("sort=-reference"))
    expect(page.locator("#list tbody tr").first).not_to_contain_text("A-1")


def test_a_contractor_sees_what_was_asked_back(page: Page, live_server: Any, width: int) -> None:
    world = World()
    sign_in(page, live_server, world.user(Role.CONTRACTOR), width)
    expect(page.locator("main")).to_contain_text("Graag een verslag.")
    fits(page)
    page.locator("main .task a").first.click()
    expect(page.locator("h1")).to_contain_text("GASTLES-1")
    fits(page)
    page.goto(live_server.url + reverse("contract-detail", args=[world.contract.pk]))
    page.get_by_role("link", name="PLAATSING-1").click()
    expect(page.locator("main")).to_contain_text("40.000")
    fits(page)
    assert looking.axe(page) == []


def test_an_officer_reads_totals(page: Page, live_server: Any, width: int) -> None:
    world = World()
    sign_in(page, live_server, world.user(Role.PROCUREMENT_OFFICER), width)
    fits(page)
    page.locator("main table a").first.click()
    expect(page).to_have_url(re.compile("status="))
    page.goto(live_server.url + reverse("contract-detail", args=[world.contract.pk]))
    expect(page.locator("#invullingen")).to_contain_text("40.000")
    expect(page.locator("#invullingen")).not_to_contain_text("PLAATSING-1")
    fits(page)


def test_a_region_admin_looks_at_contractors_and_tables(
    page: Page, live_server: Any, width: int
) -> None:
    world = World()
    sign_in(page, live_server, world.user(Role.REGION_ADMIN), width)
    through_menu(page, width, "contractor-list")
    page.locator("#list tbody a").first.click()
    expect(page.locator("h1")).to_have_text("De Linde")
    fits(page)
    assert looking.axe(page) == []
    page.goto(live_server.url + reverse("region-detail", args=[world.region.code]))
    fits(page)


def test_a_reader_comes_to_the_reports_and_signs_out(
    page: Page, live_server: Any, width: int
) -> None:
    world = World()
    sign_in(page, live_server, world.user(Role.READER), width)
    expect(page).to_have_url(re.compile(reverse("report-list")))
    fits(page)
    if width < WIDE:
        page.locator(".menu__toggle").click()
    page.locator(".menu__panel > .popover > summary").click()
    page.locator(f"form[action='{reverse('logout')}'] button").click()
    expect(page.locator("input[type=password]")).to_be_visible()
