"""How django-allauth behaves here: nobody makes an account themselves, and its mails need no
request.
"""

from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = {"name": urlsplit(settings.SITE_URL).netloc, "domain": settings.SITE_URL}
        self.render_mail(
            template_prefix, email, {**context, "email": email, "current_site": site}
        ).send()
