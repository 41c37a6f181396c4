"""Who may do what to a contract, and what can be done to it."""

from contracts.models import ActKind, Basis, ChangeKind, ChangeProposal, Contract, ContractState
from contracts.owed.amounts import OPEN
from sroi.access import Access, May


def may_change(access: Access, contract: Contract) -> bool:
    return access.may(May.CHANGE, region_id=contract.region_id) and contract.state in OPEN


def may_propose(access: Access, contract: Contract) -> bool:
    """Of a contract that one may see; an adviser need not propose."""
    proposes = access.may(May.PROPOSE_CHANGES, region_id=contract.region_id)
    return proposes and contract.state in OPEN and not may_change(access, contract)


def may_answer(access: Access, proposal: ChangeProposal) -> bool:
    return access.may(May.CHANGE, region_id=proposal.contract.region_id)


def kinds_for(contract: Contract) -> list[str]:
    """What can be done to the contract: a turnover statement only where the obligation follows the
    turnover, …
    """
    changes = [
        k
        for k in ChangeKind
        if k != ChangeKind.TURNOVER or contract.basis == Basis.INVOICED_TURNOVER
    ]
    acts = [a for a in ActKind if a != ActKind.END or contract.state == ContractState.ACTIVE]
    return [kind.value for kind in (*changes, *acts)]
