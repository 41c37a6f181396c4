"""Going through many rows some at a time, so that memory stays flat however many there are."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.models import QuerySet

from sroi.database import pooled

T = TypeVar("T")

# Rows that are read, prepared or written together.
AT_ONCE = 500


def streamed(rows: QuerySet[Any], size: int = AT_ONCE) -> Iterator[Any]:
    """Rows as they are read, `size` of them in memory. Behind a pooler in one transaction, since a
    cursor lives no longer there: what is written between two rows would be held until the last.
    """
    is_pooled = connections[rows.db].settings_dict["ENGINE"] == pooled.ENGINE
    held = transaction.atomic(using=rows.db, savepoint=False) if is_pooled else nullcontext()
    with held:
        yield from rows.iterator(chunk_size=size)


def in_batches(rows: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Lists of `size` rows, the last with what is left; `rows` are read as they are asked for."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some
