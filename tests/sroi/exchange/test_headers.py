"""Names in two rows: titles of groups above several columns, as a municipality's own list has them;
and cells of which a spreadsheet made one.
"""

import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from placements.models import UploadKind
from placements.uploads.columns import vocabulary
from sroi.exchange import Table, read_tables
from sroi.exchange.layout import header_of, propose
from sroi.exchange.matching import Match, match

pytestmark = pytest.mark.django_db  # which policy fields there are is looked up
Rows = Sequence[Sequence[Any]]
Area = tuple[int, int, int, int]

REGISTER = [
    ["Contractregister 2024"],
    [
        *("Kenmerk", "Omschrijving", "Opdrachtgever", "", "Opdrachtnemer", "", ""),
        *("Looptijd", "", "Waarde", "", "SROI"),
    ],
    ["", "", "Naam", "KvK", "Naam", "KvK", "Plaats", "van", "t/m", "incl. btw", "excl. btw", "%"],
    [
        *("A-1", "Groen", "Hilversum", "32000000", "Linde", "91000001", "Bussum"),
        *("1-1-2024", "31-12-2025", 1210, 1000, "5%"),
    ],
]
MERGED = [
    *((0, 0, 0, 11), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 6), (1, 7, 1, 8)),
    (1, 9, 1, 10),
]
ONE_GROUP = [
    ["", "", "Opdrachtnemer", "", "", ""],
    ["Contractnr.", "Titel", "Naam", "KvK", "Gemeente", "Bedrag"],
    ["A-1", "Groen", "Linde", "91000001", "Hilversum", 1000],
]


def xlsx(rows: Rows, merged: Sequence[Area] = ()) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("Lijst")
        for at, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell != "":
                    sheet.write(at, place, cell)
        for top, left, bottom, right in merged:
            sheet.merge_range(top, left, bottom, right, rows[top][left])
    return target.getvalue()


def csv(rows: Rows) -> bytes:
    return "\n".join(";".join(map(str, cells)) for cells in rows).encode()


def proposed(tables: list[Table]) -> tuple[tuple[int, ...], list[str], Match]:
    words = vocabulary(UploadKind.CONTRACTS)
    (table,) = tables
    layout = propose([table], words.knows).layout
    header = header_of(table, layout.names)
    return layout.names, header, match(header, words, {})


@pytest.mark.parametrize(
    "file", [xlsx(REGISTER, MERGED), xlsx(REGISTER), csv(REGISTER)], ids=["merged", "xlsx", "csv"]
)
def test_a_name_under_a_group_says_whose_it_is(file: bytes) -> None:
    names, header, found = proposed(read_tables(file))
    assert names == (2, 3)
    assert header[2:5] == ["opdrachtgever › naam", "opdrachtgever › kvk", "opdrachtnemer › naam"]
    assert found.columns == [
        *("reference", "title", "municipalities", "", "contractor_name", "contractor_kvk"),
        *("contractor_place", "start_date", "end_date", "", "value", "rate"),
    ]
    assert found.guessed == ()


def test_a_group_ends_where_its_cell_does() -> None:
    _names, header, found = proposed(read_tables(xlsx(ONE_GROUP, [(0, 2, 0, 3)])))
    assert header[2:5] == ["opdrachtnemer › naam", "opdrachtnemer › kvk", "gemeente"]
    assert (found.columns[4:], found.guessed) == (["municipalities", "value"], ())


def test_where_that_cannot_be_told_what_lies_beyond_is_a_doubt() -> None:
    names, _header, found = proposed(read_tables(csv(ONE_GROUP)))
    assert names == (1, 2)
    assert found.columns[2:] == ["contractor_name", "contractor_kvk", "municipalities", "value"]
    assert found.guessed == (4, 5)


def test_the_subject_of_the_list_as_a_group_changes_nothing() -> None:
    rows = [
        ["Contract", "", "", "Financieel", ""],
        ["Nummer", "Start", "Eind", "Bedrag", "SROI %"],
        ["A-1", "1-1-2024", "31-12-2025", 1000, "5%"],
    ]
    _names, _header, found = proposed(read_tables(csv(rows)))
    assert found.columns == ["reference", "start_date", "end_date", "value", "rate"]
    assert found.guessed == ()


@pytest.mark.parametrize("name", ["Bedrag incl. btw", "Opdrachtsom (inclusief BTW)"])
def test_an_amount_with_vat_is_never_proposed(name: str) -> None:
    _names, _header, found = proposed(read_tables(csv([["Kenmerk", "Titel", name], ["A", "b", 5]])))
    assert found.columns == ["reference", "title", ""]


def test_a_title_in_front_is_no_group() -> None:
    rows = [["Register", "", ""], ["Kenmerk", "Titel", "Bedrag"], ["A-1", "Groen", 5]]
    assert proposed(read_tables(csv(rows)))[0] == (2,)


def test_what_is_said_of_several_rows_in_one_cell_is_of_each_but_an_amount() -> None:
    rows = [
        ["Gemeente", "Kenmerk", "Bedrag"],
        ["Hilversum", "A-1", 100],
        ["", "A-2", ""],
        ["Huizen", "A-3", 50],
    ]
    (table,) = read_tables(xlsx(rows, [(1, 0, 2, 0), (1, 2, 2, 2)]))
    assert [cells for _number, cells in table.rows[1:]] == [
        ["Hilversum", "A-1", 100.0],
        ["Hilversum", "A-2", ""],
        ["Huizen", "A-3", 50.0],
    ]


def test_areas_that_lie_over_each_other_take_no_time() -> None:
    table = Table("", [(row, ["x", ""]) for row in range(1, 2000)])
    table.merge((1, 100_000, 0, 1000) for _again in range(10_000))
    assert table.rows[5] == (6, ["x", ""])
