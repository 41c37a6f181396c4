"""Reading from a streaming replica (`REPLICA_URL`) what changes nothing: files of lists, reports.

What was committed when the reading began is read: a replica that is behind is waited for, and one
that stays behind, or does not answer, is passed over. So nobody reads there what is no longer so.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseFailure

REPLICA = "replica"
SECONDS_TO_CATCH_UP = 2.0
LOOK = 0.02

logger = logging.getLogger("sroi.replica")
_read_from: ContextVar[str] = ContextVar("read_from", default=DEFAULT_DB_ALIAS)


class Router:
    """All is written to the one database, and read there unless `reading` says otherwise. Whoever
    writes inside that, or holds a row, reads there from then on.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return _read_from.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        if _read_from.get() != DEFAULT_DB_ALIAS:
            _read_from.set(DEFAULT_DB_ALIAS)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def reading(alias: str) -> Iterator[Callable[[], str]]:
    """What is yielded says from where is read by now."""
    before = _read_from.set(alias)
    try:
        yield _read_from.get
    finally:
        _read_from.reset(before)


@contextmanager
def elsewhere() -> Iterator[None]:
    """What is read inside is read from the replica, where there is one that has it all."""
    with reading(place_to_read()):
        yield


def place_to_read() -> str:
    if REPLICA not in settings.DATABASES:
        return DEFAULT_DB_ALIAS
    try:
        if _has_all(_last_committed()):
            return REPLICA
        logger.warning("The replica is behind; read from the database itself")
    except DatabaseFailure:
        logger.warning("The replica does not answer; read from the database itself")
        connections[REPLICA].close()
    return DEFAULT_DB_ALIAS


def _last_committed() -> str:
    """How far the log is on the disk."""
    return str(_asked(DEFAULT_DB_ALIAS, "SELECT pg_current_wal_flush_lsn()"))


def _has_all(position: str) -> bool:
    """Whether the replica shows what was in the log up to there, or does so soon."""
    until = time.monotonic() + SECONDS_TO_CATCH_UP
    while not (there := _asked(REPLICA, ARRIVED, position)):
        # A database that follows no other is no replica.
        if there is None or time.monotonic() > until:
            return False
        time.sleep(LOOK)
    return True


ARRIVED = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() >= %s::pg_lsn END"


def _asked(alias: str, sql: str, *params: Any) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
