"""What is asked of who writes a section."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.figures.words import SECTIONS
from reporting.notice.editions import Edition
from reporting.notice.text import placeholders
from sroi.fields import text_field


class CommentForm(forms.Form):
    """A comment for the writer, about a section."""

    section = forms.ChoiceField(label=_("About"), choices=SECTIONS)
    text = text_field(
        _("Comment"),
        1000,
        rows=3,
        error_messages={"required": _("Write what the writer should know.")},
    )


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
        help_text=_(
            "Where a municipality has no text of its own, this text stands, with its own figures."
        ),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.fields["text"].help_text = _(
            "**bold**, *italic*, ### for a heading, - or 1. for a list. Leave it empty for the"
            " default text."
        )
        if edition.municipality:
            self.fields["everywhere"].widget = forms.HiddenInput()

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        unknown = placeholders.unknown(text, placeholders.values(self.edition))
        if unknown:
            names = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
            raise forms.ValidationError(
                _(
                    "There is no figure called %(names)s. Choose a name from the list, or leave it"
                    " out."
                )
                % {"names": names}
            )
        return text
