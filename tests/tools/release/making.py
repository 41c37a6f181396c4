"""Make a release: version and changelog, the archive, a bill of materials, an audit of what is
pinned, an image where a container engine is there, and the sums of all.

    make release VERSION=0.1.0 ADVISORIES=all.zip
    make release VERSION=0.1.0 DRY=1

All is done in a clone; only when it is whole the commit and its tag come here, and what was made
stands in var/release/VERSION. Nothing is pushed. A dry run keeps what was made, and no commit or
tag.
"""

import argparse
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.tools.release.audit import Finding, findings, records_in
from tests.tools.release.bom import bill_of
from tests.tools.release.locked import packages_in

ROOT = Path(__file__).parents[3]
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
UNRELEASED = "## [Unreleased]\n"
NOT_AUDITED = (
    "Geef met ADVISORIES een bestand met bekende lekken (OSV; van PyPI geeft osv.dev het als"
    " all.zip), dan wordt elk vastgezet pakket daarop nagekeken."
)


class Stop(Exception):
    """No release; the sentence says why and what to do."""


def main(arguments: Sequence[str]) -> None:
    asked = asked_of(arguments)
    out = asked.out or ROOT / "var" / "release" / asked.version
    try:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "sroi"
            if not asked.dry_run:
                refuse_what_is_not_kept()
            git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(place))
            refuse(place, asked.version)
            audited = audit(place, asked)
            print(f"{asked.version}: versie, overzicht en bevroren gegevens ...", flush=True)
            change(place, asked.version, asked.date)
            keep(place, asked.version)
            made = artifacts(place, asked.version, out, audited)
            if not asked.dry_run:
                take_over(place, asked.version)
    except Stop as why:
        sys.exit(f"Geen release: {why}")
    print("\n".join(str(path) for path in made))
    print(
        "Proef: er is geen commit en geen label gemaakt."
        if asked.dry_run
        else f"Commit en label v{asked.version} staan hier. Er is niets verstuurd; dat doet"
        " git push --follow-tags."
    )


def asked_of(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make release")
    parser.add_argument("version")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--advisories", type=Path)
    parser.add_argument("--accept", default="", help="advisories that do not touch us, by number")
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--date",
        type=datetime.date.fromisoformat,
        default=datetime.datetime.now().date(),  # noqa: DTZ005
    )
    return parser.parse_args(arguments)


def git(place: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(place), *command],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"git {command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


# --- beforehand -----------------------------------------------------------------------------------


def refuse_what_is_not_kept() -> None:
    if changed := git(ROOT, "status", "--porcelain"):
        raise Stop(f"er staan wijzigingen die niet zijn vastgelegd:\n{changed}")


def refuse(place: Path, version: str) -> None:
    if not VERSION.fullmatch(version):
        raise Stop(f"“{version}” is geen versie: schrijf haar als 0.1.0.")
    if f"v{version}" in git(place, "tag").splitlines():
        raise Stop(f"{version} is al uitgebracht.")
    if numbers(version) < numbers(version_of(place)):
        raise Stop(f"{version} komt voor {version_of(place)}.")
    if not news_of(place, "Unreleased"):
        raise Stop("in CHANGELOG.md staat niets onder Unreleased.")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def version_of(place: Path) -> str:
    found = re.search(r'^version = "(.+)"$', (place / "pyproject.toml").read_text(), re.MULTILINE)
    assert found
    return found[1]


