"""Moments in the database, asked of by day: by when the day begins and ends here, which an index
answers. To ask for the date of a moment has it worked out of every row.
"""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.db.models.functions import ExtractYear, TruncYear
from django.utils.timezone import make_aware

from sroi.periods import DAY

# Beyond it there is no moment in every zone.
LAST_DAY = date.max - DAY


def begin_of(day: date) -> datetime:
    """The moment at which this day begins, in the zone of the site."""
    return make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    """The first moment that no longer belongs to this day."""
    return begin_of(min(day, LAST_DAY - DAY) + DAY)


def by(field: str, day: date) -> Q:
    """On this day or before it."""
    return Q(**{f"{field}__lt": end_of(day)})


def after(field: str, day: date) -> Q:
    return Q(**{f"{field}__gte": end_of(day)})


def within(field: str, first: date, last: date) -> Q:
    """On one of these days, both included."""
    return Q(**{f"{field}__gte": begin_of(first), f"{field}__lt": end_of(last)})


class YearOf(ExtractYear):
    """The year of a day, of many rows at once: SQLite keeps a day as text, of which Django would
    have Python read every one.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"CAST(SUBSTR({sql}, 1, 4) AS INTEGER)", params


class YearStart(TruncYear):
    """The first day of the year of a day; for SQLite as above."""

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        sql, params = compiler.compile(self.lhs)
        return f"SUBSTR({sql}, 1, 4) || '-01-01'", params
