"""What was typed is offered back: after a session that ended, a connection that failed; to nobody
else.
"""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from contracts.models import ContractNote
from placements.models import Fulfilment, FulfilmentVersion
from sroi.access import Role
from tests import factories as make
from tests.placements.recording.test_recording_browser import DESK, PHONE
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = "#typed"
WRITTEN = "Afgesproken dat het plan in mei komt."


def sign_in(page: Page, user: Any) -> None:
    """On the sign-in page that one was led to."""
    page.fill("#id_login", user.email)
    page.fill("#id_password", make.PASSWORD)
    page.locator("form:has(#id_login) button").first.click()
    page.wait_for_url(lambda url: reverse("login") not in url)


@pytest.fixture
def adviser(region: Any, contract: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def note(page: Page, live_server: Any, contract: Any, adviser: Any) -> str:
    """The address of a note that somebody wrote, and did not send yet."""
    url: str = live_server.url + reverse("note-new", args=[contract.pk])
    page.goto(url)
    sign_in(page, adviser)
    page.fill("[name=text]", WRITTEN)
    return url


def send(page: Page) -> None:
    page.locator("#form .form__buttons .button").first.click()


def put_back(page: Page) -> None:
    expect(page.locator(OFFER)).to_be_visible()
    page.get_by_role("button", name="Terugzetten").click()
    expect(page.locator(OFFER)).to_be_hidden()


def test_a_value_that_is_asked_for_while_the_session_ends(
    page: Page, live_server: Any, contract: Any, person: Any
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("fulfilment-new"))
    sign_in(page, person)
    page.locator("input[name=kind][value=placement]").check()
    page.locator("#blocks input[type=radio]").first.check()
    send(page)
    page.wait_for_url(re.compile("wie-en-wanneer"))
    there = page.url
    page.fill("[name=candidate_ref]", "Kandidaat 17")
    with page.expect_response("**/waarde/"):  # asks what it is worth
        page.fill("[name=start_date]", "2024-01-01")
    Session.objects.all().delete()
    page.fill("[name=hours_per_week]", "36")
    page.wait_for_url(lambda url: reverse("login") in url)
    sign_in(page, person)
    assert page.url == there
    expect(page.locator(OFFER)).to_be_visible()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert axe(page) == []
        assert wider_than_window(page) == []
    put_back(page)
    expect(page.locator("[name=candidate_ref]")).to_have_value("Kandidaat 17")
    expect(page.locator("[name=hours_per_week]")).to_have_value("36")
    expect(page.locator(".value__amount").first).to_have_text(re.compile("[1-9]"))
    send(page)
    page.wait_for_url(re.compile("bewijs"))
    assert Fulfilment.objects.get().latest.candidate_ref == "Kandidaat 17"
    page.goto(there)
    expect(page.locator(OFFER)).to_be_hidden()


def test_choices_that_appear_because_of_another_come_back(
    page: Page, live_server: Any, contract: Any, person: Any
) -> None:
    page.goto(live_server.url + reverse("fulfilment-new"))
    sign_in(page, person)
    page.locator("input[name=kind][value=placement]").check()
    block = page.locator("#blocks input[type=radio]").nth(1)
    block.check()
    chosen = block.get_attribute("value")
    Session.objects.all().delete()
    send(page)
    sign_in(page, person)
    put_back(page)
    expect(page.locator("#blocks input[type=radio]:checked")).to_have_attribute(
        "value", chosen or ""
    )


def test_a_form_that_is_sent_after_the_session_ended(page: Page, note: str, adviser: Any) -> None:
    Session.objects.all().delete()
    send(page)
    page.wait_for_url(lambda url: reverse("login") in url)
    expect(page.locator("[data-kept]")).to_be_visible()
    sign_in(page, adviser)
    assert page.url == note
    put_back(page)
    expect(page.locator("[name=text]")).to_have_value(WRITTEN)
    send(page)
    page.wait_for_url(lambda url: url != note)
    assert ContractNote.objects.get().text == WRITTEN
    page.goto(note)
    expect(page.locator(OFFER)).to_be_hidden()


def test_a_form_that_is_sent_without_a_connection(page: Page, note: str) -> None:
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(note)
    page.context.set_offline(False)
    page.goto(note)
    put_back(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#failed")).to_contain_text("Er is geen verbinding")
    expect(page.locator("#failed")).to_be_focused()
    expect(page.locator("[name=text]")).to_have_value(WRITTEN)
    page.context.set_offline(False)
    expect(page.locator("#failed")).to_be_hidden()
    send(page)
    page.wait_for_url(lambda url: url != note)
    assert ContractNote.objects.get().text == WRITTEN
    page.go_back()
    expect(page.locator(OFFER)).to_be_hidden()


def test_a_server_that_is_away_while_a_form_is_sent(page: Page, note: str) -> None:
    page.route(
        "**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    send(page)
    page.wait_for_url("chrome-error://**")
    page.go_back()
    page.goto(note)
    put_back(page)
    expect(page.locator("[name=text]")).to_have_value(WRITTEN)


def test_who_signed_in_anew_in_another_tab_sends_it_again(
    page: Page, note: str, adviser: Any
) -> None:
    Session.objects.all().delete()
    other = page.context.new_page()
    other.goto(note)
    sign_in(other, adviser)
    other.fill("[name=text]", "In de andere tab.")
    send(page)
    expect(page.locator(".messages")).to_contain_text("Verstuur het opnieuw")
    assert page.url == note
    put_back(page)
    expect(page.locator("[name=text]")).to_have_value(WRITTEN)
    send(page)
    page.wait_for_url(lambda url: url != note)
    # The other tab has what was typed there.
    other.reload()
    put_back(other)
    expect(other.locator("[name=text]")).to_have_value("In de andere tab.")


def test_what_was_shown_and_not_done_yet_is_offered_back(
    page: Page, live_server: Any, contract: Any, adviser: Any
) -> None:
    """A form that is looked at before it is sent for good."""
    url = live_server.url + reverse("contract-change", args=[contract.pk, "amendment"])
    page.goto(url)
    sign_in(page, adviser)
    page.fill("[name=effective_date]", "2024-07-01")
    page.fill("[name=value_delta]", "5.000")
    page.fill("[name=reason]", "Meerwerk aan de brug")
    send(page)
    confirm = page.locator("[name=confirm]")
    confirm.wait_for()
    expect(page.locator(OFFER)).to_be_hidden()
    Session.objects.all().delete()
    confirm.click()
    sign_in(page, adviser)
    put_back(page)
    expect(page.locator("[name=reason]")).to_have_value("Meerwerk aan de brug")
    expect(page.locator("[name=effective_date]")).to_have_value("2024-07-01")
    send(page)
    confirm.click()
    page.wait_for_url(lambda where: where != url)
    assert kept(page) == []


def test_what_a_part_brought_is_kept_too(
    page: Page, live_server: Any, contract: Any, region: Any, person: Any
) -> None:
    """A firm that was chosen from the register comes as a part of the page, filled in by it."""
    make.make_firm(region, "Sociale Drukkerij")
    draft = make.make_purchase(contract, state="draft", supplier_name="", supplier_kvk="")
    page.goto(live_server.url + reverse("fulfilment-details", args=[draft.fulfilment_id]))
    sign_in(page, person)
    page.locator("[name=supplier_name]").press_sequentially("Sociale Dr")
    page.locator("button[name=firm]").click()
    expect(page.locator("[name=supplier_name]")).to_have_value("Sociale Drukkerij")
    number = page.locator("[name=supplier_kvk]").input_value()
    Session.objects.all().delete()
    page.reload()
    sign_in(page, person)
    put_back(page)
    expect(page.locator("[name=supplier_name]")).to_have_value("Sociale Drukkerij")
    expect(page.locator("[name=supplier_kvk]")).to_have_value(number)


def test_of_a_file_it_is_said_that_it_has_to_be_chosen_again(
    page: Page, live_server: Any, contract: Any, adviser: Any
) -> None:
    url = live_server.url + reverse("document-new", args=[contract.pk])
    page.goto(url)
    sign_in(page, adviser)
    file = {"name": "verslag.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.set_input_files("[type=file]", [file])
    assert "%PDF" not in page.evaluate("Object.values(sessionStorage).join()")
    page.goto(url)
    expect(page.locator(OFFER)).to_contain_text("verslag.pdf")
    expect(page.get_by_role("button", name="Terugzetten")).to_be_hidden()
    page.set_input_files("[type=file]", [file])
    expect(page.locator(OFFER)).to_be_hidden()
    # Sent, and something else is wrong: it is said beside the field.
    send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator(".field:has([type=file])")).to_contain_text("Kies het bestand opnieuw")
    expect(page.locator(OFFER)).to_be_hidden()


def test_forms_beside_each_other_keep_their_own(
    page: Page, live_server: Any, contract: Any, adviser: Any
) -> None:
    version = make.make_purchase(contract, state="submitted")
    page.goto(live_server.url + reverse("review", args=[version.fulfilment_id]))
    sign_in(page, adviser)
    page.locator("summary", has_text="Aanvulling vragen").click()
    page.fill("#why-return", "Graag de factuur.")
    page.locator("summary", has_text="Afwijzen").click()
    page.fill("#why-reject", "Dit telt niet.")
    page.reload()
    put_back(page)
    expect(page.locator("#why-return")).to_have_value("Graag de factuur.")
    expect(page.locator("#why-reject")).to_have_value("Dit telt niet.")


def test_what_was_sent_and_refused_stands_there_again(
    page: Page, live_server: Any, contract: Any, adviser: Any
) -> None:
    version = make.make_purchase(contract, state="submitted")
    page.goto(live_server.url + reverse("review", args=[version.fulfilment_id]))
    sign_in(page, adviser)
    page.locator("summary", has_text="Aanvulling vragen").click()
    page.fill("#why-return", "Graag de factuur.")
    FulfilmentVersion.objects.filter(pk=version.pk).update(edition=version.edition + 1)
    page.get_by_role("button", name="Deze vraag versturen").click()
    expect(page.locator("[role=alert]", has_text="gewijzigd")).to_be_visible()
    expect(page.locator(OFFER)).to_be_hidden()
    expect(page.locator("#why-return")).to_be_visible()
    expect(page.locator("#why-return")).to_have_value("Graag de factuur.")
    page.get_by_role("button", name="Deze vraag versturen").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{version.fulfilment_id}/"))
    assert kept(page) == []


def test_what_is_typed_anew_while_it_is_offered_stays(page: Page, note: str) -> None:
    page.locator("[name=kind]").press("ArrowDown")
    page.goto(note)
    page.fill("[name=text]", "Iets anders.")
    page.goto(note)  # with the older words under the newer ones
    page.check("main [type=checkbox]")
    put_back(page)
    expect(page.locator("[name=text]")).to_have_value("Iets anders.")
    expect(page.locator("[name=kind]")).to_have_js_property("selectedIndex", 1)
    expect(page.locator("main [type=checkbox]")).to_be_checked()


def test_what_the_form_showed_by_itself_is_no_typing(page: Page, note: str) -> None:
    """A day that was filled in is another one tomorrow."""
    assert '"on' not in page.evaluate("Object.values(sessionStorage).join()")
    page.fill("[name=text]", "")
    assert kept(page) == []


@pytest.mark.parametrize("content", ["{oops", "null", '{"sent": false}'])
def test_what_cannot_be_read_is_dropped(page: Page, note: str, content: str) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.evaluate(
        "([key, content]) => sessionStorage.setItem(key, content)", [kept(page)[0], content]
    )
    page.goto(note)
    expect(page.locator(OFFER)).to_be_hidden()
    page.fill("[name=text]", WRITTEN)
    page.goto(note)
    put_back(page)
    assert faults == []


def test_what_is_thrown_away_stays_away(page: Page, note: str) -> None:
    page.goto(note)
    page.get_by_role("button", name="Weggooien").click()
    page.goto(note)
    expect(page.locator(OFFER)).to_be_hidden()


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "Object.keys(sessionStorage).filter(key => key.startsWith('typed:'))"
    )
    return found


def test_signing_out_clears_it_in_every_tab(page: Page, note: str) -> None:
    other = page.context.new_page()
    other.goto(note)
    other.fill("[name=text]", WRITTEN)
    assert kept(page)
    assert kept(other)
    page.goto(note)
    page.locator(".menu__panel > .popover > summary").click()
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url(lambda url: reverse("login") in url)
    assert kept(page) == []
    assert kept(other) == []
    other.goto(note)
    expect(other.locator("[data-kept]")).to_be_hidden()


def test_what_is_older_than_the_last_sign_out_is_gone(page: Page, note: str) -> None:
    """A tab that slept while another one signed out."""
    page.evaluate("localStorage.setItem('signed-out', Date.now() + 1)")
    page.goto(note)
    expect(page.locator(OFFER)).to_be_hidden()
    assert kept(page) == []


def test_it_is_offered_to_nobody_else(page: Page, note: str, region: Any) -> None:
    Session.objects.all().delete()
    page.goto(note)
    sign_in(page, make.make_user(Role.ADVISER, region, email="ander@example.org"))
    assert page.url == note
    expect(page.locator(OFFER)).to_be_hidden()
    assert kept(page) == []


def test_a_password_is_never_kept(page: Page, live_server: Any, adviser: Any) -> None:
    page.goto(live_server.url + reverse("account_change_password"))
    sign_in(page, adviser)
    page.locator("input[type=password]").first.fill("een lange zin die ik onthoud")
    assert kept(page) == []
