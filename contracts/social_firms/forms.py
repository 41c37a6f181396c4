"""What is asked about a social firm and its recognition."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import RecognitionKind
from contracts.models.social_firm import WEB
from contracts.policy.forms import RegionForm
from contracts.social_firms.recognition import Facts, RecognisedAs
from sroi.bsn import refuse_bsn
from sroi.fields import OF_ANOTHER, Day, kvk_field, text_field


class FactsForm(forms.Form):
    """What a contractor wants to know of a firm to buy from."""

    name = text_field(gettext_lazy("Name of the firm"), 200, autocomplete=OF_ANOTHER)
    place = text_field(gettext_lazy("Place"), 100, required=False, autocomplete=OF_ANOTHER)
    offers = text_field(
        gettext_lazy("What can one buy there?"),
        500,
        required=False,
        rows=3,
        help_text=gettext_lazy("In plain words: catering, green maintenance, printing."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        max_length=200,
        required=False,
        assume_scheme="https",
        validators=[WEB, refuse_bsn],
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Give an address as in www.example.org.")},
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            **{name: self.cleaned_data[name] for name in ("name", "place", "offers", "website")}
        )


class FirmForm(FactsForm):
    kvk = kvk_field(
        gettext_lazy("KvK number"),
        error_messages={"required": gettext_lazy("Fill in the KvK number, 8 digits.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Recognised as"),
        choices=[("", gettext_lazy("Choose…")), *RecognitionKind.choices],
        error_messages={"required": gettext_lazy("Choose by what the firm is recognised.")},
    )
    valid_from = Day(label=gettext_lazy("Recognised from"))
    valid_until = Day(
        label=gettext_lazy("Recognised until"),
        required=False,
        help_text=gettext_lazy("The last day of the certificate. Empty: it has no end."),
    )

    FIRST = ("kvk", "name", "place", "offers", "website")
    TERMS = ("kind", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error(
                "valid_until", _("The last day of the recognition lies before its first.")
            )
        return cleaned

    def group(self, names: Any) -> list[Any]:
        return [self[name] for name in names]

    @property
    def of_firm(self) -> list[Any]:
        return self.group(self.FIRST)

    @property
    def of_recognition(self) -> list[Any]:
        return self.group(
            [name for name in self.fields if name not in (*self.FIRST, "party", "region")]
        )


class ProposeFirmForm(FirmForm):
    """What a contractor knows of a firm; the adviser looks the rest up."""

    why = text_field(
        gettext_lazy("How do you know that it is a social firm?"),
        500,
        required=False,
        rows=2,
        help_text=gettext_lazy(
            "For instance: the number of the certificate, or where it can be looked up."
        ),
    )

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {
            f"{region.pk}-{contractor.pk}": (region, contractor) for region, contractor in parties
        }
        self.fields["valid_from"].required = False
        self.fields["party"] = forms.ChoiceField(
            label=_("For whom?"),
            choices=[(key, f"{c} · {r}") for key, (r, c) in self.parties.items()],
        )
        self.initial.setdefault("party", next(iter(self.parties), ""))
        if len(self.parties) < 2:
            self.fields["party"].widget = forms.HiddenInput()


class RecogniseForm(FirmForm):
    """What an adviser says of a firm and of its recognition."""

    grounds = text_field(
        gettext_lazy("How was this established?"),
        500,
        rows=2,
        help_text=gettext_lazy(
            "For instance: looked up in the PSO register on 3 March, certificate 1234."
        ),
        error_messages={"required": gettext_lazy("Write how this was established.")},
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show this firm to everyone in the public directory"), required=False
    )

    @property
    def terms(self) -> RecognisedAs:
        names = ("kind", "valid_from", "valid_until", "is_public", "grounds")
        return RecognisedAs(**{name: self.cleaned_data[name] for name in names})


class NewFirmForm(RegionForm, RecogniseForm):
    """The same, in one of the regions of the adviser."""


class EndRecognitionForm(forms.Form):
    last = Day(label=gettext_lazy("Last day on which it holds"))
    why = text_field(gettext_lazy("Why?"), 300)


class RenewForm(forms.Form):
    last = Day(label=gettext_lazy("Holds until"))
    why = text_field(
        gettext_lazy("How this was established"),
        300,
        help_text=gettext_lazy("Such as: looked up in the register of PSO on 2 March."),
    )


class TakeBackForm(forms.Form):
    why = text_field(gettext_lazy("What was wrong?"), 300)


class DeclineFirmForm(forms.Form):
    why = text_field(
        gettext_lazy("Why not?"),
        1000,
        rows=3,
        error_messages={"required": gettext_lazy("Write why not, so that the contractor knows.")},
    )
