"""Seal the secrets of second factors anew, with the first key of `SECOND_FACTOR_KEYS`."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand

from sroi.accounts.second_factor import lost
from sroi.accounts.second_factor.sealing import is_readable, seal_all


class Command(BaseCommand):
    help = (
        "Seal the secrets of second factors with the first of SECOND_FACTOR_KEYS; after that the"
        " other keys can go. Also says how many no key opens."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-key", action="store_true", help="only make a key, and print it; nothing is kept"
        )
        parser.add_argument(
            "--forget-lost",
            action="store_true",
            help="take away what no key opens: these people get in with their password until they"
            " set up a second step again, instead of by a link that is mailed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(Fernet.generate_key().decode())
            return
        rows = Authenticator.objects.all()
        sealed, unread = seal_all(rows)
        self.stdout.write(f"Verzegeld met de eerste sleutel: {sealed}. Niet te lezen: {unread}.")
        if options["forget_lost"]:
            lost.forget([row for row in rows.select_related("user") if not is_readable(row)])
            self.stdout.write(f"Weggehaald: {unread}.")
