"""Totals of the fulfilment ledger, kept: sums of a year or month, so that figures need not go
through all lines.

Lines are never changed, and the numbers of postings rise in the order in which they are committed:
so totals are of the lines up to a number, and are brought up to date by adding what was posted
since. No door writes them: the worker does. Who reads asks along whether they hold; while they do
not, the lines say the same. Source: docs/decisions/totals-of-a-year-are-kept.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from contracts.models import LedgerHead, Municipality, Posting, Region
from contracts.owed.lines import Lines
from placements.models import (
    DoneOfContract,
    DoneOfMonth,
    DoneOfYear,
    FulfilmentLine,
    PlacedOfYear,
    TotalsUntil,
)
from sroi.database.batches import AT_ONCE
from sroi.database.days import YearStart
from sroi.money import ZERO

# Postings that are added in one transaction.
POSTINGS = 2000
TOTALS: tuple[Any, ...] = (DoneOfMonth, DoneOfYear, DoneOfContract, PlacedOfYear)
# Days of which totals of years hold the first of the year.
DAYS = ("booked", "month")
# What a total is by, and what it is.
Sums = dict[tuple[Any, ...], tuple[Decimal, ...]]


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """What is added up of what was done: by all of a line but who did it, by month, by contract,
    and of placements. Either lines, or what is kept of them.
    """

    by_all: Lines
    by_month: Lines
    by_contract: Lines
    placed: Lines

    @classmethod
    def of(cls, lines: Lines) -> "Done":
        return cls(lines, lines, lines, lines)


def totals_of(region: Region, municipality: Municipality | None = None) -> Done:
    """What is kept of whole years."""
    theirs = {"municipality": municipality} if municipality else {}
    by_all, by_month, by_contract, placed = (
        model.objects.filter(region=region, **theirs)
        for model in (DoneOfYear, DoneOfMonth, DoneOfContract, PlacedOfYear)
    )
    return Done(by_all, by_month, by_contract, placed)


def hold(region: Region, as_of: int | None = None) -> QuerySet[Any]:
    """A row where the totals of the region are of its lines up to this posting, or of all."""
    last: Any = F("region__ledger_head__last_number") if as_of is None else as_of
    return TotalsUntil.objects.filter(region=region, posting=last)


# --- making ---------------------------------------------------------------------------------------


def keep_totals() -> None:
    """Of every region: what the worker does."""
    behind = LedgerHead.objects.exclude(region__totals__posting=F("last_number"))
    for region in behind.values_list("region", flat=True):
        bring_up_to_date(region)


def bring_up_to_date(region: int) -> None:
    """Add what was posted since; some postings at a time, so that nobody waits long."""
    TotalsUntil.objects.get_or_create(region_id=region)
    while _add_some(region):
        pass


def make_again(region: int) -> None:
    """As if nothing had been kept."""
    with transaction.atomic():
        TotalsUntil.objects.update_or_create(region_id=region, defaults={"posting": 0})
        for model in TOTALS:
            model.objects.filter(region=region).delete()
    bring_up_to_date(region)


def _add_some(region: int) -> bool:
    """Whether more may be left."""
    with transaction.atomic():
        # Whoever adds holds the row: nothing is added twice.
        until = TotalsUntil.objects.select_for_update().get(pk=region)
        last = LedgerHead.objects.get(region=region).last_number
        since = Posting.objects.filter(
            region=region, number__gt=until.posting, number__lte=last
        ).order_by("number")
        some = list(since.values_list("number", flat=True)[:POSTINGS])
        is_all = len(some) < POSTINGS
        reached = last if is_all else some[-1]
        lines = FulfilmentLine.objects.filter(
            posting__region=region,
            posting__number__gt=until.posting,
            posting__number__lte=reached,
        )
        for model in TOTALS:
            _add(model, region, lines)
        until.posting = reached
        until.save(update_fields=["posting"])
    return not is_all


def _add(model: Any, region: int, lines: Lines) -> None:
    added = _added_up(model, lines)
    first = model.by[0]
    there = model.objects.filter(region=region, **{f"{first}__in": {key[0] for key in added}})
    known = {key: sums for key, sums in _kept(model, there).items() if key in added}
    nothing = (ZERO,) * len(model.sums)
    (once,) = model._meta.constraints
    model.objects.bulk_create(
        (
            model(
                region_id=region,
                **{model._meta.get_field(n).attname: v for n, v in zip(model.by, key, strict=True)},
                **{
                    name: before + more
                    for name, before, more in zip(
                        model.sums, known.get(key, nothing), sums, strict=True
                    )
                },
            )
            for key, sums in added.items()
        ),
        update_conflicts=True,
        unique_fields=once.fields,
        update_fields=model.sums,
        batch_size=AT_ONCE,
    )


def _added_up(model: Any, lines: Lines) -> Sums:
    """What these lines come to, by what a total is by."""
    by: dict[str, Any] = {
        f"by_{name}": YearStart(name) if model.is_of_years and name in DAYS else F(name)
        for name in model.by
    }
    rows = lines.filter(model.lines).order_by().values(**by)
    sums = {f"sum_{name}": Sum(name) for name in model.sums}
    return _told(model, rows.annotate(**sums).values_list(*by, *sums))


def _kept(model: Any, rows: QuerySet[Any]) -> Sums:
    return _told(model, rows.values_list(*model.by, *model.sums))


def _told(model: Any, rows: QuerySet[Any]) -> Sums:
    width = len(model.by)
    return {row[:width]: row[width:] for row in rows}


# --- proving --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """Totals of one kind and year that are not what the lines say: how many, and of one of them
    both.
    """

    what: str
    year: int
    number: int
    kept: Sequence[Decimal]
    right: Sequence[Decimal]


def wrongly_kept(region: Region) -> Iterator[Wrong]:
    """Whatever differs of what is kept. Where nothing was added up yet nothing is wrong."""
    if not TotalsUntil.objects.filter(region=region).exists():
        return
    years = (
        FulfilmentLine.objects.filter(contract__region=region).order_by().dates("booked", "year")
    )
    for model in TOTALS:
        kept = model.objects.filter(region=region).order_by().dates("booked", "year")
        for year in sorted({*years, *kept}):
            yield from _wrong_of(model, region, Q(booked__year=year.year), year.year)


def _wrong_of(model: Any, region: Region, of_year: Q, year: int) -> Iterator[Wrong]:
    right, kept = Sums(), Sums()
    until, now = -1, _until(region)
    while until != now:  # what is added in between is compared once more
        until = now
        lines = FulfilmentLine.objects.filter(
            of_year, contract__region=region, posting__number__lte=until
        )
        right = _added_up(model, lines)
        kept = _kept(model, model.objects.filter(of_year, region=region))
        now = _until(region)
    nothing = (ZERO,) * len(model.sums)
    wrong = [
        (kept.get(key, nothing), right.get(key, nothing))
        for key in {**kept, **right}
        if kept.get(key, nothing) != right.get(key, nothing)
    ]
    if wrong:
        yield Wrong(model.__name__, year, len(wrong), *wrong[0])


def _until(region: Region) -> int:
    return TotalsUntil.objects.get(region=region).posting
