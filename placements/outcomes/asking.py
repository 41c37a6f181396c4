"""When it is asked what became of a person: at the end of a placement, and 6 and 12 months after.

A day of the month that a later month lacks is its last one (`sroi.periods.add_months`). Of one
placement one thing is asked at a time: each question stands until the next one comes, the last one
as long; an earlier moment can still be answered afterwards. Source: DOMAIN.md section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contracts.models import BlockKind
from placements.models import Moment, PlacementOutcome
from sroi.periods import DAY, add_months

MONTHS_AFTER = {Moment.END: 0, Moment.AFTER_6: 6, Moment.AFTER_12: 12}
STANDS_FOR_MONTHS = 6


@dataclass(frozen=True)
class Question:
    """A moment that has come: on which day, and the answer; blank while there is none."""

    moment: Moment
    day: date
    answer: str = ""


def day_of(moment: Moment, last_day: date) -> date:
    return add_months(last_day, MONTHS_AFTER[moment])


def questions(last_day: date | None, answers: Mapping[str, str], today: date) -> list[Question]:
    """Every moment that has come, the earliest first."""
    if last_day is None:
        return []
    days = {moment: day_of(moment, last_day) for moment in MONTHS_AFTER}
    return [
        Question(moment, day, answers.get(moment, ""))
        for moment, day in days.items()
        if day <= today
    ]


def asked_now(last_day: date | None, answers: Mapping[str, str], today: date) -> Question | None:
    """What is asked of it on `today`."""
    for question in questions(last_day, answers, today):
        until = add_months(last_day or today, MONTHS_AFTER[question.moment] + STANDS_FOR_MONTHS)
        if today < until and not question.answer:
            return question
    return None


def last_days_between(moment: Moment, today: date) -> tuple[date, date]:
    """After which and until which last day a placement is asked on `today` about this moment."""
    months = MONTHS_AFTER[moment]
    return _latest(months + STANDS_FOR_MONTHS, today), latest_last_day(moment, today)


def latest_last_day(moment: Moment, day: date) -> date:
    """The latest last day of which this moment has come on `day`."""
    return _latest(MONTHS_AFTER[moment], day)


def _latest(months: int, today: date) -> date:
    """The latest day of which so many months after have come on `today`."""
    day = add_months(today, -months)
    while add_months(day + DAY, months) <= today:
        day += DAY
    return day


def to_ask(fulfilments: QuerySet[Any], today: date) -> QuerySet[Any]:
    """The accepted placements among these of which something is asked on `today`, those that ended
    first before: `asked_now`, asked of the database.
    """
    asked: Any = Q(pk__in=[])
    for moment in MONTHS_AFTER:
        after, until = last_days_between(moment, today)
        answers = PlacementOutcome.objects.filter(fulfilment=OuterRef("pk"), moment=moment)
        in_time = Q(accepted__end_date__gt=after, accepted__end_date__lte=until)
        asked |= in_time & ~Exists(answers)
    found = fulfilments.filter(asked, kind=BlockKind.PLACEMENT)
    return found.order_by("accepted__end_date", "pk")
