"""Who may see, enter and review a fulfilment."""

from typing import Any

from contracts.models import Contract
from placements.models import Fulfilment, FulfilmentState
from sroi.access import STAFF, Access, Role


def may_enter_fulfilment(access: Access, fulfilment: Fulfilment) -> bool:
    return may_enter(access, fulfilment.region_id, fulfilment.contractor_id)


OPEN_TO_EDIT = (FulfilmentState.DRAFT, FulfilmentState.RETURNED)
OPEN_TO_WITHDRAW = (*OPEN_TO_EDIT, FulfilmentState.SUBMITTED)


def may_see_person(access: Access, fulfilment: Fulfilment) -> bool:
    """Candidate reference and age: for the adviser, and for the contractor's own people."""
    region = fulfilment.region_id
    return access.has(Role.ADVISER, region_id=region) or _is_own(access, fulfilment)


def may_see_fulfilments(access: Access, contract: Contract) -> bool:
    """Each fulfilment under a contract; a procurement officer sees totals only."""
    own = any(
        g.contractor_id == contract.contractor_id for g in access.grants_for([Role.CONTRACTOR], contract.region_id)
    )
    return own or access.has(*STAFF, region_id=contract.region_id)


def may_enter(access: Access, region_id: int, contractor_id: int) -> bool:
    """A contractor for itself, an adviser on behalf of one."""
    own = any(g.contractor_id == contractor_id for g in access.grants_for([Role.CONTRACTOR], region_id))
    return own or access.has(Role.ADVISER, region_id=region_id)


def may_review(access: Access, fulfilment: Fulfilment) -> bool:
    return access.has(Role.ADVISER, region_id=fulfilment.region_id)


def reviews_own_entry(user: Any, fulfilment: Fulfilment) -> bool:
    return user is not None and fulfilment.entered_by_id == user.pk


def _is_own(access: Access, fulfilment: Fulfilment) -> bool:
    grants = access.grants_for([Role.CONTRACTOR], fulfilment.region_id)
    return any(g.contractor_id == fulfilment.contractor_id for g in grants)
