"""The forms that ask for the code of an app: a code that was right once is refused as long as it
would be right again, and attempts on a device of this person are counted apart.

django-allauth remembers a used code for one period, while the tolerance lets it hold for several;
and it lets the code that switched the app on sign in as well.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django.core.cache import cache

from sroi.accounts import devices
from sroi.accounts.second_factor.sealing import Unreadable


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


def counted(user: Any) -> Callable[[], None]:
    """Count an attempt, or refuse it; what is given back takes it off again."""
    number = devices.number_of(context.request, user.email)
    if not number:
        return check_rate_limit(user)
    limit = {"action": "login_failed_here", "key": f"second step {number}"}
    if not ratelimit.consume(context.request, **limit):
        raise get_account_adapter().validation_error("too_many_login_attempts")
    return lambda: ratelimit.clear(context.request, **limit)


class CountedMixin:
    """In the place of `clean_code` of django-allauth, which knows no devices; and of several
    secrets one that cannot be read leaves the others at work.
    """

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        take_off = counted(self.user)
        code: str = self.cleaned_data["code"]
        lost, wrong = None, None
        for each in Authenticator.objects.filter(user=self.user).exclude(type="webauthn"):
            each.user = self.user
            try:
                if each.wrap().validate_code(code):
                    self.authenticator = each
                    take_off()
                    return code
            except Unreadable as unreadable:
                lost = unreadable
            else:
                wrong = each if wrong is None or each.type == "totp" else wrong
        if lost:
            raise lost
        if wrong:
            self._emit_authentication_failed(wrong)  # type: ignore[attr-defined]
        raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(OnceMixin, CountedMixin, base.AuthenticateForm):
    pass


class ReauthenticateForm(OnceMixin, CountedMixin, base.ReauthenticateForm):
    pass


class ActivateTOTPForm(OnceMixin, totp.ActivateTOTPForm):
    pass
