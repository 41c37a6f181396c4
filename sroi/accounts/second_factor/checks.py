"""What `manage.py check` says of the keys of second factors: what is wrong always, what is unsafe
where the site is served with HTTPS.
"""

from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks

MAKE_ONE = "Make one with: manage.py seal_second_factors --new-key"


@checks.register(checks.Tags.security)
def keys_of_second_factors(**kwargs: Any) -> list[checks.CheckMessage]:
    return list(_faults())


def _faults() -> Iterator[checks.CheckMessage]:
    keys = settings.SECOND_FACTOR_KEYS
    for place, key in enumerate(keys, start=1):
        if not _is_key(key):
            yield checks.Error(
                f"SECOND_FACTOR_KEYS: number {place} is no key (32 bytes in URL-safe base64).",
                hint=MAKE_ONE,
                id="accounts.E001",
            )
    if settings.SECRET_KEY in keys:
        yield checks.Error(
            "SECOND_FACTOR_KEYS holds SECRET_KEY: who learns one then has both.",
            hint=MAKE_ONE,
            id="accounts.E002",
        )
    if len(set(keys)) < len(keys):
        yield checks.Warning("SECOND_FACTOR_KEYS names a key twice.", id="accounts.W001")
    if settings.HTTPS and not settings.SECOND_FACTOR_KEYS_ARE_SET:
        yield checks.Warning(
            "SECOND_FACTOR_KEYS is not set: the key stands in var/, beside what it protects, and"
            " another server cannot read what this one seals.",
            hint="Set it to the key in var/second-factor-key, or put a new one before that and run"
            " manage.py seal_second_factors.",
            id="accounts.W002",
        )


def _is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
