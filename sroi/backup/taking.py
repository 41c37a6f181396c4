"""Taking a backup while the register is in use.

All rows are read as they were at one moment, and nobody waits for it. Files are copied after that:
they are never changed, and one that was added later is not spoken of by any row here. One that was
erased in between is not in the backup; its row is, and is put right when it is put back.
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sroi.backup.archive import FORMAT, HEADER, Writer, as_json
from sroi.backup.errors import Unusable
from sroi.backup.rows import tables, written
from sroi.files.storage import evidence_storage, files_there, names_in_use, owner_of


@dataclass(frozen=True)
class Taken:
    rows: int
    files: int
    missing: list[str]


def take(target: Path, passphrase: str, now: datetime) -> Taken:
    """Write a backup; `target` is there only once it is whole and on the disk."""
    with only_when_whole(target) as file:
        return _write(file, passphrase, now)


@contextmanager
def only_when_whole(target: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads; under its name once all was written."""
    if target.exists():
        raise Unusable(f"{target} bestaat al. Kies een andere naam.")
    part = target.with_name(target.name + ".part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        raise Unusable(
            f"{part} staat er nog. Wordt dit bestand al gemaakt? Verwijder het anders."
        ) from None
    except OSError as failure:
        raise Unusable(f"{target} is niet te schrijven: {failure.strerror}.") from None
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(file: IO[bytes], passphrase: str, now: datetime) -> Taken:
    archive = Writer(file, passphrase)
    counts: dict[str, int] = {}
    with snapshot():
        archive.add(HEADER, as_json(_header(now)))
        for model in tables(apps):
            counts[model._meta.label] = 0
            for name, number, content in written(model):
                archive.add(name, content)
                counts[model._meta.label] += number
        names = names_in_use()
    copied: set[str] = set()
    files = 0
    for name in files_there(names):
        # Erased since its folder was read.
        with suppress(FileNotFoundError), evidence_storage().named.open(name) as source:
            archive.add(f"evidence/{name}", source.read())
            copied.add(owner_of(name))
            files += 1
    gone = {name for name in names if owner_of(name) not in copied}
    missing = sorted(gone & names_in_use()) if gone else []
    archive.finish({"tables": counts, "files": files, "missing": missing})
    return Taken(sum(counts.values()), files, missing)


def _header(now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "application": application(),
        "made_at": now.isoformat(),
        "database": connection.vendor,
        "migrations": schema(),
    }


def schema() -> list[str]:
    """The migrations that made the tables; those of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unusable("De database hoort bij een eerdere versie. Doe eerst `manage.py migrate`.")
    # Not of a package that is in use no more, whose tables are in no backup either.
    known = executor.loader.disk_migrations.keys()
    return sorted(".".join(key) for key in executor.loader.applied_migrations.keys() & known)


def application() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return f"{project['name']} {project['version']}"


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is as it was at one moment, whatever is written meanwhile."""
    on_sqlite = connection.vendor == "sqlite"
    mode = getattr(connection, "transaction_mode", None)
    if on_sqlite:
        # One that reads takes no lock; see DATABASES.
        connection.ensure_connection()
        mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic(durable=True):
            if not on_sqlite:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if on_sqlite:
            connection.transaction_mode = mode  # type: ignore[attr-defined]
