"""What a file holds once it is read: cells in rows, with the row numbers that a person sees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

# Always a text in CSV; in XLSX what the spreadsheet typed. `date` includes `datetime`.
Cell = str | int | float | bool | date | time | timedelta


class ExchangeError(Exception):
    """A file that cannot be read or written at all; its message is for the user."""


@dataclass(frozen=True)
class Sheet:
    """The header (names trimmed, in lower case) and the rows that are not empty, each with its
    number in the file.

    Numbers start at 1. In a CSV it is the line on which the row begins, as a text editor counts; a
    spreadsheet counts the same unless a cell above holds a line break.
    """

    header: list[str]
    rows: list[tuple[int, list[Cell]]]
    header_row: int = 1


@dataclass
class Table:
    """One sheet as it stands in the file, before anybody said which row has the names: all rows
    that are not empty, and the numbers of those that are hidden.
    """

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


def is_filled(cells: Iterable[Cell]) -> bool:
    return any(cell.strip() if isinstance(cell, str) else True for cell in cells)
