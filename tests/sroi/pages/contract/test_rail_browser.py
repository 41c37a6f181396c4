"""An adviser does what a contract needs from its page, in a real browser, on a desk and on a phone:
each act and back again, without going elsewhere to search.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from contracts.models import ContractEvent, ContractNote, Happened, Invitation
from sroi.access import Role
from tests import factories as make
from tests.tools import looking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_an_adviser_notes_reminds_and_invites_from_the_page_of_the_contract(
    page: Page, live_server: Any, width: int
) -> None:
    region, linde = make.make_region(), make.make_contractor("De Linde")
    today = localdate()
    contract = make.make_contract(
        region,
        linde,
        title="Onderhoud groen",
        award_date=today - timedelta(days=300),
        start_date=today - timedelta(days=300),
        end_date=today + timedelta(days=300),
    )
    make.make_user(Role.CONTRACTOR, region, contractor=linde, email="robin@example.org")
    noor = make.make_user(Role.ADVISER, region, email="noor@example.org")
    here = live_server.url + reverse("contract-detail", args=[contract.pk])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(here)
    page.locator("input[type=email]").fill(noor.email)
    page.locator("input[type=password]").fill(make.PASSWORD)
    page.locator("form.form button").first.click()
    rail = page.locator(".rail")
    # What to do now comes first, with the button that does it.
    expect(rail.locator("section").first).to_contain_text("Nu te doen")
    expect(rail.locator("#aandacht .button")).to_have_count(1)
    assert looking.wider_than_window(page) == []
    assert looking.axe(page) == []

    rail.locator("summary", has_text="Notitie").click()
    rail.locator("textarea[name=text]").fill("Gebeld over de planning")
    assert looking.wider_than_window(page) == []
    rail.get_by_role("button", name="Notitie opslaan").click()
    expect(page).to_have_url(here)
    expect(page.locator(".rail .quote")).to_have_text("Gebeld over de planning")
    # What was typed was taken: it is not offered once more.
    expect(page.locator(".rail textarea[name=text]")).to_have_value("")
    assert ContractNote.objects.get().by == noor

    rail.get_by_role("link", name="Herinneren").click()
    expect(page.locator("main")).to_contain_text("robin@example.org")
    page.get_by_role("button", name="Herinnering sturen").click()
    expect(page).to_have_url(here)
    expect(page.locator("main")).to_contain_text("krijgt een herinnering")
    assert ContractEvent.objects.get(what=Happened.REMINDED).by == noor

    rail.get_by_role("link", name="Nodig iemand uit").click()
    page.locator("main input[type=email]").fill("nieuw@example.org")
    page.locator("main form.form button").first.click()
    expect(page).to_have_url(here)
    expect(page.locator("main")).to_contain_text("nieuw@example.org")
    assert Invitation.objects.get().contractor == linde

    rail.get_by_role("link", name="Nieuwe invulling").click()
    expect(page).to_have_url(re.compile(re.escape(f"?contract={contract.pk}") + "$"))
    expect(page.locator("h1")).to_have_text("Nieuwe invulling")
    page.locator("main .back, .page-head .back").first.click()
    expect(page).to_have_url(here)
