"""What the tables of the council notice are made of: figures as they are written, each with its
value and its lines.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from reporting.figures.facts import AnnualFigures, PartFigures
from reporting.figures.kinds import Count, Hidden
from sroi.money import ZERO, cumulative
from sroi.templatetags.formats import euro, euro2, number, percent

# As many years as stay readable under each other, and before this one beside it.
YEARS = 6
BEFORE = 2


class Cell(str):
    """A figure as it is written in a cell, with its value, and its name: the figure whose lines a
    reader can open.
    """

    value: Decimal | int | None
    name: str

    def __new__(cls, text: str, value: Decimal | int | None = None, name: str = "") -> "Cell":
        made = super().__new__(cls, text)
        made.value, made.name = value, name
        return made

    def opening(self, name: str) -> "Cell":
        return Cell(self, self.value, name)


def count(value: Count, name: str = "") -> Cell:
    """How many; of what is hidden the words, which are no value."""
    return (
        Cell(value, None, name) if isinstance(value, Hidden) else Cell(number(value), value, name)
    )


def rate(value: Decimal | int | None, name: str = "") -> Cell:
    return Cell(percent(value), value, name)


def column(amounts: Iterable[Decimal | None]) -> list[Cell]:
    """Amounts under each other: all with cents as soon as one has them."""
    amounts = list(amounts)
    write = (
        euro
        if all(amount == amount.to_integral_value() for amount in amounts if amount is not None)
        else euro2
    )
    return [Cell(write(amount), amount) for amount in amounts]


def with_total(amounts: Sequence[Decimal]) -> list[Cell]:
    return column([*amounts, sum(amounts, ZERO)])


def shares(parts: Iterable[Decimal], whole: Decimal) -> list[Cell]:
    """Each part as percent of the whole, rounded so that they add up, and the whole itself."""
    exact = [Fraction(part) * 100 / Fraction(whole) if whole else Fraction(0) for part in parts]
    return [*map(rate, cumulative(exact)), rate(100 if whole else 0)]


def years_before(own: AnnualFigures, most: int = BEFORE) -> list[PartFigures]:
    """The years to set beside this one, oldest first."""
    return own.years[:-1][-most:]


# In data: the row that adds up the others, and what has no code; no code begins like that.
TOTAL, NONE = "_total", "_none"


def named(codes: Iterable[str], total: bool = True) -> list[str]:
    """What the rows of a table are called in data, by their codes."""
    return [*(code or NONE for code in codes), *([TOTAL] if total else [])]
