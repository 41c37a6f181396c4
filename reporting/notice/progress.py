"""The progress report: a shorter report about a quarter or half-year, from the same figures as the
annual one.

Nobody adopts it: it tells how things stand on the day that it is made or, once the report of the
year is final, how they stood then; beside the same months a year before, the year up to its end
and the goals of the year. A Dutch document, as the council notice is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from contracts.models import ClosedYear, Municipality, Policy, Posting, Region
from reporting.figures import masking
from reporting.figures.annual import figures_asked, headlines_of
from reporting.figures.catalogue import (
    AVERAGE_RATE,
    CONTRACT_VALUE_REGISTERED,
    FULFILLED,
    INDICATORS,
    OBLIGATION_REGISTERED,
    OBLIGATION_TO_DATE,
    OPEN,
    REALISED_TO_DATE,
    SOCIAL_FIRM_SPEND,
    SOCIAL_SPEND,
    WORKPLACES,
)
from reporting.figures.facts import AnnualFigures, GoalResult, Headlines
from reporting.figures.kinds import Hidden, Kind
from reporting.figures.quality import moment
from reporting.figures.records import Topic
from reporting.figures.words import capital, category, listed, region_name
from reporting.models import Goal
from reporting.notice import wording
from reporting.notice.editions import MASK_BELOW, Place, mask_below, may_read
from reporting.notice.files.html import LANGUAGE
from reporting.notice.notice import Tile
from reporting.notice.tables import drawings
from reporting.notice.tables.cells import Cell, column, count, rate
from reporting.notice.tables.exhibits import in_order
from reporting.notice.text.placeholders import about, filled
from sroi.access import Access
from sroi.charts.facts import Chart
from sroi.database.together import answered, by_name, nothing, rows_of, side_by_side, sums_of
from sroi.documents import render_pdf, word_from
from sroi.documents.tables import DocumentTable
from sroi.periods import PARTS_OF_YEAR, Period
from sroi.templatetags.formats import NOTHING, Links, euro, long_date, month_name, percent

# What each part of a year is called, by its part of the address.
NAMES = {
    "kwartaal-1": "eerste kwartaal",
    "kwartaal-2": "tweede kwartaal",
    "kwartaal-3": "derde kwartaal",
    "kwartaal-4": "vierde kwartaal",
    "halfjaar-1": "eerste halfjaar",
    "halfjaar-2": "tweede halfjaar",
}


# The figures that it lays beside each other, and how those of a kind are written under each other.
ROWS = (
    WORKPLACES,
    FULFILLED,
    SOCIAL_SPEND,
    SOCIAL_FIRM_SPEND,
    CONTRACT_VALUE_REGISTERED,
    OBLIGATION_REGISTERED,
    AVERAGE_RATE,
    OBLIGATION_TO_DATE,
    REALISED_TO_DATE,
    OPEN,
)
WRITTEN: dict[Kind, Callable[[list[Any]], list[Cell]]] = {
    Kind.COUNT: lambda values: [count(value) for value in values],
    Kind.EURO: column,
    Kind.PERCENT: lambda values: [rate(value) for value in values],
}


@dataclass(frozen=True)
class ProgressFigures:
    """The figures of a part of a year, of one council or of all of the region."""

    region: Region
    year: int
    part: str
    municipality: Municipality | None
    own: AnnualFigures
    before: Headlines
    so_far: Headlines
    whole: Headlines
    goals: list[Goal]
    data_date: date
    posting: int
    # The report of the year is final: what is booked later counts in a later year.
    is_closed: bool = False
    mask_below: int = MASK_BELOW
    # As an edition says it: a progress report is never frozen.
    is_final: bool = False

    @property
    def period(self) -> Period:
        return Period.part(self.year, self.part)

    @property
    def is_running(self) -> bool:
        return self.data_date <= self.period.last


def parts_begun(year: int, today: date) -> list[str]:
    """The parts of a year that have begun."""
    return [part for part in NAMES if Period.part(year, part).first <= today]


def progress_of(
    access: Access, place: Place | None, part: str, today: date
) -> ProgressFigures | None:
    """The progress report at a place, None where there is none or `access` may not read what is not
    final.
    """
    if place is None or part not in NAMES or part not in parts_begun(place.year, today):
        return None
    if not may_read(access, place.region, place.municipality, is_final=False):
        return None
    return assembled(place.region, place.year, place.municipality, part, today)


def assembled(
    region: Region, year: int, municipality: Municipality | None, part: str, today: date
) -> ProgressFigures:
    """The figures; whoever calls has made sure that they may be read."""
    period = Period.part(year, part)
    so_far = Period(date(year, 1, 1), period.last)
    closed_years, posted = answered(
        side_by_side(
            rows_of(ClosedYear.objects.filter(region=region, year=year).order_by()),
            sums_of(Posting.objects.filter(region=region), {"last": Max("number")}),
        )
    )
    closed = next(iter(closed_years), None)
    if closed:
        day, posting = localdate(closed.closed_at), closed.last_posting
    else:
        day, posting = today, posted["last"] or 0
    found = answered(
        by_name(
            own=figures_asked(
                None, region, period, municipality, as_of=posting, today=day, with_standing=False
            ),
            before=headlines_of(region, Period.part(year - 1, part), municipality),
            so_far=nothing() if so_far == period else headlines_of(region, so_far, municipality),
            whole=headlines_of(region, period) if municipality else nothing(),
            policy=rows_of(Policy.objects.filter(region=region).by(min(day, period.last))[:1]),
            goals=rows_of(Goal.objects.filter(region=region, year=year).order_by()),
        )
    )
    own = found["own"]
    return ProgressFigures(
        region=region,
        year=year,
        part=part,
        municipality=municipality,
        own=own,
        before=found["before"],
        so_far=found["so_far"] or own,
        whole=found["whole"] or own,
        goals=sorted(found["goals"], key=lambda goal: goal.indicator),
        data_date=day,
        posting=posting,
        is_closed=closed is not None,
        mask_below=mask_below(next(iter(found["policy"]), None)),
    )


def shown(progress: ProgressFigures) -> ProgressFigures:
    """As it is read: without the small numbers of workplaces of a municipality."""
    below, town = progress.mask_below, progress.municipality
    own = (
        masking.of_town(progress.own, None, below)
        if town
        else masking.of_whole(progress.own, below)
    )
    so_far: Headlines = progress.so_far
    if progress.so_far is progress.own:
        so_far = own
    elif town:
        so_far = masking.of_town(so_far, None, below)
    before = masking.of_town(progress.before, None, below) if town else progress.before
    return replace(
        progress,
        own=own,
        so_far=so_far,
        before=before,
        whole=progress.whole if town else own,
    )


class ProgressNotice:
    """What the templates show of a progress report, each part by its name."""

    def __init__(self, progress: ProgressFigures, links: Links | None = None) -> None:
        self.links = links
        self.edition = self.progress = progress = shown(progress)
        self.own, self.so_far, self.year = progress.own, progress.so_far, progress.year
        self.name = NAMES[progress.part]
        # Of a figure's lines: those of this part of the year, of the year so far, and of the year
        # before.
        self.opens = f"part={progress.part}"
        self.opens_so_far = f"part={_so_far(progress.part)}"
        self.opens_before = f"part={progress.part}&year={progress.year - 1}"

    # --- Title ---

    @property
    def region_name(self) -> str:
        return region_name(self.progress.region.title_nl)

    @property
    def place(self) -> str:
        town = self.progress.municipality
        return town.name if town else self.region_name

    @property
    def title(self) -> str:
        return f"Social return in {self.place}: voortgang {self.name} {self.year}"

    @property
    def subject(self) -> str:
        town = self.progress.municipality
        return f"Gemeente {town.name}" if town else capital(self.region_name.removeprefix("de "))

    @property
    def status(self) -> str:
        day = long_date(self.progress.data_date)
        if self.progress.is_closed:
            return f"Stand bij de vaststelling van het jaarverslag op {day}"
        running = f", het {self.name.split()[1]} loopt nog" if self.progress.is_running else ""
        return f"Stand op {day}{running}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        period = self.progress.period
        return [
            ("Periode", f"{long_date(period.first)} tot en met {long_date(period.last)}"),
            ("Stand van de gegevens", long_date(self.progress.data_date)),
            (
                "Status",
                (
                    f"Jaarverslag over {self.year} is vastgesteld"
                    if self.progress.is_closed
                    else "Tussenstand, wordt niet vastgesteld"
                ),
            ),
        ]

    @property
    def file_name(self) -> str:
        town = self.progress.municipality
        where = town.slug if town else self.progress.region.code
        return f"voortgang-social-return-{self.year}-{self.progress.part}-{where}"

    # --- Text ---

    @property
    def lead(self) -> str:
        """The part of the year in one sentence, and the same months a year before."""
        own, before, then = self.own, self.progress.before, f"{self.name} van {self.year}"
        sofar = " tot nu toe" if self.progress.is_running else ""
        if not own.fulfilled and (not own.workplaces or isinstance(own.workplaces, Hidden)):
            return f"In het {then} is in {self.place}{sofar} geen waarde ingevuld."
        places = (
            f", met {WORKPLACES.kind.written(own.workplaces)}"
            f" {'werkplek' if own.workplaces == 1 else 'werkplekken'}"
        )
        begin = (
            f"In het {then} is in {self.place}{sofar} voor {euro(own.fulfilled)} aan social return"
            " ingevuld"
        )
        earlier = (
            f" In dezelfde maanden van {self.year - 1} was dat {euro(before.fulfilled)}."
            if before.fulfilled
            else ""
        )
        return f"{begin}{places if own.workplaces else ''}.{earlier}"

    @property
    def until(self) -> str:
        """How far the year so far goes."""
        last = self.progress.period.last
        return "tot nu toe" if self.progress.is_running else f"tot en met {_month(last)}"

    @property
    def goals_so_far(self) -> str:
        """How far the year is towards its goals: of the region, also in the edition of a
        municipality.
        """
        last = long_date(min(self.progress.period.last, self.progress.data_date))
        parts = []
        for goal in in_order(self.aims):
            result = goal.figure.kind.written(goal.result)
            parts.append(
                f"{result} van {goal.limits} voor {goal.figure.phrase} ({percent(goal.percentage)})"
            )
        return (
            f"Van de doelen voor {self.year} is tot en met {last} bereikt: {listed(parts)}."
            if parts
            else ""
        )

    @property
    def reliability(self) -> list[SafeString]:
        known = {
            placeholder.name: replace(
                placeholder, figure=placeholder.figure and f"{placeholder.figure}?{self.opens}"
            )
            for placeholder in about(self.own, Topic.QUALITY)
        }
        day = moment(self.own.period, self.progress.data_date)
        remarks = wording.reliability(self.own.quality, self.own, day)
        return [filled(remark, known, self.links) for remark in remarks]

    # --- Figures ---

    @cached_property
    def aims(self) -> dict[str, GoalResult]:
        """The goals of the year and what came of them so far; a municipality has none of its
        own.
        """
        if self.progress.municipality:
            return {}
        return {goal.indicator: GoalResult.of(goal, self.so_far) for goal in self.progress.goals}

    @property
    def tiles(self) -> list[Tile]:
        before = self.progress.before
        found = []
        for figure in INDICATORS:
            then = figure.value(before)
            note = f"zelfde maanden {self.year - 1}: {figure.kind.short(then)}" if then else ""
            value = figure.kind.short(figure.value(self.own))
            found.append(Tile(value, figure.title, note, f"{figure.name}?{self.opens}"))
        if self.own.average_rate is not None:
            rate_opens = f"average_rate?{self.opens}"
            found.append(Tile(percent(self.own.average_rate), AVERAGE_RATE.title, "", rate_opens))
        if self.own.to_date_ratio is not None:
            owed = f"van {OBLIGATION_TO_DATE.kind.short(self.own.obligation_to_date)}"
            found.append(Tile(percent(self.own.to_date_ratio), REALISED_TO_DATE.title, owed))
        return found

    @cached_property
    def tables(self) -> dict[str, DocumentTable | None]:
        own, whole, town = self.own, self.progress.whole, self.progress.municipality
        return {
            "figures": self._figures(),
            "categories": self._categories() if own.fulfilled else None,
            "municipalities": self._clients() if not town and own.clients else None,
            "beside": self._beside(town.name, whole) if town else None,
        }

    @cached_property
    def charts(self) -> dict[str, Chart | None]:
        return {
            "goals": drawings.goals_chart(self.aims) if self.aims else None,
            "municipalities": (
                None if self.progress.municipality else drawings.clients_chart(self.own)
            ),
        }

    def _figures(self) -> DocumentTable:
        """This part of the year beside the same months a year before, the year so far, and the goal
        of the year.
        """
        sets = [(self.progress.before, self.opens_before), (self.own, self.opens)]
        if self.so_far is not self.own:
            sets.append((self.so_far, self.opens_so_far))
        aims = {
            name: goal.figure.kind.limits(goal.low, goal.high, goal.figure.kind.written)
            for name, goal in self.aims.items()
        }
        rows: list[tuple[str, ...]] = []
        for figure in ROWS:
            values = [figure.value(figures) for figures, _query in sets]
            cells = WRITTEN[figure.kind](values)
            opened = [
                cell.opening(f"{figure.name}?{query}")
                for cell, (_figures, query) in zip(cells, sets, strict=True)
            ]
            rows.append(
                (figure.title, *opened, *([aims.get(figure.name, NOTHING)] if aims else []))
            )
        header = (
            "",
            f"{capital(self.name)} {self.year - 1}",
            f"{capital(self.name)} {self.year}",
            *(
                [f"{self.year} tot en met {_month(self.progress.period.last)}"]
                if len(sets) > 2
                else []
            ),
            *([f"Doel {self.year}"] if aims else []),
        )
        note = (
            "Een werkplek die in meer kwartalen loopt, telt in elk van die kwartalen en in het jaar"
            " één keer; kwartalen zijn daarom niet bij elkaar op te tellen."
        )
        return DocumentTable(
            "Deze maanden naast het jaar ervoor en het jaar tot en met deze maanden",
            header,
            rows,
            note=note,
        )

    def _categories(self) -> DocumentTable:
        before = self.progress.before
        columns = [
            column([*figures.by_category.values(), figures.fulfilled])
            for figures in (before, self.own)
        ]
        queries = (self.opens_before, self.opens)
        rows = [
            (
                category(code),
                *(
                    cells[i].opening(f"fulfilled?category={code}&{query}")
                    for cells, query in zip(columns, queries, strict=True)
                ),
            )
            for i, code in enumerate(self.own.by_category)
        ]
        total = [
            cells[-1].opening(f"fulfilled?{query}")
            for cells, query in zip(columns, queries, strict=True)
        ]
        header = (
            "Categorie",
            f"{capital(self.name)} {self.year - 1}",
            f"{capital(self.name)} {self.year}",
        )
        return DocumentTable("Ingevulde waarde per categorie", header, rows, ("Totaal", *total))

    @property
    def client_word(self) -> str:
        return wording.client_word(self.own)

    def _clients(self) -> DocumentTable:
        own, parts = self.own, self.own.clients
        figures = (FULFILLED, CONTRACT_VALUE_REGISTERED, OBLIGATION_REGISTERED)
        columns = {
            each.name: column([*map(each.value, parts), each.value(own)]) for each in figures
        }
        rows: list[Sequence[str]] = []
        for i, part in enumerate([*parts, None]):
            query = f"{self.opens}&municipality={part.code}" if part else self.opens
            cells: list[Cell] = [
                cells[i].opening(f"{name}?{query}") for name, cells in columns.items()
            ]
            places = count((part or own).workplaces, f"workplaces?{query}")
            rows.append((part.name if part else "Regio", places, *cells))
        header = (
            capital(self.client_word),
            WORKPLACES.column,
            *(figure.column for figure in figures),
        )
        return DocumentTable(f"Resultaten per {self.client_word}", header, rows[:-1], rows[-1])

    def _beside(self, name: str, whole: Headlines) -> DocumentTable:
        own = self.own
        rows = [
            (figure.title, *WRITTEN[figure.kind]([figure.value(own), figure.value(whole)]))
            for figure in (WORKPLACES, FULFILLED, CONTRACT_VALUE_REGISTERED, OPEN, AVERAGE_RATE)
        ]
        return DocumentTable(f"{name} naast de regio", ("", name, "Regio"), rows)


def body(progress: ProgressFigures, links: Links | None = None) -> SafeString:
    with translation.override(LANGUAGE):
        context = {"notice": ProgressNotice(progress, links), "paper": False}
        return render_to_string("reporting/progress.html", context)


def document(progress: ProgressFigures) -> str:
    with translation.override(LANGUAGE):
        context = {"notice": ProgressNotice(progress), "paper": True}
        return render_to_string("reporting/progress_document.html", context)


def as_pdf(progress: ProgressFigures, made_at: datetime) -> bytes:
    title = ProgressNotice(progress).title
    return render_pdf(document(progress), title=title, language=LANGUAGE, made_at=made_at)


def as_word(progress: ProgressFigures, made_at: datetime) -> bytes:
    return word_from(document(progress), title=ProgressNotice(progress).title, made_at=made_at)


def _month(day: date) -> str:
    return month_name(day).split()[0]


def _so_far(part: str) -> str:
    """The part from the beginning of the year to the end of this one."""
    last = Period.part(1, part).last
    return next(name for name, months in PARTS_OF_YEAR.items() if months == (1, last.month))
