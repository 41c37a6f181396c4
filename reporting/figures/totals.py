"""The grouped questions behind the annual figures: a fixed number of them, each over the lines of a
definition, asked together (`sroi/database/together.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, cast

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Substr

from contracts.models import Category, ClientKind
from contracts.owed.lines import Lines
from placements.claims.persons import person
from placements.ledger.kept import Done
from reporting.figures import definitions
from reporting.figures.catalogue import FIGURES, INDICATORS
from reporting.figures.definitions import SOCIAL
from reporting.figures.facts import History, LateFigures, Motivation, PartFigures, Values
from reporting.figures.kinds import Kind
from reporting.figures.records import Figure, Ledger
from sroi.database.days import YearOf
from sroi.database.together import Asking, Counts, side_by_side, sums_of
from sroi.money import ZERO, rounded
from sroi.periods import Period

Summed = Mapping[str, Any]
# What is done with what a figure is of: columns are added up, contracts are counted once each.
SUMMED: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(("value_delta", "obligation_delta", "amount", "paid", "fte"), Sum),
    "contract": partial(Count, distinct=True),
}
SPLITS = ("municipality__code", "target_group", "policy_field")
# What is counted of a year beside its workplaces, by which lines.
BESIDE = {
    "workplaces_started": definitions.workplaces_started,
    "persons": definitions.workplaces,
}
# Who commissioned: what tells one client from another, and what it is.
CLIENT = ("municipality__code", "municipality__name", "municipality__kind")
# The division of the CPV: the first two digits.
SECTOR = Substr("contract__cpv", 1, 2)


def registered_by_client(owed: Lines, period: Period) -> Lines:
    """Contract value and obligation registered in the period, per client."""
    rows = owed.filter(definitions.registered(period)).order_by().values(*CLIENT)
    return rows.annotate(value=Sum("value_delta"), obligation=Sum("obligation_delta"))


def values(
    owed: Lines, done: Lines, period: Period, figures: Iterable[Figure] = ()
) -> Asking[Values]:
    """By name the figures, or all, that add up a column of lines or count their contracts, as the
    record says.
    """
    asked = [
        figure for figure in figures or FIGURES.values() if figure.of in SUMMED and not figure.at
    ]
    found = yield from side_by_side(
        *(
            sums_of(
                lines.filter(definitions.booked_until(period)),
                {
                    figure.name: SUMMED[figure.of](
                        figure.of, filter=figure.condition(period, lines)
                    )
                    for figure in asked
                    if figure.ledger is ledger
                },
            )
            for ledger, lines in ((Ledger.OBLIGATION, owed), (Ledger.FULFILMENT, done))
        )
    )
    return {name: _whole(FIGURES[name], value) for sums in found for name, value in sums.items()}


def _whole(figure: Figure, value: Any) -> Decimal | int:
    return int(value or 0) if figure.kind is Kind.COUNT else rounded(value or ZERO)


def owed_by_month(owed: Lines, period: Period) -> Lines:
    """Since the beginning, per booked month: all that is owed, and of that what was registered."""
    rows = owed.filter(definitions.booked_until(period)).order_by().values("booked")
    return rows.annotate(
        to_date=Sum("obligation_delta"),
        value=Sum("value_delta", filter=definitions.REGISTERING),
        obligation=Sum("obligation_delta", filter=definitions.REGISTERING),
    )


def done_by_month(done: Lines, period: Period) -> Lines:
    """Since the beginning, credited value per booked month and category."""
    rows = done.filter(definitions.booked_until(period)).order_by().values("booked", "category")
    return rows.annotate(total=Sum("amount"), paid_total=Sum("paid"))


def done_in_cells(done: Lines, period: Period) -> Lines:
    """The period's credited value, split by all it is reported by, with what was paid."""
    keys = (
        "category",
        *SPLITS,
        *CLIENT[1:],
        "block__table__code",
        "block__code",
        "block__label_nl",
    )
    rows = done.filter(definitions.booked(period)).order_by().values(*keys)
    return rows.annotate(total=Sum("amount"), paid_total=Sum("paid"))


