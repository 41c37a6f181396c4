"""A region admin lets a program read: its token is told once, each act stands in the history."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Program, ProgramRead, Region
from contracts.programs import door
from contracts.programs.tokens import digest_of, new_token, program_with
from sroi.access import NO_ACCESS, Access, Grant, Role
from sroi.doors import Refused
from tests import factories as make
from tests.sroi.api.reading import ALL, UNTIL, let_read, with_token

pytestmark = pytest.mark.django_db
GIVEN = {"name": "Power BI", "reads": ["figures", "contracts"], "until": "2025-12-31"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def admin(region: Region) -> Any:
    return make.make_user(Role.REGION_ADMIN, region)


def of(user: Any, region: Region, role: str = Role.REGION_ADMIN) -> Access:
    return Access(user.pk, (Grant(role, region.pk),))


def told(page: Any) -> str:
    """The token on the page that tells it."""
    found = re.findall(r">(sroi_[\w-]{43})<", page.content.decode())
    assert len(found) == 1
    return str(found[0])


# --- the door -------------------------------------------------------------------------------------


def test_a_token_is_long_and_random_and_kept_as_a_digest(region: Region) -> None:
    given = let_read(region)
    assert re.fullmatch(r"sroi_[\w-]{43}", given.token)
    stored = str([*Program.objects.values(), *Program.history.values()])
    assert given.token not in stored
    assert given.token.removeprefix("sroi_")[:20] not in stored
    assert program_with(given.token) == given.program
    assert given.program.token_ends == given.token[-4:]


def test_another_key_of_the_site_ends_no_token(region: Region, settings: Any) -> None:
    given = let_read(region)
    settings.SECRET_KEY = "another" * 10
    assert with_token(given.token).get("/api/v1/contracts").status_code == 200


@given(st.text(max_size=60))
def test_no_text_is_a_token(text: str) -> None:
    assert program_with(text) is None
    assert digest_of(text) != digest_of(new_token())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REGION_ADMIN])
def test_only_an_admin_of_the_region_lets_a_program_read(
    region: Region, admin: Any, role: str
) -> None:
    given = let_read(region, by=admin)
    elsewhere = make.make_region("utrecht", "Utrecht")
    for access in (of(admin, region, role), of(admin, elsewhere), NO_ACCESS):
        with pytest.raises(Refused):
            door.let_read(region, "Excel", ALL, UNTIL, access, make.act(admin))
        with pytest.raises(Refused):
            door.renew(given.program, UNTIL, access, make.act(admin))
        with pytest.raises(Refused):
            door.stop(given.program, access, make.act(admin))
    assert with_token(given.token).get("/api/v1/contracts").status_code == 200


@pytest.mark.parametrize(
    ("until", "is_taken"),
    [
        (make.TODAY, False),
        (make.TODAY + timedelta(days=1), True),
        (date(2026, 7, 2), True),  # 366 days later
        (date(2026, 7, 3), False),
    ],
)
def test_a_token_ends_after_today_and_within_the_most_days(
    region: Region, admin: Any, until: date, is_taken: bool
) -> None:
    try:
        door.let_read(region, "Excel", ALL, until, of(admin, region), make.act(admin))
    except Refused:
        assert not is_taken
    else:
        assert is_taken


@pytest.mark.parametrize("reads", [[], ["persons"], ["figures", "persons"]])
def test_what_it_reads_is_one_of_what_there_is(
    region: Region, admin: Any, reads: list[str]
) -> None:
    with pytest.raises(Refused):
        door.let_read(region, "Excel", reads, UNTIL, of(admin, region), make.act(admin))


def test_a_name_is_of_one_program_until_that_is_stopped(region: Region, admin: Any) -> None:
    given = let_read(region, by=admin)
    with pytest.raises(Refused):
        let_read(region, by=admin)
    door.stop(given.program, of(admin, region), make.act(admin))
    assert let_read(region, by=admin).program.pk != given.program.pk
    assert let_read(make.make_region("utrecht", "Utrecht")).program.name == "Power BI"


def test_of_two_at_once_the_second_is_told(region: Region, admin: Any) -> None:
    """Each begins with what it saw: the other's copy of the row is of before."""
    given = let_read(region, by=admin)
    mine, other = (Program.objects.get(pk=given.program.pk) for _ in range(2))
    first = door.renew(mine, UNTIL, of(admin, region), make.act(admin))
    with pytest.raises(Refused):
        door.renew(other, UNTIL, of(admin, region), make.act(admin))
    with pytest.raises(Refused):
        door.stop(other, of(admin, region), make.act(admin))
    assert with_token(first.token).get("/api/v1/contracts").status_code == 200
    door.stop(mine, of(admin, region), make.act(admin))
    with pytest.raises(Refused):
        door.renew(mine, UNTIL, of(admin, region), make.act(admin))


