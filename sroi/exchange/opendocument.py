"""Reading an ODS file (LibreOffice): its sheets, with what was computed and what is shown.

Nothing in it is followed: no entities, no network, no second file. A few bytes can say that a cell
is repeated a million times, so what is repeated is counted before it is made.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from sroi.exchange.sheets import Area, Cell, ExchangeError, Table
from sroi.files.size import MEGABYTE

TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# Filled cells of a sheet, with their repetitions.
MAX_CELLS = 8_000_000
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def document_tables(content: bytes, max_unpacked_bytes: int, max_rows: int) -> list[Table]:
    """The sheets of the file, at most `max_rows` and one of each."""
    try:
        part = _unpacked(content, max_unpacked_bytes)
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise _unreadable()
        return list(_tables(part, max_rows))
    except (etree.XMLSyntaxError, ValueError, InvalidOperation) as error:
        raise _unreadable() from error


def _unpacked(content: bytes, max_bytes: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo("content.xml").file_size > max_bytes:
                raise ExchangeError(
                    _("The file is too large once unpacked: at most %(megabytes)s MB.")
                    % {"megabytes": max_bytes // MEGABYTE}
                )
            return archive.read("content.xml")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise _unreadable() from error
    except (EOFError, KeyError, ValueError) as error:
        raise _unreadable() from error


def _tables(part: bytes, max_rows: int) -> Iterator[Table]:
    reader = etree.iterparse(
        io.BytesIO(part),
        events=("start", "end"),
        tag=(f"{_TABLE}table", f"{_TABLE}table-row"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    table, number, cells = Table(""), 1, 0
    merged: list[Area] = []
    for event, element in reader:
        if element.tag == f"{_TABLE}table":
            if event == "start":
                table, number, cells = Table(element.get(f"{_TABLE}name", "")), 1, 0
                merged = []
            else:
                table.merge(merged)
                yield table
                element.clear()
        elif event == "end":
            repeated = int(element.get(f"{_TABLE}number-rows-repeated", 1))
            row = _row(element)
            merged += _merged(element, number) if row else ()
            if row and len(table.rows) <= max_rows:
                repeated = min(repeated, max_rows + 1)
                cells += len(row) * repeated
                if cells > MAX_CELLS:
                    raise ExchangeError(_("The sheet holds too much text."))
                hidden = element.get(f"{_TABLE}visibility", "visible") != "visible"
                for at in range(number, number + repeated):
                    table.rows.append((at, list(row)))
                    if hidden:
                        table.hidden.add(at)
            number += repeated
            element.clear()


def _row(element: etree._Element) -> list[Cell]:
    """The cells of a row without the empty ones at its end, which are mostly repeated without
    end.
    """
    row: list[Cell] = []
    empty = 0
    for cell in element.iter(*_CELLS):
        repeated = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        value = "" if cell.tag == _CELLS[1] else _value(cell)
        if value == "":
            empty += repeated
            continue
        if len(row) + empty + repeated > 16_384:
            raise _unreadable()
        row += [""] * empty + [value] * repeated
        empty = 0
    return row


def _merged(element: etree._Element, number: int) -> Iterator[Area]:
    """The cells of a row that are one with others at their right or below them."""
    place = 0
    for cell in element.iter(*_CELLS):
        wide = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
        high = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
        if wide > 1 or high > 1:
            yield number, number + high - 1, place, place + wide - 1
        place += int(cell.get(f"{_TABLE}number-columns-repeated", 1))


def _value(cell: etree._Element) -> Cell:
    kind, value = cell.get(f"{_OFFICE}value-type", ""), cell.get(f"{_OFFICE}value", "")
    if kind in ("float", "currency") and value:
        return float(value)
    if kind == "percentage" and value:
        return shown_percent(value)
    if kind == "date":
        written = cell.get(f"{_OFFICE}date-value", "")
        found = datetime.fromisoformat(written)
        return found if "T" in written else date.fromisoformat(written)
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return "\n".join("".join(_pieces(line)) for line in cell.iterchildren(f"{_TEXT}p"))


def _pieces(line: etree._Element) -> Iterator[str]:
    """The text of a paragraph; several blanks and line ends are elements of their own."""
    yield line.text or ""
    for child in line:
        if child.tag == f"{_TEXT}s":
            yield " " * min(int(child.get(f"{_TEXT}c", 1)), 100)
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag == f"{_TEXT}tab":
            yield "\t"
        else:
            yield from _pieces(child)
        yield child.tail or ""


def shown_percent(value: str) -> str:
    """A cell that shows a percentage, as a person would type it: 0.05 → `5%`."""
    exact = Decimal(format(float(value) * 100, ".13g"))
    return f"{exact.normalize():f}%"


def _unreadable() -> ExchangeError:
    return ExchangeError(_("This ODS is damaged, protected by a password, or no ODS at all."))
