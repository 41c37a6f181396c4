"""A document for Word: letters, notes and reports, accessible as far as Word goes. Nothing in it is
ever fetched.

Headings have heading styles, a table repeats its header row, a picture has a text. Texts are put in
as they are: what looks like markup stays text.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sroi.documents.errors import DocumentError

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Calibri"
ACCENT, MUTED, RULE = "0B4A5B", "55636A", "D5DBDE"
# A table of at most so many rows stays on one page.
SHORT = 12
# A column of words is at most so many characters wide before its words go over more lines.
WIDEST = 30
# A picture is at most this many times as high as it would be wide: as in the PDF.
UPRIGHT = 1.25
# Own styles of paragraphs: size in points, and colour.
LOOKS = {"Lead": (14, None), "Small": (9, MUTED)}
# Of a letter, in cm: its margin at the top, where the window of an envelope begins and how high it
# is, and how wide and high a logo is at most.
LETTER_TOP, WINDOW_FROM_TOP, WINDOW_HEIGHT = 1.5, 5.0, 3.5
LOGO = (7.5, 2.2)
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# Characters that XML cannot hold.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Run:
    """Words of a paragraph that look the same."""

    text: str
    bold: bool = False
    italic: bool = False


class WordDocument:
    """Built up from top to bottom; `content` gives the file, the same bytes for the same calls."""

    def __init__(
        self,
        title: str,
        *,
        language: str = "nl-NL",
        made_at: datetime | None = None,
        accent: str = "",
        is_letter: bool = False,
    ) -> None:
        """`accent` is a colour of six digits; a letter begins with `letter_head` and puts its title
        where it stands in a letter.
        """
        # The library takes a while to import: only who makes a document waits for it.
        from docx import Document
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Cm, Pt, RGBColor

        if not title.strip():
            raise DocumentError("A document needs a title.")
        self._word: Any = Document()
        made = (made_at or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
        properties = self._word.core_properties
        properties.title, properties.language = _plain(title)[:255], language
        properties.author, properties.comments = "", ""
        properties.created = properties.modified = made
        properties.last_modified_by, properties.revision = "", 1
        page = self._word.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.5)
        if is_letter:
            page.top_margin = Cm(LETTER_TOP)
        self._width = page.page_width - page.left_margin - page.right_margin
        normal = self._word.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(11)
        _say_language(normal, language)
        for name in ("Title", "Subtitle", *(f"Heading {level}" for level in range(1, 4))):
            style = self._word.styles[name]
            style.font.name = FONT
            style.font.color.rgb = RGBColor.from_string(accent.upper() or ACCENT)
            _drop_theme_font(style)
        for name, (size, colour) in LOOKS.items():
            style = self._word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style, style.font.size = normal, Pt(size)
            if colour:
                style.font.color.rgb = RGBColor.from_string(colour)
        caption = self._word.styles["Caption"]
        caption.font.name, caption.font.size, caption.font.color.rgb = (
            FONT,
            Pt(10),
            RGBColor.from_string(ACCENT),
        )
        if is_letter:
            self._word.styles["Title"].font.size = Pt(15)
        else:
            self._word.add_heading(_plain(title), 0)

    def letter_head(
        self,
        sender: Sequence[str],
        addressee: Sequence[str],
        *,
        logo: bytes | None = None,
        logo_text: str = "",
    ) -> None:
        """Who writes, beside the logo, in as much room as leaves the addressee where the window of
        an envelope is.
        """
        from docx.enum.table import WD_ROW_HEIGHT_RULE
        from docx.shared import Cm, Pt

        head = self._word.add_table(rows=2, cols=2)
        head.autofit = False
        head.rows[0].height, head.rows[0].height_rule = (
            Cm(WINDOW_FROM_TOP - LETTER_TOP),
            WD_ROW_HEIGHT_RULE.EXACTLY,
        )
        head.rows[1].height, head.rows[1].height_rule = (
            Cm(WINDOW_HEIGHT),
            WD_ROW_HEIGHT_RULE.AT_LEAST,
        )
        left, right = head.rows[0].cells
        if logo:
            picture = left.paragraphs[0].add_run().add_picture(io.BytesIO(logo))
            least = min(Cm(LOGO[0]) / picture.width, Cm(LOGO[1]) / picture.height)
            picture.width, picture.height = int(picture.width * least), int(picture.height * least)
            picture._inline.docPr.set("descr", _plain(logo_text))
        else:
            left.paragraphs[0].add_run(_plain(logo_text)).bold = True
        right.paragraphs[0].style = "Small"
        right.paragraphs[0].add_run(_plain("\n".join(sender)))
        to = head.rows[1].cells[0].paragraphs[0]
        to.add_run(_plain("\n".join(addressee)))
        to.paragraph_format.space_after = Pt(0)

    def heading(self, text: str, level: int = 1) -> None:
        self._word.add_heading(_plain(text), level)

    def paragraph(self, text: str, *, bold: bool = False) -> None:
        """`text` with its line breaks."""
        self._word.add_paragraph().add_run(_plain(text)).bold = bold

    def runs(self, runs: Iterable[Run], style: str = "") -> None:
        self._write(self._word.add_paragraph(style=style or None), runs)

    def item(self, runs: Iterable[Run], *, ordered: bool = False, level: int = 1) -> None:
        """An item of a list, at most three levels deep."""
        kind, depth = "List Number" if ordered else "List Bullet", min(level, 3)
        self._write(self._word.add_paragraph(style=kind if depth == 1 else f"{kind} {depth}"), runs)

    def caption(self, text: str) -> None:
        self._word.add_paragraph(
            _plain(text), style="Caption"
        ).paragraph_format.keep_with_next = True

    def footer(self, text: str) -> None:
        """At the foot of every page, with the number of the page and of all pages."""
        paragraph = self._word.sections[0].footer.paragraphs[0]
        paragraph.add_run(f"{_plain(text)} · ")
        _field(paragraph, "PAGE")
        paragraph.add_run(" / ")
        _field(paragraph, "NUMPAGES")
        paragraph.style = "Small"

    def bullets(self, items: Iterable[str]) -> None:
        for item in items:
            self._word.add_paragraph(_plain(item), style="List Bullet")

    def table(
        self,
        caption: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        total: Sequence[str] | None = None,
        numeric: Collection[int] | None = None,
    ) -> None:
        """A table under its caption; `numeric` columns (all but the first where not given) stand to
        the right.
        """
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        lines = [*rows, *([total] if total else [])]
        right = set(range(1, len(header)) if numeric is None else numeric)
        if caption:
            self.caption(caption)
        table = self._word.add_table(rows=1 + len(lines), cols=len(header))
        table.autofit = False
        _rule(table, caption)
        widths = _widths([header, *lines], right)
        for i, share in enumerate(widths):
            table.columns[i].width = int(self._width * share)
        for i, line in enumerate((header, *lines)):
            row = table.rows[i]
            for j, cell in enumerate(row.cells):
                paragraph = cell.paragraphs[0]
                run = paragraph.add_run(_plain(line[j]))
                run.bold, run.font.size = i == 0 or (total is not None and i == len(lines)), Pt(9)
                paragraph.paragraph_format.space_after = Pt(2)
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.keep_with_next = len(lines) <= SHORT and i < len(lines)
                cell.width = int(self._width * widths[j])
                if j in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _mark(row, "w:cantSplit")
            if i == 0:
                _mark(row, "w:tblHeader")
                _underline(row)
        self._word.add_paragraph()

    def picture(self, image: bytes, text: str, *, share_of_width: float = 1.0) -> None:
        """A picture with the text that stands for it; one that stands upright is made narrower, so
        that it is no higher than `UPRIGHT` times that width.
        """
        if not text.strip():
            raise DocumentError("A picture needs a text that says what it shows.")
        shape = self._word.add_picture(io.BytesIO(image), width=int(self._width * share_of_width))
        highest = int(self._width * share_of_width * UPRIGHT)
        if shape.height > highest:
            shape.width, shape.height = int(shape.width * highest / shape.height), highest
        shape._inline.docPr.set("descr", _plain(text))

    def _write(self, paragraph: Any, runs: Iterable[Run]) -> None:
        for run in runs:
            made = paragraph.add_run(_plain(run.text))
            made.bold, made.italic = run.bold or None, run.italic or None

    @property
    def content(self) -> bytes:
        target = io.BytesIO()
        self._word.save(target)
        return _without_clock(target)


def _without_clock(made: io.BytesIO) -> bytes:
    """The same parts, each dated as the file format's first day."""
    target = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(
                zipfile.ZipInfo(part.filename, FIRST_DAY), old.read(part), zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def _plain(text: object) -> str:
    return UNWRITABLE.sub("", str(text))


def _say_language(style: Any, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    said = OxmlElement("w:lang")
    said.set(qn("w:val"), language)
    style.element.get_or_add_rPr().append(said)


def _drop_theme_font(style: Any) -> None:
    """A heading style names a font of the theme, which would win from the font that is set."""
    from docx.oxml.ns import qn

    fonts = style.element.rPr.rFonts
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)


def _field(paragraph: Any, code: str) -> None:
    """What Word counts itself: the number of a page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    run.text = "1"
    field.append(run)
    paragraph._p.append(field)


def _border(name: str, colour: str, size: int) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    border = OxmlElement(f"w:{name}")
    for key, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
        border.set(qn(f"w:{key}"), value)
    return border


def _widths(lines: Sequence[Sequence[str]], right: Collection[int]) -> list[float]:
    """The part of the page for each column: figures stay on one line, words share what is left."""
    sizes = []
    for j in range(len(lines[0])):
        cells = [str(line[j]) for line in lines]
        words = max((len(word) for word in cells[0].split(" ")), default=0)
        longest = max(map(len, cells[1:]), default=0)
        # The total is bold, and there is room between columns.
        sizes.append(max(words, longest * 1.1 if j in right else min(longest, WIDEST)) + 3)
    return [size / sum(sizes) for size in sizes]


def _rule(table: Any, caption: str) -> None:
    """Light rules between rows and none between columns; the caption also as the table's own
    title.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for name in ("bottom", "insideH"):
        borders.append(_border(name, RULE, 4))
    properties.find(qn("w:tblLook")).addprevious(borders)
    if caption:
        said = OxmlElement("w:tblCaption")
        said.set(qn("w:val"), _plain(caption))
        properties.append(said)


def _underline(row: Any) -> None:
    """The line under the header."""
    from docx.oxml import OxmlElement

    for cell in row.cells:
        borders = OxmlElement("w:tcBorders")
        borders.append(_border("bottom", ACCENT, 8))
        cell._tc.get_or_add_tcPr().append(borders)


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))
