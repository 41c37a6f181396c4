"""Work in the background: done once by who looks for it, and begun and ended together with the web
server.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from sroi import serving
from sroi.models import Heartbeat
from sroi.server import background
from tests.tools.worker import database_url

done: list[int] = []


@task
def note(number: int) -> None:
    done.append(number)


@task
def fail() -> None:
    raise ValueError


@task
def linger(folder: str) -> None:
    """Never ends the first time."""
    begun = Path(folder) / "begun"
    if not begun.exists():
        begun.touch()
        time.sleep(600)
    (Path(folder) / "done").touch()


@pytest.fixture
def in_the_background(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.parametrize("earlier", background.MOVED)
def test_what_an_earlier_release_queued_is_found(earlier: str) -> None:
    assert isinstance(import_string(background.MOVED[earlier]), Task)
    assert background.MOVED[earlier].rsplit(".", 1)[1] == earlier.rsplit(".", 1)[1]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_moved_is_done(
    in_the_background: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done.clear()
    monkeypatch.setitem(background.MOVED, "tests.gone.note", f"{__name__}.note")
    note.enqueue(7)
    DBTaskResult.objects.update(task_path="tests.gone.note")
    call_command("run_tasks", once=True)
    assert (done, DBTaskResult.objects.get().status) == ([7], "SUCCESSFUL")


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
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == [
        "FAILED",
        *["SUCCESSFUL"] * 3,
    ]


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


def workers_on(folder: Path) -> list[int]:
    """The workers, whoever began them, of a server that was begun with this folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            ours = (
                b"run_tasks" in (place / "cmdline").read_bytes()
                and str(folder) in (place / "environ").read_text()
            )
        except (OSError, UnicodeDecodeError):
            continue
        if ours and runs(int(place.name)):
            found.append(int(place.name))
    return found


LINUX = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them"
)


@contextmanager
def server(folder: Path, **surroundings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Gunicorn with its worker, and the port on which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:sroi.serving", "sroi.wsgi"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "critical"],
        cwd=settings.BASE_DIR,
        env={
            **given,
            "DATABASE_URL": f"sqlite:///{folder / 'empty.sqlite3'}",
            "EVIDENCE_DIR": str(folder / "evidence"),
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            **surroundings,
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: answers(port))
        yield process, port
    finally:
        process.kill()
        process.wait()
        until(lambda: not workers_on(folder))


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/toegankelijkheid/", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/klaar/", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@LINUX
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_worker_lives_with_the_server(tmp_path: Path, how: int) -> None:
    with server(tmp_path) as (process, _port):
        worker = until(lambda: worker_of(process.pid))
        # There is not even a table to look in: it tries again, and does not give up.
        time.sleep(1)
        assert runs(worker)
        process.send_signal(how)
        process.wait(30)
        until(lambda: not workers_on(tmp_path))
        # Nor does another one begin.
        time.sleep(3)
        assert workers_on(tmp_path) == []


@LINUX
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_is_begun_again_and_so_is_what_it_did(
    tmp_path: Path, in_the_background: None
) -> None:
    with server(tmp_path, DATABASE_URL=database_url(), BACKGROUND_SILENT_SECONDS="4") as (
        process,
        port,
    ):
        until(lambda: ready(port))
        first = until(lambda: worker_of(process.pid))
        cut_off = linger.enqueue(str(tmp_path)).id
        until((tmp_path / "begun").exists)
        os.kill(first, signal.SIGKILL)
        # A process that is being killed is in the list of processes for a moment more.
        until(lambda: not runs(first))
        second = until(lambda: worker_of(process.pid))
        assert second != first
        until((tmp_path / "done").exists)
        until(lambda: DBTaskResult.objects.get(pk=cut_off).status == "SUCCESSFUL")
        assert len(DBTaskResult.objects.get(pk=cut_off).worker_ids) == 2
        until(lambda: ready(port))
        assert workers_on(tmp_path) == [second]


BEGIN_WHILE_FORKING = """
import os, threading, time
from sroi import serving

serving.COMMAND, slowest = (os.environ["TRUE"],), 0.0

def begin():
    global slowest
    for _n in range(150):
        since = time.monotonic()
        serving.begin().wait()
        slowest = max(slowest, time.monotonic() - since)

thread = threading.Thread(target=begin)
thread.start()
for _n in range(FORKS):
    if thread.is_alive():
        if not os.fork():
            time.sleep(STAYS)
            os._exit(0)
        time.sleep(0.001)
thread.join()
print(slowest)
"""


@LINUX
def test_a_web_worker_that_is_forked_meanwhile_does_not_hold_up_the_watch() -> None:
    """It would for as long as it lives; and a worker that is killed then would not be seen."""
    stays = 5
    script = BEGIN_WHILE_FORKING.replace("STAYS", str(stays)).replace("FORKS", "300")
    command = [sys.executable, "-c", script]
    surroundings = {**os.environ, "TRUE": shutil.which("true") or "/bin/true"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=surroundings, stdout=subprocess.PIPE, check=True
    )
    assert float(done.stdout) < stays / 2


def test_a_worker_that_cannot_begin_is_tried_with_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    command = (sys.executable, "-S", "-c", f"open({str(begun)!r}, 'a').write('.')")
    for name, value in {"COMMAND": command, "PAUSE": 0.2, "PAUSE_MOST": 0.8, "LOOK": 0.01}.items():
        monkeypatch.setattr(serving, name, value)
    monkeypatch.setattr(serving, "stop", threading.Event())
    threading.Timer(3, serving.stop.set).start()
    serving.keep_running()
    # After 0, 0.4, 0.8, 0.8, 0.8 seconds.
    assert 2 <= len(begun.read_text()) <= 5


@pytest.mark.django_db(transaction=True)
def test_what_was_running_when_its_worker_was_killed_is_begun_once_more_and_then_failed(
    in_the_background: None,
) -> None:
    done.clear()
    left = DBTaskResult.objects.get(pk=note.enqueue(5).id)
    left.claim("gone")
    call_command("run_tasks", once=True)
    assert done == [5]
    other = DBTaskResult.objects.get(pk=note.enqueue(6).id)
    other.claim("gone")
    other.claim("gone as well")
    call_command("run_tasks", once=True)
    other.refresh_from_db()
    assert (done, other.status, other.exception_class_path) == (
        [5],
        "FAILED",
        "sroi.server.background.WorkerGone",
    )


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_is_doing_is_left_to_it(in_the_background: None) -> None:
    done.clear()
    running = DBTaskResult.objects.get(pk=note.enqueue(8).id)
    running.claim("at work")
    background.beat("at work", timezone.now())
    call_command("run_tasks", once=True)
    running.refresh_from_db()
    assert (done, running.status) == ([], "RUNNING")


@task
def take_long() -> None:
    """Long enough for more than one sign of life, while it writes nothing."""
    start = Heartbeat.objects.get().seen_at
    until(lambda: Heartbeat.objects.get().seen_at != start, 10)


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_signs_of_life_during_a_long_task_and_none_when_it_ended(
    in_the_background: None, settings: Any
) -> None:
    settings.BACKGROUND_BEAT_SECONDS = 0.2
    long = take_long.enqueue().id
    call_command("run_tasks", once=True)
    assert DBTaskResult.objects.get(pk=long).status == "SUCCESSFUL"
    assert not Heartbeat.objects.exists()