def done_by_category(done: Lines, period: Period) -> Lines:
    rows = done.filter(definitions.booked(period)).order_by().values("category")
    return rows.annotate(total=Sum("amount"))


def done_by_year(done: Lines, period: Period) -> Lines:
    """Since the beginning, credited value per year and all that it is reported by."""
    rows = done.filter(definitions.booked_until(period)).annotate(year=YearOf("booked")).order_by()
    return rows.values("year", "category", *SPLITS).annotate(total=Sum("amount"))


def done_by_sector(done: Lines, period: Period) -> Lines:
    """The same per sector, which is that of the contract as it is now."""
    rows = done.filter(definitions.booked_until(period)).order_by()
    by = rows.annotate(year=YearOf("booked"), sector=SECTOR).values("year", "sector")
    return by.annotate(total=Sum("amount"))


def registered_by_sector(owed: Lines, period: Period) -> Lines:
    rows = owed.filter(definitions.registered(period)).annotate(sector=SECTOR).order_by()
    return rows.values("sector").annotate(
        value=Sum("value_delta"), obligation=Sum("obligation_delta")
    )


def history(cube: Iterable[Summed], splits: Mapping[str, str]) -> History:
    """The rows added up per split, code and year."""
    found: History = {name: defaultdict(lambda: defaultdict(lambda: ZERO)) for name in splits}
    for row in cube:
        for name, key in splits.items():
            found[name][row[key]][str(row["year"])] += row["total"]
    return {
        name: {code: dict(years) for code, years in codes.items()} for name, codes in found.items()
    }


def sectors(
    by_sector: Iterable[Summed], owed_by_sector: Iterable[Summed], period: Period
) -> list[PartFigures]:
    """Per sector (division of the CPV) what was credited and what was registered in a year."""
    done: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in by_sector:
        if row["year"] == period.last.year:
            done[row["sector"]] += row["total"]
    registered = {row["sector"]: (row["value"], row["obligation"]) for row in owed_by_sector}
    return largest_first(
        PartFigures(
            code,
            "",
            done.get(code, ZERO),
            contract_value_registered=value,
            obligation_registered=obligation,
        )
        for code in {*done, *registered}
        for value, obligation in [registered.get(code, (ZERO, ZERO))]
    )


def below_default(owed: Lines, period: Period) -> Asking[list[Motivation]]:
    """Contracts registered below the default rate, by category of reason; blank is none on file."""
    rows = (
        owed.filter(definitions.below_default(period))
        .order_by()
        .values_list("contract__rate_reason")
    )
    (found,) = yield [rows.annotate(n=Count("contract", distinct=True), value=Sum("value_delta"))]
    return sorted(
        (Motivation(*row) for row in found), key=lambda reason: (-reason.number, reason.code)
    )


def groups_before(done: Lines, cube: Iterable[Summed], before: Period) -> Asking[list[PartFigures]]:
    """Work placements of the year before, per target group."""
    rows = [
        row for row in cube if row["year"] == before.first.year and row["category"] == Category.WORK
    ]
    lines = done.filter(definitions.booked(before), category=Category.WORK)
    codes = sorted({row["target_group"] for row in rows})
    counted = definitions.workplaces(before)
    conditions = {("target_group", code): counted & Q(target_group=code) for code in codes}
    counts = yield from positive_counts(lines, conditions)
    return groups(rows, "target_group", counts)


def done_by_contractor(done: Lines, period: Period) -> Asking[list[PartFigures]]:
    # Who did it: a contract may be of another by now.
    keys = ("fulfilment__contractor", "fulfilment__contractor__name")
    lines = done.filter(definitions.booked(period)).order_by()
    (rows,) = yield [lines.values_list(*keys).annotate(total=Sum("amount"))]
    return largest_first(PartFigures(str(pk), name, fulfilled=total) for pk, name, total in rows)


