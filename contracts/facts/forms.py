"""What is asked to put a registered fact right; faults of the rules stand beside their field."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from contracts.facts.rules import (
    FACTS,
    fact_faults,
    firm_faults,
    known_firm,
    take_over_faults,
)
from contracts.letters.address import ADDRESS, address_faults, postcode
from contracts.models import Contract, Contractor, PolicyField
from contracts.owed.words import IN_THE_HISTORY
from contracts.registering.forms import NewContractorForm, cpv_field
from sroi.fields import OF_ANOTHER, Day, VisibleRows, text_field

WHY = 300


def reason_field() -> forms.CharField:
    return text_field(gettext_lazy("Reason"), WHY, rows=3, help_text=IN_THE_HISTORY)


class ContractorForm(NewContractorForm):
    """Name, number and postal address of a firm that is registered."""

    street = text_field(
        gettext_lazy("Street and number, or PO box"), 120, required=False, autocomplete=OF_ANOTHER
    )
    postcode = text_field(gettext_lazy("Postcode"), 12, required=False, autocomplete=OF_ANOTHER)
    place = text_field(gettext_lazy("Place"), 80, required=False, autocomplete=OF_ANOTHER)
    address_country = text_field(
        gettext_lazy("Country of the address"),
        60,
        required=False,
        autocomplete=OF_ANOTHER,
        help_text=gettext_lazy("Only where it is abroad, as it stands on the letter: België."),
    )
    reason = reason_field()

    def __init__(self, *args: Any, contractor: Contractor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contractor = contractor
        if not self.is_bound:
            self.fields["kvk"].required = bool(contractor.kvk)

    @staticmethod
    def initial_of(contractor: Contractor) -> dict[str, Any]:
        abroad = {name: "" if contractor.kvk else getattr(contractor, name) for name in ABROAD}
        address = {name: getattr(contractor, name) for name in ADDRESS}
        return {"name": contractor.name, "kvk": contractor.kvk, **abroad, **address}

    def clean_postcode(self) -> str:
        return postcode(self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            faults = (firm_faults(self.contractor, self.firm), address_faults(self.address))
            for name, reason in chain(*faults):
                self.add_error(name, reason)
        return cleaned

    @property
    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ADDRESS}

    @property
    def known(self) -> dict[str, str]:
        """All that is known of the firm, as it is filled in."""
        return self.firm | self.address


ABROAD = NewContractorForm.ABROAD


class FactsForm(forms.Form):
    """Facts of the award of a contract."""

    title = text_field(gettext_lazy("Title"), 250)
    lot = text_field(gettext_lazy("Lot"), 80, required=False)
    cpv = cpv_field()
    policy_field = forms.ChoiceField(label=gettext_lazy("Policy field"), required=False)
    publication_date = Day(label=gettext_lazy("Published on"), required=False)
    award_date = Day(label=gettext_lazy("Awarded on"))
    start_date = Day(label=gettext_lazy("First day"))
    reason = reason_field()

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        known: list[tuple[str, Any]] = [("", gettext_lazy("Choose…")), *PolicyField.choices]
        if contract.policy_field not in dict(known):
            # An import may name others.
            known.append((contract.policy_field, contract.policy_field))
        self.fields["policy_field"].choices = known  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(contract: Contract) -> dict[str, Any]:
        return {name: getattr(contract, name) for name in FACTS}

    @property
    def given(self) -> Mapping[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for name, reason in fact_faults(self.contract, self.given):
                self.add_error(name if name in self.fields else None, reason)
        return cleaned


class TakeOverForm(NewContractorForm):
    """From which day the contract is of which other firm: one that is known by its number, or a new
    one.
    """

    day = Day(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("The first day on which what the new contractor does counts."),
    )
    reason = reason_field()

    def __init__(self, *args: Any, contract: Contract, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract, self.today = contract, today
        self.fields["name"].required = False
        self.fields["name"].help_text = gettext_lazy(
            "Only of a firm that has no contract here yet, as it stands in the trade register."
        )

    @property
    def contractor(self) -> Contractor | None:
        """The firm with this number, where it is known; found by its whole number only."""
        return known_firm(self.firm)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        known = self.contractor
        if known is None and not self.firm["name"]:
            self.add_error("name", gettext_lazy("This firm is new here: fill in its name."))
        for name, reason in take_over_faults(self.contract, known, cleaned["day"], self.today):
            self.add_error(name, reason)
        return cleaned


class SuccessorForm(forms.Form):
    """Who takes over, of whom somebody looks after contracts; that nobody does yet is said as
    well.
    """

    NOBODY_YET = "none"

    successor = forms.ChoiceField(label=gettext_lazy("Who takes over the contracts"))

    def __init__(self, *args: Any, advisers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.advisers = {str(person.pk): person for person in advisers}
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("Choose…")),
            *((key, str(person)) for key, person in self.advisers.items()),
            (self.NOBODY_YET, gettext_lazy("Nobody yet: they stand under “No adviser”")),
        ]

    @property
    def chosen(self) -> Any:
        return self.advisers.get(self.cleaned_data["successor"])


class ContractRows(VisibleRows):
    def label_from_instance(self, contract: Any) -> str:
        return f"{contract.reference} · {contract.title}"


class HandOverForm(forms.Form):
    """Which contracts, and to whom; they stand last, since they can be many."""

    field_order = ("adviser", "day", "reason", "contracts")

    contracts: Any = ContractRows(
        queryset=None,
        label=gettext_lazy("Contracts"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one contract.")},
    )
    adviser: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("New adviser"), empty_label=gettext_lazy("Choose…")
    )
    day = Day(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("Leave empty for at once."),
    )
    reason = reason_field()

    def __init__(self, *args: Any, contracts: Any, advisers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contracts"].queryset = contracts  # type: ignore[attr-defined]
        self.fields["adviser"].queryset = advisers  # type: ignore[attr-defined]
