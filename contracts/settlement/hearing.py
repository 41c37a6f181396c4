"""Whether the contractor was heard before a shortfall is decided, whatever is charged for it.

The draft of the decision is shown first and can be answered once, within the days that the policy
gives (`answer_days`, the last of them included). After the answer, or after that day, it is decided
as it was shown or milder: never for a larger shortfall or a higher penalty than the draft said.
Amounts are euro. Source: the policy, and docs/decisions/a-shortfall-is-shown-first.md.
"""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from contracts.models import Contract, DraftDecision, DraftState
from contracts.settlement.shortfall import Figures
from sroi.access import Access, May
from sroi.money import ZERO
from sroi.templatetags.formats import long_date


def last_day(contract: Contract, shown_on: date) -> date:
    """The last day on which a draft that is shown on a day can be answered."""
    return shown_on + timedelta(days=contract.policy.answer_days)


def may_answer(access: Access, contract: Contract) -> bool:
    """The contractor's own people."""
    return access.may(
        May.FULFIL, region_id=contract.region_id, contractor_id=contract.contractor_id
    )


def shown(drafts: Collection[DraftDecision]) -> DraftDecision | None:
    """The one that stands with the contractor now."""
    return next((draft for draft in drafts if draft.state == DraftState.SHOWN), None)


def waits(draft: DraftDecision | None, today: date) -> bool:
    """Whether the contractor can still answer it."""
    return (
        draft is not None
        and draft.state == DraftState.SHOWN
        and draft.answered_at is None
        and today <= draft.answer_until
    )


def unheard(figures: Figures, charged: Decimal, draft: DraftDecision | None, today: date) -> str:
    """Why this cannot be decided yet; empty where it can. `charged` is the penalty."""
    if figures.shortfall == ZERO:
        return ""
    if draft is None:
        return _("Show the contractor the draft of the decision first, so that it can answer.")
    if waits(draft, today):
        return _("The contractor can answer the draft until %(day)s. Decide after that.") % {
            "day": long_date(draft.answer_until)
        }
    if figures.shortfall > draft.shortfall or charged > draft.penalty:
        return _("This is more than the draft said. Show the contractor a new draft first.")
    return ""
