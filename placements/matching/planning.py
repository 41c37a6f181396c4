"""A place as the action plan of a contract has it: what is known of it without asking."""

from datetime import date
from typing import Any

from contracts.models import Category, Contract, PlanState
from contracts.plans.schedule import quarter_of
from sroi.periods import DAY, add_months

MONTHS_OF_A_QUARTER = 3
LONGEST_TITLE = 150


def place_from_plan(contract: Contract, today: date) -> dict[str, Any]:
    """From the quarters in which work is planned until the last of them, and what was written."""
    plans = contract.plans.exclude(state=PlanState.REPLACED).prefetch_related("amounts")
    plan = plans.order_by("-number").first()
    known: dict[str, Any] = {"title": contract.title[:LONGEST_TITLE]}
    if plan is None:
        return known
    quarters = [
        row.quarter
        for row in plan.amounts.all()
        if row.category == Category.WORK and row.quarter >= quarter_of(today)
    ]
    if plan.work:
        known["about"] = plan.work[:1000]
    if quarters:
        last = add_months(max(quarters), MONTHS_OF_A_QUARTER) - DAY
        known["first_day"] = max(min(quarters), today, contract.start_date)
        known["until"] = max(known["first_day"], min(last, contract.last_counted_day))
    return known
