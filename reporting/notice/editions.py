"""Editions of the council notice: one for the region and one per municipality, who may read which,
and what each holds.

Editions are live until the report of the year is final; from then on they are what was frozen
(`reporting.adoption`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import Any, Protocol

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from contracts.models import Municipality, ObligationLine, Policy, Posting, Region
from placements.ledger.kept import hold, totals_of
from placements.models import FulfilmentLine
from reporting.figures import masking
from reporting.figures.annual import figures_asked
from reporting.figures.facts import AnnualFigures
from reporting.figures.totals import workplaces_by_client
from reporting.models import (
    AnnualReport,
    Filing,
    FrozenEdition,
    Goal,
    Revision,
    SectionText,
    Story,
)
from reporting.notice.freezing import frozen, thawed
from reporting.outlook.outlook import Outlook, outlook
from sroi.access import Access, May
from sroi.database.together import (
    Asking,
    answered,
    as_long_as,
    by_itself,
    by_name,
    in_order,
    nothing,
    rows_of,
    side_by_side,
    sums_of,
)
from sroi.periods import Period

YEARS = range(1990, 2101)
# Where a region has no policy yet.
MASK_BELOW = 5
# How many, by the year and the code of the client.
Workplaces = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Filed:
    """What a clerk needs to file an edition."""

    number: str = ""
    on: date | None = None
    case_number: str = ""
    portfolio_holder: str = ""
    signed_by: str = ""

    @classmethod
    def of(cls, row: Filing) -> "Filed":
        return cls(row.number, row.on, row.case_number, row.portfolio_holder, row.signed_by)

    @property
    def printed(self) -> Any:
        return frozen(self)


class Addressed(Protocol):
    """What has an address and figures that open: an edition, or a progress report."""

    @property
    def region(self) -> Region: ...
    @property
    def year(self) -> int: ...
    @property
    def municipality(self) -> Municipality | None: ...
    @property
    def posting(self) -> int: ...
    @property
    def is_final(self) -> bool: ...


@dataclass(frozen=True)
class Reckoned:
    """The figures of an edition and of its whole region, and what lies ahead: each worked out when
    it is first asked for, since most pages about a report show none of them.
    """

    own_now: Callable[[], AnnualFigures]
    whole_now: Callable[[], AnnualFigures]
    outlook_now: Callable[[], Outlook]
    earlier_now: Callable[[], Workplaces]

    @cached_property
    def own(self) -> AnnualFigures:
        return self.own_now()

    @cached_property
    def whole(self) -> AnnualFigures:
        return self.whole_now()

    @cached_property
    def outlook(self) -> Outlook:
        return self.outlook_now()

    @cached_property
    def earlier(self) -> Workplaces:
        """Of earlier years, per client."""
        return self.earlier_now()


@dataclass(frozen=True)
class Edition:
    """The notice about a year for one council, or for all of the region: figures, goals and where
    they come from.
    """

    region: Region
    year: int
    municipality: Municipality | None
    reckoned: Reckoned = field(repr=False, compare=False)
    goals: list[Goal]
    policy: Policy | None
    municipalities: list[Municipality]
    data_date: date
    posting: int
    finalised_on: date | None = None
    # The report of the year, where there is one already, and of a final one what was frozen.
    report: AnnualReport | None = None
    frozen: FrozenEdition | None = None
    revisions: Sequence[Revision] = ()
    final_years: frozenset[int] = frozenset()
    published_years: frozenset[int] = frozenset()
    # Texts that are being written, shown instead of what was saved.
    drafts: Mapping[str, str] = field(default_factory=dict)
    is_shown: bool = False

    @property
    def own(self) -> AnnualFigures:
        return self.reckoned.own

    @property
    def whole(self) -> AnnualFigures:
        return self.reckoned.whole

    @property
    def outlook(self) -> Outlook:
        return self.reckoned.outlook

    @cached_property
    def texts(self) -> dict[str, str]:
        """What people wrote, by section; a section that has the default text is not among them."""
        written = {section: row.text for section, row in self._saved[0].items()}
        return {section: text for section, text in (written | dict(self.drafts)).items() if text}

    @cached_property
    def filed(self) -> Filed:
        """What a clerk needs: as it was printed, or else as it is filled in now."""
        if self.frozen:
            return thawed(Filed, self.frozen.filing)
        return next(map(Filed.of, self._saved[1]), Filed())

    @cached_property
    def _saved(self) -> tuple[dict[str, SectionText], list[Filing]]:
        """What people wrote, by section, and what they filled in for the clerk."""
        if self.report is None or self.report.pk is None:
            return {}, []
        filings = Filing.objects.filter(report=self.report, municipality=self.municipality)
        texts, found = answered(
            side_by_side(texts_asked(self.report, self.municipality), rows_of(filings))
        )
        return texts, found

    @cached_property
    def stories(self) -> list[Story]:
        """Those that may be shown; only the region's edition has any."""
        if self.municipality or self.report is None or self.report.pk is None:
            return []
        return list(Story.objects.filter(report=self.report, consent_on__isnull=False))

    @property
    def is_final(self) -> bool:
        return self.finalised_on is not None

    @property
    def is_published(self) -> bool:
        return self.report is not None and self.report.published_at is not None

    @property
    def state(self) -> str:
        return self.report.state if self.report else AnnualReport.State.DRAFT

    @property
    def is_running(self) -> bool:
        """The year had not ended when the figures were made."""
        return self.data_date <= Period.year(self.year).last

    def made_final(self, report: AnnualReport, day: date) -> "Edition":
        return replace(self, report=report, finalised_on=day, data_date=day)

    @cached_property
    def shown(self) -> "Edition":
        """As it is read: without the small numbers of a municipality, and what they follow from."""
        if self.is_shown:
            return self
        below, town, own = self.mask_below, self.municipality, self.own
        whole = masking.of_whole(self.whole, below)
        if town:
            counts = {part.code: part.workplaces for part in whole.clients}
            totals = {year.code: year.number for year in self.whole.years}
            earlier = {
                year: masking.published_counts(clients, below, totals.get(year))[town.code]
                for year, clients in self.reckoned.earlier.items()
                if town.code in clients
            }
            own = masking.of_edition(own, earlier, counts.get(town.code), below)
        else:
            own = whole
        reckoned = replace(self.reckoned, own_now=lambda: own, whole_now=lambda: whole)
        return replace(self, reckoned=reckoned, is_shown=True)

    @property
    def later_goals(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.year > self.year]

    @property
    def mask_below(self) -> int:
        return mask_below(self.policy)


