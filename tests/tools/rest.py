"""Before the database is emptied under a browser test, everybody who works on it stands still.

Emptying takes every table at once, and whoever holds one of them and asks for another is in its
way: on PostgreSQL one of the two is broken off.
"""

import threading
import time
from collections.abc import Callable

from django.db import connection

SECONDS_TO_REST = 60
# What `socketserver.ThreadingMixIn` names its threads after: one for each connection of a browser.
ANSWERS = "process_request_thread"


def wait_until(is_so: Callable[[], bool], what: Callable[[], str]) -> None:
    """`what` is said where it does not become so in time."""
    end = time.monotonic() + SECONDS_TO_REST
    while not is_so():
        assert time.monotonic() < end, what()
        time.sleep(0.02)


def server_answers() -> bool:
    """Whether the live server is still answering a page that may have been closed."""
    return any(ANSWERS in thread.name for thread in threading.enumerate())


def others_at_work() -> bool:
    """Whether another session of this database is in a statement or a transaction; of PostgreSQL,
    which knows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])
