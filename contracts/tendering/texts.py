"""The papers of a tender: a note on proportionality for the file, and the clause for the tender
documents.

Dutch documents, whatever language the page is in; they render under Dutch
(`contracts.tendering.views`). Law: Aanbestedingswet 2012 article 2.80, Gids Proportionaliteit.
"""

from dataclasses import dataclass
from datetime import date

from contracts.models import (
    Policy,
    ProcurementType,
    RateReason,
    Region,
    Spread,
    ValuationTable,
)
from contracts.registering import cpv
from contracts.tendering.aid import Advice, Tender, Way, workplaces_between
from sroi.templatetags.formats import euro, long_date, number, percent

KINDS = {
    ProcurementType.WORKS: "werken",
    ProcurementType.SERVICES: "diensten",
    ProcurementType.SUPPLIES: "leveringen",
}
REASONS = {
    RateReason.LABOUR_SHARE: "het aandeel loonkosten",
    RateReason.MARKET: "de markt",
    RateReason.DURATION: "de looptijd",
    RateReason.SECTOR: "de sector",
    RateReason.OTHER: "een andere reden",
}


@dataclass(frozen=True)
class Subject:
    """What the papers are about, beside the figures of the tender."""

    region: Region
    title: str
    cpv: str
    reason: str
    reason_text: str
    table: ValuationTable | None


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]


def note(
    subject: Subject, tender: Tender, advice: Advice, found: list[Way], today: date
) -> list[Section]:
    """Why this rate is in proportion: the contract, the rules one by one, what it asks, and the
    reason.
    """
    return [
        Section("Opdracht", (_contract(subject, tender),)),
        Section(
            "Regels van de regio", tuple(f"{step.rule}: {step.outcome}" for step in advice.steps)
        ),
        Section("Wat dit vraagt van de opdrachtnemer", _asked(tender, advice, found)),
        Section("Afweging", _weighing(subject, advice)),
        Section("Grondslag", (_law(subject, advice, today),)),
    ]


def clause(subject: Subject, tender: Tender, advice: Advice) -> list[Section]:
    """The condition for the tender documents."""
    policy, rate = advice.policy, percent(advice.rate)
    table = (
        f"de bouwblokkentabel “{subject.table.title_nl}”"
        if subject.table
        else "de bouwblokkentabel van de regio"
    )
    most = f" De verplichting is ten hoogste {euro(policy.cap)}." if policy.cap is not None else ""
    factor = number(policy.penalty_factor)
    return [
        Section(
            "Verplichting",
            (
                (
                    f"De opdrachtnemer zet {rate} van de opdrachtsom zonder btw in voor social"
                    f" return.{most} Bij de geraamde opdrachtsom van {euro(tender.value)} is dat"
                    f" {euro(advice.amount)}."
                ),
                (
                    "Komt er meerwerk of minderwerk of wordt de opdracht verlengd, dan verandert de"
                    " verplichting mee."
                ),
                *_over_the_term(policy),
                *_who_is_exempt(policy),
            ),
        ),
        Section(
            "Invulling",
            (
                (
                    "De opdrachtnemer kiest zelf hoe hij de verplichting invult: met werk voor"
                    " mensen die moeilijk aan werk komen, met inkoop bij sociale firma’s of met"
                    " maatschappelijke activiteiten."
                ),
                (
                    f"Wat een invulling waard is, staat in {table}. De tabel die geldt op de dag"
                    " van de gunning, blijft gelden voor de hele opdracht."
                ),
                (
                    "Een invulling telt als de adviseur social return van de regio die heeft"
                    " goedgekeurd."
                ),
            ),
        ),
        Section(
            "Verantwoording",
            (
                (
                    "De opdrachtnemer registreert zijn invullingen met bewijsstukken in het"
                    f" register voor social return, en meldt ten minste elke {policy.report_months}"
                    " maanden wat nog loopt."
                ),
                "De opdrachtnemer levert geen namen en geen burgerservicenummers aan.",
            ),
        ),
        Section(
            "Afrekening",
            (
                (
                    "Is de verplichting aan het einde van de opdracht niet ingevuld, dan krijgt de"
                    f" opdrachtnemer {policy.recovery_months} maanden om dat te herstellen. Wat"
                    f" daarna ontbreekt, betaalt hij als boete: het tekort × {factor}. Valt hem"
                    " niets te verwijten, dan is er geen boete."
                ),
            ),
        ),
    ]


def _over_the_term(policy: Policy) -> tuple[str, ...]:
    if policy.spread != Spread.CONTRACT_YEARS:
        return ()
    return ("Aan het einde van elk contractjaar is ten minste een gelijk deel ervan ingevuld.",)


def _who_is_exempt(policy: Policy) -> tuple[str, ...]:
    if not policy.exempt_from_pso_level:
        return ()
    level = policy.get_exempt_from_pso_level_display()
    return (
        f"Een opdrachtnemer die op de dag van de gunning een geldig PSO-certificaat {level} of"
        " hoger heeft, heeft geen verplichting.",
    )


def _contract(subject: Subject, tender: Tender) -> str:
    kind = KINDS[ProcurementType(tender.procurement_type)]
    sector = f" De opdracht valt onder CPV-code {cpv.told(subject.cpv)}." if subject.cpv else ""
    share = (
        ""
        if tender.labour_share is None
        else f" Arbeid is naar schatting {percent(tender.labour_share)} van de waarde."
    )
    return (
        f"{subject.title or 'De opdracht'}: {kind}, geraamd op {euro(tender.value)} zonder btw, met"
        f" een looptijd van {tender.months} maanden.{sector}{share}"
    )


def _asked(tender: Tender, advice: Advice, found: list[Way]) -> tuple[str, ...]:
    if not advice.amount:
        return ("Er wordt geen social return gevraagd.",)
    amount = f"Een verplichting van {euro(advice.amount)} over {tender.months} maanden."
    between = workplaces_between(found)
    if between is None:
        return (amount,)
    fewest, most = (number(n) for n in between)
    places = (
        f"Wie alleen met werk invult, heeft daarvoor {fewest} tot {most} voltijdse werkplekken"
        " tegelijk nodig gedurende de hele looptijd, afhankelijk van de doelgroep. Inkoop bij"
        " sociale firma’s en maatschappelijke activiteiten tellen ook."
    )
    return amount, places


def _weighing(subject: Subject, advice: Advice) -> tuple[str, ...]:
    rate, expected = percent(advice.rate), percent(advice.expected)
    if advice.rate == advice.expected:
        return (f"Het percentage is {rate}. Dat volgt uit de regels hierboven.",)
    about = REASONS.get(RateReason(subject.reason), "") if subject.reason else ""
    reason = f" vanwege {about}" if about else ""
    why = subject.reason_text or "De reden is nog niet ingevuld."
    other = "lager" if advice.below_expected else "hoger"
    return f"Het percentage is {rate}, {other} dan de {expected} die de regels geven{reason}.", why


def _law(subject: Subject, advice: Advice, today: date) -> str:
    begin = advice.policy.valid_from
    since = f"het beleid dat geldt vanaf {long_date(begin)}" if begin else "het beleid"
    return (
        "Social return is een bijzondere voorwaarde voor de uitvoering van een opdracht (artikel"
        " 2.80 van de Aanbestedingswet 2012). De Gids Proportionaliteit vraagt dat de voorwaarde"
        f" past bij de opdracht. Deze afweging volgt {since} van {subject.region.title_nl} en is"
        f" gemaakt op {long_date(today)}."
    )
