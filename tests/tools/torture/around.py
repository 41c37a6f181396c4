"""What a register has around it, made to fail: a slow network, a mail server gone or slow, a full
disk, the release before.
"""

import os
import shutil
import socket
import socketserver
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.tools.torture.site import ROOT


@contextmanager
def slow_network(to_port: int, seconds: float) -> Iterator[int]:
    """A port behind which `to_port` answers, each piece this much later in either direction."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                time.sleep(seconds)
                target.sendall(piece)
        except OSError:
            pass
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    class Between(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", to_port)) as other:
                back = threading.Thread(target=carry, args=(other, self.request), daemon=True)
                back.start()
                carry(self.request, other)
                back.join()

    yield from _serving(Between)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail, each so many seconds after it was sent in whole; what arrived, by subject."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, port: int, seconds: float) -> None:
        self.seconds = seconds
        self.arrived: list[str] = []
        super().__init__(("127.0.0.1", port), OneMail)


class OneMail(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 here")
        for line in self.rfile:
            word = line.split(b" ")[0].strip().upper()
            if word == b"DATA":
                self.say("354 go on")
                self.take()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        self.server.arrived.append(str(message_from_bytes(b"".join(lines))["Subject"]))
        time.sleep(self.server.seconds)
        self.say("250 taken")


@contextmanager
def mail_server(port: int, seconds: float = 0.0) -> Iterator[MailServer]:
    with MailServer(port, seconds) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def _serving(handler: Any) -> Iterator[int]:
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, of this size; an `OSError` where nobody may make one."""
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        raise OSError("no file system can be made here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise OSError(made.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", "--lazy", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """Until nothing fits any more; whoever removes the file makes room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


def release_before(folder: Path) -> tuple[Path, dict[str, str]]:
    """The tree as it was before the last migration of an app was made, with the migrations it
    knows; an `OSError` without the history.
    """
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        raise OSError("the history of the code is not here")

    def said(*arguments: str) -> str:
        return subprocess.run(
            [git, "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    changed = said("log", "-1", "--diff-filter=A", "--format=%H", "--", ":(glob)*/migrations/0*.py")
    before = f"{changed}^"
    packed = subprocess.run(
        [git, "-C", str(ROOT), "archive", before], check=True, capture_output=True
    ).stdout
    tree = folder / "before"
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(tree, filter="data")
    known = {
        app: max(path.stem for path in (tree / app / "migrations").glob("0*.py"))
        for app in ("contracts", "placements", "reporting")
    }
    return tree, known
