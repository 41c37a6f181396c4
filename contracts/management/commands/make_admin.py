from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from contracts.models import Region
from contracts.people import door as memberships
from contracts.people.invitation_mail import send, url_of
from contracts.policy.loading import find_region
from sroi.accounts import audit
from sroi.accounts.models import AuditKind, User
from sroi.templatetags.formats import long_date


class Command(BaseCommand):
    help = (
        "Invite a region admin: the first one, or one who cannot get in any more. The link on the"
        " last line lets who follows it choose a password; it works once. Where mail is set up it"
        " is sent to the address as well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address to sign in with")
        parser.add_argument("--region", required=True, metavar="CODE", help="code of the region")
        parser.add_argument(
            "--reset-second-factor",
            action="store_true",
            help="forget the app, keys and recovery codes of this account: for who lost them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        region, email = region_and_address(options["region"], options["email"])
        if options["reset_second_factor"]:
            forget_second_factor(email)
        invitation = memberships.invite_admin(email, region, at=timezone.now())
        if settings.MAIL_IS_SET_UP:
            send(invitation)
        until = long_date(invitation.expires_at)
        self.stdout.write(
            f"Uitnodiging voor {email} als regiobeheerder van {region.title}, geldig tot {until}."
        )
        self.stdout.write(
            "Open deze link en kies een wachtwoord. Wie de link heeft, kan dat: geef hem veilig"
            " door."
        )
        self.stdout.write(url_of(invitation))


def region_and_address(code: str, email: str) -> tuple[Region, str]:
    try:
        validate_email(email)
        return find_region(code), email.strip().lower()
    except ValidationError:
        raise CommandError(f"{email} is geen e-mailadres.") from None
    except ValueError as error:
        raise CommandError(str(error)) from None


def forget_second_factor(email: str) -> None:
    for user in User.objects.filter(email__iexact=email):
        Authenticator.objects.filter(user=user).delete()
        audit.note(AuditKind.SECOND_FACTOR, user=user)
