"""The five jobs of a procurement officer in a browser, counted in presses and in fields that are
filled in; signing in counts for nothing.
"""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from contracts.models import ChangeProposal
from placements.standing.kept import keep_in_step
from sroi.access import Role
from tests import factories as make
from tests.placements.recording.test_recording_browser import DESK, PHONE, sign_in
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)


class Job:
    """What one does from the start page on, counted."""

    def __init__(self, page: Page, start: str) -> None:
        self.page, self.presses, self.fields = page, 0, 0
        page.goto(start)

    def press(self, what: Any) -> None:
        self.presses += 1
        what.click()

    def fill(self, what: Any, text: str) -> None:
        self.fields += 1
        what.fill(text)

    @property
    def took(self) -> tuple[int, int]:
        return self.presses, self.fields


@pytest.fixture
def world(db: Any) -> SimpleNamespace:
    """A contract that is behind and ends in three months, and one that owes nothing, for a
    reason.
    """
    region, today = make.make_region(threshold_services="200000"), localdate()
    noor = make.make_user(Role.ADVISER, region, name="Noor Advies")
    noor.phone = "035 123 45 67"
    noor.save()
    begin = today - timedelta(days=400)
    runs = {"award_date": begin, "start_date": begin, "end_date": today + timedelta(days=90)}
    make.make_contract(
        region,
        make.make_contractor("De Linde"),
        reference="H-1",
        title="Schoonmaak",
        adviser=noor,
        **runs,
    )
    this_year = today.replace(month=1, day=1)
    make.make_contract(
        region,
        make.make_contractor("Zon & Wind"),
        reference="H-2",
        title="Leerlingenvervoer",
        award_date=this_year,
        start_date=this_year,
        end_date=today + timedelta(days=500),
        rate=Decimal(0),
        rate_reason="market",
        rate_reason_text="Te weinig aanbieders",
    )
    keep_in_step()
    return SimpleNamespace(officer=make.make_user(Role.PROCUREMENT_OFFICER, region))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_five_jobs_of_a_buyer_take_few_presses(
    page: Page, live_server: Any, world: SimpleNamespace, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    sign_in(page, live_server, world.officer)
    start = live_server.url + reverse("start")

    # Which contract needs attention, and whom to call: both stand there.
    job = Job(page, start)
    attention = page.locator("section", has=page.get_by_role("heading", name="vragen aandacht"))
    expect(attention.get_by_role("link", name="Schoonmaak")).to_be_visible()
    expect(page.get_by_role("link", name="035 123 45 67")).to_be_visible()
    assert wider_than_window(page) == []
    assert job.took == (0, 0)

    # What ends soon: the advice for what is bought next, without typing.
    ending = page.locator("section", has=page.get_by_role("heading", name="binnen zes maanden"))
    job.press(ending.get_by_role("link", name="Schoonmaak"))
    job.press(page.get_by_role("link", name="Advies voor de volgende aanbesteding"))
    expect(page.locator(".value__amount")).to_have_text("€\xa050.000")
    assert wider_than_window(page) == []
    assert axe(page) == []
    assert job.took == (2, 0)

    # From there everything for the tender dossier in one press, and as many to a new contract.
    with page.expect_download() as file:
        job.press(page.get_by_role("link", name="Alles voor het aanbestedingsdossier"))
    assert file.value.suggested_filename == "social-return-dossier.docx"
    assert job.took == (3, 0)
    job.press(page.get_by_role("link", name="Neem dit mee naar een nieuw contract"))
    expect(page.locator("input[name=title]").first).to_have_value("Schoonmaak")
    assert job.took == (4, 0)

    # A change is proposed, and stands on the start page from then on.
    job = Job(page, start)
    job.press(attention.get_by_role("link", name="Schoonmaak"))
    job.press(page.get_by_role("link", name="Wijziging voorstellen"))
    job.press(page.get_by_role("link", name="Meerwerk of minderwerk"))
    job.fill(page.locator("input[name=effective_date]"), localdate().isoformat())
    job.fill(page.locator("input[name=value_delta]"), "100000")
    job.fill(page.locator("textarea[name=reason]"), "Extra ramen")
    job.press(page.get_by_role("button", name="Laat zien wat dit doet"))
    job.press(page.get_by_role("button", name="Voorstellen", exact=True))
    expect(page.locator(".messages")).to_be_visible()
    assert ChangeProposal.objects.get().reason == "Extra ramen"
    assert job.took == (5, 3)
    page.goto(start)
    expect(page.get_by_text("Meerwerk of minderwerk: Extra ramen")).to_be_visible()

    # Which contracts owe nothing, with the reason beside each.
    job = Job(page, start)
    job.press(page.get_by_role("main").locator(f"a[href^='{reverse('coverage')}']"))
    expect(page.get_by_text("Te weinig aanbieders")).to_be_visible()
    assert wider_than_window(page) == []
    assert job.took == (1, 0)