def news_of(place: Path, heading: str) -> str:
    """What the changelog says under a heading."""
    text = (place / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(heading)}\].*?\n(.*?)(?=^## \[|\Z)", text, re.M | re.S)
    return found[1].strip() if found else ""


def audit(place: Path, asked: argparse.Namespace) -> str:
    """What it says; it stops what has a leak that nobody accepted."""
    packages = packages_in(place / "requirements.txt")
    if not asked.advisories:
        if not asked.dry_run:
            raise Stop(NOT_AUDITED)
        return f"Niet nagekeken. {NOT_AUDITED}\n"
    try:
        records = list(records_in(asked.advisories))
    except (OSError, ValueError) as failure:
        raise Stop(f"de bekende lekken zijn niet te lezen: {failure}") from None
    accepted = set(asked.accept.split())
    found = findings(packages, records)
    if left := [each for each in found if not each.names & accepted]:
        raise Stop("bekende lekken:\n" + "\n".join(map(str, left)) + "\nACCEPT=… laat er een toe.")
    return report(len(packages), records, found)


def report(number: int, records: list[dict[str, str]], found: list[Finding]) -> str:
    newest = max((str(record.get("modified", "")) for record in records), default="")
    lines = [f"{number} pakketten, nagekeken op {len(records)} bekende lekken tot {newest[:10]}."]
    return "\n".join([*lines, *(f"Toegelaten: {each}" for each in found)]) + "\n"


# --- what a release changes -----------------------------------------------------------------------


def change(place: Path, version: str, day: datetime.date) -> None:
    edit(place / "pyproject.toml", r'^version = ".+"$', f'version = "{version}"')
    edit(
        place / "CHANGELOG.md",
        rf"^{re.escape(UNRELEASED)}",
        f"{UNRELEASED}\n## [{version}] - {day.isoformat()}\n",
    )
    said = f"softwareVersion: {version}\nreleaseDate: {day.isoformat()}\n"
    public = place / "publiccode.yml"
    if "softwareVersion:" in public.read_text(encoding="utf-8"):
        edit(public, r"^softwareVersion: .+\nreleaseDate: .+\n", said)
    else:
        edit(public, r"^softwareType:", f"{said}softwareType:")
    compile_translations(place)
    freeze(place, version)


def edit(path: Path, pattern: str, instead: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed, number = re.subn(pattern, lambda _hit: instead, text, count=1, flags=re.MULTILINE)
    if not number:
        raise Stop(f"{path.name} is anders dan verwacht.")
    path.write_text(changed, encoding="utf-8")


def compile_translations(place: Path) -> None:
    """What is frozen has the words of the screen in it."""
    import polib

    for path in place.glob("sroi/locale/*/LC_MESSAGES/*.po"):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def freeze(place: Path, version: str) -> None:
    (place / "var").mkdir(exist_ok=True)
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.sroi.upgrade.freeze", version],
        cwd=place,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"de gegevens van deze release zijn niet te maken:\n{done.stderr[-2000:]}")


def keep(place: Path, version: str) -> None:
    name, mail = (git(ROOT, "log", "-1", f"--format={what}") for what in ("%an", "%ae"))
    who = ("-c", f"user.name={name}", "-c", f"user.email={mail}")
    git(place, "add", "--update")
    git(place, "add", "tests/data/frozen")
    git(place, *who, "commit", "--quiet", "--message", f"Version {version}")
    git(place, *who, "tag", "--annotate", f"v{version}", "--message", f"Version {version}")


def take_over(place: Path, version: str) -> None:
    git(ROOT, "pull", "--quiet", "--ff-only", str(place), "HEAD")
    git(ROOT, "fetch", "--quiet", str(place), "tag", f"v{version}")


# --- what is made of it ---------------------------------------------------------------------------


def artifacts(place: Path, version: str, out: Path, audited: str) -> list[Path]:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    archive = out / f"sroi-{version}.tar.gz"
    git(
        place,
        *("archive", "--format=tar.gz", f"--prefix=sroi-{version}/"),
        *(f"--output={archive}", f"v{version}"),
    )
    moment = git(place, "log", "-1", "--format=%cI", f"v{version}^{{commit}}")
    bill = json.dumps(bill_of(place, version, moment), indent=1) + "\n"
    (out / f"sroi-{version}.cdx.json").write_text(bill, encoding="utf-8")
    (out / f"sroi-{version}.audit.txt").write_text(audited, encoding="utf-8")
    news = news_of(place, version) + "\n"
    (out / f"sroi-{version}.changes.md").write_text(news, encoding="utf-8")
    print(image(place, version, out), flush=True)
    sums = "".join(f"{sum_of(path)}  {path.name}\n" for path in sorted(out.iterdir()))
    (out / "SHA256SUMS").write_text(sums, encoding="utf-8")
    return sorted(out.iterdir())


def image(place: Path, version: str, out: Path) -> str:
    """Says whether there is one."""
    engine = next((e for e in ("podman", "docker") if shutil.which(e) and works(e)), None)
    if engine is None:
        return "Geen image: hier draait geen Docker of Podman."
    name, target = f"sroi:{version}", out / f"sroi-{version}.image.tar"
    for command in (["build", "--quiet", "--tag", name, "."], ["save", "--output", target, name]):
        done = subprocess.run([engine, *command], cwd=place, capture_output=True, check=False)
        if done.returncode:
            raise Stop(f"{engine} {command[0]}: {done.stderr.decode(errors='replace')[-2000:]}")
    return f"Image {name} is gemaakt met {engine}."


def works(engine: str) -> bool:
    return not subprocess.run([engine, "info"], capture_output=True, check=False).returncode


def sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
