"""Who sends half a request holds nothing that another waits for."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sroi.server.heads import HEAD_SECONDS
from tests.sroi.server.test_background import LINUX, answers, server

pytestmark = LINUX
HEAD = b"GET /toegankelijkheid/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
# Far more than there are threads.
MANY = 100


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("site")
    with server(folder, BACKGROUND_WORKER="0") as (_process, port):
        yield port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=3 * HEAD_SECONDS)


def heard(connection: socket.socket) -> bytes:
    """What comes until the other side is done."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("part", [b"", HEAD[:20], HEAD], ids=["nothing", "half a line", "no end"])
def test_others_are_answered_at_once_and_the_slow_are_dropped(port: int, part: bytes) -> None:
    slow = [connected(port) for _n in range(MANY)]
    began = time.monotonic()
    for connection in slow:
        connection.sendall(part)
    for _n in range(3):
        since = time.monotonic()
        assert answers(port)
        assert time.monotonic() - since < HEAD_SECONDS / 2
    assert {heard(connection) for connection in slow} == {b""}
    assert time.monotonic() - began < 3 * HEAD_SECONDS


def test_a_head_in_pieces_is_answered(port: int) -> None:
    whole = HEAD + b"Connection: close\r\n\r\n"
    with connected(port) as connection:
        for begin in range(0, len(whole), 30):
            connection.sendall(whole[begin : begin + 30])
            time.sleep(0.1)
        assert heard(connection).startswith(b"HTTP/1.1 200 ")


def test_two_requests_at_once_on_one_connection_are_both_answered(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n")
        assert heard(connection).count(b"HTTP/1.1 200 ") == 2


def test_a_connection_is_used_again(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        time.sleep(0.5)
        connection.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"HTTP/1.1 200 OK" in heard(connection)


def test_a_head_without_end_is_refused(port: int) -> None:
    since = time.monotonic()
    with connected(port) as connection:
        connection.sendall(HEAD + b"X: y\r\n" * 8_000)
        assert heard(connection) == b""
    assert time.monotonic() - since < HEAD_SECONDS / 2
    assert answers(port)


def test_half_a_body_holds_a_thread_no_longer_than_the_timeout(tmp_path: Path) -> None:
    """The name of a token is looked for in what is sent, so the body is read."""
    with server(tmp_path, BACKGROUND_WORKER="0", GUNICORN_CMD_ARGS="--timeout 3") as (_site, port):
        slow = [connected(port) for _n in range(20)]
        for connection in slow:
            connection.sendall(
                b"POST /aanmelden/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=%s\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\na="
                % (b"a" * 32)
            )
        since = time.monotonic()
        assert not any(heard(connection).startswith(b"HTTP/1.1 2") for connection in slow)
        # Twenty wait in turn for the threads of one process.
        assert 3 <= time.monotonic() - since < 60
        assert answers(port)
