"""The figures that a text can name, such as `{{ werkplekken }}`: what each means, its value in an
edition, its lines.

A placeholder stays live until the report is final: it is filled in when the text is shown. What has
no value in an edition (no goal, no year before) shows a dash.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reporting.figures.catalogue import FIGURES, FULFILLED, INDICATORS, LARGE, OPEN, TO_DATE_RATIO
from reporting.figures.facts import AnnualFigures, percentage
from reporting.figures.kinds import Hidden, Kind
from reporting.figures.records import Figure, Topic
from reporting.figures.words import RATE_REASONS, category, listed, plain, region_name
from reporting.notice.editions import Edition
from sroi.documents import markup
from sroi.money import ZERO, rounded
from sroi.templatetags.formats import NOTHING, Links, euro, linked, long_date, number, percent

# What has no lines of its own opens those of another.
OPENS = {TO_DATE_RATIO: OPEN.name}


@dataclass(frozen=True)
class Placeholder:
    """A name, what it stands for, its value as it is written, and the figure whose lines it
    opens.
    """

    name: str
    label: str
    value: str
    figure: str = ""

    @property
    def tag(self) -> str:
        return f"{{{{ {self.name} }}}}"


@dataclass(frozen=True)
class Group:
    """Placeholders that belong together, under a heading."""

    title: str
    placeholders: list[Placeholder]


@translation.override("nl")
def groups(edition: Edition) -> list[Group]:
    """Every placeholder with its present value, in the order of the list beside the editor; in
    Dutch, as the notice is.
    """
    edition = edition.shown
    found = [
        Group(Topic.YEAR.value, [*about(edition.own, Topic.YEAR), *_per_category(edition.own)]),
        Group(Topic.TO_DATE.value, [*about(edition.own, Topic.TO_DATE), *_open(edition.own)]),
        Group("Naast het jaar ervoor", list(_beside_before(edition))),
        Group("Doelen", list(_goals(edition))),
        Group(Topic.COVERAGE.value, [*about(edition.own, Topic.COVERAGE), *_rules(edition)]),
        Group(Topic.QUALITY.value, list(about(edition.own, Topic.QUALITY))),
        Group("Het team", list(_team(edition))),
        Group("Namen en data", list(_words(edition))),
    ]
    if edition.municipality:
        found.insert(1, Group("De hele regio", list(_of_the_region(edition.whole))))
    return found


@translation.override("nl")
def values(edition: Edition) -> dict[str, Placeholder]:
    """By name; also those of the region, where the edition is the region's."""
    known = {
        placeholder.name: placeholder
        for group in groups(edition)
        for placeholder in group.placeholders
    }
    return {p.name: p for p in _of_the_region(edition.whole)} | known


def unknown(text: str, known: Mapping[str, Placeholder]) -> list[str]:
    return [name for name in markup.names_in(text) if name not in known]


def shown(known: Mapping[str, Placeholder], links: Links | None, name: str) -> SafeString:
    """What stands in the text for a placeholder; one that does not exist stands out."""
    placeholder = known.get(name)
    if placeholder is None:
        return format_html("<mark>{{{{ {} }}}}</mark>", name)
    if not placeholder.figure:
        return format_html("{}", placeholder.value)
    return format_html(
        '<span data-figure="{}">{}</span>',
        placeholder.figure,
        linked(placeholder.value, placeholder.figure, links),
    )


def filled(text: str, known: Mapping[str, Placeholder], links: Links | None = None) -> SafeString:
    """A sentence with its placeholders filled in."""
    return markup.filled(text, partial(shown, known, links))


# --- What there is --------------------------------------------------------------------------------


def about(own: AnnualFigures, topic: Topic) -> Iterator[Placeholder]:
    """The figures of the catalogue that have a name in texts."""
    for figure in FIGURES.values():
        if figure.placeholder and figure.topic is topic:
            opens = OPENS.get(figure, figure.name if figure.opens else "")
            yield Placeholder(
                figure.placeholder, figure.title, figure.kind.said(figure.value(own)), opens
            )


def _per_category(own: AnnualFigures) -> Iterator[Placeholder]:
    for code, name in (
        ("work", "werk"),
        ("social_purchasing", "sociale_inkoop"),
        ("csr", "activiteiten"),
    ):
        label = f"{FULFILLED.title} met {category(code).lower()}"
        yield Placeholder(
            f"waarde_{name}",
            label,
            Kind.EURO.said(own.by_category[code]),
            f"fulfilled?category={code}",
        )


def _of_the_region(whole: AnnualFigures) -> Iterator[Placeholder]:
    for figure in LARGE:
        written = figure.kind.said(figure.value(whole))
        yield Placeholder(f"{figure.placeholder}_regio", f"{figure.title}, hele regio", written)


