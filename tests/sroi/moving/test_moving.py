"""A region goes out whole and alone, in files that say what they are, and comes into an empty place
equal to what it was; or nothing of it does.
"""

import hashlib
import io
import json
import re
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.urls import reverse

from contracts.models import Contract, ContractNote, Membership, Recognition, Region
from placements.models import FulfilmentVersion
from placements.retention.door import Due, erase
from reporting.models import AnnualReport
from sroi.accounts.models import AuditEvent, Erasure, User
from sroi.backup.rows import columns, stored
from sroi.moving import taking
from sroi.moving.belonging import (
    ERASED,
    OF_MEMBERS,
    OF_REGION,
    SHARED,
    STAYS,
    WITH_SHARED,
    WITHHELD,
    moved,
    way_to_region,
)
from sroi.moving.describing import described, words, words_of_table
from sroi.moving.package import DESCRIPTION, FORMAT, SUMS
from tests import factories as make
from tests.sroi.elsewhere import elsewhere, files_in, manage, third_database, use_folder
from tests.sroi.filled import ELSEWHERE, OF_BOTH, filled_region
from tests.tools.json_schema import is_valid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    use_folder(settings, tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture
def region(folder: Path) -> Region:
    return filled_region()


def take(target: Path, code: str = "gooi") -> Path:
    call_command("export_region", code, target, stdout=io.StringIO())
    return target


def put(source: Path, **options: Any) -> str:
    said = io.StringIO()
    call_command("import_region", source, stdout=said, **options)
    return said.getvalue()


def members(source: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(source) as file:
        return {name: file.read(name) for name in file.namelist()}


def but_the_moment(source: Path) -> dict[str, bytes]:
    """All of a file; when it was made, and the sum over that, are each time another."""
    found = members(source)
    told = json.loads(found[DESCRIPTION])
    del told["created"]
    found[DESCRIPTION] = json.dumps(told).encode()
    del found[SUMS]
    return found


def rows(source: Path, label: str) -> list[dict[str, Any]]:
    content = members(source)[f"tables/{label.lower()}.jsonl"]
    return [json.loads(line) for line in content.splitlines()]


def figures(code: str) -> Any:
    said = io.StringIO()
    call_command("figures", 2024, region=code, format="json", stdout=said)
    return json.loads(said.getvalue())


class TestWhatBelongs:
    """So that a model that is made tomorrow is thought of."""

    def test_each_table_is_of_the_region_or_shared_or_stays(self) -> None:
        places = [OF_REGION, SHARED, WITH_SHARED, OF_MEMBERS, (ERASED,), STAYS]
        named = [label for place in places for label in place]
        by_scope = {
            label
            for label, model in stored(apps).items()
            if label not in named and way_to_region(model)
        }
        assert len(named) == len(set(named)), "named twice"
        assert set(stored(apps)) == {*by_scope, *named}, "say where it belongs: belonging.py"

    def test_each_table_and_field_is_told_in_both_languages(self) -> None:
        untold = [
            f"{label}.{field.name}"
            for label, model in moved().items()
            for field in columns(model)
            if field.attname not in WITHHELD.get(label, ()) and not is_told(model, field)
        ]
        assert untold == [], "say what it is: sroi/moving/words.json"
        assert all(all(words_of_table(m._meta.label_lower)) for m in moved().values())

    def test_no_word_is_of_something_that_is_gone(self) -> None:
        labels = {model._meta.label_lower.replace(".historical", ".") for model in moved().values()}
        names = {field.name for model in moved().values() for field in columns(model)}
        full = {
            f"{model._meta.label_lower.replace('.historical', '.')}.{field.name}"
            for model in moved().values()
            for field in columns(model)
        }
        assert set(words()["tables"]) - labels == set()
        assert set(words()["fields"]) - names - full == set()

    def test_nothing_that_is_called_a_secret_goes_out(self) -> None:
        secret = re.compile(r"password|secret|token|session|recovery_code|api_key")
        assert [
            f"{label}.{field.name}"
            for label, model in moved().items()
            for field in columns(model)
            if secret.search(field.name) and field.attname not in WITHHELD.get(label, ())
        ] == []


def is_told(model: type[Model], field: Any) -> bool:
    try:
        told = described(model._meta.label_lower, field)
    except KeyError:
        return False
    return bool(told["title"] and told["title_en"])


class TestEqual:
    def test_what_is_put_in_is_the_same_to_the_letter(
        self, region: Region, settings: Any, tmp_path: Path
    ) -> None:
        before, history = figures("gooi"), Contract.history.filter(region=region).count()
        fingerprint = AnnualReport.objects.get(region=region, year=2024).fingerprint
        first = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        said = put(first)
        assert "De grootboeken kloppen" in said
        assert but_the_moment(take(tmp_path / "second.zip")) == but_the_moment(first)
        assert figures("gooi") == before
        assert Contract.history.count() == history > 1
        assert AnnualReport.objects.get(year=2024).fingerprint == fingerprint
        call_command("verify_ledger", stdout=io.StringIO())
        call_command("verify_report", 2024, region="gooi", stdout=io.StringIO())

    def test_files_are_there_under_their_names(
        self, region: Region, settings: Any, folder: Path, tmp_path: Path
    ) -> None:
        there = files_in(folder)
        first = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        put(first)
        here = {name: c for name, c in there.items() if ELSEWHERE.encode() not in c}
        assert files_in(tmp_path / "another") == here
        assert len(here) >= 3

    def test_people_keep_their_roles_and_choose_a_password(
        self, region: Region, settings: Any, tmp_path: Path
    ) -> None:
        roles = set(Membership.objects.filter(region=region).values_list("user__email", "role"))
        first = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        put(first)
        assert set(Membership.objects.values_list("user__email", "role")) == roles
        user = User.objects.get(email="hier@example.org")
        assert (user.is_active, user.has_usable_password()) == (True, False)
        stranger = User.objects.get(name="Vreemde")
        assert (stranger.is_active, stranger.email) == (False, f"{stranger.pk}@erased.invalid")

    def test_who_forgot_a_password_gets_a_mail(
        self, region: Region, settings: Any, tmp_path: Path, client: Any, mailoutbox: list[Any]
    ) -> None:
        first = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        put(first)
        client.post(reverse("account_reset_password"), {"email": "hier@example.org"})
        (mail,) = mailoutbox
        assert mail.to == ["hier@example.org"]
        form = client.get(re.search(r"http://\S+?(/\S+)", mail.body)[1])["Location"]
        chosen = dict.fromkeys(("password1", "password2"), "een nieuw lang wachtwoord")
        assert client.post(form, chosen).status_code == 302
        user = User.objects.get(email="hier@example.org")
        assert user.check_password(chosen["password1"])

    def test_life_goes_on(self, region: Region, settings: Any, tmp_path: Path) -> None:
        """New rows get numbers of their own."""
        first = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        put(first)
        contract = Contract.objects.earliest("pk")
        known = max(ContractNote.objects.values_list("pk", flat=True))
        assert make.make_note(contract).pk > known
        assert make.make_purchase(contract, invoice_number="F-NIEUW").pk
        call_command("verify_ledger", stdout=io.StringIO())

    @pytest.mark.timeout(900)
    def test_to_the_other_database_and_back(self, region: Region, tmp_path: Path) -> None:
        first = take(tmp_path / "first.zip")
        second = f"sqlite:///{tmp_path / 'second.sqlite3'}", tmp_path / "second"
        manage(*second, "import_region", first)
        manage(*second, "export_region", "gooi", tmp_path / "second.zip")
        with third_database(tmp_path) as database:
            third = database, tmp_path / "third"
            manage(*third, "import_region", tmp_path / "second.zip")
            manage(*third, "export_region", "gooi", tmp_path / "third.zip")
        assert but_the_moment(first) == but_the_moment(tmp_path / "second.zip")
        assert but_the_moment(first) == but_the_moment(tmp_path / "third.zip")

    @pytest.mark.timeout(900)
    def test_one_of_an_earlier_version_is_brought_up_to_date(
        self, region: Region, tmp_path: Path
    ) -> None:
        first = take(tmp_path / "first.zip")
        last = "accounts.0007_sealed_second_factors"
        told = json.loads(members(first)[DESCRIPTION])
        assert last in told["migrations"]
        told["migrations"].remove(last)
        source = made_again(first, {DESCRIPTION: json.dumps(told).encode()})
        second = f"sqlite:///{tmp_path / 'second.sqlite3'}", tmp_path / "second"
        manage(*second, "import_region", source)
        manage(*second, "export_region", "gooi", tmp_path / "second.zip")
        assert but_the_moment(first) == but_the_moment(tmp_path / "second.zip")


class TestAlone:
    def test_nothing_of_another_region_goes_along(self, region: Region, tmp_path: Path) -> None:
        content = b"".join(members(take(tmp_path / "a.zip")).values())
        assert ELSEWHERE.encode() not in content
        assert b"elders@example.org" not in content
        other = b"".join(members(take(tmp_path / "b.zip", "elders")).values())
        assert ELSEWHERE.encode() in other
        assert b"hier@example.org" not in other

    def test_what_regions_share_goes_along_once(self, region: Region, tmp_path: Path) -> None:
        source = take(tmp_path / "a.zip")
        assert [row["name"] for row in rows(source, "contracts.Contractor")] == [OF_BOTH]
        assert [row["kvk"] for row in rows(source, "contracts.SocialFirm")] == ["12345678"]
        assert len(rows(source, "placements.OneEffort")) == 1
        own = Recognition.objects.filter(region=region).values_list("pk", flat=True)
        assert [row["id"] for row in rows(source, "contracts.Recognition")] == list(own)

    def test_no_secret_goes_out(self, region: Region, tmp_path: Path) -> None:
        user = User.objects.get(email="hier@example.org")
        Authenticator.objects.create(user=user, type="totp", data={"secret": "GEHEIM-VAN-DE-APP"})
        content = b"".join(members(take(tmp_path / "a.zip")).values())
        assert b"GEHEIM" not in content
        assert user.password.encode() not in content
        assert "password" not in rows(tmp_path / "a.zip", "accounts.User")[0]

    def test_that_it_was_taken_is_in_the_log(self, region: Region, tmp_path: Path) -> None:
        take(tmp_path / "a.zip")
        assert AuditEvent.objects.filter(kind="exported").count() == 1


class TestErased:
    def test_what_was_erased_stays_so(self, region: Region, settings: Any, tmp_path: Path) -> None:
        version = FulfilmentVersion.objects.get(candidate_ref="Kandidaat hier")
        erase([Due(version, make.TODAY, "contract")], at=make.moment(make.TODAY))
        first = take(tmp_path / "first.zip")
        assert b"Kandidaat hier" not in b"".join(members(first).values())
        person = FulfilmentVersion.objects.get(pk=version.pk).person
        elsewhere(settings, tmp_path)
        put(first)
        again = FulfilmentVersion.objects.get(pk=version.pk)
        assert (again.candidate_ref, again.person) == ("", person)
        assert person
        assert Erasure.objects.get().number == version.pk

    def test_what_was_erased_since_is_erased_by_the_journal(
        self, region: Region, settings: Any, tmp_path: Path
    ) -> None:
        journal = tmp_path / "journal.jsonl"
        first = take(tmp_path / "first.zip")
        version = FulfilmentVersion.objects.get(candidate_ref="Kandidaat hier")
        settings.ERASURE_JOURNAL = journal
        erase([Due(version, make.TODAY, "contract")], at=make.moment(make.TODAY))
        elsewhere(settings, tmp_path)
        put(first, journal=journal)
        assert FulfilmentVersion.objects.get(pk=version.pk).candidate_ref == ""


class TestDescribed:
    def test_it_is_a_data_package(self, region: Region, tmp_path: Path) -> None:
        """Each row is as the schema says: the names, and whether there must be something."""
        source = take(tmp_path / "a.zip")
        told = json.loads(members(source)[DESCRIPTION])
        assert (told["format"], told["name"], told["title"]) == (
            FORMAT,
            "sroi-region-gooi",
            "Gooi en Vechtstreek",
        )
        assert {each["path"] for each in told["resources"]} == {
            name for name in members(source) if name.startswith("tables/")
        }
        for each in told["resources"]:
            found = rows(source, each["name"])
            assert len(found) == each["rows"]
            schema = as_json_schema(each["schema"]["fields"])
            assert [row for row in found if not is_valid(row, schema)] == [], each["name"]

    def test_the_rows_point_at_rows_that_are_there(self, region: Region, tmp_path: Path) -> None:
        """Where the database holds it; a history may speak of what is gone."""
        source = take(tmp_path / "a.zip")
        told = json.loads(members(source)[DESCRIPTION])
        there = {
            e["name"]: {r.get("id") for r in rows(source, e["name"])} for e in told["resources"]
        }
        lost = [
            (each["name"], key["fields"][0], row[key["fields"][0]])
            for each in told["resources"]
            for key in each["schema"].get("foreignKeys", [])
            if key["reference"]["fields"] == ["id"]
            for row in rows(source, each["name"])
            if row[key["fields"][0]] not in {None, *there[key["reference"]["resource"]]}
        ]
        assert lost == []

    def test_the_sums_are_those_that_anyone_can_check(self, region: Region, tmp_path: Path) -> None:
        source = take(tmp_path / "a.zip")
        with zipfile.ZipFile(source) as file:
            file.extractall(tmp_path / "out")
        checked = subprocess.run(
            ["sha256sum", "-c", "--quiet", SUMS], cwd=tmp_path / "out", check=False
        )
        assert checked.returncode == 0
        assert (tmp_path / "out" / "README.txt").read_text().startswith("NEDERLANDS")

    def test_without_a_target_it_is_the_policy_as_before(
        self, region: Region, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("export_region", "gooi")
        assert json.loads(capsys.readouterr().out)["format"] == "region/1"


def as_json_schema(fields: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {"integer": "integer", "boolean": "boolean", "any": None}
    properties = {}
    for field in fields:
        kind = kinds.get(field["type"], "string")
        null = [] if field["constraints"]["required"] else ["null"]
        properties[field["name"]] = {"type": [kind, *null]} if kind else {}
        if "maxLength" in field["constraints"]:
            properties[field["name"]]["maxLength"] = field["constraints"]["maxLength"]
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def made_again(source: Path, instead: dict[str, bytes], *, honest: bool = True) -> Path:
    """The same file with members that say something else, and the sums that go with them."""
    found = {**members(source), **instead}
    if honest:
        del found[SUMS]
        found[SUMS] = "".join(
            f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in found.items()
        ).encode()
    target = source.with_name(f"again-{source.name}")
    with zipfile.ZipFile(target, "w") as file:
        for name, content in found.items():
            file.writestr(name, content)
    return target


class TestRefused:
    @pytest.fixture
    def first(self, region: Region, settings: Any, tmp_path: Path) -> Path:
        source = take(tmp_path / "first.zip")
        elsewhere(settings, tmp_path)
        return source

    def assert_nothing(self, tmp_path: Path) -> None:
        assert [label for label, model in moved().items() if model._base_manager.exists()] == []
        assert files_in(tmp_path / "another") == {}

    def test_an_installation_that_is_not_empty(self, first: Path, tmp_path: Path) -> None:
        make.make_region("andere", "Andere")
        with pytest.raises(CommandError, match=r"niet leeg.*lege database"):
            put(first)
        assert Region.objects.get().code == "andere"

    def test_a_folder_with_files(self, first: Path, tmp_path: Path) -> None:
        (tmp_path / "another").mkdir()
        (tmp_path / "another" / "notes.txt").write_text("of someone else")
        with pytest.raises(CommandError, match="map voor bewijsstukken"):
            put(first)

    @pytest.mark.parametrize("start", ["tables/contracts.contract.", "files/", "README"])
    def test_a_member_that_was_changed(self, first: Path, tmp_path: Path, start: str) -> None:
        name = next(name for name in members(first) if name.startswith(start))
        changed = members(first)[name].replace(b"e", b"a", 1)
        with pytest.raises(CommandError, match=f"{name} klopt niet"):
            put(made_again(first, {name: changed}, honest=False))
        self.assert_nothing(tmp_path)

    def test_a_member_that_is_gone_or_was_added(self, first: Path, tmp_path: Path) -> None:
        some = {n: c for n, c in members(first).items() if n != "tables/contracts.posting.jsonl"}
        without = tmp_path / "without.zip"
        with zipfile.ZipFile(without, "w") as file:
            for name, content in some.items():
                file.writestr(name, content)
        with pytest.raises(CommandError, match=r"contracts\.posting\.jsonl klopt niet"):
            put(without)
        with pytest.raises(CommandError, match="tables/of klopt niet"):
            put(made_again(first, {"tables/of": b"{}\n"}, honest=False))
        self.assert_nothing(tmp_path)

    @pytest.mark.parametrize("where", [0.3, 0.9, 0.999])
    def test_one_that_was_cut_off(self, first: Path, tmp_path: Path, where: float) -> None:
        content = first.read_bytes()
        first.write_bytes(content[: int(len(content) * where)])
        with pytest.raises(CommandError, match="geen regio uit dit register"):
            put(first)
        self.assert_nothing(tmp_path)

    def test_a_flipped_bit_in_what_it_holds(self, first: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(first) as archive:
            largest = max(archive.infolist(), key=lambda member: member.compress_size)
        content = bytearray(first.read_bytes())
        # In the middle of its bytes, which come after a head and its name.
        content[largest.header_offset + 30 + largest.compress_size // 2] ^= 1
        first.write_bytes(content)
        with pytest.raises(CommandError, match=r"klopt niet|geen regio"):
            put(first)
        self.assert_nothing(tmp_path)

    def test_something_else(self, first: Path, tmp_path: Path) -> None:
        for content in (b"", b"%PDF-1.7", b"PK\x03\x04"):
            first.write_bytes(content)
            with pytest.raises(CommandError, match="geen regio uit dit register"):
                put(first)
        with pytest.raises(CommandError, match="nergens"):
            put(tmp_path / "nergens.zip")

    def test_another_form_and_a_newer_schema(self, first: Path, tmp_path: Path) -> None:
        told = json.loads(members(first)[DESCRIPTION])
        for change, why in (
            ({"format": "sroi-region/2"}, "sroi-region/2"),
            (
                {"migrations": [*told["migrations"], "contracts.9999_of_tomorrow"]},
                "9999_of_tomorrow",
            ),
        ):
            again = json.dumps({**told, **change}).encode()
            with pytest.raises(CommandError, match=why):
                put(made_again(first, {DESCRIPTION: again}))
        self.assert_nothing(tmp_path)

    @pytest.mark.parametrize(
        "change",
        [
            lambda row: {**row, "region_id": 4711},
            lambda row: {**row, "value": "niets"},
            lambda row: {name: value for name, value in row.items() if name != "title"},
        ],
    )
    def test_rows_that_do_not_fit_leave_nothing(
        self, first: Path, tmp_path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        """Also where the sums were made again."""
        name = "tables/contracts.contract.jsonl"
        found = [json.loads(line) for line in members(first)[name].splitlines()]
        again = "".join(json.dumps(change(row)) + "\n" for row in found)
        with pytest.raises(CommandError):
            put(made_again(first, {name: again.encode()}))
        self.assert_nothing(tmp_path)

    def test_a_file_is_never_put_outside_the_folder(self, first: Path, tmp_path: Path) -> None:
        again = made_again(first, {"files/../../outside": b"x"})
        with pytest.raises(CommandError, match=r"outside klopt niet"):
            put(again)
        assert not list(tmp_path.rglob("outside"))
        self.assert_nothing(tmp_path)

    def test_it_never_overwrites_and_leaves_no_half_file(
        self, region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.zip").write_text("van iemand")
        with pytest.raises(CommandError, match="bestaat al"):
            take(tmp_path / "a.zip")
        with pytest.raises(CommandError, match="nergens"):
            take(tmp_path / "nergens" / "a.zip")
        disk_full = OSError(28, "No space left on device")
        monkeypatch.setattr(taking, "files_there", lambda _names: (_ for _ in ()).throw(disk_full))
        with pytest.raises(CommandError, match="No space left"):
            take(tmp_path / "c.zip")
        with pytest.raises(CommandError, match="geen-regio"):
            take(tmp_path / "b.zip", "geen-regio")
        assert sorted(path.name for path in tmp_path.glob("*.zip*")) == ["a.zip"]

    def test_only_its_owner_reads_it(self, region: Region, tmp_path: Path) -> None:
        assert take(tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


def test_memory_does_not_grow_with_the_region(region: Region, tmp_path: Path) -> None:
    """Rows are read as they are written: of a table that is four times as large no more is asked
    at once.
    """
    contract = Contract.objects.filter(region=region).earliest("pk")
    most = []
    for _times in range(2):
        ContractNote.objects.bulk_create(
            ContractNote(
                contract=contract, kind="note", day=date(2024, 1, 1), text="x" * 1000, at=at
            )
            for at in [make.moment(make.TODAY)] * (4000 if most else 1000)
        )
        tracemalloc.start()
        take(tmp_path / f"{len(most)}.zip")
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[1] < most[0] + 2 * 1024**2
    assert connection.in_atomic_block is False
