"""How far a planned tender is, in words; and what it is beside what it became."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import PlannedTender
from contracts.planned.became import AtAward, Stage
from sroi.templatetags.formats import NOTHING, euro2, long_date, month_name

WORDS: dict[str, Any] = {
    Stage.WITHOUT_ADVICE: gettext_lazy("no advice yet"),
    Stage.ADVISED: gettext_lazy("advice made"),
    Stage.CONTRACT: gettext_lazy("contract awarded"),
}
# As a status is drawn.
STATE = {Stage.WITHOUT_ADVICE: "draft", Stage.ADVISED: "accepted", Stage.CONTRACT: "settled"}

# What of a plan, as planned, as awarded, and how much more or less.
Beside = tuple[Any, str, str, str]


def beside(tender: PlannedTender, awarded: AtAward) -> list[Beside]:
    """The plan and what it became, row by row."""
    owed = tender.obligation
    return [
        (_("Award"), month_name(tender.award_month), long_date(awarded.day), ""),
        (
            _("Contract value"),
            euro2(tender.value),
            euro2(awarded.value),
            more_or_less(awarded.value - tender.value),
        ),
        (
            _("Obligation"),
            NOTHING if owed is None else euro2(owed),
            euro2(awarded.obligation),
            "" if owed is None else more_or_less(awarded.obligation - owed),
        ),
    ]


def more_or_less(amount: Decimal) -> str:
    return f"+ {euro2(amount)}" if amount > 0 else euro2(amount)
