"""The log of sign-ins, exports and looks at personal data. No personal data goes into it beyond who
acted.
"""

from datetime import datetime
from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from sroi.accounts.models import AuditEvent, AuditKind

# In the session: that the person has a second factor was looked up before.
SECOND_FACTOR_KNOWN = "second_factor"


def address_hash(email: str) -> str:
    return address_hashes(email)[0]


def address_hashes(email: str) -> list[str]:
    """By the key of the site, and by each that it had before."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    address = email.strip().lower()
    return [
        salted_hmac("sroi.accounts.audit", address, key, algorithm="sha256").hexdigest()
        for key in keys
    ]


def note(
    kind: str, request: HttpRequest | None = None, user: Any = None, email: str = ""
) -> AuditEvent:
    return AuditEvent.objects.create(
        kind=kind,
        user=user if user is not None and user.pk else None,
        address_hash=address_hash(email) if email else "",
        path=request.path[:200] if request else "",
    )


def signed_in_before(user: Any) -> datetime | None:
    """When this person signed in the time before this one, as far as the log goes back."""
    rows = AuditEvent.objects.filter(user=user, kind=AuditKind.SIGNED_IN).order_by("-pk")
    found: datetime | None = rows.values_list("at", flat=True)[1:2].first()
    return found


def exported(request: HttpRequest) -> None:
    note(AuditKind.EXPORTED, request, request.user)


def looked(request: HttpRequest) -> None:
    note(AuditKind.LOOKED, request, request.user)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    note(AuditKind.SIGNED_IN, user=user)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        note(AuditKind.SIGNED_OUT, user=user)


@receiver(user_login_failed)
def _failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    note(
        AuditKind.SIGN_IN_FAILED,
        email=str(credentials.get("email") or credentials.get("username") or ""),
    )


@receiver([password_changed, password_reset])
def _password(user: Any, **kwargs: Any) -> None:
    note(AuditKind.PASSWORD_CHANGED, user=user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def _second_factor(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session.pop(SECOND_FACTOR_KNOWN, None)
    note(AuditKind.SECOND_FACTOR, user=user)


def events_of(users: Any) -> Any:
    """The log of these people: what they did, and failed sign-ins on their addresses."""
    people = list(users)
    hashes = [one for user in people for one in address_hashes(user.email)]
    return AuditEvent.objects.filter(
        Q(user__in=people) | Q(address_hash__in=hashes)
    ).select_related("user")