def _open(own: AnnualFigures) -> Iterator[Placeholder]:
    """What is open, one way or the other: the difference of the two that stand beside it."""
    left = rounded(own.obligation_to_date, 0) - rounded(own.realised_to_date, 0)
    yield Placeholder("nog_in_te_vullen", OPEN.title, euro(max(left, ZERO)), OPEN.name)
    yield Placeholder(
        "meer_dan_verplicht", "Meer ingevuld dan verplicht", euro(max(-left, ZERO)), OPEN.name
    )


def _beside_before(edition: Edition) -> Iterator[Placeholder]:
    before, year = edition.own.year_before, edition.year - 1
    for figure in INDICATORS:
        now, then = figure.value(edition.own), figure.value(before) if before else None
        hides = isinstance(now, Hidden) or isinstance(then, Hidden)
        change = None if then is None or hides else abs(_whole(figure, now) - _whole(figure, then))
        opens = f"{figure.name}?year={year}" if before else ""
        name, write = figure.placeholder, figure.kind.said
        yield Placeholder(f"{name}_vorig_jaar", f"{figure.title}, jaar ervoor", write(then), opens)
        yield Placeholder(
            f"{name}_verschil", f"{figure.title}, verschil met het jaar ervoor", write(change)
        )


def _whole(figure: Figure, value: Any) -> Decimal:
    """As it is said, so that the difference is that of the two figures in the sentence."""
    return rounded(Decimal(value), 0) if figure.kind is Kind.EURO else Decimal(value)


def _goals(edition: Edition) -> Iterator[Placeholder]:
    later = {goal.indicator: goal for goal in edition.goals if goal.year == edition.year + 1}
    for figure in INDICATORS:
        goal, following = edition.whole.goal.get(figure.name), later.get(figure.name)
        name, label = f"doel_{figure.placeholder}", f"oel voor {figure.phrase}"
        yield Placeholder(name, f"D{label}", goal.limits if goal else NOTHING)
        share = percent(percentage(goal.result, goal.low)) if goal else NOTHING
        yield Placeholder(f"{name}_bereikt", f"Resultaat als deel van het d{label}", share)
        limits = figure.kind.limits(following.low, following.high) if following else NOTHING
        yield Placeholder(f"{name}_volgend_jaar", f"D{label}, volgend jaar", limits)


def _rules(edition: Edition) -> Iterator[Placeholder]:
    found, policy = edition.own.coverage, edition.policy
    for name, amount, opens in (
        ("boven_drempel", found.value, "coverage"),
        ("met_verplichting", found.with_obligation.value, "coverage_with"),
        ("zonder_met_reden", found.without_with_reason.value, "coverage_reason"),
        ("zonder_reden", found.without_reason.value, "coverage_without"),
    ):
        yield Placeholder(
            f"waarde_{name}",
            f"{FIGURES[opens].title}: contractwaarde",
            Kind.EURO.said(amount),
            opens,
        )
    reasons = listed(
        f"{words[:1].lower()}{words[1:]} ({number(reason.number)})"
        for reason in edition.own.below_default
        if (words := RATE_REASONS.get(reason.code) or plain(reason.code))
    )
    yield Placeholder(
        "redenen_lager_percentage",
        "Redenen van een lager percentage, geteld",
        reasons or NOTHING,
        "below_default" if reasons else "",
    )
    default = percent(policy.default_rate if policy else None)
    yield Placeholder("uitgangspunt", "Uitgangspunt voor het percentage", default)
    for kind, label in (("works", "werken"), ("services", "diensten"), ("supplies", "leveringen")):
        threshold = getattr(policy, f"threshold_{kind}", None)
        yield Placeholder(f"drempel_{label}", f"Drempel voor {label}", euro(threshold))


def _team(edition: Edition) -> Iterator[Placeholder]:
    """The team, and what is proposed; filled in by people, so no lines are behind it."""
    team = edition.outlook.team
    for name, label, value in (
        ("team_fte", "Omvang van het team in fte", number(team.fte if team else None)),
        ("team_kosten", "Kosten van het team per jaar", euro(team.cost if team else None)),
        ("uitbreiding_fte", "Voorgestelde fte erbij", number(team.extra_fte if team else None)),
        (
            "uitbreiding_kosten",
            "Voorgestelde kosten erbij per jaar",
            euro(team.extra_cost if team else None),
        ),
    ):
        yield Placeholder(name, label, value)


def _words(edition: Edition) -> Iterator[Placeholder]:
    region, town = region_name(edition.region.title_nl), edition.municipality
    yield Placeholder("jaar", "Het jaar", str(edition.year))
    yield Placeholder("vorig_jaar", "Het jaar ervoor", str(edition.year - 1))
    yield Placeholder("volgend_jaar", "Het jaar erna", str(edition.year + 1))
    yield Placeholder("peildatum", "Stand van de gegevens", long_date(edition.data_date))
    yield Placeholder(
        "plaats", "Voor welke gemeente of regio deze uitgave is", town.name if town else region
    )
    yield Placeholder("regio", "De regio", region)
    yield Placeholder(
        "gemeenten", "De gemeenten", listed(town.name for town in edition.municipalities)
    )
