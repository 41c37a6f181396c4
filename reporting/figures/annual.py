"""Annual figures of a region, or of one municipality in it: the one place that every page, report
and export asks.

Nothing here reads the clock or decides who may see what: it sums the lines it is given. Amounts are
euro excluding VAT, percentages are percent (5.00 is 5%), FTE are full-time years. Source: DOMAIN.md
section 7.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from contracts.coverage.coverage import covered
from contracts.models import Category, Contract, ContractShare, Municipality, ObligationLine, Region
from contracts.owed.lines import Lines, active_in
from placements.ledger.kept import Done, hold, totals_of
from placements.matching.figures import desk_figures
from placements.models import Allocation, FulfilmentLine, FulfilmentVersion
from reporting.figures import quality, standing, totals
from reporting.figures.catalogue import FIGURES
from reporting.figures.facts import AnnualFigures, GoalResult, Headlines, PartFigures
from reporting.figures.people import kinds, people
from reporting.models import Goal
from sroi.access import Access
from sroi.database.together import (
    Asking,
    as_long_as,
    asked,
    by_itself,
    by_name,
    nothing,
    number_of,
    rows_of,
    side_by_side,
)
from sroi.money import ZERO
from sroi.periods import Period

T = TypeVar("T")
# What is compared over the years, and what it is called in the lines.
HISTORY = {
    "category": "category",
    "municipality": "municipality__code",
    "policy_field": "policy_field",
}
SECTOR = {"sector": "sector"}


def annual_figures(
    region: Region,
    period: Period,
    *,
    obligation_lines: QuerySet[Any],
    fulfilment_lines: QuerySet[Any],
    contracts: QuerySet[Any],
    versions: QuerySet[Any],
    goals: QuerySet[Any],
    municipality: Municipality | None = None,
    today: date | None = None,
    with_standing: bool = True,
    kept: QuerySet[Any] | None = None,
) -> Asking[AnnualFigures]:
    """Every figure of section 7 over the rows in these querysets, narrowed to `region` and
    `municipality`. With `kept`, rows that say whether they hold, from the totals of the region as
    far as these go; the lines are all of its lines then.
    """
    owed = obligation_lines.filter(contract__region=region)
    done = fulfilment_lines.filter(contract__region=region)
    contracts = contracts.filter(region=region)
    versions = versions.filter(fulfilment__region=region)
    whole = own = standing.Ledgers(owed, done)
    if municipality:
        # Each row looks its own up: of a list of numbers SQLite tries every one for every row.
        shares = ContractShare.objects.filter(municipality=municipality, percent__gt=0)
        theirs = Allocation.objects.filter(Exists(shares.filter(contract=OuterRef("contract"))))
        owed, done = owed.filter(municipality=municipality), done.filter(municipality=municipality)
        own = standing.Ledgers(owed, done)
        contracts = contracts.filter(Exists(shares.filter(contract=OuterRef("pk"))))
        versions = versions.filter(Exists(theirs.filter(version=OuterRef("pk"))))

    covered_in = partial(covered, contracts, owed if municipality else None)
    day, year = quality.moment(period, today), Period.year(period.last.year)
    before = Period.year(year.first.year - 1) if period == year else None
    found = yield from by_name(
        added=_from_totals(
            kept, partial(_added, owed, versions, period, before, today), region, municipality, done
        ),
        contracts_active=number_of(contracts.filter(active_in(period))),
        coverage=covered_in(period),
        coverage_before=covered_in(before) if before else nothing(),
        quality=quality.quality(period, done, contracts, versions, today),
        accepted_without_evidence=quality.without_evidence(done, period),
        contractors=totals.done_by_contractor(done, period),
        late=totals.late_by_year(done, period),
        below_default=totals.below_default(owed, period),
        goals=rows_of(goals.filter(region=region, year=year.first.year)) if before else nothing(),
        stood=standing.stood(contracts, whole, own, period, day) if with_standing else nothing(),
        desk=desk_figures(region, period, day) if with_standing and not municipality else nothing(),
    )
    split, stood, aims = (found.pop(name) for name in ("added", "stood", "goals"))
    groups = {part.code: part.workplaces for part in split["target_groups"]}
    split["people"] = replace(split["people"], by_kind=kinds(groups))
    figures = AnnualFigures(
        period=period,
        municipality=municipality.code if municipality else None,
        goal={},
        **found,
        **split,
    )
    if stood:
        figures = replace(
            figures, contracts_ended=stood.ended, due_to_date=stood.due, statuses=stood.by_status
        )
    return replace(figures, goal=_against_goals(figures, aims)) if before else figures


def _from_totals(
    kept: QuerySet[Any] | None,
    asking: Callable[[Done], Asking[T]],
    region: Region,
    municipality: Municipality | None,
    lines: Lines,
) -> Asking[T]:
    """What is asked of the totals of the region, where there are and they hold, or else of the
    lines.
    """
    if kept is None:
        return (yield from asking(Done.of(lines)))
    theirs = totals_of(region, municipality)
    return (yield from as_long_as(kept, asking(theirs), asking(Done.of(lines))))


def _added(
    owed: Lines,
    versions: QuerySet[Any],
    period: Period,
    before: Period | None,
    today: date | None,
    done: Done,
) -> Asking[dict[str, Any]]:
    """What the lines come to, in all and by all that they are reported by; of a year also beside
    the one `before` it.
    """
    of_years = [
        totals.done_by_year(done.by_all, period),
        totals.done_by_sector(done.by_contract, period),
        totals.registered_by_sector(owed, period),
    ]
    values, persons, found_by = yield from side_by_side(
        totals.values(owed, done.by_all, period),
        people(done.placed, versions, period, today),
        asked(
            totals.done_in_cells(done.by_all, period),
            totals.owed_by_month(owed, period),
            totals.done_by_month(done.by_month, period),
            totals.registered_by_client(owed, period),
            *(of_years if before else ()),
        ),
    )
    cells, owed_months, done_months, registered, *yearly = found_by
    workplaces, years, groups_before = yield from side_by_side(
        totals.workplaces(done.placed, period, cells),
        totals.years(owed, done, owed_months, done_months, period),
        totals.groups_before(done.placed, yearly[0], before) if before else nothing(),
    )
    municipalities, other_clients = totals.clients(cells, registered, workplaces)
    blocks = totals.added(cells, "block__table__code", "block__code", "block__label_nl")
    found = {
        "values": values | {name: n for name, n in workplaces.items() if name in FIGURES},
        "people": persons,
        "by_category": _by_category(cells),
        "by_month": totals.by_month(done_months, period),
        "blocks": totals.largest_first(
            PartFigures(f"{t}/{code}", label, total) for (t, code, label), total in blocks.items()
        ),
        "municipalities": municipalities,
        "other_clients": other_clients,
        "target_groups": totals.groups(cells, "target_group", workplaces),
        "work_groups": totals.groups(
            [c for c in cells if c["category"] == Category.WORK], "target_group", workplaces
        ),
        "policy_fields": totals.groups(cells, "policy_field", workplaces),
        "years": years,
    }
    if not before:
        return found
    cube, by_sector, registered_by_sector = yearly
    return found | {
        "history": totals.history(cube, HISTORY) | totals.history(by_sector, SECTOR),
        "sectors": totals.sectors(by_sector, registered_by_sector, period),
        "groups_before": groups_before,
    }


def _by_category(rows: Iterable[totals.Summed]) -> dict[str, Decimal]:
    return {category.value: ZERO for category in Category} | totals.added(rows, "category")


def headlines_of(
    region: Region, period: Period, municipality: Municipality | None = None
) -> Asking[Headlines]:
    """The main sums of all that was booked, for a comparison; who asks was let in already."""
    where: dict[str, Any] = {"contract__region": region} | (
        {"municipality": municipality} if municipality else {}
    )
    owed, done = ObligationLine.objects.filter(**where), FulfilmentLine.objects.filter(**where)
    values, workplaces, by_category = yield from _from_totals(
        _kept(region, period),
        partial(_headlines, owed, period),
        region,
        municipality,
        done,
    )
    return Headlines(
        period=period,
        municipality=municipality.code if municipality else None,
        values=values | workplaces,
        by_category=_by_category(by_category),
    )


def _headlines(owed: Lines, period: Period, done: Done) -> Asking[list[Any]]:
    return (
        yield from side_by_side(
            totals.values(owed, done.by_all, period),
            totals.workplaces(done.placed, period),
            rows_of(totals.done_by_category(done.by_all, period)),
        )
    )


def _kept(region: Region, period: Period, as_of: int | None = None) -> QuerySet[Any] | None:
    """Whether totals hold; they know whole years only."""
    return hold(region, as_of) if period.is_years else None


def _against_goals(figures: AnnualFigures, goals: Iterable[Goal]) -> dict[str, GoalResult]:
    """What came of the region's goals for this year; a municipality has none."""
    if figures.municipality:
        return {}
    return {
        goal.indicator: GoalResult.of(goal, figures) for goal in goals if goal.indicator in FIGURES
    }


