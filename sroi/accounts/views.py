"""Signing in, and setting up again a second step that cannot be read any more."""

import json
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sroi.access.roles import role_called
from sroi.accounts.second_factor import lost


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


class SecondStep(AuthenticateView):
    """After the password. Where no code can be right any more, a mail is offered: who has the
    password and the mailbox sets it up again.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not lost.is_all_of(self.stage.login.user):
            return super().get(request, *args, **kwargs)
        return render(request, "accounts/second_step_lost.html")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.stage.login.user
        if not lost.is_all_of(user):
            return super().post(request, *args, **kwargs)
        if not ratelimit.consume(request, action="second_step_by_mail", key=str(user.pk)):
            return ratelimit.respond_429(request)
        lost.send_link(user)
        return render(request, "accounts/second_step_lost.html", {"sent": True})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def again_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link does nothing yet: programs that read mail open it too."""
    rows = lost.rows_of(token)
    if not rows:
        return render(request, "accounts/second_step_link_gone.html", status=410)
    told = _("The old second step is gone. Sign in with your password and set it up again.")
    return _again(request, rows, "login", told)


@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_step_again(request: HttpRequest) -> HttpResponse:
    """For who is signed in, by a passkey or since before."""
    rows = lost.of(request.user)
    if not rows:
        return redirect("mfa_index")
    return _again(request, rows, "mfa_index", _("The old second step is gone. Set it up again."))


def _again(
    request: HttpRequest, rows: list[Authenticator], onwards: str, told: str
) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/second_step_again.html")
    lost.forget(rows)
    messages.success(request, told)
    return redirect(onwards)
