"""The action plans of the demonstration: handed in some weeks after the award and agreed soon
after, through the door.

A plan divides what was owed over categories by percents and over the quarters by days, in whole
euros; the last quarter has the rest.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.timezone import make_aware

from contracts.models import Category, Contract, PlanState
from contracts.plans import door as plans
from contracts.plans.plan import quarters_to_plan
from placements.standing.progress import with_progress
from sroi.demo.data import DemoRow
from sroi.doors import Act
from sroi.money import cumulative
from sroi.periods import DAY, Period

# Days after the award, within the terms of the policy.
CONTACT, HANDED_IN, AGREED = 4, 30, 37


def tell(contract: Contract, row: DemoRow, today: date) -> None:
    """What a row of `plans.csv` says, as far as it had happened by `today`."""
    by = contract.adviser

    def after(days: int) -> datetime:
        return make_aware(datetime.combine(contract.award_date + timedelta(days=days), time(10)))

    if after(CONTACT).date() > today:
        return
    plans.record_contact(contract, after(CONTACT).date(), Act.of(by, after(CONTACT)))
    if after(AGREED).date() > today:
        return
    plan = plans.begin(contract, Act.of(by, after(CONTACT)))
    words = {category.value: row[category] for category in Category}
    plans.save(plan, words, amounts(contract, row, today), Act.of(by, after(HANDED_IN)))
    if row["state"] != PlanState.DRAFT:
        plans.submit(plan, Act.of(by, after(HANDED_IN)))
    if row["state"] == PlanState.AGREED:
        plans.agree(plan, Act.of(by, after(AGREED)))


def amounts(contract: Contract, row: DemoRow, today: date) -> dict[tuple[str, date], Decimal]:
    """By category and quarter, in proportion to the days of the term in each."""
    term = Period(contract.start_date, contract.last_counted_day)
    quarters = quarters_to_plan(contract)
    ends = [term.first - DAY, *(quarter - DAY for quarter in quarters[1:]), term.last]
    shares = [term.elapsed(last) - term.elapsed(first) for first, last in pairwise(ends)]
    owed = with_progress([contract], today)[contract.pk].obligation
    percents = [int(row[f"{category}_percent"] or 0) for category in Category]
    wholes = cumulative([Fraction(owed) * percent / 100 for percent in percents])
    found = {}
    for category, whole in zip(Category, wholes, strict=True):
        parts = cumulative([Fraction(whole) * share for share in shares[:-1]], places=0)
        for quarter, amount in zip(quarters, [*parts, whole - sum(parts)], strict=True):
            found[category.value, quarter] = amount
    return found
