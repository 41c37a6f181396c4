"""How django-allauth behaves here: nobody makes an account themselves, its mails need no request,
and nobody is locked out of a device they use by who tries their account elsewhere.
"""

from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sroi.accounts import devices


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        number = devices.number_of(request, str(credentials.get("email", "")))
        if not number:
            super().pre_authenticate(request, **credentials)
            return
        # Taken back by `authenticate` after the right password, as elsewhere.
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_here", key=number
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Of the account alone: allauth counts apart for each name, and each port, by which the
        site is called, and whoever asks chooses that.
        """
        return str(credentials.get("email", "")).lower()

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After the second step, where there is one."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user)
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = {"name": urlsplit(settings.SITE_URL).netloc, "domain": settings.SITE_URL}
        self.render_mail(
            template_prefix, email, {**context, "email": email, "current_site": site}
        ).send()
