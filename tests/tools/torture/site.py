"""A register of its own in processes of its own: served, killed, and ended with who began it.

Nothing is run but the interpreter that runs this, and what is begun ends too when this is
interrupted (SIGINT, SIGTERM).
"""

import os
import secrets
import signal
import string
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.tools.throwaway_postgres import free_port

ROOT = Path(__file__).resolve().parents[3]
SERVER = ("-m", "gunicorn", "--config", "python:sroi.serving", "sroi.wsgi", "--no-control-socket")
TOKEN = "a" * 32
# Longer than anything here takes on a machine that is busy.
PATIENCE = 120


class AsAnswered(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer that one looks for."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def surroundings(folder: Path, database: str) -> dict[str, str]:
    """Of every process of this register, that of the trials as well."""
    return {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "sroi.settings",
        "EVIDENCE_DIR": str(folder / "evidence"),
        "SECOND_FACTOR_ROLES": "",
        "SECRET_KEY": TOKEN * 2,
        "EMAIL_URL": "dummymail://",
        "LOG_FORMAT": "line",
        "BACKGROUND_SILENT_SECONDS": "4",
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "PYTHONWARNINGS": "ignore",
    }


def new_mark() -> str:
    """By which what one trial makes is known; without digits, of which nine can be a BSN."""
    return "".join(secrets.choice(string.ascii_lowercase) for _place in range(12))


class Site:
    """Where it is written to, who does so, and the server while there is one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.server: subprocess.Popen[bytes] | None = None
        self.path = self.page = self.cookie = ""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @contextmanager
    def served(self, root: Path = ROOT, **more: str) -> Iterator[None]:
        self.begin(root, **more)
        try:
            yield
        finally:
            self.end()

    def begin(self, root: Path = ROOT, **more: str) -> None:
        command = [sys.executable, *SERVER, "--workers", "2", "--bind", f"127.0.0.1:{self.port}"]
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [*command, "--log-level", "critical"],
                cwd=root,
                env={**os.environ, **more},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            until(lambda: self.get("/gezond/") == 200, "the server answers")
        except BaseException:
            self.end()
            raise

    def end(self, how: int = signal.SIGKILL) -> None:
        """The server with its web processes; the worker sees that its parent is gone."""
        if self.server is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.server.pid, how)
        self.server.wait()
        self.server = None
        until(lambda: not workers_on(self.folder), "the worker ends")

    def get(self, path: str) -> int:
        return self._answer(urllib.request.Request(self.url(path), headers={"Cookie": self.cookie}))

    def write(self, text: str) -> int:
        """A note in the dossier of the contract, as a browser sends it."""
        data = {"kind": "note", "day": "2024-05-01", "text": text, "csrfmiddlewaretoken": TOKEN}
        sent = urllib.parse.urlencode(data).encode()
        return self._answer(
            urllib.request.Request(self.url(self.path), sent, {"Cookie": self.cookie})
        )

    def _answer(self, request: urllib.request.Request) -> int:
        """The status; 0 where none came, which acknowledges nothing."""
        try:
            with urllib.request.build_opener(AsAnswered).open(request, timeout=60) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            # To the sign-in page is no acknowledgement.
            return 401 if "aanmelden" in answer.headers.get("Location", "") else answer.code
        except (OSError, HTTPException):
            return 0

    @contextmanager
    def busy(self, writers: int = 4, readers: int = 0) -> Iterator["Load"]:
        """Others write, and read, as fast as they are answered."""
        load = Load(self)
        threads = [threading.Thread(target=load.write, args=(n,)) for n in range(writers)]
        threads += [threading.Thread(target=load.read) for _n in range(readers)]
        try:
            for thread in threads:
                thread.start()
            yield load
        finally:
            load.over.set()
            for thread in threads:
                if thread.ident:
                    thread.join()


class Load:
    """What was sent, and how it was answered."""

    def __init__(self, site: Site) -> None:
        self.site, self.over = site, threading.Event()
        self.acknowledged: list[str] = []
        self.answers: Counter[int] = Counter()
        self.mark = new_mark()

    def write(self, writer: int) -> None:
        count = 0
        while not self.over.is_set():
            count += 1
            text = f"{self.mark} schrijver {writer} notitie {count}"
            code = self.site.write(text)
            self.answers[code] += 1
            if code == 302:
                self.acknowledged.append(text)
            elif code != 429:
                time.sleep(0.05)

    def read(self) -> None:
        while not self.over.is_set():
            self.answers[self.site.get(self.site.page)] += 1

    def failed(self) -> dict[int, int]:
        """Answers other than done, shown, and “not now”."""
        return {code: n for code, n in self.answers.items() if code not in (200, 302)}

    def lost(self) -> list[str]:
        from contracts.models import ContractNote

        kept = set(ContractNote.objects.values_list("text", flat=True))
        return [text for text in self.acknowledged if text not in kept]


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> float:
    """How long it took."""
    since = time.monotonic()
    while not true():
        if time.monotonic() - since > seconds:
            raise SystemExit(f"It did not happen in {seconds:.0f} seconds that {what}.")
        time.sleep(0.05)
    return time.monotonic() - since


def processes() -> Iterator[tuple[int, int, str]]:
    """Number, parent and command of each process, as Linux shows them."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            command = (place / "cmdline").read_bytes().decode(errors="replace")
            if fields[0] != "Z":
                yield int(place.name), int(fields[1]), command


def workers_on(folder: Path) -> list[int]:
    """The workers of this register, whoever began them."""
    found = []
    for pid, _parent, command in processes():
        with suppress(OSError):
            ours = str(folder).encode() in Path(f"/proc/{pid}/environ").read_bytes()
            if "run_tasks" in command and ours:
                found.append(pid)
    return found


def prepared(site: Site) -> None:
    """A contract to write to, and an adviser who is signed in."""
    from django.test import Client
    from django.urls import reverse

    from contracts.models import Contract
    from sroi.access import Role
    from tests import factories as make

    contract = Contract.objects.first()
    if contract is None:
        contract = make.make_contract(make.make_region(), make.make_contractor())
        make.make_user(Role.REGION_ADMIN, contract.region)
        make.make_user(Role.ADVISER, contract.region, email="schrijver@example.org")
    client = Client()
    from sroi.accounts.models import User

    client.force_login(User.objects.get(email="schrijver@example.org"))
    session = client.cookies["sessionid"].value
    site.path = reverse("note-new", args=[contract.pk])
    site.page = reverse("contract-detail", args=[contract.pk])
    site.cookie = f"sessionid={session}; csrftoken={TOKEN}"
