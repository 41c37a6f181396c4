"""A gunicorn worker with threads that gives one only to a request whose head has come in.

The workers that gunicorn has wait for a head inside a process or a thread: who sends half a line
and then nothing holds one of them, and a handful of such connections hold the site. Here a
connection waits with its socket alone, in the one loop that accepts; a thread begins where reading
the head no longer waits. Behind a proxy that passes requests on whole there is nothing to wait for.
"""

import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# A head comes in at once, or from a bad connection in a few pieces.
HEAD_SECONDS = 10.0
# Once the server stops, nobody is waited for that long.
STOPPING_SECONDS = 1.0
# Between two looks at heads of which a part is there: a socket with a part can always be read, so
# waiting for that would be no waiting.
LOOK = 0.05
# More than a browser ever sends.
MOST_BYTES = 2**15


class HeadsFirst(ThreadWorker):
    """Threads for whole heads. Who is not done sending or reading after `timeout` is cut off."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        # Until when each may take: connections of which nothing or a part of the head came, and
        # those that a thread is at work on.
        self.silent: dict[TConn, float] = {}
        self.begun: dict[TConn, float] = {}
        self.at_work: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Of a connection that was accepted, or can be read again."""
        if conn.parser and conn.parser.unreader.buf.getvalue():
            super().enqueue_req(conn)  # read along with the request before
        else:
            self.look_at(conn, time.monotonic() + HEAD_SECONDS)

    def look_at(self, conn: TConn, until: float) -> None:
        conn.sock.setblocking(False)
        try:
            part = conn.sock.recv(MOST_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            self.silent[conn] = until
            self.poller.register(conn.sock, EVENT_READ, partial(self.heard, conn))
            return
        except OSError:
            self.drop(conn)
            return
        if not part or b"\r\n\r\n" in part:
            conn.data_ready = True
            super().enqueue_req(conn)
        elif len(part) == MOST_BYTES:
            self.drop(conn)
        else:
            self.begun[conn] = until

    def heard(self, conn: TConn, _client: socket.socket) -> None:
        self.poller.unregister(conn.sock)
        self.look_at(conn, self.silent.pop(conn))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(min(timeout, LOOK) if self.begun else timeout)
        now = time.monotonic()
        if not self.alive:
            for waiting in (self.silent, self.begun):
                waiting |= {
                    conn: min(until, now + STOPPING_SECONDS) for conn, until in waiting.items()
                }
        for conn in late(self.silent, now):
            del self.silent[conn]
            self.poller.unregister(conn.sock)
            self.drop(conn)
        for conn in late(self.begun, now):
            del self.begun[conn]
            self.drop(conn)
        again, self.begun = self.begun, {}
        for conn, until in again.items():
            self.look_at(conn, until)
        for conn in late(self.at_work.copy(), now):
            self.cut_off(conn)

    def drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def handle(self, conn: TConn) -> Any:
        self.at_work[conn] = time.monotonic() + self.cfg.timeout
        try:
            return super().handle(conn)
        finally:
            self.at_work.pop(conn, None)

    def cut_off(self, conn: TConn) -> None:
        """Its thread hears at once that nothing more comes, and closes it."""
        if self.at_work.pop(conn, None) is None:
            return
        with suppress(OSError):  # it went by itself
            conn.sock.shutdown(socket.SHUT_RDWR)


def late(waiting: dict[TConn, float], now: float) -> list[TConn]:
    return [conn for conn, until in waiting.items() if until < now]
