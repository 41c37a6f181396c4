"""Loading published valuation tables, putting them in force, and pinning them to contracts.

*Loading* makes a table available to a region; *putting in force* places it, from a date, in the
region's line of versions: each holds until the next begins, so there is no gap and no overlap. A
contract is pinned once and keeps its table; putting another in force never changes what was pinned
or accepted.
Source: DOMAIN.md section 5.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import (
    BuildingBlock,
    Contract,
    PinnedBy,
    Policy,
    Region,
    TableInForce,
    ValuationTable,
)
from contracts.owed.posting import lock_ledger
from contracts.policy.loading import FaultyFile
from contracts.valuation_tables.checking import table_from
from sroi.database.batches import AT_ONCE
from sroi.doors import Act
from sroi.history.keeping import remember, signed


def load_table(
    region: Region, data: Mapping[str, Any], *, made_here: bool = False, act: Act | None = None
) -> tuple[ValuationTable, bool]:
    """Make a table available to a region; True when it is new or was replaced.

    A table that contracts are pinned to is never changed: a changed publication needs a code of its
    own.
    """
    act = act or Act.of(None, timezone.now())
    table, blocks = table_from(region, data)
    table.made_here = made_here
    known = ValuationTable.objects.filter(region=region, code=table.code).first()
    if known and known.source == table.source:
        return known, False
    if known:
        if is_used(known):
            raise FaultyFile(
                _(
                    "Table %(code)s is in use with other contents. Give the changed table a code of"
                    " its own."
                )
                % {"code": table.code}
            )
        known.blocks.all().delete()
        table.pk, table.made_here = known.pk, known.made_here
    signed(table, act).save()
    BuildingBlock.objects.bulk_create(blocks)
    return table, True


def is_used(table: ValuationTable) -> bool:
    """Whether a contract is or was pinned to it, or it is or was in force: then it stays as it is
    for good.
    """
    return (
        table.contracts.exists()
        or table.in_force.exists()
        or Contract.history.filter(table_id=table.pk).exists()
        or TableInForce.history.filter(
            table_id=table.pk, valid_from__lte=timezone.localdate()
        ).exists()
    )


@transaction.atomic
def put_in_force(table: ValuationTable, valid_from: date, *, act: Act | None = None) -> None:
    """Place a table in the region's line of versions, and pin it to contracts that have none yet
    and fall under it.
    """
    lock_ledger(table.region)
    current = TableInForce.objects.filter(region=table.region, valid_from=valid_from).first()
    if current and current.table_id != table.pk:
        raise FaultyFile(
            _("From %(day)s table %(code)s is in force already. Choose another date.")
            % {
                "day": valid_from.isoformat(),
                "code": current.table.code,
            }
        )
    act = act or Act.of(None, timezone.now())
    if not current:
        line_of_table = TableInForce(region=table.region, table=table, valid_from=valid_from)
        signed(line_of_table, act).save()
    loose = Contract.objects.filter(region=table.region, table=None).select_related("policy")
    line = LineOfTables(table.region)
    for contract in loose:
        contract.table = line.pinned(contract.policy, contract)
    pinned = [contract for contract in loose if contract.table]
    Contract.objects.bulk_update(pinned, ["table"], batch_size=AT_ONCE)
    remember(pinned, replace(act, why=_("Valuation table put in force")), changed=True)


def published_tables(today: date) -> list[ValuationTable]:
    """Per region the table in force on `today`, with its blocks: published, so for everyone.
    Regions by title.
    """
    rows = (
        TableInForce.objects.filter(valid_from__lte=today)
        .select_related("table__region")
        .order_by("valid_from")
    )
    newest = {row.region_id: row.table for row in rows.prefetch_related("table__blocks")}
    return sorted(newest.values(), key=lambda table: table.region.title)


def loaded_tables() -> list[ValuationTable]:
    """Every published table that some region loaded, each publication once, with its blocks.

    A version that was made in the site is published once it is in the line of versions.
    """
    in_line = TableInForce.objects.filter(table=OuterRef("pk"))
    published = ValuationTable.objects.filter(Q(made_here=False) | Exists(in_line))
    tables = published.select_related("region").prefetch_related("blocks").order_by("code", "pk")
    return list({table.code: table for table in tables}.values())


def for_the_same(block: BuildingBlock, rows: Iterable[BuildingBlock]) -> list[BuildingBlock]:
    """The rows of another table for the same target group, or without one those of the same
    unit.
    """
    return [
        row
        for row in rows
        if row.kind == block.kind
        and row.target_group == block.target_group
        and (block.target_group or row.unit == block.unit)
    ]


def counterpart(block: BuildingBlock, rows: Iterable[BuildingBlock]) -> BuildingBlock | None:
    """The row of another table that takes the place of a row: of the same code and kind, else the
    first one that is for the same.
    """
    rows = list(rows)
    same = [row for row in rows if (row.code, row.kind) == (block.code, block.kind)]
    return next(iter(same or for_the_same(block, rows)), None)


class LineOfTables:
    """The tables of a region in order of the date from which they are in force."""

    def __init__(self, region: Region) -> None:
        rows = (
            TableInForce.objects.filter(region=region)
            .select_related("table")
            .order_by("valid_from")
        )
        self.line = [(row.valid_from, row.table) for row in rows]

    def on(self, day: date) -> ValuationTable | None:
        """The table in force on `day`; None before the first."""
        begun = [table for valid_from, table in self.line if valid_from <= day]
        return begun[-1] if begun else None

    def pinned(self, policy: Policy, contract: Contract) -> ValuationTable | None:
        """The version a contract is pinned to: in force on its award date, or the date that the
        policy names.
        """
        return self.on(pinning_date(policy, contract))


def pinning_date(policy: Policy, contract: Contract) -> date:
    if policy.pinned_by == PinnedBy.PUBLICATION_DATE and contract.publication_date:
        return contract.publication_date
    return contract.start_date if policy.pinned_by == PinnedBy.START_DATE else contract.award_date
