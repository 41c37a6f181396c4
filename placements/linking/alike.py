"""What of a firm's own, in another region, looks the same as this; nothing is stored, and only who
works for the firm in both regions is told. Source: DOMAIN.md section 5.6.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from contracts.models import BlockKind
from placements.claims import whole
from placements.claims.suppliers import same_supplier
from placements.models import Evidence, Fulfilment, FulfilmentState, FulfilmentVersion
from placements.rights import OPEN_TO_WITHDRAW, own_firms
from sroi.access import Access, visible
from sroi.money import ZERO

LIVE = (*OPEN_TO_WITHDRAW, FulfilmentState.ACCEPTED)
# That are proposed, and that are offered to choose from beside those.
PROPOSED, OFFERED = 5, 40


def own_regions_elsewhere(access: Access, region_id: int, contractor_id: int) -> set[int]:
    """The other regions in which one works for this firm; none for who does not work for it
    here.
    """
    firms = own_firms(access)
    if (region_id, contractor_id) not in firms:
        return set()
    return {region for region, firm in firms if firm == contractor_id} - {region_id}


def _elsewhere(access: Access, fulfilment: Fulfilment) -> set[int]:
    return own_regions_elsewhere(access, fulfilment.region_id, fulfilment.contractor_id)


def may_link(access: Access, fulfilment: Fulfilment) -> bool:
    return bool(_elsewhere(access, fulfilment))


def is_live(version: FulfilmentVersion, fulfilment: Fulfilment) -> bool:
    """Not refused or withdrawn, or counting still by what was accepted before that."""
    return version.state in LIVE or fulfilment.accepted_id is not None


def own_elsewhere(fulfilment: Fulfilment, access: Access) -> QuerySet[Any]:
    """What can be linked with it: the newest versions of what the firm did of this kind in the
    other regions in which one works for it, without what is linked with it already.
    """
    live = Q(state__in=LIVE) | Q(fulfilment__accepted__isnull=False)
    rows = visible(FulfilmentVersion, access).filter(
        live,
        latest_of__kind=fulfilment.kind,
        latest_of__contractor=fulfilment.contractor_id,
        latest_of__region__in=_elsewhere(access, fulfilment),
    )
    if fulfilment.effort_id:
        rows = rows.exclude(fulfilment__effort=fulfilment.effort_id)
    return rows.select_related("fulfilment__region").order_by("-pk")


def alike(version: FulfilmentVersion, access: Access) -> list[FulfilmentVersion]:
    """Those of which what was claimed, or the evidence, says that it may be the same."""
    own = Evidence.objects.filter(version__fulfilment=version.fulfilment_id, erased_at=None)
    same_file = Evidence.objects.filter(
        erased_at=None, content_hash__in=own.exclude(content_hash="").values("content_hash")
    )
    same = Q(fulfilment__in=same_file.values("version__fulfilment"))
    same |= SAME[BlockKind(version.fulfilment.kind)](version)
    found = own_elsewhere(version.fulfilment, access).filter(same)[: 4 * PROPOSED]
    return [other for other in found if not _of_another_supplier(version, other)][:PROPOSED]


def _same_person(version: FulfilmentVersion) -> Q:
    """The same reference on overlapping days; or the same first day and age, where a firm calls a
    person otherwise per region.
    """
    if not version.start_date:
        return Q(pk__in=[])
    at_once = Q(end_date=None) | Q(end_date__gte=version.start_date)
    if version.end_date:
        at_once &= Q(start_date__lte=version.end_date)
    same = Q(pk__in=[])
    if version.candidate_ref:
        same |= Q(candidate_ref__iexact=version.candidate_ref, start_date__isnull=False) & at_once
    if version.age_at_start is not None:
        same |= Q(start_date=version.start_date, age_at_start=version.age_at_start)
    return same


def _same_invoice(version: FulfilmentVersion) -> Q:
    number = version.invoice_number
    return Q(invoice_number__iexact=number) if number else Q(pk__in=[])


def _of_another_supplier(version: FulfilmentVersion, other: FulfilmentVersion) -> bool:
    is_purchase = version.fulfilment.kind == BlockKind.PURCHASE
    return is_purchase and not same_supplier(version, other)


def _same_activity(version: FulfilmentVersion) -> Q:
    if not version.activity_date:
        return Q(pk__in=[])
    same = Q(description__iexact=version.description)
    for name in ("amount", "quantity"):
        if (given := getattr(version, name)) is not None:
            same |= Q(**{name: given})
    return Q(activity_date=version.activity_date) & same


SAME = {
    BlockKind.PLACEMENT: _same_person,
    BlockKind.PURCHASE: _same_invoice,
    BlockKind.ACTIVITY: _same_activity,
}


@dataclass(frozen=True)
class Together:
    """What is told of one fulfilment beside what is elsewhere: percentages to everybody; what it is
    linked with, and what looks the same, to who works for the firm there too.
    """

    is_linked: bool
    here: Decimal = ZERO
    elsewhere: Decimal = ZERO
    # Each with the share that counts.
    own: tuple[tuple[Fulfilment, Decimal], ...] = ()
    proposed: tuple[FulfilmentVersion, ...] = ()
    may_link: bool = False
    may_unlink: bool = False

    @property
    def told(self) -> str:
        return whole.told(self.elsewhere)


def together(fulfilment: Fulfilment, version: FulfilmentVersion, access: Access) -> Together | None:
    """None where there is nothing to tell. `version` is its newest."""
    regions = _elsewhere(access, fulfilment)
    effort = fulfilment.effort_id
    if not (effort or regions):
        return None
    rows: QuerySet[Any] = visible(Fulfilment, access).filter(effort=effort, region__in=regions)
    own = list(rows.select_related("region", "latest").order_by("pk")) if effort and regions else []
    # Where there is one of it that is live, no other is looked for.
    left = regions - {other.region_id for other in own if is_live(other.latest, other)}
    linkable = bool(left) and is_live(version, fulfilment)
    proposed = tuple(alike(version, access)) if linkable else ()
    if not effort:
        return Together(False, proposed=proposed, may_link=linkable)
    shares = whole.counting([effort])[effort]
    here = shares.get(fulfilment.pk, ZERO)
    return Together(
        is_linked=True,
        here=here,
        elsewhere=sum(shares.values(), ZERO) - here,
        own=tuple((other, shares.get(other.pk, ZERO)) for other in own),
        proposed=proposed,
        may_link=linkable,
        may_unlink=not here
        and (fulfilment.region_id, fulfilment.contractor_id) in own_firms(access),
    )
