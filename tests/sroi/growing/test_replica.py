"""Reading from a streaming replica: what was written before is always there, or it is read from the
database itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Contract, OutOfStep
from reporting.adoption import door as adoption
from reporting.models import FrozenFile
from sroi.access import Role
from sroi.database import replica
from sroi.database.replica import REPLICA, elsewhere, place_to_read, reading
from sroi.models import KeptMail
from tests import factories as make
from tests.sroi.elsewhere import manage
from tests.sroi.growing.conftest import Installation


@pytest.fixture
def followed(also: Callable[..., Any], at_work: Installation, settings: Any) -> Any:
    """As `REPLICA_URL` has it."""
    settings.DATABASE_ROUTERS = ["sroi.database.replica.Router"]
    return also(REPLICA, PORT=at_work.replica.port, OPTIONS={"connect_timeout": 3})


@pytest.fixture
def contract(followed: Any) -> Any:
    return make.make_contract(make.make_region(), make.make_contractor())


def told(at: Installation, sql: str) -> None:
    with psycopg.connect(at.replica.url, autocommit=True) as there:
        there.execute(sql)


@contextmanager
def standing_still(at: Installation, seconds: float) -> Iterator[None]:
    """What is written arrives at the replica, and shows only so much later."""
    told(at, "SELECT pg_wal_replay_pause()")
    over = threading.Timer(seconds, told, (at, "SELECT pg_wal_replay_resume()"))
    over.start()
    try:
        yield
    finally:
        over.join()


def written() -> KeptMail:
    at = make.moment(make.TODAY)
    return KeptMail.objects.create(message={}, made_at=at, not_before=at)


def test_what_was_just_written_is_read_there(followed: Any) -> None:
    for _again in range(20):
        mail = written()
        with elsewhere():
            assert KeptMail.objects.get(pk=mail.pk)._state.db == REPLICA
        mail.delete()
        with elsewhere():
            assert not KeptMail.objects.filter(pk=mail.pk).exists()


def test_a_replica_that_is_behind_is_waited_for(followed: Any, at_work: Installation) -> None:
    with standing_still(at_work, 0.5):
        mail = written()
        began = time.monotonic()
        with elsewhere():
            assert KeptMail.objects.get(pk=mail.pk)._state.db == REPLICA
        assert time.monotonic() - began > 0.3
    with reading(REPLICA):
        assert KeptMail.objects.filter(pk=mail.pk).exists()


def test_one_that_stays_behind_is_passed_over(
    followed: Any, at_work: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "SECONDS_TO_CATCH_UP", 0.2)
    with standing_still(at_work, 2):
        mail = written()
        with elsewhere():
            assert KeptMail.objects.get(pk=mail.pk)._state.db == "default"
        with reading(REPLICA):
            assert not KeptMail.objects.filter(pk=mail.pk).exists()


def test_one_that_is_gone_is_passed_over(
    also: Callable[..., Any], at_work: Installation, settings: Any
) -> None:
    settings.DATABASE_ROUTERS = ["sroi.database.replica.Router"]
    also(REPLICA, PORT=1)
    assert place_to_read() == "default"


def test_a_database_that_follows_no_other_is_no_replica(
    also: Callable[..., Any], at_work: Installation, settings: Any
) -> None:
    """It would have all that it was asked for, and nothing of what comes."""
    settings.DATABASE_ROUTERS = ["sroi.database.replica.Router"]
    also(REPLICA)
    assert place_to_read() == "default"


def test_who_writes_meanwhile_reads_it(followed: Any, at_work: Installation) -> None:
    """As where how contracts stand is made again because somebody asks for the list."""
    with standing_still(at_work, 1), reading(REPLICA) as read_from:
        assert read_from() == REPLICA
        mail = written()
        assert KeptMail.objects.get(pk=mail.pk)._state.db == read_from() == "default"
    with standing_still(at_work, 1), reading(REPLICA), transaction.atomic():
        list(KeptMail.objects.select_for_update())
        assert KeptMail.objects.first()._state.db == "default"


def test_what_is_written_meanwhile_goes_to_the_database_itself(followed: Any) -> None:
    with elsewhere():
        mail = written()
        with transaction.atomic():
            held = KeptMail.objects.select_for_update().get(pk=mail.pk)
            held.tries = 3
            held.save()
        found, is_new = KeptMail.objects.get_or_create(pk=mail.pk)
        assert (found.tries, is_new) == (3, False)
        KeptMail.objects.filter(pk=mail.pk).update(tries=4)
    assert KeptMail.objects.get(pk=mail.pk).tries == 4


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_as_a_file_is_read_there_and_equal(contract: Any, kind: str) -> None:
    adviser = make.make_user(Role.ADVISER, contract.region)
    client = Client()
    client.force_login(adviser)
    address = reverse("contract-file", args=[kind])
    here = cells(client, address) if kind == "csv" else None
    with CaptureQueriesContext(connections[REPLICA]) as there:
        if kind == "csv":
            assert contract.reference in cells(client, address)
            assert cells(client, address) == here
        else:
            assert b"".join(client.get(address))[:2] == b"PK"
    assert any(Contract._meta.db_table in query["sql"] for query in there)


def test_nothing_is_written_while_a_file_is_read(contract: Any) -> None:
    """How contracts stand is made again before, so that it is read with them."""
    client = Client()
    client.force_login(make.make_user(Role.ADVISER, contract.region))
    make.make_purchase(contract, "1234.00")
    assert OutOfStep.objects.filter(contract=contract).exists()
    answer = client.get(reverse("contractor-file", args=["csv"]))
    assert not OutOfStep.objects.filter(contract=contract).exists()
    with CaptureQueriesContext(connection) as here:
        content = b"".join(answer).decode()
    assert "1234" in content
    assert [query["sql"] for query in here if "pg_current_wal" not in query["sql"]] == []


def cells(client: Client, address: str) -> str:
    return b"".join(client.get(address)).decode()


def test_the_files_of_a_report_are_made_there(contract: Any) -> None:
    """By whoever makes them; what is kept of it stands in the database itself."""
    adviser = make.make_user(Role.ADVISER, contract.region)
    make.make_purchase(contract)
    act = make.act(adviser)
    adoption.propose(contract.region, 2024, act)
    report = adoption.finalise(contract.region, 2024, act)
    edition = report.revisions.get().editions.select_related("revision__report__region").first()
    FrozenFile.objects.filter(edition=edition).delete()
    with CaptureQueriesContext(connections[REPLICA]) as there:
        made = adoption.kept(edition, "xlsx")
    assert len(there) > 5
    assert bytes(FrozenFile.objects.get(edition=edition, format="xlsx").content) == made


def test_a_backup_can_be_taken_of_it(contract: Any, at_work: Installation, tmp_path: Path) -> None:
    with elsewhere():
        Contract.objects.get(pk=contract.pk)
    manage(at_work.replica.url, tmp_path / "evidence", "backup", tmp_path / "a.backup")
    assert (tmp_path / "a.backup").stat().st_size > 1000
