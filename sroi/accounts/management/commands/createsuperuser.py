from typing import Any

from django.contrib.auth.management.commands.createsuperuser import Command as DjangoCommand
from django.core.management.base import CommandError


class Command(DjangoCommand):
    """Takes the place of Django's: nobody here has rights beyond a role in a region."""

    help = "Not used here: make_admin invites the region admin."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "Hier bestaat geen superuser. Gebruik: manage.py make_admin EMAIL --region CODE"
        )
