"""Bringing in action plans from a file, all or nothing through the door. A row says what is meant
for a category in a quarter; what no row says of a plan that is there stays as it is. The same file
again changes nothing.
"""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.imports.outcome import Bring, Outcome, importer
from contracts.models import ActionPlan, Category, Contract, PlanState, Region
from contracts.owed.amounts import OPEN
from contracts.plans.columns import PLAN_COLUMNS
from contracts.plans.door import Brought, bring
from contracts.plans.plan import UNDER_WAY, has_plan, quarters_to_plan
from contracts.plans.words import quarter_words
from sroi.doors import Act, still_to_come
from sroi.exchange import Parsed, Row
from sroi.money import ZERO
from sroi.templatetags.formats import euro2, long_date

LONGEST_WORDS = 2000


@dataclass
class Planned:
    """The plan of a contract as its rows make it, beside the one that is there."""

    contract: Contract
    there: ActionPlan | None = None
    amounts: dict[tuple[str, date], Decimal] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    agreed_on: date | None = None
    seen: set[tuple[str, date]] = field(default_factory=set)
    # The categories of which another text is told than is known.
    retold: set[str] = field(default_factory=set)
    differs: bool = False

    def __post_init__(self) -> None:
        if self.there:
            self.amounts = {(r.category, r.quarter): r.amount for r in self.there.amounts.all()}

    @property
    def is_handed_in(self) -> bool:
        return self.there is not None and self.there.state == PlanState.SUBMITTED

    @property
    def agrees(self) -> bool:
        """Whether it waits as it is, and the file says when it was agreed."""
        return self.is_handed_in and not self.differs and self.agreed_on is not None

    def brought(self) -> Brought:
        there = {category.value: getattr(self.there, category, "") for category in Category}
        said = {category: "\n".join(self.words[category]) for category in self.retold}
        waits = self.there if self.agrees else None
        return Brought(self.contract, there | said, self.amounts, self.agreed_on, waits)

    @property
    def told(self) -> dict[str, str]:
        """What comes of it, for each of its rows."""
        return {"plan_agreed_on": self.agreed_on.isoformat() if self.agreed_on else ""}


@importer(PLAN_COLUMNS)
def import_plans(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Hand in the plans of a file; those with the day on which they were agreed hold from then
    on.
    """
    plans = _plans(region, parsed)
    for row in parsed.rows:
        if planned := _of(row, plans, parsed, act.today):
            _take(row, planned, parsed, outcome)
    for row in parsed.faulty:
        _contract_of(row, plans, parsed, act.today)
    same = set(outcome.unchanged)
    for row in parsed.rows:
        planned = plans.get(row["contract_reference"])
        if planned and row.number not in same:
            _check_whole(row, planned, parsed)
            told = {"planned": str(row["planned_value"]), **planned.told}
            outcome.understood.setdefault(row.number, {}).update(told)

    def do(_taken: Container[str]) -> None:
        done = [p.brought() for p in plans.values() if p.seen and (p.differs or p.agrees)]
        bring(done, act)

    return do


def _plans(region: Region, parsed: Parsed) -> dict[str, Planned]:
    """Of each contract that is named the plan that is under way, else the one that was agreed."""
    references = {row["contract_reference"] for row in parsed.every} - {None}
    contracts = Contract.objects.filter(region=region, reference__in=references)
    plans = ActionPlan.objects.filter(contract__in=contracts).exclude(state=PlanState.REPLACED)
    found: dict[int, ActionPlan] = {}
    for plan in plans.prefetch_related("amounts").order_by("number"):
        found[plan.contract_id] = plan
    return {c.reference: Planned(c, found.get(c.pk)) for c in contracts}


def _of(row: Row, plans: dict[str, Planned], parsed: Parsed, today: date) -> Planned | None:
    """The plan that a row is of, with what it says of it; none with the fault."""
    planned = _contract_of(row, plans, parsed, today)
    if planned is None:
        return None
    key = (row["category"], row["quarter"])
    if key in planned.seen:
        reason = _("This category stands in the file twice for %(quarter)s.")
        parsed.refuse(row, "quarter", reason % {"quarter": quarter_words(row["quarter"])})
    planned.seen.add(key)
    if planned.agreed_on and row["agreed_on"] and planned.agreed_on != row["agreed_on"]:
        parsed.refuse(row, "agreed_on", _("A plan is agreed on one day: another row says another."))
    planned.agreed_on = planned.agreed_on or row["agreed_on"]
    return planned


def _contract_of(
    row: Row, plans: dict[str, Planned], parsed: Parsed, today: date
) -> Planned | None:
    """The plan of the contract that a row names; its faults as far as it can be read."""
    if why := still_to_come(row["agreed_on"], today):
        parsed.refuse(row, "agreed_on", why)
    if row["contract_reference"] is None:
        return None
    planned, reason = plans.get(row["contract_reference"]), ""
    if planned is None:
        reason = _("There is no contract with this reference.")
    elif not has_plan(planned.contract):
        reason = _("This contract owes nothing itself: it needs no plan.")
    if planned is None or reason:
        parsed.refuse(row, "contract_reference", reason)
        return None
    if row["quarter"] and row["quarter"] not in quarters_to_plan(planned.contract):
        parsed.refuse(row, "quarter", _("This quarter lies outside the term of the contract."))
    return planned


def _check_whole(row: Row, planned: Planned, parsed: Parsed) -> None:
    """Asked of each row, once all rows of its plan were seen."""
    if len("\n".join(planned.words[row["category"]])) > LONGEST_WORDS:
        parsed.refuse(row, "planned_words", _("Together these texts are too long."))
    if planned.differs and not any(planned.amounts.values()):
        parsed.refuse(row, "planned_value", _("Nothing is left of this plan."))


def _take(row: Row, planned: Planned, parsed: Parsed, outcome: Outcome) -> None:
    """What a row says into the plan; whether that is new, changed or there already."""
    category, key = row["category"], (row["category"], row["quarter"])
    there, changes = planned.there, []
    before, after = planned.amounts.get(key, ZERO), row["planned_value"]
    if before != after:
        changes.append(["planned_value", euro2(before) if before else "", euro2(after)])
    known = getattr(there, category, "")
    said = row["planned_words"]
    if said and said not in planned.words[category]:
        planned.words[category].append(said)
    if said and f"\n{said}\n" not in f"\n{known}\n":
        planned.retold.add(category)
        changes.append(["planned_words", known, said])
    is_begun = there is not None and there.state == PlanState.DRAFT and row["agreed_on"]
    if changes and planned.contract.state not in OPEN:
        reason = _("This contract is closed: it takes no plan any more.")
        parsed.refuse(row, "contract_reference", reason)
    elif is_begun or (changes and there and there.state in UNDER_WAY):
        reason = _("A plan of this contract is under way. Answer it or discard it first.")
        parsed.refuse(row, "contract_reference", reason)
    planned.differs = planned.differs or bool(changes)
    planned.amounts[key] = after
    if planned.is_handed_in and row["agreed_on"] and not changes:
        changes.append(["agreed_on", "", long_date(row["agreed_on"])])
    elif agreed := not changes and there and there.agreed_at:
        registered = localtime(agreed).date()
        if row["agreed_on"] not in (None, registered):
            reason = _("Registered is %(day)s. What was agreed keeps its day.")
            parsed.warn(row, "agreed_on", reason % {"day": long_date(registered)}, "put_right")
    outcome.place(row, there is None, changes)
