"""Reviewing at a desk, in a browser: how many presses ten claims take, that the page never goes
away, that nothing covers what is asked about, and the keys.
"""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from placements.models import Evidence, FulfilmentState, FulfilmentVersion, ReviewDesk
from sroi.access import Role
from tests import factories as make
from tests.placements.recording.test_recording_browser import look, sign_in
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 800}
CLAIMS, MOST_PRESSES = 10, 30
PHRASE = "Getoond op kantoor"
# Counts what a person does, and says that it is still the page that was opened.
COUNT = """() => { window.presses = 0; for (const type of ["pointerdown", "keydown"])
    addEventListener(type, () => window.presses++, true); }"""


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def queue(page: Page, live_server: Any, contract: Any, adviser: Any) -> Page:
    """Ten placements that wait, each with two documents that are shown and not sent."""
    for i in range(CLAIMS):
        make.make_placement(
            contract, state="submitted", proved=False, candidate_ref=f"Kandidaat {i}"
        )
    ReviewDesk.objects.create(user=adviser, phrases=[PHRASE])
    sign_in(page, live_server, adviser)
    page.set_viewport_size(DESK)
    page.goto(live_server.url + reverse("review-queue"))
    return page


def test_ten_claims_with_two_documents_each_in_thirty_presses(queue: Page) -> None:
    queue.evaluate(COUNT)
    for left in range(CLAIMS, 0, -1):
        expect(queue.locator(".review__queue li")).to_have_count(left)
        for unseen in (1, 0):
            queue.get_by_role("button", name=PHRASE).last.click()
            expect(queue.locator(".review__unseen h4")).to_have_count(unseen)
        queue.get_by_role("button", name="Goedkeuren", exact=True).click()
    expect(queue.get_by_text("Er wacht niets op u")).to_be_visible()
    assert queue.evaluate("window.presses") <= MOST_PRESSES
    assert set(FulfilmentVersion.objects.values_list("state", flat=True)) == {
        FulfilmentState.ACCEPTED
    }
    assert set(Evidence.objects.values_list("seen_how", flat=True)) == {PHRASE}
    assert Evidence.objects.count() == 2 * CLAIMS


def test_both_documents_at_once_and_the_rest_by_keys(queue: Page) -> None:
    """Twenty presses where they were seen the same way."""
    queue.evaluate(COUNT)
    for left in range(CLAIMS, 0, -1):
        expect(queue.locator(".review__queue li")).to_have_count(left)
        queue.get_by_role("button", name="gezien van alle").click()
        expect(queue.get_by_role("button", name="Goedkeuren", exact=True)).to_be_focused()
        queue.keyboard.press("g")
    expect(queue.get_by_text("Er wacht niets op u")).to_be_visible()
    assert queue.evaluate("window.presses") == 2 * CLAIMS


def test_keys_are_shown_and_can_be_switched_off(queue: Page) -> None:
    first = queue.locator("#claim").inner_text()
    queue.keyboard.press("?")
    dialog = queue.locator("#keys")
    expect(dialog).to_be_visible()
    assert axe(queue) == []
    queue.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    queue.keyboard.press("j")
    expect(queue.locator("#claim")).not_to_have_text(first)
    expect(queue.locator("#claim")).to_be_focused()
    queue.keyboard.press("k")
    expect(queue.locator("#claim")).to_have_text(first)
    expect(queue.locator("#claim")).to_be_focused()
    queue.keyboard.press("v")
    question = queue.locator("#why-return")
    expect(question).to_be_focused()
    queue.keyboard.type("jgw?")
    expect(question).to_have_value("jgw?")
    queue.get_by_role("button", name="Toetsen").click()
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Sluiten").click()
    queue.reload()
    for key in ("?", "j", "v"):
        queue.keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(queue.locator("#claim")).to_have_text(first)
    expect(queue.locator("#why-return")).to_be_hidden()


# What of the claim lies under the question that is written about it.
COVERED = """() => { const box = e => e.getBoundingClientRect();
    const form = box(document.querySelector(".review__answer"));
    return [...document.querySelectorAll(".review__facts > *")].map(box).filter(one => {
        const pane = box(document.querySelector(".review__facts"));
        const [top, bottom] = [Math.max(one.top, pane.top), Math.min(one.bottom, pane.bottom)];
        return bottom > top && top < form.bottom - 1 && bottom > form.top + 1; }).length; }"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_question_covers_nothing_and_stays_when_it_is_empty(
    queue: Page, size: dict[str, int]
) -> None:
    queue.set_viewport_size(size)
    # What sticks to the foot would lie over some of what is measured.
    queue.locator(".footer").scroll_into_view_if_needed()
    assert axe(queue) == []
    assert wider_than_window(queue) == []
    queue.evaluate(COUNT)
    queue.locator("summary", has_text="Aanvulling vragen").click()
    expect(queue.locator("#why-return")).to_be_focused()
    assert queue.evaluate(COVERED) == 0
    queue.get_by_role("button", name="Deze vraag versturen").click()
    expect(queue.locator(".review__answer .field--error")).to_be_visible()
    assert axe(queue) == []
    first = queue.locator("#claim").inner_text()
    queue.fill("#why-return", "Bij wie was dit?")
    queue.get_by_role("button", name="Deze vraag versturen").click()
    expect(queue.locator("#claim")).not_to_have_text(first)
    expect(queue.locator("#why-return")).to_have_value("")
    assert queue.evaluate("Object.keys(sessionStorage).filter(key => /^typed/.test(key))") == []
    assert queue.evaluate("window.presses") > 0
    look(queue, "review")


def test_what_was_typed_about_one_claim_is_not_put_with_another(queue: Page) -> None:
    queue.keyboard.press("v")
    queue.fill("#why-return", "Over de eerste.")
    queue.locator(".review__queue li a").nth(1).click()
    expect(queue.locator("#claim")).to_be_focused()
    expect(queue.locator("#typed")).to_be_hidden()
    queue.keyboard.press("k")
    expect(queue.locator("#typed")).to_be_visible()
    queue.get_by_role("button", name="Terugzetten").click()
    expect(queue.locator("#why-return")).to_have_value("Over de eerste.")


def test_claimed_and_new_stand_beside_each_other_while_one_changes_it(queue: Page) -> None:
    queue.evaluate(COUNT)
    queue.keyboard.press("a")
    change = queue.locator("#new-value")
    expect(change).to_contain_text("€ 40.000")
    queue.fill("[name=hours_per_week]", "18")
    expect(change).to_contain_text("€ 20.000")
    expect(change.locator("dd").first).to_have_text("€ 40.000")
    expect(change).to_contain_text("20.000")
    assert axe(queue) == []
    queue.fill("[name=why]", "Volgens het contract 18 uur")
    queue.fill("[name=without_evidence]", "Op kantoor getoond")
    first = queue.locator("#claim").inner_text()
    queue.get_by_role("button", name="Zo goedkeuren").click()
    expect(queue.locator("#claim")).not_to_have_text(first)
    assert queue.evaluate("window.presses") > 0
    assert FulfilmentVersion.objects.filter(state=FulfilmentState.ACCEPTED).count() == 1
