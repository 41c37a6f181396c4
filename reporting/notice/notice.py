"""An edition laid out: title, lead, key figures, sentences, tables and charts, each by the name the
templates use.

The notice is a Dutch document: whoever renders it does so under Dutch
(`reporting.notice.files.html`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple

from django.utils.safestring import SafeString

from placements.models import Moment
from reporting.figures.catalogue import (
    AVERAGE_RATE,
    FULFILLED,
    INDICATORS,
    OBLIGATION_TO_DATE,
    REALISED_TO_DATE,
    WORKPLACES,
)
from reporting.figures.facts import AnnualFigures
from reporting.figures.kinds import Hidden
from reporting.figures.quality import moment
from reporting.figures.records import Figure
from reporting.figures.words import (
    ANNEX,
    SECTIONS,
    STORIES,
    capital,
    listed,
    region_name,
    spelled,
)
from reporting.models import AnnualReport
from reporting.notice import wording
from reporting.notice.editions import Edition, Filed
from reporting.notice.tables import drawings, exhibits, finances, people, standing
from reporting.notice.tables.cells import evened
from reporting.notice.text import placeholders
from reporting.notice.text.standard import standard
from sroi.charts.facts import Chart
from sroi.documents import markup
from sroi.documents.tables import DocumentTable
from sroi.templatetags.formats import Links, long_date, percent

NO_PENS: Mapping[str, SafeString] = {}


class Tile(NamedTuple):
    """A figure set large, with the goal and the year before in small."""

    value: str
    label: str
    note: str
    # The figure whose lines it opens.
    figure: str = ""


class Drawn(NamedTuple):
    """A chart with the words above it."""

    chart: Chart
    caption: str


class Part(NamedTuple):
    """A part of the annex: its tables and charts, with what there is to say of them."""

    id: str
    title: str
    said: list[str]
    charts: list[Drawn]
    tables: list[DocumentTable]
    notes: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.charts or self.tables or self.said)


@dataclass(frozen=True)
class Section:
    """A section of the notice: its text block by block, and the template with what follows it."""

    notice: "CouncilNotice"
    id: str
    title: str

    @property
    def pen(self) -> SafeString:
        """The way to write it, for who may."""
        return self.notice.pens.get(self.id, SafeString())

    @property
    def template(self) -> str:
        return f"reporting/sections/{self.id}.html"

    @cached_property
    def text(self) -> list[SafeString]:
        return self.notice.text(self.id)


# What stands above a chart of the annex.
CAPTIONS = {
    "goals": "Resultaat over het jaar, met het doel als streep",
    "workplaces": "Werkplekken per jaar",
    "fulfilled": "Ingevulde waarde per jaar",
    "categories": "Ingevulde waarde per categorie",
}


def filed_as(filed: Filed) -> dict[str, str]:
    """What a clerk needs, by its label in the title block; blank where it is not filled in."""
    return {
        "Nummer": filed.number,
        "Datum": long_date(filed.on) if filed.on else "",
        "Zaaknummer": filed.case_number,
        "Portefeuillehouder": filed.portfolio_holder,
    }


OF_REGION = "Deze tabellen gaan over %s als geheel."


def revised(state: str, number: int) -> str:
    """The status of a report after a revision; number 0 is the report as it was adopted."""
    return f"{state}, herziening {number}" if number else state


class CouncilNotice:
    """What the templates show of an edition, each part by its name."""

    def __init__(
        self,
        edition: Edition,
        links: Links | None = None,
        pens: Mapping[str, SafeString] = NO_PENS,
    ) -> None:
        self.links, self.pens = links, pens
        self.edition, self.year = edition, edition.year
        self.running, self.policy = edition.is_running, edition.policy

    # Looked up where a figure is told: what was frozen tells them as they were.

    @property
    def own(self) -> AnnualFigures:
        return self.edition.shown.own

    @property
    def whole(self) -> AnnualFigures:
        return self.edition.shown.whole

    # --- Text ---

    @cached_property
    def placeholders(self) -> dict[str, placeholders.Placeholder]:
        return placeholders.values(self.edition)

    @cached_property
    def sections(self) -> list[Section]:
        return [Section(self, id, title) for id, title in SECTIONS]

    @cached_property
    def stories(self) -> list[Section]:
        """A section of its own, where there are any."""
        return [Section(self, *STORIES)] if self.edition.stories else []

    @cached_property
    def annex(self) -> list[Section]:
        return [Section(self, id, title) for id, title in ANNEX]

    @property
    def contents(self) -> list[Section]:
        """Where to find what; what was frozen before there was an annex has none."""
        if (frozen := self.edition.frozen) is None:
            return [*self.sections, *self.stories, *self.annex]
        # Also where every story was taken out since.
        found = [*self.sections, Section(self, *STORIES), *self.annex]
        return [part for part in found if f'id="{part.id}"' in frozen.text]

    def text(self, section: str) -> list[SafeString]:
        """What was written for a section, or else its default text, with every figure filled in."""
        text = self.edition.texts.get(section) or standard(self.edition, section)
        return markup.paragraphs(text, partial(placeholders.shown, self.placeholders, self.links))

    def said(self, sentence: str) -> SafeString:
        """A sentence that goes with a table, with its figures filled in."""
        return placeholders.filled(sentence, self.placeholders, self.links)

    # --- Title ---

    @property
    def place(self) -> str:
        town = self.edition.municipality
        return town.name if town else region_name(self.edition.region.title_nl)

    @property
    def region_name(self) -> str:
        return region_name(self.edition.region.title_nl)

    @property
    def title(self) -> str:
        """Of the file and of the page: says what it is of."""
        return f"Social return in {self.place}: resultaten {self.year}"

    @property
    def subject(self) -> str:
        town = self.edition.municipality
        return f"Gemeente {town.name}" if town else capital(self.region_name.removeprefix("de "))

    @property
    def subtitle(self) -> str:
        beside = (
            f", naast de resultaten van {self.region_name}" if self.edition.municipality else ""
        )
        return f"{self.subject}{beside}"

    @property
    def addressees(self) -> str:
        if self.edition.municipality:
            return f"de gemeenteraad van {self.edition.municipality.name}"
        many = len(self.edition.municipalities)
        return (
            f"de {spelled(many)} gemeenteraden" if many > 1 else f"de gemeenteraad van {self.towns}"
        )

    @property
    def status(self) -> str:
        """How far it is: of a final report the day it was adopted, with the number of its last
        revision.
        """
        revisions = self.edition.revisions
        return revised(self.state, revisions[-1].number if revisions else 0)

    @property
    def state(self) -> str:
        """The same without revisions, which change no figure."""
        if self.edition.finalised_on:
            return f"Vastgesteld op {long_date(self.edition.finalised_on)}"
        if self.edition.state == AnnualReport.State.PROPOSED:
            return "Voorgesteld, nog niet vastgesteld"
        return "Concept, het jaar loopt nog" if self.running else "Concept"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The title block: for whom, what a clerk files it by where that is filled in, and how far
        the data go.
        """
        return [
            ("Aan", self.addressees),
            *[(label, value) for label, value in filed_as(self.edition.filed).items() if value],
            ("Stand van de gegevens", long_date(self.edition.data_date)),
            ("Status", self.status),
        ]

    @property
    def towns(self) -> str:
        return listed(town.name for town in self.edition.municipalities)

    @property
    def file_name(self) -> str:
        town = self.edition.municipality
        where = town.slug if town else self.edition.region.code
        return f"raadsmededeling-social-return-{self.year}-{where}"

    # --- The message on one page ---

    @property
    def lead(self) -> SafeString:
        """What came of the year and of its goals, in a sentence or two."""
        return self.said(
            wording.lead(self.own, self.whole, exhibits.in_order(self.whole.goal), self.running)
        )

    @property
    def headline(self) -> Drawn | None:
        """The one chart of the message: the way to a goal, or else how the years went."""
        if self.paths and not self.edition.municipality:
            return self.paths[0]
        several = len(self.own.years) > 1
        if not several:
            return None
        chart = drawings.years_chart(self.own, [], FULFILLED)
        return Drawn(chart, f"{FULFILLED.title} per jaar")

    @property
    def has_results(self) -> bool:
        """Something to report on: this year, or since the beginning."""
        return bool(self.own.years)

    @property
    def goals(self) -> list[str]:
        return [goal.indicator for goal in exhibits.in_order(self.whole.goal)]

    @property
    def tiles(self) -> list[Tile]:
        before = self.own.year_before
        found = []
        for figure in INDICATORS:
            goal = self.whole.goal.get(figure.name)
            notes = []
            if goal:
                whose = "regiodoel" if self.edition.municipality else "doel"
                notes.append(f"{whose} {goal.limits}")
            if before and figure.value(before):
                notes.append(f"{before.name}: {figure.kind.short(figure.value(before))}")
            value = figure.kind.short(figure.value(self.own))
            found.append(Tile(value, figure.title, " · ".join(notes), figure.name))
        rate, ratio = self.own.average_rate, self.own.to_date_ratio
        default = f"uitgangspunt {percent(self.policy.default_rate)}" if self.policy else ""
        if rate is not None:
            found.append(Tile(percent(rate), AVERAGE_RATE.title, default, AVERAGE_RATE.name))
        if ratio is not None:
            owed = f"van {OBLIGATION_TO_DATE.kind.short(self.own.obligation_to_date)}"
            found.append(Tile(percent(ratio), REALISED_TO_DATE.title, owed))
        return found

    @property
    def development(self) -> str:
        return wording.development(self.own, self.running)

    @property
    def division(self) -> str:
        return wording.division(self.own)

    @property
    def ambition(self) -> list[str]:
        return wording.ambition(self.edition.later_goals)

    # --- Account ---

    @property
    def day(self) -> date:
        """Of which the figures about a moment are."""
        return moment(self.own.period, self.edition.data_date)

    @property
    def reliability(self) -> list[SafeString]:
        remarks = wording.reliability(self.own.quality, self.own, self.day)
        return [self.said(remark) for remark in remarks]

    @property
    def town_names(self) -> dict[str, str]:
        """What codes of municipalities are called."""
        return {town.code: town.name for town in self.edition.municipalities}

    @property
    def client_word(self) -> str:
        return wording.client_word(self.whole)

    # --- Tables and charts ---

    @cached_property
    def tables(self) -> dict[str, DocumentTable | None]:
        return {name: table and evened(table) for name, table in self._tables().items()}

    def _tables(self) -> dict[str, DocumentTable | None]:
        own, whole, town, ahead = (
            self.own,
            self.whole,
            self.edition.municipality,
            self.edition.outlook,
        )
        below = self.edition.mask_below
        return {
            "goals": (
                exhibits.goals_table(whole, self.running, opens=not town) if whole.goal else None
            ),
            "beside": exhibits.beside_table(own, whole, town.name) if town else None,
            "years": exhibits.years_table(own, {} if town else ahead.remarks)
            if own.years
            else None,
            "categories": exhibits.categories_table(own) if own.fulfilled else None,
            "municipalities": exhibits.clients_table(whole) if not town and whole.clients else None,
            "target_groups": (
                people.target_groups_table(whole, below) if whole.work_groups else None
            ),
            "counted": None if town else people.counted_table(whole),
            "kinds": people.kinds_table(whole, below),
            "origins": people.origins_table(whole, below),
            "residences": people.residences_table(whole, self.town_names, below),
            **{
                f"outcomes_{moment}": people.outcomes_table(whole, moment, below)
                for moment in Moment
            },
            "policy_fields": exhibits.policy_fields_table(own) if own.fulfilled else None,
            "sectors": exhibits.sectors_table(own) if not town and own.sectors else None,
            "promises": (
                finances.promises_table(ahead.promises, self.edition.goals)
                if ahead.promises
                else None
            ),
            "scenario": finances.scenario_table(ahead.scenario) if ahead.scenario else None,
            "finance": finances.finance_table(own) if own.years else None,
            "statuses": standing.statuses_table(own, self.day) if own.statuses else None,
            "ended": standing.ended_table(own),
            "desk": standing.desk_table(whole.desk) if not town and whole.desk else None,
            "reconciled": finances.reconciled_table(own) if own.years else None,
            "reasons": finances.reasons_table(own) if own.below_default else None,
            "coverage": finances.coverage_table(own) if own.coverage.number else None,
            "without": finances.without_table(own) if own.coverage.reasons else None,
            "spent": finances.spent_table(whole) if not town and whole.fulfilled else None,
            "team": finances.team_table(ahead.team) if ahead.team and ahead.team.towns else None,
        }

    @cached_property
    def charts(self) -> dict[str, Chart | None]:
        """Those of the annex: what the message or a path shows already is not among them."""
        own, whole, town = self.own, self.whole, self.edition.municipality
        several = len(own.years) > 1
        drawn = {FULFILLED} if town or not self.paths else set(self.aimed)
        hides = any(isinstance(year.workplaces, Hidden) for year in own.years)
        return {
            "goals": drawings.goals_chart(whole.goal) if len(whole.goal) > 1 else None,
            "workplaces": (
                drawings.years_chart(own, [] if town else self.edition.goals, WORKPLACES)
                if several and not hides and WORKPLACES not in drawn
                else None
            ),
            "fulfilled": (
                drawings.years_chart(own, self.edition.goals, FULFILLED)
                if several and FULFILLED not in drawn
                else None
            ),
            "categories": drawings.categories_chart(own) if own.fulfilled else None,
            "municipalities": None if town else drawings.clients_chart(whole),
        }

    @cached_property
    def aimed(self) -> list[Figure]:
        """What is aimed at in later years; two at most, or the message drowns."""
        later = self.edition.later_goals
        aimed = [
            figure for figure in INDICATORS if any(goal.indicator == figure.name for goal in later)
        ]
        if self.edition.outlook.scenario and FULFILLED not in aimed:
            aimed.append(FULFILLED)
        return aimed[:2]

    @cached_property
    def paths(self) -> list[Drawn]:
        """A path per indicator with goals in later years; these are of the region."""
        later, ahead = self.edition.later_goals, self.edition.outlook
        return [
            Drawn(
                drawings.growth_chart(self.whole, later, figure, ahead),
                f"Resultaat en ambitie: {figure.phrase}",
            )
            for figure in self.aimed
        ]

    @property
    def growth(self) -> list[Drawn]:
        """The paths that the message does not show; the edition of a municipality has the goals of
        the region in a sentence.
        """
        return [] if self.edition.municipality else self.paths[1:]

    # --- Annex ---

    @cached_property
    def parts(self) -> list[Part]:
        """The annex part by part; what has nothing to show is left out."""
        town, whole, ahead = self.edition.municipality, self.whole, self.edition.outlook
        of_region = f"{capital(self.region_name)} als geheel"
        for_whom, scenario, team = [], [], []
        if whole.work_groups and town:
            for_whom.append(
                "Per gemeente wordt niet naar doelgroep uitgesplitst, zodat niemand te herkennen"
                f" is. Wat hier staat gaat over {self.region_name} als geheel."
            )
        if whole.work_groups and not self.tables["target_groups"]:
            for_whom.append(
                "Een tabel per doelgroep staat er niet: een of meer groepen zijn zo klein dat hun"
                " aantal naar personen te herleiden zou zijn, ook samen met andere."
            )
        if ahead.scenario:
            scenario = [
                "Het scenario is één vermenigvuldiging: inkoopvolume × deel met social return ×"
                " gemiddeld percentage × deel dat wordt ingevuld. Het is een berekening van wat"
                f" kan, geen voorspelling. {ahead.scenario.note}".rstrip()
            ]
        if ahead.team and ahead.team.note:
            team = [ahead.team.note]
        goals = [f"De doelen en deze cijfers zijn die van {of_region[:1].lower()}{of_region[1:]}."]
        found = [
            self._part(
                "doelen",
                "Resultaat en doel",
                "goals",
                said=goals if town else [],
                charts=("goals",),
            ),
            self._part("naast-de-regio", f"{self.place} en de regio", "beside"),
            self._part(
                "jaren",
                "Ontwikkeling door de jaren",
                "years",
                said=[self.development],
                charts=("workplaces", "fulfilled"),
            ),
            self._part(
                "waarmee",
                "Waarmee is ingevuld",
                "categories",
                said=[self.division],
                charts=("categories",),
            ),
            self._part(
                "per-gemeente",
                f"Per {self.client_word}",
                "municipalities",
                "spent",
                charts=("municipalities",),
            ),
            self._part(
                "voor-wie",
                "Voor wie",
                "counted",
                "target_groups",
                "kinds",
                "origins",
                "residences",
                said=for_whom,
            ),
            self._part(
                "uitkomsten",
                "Wat er van hen werd",
                *(f"outcomes_{moment}" for moment in Moment),
                said=[OF_REGION % self.region_name] if town else [],
            ),
            self._part("beleidsterreinen", "Per beleidsterrein", "policy_fields"),
            self._part("branches", "Per branche", "sectors"),
            self._part("vooruitblik", "Vooruitblik", "promises", "scenario", notes=scenario),
            self._part("financieel", "Verplicht en ingevuld", "finance", "reconciled"),
            self._part(
                "opdrachten",
                "Hoe de opdrachten ervoor staan",
                "statuses",
                "ended",
                said=[wording.due(self.own.due_to_date, self.day)],
            ),
            self._part("loket", "Plekken, vragen en matches", "desk"),
            self._part(
                "dekking", "Dekking en lagere percentages", "coverage", "without", "reasons"
            ),
            self._part("kosten", "Kosten van het team", "team", notes=team),
        ]
        return [part for part in found if not part.is_empty]

    def _part(
        self,
        id: str,
        title: str,
        *tables: str,
        charts: tuple[str, ...] = (),
        said: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> Part:
        shown = [table for name in tables if (table := self.tables.get(name))]
        drawn = [
            Drawn(chart, CAPTIONS.get(name) or f"{FULFILLED.title} per {self.client_word}")
            for name in charts
            if (chart := self.charts[name])
        ]
        # A sentence beside a table that is not there would hang in the air, but for one that says
        # why it is not.
        told = [words for words in said if words] if shown or id == "voor-wie" else []
        return Part(id, title, told, drawn, shown, list(notes) if shown else [])
