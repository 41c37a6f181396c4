"""Reading a CSV, XLSX or ODS file. Source: DOMAIN.md section 10 and tests/data/import-cases."""

import csv
import io
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sroi.exchange.layout import Layout, laid_out
from sroi.exchange.protection import unprotect
from sroi.exchange.sheets import Cell, ExchangeError, Sheet, Table, is_filled
from sroi.files.size import MEGABYTE, too_large

MAX_ROWS = 200_000
MAX_BYTES = 50 * MEGABYTE
MAX_UNPACKED_BYTES = 200 * MEGABYTE

CSV, WORKBOOK, DOCUMENT = ".csv", ".xlsx", ".ods"
# What a file is by how it begins, where it is none of ours; and by what is in a packed one.
BEGINNINGS = {
    b"%PDF": gettext_lazy("PDF"),
    b"\x89PNG": gettext_lazy("picture"),
    b"\xff\xd8\xff": gettext_lazy("picture"),
    b"GIF8": gettext_lazy("picture"),
    b"{\\rtf": gettext_lazy("text document"),
    b"<!doctype html": gettext_lazy("web page"),
    b"<html": gettext_lazy("web page"),
    b"<table": gettext_lazy("web page"),
    b"<?xml": gettext_lazy("data file (XML)"),
}
PACKED = {
    "xl/workbook.bin": gettext_lazy("binary Excel file (XLSB)"),
    "word/document.xml": gettext_lazy("Word document"),
    "ppt/presentation.xml": gettext_lazy("presentation"),
    "Index/Document.iwa": gettext_lazy("Numbers or Pages document"),
}
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
DELIMITERS = ";,\t"
# Of a CSV, what is looked at to tell its delimiter.
FIRST_LINES, FIRST_CHARACTERS = 40, 50_000


