"""Telling people by mail: how each wants to be told, and the one door through which a notice is
made, taken and sent.

A notice is made once per person and subject, and sent at most once: a run takes what waits with one
update, and what it took is nobody else's. A mail server that does not answer gives it back, for
later. A run that was killed between sending and noting so leaves it as being sent: whether it
arrived is not known, and it is not sent again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F
from django.utils.timezone import localtime

from contracts.models import (
    Contractor,
    Membership,
    Notice,
    NoticeChoice,
    NoticeKind,
    NoticeState,
    Policy,
    When,
)
from sroi.access import Access, May
from sroi.database.batches import AT_ONCE
from sroi.server.outbox import pause_after

USUALLY: Mapping[str, When] = {
    NoticeKind.ANSWER: When.AT_ONCE,
    NoticeKind.CHANGE: When.AT_ONCE,
    NoticeKind.REMINDER: When.AT_ONCE,
    NoticeKind.QUESTION: When.WEEKLY,
    NoticeKind.OVERVIEW: When.WEEKLY,
}
# Whose work it is, is told of it.
TOLD: Mapping[May, Sequence[NoticeKind]] = {
    May.FULFIL: (
        *(NoticeKind.ANSWER, NoticeKind.CHANGE, NoticeKind.REMINDER),
        NoticeKind.OVERVIEW,
    ),
    May.COMMISSION: (NoticeKind.ANSWER, NoticeKind.OVERVIEW),
    May.OFFER: (NoticeKind.ANSWER,),
    May.BROKER: (NoticeKind.ANSWER,),
    May.ADVISE: (NoticeKind.QUESTION, NoticeKind.OVERVIEW),
    May.FINALISE: (NoticeKind.QUESTION, NoticeKind.OVERVIEW),
}


# --- how somebody wants to be told ----------------------------------------------------------------


def kinds_for(access: Access) -> list[NoticeKind]:
    """What these people are told at all."""
    kinds = {kind for work, told in TOLD.items() if access.may(work) for kind in told}
    return [kind for kind in NoticeKind if kind in kinds]


def ways(kind: str, access: Access, today: date) -> list[When]:
    """The ways to choose from: what the policy wants told and what somebody took the trouble to
    remind of cannot be turned off, and the overview comes once a week.
    """
    found = [When.WEEKLY] if kind == NoticeKind.OVERVIEW else [When.AT_ONCE, When.WEEKLY]
    always = kind == NoticeKind.REMINDER or (
        kind == NoticeKind.CHANGE and _must_be_told(access, today)
    )
    return found if always else [*found, When.NEVER]


def _must_be_told(access: Access, today: date) -> bool:
    regions = access.regions_where(May.FULFIL)
    policies = (Policy.objects.filter(region=region).on(today) for region in sorted(regions))
    return any(policy.changes_always_told for policy in policies if policy)


def choices_of(user: Any, access: Access, today: date) -> dict[NoticeKind, When]:
    """How this person is told of each kind, within what the policy allows."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "when"))
    found = {}
    for kind in kinds_for(access):
        allowed, when = ways(kind, access, today), When(chosen.get(kind, USUALLY[kind]))
        found[kind] = when if when in allowed else When.WEEKLY
    return found


def choose(user: Any, choices: Mapping[str, str]) -> None:
    for kind, when in choices.items():
        NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"when": when})


# --- the door -------------------------------------------------------------------------------------


def make(notices: Iterable[Notice]) -> None:
    """Note what there is to tell; what was noted before stays as it is."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=AT_ONCE)


def waiting(now: datetime) -> Any:
    """What can be sent now."""
    return Notice.objects.filter(state=NoticeState.WAITING).exclude(not_before__gt=now)


def told_to(notices: Any, contractor: Contractor) -> Any:
    """Those of these notices that went to people of this contractor, also who left since."""
    theirs = Membership.objects.filter(contractor=contractor)
    return notices.filter(user__in=theirs.values("user"))


def take(notices: Iterable[Notice]) -> UUID | None:
    """Take those that still wait, to send them together; None where another run has all of them."""
    claim = uuid4()
    ids = [notice.pk for notice in notices]
    taken = Notice.objects.filter(pk__in=ids, state=NoticeState.WAITING).update(
        state=NoticeState.SENDING, claim=claim
    )
    return claim if taken else None


def of(claim: UUID) -> list[Notice]:
    return list(Notice.objects.filter(claim=claim).select_related("contract").order_by("pk"))


def sent(claim: UUID, at: datetime) -> None:
    Notice.objects.filter(claim=claim, state=NoticeState.SENDING).update(
        state=NoticeState.SENT, sent_at=at
    )


def give_back(claim: UUID, at: datetime) -> None:
    """The mail could not be sent: it waits again, longer each time."""
    for tries in (
        Notice.objects.filter(claim=claim).order_by().values_list("tries", flat=True).distinct()
    ):
        Notice.objects.filter(claim=claim, state=NoticeState.SENDING, tries=tries).update(
            state=NoticeState.WAITING,
            claim=None,
            tries=F("tries") + 1,
            not_before=at + pause_after(tries),
        )


def drop(notices: Iterable[Notice]) -> None:
    """Never to be sent: turned off, about what somebody may no longer see, or with nothing to
    say.
    """
    ids = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=ids, state__in=(NoticeState.WAITING, NoticeState.SENDING)).update(
        state=NoticeState.DROPPED
    )


def uncertain(now: datetime) -> int:
    """How many were being sent when their run was killed, so that nobody knows whether they
    arrived.
    """
    before = now - timedelta(minutes=settings.MAIL_RETRY_MINUTES_MOST)
    return int(Notice.objects.filter(state=NoticeState.SENDING, made_at__lt=before).count())


def week_of(at: datetime) -> str:
    """The overview of a week is known by its ISO week, such as 2026-W48."""
    year, week, _day = localtime(at).isocalendar()
    return f"{year}-W{week:02}"
