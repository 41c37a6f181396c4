"""From stored versions to claims that can be valued: everything that a valuation reads, fetched for
many at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Q, QuerySet, prefetch_related_objects

from contracts.models import BlockKind, BuildingBlock, Contract, MonthsOver, Policy, ValuationTable
from placements.claims.persons import known_as, whose
from placements.claims.valuation import (
    AtFirm,
    Claim,
    Counted,
    Earlier,
    Known,
    Value,
    begins_to_count,
    is_used_up,
    spread,
    story_as_accepted,
    value,
    value_in,
)
from placements.models import (
    Allocation,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
    PlacementTerm,
)
from sroi.database import together
from sroi.database.batches import in_batches
from sroi.periods import DAY, Period, month_of

# What a valuation reads of a version.
OWN = ("terms", "allocations")


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
    one: dict[Any, Any] = {}
    for some in in_batches(version for version in versions if not _has(version, *OWN)):
        _fetch(some, one)


def _has(row: Any, *names: str) -> bool:
    """Whether these were fetched with it."""
    return {*names} <= getattr(row, "_prefetched_objects_cache", {}).keys()


def _fetch(versions: Sequence[FulfilmentVersion], one: dict[Any, Any]) -> None:
    """In one query; `one` are the contracts and tables that were met before."""
    keys = {version.pk for version in versions}
    under = Allocation.objects.filter(version__in=keys)
    contracts = Contract.objects.filter(pk__in=under.order_by().values("contract")).order_by()
    tables = ValuationTable.objects.filter(
        Q(pk__in=under.order_by().values("block__table")) | Q(pk__in=contracts.values("table"))
    ).order_by()
    policies = Policy.objects.filter(pk__in=contracts.values("policy"))
    blocks = BuildingBlock.objects.filter(table__in=tables.values("pk"))
    terms, allocations, found, *linked = together.answered(
        together.side_by_side(
            together.in_order(PlacementTerm.objects.filter(version__in=keys), "first_day"),
            together.in_order(under, "contract__reference"),
            together.in_order(blocks, "position"),
            *(together.rows_of(rows.order_by()) for rows in (contracts, tables, policies)),
        )
    )
    for row in chain(found, *linked):
        one.setdefault((type(row), row.pk), row)
    for contract in linked[0]:
        contract.policy = one[Policy, contract.policy_id]
        if contract.table_id:
            contract.table = one[ValuationTable, contract.table_id]
    for a in allocations:
        a.contract, a.block = one[Contract, a.contract_id], one[BuildingBlock, a.block_id]
    new = [table for table in linked[1] if one[ValuationTable, table.pk] is table]
    together.prefetched(ValuationTable, "blocks", new, found)
    for name, rows in zip(OWN, (terms, allocations), strict=True):
        together.prefetched(FulfilmentVersion, name, versions, rows)


def allocations_under(versions: QuerySet[Any]) -> together.Asking[list[Allocation]]:
    """Only under which contracts these are, with the policy, where nothing is valued."""
    rows = Allocation.objects.filter(version__in=versions.values("pk"))
    return together.in_order(rows.select_related("contract__policy"), "contract__reference")


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
        entitled_until=version.entitled_until,
        facts=version.facts,
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


def rows_of(allocation: Allocation) -> list[BuildingBlock]:
    """All rows of the table that the block is from."""
    return list(_table(allocation).blocks.all())


def bonuses_of(allocation: Allocation) -> list[BuildingBlock]:
    """The bonus blocks of the table that the block is from."""
    return [row for row in rows_of(allocation) if row.kind == BlockKind.BONUS]


def _table(allocation: Allocation) -> Any:
    contract = allocation.contract
    return (
        contract.table if contract.table_id == allocation.block.table_id else allocation.block.table
    )


@dataclass(frozen=True)
class Who:
    """Whose placement it is: a reference is a firm's own, that of another is of somebody else; in
    another region it is asked anew. Where it was erased, `reference` is the token (`persons`).
    `fulfilment` is the one that is looked from, where it is there.
    """

    region: int
    firm: int
    reference: str
    fulfilment: int | None = None

    @classmethod
    def of(cls, version: FulfilmentVersion) -> "Who":
        of = version.fulfilment
        whose = version.candidate_ref or version.person
        return cls(of.region_id, of.contractor_id, whose, of.pk)

    @property
    def key(self) -> tuple[int, int, str]:
        return self.region, self.firm, self.reference


@dataclass(frozen=True)
class Part:
    """A placement under one of its contracts."""

    claim: Claim
    who: Who
    contract_id: int
    table: ValuationTable
    block: BuildingBlock
    contract: Counted

    @property
    def begins(self) -> date | None:
        return begins_to_count(self.claim, self.table, self.block, self.contract)

    @property
    def counts_over_contracts(self) -> bool:
        return any(row.max_months_over == MonthsOver.CONTRACTOR for row in self.table.blocks.all())


T = TypeVar("T")
# By whose they are; each with the number of its fulfilment.
Found = dict[tuple[int, int, str], list[tuple[int, T]]]


class Candidates:
    """The accepted placements of candidates: what caps and bonuses that count once must know, under
    a contract and with a firm in a region.
    """

    def __init__(self, versions: Iterable[FulfilmentVersion]) -> None:
        # By whose they are: under which contract (none: wherever), of which fulfilment.
        self._earlier: Found[tuple[int, Earlier]] = defaultdict(list)
        self._counted: Found[tuple[int, date]] = defaultdict(list)
        self._begun: Found[date] = defaultdict(list)
        self.look_up(Who.of(v) for v in versions if v.fulfilment.kind == BlockKind.PLACEMENT)

    def look_up(self, candidates: Iterable[Who]) -> None:
        """Learn the accepted placements of these candidates."""
        known = [who for who in candidates if who.reference]
        if not known:
            return
        found = Allocation.objects.filter(
            whose(who.reference for who in known),
            version__fulfilment__region__in={who.region for who in known},
            version__fulfilment__contractor__in={who.firm for who in known},
            version__accepted_of__isnull=False,
        )
        rows = found.annotate(
            reference=known_as("candidate_ref", by="person"),
            token=known_as("person", by="candidate_ref"),
        ).values_list(
            "version__fulfilment__region_id",
            "version__fulfilment__contractor_id",
            "reference",
            "token",
            "version__fulfilment_id",
            "contract_id",
            "version__start_date",
            "counted_from",
            "counted_bonuses",
        )
        for region, firm, called, token, fulfilment, contract, begun, counted, bonuses in rows:
            for each in filter(None, (called, token)):
                who = Who(region, firm, each, fulfilment)
                self._begins(who, begun)
                if counted:
                    self._counts(who, contract, counted)
                    earlier = Earlier(counted, frozenset(bonuses))
                    self._earlier[who.key].append((fulfilment, (contract, earlier)))

    def _begins(self, who: Who, day: date | None) -> None:
        if day and who.fulfilment:
            self._begun[who.key].append((who.fulfilment, day))

    def _counts(self, who: Who, contract_id: int, day: date) -> None:
        if who.fulfilment:
            self._counted[who.key].append((who.fulfilment, (contract_id, day)))

    def others(self, who: Who, contract_id: int) -> list[Earlier]:
        """Of the candidate under this contract, without the one that is looked from."""
        found = _but(who, self._earlier)
        return [earlier for contract, earlier in found if contract == contract_id]

    def at_firm(self, who: Who, parts: Sequence[Part]) -> AtFirm:
        """Of the candidate with this firm in the region; `parts` are those of the one that is
        looked from, under each of its contracts.
        """
        days = [day for _contract, day in _but(who, self._counted)]
        days += [day for _part, day in self._begin(parts)]
        return AtFirm(min(days, default=None), self._first_day(who))

    def _first_day(self, who: Who) -> date | None:
        return min(_but(who, self._begun), default=None)

    def expect(self, versions: Iterable[FulfilmentVersion]) -> None:
        """These are accepted in one act: each must know when the others begin."""
        placements = [
            v for v in versions if v.fulfilment.kind == BlockKind.PLACEMENT and Who.of(v).reference
        ]
        for version in placements:
            self._begins(Who.of(version), version.start_date)
        parts = [part for v in placements for part in _parts(v, allocations_of(v))]
        for part, day in self._begin(parts):
            self._counts(part.who, part.contract_id, day)

    def _begin(self, parts: Sequence[Part]) -> list[tuple[Part, date]]:
        """Which of these count, from when on: each knows those that begin before it. Only where a
        row of their tables counts its months over all contracts; else nobody has to know.
        """
        if not any(part.counts_over_contracts for part in parts):
            return []
        begun = [(day, part) for part in parts if (day := part.begins)]
        before: dict[Any, list[tuple[int, date]]] = defaultdict(list)
        found = []
        for day, part in sorted(begun, key=lambda one: one[0]):
            who = part.who
            same = before[who.key if who.reference else who.fulfilment]
            counted = [*_but(who, self._counted), *same]
            known = Known(
                part.table,
                [Earlier(first) for contract, first in counted if contract == part.contract_id],
                AtFirm(min((first for _c, first in counted), default=None), self._first_day(who)),
            )
            if not is_used_up(day, part.claim, part.block, known):
                same.append((part.contract_id, day))
                found.append((part, day))
        return found

    def add(self, version: FulfilmentVersion, contract_id: int, counted: Value) -> None:
        """Another one was accepted: those after it in the same act must know what counted."""
        who = Who.of(version)
        if who.reference and counted.window:
            codes = frozenset(code for code, _last in counted.bonuses)
            self._earlier[who.key].append(
                (version.fulfilment_id, (contract_id, Earlier(counted.window.first, codes)))
            )


def _but(who: Who, found: Found[T]) -> list[T]:
    """What is known of a candidate, without the one that is looked from."""
    rows = found.get(who.key, []) if who.reference else []
    return [one for other, one in rows if other != who.fulfilment]


def _parts(version: FulfilmentVersion, allocations: Iterable[Allocation]) -> list[Part]:
    claim, who = claim_of(version), Who.of(version)
    return [
        Part(claim, who, a.contract_id, _table(a), a.block, counted_of(a.contract, who.firm))
        for a in allocations
    ]


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
    *,
    with_words: bool = True,
) -> Valued:
    """What the version is worth by today's contracts, per allocation; a decided value goes before
    the computed one.
    """
    claim, who = claim_of(version), Who.of(version)
    parts = allocations_of(version) if allocations is None else allocations
    is_placement = claim.kind == BlockKind.PLACEMENT
    at_firm = candidates.at_firm(who, _parts(version, parts) if is_placement else ())
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
                    candidates.others(who, a.contract_id),
                    at_firm,
                    with_words=with_words,
                ),
            )
            for a in parts
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
    if not parts:
        return []
    claim = claim_from(kind, fields, hours)
    first = parts[0][0]
    who = Who(
        first.region_id,
        contractor_id or first.contractor_id,
        fields.get("candidate_ref") or "",
        fulfilment_id,
    )
    own: list[Part] = []
    if kind == BlockKind.PLACEMENT:
        if candidates is None:
            candidates = Candidates(())
            candidates.look_up([who])
        own = [
            Part(claim, who, contract.pk, block.table, block, counted_of(contract, who.firm))
            for contract, block, _percent in parts
        ]
    known = candidates or Candidates(())
    at_firm = known.at_firm(who, own)
    return [
        (
            contract,
            value(
                claim,
                block.table,
                block,
                [b for b in block.table.blocks.all() if b.kind == BlockKind.BONUS],
                counted_of(contract, who.firm),
                percent,
                known.others(who, contract.pk),
                at_firm,
            ),
        )
        for contract, block, percent in parts
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
        permanent_contract=fields.get("permanent_contract"),
        entitled_until=fields.get("entitled_until"),
        facts=fields.get("facts") or {},
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


def is_as_kept(version: FulfilmentVersion, valued: Valued) -> bool:
    """Whether blocks, windows and bonuses are those that were kept at the acceptance. All else that
    a value is made of is the claim, so then `values_as_accepted` says the same.
    """
    return [
        (
            a.pk,
            a.block_id,
            (value.window.first, value.window.last) if value.window else (None, None),
            {code: last.isoformat() for code, last in value.bonuses},
        )
        for a, value in valued
    ] == [
        (a.pk, a.block_id, (a.counted_from, a.counted_until), a.counted_bonuses)
        for a in allocations_of(version)
    ]


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
