"""What is asked before a program may read."""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.models import Reads, Region
from contracts.people.membership import administered
from contracts.programs.door import last_day
from sroi.access import Access
from sroi.fields import OF_ANOTHER, Day, text_field


def until_field() -> Day:
    return Day(
        label=_("Valid until"),
        help_text=_("The last day on which the token works. Then the program needs a new one."),
    )


class ProgramForm(forms.Form):
    region: Any = forms.ModelChoiceField(queryset=None, label=_("Region"))
    name = text_field(
        _("Name of the program"),
        100,
        autocomplete=OF_ANOTHER,
        help_text=_("So that you know it again, such as: Power BI of the municipality."),
    )
    reads = forms.MultipleChoiceField(
        label=_("What may it read?"),
        choices=Reads.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the whole region, and nothing about a person. Choose what it needs."),
    )
    until = until_field()

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = administered(Region, access)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        self.fields["region"].initial = regions.first()
        if len(regions) == 1:
            self.fields["region"].widget = self.fields["region"].hidden_widget()
        self.fields["until"].initial = last_day(localdate())


class RenewForm(forms.Form):
    until = until_field()
