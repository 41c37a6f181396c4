"""Pages without signing in: the sign-in itself, and whether the site is well."""

import json
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sroi.access import Role


class SignIn(LoginView):
    template_name = "accounts/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_accounts=demo_accounts(), **kwargs)


def demo_accounts() -> list[dict[str, str]]:
    """The accounts that the command `demo` made, listed on the sign-in page in demonstration mode only."""
    path = settings.VAR_DIR / "demo-accounts.json"
    if not settings.DEMO or not path.exists():
        return []
    accounts = json.loads(path.read_text(encoding="utf-8"))
    return [{**account, "role": str(Role(account["role"]).label)} for account in accounts]


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For who watches over the server: an answer means that the application and its database work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
