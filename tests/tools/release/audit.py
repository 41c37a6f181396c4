"""Which pinned packages have a known leak, by a file of advisories in the form of OSV
(https://ossf.github.io/osv-schema): nothing is asked of anybody, so it needs no network.

The file is a ZIP or a folder of JSON, such as the one of PyPI that osv.dev gives out whole.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.tools.release.locked import Package


@dataclass(frozen=True)
class Finding:
    package: Package
    id: str
    names: frozenset[str]
    what: str

    def __str__(self) -> str:
        return f"{self.package.name} {self.package.version}: {self.id} {self.what}".strip()


def records_in(source: Path) -> Iterator[dict[str, Any]]:
    """Raises ValueError where it is something else."""
    if source.is_dir():
        for path in sorted(source.rglob("*.json")):
            yield json.loads(path.read_text(encoding="utf-8"))
        return
    try:
        with zipfile.ZipFile(source) as file:
            for name in sorted(file.namelist()):
                if name.endswith(".json"):
                    yield json.loads(file.read(name))
    except zipfile.BadZipFile:
        raise ValueError(f"{source} is no ZIP with advisories") from None


def findings(packages: Iterable[Package], records: Iterable[dict[str, Any]]) -> list[Finding]:
    by_name = {package.name: package for package in packages}
    found = []
    for record in records:
        if record.get("withdrawn"):
            continue
        for part in record.get("affected", ()):
            of = part.get("package", {})
            name = re.sub(r"[-_.]+", "-", of.get("name", "")).lower()
            package = by_name.get(name) if of.get("ecosystem") == "PyPI" else None
            if package and is_affected(package.version, part):
                names = frozenset({record["id"], *record.get("aliases", ())})
                found.append(Finding(package, record["id"], names, record.get("summary", "")))
                break
    return sorted(found, key=lambda each: (each.package.name, each.id))


def is_affected(version: str, part: dict[str, Any]) -> bool:
    return version in part.get("versions", ()) or any(
        in_range(version, each.get("events", ()))
        for each in part.get("ranges", ())
        if each.get("type") == "ECOSYSTEM"
    )


def in_range(version: str, events: Iterable[dict[str, str]]) -> bool:
    """Each version from one that introduced it, up to the one that mended it."""
    affected = False
    for event in events:
        if "introduced" in event:
            affected = affected or not is_before(version, event["introduced"])
        elif "fixed" in event:
            affected = affected and is_before(version, event["fixed"])
        elif "last_affected" in event:
            affected = affected and not is_before(event["last_affected"], version)
    return affected


def is_before(one: str, other: str) -> bool:
    """By numbers; 1.2rc1 comes before 1.2, as 1.2.dev1 does. What follows a + does not count."""
    for a, b in zip_longest(parts(one), parts(other), fillvalue=(0, 0, "")):
        if a != b:
            return a < b
    return False


def parts(version: str) -> list[tuple[int, int, str]]:
    """A word lies below the end of a version, and a number or `post` above it; zeros at the end do
    not count.
    """
    found = re.findall(r"\d+|[a-z]+", version.lower().partition("+")[0].removeprefix("v"))
    told = [(2, int(p), "") if p.isdigit() else (1 if p == "post" else -1, 0, p) for p in found]
    while told and told[-1] == (2, 0, ""):
        told.pop()
    return told
