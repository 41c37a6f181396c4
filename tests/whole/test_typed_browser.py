"""Every form of every role keeps what was typed: the session ends, one signs in again, and it is
offered back.

The pages are those of the access table, so that a new form is held to this as soon as its page is
there.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from tests import factories as make
from tests.whole.test_access import PAGES, SIGNED_IN, SLOW, World, as_role, make_world
from tests.whole.test_every_field import Forms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200)]

# Forms with a password or a code in them are never kept.
SECRET = {"login"}
FIELDS = """
const isField = field => field.name && field.form?.method === "post"
    && !["hidden", "file", "submit", "button"].includes(field.type) && field.tagName !== "BUTTON";
const fields = () => [...document.querySelectorAll("main input, main select, main textarea")]
    .filter(isField);
const isChoice = field => ["checkbox", "radio"].includes(field.type);
const chosen = field => isChoice(field) ? field.checked : field.value;
"""
# Fill in everything otherwise than it stands.
FILL = (
    FIELDS
    + """
const typed = {date: "2024-05-06", month: "2024-05", number: "7", email: "a@example.org"};
const fill = field => {
    if (field.type === "checkbox") field.checked = !field.checked;
    else if (field.type === "radio") field.checked = true;
    else if (field.tagName === "SELECT")
        field.selectedIndex = (field.selectedIndex + 1) % field.options.length;
    else field.value = typed[field.type] ?? "Getypt 12";
    for (const kind of ["input", "change"])
        field.dispatchEvent(new Event(kind, {bubbles: true}));
};
// What an answer brings along is filled in as well.
for (const field of fields()) fill(field);
"""
)
SEEN = (
    FIELDS
    + """
return fields().map(field => [field.form.id || field.form.getAttribute("action") || "",
    field.name, isChoice(field) ? field.value : "", chosen(field)]);
"""
)


def run(page: Page, script: str) -> Any:
    return page.evaluate("() => {" + script + "}")


def addresses_with_forms(world: World, role: str) -> dict[str, str]:
    """By name of the page: where this person fills something in that is sent, and that needs one
    to be signed in.
    """
    client, found = as_role(world, role), {}
    for name, page in PAGES.items():
        if name in SLOW | SECRET or page.public or page.code(role) != 200 or page.method != "get":
            continue
        url = reverse(name, kwargs=world.own[page.of] if page.of else {})
        response = client.get(url)
        if response.streaming or not response["Content-Type"].startswith("text/html"):
            continue
        forms = Forms(response.content.decode(), url).found
        if any(form.open and form.method == "post" for form in forms):
            found[name] = url
    return found


def let_in(page: Page, live_server: Any, user: Any) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )


@pytest.mark.parametrize("role", SIGNED_IN)
def test_each_form_of_this_role_offers_back_what_was_typed(
    page: Page, live_server: Any, evidence_in_memory: None, role: str
) -> None:
    world = make_world(make.make_region())
    user, lost, offered = world.users[role], [], 0
    addresses = addresses_with_forms(world, role)
    for name, url in addresses.items():
        let_in(page, live_server, user)
        page.goto(live_server.url + url)
        run(page, FILL)
        page.wait_for_load_state("networkidle")
        typed = run(page, SEEN)
        Session.objects.all().delete()
        page.reload()
        asked = urlsplit(page.url)
        assert asked.path == reverse("login"), name
        assert page.locator("#typed").count() == 0, name
        let_in(page, live_server, user)
        page.goto(live_server.url + parse_qs(asked.query)["next"][0])
        if page.locator("#typed").is_visible():
            offered += 1
            page.locator("[data-put-back]").click()
            page.wait_for_load_state("networkidle")
        back = run(page, SEEN)
        if back != typed:
            lost.append((name, [pair for pair in typed if pair not in back][:4]))
    assert lost == []
    assert addresses
    # The others were kept on the server while one typed.
    assert offered >= len(addresses) - 1
