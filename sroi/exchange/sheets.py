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


# Between the title of a group of columns and the name of one under it.
UNDER = " › "
# Of cells that are one: the first and the last row by their numbers, and the places of the columns.
Area = tuple[int, int, int, int]
MOST_MERGED = 2_000_000


@dataclass
class Table:
    """One sheet as it stands in the file, before anybody said which row has the names: all rows
    that are not empty, and the numbers of those that are hidden.

    `merged`: by the number of a row the places to which the cell at their left goes on. What a cell
    says that goes on downwards stands in each of its rows, but for a number: that can be of all
    together.
    """

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    merged: dict[int, set[int]] = field(default_factory=dict)

    def merge(self, areas: Iterable[Area]) -> None:
        """Take along which cells of the spreadsheet are one."""
        there, steps = dict(self.rows), 0
        for first, last, left, right in areas:
            steps += (last - first + 1) * (right - left + 1)
            if steps > MOST_MERGED or not there:
                return  # they lie over each other: no spreadsheet writes that
            value = _at(there.get(first, []), left)
            for row in range(first, last + 1):
                self.merged.setdefault(row, set()).update(range(left + 1, right + 1))
                cells = there.get(row)
                if row > first and cells and not isinstance(value, (int, float)):
                    cells += [""] * (left + 1 - len(cells))
                    cells[left] = cells[left] or value


def is_filled(cells: Iterable[Cell]) -> bool:
    return any(cell.strip() if isinstance(cell, str) else True for cell in cells)


def _at(cells: list[Cell], place: int) -> Cell:
    return cells[place] if 0 <= place < len(cells) else ""
