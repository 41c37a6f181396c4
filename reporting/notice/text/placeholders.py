"""The figures that a text can name, such as `{{ werkplekken }}`: what each means, its value in an edition, its lines.

A placeholder stays live until the report is final: it is filled in when the text is shown. What has no value in an
edition (no goal, no year before) shows a dash.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reporting.figures.facts import AnnualFigures, percentage
from reporting.figures.words import INDICATORS, capital, limits, listed, measured, region_name
from reporting.models import Indicator
from reporting.notice.editions import Edition
from reporting.notice.wording import NAMES
from sroi.documents import markup
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro, long_date, number, percent


@dataclass(frozen=True)
class Placeholder:
    """A name, what it stands for, its value as it is written, and the figure whose lines it opens."""

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


def groups(edition: Edition) -> list[Group]:
    """Every placeholder with its present value, in the order of the list beside the editor."""
    found = [
        Group("Cijfers van het jaar", list(_of_the_year(edition.own))),
        Group("Sinds het begin", list(_to_date(edition.own))),
        Group("Naast het jaar ervoor", list(_beside_before(edition))),
        Group("Doelen", list(_goals(edition))),
        Group("Dekking en uitgangspunten", list(_rules(edition))),
        Group("Kwaliteit van de registratie", list(of_quality(edition.own))),
        Group("Namen en data", list(_words(edition))),
    ]
    if edition.municipality:
        found.insert(1, Group("De hele regio", list(_of_the_region(edition.whole))))
    return found


def values(edition: Edition) -> dict[str, Placeholder]:
    """By name; also those of the region, where the edition is the region's."""
    known = {placeholder.name: placeholder for group in groups(edition) for placeholder in group.placeholders}
    return {p.name: p for p in _of_the_region(edition.whole)} | known


def unknown(text: str, known: Mapping[str, Placeholder]) -> list[str]:
    return [name for name in markup.names_in(text) if name not in known]


def shown(known: Mapping[str, Placeholder], name: str) -> SafeString:
    """What stands in the text for a placeholder; one that does not exist stands out."""
    placeholder = known.get(name)
    if placeholder is None:
        return format_html("<mark>{{{{ {} }}}}</mark>", name)
    if not placeholder.figure:
        return format_html("{}", placeholder.value)
    return format_html('<span data-figure="{}">{}</span>', placeholder.figure, placeholder.value)


def filled(text: str, known: Mapping[str, Placeholder]) -> SafeString:
    """A sentence with its placeholders filled in."""
    return markup.filled(text, partial(shown, known))


# --- What there is ----------------------------------------------------------------------------------------------------


def _indicator(name: str, label: str, indicator: Indicator, figures: Any, figure: str = "") -> Placeholder:
    return Placeholder(name, label, measured(indicator, getattr(figures, indicator)), figure)


def _of_the_year(own: AnnualFigures) -> Iterator[Placeholder]:
    for indicator, name in NAMES.items():
        yield _indicator(name, capital(INDICATORS[indicator]), indicator, own, indicator.value)
    registered = "obligation_registered"
    work, purchases, csr = (own.by_category[code] for code in ("work", "social_purchasing", "csr"))
    yield Placeholder("werkplekken_begonnen", "Werkplekken die in het jaar begonnen", number(own.workplaces_started))
    yield Placeholder("fte", "Omvang van de werkplekken in fte", number(own.fte), "fte")
    yield Placeholder("waarde_werk", "Ingevulde waarde met werk", euro(work), "fulfilled?category=work")
    yield Placeholder(
        "waarde_sociale_inkoop",
        "Ingevulde waarde met sociale inkoop",
        euro(purchases),
        "fulfilled?category=social_purchasing",
    )
    yield Placeholder("waarde_activiteiten", "Ingevulde waarde met activiteiten", euro(csr), "fulfilled?category=csr")
    yield Placeholder(
        "betaald_aan_sociale_firmas", "Betaald aan sociale firma’s", euro(own.social_firm_spend), "social_firm_spend"
    )
    yield Placeholder("verplichting", "Verplichting van het jaar", euro(own.obligation_registered), registered)
    yield Placeholder("gemiddeld_percentage", "Gemiddeld percentage", percent(own.average_rate), "average_rate")
    new = number(own.contracts_registered)
    yield Placeholder("nieuwe_opdrachten", "Nieuwe opdrachten", new, "contracts_registered")
    yield Placeholder("lopende_opdrachten", "Lopende opdrachten", number(own.contracts_active), "contracts_active")


def _of_the_region(whole: AnnualFigures) -> Iterator[Placeholder]:
    for indicator, name in NAMES.items():
        yield _indicator(f"{name}_regio", f"{capital(INDICATORS[indicator])}, hele regio", indicator, whole)
    yield Placeholder("gemiddeld_percentage_regio", "Gemiddeld percentage, hele regio", percent(whole.average_rate))


