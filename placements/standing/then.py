"""What was so at the end of a day, whatever became of it since: which versions waited for a review,
and which counted.

What did not change since then is as it is now; of the rest the events tell. Source: DOMAIN.md
section 7: a figure about a moment is never that of the day somebody looks.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from placements.models import EventKind, FulfilmentEvent, FulfilmentState
from sroi.database import days

# What begins, and what ends, that a fulfilment waits for a review.
ANSWERS = (
    *(EventKind.RETURNED, EventKind.ACCEPTED, EventKind.REJECTED),
    *(EventKind.TAKEN_BACK, EventKind.WITHDRAWN),
)
# What an accepted version that no longer counts has become.
GONE = (FulfilmentState.SUPERSEDED, FulfilmentState.WITHDRAWN)


def waiting_on(versions: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Those of these versions that waited for a review: handed in by then, and not answered."""
    waits_still = Q(state=FulfilmentState.SUBMITTED, latest_of__isnull=False) & days.by(
        "submitted_at", day
    )
    answered = Q(kind__in=(EventKind.SUBMITTED, *ANSWERS))
    handed_in = _last(EventKind.SUBMITTED, answered, day)
    return versions.filter(waits_still | days.after("changed_at", day) & Exists(handed_in))


def counting_on(versions: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Those of these versions that counted: accepted by then, and neither replaced nor taken
    back.
    """
    accepted = days.by("reviewed_at", day)
    ended = Q(kind=EventKind.ACCEPTED) | Q(
        kind=EventKind.WITHDRAWN, version_number=OuterRef("version_number")
    )
    counted = _last(EventKind.ACCEPTED, ended, day)
    return versions.filter(
        accepted & (Q(accepted_of__isnull=False) | Q(state__in=GONE) & Exists(counted))
    )


def _last(kind: str, ended: Q, day: date) -> QuerySet[Any]:
    """The event of this kind of a version, unless it was ended by then."""
    by_then = FulfilmentEvent.objects.filter(days.by("at", day))
    later = by_then.filter(ended, fulfilment=OuterRef("fulfilment"), pk__gt=OuterRef("pk"))
    return by_then.filter(
        ~Exists(later),
        fulfilment=OuterRef("fulfilment"),
        version_number=OuterRef("number"),
        kind=kind,
    )
