"""A letter on paper: what stands on it from top to bottom, and the PDF and the Word file of it.

The address stands in the window of an envelope (DL with its window at the left, 5 cm from the top).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from contracts.letters.style import Look
from sroi.documents import WordDocument, render_pdf
from sroi.documents.tables import DocumentTable

LANGUAGE = "nl"
# Of a letter that waits for the worker.
FORMAT = 1


@dataclass(frozen=True)
class LetterPart:
    heading: str
    paragraphs: Sequence[str]
    table: DocumentTable | None = None


@dataclass(frozen=True)
class Letter:
    """What the letter says; each part is a heading with paragraphs and a table. The last paragraph
    of the closing is who signs.
    """

    title: str
    sender: str
    addressee: Sequence[str]
    reference: Sequence[tuple[str, str]]
    opening: Sequence[str]
    parts: Sequence[LetterPart]
    closing: Sequence[str] = field(default_factory=list)
    look: Look = field(default_factory=Look)

    @property
    def returned_to(self) -> str:
        """The line above the address, to which what cannot be delivered goes back."""
        return " · ".join(self.look.sender[:3]) or self.sender

    @property
    def foot(self) -> str:
        return "\n".join(self.look.footer)


# --- while it waits -------------------------------------------------------------------------------


def frozen(letter: Letter) -> dict[str, Any]:
    """As it is kept until it is made."""
    return {"format": FORMAT, **asdict(letter)}


def thawed(kept: Mapping[str, Any]) -> Letter:
    parts = [
        LetterPart(
            part["heading"], part["paragraphs"], part["table"] and DocumentTable(**part["table"])
        )
        for part in kept["parts"]
    ]
    look = Look(*(kept["look"][name] for name in ("colour", "sender", "footer")))
    names = ("title", "sender", "addressee", "reference", "opening", "closing")
    return Letter(**{name: kept[name] for name in names}, parts=parts, look=look)


# --- as files -------------------------------------------------------------------------------------


def embedded(logo: Any) -> str:
    """The picture inside a page or a document; empty where there is none."""
    return f"data:image/jpeg;base64,{base64.b64encode(bytes(logo)).decode()}" if logo else ""


def as_html(letter: Letter, logo: Any = None) -> str:
    with translation.override(LANGUAGE):
        return render_to_string("letters/letter.html", {"letter": letter, "logo": embedded(logo)})


def as_pdf(letter: Letter, made_at: datetime, logo: Any = None) -> bytes:
    html = as_html(letter, logo)
    return render_pdf(html, title=letter.title, language=LANGUAGE, made_at=made_at)


def as_docx(letter: Letter, made_at: datetime, logo: Any = None) -> bytes:
    word = WordDocument(
        letter.title, made_at=made_at, accent=letter.look.colour.removeprefix("#"), is_letter=True
    )
    word.letter_head(
        letter.look.sender or (letter.sender,),
        letter.addressee,
        logo=bytes(logo) if logo else None,
        logo_text=letter.sender,
    )
    word.paragraph("\n".join(f"{label}: {value}" for label, value in letter.reference))
    word.heading(letter.title, 0)
    for text in letter.opening:
        word.paragraph(text)
    for part in letter.parts:
        word.heading(part.heading)
        for text in part.paragraphs:
            word.paragraph(text)
        if part.table:
            table = part.table
            last = len(table.header) - 1
            word.table(
                table.caption, table.header, table.rows, total=table.total or None, numeric={last}
            )
    for text in letter.closing:
        word.paragraph(text)
    word.footer(" · ".join(letter.look.footer) or letter.title)
    return word.content
