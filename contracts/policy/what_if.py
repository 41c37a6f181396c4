"""What the contracts that were awarded in a year would have owed under other terms; nothing is
stored.

A contract that has the rate its policy expected takes the rate that the other terms expect; one
with a rate of its own keeps that. Its changes follow as they do now. So the terms that it has give
what it owes, to the cent. Amounts are euro. Source: DOMAIN.md section 4.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Contract, ObligationChange, Policy
from contracts.owed.amounts import owed_by
from contracts.owed.exemption import Exemptions, exempt_because
from contracts.owed.lines import NOT_COUNTED
from contracts.owed.obligation import expected_rate
from sroi.money import ZERO
from sroi.periods import Period


@dataclass(frozen=True)
class Owing:
    """What a contract owes, and would have owed at a rate that other terms give."""

    old: Decimal
    new: Decimal
    rate: Decimal
    # Why at that rate, in words.
    why: str

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


@dataclass(frozen=True)
class Together:
    number: int
    changed: int
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


def awarded_in(year: int) -> Q:
    """What owes something itself, or could: a framework does not."""
    period = Period.year(year)
    awarded = Q(award_date__range=(period.first, period.last), is_framework=False)
    return awarded & ~Q(state__in=NOT_COUNTED)


def held(contracts: QuerySet[Any], policy: Policy, year: int) -> dict[int, Owing]:
    """By the id of each of these contracts that was awarded in the year; `policy` need not be
    stored.
    """
    changes = Prefetch("changes", ObligationChange.objects.order_by("pk"))
    rows = contracts.filter(awarded_in(year)).select_related("policy", "exempted_by")
    exemptions = Exemptions(policy.region, [policy])
    return {c.pk: _owing(c, policy, exemptions) for c in rows.prefetch_related(changes)}


def _owing(contract: Contract, policy: Policy, exemptions: Exemptions) -> Owing:
    about = (
        contract.procurement_type,
        contract.value,
        contract.labour_cost,
        contract.basis,
    )
    expected = expected_rate(policy, *about)
    is_own = contract.rate != expected_rate(contract.policy, *about).rate
    other = copy(contract)
    other.policy, other.rate = policy, contract.rate if is_own else expected.rate
    if policy.exempt_from_pso_level != contract.policy.exempt_from_pso_level:
        other.exempted_by = exemptions.of(other)
    changes = list(contract.changes.all())
    old, new = (owed_by(one, changes).obligation for one in (contract, other))
    return Owing(old, new, other.rate, _why(other, expected.rule, is_own))


def together(found: Iterable[Owing]) -> Together:
    rows = list(found)
    return Together(
        len(rows),
        sum(row.old != row.new for row in rows),
        sum((row.old for row in rows), ZERO),
        sum((row.new for row in rows), ZERO),
    )


def _why(contract: Contract, rule: str, is_own: bool) -> str:
    if contract.exempted_by:
        return exempt_because(contract.exempted_by)
    return _("The rate that was agreed for this contract holds.") if is_own else rule
