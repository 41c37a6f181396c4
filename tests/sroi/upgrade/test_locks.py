"""No migration since the last release stops work, and the rules see each way in which one could."""

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.core.management.sql import emit_pre_migrate_signal
from django.db import OperationalError, connection, models, transaction
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    AlterUniqueTogether,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Random

from contracts.models import Region
from sroi.database import waiting
from sroi.database.alongside import AddIndexAlongside
from tests.sroi.upgrade.rules import locks_in, stops_work

RELEASED = settings.BASE_DIR / "tests" / "data" / "frozen" / "released.json"
OURS = ("sroi", "accounts", "documents", "contracts", "placements", "reporting")
INDEX = models.Index(fields=["name"], name="thing_name")
CHECK = models.CheckConstraint(condition=models.Q(number__gt=0), name="thing_number")


def released() -> set[tuple[str, ...]]:
    return {tuple(key.split(".")) for key in json.loads(RELEASED.read_text())["migrations"]}


def migrations_beside(known: set[tuple[str, ...]]) -> Iterator[tuple[Migration, ProjectState]]:
    """Ours, in the order in which they are made; with how things are before each."""
    loader = MigrationLoader(None)
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        if key[0] in OURS and key not in known:
            yield loader.graph.nodes[key], loader.project_state(key, at_end=False)


def since_the_release() -> Iterator[tuple[Migration, ProjectState]]:
    """None before the first: until then no register is at work."""
    return migrations_beside(released()) if released() else iter(())


def test_no_migration_since_the_last_release_stops_work() -> None:
    new: set[str] = set()
    assert [
        f"{migration}: {why}"
        for migration, before in since_the_release()
        for why in stops_work(migration, before, new)
    ] == []


def test_each_kind_of_operation_that_was_ever_used_is_known() -> None:
    new: set[str] = set()
    judged = {
        why
        for migration, before in migrations_beside(set())
        for why in stops_work(migration, before, new)
    }
    assert [why for why in judged if "nobody looked" in why] == []


def test_what_was_released_is_still_there() -> None:
    """A migration that an installation has made is never renamed, and never taken away but by a
    squashed one that replaces it.
    """
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    assert released() - {*loader.disk_migrations, *replaced} == set()


def thing() -> ProjectState:
    """A table as a release has it."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("number", models.IntegerField(null=True)),
    ]
    CreateModel("Thing", fields).state_forwards("contracts", state)
    return state


def migration_of(*operations: Operation, **said: Any) -> Migration:
    made = Migration("0099_of_tomorrow", "contracts")
    made.operations = list(operations)
    for name, value in said.items():
        setattr(made, name, value)
    return made


def sql_of(migration: Migration) -> list[str]:
    state = thing()
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def new_table(name: str = "Other") -> CreateModel:
    return CreateModel(
        name,
        [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9))],
    )


class OfAnotherMake(Operation):
    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Says nothing of the models."""