def late_by_year(lines: Lines, period: Period) -> Asking[list[LateFigures]]:
    """Lines about closed years that were booked in the period, per year they are about."""
    rows = lines.filter(definitions.late(period)).order_by().values_list("month__year")
    (found,) = yield [rows.annotate(n=Count("pk"), total=Sum("amount"))]
    return [LateFigures(*row) for row in sorted(found)]


def added(cells: Iterable[Summed], *keys: str) -> dict[Any, Decimal]:
    """The cells' totals added up per key, or per tuple of keys."""
    totals: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for cell in cells:
        totals[cell[keys[0]] if len(keys) == 1 else tuple(cell[key] for key in keys)] += cell[
            "total"
        ]
    return dict(totals)


def largest_first(parts: Iterable[PartFigures]) -> list[PartFigures]:
    return sorted(parts, key=lambda part: (-part.fulfilled, part.name, part.code))


def positive_counts(
    lines: Lines, conditions: Mapping[Any, Q], persons: Container[Any] = ()
) -> Asking[dict[Any, int]]:
    """Per condition the number of distinct fulfilments whose lines that meet it add up to more than
    nothing, or where it is among `persons`, of how many people those are.
    """
    if not conditions:
        return {}
    names = {condition: f"sum_{place}" for place, condition in enumerate(conditions)}
    sums = {names[key]: Sum("amount", filter=lines_of) for key, lines_of in conditions.items()}
    of_people = [name for condition, name in names.items() if condition in persons]
    whose = {"whose": person("fulfilment")} if of_people else {}
    rows = lines.order_by().values("fulfilment", **whose).annotate(**sums)
    ((counts,),) = yield [Counts(rows, tuple(sums), of_people)]
    return dict(zip(conditions, counts, strict=True))


def workplaces(done: Lines, period: Period, cells: Iterable[Summed] = ()) -> Asking[dict[Any, int]]:
    """Per figure that counts placements how many, and workplaces per client, target group and
    policy field.

    A workplace that several clients share counts once in all and once for each of them.
    """
    placed = [
        figure
        for figure in FIGURES.values()
        if figure.of == "fulfilment" and not figure.is_of_today and not figure.at
    ]
    conditions: dict[Any, Q] = {figure.name: figure.condition(period, done) for figure in placed}
    counted = definitions.workplaces(period)
    for split in SPLITS:
        codes = {cell[split] for cell in cells if cell["category"] == Category.WORK}
        conditions |= {(split, code): counted & Q(**{split: code}) for code in sorted(codes)}
    lines = done.filter(definitions.booked(period), category=Category.WORK)
    return (yield from positive_counts(lines, conditions))


def workplaces_by_client(done: Lines, years: Period) -> Asking[dict[str, dict[str, int]]]:
    """Workplaces of each of these years, by the year and the code of the client."""
    lines = done.filter(definitions.booked(years), category=Category.WORK)
    dated = lines.annotate(year=YearOf("booked"), of_year=YearOf("month"))
    rows = dated.filter(of_year=F("year")).order_by()
    placed = rows.values("year", "municipality__code", "fulfilment").annotate(total=Sum("amount"))
    (each,) = yield [placed.filter(total__gt=ZERO).values_list("year", "municipality__code")]
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for year, client in each:
        found[str(year)][client] += 1
    return found


def by_month(done_months: Iterable[Summed], period: Period) -> dict[date, Decimal]:
    months = dict.fromkeys(period.months(), ZERO)
    for row in done_months:
        if row["booked"] in months:
            months[row["booked"]] += row["total"]
    return months


