"""Putting a region in: in an empty database and an empty folder, all of it or nothing.

It goes as with a backup: the file is read once before anything is touched, the tables are made as
they were when it was taken, and in the end they say, to the letter, what the file says.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import connection
from django.db.models import Model

from sroi.backup.errors import Unusable
from sroi.backup.restoring import emptied, into_an_empty_place, keep
from sroi.backup.rows import lines_of, put, stored
from sroi.moving.belonging import WITHHELD
from sroi.moving.package import DAMAGED, FILES, TABLES, Reader


@dataclass(frozen=True)
class Brought:
    title: str
    made_at: datetime
    application: str
    rows: int
    files: int
    missing: list[str]


def bring_in(source: Path, afterwards: Callable[[datetime], None]) -> Brought:
    with Reader(source) as package:
        description = package.verified()
        made_at = datetime.fromisoformat(description["created"])
        files: list[str] = []
        into_an_empty_place(
            description["migrations"],
            lambda of_that_time: _load(package, of_that_time, files),
            lambda: afterwards(made_at),
            files,
        )
    return Brought(
        description["title"],
        made_at,
        description["application"],
        sum(each["rows"] for each in description["resources"]),
        len(files),
        description["missing"],
    )


def _load(package: Reader, of_that_time: Any, files: list[str]) -> None:
    there = {
        f"{TABLES}{model._meta.label_lower}.jsonl": model for model in stored(of_that_time).values()
    }
    tables = {name: there.get(name) for name in package.sums if name.startswith(TABLES)}
    if unknown := [name for name, model in tables.items() if model is None]:
        raise Unusable(DAMAGED.format(name=unknown[0]))
    known: dict[str, type[Model]] = {name: model for name, model in tables.items() if model}
    with emptied(list(known.values())):
        for name, model in known.items():
            try:
                put(model, package.lines(name), WITHHELD.get(model._meta.label, {}))
            except (KeyError, TypeError, ValueError, ArithmeticError, ValidationError):
                raise Unusable(DAMAGED.format(name=name)) from None
        for name in package.files():
            try:
                keep(name.removeprefix(FILES), package.content(name), files)
            except SuspiciousOperation:
                raise Unusable(DAMAGED.format(name=name)) from None
        connection.check_constraints()
        for name, model in known.items():
            if _sum_of(model) != package.sums[name]:
                raise Unusable(
                    f"{model._meta.label} is in deze database anders dan in het bestand."
                )


def _sum_of(model: type[Model]) -> str:
    """Of all rows, written out once more."""
    withheld = WITHHELD.get(model._meta.label, {})
    digest = hashlib.sha256()
    for line in lines_of(
        model._base_manager.order_by("pk"),
        lambda row: {name: value for name, value in row.items() if name not in withheld},
    ):
        digest.update(line)
    return digest.hexdigest()
