"""What is asked to register a contract; faults of the rules stand beside their field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import (
    Basis,
    PolicyField,
    ProcurementType,
    RateReason,
)
from contracts.registering import cpv
from contracts.registering.door import RegionalRules
from sroi.exchange import decimal_number
from sroi.fields import (
    OF_ANOTHER,
    Day,
    DoubtingForm,
    ParsedField,
    euros,
    kvk_field,
    percentage,
    text_field,
)

COUNTRY = RegexValidator(
    r"^[A-Za-z]{2}$", gettext_lazy("A country is two letters, as in BE or DE.")
)
CPV = RegexValidator(
    r"^\d{8}(-\d)?$",
    gettext_lazy("A CPV code has 8 digits, as in 45233140. Type a word to find one."),
)


def known_cpv(code: str) -> None:
    if cpv.nearest(code) is None:
        raise ValidationError(
            _("This CPV code does not exist. Type a word of what is bought to find one.")
        )


def cpv_field() -> forms.CharField:
    """A code; while one types a word, the page offers the codes that fit in `<datalist
    id="cpv-codes">`.
    """
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
    q = forms.CharField(
        label=gettext_lazy("KvK number or name of the contractor"), max_length=200, strip=True
    )


class NewContractorForm(forms.Form):
    NEEDED_SOMETIMES = ("kvk", "country", "register_number")

    kvk = kvk_field(gettext_lazy("KvK number"))
    name = text_field(
        gettext_lazy("Name"),
        200,
        autocomplete=OF_ANOTHER,
        error_messages={
            "required": gettext_lazy("Fill in the name as it stands in the trade register.")
        },
    )
    country = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=2,
        required=False,
        validators=[COUNTRY],
        help_text=gettext_lazy("Two letters, as in BE or DE."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 4}),
    )
    register_number = text_field(
        gettext_lazy("Number in the register of that country"), 40, required=False
    )

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
            self.add_error(
                "kvk", _("Fill in the KvK number, or the number of another country, not both.")
            )
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
        return {
            name: self.cleaned_data.get(name) or "" for name in ("kvk", "name", "register_number")
        } | {"country": (self.cleaned_data.get("country") or "").upper()}


class TermsForm(DoubtingForm):
    """The terms of a contract, in the order in which they stand in its papers; by the names of the
    import.
    """

    NEEDED_SOMETIMES = ("labour_cost", "rate_reason", "rate_reason_text")

    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=80,
        help_text=gettext_lazy("As in your own administration."),
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
        help_text=gettext_lazy(
            "Decides whether a reduced rate fits, or is what the rate is taken of."
        ),
    )
    rate = percentage(
        gettext_lazy("Rate"),
        required=False,
        help_text=gettext_lazy("Leave empty for the rate that is expected."),
    )
    rate_reason = forms.ChoiceField(
        label=gettext_lazy("What the reason is about"),
        choices=[("", gettext_lazy("Choose…")), *RateReason.choices],
        required=False,
    )
    rate_reason_text = text_field(
        gettext_lazy("Why another rate than expected?"), 1000, required=False, rows=3
    )
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
        label=gettext_lazy("The obligation stays as it is when the contract value changes"),
        required=False,
    )
    valuation_table = forms.ChoiceField(label=gettext_lazy("Valuation table"), required=False)

    doubted = ("value", "labour_cost", "award_date")
    FIRST = ("reference", "title", "procurement_type", "value")
    DAYS = ("award_date", "start_date", "end_date")
    RATE = ("basis", "labour_cost", "rate", "rate_reason", "rate_reason_text")
    MORE = (
        "parent_reference",
        "lot",
        "cpv",
        "policy_field",
        "publication_date",
        "fixed_obligation",
    )

    def __init__(self, *args: Any, rules: RegionalRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.shares = [f"share_{pk}" for pk in rules.towns]
        if rules.tables:
            fitting = ("", _("The one that fits by date"))
            self.fields["valuation_table"].choices = [  # type: ignore[attr-defined]
                fitting,
                *((t.code, t.title) for t in rules.tables),
            ]
        else:
            del self.fields["valuation_table"]
        for pk, town in rules.towns.items():
            self.fields[f"share_{pk}"] = Share(
                label=town.described, initial="100" if len(rules.towns) == 1 else None
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, reason in self.rules.faults(self.given):
            if name not in self.errors:
                self.add_error(name, reason)
        self.ask_again(self.rules.doubts(self.given))
        return cleaned

    @property
    def given(self) -> Mapping[str, Any]:
        """What could be read so far, None for the rest: also while someone is still typing."""
        texts = ("cpv", "policy_field", "parent_reference", "lot", "valuation_table")
        return {
            name: None if (value := self.cleaned_data.get(name)) == "" else value
            for name in self.fields
        } | {name: self.cleaned_data.get(name) or "" for name in texts}

    def group(self, names: Any) -> list[Any]:
        return [self[name] for name in names]

    @property
    def groups(self) -> list[tuple[str, list[Any], str]]:
        """Heading, fields, and how they are laid out; the rest is folded."""
        shared = (
            [(_("Clients and their shares"), self.group(self.shares), "fields")]
            if self.shares
            else []
        )
        return [
            (_("What was awarded"), self.group(self.FIRST), ""),
            (_("When"), self.group(self.DAYS), "fields"),
            *shared,
            (_("Social return"), self.group(self.RATE), ""),
        ]

    @property
    def folded(self) -> list[Any]:
        return self.group(
            (*self.MORE, *(["valuation_table"] if "valuation_table" in self.fields else []))
        )

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.folded)
