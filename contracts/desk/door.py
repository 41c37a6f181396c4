"""The door of the desk: putting contracts off to a day, standing in for who is away, and the
address of one's own calendar.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import CalendarFeed, Contract, HandOverAhead, PutOff, Region, StandIn
from contracts.owed.posting import lock_ledger
from contracts.people.membership import advisers_of
from sroi.access import Access, May
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused


def put_off(contracts: Iterable[Contract], until: date, act: Act) -> None:
    """They come back on the work list of who does this on that day."""
    if until <= act.today:
        raise Refused(_("Choose a day after today."))
    PutOff.objects.bulk_create(
        [PutOff(user=act.by, contract=contract, until=until) for contract in contracts],
        update_conflicts=True,
        unique_fields=["user", "contract"],
        update_fields=["until"],
        batch_size=AT_ONCE,
    )


def show_again(contract: Contract, user: Any) -> None:
    PutOff.objects.filter(user=user, contract=contract).delete()


def stand_in(
    region: Region, absent: Any, by: Any, first: date, last: date, access: Access, act: Act
) -> StandIn:
    """Of two for the same person on the same days the second is refused, also at one moment."""
    if not access.may(May.ADVISE, region_id=region.pk):
        raise Refused(_("Who advises in a region says who stands in there."))
    if last < max(first, act.today):
        raise Refused(_("Choose a last day that is not before the first day and not past."))
    if absent == by:
        raise Refused(_("Choose a colleague: nobody stands in for themselves."))
    if advisers_of([region.pk]).filter(pk__in=[absent.pk, by.pk]).count() < 2:
        raise Refused(_("Choose two people who advise in this region."))
    with transaction.atomic():
        lock_ledger(region)
        others = StandIn.objects.filter(region=region, first_day__lte=last, last_day__gte=first)
        if other := others.filter(absent=absent).select_related("by").first():
            raise Refused(
                _("%(who)s stands in on some of these days already. End that first.")
                % {"who": other.by}
            )
        made: StandIn = StandIn.objects.create(
            region=region, absent=absent, by=by, first_day=first, last_day=last
        )
    return made


def end(found: StandIn, access: Access) -> None:
    """It is over at once; what was done stays done."""
    if not access.may(May.ADVISE, region_id=found.region_id):
        raise Refused(_("Who advises in a region says who stands in there."))
    StandIn.objects.filter(pk=found.pk).delete()


# --- one's own calendar ---------------------------------------------------------------------------


def renew_feed(user: Any, act: Act) -> str:
    """A secret address for a calendar, told this once: kept is what it can be known by. The one
    before ends.
    """
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"secret_hash": _hash(secret), "made_at": act.at}
    )
    return secret


def end_feed(user: Any) -> None:
    CalendarFeed.objects.filter(user=user).delete()


def feed_of(secret: str) -> CalendarFeed | None:
    """Whose calendar asks."""
    rows = CalendarFeed.objects.filter(secret_hash=_hash(secret))
    return rows.select_related("user").first()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def forget_people(numbers: Collection[int]) -> None:
    """Of accounts that end: nobody stands in for them, and they for nobody."""
    StandIn.objects.filter(absent__in=numbers).delete()
    StandIn.objects.filter(by__in=numbers).delete()
    PutOff.objects.filter(user__in=numbers).delete()
    HandOverAhead.objects.filter(adviser__in=numbers).delete()
    CalendarFeed.objects.filter(user__in=numbers).delete()
