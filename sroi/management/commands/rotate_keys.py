"""New keys in front of those that are in use, as lines for the environment; nothing is changed."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

BYTES = 48


class Command(BaseCommand):
    help = (
        "Print SECRET_KEY, SECOND_FACTOR_KEYS and STATEMENT_KEYS with a new key each, and those in"
        " use behind it, so that nobody is signed out and nothing is unreadable. They are secrets:"
        " write them where the settings of the server stand, and nowhere else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, keys in lines():
            self.stdout.write(f"{name}={','.join(keys)}")


def lines() -> Iterator[tuple[str, list[str]]]:
    yield "SECRET_KEY", [secrets.token_urlsafe(BYTES)]
    yield "SECRET_KEY_FALLBACKS", [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    sealing = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    yield "SECOND_FACTOR_KEYS", [sealing, *settings.SECOND_FACTOR_KEYS]
    yield "STATEMENT_KEYS", [secrets.token_urlsafe(BYTES), *settings.STATEMENT_KEYS]
