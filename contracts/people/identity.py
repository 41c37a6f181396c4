"""Signing in elsewhere (Entra ID, an eHerkenning broker): who gets in, and with which claims.

An identity opens an account only when it was connected to it before, by someone who was signed in.
An address in a claim never connects anything. Where a provider names the KvK number of a firm, that
has to be the firm of the person.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from contracts.people.membership import is_of_firm


class IdentityAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        connecting = request.user.is_authenticated and sociallogin.state.get("process") == "connect"
        if not sociallogin.is_existing and not connecting:
            refuse(
                request,
                _(
                    "This identity is not connected to an account yet. Sign in with your e-mail"
                    " address and password, and connect it under “Sign-in and security”. Without an"
                    " account, ask for an invitation."
                ),
            )
        user = request.user if connecting else sociallogin.user
        claim = sociallogin.provider.app.settings.get("kvk_claim") if sociallogin.provider else None
        if claim and not is_of_firm(user, kvk_in(sociallogin.account.extra_data, claim)):
            refuse(
                request, _("This identity is of another firm than the one you were invited for.")
            )


def kvk_in(data: dict[str, Any], claim: str) -> str:
    """The KvK number among the claims of the provider, in the id token or in the user info."""
    for part in (data, data.get("id_token") or {}, data.get("userinfo") or {}):
        if part.get(claim):
            return str(part[claim]).strip()
    return ""


def refuse(request: Any, why: str) -> None:
    messages.error(request, why)
    raise ImmediateHttpResponse(
        redirect("socialaccount_connections" if request.user.is_authenticated else "login")
    )
