"""When a contractor last reported something about a contract: what interim reports are counted
from.

Heard of is: a fulfilment handed in, confirmed or accepted, word that there is nothing new, or a
line about a month until its last day (all that is known of history that was imported). A deadline,
the filter of the register and the quality figures of the annual report mean the same by it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.timezone import localtime

from contracts.models import Contract, ContractEvent, Happened
from contracts.owed.lines import Lines, active_in
from placements.models import EventKind, FulfilmentEvent, FulfilmentLine
from sroi.database import days
from sroi.database.together import ask
from sroi.periods import DAY, Period, add_months, month_of

REPORTING = (EventKind.SUBMITTED, EventKind.CONFIRMED, EventKind.ACCEPTED)
CONTRACT = "fulfilment__versions__allocations__contract"


def last_heard(contracts: Iterable[Contract], today: date) -> dict[int, date]:
    """By contract id the last day, not after `today`; in one query whatever the number of
    contracts.
    """
    ids = [contract.pk for contract in contracts]
    events = FulfilmentEvent.objects.filter(
        kind__in=REPORTING, **{f"{CONTRACT}__in": ids}
    ).order_by()
    without_news = ContractEvent.objects.filter(what=Happened.NO_NEWS, contract__in=ids).order_by()
    lines = FulfilmentLine.objects.filter(contract__in=ids).order_by()
    found: dict[int, date] = {}
    said, unsaid, booked = ask(
        [
            events.values_list(CONTRACT).annotate(last=Max("at")),
            without_news.values_list("contract").annotate(last=Max("at")),
            lines.values_list("contract").annotate(last=Max("month")),
        ]
    )
    for pk, at in (*said, *unsaid):
        day = min(localtime(at).date(), today)
        found[pk] = max(day, found.get(pk, day))
    for pk, month in booked:
        until = min(add_months(month, 1) - DAY, today)
        found[pk] = max(until, found.get(pk, until))
    return found


def silent(
    contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, months: int, day: date
) -> QuerySet[Any]:
    """Contracts that ran on `day`, and for `months` before it, of which nothing was heard in those
    months. One that came into the register in those months was not asked for so long.

    Of fulfilments only these versions and lines are looked at: those that the reader may see.
    """
    since = silent_since(months, day)
    # Each found once for all contracts: asked per contract, PostgreSQL walks the events over and
    # over.
    events = versions.filter(
        days.within("fulfilment__events__at", since, day),
        allocations__isnull=False,
        fulfilment__events__kind__in=REPORTING,
    )
    without_news = ContractEvent.objects.filter(
        days.within("at", since, day), what=Happened.NO_NEWS
    )
    # What is booked in a later year, since that of its month was closed, was not heard then.
    lines = done.filter(month__range=(month_of(since), day), booked__lte=day)
    unheard = (
        ~Q(pk__in=events.order_by().values("allocations__contract"))
        & ~Q(pk__in=without_news.order_by().values("contract"))
        & ~Q(pk__in=lines.order_by().values("contract"))
    )
    return asked_for_long(contracts, since, day).filter(unheard)


def silent_since(months: int, day: date) -> date:
    """The first of the days on which nothing was heard, where that is so for so many months."""
    return add_months(day, -months) + DAY


def asked_for_long(contracts: QuerySet[Any], since: date, day: date) -> QuerySet[Any]:
    """Those that ran on `day` and since before `since`, and were in the register all that time."""
    running = contracts.filter(active_in(Period(day, day)), start_date__lt=since)
    return running.exclude(Q(settled_on__lte=day) | days.within("created_at", since, day))
