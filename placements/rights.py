"""Who may see, enter and review a fulfilment."""

from typing import Any

from contracts.models import Contract
from placements.models import Fulfilment, FulfilmentState
from sroi.access import Access, May


def may_enter_fulfilment(access: Access, fulfilment: Fulfilment) -> bool:
    return may_enter(access, fulfilment.region_id, fulfilment.contractor_id)


OPEN_TO_EDIT = (FulfilmentState.DRAFT, FulfilmentState.RETURNED)
OPEN_TO_WITHDRAW = (*OPEN_TO_EDIT, FulfilmentState.SUBMITTED)


def may_see_person(access: Access, fulfilment: Fulfilment) -> bool:
    """Candidate reference and age: for the adviser, and for the contractor's own people."""
    return access.may(
        May.SEE_PERSONS, region_id=fulfilment.region_id, contractor_id=fulfilment.contractor_id
    )


def may_see_fulfilments(access: Access, contract: Contract) -> bool:
    """Each fulfilment under a contract; a procurement officer sees totals only."""
    return access.may(
        May.SEE_FULFILMENTS, region_id=contract.region_id, contractor_id=contract.contractor_id
    )


def may_enter(access: Access, region_id: int, contractor_id: int) -> bool:
    """A contractor for itself, an adviser on behalf of one."""
    return access.may(May.ENTER, region_id=region_id, contractor_id=contractor_id)


def may_review(access: Access, fulfilment: Fulfilment) -> bool:
    return access.may(May.REVIEW, region_id=fulfilment.region_id)


def reviews_own_entry(user: Any, fulfilment: Fulfilment) -> bool:
    return user is not None and fulfilment.entered_by_id == user.pk
