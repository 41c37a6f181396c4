"""One of our own documents, as it is laid out for paper, as a document for Word: the same words,
figures and drawings.

It knows the parts that `css/document.css` names. A drawing becomes a picture with the text it has;
a link to a place in the document becomes its words. What people wrote is escaped in the document,
so it comes out as text.
"""

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

from sroi.documents.drawing import png_of
from sroi.documents.word import Run, WordDocument

DRAWING = re.compile(r"<svg\b.*?</svg>", re.S)
TITLE = re.compile(r"<title>(.*?)</title>", re.S)
HEADINGS = {"h2": 1, "h3": 2, "h4": 3}
BOLD, ITALIC = ("strong", "b", "th"), ("em", "i")
LOOKS = {"lead": "Lead", "small": "Small", "subtitle": "Subtitle"}
EMBEDDED = "data:image/jpeg;base64,"
# The part of the width of the page that a photo takes.
PHOTO = 0.45
BLOCKS = ("ul", "ol", "table", "figure", "dl", "p", "div")


def word_from(html: str, *, title: str, made_at: datetime | None = None) -> bytes:
    """The Word document of a whole HTML document; the same arguments give the same bytes."""
    # Both take a while to import.
    from lxml.html import document_fromstring

    drawings: list[str] = []

    def aside(match: re.Match[str]) -> str:
        # The parser of HTML would write the names of its attributes small.
        drawings.append(match[0])
        return f'<img data-drawing="{len(drawings) - 1}">'

    body = document_fromstring(DRAWING.sub(aside, html)).find("body")
    word = WordDocument(title, made_at=made_at)
    _Writer(word, drawings).inside(body)
    return word.content


class _Writer:
    def __init__(self, word: WordDocument, drawings: list[str]) -> None:
        self.word, self.drawings = word, drawings

    def inside(self, element: Any) -> None:
        for part in element:
            self.block(part)

    def block(self, element: Any) -> None:
        tag, look = element.tag, element.get("class") or ""
        if tag in HEADINGS:
            self.word.heading(_text(element), HEADINGS[tag])
        elif tag == "p" and "running-foot" in look:
            self.word.footer(_text(element))
        elif tag == "p":
            self.word.runs(_runs(element), style=_style(element))
        elif tag in ("ul", "ol"):
            if "key-figures" in look:
                self.key_figures(element)
            else:
                self.items(element)
        elif tag == "dl":
            self.terms(element)
        elif tag == "table":
            self.table(element)
        elif tag == "figure":
            self.figure(element)
        elif tag not in ("h1", "nav"):
            # The title stands on top already; Word makes its own contents.
            self.inside(element)

    def items(self, element: Any, level: int = 1) -> None:
        for item in element.findall("li"):
            self.word.item(_runs(item), ordered=element.tag == "ol", level=level)
            for inner in [part for part in item if part.tag in ("ul", "ol")]:
                self.items(inner, level + 1)

    def terms(self, element: Any) -> None:
        for term in element.iter("dt"):
            meaning = next(part for part in term.itersiblings() if part.tag == "dd")
            self.word.runs([Run(f"{_text(term)}: ", bold=True), *_runs(meaning)])

    def key_figures(self, element: Any) -> None:
        rows = [
            [_text(item.find(tag)) for tag in ("span", "strong", "small")]
            for item in element.findall("li")
        ]
        self.word.table("Kerncijfers", ("", "Uitkomst", "Doel of jaar ervoor"), rows, numeric=(1,))

    def table(self, element: Any) -> None:
        lines = {part: list(_rows(element, part)) for part in ("thead", "tbody", "tfoot")}
        header = lines["thead"][0]
        numeric = [i for i, cell in enumerate(header) if "num" in (cell.get("class") or "").split()]
        texts = {
            part: [[_text(cell) for cell in row] for row in rows] for part, rows in lines.items()
        }
        total = texts["tfoot"][0] if texts["tfoot"] else None
        self.word.table(
            _text(element.find("caption")),
            texts["thead"][0],
            texts["tbody"],
            total=total,
            numeric=numeric,
        )

    def figure(self, element: Any) -> None:
        if said := _text(element.find("figcaption")):
            self.word.caption(said)
        for image in element.iter("img"):
            if image.get("data-drawing") is None:
                self.photo(image)
                continue
            svg = self.drawings[int(image.get("data-drawing"))]
            title = TITLE.search(svg)
            self.word.picture(png_of(svg), unescape(title[1]) if title else "")

    def photo(self, image: Any) -> None:
        """One that stands in the document; any other is left out, as on paper."""
        address = image.get("src") or ""
        if address.startswith(EMBEDDED):
            content = base64.b64decode(address.removeprefix(EMBEDDED))
            self.word.picture(content, image.get("alt") or "", share_of_width=PHOTO)


def _rows(table: Any, part: str) -> Iterator[list[Any]]:
    for group in table.findall(part):
        for row in group.findall("tr"):
            yield [cell for cell in row if cell.tag in ("th", "td")]


def _style(element: Any) -> str:
    """How a paragraph looks; its own class or that of the block around it says so."""
    looks = f"{element.get('class') or ''} {element.getparent().get('class') or ''}".split()
    return next(
        (
            name
            for look, name in (("lead", "Lead"), ("small", "Small"), ("subtitle", "Subtitle"))
            if look in looks
        ),
        "",
    )


def _text(element: Any) -> str:
    return "" if element is None else re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip()


def _runs(element: Any) -> list[Run]:
    """The words of a block with what is bold and italic, without the blocks inside it."""
    found = list(_inline(element, bold=False, italic=False))
    runs = [Run(re.sub(r"[ \t\r\n]+", " ", run.text), run.bold, run.italic) for run in found]
    if runs:
        runs[0] = Run(runs[0].text.lstrip(" "), runs[0].bold, runs[0].italic)
        runs[-1] = Run(runs[-1].text.rstrip(" "), runs[-1].bold, runs[-1].italic)
    return [run for run in runs if run.text]


def _inline(element: Any, *, bold: bool, italic: bool) -> Iterator[Run]:
    if element.text:
        yield Run(element.text, bold, italic)
    for part in element:
        if part.tag == "p" or part.tag not in BLOCKS:
            yield from _inline(
                part, bold=bold or part.tag in BOLD, italic=italic or part.tag in ITALIC
            )
        if part.tail:
            yield Run(part.tail, bold, italic)
