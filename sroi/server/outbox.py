"""Mail that waits to be sent: who asks for a page never waits for a mail server, and one that is
away loses nothing.

`EMAIL_BACKEND` is `KeepingBackend`: it keeps a mail in the database, and a task sends it through
the real backend of `EMAIL_URL`. One update takes a mail, so that of several runs one sends it. What
could not be sent waits, longer each time, and is given up after `MAIL_GIVE_UP_DAYS`. With the
sending, or the giving up, its row is gone: a link that lets somebody in may stand in it. A run that
was killed while it sent leaves its mail taken. Whether that arrived is not known: it is not sent
again, and erased after `MAIL_UNSURE_MINUTES` with an error in the log.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from sroi.models import KeptMail

logger = logging.getLogger("sroi.mail")
FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class CannotBeMade(OSError):
    """A mail that no server can send, such as one to a domain that cannot be written."""


# About this one mail; anything else is wrong with the server.
REFUSED = (SMTPRecipientsRefused, SMTPDataError, CannotBeMade)


def send_now(message: EmailMessage) -> None:
    """Really, through the backend of `EMAIL_URL`: for who does not keep somebody waiting. Else an
    OSError.
    """
    try:
        get_connection(settings.MAIL_SENT_THROUGH).send_messages([message])
    except OSError:
        raise
    except Exception as error:
        raise CannotBeMade from error


def pause_after(tries: int) -> timedelta:
    """How long to wait after a failure that came after so many others."""
    return timedelta(
        minutes=min(settings.MAIL_RETRY_MINUTES * 2**tries, settings.MAIL_RETRY_MINUTES_MOST)
    )


class KeepingBackend(BaseEmailBackend):
    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        KeptMail.objects.bulk_create(
            KeptMail(message=_kept(each), made_at=now, not_before=now) for each in messages
        )
        send_kept.enqueue()
        return len(messages)


def _kept(message: EmailMessage) -> dict[str, Any]:
    if message.attachments:
        raise ValueError("A mail that is kept has no attachments.")
    alternatives = [list(each) for each in getattr(message, "alternatives", ())]
    fields = {name: getattr(message, name) for name in FIELDS}
    return fields | {"headers": message.extra_headers, "alternatives": alternatives}


@task
def send_kept() -> None:
    send_due(timezone.now())


def send_due(now: datetime) -> int:
    """Send what may go now; how many had to wait. A server that does not answer is asked once in a
    run.
    """
    give_up(now)
    due = KeptMail.objects.filter(taken_at=None, not_before__lte=now)
    waits, away = 0, False
    for mail in due:
        if due.filter(pk=mail.pk).update(taken_at=now):
            failure = None if away else _failure(mail)
            away = away or (failure is not None and not isinstance(failure, REFUSED))
            if away or failure:
                _wait(mail, now)
                waits += 1
            else:
                mail.delete()
    return waits


def _failure(mail: KeptMail) -> OSError | None:
    try:
        send_now(EmailMultiAlternatives(**mail.message))
    except OSError as error:
        logger.warning("A mail could not be sent", exc_info=error)
        return error
    return None


def _wait(mail: KeptMail, now: datetime) -> None:
    KeptMail.objects.filter(pk=mail.pk).update(
        taken_at=None, tries=F("tries") + 1, not_before=now + pause_after(mail.tries)
    )


def give_up(now: datetime) -> None:
    """Erase what was tried for days, and what a run that was killed had taken."""
    old, unsure = (
        timedelta(days=settings.MAIL_GIVE_UP_DAYS),
        timedelta(minutes=settings.MAIL_UNSURE_MINUTES),
    )
    if number := KeptMail.objects.filter(taken_at=None, made_at__lt=now - old).delete()[0]:
        logger.error(f"Mails that could not be sent for days were given up: {number}")
    if number := KeptMail.objects.filter(taken_at__lt=now - unsure).delete()[0]:
        logger.error(f"Of mails it is not known whether they were sent: {number}")
