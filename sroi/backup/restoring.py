"""Putting a backup back: in an empty database and an empty folder, all of it or nothing.

The file is read twice: once to see that it is whole, before anything is touched, and once to put it
in. The tables are made as they were when the backup was taken, and brought up to date after that;
so a backup of an earlier version can be put back too.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from sroi.accounts.models import Erasure
from sroi.backup.archive import DAMAGED, members, sum_of, verified
from sroi.backup.errors import Unusable
from sroi.backup.rows import DJANGO, NEVER, put, stored, written
from sroi.database.planner import count_rows
from sroi.files.storage import evidence_storage, is_empty

Migrations = set[tuple[str, str]]


@dataclass(frozen=True)
class Restored:
    made_at: datetime
    application: str
    rows: int
    files: int
    missing: list[str]


def restore(source: Path, passphrase: str, afterwards: Callable[[datetime], None]) -> Restored:
    """Put a backup back, and do `afterwards` what keeps it lawful: erasing again what was erased
    since that moment.
    """
    header, manifest = verified(source, passphrase)
    made_at = datetime.fromisoformat(header["made_at"])
    files: list[str] = []
    into_an_empty_place(
        header["migrations"],
        lambda of_that_time: _load(source, passphrase, of_that_time, manifest, files),
        lambda: afterwards(made_at),
        files,
    )
    rows = sum(manifest["tables"].values())
    return Restored(made_at, header["application"], rows, len(files), manifest["missing"])


def into_an_empty_place(
    made_with: Iterable[str],
    load: Callable[[Any], None],
    afterwards: Callable[[], None],
    files: list[str],
) -> None:
    """All that `load` puts in the tables as they were then, and `afterwards`; or nothing, also not
    of the `files` that it names.
    """
    migrations: Migrations = {
        (app, name) for app, _dot, name in (k.partition(".") for k in made_with)
    }
    _refuse_newer(migrations)
    _refuse_what_is_not_empty(migrations)
    of_that_time = _made_schema(migrations)
    is_older = bool(_to_come())
    try:
        with transaction.atomic(durable=True):
            load(of_that_time)
            if not is_older:
                _finish(afterwards)
        if is_older:
            call_command("migrate", verbosity=0)
            with transaction.atomic(durable=True):
                _finish(afterwards)
    except BaseException as failure:
        _empty(files)
        if isinstance(failure, DatabaseError):
            raise Unusable(f"De database neemt dit bestand niet: {failure}") from failure
        raise
    count_rows()


def _refuse_newer(migrations: Migrations) -> None:
    if unknown := migrations - set(MigrationExecutor(connection).loader.disk_migrations):
        first = ".".join(min(unknown))
        raise Unusable(
            "Dit bestand is van een nieuwere versie van het register (die kent"
            f" {first}). Zet eerst die versie neer."
        )


def _refuse_what_is_not_empty(migrations: Migrations) -> None:
    there = set(connection.introspection.table_names())
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    together = set(loader.replacements)
    if (there and not applied) or (applied and applied - together != migrations - together):
        raise Unusable(
            "De database heeft al tabellen, van iets anders of van een andere versie. Geef een"
            " database zonder tabellen."
        )
    if applied and (full := _with_rows()):
        raise Unusable(
            f"De database is niet leeg: er staan gegevens in {', '.join(full[:3])}. Geef een lege"
            " database."
        )
    if not is_empty():
        raise Unusable("De map voor bewijsstukken (EVIDENCE_DIR) is niet leeg. Geef een lege map.")


def _with_rows() -> list[str]:
    return [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if NEVER.get(model._meta.label) != DJANGO and model._base_manager.exists()
    ]


def _to_come() -> list[Any]:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def _made_schema(migrations: Migrations) -> Any:
    """The tables as they were when the backup was taken, and the models that go with them."""
    executor = MigrationExecutor(connection)
    executor.loader = loader = _loader(migrations)
    graph = loader.graph
    made = migrations | set(loader.replacements)
    last = [
        key
        for key in sorted(made & set(graph.nodes))
        if not any(
            child.key in made and child.key[0] == key[0] for child in graph.node_map[key].children
        )
    ]
    if not MigrationLoader(connection).applied_migrations:
        executor.migrate(last)
        if not _to_come():
            call_command("migrate", verbosity=0)  # what Django makes itself after the last one
    return loader.project_state(last).apps


def _loader(made_with: Migrations) -> MigrationLoader:
    """Of a version before migrations were put together, each of them as it was then."""
    loader = MigrationLoader(connection)
    if made_with >= {key for each in loader.replacements.values() for key in each.replaces}:
        return loader
    loader = MigrationLoader(connection, replace_migrations=False)
    for key, migration in loader.replacements.items():
        loader.graph.remove_replacement_node(key, migration.replaces)
    return loader


def _load(
    source: Path, passphrase: str, of_that_time: Any, manifest: dict[str, Any], files: list[str]
) -> None:
    """Rows and files; in the end each table says the same as the one that it came from."""
    models = {n: m for n, m in stored(of_that_time).items() if n in manifest["tables"]}
    if len(models) < len(manifest["tables"]):
        raise Unusable(DAMAGED)
    with emptied(list(models.values())):
        for name, content in members(source, passphrase):
            folder, _slash, rest = name.partition("/")
            if folder == "rows":
                put(models[rest.partition("/")[0]], content.splitlines())
            elif folder == "evidence":
                keep(rest, content, files)
        connection.check_constraints()
        _compare(models.values(), manifest)


def keep(name: str, content: bytes, files: list[str]) -> None:
    """A file, under the name that it had; named in `files` before anything else can fail."""
    files.append(evidence_storage().named.save(name, ContentFile(content)))
    if files[-1] != name:
        raise Unusable("De map voor bewijsstukken is niet leeg. Geef een lege map.")


@contextmanager
def emptied(there: Collection[Any]) -> Iterator[None]:
    """Tables without what migrations put in; afterwards new rows get numbers of their own."""
    _empty_what_migrations_filled(there)
    yield
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(there)):
            cursor.execute(statement)


def _empty_what_migrations_filled(there: Collection[Any]) -> None:
    for model in there:
        if model._base_manager.exists():
            model._base_manager.all().delete()


def _compare(there: Collection[Any], manifest: dict[str, Any]) -> None:
    """The rows are written out once more: what comes out is, to the letter, what went in."""
    counts: Counter[str] = Counter()
    for model in there:
        for name, number, content in written(model):
            counts[model._meta.label] += number
            if manifest["members"].get(name) != sum_of(content):
                raise Unusable(f"{model._meta.label} is in deze database anders dan in de back-up.")
    if any(counts[label] != number for label, number in manifest["tables"].items()):
        raise Unusable(DAMAGED)


def _finish(afterwards: Callable[[], None]) -> None:
    evidence_storage().accept()
    afterwards()
    for model in apps.get_models():
        numbers = Erasure.objects.filter(subject=model._meta.label_lower)
        if highest := numbers.order_by("-number").values_list("number", flat=True).first():
            _never_again(model, highest)


def _never_again(model: Any, number: int) -> None:
    """The next row gets a higher number: what is erased again by its number is never another
    one.
    """
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), GREATEST(%s,"
                f" (SELECT COALESCE(MAX({column}), 1) FROM {table})))",
                [table, column, number],
            )
            return
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = MAX(seq, %s) WHERE name = %s", [number, table]
        )
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, number])


def _empty(files: list[str]) -> None:
    for name in files:
        evidence_storage().named.delete(name)
    if _with_rows():
        call_command("flush", interactive=False, verbosity=0)
