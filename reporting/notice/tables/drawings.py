"""The charts of the council notice."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reporting.figures.catalogue import FULFILLED
from reporting.figures.facts import AnnualFigures, GoalResult
from reporting.figures.records import Figure
from reporting.figures.words import capital, category
from reporting.models import Goal
from reporting.notice.tables.cells import YEARS
from reporting.notice.tables.exhibits import in_order
from reporting.notice.wording import client_word
from reporting.outlook.outlook import Outlook
from sroi.charts.bars import goal_bars, horizontal_bars, split_bar
from sroi.charts.facts import Bar, Chart, GoalStep, Result, Year
from sroi.charts.years import growth_path, year_columns

PROMISES = ("Ingevuld, gepland en in beoordeling", "Als elke lopende verplichting wordt ingevuld")


def goals_chart(goals: Mapping[str, GoalResult]) -> Chart:
    results = [
        Result(
            goal.figure.title,
            goal.result,
            goal.low,
            goal.high,
            goal.figure.kind.written,
        )
        for goal in in_order(goals)
    ]
    return goal_bars("doelen", "Resultaat naast doel", results, columns=("", "Resultaat", "doel"))


def years_chart(own: AnnualFigures, goals: Iterable[Goal], figure: Figure) -> Chart:
    """The figure over the last years, each with the goal that was set for it."""
    limits_of = {goal.year: goal for goal in goals if goal.indicator == figure.name}
    title = f"{figure.title} per jaar"
    years = [
        Year(
            part.name,
            Decimal(figure.value(part)),
            goal.low if (goal := limits_of.get(part.year)) else None,
            goal.high if goal else None,
            current=part.year == own.year,
        )
        for part in own.years[-YEARS:]
    ]
    return year_columns(
        f"jaren-{figure.name}",
        title,
        years,
        columns=("Jaar", title, "doel"),
        format=figure.kind.short,
    )


def categories_chart(own: AnnualFigures) -> Chart:
    parts = [Bar(category(code), value) for code, value in own.by_category.items() if value]
    columns = ("Categorie", FULFILLED.column, "Aandeel")
    return split_bar(
        "categorieen",
        "Ingevulde waarde per categorie",
        parts,
        columns=columns,
        format=FULFILLED.kind.said,
    )


def clients_chart(whole: AnnualFigures) -> Chart | None:
    """Beside each other, where there is more than one."""
    bars, word = [Bar(part.name, part.fulfilled) for part in whole.clients], client_word(whole)
    columns = (capital(word), FULFILLED.column)
    title = f"Ingevulde waarde per {word}"
    return (
        horizontal_bars("gemeenten", title, bars, columns=columns, format=FULFILLED.kind.said)
        if len(bars) > 1
        else None
    )


def growth_chart(
    whole: AnnualFigures, goals: Sequence[Goal], figure: Figure, ahead: Outlook
) -> Chart:
    """From what was reached to what is aimed at in later years; of value also what runs and what a
    scenario gives.
    """
    steps = [
        GoalStep(part.year, Decimal(figure.value(part)), reached=True) for part in whole.years[-3:]
    ]
    steps += [
        GoalStep(goal.year, goal.low, goal.high) for goal in goals if goal.indicator == figure.name
    ]
    more = _ahead(ahead, max(step.year for step in steps)) if figure is FULFILLED and steps else {}
    return growth_path(
        f"groei-{figure.name}",
        f"{figure.title}: resultaat en ambitie",
        steps,
        columns=("Jaar", figure.title),
        format=figure.kind.short,
        **more,
    )


def _ahead(ahead: Outlook, last: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if ahead.promises:
        found["promised"] = [GoalStep(p.year, p.forecast, p.obliged) for p in ahead.promises]
        some = any(promise.forecast for promise in ahead.promises)
        found["promises"] = PROMISES if some else ("", PROMISES[1])
    if ahead.scenario:
        value = ahead.scenario.value
        found["scenario"] = GoalStep(ahead.scenario.year or last, value.low, value.high)
        found["scenario_label"] = "Scenario, laag tot hoog"
    return found
