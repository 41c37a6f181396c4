"""What `manage.py check` says of the keys that codes of statements are made with: what is wrong
always, what is unsafe where the site is served with HTTPS.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks

LEAST = 32


@checks.register(checks.Tags.security)
def keys_of_statements(**kwargs: Any) -> list[checks.CheckMessage]:
    return list(_faults())


def _faults() -> Iterator[checks.CheckMessage]:
    for place, key in enumerate(settings.STATEMENT_KEYS, start=1):
        if len(key) < LEAST:
            yield checks.Error(
                f"STATEMENT_KEYS: number {place} is shorter than {LEAST} characters.",
                hint='Make one with: python -c "import secrets; print(secrets.token_urlsafe())"',
                id="reporting.E001",
            )
    if settings.SECRET_KEY in settings.STATEMENT_KEYS:
        yield checks.Error(
            "STATEMENT_KEYS holds SECRET_KEY: who learns one then has both.", id="reporting.E002"
        )
    if settings.HTTPS and not settings.STATEMENT_KEYS_ARE_SET:
        yield checks.Warning(
            "STATEMENT_KEYS is not set: the key stands in var/, and another server calls the"
            " statements that this one made not its own.",
            hint="Set it to the key in var/statement-key.",
            id="reporting.W001",
        )
