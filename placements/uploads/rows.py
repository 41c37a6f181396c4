"""The rows of a file in which a BSN stood, once the file itself is gone: without those cells, which
are asked again.

A cell is emptied where nine digits pass the 11-test and its column does not take them: an invoice
number or a reference is exempt, an amount is an amount. What stands in a column that is not used,
or beside the table, is emptied as well. As long as nobody said what a column is, only one that
names the number itself is.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sroi.bsn import contains_bsn, names_bsn
from sroi.exchange import Column, Sheet, as_written

# What the rows are kept as, in the place of how the file ended.
ENDING = ".rows"
FORMAT = "rows/1"
# Of a spreadsheet, what JSON has no form for: how it is written and read.
KINDS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "moment": (datetime, datetime.isoformat, datetime.fromisoformat),
    "day": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "seconds": (timedelta, timedelta.total_seconds, lambda value: timedelta(seconds=value)),
}
# The number of a row, and the place of a cell in it.
Place = tuple[int, int]


@dataclass(frozen=True)
class Emptied:
    """A sheet without what could be a BSN, and where that stood."""

    sheet: Sheet
    places: list[Place]


def emptied(sheet: Sheet, chosen: Sequence[str], columns: Mapping[str, Column]) -> Emptied:
    """`chosen`: for each column of the file the name of ours, empty where it is not used; none at
    all where nobody said it yet.
    """
    places: list[Place] = []
    rows = []
    for number, cells in sheet.rows:
        kept = list(cells)
        for place, cell in enumerate(cells):
            text = as_written(cell)
            if not contains_bsn(text):
                continue
            if place >= len(sheet.header) or not _takes(sheet, chosen, columns, place, cell):
                kept[place] = ""
                places.append((number, place))
        rows.append((number, kept))
    return Emptied(Sheet(sheet.header, rows, sheet.header_row), places)


def _takes(
    sheet: Sheet, chosen: Sequence[str], columns: Mapping[str, Column], place: int, cell: Any
) -> bool:
    if not chosen:
        return not names_bsn(sheet.header[place])
    column = columns.get(chosen[place])
    if column is None:
        return False
    try:
        column.parse(cell)
    except ValueError:
        return False
    return True


def filled(sheet: Sheet, values: Mapping[Place, Any]) -> Sheet:
    """With this in these cells."""
    wide = len(sheet.header)
    rows = [
        (
            number,
            [
                values.get((number, place), cell)
                for place, cell in enumerate([*cells, *[""] * (wide - len(cells))])
            ],
        )
        for number, cells in sheet.rows
    ]
    return Sheet(sheet.header, rows, sheet.header_row)


def packed(sheet: Sheet) -> bytes:
    rows = [[number, [_written(cell) for cell in cells]] for number, cells in sheet.rows]
    kept = {
        "format": FORMAT,
        "header": sheet.header,
        "header_row": sheet.header_row,
        "rows": rows,
    }
    return json.dumps(kept, ensure_ascii=False).encode()


def unpacked(content: bytes) -> Sheet:
    kept = json.loads(content)
    rows = [(number, [_read(cell) for cell in cells]) for number, cells in kept["rows"]]
    return Sheet(kept["header"], rows, kept["header_row"])


def _written(cell: Any) -> Any:
    for name, (kind, write, _read_back) in KINDS.items():
        if isinstance(cell, kind):
            return {name: write(cell)}
    return cell


def _read(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((name, value),) = cell.items()
    return KINDS[name][2](value)
