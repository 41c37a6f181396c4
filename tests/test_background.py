"""Work in the background: done once by who looks for it, and begun and ended together with the web server."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django_tasks import task
from django_tasks_db.models import DBTaskResult

done: list[int] = []


@task
def note(number: int) -> None:
    done.append(number)


@task
def fail() -> None:
    raise ValueError


@pytest.fixture
def in_the_background(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_done_once(in_the_background: None) -> None:
    done.clear()
    for number in (1, 2, 3):
        note.enqueue(number)
    fail.enqueue()
    assert done == []
    call_command("run_tasks", once=True)
    call_command("run_tasks", once=True)
    assert done == [1, 2, 3]
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", *["SUCCESSFUL"] * 3]


def test_in_tests_it_is_done_at_once() -> None:
    done.clear()
    note.enqueue(7)
    assert done == [7]
    with pytest.raises(CommandError, match="BACKGROUND_TASKS"):
        call_command("run_tasks", once=True)


def children(pid: int) -> list[int]:
    """The processes that this one began."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def worker_of(server: int) -> int | None:
    for pid in children(server):
        if b"run_tasks" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def until(true: Any, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it took too long")


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_worker_lives_with_the_server(tmp_path: Path, how: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:sroi.serving", "sroi.wsgi"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"],
        cwd=settings.BASE_DIR,
        env={
            **surroundings,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        worker = until(lambda: worker_of(server.pid))
        until(lambda: answers(port))
        # There is not even a table to look in: it tries again, and does not give up.
        time.sleep(1)
        assert runs(worker)
        server.send_signal(how)
        server.wait(30)
        until(lambda: not runs(worker))
    finally:
        server.kill()


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/toegankelijkheid/", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False
