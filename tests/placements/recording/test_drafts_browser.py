"""The drafts of a contractor in a browser, on a phone and at a desk: the total follows the ticks,
one press hands in, and what goes is shown before it goes.
"""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from placements.models import FulfilmentState, FulfilmentVersion
from tests import factories as make
from tests.placements.recording.test_recording_browser import DESK, PHONE, look, sign_in
from tests.tools import looking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_many_drafts_are_handed_in_with_one_press(
    page: Page, live_server: Any, size: dict[str, int]
) -> None:
    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor(), title="Renovatie sporthal")
    person = make.make_user("contractor", region, contractor=contract.contractor)
    for amount in ("1000.00", "2500.00"):
        make.make_purchase(contract, amount, state="draft")
    lacks = make.make_purchase(contract, state="draft", invoice_number="")
    sign_in(page, live_server, person)
    page.set_viewport_size(size)
    for name in ("fulfilment-list", "start"):
        page.goto(live_server.url + reverse(name))
        expect(page.get_by_text("Sociale Drukkerij").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        look(page, f"{name}-with-drafts")
        page.set_viewport_size(size)
    page.get_by_role("link", name="Dien er meer tegelijk in").click()
    expect(page.get_by_role("button", name="Dien 2 concepten in")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("checkbox").first.uncheck()
    expect(page.get_by_role("button", name="Dien 1 concept in")).to_be_visible()
    page.get_by_role("checkbox").first.check()
    look(page, "drafts")
    page.set_viewport_size(size)
    page.locator("[name=only_here]").check()
    page.get_by_role("button", name="Dien 2 concepten in").click()
    expect(page.get_by_text("2 invullingen ingediend")).to_be_visible()
    expect(page.get_by_text("Vul het factuurnummer in.")).to_be_visible()
    page.goto(live_server.url + reverse("fulfilment-withdraw", args=[lacks.fulfilment_id]))
    expect(page.get_by_role("heading", name="Deze invulling intrekken?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    look(page, "withdraw")
    page.set_viewport_size(size)
    page.get_by_role("button", name="Ja, trek in").click()
    expect(page.get_by_text("Ingetrokken.").first).to_be_visible()
    states = FulfilmentVersion.objects.values_list("state", flat=True).order_by("pk")
    submitted, withdrawn = FulfilmentState.SUBMITTED, FulfilmentState.WITHDRAWN
    assert list(states) == [submitted, submitted, withdrawn]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_twelve_placements_at_once_take_four_presses_beside_what_is_typed(
    page: Page, live_server: Any, size: dict[str, int]
) -> None:
    """Twelve references; block, first day and hours once: fifteen fields and four presses."""
    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor(), title="Renovatie sporthal")
    person = make.make_user("contractor", region, contractor=contract.contractor)
    sign_in(page, live_server, person)
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("fulfilment-new"))
    page.get_by_role("link", name="Meer plaatsingen tegelijk").click()
    assert looking.wider_than_window(page) == []
    assert looking.axe(page) == []
    page.locator("[name=r0-block]").select_option(label="Bijstand > 2 jaar")
    page.fill("[name=r0-start_date]", "2024-01-01")
    page.fill("[name=r0-hours_per_week]", "veel")
    for row in range(12):
        page.fill(f"[name=r{row}-candidate_ref]", f"Kandidaat {row}")
    page.get_by_role("button", name="Opslaan en controleren").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=r11-candidate_ref]")).to_have_value("Kandidaat 11")
    assert looking.wider_than_window(page) == []
    page.fill("[name=r0-hours_per_week]", "36")
    page.get_by_role("button", name="Opslaan en controleren").click()
    page.locator("[name=only_here]").check()
    page.get_by_role("button", name="Dien 12 concepten in").click()
    expect(page.get_by_text("12 invullingen ingediend")).to_be_visible()
    assert FulfilmentVersion.objects.filter(state=FulfilmentState.SUBMITTED).count() == 12
