"""“Forgot your password”: the same work for every address while somebody waits; the worker looks
who it belongs to.

A request only notes the address, and an account is looked up by the task. So neither what is
answered nor how long that takes tells whether there is one. An address without an account, or of
one that was closed, gets no mail.
"""

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.internal.userkit import filter_users_by_email
from django.db import transaction
from django.utils import timezone, translation
from django_tasks import task

from sroi.accounts.models import ForgottenPassword


class ForgottenForm(ResetPasswordForm):
    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"].lower())
        return email

    def save(self, request: Any, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        language = translation.get_language() or ""
        with transaction.atomic():
            asked = ForgottenPassword.objects.create(
                email=email, language=language, made_at=timezone.now()
            )
            send_link.enqueue(asked.pk)
        return email


@task
def send_link(pk: int) -> None:
    """What was typed is gone once it was looked at; the mail is kept in the same transaction, so
    there is one.
    """
    with transaction.atomic():
        asked = ForgottenPassword.objects.filter(pk=pk).select_for_update().first()
        if asked is None:
            return
        users = filter_users_by_email(
            asked.email, is_active=True, prefer_verified=True, for_login=True
        )
        if users:
            with translation.override(asked.language):
                request_password_reset(None, asked.email, users, default_token_generator)
        asked.delete()


def forget(before: datetime) -> None:
    """What no task came to look at: the worker that had it was killed twice."""
    ForgottenPassword.objects.filter(made_at__lt=before).delete()
