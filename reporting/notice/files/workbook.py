"""An edition as a workbook: each figure, each table, and the lines behind them, on sheets with
filters.

For the region's own staff: the lines are not masked. Words are Dutch, as in the notice.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Sum, When
from django.utils import translation

from contracts.coverage.coverage import expected_to_owe
from contracts.models import Contract, Contractor, ObligationLine
from placements.models import FulfilmentLine
from reporting.figures.catalogue import FIGURES
from reporting.figures.exchange import PARTS, figures_as_data, leaves
from reporting.figures.facts import PartFigures
from reporting.figures.kinds import Kind
from reporting.figures.records import Ledger
from reporting.figures.words import (
    RATE_REASONS,
    capital,
    category,
    policy_field,
    sector,
    target_group,
)
from reporting.notice import wording
from reporting.notice.editions import Edition
from reporting.notice.notice import CouncilNotice
from sroi.database.batches import streamed
from sroi.database.together import ask
from sroi.exchange import ExportTable, Percent, write_xlsx
from sroi.money import ZERO
from sroi.periods import Period
from sroi.templatetags.formats import long_date

AMOUNT = re.compile(r"-?\d+\.\d\d")
OWED = (
    "Boeking",
    "Datum",
    "Opdracht",
    "Opdrachtnemer",
    "Opdrachtgever",
    "Soort",
    "Maand",
    "Geboekt in",
    "Telt mee in",
    "Contractwaarde",
    "Verplichting",
)
DONE = (
    "Boeking",
    "Datum",
    "Opdracht",
    "Opdrachtnemer",
    "Opdrachtgever",
    "Invulling",
    "Categorie",
    "Bouwblok",
    "Doelgroep",
    "Beleidsterrein",
    "Beoordeeld door",
    "Beoordeeld op",
    "Maand",
    "Geboekt in",
    "Telt mee in",
    "Waarde",
    "Betaald",
    "Fte",
)


CONTRACTS = (
    "Opdracht",
    "Titel",
    "Opdrachtnemer",
    "Soort",
    "CPV",
    "Beleidsterrein",
    "Gegund op",
    "Begin",
    "Einde",
    "Contractwaarde bij gunning",
    "Percentage",
    "Reden lager percentage",
    "Toelichting reden",
    "Op of boven de drempel",
    "Verplichting sinds het begin",
    "Ingevuld sinds het begin",
)


# What the sheet of each table is called: the whole name fits on its tab.
SHEETS = {
    "goals": "Doelen",
    "beside": "Naast de regio",
    "years": "Per jaar",
    "categories": "Per categorie",
    "municipalities": "Per opdrachtgever",
    "target_groups": "Per doelgroep",
    "counted": "Werkplekken en personen",
    "kinds": "Per soort plaatsing",
    "origins": "Per herkomst",
    "residences": "Per woonplaats",
    "outcomes_end": "Uitkomst aan het eind",
    "outcomes_after_6": "Uitkomst na 6 maanden",
    "outcomes_after_12": "Uitkomst na 12 maanden",
    "policy_fields": "Per beleidsterrein",
    "sectors": "Per branche",
    "promises": "Wat lopende opdrachten beloven",
    "scenario": "Scenario",
    "finance": "Financieel overzicht",
    "reconciled": "Aansluiting van bedragen",
    "statuses": "Stand van opdrachten",
    "ended": "Geëindigde opdrachten",
    "desk": "Loket",
    "reasons": "Redenen lager percentage",
    "coverage": "Dekking",
    "without": "Redenen geen verplichting",
    "spent": "Waar de waarde terechtkwam",
    "team": "Kosten van het team",
}


def as_xlsx(edition: Edition) -> bytes:
    """Every figure, every table of the notice, and the lines up to the posting of the figures."""
    target = io.BytesIO()
    with translation.override("nl"):
        notice = CouncilNotice(edition)
        tables = {name: table for name, table in notice.tables.items() if table}
        sheets = [
            ExportTable("Toelichting", ("Wat", "Uitleg"), _about(notice)),
            ExportTable("Cijfers", ("Cijfer", "Naam", "Onderdeel", "Waarde"), figure_rows(edition)),
            *(
                ExportTable(
                    SHEETS[name],
                    [table.header[0] or "Onderdeel", *table.header[1:]],
                    map(_values, _rows(table)),
                    has_total=bool(table.total),
                )
                for name, table in tables.items()
            ),
            ExportTable(
                "Jaren naast elkaar",
                ("Onderdeel", "Deel", "Jaar", "Ingevulde waarde"),
                year_rows(edition),
            ),
            ExportTable(
                "Opdrachtnemers",
                ("Opdrachtnemer", "Ingevulde waarde"),
                part_rows(edition.own.contractors),
            ),
            ExportTable(
                "Bouwblokken", ("Bouwblok", "Ingevulde waarde"), part_rows(edition.own.blocks)
            ),
            ExportTable("Opdrachten", CONTRACTS, contract_rows(edition)),
            ExportTable("Boekingen verplichting", OWED, owed_rows(edition)),
            ExportTable("Boekingen invulling", DONE, done_rows(edition)),
        ]
        write_xlsx(target, sheets, notice.title)
    return target.getvalue()


def _about(notice: CouncilNotice) -> Iterator[tuple[Any, ...]]:
    edition = notice.edition
    yield (
        "Wat dit is",
        f"{notice.title}: alle cijfers en tabellen, en de boekingen waaruit ze zijn opgebouwd.",
    )
    yield (
        "Voor wie",
        "Voor intern gebruik: opdrachtnemers staan erin, en de bladen met boekingen en opdrachten"
        " zijn niet afgeschermd. In cijfers en tabellen staan kleine aantallen zoals in de"
        " mededeling.",
    )
    yield "Aan", notice.addressees
    yield "Stand van de gegevens", long_date(edition.data_date)
    yield "Status", notice.state
    yield "Laatste boeking", edition.posting
    yield (
        "Boekingen",
        f"Twee bladen met de regels die in {edition.year} zijn geboekt. Filter op elke kolom.",
    )
    yield "Opdrachten", f"Per opdracht wat tot en met {edition.year} is verplicht en ingevuld."
    yield "Bedragen", "Euro, exclusief btw."


def figure_rows(edition: Edition) -> Iterator[tuple[Any, ...]]:
    for name, value in figures_as_data(edition.shown.own).items():
        label = FIGURES[name].title if name in FIGURES else str(PARTS.get(name, ""))
        for path, part in leaves(value):
            yield name, label, ".".join(path), _number(name, path, part)


def _number(name: str, path: Sequence[str], part: Any) -> Any:
    if not (isinstance(part, str) and AMOUNT.fullmatch(part)):
        return part
    is_rate = name in FIGURES and FIGURES[name].kind is Kind.PERCENT
    return Percent(part) if is_rate or path[-1:] == ("percentage",) else Decimal(part)


def year_rows(edition: Edition) -> Iterator[tuple[Any, ...]]:
    """Fulfilled per category, client, policy field and sector, of every year."""
    clients = dict(edition.region.municipalities.values_list("code", "name"))
    names: dict[str, tuple[str, Callable[[str], str]]] = {
        "category": ("Categorie", category),
        "municipality": (
            capital(wording.client_word(edition.own)),
            lambda code: clients.get(code, code),
        ),
        "policy_field": ("Beleidsterrein", policy_field),
        "sector": ("Branche", sector),
    }
    for split, (label, word) in names.items():
        codes = edition.own.history.get(split, {})
        for code in sorted(codes):
            for year, amount in sorted(codes[code].items()):
                yield label, word(code), int(year), amount


def part_rows(parts: Iterable[PartFigures]) -> Iterator[tuple[Any, ...]]:
    """Of the year, largest first."""
    return ((part.name, part.fulfilled) for part in parts)


def _values(row: Iterable[str]) -> list[Any]:
    """Figures as numbers, so that a spreadsheet can add them up; words as they are written."""
    return [_value(cell) for cell in row]


def _value(cell: str) -> Any:
    value = getattr(cell, "value", None)
    if value is None:
        aim = getattr(cell, "aim", None)
        return str(cell) if aim is None else aim
    return Percent(value) if cell.endswith("%") else value


def _rows(table: Any) -> list[Any]:
    return [*table.rows, table.total] if table.total else list(table.rows)


def contract_rows(edition: Edition) -> Iterator[tuple[Any, ...]]:
    """Every contract with a line up to the end of the year, and what its lines come to."""
    sums = ask(
        [
            _to_date(ObligationLine, edition, "obligation_delta"),
            _to_date(FulfilmentLine, edition, "amount"),
        ]
    )
    owed, done = (dict[int, Decimal](rows) for rows in sums)
    expected = Case(
        When(expected_to_owe(Period.year(edition.year)), then=True),
        default=False,
        output_field=BooleanField(),
    )
    contracts = (
        Contract.objects.filter(pk__in=[*owed, *done])
        .select_related("contractor")
        .annotate(is_expected=expected)
        .order_by("reference")
    )
    for contract in contracts:
        yield (
            contract.reference,
            contract.title,
            contract.contractor.name,
            contract.get_procurement_type_display(),
            contract.cpv,
            policy_field(contract.policy_field) if contract.policy_field else "",
            contract.award_date,
            contract.start_date,
            contract.end_date,
            contract.value,
            None if contract.rate is None else Percent(contract.rate),
            RATE_REASONS[contract.rate_reason] if contract.rate_reason else "",
            contract.rate_reason_text,
            contract.is_expected,
            owed.get(contract.pk, ZERO),
            done.get(contract.pk, ZERO),
        )


def _to_date(model: Any, edition: Edition, amount: str) -> Any:
    rows = _known(model, edition).order_by().values_list("contract")
    return rows.annotate(total=Sum(amount))


def _known(model: Any, edition: Edition) -> Any:
    """The lines up to the end of the year and the posting of the figures."""
    where = {"municipality": edition.municipality} if edition.municipality else {}
    found = model.objects.filter(
        contract__region=edition.region, booked__lte=Period.year(edition.year).last, **where
    )
    return found.filter(posting__number__lte=edition.posting)


def _lines(model: Any, edition: Edition) -> Any:
    found = _known(model, edition).filter(booked__gte=Period.year(edition.year).first)
    return found.select_related("posting__by", "contract__contractor", "municipality").order_by(
        "posting", "pk"
    )


def owed_rows(edition: Edition) -> Iterator[tuple[Any, ...]]:
    lines = _with_counts(_lines(ObligationLine, edition), Ledger.OBLIGATION, edition)
    for line in streamed(lines):
        yield (
            *_common(line, line.contract.contractor),
            line.get_kind_display(),
            line.month,
            line.booked,
            _counting(line),
            line.value_delta,
            line.obligation_delta,
        )


def done_rows(edition: Edition) -> Iterator[tuple[Any, ...]]:
    lines = _with_counts(_lines(FulfilmentLine, edition), Ledger.FULFILMENT, edition)
    for line in streamed(
        lines.select_related("fulfilment__contractor", "version__reviewed_by", "block")
    ):
        yield (
            *_common(line, line.fulfilment.contractor),
            line.fulfilment.external_id,
            line.get_category_display(),
            line.block.label,
            target_group(line.target_group),
            policy_field(line.policy_field),
            str(line.version.reviewed_by or ""),
            line.version.reviewed_at,
            line.month,
            line.booked,
            _counting(line),
            line.amount,
            line.paid,
            Decimal(str(line.fte)),
        )


def _with_counts(lines: Any, ledger: Ledger, edition: Edition) -> Any:
    """Each line with the figures that it counts in, as the record of each says."""
    period = Period.year(edition.year)
    conditions = {
        f"in_{figure.name}": Case(
            When(figure.condition(period, lines), then=True),
            default=False,
            output_field=BooleanField(),
        )
        for figure in FIGURES.values()
        if figure.ledger is ledger and figure.lines
    }
    return lines.annotate(**conditions)


def _counting(line: Any) -> str:
    names = (figure.title for name, figure in FIGURES.items() if getattr(line, f"in_{name}", False))
    return "; ".join(names)


def _common(line: Any, contractor: Contractor) -> tuple[Any, ...]:
    return (
        line.posting.number,
        line.posting.at,
        line.contract.reference,
        contractor.name,
        line.municipality.name,
    )
