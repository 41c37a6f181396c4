"""The Dutch of the council notice: the sentences that go with the figures.

The notice is a Dutch document whatever the language of the interface, so its sentences are written
here and not translated. Every function takes figures and gives a sentence; what is not known or not
set leaves its sentence out. In a sentence a figure is a placeholder (`notice.text.placeholders`):
it is filled in when the text is shown, and leads to the lines that it sums.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from contracts.coverage.coverage import Coverage
from contracts.models import Policy
from reporting.figures.catalogue import (
    CONTRACT_VALUE_REGISTERED,
    FIGURES,
    FULFILLED,
    INDICATORS,
    SOCIAL_SPEND,
    WORKPLACES,
)
from reporting.figures.facts import (
    AnnualFigures,
    Disagreements,
    DueToDate,
    GoalResult,
    Quality,
    SampleResult,
    SettlementDrafts,
    Tally,
)
from reporting.figures.kinds import Count, Hidden, Kind
from reporting.figures.records import Figure
from reporting.figures.words import capital, category, counted, listed, spelled
from reporting.models import Goal
from reporting.outlook.outlook import Team
from sroi.money import rounded
from sroi.templatetags.formats import euro, long_date, percent


def live(name: str) -> str:
    return f"{{{{ {name} }}}}"


def client_word(figures: AnnualFigures) -> str:
    """What those who commission are called: municipalities, unless others are among them."""
    return "opdrachtgever" if figures.other_clients else "gemeente"


def clients_word(figures: AnnualFigures) -> str:
    return "opdrachtgevers" if figures.other_clients else "gemeenten"


def other_clients(figures: AnnualFigures) -> str:
    """Who commissions and is no municipality: their contracts count for the region, and for no
    municipality.
    """
    names = [part.name for part in figures.other_clients]
    if not names:
        return ""
    return (
        f"Ook opdrachten van {listed(names)} tellen mee: in de cijfers van de regio, en niet bij"
        " een gemeente."
    )


def live_count(name: str, amount: Count, one: str, many: str) -> str:
    return f"{live(name)} {one if amount == 1 else many}"


# --- Goals and years ------------------------------------------------------------------------------


def verdict(goal: GoalResult, running: bool = False) -> str:
    """Above the goal, or above the high of a range: overtroffen. On it, or within the range:
    behaald. Else not.
    """
    if goal.result > (goal.low if goal.high is None else goal.high):
        return "overtroffen"
    if goal.result >= goal.low:
        return "behaald"
    return "nog niet behaald" if running else "niet behaald"


def origin(goal: GoalResult) -> str:
    """What a goal comes from: a share of what is procured, with what came of it, and where it was
    decided.
    """
    parts, chain = [], goal.chain
    if chain:
        rough = FULFILLED.kind.rough
        share = chain.share_of(goal.result)
        came = f"; het resultaat is {percent(share)}" if share is not None else ""
        parts.append(
            f"{rough(chain.volume)} inkoop × {' × '.join(map(percent, chain.percents))} ="
            f" {rough(goal.low)}, {percent(chain.share)} van de inkoop{came}"
        )
    if goal.source:
        parts.append(f"besloten in: {goal.source}")
    return f"Doel voor {goal.figure.phrase}: {'; '.join(parts).rstrip('.')}."


def against_goal(goal: GoalResult | None, running: bool, name: str = "doel") -> str:
    if goal is None:
        return ""
    aim = f"doel_{goal.figure.placeholder}"
    share = (
        "" if goal.result >= goal.low or goal.percentage is None else f" ({live(f'{aim}_bereikt')})"
    )
    return f"Het {name} van {live(aim)} is {verdict(goal, running)}{share}."


def against_before(
    figure: Figure, now: Decimal | Count, before: Decimal | Count | None, year: int, running: bool
) -> str:
    """The same figure a year earlier; nothing where there is no year before."""
    if not before:
        return ""
    if running:
        return f"In heel {year} was dit {live(f'{figure.placeholder}_vorig_jaar')}."
    if isinstance(before, Hidden) or isinstance(now, Hidden):
        return ""
    change = Decimal(now) - Decimal(before)
    if not change:
        return f"Dat is evenveel als in {year}."
    side, difference = "meer" if change > 0 else "minder", f"{figure.placeholder}_verschil"
    if figure is WORKPLACES:
        number_of = live_count(difference, abs(int(change)), "werkplek", "werkplekken")
        return f"Dat {'is' if abs(change) == 1 else 'zijn'} {number_of} {side} dan in {year}."
    return f"Dat is {live(difference)} {side} dan in {year}."


def goals_in_short(goals: Sequence[GoalResult], year: int, running: bool) -> str:
    """What came of the goals together: the first sentence of the core message."""
    if not goals:
        return ""
    reached = [goal for goal in goals if goal.result >= goal.low]
    exceeded = [goal for goal in reached if verdict(goal) == "overtroffen"]
    if len(goals) == 1:
        return f"Het doel voor {year} is {verdict(goals[0], running)}."
    if not reached:
        return (
            f"De {spelled(len(goals))} doelen voor {year} zijn {'nog ' if running else ''}niet"
            " behaald."
        )
    if len(exceeded) == len(goals):
        return f"Alle {spelled(len(goals))} doelen voor {year} zijn overtroffen."
    if len(reached) == len(goals):
        begin = f"Alle {spelled(len(goals))} doelen voor {year} zijn behaald"
    else:
        verb = "is" if len(reached) == 1 else "zijn"
        begin = (
            f"Van de {spelled(len(goals))} doelen voor {year} {verb} er {spelled(len(reached))}"
            " behaald"
        )
    if len(exceeded) == len(reached):
        return f"{begin.removesuffix('behaald')}overtroffen."
    if not exceeded:
        return f"{begin}."
    return (
        f"{begin}; {spelled(len(exceeded))} daarvan {'is' if len(exceeded) == 1 else 'zijn'}"
        " overtroffen."
    )


def runs(goals: Iterable[Goal]) -> list[list[Goal]]:
    """Goals of one indicator in order of year, with years in a row that have the same goal
    together.
    """
    joined: list[list[Goal]] = []
    for goal in sorted(goals, key=lambda goal: goal.year):
        last = joined[-1][-1] if joined else None
        if last and (last.year + 1, last.low, last.high) == (goal.year, goal.low, goal.high):
            joined[-1].append(goal)
        else:
            joined.append([goal])
    return joined


def years_of(run: Sequence[Goal]) -> str:
    first, last = run[0].year, run[-1].year
    if first == last:
        return f"in {first}"
    return (
        f"per jaar in {first} en {last}"
        if last == first + 1
        else f"per jaar van {first} tot en met {last}"
    )


def ambition(goals: Iterable[Goal]) -> list[str]:
    """A sentence or two per indicator about the goals of later years; the last and highest is the
    potential.
    """
    sentences = []
    aimed = list(goals)
    for figure in INDICATORS:
        own = runs(goal for goal in aimed if goal.indicator == figure.name)
        if not own:
            continue
        *steps, last = own
        parts = [f"{figure.kind.limits(run[0].low, run[0].high)} {years_of(run)}" for run in own]
        rises = bool(steps) and (last[0].high or last[0].low) > max(
            run[0].high or run[0].low for run in steps
        )
        aims = listed(parts[:-1] if rises else parts)
        about = (
            f"De ambitie voor {figure.phrase} is"
            if figure.kind is Kind.COUNT
            else f"Voor de {figure.phrase} is de ambitie"
        )
        sentences.append(
            f"{about} {aims}." + (f" Het potentieel groeit naar {parts[-1]}." if rises else "")
        )
    return sentences


def next_goals(goals: Iterable[Goal], year: int) -> str:
    """The goals of the year that follows; nothing where there are none."""
    own = [FIGURES[goal.indicator] for goal in goals if goal.year == year]
    aims = [
        f"{live(f'doel_{figure.placeholder}_volgend_jaar')} voor {figure.phrase}" for figure in own
    ]
    return (
        f"Voor {year} {'is het doel' if len(own) == 1 else 'zijn de doelen'}: {listed(aims)}."
        if own
        else ""
    )


# --- Results --------------------------------------------------------------------------------------


def core(own: AnnualFigures, running: bool) -> str:
    """The year in one sentence."""
    year, place = live("jaar"), live("plaats")
    if not own.fulfilled and (not own.workplaces or isinstance(own.workplaces, Hidden)):
        return (
            f"Over {year} {'is nog geen' if running else 'is geen'} ingevulde waarde geregistreerd"
            f" in {place}."
        )
    value = f"{live('ingevulde_waarde')} aan social return ingevuld"
    sofar = " tot nu toe" if running else ""
    if not own.workplaces:
        return f"In {year} is in {place}{sofar} voor {value}."
    count = live_count("werkplekken", own.workplaces, "werkplek", "werkplekken")
    return f"In {year} is in {place}{sofar} voor {value}, met {count}."


def lead(
    own: AnnualFigures, whole: AnnualFigures, goals: Sequence[GoalResult], running: bool
) -> str:
    """The year and what came of its goals, which are those of the region."""
    said = goals_in_short(goals, whole.year or 0, running)
    if said and own.municipality:
        said = f"In {live('regio')}: {said[:1].lower()}{said[1:]}"
    return " ".join(part for part in (core(own, running), said) if part)


class Result(NamedTuple):
    """A headline result: what it is about, and what there is to say of it."""

    label: str
    text: str


def results(own: AnnualFigures, whole: AnnualFigures, year: int, running: bool) -> list[Result]:
    """The headline results: what came of it, beside the year before, the region and the goal."""
    of_region = own.municipality is None

    def result(figure: Figure) -> Result:
        sentence, detail = (
            SAID[figure](own)
            if figure in SAID
            else (f"Het gaat om {live(figure.placeholder)}.", "")
        )
        parts = (
            sentence,
            against_before(
                figure, figure.value(own), figure.value(own.year_before), year - 1, running
            ),
            detail,
            (
                ""
                if of_region
                else f"In de hele regio gaat het om {live(f'{figure.placeholder}_regio')}."
            ),
            against_goal(
                whole.goal.get(figure.name), running, "doel" if of_region else "regionale doel"
            ),
        )
        return Result(figure.title, " ".join(part for part in parts if part))

    return [*map(result, INDICATORS), Result("Stand sinds het begin", to_date(own))]


def _workplaces(own: AnnualFigures) -> tuple[str, str]:
    if not own.workplaces:
        return "Er zijn geen werkplekken geteld.", ""
    count = live_count("werkplekken", own.workplaces, "werkplek", "werkplekken")
    begin = f"Er {'is' if own.workplaces == 1 else 'zijn'} {count} geteld"
    if isinstance(own.workplaces, Hidden):
        return f"{begin}.", ""
    if "workplaces_started" not in own.values:
        # Of a municipality it is not published.
        return f"{begin}.", ""
    some = own.workplaces_started not in (0, own.workplaces)
    started = f", waarvan {live('werkplekken_begonnen')} in {live('jaar')} begonnen" if some else ""
    return f"{begin}{started}.", f"De omvang is samen {live('fte')} fte."


def _fulfilled(own: AnnualFigures) -> tuple[str, str]:
    if not own.fulfilled:
        return "Er is geen waarde ingevuld.", ""
    return f"Opdrachtnemers hebben voor {live('ingevulde_waarde')} aan social return ingevuld.", ""


def _social(own: AnnualFigures) -> tuple[str, str]:
    if not own.social_spend:
        return "Aan sociale inkoop en maatschappelijke activiteiten is geen waarde toegekend.", ""
    paid = (
        f"Aan sociale firma’s is {live('betaald_aan_sociale_firmas')} betaald."
        if own.social_firm_spend
        else ""
    )
    return (
        f"Sociale inkoop en maatschappelijke activiteiten tellen voor {live('sociale_waarde')}.",
        paid,
    )


def _registered(own: AnnualFigures) -> tuple[str, str]:
    if not own.contract_value_registered:
        return "Er is geen contractwaarde met social return geregistreerd.", ""
    many = own.contracts_registered
    count = live_count("nieuwe_opdrachten", many, "nieuwe opdracht", "nieuwe opdrachten")
    over = f", met {count}" if many else ""
    return (
        f"Er is {live('contractwaarde')} aan opdrachten met social return geregistreerd{over}.",
        (
            f"De verplichting daarbij is {live('verplichting')}, gemiddeld"
            f" {live('gemiddeld_percentage')}."
        ),
    )


# What the notice says of an indicator, and what goes with it; of another only how much it is.
SAID: Mapping[Figure, Callable[[AnnualFigures], tuple[str, str]]] = {
    WORKPLACES: _workplaces,
    FULFILLED: _fulfilled,
    SOCIAL_SPEND: _social,
    CONTRACT_VALUE_REGISTERED: _registered,
}


def to_date(own: AnnualFigures) -> str:
    """Since the beginning: what is owed and what was fulfilled."""
    if not own.obligation_to_date:
        return "Er zijn nog geen verplichtingen geregistreerd."
    begin = f"Van alle verplichtingen sinds het begin, samen {live('verplichting_sinds_begin')}"
    share = (
        f"is {live('ingevuld_sinds_begin')} ingevuld ({live('ingevuld_sinds_begin_percentage')})"
    )
    if own.open > 0:
        return f"{begin}, {share}. Nog in te vullen: {live('nog_in_te_vullen')}."
    if own.open < 0:
        return f"{begin}, {share}. Dat is {live('meer_dan_verplicht')} meer dan verplicht."
    return f"{begin}, {share}. Er staat niets meer open."


def development(own: AnnualFigures, running: bool) -> str:
    """How the fulfilled value moved since the year before."""
    before = own.year_before
    if before is None:
        return "Er zijn geen gegevens over een eerder jaar om mee te vergelijken."
    if not before.fulfilled:
        return f"In {before.name} is geen waarde ingevuld."
    if running:
        return (
            f"{own.years[-1].name} loopt nog; de cijfers van dit jaar zijn daarom nog niet"
            " volledig."
        )
    change = own.fulfilled - before.fulfilled
    if not change:
        return f"De ingevulde waarde is gelijk aan die in {before.name}."
    share = percent(rounded(abs(change) * 100 / before.fulfilled, 0))
    return (
        f"De ingevulde waarde is {share} {'hoger' if change > 0 else 'lager'} dan in {before.name}."
    )


def due(found: DueToDate | None, day: date) -> str:
    """What was to be fulfilled by now of running contracts, beside what was; nothing where nothing
    was due.
    """
    if found is None or not found.expected:
        return ""
    said = FULFILLED.kind.said
    return (
        f"Bij lopende opdrachten zou op {long_date(day)} {said(found.expected)} ingevuld zijn,"
        f" volgens de afgesproken plannen of anders naar de verstreken tijd. Ingevuld is"
        f" {said(found.realised)} ({percent(rounded(found.percentage or 0, 0))})."
    )


def division(own: AnnualFigures) -> str:
    """Which category carries most of the value."""
    if not own.fulfilled or min(own.by_category.values()) < 0:
        return ""
    largest, amount = max(own.by_category.items(), key=lambda item: item[1])
    if amount == own.fulfilled:
        return f"De hele waarde is ingevuld met {category(largest).lower()}."
    return (
        f"Het grootste deel is ingevuld met {category(largest).lower()}:"
        f" {percent(rounded(amount * 100 / own.fulfilled, 0))}."
    )


def covered(coverage: Coverage, year: int) -> str:
    """Whether what should carry an obligation does."""
    if not coverage.number:
        return (
            f"In {year} zijn geen opdrachten geregistreerd op of boven de drempel waarvoor social"
            " return geldt."
        )
    begin = (
        f"In {year} {'is' if coverage.number == 1 else 'zijn'}"
        f" {live_count('opdrachten_boven_drempel', coverage.number, 'opdracht', 'opdrachten')}"
        " gegund op of boven de drempel waarvoor social return geldt, samen"
        f" {live('waarde_boven_drempel')}."
    )
    obliged, reasoned, bare = (
        coverage.with_obligation,
        coverage.without_with_reason,
        coverage.without_reason,
    )
    if obliged.number == coverage.number:
        return (
            f"{begin} {'Die heeft' if coverage.number == 1 else 'Die hebben allemaal'} een"
            " verplichting."
        )
    parts = [
        (
            f"{live('met_verplichting')} met een verplichting ({live('waarde_met_verplichting')})"
            if obliged.number
            else ""
        ),
        (
            f"{live('zonder_met_reden')} zonder, met een reden in het dossier"
            if reasoned.number
            else ""
        ),
        f"{live('zonder_reden')} zonder vastgelegde reden" if bare.number else "",
    ]
    return f"{begin} Daarvan: {listed(part for part in parts if part)}."


def missed(goals: Iterable[GoalResult], running: bool) -> str:
    """What the figures ask attention for: goals that were not reached."""
    names = [goal.figure.phrase for goal in goals if goal.result < goal.low]
    if not names:
        return ""
    many = "het doel" if len(names) == 1 else "de doelen"
    verb = "is" if len(names) == 1 else "zijn"
    return f"{capital(many)} voor {listed(names)} {verb} {'nog ' if running else ''}niet behaald."


def thresholds(policy: Policy) -> str:
    """From which contract value on an obligation is expected."""
    named = (
        ("werken", policy.threshold_works),
        ("diensten", policy.threshold_services),
        ("leveringen", policy.threshold_supplies),
    )
    known = [(name, amount) for name, amount in named if amount is not None]
    if not known:
        return ""
    if len(known) == len(named) and len({amount for _, amount in known}) == 1:
        return f"Social return geldt in beginsel voor opdrachten vanaf {live('drempel_werken')}."
    parts = [f"{live(f'drempel_{name}')} voor {name}" for name, _amount in known]
    return f"Social return geldt in beginsel vanaf {listed(parts)}."


def rate(own: AnnualFigures, default: Decimal, year: int) -> str:
    """How what was registered compares with the region's default rate."""
    if own.average_rate is None:
        return ""
    side = (
        "gelijk aan"
        if own.average_rate == default
        else "lager dan"
        if own.average_rate < default
        else "hoger dan"
    )
    return (
        f"Over wat in {year} is geregistreerd, is het gemiddelde percentage"
        f" {live('gemiddeld_percentage')}: {side} het uitgangspunt van {live('uitgangspunt')}."
    )


