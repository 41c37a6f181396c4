"""A form of before its person signed in anew: back to its page, or it is said what to do."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def client(region: Any) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.make_user(Role.ADVISER, region))
    client.get(reverse("start"))
    return client


def test_it_leads_back_to_its_page_which_says_that_nothing_was_saved(
    client: Client, contract: Any
) -> None:
    url = reverse("note-new", args=[contract.pk])
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(url, {"text": "x"}, headers={"Referer": HERE + url + "?from=list"})
    assert (answer.status_code, answer["Location"]) == (302, url + "?from=list")
    (said,) = get_messages(answer.wsgi_request)
    assert "nog niets bewaard" in str(said)


def test_a_part_of_a_page_has_the_page_opened_anew(client: Client, contract: Any) -> None:
    url = reverse("contract-plan-edit", args=[contract.pk])
    client.cookies["csrftoken"] = "a" * 32
    headers = {"HX-Request": "true", "HX-Current-URL": HERE + url}
    assert client.post(url, headers=headers)["HX-Redirect"] == url


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [({}, "a" * 32), ({"Referer": "http://elsewhere.example/x/"}, "a" * 32), ("own", "")],
)
def test_without_a_page_or_a_cookie_it_is_said_what_to_do(
    client: Client, contract: Any, headers: Any, cookie: str
) -> None:
    url = reverse("note-new", args=[contract.pk])
    client.cookies.pop("csrftoken", None)
    if cookie:
        client.cookies["csrftoken"] = cookie
    answer = client.post(url, headers={"Referer": HERE + url} if headers == "own" else headers)
    assert answer.status_code == 403
    assert b"error-page__code" in answer.content
