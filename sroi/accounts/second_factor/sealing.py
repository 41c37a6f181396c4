"""Secrets of second factors (of an app, and of recovery codes) as they stand in the database:
sealed.

With the first key of `SECOND_FACTOR_KEYS`, and opened with any of them; so a key is replaced by
putting a new one before it, and `manage.py seal_second_factors`. The keys stand outside the
database, and neither keys nor secrets are in a backup. What no key opens is lost: its owner sets up
the second step anew. Of a passkey only the public half is kept, which is no secret.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MARK = "sealed:"
# Where in `Authenticator.data` a secret stands; of `migrated_codes` a list of them.
SECRETS = ("secret", "seed", "migrated_codes")


class Unreadable(ValidationError):
    """No key opens it. In a form it is the answer; elsewhere see `SecondFactorMiddleware`."""

    def __init__(self) -> None:
        super().__init__(
            _("Your second step can no longer be read here. Set it up again."), code="unreadable"
        )


def keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECOND_FACTOR_KEYS])


def seal(text: str) -> str:
    return MARK + keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What is not sealed is refused as well: whoever can write in the database sets no secret."""
    if not sealed.startswith(MARK):
        raise Unreadable
    try:
        return keys().decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise Unreadable from None


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


def secrets_of(data: dict[str, Any]) -> Iterator[str]:
    for name in SECRETS:
        found = data.get(name, [])
        yield from [found] if isinstance(found, str) else found


def is_readable(authenticator: Any) -> bool:
    try:
        for secret in secrets_of(authenticator.data):
            unseal(secret)
    except Unreadable:
        return False
    return True


def sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    """With the first key; one that is not sealed yet too. `Unreadable` where no key opens it."""

    def anew(text: str) -> str:
        # An empty one was left out of a backup.
        return seal(unseal(text) if text.startswith(MARK) or not text else text)

    changed = dict(data)
    for name in SECRETS:
        if isinstance(data.get(name), str):
            changed[name] = anew(data[name])
        elif name in data:
            changed[name] = [anew(text) for text in data[name]]
    return changed


def seal_all(authenticators: Any) -> tuple[int, int]:
    """Seal all of these rows anew; how many were, and how many cannot be read."""
    sealed = lost = 0
    for row in list(authenticators.exclude(type="webauthn").order_by("pk")):
        try:
            data = sealed_anew(row.data)
        except Unreadable:
            lost += 1
            continue
        # Not if it was used or replaced at this very moment: the command can be run again.
        sealed += authenticators.filter(pk=row.pk, data=row.data).update(data=data)
    return sealed, lost
