"""What is asked for a goal."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.figures.catalogue import FIGURES, choices
from reporting.figures.chains import Chain
from reporting.figures.kinds import Kind
from reporting.goals.door import MOST_PERCENT, Aim
from reporting.notice.editions import YEARS
from sroi.exchange import amount, percent_in_words, whole_number
from sroi.fields import ParsedField, euros, text_field
from sroi.history.keeping import WHY


def percents_in_words(written: Any) -> tuple[Decimal, ...]:
    """`5; 85` or `5% × 85%`: percentages of each other, each above 0 and 100 at most."""
    parts = [part for part in re.split(r"[;×]", str(written)) if part.strip()]
    found = tuple(percent_in_words(part) for part in parts)
    if not all(part and 0 < part <= MOST_PERCENT for part in found):
        raise ValueError(_("A percentage is more than 0, and 100 at most."))
    return found


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
    volume = euros(
        _("Or a share: what is procured in a year"),
        required=False,
        help_text=_("The goal is then worked out, and the two fields above stay empty."),
    )
    percents = ParsedField(
        percents_in_words,
        label=_("Percentages of it, one of the other"),
        required=False,
        help_text=_(
            "For instance 5; 85: social return over 5% of what is procured, and 85% of that"
            " fulfilled."
        ),
    )
    source = text_field(
        _("Motion of, or promise to the council"),
        200,
        required=False,
        help_text=_("Stands beside the goal in the report, such as “motie 12 van 3 maart 2025”."),
    )
    why = text_field(
        _("Why"),
        WHY,
        required=False,
        help_text=_("Stands in the history of the goals."),
    )
    seen = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

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
        self.refuse_half_a_share(answer)
        return answer

    def refuse_half_a_share(self, answer: dict[str, Any]) -> None:
        """A share is about an amount, has a volume and percentages, and no limits of its own."""
        given = [name for name in ("volume", "percents") if answer.get(name)]
        about = FIGURES.get(answer.get("indicator", ""))
        if not given:
            return
        if len(given) == 1 and not {"volume", "percents"} & set(self.errors):
            other = "percents" if given == ["volume"] else "volume"
            self.add_error(other, _("A share has both an amount that is procured and percentages."))
        if about and about.kind is not Kind.EURO:
            self.add_error("volume", _("Only an amount can be a share of what is procured."))
        for name in ("low", "high"):
            if answer.get(name) is not None:
                self.add_error(name, _("Leave this empty: the share says what the goal is."))

    @property
    def aim(self) -> Aim:
        answer = self.cleaned_data
        if answer["volume"] and answer["percents"]:
            return Aim.share(Chain(answer["volume"], answer["percents"]), answer["source"])
        withdrawn = answer["low"] is None
        return Aim(answer["low"], answer["high"], source="" if withdrawn else answer["source"])