def test_every_act_stands_in_the_history(region: Region, admin: Any) -> None:
    given = let_read(region, by=admin)
    again = door.renew(given.program, date(2026, 1, 31), of(admin, region), make.act(admin))
    door.stop(again.program, of(admin, region), make.act(admin))
    rows = Program.history.order_by("history_id")
    assert [(row.history_type, row.history_user, row.valid_until) for row in rows] == [
        ("+", admin, UNTIL),
        ("~", admin, date(2026, 1, 31)),
        ("~", admin, date(2026, 1, 31)),
    ]
    assert [row.revoked_at is None for row in rows] == [True, True, False]
    page = make.signed_in(admin).get(reverse("history"), {"soort": "programmas"})
    assert page.content.decode().count("Power BI") == 3


# --- the pages ------------------------------------------------------------------------------------


def test_the_token_is_shown_once(region: Region, admin: Any) -> None:
    client = make.signed_in(admin)
    page = client.post(reverse("program-new"), {**GIVEN, "region": region.pk})
    token = told(page)
    assert page["Cache-Control"] == "no-store, private"
    assert with_token(token).get("/api/v1/contracts").status_code == 200
    program = Program.objects.get()
    assert program.reads == ["figures", "contracts"]
    for address in (
        reverse("program-list"),
        reverse("program-detail", args=[program.pk]),
        reverse("program-renew", args=[program.pk]),
        reverse("program-stop", args=[program.pk]),
        reverse("history") + "?soort=programmas",
    ):
        assert token not in client.get(address).content.decode()
    assert not mail.outbox


def test_a_form_that_is_sent_twice_makes_one(region: Region, admin: Any) -> None:
    client = make.signed_in(admin)
    given = {**GIVEN, "region": region.pk}
    client.post(reverse("program-new"), given)
    again = client.post(reverse("program-new"), given)
    assert again.status_code == 422
    assert "Power BI" in again.content.decode()
    assert Program.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"reads": []}, {"reads": ["x"]}, {"until": ""}, {"until": "2020-01-01"}]
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    region: Region, admin: Any, wrong: dict[str, Any]
) -> None:
    given = {**GIVEN, "name": "Het rapport van Anna", "region": region.pk, **wrong}
    page = make.signed_in(admin).post(reverse("program-new"), given)
    assert page.status_code == 422
    assert wrong.get("name", "Het rapport van Anna") in page.content.decode()
    assert not Program.objects.exists()


def test_a_region_of_another_is_no_choice(region: Region, admin: Any) -> None:
    other = make.make_region("utrecht", "Utrecht")
    page = make.signed_in(admin).post(reverse("program-new"), {**GIVEN, "region": other.pk})
    assert page.status_code == 422
    assert not Program.objects.exists()


def test_another_token_takes_the_place_of_the_first(region: Region, admin: Any) -> None:
    given = let_read(region, by=admin)
    client = make.signed_in(admin)
    address = reverse("program-renew", args=[given.program.pk])
    token = told(client.post(address, {"until": "2026-01-31"}))
    assert with_token(given.token).get("/api/v1/contracts").status_code == 401
    assert with_token(token).get("/api/v1/contracts").status_code == 200


def test_what_is_stopped_was_asked_first(region: Region, admin: Any) -> None:
    given = let_read(region, by=admin)
    client = make.signed_in(admin)
    address = reverse("program-stop", args=[given.program.pk])
    client.post(address)
    assert with_token(given.token).get("/api/v1/contracts").status_code == 200
    make.confirm(client, address)
    assert with_token(given.token).get("/api/v1/contracts").status_code == 401
    assert (
        reverse("program-renew", args=[given.program.pk])
        not in client.get(reverse("program-detail", args=[given.program.pk])).content.decode()
    )


def test_the_page_says_what_it_read_last(region: Region, admin: Any) -> None:
    given = let_read(region, by=admin)
    client = make.signed_in(admin)
    with_token(given.token).get("/api/v1/contracts")
    page = client.get(reverse("program-detail", args=[given.program.pk])).content.decode()
    assert "/api/v1/contracts" in page
    assert "1 juli 2025" in client.get(reverse("program-list")).content.decode()


@pytest.mark.parametrize("name", ["program-list", "program-detail"])
def test_pages_take_as_many_queries_however_much_was_read(
    region: Region, admin: Any, name: str
) -> None:
    client = make.signed_in(admin)
    asked = {}
    for number in (1, 3, 50):
        for _ in range(number - Program.objects.count()):
            given = let_read(region, name=f"P{Program.objects.count()}", by=admin)
        ProgramRead.objects.bulk_create(
            ProgramRead(program=given.program, at=make.moment(make.TODAY), path="/x", status=200)
            for _ in range(number)
        )
        args = [given.program.pk] if name == "program-detail" else []
        client.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name, args=args))
        asked[number] = len(queries)
    assert asked[1] == asked[3] == asked[50] <= 10
