"""The queue of what waits for a review: one's own part of it or that of the team, in an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from contracts.desk.whose import is_work_of, stood_in_for
from contracts.models import Contract
from placements.claims.valuing import allocations_of, allocations_under
from placements.models import Allocation, FulfilmentVersion
from placements.standing.known import waiting
from placements.standing.own import is_under
from sroi.access import Access, May, visible
from sroi.database.together import Asking, in_order, prefetched, side_by_side, sums_of
from sroi.money import ZERO

SHOWN = 50
MINE, TEAM = "mij", "team"
WHOSE: dict[str, Any] = {MINE: gettext_lazy("Mine"), TEAM: gettext_lazy("The team's")}
ORDERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "age": (gettext_lazy("Oldest first"), ("submitted_at", "pk")),
    "contract": (
        gettext_lazy("By contract"),
        ("allocations__contract__reference", "submitted_at", "pk"),
    ),
    "contractor": (
        gettext_lazy("By contractor"),
        ("fulfilment__contractor__name_folded", "submitted_at", "pk"),
    ),
}


@dataclass(frozen=True)
class Row:
    """One that waits: `worth` is what it was worth when it was handed in, `most` how many days a
    review may take by the policy of its contracts, `key` what one presses to go there,
    `stood_in_for` the colleague whose work it is.
    """

    version: FulfilmentVersion
    contracts: str
    worth: Decimal
    days: int
    most: int
    is_current: bool
    key: str
    stood_in_for: Any

    @property
    def is_late(self) -> bool:
        return self.days > self.most


class Queue:
    """What waits for this person and their team; an order or a part that is not known is the first
    one.
    """

    def __init__(
        self, access: Access, user: Any, today: date, order: str = "", whose: str = ""
    ) -> None:
        self.order = order if order in ORDERS else next(iter(ORDERS))
        self.whose = whose if whose in WHOSE else MINE
        theirs = visible(FulfilmentVersion, access).filter(
            fulfilment__region__in=access.regions_where(May.REVIEW)
        )
        self.teams: QuerySet[Any] = waiting(theirs)
        self.absent = stood_in_for(user, today)
        contracts = visible(Contract, access).order_by()
        # Of who advises on none, all are their work.
        own = is_under(access, is_work_of(user, self.absent, "contract__"))
        self.is_own = Q(own) | ~Q(Exists(contracts.filter(adviser=user)))

    def numbers(self) -> Asking[dict[str, int]]:
        """How many wait, by whose they are."""
        return sums_of(self.teams, {MINE: Count("pk", filter=self.is_own), TEAM: Count("pk")})

    def _in_order(self) -> QuerySet[Any]:
        rows = self.teams if self.whose == TEAM else self.teams.filter(self.is_own)
        return rows.order_by(*ORDERS[self.order][1])

    def keys(self) -> list[int]:
        """The ids of the fulfilments, each once, though it may be for several contracts."""
        found = self._in_order().values_list("fulfilment_id", flat=True)[: 2 * SHOWN]
        return list(dict.fromkeys(found))[:SHOWN]

    def versions(self) -> Asking[list[FulfilmentVersion]]:
        """Those, as they wait."""
        found = yield from in_order(
            self._in_order().select_related(
                "fulfilment__contractor", "fulfilment__region", "fulfilment__accepted"
            ),
            most=2 * SHOWN,
        )
        return list({version.pk: version for version in found}.values())[:SHOWN]

    def rows(self, shown: int | None, today: date) -> Asking[list[Row]]:
        """As they are drawn; `shown` is the one that is looked at."""
        versions, allocations = yield from side_by_side(
            self.versions(), allocations_under(self._in_order()[: 2 * SHOWN])
        )
        prefetched(FulfilmentVersion, "allocations", versions, allocations)
        keys = [version.fulfilment_id for version in versions]
        at = keys.index(shown) if shown in keys else None
        pressed = {} if at is None else {at - 1: "k", at + 1: "j"}
        return [
            self._row(version, version.fulfilment_id == shown, pressed.get(i, ""), today)
            for i, version in enumerate(versions)
        ]

    def _row(self, version: FulfilmentVersion, is_current: bool, key: str, today: date) -> Row:
        allocations: Sequence[Allocation] = allocations_of(version)
        contracts = [allocation.contract for allocation in allocations]
        since = version.submitted_at
        found = (self.absent.get(c.adviser_id or 0) for c in contracts)
        away = [row for row in found if row]
        return Row(
            version,
            ", ".join(contract.reference for contract in contracts),
            sum((allocation.value or ZERO for allocation in allocations), ZERO),
            (today - localtime(since).date()).days if since else 0,
            min((contract.policy.review_days for contract in contracts), default=0),
            is_current,
            key,
            away[0].absent if away else None,
        )
