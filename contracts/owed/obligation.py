"""What a contract owes: basis × rate, with its cap; and the rate that the policy expects.

Amounts are euro excluding VAT, rates percent. The obligation is rounded to the cent, half away from
zero, per change, and then split over the municipalities. No clock, no database. Source: DOMAIN.md
section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from contracts.models import Basis, ChangeKind, ProcurementType
from sroi.money import ZERO, cumulative, rounded

M = TypeVar("M")

# These give an amount of their own; nothing can be computed for them.
AGREED_KINDS = (ChangeKind.PSO_DISCOUNT, ChangeKind.WAIVER)
VALUE_KINDS = (ChangeKind.AMENDMENT, ChangeKind.EXTENSION, ChangeKind.EARLY_END)


class RatePolicy(Protocol):
    """The part of a policy that decides the expected rate."""

    default_rate: Decimal
    rates: Mapping[str, str]
    threshold_works: Decimal | None
    threshold_services: Decimal | None
    threshold_supplies: Decimal | None
    reduced_rate: Decimal | None
    reduced_below_labour_share: Decimal | None
    supplies_min_labour_share: Decimal | None


class Change(Protocol):
    """What a change brings; `turnover` is that of one statement, the other amounts are
    differences.
    """

    kind: str
    value_delta: Decimal | None
    labour_cost_delta: Decimal | None
    turnover: Decimal | None
    obligation_delta: Decimal | None
    rate: Decimal | None


@dataclass(frozen=True)
class Owed:
    """Everything the obligation of a contract follows from, at one moment."""

    basis: str
    rate: Decimal
    value: Decimal
    labour_cost: Decimal = ZERO
    turnover: Decimal = ZERO
    cap: Decimal | None = None
    follows_changes: bool = True
    # What was agreed beside basis × rate: waivers, discounts, amounts given instead of computed
    # ones.
    agreed: Decimal = ZERO

    @property
    def basis_amount(self) -> Decimal:
        """The amount that the rate is taken of; for turnover, all that was invoiced so far."""
        return {
            Basis.CONTRACT_VALUE: self.value,
            Basis.LABOUR_COST: self.labour_cost,
            Basis.INVOICED_TURNOVER: self.turnover,
        }[Basis(self.basis)]

    @property
    def computed(self) -> Decimal:
        """min(cap, basis × rate), to the cent."""
        amount = rounded(Fraction(self.basis_amount) * Fraction(self.rate) / 100)
        return amount if self.cap is None else min(amount, self.cap)

    @property
    def obligation(self) -> Decimal:
        return self.computed + self.agreed


def after(owed: Owed, change: Change) -> Owed:
    """What is owed once `change` holds; the difference of the two obligations is what is posted.

    An amount that was agreed (`obligation_delta`) takes the place of the computed difference and
    stays: a later change posts its own difference and does not undo a waiver. With
    `follows_changes` off a change of value leaves the obligation as it is.
    """
    new = replace(
        owed,
        value=owed.value + (change.value_delta or ZERO),
        labour_cost=owed.labour_cost + (change.labour_cost_delta or ZERO),
        turnover=owed.turnover + (change.turnover or ZERO),
        rate=owed.rate if change.rate is None else change.rate,
    )
    agreed_delta = change.obligation_delta
    if agreed_delta is None and not owed.follows_changes and change.kind in VALUE_KINDS:
        agreed_delta = ZERO
    if agreed_delta is None:
        return new
    return replace(new, agreed=owed.agreed + agreed_delta - (new.computed - owed.computed))


def split(amount: Decimal, shares: Mapping[M, Decimal]) -> dict[M, Decimal]:
    """`amount` over the municipalities by their percents, in the order given, adding up to the
    cent.
    """
    parts = (Fraction(amount) * Fraction(percent) / 100 for percent in shares.values())
    return dict(zip(shares, cumulative(parts), strict=True))


def threshold(policy: RatePolicy, procurement_type: str) -> Decimal | None:
    """At or above this contract value an obligation is expected; None where the region sets
    none.
    """
    return {
        ProcurementType.WORKS: policy.threshold_works,
        ProcurementType.SERVICES: policy.threshold_services,
        ProcurementType.SUPPLIES: policy.threshold_supplies,
    }[ProcurementType(procurement_type)]


def usual_rate(policy: RatePolicy, basis: str) -> Decimal:
    """The rate for what the obligation is taken of, in percent, where no other rule says more."""
    return Decimal(policy.rates.get(basis, policy.default_rate))


@dataclass(frozen=True)
class ExpectedRate:
    rate: Decimal
    rule: str


def expected_rate(
    policy: RatePolicy,
    procurement_type: str,
    value: Decimal,
    labour_cost: Decimal | None = None,
    basis: str = Basis.CONTRACT_VALUE,
) -> ExpectedRate:
    """The rate that the policy expects, in percent, with the rule in words.

    Below the threshold none; for supplies with too little labour none; strictly below the labour
    share of the policy the reduced rate (at the share exactly the full rate holds); else the rate
    of the basis; else the default. Without labour cost its rules are silent.
    """
    none = Decimal(0)
    floor = threshold(policy, procurement_type)
    if floor is not None and value < floor:
        return ExpectedRate(none, _("The value is below the threshold: no obligation is expected."))
    share = (
        Fraction(labour_cost) * 100 / Fraction(value) if labour_cost is not None and value else None
    )
    least = policy.supplies_min_labour_share
    if (
        procurement_type == ProcurementType.SUPPLIES
        and share is not None
        and least is not None
        and share < least
    ):
        return ExpectedRate(
            none, _("Supplies with too small a labour share: no obligation is expected.")
        )
    limit = policy.reduced_below_labour_share
    if (
        share is not None
        and limit is not None
        and policy.reduced_rate is not None
        and share < limit
    ):
        return ExpectedRate(
            policy.reduced_rate, _("The labour share is below the limit: the reduced rate holds.")
        )
    if basis in policy.rates:
        return ExpectedRate(
            usual_rate(policy, basis),
            _("The obligation is taken of the %(basis)s: the rate of the region for it holds.")
            % {"basis": Basis(basis).label},
        )
    return ExpectedRate(policy.default_rate, _("The default rate of the region holds."))
