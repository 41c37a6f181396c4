"""Sending what there is to tell: what somebody wants at once, and once a week the rest with what
there is to do.

Whether a person may still see it is asked at the moment of sending; who lost access gets nothing.
Mails are in Dutch, as text and as HTML, without personal data of candidates. Nothing is sent from a
demonstration.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django_tasks import task

from contracts.models import Contract, Notice, NoticeKind, NoticeState, When
from contracts.people import notices
from contracts.people.membership import access_of, people, people_with_access
from placements.standing.tasks import Pile, Task
from placements.telling import gather
from reporting.adoption.waiting import told as told_of_reports
from sroi.access import Access, visible
from sroi.pages.mail.overview import Overview, overview
from sroi.server.outbox import send_now

logger = logging.getLogger("sroi.mail")
JUST_NOW = timedelta(hours=1)


@dataclass
class Sent:
    """What a run did, in mails."""

    sent: int = 0
    deferred: int = 0


def tell_of(lately: timedelta) -> None:
    """Note what there is to tell of what happened in this time, and send what is wanted at once."""
    now = timezone.now()
    note(now, lately)
    send_at_once(now, since=now - lately)


def note(now: datetime, lately: timedelta) -> None:
    """Note what there is to tell, of contracts, fulfilments and reports."""
    gather(now, lately, also=[told_of_reports])


@task
def tell() -> None:
    """For what an earlier release queued."""
    tell_of(JUST_NOW)


def send_at_once(now: datetime, since: datetime | None = None) -> Sent:
    """What is wanted at once; with `since` only of what was noted from then on or is tried again.

    What waits for the overview of a week is then not looked through each time that something
    happens.
    """
    waiting = notices.waiting(now)
    if since:
        waiting = waiting.filter(Q(made_at__gte=since) | Q(tries__gt=0))
    return _each(now, waiting, lambda person, sent: person.send_at_once(sent))


def send_overviews(now: datetime) -> Sent:
    """The mail of this week, to who did not get it yet."""
    if timezone.localtime(now).isoweekday() < settings.MAIL_OVERVIEW_FROM_WEEKDAY:
        return Sent()
    return _each(
        now, notices.waiting(now), lambda person, sent: person.send_overview(sent), everyone=True
    )


def _each(now: datetime, rows: Any, send: Any, everyone: bool = False) -> Sent:
    result = Sent()
    waiting: dict[int, list[Notice]] = defaultdict(list)
    for notice in rows.select_related("contract").order_by("pk"):
        waiting[notice.user_id].append(notice)
    with translation.override("nl"):
        for user in people_with_access() if everyone else people(waiting):
            send(Person(user, waiting[user.pk], now), result)
    return result


class Person:
    """One person with what waits for them."""

    def __init__(self, user: Any, waiting: Sequence[Notice], now: datetime) -> None:
        self.user, self.now, self.today = user, now, localdate(now)
        self.access: Access = access_of(user)
        self.choices = notices.choices_of(user, self.access, self.today)
        self.waiting = self._still_theirs(waiting)

    def _still_theirs(self, waiting: Sequence[Notice]) -> list[Notice]:
        """Without what they turned off, and what they may not see any more."""
        events = [notice for notice in waiting if notice.kind != NoticeKind.OVERVIEW]
        of_contracts = {notice.contract_id for notice in events if notice.contract_id}
        seen = set(
            visible(Contract, self.access).filter(pk__in=of_contracts).values_list("pk", flat=True)
        )
        theirs = [
            notice
            for notice in events
            if self.choices.get(NoticeKind(notice.kind), When.NEVER) != When.NEVER
            and notice.region_id in self.access.region_ids
            and (notice.contract_id is None or notice.contract_id in seen)
        ]
        notices.drop(notice for notice in events if notice not in theirs)
        return theirs

    def wanted(self, when: When) -> list[Notice]:
        return [notice for notice in self.waiting if self.choices[NoticeKind(notice.kind)] == when]

    def send_at_once(self, result: Sent) -> None:
        claim = notices.take(self.wanted(When.AT_ONCE))
        if claim:
            self._send(notices.of(claim), Overview(), claim, result)

    def send_overview(self, result: Sent) -> None:
        """Once a week; nothing where there is nothing to tell. Without the overview, what was asked
        for weekly.
        """
        events = self.wanted(When.WEEKLY)
        wants_overview = self.choices.get(NoticeKind.OVERVIEW) == When.WEEKLY
        row = self._row_of_the_week() if wants_overview or events else None
        if row is None:
            return
        claim = notices.take([row, *events])
        taken = notices.of(claim) if claim else []
        if row.pk not in {notice.pk for notice in taken}:
            return  # another run has this week's
        assert claim is not None
        found = overview(self.user, self.access, self.today) if wants_overview else Overview()
        told = [notice for notice in taken if notice.pk != row.pk]
        if told or found.piles:
            self._send(told, found, claim, result, weekly=True)
        else:
            notices.drop([row])

    def _row_of_the_week(self) -> Notice | None:
        """What says that this week's overview was sent; None where it was, or has to wait."""
        region = min(self.access.region_ids)
        key = f"overview:{notices.week_of(self.now)}"
        row = Notice(
            region_id=region, user=self.user, kind=NoticeKind.OVERVIEW, key=key, made_at=self.now
        )
        notices.make([row])
        return notices.waiting(self.now).filter(user=self.user, key=key).first()

    def _send(
        self,
        told: Sequence[Notice],
        found: Overview,
        claim: Any,
        result: Sent,
        *,
        weekly: bool = False,
    ) -> None:
        try:
            send_now(mail_of(self.user, told, found.piles, weekly=weekly))
        except OSError as error:
            logger.warning("A mail could not be sent", exc_info=error)
            notices.give_back(claim, self.now)
            result.deferred += 1
            return
        notices.sent(claim, self.now)
        notices.make(self._reminded(found))
        result.sent += 1

    def _reminded(self, found: Overview) -> list[Notice]:
        """That the contractor was reminded, for the dossier of each contract."""
        week = notices.week_of(self.now)
        return [
            Notice(
                region_id=reminder.contract.region_id,
                user=self.user,
                contract=reminder.contract,
                kind=NoticeKind.OVERVIEW,
                key=f"reminder:{reminder.contract.pk}:{reminder.ask.kind}:{week}",
                words=reminder.words[:300],
                path=reverse("contract-detail", args=[reminder.contract.pk]),
                made_at=self.now,
                state=NoticeState.SENT,
                sent_at=self.now,
            )
            for reminder in found.reminders[: settings.MAIL_ITEMS]
        ]


