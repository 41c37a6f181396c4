"""Another database and another folder, for what is put back or moved."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from sroi.files.storage import MARK
from tests.prepared import copied
from tests.tools.worker import database_url


def use_folder(settings: Any, folder: Path) -> None:
    """Where evidence is kept from now on."""
    storage = settings.STORAGES["evidence"]
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**storage, "OPTIONS": {"location": str(folder)}},
    }


def elsewhere(settings: Any, tmp_path: Path) -> None:
    """An empty database with its tables, and an empty folder."""
    call_command("flush", interactive=False, verbosity=0)
    use_folder(settings, tmp_path / "another")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != MARK
    }


def manage(database: str, folder: Path, *command: Any) -> str:
    """As who runs the server does: on another database, in a process of its own."""
    surroundings = {
        **os.environ,
        "DATABASE_URL": database,
        "EVIDENCE_DIR": str(folder),
        "BACKGROUND_TASKS": "off",
    }
    done = subprocess.run(
        [sys.executable, django_settings.BASE_DIR / "manage.py", *map(str, command)],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def third_database(tmp_path: Path, make: Callable[[str], None] = copied) -> Iterator[str]:
    """Of the kind that the tests run on, as `make` makes it: its tables are there."""
    if connection.vendor == "sqlite":
        make(str(tmp_path / "third.sqlite3"))
        yield f"sqlite:///{tmp_path / 'third.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_third"
    make(name)
    yield database_url().rpartition("/")[0] + f"/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")


def without_tables(name: str) -> None:
    """For `third_database`; on SQLite a file that is not there will do."""
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
