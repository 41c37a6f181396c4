"""The municipalities of a contract and their shares, dated by month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery

from contracts.models import Contract, ContractShare, Municipality


@dataclass
class ShareSet:
    """The shares that one act gave a contract: from a month on, percents by municipality id in
    order of code.
    """

    since: date
    # The number of the posting that changed the shares; 0 for those of the award.
    known_from: int
    percents: dict[int, Decimal] = field(default_factory=dict)


def largest_client(today: date) -> Subquery:
    """Of contracts: what the client is called that has the largest share today."""
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    shares = ContractShare.objects.filter(begun, contract=OuterRef("pk"), percent__gt=0)
    newest = F("valid_from").desc(nulls_last=True)
    return Subquery(shares.order_by(newest, "-percent").values("municipality__name")[:1])


class SharesOfContracts:
    """Shares of many contracts, read at once; per month in order of municipality code."""

    def __init__(self, contracts: Iterable[Contract | int]) -> None:
        ids = {c if isinstance(c, int) else c.pk for c in contracts}
        rows = ContractShare.objects.filter(contract__in=ids).select_related(
            "municipality", "posting"
        )
        self._municipalities = {row.municipality_id: row.municipality for row in rows}
        self._sets: dict[int, dict[date, ShareSet]] = defaultdict(dict)
        for row in sorted(rows, key=lambda r: r.municipality.code):
            since, known_from = row.valid_from or date.min, row.posting.number if row.posting else 0
            its_set = self._sets[row.contract_id].setdefault(since, ShareSet(since, known_from))
            its_set.percents[row.municipality_id] = row.percent

    def on(self, contract_id: int, month: date, known_at: int | None = None) -> dict[int, Decimal]:
        """Municipality id → percent, by the last set of shares that began in or before `month`.

        With `known_at`, the number of a posting: as one knew it then.
        """
        known = [
            s
            for s in self._sets[contract_id].values()
            if known_at is None or s.known_from <= known_at
        ]
        begun = [s for s in known if s.since <= month] or [min(known, key=lambda s: s.since)]
        return max(begun, key=lambda s: s.since).percents

    def latest(self, contract_id: int) -> date:
        """The month from which the last shares that are known hold; those of the award have no
        beginning.
        """
        return max(self._sets[contract_id])

    def named(self, contract_id: int, month: date) -> list[tuple[Municipality, Decimal]]:
        """The municipalities that have a share in `month`, with their percent."""
        shares = self.on(contract_id, month)
        return [(self._municipalities[pk], percent) for pk, percent in shares.items() if percent]

    def with_change(
        self, contract_id: int, shares: Mapping[int, Decimal], month: date
    ) -> "SharesOfContracts":
        """As they would be once `shares` hold from `month` on; they come in order of municipality
        code.
        """
        new = SharesOfContracts([])
        new._municipalities = self._municipalities
        new._sets = defaultdict(dict, {pk: dict(sets) for pk, sets in self._sets.items()})
        new._sets[contract_id][month] = ShareSet(month, 0, dict(shares))
        return new
