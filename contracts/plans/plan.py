"""Who plans, for which quarters, and what was handed in."""

from collections.abc import Iterable
from datetime import date

from django.utils.timezone import localtime

from contracts.models import ActionPlan, Contract, PlanState
from contracts.owed.amounts import OPEN
from contracts.plans.schedule import quarters_of
from sroi.access import Access, May
from sroi.periods import Period

UNDER_WAY = (PlanState.DRAFT, PlanState.SUBMITTED)


def has_plan(contract: Contract) -> bool:
    """Whether there is something to plan for: what owes nothing needs no plan."""
    return contract.has_obligation and not contract.is_framework


def may_plan(access: Access, contract: Contract) -> bool:
    """The contractor's own people, and an adviser on their behalf; while the contract runs."""
    plans = access.may(May.PLAN, region_id=contract.region_id, contractor_id=contract.contractor_id)
    return plans and has_plan(contract) and contract.state in OPEN


def may_agree(access: Access, contract: Contract) -> bool:
    return access.may(May.AGREE_PLANS, region_id=contract.region_id) and contract.state in OPEN


def may_remind(access: Access, contract: Contract) -> bool:
    """Who looks after it, while something can be asked of the contractor."""
    return (
        access.may(May.ADVISE, region_id=contract.region_id)
        and has_plan(contract)
        and contract.state in OPEN
    )


def may_see_under_way(access: Access, contract: Contract) -> bool:
    """A procurement officer sees what was agreed only."""
    return access.may(
        May.SEE_UNAGREED_PLANS, region_id=contract.region_id, contractor_id=contract.contractor_id
    )


def quarters_to_plan(contract: Contract) -> list[date]:
    """The first days of the quarters of the counted term."""
    return quarters_of(Period(contract.start_date, contract.last_counted_day))


def handed_in_on(plans: Iterable[ActionPlan]) -> date | None:
    """The first day on which a plan was handed in that was not asked back."""
    days = [
        localtime(p.submitted_at).date()
        for p in plans
        if p.submitted_at and p.state != PlanState.DRAFT
    ]
    return min(days, default=None)