def mask_below(policy: Policy | None) -> int:
    return policy.mask_below if policy else MASK_BELOW


def _workplaces_before(region: Region, year: int, posting: int) -> Asking[Workplaces]:
    """Of earlier years per client, as far as the lines of an edition go."""
    lines = FulfilmentLine.objects.filter(contract__region=region, posting__number__lte=posting)
    years = Period(date.min, Period.year(year - 1).last)
    placed = (totals_of(region).placed, lines)
    return as_long_as(hold(region, posting), *(workplaces_by_client(of, years) for of in placed))


def texts_asked(
    report: AnnualReport | None, municipality: Municipality | None
) -> Asking[dict[str, SectionText]]:
    """The text that counts in an edition, by section: its own, or the region's where that one is
    for all.
    """
    if report is None or report.pk is None:
        return {}
    rows = SectionText.objects.filter(report=report).filter(
        Q(municipality=None) | Q(municipality=municipality)
    )
    (found,) = yield [rows.order_by()]
    found.sort(key=lambda row: row.number)
    return that_count(found, municipality.pk if municipality else None)


written_texts = by_itself(texts_asked)


def that_count(rows: Iterable[SectionText], own: int | None) -> dict[str, SectionText]:
    """The same, of all texts in order of their numbers; `own` is the municipality of the edition,
    if it is of one.
    """
    last = {(row.municipality_id, row.section): row for row in rows}
    found = {
        section: row
        for (town, section), row in last.items()
        if town is None and (own is None or row.everywhere)
    }
    return found | {
        section: row
        for (town, section), row in last.items()
        if town == own and (own is None or row.text)
    }


