"""A table in a document: a caption, a header, rows, and which of its columns are words."""

from collections.abc import Sequence
from dataclasses import dataclass

# So many rows are better moved to the next page than broken over two, unless sentences make them
# tall.
SHORT, SENTENCE = 12, 60


@dataclass(frozen=True)
class DocumentCell:
    text: str
    is_number: bool = True

    @property
    def figure(self) -> str:
        return getattr(self.text, "name", "")


@dataclass(frozen=True)
class DocumentTable:
    """A caption, a header, rows of which the first cell names the row, a total, and a word of
    explanation.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()
    note: str = ""
    # Columns of words, which start at the left.
    words: tuple[int, ...] = (0,)
    # What the columns after the first, and the rows with the total as the last, are called in data:
    # names of their own, so that rewording a heading changes nothing that a program reads.
    fields: Sequence[str] = ()
    names: Sequence[str] = ()
    # Rows that add up those above them, by their place.
    sums: Sequence[int] = ()

    def cells(self, row: Sequence[str]) -> list[DocumentCell]:
        return [DocumentCell(text, i not in self.words) for i, text in enumerate(row)]

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Each row with its header beside every cell, for a page on which a row is a card."""
        return [list(zip(self.header, row, strict=True)) for row in self.rows]

    @property
    def is_short(self) -> bool:
        """Better moved to the next page than broken over two."""
        tall = any(len(cell) > SENTENCE for row in self.rows for cell in row)
        return len(self.rows) <= SHORT and not tall

    @property
    def head(self) -> list[DocumentCell]:
        return self.cells(self.header)

    @property
    def body(self) -> list[tuple[list[DocumentCell], bool]]:
        """Each row with whether it adds up those above it."""
        return [(self.cells(row), place in self.sums) for place, row in enumerate(self.rows)]

    @property
    def foot(self) -> list[DocumentCell]:
        return self.cells(self.total)
