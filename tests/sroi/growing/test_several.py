"""Two web servers and two workers at once, behind a pooler, with a replica and a store of files: as
on several machines, since nothing is shared but these.
"""

import io
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from PIL import Image

from contracts.models import ContractDocument, ContractNote
from sroi.access import Role
from sroi.accounts.models import User
from sroi.models import Heartbeat
from tests import factories as make
from tests.sroi.growing.conftest import Installation, Store, ended
from tests.tools.throwaway_postgres import free_port
from tests.tools.torture.around import MailServer, mail_server
from tests.tools.torture.site import ROOT, SERVER, surroundings, until

MAILS, WRITERS, NOTES = 40, 4, 5
SECONDS = 120


@dataclass
class Running:
    """The addresses of both servers, and where mail arrives."""

    one: str
    other: str
    mail: MailServer

    @property
    def both(self) -> tuple[str, str]:
        return self.one, self.other


@pytest.fixture(scope="module")
def running(
    installation: Installation, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder, smtp = tmp_path_factory.mktemp("several"), free_port()
    with psycopg.connect(installation.primary.url) as there:
        there.execute("DELETE FROM sroi_evidencemark")
    around = surroundings(folder, installation.pooled) | {
        "DATABASE_POOLER": "on",
        "REPLICA_URL": installation.replica.url,
        "FILE_STORE": store.url(folder.name),
        "EVIDENCE_DIR": "/nowhere",
        "BACKGROUND_WORKER": "0",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
    }
    ports = free_port(), free_port()
    commands = [[*SERVER, "--workers", "1", "--bind", f"127.0.0.1:{port}"] for port in ports]
    commands += [["manage.py", "run_tasks"]] * 2
    with ExitStack() as all_of_it:
        mail = all_of_it.enter_context(mail_server(smtp, seconds=0.02))
        log = all_of_it.enter_context((folder / "log").open("wb"))
        begun: list[subprocess.Popen[bytes]] = []
        all_of_it.callback(lambda: ended(*begun))
        for command in commands:
            begun.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env={**os.environ, **around},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        found = Running(*(f"http://127.0.0.1:{port}" for port in ports), mail)
        for server in found.both:
            until(lambda at=server: status(f"{at}/gezond/") == 200, "a server answers", SECONDS)
        yield found


def status(address: str) -> int:
    try:
        return requests.get(address, timeout=10).status_code
    except OSError:
        return 0


@pytest.fixture
def several(at_work: Installation, running: Running, settings: Any) -> Running:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.SECRET_KEY = surroundings(Path(), "")["SECRET_KEY"]
    cache.clear()
    return running


@pytest.fixture
def contract(several: Running) -> Any:
    return make.make_contract(make.make_region(), make.make_contractor())


@pytest.fixture
def adviser(contract: Any) -> Any:
    """Whose password a server that is not of the tests understands too."""
    user = make.make_user(Role.ADVISER, contract.region)
    hasher = PBKDF2PasswordHasher()
    password = hasher.encode(make.PASSWORD, hasher.salt())
    User.objects.filter(pk=user.pk).update(password=password)
    return user


class Visitor(requests.Session):
    """A browser, which asks now the one and now the other; both think that they are one site."""

    def send_form(self, address: str, files: Any = None, **data: str) -> requests.Response:
        page = self.get(address)
        data["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        for name, value in re.findall(
            r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text
        ):
            data.setdefault(name, value)
        return self.post(address, data, files=files, allow_redirects=False)

    def sign_in(self, at: str, email: str, password: str = make.PASSWORD) -> bool:
        """Whether one is let in."""
        answer = self.send_form(at + reverse("login"), login=email, password=password)
        return answer.status_code == 302

    def is_in(self, at: str) -> bool:
        return self.get(at + reverse("start"), allow_redirects=False).status_code == 200


def test_who_signs_in_on_one_is_in_on_the_other_and_out_on_both(
    several: Running, adviser: Any
) -> None:
    visitor = Visitor()
    assert visitor.sign_in(several.one, adviser.email)
    assert [visitor.is_in(at) for at in several.both] == [True, True]
    visitor.post(
        several.other + reverse("logout"),
        {"csrfmiddlewaretoken": visitor.cookies["csrftoken"]},
    )
    assert [visitor.is_in(at) for at in several.both] == [False, False]


def test_attempts_are_counted_over_both(several: Running, adviser: Any) -> None:
    """Five in five minutes (`ACCOUNT_RATE_LIMITS`), wherever they are made."""
    for attempt in range(5):
        assert not Visitor().sign_in(several.both[attempt % 2], adviser.email, "verkeerd")
    assert [Visitor().sign_in(at, adviser.email) for at in several.both] == [False, False]


def test_what_is_written_on_one_is_read_on_the_other(
    several: Running, contract: Any, adviser: Any
) -> None:
    """Also in a file, which is read from the replica."""
    visitor = Visitor()
    visitor.sign_in(several.one, adviser.email)
    page = reverse("note-new", args=[contract.pk])
    for number in range(5):
        here, there = several.both[number % 2], several.both[1 - number % 2]
        note = f"Gesproken over levering, keer {number}"
        done = visitor.send_form(here + page, kind="note", day="2024-05-01", text=note)
        assert done.status_code == 302
        dossier = visitor.get(there + reverse("contract-detail", args=[contract.pk]))
        assert note in dossier.text
        contract.title = f"Heet nu {number}"
        contract.save()
        assert contract.title in visitor.get(there + reverse("contract-file", args=["csv"])).text


def test_a_file_that_was_sent_to_one_is_had_of_the_other(
    several: Running, contract: Any, adviser: Any, store: Store
) -> None:
    visitor, picture = Visitor(), io.BytesIO()
    visitor.sign_in(several.one, adviser.email)
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    sent = visitor.send_form(
        several.one + reverse("document-new", args=[contract.pk]),
        files={"file": ("foto.png", picture.getvalue(), "image/png")},
        title="Foto",
    )
    assert sent.status_code == 302
    document = ContractDocument.objects.get(contract=contract)
    answer = visitor.get(several.other + reverse("document-file", args=[document.pk]))
    assert len(answer.content) == document.size
    assert answer.content in store.objects().values()


def test_of_many_who_write_at_once_nothing_is_lost(
    several: Running, contract: Any, adviser: Any
) -> None:
    """More at once than the pooler has connections."""
    answers: Counter[str] = Counter()

    def write(writer: int) -> None:
        visitor = Visitor()
        visitor.sign_in(several.both[writer % 2], adviser.email)
        page = reverse("note-new", args=[contract.pk])
        for number in range(NOTES):
            at, text = several.both[(writer + number) % 2], f"van {writer}, nummer {number}"
            done = visitor.send_form(at + page, kind="note", day="2024-05-01", text=text)
            answers[done.headers.get("Location", "")] += 1

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = reverse("contract-detail", args=[contract.pk])
    assert answers == {there: WRITERS * NOTES}
    assert ContractNote.objects.filter(contract=contract).count() == WRITERS * NOTES


def test_each_mail_goes_once_and_both_workers_take_part(several: Running) -> None:
    until(lambda: Heartbeat.objects.count() == 2, "both workers are there", SECONDS)
    subjects = {f"Bericht {number}" for number in range(MAILS)}
    for subject in sorted(subjects):
        EmailMessage(subject, "Tekst", to=["iemand@example.org"]).send()
    tasks = DBTaskResult.objects.filter(task_path="sroi.server.outbox.send_kept")
    until(
        lambda: (
            not tasks.exclude(status="SUCCESSFUL").exists() and subjects <= {*several.mail.arrived}
        ),
        "all mail went",
        SECONDS,
    )
    arrived = Counter(subject for subject in several.mail.arrived if subject in subjects)
    assert arrived == dict.fromkeys(subjects, 1)
    workers = [task.worker_ids for task in tasks]
    assert {len(ids) for ids in workers} == {1}
    assert len({ids[0] for ids in workers}) == 2


def test_both_say_that_all_is_well(several: Running) -> None:
    for at in several.both:
        answer = requests.get(f"{at}/klaar/", timeout=30)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
