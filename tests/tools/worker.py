"""The worker of browser tests: the real command in a process of its own, on the database of the
tests.
"""

import os
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from tests.tools import rest

SECONDS_TO_STOP = 60


class Worker:
    def __init__(self, folder: Path) -> None:
        self.mails = folder / "mails"
        self.mails.mkdir()
        self.evidence = folder / "evidence"
        self.log = folder / "worker.log"
        surroundings = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"filemail:///{self.mails}",
            "EVIDENCE_DIR": str(self.evidence),
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "run_tasks",
            "--until-parent-ends",
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=surroundings, stdout=log, stderr=log)

    def finish(self) -> None:
        """Wait until nothing waits: an empty database would be pulled from under it."""
        rest.wait_until(
            self.has_finished, lambda: f"the worker does not finish: {self.log.read_text()}"
        )

    def has_finished(self) -> bool:
        if not DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists():
            return True
        assert self.process.poll() is None, f"the worker ended: {self.log.read_text()}"
        return False

    def rest(self) -> None:
        """Finish, and stand still between two statements, as does the live server: the database is
        emptied next, and the worker also looks for work of its own accord. On SQLite it goes on:
        who empties waits for the one lock, which one that stands still would keep.
        """
        self.finish()
        rest.wait_until(lambda: not rest.server_answers(), lambda: "a page is still answered")
        if connection.vendor == "postgresql":
            rest.wait_until(self.stands_still, lambda: "somebody keeps working on the database")

    def stands_still(self) -> bool:
        self.process.send_signal(signal.SIGSTOP)
        # It is told, and then it stops.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if rest.others_at_work():
            self.go_on()
            return False
        return True

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def texts(self) -> list[str]:
        """What was mailed, oldest first."""
        self.finish()
        files = sorted(self.mails.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return [part.get_content() for mail in found if (part := mail.get_body(("plain",)))]

    def stop(self) -> None:
        self.go_on()
        self.process.terminate()
        self.process.wait(SECONDS_TO_STOP)


def database_url() -> str:
    """The database of the tests, as the setting names it."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    who = ":".join(quote(str(part), safe="") for part in (at["USER"], at["PASSWORD"]) if part)
    where = (
        f"{quote(str(at['HOST']), safe='')}:{at['PORT']}"
        if at["PORT"]
        else quote(str(at["HOST"]), safe="")
    )
    return f"postgres://{who}@{where}/{at['NAME']}"
