"""Whose role ends since nobody came with it: when a warning is due, and on which day it ends.

A role that a group gives holds for so many days after the last sign-in that showed the group;
another one for so many months after its holder last signed in, or got it. Terms:
`sroi.accounts.ending.terms`; they are calendar months and whole days. A role ends no earlier than
`warning_days` after its holder was told.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.timezone import localdate

from contracts.models import Membership
from sroi.accounts.ending.terms import UserTerms, terms_on
from sroi.database import days
from sroi.periods import add_months, over_since

GIVEN_HERE = Q(vouched_at=None)
# Told, and not seen since.
WARNED = Q(warned_at__isnull=False) & (
    GIVEN_HERE & (Q(user__last_login=None) | Q(warned_at__gt=F("user__last_login")))
    | Q(vouched_at__isnull=False, warned_at__gt=F("vouched_at"))
)


def to_warn(today: date) -> Any:
    terms = terms_on(today)
    return _unseen(terms, today + timedelta(days=terms.warning_days)).exclude(WARNED)


def over(today: date) -> Any:
    terms = terms_on(today)
    told = days.by("warned_at", today - timedelta(days=terms.warning_days))
    return _unseen(terms, today).filter(WARNED, told)


def _unseen(terms: UserTerms, today: date) -> Any:
    """Running roles whose term is over on this day; none where there is no term."""
    running = Membership.objects.filter(ended_at=None).select_related("user", "region")
    if not terms.ends_roles:
        return running.none()
    here = over_since(today, terms.away_months)
    there = today - timedelta(days=terms.vouched_days)
    came = Q(user__last_login=None) | days.by("user__last_login", here)
    return running.filter(
        (GIVEN_HERE & came & days.by("started_at", here)) | days.by("vouched_at", there)
    )


def ends_on(membership: Any, today: date) -> date | None:
    """The day on which it ends unless its holder comes; None where nobody was told."""
    terms, warned, vouched = terms_on(today), membership.warned_at, membership.vouched_at
    came = vouched or max(filter(None, (membership.user.last_login, membership.started_at)))
    if warned is None or warned <= came or not terms.ends_roles:
        return None
    day = localdate(came)
    end = (
        day + timedelta(days=terms.vouched_days) if vouched else add_months(day, terms.away_months)
    )
    return max(end, localdate(warned) + timedelta(days=terms.warning_days))
