"""What should have been done by a day: along the agreed action plan, else as the policy spreads it:
in a straight line over the term, or by an equal part at the end of each contract year.

Amounts are exact euro (`Fraction`). No clock, no database. Source: DOMAIN.md section 4, `spread`,
and section 6, “expected by now”.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.models import Spread
from sroi.money import cumulative
from sroi.periods import DAY, Period, add_months

MONTHS_OF_YEAR = 12
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


def expected(
    obligation: Decimal, quarters: Quarters | None, term: Period, day: date, spread: str
) -> Fraction:
    if quarters is not None:
        return planned(quarters, term, day)
    if spread == Spread.CONTRACT_YEARS:
        years = contract_years(term)
        return Fraction(obligation) * sum(year.last <= day for year in years) / len(years)
    return straight(obligation, term, day)


def contract_years(term: Period) -> list[Period]:
    """The periods of twelve months that begin in the term; the last ends with it."""
    years: list[Period] = []
    while not years or years[-1].last < term.last:
        begin, end = (add_months(term.first, MONTHS_OF_YEAR * (len(years) + n)) for n in (0, 1))
        years.append(Period(begin, min(end - DAY, term.last)))
    return years


def minima(obligation: Decimal, term: Period) -> list[tuple[Period, Decimal]]:
    """The contract years, each with what is to be fulfilled in it at least: equal parts, rounded so
    that they add up.
    """
    years = contract_years(term)
    parts = cumulative(Fraction(obligation) / len(years) for _year in years)
    return list(zip(years, parts, strict=True))


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
