"""What is asked for the dossier of a contract: a note, a contact person, a document."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.dossier.door import Promise
from contracts.models import ContactPerson, NoteKind, Side
from sroi.bsn import refuse_bsn
from sroi.fields import Day, PastDay, email_field, text_field

# A letter comes from what was sent, and a visit says whom one saw.
ELSEWHERE = (NoteKind.LETTER, NoteKind.VISIT)
WRITTEN = [(kind.value, kind.label) for kind in NoteKind if kind not in ELSEWHERE]
# So many promises can be written down at once, each of these parts.
LINES = 6
PARTS = ("who", "what", "by")


class NoteForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=WRITTEN)
    day = PastDay(label=gettext_lazy("Day"))
    text = text_field(
        gettext_lazy("Text"),
        4000,
        rows=6,
        help_text=gettext_lazy("No names of people who are placed."),
    )
    again_on = Day(
        label=gettext_lazy("Comes back on"),
        required=False,
        help_text=gettext_lazy("From that day on it stands on the work list."),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("The contractor may read this"),
        required=False,
        help_text=gettext_lazy("Without this only advisers and region admins see it."),
    )


class PromisesForm(forms.Form):
    """What was promised: who does what by when, a line each; empty lines are left out."""

    NEEDED_SOMETIMES = tuple(f"{part}_{n}" for n in range(LINES) for part in PARTS)

    day = PastDay(label=gettext_lazy("Agreed on"))
    shared = forms.BooleanField(
        label=gettext_lazy("The contractor may read this"),
        required=False,
        help_text=gettext_lazy("Without this only advisers and region admins see it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(LINES):
            made = (
                text_field(gettext_lazy("Who"), 200, required=False),
                text_field(gettext_lazy("What"), 1000, required=False),
                Day(label=gettext_lazy("By when"), required=False),
            )
            self.fields |= {
                f"{part}_{number}": field for part, field in zip(PARTS, made, strict=True)
            }

    @property
    def lines(self) -> list[list[Any]]:
        return [[self[f"{part}_{number}"] for part in PARTS] for number in range(LINES)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for names in self._begun(cleaned):
            for name in names:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Say who does what by when: fill this in too."))
        if not self.errors and not self.promises:
            self.add_error("who_0", _("Fill in at least one line."))
        return cleaned

    def _begun(self, given: dict[str, Any]) -> Iterator[list[str]]:
        for number in range(LINES):
            names = [f"{part}_{number}" for part in PARTS]
            if any(given.get(name) or name in self.errors for name in names):
                yield names

    @property
    def promises(self) -> list[Promise]:
        given = self.cleaned_data
        return [Promise(*(given[name] for name in names)) for names in self._begun(given)]


class ContactPersonForm(forms.Form):
    """Someone to call: name, function, e-mail and telephone of their work."""

    NEEDED_SOMETIMES = ("email", "phone")

    side = forms.ChoiceField(label=gettext_lazy("Of whom"))
    name = text_field(gettext_lazy("Name"), 200, autocomplete="name")
    function = text_field(
        gettext_lazy("Function"), 200, required=False, autocomplete="organization-title"
    )
    email = email_field(
        gettext_lazy("E-mail address"), "email", required=False, validators=[refuse_bsn]
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, sides: Sequence[Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(side.value, side.label) for side in sides]
        self.fields["side"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["side"].widget = forms.HiddenInput()
            self.initial["side"] = choices[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("email") and not cleaned.get("phone"):
            self.add_error("email", _("Fill in an e-mail address or a telephone number."))
        return cleaned


def initial_of(person: ContactPerson) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ContactPersonForm.base_fields}


class DocumentForm(forms.Form):
    """A file with what it is; `certificates` of the contractor may be what it proves."""

    title = text_field(
        gettext_lazy("What is it?"),
        200,
        help_text=gettext_lazy("For instance: minutes of the kick-off."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A PDF or a photo. Documents with a BSN do not belong here."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}
        ),
    )
    certificate: Any = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("Proves this PSO certificate"),
        required=False,
        empty_label=gettext_lazy("No certificate"),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("The contractor may read this"),
        required=False,
        help_text=gettext_lazy("Without this only advisers and region admins see it."),
    )

    def __init__(self, *args: Any, certificates: Any, chooses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if certificates:
            self.fields["certificate"].queryset = certificates  # type: ignore[attr-defined]
        else:
            del self.fields["certificate"]
        if chooses:
            self.fields["file"].help_text = _(
                "A PDF, a photo, a Word or Excel file without macros, or a mail (.eml, .msg)."
                " Documents with a BSN do not belong here."
            )
            accepted = self.fields["file"].widget.attrs
            accepted["accept"] += ",.docx,.xlsx,.eml,.msg"
        else:
            del self.fields["shared"]
