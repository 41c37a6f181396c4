"""PostgreSQL behind pgbouncer, which hands out a connection per transaction."""

from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections, transaction
from django.db.utils import DatabaseError

from sroi.database import waiting
from sroi.database.batches import streamed
from sroi.models import KeptMail
from sroi.server.checks import of_postgresql
from tests import factories as make
from tests.sroi.growing.conftest import SHARED, Installation

MANY = 2_000
POOLED, STOCK = "sroi.database.pooled", "django.db.backends.postgresql"


@pytest.fixture
def mails(at_work: Installation) -> Any:
    KeptMail.objects.all().delete()
    at = make.moment(make.TODAY)
    KeptMail.objects.bulk_create(
        [KeptMail(message={"n": n}, made_at=at, not_before=at) for n in range(MANY)]
    )
    yield KeptMail.objects.order_by("pk")
    KeptMail.objects.all().delete()


def ways(also: Callable[..., Any], at: Installation, engine: str) -> list[str]:
    """More connections than the pooler has of the server."""
    names = [f"way-{number}" for number in range(2 * SHARED)]
    for name in names:
        also(name, ENGINE=engine, PORT=at.pooler)
    return names


def read_in_turn(rows: Any, names: list[str]) -> list[list[int]]:
    """Some rows by each of them, again and again, with other work in between."""
    read: dict[str, list[int]] = {name: [] for name in names}
    going = {name: rows.using(name).iterator(chunk_size=100) for name in names}
    while going:
        for name in [*going]:
            some = [row.message["n"] for row in islice(going[name], 150)]
            read[name] += some
            KeptMail.objects.using(name).count()
            if not some:
                del going[name]
    return [*read.values()]


def test_what_is_read_in_parts_is_read_whole(
    mails: Any, also: Callable[..., Any], at_work: Installation
) -> None:
    every = [list(range(MANY))] * 2 * SHARED
    assert read_in_turn(mails, ways(also, at_work, POOLED)) == every


def test_without_the_setting_it_is_not(
    mails: Any, also: Callable[..., Any], at_work: Installation
) -> None:
    """Why there is one: a cursor of Django itself outlives the transaction that made it."""
    with pytest.raises(DatabaseError):
        read_in_turn(mails, ways(also, at_work, STOCK))


def test_rows_of_a_file_come_in_parts_behind_a_pooler_too(
    mails: Any, also: Callable[..., Any], at_work: Installation
) -> None:
    """By a cursor of the server, so that they are never all in memory."""
    for name in ways(also, at_work, POOLED)[: SHARED - 1]:
        going = streamed(mails.using(name), 100)
        assert [row.message["n"] for row in islice(going, 150)] == list(range(150))
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_cursors")
            assert cursor.fetchone() == (1,)
        assert len(list(going)) == MANY - 150
        assert not connections[name].in_atomic_block


def test_the_time_zone_is_that_of_who_asks(also: Callable[..., Any], at_work: Installation) -> None:
    """Of connections that go from hand to hand."""
    names = ways(also, at_work, POOLED)
    connections[names[0]].ensure_connection()
    with connections[names[0]].cursor() as cursor:
        cursor.execute("SET TIME ZONE 'Asia/Tokyo'")
    for name in names[1:]:
        with connections[name].cursor() as cursor:
            cursor.execute("SHOW TIME ZONE")
            assert cursor.fetchone() == ("UTC",)


def test_more_ask_than_there_are_connections(
    mails: Any, also: Callable[..., Any], at_work: Installation
) -> None:
    """Whoever waits for a row that another holds gets it afterwards."""
    names = ways(also, at_work, POOLED)
    for _again in range(5):
        for name in names:
            with transaction.atomic(using=name):
                row = mails.using(name).select_for_update()[0]
                row.tries += 1
                row.save(using=name)
    assert mails[0].tries == 5 * len(names)
    with ExitStack() as held:
        for name in names[: SHARED - 1]:
            held.enter_context(transaction.atomic(using=name))
            mails.using(name).count()
        assert mails.using(names[-1]).count() == MANY


def test_tables_are_not_brought_up_to_date_through_a_pooler(
    also: Callable[..., Any], at_work: Installation
) -> None:
    """How long a migration waits for a table is said to a connection."""
    also("pooled", ENGINE=POOLED, PORT=at_work.pooler)
    with pytest.raises(CommandError, match="DATABASE_POOLER"):
        waiting.begin("pooled")
    waiting.begin("default")
    waiting.end("default")


@pytest.mark.parametrize("name", ["DATABASE_POOLER", "REPLICA_URL"])
def test_what_is_of_postgresql_alone_is_said_on_sqlite(settings: Any, name: str) -> None:
    setattr(settings, name, "postgres://host/name")
    is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    assert [fault.msg.split()[0] for fault in of_postgresql()] == [name] * is_sqlite
