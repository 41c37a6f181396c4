"""What of contracts is a person's own: of who commissions, the share of their clients.

A total that a procurement officer is shown adds up these shares, from the lines of the own clients;
the page of a contract shows the whole, and says what of it is their own. Staff of the region and
the contractor itself have the whole. Amounts are euro. Source: DOMAIN.md sections 3 and 9.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q

from contracts.models import Contract
from placements.models import Allocation
from placements.standing.progress import Own, Progress, with_progress
from sroi.access import Access, May, visible


def progress_for(access: Access, contracts: Iterable[Contract], today: date) -> dict[int, Progress]:
    """Progress at `today` by contract id, with what of it is one's own; of contracts that one may
    see. Contracts need their policy.
    """
    rows = list(contracts)
    shared = [contract.pk for contract in rows if has_share(access, contract)]
    own = Own(shared, own_clients(access)) if shared else None
    return with_progress(rows, today, own=own)


def has_share(access: Access, contract: Contract) -> bool:
    """Whether a person sees this contract for their own clients only."""
    whole = access.may(May.SEE_REGION, region_id=contract.region_id) or access.may(
        May.FULFIL, region_id=contract.region_id, contractor_id=contract.contractor_id
    )
    return not whole


def own_clients(access: Access) -> frozenset[int]:
    """The ids of the clients whose contracts one follows."""
    grants = access.grants_for(May.COMMISSION)
    return frozenset(pk for grant in grants for pk in grant.municipality_ids)


def only_shares(access: Access) -> bool:
    """Whether all that a person sees of contracts is for their own clients: so that a list can be
    ordered by it.
    """
    return access.may(May.COMMISSION) and not access.may(May.SEE_REGION, May.FULFIL)


def is_under(access: Access, condition: Q) -> Exists:
    """Of versions of fulfilments: whether one of their contracts (reached by `contract__`) is
    so.
    """
    return Exists(visible(Allocation, access).filter(condition, version=OuterRef("pk")))
