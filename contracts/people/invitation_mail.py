"""The mail with an invitation, and the link in it."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Invitation
from contracts.people.invitations import token_of


def url_of(invitation: Invitation) -> str:
    return settings.SITE_URL + reverse("invitation", args=[token_of(invitation)])


def send(invitation: Invitation) -> None:
    """In Dutch, whoever sends it; the link is the only secret in it."""
    url = url_of(invitation)
    with translation.override("nl"):
        context = {
            "invitation": invitation,
            "url": url,
            "action": _("Accept the invitation"),
            "region_title": invitation.region.title,
        }
        mail = EmailMultiAlternatives(
            subject=_("Invitation for social return of %(region)s")
            % {"region": invitation.region.title},
            body=render_to_string("mail/invitation.txt", context),
            to=[invitation.email],
        )
        mail.attach_alternative(render_to_string("mail/invitation.html", context), "text/html")
        mail.send()
