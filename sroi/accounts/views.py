"""Signing in."""

import json
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings

from sroi.access.roles import role_called


class SignIn(LoginView):
    template_name = "accounts/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_accounts=demo_accounts(), **kwargs)


def demo_accounts() -> list[dict[str, str]]:
    """The accounts that the command `demo` made, listed on the sign-in page in demonstration mode
    only.
    """
    path = settings.VAR_DIR / "demo-accounts.json"
    if not settings.DEMO or not path.exists():
        return []
    accounts = json.loads(path.read_text(encoding="utf-8"))
    return [{**account, "role": str(role_called(account["role"]).label)} for account in accounts]
