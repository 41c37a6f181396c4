"""A backup holds all that is kept and nothing that passes by; put back it is the same to the
letter, in the other database too, or nothing is put back at all.
"""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from contracts.dossier import door as dossier
from contracts.models import ContactPerson, Contract, ContractNote, FirmPerson
from placements.evidence import door as evidence
from placements.models import Evidence, FulfilmentVersion
from reporting.adoption import door as adoption
from reporting.models import AnnualReport
from sroi.access import Role
from sroi.accounts.models import AuditEvent, Erasure, User
from sroi.accounts.second_factor import lost
from sroi.backup import taking
from sroi.backup.archive import members, sum_of
from sroi.backup.rows import NEVER, tables
from sroi.backup.taking import snapshot
from sroi.files.storage import EvidenceStorage, random_name
from sroi.models import EvidenceMark
from sroi.server.outbox import KeptMail
from tests import factories as make
from tests.sroi.elsewhere import elsewhere, files_in, manage, third_database, use_folder

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "een lange wachtzin voor de kluis"
MEMBERS = ("rows/", "evidence/")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where evidence is kept."""
    use_folder(settings, tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture
def register() -> Any:
    """A bit of everything: ledgers, history, evidence with the pictures of its pages, a dossier, a
    final report with its files.
    """
    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor())
    adviser = make.make_user(Role.ADVISER, region)
    version = make.make_placement(contract)
    make.make_purchase(contract)
    kept = make_evidence(version)
    EvidenceStorage().save(evidence.page_name(str(kept.file.name), 1), ContentFile(b"page one"))
    make.make_document(contract)
    make.make_note(contract)
    make.make_person(contract)
    contract.title = "Andere titel – “met” tekens\r\nen een regel"
    contract.save()
    act = make.act(adviser)
    adoption.propose(region, 2024, act)
    adoption.finalise(region, 2024, act)
    return contract


def make_evidence(version: FulfilmentVersion, content: bytes = b"a picture") -> Evidence:
    made = Evidence(
        version=version,
        kind="activity_report",
        media_type="image/webp",
        pages=1,
        content_hash="0" * 64,
        added_at=make.moment(make.TODAY),
    )
    made.file.save("", ContentFile(content), save=False)
    made.save()
    return made


def the_file() -> Evidence:
    """What `make_evidence` made, beside what was seen only."""
    return Evidence.objects.get(kind="activity_report")


def backup(target: Path, **options: Any) -> Path:
    call_command("backup", target, stdout=io.StringIO(), **options)
    return target


def restore(source: Path, **options: Any) -> str:
    said = io.StringIO()
    call_command("restore", source, stdout=said, **options)
    return said.getvalue()


def sums(source: Path, passphrase: str = "") -> dict[str, str]:
    """Of rows and files, as the manifest says them."""
    manifest = json.loads(dict(members(source, passphrase))["manifest.json"])
    return {n: s for n, s in manifest["members"].items() if n.startswith(MEMBERS)}


def test_what_is_put_back_is_the_same_to_the_letter(
    register: Any, settings: Any, folder: Path, tmp_path: Path
) -> None:
    first = backup(tmp_path / "first.backup")
    files, history = files_in(folder), Contract.history.count()
    elsewhere(settings, tmp_path)
    assert "staan erin" in restore(first)
    assert sums(backup(tmp_path / "second.backup")) == sums(first)
    assert files_in(tmp_path / "another") == files
    assert len(files) == 3
    assert Contract.history.count() == history > 1
    call_command("verify_ledger", stdout=io.StringIO())
    call_command("verify_report", 2024, region=register.region.code, stdout=io.StringIO())
    assert EvidenceStorage().is_right(EvidenceMark.objects.get())


def test_life_goes_on_after_a_restore(register: Any, settings: Any, tmp_path: Path) -> None:
    """New rows get numbers of their own."""
    first = backup(tmp_path / "first.backup")
    elsewhere(settings, tmp_path)
    restore(first)
    contract = type(register).objects.get(pk=register.pk)
    notes = ContractNote.objects.values_list("pk", flat=True)
    known = max(notes.filter(contract=contract))
    assert make.make_note(contract).pk > known
    assert make.make_purchase(contract, invoice_number="F-2").pk


def test_to_the_other_database_and_back(register: Any, tmp_path: Path) -> None:
    """On PostgreSQL: to SQLite and back; reports, their files and fingerprints too."""
    fingerprint = AnnualReport.objects.get().fingerprint
    check = ("verify_report", 2024, "--region", register.region.code)
    first = backup(tmp_path / "first.backup")
    second = f"sqlite:///{tmp_path / 'second.sqlite3'}", tmp_path / "second"
    manage(*second, "restore", first)
    assert fingerprint in manage(*second, *check)
    manage(*second, "backup", tmp_path / "second.backup")
    with third_database(tmp_path) as database:
        third = database, tmp_path / "third"
        manage(*third, "restore", tmp_path / "second.backup")
        assert fingerprint in manage(*third, *check)
        manage(*third, "backup", tmp_path / "third.backup")
    assert sums(first) == sums(tmp_path / "second.backup") == sums(tmp_path / "third.backup")


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    register: Any, tmp_path: Path
) -> None:
    """Here of the version before the secrets were sealed: its tables are made, filled, and
    migrated.
    """
    first = backup(tmp_path / "first.backup")
    last = "accounts.0007_sealed_second_factors"
    header = json.loads(dict(members(first, ""))["backup.json"])
    assert last in header["migrations"]
    earlier = [each for each in header["migrations"] if each != last]
    source = with_header(first, migrations=earlier)
    second = f"sqlite:///{tmp_path / 'second.sqlite3'}", tmp_path / "second"
    manage(*second, "restore", source)
    assert "[X] 0007" in manage(*second, "showmigrations", "accounts")
    manage(*second, "backup", tmp_path / "second.backup")
    assert sums(tmp_path / "second.backup") == sums(first)


def changed(source: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same file with a member that says something else."""
    target = source.with_name(f"{source.name} changed")
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members(source, ""):
            told = change(name, content)
            info = tarfile.TarInfo(name)
            info.size = len(told)
            tar.addfile(info, io.BytesIO(told))
    return target


