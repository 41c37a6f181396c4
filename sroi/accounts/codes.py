"""The forms that ask for the code of an app: a code that was right once is refused as long as it
would be right again.

django-allauth remembers a used code for one period, while the tolerance lets it hold for several;
and it lets the code that switched the app on sign in as well.
"""

from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from django.core.cache import cache


class OnceMixin:
    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        mark = f"used:{self.user.pk}:{normalize_user_code(self.cleaned_data['code'])}"
        # Looked at first as well: a code that was used before gives no new tries.
        if cache.get(mark):
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        if not cache.add(mark, True, seconds_right()):
            raise get_adapter().validation_error("incorrect_code")
        return code


def seconds_right() -> int:
    """How long one code is right: its own period, and those of the tolerance before and after
    it.
    """
    periods: int = 2 * app_settings.TOTP_TOLERANCE + 1
    return periods * int(app_settings.TOTP_PERIOD)


class AuthenticateForm(OnceMixin, base.AuthenticateForm):
    pass


class ReauthenticateForm(OnceMixin, base.ReauthenticateForm):
    pass


class ActivateTOTPForm(OnceMixin, totp.ActivateTOTPForm):
    pass
