"""The tables of the financial section, and of what lies ahead."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from django.utils.text import slugify

from contracts.models import Category
from reporting.figures.catalogue import (
    AVERAGE_RATE,
    CONTRACT_VALUE_REGISTERED,
    FULFILLED,
    OBLIGATION_REGISTERED,
    OBLIGATION_TO_DATE,
    OPEN,
    OWED_ADDED,
    OWED_BY_AWARDS,
    OWED_BY_CHANGES,
    OWED_LESS,
    REALISED_TO_DATE,
    RECONCILED,
    SOCIAL_FIRM_SPEND,
)
from reporting.figures.facts import AnnualFigures, PartFigures
from reporting.figures.records import Figure
from reporting.figures.words import RATE_REASONS, capital, category, plain
from reporting.models import Goal
from reporting.notice.tables.cells import (
    Cell,
    aim,
    column,
    count,
    named,
    rate,
    with_total,
    years_before,
)
from reporting.notice.wording import client_word
from reporting.outlook.outlook import Promise, Scenario, Team
from sroi.documents.tables import DocumentTable
from sroi.templatetags.formats import NOTHING


def running(own: AnnualFigures, of: Callable[[PartFigures], Decimal]) -> list[Decimal]:
    """Per year the sum of that year and all before it."""
    return list(accumulate(of(year) for year in own.years))


def open_by_year(own: AnnualFigures) -> list[Decimal]:
    """Per year what was still to be fulfilled at its end."""
    return running(own, lambda year: year.owed - year.fulfilled)


def finance_table(own: AnnualFigures) -> DocumentTable:
    """What the year and all years to date come to, beside the year before."""
    before = years_before(own, 1)
    rows: list[tuple[str, ...]] = []
    amounts = (CONTRACT_VALUE_REGISTERED, OBLIGATION_REGISTERED, FULFILLED, SOCIAL_FIRM_SPEND)
    for figure in amounts:
        rows.append(_beside(figure, before, [figure.value(year) for year in before], own))
        if figure is OBLIGATION_REGISTERED:
            rates = [rate(year.average_rate, f"average_rate?year={year.name}") for year in before]
            rows.append((AVERAGE_RATE.title, *rates, rate(own.average_rate, "average_rate")))
    since: tuple[tuple[Figure, Callable[[PartFigures], Decimal]], ...] = (
        (OBLIGATION_TO_DATE, lambda year: year.owed),
        (REALISED_TO_DATE, lambda year: year.fulfilled),
        (OPEN, lambda year: year.owed - year.fulfilled),
    )
    rows += [
        _beside(figure, before, running(own, of)[-2:-1] if before else [], own)
        for figure, of in since
    ]
    years = (*(year.name for year in before), str(own.year))
    names = [
        figure.name
        for figure in (*amounts[:2], AVERAGE_RATE, *amounts[2:], *(figure for figure, _of in since))
    ]
    return DocumentTable("Financieel overzicht", ("", *years), rows, fields=years, names=names)


def _beside(
    figure: Figure, before: Sequence[PartFigures], then: Sequence[Decimal], own: AnnualFigures
) -> tuple[str, ...]:
    """A row: what it was then, and what it is now."""
    cells = column([*then, figure.value(own)])
    opened = [
        cell.opening(f"{figure.name}?year={year.name}")
        for cell, year in zip(cells, before, strict=False)
    ]
    return (figure.title, *opened, cells[-1].opening(figure.name))


class Step(NamedTuple):
    """A line of the way from one figure to another: what it is called in data and in words, how
    much, the lines it opens, and whether it is what the lines above it come to.
    """

    name: str
    label: str
    amount: Decimal
    opens: str
    is_sum: bool = False


def reconciled_table(own: AnnualFigures) -> DocumentTable | None:
    """From what was registered in the year to what is still to be fulfilled, and from what was
    credited to what was paid, so that every two figures that differ are explained.

    A step that is nothing is left out. None where the report was frozen before the steps were
    counted.
    """
    if any(figure.name not in own.values for figure in RECONCILED):
        return None
    year, before = own.year or 0, (own.year or 0) - 1
    purchases = own.by_category[Category.SOCIAL_PURCHASING]
    more = purchases - own.social_firm_spend
    steps = (
        *map(partial(_step, own), (OWED_BY_AWARDS, OWED_BY_CHANGES)),
        _outcome(OBLIGATION_REGISTERED, f"Samen: geregistreerd in {year}", own),
        *map(partial(_step, own), OWED_LESS),
        _outcome(OWED_ADDED, f"Samen: verplichting erbij in {year}", own),
        Step(
            "owed_before",
            f"Verplichtingen tot en met {before}",
            own.obligation_to_date - OWED_ADDED.value(own),
            f"{OBLIGATION_TO_DATE.name}?year={before}",
        ),
        _outcome(OBLIGATION_TO_DATE, "Samen: verplichtingen sinds het begin", own),
        Step(
            "fulfilled_before",
            f"Af: ingevuld tot en met {before}",
            own.realised_to_date - own.fulfilled,
            f"{REALISED_TO_DATE.name}?year={before}",
        ),
        Step("fulfilled_less", f"Af: ingevuld in {year}", own.fulfilled, FULFILLED.name),
        _outcome(OPEN, "Blijft over: nog in te vullen, sinds het begin", own),
        Step(FULFILLED.name, f"Toegekende waarde in {year}", own.fulfilled, FULFILLED.name),
        *(
            Step(
                code,
                f"Af: {category(code).lower()}",
                own.by_category[code],
                f"fulfilled?category={code}",
            )
            for code in (Category.WORK, Category.CSR)
        ),
        Step(
            Category.SOCIAL_PURCHASING,
            "Blijft over: toegekend voor sociale inkoop",
            purchases,
            f"fulfilled?category={Category.SOCIAL_PURCHASING}",
            is_sum=True,
        ),
        Step(
            "weighted",
            "Af: meer toegekend dan betaald" if more > 0 else "Bij: meer betaald dan toegekend",
            abs(more),
            "",
        ),
        _outcome(SOCIAL_FIRM_SPEND, f"Blijft over: {SOCIAL_FIRM_SPEND.phrase}", own),
    )
    shown = [step for step in steps if step.amount or step.is_sum]
    cells = column([step.amount for step in shown])
    rows = [(step.label, cell.opening(step.opens)) for step, cell in zip(shown, cells, strict=True)]
    caption = "Van geregistreerd naar nog in te vullen, en van toegekend naar betaald"
    note = "Bij “af” gaat het bedrag eraf. Een regel die nul is, staat er niet."
    names = named((step.name for step in shown), total=False)
    sums = [place for place, step in enumerate(shown) if step.is_sum]
    head = ("", "Bedrag")
    return DocumentTable(caption, head, rows, note=note, fields=("amount",), names=names, sums=sums)


def _step(own: AnnualFigures, figure: Figure) -> Step:
    return Step(figure.name, figure.title, figure.value(own), figure.name)


def _outcome(figure: Figure, label: str, own: AnnualFigures) -> Step:
    return Step(figure.name, label, figure.value(own), figure.name, is_sum=True)


def reasons_table(own: AnnualFigures) -> DocumentTable:
    """Why contracts of the year have a rate below the guideline."""
    values = with_total([reason.value for reason in own.below_default])
    rows = [
        (RATE_REASONS.get(reason.code) or plain(reason.code), count(reason.number), values[i])
        for i, reason in enumerate(own.below_default)
    ]
    total = (
        "Totaal",
        count(sum(reason.number for reason in own.below_default), "below_default"),
        values[-1],
    )
    header = ("Reden van een lager percentage", "Opdrachten", "Contractwaarde")
    names = named(reason.code for reason in own.below_default)
    return DocumentTable(
        "Waarom het percentage lager is dan het uitgangspunt",
        header,
        rows,
        total,
        fields=("number", "value"),
        names=names,
    )


def without_table(own: AnnualFigures) -> DocumentTable:
    """Why contracts at or above the threshold have no obligation."""
    found, whole = own.coverage.by_reason, own.coverage.without_with_reason
    values = column([*(reason.value for _code, reason in found), whole.value])
    rows = [
        (RATE_REASONS.get(code) or plain(code), count(reason.number), values[i])
        for i, (code, reason) in enumerate(found)
    ]
    total = ("Totaal", count(whole.number, "coverage_reason"), values[-1])
    header = ("Reden om geen verplichting te vragen", "Opdrachten", "Contractwaarde bij gunning")
    return DocumentTable(
        "Waarom er geen verplichting is",
        header,
        rows,
        total,
        fields=("number", "value"),
        names=named(code for code, _reason in found),
    )


def coverage_table(own: AnnualFigures) -> DocumentTable:
    found, before = own.coverage, own.coverage_before if len(own.years) > 1 else None
    labels = {
        "with_obligation": ("Met een verplichting", "coverage_with"),
        "without_with_reason": ("Zonder, met een reden in het dossier", "coverage_reason"),
        "without_reason": ("Zonder vastgelegde reden", "coverage_without"),
    }
    labels = {
        name: words
        for name, words in labels.items()
        if getattr(found, name).number or (before and getattr(before, name).number)
    }
    values = column([*(getattr(found, name).value for name in labels), found.value])
    rows = [
        (
            label,
            *([count(getattr(before, name).number)] if before else []),
            count(getattr(found, name).number, opens),
            values[i].opening(opens),
        )
        for i, (name, (label, opens)) in enumerate(labels.items())
    ]
    then, now = (
        ((f"Aantal {own.years[-2].name}",), f"Aantal {own.year}") if before else ((), "Aantal")
    )
    header = ("Opdrachten op of boven de drempel", *then, now, "Contractwaarde bij gunning")
    total = (
        "Totaal",
        *([count(before.number)] if before else []),
        count(found.number, "coverage"),
        values[-1],
    )
    fields = (*([f"number_{own.years[-2].name}"] if before else []), "number", "value")
    return DocumentTable("Dekking", header, rows, total, fields=fields, names=named(labels))


def spent_table(whole: AnnualFigures) -> DocumentTable:
    """Per client what the value was made of, and what social firms were paid."""
    parts = whole.clients
    purchases, csr = whole.by_category["social_purchasing"], whole.by_category["csr"]
    columns = [
        column(
            [*(part.fulfilled - part.social_spend for part in parts), whole.by_category["work"]]
        ),
        column([*(part.purchases for part in parts), purchases]),
        column([*(part.social_spend - part.purchases for part in parts), csr]),
        column([*(part.fulfilled for part in parts), whole.fulfilled]),
        column([*(part.social_firm_spend for part in parts), whole.social_firm_spend]),
    ]
    opens = (
        *(f"fulfilled?category={code}" for code in Category.values),
        "fulfilled?",
        "social_firm_spend?",
    )
    rows = [
        (
            part.name,
            *(
                cells[i].opening(f"{name}&municipality={part.code}".replace("?&", "?"))
                for cells, name in zip(columns, opens, strict=True)
            ),
        )
        for i, part in enumerate(parts)
    ]
    total = (
        "Regio",
        *(cells[-1].opening(name.rstrip("?")) for cells, name in zip(columns, opens, strict=True)),
    )
    header = (
        capital(client_word(whole)),
        *map(category, Category.values),
        "Samen",
        SOCIAL_FIRM_SPEND.column,
    )
    note = (
        "De eerste vier kolommen zijn toegekende waarde; de laatste is wat werkelijk is betaald,"
        " exclusief btw."
    )
    fields = (*Category.values, FULFILLED.name, SOCIAL_FIRM_SPEND.name)
    names = named(part.code for part in parts)
    return DocumentTable(
        "Waar de waarde terechtkwam", header, rows, total, note, fields=fields, names=names
    )


def team_table(team: Team) -> DocumentTable:
    """The cost of the team, and of what is proposed with it, divided by inhabitants."""
    amounts = with_total([town.amount for town in team.towns])
    rows = [(town.name, count(town.inhabitants), amounts[i]) for i, town in enumerate(team.towns)]
    total = ("Totaal", count(sum(town.inhabitants for town in team.towns)), amounts[-1])
    header = ("Gemeente", "Inwoners", "Deel van de kosten per jaar")
    fields, names = ("inhabitants", "amount"), named(slugify(town.name) for town in team.towns)
    caption = "Kosten van het team, verdeeld naar inwoners"
    return DocumentTable(caption, header, rows, total, fields=fields, names=names)


# --- Tables: what lies ahead ----------------------------------------------------------------------


def promises_table(promises: Sequence[Promise], goals: Iterable[Goal]) -> DocumentTable:
    """Per year to come the goal, and what running contracts come to."""
    aims = {goal.year: goal for goal in goals if goal.indicator == FULFILLED.name}
    heads = {
        "realised": "Al ingevuld",
        "forecast": "Met wat gepland en in beoordeling is",
        "obliged": "Als elke verplichting wordt ingevuld",
    }
    for name in ("realised", "forecast"):
        if not any(getattr(promise, name) for promise in promises):
            del heads[name]
    columns = [column([getattr(p, name) for p in promises]) for name in heads]
    rows = [
        (
            str(promise.year),
            *(cells[i] for cells in columns),
            (aim(FULFILLED, goal.low, goal.high) if (goal := aims.get(promise.year)) else NOTHING),
        )
        for i, promise in enumerate(promises)
    ]
    header = ("Jaar", *heads.values(), "Doel")
    note = (
        "Wat lopende opdrachten nog beloven, is gelijk verdeeld over de dagen tot hun einde. Nieuwe"
        " opdrachten tellen hierin niet mee."
    )
    return DocumentTable(
        "Wat lopende opdrachten nog opleveren",
        header,
        rows,
        note=note,
        fields=(*heads, "goal"),
        names=[str(promise.year) for promise in promises],
    )


def scenario_table(scenario: Scenario) -> DocumentTable:
    """The assumptions of the scenario, and what they come to."""
    parts = (
        ("Inkoopvolume per jaar", scenario.volume, column),
        ("Deel daarvan met social return", scenario.share, _rates),
        ("Gemiddeld percentage", scenario.rate, _rates),
        ("Deel van de verplichting dat wordt ingevuld", scenario.realised, _rates),
    )
    rows = [(label, *write([bounds.low, bounds.high])) for label, bounds, write in parts]
    total = ("Ingevulde waarde per jaar", *column([scenario.value.low, scenario.value.high]))
    year = f" voor {scenario.year}" if scenario.year else ""
    return DocumentTable(
        f"Scenario{year}, vier aannames vermenigvuldigd",
        ("Aanname", "Laag", "Hoog"),
        rows,
        total,
        fields=("low", "high"),
        names=named(("volume", "share", "rate", "realised")),
    )


def _rates(values: Iterable[Decimal | None]) -> list[Cell]:
    return [rate(value) for value in values]
