"""Jobs of an adviser on a contract in a browser, counted in presses and in fields that are filled
in: an amendment, and a settlement with its letter. Signing in counts for nothing.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now
from playwright.sync_api import Page, expect

from contracts.models import Contract, Contractor, ObligationChange, Settlement
from contracts.owed import door as obligations
from contracts.settlement.shortfall import Figures
from placements.standing.progress import with_progress
from sroi.access import Role
from tests import factories as make
from tests.placements.recording.test_recording_browser import DESK, PHONE, look, sign_in
from tests.sroi.pages.work.test_buyer_browser import Job
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def at_the_contract(page: Page, live_server: Any, contract: Contract, size: Any) -> Job:
    sign_in(page, live_server, contract.adviser)
    page.set_viewport_size(size)
    return Job(page, live_server.url + reverse("contract-detail", args=[contract.pk]))


@pytest.fixture
def contract(region: Any) -> Contract:
    """It ran until a quarter ago; € 35.000 of € 50.000 was done."""
    noor, today = make.make_user(Role.ADVISER, region, name="Noor Advies"), localdate()
    firm = make.make_contractor("De Linde")
    Contractor.objects.filter(pk=firm.pk).update(
        street="Dorpsstraat 1", postcode="1211 AA", place="Hilversum"
    )
    begin = today - timedelta(days=800)
    made = make.make_contract(
        region,
        firm,
        title="Wegen",
        adviser=noor,
        award_date=begin,
        start_date=begin,
        end_date=today - timedelta(days=100),
    )
    make.make_purchase(made, "35000.00", paid_on=begin + timedelta(days=60))
    return made


@SIZES
def test_an_amendment_takes_four_presses_and_three_fields(
    page: Page, live_server: Any, region: Any, size: dict[str, int]
) -> None:
    today = localdate()
    running = make.make_contract(
        region,
        make.make_contractor("De Linde"),
        title="Groen",
        adviser=make.make_user(Role.ADVISER, region),
        award_date=today - timedelta(days=100),
        start_date=today - timedelta(days=100),
        end_date=today + timedelta(days=500),
    )
    job = at_the_contract(page, live_server, running, size)
    job.press(page.get_by_role("link", name="Wijzigen", exact=True).first)
    job.press(page.get_by_role("link", name="Meerwerk of minderwerk"))
    job.fill(page.locator("input[name=effective_date]"), today.isoformat())
    job.fill(page.locator("input[name=value_delta]"), "100000")
    job.fill(page.locator("textarea[name=reason]"), "Extra plantsoenen")
    job.press(page.get_by_role("button", name="Laat zien wat dit doet"))
    expect(page.get_by_text("€\xa055.000").first).to_be_visible()
    assert axe(page) == []
    assert wider_than_window(page) == []
    job.press(page.locator("button[name=confirm]"))
    expect(page.locator(".messages")).to_be_visible()
    assert ObligationChange.objects.get().value_delta == 100000
    assert job.took == (4, 3)


@pytest.fixture
def one_place_for_files(worker: Any, settings: Any) -> None:
    """The site hands out what the worker stores."""
    stored = settings.STORAGES["evidence"]
    options = {**stored.get("OPTIONS", {}), "location": str(worker.evidence)}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**stored, "OPTIONS": options}}


@pytest.mark.usefixtures("one_place_for_files")
@SIZES
def test_a_settlement_with_its_letter_takes_five_presses_and_no_field(
    page: Page, live_server: Any, contract: Contract, size: dict[str, int], worker: Any
) -> None:
    """From the contract to the letter on paper, after the contractor answered the draft."""
    obligations.end(contract, make.act(None, "Afgelopen"))
    standing = with_progress([contract], localdate())[contract.pk]
    done = {"work": 0, "social_purchasing": standing.realised, "csr": 0}
    make.make_draft_decision(
        contract, Figures(standing.obligation, done), at=now(), answer="Wij hadden ziekte"
    )
    job = at_the_contract(page, live_server, contract, size)
    job.press(page.get_by_role("link", name="Contract afrekenen").first)
    job.press(page.get_by_role("link", name="Besluiten"))
    job.press(page.get_by_role("button", name="Toon het besluit en de brief"))
    expect(page.get_by_text("1211 AA Hilversum").first).to_be_visible()
    assert axe(page) == []
    assert wider_than_window(page) == []
    look(page, "letter")
    page.set_viewport_size(size)
    job.press(page.get_by_role("button", name="Afrekenen"))
    expect(page.locator(".messages")).to_be_visible()
    worker.finish()
    with page.expect_download() as file:
        job.press(page.get_by_role("link", name="Slotbrief (pdf)"))
    assert file.value.suggested_filename.startswith("slotbrief-")
    assert Settlement.objects.get().penalty == 15000
    assert job.took == (5, 0)
