"""How a table stands on its sheet: which sheet, which rows have the names, which rows are no data.

All of it is proposed from what stands there, and chosen by a person: nothing is left out without
being said. Names are known by a test that the caller gives, so that this knows nothing of what the
columns are.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sroi.exchange.sheets import UNDER, Cell, Sheet, Table, is_filled
from sroi.exchange.values import as_written, plain

# Where the names can stand, in rows that are not empty.
FIRST_ROWS = 30
# A name that is known by chance is no header: at least so many are.
LEAST_KNOWN = 2
MOST_NAME_ROWS = 2
TOTAL, HIDDEN, NAMES_AGAIN, REMARK, BY_PERSON = "total", "hidden", "names", "remark", "chosen"
EXAMPLE = "example"
REASONS = {
    TOTAL: gettext_lazy("a total"),
    HIDDEN: gettext_lazy("hidden in the spreadsheet"),
    NAMES_AGAIN: gettext_lazy("the names of the columns again"),
    REMARK: gettext_lazy("a remark: one cell of a wide table"),
    EXAMPLE: gettext_lazy("the example that our own file begins with"),
    BY_PERSON: gettext_lazy("left out by you"),
}
_TOTAL = re.compile(r"(?:sub|eind|generaal\s|grand\s)?\s*(?:totaal|totalen|total|totals|som|sum)\b")
# How people say above a table that its amounts are in thousands of euro.
_THOUSANDS = re.compile(
    r"(?:\bx|×|\*|\bin\s+(?=€|eur))\s*(?:€|eur\w*)?\s*1[. ]?000\b"
    r"|\b(?:in|per)\s+(?:\w+\s+)?duizend\w*|\bduizendtallen\b|\bk\s?€|€\s?k\b|\bk\s?euro\b",
    re.IGNORECASE,
)
# As a cell of the example in a file of ours begins.
EXAMPLE_WORD = "VOORBEELD-"
# A row with one cell is a remark where others have so many.
WIDE = 4


@dataclass(frozen=True)
class Layout:
    """`names` are the numbers of the rows with the names: none, one or two; `left_out` the rows
    that are no data, each with why.
    """

    sheet: str
    names: tuple[int, ...] = ()
    left_out: dict[int, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        left_out = {str(row): why for row, why in self.left_out.items()}
        return {"sheet": self.sheet, "names": list(self.names), "left_out": left_out}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Layout":
        left_out = {int(row): why for row, why in data["left_out"].items()}
        return cls(data["sheet"], tuple(data["names"]), left_out)


@dataclass(frozen=True)
class Proposal:
    """`sure` where nobody has to look whether these are the names."""

    layout: Layout
    sure: bool


Knows = Callable[[str], bool]


def shape_of(names: Sequence[str]) -> str:
    """By what a file is recognised as one like an earlier one: the names of its columns."""
    return "|".join(map(plain, names))


def propose(tables: Sequence[Table], knows: Knows, shapes: Collection[str] = ()) -> Proposal:
    """The sheet with the most names that are known, and its layout; `shapes` are those of files
    that were looked at before, which go first.
    """
    best, score = None, -1
    for table in tables:
        names, known = _names(table, knows, shapes)
        if known > score and (table.rows or best is None):
            best, score = (table, names), known
    assert best is not None  # a file has a sheet
    table, names = best
    if score < LEAST_KNOWN and score >= 0:
        table = max(tables, key=lambda one: len(one.rows))
        names = _names(table, knows, shapes)[0]
    layout = with_left_out(table, Layout(table.name, names))
    return Proposal(layout, score >= LEAST_KNOWN)


def with_left_out(table: Table, layout: Layout) -> Layout:
    return replace(layout, left_out=_no_data(table, layout))


def says_thousands(texts: Iterable[str]) -> bool:
    """Whether one of these, which stand above the rows, says that amounts are in thousands."""
    return any(map(_THOUSANDS.search, texts))


def _names(table: Table, knows: Knows, shapes: Collection[str]) -> tuple[tuple[int, ...], int]:
    """The rows with the names, and how many of these are known."""
    first = table.rows[:FIRST_ROWS]
    head = Table(table.name, first, merged=table.merged)
    candidates: list[tuple[int, ...]] = [(number,) for number, _cells in first]
    candidates += [
        (above, number)
        for (above, high), (number, _low) in pairwise(first)
        if number == above + 1 and _are_groups(high)
    ]
    best: tuple[int, ...] = ()
    known = 0
    for rows in candidates:
        names = header_of(head, rows)
        remembered = shape_of(names) in shapes
        count = 10_000 if remembered else sum(map(knows, dict.fromkeys(filter(None, names))))
        # A name under a group says more than the name alone.
        is_more = count == known > 0 and any(map(knows, _together(names)))
        if count > known or is_more:
            best, known = rows, count
    if known >= LEAST_KNOWN:
        return best, known
    if first and shape_of(header_of(table, ())) in shapes:
        return (), 10_000
    # Nothing is known: names are texts, in every cell of a row that is as wide as any.
    width = max((len(filled(cells)) for _number, cells in first), default=0)
    for number, cells in first:
        if len(filled(cells)) == width and all(map(is_name, filled(cells))):
            return (number,), known
    return (), known


def _together(names: Iterable[str]) -> Iterator[str]:
    """Those that stand under a group, with its name as one: `opdrachtnemer naam`."""
    return (name.replace(UNDER, " ") for name in names if UNDER in name)


def _are_groups(cells: Sequence[Cell]) -> bool:
    """Whether these can be titles above groups of names: a title of all stands alone, in front."""
    places = [place for place, cell in enumerate(cells) if is_name(cell)]
    return len(places) > 1 or bool(places and places[0])


def filled(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell != "" and is_filled([cell])]


def is_name(cell: Cell) -> bool:
    return isinstance(cell, str) and any(char.isalpha() for char in cell)


def header_of(table: Table, rows: Sequence[int]) -> list[str]:
    """The names of the columns, in lower case. Of two rows those above go on to the right, as far
    as the cell does or else until the next; without a row the columns are numbered.
    """
    cells = {number: row for number, row in table.rows if number in rows}
    if not cells:
        width = max((len(row) for _number, row in table.rows), default=0)
        return [_("column %(number)s") % {"number": at} for at in range(1, width + 1)]
    width = max(map(len, cells.values()))
    lines = []
    for place, number in enumerate(rows):
        names = [as_written(cell).strip().lower() for cell in cells.get(number, [])]
        names += [""] * (width - len(names))
        if place < len(rows) - 1:
            names = _carried(names, table.merged.get(number))
        lines.append(names)
    found = [UNDER.join(dict.fromkeys(filter(None, parts))) for parts in zip(*lines, strict=True)]
    while found and not found[-1]:
        found.pop()
    return found


def _carried(names: Sequence[str], merged: Collection[int] | None) -> list[str]:
    last, found = "", []
    for place, name in enumerate(names):
        goes_on = merged is None or place in merged
        last = name or (last if goes_on else "")
        found.append(last)
    return found


def _no_data(table: Table, layout: Layout) -> dict[int, str]:
    """Rows below the names that are probably no data."""
    header = header_of(table, layout.names)
    found = {}
    for number, cells in table.rows:
        if layout.names and number <= max(layout.names):
            continue
        there = filled(cells)
        first = as_written(there[0]).strip().lower() if there else ""
        if number in table.hidden:
            found[number] = HIDDEN
        elif any(as_written(cell).strip().startswith(EXAMPLE_WORD) for cell in there):
            found[number] = EXAMPLE
        elif _TOTAL.match(first) and len(there) * 2 <= len(header):
            found[number] = TOTAL
        elif layout.names and [as_written(cell).strip().lower() for cell in there] == [
            *filter(None, header)
        ]:
            found[number] = NAMES_AGAIN
        elif len(there) == 1 and len(header) >= WIDE and is_name(there[0]):
            found[number] = REMARK
    return found


def laid_out(table: Table, layout: Layout) -> Sheet:
    """The rows of a table under its names; those that are left out are there too."""
    header = header_of(table, layout.names)
    last = max(layout.names, default=0)
    rows = [(number, cells) for number, cells in table.rows if number > last]
    return Sheet(header, rows, last or 1)


def without(sheet: Sheet, left_out: Collection[int]) -> Sheet:
    rows = [(number, cells) for number, cells in sheet.rows if number not in left_out]
    return Sheet(sheet.header, rows, sheet.header_row)
