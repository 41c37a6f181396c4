"""What is asked of a contractor who does not agree, and of the adviser who answers that."""

from django import forms
from django.utils.translation import gettext_lazy

from placements.models import DisagreementState
from sroi.fields import text_field


class DisagreeForm(forms.Form):
    why = text_field(
        gettext_lazy("Why do you not agree?"),
        1000,
        rows=5,
        help_text=gettext_lazy("The adviser reads this. Do not name the person it is about."),
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What do you decide?"),
        choices=[
            (DisagreementState.KEPT, gettext_lazy("The decision stays")),
            (DisagreementState.AGAIN, gettext_lazy("The claim is reviewed again")),
        ],
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
    )
    why = text_field(
        gettext_lazy("Why?"),
        1000,
        rows=4,
        help_text=gettext_lazy("The contractor reads this."),
    )
