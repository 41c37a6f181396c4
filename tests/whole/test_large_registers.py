"""A register with more of everything than a query may carry: no page, list, file, mail or command
passes every id.

A database takes so many parameters in one query and no more (SQLite 32,766, PostgreSQL 65,535), so
a query that grows with the register ends in an error once that is large. Here few are too many
already, and there is more than that of everything. What is written in batches does not count: new
rows, and rows that each get a value of their own.
"""

import ast
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from contracts.models import Contract, Region
from placements.life import door as life
from placements.models import Fulfilment, FulfilmentLine, FulfilmentState, FulfilmentVersion, Upload
from placements.standing import kept
from placements.standing.kept import of_status
from placements.standing.progress import Status, with_progress
from reporting.adoption import door as adoption
from sroi.access import Role
from sroi.periods import add_months
from tests import factories as make
from tests.contracts.imports import test_imports as commands
from tests.placements.uploads import test_importing as browser
from tests.tools.bench.pages import questions
from tests.tools.crowd import crowd, rows_of_upload
from tests.whole.test_access import PAGES, SIGNED_IN, SLOW, World, as_role, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]

# Parameters that a query may carry here, which is more than a page of rows needs; and how many
# there are of everything.
MOST, MANY = 200, 210
# What is drawn as PDF or Word, and what is sent as it was kept.
DRAWN = SLOW - {"report-workbook", "report-municipality-workbook"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture(autouse=True)
def too_long(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The queries with too many parameters, each with the lines of ours that asked it: none, in
    every test here.
    """
    found: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        in_batches = sql.startswith("INSERT") or (sql.startswith("UPDATE") and "CASE WHEN" in sql)
        if not in_batches and len(params or ()) > MOST:
            found.add(f"{len(params)} parameters: {asked_by()}")
        return execute(sql, params, many, context)

    monkeypatch.setattr(connection.features, "max_query_params", MOST)
    with connection.execute_wrapper(look), refused_by_the_database():
        yield found
    assert found == set()


def asked_by() -> str:
    lines = [Path(frame.filename) for frame in traceback.extract_stack()]
    ours = [
        f"{path.relative_to(settings.BASE_DIR)}:{frame.lineno}"
        for path, frame in zip(lines, traceback.extract_stack(), strict=True)
        if path.is_relative_to(settings.BASE_DIR)
        and path != Path(__file__)
        and "site-packages" not in path.parts
    ]
    return " < ".join(place for place in reversed(ours) if "middleware" not in place)


def refused_by_the_database() -> AbstractContextManager[None]:
    return really_few() if connection.vendor == "sqlite" else nullcontext()


@contextmanager
def really_few() -> Iterator[None]:
    """SQLite itself takes no more; of rows that each get a value of their own Django counts each
    value once, and of rows with a single value it sends 500 whatever the database takes.
    """
    connection.ensure_connection()
    before = connection.connection.setlimit(
        sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, max(2 * MOST, 500)
    )
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


@pytest.fixture
def large(evidence_in_memory: None) -> World:
    world = make_world(make.make_region())
    contract = Contract.objects.select_related("region", "contractor").get(
        pk=world.own["contract"]["pk"]
    )
    crowd(contract, world.users[Role.ADVISER], MANY)
    rows_of_upload(world.own["upload"]["pk"], MANY)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE"
            )  # as it does by itself within a minute; else it plans for empty tables
    return world


# --- pages, lists and files -----------------------------------------------------------------------


def ask(client: Client, url: str) -> Any:
    response = client.get(url)
    if response.streaming:
        response.getvalue()
    return response


def test_every_page_opens(large: World) -> None:
    """And for the adviser, who sees most, every list by each of its filters and orders."""
    found, expected = {}, {}
    for role in SIGNED_IN:
        client = as_role(large, role)
        for name, page in PAGES.items():
            if page.method != "get" or page.code(role) not in (200, 302) or name in DRAWN:
                continue
            if role == Role.REGION_ADMIN and page.code(Role.ADVISER) == 200 and name != "start":
                continue  # asked as an adviser: they see the same
            url = reverse(name, kwargs=large.own[page.of] if page.of else {})
            response = ask(client, url)
            found[role, url], expected[role, url] = response.status_code, page.code(role)
            for question in questions(response.context, "-") if role == Role.ADVISER else ():
                found[role, url + question], expected[role, url + question] = (
                    ask(client, url + question).status_code,
                    200,
                )
    assert found == expected


# --- what pages are made of -----------------------------------------------------------------------


def test_each_contract_has_one_status_however_few_are_looked_at_at_a_time(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(contract, make.make_user(Role.ADVISER, contract.region), 8)
    monkeypatch.setattr(kept, "MADE_AT_ONCE", 5)
    every = Contract.objects.order_by("pk")
    standing = with_progress(every.select_related("policy"), make.TODAY)
    for status in Status:
        found = of_status(every.select_related("contractor"), [status], make.TODAY)
        assert [c.pk for c in found] == [
            pk for pk, one in standing.items() if one.status == status
        ], status
    assert {Status.OVERDUE, Status.AT_RISK, Status.BEHIND, Status.ON_TRACK} <= {
        one.status for one in standing.values()
    }


# --- doors, commands, mails and imports -----------------------------------------------------------


def run(command: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_doors_reports_mails_and_retention(
    large: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = Region.objects.get(code="gooi")
    confirm_value_anew_and_accept(region, large.users[Role.ADVISER])
    run("verify_ledger")
    for format_ in ("json", "csv"):
        run("figures", 2024, "--region", "gooi", "--format", format_)
        run("figures", 2024, "--region", "gooi", "--municipality", "GM0402", "--format", format_)
    for format_ in ("html", "xlsx", "json", "csv"):
        run(
            "annual_report",
            2024,
            "--region",
            "gooi",
            "--format",
            format_,
            "--output",
            tmp_path / f"report.{format_}",
        )
    monkeypatch.setattr(adoption, "keep_files", lambda report: None)  # they have tests of their own
    adoption.propose(region, 2024, make.act())
    adoption.finalise(region, 2024, make.act())
    run("verify_report", 2024, "--region", "gooi")
    send_mails(settings)
    with time_machine.travel(make.moment(add_months(make.TODAY, 120)), tick=False):
        for _again in range(2):
            run("apply_retention", "--journal", tmp_path / "journal")
    assert not FulfilmentVersion.objects.exclude(candidate_ref="").exists()


def send_mails(settings: Any) -> None:
    """What is wanted at once to many people; and the overview of the week to those with many
    contracts.
    """
    settings.MAIL_OVERVIEW_FROM_WEEKDAY = 8
    run("send_reminders")
    assert len({message.to[0] for message in mail.outbox}) > MOST
    settings.MAIL_OVERVIEW_FROM_WEEKDAY = 1
    get_user_model().objects.filter(name__startswith="Persoon uit").update(is_active=False)
    run("send_reminders")


def confirm_value_anew_and_accept(region: Region, adviser: Any) -> None:
    """Everything that runs or waits, each in one act."""
    act = make.act(adviser, why="Alles tegelijk")
    running = list(
        Fulfilment.objects.filter(kind="placement", accepted__isnull=False, region=region)
    )
    life.confirm(running, make.TODAY, act, region=region)
    life.revalue([fulfilment.accepted for fulfilment in running], act, region=region)
    waiting = FulfilmentVersion.objects.filter(
        state=FulfilmentState.SUBMITTED, fulfilment__region=region
    )
    life.accept(list(waiting.select_related("fulfilment")), act, region=region)
    assert not waiting.exists()


@pytest.fixture
def rows() -> dict[str, list[dict[str, str]]]:
    """Of a contract each a change and a fulfilment; the last contract is a call-off of the
    first.
    """
    numbers = range(MANY)
    return {
        "contracts": [
            {"reference": f"R-{n}", "contractor_kvk": str(80_000_000 + n)} for n in numbers
        ],
        "changes": [{"contract_reference": f"R-{n}"} for n in numbers],
        "fulfilments": [
            {"contracts": f"R-{n}", "external_id": f"P-{n}", "candidate_ref": f"K-{n}"}
            for n in numbers
        ],
    }


def test_imports_by_command(tmp_path: Path, rows: dict[str, list[dict[str, str]]]) -> None:
    commands.load_region(tmp_path)
    commands.load_table(
        commands.PUBLISHED / "gooi-en-vechtstreek.json", "--in-force-from", "2020-01-01"
    )
    for name, imported in (
        ("contracts", commands.contracts),
        ("changes", commands.changes),
        ("fulfilments", commands.fulfilments),
    ):
        imported(tmp_path, *rows[name])
        before = commands.everything()
        imported(tmp_path, *rows[name])
        assert commands.everything() == before
        with pytest.raises(CommandError):
            imported(
                tmp_path, *({**row, "start_date": "x", "effective_date": "x"} for row in rows[name])
            )
    assert FulfilmentLine.objects.values("fulfilment").distinct().count() == MANY


def test_imports_in_the_browser(
    rows: dict[str, list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The next step of an import is taken at once; nobody is told.
    monkeypatch.setattr(
        "placements.uploads.door.transaction.on_commit",
        lambda do, **kwargs: isinstance(do, partial) and do(),
    )
    adviser = make.make_user(Role.ADVISER, make.make_region(code="gv"))
    files = {
        "contracts": browser.contracts(*rows["contracts"]),
        "changes": browser.as_csv(*({**commands.CHANGE, **row} for row in rows["changes"])),
        "fulfilments": browser.fulfilments(*rows["fulfilments"]),
    }
    for kind, content in files.items():
        upload = browser.sent(adviser, content, kind)
        browser.post(adviser, "import-run", upload)
        assert Upload.objects.get(pk=upload.pk).state == "imported"
        assert browser.sent(adviser, content, kind).counts["unchanged"] == MANY
    assert Fulfilment.objects.count() == MANY


# --- writing in batches ---------------------------------------------------------------------------


def test_whoever_gives_each_row_a_value_of_its_own_says_how_many_at_a_time() -> None:
    """Otherwise PostgreSQL gets one statement with a line for each row, and goes through all lines
    for each row.
    """
    apps = ("sroi", "contracts", "placements", "reporting")
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
        for path in (path for app in apps for path in (settings.BASE_DIR / app).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "bulk_update"
        if "batch_size" not in {keyword.arg for keyword in node.keywords}
    ]
    assert found == []
