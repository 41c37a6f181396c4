"""Calendar arithmetic: months as their first day, whole days, no clock."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
# Parts of a year by their part of an address: first and last month.
PARTS_OF_YEAR = {
    "kwartaal-1": (1, 3),
    "kwartaal-2": (4, 6),
    "kwartaal-3": (7, 9),
    "kwartaal-4": (10, 12),
    "halfjaar-1": (1, 6),
    "halfjaar-2": (7, 12),
    "drie-kwartalen": (1, 9),
    "jaar": (1, 12),
}


def month_of(day: date) -> date:
    """The month of a day, written as its first day."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def over_since(today: date, months: int) -> date:
    """The last day from which so many months are over by `today`: of what happened by then, the
    term has passed.
    """
    back = add_months(today, -months)
    is_last = today.day == days_in_month(today)
    return back.replace(day=days_in_month(back)) if is_last else back


def days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def days_in_year(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def year_start(year: int) -> date:
    return date(year, 1, 1)


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`, both included; empty when `last` lies before `first`."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def part(cls, year: int, part: str) -> "Period":
        """A quarter, a half, or another of the `PARTS_OF_YEAR`."""
        first, last = (date(year, month, 1) for month in PARTS_OF_YEAR[part])
        return cls(first, last.replace(day=days_in_month(last)))

    def __bool__(self) -> bool:
        return self.first <= self.last

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __and__(self, other: "Period") -> "Period":
        return Period(max(self.first, other.first), min(self.last, other.last))

    @property
    def is_years(self) -> bool:
        """Whether it is made of whole years."""
        return (self.first, self.last) == (
            date(self.first.year, 1, 1),
            date(self.last.year, 12, 31),
        )

    @property
    def days(self) -> int:
        return max((self.last - self.first).days + 1, 0)

    def elapsed(self, day: date) -> Fraction:
        """The part that has passed at the end of `day`, between 0 and 1."""
        return Fraction((self & Period(self.first, day)).days, self.days)

    def months(self) -> Iterator[date]:
        """First day of each month that the period touches."""
        month = month_of(self.first)
        while self and month <= self.last:
            yield month
            month = add_months(month, 1)

    def in_month(self, month: date) -> "Period":
        """The part of the period inside the month that starts on `month`."""
        return self & Period(month, month.replace(day=days_in_month(month)))
