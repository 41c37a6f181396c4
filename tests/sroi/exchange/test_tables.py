"""Tables of any shape: sheets of an ODS and an XLSX, where the names stand, and what is no data."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from django.utils import translation

from sroi.exchange import ExchangeError, read_tables
from sroi.exchange.layout import HIDDEN, NAMES_AGAIN, REMARK, TOTAL, header_of, laid_out, propose
from sroi.exchange.sheets import UNDER, Table

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def ods(rows: str, before: str = "") -> bytes:
    content = (
        f"{before}<office:document-content {NAMESPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="Blad">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return target.getvalue()


def cell(attributes: str, text: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def test_the_cells_of_an_ods_are_what_they_show():
    (table,) = read_tables(
        ods(
            row(
                cell('office:value-type="percentage" office:value="0.05"', "5%"),
                cell('office:value-type="currency" office:value="1250"', "€ 1.250"),
                cell('office:value-type="date" office:date-value="2025-02-01"', "1-2-25"),
                cell('office:value-type="string"', 'a<text:s text:c="2"/>b'),
                "<table:covered-table-cell/>",
                cell('office:value-type="boolean" office:boolean-value="true"', "WAAR"),
                '<table:table-cell table:number-columns-repeated="16000"/>',
            )
            + row('<table:table-cell table:number-columns-repeated="9"/>')
            + row(cell('office:value-type="string"', "x"), attributes='table:visibility="filter"')
        )
    )
    assert (table.name, table.hidden) == ("Blad", {3})
    assert table.rows == [(1, ["5%", 1250.0, date(2025, 2, 1), "a  b", "", True]), (3, ["x"])]


def test_cells_that_are_one_in_an_ods():
    name = 'office:value-type="string"'
    (table,) = read_tables(
        ods(
            row(cell(f'{name} table:number-columns-spanned="2"', "groep"), cell(name, "los"))
            + row(cell(f'{name} table:number-rows-spanned="2"', "a"), cell(name, "b"))
            + row("<table:covered-table-cell/>", cell(name, "c"))
        )
    )
    assert table.merged[1] == {1}
    assert table.rows[1:] == [(2, ["a", "b"]), (3, ["a", "c"])]


def test_an_ods_that_repeats_without_end_is_not_made():
    filled = cell('office:value-type="string" table:number-columns-repeated="16000"', "x")
    for rows in (
        row(filled, attributes='table:number-rows-repeated="1000000"'),
        row(cell('office:value-type="string" table:number-columns-repeated="99999999"', "x")),
    ):
        with pytest.raises(ExchangeError):
            read_tables(ods(rows), max_rows=20_000)


@pytest.mark.parametrize(
    "before", ['<!DOCTYPE a [<!ENTITY b "c">]>', "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>", "<"]
)
def test_an_ods_with_entities_or_damage_is_refused(before):
    with pytest.raises(ExchangeError, match="ODS"):
        read_tables(ods("", before))


def test_an_xlsx_says_which_rows_are_hidden_and_which_numbers_show_a_percentage():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("Een")
        formats = ["0%", "0.00%", '0.0" %"', "0.00", "#,##0.0%;[Red]-0%", "[$-413]0.0%"]
        for place, pattern in enumerate(formats):
            sheet.write_number(0, place, 0.05, workbook.add_format({"num_format": pattern}))
        sheet.write_formula(1, 0, "=1/40", workbook.add_format({"num_format": "0.0%"}), value=0.025)
        sheet.write_string(2, 0, "x")
        sheet.set_row(2, None, None, {"hidden": True})
        workbook.add_worksheet("Weg").hide()
    (table,) = read_tables(target.getvalue())
    assert table.rows[0] == (1, ["5%", "5%", 0.05, 0.05, "5%", "5%"])
    assert table.rows[1][1][0] == "2.5%"
    assert table.hidden == {3}


KNOWN = ("kenmerk", "titel", "looptijd begin", "looptijd einde", "waarde")


def known(name: str) -> bool:
    return name.replace(UNDER, " ") in KNOWN


def test_names_in_two_rows_are_taken_together():
    rows = [
        (1, ["Register"]),
        (3, ["Kenmerk", "Titel", "Looptijd", "", "Waarde"]),
        (4, ["", "", "begin", "einde", ""]),
        (5, ["A-1", "x", "2025-01-01", "2026-01-01", "5"]),
    ]
    table = Table("", rows)
    found = propose([table], known)
    assert (found.layout.names, found.sure) == ((3, 4), True)
    assert header_of(table, (3, 4)) == [
        *("kenmerk", "titel", "looptijd › begin", "looptijd › einde", "waarde"),
    ]
    assert [number for number, _cells in laid_out(table, found.layout).rows] == [5]


def test_what_is_no_data_is_proposed_with_why():
    rows = [
        (1, ["kenmerk", "titel", "waarde", "x"]),
        (2, ["A-1", "Totaalonderhoud", "5", "x"]),
        (3, ["", "Subtotaal", "5", ""]),
        (4, ["kenmerk", "titel", "waarde", "x"]),
        (5, ["A-2", "y", "6", "x"]),
        (6, ["", "Bron: de afdeling inkoop", "", ""]),
        (7, ["Totaal", "", "11", ""]),
    ]
    found = propose([Table("", rows, hidden={5})], known).layout
    assert found.left_out == {3: TOTAL, 4: NAMES_AGAIN, 5: HIDDEN, 6: REMARK, 7: TOTAL}


def test_a_shape_that_was_chosen_before_goes_first():
    table = Table("", [(1, ["wie", "wat"]), (2, ["kenmerk", "titel"])])
    assert propose([table], known).layout.names == (2,)
    assert propose([table], known, {"wie|wat"}).layout.names == (1,)


def test_the_sheet_with_the_names_is_proposed():
    first, second = (
        Table("Uitleg", [(1, ["Dit is een lijst"]), (2, ["kenmerk"])]),
        Table("Lijst", [(1, ["kenmerk", "titel"]), (2, ["A", "B"])]),
    )
    assert propose([first, second], known).layout.sheet == "Lijst"
