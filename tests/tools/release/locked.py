"""What is pinned in a lock file of requirements."""

import re
from dataclasses import dataclass
from pathlib import Path

PINNED = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<when>[^\\\n]+?))?(?: \\)?$", re.MULTILINE
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    # The surroundings in which it is installed; empty: in all.
    when: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages_in(lock: Path) -> list[Package]:
    text = lock.read_text(encoding="utf-8")
    found = list(PINNED.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    return [
        Package(
            re.sub(r"[-_.]+", "-", each["name"]).lower(),
            each["version"],
            (each["when"] or "").strip(),
            tuple(sorted(HASH.findall(text, each.end(), end))),
        )
        for each, end in zip(found, ends, strict=True)
    ]
