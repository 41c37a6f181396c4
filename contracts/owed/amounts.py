"""What a contract owes, from its award and its changes."""

from collections.abc import Iterable

from contracts.models import Contract, ContractState, ObligationChange
from contracts.owed.obligation import Owed, after
from sroi.money import ZERO

OPEN = (ContractState.ACTIVE, ContractState.ENDED)
CLOSED = (ContractState.SETTLED, ContractState.CANCELLED)


def owed_at_award(contract: Contract) -> Owed:
    return Owed(
        basis=contract.basis,
        rate=contract.rate,
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
