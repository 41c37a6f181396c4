"""Writing CSV and XLSX that spreadsheets show as meant and that our own import reads back.

Cells are typed: text, `Decimal`, `int`, `bool` (as ja and nee), `date`, `datetime` (in local time),
or None for an empty cell. A float is refused. CSV: `;`, UTF-8 with BOM, amounts as 1234567.89,
dates as 2024-12-31. Source: DOMAIN.md section 10.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice, zip_longest
from types import SimpleNamespace
from typing import IO, Any, Protocol

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sroi.exchange.protection import protect
from sroi.exchange.sheets import ExchangeError

_BOTH = "\r\n"
BYTE_ORDER_MARK = "\ufeff"
ROWS_PER_CHUNK = 500
LAST_XLSX_ROW = 1_048_575
LONGEST_XLSX_TEXT = 32_767
MOST_XLSX_DIGITS = 15
LONGEST_SHEET_NAME = 31
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TEXTS = (str, Promise)
Cells = Sequence[Any]


class TextStream(Protocol):
    def write(self, text: str, /) -> Any: ...


class Percent(Decimal):
    """So many percent: 3 is shown as 3,00% in a spreadsheet, which reckons with 0.03."""


@dataclass(frozen=True)
class ExportTable:
    """One sheet of a workbook. The title is cut and cleaned to what a sheet's name may be. With a
    total, the last row adds up the others: it stays below them when they are sorted or filtered.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Cells]
    has_total: bool = False
    # What can be chosen in the cells of a column, by its place: words, each with its code.
    choices: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)


def csv_chunks(header: Sequence[str], rows: Iterable[Cells]) -> Iterator[str]:
    """The CSV in pieces of some hundred rows, for a streamed response; encode them as UTF-8."""
    yield BYTE_ORDER_MARK + _csv_text([header])
    rows = iter(rows)
    while chunk := _csv_text(islice(rows, ROWS_PER_CHUNK)):
        yield chunk


