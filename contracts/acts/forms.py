"""What is asked to do something to a contract after its award; faults of the rules stand beside
their field.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.acts import certificates
from contracts.acts.modification import Modification, doubts_of, shares_on, towns_of
from contracts.models import (
    ActKind,
    Basis,
    ChangeKind,
    Contract,
    ObligationChange,
    PsoCertificate,
    PsoLevel,
    ValuationTable,
)
from contracts.owed.amounts import owed_by
from contracts.owed.doubts import CHANGE_AMOUNTS
from contracts.owed.obligation import after
from contracts.owed.terms import change_faults, change_of, result_faults, share_faults
from contracts.owed.words import IN_THE_HISTORY
from contracts.registering.forms import Share
from sroi.doors import Objection
from sroi.fields import Day, DoubtingForm, Month, change_in_euros, percentage, text_field

DECREASE = gettext_lazy("A decrease with a minus, as in -5.000.")
ASKED: dict[str, tuple[str, ...]] = {
    ChangeKind.AMENDMENT: ("value_delta", "labour_cost_delta", "obligation_delta"),
    ChangeKind.EXTENSION: ("new_end_date", "value_delta", "labour_cost_delta"),
    ChangeKind.EARLY_END: ("new_end_date", "value_delta", "labour_cost_delta"),
    ChangeKind.RATE_CHANGE: ("rate",),
    ChangeKind.TURNOVER: ("value_delta",),
    ChangeKind.PSO_DISCOUNT: ("obligation_delta",),
    ChangeKind.WAIVER: ("obligation_delta",),
    ChangeKind.CORRECTION: ("value_delta", "labour_cost_delta", "obligation_delta"),
}
NEEDED: dict[str, tuple[str, ...]] = {
    ChangeKind.EXTENSION: ("new_end_date",),
    ChangeKind.EARLY_END: ("new_end_date",),
    ChangeKind.RATE_CHANGE: ("rate",),
    ChangeKind.TURNOVER: ("value_delta",),
    ChangeKind.PSO_DISCOUNT: ("obligation_delta",),
    ChangeKind.WAIVER: ("obligation_delta",),
}


class ActForm(DoubtingForm):
    """Something to be done to a contract, with the reason; `modification` is what was filled in."""

    kind: str

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract

    @property
    def modification(self) -> Modification:
        return Modification(self.contract, self.kind, self.cleaned_data["reason"])

    def ask_about(self, change: ObligationChange) -> None:
        """Also where something else is wrong: a tick that was given is then still there."""
        change.reason = self.cleaned_data.get("reason") or str(self["reason"].value() or "")
        self.ask_again(doubts_of(Modification(self.contract, self.kind, "", change=change)))


def reason_field() -> forms.CharField:
    return text_field(gettext_lazy("Reason"), 1000, rows=3, help_text=IN_THE_HISTORY)


class ModifyForm(ActForm):
    """A change of what is owed, of one kind: only what that kind asks, held to the rules of the
    import.
    """

    NEEDED_SOMETIMES = ("rate", "value_delta", "labour_cost_delta")

    doubted = CHANGE_AMOUNTS

    effective_date = Day(label=gettext_lazy("Holds from"))
    new_end_date = Day(label=gettext_lazy("New last day"), required=False)
    rate = percentage(gettext_lazy("New rate"), required=False)
    value_delta = change_in_euros(
        gettext_lazy("Change of the contract value"), required=False, help_text=DECREASE
    )
    labour_cost_delta = change_in_euros(
        gettext_lazy("Change of the labour cost"), required=False, help_text=DECREASE
    )
    obligation_delta = change_in_euros(
        gettext_lazy("Change of the obligation, as agreed"), required=False, help_text=DECREASE
    )
    reason = reason_field()
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(
        self,
        *args: Any,
        contract: Contract,
        kind: str,
        certificate: PsoCertificate | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        self.kind, self.certificate = kind, certificate
        asked = {*ASKED[kind], "effective_date", "reason", "token"}
        if contract.basis != Basis.LABOUR_COST:
            asked.discard("labour_cost_delta")
        for name in set(self.fields) - asked:
            del self.fields[name]
        for name in NEEDED.get(kind, ()):
            self.fields[name].required = True
        if kind == ChangeKind.TURNOVER:
            self.fields["value_delta"].label = _("Invoiced turnover of this statement")
            self.fields["value_delta"].help_text = _(
                "Without VAT. A credit with a minus, as in -5.000."
            )
        if kind in (ChangeKind.AMENDMENT, ChangeKind.CORRECTION):
            self.fields["obligation_delta"].help_text = _(
                "Only where another amount than basis × rate was agreed."
            )

    @property
    def given(self) -> Mapping[str, Any]:
        names = (
            "value_delta",
            "labour_cost_delta",
            "obligation_delta",
            "rate",
            "new_end_date",
            "effective_date",
        )
        return {name: self.cleaned_data.get(name) for name in (*names, "reason")} | {
            "kind": self.kind
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, reason in self.faults():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, reason)
        self.ask_about(change_of(self.contract, self.given))
        return cleaned

    def faults(self) -> Iterator[Objection]:
        yield from change_faults(self.given, self.contract, localdate())
        owed = owed_by(self.contract, self.contract.changes.order_by("pk"))
        yield from result_faults(after(owed, change_of(self.contract, self.given)))

    @property
    def modification(self) -> Modification:
        new = change_of(self.contract, self.given)
        new.identity = f"form:{self.cleaned_data['token'] or uuid4()}"
        new.certificate = self.certificate
        return Modification(self.contract, self.kind, new.reason, on=new.effective_date, change=new)


class SharesForm(ActForm):
    """Other shares of the municipalities, from a month on."""

    kind = ActKind.SHARES

    month = Month(
        label=gettext_lazy("Holds from the month"),
        help_text=gettext_lazy("What was booked before stays as it was booked."),
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        self.towns = towns_of(contract, localdate())
        now = shares_on(contract, contract.last_counted_day)
        for town in self.towns:
            self.fields[f"share_{town.pk}"] = Share(label=town.described, initial=now.get(town.pk))
        self.fields["reason"] = reason_field()

    @property
    def share_fields(self) -> list[Any]:
        return [self[f"share_{town.pk}"] for town in self.towns]

    @property
    def shares(self) -> dict[int, Decimal]:
        """Of the municipalities that get one; the others have none from then on."""
        given = {
            town.pk: self.cleaned_data.get(f"share_{town.pk}") or Decimal(0) for town in self.towns
        }
        return {pk: percent for pk, percent in given.items() if percent}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for reason in share_faults(self.shares):
                self.add_error(f"share_{next(iter(self.shares), self.towns[0].pk)}", reason)
        return cleaned

    @property
    def modification(self) -> Modification:
        given = self.cleaned_data
        return Modification(
            self.contract, self.kind, given["reason"], on=given["month"], shares=self.shares
        )


class PinTableForm(ActForm):
    """Another valuation table; which tables one may choose from is said by who makes the form."""

    kind = ActKind.TABLE

    table: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Valuation table"), empty_label=gettext_lazy("Choose…")
    )
    reason = reason_field()

    def __init__(self, *args: Any, tables: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].queryset = tables.exclude(pk=self.contract.table_id)  # type: ignore[attr-defined]

    @property
    def modification(self) -> Modification:
        table: ValuationTable = self.cleaned_data["table"]
        return Modification(self.contract, self.kind, self.cleaned_data["reason"], table=table)


class CertificateForm(ActForm):
    """A PSO certificate of the contractor, and the discount that goes with its level."""

    kind = ActKind.CERTIFICATE
    doubted = ("obligation_delta",)

    level = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=[("", gettext_lazy("Choose…")), *PsoLevel.choices]
    )
    valid_from = Day(label=gettext_lazy("Valid from"))
    valid_until = Day(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("As it stands on the certificate."),
    )
    obligation_delta = change_in_euros(
        gettext_lazy("Change of the obligation"),
        required=False,
        help_text=gettext_lazy(
            "Leave empty for the discount that the policy gives for this level. A discount has a"
            " minus."
        ),
    )
    reason = reason_field()
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        policy = self.contract.policy
        for name, reason in certificates.faults(
            policy, cleaned.get("valid_from"), cleaned.get("valid_until")
        ):
            self.add_error(name, reason)
        if (cleaned.get("obligation_delta") or 0) > 0:
            self.add_error(
                "obligation_delta",
                _("A discount makes the obligation lower: write it with a minus."),
            )
        is_given = cleaned.get("obligation_delta") is not None
        follows = all(name in cleaned for name in ("valid_from", "valid_until", "obligation_delta"))
        if cleaned.get("level") and (is_given or follows):
            self.ask_about(self.discounting())
        return cleaned

    def discounting(self, **more: Any) -> ObligationChange:
        return ObligationChange(
            contract=self.contract,
            kind=ChangeKind.PSO_DISCOUNT,
            obligation_delta=self.discount,
            **more,
        )

    @property
    def certificate(self) -> PsoCertificate:
        return PsoCertificate(
            **{name: self.cleaned_data[name] for name in ("level", "valid_from", "valid_until")}
        )

    @property
    def discount(self) -> Decimal:
        given: Decimal | None = self.cleaned_data["obligation_delta"]
        if given is not None:
            return given
        changes = list(self.contract.changes.order_by("pk"))
        return certificates.discount(self.contract, self.certificate, changes)

    @property
    def modification(self) -> Modification:
        given = self.cleaned_data
        on = max(given["valid_from"], self.contract.award_date)
        change = self.discounting(
            effective_date=on,
            reason=given["reason"],
            identity=f"form:{given['token'] or uuid4()}",
        )
        return Modification(
            self.contract,
            self.kind,
            given["reason"],
            on=on,
            change=change if change.obligation_delta else None,
            certificate=self.certificate,
        )


class EndForm(ActForm):
    kind = ActKind.END

    reason = reason_field()


class CancelForm(ActForm):
    kind = ActKind.CANCEL

    effective_date = Day(label=gettext_lazy("Holds from"))
    reason = reason_field()

    @property
    def modification(self) -> Modification:
        return Modification(
            self.contract,
            self.kind,
            self.cleaned_data["reason"],
            on=self.cleaned_data["effective_date"],
        )


class DeclineForm(forms.Form):
    reason = text_field(
        gettext_lazy("Why not?"),
        1000,
        rows=3,
        error_messages={
            "required": gettext_lazy("Write why, so that the procurement officer knows.")
        },
    )
