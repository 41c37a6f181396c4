"""What is known of a figure: one record, read by all that sums, shows, opens, aims at or exchanges
it.

The figures themselves stand in `reporting.figures.catalogue`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from contracts.owed.lines import Lines
from reporting.figures.kinds import Kind
from sroi.periods import Period


class Ledger(Enum):
    """Where a figure comes from: a ledger, or the register as it stands today."""

    OBLIGATION = "obligation"
    FULFILMENT = "fulfilment"
    REGISTER = "register"


class Place(Enum):
    """Where figures are shown. A test opens each place as each role and compares what stands
    there.
    """

    REPORT = "report"
    LINES = "lines"
    REGION = "region"
    REPORTS = "reports"
    PROGRESS = "progress"
    DATA = "data"
    WORKBOOK = "workbook"
    PLACEHOLDERS = "placeholders"


class Topic(Enum):
    """Under what a figure stands in the list of placeholders."""

    YEAR = "Cijfers van het jaar"
    TO_DATE = "Sinds het begin"
    COVERAGE = "Dekking en uitgangspunten"
    QUALITY = "Kwaliteit van de registratie"


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure: what it is called, what it is, and what of which lines it adds up.

    `of` is a column of the lines; or what is counted: contracts, or placements whose lines add up
    to more than nothing; or "rate", the obligation as percent of the value; or "open", what is owed
    less what was done. `lines` are those of a ledger that count, or the contracts of the register
    that do; `but_not` are those of them that do not after all, by what the other lines say that are
    summed. Without a ledger there is nothing to open.
    """

    # Key in data and files, and part of the address of its lines.
    name: str
    label: str | Promise
    kind: Kind
    ledger: Ledger | None = None
    of: str = ""
    lines: Callable[[Period], Q] | None = None
    but_not: Callable[[Period, Lines], Q] | None = field(default=None, kw_only=True)
    # Its name in texts that people write, and the topic it stands under there.
    placeholder: str = ""
    topic: Topic = Topic.YEAR
    # Where annual figures have its value, when not under its own name.
    at: str = ""
    # At the head of a column, where that is shorter.
    head: str | Promise = ""
    # Counted by what versions say now, so that a later one changes it.
    snapshot: bool = False
    # A region can set goals for it.
    goal: bool = False
    shown: frozenset[Place] = frozenset()

    @property
    def title(self) -> str:
        return str(self.label)

    @property
    def phrase(self) -> str:
        """As it is called within a sentence."""
        return self.title[:1].lower() + self.title[1:]

    @property
    def column(self) -> str:
        return str(self.head or self.label)

    @property
    def opens(self) -> bool:
        return self.ledger is not None

    @property
    def is_of_today(self) -> bool:
        """Counted as the register stands now."""
        return self.ledger is Ledger.REGISTER

    @property
    def moves_on(self) -> bool:
        """Of a final report not to be had any more: what stands behind it has changed since."""
        return self.is_of_today or self.snapshot

    def value(self, figures: Any) -> Any:
        """Its value in annual figures, or in those of a part; None where they do not have it."""
        if self.name in (named := getattr(figures, "values", {})):
            return named[self.name]
        for step in (self.at or self.name).split("."):
            figures = getattr(figures, step, None)
        return figures

    def lines_of(self, period: Period, obligation_lines: Lines, fulfilment_lines: Lines) -> Lines:
        """The lines that it sums, out of the lines its reader may see."""
        lines = obligation_lines if self.ledger is Ledger.OBLIGATION else fulfilment_lines
        return lines.filter(self.condition(period, lines))

    def condition(self, period: Period, among: Lines) -> Q:
        """Which lines, or contracts, of those `among` which it is asked count. Raises LookupError
        where the figure is not a matter of one condition.
        """
        if self.lines is None:
            raise LookupError(self.name)
        found = self.lines(period)
        return found & ~self.but_not(period, among) if self.but_not else found
