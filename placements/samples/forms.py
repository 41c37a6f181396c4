"""What is asked to draw a sample and to tell what a check found."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.models import Outcome
from placements.samples import door as sampling
from sroi.exchange import whole_number
from sroi.fields import ParsedField, text_field


class DrawForm(forms.Form):
    """Which quarter of which region, and how many; what the reviewers entered themselves, and
    what was accepted without evidence, comes on top.
    """

    region: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Region"), empty_label=None
    )
    quarter = forms.TypedChoiceField(label=gettext_lazy("Quarter"), coerce=date.fromisoformat)
    size = ParsedField(
        whole_number,
        label=gettext_lazy("How many to draw"),
        mode="numeric",
        help_text=gettext_lazy(
            "What was reviewed by who had entered it, and what was accepted without evidence, is"
            " always in it, on top of these."
        ),
    )

    def __init__(
        self, data: Any = None, *, regions: Any, quarters: Sequence[tuple[date, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        fields: Any = self.fields
        fields["region"].queryset = regions
        fields["quarter"].choices = [(day.isoformat(), words) for day, words in quarters]
        if len(regions) < 2:
            fields["region"].widget = forms.HiddenInput()
            self.initial.setdefault("region", regions[0].pk if regions else None)

    def clean_size(self) -> int:
        size: int = self.cleaned_data["size"]
        if size > sampling.LARGEST:
            raise ValidationError(_("Draw at most %(n)s.") % {"n": sampling.LARGEST})
        return size


class CheckForm(forms.Form):
    """What was found when an accepted fulfilment was looked at again."""

    NEEDED_SOMETIMES = ("found", "done")

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Is it in order?"),
        choices=[
            ("in_order", gettext_lazy("Yes, it was rightly accepted")),
            ("not_in_order", gettext_lazy("No, something is wrong")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is in order.")},
    )
    found = text_field(gettext_lazy("What did you find?"), 1000, required=False, rows=3)
    done = text_field(gettext_lazy("What was done about it?"), 1000, required=False, rows=3)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == Outcome.NOT_IN_ORDER:
            for name in ("found", "done"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill this in: others must be able to follow it."))
        return cleaned
