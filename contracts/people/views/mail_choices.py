"""Which mails somebody wants, and when: each kind that people with their roles are told of."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.people import notices
from contracts.people.forms import MailChoicesForm
from contracts.people.views.users import form_page
from sroi.views import Request


@form_page
def mail_choices(request: Request) -> HttpResponse:
    about: dict[str, Any] = {"user": request.user, "access": request.access, "today": localdate()}
    form = MailChoicesForm(request.POST if request.method == "POST" else None, **about)
    if request.method == "POST" and form.is_valid():
        notices.choose(request.user, form.cleaned_data)
        messages.success(request, _("Saved. From now on you get mail in this way."))
        return redirect("mail-choices")
    context = {"form": form, "heading": _("Mail to you")}
    return render(request, "pages/mail_choices.html", context, status=422 if form.errors else 200)