REFUSED = {
    "a column that must be filled": (
        AddField("thing", "other", models.IntegerField(default=0)),
        "the release before writes lack it",
    ),
    "a default that differs per row": (
        AddField("thing", "other", models.FloatField(db_default=Random())),
        "writes all rows anew",
    ),
    "a column with an index": (
        AddField("thing", "other", models.IntegerField(null=True, db_index=True)),
        "builds an index",
    ),
    "a reference, which has an index": (
        AddField("thing", "other", models.ForeignKey("Thing", models.PROTECT, null=True)),
        "builds an index",
    ),
    "a column that goes": (RemoveField("thing", "number"), "still use it"),
    "a column that is called otherwise": (RenameField("thing", "number", "count"), "still use it"),
    "a table that goes": (DeleteModel("Thing"), "still use it"),
    "a table that is called otherwise": (RenameModel("Thing", "Item"), "still use it"),
    "a column that must be filled from now on": (
        AlterField("thing", "number", models.IntegerField()),
        "reads all rows",
    ),
    "another kind of column": (
        AlterField("thing", "number", models.BigIntegerField(null=True)),
        "writes all rows anew",
    ),
    "a shorter text": (
        AlterField("thing", "name", models.CharField(max_length=10)),
        "writes all rows anew",
    ),
    "an index on what was there": (
        AlterField("thing", "name", models.CharField(max_length=20, db_index=True)),
        "builds an index",
    ),
    "an index": (AddIndex("thing", INDEX), "AddIndexAlongside"),
    "a check": (AddConstraint("thing", CHECK), "NOT VALID"),
    "once together": (AlterUniqueTogether("thing", {("name", "number")}), "NOT VALID"),
    "rows in one go": (RunPython(RunPython.noop), "in batches"),
    "something that nobody looked at": (OfAnotherMake(), "nobody looked"),
}
ALLOWED = {
    "a table": new_table(),
    "a column that may be empty": AddField("thing", "other", models.IntegerField(null=True)),
    "a column with a constant": AddField("thing", "other", models.IntegerField(db_default=0)),
    "a longer text": AlterField("thing", "name", models.CharField(max_length=40)),
    "other words": AlterField("thing", "name", models.CharField("naam", max_length=20)),
    "a column that may be empty from now on": AlterField(
        "thing", "name", models.CharField(max_length=20, null=True)
    ),
    "an order": AlterModelOptions("thing", {"ordering": ("pk",)}),
    "out of the code, not yet out of the table": SeparateDatabaseAndState(
        state_operations=[RemoveField("thing", "number")]
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_stops_work_is_refused(case: str) -> None:
    operation, why = REFUSED[case]
    (found,) = stops_work(migration_of(operation), thing(), set())
    assert why in found


@pytest.mark.parametrize("case", ALLOWED)
def test_what_does_not_is_let_through(case: str) -> None:
    assert stops_work(migration_of(ALLOWED[case]), thing(), set()) == []


def test_a_table_that_is_new_may_get_anything() -> None:
    index = models.Index(fields=["name"], name="other_name")
    made = migration_of(
        new_table(),
        AddIndex("other", index),
        AddField("other", "more", models.IntegerField(default=1)),
    )
    assert stops_work(made, thing(), set()) == []
    after = made.mutate_state(thing())
    for later in (RemoveField("other", "name"), DeleteModel("Other"), RenameModel("Other", "Item")):
        assert stops_work(migration_of(later), after, {"contracts.other"}) == []


def test_what_must_all_the_same_says_why() -> None:
    made = migration_of(AddIndex("thing", INDEX), stops_work="Een minuut bij een miljoen rijen")
    assert stops_work(made, thing(), set()) == []


def test_rows_in_batches_are_let_through() -> None:
    made = migration_of(RunPython(RunPython.noop), atomic=False)
    assert stops_work(made, thing(), set()) == []


@pytest.mark.django_db(transaction=True)
class TestThatItIsSoInPostgreSQL:
    """What the operations say, said by the SQL that PostgreSQL gets."""

    @pytest.fixture(autouse=True)
    def only_there(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("about PostgreSQL")

    @pytest.mark.parametrize(
        "case",
        [
            case
            for case in REFUSED
            if case
            not in {
                # A short lock, or none that the SQL shows; it is the release before that fails.
                "a shorter text",
                "a column that must be filled",
                "a default that differs per row",
                "rows in one go",
                "something that nobody looked at",
            }
        ],
    )
    def test_what_is_refused_locks_or_takes_away(self, case: str) -> None:
        operation, _why = REFUSED[case]
        assert locks_in(sql_of(migration_of(operation)), set()) != []

    @pytest.mark.parametrize("case", ALLOWED)
    def test_what_is_let_through_does_not(self, case: str) -> None:
        assert locks_in(sql_of(migration_of(ALLOWED[case])), set()) == []

    def test_an_index_alongside_and_a_check_in_two_steps(self) -> None:
        made = migration_of(
            AddIndexAlongside("thing", INDEX),
            AddConstraintNotValid("thing", CHECK),
            ValidateConstraint("thing", "thing_number"),
            atomic=False,
        )
        assert stops_work(made, thing(), set()) == []
        assert locks_in(sql_of(made), set()) == []
        assert any("INDEX CONCURRENTLY" in sql for sql in sql_of(made))

    def test_a_migration_does_not_wait_long_for_a_table_in_use(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else all who come after it would wait behind it."""
        monkeypatch.setattr(waiting, "SECONDS", 1)
        held, done = threading.Event(), threading.Event()

        def reads_for_long() -> None:
            try:
                with transaction.atomic():
                    Region.objects.count()
                    held.set()
                    done.wait(20)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as other:
            other.submit(reads_for_long)
            assert held.wait(10)
            begun = time.monotonic()
            emit_pre_migrate_signal(0, False, connection.alias, plan=[])
            try:
                with (
                    pytest.raises(OperationalError, match="lock timeout"),
                    connection.cursor() as c,
                ):
                    c.execute("ALTER TABLE contracts_region ADD COLUMN other integer")
            finally:
                done.set()
                waiting.end(connection.alias)
        assert time.monotonic() - begun < 10

    def test_the_migrations_since_the_last_release(self) -> None:
        new: set[str] = set()
        for migration, before in since_the_release():
            if getattr(migration, "stops_work", ""):
                continue
            with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                migration.apply(before, editor, collect_sql=True)
            assert locks_in(editor.collected_sql, new) == [], migration
            for sql in editor.collected_sql:
                new |= set(re.findall(r'CREATE TABLE "(\w+)"', sql))


@pytest.mark.django_db(transaction=True)
def test_an_index_alongside_is_made_and_taken_away() -> None:
    """On each database, while a row is in the table."""
    state = thing()
    made = migration_of(new_table("Upgraded"), atomic=False)
    index = models.Index(fields=["name"], name="upgraded_name")
    alongside = migration_of(AddIndexAlongside("upgraded", index), atomic=False)
    with connection.schema_editor(atomic=False) as editor:
        first = made.apply(state.clone(), editor)
    model = first.apps.get_model("contracts", "Upgraded")
    try:
        model.objects.create(name="een rij")
        with connection.schema_editor(atomic=False) as editor:
            alongside.apply(first.clone(), editor)
        assert "upgraded_name" in indexes(model._meta.db_table)
        with connection.schema_editor(atomic=False) as editor:
            alongside.unapply(first.clone(), editor)
        assert "upgraded_name" not in indexes(model._meta.db_table)
    finally:
        with connection.schema_editor(atomic=False) as editor:
            editor.delete_model(model)


def indexes(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))
