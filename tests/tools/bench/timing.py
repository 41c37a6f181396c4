"""Times that are taken in turn, A B A B, and compared pair by pair, so that the machine falls out.

What counts is time of the processor, of this process and of the database server that works for it
where that can be read; other work on the machine does not count. Where it cannot, it is the clock.
"""

import _thread
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, connections

# A page that takes longer is left; one that is slow is asked once more only, or not again.
MOST_SECONDS = 60
SLOW_SECONDS, VERY_SLOW_SECONDS = 0.4, 2


class TooLong(BaseException):
    """No page catches it."""


@dataclass(frozen=True)
class Pairs:
    """Seconds of what is measured, and of its floor; the median of the ratios."""

    ours: float
    floor: float
    ratio: float
    pairs: int


def compare(
    ours: Callable[[], Any], floor: Callable[[], Any], pairs: int, first: float | None = None
) -> Pairs:
    """The first of each is not counted, and took `first` seconds where that was seen already; of
    what is very slow it is all there is.
    """
    first = taken(ours) if first is None else first
    taken(floor)
    if first > VERY_SLOW_SECONDS:
        times = [(first, taken(floor))]
    else:
        most = 1 if first > SLOW_SECONDS else pairs
        times = [(taken(ours), taken(floor)) for _pair in range(most)]
    mine, plain = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(a / max(b, 1e-6) for a, b in times)
    return Pairs(mine, plain, ratio, len(times))


def taken(work: Callable[[], Any]) -> float:
    worked = _clock()
    before = worked()
    work()
    return worked() - before


def _clock() -> Callable[[], float]:
    """Seconds worked until now."""
    if connection.vendor != "postgresql":
        return time.process_time
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    if not server.exists():
        return time.perf_counter
    return lambda: time.process_time() + int(server.read_text().split()[0]) / 1e9


@contextmanager
def at_most(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Ends what works longer with `TooLong`, also inside a long query, and what waits ten times as
    long.
    """

    def stop(*_args: Any) -> None:
        raise TooLong

    def watch() -> None:
        while not done.wait(0.5):
            if clock() > worked + seconds or time.perf_counter() > began + 10 * seconds:
                fired.set()
                _thread.interrupt_main(signal.SIGALRM)
                with suppress(DatabaseError, AttributeError):
                    (database.interrupt if hasattr(database, "interrupt") else database.cancel)()
                return

    connection.ensure_connection()
    database, began = connection.connection, time.perf_counter()
    done, fired = threading.Event(), threading.Event()
    clock = _clock()
    before, worked = signal.signal(signal.SIGALRM, stop), clock()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        with suppress(TooLong):
            yield
    finally:
        done.set()
        watcher.join()
        signal.signal(signal.SIGALRM, before)
    if fired.is_set():  # SQLite makes an error of its own of what is raised in a function of Python
        connections.close_all()
        raise TooLong
