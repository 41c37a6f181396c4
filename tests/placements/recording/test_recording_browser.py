"""The contractor's way on a phone: from the start page to a submitted placement, and the adviser
who accepts it.
"""

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from contracts.people.invitations import token_of
from placements.models import Evidence, Fulfilment, FulfilmentState
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
MOST_FIELDS = 12
# Said by handing in, beside what is filled in.
DECLARED = {"controleren:only_here"}
FIELDS = "input:not([type=hidden]):not([type=search]), select, textarea"


def sign_in(page: Page, live_server: Any, user: Any) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def look(page: Page, name: str) -> None:
    """Keep a picture where one asked for it."""
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(exist_ok=True)
        for width in (PHONE, DESK):
            page.set_viewport_size(width)
            page.wait_for_timeout(150)
            page.screenshot(path=f"{folder}/{name}-{width['width']}.png", full_page=True)
        page.set_viewport_size(PHONE)


def count_fields(page: Page, seen: set[str]) -> None:
    """The fields on this page that one sees, a group of choices as one."""
    shown = page.locator(f"main :is({FIELDS})")
    for i in range(shown.count()):
        if shown.nth(i).is_visible():
            seen.add(page.url.split("/")[-2] + ":" + (shown.nth(i).get_attribute("name") or ""))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_contractor_records_a_placement_on_a_phone(page: Page, live_server: Any) -> None:
    region = make.make_region()
    linde = make.make_contractor()
    contractor = make.make_user(Role.CONTRACTOR, region, contractor=linde)
    make.make_contract(region, linde, title="Renovatie sporthal")
    make.make_contract(region, linde, title="Onderhoud groen")
    sign_in(page, live_server, contractor)
    page.set_viewport_size(PHONE)
    fields: set[str] = set()

    page.goto(live_server.url)
    look(page, "0-start")
    page.locator("a[href='/invullingen/nieuw/']").first.click()
    look(page, "1-what")
    page.get_by_text("Renovatie sporthal").click()
    page.locator("input[name=kind][value=placement]").check()
    page.locator("#blocks input[type=radio]").first.wait_for()
    count_fields(page, fields)
    look(page, "1-what-blocks")
    page.locator("#blocks input[type=radio]").first.check()
    page.locator("form#form .form__buttons .button").first.click()

    page.wait_for_url(re.compile("wie-en-wanneer"))
    count_fields(page, fields)
    page.locator("form#form .form__buttons .button").first.click()
    page.locator(".error-summary").wait_for()
    look(page, "2-details-faults")
    page.fill("[name=candidate_ref]", "Kandidaat 17")
    page.fill("[name=start_date]", "2024-01-01")
    page.fill("[name=end_date]", "2024-12-31")
    page.fill("[name=hours_per_week]", "36")
    page.fill("[name=age_at_start]", "56")
    page.locator("[name=bonuses]").check()
    expect(page.locator(".value__amount").first).to_have_text(re.compile("[1-9]"))
    look(page, "2-details")
    page.locator("form#form .form__buttons .button").first.click()

    page.wait_for_url(re.compile("bewijs"))
    count_fields(page, fields)
    look(page, "3-evidence")
    page.locator("form#form .form__buttons .button").first.click()

    page.wait_for_url(re.compile("controleren"))
    count_fields(page, fields)
    page.locator("[name=only_here]").check()
    look(page, "4-check")
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile(r"invullingen/\d+/$"))
    look(page, "5-submitted")
    assert len(fields) <= MOST_FIELDS, fields
    (fulfilment,) = Fulfilment.objects.all()
    assert fulfilment.latest.state == FulfilmentState.SUBMITTED

    make.make_placement(fulfilment.latest.allocations.get().contract, candidate_ref="Kandidaat 17")
    make.make_purchase(fulfilment.latest.allocations.get().contract, state="submitted")
    page.context.clear_cookies()
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.goto(f"{live_server.url}/beoordelen/")
    page.wait_for_url(re.compile(r"beoordelen/\d+/"))
    look(page, "6-review")
    page.locator("summary", has_text=re.compile("Ask for more|Aanvulling vragen")).click()
    look(page, "6-review-ask")
    page.goto(page.url + "&otherwise")
    look(page, "6-review-otherwise")
    page.go_back()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{live_server.url}/beoordelen/?together")
    look(page, "7-together")
    page.goto(f"{live_server.url}/beoordelen/{fulfilment.pk}/")
    # Nothing was shown as proof: that asks for a reason.
    page.get_by_text("Goedkeuren zonder bewijs").click()
    page.fill("#form-accept textarea", "Gezien op kantoor, de overeenkomst volgt")
    page.locator("button[value=accept]").click()
    page.locator(".alert--success").first.wait_for()
    fulfilment.refresh_from_db()
    assert fulfilment.accepted == fulfilment.latest
    assert fulfilment.accepted.without_evidence


