"""The jobs of the register in a real browser, counted in presses: a choice in a list counts as
one, what is typed does not.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from contracts.models import Contract, ContractEvent, Happened
from placements.standing.kept import keep_in_step
from sroi.access import Role
from tests import factories as make
from tests.tools import looking

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 40


class Presses:
    def __init__(self) -> None:
        self.number = 0

    def on(self, what: Any) -> None:
        self.number += 1
        what.click()

    def choose(self, what: Any, label: str) -> None:
        self.number += 1
        what.select_option(label=label)


def signed_in(page: Page, live_server: Any, user: Any) -> None:
    page.goto(live_server.url + reverse("contract-list"))
    page.locator("input[type=email]").fill(user.email)
    page.locator("input[type=password]").fill(make.PASSWORD)
    page.locator("form.form button").first.click()
    expect(page.locator("#picked")).to_be_visible()


@pytest.fixture
def noor(db: Any) -> Any:
    region, linde = make.make_region(), make.make_contractor("De Linde")
    start = localdate() - timedelta(days=300)
    noor = make.make_user(Role.ADVISER, region, email="noor@example.org", name="Noor")
    make.make_user(Role.ADVISER, region, email="sem@example.org", name="Sem")
    make.make_user(Role.CONTRACTOR, region, contractor=linde)
    for number in range(MANY):
        make.make_contract(
            region,
            linde,
            reference=f"H-{number:03}",
            adviser=noor,
            award_date=start,
            start_date=start,
            end_date=localdate() + timedelta(days=300),
        )
    keep_in_step()
    return noor


# So many pixels from the top a list begins at the latest.
HIGHEST = 420


@pytest.mark.parametrize("width", [1280, 360])
def test_forty_contracts_are_handed_over_and_reminded_in_six_presses_each(
    page: Page, live_server: Any, noor: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    signed_in(page, live_server, noor)
    assert looking.wider_than_window(page) == []
    assert looking.axe(page) == []
    if width == 1280:
        # The rows begin where one looks first; the filters unfold.
        assert (page.locator("main table").bounding_box() or {})["y"] < HIGHEST
        page.locator("details.filter > summary").click()
        expect(page.get_by_label("Soort opdracht")).to_be_visible()
        page.locator("details.filter > summary").click()

    presses = Presses()
    presses.on(page.get_by_label(f"Alle {MANY} in deze lijst"))
    presses.on(page.get_by_role("button", name="Herinneren"))
    expect(page.locator("caption").first).to_contain_text(str(MANY))
    assert looking.wider_than_window(page) == []
    presses.on(page.get_by_role("button", name="Herinnering sturen"))
    expect(page.locator(".messages")).to_contain_text(f"{MANY} herinneringen")
    assert ContractEvent.objects.filter(what=Happened.REMINDED).count() == MANY
    assert presses.number <= 6

    presses = Presses()
    presses.on(page.get_by_label(f"Alle {MANY} in deze lijst"))
    presses.on(page.get_by_role("button", name="Overdragen"))
    presses.choose(page.locator("select[name=adviser]"), "Sem")
    page.locator("textarea[name=reason]").fill("Verlof tot de zomer")
    presses.on(page.get_by_role("button", name="Laat zien wat dit doet"))
    presses.on(page.get_by_role("button", name="Overdragen"))
    expect(page.locator(".messages")).to_contain_text(f"{MANY} contracten")
    assert Contract.objects.filter(adviser__name="Sem").count() == MANY
    assert presses.number <= 6


def test_a_box_ticks_the_page_and_a_view_keeps_what_one_chose(
    page: Page, live_server: Any, noor: Any
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    signed_in(page, live_server, noor)
    page.get_by_label("Alles op deze pagina").check()
    expect(page.locator(".pick input:checked")).to_have_count(25)

    page.locator("summary", has_text="Kolommen").click()
    page.locator(".desk__panel").get_by_label("Gepland").check()
    page.locator(".desk__panel").get_by_label("Gegund").uncheck()
    page.get_by_role("button", name="Toon deze kolommen").click()
    expect(page.locator("thead")).to_contain_text("Gepland")
    page.locator("#sort-open").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Nog in te vullen")
    page.locator("summary", has_text="Bewaar deze weergave").click()
    page.get_by_label("Naam van deze weergave").fill("Wat nog open staat")
    assert looking.axe(page) == []
    page.get_by_role("button", name="Bewaren", exact=True).click()
    page.goto(live_server.url + reverse("contract-list"))
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    page.get_by_role("link", name="Wat nog open staat").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Nog in te vullen")
    expect(page.locator("thead")).to_contain_text("Gepland")
