"""What the tables of the council notice are made of: figures as they are written, each with its value and its lines."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from reporting.figures.facts import AnnualFigures, PartFigures
from sroi.money import ZERO, cumulative
from sroi.templatetags.formats import euro, euro2, number, percent

# As many years as stay readable under each other, and before this one beside it.
YEARS = 6
BEFORE = 2


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


def years_before(own: AnnualFigures, most: int = BEFORE) -> list[PartFigures]:
    """The years to set beside this one, oldest first."""
    return own.years[:-1][-most:]
