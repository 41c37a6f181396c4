"""What a contract owes, from its award and its changes."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum

from contracts.models import Contract, ContractState, ObligationChange, ObligationLine
from contracts.owed.obligation import Owed, after
from sroi.money import ZERO

OPEN = (ContractState.ACTIVE, ContractState.ENDED)
CLOSED = (ContractState.SETTLED, ContractState.CANCELLED)


def owed_at_award(contract: Contract) -> Owed:
    return Owed(
        basis=contract.basis,
        rate=ZERO if contract.exempted_by_id else contract.rate,
        value=contract.value,
        labour_cost=contract.labour_cost or ZERO,
        cap=contract.policy.cap,
        follows_changes=contract.follows_changes,
    )


def owed_by(contract: Contract, changes: Iterable[ObligationChange]) -> Owed:
    """What a contract owes after its changes, in the order in which they were registered."""
    owed = owed_at_award(contract)
    for change in changes:
        owed = after(owed, change)
    return owed


def owed_themselves(contracts: Iterable[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """By id the value and the obligation that stand for a contract itself, in euro: its first
    call-off takes them from it. Without lines there is nothing to take.
    """
    lines = ObligationLine.objects.filter(contract__in=[*contracts]).order_by()
    sums = lines.values_list("contract").annotate(Sum("value_delta"), Sum("obligation_delta"))
    return {pk: (value, obligation) for pk, value, obligation in sums}
