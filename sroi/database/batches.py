"""Going through many rows some at a time, so that memory stays flat however many there are."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

# Rows that are read, prepared or written together.
AT_ONCE = 500


def in_batches(rows: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Lists of `size` rows, the last with what is left; `rows` are read as they are asked for."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some
