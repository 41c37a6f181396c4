"""When a contractor last reported something about a contract: what interim reports are counted from.

Heard of is: a fulfilment handed in, confirmed or accepted, word that there is nothing new, or a line about a month,
which is all that is known of history that was imported (as in the quality figures of the annual report).
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Max
from django.utils.timezone import localtime

from contracts.models import Contract, ContractEvent
from contracts.plans.plan import NO_NEWS
from placements.models import EventKind, FulfilmentEvent, FulfilmentLine
from sroi.periods import DAY, add_months

REPORTING = (EventKind.SUBMITTED, EventKind.CONFIRMED, EventKind.ACCEPTED)
CONTRACT = "fulfilment__versions__allocations__contract"


def last_heard(contracts: Iterable[Contract], today: date) -> dict[int, date]:
    """By contract id the last day, not after `today`; in two queries whatever the number of contracts."""
    ids = [contract.pk for contract in contracts]
    events = FulfilmentEvent.objects.filter(kind__in=REPORTING, **{f"{CONTRACT}__in": ids}).order_by()
    without_news = ContractEvent.objects.filter(what=NO_NEWS, contract__in=ids).order_by()
    lines = FulfilmentLine.objects.filter(contract__in=ids)
    reported = events.values_list(CONTRACT).annotate(last=Max("at"))
    found: dict[int, date] = {}
    for pk, at in reported.union(without_news.values_list("contract").annotate(last=Max("at")), all=True):
        day = min(localtime(at).date(), today)
        found[pk] = max(day, found.get(pk, day))
    for pk, month in lines.order_by().values_list("contract").annotate(last=Max("month")):
        until = min(add_months(month, 1) - DAY, today)
        found[pk] = max(until, found.get(pk, until))
    return found
