"""Another page is told to the browser as such, and who signs in returns to a page: never a part put
in its place.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.whole.test_access import ANONYMOUS, PAGES, SIGNED_IN, World, as_role

pytestmark = pytest.mark.django_db

PAGE = "/contracten/7/?van=lijst"
PART = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}


def answers(
    world: World, role: str, headers: dict[str, str], methods: tuple[str, ...] = ()
) -> Iterator[Any]:
    """Of every address of one's own, by every method it takes."""
    for name, page in PAGES.items():
        url = reverse(name, kwargs=world.own[page.of] if page.of else {})
        for method in {page.method, *page.also} & set(methods or ("get", "post")):
            yield name, getattr(as_role(world, role), method)(url, headers=headers)


def returning_to(url: str) -> list[str]:
    assert urlsplit(url).path == reverse("login")
    return parse_qs(urlsplit(url).query).get("next", [])


@pytest.mark.parametrize("role", [*SIGNED_IN, ANONYMOUS])
def test_who_asks_for_a_part_of_a_page_is_not_sent_elsewhere_unseen(
    world: World, role: str
) -> None:
    told = 0
    for name, answer in answers(world, role, PART):
        assert answer.status_code // 100 != 3, name
        if "HX-Redirect" in answer:
            told += 1
            assert answer.content == b"", name
            if (
                urlsplit(answer["HX-Redirect"]).path == reverse("login")
                and role == ANONYMOUS
                and name != "logout"
            ):
                assert returning_to(answer["HX-Redirect"]) == [PAGE], name
    assert told


def test_who_sends_a_form_without_a_session_returns_to_its_page(world: World) -> None:
    seen = 0
    for name, answer in answers(
        world, ANONYMOUS, {"Referer": f"http://testserver{PAGE}"}, methods=("post",)
    ):
        if answer.status_code == 302 and name not in ("logout", "set_language"):
            seen += 1
            assert returning_to(answer["Location"]) == [PAGE], name
    assert seen > 50


@pytest.mark.parametrize(
    "headers", [{}, {"Referer": "http://elsewhere.example/x/"}, {"HX-Request": "true"}]
)
def test_where_the_page_is_not_known_signing_in_leads_to_the_start(
    client: Client, headers: dict[str, str]
) -> None:
    answer = client.post(reverse("note-new", args=[1]), headers=headers)
    assert returning_to(answer.headers.get("Location") or answer["HX-Redirect"]) == []


def test_a_page_of_a_list_is_a_page_to_return_to(client: Client) -> None:
    """A link that htmx follows in place has the address of a page."""
    url = reverse("contract-list") + "?page=2"
    answer = client.get(url, headers={**PART, "HX-Boosted": "true"})
    assert returning_to(answer["HX-Redirect"]) == [url]


def test_without_htmx_a_page_returns_to_itself(client: Client) -> None:
    url = reverse("contract-list") + "?status=overdue"
    assert returning_to(
        client.get(url, headers={"Referer": f"http://testserver{PAGE}"})["Location"]
    ) == [url]
