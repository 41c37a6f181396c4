"""With which decision a contractor can disagree, and until when.

With a rejection, and with an acceptance for less than was claimed; once, within the days that the
policy gives for an answer (`answer_days`), while the decision is the newest thing that was said and
nothing under it was settled. What was valued anew meanwhile is no decision. Amounts are euro.
Source: the policy, and DOMAIN.md section 6.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Sum
from django.utils.timezone import localdate

from contracts.models import ContractState
from placements.models import (
    Allocation,
    Disagreement,
    EventKind,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.rights import may_review
from sroi.access import Access, May
from sroi.money import ZERO

# With one of these a version begins of which somebody made what it says.
MADE = (
    *(EventKind.DRAFTED, EventKind.CHANGE_PROPOSED),
    *(EventKind.EDITED, EventKind.SUBMITTED),
)


def decision_of(version: FulfilmentVersion) -> FulfilmentVersion:
    """The version with which was decided what stands in this one: itself, or the one before those
    that were only valued anew (`life.revalue`), which no one made.
    """
    versions = FulfilmentVersion.objects.filter(fulfilment=version.fulfilment_id)
    made = FulfilmentEvent.objects.filter(
        fulfilment=version.fulfilment_id, version_number__lte=version.number, kind__in=MADE
    )
    last = made.aggregate(n=Max("version_number"))["n"]
    return version if last in (None, version.number) else versions.get(number=last)


def claimed_in(
    version: FulfilmentVersion, decision: FulfilmentVersion | None = None
) -> FulfilmentVersion | None:
    """The version in which that was claimed which the decision that stands in this one (looked up
    where it is not given) gave nothing or less for; None where there is nothing to disagree with.
    """
    if version.state == FulfilmentState.REJECTED:
        return version
    decision = decision or decision_of(version)
    if version.state != FulfilmentState.ACCEPTED or decision.number == 1:
        return None
    # Accepted otherwise: the claim as it was handed in stands before it, and was never accepted.
    claim = FulfilmentVersion.objects.filter(
        fulfilment=version.fulfilment_id,
        number=decision.number - 1,
        state=FulfilmentState.SUPERSEDED,
        accepted_in=None,
    ).first()
    given = max(worth(decision), worth(version))
    return claim if claim and given < worth(claim) else None


def worth(version: FulfilmentVersion) -> Decimal:
    """What was kept as its value: at submitting what was claimed, at accepting what was given."""
    kept = Allocation.objects.filter(version=version).aggregate(total=Sum("value"))["total"]
    return kept or ZERO


def last_day(version: FulfilmentVersion) -> date | None:
    """The last day on which the contractor can say so: of several contracts, the latest."""
    decided_at = decision_of(version).reviewed_at
    policies = Allocation.objects.filter(version=version).values_list(
        "contract__policy__answer_days", "contract__state"
    )
    if decided_at is None or any(s == ContractState.SETTLED for _days, s in policies):
        return None
    days = max((days for days, _state in policies), default=0)
    return localdate(decided_at) + timedelta(days=days)


def open_until(
    version: FulfilmentVersion, claim: FulfilmentVersion | None, today: date
) -> date | None:
    """Until when one can disagree with what this version decided about a claim (`claimed_in`); None
    where one cannot, or not any more. Whether it was said before is asked by whoever says it.
    """
    last = last_day(version) if claim else None
    return last if last and today <= last else None


def may_disagree(access: Access, fulfilment: Fulfilment) -> bool:
    """The contractor's own people; who records on behalf does not disagree with a colleague."""
    return access.may(
        May.FULFIL, region_id=fulfilment.region_id, contractor_id=fulfilment.contractor_id
    )


def may_answer(access: Access, disagreement: Disagreement) -> bool:
    return may_review(access, disagreement.version.fulfilment)
