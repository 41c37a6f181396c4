"""Where the link of an invitation leads: a new account, or one more membership."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contracts.models import Invitation
from contracts.people import door as memberships
from contracts.people.forms import AcceptForm
from contracts.people.invitations import invitation_of, known_person
from sroi.accounts import audit, devices
from sroi.accounts.models import AuditKind
from sroi.doors import Refused

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    invitation = invitation_of(token, now)
    if invitation is None:
        return render(request, "pages/invitation_gone.html", status=410)
    known = known_person(invitation.email)
    if known and not invitation.by_command:
        return accept_as_known(request, invitation, known)
    initial = {"name": known.name if known else ""}
    form = AcceptForm(request.POST or None, email=invitation.email, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            user = memberships.accept(invitation, at=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return welcome_back(request, user) if known else welcome_new(request, user, invitation)
    return render(request, "pages/invitation.html", {"invitation": invitation, "form": form})


def welcome_new(request: HttpRequest, user: Any, invitation: Invitation) -> HttpResponse:
    login(request, user, backend=BACKEND)
    record_authentication(request, user, "password", email=user.email)
    response = welcome(request, invitation)
    devices.remember(request, response, user)
    return response


def welcome_back(request: HttpRequest, user: Any) -> HttpResponse:
    """With the new password, and the second step of an account that has one."""
    audit.note(AuditKind.PASSWORD_CHANGED, user=user)
    messages.success(request, _("Your new password is set. Sign in with it."))
    return redirect("login")


def accept_as_known(request: HttpRequest, invitation: Invitation, known: Any) -> HttpResponse:
    """Who has an account signs in with it first: the link alone opens no account."""
    if request.user != known:
        return redirect(f"{reverse('login')}?next={request.path}")
    if request.method == "POST":
        try:
            memberships.accept(invitation, at=timezone.now(), user=known)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("start")
        return welcome(request, invitation)
    return render(request, "pages/invitation.html", {"invitation": invitation})


def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(
        request,
        _("Welcome. You take part in social return of %(region)s.")
        % {"region": invitation.region.title},
    )
    return redirect("start")