def read_tables(
    source: str | os.PathLike[str] | bytes,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> list[Table]:
    """The visible sheets of a file with all their rows that are not empty; what kind it is, is told
    by its content.

    CSV is UTF-8 or UTF-16 with or without BOM, or Windows-1252, with `;`, `,` or a tab between its
    cells. Raises `ExchangeError` for a file that is too large, damaged or something else. Sizes are
    bytes; at most `max_rows` and one of each sheet are read.
    """
    content = _content(source, max_bytes)
    kind = kind_of(content)
    # Their libraries are loaded by who reads such a file.
    if kind == WORKBOOK:
        from sroi.exchange.workbooks import workbook_tables

        return workbook_tables(content, max_unpacked_bytes, max_rows)
    if kind == DOCUMENT:
        from sroi.exchange.opendocument import document_tables

        return document_tables(content, max_unpacked_bytes, max_rows)
    table = Table("")
    for numbered in _csv_rows(content):
        if is_filled(numbered[1]):
            table.rows.append(numbered)
        if len(table.rows) > max_rows + 1:
            break
    return [table]


def read_rows(
    source: str | os.PathLike[str] | bytes,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> Sheet:
    """The rows of a file of which the first row that is not empty has our names, as our own exports
    have.
    """
    limits = {"max_bytes": max_bytes, "max_unpacked_bytes": max_unpacked_bytes}
    table = read_tables(source, max_rows=max_rows, **limits)[0]
    if not table.rows:
        raise ExchangeError(_("The file is empty: there is no row with the names of the columns."))
    number, _cells = table.rows[0]
    sheet = laid_out(table, Layout(table.name, (number,)))
    return check_rows(sheet, max_rows)


def check_rows(sheet: Sheet, max_rows: int = MAX_ROWS) -> Sheet:
    if len(sheet.rows) > max_rows:
        raise ExchangeError(
            _("The file has too many rows: at most %(count)s.") % {"count": max_rows}
        )
    return sheet


def kind_of(content: bytes) -> str:
    """`.csv`, `.xlsx` or `.ods` by what is in it; `ExchangeError` that names it and says what to do
    otherwise.
    """
    if content.startswith(ZIP):
        return _packed_kind(content)
    if content.startswith(OLD_OFFICE):
        raise ExchangeError(
            _(
                "This is an old Excel file, or one with a password. Save it as XLSX without a"
                " password, or as “CSV UTF-8”."
            )
        )
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for beginning, what in BEGINNINGS.items():
        if start.startswith(beginning.lower()):
            raise _something_else(what)
    _decoded(content)
    return CSV


def _packed_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return WORKBOOK  # its reader says what is wrong with it
    if "xl/workbook.xml" in names:
        return WORKBOOK
    if "content.xml" in names and "mimetype" in names:
        return DOCUMENT
    for name, what in PACKED.items():
        if name in names:
            raise _something_else(what)
    if "[Content_Types].xml" in names or not names:
        return WORKBOOK
    raise ExchangeError(_("This is a ZIP file. Unpack it, and send the spreadsheet in it."))


def _something_else(what: object) -> ExchangeError:
    return ExchangeError(
        _(
            "This is no spreadsheet but a %(what)s. Send the spreadsheet itself: XLSX, ODS or CSV."
            " Ask who made this file for it."
        )
        % {"what": what}
    )


def _content(source: str | os.PathLike[str] | bytes, max_bytes: int) -> bytes:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if why := too_large(size, max_bytes):
        raise ExchangeError(why)
    return source if isinstance(source, bytes) else Path(source).read_bytes()


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(content)
    delimiter, number = _delimiter(text), 1
    if content.startswith(b"\xef\xbb\xbf") and _regular(text.partition("\n")[0], ";")[0]:
        delimiter = ";"  # as our own files have it, whatever stands in their cells
    first, _end, rest = text.partition("\n")
    if first.strip().lower() in (f"sep={delimiter}", f'"sep={delimiter}"', "sep="):
        text, number = rest, 2
    begin = number
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in lines:
            yield number, [unprotect(cell) for cell in cells]
            number = begin + lines.line_num
    except csv.Error as error:
        raise ExchangeError(
            _("The row that begins on line %(line)s cannot be read: check its quotation marks.")
            % {"line": number}
        ) from error


def _decoded(content: bytes) -> str:
    """The text of a CSV. What is no UTF-8 is Windows-1252, as Excel saves it; a zero byte in turns
    is UTF-16.
    """
    encodings = ["utf-8-sig", "cp1252"]
    if content[:2] in UTF16:
        encodings = ["utf-16"]
    elif _mostly_zero(content[1:200:2]):
        encodings = ["utf-16-le"]
    elif _mostly_zero(content[:200:2]):
        encodings = ["utf-16-be"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not _BINARY & set(text[:FIRST_CHARACTERS]):
            return text
    raise ExchangeError(_("This cannot be read as a table. Save it as “CSV UTF-8”, or as XLSX."))


def _mostly_zero(some: bytes) -> bool:
    return some.count(0) * 2 > len(some)


# Characters that stand in no text.
_BINARY = set(map(chr, range(1, 9))) | {"\x0e", "\x0f", "\x1a"}


def _delimiter(text: str) -> str:
    """The one named by a line `sep=`, else the one that splits most of the first lines into the
    same number of cells.
    """
    start = text[:FIRST_CHARACTERS]
    first = start.lstrip().partition("\n")[0].strip("\r").strip('"')
    if first.lower().startswith("sep="):
        named = first[4:]
        return named if named and named in DELIMITERS else "\t"
    return max(DELIMITERS, key=lambda delimiter: _regular(start, delimiter))


def _regular(start: str, delimiter: str) -> tuple[int, int]:
    """How many rows have the number of cells that most of them have, where that is more than
    one.
    """
    widths: list[int] = []
    with suppress(csv.Error):
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        widths.extend(len(row) for row in islice(reader, FIRST_LINES))
    several = [(rows, cells) for cells, rows in Counter(widths).items() if cells > 1]
    return max(several, default=(0, 1))