def with_header(source: Path, **fields: Any) -> Path:
    """Another header, and the manifest that goes with it."""
    header = json.dumps({**json.loads(dict(members(source, ""))["backup.json"]), **fields})

    def change(name: str, content: bytes) -> bytes:
        if name == "backup.json":
            return header.encode()
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["members"]["backup.json"] = sum_of(header.encode())
            return json.dumps(manifest).encode()
        return content

    return changed(source, change)


class TestWhatIsInIt:
    def test_every_table_but_those_that_are_named(self) -> None:
        every = {
            m._meta.label
            for m in apps.get_models(include_auto_created=True)
            if m._meta.managed and not m._meta.proxy
        }
        assert NEVER.keys() <= every
        assert {m._meta.label for m in tables(apps)} == every - NEVER.keys()

    def test_no_secret_and_nothing_that_passes_by(self, register: Any, tmp_path: Path) -> None:
        user = User.objects.first()
        assert user
        for kind, data in (
            ("totp", {"secret": "GEHEIM-VAN-DE-APP"}),
            ("recovery_codes", {"seed": "GEHEIM-VAN-DE-CODES", "used_mask": 3}),
        ):
            Authenticator.objects.create(user=user, type=kind, data=data)
        client = Client()
        client.force_login(user)
        KeptMail.objects.create(message={"body": "GEHEIME-LINK"}, made_at=MOMENT, not_before=MOMENT)
        content = b"".join(c for _name, c in members(backup(tmp_path / "a"), ""))
        assert b"GEHEIM" not in content
        session = Session.objects.get()
        assert session.session_key.encode() not in content
        assert django_settings.SECRET_KEY.encode() not in content
        rows = [r for n, c in members(tmp_path / "a", "") if "mfa" in n for r in c.splitlines()]
        assert [json.loads(row)["type"] for row in rows] == ["totp", "recovery_codes"]

    def test_files_of_no_row_stay_out(self, register: Any, tmp_path: Path) -> None:
        EvidenceStorage().save(random_name(None, ""), ContentFile(b"of an act that failed"))
        assert len([n for n in sums(backup(tmp_path / "a")) if n.startswith("evidence/")]) == 3

    def test_a_file_that_is_lost_is_said(
        self, register: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        gone = str(the_file().file.name)
        for name in (gone, evidence.page_name(gone, 1)):
            EvidenceStorage().delete(name)
        backup(tmp_path / "a")
        assert gone in capsys.readouterr().err


MOMENT = datetime(2025, 1, 1, tzinfo=UTC)


class TestWhileInUse:
    def test_what_is_written_meanwhile_is_not_seen(self, register: Any) -> None:
        """Another connection writes, and nobody waits."""

        def another() -> None:
            try:
                ContractNote.objects.all().delete()
            finally:
                connection.close()

        with snapshot():
            before = ContractNote.objects.count()
            with ThreadPoolExecutor(1) as other:
                other.submit(another).result(timeout=10)
            assert ContractNote.objects.count() == before == 1
        assert ContractNote.objects.count() == 0

    def test_afterwards_transactions_are_as_they_were(self) -> None:
        with snapshot():
            pass
        with transaction.atomic():
            make.make_region()

    def test_a_file_that_is_erased_meanwhile_is_no_fault(
        self, register: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its row is in the backup, and is erased when it is put back."""
        settings.ERASURE_JOURNAL = tmp_path / "journal"
        names_in_use = taking.names_in_use

        def erased_after_the_snapshot() -> set[str]:
            found = names_in_use()
            if transaction.get_connection().in_atomic_block:
                with ThreadPoolExecutor(1) as other:
                    other.submit(erase_evidence).result(timeout=10)
            return found

        monkeypatch.setattr(taking, "names_in_use", erased_after_the_snapshot)
        first = backup(tmp_path / "a")
        elsewhere(settings, tmp_path)
        restore(first, journal=tmp_path / "journal")
        assert the_file().erased_at


def erase_evidence() -> None:
    try:
        evidence.erase(the_file(), make.act())
    finally:
        connection.close()


class TestErasedAgain:
    def test_what_was_erased_after_the_backup(
        self, register: Any, settings: Any, tmp_path: Path
    ) -> None:
        journal = settings.ERASURE_JOURNAL = tmp_path / "journal.jsonl"
        first = backup(tmp_path / "a")
        evidence.erase(the_file(), make.act())
        dossier.remove_person(ContactPerson.objects.get())
        dossier.remove_note(ContractNote.objects.get(), make.act())
        dossier.remove(register.documents.get(), make.act())
        # The contact person as the contract names them, and as the firm has them.
        assert len(journal.read_text().splitlines()) == 5
        elsewhere(settings, tmp_path)
        restore(first, journal=journal)
        assert the_file().file == ""
        assert not ContactPerson.objects.exists()
        assert not FirmPerson.objects.exists()
        assert not ContractNote.objects.exists()
        assert register.documents.get().removed_at
        assert files_in(tmp_path / "another") == {}
        assert Erasure.objects.count() == 5

    def test_a_number_that_was_erased_is_given_to_no_other_row(
        self, register: Any, settings: Any, tmp_path: Path
    ) -> None:
        """A later run erases by number again, and would erase what is new."""
        first = backup(tmp_path / "a")
        journal = tmp_path / "journal"
        journal.write_text('{"subject": "contracts.contactperson", "number": 4711}\n')
        elsewhere(settings, tmp_path)
        restore(first, journal=journal)
        contract = type(register).objects.get(pk=register.pk)
        assert make.make_person(contract, name="Sam Nieuw").pk > 4711

    def test_what_became_due_since_but_not_what_was_due_before(
        self, settings: Any, tmp_path: Path
    ) -> None:
        """A rejected claim is kept for six months: until 1 January 2026 here. Who moves to another
        database moves all of it.
        """
        contract = make.make_contract(make.make_region(), make.make_contractor())
        make.make_placement(contract, state="rejected")
        with time_machine.travel("2025-12-01T12:00:00+01:00"):
            early = backup(tmp_path / "early")
        with time_machine.travel("2026-02-01T12:00:00+01:00"):
            late = backup(tmp_path / "late")
            for source, kept in ((early, ""), (late, "Kandidaat 17")):
                elsewhere(settings, tmp_path)
                restore(source)
                assert FulfilmentVersion.objects.get().candidate_ref == kept


def test_who_had_an_app_is_not_let_in_by_a_password_alone(
    register: Any, settings: Any, tmp_path: Path
) -> None:
    user = User.objects.first()
    assert user
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    first = backup(tmp_path / "a")
    elsewhere(settings, tmp_path)
    restore(first)
    assert lost.is_all_of(User.objects.get(pk=user.pk))


def test_a_journal_of_something_else_is_refused_beforehand(
    register: Any, settings: Any, tmp_path: Path
) -> None:
    first, journal = backup(tmp_path / "a"), tmp_path / "journal"
    elsewhere(settings, tmp_path)
    for content in ("no list", '{"subject": "of.another", "number": 1}', '{"number": 1}'):
        journal.write_text(content)
        with pytest.raises(CommandError, match="geen lijst van wissingen"):
            restore(first, journal=journal)
    assert not User.objects.exists()


class TestEncrypted:
    def test_only_with_the_passphrase(
        self, register: Any, settings: Any, folder: Path, tmp_path: Path
    ) -> None:
        phrase = tmp_path / "phrase"
        phrase.write_text(SECRET + "\n")
        first = backup(tmp_path / "a", passphrase_file=phrase)
        assert (first.stat().st_mode & 0o777) == 0o600
        elsewhere(settings, tmp_path)
        with pytest.raises(CommandError, match="versleuteld"):
            restore(first)
        settings.BACKUP_PASSPHRASE = "een heel andere wachtzin"
        with pytest.raises(CommandError, match="hoort niet bij"):
            restore(first)
        assert not User.objects.exists()
        settings.BACKUP_PASSPHRASE = SECRET
        restore(first)
        assert sums(backup(tmp_path / "b", encrypt=True), SECRET) == sums(first, SECRET)

    def test_without_or_with_a_short_one_nothing_is_written(
        self, settings: Any, tmp_path: Path
    ) -> None:
        for phrase, why in (("", "geen wachtzin"), ("kort", "korter")):
            settings.BACKUP_PASSPHRASE = phrase
            with pytest.raises(CommandError, match=why):
                backup(tmp_path / "a", encrypt=True)
        assert list(tmp_path.glob("a*")) == []


class TestRefused:
    @pytest.fixture
    def first(self, register: Any, settings: Any, tmp_path: Path) -> Path:
        source = backup(tmp_path / "first")
        elsewhere(settings, tmp_path)
        return source

    def assert_nothing(self, tmp_path: Path) -> None:
        assert [m._meta.label for m in tables(apps) if m._base_manager.exists()] == []
        assert files_in(tmp_path / "another") == {}

    def test_a_database_with_rows(self, first: Path, tmp_path: Path) -> None:
        make.make_region()
        with pytest.raises(CommandError, match="niet leeg"):
            restore(first)

    def test_a_folder_with_files(self, first: Path, tmp_path: Path) -> None:
        (tmp_path / "another").mkdir()
        (tmp_path / "another" / "notes.txt").write_text("of someone else")
        with pytest.raises(CommandError, match="map voor bewijsstukken"):
            restore(first)

    @pytest.mark.parametrize("where", [0.3, 0.6, 0.999])
    def test_a_file_that_was_cut_off(self, first: Path, tmp_path: Path, where: float) -> None:
        content = first.read_bytes()
        first.write_bytes(content[: int(len(content) * where)])
        with pytest.raises(CommandError, match="beschadigd"):
            restore(first)
        self.assert_nothing(tmp_path)

    def test_another_file(self, first: Path, tmp_path: Path) -> None:
        for content in (b"", b"%PDF-1.7", gzip.compress(b"something else")):
            first.write_bytes(content)
            with pytest.raises(CommandError, match=r"geen back-up|beschadigd"):
                restore(first)

    def test_a_row_or_a_file_that_was_changed(self, first: Path, tmp_path: Path) -> None:
        for start in ("rows/contracts.Contract/", "evidence/"):
            source = changed(
                first,
                lambda name, content, start=start: (  # type: ignore[misc]
                    content.replace(b"a", b"b") if name.startswith(start) else content
                ),
            )
            with pytest.raises(CommandError, match="beschadigd"):
                restore(source)
        self.assert_nothing(tmp_path)

    def test_another_form(self, first: Path, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="vorm 2"):
            restore(with_header(first, format=2))
        self.assert_nothing(tmp_path)

    def test_a_newer_schema(self, first: Path, tmp_path: Path) -> None:
        there = [".".join(key) for key in MigrationRecorder(connection).applied_migrations()]
        newer = with_header(first, migrations=[*there, "contracts.9999_of_tomorrow"])
        with pytest.raises(CommandError, match=r"nieuwere versie.*9999_of_tomorrow"):
            restore(newer)
        self.assert_nothing(tmp_path)

    def test_a_disk_that_fails_half_way_leaves_nothing(
        self, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save = FileSystemStorage.save

        def once(self: Any, name: str, content: Any, **options: Any) -> str:
            if list((tmp_path / "another").rglob("*/*")):
                raise OSError(28, "No space left on device", name)
            return str(save(self, name, content, **options))

        monkeypatch.setattr(FileSystemStorage, "save", once)
        with pytest.raises(CommandError, match="No space left"):
            restore(first)
        self.assert_nothing(tmp_path)

    def test_a_backup_never_overwrites(self, first: Path) -> None:
        content = first.read_bytes()
        with pytest.raises(CommandError, match="bestaat al"):
            backup(first)
        assert first.read_bytes() == content


def test_the_time_of_what_was_logged_stays(register: Any, settings: Any, tmp_path: Path) -> None:
    """Also where a model would fill it in itself."""
    event = AuditEvent.objects.create(kind="looked")
    AuditEvent.objects.filter(pk=event.pk).update(at=MOMENT - timedelta(microseconds=1))
    first = backup(tmp_path / "a")
    elsewhere(settings, tmp_path)
    restore(first)
    assert AuditEvent.objects.get(pk=event.pk).at == MOMENT - timedelta(microseconds=1)