def reasons(own: AnnualFigures) -> str:
    """That contracts have a rate below the guideline, for reasons that the table counts."""
    many = sum(reason.number for reason in own.below_default)
    if not many:
        return ""
    count = live_count("onder_uitgangspunt", many, "opdracht", "opdrachten")
    return (
        f"Bij {count} is een lager percentage afgesproken, omdat het uitgangspunt niet in"
        f" verhouding zou staan tot de opdracht. De redenen: {live('redenen_lager_percentage')}."
    )


def team(found: Team | None) -> str:
    """What the team is and costs, and what is proposed."""
    if found is None:
        return ""
    parts = []
    if found.fte is not None:
        cost = f" en kost {live('team_kosten')} per jaar" if found.cost is not None else ""
        parts.append(f"Het team is {live('team_fte')} fte{cost}.")
    elif found.cost is not None:
        parts.append(f"Het team kost {live('team_kosten')} per jaar.")
    if found.proposes:
        parts.append(f"Voorgesteld wordt het team uit te breiden{extension(found)}.")
    if found.towns:
        parts.append("De verdeling over de gemeenten naar aantal inwoners staat in de bijlage.")
    return " ".join(parts)


def extension(found: Team) -> str:
    """With how much, for how much."""
    size = f" met {live('uitbreiding_fte')} fte" if found.extra_fte is not None else ""
    cost = f", voor {live('uitbreiding_kosten')} per jaar" if found.extra_cost is not None else ""
    return f"{size}{cost}"


