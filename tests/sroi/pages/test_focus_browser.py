"""The focus is always seen: nothing that sticks lies over it, and in a low window nothing sticks
(WCAG 2.4.11). What appears by itself is announced (4.1.3).
"""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from sroi.access import Role
from tests import factories as make
from tests.sroi.pages.test_typed_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, LOW, DESK = (
    {"width": 360, "height": 740},
    {"width": 360, "height": 500},
    {"width": 1280, "height": 720},
)
# What lies over the middle or a corner of what has the focus.
OVER = """() => { const e = document.activeElement, r = e.getBoundingClientRect();
    const at = (x, y) => document.elementFromPoint(x, y);
    const seen = [[r.left + r.width / 2, r.top + r.height / 2],
        [r.left + 3, r.top + 3], [r.right - 3, r.bottom - 3]].map(([x, y]) => at(x, y));
    const own = o => !o || e.contains(o) || o.contains(e) || e.labels?.[0]?.contains(o)
        || !["sticky", "fixed"].includes(getComputedStyle(o.closest(
            ".value--follow, .review__answer, .sticky, .review__queue, .review__evidence")
            ?? document.body).position);
    const covered = seen.filter(o => !own(o)).map(o => o.className);
    const out = r.bottom > innerHeight || r.top < 0 ? ["out of the window"] : [];
    return [e === document.body ? "" : (e.name || e.innerText || e.tagName),
        r.height > innerHeight / 2 ? [] : [...covered, ...out]]; }"""
STICKY = """() => [...document.querySelectorAll("body *")]
    .filter(e => ["sticky", "fixed"].includes(getComputedStyle(e).position))
    .map(e => e.className)"""


def walk(page: Page) -> tuple[list[str], list[Any]]:
    """By keyboard through the page, there and back: all names, and what was hidden."""
    names, hidden = [], []
    for key in ("Tab", "Shift+Tab"):
        for _ in range(80):
            page.keyboard.press(key)
            name, faults = page.evaluate(OVER)
            if not name:
                break
            names.append(name)
            if faults:
                hidden.append((key, name, faults))
    return names, hidden


@pytest.fixture
def places(region: Any, contract: Any, person: Any) -> dict[str, tuple[Any, str, list[int]]]:
    adviser = make.make_user(Role.ADVISER, region)
    draft = make.make_placement(contract, state="draft")
    waiting = make.make_purchase(contract, state="submitted")
    begun = make.make_contract_draft(contract, adviser)
    return {
        "details": (person, "fulfilment-details", [draft.fulfilment_id]),
        "plan": (person, "contract-plan-edit", [contract.pk]),
        "terms": (adviser, "contract-draft", [begun.pk]),
        "review": (adviser, "review", [waiting.fulfilment_id]),
    }


@pytest.mark.parametrize("place", ["details", "plan", "terms", "review"])
def test_nothing_lies_over_what_has_the_focus(
    page: Page, live_server: Any, places: dict[str, Any], place: str
) -> None:
    user, name, args = places[place]
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse(name, args=args))
    sign_in(page, user)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.reload()
        for fold in page.locator("main details.review__why > summary").all()[:1]:
            fold.click()
        names, hidden = walk(page)
        assert len(names) > 10
        assert hidden == [], size
    page.set_viewport_size(LOW)
    assert page.evaluate(STICKY) == []


def test_what_a_claim_is_worth_is_announced_while_one_types(
    page: Page, live_server: Any, places: dict[str, Any]
) -> None:
    user, name, args = places["plan"]
    page.goto(live_server.url + reverse(name, args=args))
    sign_in(page, user)
    said = page.locator("#said")
    expect(said).to_have_text("")
    amount = page.locator(".affix input").first
    amount.fill("1.000")
    expect(said).to_contain_text("1.000")
    amount.fill("2.000")
    expect(said).to_contain_text("2.000")
    expect(said).to_have_attribute("role", "status")
    assert page.locator("[aria-live]").count() == 0


def test_a_chart_is_announced_once(
    page: Page, live_server: Any, region: Any, contract: Any
) -> None:
    make.make_purchase(contract)
    page.goto(live_server.url + reverse("region-detail", args=[region.code]))
    sign_in(page, make.make_user(Role.ADVISER, region))
    charts = page.locator("figure.chart")
    assert charts.count() > 2
    for chart in charts.all():
        told = chart.aria_snapshot()
        assert told.count("img ") == 1, told
        assert "text:" not in told, told
