"""What is asked for a story."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sroi.fields import PastDay, text_field


class StoryForm(forms.Form):
    """Title, text, perhaps a picture with its words, and the consent that it needs to be shown."""

    title = text_field(_("Title"), 120)
    text = text_field(
        _("Text"),
        600,
        rows=8,
        help_text=_(
            "At most 600 characters. A blank line begins a new paragraph. Write nothing by which"
            " someone can be recognised who did not give consent."
        ),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_(
            "JPEG or PNG. Only the picture is kept: not where and with what camera it was taken."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )
    without_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    alt = text_field(
        _("What the picture shows"),
        300,
        required=False,
        help_text=_("Read out to who cannot see the picture."),
    )
    consent_by = text_field(
        _("Who gave consent"),
        200,
        required=False,
        help_text=_("Of everyone in the story and the picture. Kept on file, never published."),
    )
    consent_on = PastDay(label=_("Day of the consent"), required=False)

    # Of a picture.
    NEEDED_SOMETIMES = ("alt",)
    PICTURE = ("picture", "without_picture", "alt")
    CONSENT = ("consent_by", "consent_on")

    def __init__(self, *args: Any, has_picture: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_picture = has_picture
        if not has_picture:
            self.fields["without_picture"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        answer: dict[str, Any] = super().clean() or {}
        kept = self.has_picture and not answer.get("without_picture")
        if (answer.get("picture") or kept) and not answer.get("alt") and "alt" not in self.errors:
            self.add_error("alt", _("Say what the picture shows, for who cannot see it."))
        by, on = (answer.get(name) for name in self.CONSENT)
        for name, missing in (("consent_by", on and not by), ("consent_on", by and not on)):
            if missing and not any(other in self.errors for other in self.CONSENT):
                self.add_error(
                    name, _("Say who gave consent and on which day, or leave both empty.")
                )
        return answer

    @property
    def about_picture(self) -> list[Any]:
        return [self[name] for name in self.PICTURE]

    @property
    def consent(self) -> list[Any]:
        return [self[name] for name in self.CONSENT]
