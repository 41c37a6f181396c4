"""Reading an XLSX file without letting it take the machine's memory.

A file of a few kB can ask for all memory there is: by packing (a zip bomb), by one cell in the last
corner of the sheet (the reader makes room for all cells before it, and ends the process when it
cannot), or by one long text that many cells share. So the file is unpacked and weighed first, and
the reader gets only what was weighed.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sroi.exchange.sheets import Cell, ExchangeError
from sroi.files.size import MEGABYTE

# Cells of the rectangle around all cells, filled or not; and bytes of text once each cell has its
# own copy.
MAX_AREA = 8_000_000
MAX_SHARED_TEXT = 200_000_000

_TAG = rb"<(?:[^\s<>/:]+:)?"
_PLACE = re.compile(_TAG + rb"(?:row|c)(?=[\s/>])")
_NAMED_PLACE = re.compile(
    _TAG + rb'(?:row|c)\s+r="([A-Za-z]{0,3})([0-9]{1,7})"(?:\s+(?!r=)[\w:.\-]+="[^"<>]*")*\s*/?>'
)
_FORMULA_ERROR = re.compile(rb'(<c r="[A-Z]+[0-9]+"[^<>]*) t="e"')
_SHARED_TEXT = re.compile(_TAG + rb"si(?=[\s/>])")
_VALUE = re.compile(_TAG + rb"v(?=[\s>])[^<>]*>\s*([0-9]{1,7})(?![0-9])")


def workbook_rows(content: bytes, max_unpacked_bytes: int) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of the first visible sheet, numbered as the spreadsheet shows them."""
    parts = _unpacked(content, max_unpacked_bytes)
    for part in parts.values():
        if b"sheetData" in part:
            _check_area(part)
            _check_shared_text(part, parts)
    # Whatever the reader stumbles over, a panic of its Rust code included, is a damaged file.
    try:
        with CalamineWorkbook.from_filelike(_repacked(parts)) as workbook:
            yield from enumerate(_first_sheet(workbook).iter_rows(), start=1)
    except CalamineError as error:
        raise _unreadable() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise


def _unpacked(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """The XML inside, by name. Declared sizes are checked first; a part that is larger than
    declared is damage.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > max_bytes:
                raise ExchangeError(
                    _("The file is too large once unpacked: at most %(megabytes)s MB.")
                    % {"megabytes": max_bytes // MEGABYTE}
                )
            parts = {
                name: archive.read(name)
                for name in archive.namelist()
                if name.lower().endswith((".xml", ".rels"))
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        raise _unreadable() from error
    if "xl/workbook.xml" not in parts:
        raise _unreadable()
    return parts


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    """What was weighed, for the reader; a formula's error becomes a text (`#N/A`), as the reader
    would drop it.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, _FORMULA_ERROR.sub(rb'\1 t="str"', part))
    packed.seek(0)
    return packed


def _check_area(sheet: bytes) -> None:
    """Refuse a sheet that reaches too far, or that does not say plainly where its cells stand."""
    letters: set[bytes] = set()
    last_row = 0
    for piece in _pieces(sheet):
        places = _NAMED_PLACE.findall(piece)
        if len(places) != len(_PLACE.findall(piece)):
            raise ExchangeError(
                _(
                    "This XLSX is built in an unusual way. Open it in a spreadsheet program and"
                    " save it again."
                )
            )
        letters.update(column for column, _row in places)
        last_row = max([last_row, *map(int, {row for _column, row in places})])
    if last_row * max(map(_column_number, letters), default=0) > MAX_AREA:
        raise ExchangeError(
            _(
                "The sheet is too large: it reaches to row %(row)s. Remove everything outside the"
                " table."
            )
            % {"row": last_row}
        )


def _pieces(part: bytes, size: int = 1_000_000) -> Iterator[bytes]:
    """`part` in pieces that end before a tag, so that what is found in them never takes much
    memory.
    """
    start = 0
    while start < len(part):
        end = part.find(b"<", start + size)
        yield part[start : end if end > 0 else None]
        start = end if end > 0 else len(part)


def _column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27; nothing → 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_shared_text(sheet: bytes, parts: dict[str, bytes]) -> None:
    """Refuse a sheet whose cells together repeat too much text. A number in a cell may be counted
    as a text too.
    """
    lengths = [len(text) for part in parts.values() for text in _SHARED_TEXT.split(part)[1:]]
    used = 0
    for piece in _pieces(sheet) if lengths else ():
        used += sum(lengths[i] for i in map(int, _VALUE.findall(piece)) if i < len(lengths))
    if used > MAX_SHARED_TEXT:
        raise ExchangeError(_("The sheet holds too much text."))


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet:
    for position, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return workbook.get_sheet_by_index(position)
    raise ExchangeError(_("The file has no sheet with rows."))


def _unreadable() -> ExchangeError:
    return ExchangeError(_("This XLSX is damaged, protected by a password, or no XLSX at all."))