@dataclass(frozen=True)
class Shelf:
    """The editions of one year that a person may open."""

    region: Region
    year: int
    state: AnnualReport.State
    whole: bool
    municipalities: list[Municipality]


@dataclass(frozen=True)
class _Kept:
    """What is known of a region before its figures: the reports made, and the municipalities of the
    year.
    """

    report: AnnualReport | None
    final_years: frozenset[int]
    towns: list[Municipality]
    published_years: frozenset[int] = frozenset()


def _on_shelf(regions: QuerySet[Region], year: int) -> Asking[_Kept]:
    """Of the one region among these."""
    made, towns = yield from side_by_side(
        rows_of(_reports(regions).select_related("policy").order_by()),
        in_order(Municipality.objects.filter(region__in=regions), "name"),
    )
    reports = {report.year: report for report in made}
    final = frozenset(
        year for year, report in reports.items() if report.state == AnnualReport.State.FINAL
    )
    with_edition = _with_edition([reports[year].pk]) if year in final else None
    there = [
        town
        for town in towns
        if (
            _takes_part(town, year)
            if with_edition is None
            else town.pk in with_edition[town.region_id, year]
        )
    ]
    published = frozenset(year for year, report in reports.items() if report.published_at)
    return _Kept(reports.get(year), final, there, published)


def _with_edition(report_ids: Iterable[int]) -> dict[tuple[int, int], set[int]]:
    """Per region and year of a final report its municipalities: who joins or ends later changes no
    report.
    """
    rows = FrozenEdition.objects.filter(
        revision__report__in=report_ids, municipality__isnull=False
    ).order_by()
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for region_id, year, town in rows.values_list(
        "revision__report__region", "revision__report__year", "municipality"
    ):
        found[region_id, year].add(town)
    return found


def assemble(
    region: Region,
    year: int,
    municipality: Municipality | None,
    today: date,
    kept: _Kept | None = None,
) -> Edition:
    """An edition with its figures; whoever calls has made sure that it may be read."""
    kept = kept or answered(_on_shelf(Region.objects.filter(pk=region.pk), year))
    if kept.report and year in kept.final_years:
        return _final(kept.report, region, municipality, kept)
    found = answered(
        by_name(
            posting=sums_of(Posting.objects.filter(region=region), {"last": Max("number")}),
            goals=rows_of(Goal.objects.filter(region=region).order_by()),
            policy=rows_of(
                Policy.objects.filter(region=region).by(min(today, Period.year(year).last))[:1]
            ),
        )
    )
    posting = found["posting"]["last"] or 0
    ((_town, reckoned),) = _reckoned(region, year, [municipality], today, kept.towns, posting)
    return Edition(
        region=region,
        year=year,
        municipality=municipality,
        reckoned=reckoned,
        goals=sorted(found["goals"], key=lambda goal: (goal.year, goal.indicator)),
        policy=next(iter(found["policy"]), None),
        municipalities=kept.towns,
        data_date=today,
        posting=posting,
        report=kept.report,
        final_years=kept.final_years,
        published_years=kept.published_years,
    )


def _reckoned(
    region: Region,
    year: int,
    told: Sequence[Municipality | None],
    today: date,
    towns: list[Municipality],
    posting: int,
) -> list[tuple[Municipality | None, Reckoned]]:
    """The figures of these editions: all asked together, when the first is asked for."""
    own = [town for town in told if town]

    @cache
    def found() -> dict[str, Any]:
        parts = (figures_asked(None, region, year, town, today=today) for town in own)
        return answered(
            by_name(
                whole=figures_asked(None, region, year, today=today),
                parts=side_by_side(*parts),
                outlook=outlook(region, year, towns, today),
                earlier=_workplaces_before(region, year, posting) if own else nothing(),
            )
        )

    def of(town: Municipality | None) -> AnnualFigures:
        figures: AnnualFigures = found()["parts"][own.index(town)] if town else found()["whole"]
        return figures

    def reckoned(town: Municipality | None) -> Reckoned:
        return Reckoned(
            partial(of, town),
            partial(of, None),
            lambda: found()["outlook"],
            lambda: found()["earlier"],
        )

    return [(town, reckoned(town)) for town in told]


