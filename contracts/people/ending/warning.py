"""The mail before a role ends since nobody came with it: to its holder, and to the region admins
where somebody has to take over contracts.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Contract, Membership
from contracts.owed.amounts import OPEN
from contracts.people.ending.away import ends_on
from sroi.access import May
from sroi.access.roles import who_may
from sroi.templatetags.formats import long_date


def tell(membership: Membership, today: date) -> None:
    """In Dutch, as every mail."""
    day = ends_on(membership, today)
    with translation.override("nl"):
        about = {"membership": membership, "day": day, "region_title": membership.region.title}
        if membership.user.is_active:
            _send(
                [membership.user.email],
                _("Your access to social return ends on %(day)s") % {"day": long_date(day)},
                "role_ends",
                about | {"action": _("Sign in"), "url": settings.SITE_URL + reverse("login")},
            )
        left = Contract.objects.filter(
            adviser=membership.user_id, region=membership.region_id, state__in=OPEN
        ).count()
        if left and membership.role in who_may(May.ADVISE):
            url = settings.SITE_URL + reverse("user-end", args=[membership.pk])
            _send(
                list(_admins(membership)),
                _("Who takes over from %(name)s?") % {"name": membership.user},
                "role_ends_left",
                about | {"left": left, "action": _("Choose who takes over"), "url": url},
            )


def _admins(membership: Membership) -> Any:
    theirs = Membership.objects.filter(
        region=membership.region_id,
        role__in=who_may(May.MANAGE_USERS),
        ended_at=None,
        user__is_active=True,
    )
    return theirs.exclude(user=membership.user_id).values_list("user__email", flat=True).distinct()


def _send(to: list[str], subject: str, template: str, context: dict[str, Any]) -> None:
    """To each by itself: who else gets it is nobody's business."""
    for address in to:
        mail = EmailMultiAlternatives(
            subject=subject, body=render_to_string(f"mail/{template}.txt", context), to=[address]
        )
        mail.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
        mail.send()
