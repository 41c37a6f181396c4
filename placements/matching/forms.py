"""What is asked of who offers a place, tells a need, proposes, declines, starts or ends."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BuildingBlock, Contract, Municipality, Partner
from placements.matching.door import About, not_a_reference
from placements.matching.worth import Terms
from placements.models import Came, NeedKind, PlaceKind, Trade, WhyNot
from sroi.access import Access, visible
from sroi.exchange import decimal_number
from sroi.fields import Day, ParsedField, PastDay, VisibleRows, euros, text_field
from sroi.lists import CapitalSelect
from sroi.periods import add_months

LEAST, HOURS_OF_A_WEEK, MOST_HOURS = Decimal("0.01"), 7 * 24, 100_000
hours = decimal_number(2, LEAST, MOST_HOURS)
hours_a_week = decimal_number(2, LEAST, HOURS_OF_A_WEEK)


def hours_field(label: Any, parse: Any = hours, **kwargs: Any) -> ParsedField:
    return ParsedField(parse, label=label, suffix=gettext_lazy("hours"), **kwargs)


class OfferForm(forms.Form):
    """What places and needs say alike."""

    title = text_field(gettext_lazy("Title"), 150)
    trade = forms.ChoiceField(
        label=gettext_lazy("Trade"), choices=Trade.choices, widget=CapitalSelect
    )
    about = text_field(gettext_lazy("What it is about"), 1000, rows=3, required=False)
    municipality: Any = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("Where"),
        required=False,
        empty_label=gettext_lazy("Anywhere in the region"),
    )
    first_day = Day(label=gettext_lazy("From"))
    until = Day(label=gettext_lazy("Until"))

    def __init__(self, *args: Any, access: Access, regions: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = visible(Municipality, access).filter(region__in=regions, kind="municipality")
        self.fields["municipality"].queryset = towns.there_on(localdate())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, until = given.get("first_day"), given.get("until")
        if first and until and until < first:
            self.add_error("until", _("The last day lies before the first."))
        return given

    def of_offer(self) -> About:
        names = ("title", "trade", "first_day", "until", "about", "municipality")
        return About(**{name: self.cleaned_data[name] for name in names})


class PlaceForm(OfferForm):
    contracts: Any = VisibleRows(
        queryset=None,
        label=gettext_lazy("For which contracts"),
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=PlaceKind.choices, widget=CapitalSelect
    )
    hours_per_week = hours_field(gettext_lazy("Hours per week"), hours_a_week)
    how_many = forms.IntegerField(
        label=gettext_lazy("How many people"), min_value=1, max_value=99, initial=1
    )
    asked = text_field(
        gettext_lazy("What is asked of somebody"),
        500,
        rows=2,
        required=False,
        help_text=gettext_lazy("Such as a driving licence, Dutch, or nothing at all."),
    )

    field_order = (
        *("contracts", "title", "kind", "trade", "hours_per_week", "how_many"),
        *("first_day", "until", "municipality", "asked", "about"),
    )

    def __init__(self, *args: Any, contracts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contracts"].queryset = contracts  # type: ignore[attr-defined]


class NeedForm(OfferForm):
    NEEDED_SOMETIMES = ("amount", "hours")

    partner: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("For"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What you need"), choices=NeedKind.choices, widget=CapitalSelect
    )
    hours = hours_field(
        gettext_lazy("How many hours"),
        required=False,
        help_text=gettext_lazy("Of help or knowledge, all together."),
    )
    amount = euros(
        gettext_lazy("Amount without VAT"),
        required=False,
        help_text=gettext_lazy("Of work that you sell, of goods, or of what a project costs."),
    )

    field_order = (
        *("partner", "title", "kind", "trade", "hours", "amount"),
        *("first_day", "until", "municipality", "about"),
    )

    def __init__(self, *args: Any, partners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]
        if len(partners) == 1:
            self.fields["partner"].initial = partners[0]
            self.fields["partner"].widget = self.fields["partner"].hidden_widget()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        kind = given.get("kind")
        if kind == NeedKind.PURCHASE and given.get("amount") is None:
            self._lacks("amount", _("Fill in the amount without VAT."))
        elif given.get("amount") is None and given.get("hours") is None:
            self._lacks("hours", _("Fill in how many hours, or the amount without VAT."))
        return given

    def _lacks(self, name: str, why: str) -> None:
        if not ({"amount", "hours"} & {*self.errors}):
            self.add_error(name, why)

    def of(self) -> Partner:
        found: Partner = self.cleaned_data["partner"]
        return found


class TermsForm(forms.Form):
    first_day = Day(label=gettext_lazy("From"))
    until = Day(label=gettext_lazy("Until"))

    def terms(self, **more: Any) -> Terms:
        given = self.cleaned_data
        return Terms(given["first_day"], given["until"], **more)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, until = given.get("first_day"), given.get("until")
        if first and until and until < first:
            self.add_error("until", _("The last day lies before the first."))
        return given


class ProposeNeedForm(TermsForm):
    """For which contract, and how much of it; as it was asked unless another is filled in."""

    contract: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("For which contract"))
    hours = hours_field(gettext_lazy("How many hours"), required=False)
    amount = euros(gettext_lazy("Amount without VAT"), required=False)

    field_order = ("contract", "hours", "amount", "first_day", "until")

    def __init__(self, *args: Any, contracts: Any, need: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].queryset = contracts  # type: ignore[attr-defined]
        for name in ("hours", "amount"):
            if getattr(need, name) is None:
                del self.fields[name]
            else:
                self.fields[name].required = True

    def of(self) -> tuple[Contract, Terms]:
        given = self.cleaned_data
        terms = self.terms(hours=given.get("hours"), amount=given.get("amount"))
        return given["contract"], terms


class CandidateForm(TermsForm):
    """A candidate of the account manager's own, as far as anybody may know."""

    target = forms.ChoiceField(label=gettext_lazy("Target group"), choices=[])
    reference = forms.CharField(
        label=gettext_lazy("Your own reference"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "With a digit and without spaces, such as WC-2041. No name and no BSN."
        ),
    )
    hours_per_week = hours_field(gettext_lazy("Hours per week"), hours_a_week)

    field_order = ("reference", "target", "hours_per_week", "first_day", "until")

    def __init__(
        self, *args: Any, choices: Sequence[tuple[Contract, BuildingBlock]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices = {
            f"{contract.pk}-{block.pk}": (contract, block) for contract, block in choices
        }
        several = len({contract.pk for contract, _block in choices}) > 1
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            (key, f"{block.label} · {contract.title}" if several else block.label)
            for key, (contract, block) in self.choices.items()
        ]

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"]
        if why := not_a_reference(reference):
            raise forms.ValidationError(why)
        return reference

    def of(self) -> tuple[Contract, BuildingBlock, str, Terms]:
        given = self.cleaned_data
        contract, block = self.choices[given["target"]]
        terms = self.terms(hours_per_week=given["hours_per_week"])
        return contract, block, given["reference"], terms


class DeclineForm(forms.Form):
    why_not = forms.ChoiceField(
        label=gettext_lazy("Why not"), choices=WhyNot.choices, widget=forms.RadioSelect
    )
    why = text_field(
        gettext_lazy("In your own words"),
        500,
        rows=2,
        required=False,
        help_text=gettext_lazy("What would fit? Nothing about a person."),
    )


class StartForm(forms.Form):
    on = PastDay(label=gettext_lazy("It started on"))


class EndForm(forms.Form):
    on = PastDay(label=gettext_lazy("Last day"))
    came = forms.ChoiceField(
        label=gettext_lazy("What came of it"), choices=Came.choices, widget=forms.RadioSelect
    )


def usual_term(today: date, last: date) -> dict[str, date]:
    """From today for half a year, within what can be."""
    return {"first_day": today, "until": max(today, min(add_months(today, 6), last))}
