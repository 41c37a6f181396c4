"""What of one person can be erased because they ask for it, before its time is over.

Figures must stay what they are, and what was posted must go on being provable: so a claim that
counts keeps what it is valued by until each of its contracts is settled or cancelled.
"""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import ContractState
from placements.models import (
    Allocation,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
    KeptEdition,
)

NOTHING_COUNTS = (FulfilmentState.REJECTED, FulfilmentState.WITHDRAWN)
COUNTS = (FulfilmentState.ACCEPTED, FulfilmentState.SUPERSEDED)
OVER = (ContractState.SETTLED, ContractState.CANCELLED)


@dataclass(frozen=True)
class Person:
    """A reference means somebody only together with the contractor who chose it, in a region."""

    region: int
    contractor: int
    ref: str

    @classmethod
    def of(cls, fulfilment: Fulfilment) -> Self | None:
        """Whom a fulfilment is about; None where nobody, or not any more."""
        versions = fulfilment.versions.exclude(candidate_ref="").order_by("-number")
        version = versions.only("candidate_ref").first()
        if version is None:
            return None
        return cls(fulfilment.region_id, fulfilment.contractor_id, version.candidate_ref)


def named(versions: QuerySet[FulfilmentVersion], earlier: Any, ref: str) -> Any:
    """Of these, those that name this reference, also before they were mended."""
    said = earlier.filter(content__fields__candidate_ref=ref)
    return versions.filter(Q(candidate_ref=ref) | Q(pk__in=said.values("version")))


def held(person: Person) -> QuerySet[FulfilmentVersion]:
    of_region = FulfilmentVersion.objects.filter(
        fulfilment__region=person.region, fulfilment__contractor=person.contractor
    )
    allocations = Allocation.objects.select_related("contract")
    found: QuerySet[FulfilmentVersion] = (
        named(of_region, KeptEdition.objects, person.ref)
        .select_related("fulfilment")
        .prefetch_related(Prefetch("allocations", allocations))
        .order_by("fulfilment", "number")
    )
    return found


def stays_because(version: FulfilmentVersion) -> str:
    """Empty where it can go now."""
    if version.state in NOTHING_COUNTS:
        return ""
    if version.state == FulfilmentState.SUBMITTED:
        return _("waits for a review: answer it first")
    if version.state not in COUNTS:
        return _("is not finished: have it withdrawn first")
    open_still = [a.contract for a in version.allocations.all() if a.contract.state not in OVER]
    if not open_still:
        return ""
    references = ", ".join(sorted(contract.reference for contract in open_still))
    return _("counts under %(contracts)s: settle that first") % {"contracts": references}