def _to_date(own: AnnualFigures) -> Iterator[Placeholder]:
    yield Placeholder(
        "verplichting_sinds_begin",
        "Verplichtingen sinds het begin",
        euro(own.obligation_to_date),
        "obligation_to_date",
    )
    yield Placeholder(
        "ingevuld_sinds_begin", "Ingevuld sinds het begin", euro(own.realised_to_date), "realised_to_date"
    )
    yield Placeholder(
        "ingevuld_sinds_begin_percentage", "Ingevuld sinds het begin, in procent", percent(own.to_date_ratio), "open"
    )
    yield Placeholder("nog_in_te_vullen", "Nog in te vullen", euro(max(own.open, ZERO)), "open")
    yield Placeholder("meer_dan_verplicht", "Meer ingevuld dan verplicht", euro(max(-own.open, ZERO)), "open")


def _beside_before(edition: Edition) -> Iterator[Placeholder]:
    before, year = edition.own.year_before, edition.year - 1
    for indicator, name in NAMES.items():
        label = capital(INDICATORS[indicator])
        then = Decimal(getattr(before, indicator)) if before else None
        change = None if then is None else abs(Decimal(getattr(edition.own, indicator)) - then)
        value, difference = (NOTHING if v is None else measured(indicator, v) for v in (then, change))
        opens = f"{indicator.value}?year={year}" if before else ""
        yield Placeholder(f"{name}_vorig_jaar", f"{label}, jaar ervoor", value, opens)
        yield Placeholder(f"{name}_verschil", f"{label}, verschil met het jaar ervoor", difference)


def _goals(edition: Edition) -> Iterator[Placeholder]:
    later = {goal.indicator: goal for goal in edition.goals if goal.year == edition.year + 1}
    for indicator, name in NAMES.items():
        label = INDICATORS[indicator]
        goal, following = edition.whole.goal.get(indicator), later.get(indicator)
        yield Placeholder(
            f"doel_{name}", f"Doel voor {label}", limits(indicator, goal.low, goal.high) if goal else NOTHING
        )
        yield Placeholder(
            f"doel_{name}_bereikt",
            f"Resultaat als deel van het doel voor {label}",
            percent(percentage(goal.result, goal.low)) if goal else NOTHING,
        )
        yield Placeholder(
            f"doel_{name}_volgend_jaar",
            f"Doel voor {label}, volgend jaar",
            limits(indicator, following.low, following.high) if following else NOTHING,
        )


def _rules(edition: Edition) -> Iterator[Placeholder]:
    found, policy = edition.own.coverage, edition.policy
    yield Placeholder("opdrachten_boven_drempel", "Gegund op of boven de drempel", number(found.number), "coverage")
    yield Placeholder("waarde_boven_drempel", "Contractwaarde daarvan", euro(found.value), "coverage")
    below = sum(reason.number for reason in edition.own.below_default)
    yield Placeholder(
        "onder_uitgangspunt", "Opdrachten van het jaar met een lager percentage", number(below), "below_default"
    )
    for name, label, tally, figure in (
        ("met_verplichting", "met een verplichting", found.with_obligation, "coverage_with"),
        ("zonder_met_reden", "zonder, met een reden in het dossier", found.without_with_reason, "coverage_reason"),
        ("zonder_reden", "zonder vastgelegde reden", found.without_reason, "coverage_without"),
    ):
        yield Placeholder(name, f"Daarvan {label}", number(tally.number), figure)
        yield Placeholder(f"waarde_{name}", f"Contractwaarde daarvan {label}", euro(tally.value), figure)
    yield Placeholder(
        "uitgangspunt", "Uitgangspunt voor het percentage", percent(policy.default_rate if policy else None)
    )
    for kind, label in (("works", "werken"), ("services", "diensten"), ("supplies", "leveringen")):
        amount = getattr(policy, f"threshold_{kind}", None)
        yield Placeholder(f"drempel_{label}", f"Drempel voor {label}", euro(amount))


def of_quality(own: AnnualFigures) -> Iterator[Placeholder]:
    found = own.quality
    yield Placeholder(
        "zonder_melding", "Lopende opdrachten zonder melding", number(found.contracts_without_report), "without_report"
    )
    yield Placeholder("in_beoordeling", "Invullingen in beoordeling", number(found.awaiting_review), "awaiting_review")
    own_review = number(found.self_reviewed)
    yield Placeholder("zelf_beoordeeld", "Invullingen die wie ze invoerde zelf beoordeelde", own_review)
    yield Placeholder("alsnog", "Alsnog geboekt over afgesloten jaren", euro(found.late_lines.amount), "late_lines")
    mended = euro(found.corrections.amount)
    yield Placeholder("correcties", "Daarvan correcties op afgesloten jaren", mended, "corrections")
    late = number(own.workplaces_late)
    yield Placeholder("werkplekken_alsnog", "Werkplekken uit afgesloten jaren", late, "workplaces_late")


def _words(edition: Edition) -> Iterator[Placeholder]:
    region, town = region_name(edition.region.title_nl), edition.municipality
    yield Placeholder("jaar", "Het jaar", str(edition.year))
    yield Placeholder("vorig_jaar", "Het jaar ervoor", str(edition.year - 1))
    yield Placeholder("volgend_jaar", "Het jaar erna", str(edition.year + 1))
    yield Placeholder("peildatum", "Stand van de gegevens", long_date(edition.data_date))
    yield Placeholder("plaats", "Voor welke gemeente of regio deze uitgave is", town.name if town else region)
    yield Placeholder("regio", "De regio", region)
    yield Placeholder("gemeenten", "De gemeenten", listed(town.name for town in edition.municipalities))
