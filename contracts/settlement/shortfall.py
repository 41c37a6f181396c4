"""What a settlement follows from, and what it may come to: shortfall, recovery, penalty. Amounts
are euro.

Penalty = shortfall × factor, less where the adviser says why, 0 where it was beyond the
contractor's fault; a surplus is shown, never carried over. Source: DOMAIN.md section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.models import Contract, Happened, SettlementState
from sroi.access import Access, May
from sroi.doors import Objection
from sroi.money import ZERO, Balance, rounded
from sroi.periods import DAY, Period, add_months
from sroi.templatetags.formats import euro


@dataclass(frozen=True)
class Figures(Balance):
    """What a settlement follows from: owed, realised by category, how many fulfilments still wait
    for a review, and with how many decisions the contractor disagrees without an answer yet.
    """

    obligation: Decimal
    by_category: Mapping[str, Decimal]
    waiting: int = 0
    disagreements: int = 0

    @property
    def realised(self) -> Decimal:
        return sum(self.by_category.values(), ZERO)


@dataclass(frozen=True)
class Decision:
    """What the adviser decides: whether the contractor is to blame for a shortfall, what is charged
    where that is less than by the policy, and what is explained.
    """

    at_fault: bool = True
    no_fault_reason: str = ""
    explanation: str = ""
    lesser_penalty: Decimal | None = None
    lesser_reason: str = ""


def by_policy(shortfall: Decimal, factor: Decimal) -> Decimal:
    """50.000 against 35.000: factor 1 gives 15.000, 1,5 gives 22.500. Rounded to cents."""
    return rounded(Fraction(shortfall) * Fraction(factor))


def penalty(shortfall: Decimal, factor: Decimal, decision: Decision) -> Decimal:
    """What is charged: by the policy, or the lesser amount that was decided; nothing where it was
    beyond their fault.
    """
    if not decision.at_fault:
        return ZERO
    most = by_policy(shortfall, factor)
    return most if decision.lesser_penalty is None else min(decision.lesser_penalty, most)


def refuse_penalty(decision: Decision, shortfall: Decimal, factor: Decimal) -> Objection | None:
    """Why it cannot be decided so: less than the policy has a reason, and is less."""
    if not decision.at_fault:
        if not decision.no_fault_reason.strip():
            return Objection("no_fault_reason", _("Write why the contractor is not to blame."))
        return None
    if (lesser := decision.lesser_penalty) is None:
        return None
    most = by_policy(shortfall, factor)
    if not ZERO < lesser < most:
        said = _("Choose an amount above 0 and below %(most)s, which is the penalty by the policy.")
        return Objection("lesser_penalty", said % {"most": euro(most)})
    if not decision.lesser_reason.strip():
        return Objection("lesser_reason", _("Write why less is charged than by the policy."))
    return None


def is_settled_here(contract: Contract) -> bool:
    """A framework is not: its call-offs are. What owes nothing has nothing to settle."""
    return contract.has_obligation and not contract.is_framework


def may_settle(access: Access, contract: Contract) -> bool:
    return access.may(May.SETTLE, region_id=contract.region_id)


def is_over(contract: Contract, figures: Figures, today: date) -> bool:
    """Nothing is waited for any more: the last counted day has passed, or all is fulfilled."""
    return today > contract.last_counted_day or figures.shortfall == ZERO


def payments_until(contract: Contract, today: date) -> date | None:
    """The last day on which a payment still counts, while that is to come."""
    last = contract.last_counted_day + timedelta(days=contract.policy.payment_days)
    return last if contract.last_counted_day < today <= last else None


def granted_on(contract: Contract, events: QuerySet[Any]) -> date | None:
    """The day on which time to recover was granted first; None where it was not. `events` are those
    of the contract.
    """
    if contract.recovery_until is None:
        return None
    first = events.filter(what=Happened.RECOVERY).order_by("pk").first()
    return localdate(first.at) if first else contract.end_date


def recovery_days(contract: Contract, granted: date | None, today: date) -> Period | None:
    """The days until which a recovery period can last: the months of the policy, counted from the
    day on which it is granted, or was granted first (`granted`), or from the end where that is
    later. None where the policy gives none, or it is used up.
    """
    months = contract.policy.recovery_months
    first = max(contract.last_counted_day + DAY, today)
    last = add_months(max(granted or today, contract.end_date), months)
    return Period(first, last) if months and first <= last else None


def penalties(settlements: QuerySet[Any], period: Period) -> Decimal:
    """What was charged by the decisions of a period that still hold."""
    decided = settlements.filter(
        state=SettlementState.DECIDED, decided_on__range=(period.first, period.last)
    )
    total: Decimal | None = decided.aggregate(total=Sum("penalty"))["total"]
    return total or ZERO
