"""What the tables of the council notice are made of: figures as they are written, each with its value and its lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reporting.facts import AnnualFigures, Part
from sroi.money import ZERO, cumulative
from sroi.templatetags.formats import NOTHING, euro, euro2, number, percent

__all__ = ["NOTHING", "YEARS", "Figure", "Table", "column", "count", "rate", "shares", "with_total", "years_before"]

# As many years as stay readable under each other, and before this one beside it.
YEARS = 6
BEFORE = 2
SHORT = 15


class Figure(str):
    """A figure as it is written in a cell, with its value, and its name: the figure whose lines a reader can open."""

    value: Decimal | int | None
    name: str

    def __new__(cls, text: str, value: Decimal | int | None = None, name: str = "") -> "Figure":
        made = super().__new__(cls, text)
        made.value, made.name = value, name
        return made

    def opening(self, name: str) -> "Figure":
        return Figure(self, self.value, name)


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = True

    @property
    def figure(self) -> str:
        return getattr(self.text, "name", "")


@dataclass(frozen=True)
class Table:
    """A caption, a header, rows of which the first cell names the row, a total, and a word of explanation."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()
    note: str = ""
    # Columns of words, which start at the left.
    words: tuple[int, ...] = (0,)

    def cells(self, row: Sequence[str]) -> list[Cell]:
        return [Cell(text, i not in self.words) for i, text in enumerate(row)]

    @property
    def is_short(self) -> bool:
        """Better moved to the next page than broken over two."""
        return len(self.rows) <= SHORT

    @property
    def head(self) -> list[Cell]:
        return self.cells(self.header)

    @property
    def body(self) -> list[list[Cell]]:
        return [self.cells(row) for row in self.rows]

    @property
    def foot(self) -> list[Cell]:
        return self.cells(self.total)


def count(value: int, name: str = "") -> Figure:
    return Figure(number(value), value, name)


def rate(value: Decimal | int | None, name: str = "") -> Figure:
    return Figure(percent(value), value, name)


def column(amounts: Iterable[Decimal | None]) -> list[Figure]:
    """Amounts under each other: all with cents as soon as one has them."""
    amounts = list(amounts)
    write = euro if all(amount == amount.to_integral_value() for amount in amounts if amount is not None) else euro2
    return [Figure(write(amount), amount) for amount in amounts]


def with_total(amounts: Sequence[Decimal]) -> list[Figure]:
    return column([*amounts, sum(amounts, ZERO)])


def shares(parts: Iterable[Decimal], whole: Decimal) -> list[Figure]:
    """Each part as percent of the whole, rounded so that they add up, and the whole itself."""
    exact = [Fraction(part) * 100 / Fraction(whole) if whole else Fraction(0) for part in parts]
    return [*map(rate, cumulative(exact)), rate(100 if whole else 0)]


def years_before(own: AnnualFigures, most: int = BEFORE) -> list[Part]:
    """The years to set beside this one, oldest first."""
    return own.years[:-1][-most:]
