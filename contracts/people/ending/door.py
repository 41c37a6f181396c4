"""The door by which what is kept of people ends by itself: invitations that nobody took, roles of
who stays away, and what hangs on an account.

A role ends by itself only after its holder was warned, and never that of the last region admin.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.models import Contract, Invitation, Membership, NoticeChoice, Policy, Region
from contracts.people import returned
from contracts.people.door import end_by_itself
from contracts.people.ending import away
from contracts.people.ending.warning import tell
from sroi.accounts.ending.erasing import not_erased
from sroi.accounts.ending.terms import terms_on
from sroi.database import days
from sroi.doors import Act
from sroi.periods import over_since


def end_roles_of_who_stays_away(at: datetime) -> int:
    """Warn who is nearly away for too long, then end the roles of who was warned in time; how many
    ended. Of several admins of a region the one who came last stays.
    """
    today = localdate(at)
    for membership in away.to_warn(today):
        _warn(membership, at)
    over = away.over(today).order_by("user__last_login", "started_at", "pk")
    act = Act.of(None, at, _("Nobody signed in with it any more"))
    return sum(end_by_itself(membership, act) for membership in over)


def _warn(membership: Membership, at: datetime) -> None:
    """With the mail, which is kept in the same transaction: nobody is told twice, or not at all."""
    with transaction.atomic():
        waits = Membership.objects.filter(pk=membership.pk, warned_at=membership.warned_at)
        if waits.update(warned_at=at):
            membership.warned_at = at
            tell(membership, localdate(at))


def invitations_over(today: date) -> Any:
    """Those that nobody took, and whose time by the policy of their region is over."""
    over = Q(pk__in=())
    for region in Region.objects.all():
        policy = Policy.objects.filter(region=region).on(today)
        if policy:
            lapsed = over_since(today, policy.retention_invitation_months)
            over |= Q(region=region) & days.by("expires_at", lapsed)
    return Invitation.objects.filter(over, accepted_at=None)


def forget_invitations(today: date) -> None:
    invitations_over(today).delete()


def accounts_over(today: date) -> list[int]:
    """Of who had no role and did not sign in since the term for that began."""
    since = terms_on(today).account_over(today)
    roles = Membership.objects.filter(user=OuterRef("pk"))
    idle = (
        ~Exists(roles.filter(Q(ended_at=None) | days.after("ended_at", since))),
        Q(last_login=None) | days.by("last_login", since),
    )
    found = not_erased().filter(*idle, days.by("date_joined", since)).order_by("pk")
    return list(found.values_list("pk", flat=True))


def forget_accounts(numbers: Iterable[int]) -> None:
    """How they are reached and what they chose; `accounts.ending.erasing` erases the account, after
    this: a contract can name the address without the account.
    """
    keys = list(numbers)
    addresses = get_user_model().objects.filter(pk__in=keys).values_list("email", flat=True)
    theirs = Q(adviser__in=keys) | Q(address__in=list(addresses))
    for rows in (Contract.objects.all(), Contract.history.all()):
        named = rows.exclude(adviser_email="").annotate(address=Lower("adviser_email"))
        named.filter(theirs).update(adviser_email="")
    Invitation.objects.filter(accepted_by__in=keys).update(email="")
    returned.forget_of(keys)
    NoticeChoice.objects.filter(user__in=keys).delete()