def clients(
    cells: Iterable[Summed], registered: Iterable[Summed], counts: Mapping[Any, int]
) -> tuple[list[PartFigures], list[PartFigures]]:
    """Every client that had a line in the period, by name: the municipalities, and the others."""
    names = ("fulfilled", "social_spend", "purchases", "social_firm_spend")
    sums: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(names, ZERO)
    )
    for cell in cells:
        row = sums[_client(cell)]
        row["fulfilled"] += cell["total"]
        row["social_spend"] += cell["total"] if cell["category"] in SOCIAL else ZERO
        row["purchases"] += (
            cell["total"] if cell["category"] == Category.SOCIAL_PURCHASING else ZERO
        )
        row["social_firm_spend"] += cell["paid_total"] or ZERO
    for line in registered:
        row = sums[_client(line)]
        row |= {
            "contract_value_registered": line["value"],
            "obligation_registered": line["obligation"],
        }
    found: tuple[list[PartFigures], list[PartFigures]] = ([], [])
    for (name, code, kind), row in sorted(sums.items()):
        part = PartFigures(
            code, name, workplaces=counts.get(("municipality__code", code), 0), **row
        )
        found[kind != ClientKind.MUNICIPALITY].append(part)
    return found


def _client(row: Summed) -> tuple[str, str, str]:
    return row["municipality__name"], row["municipality__code"], row["municipality__kind"]


def groups(cells: Iterable[Summed], split: str, counts: Mapping[Any, int]) -> list[PartFigures]:
    """Per code of `split` the credited value and the workplaces, largest first; a blank code is
    what has none.
    """
    fields: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        fields[cell[split]].add(cell["policy_field"])
    return largest_first(
        PartFigures(
            code,
            fulfilled=total,
            workplaces=counts.get((split, code), 0),
            policy_fields=frozenset(fields[code]),
        )
        for code, total in added(cells, split).items()
    )


def years(
    owed: Lines,
    done: Done,
    owed_months: Iterable[Summed],
    done_months: Iterable[Summed],
    period: Period,
) -> Asking[list[PartFigures]]:
    """Every year from the first with a line to the period's own, oldest first; none where nothing
    was ever booked.

    An indicator that a part has no field for is asked of the lines, year by year.
    """
    sums: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in done_months:
        year = sums[row["booked"].year]
        year["fulfilled"] += row["total"]
        year["social_spend"] += row["total"] if row["category"] in SOCIAL else ZERO
        year["social_firm_spend"] += row["paid_total"] or ZERO
    for row in owed_months:
        year = sums[row["booked"].year]
        year["owed"] += row["to_date"] or ZERO
        year["contract_value_registered"] += row["value"] or ZERO
        year["obligation_registered"] += row["obligation"] or ZERO
    span = range(min(sums), period.last.year + 1) if sums else ()
    lines = done.placed.filter(definitions.booked_until(period), category=Category.WORK)
    conditions = {
        (name, year): condition(Period.year(year))
        for name, condition in {"workplaces": definitions.workplaces, **BESIDE}.items()
        for year in span
    }
    more = [figure for figure in INDICATORS if figure.name not in PartFigures.__dataclass_fields__]
    counts, *others = yield from side_by_side(
        positive_counts(lines, conditions, {("persons", year) for year in span}),
        *(more_values(owed, done, Period.year(year), more) for year in span if more),
    )
    beside = dict(zip(span, others, strict=True)) if more else {}
    return [
        PartFigures(
            str(year),
            str(year),
            workplaces=counts["workplaces", year],
            values={name: counts[name, year] for name in BESIDE} | beside.get(year, {}),
            **sums[year],
        )
        for year in span
    ]


def more_values(
    owed: Lines, done: Done, period: Period, figures: Iterable[Figure]
) -> Asking[Values]:
    placed = {
        figure.name: figure.condition(period, done.placed)
        for figure in figures
        if figure.of == "fulfilment"
    }
    summed, counted = yield from side_by_side(
        values(owed, done.by_all, period, figures), positive_counts(done.placed, placed)
    )
    return cast("Values", summed | counted)
