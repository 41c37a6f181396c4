"""What a migration may do while the site is at work, with processes of the release before still
serving. Told in docs/how-to/migration.md.

By its operations, on whichever database; beside it by the SQL that PostgreSQL would get, which
also sees what an operation of another make does.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

GONE = "processes of the release before still use it; take it out of the code first"
FREE = (
    ops.CreateModel,
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.AlterModelTableComment,
    ops.RemoveIndex,
    ops.RemoveConstraint,
    ops.RenameIndex,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    AddConstraintNotValid,
    ValidateConstraint,
)
LEAVES = (ops.DeleteModel, ops.RenameModel, ops.AlterModelTable, ops.RemoveField, ops.RenameField)
TOGETHER = (ops.AddConstraint, ops.AlterUniqueTogether, ops.AlterIndexTogether)
# What PostgreSQL does under a lock that keeps others from reading or writing for as long as the
# table is large, or that takes away what is still in use.
LOCKS = {
    r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON "(?P<table>\w+)"': "builds an index",
    r'ALTER TABLE "(?P<table>\w+)" ALTER COLUMN "\w+" TYPE (?!varchar|text)': "writes rows anew",
    r'ALTER TABLE "(?P<table>\w+)" ALTER COLUMN "\w+" SET NOT NULL': "reads all rows",
    r'ALTER TABLE "(?P<table>\w+)" ADD CONSTRAINT (?!.*NOT VALID)': "reads all rows",
    r'ALTER TABLE "(?P<table>\w+)" DROP COLUMN': GONE,
    r'ALTER TABLE "(?P<table>\w+)" RENAME': GONE,
    r'DROP TABLE "(?P<table>\w+)"': GONE,
}


def stops_work(migration: Migration, before: ProjectState, new: set[str]) -> list[str]:
    """Why a migration is no good while others work; `new` are tables that no release has yet.

    A migration that must all the same says why and for how long: `stops_work = "…"`.
    """
    if getattr(migration, "stops_work", ""):
        return []
    state, found = before.clone(), []
    for operation in migration.operations:
        for each in parts_of(operation):
            name = f"{migration.app_label}.{table_of(each)}".lower()
            if isinstance(each, ops.CreateModel):
                new.add(name)
            elif name not in new:
                found += [f"{each.describe()}: {why}" for why in faults(each, migration, state)]
        operation.state_forwards(migration.app_label, state)
    return found


def parts_of(operation: Any) -> list[Any]:
    if isinstance(operation, ops.SeparateDatabaseAndState):
        return list(operation.database_operations)
    return [operation]


def table_of(operation: Any) -> str:
    names = ("model_name", "old_name", "name")
    return next((str(getattr(operation, n)) for n in names if hasattr(operation, n)), "")


def faults(operation: Any, migration: Migration, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, FREE):
        return
    if isinstance(operation, LEAVES):
        yield GONE
    elif isinstance(operation, ops.AddIndex):
        yield "builds it while nobody can write: AddIndexAlongside, atomic = False"
    elif isinstance(operation, TOGETHER):
        yield "reads all rows while nobody can write: NOT VALID first, validate after that"
    elif isinstance(operation, ops.AddField):
        yield from of_new_field(operation.field)
    elif isinstance(operation, ops.AlterField):
        model = state.models[migration.app_label, operation.model_name_lower]
        yield from of_other_field(model.fields[operation.name], operation.field)
    elif isinstance(operation, (ops.RunPython, ops.RunSQL)):
        if migration.atomic:
            yield "holds what it writes until the end: in batches, atomic = False"
    else:
        yield "nobody looked whether this goes while others work: tests/sroi/upgrade/rules.py"


def of_new_field(field: Any) -> Iterator[str]:
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield "rows that the release before writes lack it: null=True or a db_default"
    if field.has_db_default() and not is_constant(field.db_default):
        yield "writes all rows anew: a db_default that is a constant"
    if field.unique or field.db_index:
        yield "builds an index while nobody can write: db_index=False, and AddIndexAlongside"


def is_constant(expression: Any) -> bool:
    return not hasattr(expression, "resolve_expression") or isinstance(
        expression, (models.Value, Now)
    )


def of_other_field(old: Any, new: Any) -> Iterator[str]:
    if old.null and not new.null:
        yield "reads all rows, and the release before writes empty ones"
    if (new.unique, new.db_index) != (old.unique, old.db_index) and (new.unique or new.db_index):
        yield "builds an index while nobody can write: AddIndexAlongside"
    if old.has_db_default() and not new.has_db_default():
        yield "rows that the release before writes lack it: the db_default stays"
    if kind_of(old) != kind_of(new) and not is_wider(old, new):
        yield "writes all rows anew: a new column beside it"


def kind_of(field: Any) -> Any:
    return type(field).__mro__[:-1] if field.is_relation else field.db_type(connection)


def is_wider(old: Any, new: Any) -> bool:
    """PostgreSQL keeps the rows where a text may become longer."""
    texts = (models.CharField, models.TextField)
    if not (isinstance(old, texts) and isinstance(new, texts)):
        return False
    return new.max_length is None or (
        old.max_length is not None and new.max_length >= old.max_length
    )


def locks_in(statements: list[str], new: set[str]) -> list[str]:
    """By the SQL itself, of tables that were there before."""
    made = new | {table for sql in statements for table in re.findall(r'CREATE TABLE "(\w+)"', sql)}
    return [
        f"{sql}: {why}"
        for sql in statements
        for pattern, why in LOCKS.items()
        if (hit := re.search(pattern, sql)) and hit["table"] not in made
    ]
