"""What is kept about users ends: accounts that nobody needs any more, sessions, rows of the log.

Of an account all goes by which somebody is reached or signs in; the name stands with the decisions
that were made, for as long as those are kept (Archiefwet). What was erased is listed by number, so
that a backup that is put back is erased again. Who has no role any more, `contracts.people` knows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.timezone import localdate

from sroi.accounts.ending.erasures import list_erased
from sroi.accounts.ending.terms import terms_on
from sroi.accounts.models import NOBODY, AuditEvent, User
from sroi.database.days import begin_of


def not_erased() -> Any:
    return User.objects.exclude(email__endswith=NOBODY)


def erase_accounts(numbers: Iterable[int], why: str) -> int:
    """Erase and list; how many there were."""
    keys = list(numbers)
    with transaction.atomic():
        erase_accounts_again(keys)
        list_erased(User, dict.fromkeys(keys, why))
    return len(keys)


def erase_accounts_again(numbers: Iterable[int]) -> None:
    with transaction.atomic():
        for user in not_erased().filter(pk__in=list(numbers)):
            sessions = UserSession.objects.filter(user=user)
            Session.objects.filter(pk__in=sessions.values("session_key")).delete()
            for model in (UserSession, Authenticator, SocialAccount, EmailAddress):
                model._default_manager.filter(user=user).delete()
            user.email, user.is_active, user.last_login = f"{user.pk}{NOBODY}", False, None
            user.phone, user.lists = "", {}
            user.set_unusable_password()
            user.save()


def sessions_over(now: datetime) -> Any:
    """What is kept of sessions that were not seen any more: where from and with which browser."""
    before = begin_of(terms_on(localdate(now)).sessions_over(localdate(now)))
    return UserSession.objects.filter(last_seen_at__lt=before)


def log_over(now: datetime) -> Any:
    before = begin_of(terms_on(localdate(now)).log_over(localdate(now)))
    return AuditEvent.objects.filter(at__lt=before)


def forget_sessions(now: datetime) -> None:
    Session.objects.filter(expire_date__lt=now).delete()
    sessions_over(now).delete()


def forget_log(now: datetime) -> None:
    log_over(now).delete()
