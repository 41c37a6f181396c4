"""Where files that people hand in are kept: outside the web root, under names that say nothing.

In a folder, or in a store that answers as one (`sroi.files.place`). It carries a mark that the
database knows. A folder that is gone, emptied, or another one in its place is an error, for who
keeps a file and for who erases one: never a new empty folder. The mark is made with the first file,
or put in a folder that was in use before there were marks; `manage.py accept_evidence_folder` takes
another folder.
"""

import secrets
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import models, transaction

from sroi.models import EvidenceMark

MARK = ".sroi-evidence"
RANDOM_BYTES = 16


class WrongFolder(OSError):
    """This is not the folder in which the evidence is."""


class EvidenceStorage(Storage):
    """The storage that settings name `evidence`, asked for only when a file is touched."""

    @property
    def named(self) -> Storage:
        return storages["evidence"]

    def _open(self, name: str, mode: str = "rb") -> Any:
        return self.named.open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        self.guard()
        return self.named.save(name, content)

    def delete(self, name: str) -> None:
        self.named.delete(name)

    def exists(self, name: str) -> bool:
        return self.named.exists(name)

    def size(self, name: str) -> int:
        return self.named.size(name)

    def guard(self) -> None:
        """Refuse a folder that is not the one; mark the one that is used first. Who erases asks
        this beforehand.
        """
        known = EvidenceMark.objects.first()
        if not self.is_right(known):
            raise WrongFolder("the folder of evidence is gone, or another one is in its place")
        if known is None:
            self.accept()

    def is_right(self, known: EvidenceMark | None) -> bool:
        """Whether it has this mark; where there is none yet, whether files that were kept are in
        it.
        """
        if known:
            return known.mark == self._mark()
        names = list(_newest_files())
        return not names or any(self.named.exists(name) for name in names)

    def accept(self) -> None:
        """Take this folder for the one: by the mark that it has, or a new one. One at a time, who
        holds the row: on several machines two may keep a first file at once.
        """
        with transaction.atomic():
            row, _new = EvidenceMark.objects.select_for_update().get_or_create(pk=1)
            if not self.named.exists(MARK):
                self.named.save(MARK, ContentFile(secrets.token_hex(32).encode()))
            row.mark = self._mark()
            row.save()

    def _mark(self) -> str:
        try:
            with self.named.open(MARK) as file:
                return str(file.read(100).decode("ascii", "replace"))
        except FileNotFoundError:
            return ""


def _columns() -> Iterator[Any]:
    """The names of files that are kept here, of each kind the newest first."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField) and isinstance(field.storage, EvidenceStorage):
                rows = model._base_manager.exclude(**{field.name: ""}).order_by("-pk")
                yield rows.values_list(field.name, flat=True)


def _newest_files() -> Iterator[str]:
    for names in _columns():
        yield from names[:1]


def names_in_use() -> set[str]:
    """Every file that a row speaks of."""
    return {name for names in _columns() for name in names.iterator()}


def files_there(names: Iterable[str]) -> Iterator[str]:
    """The files of these names that are in the folder, each with what was made of it (the pictures
    of its pages) after it.
    """
    named = evidence_storage().named
    for folder, some in groupby(sorted(names), key=lambda name: name.rpartition("/")[0]):
        wanted = set(some)
        try:
            found = named.listdir(folder)[1]
        except FileNotFoundError:
            continue
        yield from (f"{folder}/{f}" for f in sorted(found) if owner_of(f"{folder}/{f}") in wanted)


def is_empty() -> bool:
    """Whether nothing is in the folder but, perhaps, its mark."""
    try:
        folders, files = evidence_storage().named.listdir("")
    except FileNotFoundError:
        return True
    return not folders and not set(files) - {MARK}


def evidence_storage() -> EvidenceStorage:
    return EvidenceStorage()


def random_name(_kept: Any, _name: str) -> str:
    """A name that cannot be guessed, spread over folders."""
    name = secrets.token_hex(RANDOM_BYTES)
    return f"{name[:2]}/{name}"


def owner_of(name: str) -> str:
    """The random name with which the name of a file begins: its own, or of what it was made of."""
    return name[: 2 + len("/") + 2 * RANDOM_BYTES]
