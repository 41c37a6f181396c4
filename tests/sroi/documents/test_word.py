"""Documents for Word: what is put in comes out, for a screen reader too, and what looks like markup
stays text.
"""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from docx import Document
from PIL import Image

from sroi.documents import DocumentError, WordDocument

PAYLOADS = (
    "<b>vet</b>",
    "{{ 7 * 7 }}",
    "=1+1",
    "\x00\x0b",
    "&amp;",
    "]]>",
    "\ud83d",
    "<w:fldSimple w:instr='DDE'/>",
)


def made() -> WordDocument:
    return WordDocument("Slotbrief", made_at=datetime(2025, 1, 1, tzinfo=UTC))


def read(document: WordDocument) -> Any:
    return Document(io.BytesIO(document.content))


def picture(width: int = 20, height: int = 10) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, "PNG")
    return target.getvalue()


def test_a_reader_finds_title_language_headings_and_tables() -> None:
    document = made()
    document.heading("Berekening")
    document.table(
        "Stand", ["Wat", "Bedrag"], [["Verplichting", "€ 50.000"]], total=["Nog open", "€ 15.000"]
    )
    document.picture(picture(), "Balk: 70% is ingevuld")
    word = read(document)
    assert (word.core_properties.title, word.core_properties.language) == ("Slotbrief", "nl-NL")
    assert "nl-NL" in word.styles["Normal"].element.xml
    styles = {p.style.name: p.text for p in word.paragraphs}
    assert (styles["Title"], styles["Heading 1"], styles["Caption"]) == (
        "Slotbrief",
        "Berekening",
        "Stand",
    )
    (table,) = word.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Wat", "Bedrag"],
        ["Verplichting", "€ 50.000"],
        ["Nog open", "€ 15.000"],
    ]
    assert [("w:tblHeader" in row._tr.xml) for row in table.rows] == [True, False, False]
    assert word.inline_shapes[0]._inline.docPr.get("descr") == "Balk: 70% is ingevuld"


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_what_looks_like_markup_stays_text(payload: str) -> None:
    document = made()
    document.paragraph(payload)
    document.bullets([payload])
    word = read(document)
    plain = "".join(c for c in payload if c not in "\x00\x0b\ud83d")
    assert [p.text for p in word.paragraphs[1:]] == [plain, plain]
    assert "<w:fldSimple" not in word.element.xml


def test_the_same_calls_give_the_same_bytes() -> None:
    assert made().content == made().content


@pytest.mark.parametrize(
    ("size", "high"), [((40, 20), 0.5), ((20, 25), 1.25), ((20, 40), 1.25), ((10, 100), 1.25)]
)
def test_a_picture_that_stands_upright_stays_within_the_page(
    size: tuple[int, int], high: float
) -> None:
    """As wide as its share of the page, or as high as a quarter more than that; never stretched."""
    document = made()
    document.picture(picture(*size), "Een boom", share_of_width=0.5)
    word = read(document)
    (shape,) = word.inline_shapes
    page = word.sections[0]
    across = (page.page_width - page.left_margin - page.right_margin) / 2
    assert shape.height / across == pytest.approx(high, rel=0.01)
    assert shape.width / shape.height == pytest.approx(size[0] / size[1], rel=0.01)


def test_a_title_and_a_text_for_a_picture_must_be_there() -> None:
    with pytest.raises(DocumentError):
        WordDocument(" ")
    with pytest.raises(DocumentError):
        made().picture(picture(), "")
