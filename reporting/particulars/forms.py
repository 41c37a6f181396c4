"""What is asked of a clerk to file a report, and of who fills in the team and the scenario."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.notice.editions import Filed
from sroi.exchange import quantity, whole_number
from sroi.fields import FIRST_DAY, LAST_DAY, Day, ParsedField, euros, percentage, text_field


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
            **{
                name: answer[name]
                for name in ("number", "on", "case_number", "portfolio_holder", "signed_by")
            }
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
    scenario_year = ParsedField(
        whole_number, label=_("Year of the scenario"), mode="numeric", required=False
    )
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
    year_note = text_field(
        _("Why this year stands out"),
        500,
        required=False,
        rows=3,
        help_text=_(
            "Where it differs much from the years beside it. Printed under the years, in this"
            " report and in later ones."
        ),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    TEAM = ("team_fte", "team_cost", "extra_fte", "extra_cost", "by_inhabitants", "team_note")
    BOUNDS = ("volume", "share", "rate", "realised")

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or {}
        lows = {name: answer.get(f"{name}_low") for name in self.BOUNDS}
        for name, low in lows.items():
            high = answer.get(f"{name}_high")
            if low is None and (
                high is not None or any(other is not None for other in lows.values())
            ):
                if f"{name}_low" not in self.errors:
                    self.add_error(
                        f"{name}_low", _("Fill this in too: the scenario multiplies all four.")
                    )
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
        apart = (*self.TEAM, "year_note", "seen")
        return [self[name] for name in self.fields if name not in apart]
