"""Who asks, how, and how often: each refusal is a problem that says what to do."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from contracts.models import Program, ProgramRead, Reads, Region
from contracts.programs import door
from contracts.programs.views.contracts import Contracts
from sroi.access import Access, Grant, Role
from tests import factories as make
from tests.sroi.api.reading import UNTIL, let_read, read, reader, with_token

pytestmark = pytest.mark.django_db
CONTRACTS = "/api/v1/contracts"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False) as travelled:
        yield travelled


def problem(answer: Any, status: int) -> str:
    """What a problem says, which all look the same."""
    said = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["API-Version"] == "1.0.0"
    assert (answer.status_code, said["status"], said["type"]) == (status, status, "about:blank")
    assert set(said) == {"type", "title", "status", "detail"}
    assert said["title"]
    assert said["detail"]
    detail: str = said["detail"]
    return detail


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic c3JvaTpzcm9p", "sroi_x", "Bearer sroi_onbekend", "Bearer é"],
)
def test_without_a_token_that_holds_nothing_is_read(region: Region, header: str) -> None:
    let_read(region)
    answer = Client(headers={"authorization": header}).get(CONTRACTS)
    assert problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert not ProgramRead.objects.exists()


def test_who_is_signed_in_needs_a_token_too(region: Region) -> None:
    client = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    problem(client.get(CONTRACTS), 401)


def test_a_token_opens_no_page(region: Region) -> None:
    answer = reader(region).get("/contracten/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/aanmelden/")


def test_a_token_holds_until_the_end_of_its_last_day(region: Region, clock: Any) -> None:
    client = reader(region)
    clock.move_to(make.moment(UNTIL))
    assert client.get(CONTRACTS).status_code == 200
    clock.move_to(make.moment(UNTIL + timedelta(days=1)))
    problem(client.get(CONTRACTS), 401)
    assert [*ProgramRead.objects.values_list("status", flat=True)] == [401, 200]


def test_a_token_that_was_stopped_or_replaced_opens_nothing(region: Region) -> None:
    given = let_read(region)
    admin = make.make_user(Role.REGION_ADMIN, region)
    access = Access(admin.pk, (Grant(Role.REGION_ADMIN, region.pk),))
    again = door.renew(given.program, UNTIL, access, make.act(admin))
    problem(with_token(given.token).get(CONTRACTS), 401)
    assert with_token(again.token).get(CONTRACTS).status_code == 200
    door.stop(again.program, access, make.act(admin))
    problem(with_token(again.token).get(CONTRACTS), 401)


OPENS = {
    Reads.FIGURES: {"figures", "figures/2024"},
    Reads.CONTRACTS: {"contracts"},
    Reads.PROGRESS: {"contract-progress"},
    Reads.LINES: {"obligation-lines", "fulfilment-lines"},
    Reads.REPORTS: {"reports", "reports/2024"},
}


@pytest.mark.parametrize("scope", Reads)
def test_a_token_opens_what_it_is_for_and_nothing_else(
    region: Region, linde: Any, scope: Reads
) -> None:
    make.make_contract(region, linde)
    client = reader(region, [scope])
    for path in set().union(*OPENS.values()):
        answer = client.get(f"/api/v1/{path}")
        if path in OPENS[scope]:
            # There is no final report.
            assert answer.status_code == (404 if path == "reports/2024" else 200), path
        else:
            assert scope not in problem(answer, 403)
            assert "insufficient_scope" in answer["WWW-Authenticate"]


def test_what_comes_over_http_is_refused_and_not_led_on(region: Region, settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^api/"]
    client = reader(region)
    assert "https" in problem(client.get(CONTRACTS), 403)
    assert not ProgramRead.objects.exists()
    assert client.get(CONTRACTS, secure=True).status_code == 200
    assert client.get("/contracten/").status_code == 301


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_one_can_only_read(region: Region, method: str) -> None:
    answer = getattr(reader(region), method)(CONTRACTS)
    assert "GET" in problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_head_says_as_much_as_get_without_a_body(region: Region) -> None:
    client = reader(region)
    whole, head = client.get(CONTRACTS), client.head(CONTRACTS)
    assert (head.status_code, head.content) == (200, b"")
    assert head["API-Version"] == whole["API-Version"]


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("text/html", 406),
        ("application/xml", 406),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.5", 200),
    ],
)
def test_every_answer_is_json(region: Region, accept: str, code: int) -> None:
    answer = reader(region).get(CONTRACTS, headers={"accept": accept})
    assert answer.status_code == code
    assert code == 200 or problem(answer, 406)


def test_a_slip_of_the_pen_is_told(region: Region) -> None:
    said = problem(reader(region).get(f"{CONTRACTS}?sise=5&jaar=1"), 400)
    assert "jaar, sise" in said
    assert "cursor, size" in said


@pytest.mark.parametrize("nonsense", ["%00", "a%00b", "%ED%A0%BD", "9" * 40, "<script>", "%2e%2e/"])
def test_nonsense_is_answered_without_a_fault(region: Region, nonsense: str) -> None:
    client = reader(region)
    for asked in ("figures/2024?client=", "contracts?cursor=", "contracts?size=", "contracts?"):
        assert client.get(f"/api/v1/{asked}{nonsense}").status_code in (200, 400, 404), asked
    assert client.get(f"/api/v1/{nonsense}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/contracts/",
        "/api/v1/",
        "/api/v1",
        "/api/v2/contracts",
        "/api/v1/figures/abc",
        "/api/v1/figures/2024/",
        "/api/v1/reports/2024",
        "/api/v1/figures/2024?client=GM9999",
        "/api/v1/figures/9999",
    ],
)
def test_what_is_not_there_is_a_problem_too(region: Region, path: str) -> None:
    problem(reader(region).get(path), 404)


def test_who_asks_too_often_waits_a_minute(region: Region, settings: Any, clock: Any) -> None:
    settings.API_READS_PER_MINUTE = 3
    client, other = reader(region), with_token(let_read(region, name="Excel").token)
    assert [client.get(CONTRACTS).status_code for _ in range(3)] == [200] * 3
    answer = client.get(CONTRACTS)
    assert "3" in problem(answer, 429)
    assert answer["Retry-After"] == "60"
    assert other.get(CONTRACTS).status_code == 200
    clock.shift(timedelta(seconds=61))
    assert client.get(CONTRACTS).status_code == 200


def test_what_was_read_is_kept_as_long_as_the_rest_of_the_log(region: Region, clock: Any) -> None:
    client = reader(region)
    read(client, "contracts?size=1")
    client.get("/api/v1/contracts?size=0")
    rows = ProgramRead.objects.order_by("pk").values_list("path", "status", "at")
    assert [*rows] == [
        (CONTRACTS, 200, make.moment(make.TODAY)),
        (CONTRACTS, 400, make.moment(make.TODAY)),
    ]
    # By `log_months`: 24.
    clock.move_to(datetime(2027, 7, 1, 12, tzinfo=make.moment(make.TODAY).tzinfo))
    call_command("apply_retention", verbosity=0)
    assert ProgramRead.objects.count() == 2
    clock.move_to(make.moment(date(2027, 7, 2)))
    call_command("apply_retention", verbosity=0)
    assert ProgramRead.objects.count() == 0
    assert Program.objects.count() == 1


@pytest.mark.parametrize(("failure", "code"), [(OperationalError(), 503), (ValueError(), 500)])
def test_a_failure_is_a_problem_too(
    region: Region, monkeypatch: pytest.MonkeyPatch, failure: Exception, code: int
) -> None:
    def fail(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(Contracts, "rows", fail)
    client = reader(region)
    client.raise_request_exception = False
    answer = client.get(CONTRACTS)
    problem(answer, code)
    assert answer.headers.get("Retry-After") == ("60" if code == 503 else None)


def test_headers_keep_what_is_read_out_of_caches_and_frames(region: Region) -> None:
    answer = reader(region).get(CONTRACTS)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer
    assert not answer.cookies
