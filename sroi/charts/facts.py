"""What a chart shows, and what comes of it: the drawing, its text alternative and its figures as a
table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

Format = Callable[[Decimal], str]
ZERO = Decimal(0)


@dataclass(frozen=True)
class ChartTable:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    svg: SafeString
    alt: str
    table: ChartTable
    # The same for a phone, where there is one.
    small: SafeString | None = None


@dataclass(frozen=True)
class Result:
    """An indicator with its result and the goal set for it: from `low` to `high`, or `low`
    alone.
    """

    label: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    format: Format = str


@dataclass(frozen=True)
class Year:
    """A year with its value (None: not known) and its goal, if one was set."""

    label: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    current: bool = False


@dataclass(frozen=True)
class Bar:
    """A labelled amount: a bar, or a part of a bar."""

    label: str
    value: Decimal


@dataclass(frozen=True)
class Line:
    """Values per month from the first on; None ends the line (months to come)."""

    label: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True)
class GoalStep:
    """A year on the way: what was reached (`reached`), or what is aimed at, from `low` to
    `high`.
    """

    year: int
    low: Decimal
    high: Decimal | None = None
    reached: bool = False
