"""Every field of every form × nonsense: an answer, never a failure; what was typed comes back,
escaped.

The forms are found in the pages themselves, so that a new page is held to this as soon as it is in
the access table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from sroi.access import Role
from tests.whole.test_access import (
    ANONYMOUS,
    PAGES,
    SLOW,
    World,
    as_role,
)

pytestmark = pytest.mark.django_db

MILLION = "x" * 1_000_000
MARKUP, QUOTES = "<script>alert(1)</script>", "' OR 1=1 --"
NONSENSE_IN_A_QUERY = ("a\0b", "1e999", "9" * 30, MARKUP, "\ud83d")
NONSENSE = (
    *(
        "",
        "a\0b",
        "\u202e\u2066abc",
        "-0",
        "NaN",
        "1e999",
        "-1",
        "29-02-2025",
        "2025-02-29",
        "9" * 30,
    ),
    *(MARKUP, QUOTES, "{{ 7 * 7 }}", "=1+1", "é" * 300, "\ud83d", "٣", "987654321"),
)
ANSWERS = {200, 302, 400, 404, 413, 422}
TYPED = {"text", "search", "email", "tel", "url", "number", "date", "month", "password", ""}


@dataclass
class FormFound:
    action: str
    method: str
    given: dict[str, list[str]] = field(default_factory=dict)
    # Fields that one types or chooses in, beside buttons and what is hidden.
    open: set[str] = field(default_factory=set)
    pressed: bool = False


class Forms(HTMLParser):
    """The forms in the main part of a page, with what they would send as they stand."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url, self.found, self.form, self.select = url, list[FormFound](), None, ""
        self.feed(page.split("<main", 1)[-1])

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        name = attrs.get("name", "")
        if tag == "form":
            self.form = FormFound(
                urljoin(self.url, attrs.get("action", "")), attrs.get("method", "get").lower()
            )
            self.found.append(self.form)
        elif self.form is None or not (name or tag == "option"):
            return
        elif tag == "button":
            # What the first button says is sent along, as when one presses Enter.
            if not self.form.pressed:
                self.form.pressed = True
                self._add(name, attrs.get("value", ""))
        elif tag == "textarea":
            self._add(name, "", is_open=True)
        elif tag == "select":
            self.select = name
            self._add(name, None, is_open=True)
        elif tag == "option" and self.select and "selected" in attrs:
            self._add(self.select, attrs.get("value", ""))
        elif tag == "input":
            kind = attrs.get("type", "text")
            if kind in ("radio", "checkbox"):
                self._add(
                    name, attrs.get("value", "on") if "checked" in attrs else None, is_open=True
                )
            elif kind != "file":
                self._add(name, attrs.get("value", ""), is_open=kind in TYPED)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""

    def _add(self, name: str, value: str | None, is_open: bool = False) -> None:
        assert self.form is not None
        values = self.form.given.setdefault(name, [])
        if value is not None:
            values.append(value)
        if is_open:
            self.form.open.add(name)


def forms_of_pages(world: World) -> Iterator[tuple[str, Client, FormFound]]:
    """The forms of each page, as the first role sees them that may open it."""
    visited = set(SLOW)
    for role in (
        Role.ADVISER,
        Role.REGION_ADMIN,
        Role.CONTRACTOR,
        Role.PROCUREMENT_OFFICER,
        ANONYMOUS,
    ):
        client = as_role(world, role)
        for name, page in PAGES.items():
            if name in visited or page.code(role) != 200 or page.method != "get":
                continue
            visited.add(name)
            url = reverse(name, kwargs=world.own[page.of] if page.of else {})
            response = client.get(url)
            if response.streaming or not response["Content-Type"].startswith("text/html"):
                continue
            for form in Forms(response.content.decode(), url).found:
                if form.open:
                    yield name, client, form


def send(client: Client, form: FormFound, changed: dict[str, str]) -> Any:
    """What the form would send, with some fields filled in otherwise; and as if it never was."""
    given = {
        name: [changed[name]] if name in changed else values for name, values in form.given.items()
    }
    plain = {
        name: [value.encode("utf-8", "surrogatepass") for value in values]
        for name, values in given.items()
    }
    ask = client.post if form.method == "post" else client.get
    with transaction.atomic():
        answer = ask(form.action, plain)
        transaction.set_rollback(True)
    return answer


@pytest.mark.timeout(1200)
def test_every_form_answers_nonsense_and_gives_back_what_was_typed(
    world: World,
) -> None:
    tried, filled = set(), set()
    for name, client, form in forms_of_pages(world):
        tried.add(name)
        for value in NONSENSE if form.method == "post" else NONSENSE_IN_A_QUERY:
            answer = send(client, form, dict.fromkeys(form.open, value))
            where = (name, form.action, value)
            assert answer.status_code in ANSWERS, where
            text = "" if answer.streaming else answer.content.decode("utf-8", "replace")
            assert MARKUP not in text, where
            assert text.count('class="error-summary"') <= 1, where
            if answer.status_code == 422 and value == QUOTES:
                assert escape(value) in text, where
        for one in sorted(form.open - filled):
            filled.add(one)
            assert send(client, form, {one: MILLION}).status_code in ANSWERS, (name, one)
    assert {
        "contract-change",
        "contract-draft",
        "fulfilment-details",
        "review",
        "user-invite",
        "login",
    } <= tried


class Optional(HTMLParser):
    """By id of a field whether its label calls it optional; by name whether it is in error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.label, self.called, self.names, self.faulty = (
            "",
            set[str](),
            dict[str, str](),
            set[str](),
        )
        self.feed(page.split("<main", 1)[-1])

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        if tag in ("label", "legend"):
            self.label = attrs.get("for", "")
        elif tag == "span" and attrs.get("class") == "optional":
            self.called.add(self.label)
        elif tag in ("input", "select", "textarea") and attrs.get("type") not in (
            "checkbox",
            "radio",
        ):
            self.names[attrs.get("id", "")] = attrs.get("name", "")
            if attrs.get("aria-invalid") == "true":
                self.faulty.add(attrs.get("name", ""))

    @property
    def optional(self) -> set[str]:
        return {self.names[one] for one in self.called if one in self.names}


def test_what_is_called_optional_may_stay_empty(world: World) -> None:
    found, seen = set(), 0
    for name, client, form in forms_of_pages(world):
        if form.method != "post":
            continue
        optional = Optional(client.get(form.action).content.decode()).optional & form.open
        seen += len(optional)
        for empty in (form.open, optional):
            answer = send(client, form, dict.fromkeys(empty, ""))
            if answer.status_code == 422:
                faulty = Optional(answer.content.decode()).faulty
                found |= {(name, one) for one in faulty & optional}
    assert seen
    assert not found, "\n".join(map(" ".join, sorted(found)))
