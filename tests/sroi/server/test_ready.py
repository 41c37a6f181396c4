"""What `/klaar/` says to who watches over the site, part by part; `/gezond/` stays an answer and no
more.
"""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contracts.models import ContractDocument
from placements.models import Evidence
from placements.retention import door as retention
from sroi.access import Role
from sroi.files.storage import MARK, EvidenceStorage, WrongFolder
from sroi.models import EvidenceMark, Heartbeat, KeptMail
from sroi.server import background, readiness
from tests import factories as make
from tests.placements.evidence.test_evidence import add, photo
from tests.sroi.server.test_background import note
from tests.sroi.server.test_surroundings import assert_says_so, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    return keeps_in(settings, tmp_path / "evidence")


def keeps_in(settings: Any, folder: Path) -> Path:
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return folder


@pytest.fixture
def worker(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    background.beat("one", timezone.now())


def said() -> tuple[int, dict[str, Any]]:
    answer = Client().get(reverse("ready"))
    return answer.status_code, json.loads(answer.content)


def wrong() -> set[str]:
    """The parts that are wrong; the status says so as well."""
    status, body = said()
    parts = {name for name, part in body["parts"].items() if part["status"] == "fout"}
    assert (status, body["status"]) == ((503, "fout") if parts else (200, "ok"))
    return parts


def test_all_is_well(worker: None, django_assert_max_num_queries: Any) -> None:
    assert wrong() == set()
    with django_assert_max_num_queries(8):
        body = said()[1]
    assert set(body["parts"]) == {
        "database",
        "migraties",
        "achtergrondwerk",
        "oudste_taak",
        "bewijsmap",
        "schijfruimte",
    }
    assert body["parts"]["achtergrondwerk"]["seconds"] < 60
    assert Client().head(reverse("ready")).status_code == 200
    assert Client().post(reverse("ready")).status_code == 405


def test_without_work_in_the_background_there_is_no_worker_to_miss() -> None:
    assert wrong() == set()
    assert said()[1]["parts"]["achtergrondwerk"] == {"status": "uit"}


def silent_for(seconds: int, pid: int) -> None:
    background.beat("one", timezone.now() - timedelta(seconds=seconds))
    Heartbeat.objects.update(pid=pid)


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_a_worker_that_is_silent_or_never_was_there(
    worker: None, settings: Any, ended: int
) -> None:
    silent_for(settings.BACKGROUND_SILENT_SECONDS + 1, ended)
    assert wrong() == {"achtergrondwerk"}
    background.end("one")
    assert wrong() == {"achtergrondwerk"}
    assert Client().get(reverse("health")).content == b"ok"


def test_a_worker_that_writes_for_minutes_is_not_taken_for_dead(
    worker: None, settings: Any
) -> None:
    """On SQLite, which has one writer; on PostgreSQL it gives signs meanwhile."""
    there = set() if connection.vendor == "sqlite" else {"achtergrondwerk"}
    silent_for(settings.BACKGROUND_SILENT_SECONDS + 600, os.getpid())
    assert wrong() == there
    silent_for(settings.BACKGROUND_WRITING_SECONDS + 1, os.getpid())
    assert wrong() == {"achtergrondwerk"}


def test_a_task_that_waits_too_long(worker: None, settings: Any) -> None:
    note.enqueue(1)
    assert wrong() == set()
    long_ago = timezone.now() - timedelta(seconds=settings.READY_WAITING_SECONDS + 1)
    later = note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(2).id
    DBTaskResult.objects.filter(pk=later).update(enqueued_at=long_ago)
    assert wrong() == set()
    DBTaskResult.objects.exclude(pk=later).update(enqueued_at=long_ago)
    assert wrong() == {"oudste_taak"}


def test_a_migration_that_was_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where all was well before: an older database was put back under it."""
    monkeypatch.setattr(readiness, "migrated", set())
    assert "migraties" not in wrong()
    MigrationRecorder.Migration.objects.filter(app="accounts").order_by("-pk")[:1].get().delete()
    assert wrong() == {"migraties"}


def test_a_disk_that_is_nearly_full(settings: Any) -> None:
    settings.READY_FREE_BYTES = 10**18
    assert wrong() == {"schijfruimte"}


def test_it_tells_nothing_of_the_machine(worker: None, folder: Path, settings: Any) -> None:
    EvidenceStorage().save("a", ContentFile(b"a"))
    text = json.dumps(said()[1])
    for secret in (
        str(folder),
        EvidenceMark.objects.get().mark,
        str(settings.DATABASES["default"]["NAME"]),
        "/",
    ):
        assert secret not in text


# --- the folder of evidence -----------------------------------------------------------------------


def keep(name: str = "aa/file") -> None:
    EvidenceStorage().save(name, ContentFile(b"evidence"))


def test_the_folder_is_marked_with_the_first_file_and_known_from_then_on(folder: Path) -> None:
    assert not folder.exists()
    assert wrong() == set()
    assert not folder.exists()
    keep()
    assert (folder / MARK).read_text() == EvidenceMark.objects.get().mark
    keep("aa/other")
    assert wrong() == set()


@pytest.mark.parametrize("what", ["gone", "empty", "another", "no mark"])
def test_a_folder_that_is_gone_or_another_is_an_error_and_never_a_new_one(
    folder: Path, settings: Any, what: str
) -> None:
    keep()
    if what == "no mark":
        (folder / MARK).unlink()
    else:
        folder.rename(folder.with_name("away"))
    if what in ("empty", "another"):
        folder.mkdir()
    if what == "another":
        (folder / MARK).write_text("0" * 64)
    before = sorted(folder.rglob("*"))
    assert wrong() == {"bewijsmap"}
    with pytest.raises(WrongFolder):
        keep("aa/new")
    assert folder.exists() == (what != "gone")
    assert sorted(folder.rglob("*")) == before


def test_a_folder_that_was_in_use_before_there_were_marks_is_marked(folder: Path) -> None:
    keep("aa/old")
    a_file_is_known()
    (folder / MARK).unlink()
    EvidenceMark.objects.all().delete()
    assert wrong() == set()
    keep("aa/new")
    assert EvidenceMark.objects.get().mark == (folder / MARK).read_text()


def test_nor_is_a_folder_made_where_files_are_known_that_it_would_have_to_hold(
    folder: Path,
) -> None:
    a_file_is_known()
    assert wrong() == {"bewijsmap"}
    with pytest.raises(WrongFolder):
        keep("aa/new")
    assert not folder.exists()


def a_file_is_known() -> None:
    contract = make.make_contract(make.make_region(), make.make_contractor())
    ContractDocument.objects.create(
        contract=contract, file="aa/old", size=1, added_at=timezone.now()
    )


def test_another_folder_is_taken_by_a_command(settings: Any, tmp_path: Path) -> None:
    keep()
    new = keeps_in(settings, tmp_path / "new")
    assert wrong() == {"bewijsmap"}
    call_command("accept_evidence_folder")
    assert (new / MARK).exists()
    assert wrong() == set()
    keep()


def test_two_databases_of_one_machine_may_share_a_folder(folder: Path) -> None:
    """As those of `make demo` and `make serve` do: the second takes the mark that is there."""
    keep()
    mark = (folder / MARK).read_text()
    EvidenceMark.objects.all().delete()
    keep("aa/other")
    assert (EvidenceMark.objects.get().mark, (folder / MARK).read_text()) == (mark, mark)


@pytest.mark.django_db(transaction=True)
def test_without_its_folder_nothing_is_kept_and_nothing_called_erased(folder: Path) -> None:
    region, firm = make.make_region(), make.make_contractor()
    draft = make.make_purchase(make.make_contract(region, firm), state="draft")
    person = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=firm))
    assert add(person, draft, photo()).status_code == 302
    kept = Evidence.objects.get()
    Evidence.objects.update(kind="employment_contract")
    folder.rename(folder.with_name("away"))
    assert_says_so(add(person, draft, photo("PNG")))
    assert_says_so(
        make.confirm(
            signed_in(make.make_user(Role.ADVISER, region)),
            reverse("evidence-erase", args=[kept.pk]),
        )
    )
    assert not folder.exists()
    assert Evidence.objects.get().erased_at is None
    with pytest.raises(WrongFolder):
        retention.erase_again([draft.pk], at=timezone.now())
    assert Evidence.objects.get().erased_at is None
    folder.with_name("away").rename(folder)
    assert add(person, draft, photo("PNG")).status_code == 302


def test_a_folder_that_cannot_be_used_is_no_folder_to_accept(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeps_in(settings, tmp_path / "file" / "evidence")
    with pytest.raises(CommandError, match="niet te gebruiken"):
        call_command("accept_evidence_folder")


# --- for programs that watch ----------------------------------------------------------------------


def metrics(**headers: str) -> Any:
    return Client().get("/metrics", headers=headers)


def test_metrics_are_there_for_who_knows_the_token_only(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert metrics(authorization="Bearer ").status_code == 404
    settings.METRICS_TOKEN = "a long token"
    for wrong in ({}, {"authorization": "Bearer another"}, {"authorization": "Bearer"}):
        assert metrics(**wrong).status_code == 404
    answer = metrics(authorization="Bearer a long token")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")


def test_metrics_say_what_waits_and_what_is_wrong(settings: Any, worker: None) -> None:
    settings.METRICS_TOKEN = "a long token"
    now = timezone.now()
    note.enqueue("later")
    KeptMail.objects.create(message={}, made_at=now, not_before=now)
    KeptMail.objects.create(message={}, made_at=now, not_before=now, tries=2)
    said = metrics(authorization="Bearer a long token").content.decode()
    lines = said.splitlines()
    for line in (
        'sroi_part_ok{part="database"} 1',
        "sroi_workers 1",
        'sroi_tasks{state="waiting"} 1',
        'sroi_tasks{state="failed"} 0',
        'sroi_mails{state="first"} 1',
        'sroi_mails{state="again"} 1',
    ):
        assert line in lines
    # Each is described, once, before its values.
    named = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert len(set(named)) == len(named)
    assert {line.split("{")[0].split()[0] for line in lines if line[:1] != "#"} == set(named)
    Heartbeat.objects.all().delete()
    settings.READY_WAITING_SECONDS = -1
    said = metrics(authorization="Bearer a long token").content.decode()
    assert 'sroi_part_ok{part="achtergrondwerk"} 0' in said
    assert 'sroi_part_ok{part="oudste_taak"} 0' in said


def test_who_finds_a_leak_reads_whom_to_tell(settings: Any) -> None:
    settings.SECURITY_CONTACT = []
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = ["mailto:leak@example.org", "https://example.org/leak"]
    settings.SITE_URL = "https://sroi.example.org"
    answer = Client().get("/.well-known/security.txt")
    fields = [tuple(line.split(": ", 1)) for line in answer.content.decode().splitlines()]
    assert [value for name, value in fields if name == "Contact"] == settings.SECURITY_CONTACT
    one = dict(fields)
    assert one["Canonical"] == "https://sroi.example.org/.well-known/security.txt"
    expires = datetime.fromisoformat(one["Expires"])
    # RFC 9116: less than a year ahead.
    assert timezone.now() < expires < timezone.now() + timedelta(days=365)


@pytest.mark.parametrize(
    ("role", "told"), [(Role.ADVISER, True), (Role.REGION_ADMIN, True), (Role.CONTRACTOR, False)]
)
def test_staff_see_in_their_browser_what_took_long(role: str, told: bool) -> None:
    region = make.make_region()
    firm = make.make_contractor() if role == Role.CONTRACTOR else None
    answer = signed_in(make.make_user(role, region, contractor=firm)).get("/")
    timing = answer.headers.get("Server-Timing", "")
    assert bool(timing) is told
    if told:
        number = re.fullmatch(r'total;dur=[\d.]+, db;dur=[\d.]+;desc="(\d+) queries"', timing)
        assert number is not None
        assert int(number[1]) > 1