def paid(own: AnnualFigures) -> str:
    """Credited value beside what social firms were really paid."""
    credited = own.by_category["social_purchasing"]
    if not credited and not own.social_firm_spend:
        return ""
    return (
        f"Voor sociale inkoop is {live('waarde_sociale_inkoop')} aan waarde toegekend;"
        f" opdrachtnemers betaalden daarvoor {live('betaald_aan_sociale_firmas')} exclusief btw aan"
        " sociale firma’s."
    )


def reliability(found: Quality, own: AnnualFigures, day: date) -> list[str]:
    """The quality of the registration, a bullet each, with placeholders; `day` is that of the
    figures about a moment.
    """
    silent, waiting = found.contracts_without_report, found.awaiting_review
    unheard = _many("zonder_melding", silent, "lopende opdracht", "lopende opdrachten")
    own_review = _many("zelf_beoordeeld", found.self_reviewed, "invulling", "invullingen")
    bullets = [
        f"{unheard} zonder melding in de rapportageperiode tot en met {long_date(day)}.",
        (
            f"{_many('in_beoordeling', waiting, 'ingediende invulling', 'ingediende invullingen')}"
            f" in beoordeling op {long_date(day)};"
            f" die {'telt' if waiting == 1 else 'tellen'} pas mee na goedkeuring."
            if waiting
            else f"Geen ingediende invullingen in beoordeling op {long_date(day)}."
        ),
        f"{own_review} beoordeeld door wie die zelf had ingevoerd.",
        *unproved(own.accepted_without_evidence),
        *sampled(found.sample),
        *contradicted(found.disagreements, found.settlement_drafts),
    ]
    for late in own.late:
        lines = counted(late.number, "boeking", "boekingen")
        bullets.append(
            f"Alsnog over {late.year}: {lines}, samen {euro(late.amount)}. Dat telt mee in dit"
            " verslagjaar."
        )
    if found.corrections.number:
        lines = counted(found.corrections.number, "correctie", "correcties")
        bullets.append(f"Daaronder {lines} op een afgesloten jaar, samen {live('correcties')}.")
    if own.workplaces_late:
        places = live_count("werkplekken_alsnog", own.workplaces_late, "werkplek", "werkplekken")
        bullets.append(
            f"{places} uit een afgesloten jaar, apart gehouden van de werkplekken van dit jaar."
        )
    return bullets


