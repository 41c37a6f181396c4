"""Files in an S3-compatible store: kept, shown, erased, saved in a backup and put back as in a
folder; and what is said where the store is another, or does not answer.
"""

import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from contracts.dossier import door as dossier
from sroi.access import Role
from sroi.files.place import faults, storage_of
from sroi.files.storage import MARK, EvidenceStorage, WrongFolder, evidence_storage
from sroi.models import EvidenceMark
from tests import factories as make
from tests.sroi.growing.conftest import Installation, Store
from tests.tools.throwaway_postgres import free_port

CONTENT = b"%PDF-1.7 een brief"


def use(settings: Any, url: str) -> None:
    settings.STORAGES = {**settings.STORAGES, "evidence": storage_of(url, "")}


@pytest.fixture
def prefix(store: Store, settings: Any, tmp_path: Path) -> str:
    """Where in the store the files of this test are."""
    use(settings, store.url(tmp_path.name))
    return tmp_path.name


@pytest.fixture
def document(db: None, prefix: str, contract: Any) -> Any:
    file = dossier.File(CONTENT, "application/pdf", "Brief")
    adviser = make.make_user(Role.ADVISER, contract.region)
    return dossier.keep(contract, file, make.act(adviser), shared=False)


def test_a_file_is_kept_in_the_store_and_nowhere_else(
    document: Any, store: Store, prefix: str, client: Client
) -> None:
    kept = store.objects(prefix)
    name = f"{prefix}/{document.file.name}"
    assert kept == {name: CONTENT, f"{prefix}/{MARK}": EvidenceMark.objects.get().mark.encode()}
    client.force_login(document.added_by)
    answer = client.get(reverse("document-file", args=[document.pk]))
    assert b"".join(answer) == CONTENT
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_is_gone_from_the_store(document: Any, store: Store, prefix: str) -> None:
    dossier.remove(document, make.act(document.added_by))
    assert [*store.objects(prefix)] == [f"{prefix}/{MARK}"]


@pytest.mark.django_db(transaction=True)
def test_a_backup_goes_from_store_to_folder_and_back(
    document: Any, store: Store, prefix: str, settings: Any, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.backup", tmp_path / "second.backup"
    name = document.file.name
    call_command("backup", first, verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    settings.STORAGES = {**settings.STORAGES, "evidence": storage_of("", str(tmp_path / "folder"))}
    call_command("restore", first, verbosity=0)
    assert (tmp_path / "folder" / name).read_bytes() == CONTENT
    call_command("backup", second, verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    use(settings, store.url(f"{prefix}-again"))
    call_command("restore", second, verbosity=0)
    assert store.objects(f"{prefix}-again/")[f"{prefix}-again/{name}"] == CONTENT
    assert EvidenceStorage().is_right(EvidenceMark.objects.get())
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(CommandError, match="niet leeg"):
        call_command("restore", second, verbosity=0)


def test_another_place_in_the_store_is_not_taken_for_the_one(
    document: Any, store: Store, prefix: str, settings: Any
) -> None:
    use(settings, store.url(f"{prefix}-other"))
    with pytest.raises(WrongFolder):
        document.file.save("", ContentFile(b"more"), save=False)
    assert store.objects(f"{prefix}-other") == {}


def test_a_store_that_does_not_answer_is_a_message(
    document: Any, settings: Any, client: Client
) -> None:
    client.force_login(document.added_by)
    use(settings, f"s3+http://key:secret@127.0.0.1:{free_port()}/evidence")
    assert client.get(reverse("document-file", args=[document.pk])).status_code == 404
    assert client.get("/klaar/").json()["parts"]["bewijsmap"]["status"] == "fout"
    with pytest.raises(OSError, match=r"127\.0\.0\.1") as failed:
        evidence_storage().save("ab/abc", ContentFile(CONTENT))
    assert not isinstance(failed.value, FileNotFoundError)


def test_what_is_not_in_the_store_is_as_missing_in_a_folder(prefix: str) -> None:
    named = evidence_storage().named
    with pytest.raises(FileNotFoundError):
        named.open("ab/abc")
    assert not named.exists("ab/abc")
    assert named.listdir("ab") == ([], [])
    named.delete("ab/abc")


def test_nothing_in_the_store_is_written_over(prefix: str) -> None:
    named = evidence_storage().named
    first, second = (named.save("ab/abc", ContentFile(content)) for content in (b"1", b"2"))
    assert first != second
    assert (named.open(first).read(), named.open(second).read()) == (b"1", b"2")


def test_machines_that_keep_a_first_file_at_once_agree_on_the_mark(
    at_work: Installation, store: Store, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow the store is for one of them, none says afterwards that it is another folder."""
    from sroi.files.object_store import ObjectStore

    EvidenceMark.objects.all().delete()
    together, failed, save = threading.Barrier(3), [], ObjectStore._save

    def slowly(self: Any, name: str, content: Any) -> str:
        if name == MARK:
            time.sleep(0.4 * int(threading.current_thread().name))
        return save(self, name, content)

    def keep() -> None:
        try:
            together.wait()
            for _count in range(10):
                evidence_storage().save(f"ab/{uuid4().hex}", ContentFile(CONTENT))
        except OSError as failure:
            failed.append(failure)
        finally:
            connections.close_all()

    monkeypatch.setattr(ObjectStore, "_save", slowly)
    threads = [threading.Thread(target=keep, name=str(number)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert EvidenceStorage().is_right(EvidenceMark.objects.get())
    EvidenceMark.objects.all().delete()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", []),
        ("s3://key:secret@host/bucket/prefix", []),
        ("s3://host/bucket", []),
        ("s3:///bucket?region=eu-west-1", []),
        ("https://host/bucket", ["not the address"]),
        ("s3://key:secret@host/", ["not the address"]),
        ("s3://key@host/bucket", ["without a secret"]),
    ],
)
def test_what_is_wrong_with_the_setting_is_said(url: str, said: list[str], store: Store) -> None:
    found = [fault for fault, _hint in faults(url)]
    assert len(found) == len(said)
    assert all(words in fault for words, fault in zip(said, found, strict=True))


def test_the_setting_is_read_as_it_is_written() -> None:
    found = storage_of("s3://key:sec%2Fret@store.example.org:9000/bucket/a/b?region=nl-1", "")
    assert found["OPTIONS"] == {
        "endpoint_url": "https://store.example.org:9000",
        "access_key": "key",
        "secret_key": "sec/ret",
        "region_name": "nl-1",
        "bucket_name": "bucket",
        "location": "a/b",
    }