def write_csv(stream: TextStream, header: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write the CSV to a text stream (opened with encoding UTF-8 and `newline=""`), holding few
    rows in memory.
    """
    for chunk in csv_chunks(header, rows):
        stream.write(chunk)


def write_xlsx(
    target: str | os.PathLike[str] | IO[bytes], tables: Iterable[ExportTable], title: str = ""
) -> None:
    """Write a workbook with a sheet per table; rows go to disk one by one, so memory stays flat.

    A text is always a text, never a formula, link or number. One longer than a cell can hold is cut
    and ends in `…`; a number with more digits than a spreadsheet keeps (15) is written as text.
    """
    import xlsxwriter  # by who writes one: it takes as long to load as a page does

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**options, "strings_to_numbers": False}) as workbook:
        workbook.set_properties({"title": str(title)})
        formats = {
            "header": workbook.add_format({"bold": True, "bottom": 1}),
            "amount": workbook.add_format({"num_format": "#,##0.00"}),
            "percent": workbook.add_format({"num_format": "0.00%"}),
            "day": workbook.add_format({"num_format": "dd-mm-yyyy"}),
            "moment": workbook.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
        }
        taken: set[str] = set()
        for table in tables:
            sheet = workbook.add_worksheet(_sheet_name(table.title, taken))
            _write_table(sheet, table, formats)
            if table.choices:
                listed = workbook.add_worksheet(_sheet_name(_("Choices"), taken))
                _offer(sheet, table, listed, formats)


def csv_text(rows: Iterable[Iterable[str]], *, delimiter: str, end: str) -> str:
    """Rows of texts as CSV: the one place where it is written.

    Python quotes only what stands in the end of a line, and readers take a carriage return for one:
    so every line is written with both, whatever it then ends with.
    """
    lines: list[str] = []
    sink = SimpleNamespace(write=lines.append)
    csv.writer(sink, delimiter=delimiter, lineterminator=_BOTH).writerows(rows)
    return "".join(line.removesuffix(_BOTH) + end for line in lines)


def _csv_text(rows: Iterable[Cells]) -> str:
    return csv_text((map(_csv_cell, row) for row in rows), delimiter=";", end=_BOTH)


def _csv_cell(value: Any) -> str:
    if isinstance(value, TEXTS):
        return protect(str(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, Percent):
        return f"{format(value or abs(value), 'f')}%"
    if isinstance(value, Decimal):
        return format(value or abs(value), "f")
    if isinstance(value, datetime):
        return _local(value).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(int(value))
    raise TypeError(f"{type(value).__name__} is no type of cell")


def _write_table(sheet: Any, table: ExportTable, formats: dict[str, Any]) -> None:
    for position, name in enumerate(table.header):
        sheet.write_string(0, position, str(name), formats["header"])
        sheet.set_column(position, position, min(max(len(str(name)) + 4, 12), 40))
    last = 0
    for last, row in enumerate(table.rows, start=1):
        if last > LAST_XLSX_ROW:
            raise ExchangeError(
                _("There are too many rows for a spreadsheet. Use CSV, or a filter.")
            )
        for position, value in enumerate(row):
            _write_cell(sheet, last, position, value, formats)
    sheet.freeze_panes(1, 0)
    if table.header:
        sheet.autofilter(0, 0, last - table.has_total, len(table.header) - 1)


def _offer(sheet: Any, table: ExportTable, listed: Any, formats: dict[str, Any]) -> None:
    """Lists to choose from in the cells of a table, kept with their codes on a sheet of their own;
    something else can be written after a warning, such as several with their shares.
    """
    from xlsxwriter.utility import quote_sheetname, xl_col_to_name

    lists: list[list[str]] = []
    for place, pairs in table.choices.items():
        words = [str(word) for word, _code in pairs]
        column = xl_col_to_name(len(lists), col_abs=True)
        source = f"={quote_sheetname(listed.get_name())}!{column}$2:{column}${len(words) + 1}"
        rule = {"validate": "list", "source": source, "error_type": "information"}
        rule["error_message"] = _("Choose one of the list, or write several as it is explained.")
        sheet.data_validation(1, place, LAST_XLSX_ROW, place, rule)
        lists.append([table.header[place], *words])
        if any(code for _word, code in pairs):
            lists.append([_("Code"), *(code for _word, code in pairs)])
    header, *rows = zip_longest(*lists, fillvalue="")
    _write_table(listed, ExportTable("", header, rows), formats)


def _write_cell(sheet: Any, row: int, position: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, position, _local(value), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, position, value, formats["day"])
    elif isinstance(value, Percent):
        sheet.write_number(row, position, (value or abs(value)) / 100, formats["percent"])
    elif (
        isinstance(value, (Decimal, int))
        and not isinstance(value, bool)
        and _fits_a_number_cell(value)
    ):
        has_cents = isinstance(value, Decimal) and value.as_tuple().exponent == -2
        sheet.write_number(
            row, position, value or abs(value), formats["amount"] if has_cents else None
        )
    elif isinstance(value, TEXTS):
        sheet.write_string(row, position, _cut(str(value)))
    else:
        sheet.write_string(row, position, _csv_cell(value))


def _fits_a_number_cell(value: Decimal | int) -> bool:
    return len(Decimal(value).normalize().as_tuple().digits) <= MOST_XLSX_DIGITS


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_XLSX_TEXT else text[: LONGEST_XLSX_TEXT - 1] + "…"


def _yes_no(value: bool) -> str:
    """As the import reads it, in every language."""
    return "ja" if value else "nee"


def _local(moment: datetime) -> datetime:
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def _sheet_name(title: str, taken: set[str]) -> str:
    """`title` as a sheet may be called: at most 31 characters, none of `[]:*?/\\`, and unlike its
    neighbours.
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", str(title)).strip(" '") or "1"
    name, count = clean[:LONGEST_SHEET_NAME].strip(" '"), 1
    while name.lower() in taken or name.lower() == "history":
        count += 1
        name = f"{clean[: LONGEST_SHEET_NAME - 4].strip()} {count}"
    taken.add(name.lower())
    return name
