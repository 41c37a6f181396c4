"""Who recognises firms, which recognitions hold on a day, and what everyone may know of them.

A region recognises a firm from a day on, by a kind of recognition; on a day of payment within that
time its invoices can count, also in a region that trusts it by its policy of that day. Which blocks
a recognition opens is said by the valuation table (`recognitions` of a block); a block that names
none is open with any. Firms are shared by all regions, as contractors are; recognitions are of one
region.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from contracts.models import (
    BuildingBlock,
    Contractor,
    FirmProposal,
    Policy,
    Recognition,
    RecognitionKind,
    Region,
    SocialFirm,
)
from contracts.models.organisation import folded
from contracts.owed.terms import policy_on
from sroi.access import Access, May, visible

FOUND = 8
SHORTEST_SEARCH = 2


@dataclass(frozen=True)
class Facts:
    """What is told of a firm."""

    name: str
    place: str = ""
    offers: str = ""
    website: str = ""


@dataclass(frozen=True)
class RecognisedAs:
    """By what a firm is recognised, from when until when, and how that was established."""

    kind: str
    valid_from: date
    valid_until: date | None = None
    is_public: bool = False
    grounds: str = ""


def may_propose(access: Access) -> bool:
    return access.may(May.PROPOSE_FIRMS)


def may_recognise(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.RECOGNISE, region_id=region_id)


def may_describe(access: Access, firm: SocialFirm) -> bool:
    """An adviser of a region that recognises it, or did."""
    mine = access.regions_where(May.RECOGNISE)
    return firm.recognitions.filter(region__in=mine).exists()


def may_see_register(access: Access) -> bool:
    """Every recognition, also those that are over or not public, with their history."""
    return access.may(May.SEE_REGION)


def holding(day: date) -> Q:
    """The recognitions that hold on a day."""
    return Q(revoked_at=None, valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


class Trust:
    """Whose recognitions count in these regions beside their own, by the policy in force on a
    day.
    """

    def __init__(self, regions: Collection[int]) -> None:
        self._policies: dict[int, list[Policy]] = defaultdict(list)
        for policy in Policy.objects.filter(region__in=regions):
            self._policies[policy.region_id].append(policy)

    def codes(self, region: int, day: date) -> list[str]:
        """The codes of the regions that a region trusts on a day."""
        policy = policy_on(self._policies[region], day)
        return policy.trusts if policy else []


def counting_in(region: int, day: date) -> Q:
    """The recognitions that count in a region on a day: its own, and those of whom it trusts."""
    return Q(region=region) | Q(region__code__in=Trust([region]).codes(region, day))


class Recognitions:
    """The recognitions that count in some regions of firms with these KvK numbers or names, looked
    up at once.
    """

    def __init__(self, regions: Collection[int], kvks: Iterable[str], names: Iterable[str]) -> None:
        self._regions = regions
        self._by_kvk: dict[str, list[Recognition]] = defaultdict(list)
        self._by_name: dict[str, list[Recognition]] = defaultdict(list)
        known = set(filter(None, kvks))
        called = {folded(name)[:200] for name in names if name}
        if not known and not called:
            return
        rows = Recognition.objects.filter(
            Q(firm__kvk__in=known) | Q(firm__name_folded__in=called), revoked_at=None
        )
        for recognition in rows.select_related("firm", "region"):
            self._by_kvk[recognition.firm.kvk].append(recognition)
            self._by_name[recognition.firm.name_folded].append(recognition)

    @cached_property
    def _trust(self) -> Trust:
        """Asked only where another region recognises one of the firms."""
        return Trust(self._regions)

    def holding(self, region: int, kvk: str, name: str, day: date) -> list[Recognition]:
        """Those of a supplier that count in a region on a day, by its KvK number; by its name only
        where no number was given.
        """
        theirs = self._by_kvk[kvk] if kvk else self._by_name[folded(name)[:200]] if name else []
        return [
            r
            for r in theirs
            if r.holds_on(day)
            and (r.region_id == region or r.region.code in self._trust.codes(region, day))
        ]

    def kinds_on(self, region: int, kvk: str, name: str, day: date) -> set[str]:
        return {r.kind for r in self.holding(region, kvk, name, day)}


def is_open(block: BuildingBlock, kinds: Collection[str]) -> bool:
    """Whether a block counts for a firm with these recognitions; where the table names none, every
    firm's invoice.
    """
    return not block.recognitions or bool(set(block.recognitions) & set(kinds))


def kinds_in_words(kinds: Iterable[str]) -> str:
    return ", ".join(
        str(RecognitionKind(kind).label) for kind in RecognitionKind.values if kind in set(kinds)
    )


def find_firms(region: int, text: str, day: date) -> list[SocialFirm]:
    """The firms that are recognised in a region on a day, by part of the name or the beginning of
    the KvK number.
    """
    text = text.strip()
    if len(text) < SHORTEST_SEARCH:
        return []
    now = Recognition.objects.filter(holding(day), counting_in(region, day))
    found = SocialFirm.objects.filter(
        Q(name_folded__contains=folded(text)) | Q(kvk__startswith=text), pk__in=now.values("firm")
    )
    return list(
        found.prefetch_related(Prefetch("recognitions", now, to_attr="holding_now")).order_by(
            "name_folded"
        )[:FOUND]
    )


def public_recognitions(today: date) -> QuerySet[Any]:
    """What everyone may know: recognitions that hold and that an adviser marked public."""
    rows: QuerySet[Any] = Recognition.objects.filter(holding(today), is_public=True)
    return rows.select_related("region").order_by("kind", "region__title_nl")


def public_firms(today: date) -> QuerySet[Any]:
    """The directory: firms with a recognition that everyone may know."""
    shown = public_recognitions(today)
    rows: QuerySet[Any] = SocialFirm.objects.filter(pk__in=shown.order_by().values("firm"))
    return rows.prefetch_related(Prefetch("recognitions", shown, to_attr="shown")).order_by(
        "name_folded", "pk"
    )


def public_regions(today: date) -> list[Region]:
    rows = Region.objects.filter(pk__in=public_recognitions(today).order_by().values("region"))
    return list(rows)


def parties(access: Access) -> list[tuple[Region, Contractor]]:
    """For whom this person may propose: their contractor in each of its regions."""
    grants = access.grants_for(May.PROPOSE_FIRMS)
    regions = {region.pk: region for region in visible(Region, access)}
    contractors = {
        c.pk: c for c in Contractor.objects.filter(pk__in={g.contractor_id for g in grants})
    }
    found = {(g.region_id, g.contractor_id) for g in grants}
    return [
        (regions[r], contractors[c]) for r, c in sorted(found) if r in regions and c in contractors
    ]


def facts_of(firm: SocialFirm | FirmProposal) -> Facts:
    return Facts(**{field.name: getattr(firm, field.name) for field in fields(Facts)})
