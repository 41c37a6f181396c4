"""Mail that came back: at which address, since when and why, beside whoever is reached there.

It keeps no mail from being sent: a mark that is not renewed for a while is gone by itself. So who
sends a notification that is not true does no more than let somebody ask for an address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower

from contracts.models import Invitation
from sroi.accounts.models import ReturnedMail
from sroi.server.returned import NotDelivered


def note(failures: Iterable[NotDelivered], at: datetime) -> list[str]:
    """At addresses to which mails go: those of users and of invitations that wait. Which they
    are.
    """
    found = {failure.email: failure for failure in failures}
    people = get_user_model().objects.annotate(address=Lower("email"))
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    known = {
        *people.filter(address__in=found).values_list("address", flat=True),
        *waiting.filter(email__in=found).values_list("email", flat=True),
    }
    for email in known:
        ReturnedMail.objects.update_or_create(
            email=email, defaults={"at": at, "is_gone": found[email].is_gone}
        )
    return sorted(known)


def with_returned(rows: Any, email: str = "email") -> Any:
    """Each says when mail to its address came back last (`returned_at`), and whether there is no
    such address (`returned_is_gone`); both empty where it did not.
    """
    mine = ReturnedMail.objects.filter(email=Lower(OuterRef(email)))
    return rows.annotate(
        returned_at=Subquery(mine.values("at")[:1]),
        returned_is_gone=Subquery(mine.values("is_gone")[:1]),
    )


def last_at(email: str) -> datetime | None:
    """When mail to this address came back, as far as it is kept."""
    return ReturnedMail.objects.filter(email=email.lower()).values_list("at", flat=True).first()


def forget(now: datetime) -> None:
    """What was not seen any more for a while: mail arrives again, or nothing is sent there."""
    before = now - timedelta(days=settings.MAIL_RETURNED_DAYS)
    ReturnedMail.objects.filter(at__lt=before).delete()


def forget_of(numbers: Iterable[int]) -> None:
    """Of these users, whose accounts end."""
    people = get_user_model().objects.filter(pk__in=list(numbers))
    ReturnedMail.objects.filter(email__in=people.values(address=Lower("email"))).delete()
