"""The work list in a browser: several contracts are put off with few presses, at a desk and on a
phone.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from contracts.models import PutOff
from sroi.access import Role
from tests import factories as make
from tests.placements.recording.test_recording_browser import DESK, PHONE, look, sign_in
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)

# Two ticks, what to do with them, and that it is done.
MOST_PRESSES = 4


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_two_contracts_are_put_off_in_four_presses(
    page: Page, live_server: Any, region: Any, size: dict[str, int]
) -> None:
    adviser, today = make.make_user(Role.ADVISER, region), localdate()
    for title in ("Wegen", "Groen", "Schoonmaak"):
        make.make_contract(
            region,
            make.make_contractor(f"Firma {title}"),
            title=title,
            award_date=today - timedelta(400),
            start_date=today - timedelta(400),
            end_date=today + timedelta(200),
        )
    sign_in(page, live_server, adviser)
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("start"))
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    assert wider_than_window(page) == []
    look(page, "work")
    page.set_viewport_size(size)
    behind = page.locator("section", has_text="Contracten").filter(has=page.get_by_text("Wegen"))
    presses = [
        behind.get_by_role("checkbox", name="Wegen").first.check,
        behind.get_by_role("checkbox", name="Groen").first.check,
        page.get_by_role("button", name="Later").click,
        page.get_by_role("button", name="Uitstellen").click,
    ]
    for press in presses:
        press()
    assert len(presses) <= MOST_PRESSES
    expect(page.get_by_text("2 contracten komen terug op")).to_be_visible()
    expect(page.get_by_role("link", name="2 contracten zijn uitgesteld")).to_be_visible()
    titles = {row.contract.title for row in PutOff.objects.select_related("contract")}
    assert titles == {"Wegen", "Groen"}
