"""Asking people in: the mail with the signed link, and the page where it leads."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login, password_validation
from django.contrib.auth.decorators import login_not_required
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from contracts import invitation as door
from contracts.models import Invitation
from sroi.accounts import audit
from sroi.accounts.models import AuditKind
from sroi.doors import Refused
from sroi.fields import text_field

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def url_of(invitation: Invitation) -> str:
    return settings.SITE_URL + reverse("invitation", args=[door.token_of(invitation)])


def send(invitation: Invitation) -> None:
    """In Dutch, whoever sends it; the link is the only secret in it."""
    url = url_of(invitation)
    with translation.override("nl"):
        context = {
            "invitation": invitation,
            "url": url,
            "action": _("Accept the invitation"),
            "region_title": invitation.region.title,
        }
        mail = EmailMultiAlternatives(
            subject=_("Invitation for social return of %(region)s") % {"region": invitation.region.title},
            body=render_to_string("mail/invitation.txt", context),
            to=[invitation.email],
        )
        mail.attach_alternative(render_to_string("mail/invitation.html", context), "text/html")
        mail.send()


class AcceptForm(forms.Form):
    name = text_field(gettext_lazy("Your name"), 150)
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        help_text=gettext_lazy("At least 12 characters. A sentence that only you know is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        strip=False,
        max_length=200,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Not the name or the address, among other things."""
        password: str = self.cleaned_data["password"]
        owner = get_user_model()(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, owner)
        return password


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    invitation = door.invitation_of(token, now)
    if invitation is None:
        return render(request, "pages/invitation_gone.html", status=410)
    known = door.known_person(invitation.email)
    if known and not invitation.by_command:
        return accept_as_known(request, invitation, known)
    initial = {"name": known.name if known else ""}
    form = AcceptForm(request.POST or None, email=invitation.email, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            user = door.accept(invitation, at=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return welcome_back(request, user) if known else welcome_new(request, user, invitation)
    return render(request, "pages/invitation.html", {"invitation": invitation, "form": form})


def welcome_new(request: HttpRequest, user: Any, invitation: Invitation) -> HttpResponse:
    login(request, user, backend=BACKEND)
    record_authentication(request, user, "password", email=user.email)
    return welcome(request, invitation)


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
            door.accept(invitation, at=timezone.now(), user=known)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("start")
        return welcome(request, invitation)
    return render(request, "pages/invitation.html", {"invitation": invitation})


def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(
        request, _("Welcome. You take part in social return of %(region)s.") % {"region": invitation.region.title}
    )
    return redirect("start")
