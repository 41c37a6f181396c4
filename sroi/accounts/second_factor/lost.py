"""A second step whose secret cannot be read any more: its key is gone, or it came back with a
backup, in which no secret is.

The password alone does not let anyone in then: a link that is mailed, or whoever is signed in
already, takes away what cannot be read. At the next sign-in it is set up anew.
"""

from typing import Any

from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from sroi.accounts.audit import note
from sroi.accounts.models import AuditKind
from sroi.accounts.second_factor.sealing import is_readable

SALT = "sroi.accounts.second_factor.lost"
SECONDS = 3600


def of(user: Any) -> list[Authenticator]:
    return [a for a in Authenticator.objects.filter(user=user) if not is_readable(a)]


def is_all_of(user: Any) -> bool:
    """Whether nothing is left with which this person could sign in: no app, no passkey, no code."""
    rows = list(Authenticator.objects.filter(user=user))
    return bool(rows) and not any(is_readable(row) for row in rows)


def send_link(user: Any) -> None:
    token = signing.dumps([row.pk for row in of(user)], salt=SALT)
    context = {
        "url": settings.SITE_URL + reverse("account_second_step_by_mail", args=[token]),
        "action": _("Set up the second step again"),
    }
    mail = EmailMultiAlternatives(
        subject=_("Set up your second step again"),
        body=render_to_string("mail/second_step.txt", context),
        to=[user.email],
    )
    mail.attach_alternative(render_to_string("mail/second_step.html", context), "text/html")
    mail.send()


def rows_of(token: str) -> list[Authenticator]:
    """None once they are gone, or after an hour; never one that can be read."""
    try:
        keys = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return []
    return [row for row in Authenticator.objects.filter(pk__in=keys) if not is_readable(row)]


@transaction.atomic
def forget(rows: list[Authenticator]) -> None:
    for row in rows:
        row.delete()
    for user in {row.user for row in rows}:
        # Codes without an app are of no use.
        delete_dangling_recovery_codes(user)
        note(AuditKind.SECOND_FACTOR, user=user)
