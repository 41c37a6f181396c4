"""What lies ahead, and what the work costs: the team, a scenario, and what running contracts still
promise.

A scenario is one multiplication, so that everyone can check it: what is procured in a year × the
share with social return × the average rate × the part that is fulfilled; once with every low and
once with every high. What running contracts promise is spread evenly over the days that are left of
their term.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from contracts.models import Contract, Municipality, Region
from contracts.owed.lines import active_in
from placements.standing.progress import Progress, progress_asked
from reporting.models import Supplement
from sroi.database.together import Asking, rows_of, side_by_side
from sroi.money import ZERO, cumulative, rounded
from sroi.periods import DAY, Period

# As far as a growth path looks ahead.
YEARS_AHEAD = 6
PERCENTS = ("share", "rate", "realised")
NOTICING = json.loads((Path(__file__).parent.parent / "data" / "noticing.json").read_text())


@dataclass(frozen=True)
class TownCost:
    """A municipality's part of the cost of the team."""

    name: str
    inhabitants: int
    amount: Decimal


@dataclass(frozen=True)
class Team:
    fte: Decimal | None
    cost: Decimal | None
    extra_fte: Decimal | None
    extra_cost: Decimal | None
    note: str
    # What is, or with what is proposed would be, divided by inhabitants; none where it is not.
    towns: list[TownCost] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return (self.cost or ZERO) + (self.extra_cost or ZERO)

    @property
    def proposes(self) -> bool:
        return self.extra_fte is not None or self.extra_cost is not None


@dataclass(frozen=True)
class Bounds:
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Scenario:
    """Value fulfilled in a year, low and high, and what was assumed. Percentages are percent."""

    year: int | None
    volume: Bounds
    share: Bounds
    rate: Bounds
    realised: Bounds
    note: str

    @property
    def value(self) -> Bounds:
        return Bounds(self._product("low"), self._product("high"))

    def _product(self, end: str) -> Decimal:
        parts = [Fraction(getattr(getattr(self, name), end)) / 100 for name in PERCENTS]
        return rounded(Fraction(getattr(self.volume, end)) * parts[0] * parts[1] * parts[2])


@dataclass(frozen=True)
class Promise:
    """What a later year comes to: with what is planned or in review, and with all that is still
    open.
    """

    year: int
    forecast: Decimal
    obliged: Decimal
    # Of a report that was frozen when what was fulfilled since the year itself stood beside it.
    realised: Decimal = ZERO


@dataclass(frozen=True)
class Outlook:
    team: Team | None = None
    scenario: Scenario | None = None
    promises: list[Promise] = field(default_factory=list)
    # By year why it stands out beside the others.
    remarks: dict[str, str] = field(default_factory=dict)


def outlook(
    region: Region, year: int, towns: Iterable[Municipality], today: date
) -> Asking[Outlook]:
    """The outlook of a report about `year`, from its last day or, where it still runs, from
    `today`.
    """
    written, ahead = yield from side_by_side(
        rows_of(Supplement.objects.filter(region=region, year__lte=year)),
        promises(region, year, min(Period.year(year).last, today)),
    )
    by_year = {row.year: row for row in sorted(written, key=lambda row: row.year)}
    filled_in = by_year.get(year)
    return Outlook(
        team=team(filled_in, towns) if filled_in else None,
        scenario=scenario(filled_in) if filled_in else None,
        promises=ahead,
        # What was written about a year that stands out, of this year and those before it.
        remarks={str(row.year): row.year_note for row in by_year.values() if row.year_note},
    )


def stands_out(amounts: Mapping[int, Decimal]) -> list[int]:
    """The years of which the amount is so much more or less than that of the year before, which has
    one, that a reader asks why. How much is data (`reporting/data/noticing.json`, in percent).
    """
    limit = Fraction(NOTICING["stands_out"]["percent"]) / 100
    return [
        year
        for year, amount in sorted(amounts.items())
        if (before := amounts.get(year - 1))
        and abs(Fraction(amount) - Fraction(before)) > limit * Fraction(before)
    ]


def team(filled_in: Supplement, towns: Iterable[Municipality]) -> Team | None:
    values = (filled_in.team_fte, filled_in.team_cost, filled_in.extra_fte, filled_in.extra_cost)
    if all(value is None for value in values):
        return None
    found = Team(*values, note=filled_in.team_note)
    return Team(
        *values,
        filled_in.team_note,
        divided(found.total, towns) if filled_in.by_inhabitants else [],
    )


def divided(cost: Decimal, towns: Iterable[Municipality]) -> list[TownCost]:
    """The cost by number of inhabitants, so rounded that the parts add up; none where a number is
    not known.
    """
    rows = [(town.name, town.inhabitants or 0) for town in towns]
    whole = sum(inhabitants for _name, inhabitants in rows)
    if len(rows) < 2 or not cost or not all(inhabitants for _name, inhabitants in rows):
        return []
    parts = cumulative(Fraction(cost) * inhabitants / whole for _name, inhabitants in rows)
    return [
        TownCost(name, inhabitants, part)
        for (name, inhabitants), part in zip(rows, parts, strict=True)
    ]


def scenario(filled_in: Supplement) -> Scenario | None:
    """Only where every assumption is filled in; a high that is left out is the low."""
    bounds = {}
    for name in ("volume", *PERCENTS):
        low, high = getattr(filled_in, f"{name}_low"), getattr(filled_in, f"{name}_high")
        if low is None:
            return None
        bounds[name] = Bounds(low, low if high is None else high)
    return Scenario(filled_in.scenario_year, note=filled_in.scenario_note, **bounds)


def promises(region: Region, after: int, day: date) -> Asking[list[Promise]]:
    """Per year after that of the report: what the contracts that ran on `day` promised then."""
    running = Contract.objects.filter(active_in(Period(day, day)), region=region)
    (contracts,) = yield [running.select_related("policy")]
    standing = yield from progress_asked(contracts, day, looking_back=True)
    ahead: dict[int, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for contract in contracts:
        for year, forecast, obliged in _spread(contract, standing[contract.pk], day):
            ahead[year][0] += forecast
            ahead[year][1] += obliged
    years = sorted(year for year in ahead if after < year <= after + YEARS_AHEAD)
    return [Promise(year, *map(rounded, ahead[year])) for year in years]


def _spread(
    contract: Contract, standing: Progress, today: date
) -> Iterable[tuple[int, Fraction, Fraction]]:
    left = Period(today + DAY, contract.last_counted_day)
    if not left:
        return
    ahead = max(Fraction(standing.planned + standing.pending), Fraction(0))
    obliged = max(ahead, Fraction(standing.open))
    for year in range(left.first.year, min(left.last.year, left.first.year + YEARS_AHEAD) + 1):
        part = Fraction((left & Period.year(year)).days, left.days)
        yield year, ahead * part, obliged * part
