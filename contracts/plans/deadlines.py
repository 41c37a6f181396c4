"""By when something is to be done for a contract: contact, action plan, interim report. The terms
are policy.

No clock, no database. Source: DOMAIN.md section 6 and the policy keys of section 10.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, ContractState
from sroi.periods import add_months


class What(TextChoices):
    CONTACT = "contact", _("first contact")
    PLAN = "plan", _("action plan")
    REPORT = "report", _("interim report")


class DeadlineState(TextChoices):
    DONE = "done", _("done")
    DUE = "due", _("still to do")
    OVERDUE = "overdue", _("overdue")


@dataclass(frozen=True)
class Deadline:
    """Something that is due on a day; `done` is the day it was done, None while it was not."""

    what: What
    due: date
    done: date | None
    today: date

    @property
    def state(self) -> DeadlineState:
        if self.done:
            return DeadlineState.DONE
        return DeadlineState.OVERDUE if self.today > self.due else DeadlineState.DUE


def deadlines(
    contract: Contract, planned_on: date | None, heard_on: date | None, today: date
) -> list[Deadline]:
    """What is to be done for a contract that owes something and runs, in the order in which it
    comes.

    `planned_on`: the day on which the plan that waits or was agreed was handed in; `heard_on`: the
    last day on which the contractor reported something. An interim report is due so many months
    after that, or after the first day. Who reported was spoken with; and once the term is over, it
    is too late for a plan. No term begins before the contract came into the register: history that
    is brought in is not late on its first day.
    """
    if (
        contract.state != ContractState.ACTIVE
        or contract.is_framework
        or not contract.has_obligation
    ):
        return []
    policy, last, registered = contract.policy, contract.last_counted_day, contract.registered_on
    asked = max(contract.award_date, registered)
    found = []
    if contract.contacted_on or not heard_on:
        due = asked + timedelta(days=policy.contact_days)
        found.append(Deadline(What.CONTACT, due, contract.contacted_on, today))
    if planned_on or not (contract.no_plan_reason or today > last):
        found.append(
            Deadline(What.PLAN, asked + timedelta(weeks=policy.plan_weeks), planned_on, today)
        )
    since = max(heard_on or contract.start_date, contract.start_date, registered)
    if contract.start_date <= today and since < last:
        found.append(
            Deadline(What.REPORT, min(add_months(since, policy.report_months), last), None, today)
        )
    return found
