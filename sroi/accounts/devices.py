"""Devices that people use: whoever signed in on one counts for themselves there.

Failed attempts are counted per account, and anyone can make them. So that nobody is locked out of
the device they work on, a cookie says that this device signed in to this account before; attempts
there are counted apart (`login_failed_here`), by a number that only this device has. It signs
nobody in, and somebody else's cookie gives no more attempts than it has.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from sroi.accounts.audit import address_hashes

SALT = "sroi.accounts.devices"
SECONDS = 180 * 24 * 3600
# People who share a device: those who signed in last.
MOST = 5


def _known(request: HttpRequest) -> dict[str, str]:
    """The number of this device by the hash of an address, the last to sign in last."""
    value = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        found: dict[str, str] = signing.loads(value, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return found


def number_of(request: HttpRequest, email: str) -> str:
    """Empty where this account never signed in here."""
    known = _known(request)
    return next((known[one] for one in address_hashes(email) if one in known), "")


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    known = _known(request)
    mine, *before = address_hashes(user.email)
    numbers = [known.pop(one, "") for one in (mine, *before)]
    number = next(filter(None, numbers), "") or secrets.token_hex(8)
    last = dict([*known.items(), (mine, number)][-MOST:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(last, salt=SALT, compress=True),
        max_age=SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
