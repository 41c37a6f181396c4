"""Taking a region out while the register is in use: all rows as they were at one moment."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import FileField, Model

from sroi.backup.rows import lines_of
from sroi.backup.taking import application, only_when_whole, schema, snapshot
from sroi.files.storage import EvidenceStorage, evidence_storage, files_there, owner_of
from sroi.moving.belonging import Belonging, belonging_to, moved
from sroi.moving.describing import resource
from sroi.moving.package import FILES, FORMAT, README, TABLES, Writer

TELLS = Path(__file__).with_name("README.txt")


@dataclass(frozen=True)
class Taken:
    rows: int
    files: int
    missing: list[str]


def take(region: Any, target: Path, now: datetime) -> Taken:
    """Write one region; `target` is there only once it is whole and on the disk."""
    with only_when_whole(target) as file:
        package = Writer(file)
        package.add(README, [TELLS.read_bytes()])
        counts: dict[type[Model], int] = {}
        with snapshot():
            made_with = schema()
            found = belonging_to(region.pk)
            for model in moved().values():
                name = f"{TABLES}{model._meta.label_lower}.jsonl"
                counts[model] = package.add(name, _lines(found, model))
            names = _names(found)
        files, copied = _add_files(package, names)
        missing = sorted(name for name in names if owner_of(name) not in copied)
        package.finish(
            {
                "name": f"sroi-region-{region.code}",
                "title": region.title_nl,
                "title_en": region.title_en,
                "created": now.isoformat(),
                "format": FORMAT,
                "application": application(),
                "migrations": made_with,
                "missing": missing,
                "resources": [resource(model, number) for model, number in counts.items()],
            }
        )
    return Taken(sum(counts.values()), files, missing)


def _lines(found: Belonging, model: type[Model]) -> Iterator[bytes]:
    less = partial(found.less, model._meta.label)
    for rows in found.rows(model):
        yield from lines_of(rows, less)


def _names(found: Belonging) -> set[str]:
    """The files that rows of the region speak of."""
    return {
        name
        for model in moved().values()
        for column in _columns(model)
        for rows in found.rows(model)
        for name in rows.exclude(**{column: ""}).values_list(column, flat=True).iterator()
    }


def _columns(model: type[Model]) -> Iterator[str]:
    for field in model._meta.local_fields:
        if isinstance(field, FileField) and isinstance(field.storage, EvidenceStorage):
            yield field.name


def _add_files(package: Writer, names: set[str]) -> tuple[int, set[str]]:
    """How many there were, and of which names: a file that was erased since is not."""
    number, copied = 0, set()
    for name in files_there(names):
        with suppress(FileNotFoundError), evidence_storage().named.open(name) as source:
            package.add(FILES + name, source.chunks())
            copied.add(owner_of(name))
            number += 1
    return number, copied
