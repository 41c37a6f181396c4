"""The field of a form in which a question of a table is answered."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _


def fact_name(code: str) -> str:
    """What the field is called in which the question with this code is answered."""
    return f"fact_{code}"


def answer_field(question: str, **kwargs: Any) -> forms.TypedChoiceField:
    """A question of the table, to be answered yes or no."""
    return forms.TypedChoiceField(
        label=question,
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda word: word == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Answer yes or no: this block depends on it.")},
        **kwargs,
    )
