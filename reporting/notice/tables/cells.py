"""What the tables of the council notice are made of: figures as they are written, each with its
value and its lines.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reporting.figures.exchange import NONE
from reporting.figures.facts import AnnualFigures, PartFigures
from reporting.figures.kinds import Count, Hidden, Kind
from reporting.figures.records import Figure
from sroi.documents.tables import DocumentTable
from sroi.money import ZERO, cumulative
from sroi.templatetags.formats import NOTHING, euro, euro2, number, percent

# As many years as stay readable under each other, and before this one beside it.
YEARS = 6
BEFORE = 2


class Cell(str):
    """A figure as it is written in a cell, with its value, and its name: the figure whose lines a
    reader can open.
    """

    value: Decimal | int | None
    name: str
    # Of a goal that is one number: in data it stands in words, in a spreadsheet as the number.
    aim: Decimal | int | None = None

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


def aim(figure: Figure, low: Decimal, high: Decimal | None) -> Cell:
    """A goal: a number, or the words of a range."""
    found = Cell(figure.kind.limits(low, high, figure.kind.written))
    if high in (None, low):
        found.aim = int(low) if figure.kind is Kind.COUNT and low == int(low) else low
    return found


def dashed(cell: str) -> str:
    """Nothing is a dash, that keeps its value: in data it is 0."""
    value = getattr(cell, "value", None)
    return cell if value else Cell(NOTHING, value)


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


# An amount or a percentage as it is written, its decimals apart.
WRITTEN = re.compile(
    r"(?:(?P<euro>€\u00a0)(?=[^%]*$)|(?=[^%]*%$))(?P<whole>−?[\d.]+)(?:,(?P<rest>\d+))?(?P<sign>%?)"
)


def evened(table: DocumentTable) -> DocumentTable:
    """The same, with as many decimals for every amount of a column, and for every percentage."""
    lines = [*table.rows, *([table.total] if table.total else [])]
    columns = [_even([line[i] for line in lines]) for i in range(len(table.header))]
    rows = [tuple(column[i] for column in columns) for i in range(len(lines))]
    total = rows.pop() if table.total else ()
    return replace(table, rows=rows, total=total)


def _even(cells: Sequence[str]) -> list[str]:
    found = [WRITTEN.fullmatch(cell) for cell in cells]
    most = {
        sign: max((len(m["rest"] or "") for m in found if m and m["sign"] == sign), default=0)
        for sign in ("", "%")
    }
    return [
        _padded(cell, match, most[match["sign"]]) if match else cell
        for cell, match in zip(cells, found, strict=True)
    ]


def _padded(cell: str, match: re.Match[str], most: int) -> str:
    if len(match["rest"] or "") == most:
        return cell
    rest = (match["rest"] or "").ljust(most, "0")
    text = f"{match['euro'] or ''}{match['whole']},{rest}{match['sign']}"
    found = Cell(text, getattr(cell, "value", None), getattr(cell, "name", ""))
    found.aim = getattr(cell, "aim", None)
    return found


# In data: the row that adds up the others; no code begins like that.
TOTAL = "_total"


def named(codes: Iterable[str], total: bool = True) -> list[str]:
    """What the rows of a table are called in data, by their codes."""
    return [*(code or NONE for code in codes), *([TOTAL] if total else [])]
