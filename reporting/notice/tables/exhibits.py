"""The tables of the core message. They lay figures out and never compute one that is not a sum
shown.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reporting.figures.catalogue import (
    AVERAGE_RATE,
    CONTRACT_VALUE_REGISTERED,
    FULFILLED,
    INDICATORS,
    OBLIGATION_REGISTERED,
    OPEN,
    SOCIAL_FIRM_SPEND,
    SOCIAL_SPEND,
    WORKPLACES,
)
from reporting.figures.facts import AnnualFigures, GoalResult
from reporting.figures.kinds import Kind
from reporting.figures.records import Figure
from reporting.figures.words import (
    POLICY_FIELDS,
    capital,
    category,
    policy_field,
    sector,
)
from reporting.notice.tables.cells import (
    YEARS,
    Cell,
    aim,
    column,
    count,
    dashed,
    named,
    rate,
    shares,
    with_total,
    years_before,
)
from reporting.notice.tables.finances import open_by_year
from reporting.notice.wording import client_word, clients_word, origin, verdict
from sroi.documents.tables import DocumentTable
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING


def in_order(goals: Mapping[str, GoalResult]) -> list[GoalResult]:
    return [goals[figure.name] for figure in INDICATORS if figure.name in goals]


def goals_table(whole: AnnualFigures, running: bool, opens: bool = True) -> DocumentTable:
    """`opens` says that the edition is the region's, whose figures these are."""
    before = years_before(whole, 1)
    rows = [
        (
            goal.figure.title,
            *(_measure(goal.figure, goal.figure.value(year)) for year in before),
            _measure(goal.figure, goal.result).opening(goal.indicator if opens else ""),
            aim(goal.figure, goal.low, goal.high),
            rate(goal.percentage),
            verdict(goal, running),
        )
        for goal in in_order(whole.goal)
    ]
    header = (
        "",
        *(year.name for year in before),
        "Resultaat",
        "Doel",
        "Resultaat t.o.v. doel",
        "Uitkomst",
    )
    ranged = any(goal.high not in (None, goal.low) for goal in whole.goal.values())
    said = ["Bij een doel met twee grenzen is het percentage dat van de laagste."] if ranged else []
    said += [origin(goal) for goal in in_order(whole.goal) if goal.chain or goal.source]
    note = " ".join(said)
    fields = (*(year.name for year in before), "result", "goal", "percentage", "outcome")
    names = named((goal.indicator for goal in in_order(whole.goal)), total=False)
    words = (0, len(header) - 1)
    return DocumentTable(
        "Resultaat naast doel", header, rows, words=words, note=note, fields=fields, names=names
    )


def _measure(figure: Figure, value: Decimal | int) -> Cell:
    return Cell(figure.kind.written(value), value)


# What a year, or a municipality, is told by.
COLUMNS = (WORKPLACES, FULFILLED, CONTRACT_VALUE_REGISTERED, OBLIGATION_REGISTERED, AVERAGE_RATE)


def years_table(own: AnnualFigures, remarks: Mapping[str, str]) -> DocumentTable:
    """The years beside each other; `remarks` say of a year why it stands out."""
    years = own.years[-YEARS:]
    columns = {
        figure.name: with_total([figure.value(year) for year in years])
        for figure in COLUMNS
        if figure.kind is Kind.EURO
    }
    rows = [
        (
            year.name,
            count(year.workplaces, f"workplaces?year={year.name}"),
            *(
                amounts[i].opening(f"{figure}?year={year.name}")
                for figure, amounts in columns.items()
            ),
            rate(year.average_rate, f"average_rate?year={year.name}"),
        )
        for i, year in enumerate(years)
    ]
    total = (
        ("Samen", NOTHING, *(amounts[-1] for amounts in columns.values()), NOTHING)
        if len(years) > 1
        else ()
    )
    header = ("Jaar", *(figure.column for figure in COLUMNS))
    said = [
        "Een werkplek die in meer jaren loopt, telt in elk van die jaren; daarom staat er geen"
        " totaal."
    ]
    said = (said if total else []) + [
        f"{year.name}: {remarks[year.name].rstrip('.')}." for year in years if year.name in remarks
    ]
    fields = [figure.name for figure in COLUMNS]
    names = named((year.name for year in years), bool(total))
    return DocumentTable(
        "Ontwikkeling per jaar",
        header,
        rows,
        total,
        " ".join(said),
        fields=fields,
        names=names,
    )