def unproved(found: Tally | None) -> list[str]:
    """What was accepted without evidence, where there is some; history is not among it."""
    if not found or not found.number:
        return []
    count = live_count("zonder_bewijs", found.number, "invulling", "invullingen")
    return [
        f"{count} goedgekeurd terwijl bewijs ontbrak, samen"
        f" {live('waarde_zonder_bewijs')}; bij elke staat de reden."
    ]


def sampled(sample: SampleResult | None) -> list[str]:
    """What checking afterwards found, where there was a sample."""
    if sample is None:
        return []
    if not sample.checked:
        return [
            "Steekproef:"
            f" {counted(sample.drawn, 'goedgekeurde invulling', 'goedgekeurde invullingen')}"
            " getrokken, nog niet gecontroleerd."
        ]
    checked = counted(sample.checked, "goedgekeurde invulling", "goedgekeurde invullingen")
    left = (
        f"; nog {sample.drawn - sample.checked} te controleren"
        if sample.drawn > sample.checked
        else ""
    )
    return [
        f"Steekproef: {checked} gecontroleerd, {sample.in_order} in orde"
        f" ({percent(sample.percentage)}){left}."
    ]


def contradicted(found: Disagreements, drafts: SettlementDrafts) -> list[str]:
    """Where contractors did not agree, and what they said before a settlement; nothing where there
    was none.
    """
    bullets = []
    if found.number:
        waiting = found.number - found.kept - found.again
        left = f", {waiting} nog te beantwoorden" if waiting else ""
        bullets.append(
            f"Opdrachtnemers waren het {counted(found.number, 'keer', 'keer')} niet eens met een"
            f" besluit: {found.kept} bleven staan, {found.again} opnieuw beoordeeld{left}."
        )
    if drafts.shown:
        shown = counted(drafts.shown, "conceptbesluit", "conceptbesluiten")
        bullets.append(f"{shown} over een afrekening voorgelegd, {drafts.answered} beantwoord.")
    return bullets


def _many(name: str, amount: int, one: str, many: str) -> str:
    return live_count(name, amount, one, many) if amount else f"Geen {many}"
