"""Faulty rows that were downloaded, mended in a spreadsheet and sent back: which cells of which
rows they are.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from placements.uploads.columns import ROW_NUMBER, vocabulary
from placements.uploads.rows import Place
from sroi.exchange import ExchangeError, Sheet, as_written, plain, read_tables
from sroi.exchange.layout import laid_out, propose
from sroi.exchange.matching import match


def mended_cells(data: bytes, sheet: Sheet, kind: str, columns: Sequence[str]) -> dict[Place, Any]:
    """What stands in the columns that both have, by the numbers of the rows."""
    back = _read(data, kind)
    at = next((at for at, name in enumerate(back.header) if plain(name) in ROW_NUMBER), None)
    if at is None:
        raise ExchangeError(
            _("There is no column with the numbers of the rows. Mend the file of the faulty rows.")
        )
    ours = match(back.header, vocabulary(kind), {}).columns
    places = {place: columns.index(name) for place, name in enumerate(ours) if name in columns}
    there = {number for number, _cells in sheet.rows}
    found: dict[Place, Any] = {}
    for _number, cells in back.rows:
        row = _row_number(cells, at)
        if row not in there:
            raise ExchangeError(
                _("Row %(row)s is not among the rows of this file.")
                % {"row": as_written(cells[at]) if at < len(cells) else ""}
            )
        for place, ours_at in places.items():
            cell = cells[place] if place < len(cells) else ""
            found[row, ours_at] = cell.strip() if isinstance(cell, str) else cell
    return found


def _read(data: bytes, kind: str) -> Sheet:
    tables = read_tables(
        data,
        max_rows=settings.IMPORT_MAX_ROWS,
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_unpacked_bytes=settings.IMPORT_MAX_UNPACKED_BYTES,
    )
    layout = propose(tables, vocabulary(kind).knows).layout
    return laid_out(next(table for table in tables if table.name == layout.sheet), layout)


def _row_number(cells: Sequence[Any], at: int) -> int:
    written = as_written(cells[at]).strip() if at < len(cells) else ""
    return int(written) if written.isdecimal() and len(written) < 10 else -1