def split_table(
    own: AnnualFigures,
    caption: str,
    head: str,
    split: str,
    parts: Sequence[tuple[str, str, Decimal]],
) -> DocumentTable:
    """What was fulfilled per part (code, name, value), beside the years before, and as a share of
    the year.
    """
    before = years_before(own)
    columns = [
        column(
            [
                *(own.in_year(split, code, year.year) for code, _name, _value in parts),
                year.fulfilled,
            ]
        )
        for year in before
    ]
    columns.append(column([*(value for _code, _name, value in parts), own.fulfilled]))
    names = [f"?year={year.name}&" for year in before] + ["?"]
    percents = shares((value for _code, _name, value in parts), own.fulfilled)
    rows = [
        (
            name,
            *(
                cells[i].opening(f"fulfilled{query}{split}={code}")
                for cells, query in zip(columns, names, strict=True)
            ),
            percents[i],
        )
        for i, (code, name, _value) in enumerate(parts)
    ]
    totals = [
        cells[-1].opening(f"fulfilled{query}".rstrip("?&"))
        for cells, query in zip(columns, names, strict=True)
    ]
    header = (head, *(year.name for year in before), str(own.year), "Aandeel")
    fields = (*(year.name for year in before), str(own.year), "share")
    names = named(code for code, _name, _value in parts)
    return DocumentTable(
        caption, header, rows, ("Totaal", *totals, percents[-1]), fields=fields, names=names
    )


def categories_table(own: AnnualFigures) -> DocumentTable:
    before = [year.year for year in years_before(own)]
    parts = [
        (code, category(code), value)
        for code, value in own.by_category.items()
        if value or any(own.in_year("category", code, year) for year in before)
    ]
    return split_table(own, "Ingevulde waarde per categorie", "Categorie", "category", parts)


def policy_fields_table(own: AnnualFigures) -> DocumentTable:
    """Every policy field for which something was done, with what it is for and its figures."""
    impacts = {field.code: field.impact for field in POLICY_FIELDS}
    values = {part.code: part.fulfilled for part in own.policy_fields}
    years = [year.year for year in years_before(own)]
    others = sorted({*values, *own.history.get("policy_field", {})} - {*impacts})
    codes = [
        code
        for code in (*impacts, *others)
        if values.get(code) or any(own.in_year("policy_field", code, year) for year in years)
    ]
    found = split_table(
        own,
        "Betekenis en ingevulde waarde per beleidsterrein",
        "Beleidsterrein",
        "policy_field",
        [(code, policy_field(code), values.get(code, ZERO)) for code in codes],
    )
    rows = [
        (
            row[0],
            impacts.get(code, NOTHING),
            *map(dashed, row[1:]),
        )
        for code, row in zip(codes, found.rows, strict=True)
    ]
    header = (found.header[0], "Wat het betekent", *found.header[1:])
    total, fields = (found.total[0], "", *found.total[1:]), ("meaning", *found.fields)
    return DocumentTable(
        found.caption, header, rows, total, words=(0, 1), fields=fields, names=found.names
    )


def sectors_table(own: AnnualFigures) -> DocumentTable:
    """By what the contract is about: the division of its CPV code."""
    before = [year.year for year in years_before(own)]
    known = [
        part
        for part in own.sectors
        if part.fulfilled
        or part.contract_value_registered
        or any(own.in_year("sector", part.code, year) for year in before)
    ]
    parts = [(part.code, sector(part.code), part.fulfilled) for part in known]
    found = split_table(
        own, "Ingevulde waarde per branche", "Branche van de opdracht", "sector", parts
    )
    values = column(
        [*(part.contract_value_registered for part in known), own.contract_value_registered]
    )
    rows = [
        (row[0], *map(dashed, (*row[1:], value)))
        for row, value in zip(found.rows, values, strict=False)
    ]
    header = (*found.header, f"Contractwaarde {own.year}")
    total, fields = (*found.total, values[-1]), (*found.fields, CONTRACT_VALUE_REGISTERED.name)
    return DocumentTable(found.caption, header, rows, total, fields=fields, names=found.names)


def _opened(cells: Sequence[Cell], query: str = "") -> list[Cell]:
    return [cell.opening(figure.name + query) for cell, figure in zip(cells, COLUMNS, strict=True)]