def mail_of(
    user: Any, told: Sequence[Notice], piles: Sequence[Pile], *, weekly: bool
) -> EmailMultiAlternatives:
    news = Pile(
        _("News"),
        [_line(notice) for notice in told][: settings.MAIL_ITEMS],
        len(told),
        reverse("start"),
    )
    shown = [news] * bool(told) + [_absolute(pile) for pile in piles]
    context = {
        "user": user,
        "piles": shown,
        "weekly": weekly,
        "url": settings.SITE_URL + reverse("start"),
        "action": _("Open the register"),
        "choices_url": settings.SITE_URL + reverse("mail-choices"),
    }
    if weekly:
        subject = _("Social return: your overview of this week")
    elif len(told) == 1:
        subject = _("Social return: %(what)s") % {"what": told[0].words.rstrip(".")}
    else:
        subject = _("Social return: %(number)s messages") % {"number": len(told)}
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("mail/notices.txt", context),
        to=[user.email],
    )
    mail.attach_alternative(render_to_string("mail/notices.html", context), "text/html")
    return mail


def _line(notice: Notice) -> Task:
    return Task(
        notice.words,
        settings.SITE_URL + notice.path,
        notice.contract.reference if notice.contract else "",
    )


def _absolute(pile: Pile) -> Pile:
    tasks = [
        Task(t.label, settings.SITE_URL + t.url, t.why) for t in pile.tasks[: settings.MAIL_ITEMS]
    ]
    return Pile(pile.heading, tasks, pile.number, pile.url)
