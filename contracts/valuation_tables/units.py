"""What each unit of a building block means: one record per unit, read wherever a unit matters.

A unit counts by time (the months of a placement) or by what is claimed (hours, days, an amount).
Amounts are exact euro. Source: DOMAIN.md sections 5.1 to 5.3 and 5.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import BlockKind, Unit
from sroi.periods import Period, days_in_month

MONTHS_OF_YEAR = 12
DAYS_OF_WEEK = 7
# A school year runs from this month on.
FIRST_OF_SCHOOL_YEAR = 8


@dataclass(frozen=True)
class MonthPart:
    """A part of a month with the same hours: the days that count, the part of a month that they
    are, and the hours as a part of a full-time week.
    """

    month: date
    days: int
    of_month: Fraction
    hours_factor: Fraction

    @property
    def of_school_year(self) -> Fraction:
        """As a part of the school year in which the month lies, by its days; no month lies in
        two.
        """
        begun = self.month.year - (self.month.month < FIRST_OF_SCHOOL_YEAR)
        whole = date(begun + 1, FIRST_OF_SCHOOL_YEAR, 1) - date(begun, FIRST_OF_SCHOOL_YEAR, 1)
        return Fraction(self.days, whole.days)


# The months of a year without a leap day, full time.
A_YEAR = tuple(
    MonthPart(month, days_in_month(month), Fraction(1), Fraction(1))
    for month in Period.year(date.min.year + 1).months()
)

# The amount of the block, and the part of a month.
OfMonth = Callable[[Fraction, MonthPart], Fraction]
# The amount and the weight of the block (a fraction), the amount that is claimed and the quantity.
OfClaim = Callable[[Fraction, Fraction, Fraction, Fraction], Fraction]
Words = str | Promise
RESULT = _("Value of the block: %(result)s.")


@dataclass(frozen=True)
class UnitRecord:
    """How a unit counts, what a claim in it must say, and its words."""

    # As someone would tell it, as a step of a valuation, and as the sum of a claim.
    worth: Words
    step: Words
    computed: Words = RESULT
    # One of these: by time, or by what is claimed. Neither: once, whatever the time or the claim.
    of_month: OfMonth | None = None
    of_claim: OfClaim | None = None
    # Of one by time: by whole days, and not by the parts of a month that the table says.
    by_days: bool = False
    # What a claim must say, by the names of the exchange format.
    asks: tuple[str, ...] = ()
    # Whether the table names the amount, or the claim does.
    has_amount: bool = True

    @property
    def is_by_time(self) -> bool:
        return self.of_month is not None


UNITS: Mapping[str, UnitRecord] = {
    Unit.FULL_TIME_YEAR: UnitRecord(
        _("A full-time year counts for %(amount)s"),
        _("Block “%(block)s”: %(amount)s for a full-time year."),
        of_month=lambda amount, part: amount * part.hours_factor * part.of_month / MONTHS_OF_YEAR,
    ),
    Unit.YEAR: UnitRecord(
        _("A year counts for %(amount)s, whatever the hours"),
        _("Block “%(block)s”: %(amount)s per year, whatever the hours."),
        of_month=lambda amount, part: amount * part.of_month / MONTHS_OF_YEAR,
    ),
    Unit.MONTH: UnitRecord(
        _("A month counts for %(amount)s, whatever the hours"),
        _("Block “%(block)s”: %(amount)s per month, whatever the hours."),
        of_month=lambda amount, part: amount * part.of_month,
    ),
    Unit.WEEK: UnitRecord(
        _("A week counts for %(amount)s, whatever the hours"),
        _("Block “%(block)s”: %(amount)s per week of seven days, whatever the hours."),
        of_month=lambda amount, part: amount * part.days / DAYS_OF_WEEK,
        by_days=True,
    ),
    Unit.SCHOOL_YEAR: UnitRecord(
        _("A school year counts for %(amount)s, whatever the hours"),
        _(
            "Block “%(block)s”: %(amount)s per school year (1 August to 31 July), by its days,"
            " whatever the hours."
        ),
        of_month=lambda amount, part: amount * part.of_school_year,
        by_days=True,
    ),
    Unit.FIXED: UnitRecord(
        _("Counts once for %(amount)s"), _("Block “%(block)s”: %(amount)s, once.")
    ),
    Unit.INVOICE: UnitRecord(
        _("%(weight)s of the invoice counts, without VAT"),
        _("Block “%(block)s”: %(weight)s of the invoice, without VAT."),
        _("Invoice of %(amount)s without VAT: %(result)s."),
        of_claim=lambda amount, weight, claimed, quantity: claimed * weight,
        asks=("amount",),
        has_amount=False,
    ),
    Unit.HOUR: UnitRecord(
        _("An hour counts for %(amount)s"),
        _("Block “%(block)s”: %(amount)s per hour."),
        _("%(quantity)s hours × %(rate)s = %(result)s."),
        of_claim=lambda amount, weight, claimed, quantity: amount * quantity,
        asks=("quantity",),
    ),
    Unit.DAY: UnitRecord(
        _("What it cost counts, at most %(amount)s per day"),
        _("Block “%(block)s”: what was claimed, at most %(amount)s per day."),
        _("Claimed %(amount)s, at most %(quantity)s days × %(rate)s: %(result)s."),
        of_claim=lambda amount, weight, claimed, quantity: min(claimed, amount * quantity),
        asks=("quantity", "amount"),
    ),
    Unit.COST: UnitRecord(
        _("What it cost counts, without VAT"),
        _("Block “%(block)s”: the actual cost, without VAT."),
        _("Cost of %(amount)s: %(result)s."),
        of_claim=lambda amount, weight, claimed, quantity: claimed,
        asks=("amount",),
        has_amount=False,
    ),
    Unit.AGREEMENT: UnitRecord(
        _("What you agreed with the adviser counts"),
        _("Block “%(block)s”: an amount agreed with the adviser."),
        _("Agreed: %(result)s."),
        of_claim=lambda amount, weight, claimed, quantity: claimed,
        asks=("amount",),
        has_amount=False,
    ),
}


def unit_of(block: Any) -> UnitRecord:
    """Of a block; a unit that nobody knows is an error here, never worth the amount of its
    block.
    """
    return UNITS[block.unit]


def fitting_units(kind: str) -> list[str]:
    """The units in which a kind of block can be counted."""
    if kind == BlockKind.BONUS:
        return [unit for unit, record in UNITS.items() if not record.of_claim]
    return [
        unit
        for unit, record in UNITS.items()
        if kind == BlockKind.PLACEMENT or not record.is_by_time
    ]