def every_edition(region: Region, year: int, today: date) -> list[Edition]:
    """The region's edition and, after it, one per municipality; live."""
    whole = assemble(region, year, None, today)
    towns = whole.municipalities
    return [
        replace(whole, municipality=town, reckoned=reckoned)
        for town, reckoned in _reckoned(region, year, [None, *towns], today, towns, whole.posting)
    ]


def _final(
    report: AnnualReport, region: Region, municipality: Municipality | None, kept: _Kept
) -> Edition:
    """An edition from what was frozen of it; its text is that of the last revision."""
    revisions = list(report.revisions.order_by("number"))
    found = FrozenEdition.objects.filter(revision=revisions[-1]).select_related("revision")
    wanted = Q(municipality=None) | Q(municipality=municipality)
    editions = {
        edition.municipality_id: edition for edition in found.filter(wanted).defer("document")
    }
    edition, day = (
        editions[municipality.pk if municipality else None],
        timezone.localdate(report.finalised_at),
    )
    return Edition(
        region=region,
        year=report.year,
        municipality=municipality,
        reckoned=Reckoned(
            partial(thawed, AnnualFigures, edition.facts),
            partial(thawed, AnnualFigures, editions[None].facts),
            partial(thawed, Outlook, report.outlook or {}),
            lambda: answered(_workplaces_before(region, report.year, report.last_posting or 0)),
        ),
        goals=[_goal(region, row) for row in report.goals],
        policy=report.policy,
        municipalities=kept.towns,
        data_date=day,
        posting=report.last_posting or 0,
        finalised_on=day,
        report=report,
        frozen=edition,
        revisions=revisions,
        final_years=kept.final_years,
        published_years=kept.published_years,
    )


def _goal(region: Region, row: Mapping[str, Any]) -> Goal:
    high = row["high"]
    volume = row.get("volume")
    limits = {
        "low": Decimal(row["low"]),
        "high": None if high is None else Decimal(high),
        "volume": None if volume is None else Decimal(volume),
        "percents": row.get("percents", []),
        "source": row.get("source", ""),
    }
    return Goal(region=region, year=row["year"], indicator=row["indicator"], **limits)


@dataclass(frozen=True)
class Place:
    """An address of an edition that `access` may read, before any figure is computed."""

    region: Region
    year: int
    municipality: Municipality | None
    kept: _Kept

    @property
    def report(self) -> AnnualReport | None:
        return self.kept.report


def place(access: Access, code: str, year: int, slug: str | None) -> Place | None:
    """What is at an address, None where `access` may not read it. What is published, everyone
    may.
    """
    if year not in YEARS:
        return None
    there = Region.objects.filter(code=code)
    found, kept = answered(side_by_side(rows_of(there), _on_shelf(there, year)))
    if not found:
        return None
    (region,) = found
    municipality = next((town for town in kept.towns if town.slug == slug), None)
    if slug and municipality is None:
        return None
    readable = year in kept.published_years or may_read(
        access, region, municipality, year in kept.final_years
    )
    return Place(region, year, municipality, kept) if readable else None


def find(access: Access, code: str, year: int, slug: str | None, today: date) -> Edition | None:
    """The edition at an address, None where there is none or `access` may not read it."""
    found = place(access, code, year, slug)
    return assemble(found.region, year, found.municipality, today, found.kept) if found else None


def may_read(
    access: Access, region: Region, municipality: Municipality | None, is_final: bool
) -> bool:
    """Staff of the region read every edition, readers final ones, officers those of their own
    municipalities.
    """
    enough = (May.SEE_REGION, May.READ_REPORTS) if is_final else (May.SEE_REGION,)
    if access.may(*enough, region_id=region.pk):
        return True
    return municipality is not None and municipality.pk in _own_municipalities(access, region)


