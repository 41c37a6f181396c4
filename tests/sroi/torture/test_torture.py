"""The short forms of `make torture`; and what a trial began ends with it, whatever ends that."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.tools.torture import trials
from tests.tools.torture.site import ROOT, TOKEN, Site, prepared, processes, surroundings, until
from tests.tools.worker import database_url

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them"
)
# What each database is asked in every run; the others are for `make torture`. A worker that is
# killed and a database that is read-only have tests of their own (`tests/sroi/server/`).
SQLITE = ("operations", "backup")
POSTGRESQL = ("web", "import", "mail", "restart", "operations")


@pytest.fixture
def site(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.SECRET_KEY = TOKEN * 2
    for name, value in surroundings(tmp_path, database_url()).items():
        monkeypatch.setenv(name, value)
    site = Site(tmp_path)
    prepared(site)
    yield site
    site.end()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", dict.fromkeys((*SQLITE, *POSTGRESQL)))
def test_a_trial_holds(name: str, site: Site) -> None:
    if name not in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]:
        pytest.skip(f"in `make torture` only, on {connection.vendor}")
    found = trials.TRIALS[name](site, trials.SHORT, None)
    assert found.holds, found


SERVE = """
import signal, sys, time
from pathlib import Path
from tests.tools.throwaway_postgres import stop
from tests.tools.torture.site import Site

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
with Site(Path(sys.argv[1])).served():
    print("served", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_was_begun_ends_with_who_began_it_and_is_this_python(tmp_path: Path, how: int) -> None:
    ours = surroundings(tmp_path, f"sqlite:///{tmp_path}/none.sqlite3")
    # Another Python comes first on the path: it is not the one that is run.
    other = tmp_path / "bin"
    other.mkdir()
    for name in ("python", "python3", "gunicorn"):
        (other / name).write_text("#!/bin/sh\nexit 3\n")
        (other / name).chmod(0o755)
    ours["PATH"] = f"{other}:{os.environ['PATH']}"
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    trial = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **ours}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert trial.stdout
        assert trial.stdout.readline() == "served\n"
        begun = of_folder(tmp_path)
        assert len(begun) > 3
        assert {os.readlink(f"/proc/{pid}/exe") for pid in begun} == {
            str(Path(sys.executable).resolve())
        }
        trial.send_signal(how)
        trial.wait(60)
        until(lambda: not of_folder(tmp_path), "all of it ends")
    finally:
        trial.kill()
        trial.wait()


def of_folder(folder: Path) -> set[int]:
    found = set()
    for pid, _parent, _command in processes():
        with suppress(OSError):
            if f"EVIDENCE_DIR={folder}/".encode() in Path(f"/proc/{pid}/environ").read_bytes():
                found.add(pid)
    return found
