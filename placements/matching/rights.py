"""Who sees and does what with places, needs and matches. Source: DOMAIN.md sections 8 and 9."""

from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from contracts.models import Contract, ContractState, Partner
from placements.models import Match, Need, Place
from sroi.access import Access, May


class Side(StrEnum):
    """Who has to agree: the contractor, and who has the need or proposes the candidate."""

    CONTRACTOR = "contractor"
    OTHER = "other"


def may_see_desk(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.SEE_DESK, region_id=region_id)


def may_broker(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.BROKER, region_id=region_id)


def is_of_contractor(access: Access, contract: Contract) -> bool:
    """Whether one works for the contractor of it."""
    return access.may(
        May.FULFIL, region_id=contract.region_id, contractor_id=contract.contractor_id
    )


def is_of_partner(access: Access, partner: Partner) -> bool:
    return access.may(May.OFFER, region_id=partner.region_id, partner_id=partner.pk)


def may_see_what_fits(access: Access, contract: Contract) -> bool:
    """How much is open of a contract and what could fill it: who fulfils it, and the desk."""
    return may_see_desk(access, contract.region_id) or is_of_contractor(access, contract)


def may_close(access: Access, of: Place | Need) -> bool:
    """Who made it; what is closed is offered no more."""
    if isinstance(of, Place):
        return access.may(May.FULFIL, region_id=of.region_id, contractor_id=of.contractor_id)
    return is_of_partner(access, of.partner)


def sides_of(access: Access, match: Match) -> list[Side]:
    """For which side one can answer."""
    sides = []
    if access.may(May.FULFIL, region_id=match.region_id, contractor_id=match.contractor_id):
        sides.append(Side.CONTRACTOR)
    if match.need_id and match.need and is_of_partner(access, match.need.partner):
        sides.append(Side.OTHER)
    if match.place_id and may_broker(access, match.region_id):
        sides.append(Side.OTHER)
    return sides


def may_see_candidate(access: Access, match: Match) -> bool:
    """The reference of a candidate: the contractor, the adviser, and who proposed it."""
    if access.may(May.SEE_PERSONS, region_id=match.region_id, contractor_id=match.contractor_id):
        return True
    mine = access.user_id is not None and match.proposed_by_id == access.user_id
    return mine and may_broker(access, match.region_id)


# --- contracts that want something ----------------------------------------------------------------


def running() -> Q:
    """Contracts for which something can still be done."""
    return Q(state=ContractState.ACTIVE, has_obligation=True, is_framework=False)


def at_the_desk(access: Access) -> QuerySet[Any]:
    """The running contracts of the regions of which one sees the desk. More of them than this and
    how they stand is not seen by who may see the desk only.
    """
    found: QuerySet[Any] = Contract.objects.filter(
        running(), region__in=access.regions_where(May.SEE_DESK)
    )
    return found


def of_own_firm(access: Access) -> QuerySet[Any]:
    """The running contracts of the firms for which one works."""
    own = Q(pk__in=[])
    for grant in access.grants_for(May.FULFIL):
        own |= Q(region=grant.region_id, contractor=grant.contractor_id)
    found: QuerySet[Any] = Contract.objects.filter(own, running())
    return found


def seen_here(access: Access) -> QuerySet[Any]:
    """Those of which one sees what fits."""
    return at_the_desk(access) | of_own_firm(access)
