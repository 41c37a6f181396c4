"""What is asked to register a contract and to change one; faults of the rules stand beside their field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import cpv
from contracts.drafting import RegionalRules
from contracts.models import (
    Basis,
    PolicyField,
    ProcurementType,
    RateReason,
    RecognitionKind,
)
from contracts.models.social_firm import KVK, WEB
from contracts.recognition import Facts, Terms
from sroi.bsn import refuse_bsn
from sroi.exchange import decimal_number
from sroi.fields import Day, ParsedField, euros, percentage, text_field

EIGHT_DIGITS = RegexValidator(r"^\d{8}$", gettext_lazy("A KvK number has 8 digits."))
COUNTRY = RegexValidator(r"^[A-Za-z]{2}$", gettext_lazy("A country is two letters, as in BE or DE."))
CPV = RegexValidator(
    r"^\d{8}(-\d)?$", gettext_lazy("A CPV code has 8 digits, as in 45233140. Type a word to find one.")
)


def known_cpv(code: str) -> None:
    if cpv.nearest(code) is None:
        raise ValidationError(_("This CPV code does not exist. Type a word of what is bought to find one."))


def cpv_field() -> forms.CharField:
    """A code; while one types a word, the page offers the codes that fit in `<datalist id="cpv-codes">`."""
    search = {
        "list": "cpv-codes",
        "hx-get": reverse_lazy("cpv-codes"),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": "#cpv-codes",
        "hx-select": "unset",
        "hx-include": "this",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
        "hx-push-url": "false",
    }
    return forms.CharField(
        label=gettext_lazy("CPV code"),
        max_length=10,
        required=False,
        validators=[CPV, known_cpv],
        help_text=gettext_lazy("Type the code, or a word of what is bought, as in cleaning."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **search}),
    )


class Share(ParsedField):
    """A part of the whole: one of them may stay empty, together they may not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimal_number(4, 0, 100), suffix="%", **kwargs)

    def validate(self, value: Any) -> None:
        pass


class SearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("KvK number or name of the contractor"), max_length=200, strip=True)


class NewContractorForm(forms.Form):
    kvk = forms.CharField(
        label=gettext_lazy("KvK number"),
        max_length=8,
        validators=[EIGHT_DIGITS],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = text_field(
        gettext_lazy("Name"),
        200,
        error_messages={"required": gettext_lazy("Fill in the name as it stands in the trade register.")},
    )
    country = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=2,
        required=False,
        validators=[COUNTRY],
        help_text=gettext_lazy("Two letters, as in BE or DE."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 4}),
    )
    register_number = text_field(gettext_lazy("Number in the register of that country"), 40, required=False)

    ABROAD = ("country", "register_number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked of everyone who does not give a number abroad; `clean` says what is missing there.
        self.fields["kvk"].required = not any(self.data.get(name) for name in self.ABROAD)
        self.fields["kvk"].error_messages["required"] = _(
            "Fill in the KvK number, 8 digits. A firm abroad has no KvK number; see below."
        )

    def clean(self) -> dict[str, Any]:
        """The KvK number or, of a firm abroad, its country and its number there."""
        cleaned: dict[str, Any] = super().clean() or {}
        abroad = {name for name in self.ABROAD if cleaned.get(name)}
        if abroad and cleaned.get("kvk"):
            self.add_error("kvk", _("Fill in the KvK number, or the number of another country, not both."))
        for name in set(self.ABROAD) - abroad if abroad else ():
            if name not in self.errors:
                self.add_error(name, _("Fill in both the country and the number in its register."))
        return cleaned

    @property
    def at_home(self) -> list[Any]:
        return [self["kvk"], self["name"]]

    @property
    def abroad(self) -> list[Any]:
        return [self[name] for name in self.ABROAD]

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.abroad)

    @property
    def firm(self) -> dict[str, str]:
        """What identifies the firm, and its name."""
        return {name: self.cleaned_data.get(name) or "" for name in ("kvk", "name", "register_number")} | {
            "country": (self.cleaned_data.get("country") or "").upper()
        }


class RegionForm(forms.Form):
    region: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Region"), empty_label=None)

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        if len(regions) < 2:
            self.fields["region"].widget = forms.HiddenInput()
        self.initial.setdefault("region", regions[0].pk if regions else None)


