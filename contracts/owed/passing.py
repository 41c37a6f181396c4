"""What a merger passes on: the shares that one client has in contracts, from the month after its
last day.
"""

from collections.abc import Iterable, Iterator
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
    return list(passing_in(list(contracts.order_by("reference")), client, last))


def gone_on(contracts: Iterable[Contract]) -> Iterator[tuple[Municipality, Passing]]:
    """Of these contracts what should have passed already: they came, or came open again, after a
    client with a share in them had gone on in another.
    """
    known = list(contracts)
    shares = ContractShare.objects.filter(contract__in=known, percent__gt=0)
    ended = Municipality.objects.filter(
        pk__in=shares.values("municipality"), successor__isnull=False, valid_until__isnull=False
    )
    for client in ended.select_related("successor").order_by("valid_until"):
        assert client.valid_until is not None  # by the query
        for each in passing_in(known, client, client.valid_until):
            yield client, each


def heir_on(client: Municipality, month: date) -> Municipality:
    """In whom the client goes on that is still there in a month."""
    heir = client
    while heir.successor and heir.valid_until and heir.valid_until < month:
        heir = heir.successor
    return heir


def passing_in(contracts: list[Contract], client: Municipality, last: date) -> Iterator[Passing]:
    first = add_months(month_of(last), 1)
    known = SharesOfContracts(contracts)
    for contract in contracts:
        month = max(first, month_of(contract.award_date))
        if (latest := known.latest(contract.pk)) >= month:
            month = add_months(latest, 1)
        shares = known.on(contract.pk, month)
        if percent := shares.get(client.pk):
            yield Passing(contract, month, percent, shares)
