"""What a merger passes on: the shares that one client has in contracts, from the month after its
last day.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from contracts.models import Contract, ContractShare, Municipality
from contracts.owed.amounts import OPEN
from contracts.owed.shares import SharesOfContracts
from sroi.periods import add_months, month_of


class Passing(NamedTuple):
    """A contract, the month from which shares pass, the percent of the client, and all shares as
    they are.
    """

    contract: Contract
    month: date
    percent: Decimal
    shares: dict[int, Decimal]

    def to(self, client: Municipality, successor: Municipality) -> dict[int, Decimal]:
        """The shares as they become: what the client had is the successor's, beside what that had
        already.
        """
        kept = {pk: percent for pk, percent in self.shares.items() if percent and pk != client.pk}
        return kept | {successor.pk: kept.get(successor.pk, Decimal(0)) + self.percent}


def passing(client: Municipality, last: date) -> list[Passing]:
    """The contracts in which the client has a share after its last day: all that can still get
    lines.

    Shares are by month: from the first that begins after `last`, or from the award where that comes
    later. Where shares are known already for a month from then on, they stand, and what the last of
    them gives the client passes from the month after they began.
    """
    shared = ContractShare.objects.filter(municipality=client, percent__gt=0).values("contract")
    contracts = Contract.objects.filter(pk__in=shared, state__in=OPEN).select_related("region")
    return list(
        _passing(client, add_months(month_of(last), 1), list(contracts.order_by("reference")))
    )


def _passing(client: Municipality, first: date, contracts: list[Contract]) -> Iterator[Passing]:
    known = SharesOfContracts(contracts)
    for contract in contracts:
        month = max(first, month_of(contract.award_date))
        if (latest := known.latest(contract.pk)) >= month:
            month = add_months(latest, 1)
        shares = known.on(contract.pk, month)
        if percent := shares.get(client.pk):
            yield Passing(contract, month, percent, shares)
