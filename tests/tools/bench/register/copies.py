"""Copies of all that is stored, inside the database: `INSERT … SELECT` with every id moved up.

What was made once through the doors keeps its amounts, dates and relations, so the ledgers of a
copy hold as those of the original do. A region has rows of its own once (its clients, policy and
table), and those of a unit as often as it has units; copies of one region interleave the numbers of
its postings, so that what came before a year was closed still does.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import F

from contracts.models import (
    BuildingBlock,
    ClosedYear,
    LedgerHead,
    Municipality,
    Policy,
    Posting,
    Region,
    TableInForce,
    ValuationTable,
)
from sroi.access import OUR_APPS

OF_A_REGION = (
    Region,
    Municipality,
    Policy,
    ValuationTable,
    BuildingBlock,
    TableInForce,
    ClosedYear,
    LedgerHead,
)
# Postings of one region lie so far apart, and its copies come between them.
APART = 10_000
UNITS_AT_ONCE = 50
# What must differ, or would be odd if it did not: by table and column, for copy `u` in region `r`.
OTHERWISE = {
    "accounts_user.email": "'u' || n.u || '-' || p.email",
    "contracts_contractor.kvk": "CAST(CAST(p.kvk AS integer) + 1000 * n.u AS varchar(8))",
    "contracts_contractor.name": "p.name || ' ' || n.u",
    "contracts_contractor.name_folded": "p.name_folded || ' ' || n.u",
    "contracts_contract.reference": "p.reference || '-' || n.u",
    "contracts_contract.search_text": "p.search_text || ' ' || n.u",
    "contracts_contract.title": "p.title || ' ' || n.u",
    "contracts_posting.number": "p.number + n.j",
    "contracts_region.code": "p.code || '-' || n.r",
    "contracts_region.title_en": "p.title_en || ' ' || n.r",
    "contracts_region.title_nl": "p.title_nl || ' ' || n.r",
    "placements_fulfilmentversion.candidate_ref": "p.candidate_ref || '-' || n.u",
    "placements_fulfilmentversion.invoice_number": "p.invoice_number || '-' || n.u",
}
Steps = Mapping[type[models.Model], int]


def copy_everything(regions: Sequence[int], say: Any = lambda _text: None) -> None:
    """What is there becomes the first unit of the first region; of each region so many units."""
    _spread_postings()
    steps = {model: model.objects.aggregate(m=models.Max("pk"))["m"] for model in _copied()}
    copies = [(r, j) for r, units in enumerate(regions) for j in range(units)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_copy (u integer, r integer, j integer)")
        rows = [(u, r, j) for u, (r, j) in enumerate(copies)]
        cursor.executemany("INSERT INTO bench_copy VALUES (%s, %s, %s)", rows)
    for first in range(0, len(copies), UNITS_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            _trust(cursor)
            for model in steps:
                cursor.execute(_statement(model, steps), [first, first + UNITS_AT_ONCE])
        say(f"{min(first + UNITS_AT_ONCE, len(copies))} of {len(copies)} units")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy")
        for statement in connection.ops.sequence_reset_sql(no_style(), list(steps)):
            cursor.execute(statement)


def _copied() -> Iterator[type[Any]]:
    """Each model of ours that has rows; their ids are numbers."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OUR_APPS and model._base_manager.exists():
            yield model


def _spread_postings() -> None:
    last = APART - 1
    Posting.objects.update(number=F("number") * APART)
    LedgerHead.objects.update(last_number=F("last_number") * APART + last)
    ClosedYear.objects.update(last_posting=F("last_posting") * APART + last)


def _trust(cursor: Any) -> None:
    """What the original refers to is there, so PostgreSQL need not look it up for each copy."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def _statement(model: type[models.Model], steps: Steps) -> str:
    table = model._meta.db_table
    fields = [f for f in model._meta.local_concrete_fields if f.column]
    columns = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    values = ", ".join(_value(model, f, steps) for f in fields)
    once = "AND n.j = 0 AND n.r > 0" if _is_of_a_region(model) else "AND n.u > 0"
    key = connection.ops.quote_name(model._meta.pk.column)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} p, bench_copy n"
        f" WHERE p.{key} <= {steps[model]} AND n.u >= %s AND n.u < %s {once}"
    )


def _value(model: type[models.Model], field: Any, steps: Steps) -> str:
    column = f"p.{connection.ops.quote_name(field.column)}"
    tracked = getattr(model, "instance_type", None)
    told_of = (tracked or model)._meta.db_table
    if otherwise := OTHERWISE.get(f"{told_of}.{field.column}"):
        return otherwise
    about = (
        field.related_model
        if field.is_relation
        else model
        if field.primary_key
        else tracked
        if tracked and field.name == tracked._meta.pk.name
        else None
    )
    if about not in steps:
        return column
    return f"{column} + n.{'r' if _is_of_a_region(about) else 'u'} * {steps[about]}"


def _is_of_a_region(model: type[models.Model]) -> bool:
    return getattr(model, "instance_type", model) in OF_A_REGION
