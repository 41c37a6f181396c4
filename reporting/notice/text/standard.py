"""The text of each section as the register writes it from the figures: what stands there until
someone writes another.

Markdown with placeholders, so that an adviser can start from it: words can be changed, figures stay
live.
"""

from collections.abc import Callable, Iterable

from django.utils import translation

from reporting.notice import wording
from reporting.notice.editions import Edition
from reporting.notice.tables import exhibits
from reporting.notice.wording import live


@translation.override("nl")
def standard(edition: Edition, section: str) -> str:
    """The default text of a section in this edition; in Dutch, whoever looks."""
    return "\n\n".join(part for part in WRITERS[section](edition.shown) if part)


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _taking_note(edition: Edition) -> Iterable[str]:
    whole = f", en die van {live('regio')} als geheel" if edition.municipality else ""
    goals = ", afgezet tegen de doelen voor dat jaar" if edition.whole.goal else ""
    team = edition.outlook.team
    yield _sentences(
        f"De resultaten van social return in {live('plaats')} over {live('jaar')}{whole}{goals}.",
        (
            f"Ook ligt er een voorstel om het team uit te breiden{wording.extension(team)}: zie"
            " 6 Financiële aspecten."
            if team and team.proposes
            else "Deze mededeling is ter informatie."
        ),
    )


def _introduction(edition: Edition) -> Iterable[str]:
    share = (
        f"een deel van de opdrachtsom, in beginsel {live('uitgangspunt')},"
        if edition.policy
        else ("een deel van de opdrachtsom")
    )
    together = (
        f"De gemeenten {live('gemeenten')} voeren social return samen uit, met één beleid en één"
        " registratie."
        if len(edition.municipalities) > 1
        else ""
    )
    yield _sentences(
        "Wie een grotere opdracht van een gemeente krijgt, doet iets terug voor de samenleving.",
        "Dat heet social return.",
        f"De opdrachtnemer zet {share} in voor mensen die moeilijk aan werk komen.",
        "Dat kan op drie manieren: met werk, met inkoop bij sociale firma’s en met maatschappelijke"
        " activiteiten.",
    )
    yield _sentences(
        together,
        wording.other_clients(edition.whole),
        f"Deze mededeling laat zien wat dat in {live('jaar')} heeft opgeleverd, waarmee, en wat er"
        " nog openstaat.",
        (
            f"Het jaar is nog niet om: dit is de stand op {live('peildatum')}."
            if edition.is_running
            else ""
        ),
    )


def _core_message(edition: Edition) -> Iterable[str]:
    own = edition.own
    if own.years:
        results = wording.results(own, edition.whole, edition.year, edition.is_running)
        yield "\n".join(f"- **{result.label}.** {result.text}" for result in results)
    else:
        yield wording.to_date(own)


def _consequences(edition: Edition) -> Iterable[str]:
    yield wording.missed(exhibits.in_order(edition.whole.goal), edition.is_running)
    yield _sentences(
        "Opdrachtnemers vullen hun verplichting in tijdens de looptijd van de opdracht.",
        "Wat zij aan het einde tekortkomen, wordt vastgesteld bij de afrekening.",
        "Wat van opdrachtnemers wordt gevraagd, wordt ook gecontroleerd: alleen wat is beoordeeld"
        " en goedgekeurd, telt mee.",
    )


def _law(edition: Edition) -> Iterable[str]:
    yield _sentences(
        "Social return is een bijzondere voorwaarde voor de uitvoering van een opdracht (artikel"
        " 2.80 van de Aanbestedingswet 2012). De verplichting staat in verhouding tot de opdracht,"
        " zoals de Gids Proportionaliteit vraagt. Waar een lager percentage is afgesproken, ligt de"
        " reden vast."
    )
    yield (
        "De registratie bevat geen namen en geen burgerservicenummers van mensen die geplaatst"
        " zijn. Aantallen die naar personen te herleiden zijn, staan niet in deze mededeling."
    )


def _finance(edition: Edition) -> Iterable[str]:
    yield _sentences(
        "Wat een opdrachtnemer doet, krijgt een waarde volgens de bouwblokkentabel die bij de"
        " opdracht hoort.",
        "Die waarde is niet wat het de opdrachtnemer kostte, en geen geld dat de gemeente ontvangt"
        " of uitgeeft.",
        wording.paid(edition.own),
    )
    yield _sentences(
        (
            wording.rate(edition.own, edition.policy.default_rate, edition.year)
            if edition.policy
            else ""
        ),
        wording.reasons(edition.own),
    )
    yield wording.team(edition.outlook.team)
    yield "### Wordt social return overal toegepast?"
    yield _sentences(
        wording.covered(edition.own.coverage, edition.year),
        wording.thresholds(edition.policy) if edition.policy else "",
    )


def _communication(edition: Edition) -> Iterable[str]:
    yield _sentences(
        "Deze mededeling is er als webpagina, als toegankelijke pdf en als Word-document, met"
        " overal dezelfde cijfers.",
        (
            "Elke gemeenteraad in de regio krijgt een eigen uitgave, met de cijfers van de eigen"
            " gemeente naast die van de regio."
            if len(edition.municipalities) > 1
            else ""
        ),
    )


def _next(edition: Edition) -> Iterable[str]:
    yield _sentences(
        wording.next_goals(edition.goals, edition.year + 1),
        f"Na de vaststelling veranderen de cijfers over {live('jaar')} niet meer. Wat daarna nog"
        f" over {live('jaar')} wordt goedgekeurd, telt mee in het eerste open jaar en staat dan"
        " apart vermeld.",
    )


WRITERS: dict[str, Callable[[Edition], Iterable[str]]] = {
    "kennisnemen-van": _taking_note,
    "inleiding": _introduction,
    "kernboodschap": _core_message,
    "consequenties": _consequences,
    "juridische-aspecten": _law,
    "financiele-aspecten": _finance,
    "communicatie": _communication,
    "vervolg": _next,
}
