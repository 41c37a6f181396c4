"""Invitations: the link that opens one, and until when."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing

from contracts.models import Invitation
from contracts.people.returned import with_returned
from sroi.access import Access, May

VALID = timedelta(days=7)
SALT = "contracts.invitation"


def token_of(invitation: Invitation) -> str:
    return signing.dumps(invitation.pk, salt=SALT)


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """The open invitation that a link is for; nothing when the link was changed, used, withdrawn or
    is too old.
    """
    try:
        pk = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    return open_on(now).filter(pk=pk).select_related("region", "contractor", "partner").first()


def open_on(now: datetime) -> Any:
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


def open_invitations(invitations: Any, now: datetime) -> Any:
    return with_returned(
        invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    )


def to_contractors(contractors: Collection[int], access: Access, now: datetime) -> Any:
    """The open invitations of these contractors, for who can ask their people in."""
    regions = access.regions_where(May.INVITE_CONTRACTORS, May.MANAGE_USERS)
    theirs = open_on(now).filter(contractor__in=contractors, region__in=regions)
    return with_returned(theirs)


def known_person(email: str) -> Any:
    return get_user_model().objects.filter(email__iexact=email).first()
