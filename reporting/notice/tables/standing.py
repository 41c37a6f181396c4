"""How contracts stood at the end of the year, what came of those that ended, and what the desk did:
the tables.
"""

from datetime import date
from decimal import Decimal

from placements.matching.figures import DeskFigures
from placements.models import Came, WhyNot
from placements.standing.progress import Status
from reporting.figures.facts import AnnualFigures
from reporting.figures.words import capital
from reporting.notice.tables.cells import Cell, column, count, dashed, named
from sroi.documents.tables import DocumentTable
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro, long_date


def statuses_table(own: AnnualFigures, day: date) -> DocumentTable:
    """How many contracts stood how, with what they owed and what was done of it."""
    found = own.statuses
    amounts = [
        column([*parts, sum(parts, ZERO)])
        for parts in (
            [status.obligation for status in found],
            [status.realised for status in found],
            [status.open for status in found],
        )
    ]
    rows = [
        (
            capital(str(Status(status.code).label)),
            count(status.number),
            *(dashed(cells[i]) for cells in amounts),
        )
        for i, status in enumerate(found)
    ]
    total = ("Samen", count(sum(status.number for status in found)), *(c[-1] for c in amounts))
    header = ("Stand", "Opdrachten", "Verplicht", "Ingevuld", "Nog in te vullen")
    said = []
    if any(status.code == Status.SETTLED for status in found):
        said.append("Van afgerekende opdrachten staan hier die dit jaar eindigden.")
    if any(status.realised > status.obligation for status in found):
        said.append(
            "Wat bij de ene opdracht meer is ingevuld dan verplicht, telt niet bij een andere."
        )
    return DocumentTable(
        f"Hoe opdrachten ervoor stonden op {long_date(day)}",
        header,
        rows,
        total,
        " ".join(said),
        fields=("number", "obligation", "realised", "open"),
        names=named(status.code for status in found),
    )


def ended_table(own: AnnualFigures) -> DocumentTable | None:
    """What came of the contracts whose last counted day lies in the year; what is nothing is left
    out.
    """
    found = own.contracts_ended
    if not found or not found.number:
        return None
    rows: list[tuple[str, str, int | None, Decimal | None]] = [
        ("fulfilled", "Voldaan", found.fulfilled, None),
        ("short", "Met een tekort", found.short, found.short_amount),
        ("penalties", "Boetes die zijn opgelegd", None, found.penalties),
        ("waived", "Geen boete, want buiten schuld", None, found.waived),
    ]
    shown = [row for row in rows if row[2] or row[3]]
    amounts = column([amount for _name, _label, _number, amount in shown])
    return DocumentTable(
        f"Wat er van de opdrachten werd die in {own.year} eindigden",
        ("", "Opdrachten", "Bedrag"),
        [
            (
                label,
                Cell(NOTHING) if number is None else count(number),
                Cell(NOTHING) if amount is None else amounts[i],
            )
            for i, (_name, label, number, amount) in enumerate(shown)
        ],
        fields=("number", "amount"),
        names=named((name for name, *_rest in shown), total=False),
    )


def desk_table(desk: DeskFigures) -> DocumentTable:
    """Places, needs and matches of the period, what came of them and why not; what is nothing is
    left out.
    """
    rows: list[tuple[str, str, int | None]] = [
        ("places", "Plekken aangeboden", desk.places),
        ("needs", "Vragen geplaatst", desk.needs),
        ("proposed", "Matches voorgesteld", desk.proposed),
        ("agreed", "Matches overeengekomen", desk.agreed),
        ("days_to_agree", "Dagen tot overeenstemming (mediaan)", desk.days_to_agree),
        ("started", "Matches begonnen", desk.started),
        ("ended", "Matches afgelopen", desk.ended),
        *((f"came_{code}", f"– {Came(code).label}", number) for code, number in desk.came.items()),
        ("declined", "Matches afgewezen", desk.declined),
        *(
            (f"why_not_{code}", f"– {WhyNot(code).label}", number)
            for code, number in desk.why_not.items()
        ),
    ]
    shown = [row for row in rows if row[2] or (row[0] == "days_to_agree" and row[2] is not None)]
    note = (
        f"Wat uit matches voortkwam, telde dit jaar mee voor {euro(desk.fulfilled)}."
        if desk.fulfilled
        else ""
    )
    return DocumentTable(
        "Het loket in aantallen",
        ("", "Aantal"),
        [(label, count(number or 0)) for _name, label, number in shown],
        note=note,
        fields=("number",),
        names=named((name for name, *_rest in shown), total=False),
    )
