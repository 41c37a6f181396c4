"""Which mails somebody wants, and when: each kind that people with their roles are told of."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts import notices
from contracts.models import NoticeKind, When
from sroi.access import Access
from sroi.pages.users import form_page
from sroi.views import Request


class MailChoicesForm(forms.Form):
    """A choice per kind; what the policy wants told cannot be turned off, and says so."""

    def __init__(self, *args: Any, user: Any, access: Access, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, when in notices.choices_of(user, access, today).items():
            allowed = notices.ways(kind, access, today)
            self.fields[kind] = forms.ChoiceField(
                label=kind.label,
                choices=[(way.value, self.word(kind, way)) for way in allowed],
                initial=when,
                widget=forms.RadioSelect,
                help_text=self.why(kind, allowed),
            )

    @staticmethod
    def word(kind: NoticeKind, way: When) -> str:
        label = str(_("every week") if (kind, way) == (NoticeKind.OVERVIEW, When.WEEKLY) else way.label)
        return label.capitalize()

    @staticmethod
    def why(kind: NoticeKind, allowed: list[When]) -> str:
        if kind == NoticeKind.OVERVIEW:
            return _("Once a week, and only when there is something to do.")
        return "" if When.NEVER in allowed else _("The region asks that you are always told of these.")


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
