"""Who may see, enter and review a fulfilment."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from contracts.models import Contract, ContractState
from placements.models import Fulfilment, FulfilmentState
from sroi.access import Access, May


def may_enter_fulfilment(access: Access, fulfilment: Fulfilment) -> bool:
    return may_enter(access, fulfilment.region_id, fulfilment.contractor_id)


TAKES_FULFILMENTS = (ContractState.ACTIVE, ContractState.ENDED)
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


def may_mend(access: Access, user: Any, fulfilment: Fulfilment) -> bool:
    """Take what waits for a review back and change it: who made it. Who reviews it asks for more,
    or accepts it otherwise.
    """
    made_it = not may_review(access, fulfilment) or reviews_own_entry(user, fulfilment)
    return made_it and may_enter_fulfilment(access, fulfilment)


def of_own_firm(access: Access, fulfilment: Fulfilment) -> bool:
    """Whether one works for the firm whose fulfilment this is."""
    return (fulfilment.region_id, fulfilment.contractor_id) in own_firms(access)


def own_firms(access: Access) -> set[tuple[int, int]]:
    """The firms that one works for, each in a region. The references of one's own are on their
    lists and in their searches, and on nobody else's.
    """
    return {
        (grant.region_id, grant.contractor_id)
        for grant in access.grants_for(May.SEE_PERSONS)
        if grant.contractor_id is not None
    }


def of_own_firms(access: Access) -> Q:
    own = Q(pk__in=[])
    for region, contractor in own_firms(access):
        own |= Q(region=region, contractor=contractor)
    return own


def contracts_to_record_for(contracts: QuerySet[Any], access: Access) -> QuerySet[Any]:
    """Those for which this person may record: a contractor its own, an adviser those of the
    region.
    """
    allowed = Q(pk__in=[])
    for grant in access.grants_for(May.ENTER):
        of_firm = {} if grant.contractor_id is None else {"contractor": grant.contractor_id}
        allowed |= Q(region=grant.region_id, **of_firm)
    found = contracts.filter(
        allowed, state__in=TAKES_FULFILMENTS, table__isnull=False, is_framework=False
    )
    return found.select_related("contractor", "region", "policy", "table").order_by(
        "contractor__name", "reference"
    )


def takes_new(contractor_id: int, contracts: Iterable[Contract]) -> bool:
    """Whether something new can be recorded for the firm under all of these contracts, by who may
    record for it: none of them is closed, or another firm's now. What `contracts_to_record_for`
    asks the database, of what was fetched.
    """
    return all(
        contract.contractor_id == contractor_id
        and contract.state in TAKES_FULFILMENTS
        and contract.table_id is not None
        and not contract.is_framework
        for contract in contracts
    )


def closed_to(contractor_id: int, contracts: Iterable[Contract], access: Access) -> Contract | None:
    """The first of these contracts, as they are stored now, under which nothing new is recorded."""
    now = Contract.objects.filter(pk__in=[contract.pk for contract in contracts]).order_by("pk")
    return next(
        (
            contract
            for contract in now
            if not takes_new(contractor_id, [contract])
            or not may_enter(access, contract.region_id, contractor_id)
        ),
        None,
    )


def own_drafts(fulfilments: QuerySet[Any], access: Access) -> QuerySet[Any]:
    """The drafts among these that wait for this person: of the own firm, or entered on behalf of
    one; the ones changed last first.
    """
    entered = Q(entered_by=access.user_id, region__in=access.regions_where(May.ENTER))
    mine = fulfilments.filter(of_own_firms(access) | entered, latest__state=FulfilmentState.DRAFT)
    return mine.order_by("-latest__changed_at", "-pk")


def reviews_own_entry(user: Any, fulfilment: Fulfilment) -> bool:
    return user is not None and fulfilment.entered_by_id == user.pk
