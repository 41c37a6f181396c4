"""Signing in elsewhere (Entra ID, an eHerkenning broker): who gets in, and with which claims.

An identity opens an account only when it was connected to it before by someone who was signed in,
or when a group that it is in gives a role (`contracts.people.groups`): then an account of its own
is made. An address in a claim never connects anything. Where a provider names the KvK number of a
firm, that has to be the firm of the person.
"""

from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.people import door as memberships
from contracts.people.groups import ByGroups, NotSaid, claim_in, given_by
from contracts.people.membership import access_of, is_of_firm
from sroi.doors import Act, Refused


class IdentityAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        connecting = request.user.is_authenticated and sociallogin.state.get("process") == "connect"
        provider = sociallogin.provider
        asked, claims = provider.app.settings if provider else {}, sociallogin.account.extra_data
        given = None if connecting else groups_of(request, asked, claims)
        if given and not sociallogin.is_existing:
            make_account(request, sociallogin, claims)
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
        kvk = asked.get("kvk_claim")
        if kvk and not is_of_firm(user, str(claim_in(claims, kvk) or "").strip()):
            refuse(
                request, _("This identity is of another firm than the one you were invited for.")
            )
        if given is not None:
            follow(request, user, sociallogin.account.provider, given)


def groups_of(request: Any, asked: Mapping[str, Any], claims: Mapping[str, Any]) -> ByGroups | None:
    try:
        return given_by(asked, claims)
    except NotSaid:
        refuse(
            request,
            _(
                "Your organisation did not say which groups you are in: there are too many. Ask"
                " its administrator to send only those of social return."
            ),
        )
    return None


def make_account(request: Any, sociallogin: Any, claims: Mapping[str, Any]) -> None:
    """At the address that the provider names, which may be nobody's yet."""
    email, verified = str(claim_in(claims, "email") or ""), True
    for part in (claims, claims.get("id_token") or {}, claims.get("userinfo") or {}):
        verified = verified and part.get("email_verified", True) is not False
    try:
        validate_email(email)
        if not verified or len(email) > 254:
            raise ValidationError("")
    except ValidationError:
        refuse(
            request,
            _(
                "Your organisation did not send an e-mail address with your sign-in. Ask its"
                " administrator."
            ),
        )
    try:
        with transaction.atomic():
            name = str(claim_in(claims, "name") or "")
            sociallogin.user = memberships.welcome(email, name[:150])
            sociallogin.save(request, connect=True)
    except Refused:
        refuse(
            request,
            _(
                "There is an account for your address already. Sign in with your password, and"
                " connect this identity under “Sign-in and security”."
            ),
        )


def follow(request: Any, user: Any, provider: str, given: ByGroups) -> None:
    """Who has no role left gets in no more."""
    act = Act.of(None, timezone.now(), _("By the groups of %(provider)s") % {"provider": provider})
    memberships.follow(user, provider, given, act)
    if not access_of(user).grants:
        refuse(
            request,
            _("None of your groups gives a role here any more. Ask the administrator of yours."),
        )


def refuse(request: Any, why: str) -> None:
    messages.error(request, why)
    raise ImmediateHttpResponse(
        redirect("socialaccount_connections" if request.user.is_authenticated else "login")
    )
