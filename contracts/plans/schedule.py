"""What should have been done by a day: along the agreed action plan, else in a straight line over
the term.

Amounts are exact euro (`Fraction`). No clock, no database. Source: DOMAIN.md section 6, “expected
by now”.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sroi.periods import DAY, Period, add_months

Quarters = Mapping[date, Decimal]


def straight(obligation: Decimal, term: Period, day: date) -> Fraction:
    """The obligation × the elapsed share of the term, at the end of `day`."""
    return Fraction(obligation) * term.elapsed(day)


def planned(quarters: Quarters, term: Period, day: date) -> Fraction:
    """What the plan has for the quarters that passed, and of the running one the elapsed part.

    Of a quarter in which the term begins or ends, only the days of the term count. `quarters` are
    amounts by the first day of the quarter.
    """
    return sum(
        (Fraction(amount) * _days(first, term).elapsed(day) for first, amount in quarters.items()),
        Fraction(0),
    )


def expected(obligation: Decimal, quarters: Quarters | None, term: Period, day: date) -> Fraction:
    return straight(obligation, term, day) if quarters is None else planned(quarters, term, day)


def quarters_of(period: Period) -> list[date]:
    """The first days of the quarters that a period touches."""
    return [
        month
        for month in Period(quarter_of(period.first), period.last).months()
        if month.month % 3 == 1
    ]


def quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _days(first: date, term: Period) -> Period:
    quarter = Period(first, add_months(first, 3) - DAY)
    return quarter & term or quarter
