"""Tables about people, of the region only, with small groups told together (`masking.merged`)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.text import capfirst

from placements.models import OUTSIDE, Became, Moment, Origin
from reporting.figures.catalogue import FULFILLED, WORKPLACES
from reporting.figures.facts import AnnualFigures
from reporting.figures.masking import OTHERS, PublicRow, group_rows, merged
from reporting.figures.people import ANSWERED, ASKED, JOB
from reporting.figures.words import target_group
from reporting.notice.tables.cells import YEARS, Cell, column, count, named
from sroi.documents.tables import DocumentTable

OTHER, NOT_RECORDED = "Overig", "Niet vastgelegd"
# Of a year before: it was not told apart then.
AMONG_OTHERS = "in overig"
WHEN = {
    Moment.END: "aan het eind van de plaatsing",
    Moment.AFTER_6: "zes maanden erna",
    Moment.AFTER_12: "twaalf maanden erna",
}
AS_A_JOB = (
    "Waar de bouwblokkentabel werkervaringsplekken en proefplaatsingen niet apart noemt, tellen zij"
    " mee als baan."
)
KINDS = {
    JOB: "Baan",
    "apprenticeship": "Leerwerkplek (BBL)",
    "internship": "Stage",
    "work_experience": "Werkervaringsplek",
    "trial": "Proefplaatsing",
}


def told_together(below: int, hides: bool) -> str:
    """Under a table of groups."""
    if not hides:
        return ""
    return (
        f"Groepen van minder dan {below} staan samen onder ‘{OTHER}’, zodat niemand te herkennen"
        " is."
    )


def target_groups_table(whole: AnnualFigures, below: int) -> DocumentTable | None:
    """Workplaces and their value per target group; None where no group may be told apart.

    Each year is told by its own groups: what was not told apart in the year before is not told
    beside this one either.
    """
    now = merged(group_rows(whole.work_groups), below)
    if all(row.code == OTHERS for row in now):
        return None
    before = merged(group_rows(whole.groups_before), below)
    groups = [row for row in now if row.code != OTHERS]
    together = next((row for row in now if row.code == OTHERS), PublicRow(OTHERS, 0))
    then = _then(whole, before)
    known = [then.get(group.code, 0) for group in groups]
    rest = sum(row.count for row in before) - sum(n for n in known if n is not None)
    rows = [*groups, *([together] if together in now or (before and rest) else [])]
    amounts: list[Cell] = []
    if all(row.amount is not None for row in now):
        amounts = column([*(row.amount for row in rows), whole.by_category["work"]])
    lines = []
    for i, row in enumerate(rows):
        earlier = rest if row.code == OTHERS else known[i]
        line = [OTHER if row.code == OTHERS else target_group(row.code)]
        if before:
            line.append(Cell(AMONG_OTHERS) if earlier is None else count(earlier))
        lines.append([*line, count(row.count), *([amounts[i]] if amounts else [])])
    total = [
        "Totaal werk",
        *([count(whole.years[-2].workplaces)] if before else []),
        count(whole.workplaces, WORKPLACES.name),
        *([amounts[-1].opening(f"{FULFILLED.name}?category=work")] if amounts else []),
    ]
    year = f" {whole.year}" if before else ""
    header = [
        "Doelgroep",
        *([f"Werkplekken {whole.years[-2].name}"] if before else []),
        f"Werkplekken{year}",
        *([f"Ingevulde waarde{year}"] if amounts else []),
    ]
    fields = [
        *([f"{WORKPLACES.name}_{whole.years[-2].name}"] if before else []),
        WORKPLACES.name,
        *([FULFILLED.name] if amounts else []),
    ]
    note = told_together(below, together in now or None in known)
    names = named(row.code for row in rows)
    return DocumentTable(
        "Werkplekken per doelgroep", header, lines, total, note, fields=fields, names=names
    )


def _then(whole: AnnualFigures, before: list[PublicRow]) -> dict[str, int | None]:
    """Of the groups of the year before how many, None where they were told together."""
    told = {row.code: row.count for row in before}
    return {row.code: told.get(row.code) for row in group_rows(whole.groups_before)}


# How the people of a year are counted, by the name of the count: what it is called, and what it is.
COUNTED = {
    WORKPLACES.name: (
        WORKPLACES.title,
        "Een plaatsing die in het jaar meetelde. Wie twee plaatsingen had, telt hier twee keer.",
    ),
    "workplaces_started": (
        "Begonnen in het jaar",
        "Daarvan de plaatsingen die in het jaar begonnen. De andere liepen al.",
    ),
    "persons": (
        "Personen",
        "De mensen achter deze werkplekken. Wie bij één opdrachtnemer meer plaatsingen had, telt"
        " één keer.",
    ),
}


def counted_table(whole: AnnualFigures) -> DocumentTable | None:
    """Placements and the persons behind them over the years; None where a report was frozen before
    persons were counted of each year.
    """
    years = whole.years[-YEARS:]
    numbers: list[dict[str, Any]] = [
        {WORKPLACES.name: year.workplaces, **year.values} for year in years
    ]
    if not any(year.workplaces for year in years) or any(COUNTED.keys() - n for n in numbers):
        return None
    rows = [
        (label, meaning, *(count(of_year[name]) for of_year in numbers))
        for name, (label, meaning) in COUNTED.items()
    ]
    names = [year.name for year in years]
    return DocumentTable(
        "Werkplekken en personen per jaar",
        ("", "Wat geteld is", *names),
        rows,
        words=(0, 1),
        fields=("meaning", *names),
        names=named(COUNTED, total=False),
    )


def kinds_table(whole: AnnualFigures, below: int) -> DocumentTable | None:
    if len(whole.by_kind) < 2:
        return None
    table = _workplaces(whole, "soort", whole.by_kind, KINDS.__getitem__, below)
    return table and replace(table, note=" ".join(filter(None, (AS_A_JOB, table.note))))


def origins_table(whole: AnnualFigures, below: int) -> DocumentTable | None:
    if not whole.by_origin or whole.people is None:
        return None
    return _workplaces(whole, "herkomst", whole.people.by_origin, _origin, below)


def residences_table(
    whole: AnnualFigures, towns: Mapping[str, str], below: int
) -> DocumentTable | None:
    if not whole.by_residence or whole.people is None:
        return None
    names = {OUTSIDE: "Buiten de regio", **towns}
    counts = whole.people.by_residence
    return _workplaces(whole, "woonplaats", counts, lambda code: names.get(code, code), below)


def _origin(code: str) -> str:
    return capfirst(str(Origin(code).label))


def _workplaces(
    whole: AnnualFigures,
    by: str,
    counts: Mapping[str, int],
    word: Callable[[str], str],
    below: int,
) -> DocumentTable | None:
    if set(counts) <= {OTHERS, ""}:
        # Nothing is told apart.
        return None
    names = {"": NOT_RECORDED, OTHERS: OTHER}
    # What is told together and what is not known come last.
    codes = sorted(counts, key=lambda code: (code in names, code == OTHERS, -counts[code], code))
    rows = [(names.get(code) or word(code), count(counts[code])) for code in codes]
    return DocumentTable(
        f"Werkplekken per {by}",
        (capfirst(by), WORKPLACES.column),
        rows,
        ("Samen", count(sum(counts.values()))),
        told_together(below, OTHERS in counts),
        fields=(WORKPLACES.name,),
        names=named(codes),
    )


def outcomes_table(whole: AnnualFigures, moment: Moment, below: int) -> DocumentTable | None:
    """What became of them at this moment, as far as it was answered; None where nothing may be told
    apart.
    """
    told = whole.outcomes.get(moment, {})
    codes = [code for code in (*Became.values, OTHERS) if code in told]
    if codes in ([], [OTHERS]) or not told[ANSWERED]:
        return None
    rows = [(_outcome(code), count(told[code])) for code in codes]
    total = ("Antwoorden samen", count(told[ANSWERED]))
    note = " ".join(filter(None, (response(told), told_together(below, OTHERS in told))))
    return DocumentTable(
        f"Wat er van hen werd, {WHEN[moment]}",
        ("Uitkomst", WORKPLACES.column),
        rows,
        total,
        note,
        fields=(WORKPLACES.name,),
        names=named(codes),
    )


def _outcome(code: str) -> str:
    return OTHER if code == OTHERS else capfirst(str(Became(code).label))


def response(told: Mapping[str, int]) -> str:
    return f"Gevraagd over {told[ASKED]} plaatsingen, beantwoord over {told[ANSWERED]}."
