"""A database that is emptied after a browser test is let go by all who worked on it first.

Without, what a worker keeps of its own accord and emptying waited for each other, now and then.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from contracts.models import Contract, OutOfStep
from tests.tools import rest

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 30


@contextmanager
def somebody_in_a_transaction() -> Iterator[threading.Event]:
    """Another session that read a table and did not end its transaction until it is told to."""
    begun, may_end = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                list(Contract.objects.all())
                begun.set()
                assert may_end.wait(SECONDS)
                list(OutOfStep.objects.all())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(SECONDS)
    try:
        yield may_end
    finally:
        may_end.set()
        thread.join(SECONDS)


POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="who empties SQLite waits its turn"
)


@POSTGRESQL
def test_a_session_in_a_transaction_is_waited_for() -> None:
    with somebody_in_a_transaction() as may_end:
        assert rest.others_at_work()
        threading.Timer(0.2, may_end.set).start()
        rest.wait_until(lambda: not rest.others_at_work(), lambda: "it never ended")
        assert may_end.is_set()


@POSTGRESQL
def test_a_worker_stands_still_while_the_database_is_emptied(worker: Any) -> None:
    worker.rest()
    assert state_of(worker) == "T"
    worker.go_on()
    rest.wait_until(lambda: state_of(worker) != "T", lambda: "it does not go on")
    worker.finish()


def test_a_page_that_is_still_answered_is_waited_for() -> None:
    def process_request_thread() -> None:
        may_end.wait(SECONDS)

    may_end = threading.Event()
    thread = threading.Thread(target=process_request_thread)
    assert rest.ANSWERS in thread.name  # as `socketserver` makes them
    thread.start()
    assert rest.server_answers()
    may_end.set()
    rest.wait_until(lambda: not rest.server_answers(), lambda: "it never ended")


def state_of(worker: Any) -> str:
    """As Linux says it: T is stopped. The name before it may hold spaces, between brackets."""
    told = Path(f"/proc/{worker.process.pid}/stat").read_text()
    return told.rpartition(")")[2].split()[0]
