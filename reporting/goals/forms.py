"""What is asked for a goal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.figures.catalogue import FIGURES, choices
from reporting.figures.kinds import Kind
from reporting.goals.door import Aim
from reporting.notice.editions import YEARS
from sroi.exchange import amount, whole_number
from sroi.fields import ParsedField, text_field
from sroi.history.keeping import WHY


class GoalForm(forms.Form):
    """A goal for a year; an empty low withdraws it."""

    NEEDED_SOMETIMES = ("low",)

    year = ParsedField(whole_number, label=_("Year"), mode="numeric")
    indicator = forms.ChoiceField(label=_("What the goal is about"), choices=choices)
    low = ParsedField(
        amount,
        label=_("Goal, or the lowest of a range"),
        required=False,
        help_text=_(
            "A count as a whole number, an amount in euro. Leave it empty to withdraw the goal."
        ),
    )
    high = ParsedField(amount, label=_("The highest of a range"), required=False)
    why = text_field(
        _("Why, or where it was decided"),
        WHY,
        required=False,
        help_text=_("Stands in the history of the goals."),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year not in YEARS:
            raise forms.ValidationError(_("Write the year with four digits."))
        return year

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or {}
        low, high = answer.get("low"), answer.get("high")
        for name, value in (("low", low), ("high", high)):
            if value is None:
                continue
            about = FIGURES.get(answer.get("indicator", ""))
            if about and about.kind is Kind.COUNT and value % 1:
                self.add_error(
                    name, _("%(figure)s: write a whole number.") % {"figure": about.title}
                )
        if high is not None and low is None and "low" not in self.errors:
            self.add_error("low", _("A range has a lowest too."))
        elif high is not None and low is not None and high < low:
            self.add_error("high", _("The high cannot be below the low."))
        return answer

    @property
    def aim(self) -> Aim:
        return Aim(self.cleaned_data["low"], self.cleaned_data["high"])
