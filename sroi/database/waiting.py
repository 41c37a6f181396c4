"""A migration waits for a table that is in use for seconds only: who wants the table after it waits
behind it, so that otherwise one long query would hold the whole site.
"""

from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from sroi.database import pooled

SECONDS = 5


def begin(using: str, **_kwargs: Any) -> None:
    """Then the migration ends with an error and nothing of it is done: it is run again later.

    Behind a pooler the seconds would hold for whoever gets the connection next.
    """
    if connections[using].settings_dict["ENGINE"] == pooled.ENGINE:
        raise CommandError(
            "Werk de database bij op het adres van PostgreSQL zelf, zonder DATABASE_POOLER."
        )
    _execute(using, f"SET lock_timeout = '{SECONDS}s'")


def end(using: str, **_kwargs: Any) -> None:
    _execute(using, "RESET lock_timeout")


def _execute(using: str, sql: str) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(sql)


def watch(sender: Any) -> None:
    """Once per run, however many apps have migrations."""
    pre_migrate.connect(begin, sender=sender)
    post_migrate.connect(end, sender=sender)