def clients_table(whole: AnnualFigures) -> DocumentTable:
    parts, before = whole.clients, years_before(whole, 1)
    earlier = [
        column(
            [
                *(whole.in_year("municipality", part.code, year.year) for part in parts),
                year.fulfilled,
            ]
        )
        for year in before
    ]
    fulfilled = column([*(part.fulfilled for part in parts), whole.fulfilled])
    values = column(
        [*(part.contract_value_registered for part in parts), whole.contract_value_registered]
    )
    owed = column([*(part.obligation_registered for part in parts), whole.obligation_registered])
    rows = []
    for i, part in enumerate([*parts, None]):
        of = part or whole
        query = f"?municipality={part.code}" if part else ""
        first, *rest = _opened(
            (count(of.workplaces), fulfilled[i], values[i], owed[i], rate(of.average_rate)), query
        )
        then = [
            cells[i].opening(
                f"fulfilled?year={year.name}" + (f"&municipality={part.code}" if part else "")
            )
            for cells, year in zip(earlier, before, strict=True)
        ]
        rows.append((part.name if part else "Regio", first, *then, *rest))
    header = (
        capital(client_word(whole)),
        WORKPLACES.column,
        *(f"Ingevuld {year.name}" for year in before),
        f"Ingevuld {whole.year}" if before else FULFILLED.column,
        *(figure.column for figure in COLUMNS[2:]),
    )
    counts = [part.workplaces for part in parts]
    known = [number for number in counts if isinstance(number, int)]
    hides, many = len(known) < len(counts), clients_word(whole)
    note = " ".join(
        sentence
        for sentence, holds in (
            (
                f"Een werkplek die {many} delen, telt bij elk van hen en in de regio één keer.",
                hides or sum(known) != whole.workplaces,
            ),
            (
                "Kleine aantallen werkplekken staan er niet, en ook niet waaruit zij zouden"
                " volgen.",
                hides,
            ),
        )
        if holds
    )
    earlier_fields = [f"{FULFILLED.name}_{year.name}" for year in before]
    fields = (WORKPLACES.name, *earlier_fields, *(figure.name for figure in COLUMNS[1:]))
    names = named(part.code for part in parts)
    caption = f"Resultaten per {client_word(whole)}"
    return DocumentTable(caption, header, rows[:-1], rows[-1], note, fields=fields, names=names)


def beside_table(own: AnnualFigures, whole: AnnualFigures, name: str) -> DocumentTable:
    """A municipality beside the region it is part of, and beside itself a year before."""
    amounts = (
        FULFILLED,
        SOCIAL_SPEND,
        SOCIAL_FIRM_SPEND,
        CONTRACT_VALUE_REGISTERED,
        OBLIGATION_REGISTERED,
    )
    before = years_before(own, 1)
    rows: list[tuple[str, ...]] = [
        (
            WORKPLACES.title,
            *(count(year.workplaces, f"workplaces?year={year.name}") for year in before),
            count(own.workplaces, "workplaces"),
            count(whole.workplaces),
        )
    ]
    for figure in amounts:
        cells = column([figure.value(figures) for figures in (*before, own, whole)])
        opened = [
            cell.opening(f"{figure.name}?year={year.name}")
            for cell, year in zip(cells, before, strict=False)
        ]
        rows.append((figure.title, *opened, cells[-2].opening(figure.name), cells[-1]))
    open_then, open_now = open_by_year(own)[-2:] if before else (ZERO, own.open)
    cells = column([*([open_then] if before else []), open_now, whole.open])
    rows.append((OPEN.title, *cells[:-2], cells[-2].opening("open"), cells[-1]))
    rates = [*(rate(year.average_rate, f"average_rate?year={year.name}") for year in before)]
    rows.append(
        (
            AVERAGE_RATE.title,
            *rates,
            rate(own.average_rate, "average_rate"),
            rate(whole.average_rate),
        )
    )
    header = (
        "",
        *(f"{name} {year.name}" for year in before),
        f"{name} {own.year}" if before else name,
        "Regio",
    )
    fields = (*(year.name for year in before), str(own.year), "region")
    names = [figure.name for figure in (WORKPLACES, *amounts, OPEN, AVERAGE_RATE)]
    return DocumentTable(f"{name} naast de regio", header, rows, fields=fields, names=names)
