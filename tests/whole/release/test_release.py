"""One command makes a release: its parts, what it refuses, and that nothing is pushed or half
done.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.tools.release import making
from tests.tools.release.audit import findings, is_before, records_in
from tests.tools.release.bom import bill_of
from tests.tools.release.locked import Package, packages_in

ROOT = settings.BASE_DIR
LOCK = ROOT / "requirements.txt"
DJANGO = Package("django", "5.2.1", "", ())


def git(place: Path, *command: str) -> str:
    return making.git(place, *command)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A checkout of its own; what is tried here is what was committed last."""
    try:
        git(ROOT, "rev-parse", "HEAD")
    except making.Stop:
        pytest.skip("not a git checkout")
    git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(tmp_path / "home"))
    return tmp_path / "home"


def advisory(**fields: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "5.2"}, {"fixed": "5.2.3"}]}]
    affected = {"package": {"ecosystem": "PyPI", "name": "Django"}, "ranges": ranges}
    told = {"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "Een lek", "affected": [affected]}
    return {**told, **fields}


@pytest.mark.timeout(900)
def test_a_dry_run_makes_all_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    before = git(ROOT, "status", "--porcelain"), git(ROOT, "tag"), git(ROOT, "rev-parse", "HEAD")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.tools.release.making", "98.0.0", "--dry-run"),
            *("--out", str(tmp_path / "out"), "--date", "2026-12-01"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "geen commit en geen label" in done.stdout
    assert before == (
        git(ROOT, "status", "--porcelain"),
        git(ROOT, "tag"),
        git(ROOT, "rev-parse", "HEAD"),
    )
    made = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert {
        "SHA256SUMS",
        "sroi-98.0.0.audit.txt",
        "sroi-98.0.0.cdx.json",
        "sroi-98.0.0.changes.md",
        "sroi-98.0.0.tar.gz",
    } <= set(made)
    sums = dict(line.split("  ")[::-1] for line in made.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    assert b"Niet nagekeken" in made["sroi-98.0.0.audit.txt"]
    with tarfile.open(tmp_path / "out" / "sroi-98.0.0.tar.gz") as tar:
        names = {name.removeprefix("sroi-98.0.0/") for name in tar.getnames()}

        def read(name: str) -> str:
            found = tar.extractfile(f"sroi-98.0.0/{name}")
            assert found
            return found.read().decode()

        assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == "98.0.0"
        assert "## [Unreleased]\n\n## [98.0.0] - 2026-12-01\n" in read("CHANGELOG.md")
        assert "softwareVersion: 98.0.0\nreleaseDate: 2026-12-01\n" in read("publiccode.yml")
        released = json.loads(read("tests/data/frozen/released.json"))
    assert released["version"] == "98.0.0"
    assert "contracts.0001_initial" in released["migrations"]
    assert {"tests/data/frozen/region-98.0.0.zip", "manage.py", "LICENSE"} <= names
    assert not [name for name in names if name.endswith((".mo", ".pyc")) or ".git/" in name]


@pytest.mark.timeout(900)
def test_a_release_is_a_commit_and_a_tag_here(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a checkout by itself; a second one of the same version is refused."""
    monkeypatch.setattr(making, "ROOT", home)
    # What it freezes is seen in the dry run.
    monkeypatch.setattr(making, "freeze", lambda _place, _version: None)
    (tmp_path / "advisories").mkdir()
    asked = ["98.0.0", "--advisories", str(tmp_path / "advisories"), "--out", str(tmp_path / "out")]
    first = git(home, "rev-parse", "HEAD")
    making.main(asked)
    assert "Er is niets verstuurd" in capsys.readouterr().out
    assert git(home, "rev-parse", "HEAD~1") == first
    assert git(home, "cat-file", "-t", "v98.0.0") == "tag"
    assert git(home, "rev-parse", "v98.0.0^{commit}") == git(home, "rev-parse", "HEAD")
    assert git(home, "status", "--porcelain") == ""
    assert making.version_of(home) == "98.0.0"
    with pytest.raises(SystemExit, match="al uitgebracht"):
        making.main(asked)


class TestRefused:
    def stop(self, home: Path, version: str = "98.0.0") -> str:
        with pytest.raises(making.Stop) as stopped:
            making.refuse(home, version)
        return str(stopped.value)

    @pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0-rc1", "1.0.0; rm -rf"])
    def test_what_is_no_version(self, home: Path, version: str) -> None:
        assert "is geen versie" in self.stop(home, version)

    def test_one_before_the_present(self, home: Path) -> None:
        assert "komt voor" in self.stop(home, "0.0.9")

    def test_without_news(self, home: Path) -> None:
        (home / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [0.0.1] - 2020\n")
        assert "niets onder Unreleased" in self.stop(home)

    def test_with_changes_that_are_not_kept(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(making, "ROOT", home)
        (home / "README.md").write_text("anders")
        with pytest.raises(SystemExit, match=r"niet zijn vastgelegd:\n M README\.md|README"):
            making.main(["98.0.0"])

    def test_without_an_audit(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(making, "ROOT", home)
        with pytest.raises(SystemExit, match="ADVISORIES"):
            making.main(["98.0.0"])
        assert git(home, "tag") == git(ROOT, "tag")

    def test_with_a_leak_unless_it_was_accepted(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pinned = {package.name: package for package in packages_in(home / "requirements.txt")}
        affected = {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "versions": [pinned["django"].version],
        }
        folder = tmp_path / "advisories"
        folder.mkdir()
        (folder / "GHSA-1.json").write_text(json.dumps(advisory(affected=[affected])))
        asked = making.asked_of(["98.0.0", "--advisories", str(folder)])
        with pytest.raises(making.Stop, match=r"django .*GHSA-1 Een lek"):
            making.audit(home, asked)
        asked = making.asked_of(["98.0.0", "--advisories", str(folder), "--accept", "CVE-1 CVE-2"])
        assert "Toegelaten: django" in making.audit(home, asked)


class TestLocked:
    def test_each_package_with_its_hashes(self) -> None:
        text = LOCK.read_text()
        packages = packages_in(LOCK)
        assert len(packages) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 30
        assert sum(len(package.hashes) for package in packages) == text.count("--hash=sha256:")
        assert all(package.hashes for package in packages)

    def test_what_is_installed_in_some_surroundings_only_says_so(self, tmp_path: Path) -> None:
        lock = tmp_path / "requirements.txt"
        lock.write_text(
            "Colorama==0.4.6 ; sys_platform == 'win32' \\\n"
            f"    --hash=sha256:{'a' * 64}\n"
            "django==5.2.1 \\\n"
            f"    --hash=sha256:{'c' * 64} \\\n"
            f"    --hash=sha256:{'b' * 64}\n"
        )
        assert packages_in(lock) == [
            Package("colorama", "0.4.6", "sys_platform == 'win32'", ("a" * 64,)),
            Package("django", "5.2.1", "", ("b" * 64, "c" * 64)),
        ]


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return bill_of(ROOT, "1.2.3", "2026-12-01T00:00:00+00:00")


class TestBill:
    """CycloneDX 1.6: what the standard asks for, and what was pinned."""

    def test_the_form(self, bill: dict[str, Any]) -> None:
        assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
        assert re.fullmatch(
            r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"]
        )
        own = bill["metadata"]["component"]
        assert (own["type"], own["name"], own["version"]) == ("application", "sroi", "1.2.3")
        refs = [each["bom-ref"] for each in bill["components"]]
        assert len(refs) == len(set(refs))
        told = [each["ref"] for each in bill["dependencies"]]
        asked = bill["dependencies"][0]["dependsOn"]
        assert sorted([*told[1:], *asked]) == sorted(refs)
        assert told[0] == own["bom-ref"]

    def test_each_pinned_package_with_licence_and_hashes(self, bill: dict[str, Any]) -> None:
        pinned = {package.purl: package for package in packages_in(LOCK)}
        assert [each["purl"] for each in bill["components"]] == list(pinned)
        for each in bill["components"]:
            assert each["licenses"], each["name"]
            (where,) = each["externalReferences"]
            assert {h["content"] for h in where["hashes"]} == set(pinned[each["purl"]].hashes)

    def test_the_same_release_gives_the_same(self, bill: dict[str, Any]) -> None:
        assert bill_of(ROOT, "1.2.3", "2026-12-01T00:00:00+00:00") == bill
        assert bill_of(ROOT, "1.2.4", "")["serialNumber"] != bill["serialNumber"]


class TestAudit:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1.2", "1.10"),
            ("1.2rc1", "1.2"),
            ("1.2.dev1", "1.2"),
            ("1.2", "1.2.post1"),
            ("1.2.post1", "1.2.1"),
            ("1.9.9", "2"),
            ("0", "0.0.1"),
        ],
    )
    def test_which_version_comes_first(self, one: str, other: str) -> None:
        assert is_before(one, other)
        assert not is_before(other, one)

    @pytest.mark.parametrize("same", ["1.2", "1.2.0", "v1.2", "1.2+local"])
    def test_what_is_the_same(self, same: str) -> None:
        assert not is_before("1.2", same)
        assert not is_before(same, "1.2")

    @pytest.mark.parametrize(
        ("version", "hit"),
        [("5.1.9", 0), ("5.2", 1), ("5.2.2", 1), ("5.2.3", 0), ("6.0", 0)],
    )
    def test_from_introduced_up_to_mended(self, version: str, hit: int) -> None:
        assert len(findings([Package("django", version, "", ())], [advisory()])) == hit

    def test_up_to_and_including_the_last(self) -> None:
        events = [{"introduced": "0"}, {"last_affected": "5.2.1"}]
        (part,) = advisory()["affected"]
        part["ranges"] = [{"type": "ECOSYSTEM", "events": events}]
        assert findings([DJANGO], [advisory(affected=[part])])
        assert not findings([Package("django", "5.2.2", "", ())], [advisory(affected=[part])])

    def test_what_is_of_another_or_was_withdrawn_is_none(self) -> None:
        (part,) = advisory()["affected"]
        elsewhere = {**part, "package": {"ecosystem": "npm", "name": "django"}}
        other = {**part, "package": {"ecosystem": "PyPI", "name": "flask"}}
        for record in (
            advisory(withdrawn="2026-01-01T00:00:00Z"),
            advisory(affected=[elsewhere]),
            advisory(affected=[other]),
            {"id": "GHSA-2"},
        ):
            assert findings([DJANGO], [record]) == []

    def test_a_zip_is_read_as_a_folder_is(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
            file.writestr("GHSA-1.json", json.dumps(advisory()))
        assert list(records_in(tmp_path / "all.zip")) == [advisory()]
        (tmp_path / "no.zip").write_text("iets anders")
        with pytest.raises(ValueError, match="no ZIP"):
            list(records_in(tmp_path / "no.zip"))
