"""The database that tests start from: migrated once and kept, then copied for each test process.

Migrating takes half a minute, copying a moment. What is kept is named after all that it depends on
(`key`): another migration, model or package makes another. Who comes first makes it, the others
wait. On SQLite it is a file in `var/`; on PostgreSQL a database of the server, so a throw-away
server has it for as long as it lives.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

FOLDER = settings.VAR_DIR / "prepared"
PREFIX = "sroi_prepared_"
# Of the lock that PostgreSQL gives to one at a time.
LOCK = 20261130


def key() -> str:
    """Other when anything is that the tables, or the rows that migrating leaves, can depend on: our
    migrations and models and all that these import; packages; the settings; the database.
    """
    packages = Path(django.__file__).parent.parent
    digest = hashlib.sha256(
        repr(
            (
                sys.version_info,
                sqlite3.sqlite_version,
                connection.vendor,
                sorted(path.name for path in packages.glob("*.dist-info")),
            )
        ).encode()
    )
    for path in sorted(sources()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def sources() -> set[Path]:
    """Files of ours: the settings, the migrations and models of every app, and what they import."""
    waiting = [settings.BASE_DIR / "sroi" / "settings.py", Path(__file__)]
    for app in (Path(config.path) for config in apps.get_app_configs()):
        if app.is_relative_to(settings.BASE_DIR) and "site-packages" not in app.parts:
            waiting += [
                *app.glob("migrations/*.py"),
                *app.glob("models.py"),
                *app.glob("models/*.py"),
            ]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return found


def imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            at = settings.BASE_DIR / name.replace(".", "/")
            packages = (p / "__init__.py" for p in (at, *at.parents) if p != settings.BASE_DIR)
            yield from (p for p in (at.with_suffix(".py"), *packages) if p.exists())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Of all that use this server, or this folder."""
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield
        return
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copied(to: str) -> None:
    """An empty database as migrating leaves it: a file, or a database of the server."""
    with one_at_a_time():
        if connection.vendor == "postgresql":
            copied_on_postgresql(to)
        else:
            copied_on_sqlite(to)


def copied_on_sqlite(to: str) -> None:
    kept = FOLDER / f"{key()}.sqlite3"
    if not kept.exists():
        for earlier in FOLDER.glob("*.sqlite3*"):
            earlier.unlink()
        made = migrated(str(FOLDER / "being-made.sqlite3"))
        os.rename(made, kept)
    shutil.copyfile(kept, to)


def copied_on_postgresql(to: str) -> None:
    kept = PREFIX + key()
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        there = {name for (name,) in cursor.fetchall()}
        if kept not in there:
            for earlier in there:
                cursor.execute(f"DROP DATABASE {quote(earlier)}")
            made = migrated(f"{PREFIX}being_made")
            cursor.execute(f"ALTER DATABASE {quote(made)} RENAME TO {quote(kept)}")
        cursor.execute(f"DROP DATABASE IF EXISTS {quote(to)}")
        cursor.execute(f"CREATE DATABASE {quote(to)} TEMPLATE {quote(kept)}")


def migrated(name: str) -> str:
    """As Django makes the database of its tests."""
    at = connection.settings_dict
    before, as_asked = at["NAME"], at["TEST"]["NAME"]
    at["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    at["NAME"], at["TEST"]["NAME"] = before, as_asked
    return name


@contextmanager
def database_of_tests() -> Iterator[None]:
    """Named as the settings of this test process say."""
    before, name = connection.settings_dict["NAME"], connection.creation._get_test_db_name()
    copied(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    yield
    connection.creation.destroy_test_db(before, verbosity=0)
