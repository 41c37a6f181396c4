"""What is asked to settle a contract: time to recover, the decision, and why a settlement is
reopened.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import DraftDecision
from contracts.owed.words import IN_THE_HISTORY
from contracts.settlement.shortfall import Decision, Figures, refuse_penalty
from sroi.fields import Day, euros, text_field
from sroi.money import ZERO

TO_BLAME, LESS_TO_BLAME, NOT_TO_BLAME = "yes", "less", "no"

IN_THE_LETTER = gettext_lazy("It stands in the closing letter.")


class RecoveryForm(forms.Form):
    until = Day(label=gettext_lazy("Recovery period until"))
    why = text_field(
        gettext_lazy("Reason"),
        1000,
        rows=3,
        help_text=IN_THE_HISTORY,
    )


class DecisionForm(forms.Form):
    """Where there is a shortfall: is the contractor to blame, and for all of it; and what the
    letter explains.
    """

    NEEDED_SOMETIMES = ("lesser_penalty", "lesser_reason", "no_fault_reason")
    OF_A_SHORTFALL = ("fault", *NEEDED_SOMETIMES)

    fault = forms.ChoiceField(
        label=gettext_lazy("The shortfall"),
        choices=[
            (TO_BLAME, gettext_lazy("Charge the penalty of the policy")),
            (LESS_TO_BLAME, gettext_lazy("Charge less than the policy")),
            (NOT_TO_BLAME, gettext_lazy("No penalty: the contractor could do nothing about it")),
        ],
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
    )
    lesser_penalty = euros(gettext_lazy("Penalty that is charged"), required=False)
    lesser_reason = text_field(
        gettext_lazy("Why is less charged?"),
        1000,
        required=False,
        rows=3,
        help_text=IN_THE_LETTER,
    )
    no_fault_reason = text_field(
        gettext_lazy("Why could the contractor do nothing about it?"),
        1000,
        required=False,
        rows=3,
        help_text=IN_THE_LETTER,
    )
    explanation = text_field(
        gettext_lazy("Explanation in the closing letter"),
        2000,
        required=False,
        rows=4,
    )

    def __init__(self, *args: Any, figures: Figures, factor: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.figures, self.factor = figures, factor
        if figures.shortfall == ZERO:
            for name in self.OF_A_SHORTFALL:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or "fault" not in self.fields:
            return cleaned
        if cleaned["fault"] == LESS_TO_BLAME and cleaned["lesser_penalty"] is None:
            self.add_error("lesser_penalty", _("Fill in what is charged."))
        elif found := refuse_penalty(self.decision, self.figures.shortfall, self.factor):
            self.add_error(found.field, found.reason)
        return cleaned

    @staticmethod
    def initial_of(draft: DraftDecision) -> dict[str, Any]:
        """As the draft said it."""
        return {
            "fault": _fault_of(draft),
            "lesser_penalty": draft.penalty if draft.lesser_reason else None,
            "lesser_reason": draft.lesser_reason,
            "no_fault_reason": draft.no_fault_reason,
            "explanation": draft.explanation,
        }

    @property
    def decision(self) -> Decision:
        given = self.cleaned_data
        fault, explanation = given.get("fault", TO_BLAME), given["explanation"]
        if fault == NOT_TO_BLAME:
            return Decision(False, given["no_fault_reason"], explanation)
        if fault == LESS_TO_BLAME:
            return Decision(
                explanation=explanation,
                lesser_penalty=given["lesser_penalty"],
                lesser_reason=given["lesser_reason"],
            )
        return Decision(explanation=explanation)


def _fault_of(draft: DraftDecision) -> str:
    if not draft.at_fault:
        return NOT_TO_BLAME
    return LESS_TO_BLAME if draft.lesser_reason else TO_BLAME


class AnswerForm(forms.Form):
    why = text_field(
        gettext_lazy("What do you want to say about this draft?"),
        1000,
        rows=6,
        help_text=gettext_lazy(
            "You can answer once. The adviser and the client read it: do not name persons."
        ),
    )
    # The draft that was on the screen.
    draft = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ReopenForm(forms.Form):
    why = text_field(
        gettext_lazy("Why is the settlement reopened?"),
        1000,
        rows=3,
        help_text=IN_THE_HISTORY,
    )
