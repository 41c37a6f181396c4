"""What a version said at a moment: kept under keys of its own, read again as a version, and
compared line by line with what it said at another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import BuildingBlock, Contract
from placements.claims.content import FIELDS, Content
from placements.claims.words import what_was_claimed
from placements.models import Allocation, FulfilmentVersion, PlacementTerm
from sroi.templatetags.formats import percent

Kept = Mapping[str, Any]
FORMAT = 1


@dataclass(frozen=True)
class Compared:
    """A line of a claim: what it said, and what it says instead."""

    label: str
    old: Any
    new: Any

    @property
    def differs(self) -> bool:
        return bool(self.old != self.new)


def kept(content: Content) -> dict[str, Any]:
    """As JSON can hold it: days and numbers as text, contracts and blocks by their keys."""
    return {
        "format": FORMAT,
        "fields": {name: _written(content.fields[name]) for name in FIELDS},
        "hours": [[day.isoformat(), str(hours)] for day, hours in content.hours],
        "parts": [
            [contract.pk, block.pk, str(share)] for contract, block, share in content.allocations
        ],
    }


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else _number(value)


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def as_versions(rows: Sequence[tuple[FulfilmentVersion, Kept]]) -> list[FulfilmentVersion]:
    """Each of these versions as it was when this was kept of it; none is stored. Two queries, and
    one for the blocks of their tables.
    """
    parts = [part for _version, content in rows for part in content["parts"]]
    contracts = Contract.objects.in_bulk({part[0] for part in parts})
    found = BuildingBlock.objects.filter(pk__in={part[1] for part in parts})
    blocks = {
        block.pk: block for block in found.select_related("table").prefetch_related("table__blocks")
    }
    return [_as_version(version, content, contracts, blocks) for version, content in rows]


def _as_version(
    version: FulfilmentVersion,
    content: Kept,
    contracts: Mapping[int, Contract],
    blocks: Mapping[int, BuildingBlock],
) -> FulfilmentVersion:
    fields: dict[str, Any] = {
        name: FulfilmentVersion._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        for name, value in content["fields"].items()
        if name in FIELDS
    }
    then = FulfilmentVersion(pk=version.pk, fulfilment=version.fulfilment, **fields)
    then._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "terms": [
            PlacementTerm(first_day=date.fromisoformat(day), hours_per_week=Decimal(hours))
            for day, hours in content["hours"]
        ],
        "allocations": [
            Allocation(contract=contracts[pk], block=blocks[block], percent=Decimal(share))
            for pk, block, share in content["parts"]
            if pk in contracts and block in blocks
        ],
    }
    return then


def compared(
    earlier: FulfilmentVersion, later: FulfilmentVersion, with_person: bool
) -> list[Compared]:
    """Every line of either, in words; where they differ, it says so."""
    old, new = dict(_lines(earlier, with_person)), dict(_lines(later, with_person))
    return [Compared(label, old.get(label, ""), new.get(label, "")) for label in {**old, **new}]


def _lines(version: FulfilmentVersion, with_person: bool) -> Iterable[tuple[Any, Any]]:
    allocations = sorted(version.allocations.all(), key=lambda a: a.contract.reference)
    for a in allocations:
        share = f" ({percent(a.percent)})" if len(allocations) > 1 else ""
        yield a.contract.reference, f"{a.block.label}{share}"
    yield from what_was_claimed(version, with_person)