def figures_asked(
    access: Access | None,
    region: Region,
    when: int | Period,
    municipality: Municipality | None = None,
    *,
    as_of: int | None = None,
    today: date | None = None,
    with_standing: bool = True,
) -> Asking[AnnualFigures]:
    """Annual figures of what `access` may see; with None of everything, for a caller that was let
    in already.

    With `as_of` only lines up to that posting count, and contracts that had a line by then: a
    figure of yesterday. `today` matters for a period that has not ended: reports are then looked
    for up to today. Without `with_standing` no contract is read to see how it stood, which takes
    long where there are many.
    """

    def rows(model: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = (
            model.objects.all() if access is None else model.objects.visible_to(access)
        )
        return found

    period = when if isinstance(when, Period) else Period.year(when)
    owed, done, contracts = rows(ObligationLine), rows(FulfilmentLine), rows(Contract)
    if as_of is not None:
        owed, done = (
            owed.filter(posting__number__lte=as_of),
            done.filter(posting__number__lte=as_of),
        )
        known = ObligationLine.objects.filter(contract__region=region, posting__number__lte=as_of)
        contracts = contracts.filter(pk__in=known.values("contract"))
    return annual_figures(
        region,
        period,
        obligation_lines=owed,
        fulfilment_lines=done,
        contracts=contracts,
        versions=rows(FulfilmentVersion),
        goals=rows(Goal),
        municipality=municipality,
        today=today,
        with_standing=with_standing,
        kept=_kept(region, period, as_of) if access is None else None,
    )


figures_of = by_itself(figures_asked)
