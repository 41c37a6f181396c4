"""Help with a tender, before there is a contract: whether social return is expected, at what rate,
and what that asks.

The rules are those of the region's policy in force; nothing is stored. Amounts are euro excluding
VAT, rates and labour share percent, the duration months. Source: DOMAIN.md section 4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from contracts.models import Basis, BlockKind, BuildingBlock, Policy, ProcurementType, Unit
from contracts.owed.obligation import Owed, expected_rate, threshold, usual_rate
from contracts.valuation_tables.units import A_YEAR, MONTHS_OF_YEAR, unit_of
from sroi.money import ZERO, rounded
from sroi.templatetags.formats import euro, percent

# Amounts of a block per year, by its unit; other units say nothing of time.


@dataclass(frozen=True)
class Tender:
    """What is known of a contract that is still to be awarded; `rate` where another one than
    expected is thought of.
    """

    procurement_type: str
    value: Decimal
    months: int
    labour_share: Decimal | None = None
    rate: Decimal | None = None

    @property
    def labour_cost(self) -> Decimal | None:
        share = self.labour_share
        return None if share is None else rounded(Fraction(self.value) * Fraction(share) / 100)


@dataclass(frozen=True)
class WeighingStep:
    """One rule of the policy, and what it says of this tender."""

    rule: str
    outcome: str


@dataclass(frozen=True)
class Way:
    """One way to fulfil the whole amount: how many workplaces for the whole term, hours, or euros
    of purchases.
    """

    block: BuildingBlock
    number: Decimal
    kind: str


@dataclass(frozen=True)
class Advice:
    """What the policy expects of a tender and what that comes to; `rate` is the one thought of,
    else the expected.
    """

    policy: Policy
    expected: Decimal
    rate: Decimal
    amount: Decimal
    steps: tuple[WeighingStep, ...]
    is_capped: bool

    @property
    def below_expected(self) -> bool:
        return self.rate < self.expected


def advise(tender: Tender, policy: Policy) -> Advice:
    """The expected rate with every rule it passed, and min(cap, value × rate) to the cent."""
    expected = expected_rate(policy, tender.procurement_type, tender.value, tender.labour_cost)
    rate = expected.rate if tender.rate is None else tender.rate
    owed = Owed(Basis.CONTRACT_VALUE, rate, tender.value, cap=policy.cap)
    is_capped = policy.cap is not None and owed.computed == policy.cap
    steps = (
        _threshold_step(tender, policy),
        *_labour_steps(tender, policy),
        *_basis_steps(policy),
        *_exemption_steps(policy),
        WeighingStep(_("Rate"), f"{percent(expected.rate)}. {expected.rule}"),
        _amount_step(tender, owed, is_capped),
        _duration_step(tender),
    )
    return Advice(policy, expected.rate, rate, owed.computed, steps, is_capped)


def _threshold_step(tender: Tender, policy: Policy) -> WeighingStep:
    floor, kind = (
        threshold(policy, tender.procurement_type),
        ProcurementType(tender.procurement_type).label,
    )
    words = {"kind": kind, "floor": euro(floor), "value": euro(tender.value)}
    if floor is None:
        return WeighingStep(_("Threshold"), _("The policy has no threshold for %(kind)s.") % words)
    if tender.value < floor:
        return WeighingStep(
            _("Threshold"),
            _("From %(floor)s for %(kind)s; %(value)s is less, so none is expected.") % words,
        )
    return WeighingStep(
        _("Threshold"), _("From %(floor)s for %(kind)s; %(value)s reaches it.") % words
    )


def _labour_steps(tender: Tender, policy: Policy) -> list[WeighingStep]:
    """What the policy says of the share of labour in the value."""
    steps, share = [], tender.labour_share
    least, limit = policy.supplies_min_labour_share, policy.reduced_below_labour_share
    words = {"share": percent(share), "least": percent(least), "limit": percent(limit)}
    if tender.procurement_type == ProcurementType.SUPPLIES and least is not None:
        outcome = _("Supplies are asked from a labour share of %(least)s on.") % words
        steps.append(
            WeighingStep(_("Labour share of supplies"), f"{outcome} {_what_is_known(share)}")
        )
    if limit is not None and policy.reduced_rate is not None:
        reduced = {**words, "rate": percent(policy.reduced_rate)}
        outcome = _("Below a labour share of %(limit)s the rate is %(rate)s.") % reduced
        steps.append(WeighingStep(_("Labour share"), f"{outcome} {_what_is_known(share)}"))
    return steps


def _basis_steps(policy: Policy) -> list[WeighingStep]:
    """Where the rate differs by what the obligation is taken of; a tender knows its value only."""
    if not policy.rates:
        return []
    rates = ", ".join(f"{basis.label} {percent(usual_rate(policy, basis))}" for basis in Basis)
    outcome = _("Per basis: %(rates)s. Here the contract value is taken.") % {"rates": rates}
    return [WeighingStep(_("Basis"), outcome)]


def _exemption_steps(policy: Policy) -> list[WeighingStep]:
    """Who gets the contract is not known yet."""
    if not policy.exempt_from_pso_level:
        return []
    level = policy.get_exempt_from_pso_level_display()
    outcome = _("A contractor with PSO %(level)s or higher on the award date owes nothing.")
    return [WeighingStep(_("Exemption"), outcome % {"level": level})]


def _what_is_known(share: Decimal | None) -> str:
    if share is None:
        return _("The labour share is not filled in, so this rule is not applied.")
    return _("Here it is %(share)s.") % {"share": percent(share)}


def _amount_step(tender: Tender, owed: Owed, is_capped: bool) -> WeighingStep:
    words = {"value": euro(tender.value), "rate": percent(owed.rate), "amount": euro(owed.computed)}
    if is_capped:
        return WeighingStep(
            _("Amount"), _("%(value)s × %(rate)s, at most %(amount)s per contract.") % words
        )
    return WeighingStep(_("Amount"), f"{words['value']} × {words['rate']} = {words['amount']}.")


def _duration_step(tender: Tender) -> WeighingStep:
    return WeighingStep(
        _("Duration"),
        _(
            "The amount does not depend on the duration. See below whether it fits in %(months)s"
            " months."
        )
        % {"months": tender.months},
    )


def ways(amount: Decimal, months: int, blocks: Iterable[BuildingBlock]) -> list[Way]:
    """What `amount` could look like in each block by itself: full-time workplaces during the whole
    term, hours of an activity, or euros of social purchases. One decimal; blocks of other units are
    left out.
    """
    found = [way for block in blocks if (way := _way(Fraction(amount), months, block))]
    return found if amount > ZERO else []


def _way(amount: Fraction, months: int, block: BuildingBlock) -> Way | None:
    of_month = unit_of(block).of_month
    if block.kind == BlockKind.PLACEMENT and of_month and block.amount:
        per_year = sum((of_month(Fraction(block.amount), month) for month in A_YEAR), Fraction(0))
        return Way(
            block,
            rounded(amount / per_year / Fraction(months, MONTHS_OF_YEAR), 1),
            BlockKind.PLACEMENT,
        )
    if block.kind == BlockKind.ACTIVITY and block.unit == Unit.HOUR and block.amount:
        return Way(block, rounded(amount / Fraction(block.amount), 0), BlockKind.ACTIVITY)
    if block.kind == BlockKind.PURCHASE and block.unit == Unit.INVOICE:
        weight = Fraction(100 if block.weight_percent is None else block.weight_percent) / 100
        return Way(block, rounded(amount / weight), BlockKind.PURCHASE) if weight else None
    return None


def workplaces_between(found: Sequence[Way]) -> tuple[Decimal, Decimal] | None:
    """The fewest and the most full-time workplaces at once that the amount comes to, over the
    blocks of the table.
    """
    numbers = [way.number for way in found if way.kind == BlockKind.PLACEMENT]
    return (min(numbers), max(numbers)) if numbers else None
