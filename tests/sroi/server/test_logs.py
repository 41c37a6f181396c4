"""What the log holds: every request with its id and route, every failure with its place, and
nothing of a person.
"""

import io
import json
import logging
from collections.abc import Iterator
from logging.config import DictConfigurator  # type: ignore[attr-defined]
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from sroi.server.logs import logging_config
from tests import factories as make

pytestmark = pytest.mark.django_db

PERSON = "Kandidaat Wulp"
MAIL = "wulp@example.org"
BSN = "111222333"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """The log as production writes it."""
    formatter = DictConfigurator(logging_config("json")).configure_formatter(
        logging_config("json")["formatters"]["chosen"]
    )
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    caplog.set_level(logging.INFO, "django_structlog")
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def client() -> Client:
    client = Client(raise_request_exception=False, headers={"user-agent": f"Mozilla {PERSON}"})
    client.force_login(make.make_user(Role.ADVISER, make.make_region(), email=MAIL, name=PERSON))
    return client


def test_a_request_is_one_line_with_its_route(client: Client, log: io.StringIO) -> None:
    client.get(reverse("search"), {"q": PERSON})
    client.get("/contracten/987654321/")
    found, missing = lines(log)
    assert (found["request"], found["code"], found["level"]) == ("GET /zoeken/", 200, "info")
    assert (missing["request"], missing["code"]) == ("GET /contracten/<int:pk>/", 404)
    assert found["request_id"] != missing["request_id"]


def test_nothing_of_a_person_stays_behind(client: Client, log: io.StringIO) -> None:
    client.get(reverse("search"), {"q": PERSON, "mail": MAIL})
    client.get(f"/{PERSON}/{MAIL}/")
    client.get(reverse("invitation", args=[f"{MAIL}-token"]))
    client.get(f"/wachtwoord-vergeten/abc-{BSN}/")
    client.post(reverse("held-candidate"), {"reference": PERSON, "contractor": BSN})
    Client(enforce_csrf_checks=True).post(reverse("login"), {"login": MAIL, "password": PERSON})
    Client(headers={"host": "wulp.example.org"}).get("/")
    assert len(lines(log)) >= 7
    for secret in (PERSON, "Wulp", "wulp", MAIL, BSN, "127.0.0.1", "Mozilla"):
        assert secret not in log.getvalue(), secret


def test_a_failure_says_what_kind_and_where(
    client: Client, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        try:
            raise IntegrityError(f"Key (email)=({MAIL}) already exists.")
        except IntegrityError as error:
            raise ValueError(f"invalid literal: {PERSON!r}") from error

    monkeypatch.setattr("sroi.pages.work.search.visible", fail)
    assert client.get(reverse("search"), {"q": PERSON}).status_code == 500
    (failed,) = lines(log)
    assert failed["level"] == "error"
    assert failed["failure"] == ["builtins.ValueError", "django.db.utils.IntegrityError"]
    assert any("search.py" in place for place in failed["where"])
    for secret in (PERSON, MAIL, "already exists"):
        assert secret not in log.getvalue()


def test_messages_of_others_come_without_what_was_filled_in(log: io.StringIO) -> None:
    logging.getLogger("elsewhere").warning("Cannot read %s of %s", PERSON, MAIL)
    logging.getLogger("elsewhere").warning(ValueError(PERSON), exc_info=ValueError(PERSON))
    first, second = lines(log)
    assert first["event"] == "Cannot read %s of %s"
    assert second["event"] == "ValueError"
    assert PERSON not in log.getvalue()


def test_lines_for_who_develops() -> None:
    try:
        config = logging_config("line")
    finally:
        logging_config("json")
    formatter = logging.Formatter(config["formatters"]["chosen"]["format"], style="{")
    record = logging.LogRecord("sroi", logging.WARNING, __file__, 1, "Te groot: %s", ("x",), None)
    assert formatter.format(record).endswith("WARNING sroi Te groot: x")
