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
from sroi.fields import ParsedField, PastDay, VisibleRows, text_field


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


OUTCOMES = [
    ("in_order", gettext_lazy("Yes, it was rightly accepted")),
    ("not_in_order", gettext_lazy("No, something is wrong")),
]


class CheckForm(forms.Form):
    """What was found when an accepted fulfilment was looked at again."""

    NEEDED_SOMETIMES = ("found", "done")

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Is it in order?"),
        choices=OUTCOMES,
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


class VisitForm(forms.Form):
    """A visit on site: when, whom one saw and what was found; and what it checks of what was drawn
    in samples, where something of the contract was.
    """

    NEEDED_SOMETIMES = ("outcome", "done")

    day = PastDay(label=gettext_lazy("Day of the visit"))
    who = text_field(
        gettext_lazy("Whom did you see?"),
        200,
        help_text=gettext_lazy(
            "Functions, and how many people were at work. No names of people who are placed."
        ),
    )
    found = text_field(gettext_lazy("What did you find?"), 900, rows=4)
    checks: Any = VisibleRows(
        queryset=None,
        required=False,
        label=gettext_lazy("Which of these did you see? They were drawn in a sample."),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What you tick is checked by this visit."),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Is what you ticked in order?"),
        choices=OUTCOMES,
        required=False,
        widget=forms.RadioSelect,
    )
    done = text_field(gettext_lazy("What was done about it?"), 900, required=False, rows=2)

    def __init__(self, *args: Any, to_check: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if to_check:
            field: Any = self.fields["checks"]
            field.queryset = to_check
            field.label_from_instance = drawn_words
        else:
            for name in ("checks", "outcome", "done"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("checks") and not cleaned.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Say whether it is in order."))
        if cleaned.get("outcome") and not cleaned.get("checks") and "checks" not in self.errors:
            self.add_error("checks", _("Tick what you saw."))
        wrong = cleaned.get("outcome") == Outcome.NOT_IN_ORDER
        if wrong and not cleaned.get("done") and "done" not in self.errors:
            self.add_error("done", _("Fill this in: others must be able to follow it."))
        return cleaned


def drawn_words(check: Any) -> str:
    fulfilment = check.version.fulfilment
    drawn = sampling.quarter_words(check.sample.first_day)
    return f"{fulfilment.external_id} · {fulfilment.get_kind_display()} · {drawn}"
