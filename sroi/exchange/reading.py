"""Reading a CSV or XLSX file. Source: DOMAIN.md section 10."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from sroi.exchange.protection import unprotect
from sroi.exchange.sheets import Cell, ExchangeError, Sheet
from sroi.exchange.workbooks import workbook_rows
from sroi.files.size import MEGABYTE, too_large

MAX_ROWS = 200_000
MAX_BYTES = 50 * MEGABYTE
MAX_UNPACKED_BYTES = 200 * MEGABYTE


def read_rows(
    source: str | os.PathLike[str] | bytes,
    filename: str,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> Sheet:
    """The rows of a CSV file or of the first visible sheet of an XLSX file; `filename` says which
    of the two.

    CSV is UTF-8 with or without BOM, with `,` or `;` as its header has it. Raises `ExchangeError`
    for a file that is too large, damaged, in another encoding, or empty. Sizes are bytes;
    `max_rows` leaves the header out.
    """
    kind = Path(filename).suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise ExchangeError(_("Only files that end in .csv or .xlsx can be read."))
    content = _content(source, max_bytes)
    return _sheet(
        _csv_rows(content) if kind == ".csv" else workbook_rows(content, max_unpacked_bytes),
        max_rows,
    )


def _content(source: str | os.PathLike[str] | bytes, max_bytes: int) -> bytes:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if why := too_large(size, max_bytes):
        raise ExchangeError(why)
    return source if isinstance(source, bytes) else Path(source).read_bytes()


def _sheet(numbered: Iterable[tuple[int, list[Cell]]], max_rows: int) -> Sheet:
    filled = (
        (number, cells)
        for number, cells in numbered
        if any(cell != "" for cell in map(_trimmed, cells))
    )
    header_row, header = next(filled, (0, []))
    if not header:
        raise ExchangeError(_("The file is empty: there is no row with the names of the columns."))
    rows = list(islice(filled, max_rows + 1))
    if len(rows) > max_rows:
        raise ExchangeError(
            _("The file has too many rows: at most %(count)s.") % {"count": max_rows}
        )
    names = [str(cell).strip().lower() for cell in header]
    while not names[-1]:
        names.pop()
    return Sheet(names, rows, header_row)


def _trimmed(cell: Cell) -> Cell:
    return cell.strip() if isinstance(cell, str) else cell


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(content)
    number = 1
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        for cells in lines:
            yield number, [unprotect(cell) for cell in cells]
            number = lines.line_num + 1
    except csv.Error as error:
        raise ExchangeError(
            _("The row that begins on line %(line)s cannot be read: check its quotation marks.")
            % {"line": number}
        ) from error


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ExchangeError(_("This is no CSV in UTF-8. Save it as “CSV UTF-8”, or as XLSX."))
    return text


def _delimiter(text: str) -> str:
    """The one of `;` and `,` that splits the header (the first line that is not empty) into more
    names.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,", key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))
