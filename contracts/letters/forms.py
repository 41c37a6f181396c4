"""What is asked for the house style of a region."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from contracts.letters.style import TEXTS, style_faults
from contracts.models import HouseStyle
from sroi.fields import OF_ANOTHER, text_field


class HouseStyleForm(forms.Form):
    """Logo, colour, head and foot of a letter, and who signs; all of it may stay empty."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("JPEG or PNG. It stands at the top left, at most 22 mm high."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=7,
        required=False,
        help_text=gettext_lazy(
            "Of headings and lines, as in #0b4a5b. Dark enough to read on white."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 8}),
    )
    sender = text_field(
        gettext_lazy("Sender"),
        400,
        required=False,
        rows=6,
        help_text=gettext_lazy(
            "Name and addresses, at most six lines. They stand at the top right."
        ),
    )
    footer = text_field(
        gettext_lazy("Foot of the letter"),
        400,
        required=False,
        rows=3,
        help_text=gettext_lazy("At most three lines, at the foot of every page."),
    )
    signatory = text_field(
        gettext_lazy("Who signs"),
        200,
        required=False,
        autocomplete=OF_ANOTHER,
        help_text=gettext_lazy("Leave empty where the adviser who settles signs."),
    )
    function = text_field(
        gettext_lazy("Function of who signs"), 200, required=False, autocomplete=OF_ANOTHER
    )

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            self.fields["without_logo"].widget = forms.HiddenInput()

    @staticmethod
    def initial_of(style: HouseStyle) -> dict[str, Any]:
        return {name: getattr(style, name) for name in TEXTS}

    def clean_colour(self) -> str:
        """Lower case, as it is kept."""
        return str(self.cleaned_data["colour"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for name, reason in style_faults(cleaned):
                self.add_error(name, reason)
        return cleaned