def reads_only(access: Access, region: Region, municipality: Municipality | None) -> bool:
    """Someone who reads the edition, but may open none of its figures."""
    own = municipality is not None and municipality.pk in _own_municipalities(access, region)
    return not own and not access.may(May.SEE_REGION, region_id=region.pk)


def may_export(access: Access, region: Region) -> bool:
    """Figures as data hold small numbers unmasked: for the region's own staff."""
    return access.may(May.SEE_REGION, region_id=region.pk)


def beside(access: Access, edition: Edition) -> tuple[bool, list[Municipality]]:
    """Of the same year: whether the region's edition may be read, and those of which
    municipalities.
    """
    if edition.is_published:
        return True, list(edition.municipalities)
    whole = may_read(access, edition.region, None, edition.is_final)
    towns = [
        m for m in edition.municipalities if may_read(access, edition.region, m, edition.is_final)
    ]
    return whole, towns


def years_beside(access: Access, edition: Edition, today: date) -> Asking[list[int]]:
    """The years of which the same edition may be read, newest first."""
    region = edition.region
    years = yield from years_asked([region.pk], today)
    return [
        year
        for year in years.get(region.pk, [])
        if year in edition.published_years
        or may_read(access, region, edition.municipality, year in edition.final_years)
    ]


def years_asked(region_ids: Iterable[int], today: date) -> Asking[dict[int, list[int]]]:
    """Per region the years from its first line up to this one or its last line, newest first."""
    models: tuple[Any, ...] = (ObligationLine, FulfilmentLine)
    owed, done = yield [
        model.objects.filter(contract__region__in=region_ids)
        .order_by()
        .values_list("contract__region")
        .annotate(first=Min("booked"), last=Max("booked"))
        for model in models
    ]
    found: dict[int, list[int]] = {}
    for region_id, first, last in (*owed, *done):
        found.setdefault(region_id, []).extend((first.year, last.year))
    return {
        key: list(range(max(*years, today.year), min(years) - 1, -1))
        for key, years in found.items()
    }


years_with_figures = by_itself(years_asked)


def shelves(access: Access, today: date) -> list[Shelf]:
    """Every edition that `access` may read, by region and year."""
    regions = list(Region.objects.visible_to(access))
    if not regions:
        return []
    years = years_with_figures([region.pk for region in regions], today)
    reports = {(report.region_id, report.year): report for report in _reports(years)}
    states = {key: report.state for key, report in reports.items()}
    kept = _with_edition(r.pk for r in reports.values() if r.state == AnnualReport.State.FINAL)
    towns = list(Municipality.objects.filter(region__in=years).order_by("name"))
    found = []
    for region in regions:
        for year in years.get(region.pk, []):
            state = states.get((region.pk, year), AnnualReport.State.DRAFT)
            is_final = state == AnnualReport.State.FINAL
            own = [
                m
                for m in towns
                if m.region_id == region.pk
                and (m.pk in kept[region.pk, year] if is_final else _takes_part(m, year))
            ]
            readable = [m for m in own if may_read(access, region, m, is_final)]
            whole = may_read(access, region, None, is_final)
            if whole or readable:
                found.append(Shelf(region, year, AnnualReport.State(state), whole, readable))
    return found


def _own_municipalities(access: Access, region: Region) -> set[int]:
    grants = access.grants_for(May.COMMISSION, region_id=region.pk)
    return {pk for grant in grants for pk in grant.municipality_ids}


def _reports(region_ids: Iterable[int] | QuerySet[Region]) -> QuerySet[AnnualReport]:
    """Without what makes them heavy; that is in their editions."""
    found: QuerySet[AnnualReport] = AnnualReport.objects.filter(region__in=region_ids).defer(
        "figures", "definitions"
    )
    return found


def _takes_part(municipality: Municipality, year: int) -> bool:
    """Whether its council gets an edition about the year."""
    period = Period.year(year)
    begun = municipality.valid_from is None or municipality.valid_from <= period.last
    return (
        municipality.has_council
        and begun
        and (municipality.valid_until is None or municipality.valid_until >= period.first)
    )
