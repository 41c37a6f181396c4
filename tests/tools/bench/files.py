"""Files in and out, beside what only the database would take for them."""

import csv
import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.urls import reverse

from contracts.models import Contract
from placements.models import Fulfilment
from sroi.access import OUR_APPS, Role
from sroi.database.batches import AT_ONCE
from tests.oracle import random_files
from tests.tools.bench.pages import client_of, opened
from tests.tools.bench.register.sizes import Size
from tests.tools.bench.rows import MEGABYTE, Row
from tests.tools.bench.timing import compare, taken
from tests.whole.test_access import World


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def imports(world: World, size: Size, pairs: int) -> Iterator[Row]:
    """Of a region of its own; beside it the same rows of every table, with `bulk_create`."""
    number = size.rows
    sizes = random_files.Sizes(4, 2, number // 10, number, number // 2, number)
    with tempfile.TemporaryDirectory() as folder, rolled_back():
        files = random_files.make(Path(folder), 7, sizes)
        said = {"region": files.region_code, "stdout": StringIO(), "stderr": StringIO()}
        call_command("load_region", str(files.region), stdout=StringIO())
        for table, since in files.tables:
            since_day = since.isoformat()
            call_command("load_valuation_table", str(table), in_force_from=since_day, **said)
        for what, command, file in (
            ("contracts", "import_contracts", files.contracts),
            ("changes", "import_obligation_changes", files.changes),
            ("fulfilments", "import_fulfilments", files.fulfilments),
        ):
            before = _last_keys()
            ours = taken(lambda c=command, f=file: call_command(c, str(f), **said))  # type: ignore[misc]
            floor = _bulk_insert_again(before)
            words = f"{number if what != 'changes' else number // 2} {what}"
            yield Row("import", words, ours / floor, 1, ms=round(ours * 1000))


def _last_keys() -> dict[Any, int]:
    models = [m for m in apps.get_models() if m._meta.app_label in OUR_APPS]
    return {m: m._base_manager.order_by("-pk").values_list("pk", flat=True).first() for m in models}


def _bulk_insert_again(before: dict[Any, int | None]) -> float:
    """Seconds in which what came since is inserted once more: in a savepoint, after it was deleted
    there.
    """
    new = {}
    for model, last in before.items():
        rows = (
            model._base_manager.all() if last is None else model._base_manager.filter(pk__gt=last)
        )
        new[model] = list(rows)
    with transaction.atomic():
        for model, rows in new.items():
            model._base_manager.filter(pk__in=[row.pk for row in rows])._raw_delete(
                connection.alias
            )

        def insert() -> None:
            for model, rows in new.items():
                model._base_manager.bulk_create(rows, batch_size=AT_ONCE)

        took = taken(insert)
        transaction.set_rollback(True)
    return took


def exports(world: World, size: Size, pairs: int) -> Iterator[Row]:
    """The list of contracts and that of fulfilments; beside them the columns of the table as they
    are.
    """
    client = client_of(world, Role.ADVISER)
    for name, model in (("contract-file", Contract), ("fulfilment-file", Fulfilment)):
        rows = model.objects.filter(region__code="gooi")

        def bare(rows: Any = rows) -> None:
            sql, params = rows.order_by("pk").query.sql_with_params()
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                writer = csv.writer(StringIO())
                while some := cursor.fetchmany(AT_ONCE):
                    writer.writerows(some)

        for kind in ("csv", "xlsx"):
            url, number = reverse(name, kwargs={"format": kind}), rows.count()

            def ours(url: str = url) -> None:
                assert opened(client, url) == 200

            what = f"{name}.{kind}, {number:,} rows"
            if kind == "csv":
                found = compare(ours, bare, min(pairs, 3))
                yield Row("csv", what, found.ratio, found.pairs, ms=round(found.ours * 1000))
            yield Row("memory", what, _memory_of(ours), 1)


def _memory_of(work: Callable[[], Any]) -> float:
    """By how many MB the most that a process used grew: one of its own, which begins as this
    one.
    """
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # What a process of Linux used at most is counted anew with the fork.
        before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        work()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        os.write(writing, str((most - before) / MEGABYTE).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return round(float(answer.read() or "nan"), 1)
