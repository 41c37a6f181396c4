"""The whole way in a browser: a social firm tells a need, a contractor that is behind sees it
first, both agree, it runs, the claim is handed in with few fields typed, accepted, and counted.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import localdate
from PIL import Image
from playwright.sync_api import Page, expect

from placements.models import Match, MatchState
from reporting.figures.annual import figures_of
from sroi.access import Role
from sroi.periods import add_months
from tests import factories as make
from tests.placements.recording.test_recording_browser import sign_in
from tests.tools import looking

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TYPED = 6


class Way:
    """A page on a phone, with what was typed in it as a contractor."""

    def __init__(self, page: Page, live_server: Any) -> None:
        self.page, self.live_server, self.typed = page, live_server, 0
        page.set_viewport_size({"width": 360, "height": 780})

    def sign_in(self, user: Any, path: str = "/") -> None:
        self.page.context.clear_cookies()
        sign_in(self.page, self.live_server, user)
        self.page.goto(self.live_server.url + path)

    def type(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)
            self.typed += 1

    def look(self, name: str) -> None:
        assert looking.wider_than_window(self.page) == []
        if folder := os.environ.get("PICTURES"):
            self.page.screenshot(path=f"{folder}/{name}-360.png", full_page=True)

    def on(self) -> None:
        """The first button of the form."""
        self.page.locator("form#form .form__buttons .button").first.click()


def test_from_a_need_to_a_claim_that_counts(
    page: Page, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    storage = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path / "evidence")}}
    settings.STORAGES = {**settings.STORAGES, "evidence": storage}
    today = localdate()
    region, linde = make.make_region(), make.make_contractor()
    began = {"award_date": add_months(today, -12), "start_date": add_months(today, -12)}
    contract = make.make_contract(
        *(region, linde),
        title="Groenonderhoud",
        cpv="77310000",
        **began,
        end_date=add_months(today, 12),
    )
    recognised = make.make_firm(region, "De Kwekerij", "12345678")
    garden = make.make_partner(region, "De Kwekerij", kvk=recognised.firm.kvk)
    make.make_need(
        make.make_partner(region),
        "Website maken",
        trade="ict",
        first_day=today,
        until=add_months(today, 6),
    )
    contractor = make.make_user(Role.CONTRACTOR, region, contractor=linde)
    way = Way(page, live_server)

    way.sign_in(make.make_user(Role.PARTNER, region, partner=garden))
    page.get_by_role("link", name="Vraag plaatsen").first.click()
    page.select_option("[name=kind]", "purchase")
    page.select_option("[name=trade]", "green")
    way.type(title="Vaste planten en heesters", amount="5.000")
    way.look("1-need")
    way.on()
    page.wait_for_url(re.compile(r"/loket/vragen/\d+/$"))

    way.sign_in(contractor, f"/contracten/{contract.pk}/")
    page.get_by_role("link", name="Wat kan ik doen?").click()
    first = page.locator(".fit").first
    expect(first).to_contain_text("Vaste planten en heesters")
    expect(first).to_contain_text("hetzelfde vak")
    way.look("2-fits")
    way.typed = 0
    first.get_by_role("link", name=re.compile("Dit willen wij doen")).click()
    way.on()
    page.wait_for_url(re.compile(r"/loket/matches/\d+/$"))
    match = Match.objects.get()

    way.sign_in(make.make_user(Role.PARTNER, region, partner=garden))
    page.locator("main .task a").first.click()
    way.look("3-answer")
    page.get_by_role("button", name="Akkoord").click()
    expect(page.locator(".alert--success")).to_contain_text("plan van aanpak")

    way.sign_in(contractor, f"/loket/matches/{match.pk}/")
    page.get_by_role("link", name="Het is begonnen").click()
    way.on()
    page.wait_for_url(re.compile("wie-en-wanneer"))
    expect(page.locator("[name=supplier_name]")).to_have_value("De Kwekerij")
    way.type(invoice_number="F-1", paid_on=today.isoformat())
    way.look("4-claim")
    way.on()
    page.wait_for_url(re.compile("bewijs"))
    invoice = tmp_path / "factuur.jpg"
    Image.new("RGB", (600, 800), "lightsteelblue").save(invoice)
    page.set_input_files("input[type=file]", str(invoice))
    way.typed += 1
    way.on()
    page.wait_for_url(re.compile("controleren"))
    page.locator("[name=only_here]").check()
    way.typed += 1
    way.on()
    page.wait_for_url(re.compile(r"invullingen/\d+/$"))
    assert way.typed <= MOST_TYPED

    match.refresh_from_db()
    assert match.state == MatchState.RUNNING
    way.sign_in(make.make_user(Role.ADVISER, region), f"/beoordelen/{match.fulfilment_id}/")
    page.locator("button[value=accept]").click()
    page.locator(".alert--success").first.wait_for()
    figures = figures_of(None, region, today.year, today=today)
    assert (figures.fulfilled, figures.social_spend) == (5000, 5000)
    assert figures.desk is not None
    assert (figures.desk.agreed, figures.desk.started, figures.desk.fulfilled) == (1, 1, 5000)
