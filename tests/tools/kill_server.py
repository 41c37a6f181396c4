"""Kill the server with −9 while four people write, over and over: is anything lost that was
acknowledged? Run by hand.

    .venv/bin/python tests/tools/kill_server.py [ROUNDS] # SQLite, a file of its own
    .venv/bin/python tests/tools/throwaway_postgres.py -- .venv/bin/python
    tests/tools/kill_server.py

Each writer adds notes to the dossier of a contract over HTTP, as a browser does; what the server
answered with a redirect counts as acknowledged. Afterwards every one of them has to be there, and
the ledgers have to be right.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PORT, WRITERS, SECONDS = 8765, 4, 2
SERVER = (
    "gunicorn",
    "--config",
    "python:sroi.serving",
    "sroi.wsgi",
    "--workers",
    "2",
    "--no-control-socket",
)
TOKEN = "a" * 32


class AsAnswered(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer that one looks for."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def main(rounds: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/kill.sqlite3")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "sroi.settings",
            "SECOND_FACTOR_ROLES": "",
            "BACKGROUND_WORKER": "0",
            "SECRET_KEY": TOKEN * 2,
            "LOG_FORMAT": "line",
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        path, cookie = prepared()
        acknowledged: list[str] = []
        answers: Counter[int] = Counter()
        for number in range(rounds):
            one_round(number, path, cookie, acknowledged, answers)

        from contracts.models import ContractNote

        kept = set(ContractNote.objects.values_list("text", flat=True))
        lost = [text for text in acknowledged if text not in kept]
        print(
            f"{connection.vendor}: {rounds} rounds, {len(acknowledged)} acknowledged, {len(lost)}"
            f" lost; {dict(answers)}"
        )
        call_command("verify_ledger")
        sys.exit(bool(lost) or not acknowledged)


def prepared() -> tuple[str, str]:
    """The address to write to, and the cookies of an adviser who is signed in."""
    from django.test import Client
    from django.urls import reverse

    from sroi.access import Role
    from tests import factories as make

    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor())
    client = Client()
    client.force_login(make.make_user(Role.ADVISER, region))
    session = client.cookies["sessionid"].value
    return reverse("note-new", args=[contract.pk]), f"sessionid={session}; csrftoken={TOKEN}"


def one_round(
    number: int, path: str, cookie: str, acknowledged: list[str], answers: Counter[int]
) -> None:
    program = [str(Path(sys.executable).with_name(SERVER[0])), *SERVER[1:]]
    server = subprocess.Popen(
        [*program, "--bind", f"127.0.0.1:{PORT}", "--log-level", "critical"],
        cwd=ROOT,
        start_new_session=True,
    )
    over = threading.Event()

    def write(writer: int) -> None:
        count = 0
        while not over.is_set():
            count += 1
            text = f"ronde {number} schrijver {writer} notitie {count}"
            code = post(path, cookie, text)
            answers[code] += 1
            if code == 302:
                acknowledged.append(text)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    try:
        wait_for_server()
        for thread in writers:
            thread.start()
        time.sleep(SECONDS)
    finally:
        # Also where this was interrupted: what it started ends with it.
        os.killpg(server.pid, signal.SIGKILL)
        over.set()
        for thread in writers:
            if thread.ident:
                thread.join()
        server.wait()


def wait_for_server() -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/gezond/", timeout=1)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server does not answer.")


def post(path: str, cookie: str, text: str) -> int:
    """The status of the answer; 0 where none came, which acknowledges nothing."""
    data = {"kind": "note", "day": "2024-05-01", "text": text, "csrfmiddlewaretoken": TOKEN}
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}", urllib.parse.urlencode(data).encode(), {"Cookie": cookie}
    )
    try:
        with urllib.request.build_opener(AsAnswered).open(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        # To the sign-in page is no acknowledgement.
        return 401 if "aanmelden" in answer.headers.get("Location", "") else answer.code
    except (OSError, HTTPException):
        return 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
