"""What is asked to settle a contract: time to recover, the decision, and why a settlement is
reopened.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import DraftDecision
from contracts.owed.words import IN_THE_HISTORY
from contracts.settlement.shortfall import Decision, Figures
from sroi.fields import Day, text_field
from sroi.money import ZERO

TO_BLAME, NOT_TO_BLAME = "yes", "no"


class RecoveryForm(forms.Form):
    until = Day(label=gettext_lazy("Recovery period until"))
    why = text_field(
        gettext_lazy("Reason"),
        1000,
        rows=3,
        help_text=IN_THE_HISTORY,
    )


class DecisionForm(forms.Form):
    """Where there is a shortfall: is the contractor to blame; and what the letter explains."""

    NEEDED_SOMETIMES = ("no_fault_reason",)

    fault = forms.ChoiceField(
        label=gettext_lazy("The shortfall"),
        choices=[
            (TO_BLAME, gettext_lazy("Charge the penalty of the policy")),
            (NOT_TO_BLAME, gettext_lazy("No penalty: the contractor could do nothing about it")),
        ],
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
    )
    no_fault_reason = text_field(
        gettext_lazy("Why could the contractor do nothing about it?"),
        1000,
        required=False,
        rows=3,
        help_text=gettext_lazy("It stands in the closing letter."),
    )
    explanation = text_field(
        gettext_lazy("Explanation in the closing letter"),
        2000,
        required=False,
        rows=4,
    )

    def __init__(self, *args: Any, figures: Figures, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if figures.shortfall == ZERO:
            del self.fields["fault"], self.fields["no_fault_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if (
            cleaned.get("fault") == NOT_TO_BLAME
            and not cleaned.get("no_fault_reason")
            and not self.errors
        ):
            self.add_error("no_fault_reason", _("Write why, since then no penalty is charged."))
        return cleaned

    @staticmethod
    def initial_of(draft: DraftDecision) -> dict[str, Any]:
        """As the draft said it."""
        return {
            "fault": TO_BLAME if draft.at_fault else NOT_TO_BLAME,
            "no_fault_reason": draft.no_fault_reason,
            "explanation": draft.explanation,
        }

    @property
    def decision(self) -> Decision:
        given = self.cleaned_data
        at_fault = given.get("fault", TO_BLAME) == TO_BLAME
        reason = "" if at_fault else given["no_fault_reason"]
        return Decision(at_fault, reason, given["explanation"])


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
