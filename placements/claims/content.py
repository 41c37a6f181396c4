"""What one version of a fulfilment says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import BuildingBlock, Contract
from placements.models import Fulfilment, FulfilmentVersion

# What a version says beside hours and allocations.
FIELDS = (
    *("description", "candidate_ref", "start_date", "end_date", "confirmed_until", "age_at_start"),
    *(
        "permanent_contract",
        "bonuses",
        "supplier_name",
        "supplier_kvk",
        "invoice_number",
        "amount",
        "paid_on",
    ),
    *("quantity", "activity_date", "policy_field", "performed_by", "entitled_until", "facts"),
    *("origin", "residence"),
)
# Of hours per week while the first day of a placement is not known yet: the first hours hold before
# the first change anyhow (`valuation._terms`).
FROM_THE_FIRST_DAY = date.min


@dataclass
class Content:
    """What a version says: its fields, hours per week from days on, and per contract the block and
    percent.
    """

    fields: dict[str, Any]
    hours: Sequence[tuple[date, Decimal]] = ()
    allocations: Sequence[tuple[Contract, BuildingBlock, Decimal]] = ()
    # What each allocation is worth, where that was computed before.
    worth: Sequence[Decimal] = ()


@dataclass
class Draft:
    """A fulfilment to be recorded; `decided_elsewhere` for history that was accepted before it came
    here.
    """

    fulfilment: Fulfilment
    content: Content = field(default_factory=lambda: Content({}))
    decided_elsewhere: bool = False


def said_by(version: FulfilmentVersion) -> Content:
    """What a version says, of one that was fetched with its allocations and hours
    (`valuing.fetch`).
    """
    return Content(
        {name: getattr(version, name) for name in FIELDS},
        sorted((t.first_day, t.hours_per_week) for t in version.terms.all()),
        [(a.contract, a.block, a.percent) for a in version.allocations.all()],
    )


def content_of(version: FulfilmentVersion) -> Content:
    """What a version says now, to be changed or said again."""
    allocations = version.allocations.select_related(
        "contract__policy", "contract__table", "block__table"
    )
    return Content(
        {name: getattr(version, name) for name in FIELDS},
        [(t.first_day, t.hours_per_week) for t in version.terms.all()],
        [(a.contract, a.block, a.percent) for a in allocations.order_by("contract__reference")],
    )
