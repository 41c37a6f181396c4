"""What is asked when a report takes a step."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting import placeholders
from reporting.editions import YEARS, Edition, Filed
from reporting.goals import Aim
from reporting.models import Indicator
from sroi.accounts.history import WHY
from sroi.exchange import amount, quantity, whole_number
from sroi.fields import FIRST_DAY, LAST_DAY, Day, ParsedField, euros, percentage, text_field

# What a goal can hold.
LARGEST = 10**13


class StepForm(forms.Form):
    """The reason, where the step needs one, and what was on the screen: the last posting and text, or the drafts."""

    reason = text_field(
        _("Reason"),
        1000,
        rows=4,
        error_messages={"required": _("Write the reason in a sentence.")},
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen_text = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, with_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_reason:
            del self.fields["reason"]

    def show(self, shown: str) -> None:
        """What is on the screen now, also where something else was when the button was pressed."""
        self.initial["shown"] = shown
        if self.is_bound:
            data = self.data.copy()  # type: ignore[attr-defined]
            data["shown"] = shown
            self.data = data


class SectionForm(forms.Form):
    """The text of a section, and the number of the text that it was made from."""

    LONGEST = 20_000

    text = text_field(
        _("Text"),
        LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 20, "lang": "nl", "spellcheck": "true"}),
    )
    everywhere = forms.BooleanField(
        label=_("Also in the editions of municipalities"),
        required=False,
        help_text=_("Where a municipality has no text of its own, this text stands, with its own figures."),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.fields["text"].help_text = _(
            "**bold**, *italic*, ### for a heading, - or 1. for a list. Leave it empty for the default text."
        )
        if edition.municipality:
            self.fields["everywhere"].widget = forms.HiddenInput()

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        unknown = placeholders.unknown(text, placeholders.values(self.edition))
        if unknown:
            names = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
            raise forms.ValidationError(
                _("There is no figure called %(names)s. Choose a name from the list, or leave it out.")
                % {"names": names}
            )
        return text


class FilingForm(forms.Form):
    """What a clerk needs to file an edition; all of it can be left open."""

    number = text_field(_("Number of the council notice"), 60, required=False)
    on = Day(label=_("Date of the council notice"), required=False)
    case_number = text_field(_("Case number"), 60, required=False)
    portfolio_holder = text_field(_("Portfolio holder"), 120, required=False)
    signed_by = text_field(
        _("Signed by"),
        200,
        required=False,
        help_text=_("Name and function as they stand under the notice, or “namens het college”."),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @property
    def filed(self) -> Filed:
        answer = self.cleaned_data
        return Filed(
            **{name: answer[name] for name in ("number", "on", "case_number", "portfolio_holder", "signed_by")}
        )


class SupplementForm(forms.Form):
    """The cost of the team and the four assumptions of a scenario, each low and high."""

    team_fte = ParsedField(quantity, label=_("Size of the team"), suffix="fte", required=False)
    team_cost = euros(_("Cost of the team in a year"), required=False)
    extra_fte = ParsedField(quantity, label=_("Extra fte proposed"), suffix="fte", required=False)
    extra_cost = euros(_("Extra cost proposed in a year"), required=False)
    by_inhabitants = forms.BooleanField(
        label=_("Divided over the municipalities by inhabitants"),
        required=False,
        help_text=_("Numbers of inhabitants are those of the region."),
    )
    team_note = text_field(_("About the team"), 1000, required=False, rows=3)
    scenario_year = ParsedField(whole_number, label=_("Year of the scenario"), mode="numeric", required=False)
    volume_low = euros(_("Procurement volume in a year, low"), required=False)
    volume_high = euros(_("Procurement volume in a year, high"), required=False)
    share_low = percentage(_("Share with social return, low"), required=False)
    share_high = percentage(_("Share with social return, high"), required=False)
    rate_low = percentage(_("Average rate, low"), required=False)
    rate_high = percentage(_("Average rate, high"), required=False)
    realised_low = percentage(_("Part of the obligation that is fulfilled, low"), required=False)
    realised_high = percentage(_("Part of the obligation that is fulfilled, high"), required=False)
    scenario_note = text_field(
        _("Assumptions, as they are printed under the scenario"),
        1000,
        required=False,
        rows=3,
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    TEAM = ("team_fte", "team_cost", "extra_fte", "extra_cost", "by_inhabitants", "team_note")
    BOUNDS = ("volume", "share", "rate", "realised")

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or {}
        lows = {name: answer.get(f"{name}_low") for name in self.BOUNDS}
        for name, low in lows.items():
            high = answer.get(f"{name}_high")
            if low is None and (high is not None or any(other is not None for other in lows.values())):
                if f"{name}_low" not in self.errors:
                    self.add_error(f"{name}_low", _("Fill this in too: the scenario multiplies all four."))
            elif low is not None and high is not None and high < low:
                self.add_error(f"{name}_high", _("The high cannot be below the low."))
        year = answer.get("scenario_year")
        if year is not None and not FIRST_DAY.year <= year <= LAST_DAY.year:
            self.add_error("scenario_year", _("Write the year with four digits."))
        for name in ("team_fte", "extra_fte"):
            if (answer.get(name) or 0) >= 10_000:
                self.add_error(name, _("That is too much."))
        return answer

    @property
    def team(self) -> list[Any]:
        return [self[name] for name in self.TEAM]

    @property
    def scenario(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in (*self.TEAM, "seen")]


class GoalForm(forms.Form):
    """A goal for a year; an empty low withdraws it."""

    year = ParsedField(whole_number, label=_("Year"), mode="numeric")
    indicator = forms.ChoiceField(label=_("What the goal is about"), choices=Indicator.choices)
    low = ParsedField(
        amount,
        label=_("Goal, or the lowest of a range"),
        required=False,
        help_text=_("Workplaces as a number, the others in euro. Leave it empty to withdraw the goal."),
    )
    high = ParsedField(amount, label=_("The highest of a range"), required=False)
    why = text_field(
        _("Why, or where it was decided"), WHY, required=False, help_text=_("Stands in the history of the goals.")
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
            if value < 0 or value >= LARGEST:
                self.add_error(name, _("Write an amount of zero or more, below ten thousand billion."))
            elif answer.get("indicator") == Indicator.WORKPLACES and value % 1:
                self.add_error(name, _("Workplaces are whole numbers."))
        if high is not None and low is None and "low" not in self.errors:
            self.add_error("low", _("A range has a lowest too."))
        elif high is not None and low is not None and high < low:
            self.add_error("high", _("The high cannot be below the low."))
        return answer

    @property
    def aim(self) -> Aim:
        return Aim(self.cleaned_data["low"], self.cleaned_data["high"])