class TermsForm(forms.Form):
    """The terms of a contract, in the order in which they stand in its papers; by the names of the import."""

    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=80, help_text=gettext_lazy("As in your own administration.")
    )
    title = text_field(gettext_lazy("Title"), 250)
    procurement_type = forms.ChoiceField(
        label=gettext_lazy("Procurement type"),
        choices=[("", gettext_lazy("Choose…")), *ProcurementType.choices],
        error_messages={"required": gettext_lazy("Choose works, services or supplies.")},
    )
    value = euros(gettext_lazy("Contract value excluding VAT"))
    award_date = Day(label=gettext_lazy("Awarded on"))
    start_date = Day(label=gettext_lazy("First day"))
    end_date = Day(label=gettext_lazy("Last day"))
    publication_date = Day(label=gettext_lazy("Published on"), required=False)
    basis = forms.ChoiceField(label=gettext_lazy("The rate is taken of"), choices=Basis.choices)
    labour_cost = euros(
        gettext_lazy("Labour cost"),
        required=False,
        help_text=gettext_lazy("Decides whether a reduced rate fits, or is what the rate is taken of."),
    )
    rate = percentage(
        gettext_lazy("Rate"), required=False, help_text=gettext_lazy("Leave empty for the rate that is expected.")
    )
    rate_reason = forms.ChoiceField(
        label=gettext_lazy("What the reason is about"),
        choices=[("", gettext_lazy("Choose…")), *RateReason.choices],
        required=False,
    )
    rate_reason_text = text_field(gettext_lazy("Why another rate than expected?"), 1000, required=False, rows=3)
    parent_reference = forms.CharField(
        label=gettext_lazy("Call-off of framework"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The reference of the framework agreement."),
    )
    lot = text_field(gettext_lazy("Lot"), 80, required=False)
    cpv = cpv_field()
    policy_field = forms.ChoiceField(
        label=gettext_lazy("Policy field"),
        choices=[("", gettext_lazy("Choose…")), *PolicyField.choices],
        required=False,
    )
    fixed_obligation = forms.BooleanField(
        label=gettext_lazy("The obligation stays as it is when the contract value changes"), required=False
    )
    valuation_table = forms.ChoiceField(label=gettext_lazy("Valuation table"), required=False)

    FIRST = ("reference", "title", "procurement_type", "value")
    DAYS = ("award_date", "start_date", "end_date")
    RATE = ("basis", "labour_cost", "rate", "rate_reason", "rate_reason_text")
    MORE = ("parent_reference", "lot", "cpv", "policy_field", "publication_date", "fixed_obligation")

    def __init__(self, *args: Any, rules: RegionalRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.shares = [f"share_{pk}" for pk in rules.towns]
        if rules.tables:
            fitting = ("", _("The one that fits by date"))
            self.fields["valuation_table"].choices = [fitting, *((t.code, t.title) for t in rules.tables)]  # type: ignore[attr-defined]
        else:
            del self.fields["valuation_table"]
        for pk, town in rules.towns.items():
            self.fields[f"share_{pk}"] = Share(label=town.name, initial="100" if len(rules.towns) == 1 else None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, reason in self.rules.faults(self.given):
            if name not in self.errors:
                self.add_error(name, reason)
        return cleaned

    @property
    def given(self) -> Mapping[str, Any]:
        """What could be read so far, None for the rest: also while someone is still typing."""
        texts = ("cpv", "policy_field", "parent_reference", "lot", "valuation_table")
        return {name: None if (value := self.cleaned_data.get(name)) == "" else value for name in self.fields} | {
            name: self.cleaned_data.get(name) or "" for name in texts
        }

    def group(self, names: Any) -> list[Any]:
        return [self[name] for name in names]

    @property
    def groups(self) -> list[tuple[str, list[Any], str]]:
        """Heading, fields, and how they are laid out; the rest is folded."""
        shared = [(_("Municipalities and their shares"), self.group(self.shares), "fields")] if self.shares else []
        return [
            (_("What was awarded"), self.group(self.FIRST), ""),
            (_("When"), self.group(self.DAYS), "fields"),
            *shared,
            (_("Social return"), self.group(self.RATE), ""),
        ]

    @property
    def folded(self) -> list[Any]:
        return self.group((*self.MORE, *(["valuation_table"] if "valuation_table" in self.fields else [])))

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.folded)


# --- social firms ---------------------------------------------------------------------------------------------------


class FactsForm(forms.Form):
    """What a contractor wants to know of a firm to buy from."""

    name = text_field(gettext_lazy("Name of the firm"), 200)
    place = text_field(gettext_lazy("Place"), 100, required=False)
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
        return Facts(**{name: self.cleaned_data[name] for name in ("name", "place", "offers", "website")})


class FirmForm(FactsForm):
    kvk = forms.CharField(
        label=gettext_lazy("KvK number"),
        max_length=8,
        validators=[KVK],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
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
            self.add_error("valid_until", _("The last day of the recognition lies before its first."))
        return cleaned

    def group(self, names: Any) -> list[Any]:
        return [self[name] for name in names]

    @property
    def of_firm(self) -> list[Any]:
        return self.group(self.FIRST)

    @property
    def of_recognition(self) -> list[Any]:
        return self.group([name for name in self.fields if name not in self.FIRST and name != "party"])


class ProposeFirmForm(FirmForm):
    """What a contractor knows of a firm; the adviser looks the rest up."""

    why = text_field(
        gettext_lazy("How do you know that it is a social firm?"),
        500,
        required=False,
        rows=2,
        help_text=gettext_lazy("For instance: the number of the certificate, or where it can be looked up."),
    )

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {f"{region.pk}-{contractor.pk}": (region, contractor) for region, contractor in parties}
        self.fields["valid_from"].required = False
        self.fields["party"] = forms.ChoiceField(
            label=_("For whom?"), choices=[(key, f"{c} · {r}") for key, (r, c) in self.parties.items()]
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
        help_text=gettext_lazy("For instance: looked up in the PSO register on 3 March, certificate 1234."),
        error_messages={"required": gettext_lazy("Write how this was established.")},
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show this firm to everyone in the public directory"), required=False
    )

    @property
    def terms(self) -> Terms:
        names = ("kind", "valid_from", "valid_until", "is_public", "grounds")
        return Terms(**{name: self.cleaned_data[name] for name in names})


class EndRecognitionForm(forms.Form):
    last = Day(label=gettext_lazy("Last day on which it holds"))
    why = text_field(gettext_lazy("Why?"), 300)


class TakeBackForm(forms.Form):
    why = text_field(gettext_lazy("What was wrong?"), 300)


class DeclineFirmForm(forms.Form):
    why = text_field(
        gettext_lazy("Why not?"),
        1000,
        rows=3,
        error_messages={"required": gettext_lazy("Write why not, so that the contractor knows.")},
    )
