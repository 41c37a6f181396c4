"""Holding a table against a year: asked of the worker once, and kept until the table or the ledger
says something else. It writes its own row only, never a line.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django_tasks import task

from contracts.models import LedgerHead, ValuationTable
from contracts.valuation_tables.door import edition
from placements.models import WhatIf
from placements.what_if.holding import held
from sroi.documents import keeping

PRIORITY = 10


@dataclass(frozen=True)
class Outcome:
    """By allocation in cents what was credited and what would have been, and the row of the table
    for it.
    """

    made: WhatIf
    # Whether something was posted since, so that it is being made again.
    is_behind: bool

    @property
    def by_allocation(self) -> dict[int, tuple[Decimal, Decimal, int | None]]:
        return {
            pk: (Decimal(old) / 100, Decimal(new) / 100, block)
            for pk, old, new, block in self.made.rows
        }


def outcome_or_asked(table: ValuationTable, year: int) -> Outcome | None:
    """What is known of this content of the table; None while the worker makes it."""
    last, found = _last_posting(table), _kept(table, year)
    if found is None or found.posting != last:
        keeping.ask(_order(table.pk, year), lambda: hold.enqueue(table.pk, year))
        found = _kept(table, year)
    return None if found is None else Outcome(found, found.posting < last)


@task(priority=PRIORITY)
def hold(table_id: int, year: int) -> None:
    # It may have been thrown away meanwhile.
    table = ValuationTable.objects.filter(pk=table_id).first()
    if table is not None:
        now, posting = timezone.now(), _last_posting(table)
        rows = [
            [one.allocation, int(one.old * 100), int(one.new * 100), one.block]
            for one in held(table, year, timezone.localdate(now))
        ]
        WhatIf.objects.update_or_create(
            table=table,
            year=year,
            defaults={
                "edition": edition(table),
                "posting": posting,
                "rows": rows,
                "made_at": now,
            },
        )
    keeping.answered(_order(table_id, year))


def _kept(table: ValuationTable, year: int) -> WhatIf | None:
    return WhatIf.objects.filter(table=table, year=year, edition=edition(table)).first()


def _last_posting(table: ValuationTable) -> int:
    heads = LedgerHead.objects.filter(region=table.region_id)
    return heads.values_list("last_number", flat=True).first() or 0


def _order(table_id: int, year: int) -> str:
    return f"what if {table_id} {year}"
