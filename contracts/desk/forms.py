"""What is asked of who puts contracts off, or says who stands in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sroi.fields import Day, PastDay, text_field


class LaterForm(forms.Form):
    until = Day(
        label=gettext_lazy("Show them again on"),
        help_text=gettext_lazy(
            "Only your own list is without them until then. What waits for your answer stays."
        ),
    )


class SpokenForm(forms.Form):
    on = PastDay(label=gettext_lazy("On which day?"))
    why = text_field(gettext_lazy("With whom, and what was agreed?"), 900, required=False, rows=3)


class StandInForm(forms.Form):
    """Who is away in which region, who does the work, and on which days."""

    region: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Region"), empty_label=None
    )
    absent: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Who is away?"))
    by: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Who stands in?"))
    first_day = Day(label=gettext_lazy("From"))
    last_day = Day(label=gettext_lazy("Up to and including"))

    def __init__(self, *args: Any, regions: Any, advisers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["region"].queryset = regions
        if len(regions) == 1:
            fields["region"].widget = forms.HiddenInput()
            fields["region"].initial = regions[0].pk
        fields["absent"].queryset = fields["by"].queryset = advisers
