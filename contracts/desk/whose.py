"""Whose work one does: one's own, and that of the colleagues for whom one stands in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contracts.models import CalendarFeed, Contract, PutOff, StandIn
from sroi.access import Access, May, visible

# Who has days of their own to put in a calendar.
HAS_DAYS = (May.ADVISE, May.FULFIL, May.BROKER, May.OFFER)


def stood_in_for(user: Any, today: date) -> Mapping[int, StandIn]:
    """By the id of a colleague who is away now that this person does their work."""
    rows = StandIn.objects.filter(by=user, first_day__lte=today, last_day__gte=today)
    return {row.absent_id: row for row in rows.select_related("absent", "region")}


def is_work_of(user: Any, absent: Mapping[int, StandIn], prefix: str = "") -> Q:
    """Of contracts (reached by `prefix`): those on which this person advises or nobody does, and
    in the region of each colleague who is away those of that colleague.
    """
    found = Q(**{f"{prefix}adviser": user}) | Q(**{f"{prefix}adviser": None})
    for row in absent.values():
        found |= Q(**{f"{prefix}adviser": row.absent_id, f"{prefix}region": row.region_id})
    return found


def not_put_off(user: Any, today: date) -> Q:
    """Of contracts: those that this person did not put off to a day that is still to come."""
    later = PutOff.objects.filter(user=user, contract=OuterRef("pk"), until__gt=today)
    return ~Q(Exists(later))


def put_off_by(access: Access, today: date) -> QuerySet[PutOff]:
    """What does not stand on this person's list yet, what comes back first before; of contracts
    that one may still see.
    """
    seen = visible(Contract, access).values("pk")
    rows = PutOff.objects.filter(user=access.user_id, until__gt=today, contract__in=seen)
    return rows.select_related("contract__contractor")


def feed_made(user: Any) -> CalendarFeed | None:
    """The address at which this person's calendar asks, where there is one."""
    return CalendarFeed.objects.filter(user=user).first()
