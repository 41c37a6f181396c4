"""From stored versions to claims that can be valued: everything that a valuation reads, fetched for
many at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from contracts.models import BlockKind, BuildingBlock, Contract, ValuationTable
from placements.claims.valuation import (
    Claim,
    Counted,
    Earlier,
    Value,
    spread,
    story_as_accepted,
    value,
    value_in,
)
from placements.models import Allocation, Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.periods import DAY, Period, month_of


def fetch(versions: Sequence[FulfilmentVersion]) -> None:
    """Fetch what valuing these versions reads, in a fixed number of queries.

    Contracts and tables are one object each, however many versions are under them: of thousands of
    versions a table of their own, with all its blocks, would take the memory of the machine.
    """
    link: Any = FulfilmentVersion._meta.get_field("fulfilment")
    unknown = [version for version in versions if not link.is_cached(version)]
    fulfilments = Fulfilment.objects.in_bulk({version.fulfilment_id for version in unknown})
    for version in unknown:
        version.fulfilment = fulfilments[version.fulfilment_id]
    allocations = Allocation.objects.select_related(
        "contract__policy", "contract__table", "block__table"
    )
    prefetch_related_objects(versions, "terms", Prefetch("allocations", allocations))
    one: dict[Any, Any] = {}
    for a in (a for version in versions for a in version.allocations.all()):
        a.contract, a.block = _once(one, a.contract), _once(one, a.block)
        for holder, name in ((a.contract, "policy"), (a.contract, "table"), (a.block, "table")):
            if found := getattr(holder, name):
                setattr(holder, name, _once(one, found))
    prefetch_related_objects(
        [found for found in one.values() if isinstance(found, ValuationTable)], "blocks"
    )


def _once(known: dict[Any, Any], found: Any) -> Any:
    """The object that stands for this row already, or else this one."""
    return known.setdefault((type(found), found.pk), found)


def forget(versions: Iterable[FulfilmentVersion]) -> None:
    """Let go of what was fetched for them."""
    for version in versions:
        version._prefetched_objects_cache = {}  # type: ignore[attr-defined]


def accepted_under(contract: Contract) -> list[FulfilmentVersion]:
    """The accepted versions under a contract, with what valuing them reads, in order of their
    number.
    """
    counting = FulfilmentVersion.objects.filter(
        state=FulfilmentState.ACCEPTED, allocations__contract=contract
    )
    rows = Allocation.objects.filter(version__in=counting.values("pk")).select_related(
        "version__fulfilment", "contract__policy", "contract__table", "block__table"
    )
    versions: dict[int, FulfilmentVersion] = {}
    allocations: dict[int, list[Allocation]] = defaultdict(list)
    for row in rows.order_by("version__fulfilment__external_id", "version", "contract__reference"):
        row.version = versions.setdefault(row.version_id, row.version)
        if row.contract_id == contract.pk and row.contract.table_id == contract.table_id:
            row.contract.table = contract.table  # so that its blocks are read once
        allocations[row.version_id].append(row)
    for pk, version in versions.items():
        version._prefetched_objects_cache = {"allocations": allocations[pk]}  # type: ignore[attr-defined]
    found = list(versions.values())
    prefetch_related_objects(found, "terms", "allocations__contract__table__blocks")
    if contract.table:
        prefetch_related_objects([contract.table], "blocks")
    return found


def claim_of(version: FulfilmentVersion) -> Claim:
    kind = version.fulfilment.kind
    return Claim(
        kind=kind,
        first=version.start_date,
        last=version.end_date,
        hours=tuple((t.first_day, t.hours_per_week) for t in version.terms.all()),
        age=version.age_at_start,
        permanent_contract=version.permanent_contract,
        bonuses=tuple(version.bonuses),
        amount=version.amount,
        quantity=version.quantity,
        day=version.paid_on if kind == BlockKind.PURCHASE else version.activity_date,
    )


def counted_of(contract: Contract, contractor_id: int) -> Counted:
    """The days of the contract on which what a contractor does counts: where another took it over,
    until the day before, or from that day on. Of who never had it, no day.
    """
    first, last = contract.start_date, contract.last_counted_day
    since = max(first, contract.contractor_since or first)
    if contractor_id == contract.contractor_id:
        first = since
    else:
        last = min(last, since - DAY)
    return Counted(contract.reference, first, last, contract.policy.payment_days)


def last_counted(version: FulfilmentVersion) -> date:
    """The last day on which it can count under any of its contracts as they are now."""
    firm = version.fulfilment.contractor_id
    days = (counted_of(a.contract, firm).last for a in version.allocations.all())
    return max(days, default=date.max)


def still_counts(version: FulfilmentVersion, allocation: Allocation, month: date) -> bool:
    """Whether a month of what was accepted counts under the contract as it is now, which may have
    ended sooner since, or be another firm's from a day on.

    Months are posted as they were accepted, so one of which only some days count still is not: it
    is once it was valued anew.
    """
    if version.fulfilment.kind != BlockKind.PLACEMENT:
        return True
    if not (allocation.counted_from and allocation.counted_until):
        return True
    days = Period(allocation.counted_from, allocation.counted_until).in_month(month)
    counted = counted_of(allocation.contract, version.fulfilment.contractor_id)
    return not days or days == days & Period(counted.first, counted.last)


def bonuses_of(allocation: Allocation) -> list[BuildingBlock]:
    """The bonus blocks of the table that the block is from."""
    return [b for b in _table(allocation).blocks.all() if b.kind == BlockKind.BONUS]


def _table(allocation: Allocation) -> Any:
    contract = allocation.contract
    return (
        contract.table if contract.table_id == allocation.block.table_id else allocation.block.table
    )


class Candidates:
    """The accepted placements of candidates, per contract and firm: what caps and bonuses that
    count once must know. A reference is a firm's own: that of another is of somebody else.
    """

    def __init__(self, versions: Iterable[FulfilmentVersion]) -> None:
        self._known: dict[tuple[int, int, str], list[tuple[int, Earlier]]] = defaultdict(list)
        placements = [
            v for v in versions if v.fulfilment.kind == BlockKind.PLACEMENT and v.candidate_ref
        ]
        self.look_up(
            {a.contract_id for v in placements for a in v.allocations.all()},
            {v.candidate_ref for v in placements},
        )

    def look_up(self, contracts: Collection[int], references: Collection[str]) -> None:
        """Learn the accepted placements of these candidate references under these contracts."""
        if not references:
            return
        rows = Allocation.objects.filter(
            contract__in=contracts,
            version__candidate_ref__in=references,
            version__accepted_of__isnull=False,
            counted_from__isnull=False,
        ).values_list(
            "contract_id",
            "version__fulfilment__contractor_id",
            "version__candidate_ref",
            "version__fulfilment_id",
            "counted_from",
            "counted_bonuses",
        )
        for contract, firm, candidate, fulfilment, first, bonuses in rows:
            assert first is not None  # the filter says so
            self._known[contract, firm, candidate].append(
                (fulfilment, Earlier(first, frozenset(bonuses)))
            )

    def others(self, version: FulfilmentVersion, contract_id: int) -> list[Earlier]:
        return self.others_of(
            version.candidate_ref,
            contract_id,
            version.fulfilment.contractor_id,
            version.fulfilment_id,
        )

    def others_of(
        self, reference: str, contract_id: int, contractor_id: int, fulfilment_id: int | None
    ) -> list[Earlier]:
        if not reference:
            return []
        return [
            earlier
            for other, earlier in self._known[contract_id, contractor_id, reference]
            if other != fulfilment_id
        ]

    def add(self, version: FulfilmentVersion, contract_id: int, counted: Value) -> None:
        """Another one was accepted: those after it in the same act must know it."""
        if version.candidate_ref and counted.window:
            firm = version.fulfilment.contractor_id
            self._known[contract_id, firm, version.candidate_ref].append(
                (
                    version.fulfilment_id,
                    Earlier(
                        counted.window.first, frozenset(code for code, _last in counted.bonuses)
                    ),
                )
            )


Valued = list[tuple[Allocation, Value]]


def under(allocation: Allocation, contract: Contract) -> Allocation | None:
    """The allocation under its contract as it is now, or would be: with the block of this code in
    the contract's table.

    None where that table, which took the place of another, has no such block.
    """
    block = allocation.block
    if contract.table is not None and contract.table_id != block.table_id:
        same = [
            b for b in contract.table.blocks.all() if b.code == block.code and b.kind == block.kind
        ]
        if not same:
            return None
        block = same[0]
    moved = copy(allocation)
    moved.contract, moved.block = contract, block
    return moved


def values_now(
    version: FulfilmentVersion,
    candidates: Candidates,
    allocations: Sequence[Allocation] | None = None,
) -> Valued:
    """What the version is worth by today's contracts, per allocation; a decided value goes before
    the computed one.
    """
    claim = claim_of(version)
    return _with_decision(
        version,
        [
            (
                a,
                value(
                    claim,
                    _table(a),
                    a.block,
                    bonuses_of(a),
                    counted_of(a.contract, version.fulfilment.contractor_id),
                    a.percent,
                    candidates.others(version, a.contract_id),
                ),
            )
            for a in (allocations_of(version) if allocations is None else allocations)
        ],
    )


def values_if(
    kind: str,
    fields: Mapping[str, Any],
    hours: Sequence[tuple[date, Decimal]],
    parts: Sequence[tuple[Contract, BuildingBlock, Decimal]],
    fulfilment_id: int | None = None,
    candidates: Candidates | None = None,
    contractor_id: int | None = None,
) -> list[tuple[Contract, Value]]:
    """What would be worth how much under each contract, of what is only being filled in; nothing is
    stored. Without `contractor_id` it is the present contractor who does it.
    """
    claim = claim_from(kind, fields, hours)
    reference = fields.get("candidate_ref") or ""
    if candidates is None:
        candidates = Candidates(())
        if kind == BlockKind.PLACEMENT and reference:
            candidates.look_up([contract.pk for contract, _block, _percent in parts], [reference])
    return [
        (
            contract,
            value(
                claim,
                block.table,
                block,
                [b for b in block.table.blocks.all() if b.kind == BlockKind.BONUS],
                counted_of(contract, firm),
                percent,
                candidates.others_of(reference, contract.pk, firm, fulfilment_id),
            ),
        )
        for contract, block, percent in parts
        for firm in (contractor_id or contract.contractor_id,)
    ]


def claim_from(
    kind: str, fields: Mapping[str, Any], hours: Sequence[tuple[date, Decimal]]
) -> Claim:
    return Claim(
        kind=kind,
        first=fields.get("start_date"),
        last=fields.get("end_date"),
        hours=tuple(hours),
        age=fields.get("age_at_start"),
        permanent_contract=bool(fields.get("permanent_contract")),
        bonuses=tuple(fields.get("bonuses") or ()),
        amount=fields.get("amount"),
        quantity=fields.get("quantity"),
        day=fields.get("paid_on" if kind == BlockKind.PURCHASE else "activity_date"),
    )


def values_as_accepted(version: FulfilmentVersion) -> Valued:
    """What was accepted, computed again from the window and bonuses that were kept then."""
    claim = claim_of(version)
    valued = []
    for a in allocations_of(version):
        window = (
            Period(a.counted_from, a.counted_until) if a.counted_from and a.counted_until else None
        )
        counting = [
            (b, Period(window.first, date.fromisoformat(a.counted_bonuses[b.code])))
            for b in bonuses_of(a)
            if window and b.code in a.counted_bonuses
        ]
        table = _table(a)
        contract = counted_of(a.contract, version.fulfilment.contractor_id)
        story = story_as_accepted(claim, table, a.block, window)
        valued.append(
            (a, value_in(window, claim, table, a.block, counting, contract, a.percent, story))
        )
    return _with_decision(version, valued)


def explained(version: FulfilmentVersion) -> Valued:
    """What was accepted, with the whole story of it wherever the contract alone would still say the
    same.

    No query: where other placements of the candidate made a difference, it is told as it was kept.
    """
    kept, now = values_as_accepted(version), values_now(version, Candidates([]))
    return [
        (a, today if _same(today, then) else then)
        for (a, then), (_a, today) in zip(kept, now, strict=True)
    ]


def _same(one: Value, other: Value) -> bool:
    return (one.months, one.window, one.bonuses) == (other.months, other.window, other.bonuses)


def _with_decision(version: FulfilmentVersion, valued: Valued) -> Valued:
    if version.decided_value is None:
        return valued
    decided = spread(
        version.decided_value, [(a.percent, v) for a, v in valued], own_months(version)
    )
    return [(a, v) for (a, _computed), v in zip(valued, decided, strict=True)]


def allocations_of(version: FulfilmentVersion) -> list[Allocation]:
    """In order of contract reference: the order in which a decided value and a paid amount are
    divided.
    """
    return sorted(version.allocations.all(), key=lambda a: a.contract.reference)


def own_months(version: FulfilmentVersion) -> list[date]:
    """The months of the fulfilment itself, for a decided value where no day counts under the
    contract.
    """
    day = version.paid_on or version.activity_date
    if day:
        return [month_of(day)]
    if not version.start_date:
        return []
    return list(
        Period(
            version.start_date, version.end_date or version.confirmed_until or version.start_date
        ).months()
    )
