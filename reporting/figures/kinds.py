"""What a figure is: a count, an amount, a percentage or full-time years, and how each is written.

In sentences, tables and charts alike; in the active language (`sroi.templatetags.formats`).
"""

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from sroi.money import rounded
from sroi.templatetags.formats import euro, number, percent

MILLION = 1_000_000
# In a sentence so many millions are said as they are: € 1,1 miljoen, not € 1,12 miljoen.
ROUND = 100_000

# Also as text, as what was frozen has it.
Value = Decimal | int | str | None


class Hidden(str):
    """A count that is not published, as the words that stand in its place; Dutch, as the notice
    is.
    """

    @classmethod
    def fewer(cls, below: int) -> "Hidden":
        """It is too small itself."""
        return cls(f"minder dan {below}")

    @classmethod
    def or_more(cls, least: int) -> "Hidden":
        """A small one would follow from it, or from knowing whether it is small."""
        return cls(f"{least} of meer")


# As a council counts: how many, or what is published instead.
Count = int | Hidden


class Kind(Enum):
    COUNT = "count"
    EURO = "euro"
    PERCENT = "percent"
    FTE = "fte"

    def written(self, value: Value) -> str:
        """As it stands in a table: `104`, `€ 5.000.000`, `2,5%`."""
        if isinstance(value, Hidden):
            return str(value)
        if self is Kind.EURO:
            return euro(value)
        return percent(value) if self is Kind.PERCENT else number(value)

    def said(self, value: Value) -> str:
        """As it stands in a sentence: `104`, `€ 1.899.527` in whole euros, `2,5%`."""
        if self is not Kind.EURO or value is None or isinstance(value, Hidden):
            return self.written(value)
        return euro(rounded(Decimal(value), 0))

    def rough(self, value: Decimal) -> str:
        """A goal as it stands in a sentence: `50`, `€ 5 miljoen`, `€ 750.000`."""
        if self is Kind.EURO and value >= MILLION and not value % ROUND:
            return _("€\u00a0%(number)s million") % {"number": number(value / MILLION)}
        return self.written(value)

    def short(self, value: Decimal | Count) -> str:
        """Set large, or in a chart with little room: `104`, `€ 1,12 mln`, `€ 750.000`."""
        if self is not Kind.EURO or isinstance(value, Hidden):
            return self.written(value)
        if -MILLION < value < MILLION:
            return euro(rounded(value, 0))
        return _("€\u00a0%(number)s\u00a0mln") % {"number": number(Decimal(value) / MILLION)}

    def limits(
        self, low: Decimal, high: Decimal | None, write: Callable[[Any], str] | None = None
    ) -> str:
        """A goal: `50`, or `80 tot 100` where it is a range; as in a sentence, or as `write`
        does.
        """
        write = write or self.rough
        if high is None or high == low:
            return write(low)
        return _("%(low)s to %(high)s") % {"low": write(low), "high": write(high)}
