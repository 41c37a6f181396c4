"""What is asked before a step of the report is taken."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sroi.fields import change_answers, text_field


class StepForm(forms.Form):
    """The reason, where the step needs one, and what was on the screen: the last posting and text,
    or the drafts.
    """

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
            change_answers(self, shown=shown)
