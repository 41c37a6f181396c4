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
from functools import partial
from itertools import islice

from django.utils.translation import gettext as _
from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sroi.exchange.opendocument import shown_percent
from sroi.exchange.sheets import Area, Cell, ExchangeError, Table, is_filled
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
# A cell with a number, and what of a style says that it is shown as a percentage.
_NUMBER_CELL = re.compile(
    rb"(?P<tag>" + _TAG + rb"c)(?P<what>(?:\s[^<>]*)?)(?<!/)>(?P<between><(?:[^\s<>/:]+:)?f[^<>]*"
    rb"(?:/>|>[^<>]*</(?:[^\s<>/:]+:)?f>))?(?P<open>" + _TAG + rb"v>)\s*(?P<value>[-+0-9.eE]+)"
)
_STYLE_OF, _TYPE_OF = re.compile(rb'\ss="([0-9]+)"'), re.compile(rb'\st="([a-zA-Z]+)"')
_FORMAT, _FORMAT_CODE = re.compile(_TAG + rb"numFmt\s[^<>]*>"), re.compile(rb'formatCode="([^"]*)"')
_FORMAT_ID = re.compile(rb'numFmtId="([0-9]+)"')
_FORMAT_TEXT = re.compile(rb"&quot;.*?&quot;|\\.|\[[^\]]*\]")
_CELL_STYLES = re.compile(_TAG + rb"cellXfs[\s>].*?</(?:[^\s<>/:]+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(_TAG + rb"xf\s[^<>]*>")
# `0%` and `0.00%`, which every spreadsheet has.
PERCENT_FORMATS = frozenset({b"9", b"10"})
_HIDDEN_ROW = re.compile(_TAG + rb'row(?=[^<>]*\shidden="(?:1|true)")[^<>]*>')
_ROW_OF = re.compile(rb'\sr="([0-9]+)"')
_CAREFUL = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_SHARED_TEXT = re.compile(_TAG + rb"si(?=[\s/>])")
_VALUE = re.compile(_TAG + rb"v(?=[\s>])[^<>]*>\s*([0-9]{1,7})(?![0-9])")


def workbook_tables(content: bytes, max_unpacked_bytes: int, max_rows: int) -> list[Table]:
    """The visible sheets, their rows numbered as the spreadsheet shows them; at most `max_rows` and
    one of each.
    """
    parts = _unpacked(content, max_unpacked_bytes)
    for part in parts.values():
        if b"sheetData" in part:
            _check_area(part)
            _check_shared_text(part, parts)
    # Whatever the reader stumbles over, a panic of its Rust code included, is a damaged file.
    try:
        with CalamineWorkbook.from_filelike(_repacked(parts)) as workbook:
            tables = []
            for sheet in _visible_sheets(workbook):
                hidden = _hidden_rows(sheet.name, parts)
                tables.append(Table(sheet.name, list(_filled(sheet, max_rows)), hidden))
                tables[-1].merge(_merged(sheet))
            return tables
    except CalamineError as error:
        raise _unreadable() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise


def _filled(sheet: CalamineSheet, max_rows: int) -> Iterator[tuple[int, list[Cell]]]:
    numbered = enumerate(sheet.iter_rows(), start=1)
    return islice((row for row in numbered if is_filled(row[1])), max_rows + 1)


def _merged(sheet: CalamineSheet) -> Iterator[Area]:
    """The areas of which a spreadsheet made one cell. Its rows begin at the first of the sheet, its
    columns at the first that is filled.
    """
    begin = sheet.start[1] if sheet.start else 0
    for (first, left), (last, right) in sheet.merged_cell_ranges or ():
        if left >= begin:
            yield first + 1, last + 1, left - begin, right - begin


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
    """What was weighed, for the reader; what it would drop becomes a text: a formula's error
    (`#N/A`), and that a number is shown as a percentage (`5%`).
    """
    percents = _percent_styles(parts.get("xl/styles.xml", b""))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            kept = _FORMULA_ERROR.sub(rb'\1 t="str"', part)
            if percents and b"sheetData" in part:
                kept = _NUMBER_CELL.sub(partial(_shown, percents), kept)
            archive.writestr(name, kept)
    packed.seek(0)
    return packed


def _percent_styles(styles: bytes) -> set[bytes]:
    """The numbers of the styles under which a number is shown as a percentage."""
    own = {
        found[1]
        for tag in _FORMAT.findall(styles)
        if (found := _FORMAT_ID.search(tag)) and _shows_percent(tag)
    }
    cells = _CELL_STYLES.search(styles)
    formats = [_FORMAT_ID.search(tag) for tag in _STYLE.findall(cells[0])] if cells else []
    return {
        str(number).encode()
        for number, found in enumerate(formats)
        if found and found[1] in own | PERCENT_FORMATS
    }


def _shows_percent(tag: bytes) -> bool:
    """Whether `%` stands in a format other than as a text: `0.0%`, not `0" %"`."""
    code = _FORMAT_CODE.search(tag)
    return bool(code) and b"%" in _FORMAT_TEXT.sub(b"", code[1] if code else b"")


def _shown(percents: set[bytes], cell: re.Match[bytes]) -> bytes:
    style, kind = _STYLE_OF.search(cell["what"]), _TYPE_OF.search(cell["what"])
    if not style or style[1] not in percents or (kind and kind[1] != b"n"):
        return cell[0]
    try:
        text = shown_percent(cell["value"].decode())
    except (ValueError, ArithmeticError):
        return cell[0]
    what = _TYPE_OF.sub(b"", cell["what"])
    return b'%s%s t="str">%s%s%s' % (
        cell["tag"],
        what,
        cell["between"] or b"",
        cell["open"],
        text.encode(),
    )


def _hidden_rows(name: str, parts: dict[str, bytes]) -> set[int]:
    """The numbers of the rows that a person does not see: hidden, or filtered away."""
    part = parts.get(_part_of(name, parts), b"")
    return {int(found[1]) for tag in _HIDDEN_ROW.findall(part) if (found := _ROW_OF.search(tag))}


def _part_of(name: str, parts: dict[str, bytes]) -> str:
    """Where in the file a sheet stands; an empty text where that cannot be told."""
    try:
        book = etree.fromstring(parts["xl/workbook.xml"], _CAREFUL)
        links = etree.fromstring(parts["xl/_rels/workbook.xml.rels"], _CAREFUL)
    except (KeyError, etree.XMLSyntaxError):
        return ""
    for sheet in book.iter("{*}sheet"):
        if sheet.get("name") == name:
            key = next((sheet.get(at) for at in sheet.attrib if str(at).endswith("}id")), None)
            for link in links.iter("{*}Relationship"):
                if link.get("Id") == key:
                    target = link.get("Target", "").removeprefix("/")
                    return target if target.startswith("xl/") else f"xl/{target}"
    return ""


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


def _visible_sheets(workbook: CalamineWorkbook) -> list[CalamineSheet]:
    found = [
        workbook.get_sheet_by_index(position)
        for position, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not found:
        raise ExchangeError(_("The file has no sheet with rows."))
    return found


def _unreadable() -> ExchangeError:
    return ExchangeError(_("This XLSX is damaged, protected by a password, or no XLSX at all."))