def test_a_purchase_with_a_photo_is_seen_by_the_adviser(
    page: Page, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    storage = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path / "evidence")}}
    settings.STORAGES = {**settings.STORAGES, "evidence": storage}
    region, linde = make.make_region(), make.make_contractor()
    make.make_table(region, "leiden-2023")
    contract = make.make_contract(region, linde, title="Renovatie sporthal")
    sign_in(page, live_server, make.make_user(Role.CONTRACTOR, region, contractor=linde))
    page.set_viewport_size(PHONE)
    fields: set[str] = set()
    page.goto(f"{live_server.url}/invullingen/nieuw/")
    page.locator("input[name=kind][value=purchase]").check()
    page.locator("#blocks input[type=radio]").first.wait_for()
    page.locator("#blocks input[type=radio]").first.check()
    count_fields(page, fields)
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("wie-en-wanneer"))
    count_fields(page, fields)
    page.fill("[name=supplier_name]", "Sociale Drukkerij")
    page.fill("[name=invoice_number]", "F-2024-1")
    page.fill("[name=amount]", "1.250,50")
    page.fill("[name=paid_on]", "2024-05-15")
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("bewijs"))
    count_fields(page, fields)
    photo = tmp_path / "factuur.jpg"
    Image.new("RGB", (600, 800), "lightsteelblue").save(photo)
    page.set_input_files("input[type=file]", str(photo))
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("controleren"))
    page.go_back()
    page.reload()
    look(page, "8-evidence")
    page.goto(page.url.replace("bewijs", "controleren"))
    page.locator("[name=only_here]").check()
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile(r"invullingen/\d+/$"))
    assert len(fields) <= MOST_FIELDS, fields
    make.make_placement(
        contract, end_date=None, confirmed_until=date(2024, 2, 1), candidate_ref="Kandidaat 3"
    )
    page.goto(f"{live_server.url}/tussenrapportage/")
    day = page.get_by_label("Laatste dag, als het is gestopt")
    expect(day).to_be_hidden()
    page.get_by_label("Gestopt", exact=True).check()
    expect(day).to_be_visible()
    look(page, "9-interim")
    page.goto(f"{live_server.url}/rekenhulp/")
    look(page, "10-calculator")
    page.context.clear_cookies()
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(f"{live_server.url}/beoordelen/")
    # Not wait_for_function: what it evaluates again and again is refused by the
    # Content-Security-Policy.
    expect(page.locator(".review__evidence img").first).to_have_js_property("naturalWidth", 600)
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/11-review-wide-1280.png")
    page.locator("summary", has_text=re.compile("Ask for more|Aanvulling vragen")).click()
    look(page, "11-review")


def test_from_invitation_to_a_placement_with_a_photo(
    page: Page, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    """All that a contractor types and chooses on the way, the invitation included, on a phone."""
    storage = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path / "evidence")}}
    settings.STORAGES = {**settings.STORAGES, "evidence": storage}
    region, linde = make.make_region(store_person_evidence=True), make.make_contractor()
    make.make_contract(region, linde, title="Renovatie sporthal")
    invited = make.make_invitation(region, Role.CONTRACTOR, contractor=linde)
    page.set_viewport_size(PHONE)
    fields: set[str] = set()

    page.goto(live_server.url + reverse("invitation", args=[token_of(invited)]))
    count_fields(page, fields)
    page.fill("#id_name", "Robin Groen")
    page.fill("#id_password", "een lange zin die ik onthoud")
    page.click("main form button")
    page.wait_for_url(live_server.url + reverse("start"))
    page.locator("a[href='/invullingen/nieuw/']").first.click()
    page.locator("input[name=kind][value=placement]").check()
    page.locator("#blocks input[type=radio]").first.wait_for()
    count_fields(page, fields)
    page.locator("#blocks input[type=radio]").last.check()
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("wie-en-wanneer"))
    count_fields(page, fields)
    page.fill("[name=candidate_ref]", "Leerling 3")
    page.fill("[name=start_date]", "2024-01-01")
    page.fill("[name=end_date]", "2024-12-31")
    page.fill("[name=hours_per_week]", "36")
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("bewijs"))
    count_fields(page, fields)
    photo = tmp_path / "overeenkomst.jpg"
    Image.new("RGB", (600, 800), "lightsteelblue").save(photo)
    page.locator("input[type=file]").first.set_input_files(str(photo))
    page.locator("input[name^=illegible_]").first.check()
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile("controleren"))
    count_fields(page, fields)
    page.locator("[name=only_here]").check()
    page.locator("form#form .form__buttons .button").first.click()
    page.wait_for_url(re.compile(r"invullingen/\d+/$"))
    (fulfilment,) = Fulfilment.objects.all()
    assert fulfilment.latest.state == FulfilmentState.SUBMITTED
    assert Evidence.objects.get(version=fulfilment.latest).file
    assert len(fields - DECLARED) <= MOST_FIELDS, sorted(fields)
