"""Reading and writing CSV and XLSX, and the parsers of cells."""

import csv
import io
import re
import tempfile
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sroi import exchange
from sroi.exchange import Column, ExchangeError, Warned, parse, read_rows
from sroi.exchange.protection import protect, unprotect

D = Decimal
SENTENCE = r"^[A-Z“].+\.$"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def csv_of(header, rows):
    stream = io.StringIO(newline="")
    exchange.write_csv(stream, header, rows)
    return stream.getvalue().encode()


def xlsx_of(header, rows, title="Sheet"):
    target = io.BytesIO()
    exchange.write_xlsx(target, [exchange.ExportTable(title, header, rows)])
    return target.getvalue()


def zip_of(name):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


def refusal(error, act):
    """What the user reads when `act` refuses."""
    try:
        act()
    except error as refused:
        return str(refused)
    return "Not refused."


def cells_of(sheet):
    return [cells for _number, cells in sheet.rows]


# Reading CSV


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_with_either_delimiter(mark, delimiter, end):
    text = mark + end.join(
        [delimiter.join(["Reference ", " VALUE"]), delimiter.join(["é", '"1,5;x"']), ""]
    )
    sheet = read_rows(text.encode())
    assert sheet.header == ["reference", "value"]
    assert sheet.rows == [(2, ["é", "1,5;x"])]


def test_the_delimiter_comes_from_the_header_alone():
    assert read_rows(b'a;b\n1,2,3;"x;y"\n').rows == [(2, ["1,2,3", "x;y"])]
    assert read_rows(b'"a;x",b\n1;2;3,4\n').rows == [(2, ["1;2;3", "4"])]


def test_csv_rows_are_numbered_by_their_first_line():
    sheet = read_rows(b'\nname;note\n\nA;"one\r\ntwo"\n;  \nB;three\n')
    assert (sheet.header_row, sheet.header) == (2, ["name", "note"])
    assert sheet.rows == [(4, ["A", "one\r\ntwo"]), (7, ["B", "three"])]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"naam;waarde\n1;\0\n", "UTF-8"),
        (b"", "empty"),
        (b"\n  \n;;\n", "empty"),
        (b'a;b\n1;"open\n2;3\n', "line 2"),
        (b'a;b\n1;"x"y\n', "line 2"),
        (b"a;b\n1;" + b"x" * 200_000, "line 2"),
    ],
)
def test_csv_that_cannot_be_read(content, word):
    with pytest.raises(ExchangeError, match=word):
        read_rows(content)


def test_limits():
    with pytest.raises(ExchangeError, match="at most 2"):
        read_rows(b"a\n1\n2\n3\n", max_rows=2)
    assert len(read_rows(b"a\n1\n2\n", max_rows=2).rows) == 2
    with pytest.raises(ExchangeError, match="1 MB"):
        read_rows(b"a" * (1024**2 + 1), max_bytes=1024**2)
    assert read_rows(b"a\n" * 512 * 1024, max_rows=512 * 1024, max_bytes=1024**2).rows


def test_one_endless_cell_is_a_fault_of_the_file():
    for content in (b"a" * 200_000, b"a\n" + b"b" * 200_000):
        with pytest.raises(ExchangeError, match="cannot be read"):
            read_rows(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("first", ["", "sep={}\n", "Register van 2025\n"])
def test_every_encoding_and_delimiter(encoding, delimiter, first):
    rows = [["naam", "waarde", "wie"], ["Café", "1", "€"], ["Ander", "2", "x"]]
    lines = "\n".join(delimiter.join(row) for row in rows)
    text = first.format(delimiter) + lines + "\n"
    (table,) = exchange.read_tables(text.encode(encoding))
    start = 2 if first else 1
    assert table.rows[-3:] == [(start + at, row) for at, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.4\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\xef\xbb\xbf<HTML><table>", "web page"),
        (b"{\\rtf1 x}", "text document"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 20, "old Excel file"),
        (zip_of("word/document.xml"), "Word document"),
        (zip_of("xl/workbook.bin"), "XLSB"),
        (b"naam;waarde\n1;\1\n", "UTF-8"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(content, word):
    with pytest.raises(ExchangeError, match=word) as refused:
        exchange.read_tables(content)
    assert re.search("XLSX|CSV", str(refused.value))


def test_reading_from_a_path(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n")
    assert read_rows(path).rows == [(2, ["1"])]
    with pytest.raises(ExchangeError):
        read_rows(path, max_bytes=2)


# Reading XLSX


def workbook(fill):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        fill(book)
    return target.getvalue()


def changed(content, name, part):
    """A workbook with one part replaced, or one added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for other in old.namelist():
            if other != name:
                new.writestr(other, old.read(other))
        new.writestr(name, part)
    return target.getvalue()


def with_sheet(data):
    """A workbook whose sheet holds this XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = (
        f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{data}</sheetData></worksheet>'
    )
    return changed(xlsx_of(["a"], []), "xl/worksheets/sheet1.xml", xml)


def test_xlsx_cells_are_typed_and_rows_numbered_as_shown():
    def fill(book):
        sheet, dated = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(1, 0, [" Reference", "VALUE", "start"])
        sheet.write_row(3, 0, ["A", 12500.0])
        sheet.write_datetime(3, 2, datetime(2024, 12, 31), dated)  # noqa: DTZ001
        sheet.write_row(4, 0, [True, 0.1, "tekst"])

    sheet = read_rows(workbook(fill))
    assert (sheet.header_row, sheet.header) == (2, ["reference", "value", "start"])
    assert sheet.rows == [(4, ["A", 12500.0, date(2024, 12, 31)]), (5, [True, 0.1, "tekst"])]


def test_the_first_sheet_that_is_visible():
    def fill(book):
        hidden, shown = book.add_worksheet(), book.add_worksheet()
        hidden.write(0, 0, "hidden")
        shown.write(0, 0, "shown")
        shown.activate()
        hidden.hide()
        shown.set_first_sheet()

    assert read_rows(workbook(fill)).header == ["shown"]


def test_an_error_of_a_formula_is_not_an_empty_cell():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=1+1", None, 2)

    parsed = parse(
        read_rows(workbook(fill)),
        [Column("a", exchange.text(20)), Column("b", exchange.whole_number)],
    )
    assert [str(fault) for fault in parsed.faults] == [
        "Row 2, column a: “#DIV/0!”. The formula in this cell gives an error."
    ]


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 and then nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100],
)
def test_what_is_no_xlsx(content):
    with pytest.raises(ExchangeError, match="XLSX"):
        read_rows(content)


def test_a_zip_that_is_no_workbook():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(ExchangeError, match=r"ZIP file\. Unpack it"):
        read_rows(target.getvalue())


places = st.integers(0, 100_000)


@given(st.lists(st.tuples(places, st.integers(0, 255)), max_size=5), places)
def test_a_damaged_xlsx_is_read_or_refused_with_a_sentence(damage, cut):
    content = bytearray(xlsx_of(["a", "b"], [["x", D("1.50")], ["y", 2]]))
    for place, byte in damage:
        content[place % len(content)] = byte
    damaged = bytes(content[: len(content) - cut % len(content)])
    assert refusal(ExchangeError, lambda: read_rows(damaged)).endswith(".")


@given(st.text("<>/=\"' abcrowvsi1059&;", max_size=80))
def test_a_sheet_of_nonsense_is_read_or_refused_with_a_sentence(nonsense):
    content = with_sheet(f'<row r="1"><c r="A1"><v>1</v></c>{nonsense}</row>')
    assert refusal(ExchangeError, lambda: read_rows(content)).endswith(".")


def test_zip_bomb():
    bomb = changed(xlsx_of(["a"], []), "xl/theme/theme1.xml", b"0" * 5_000_000)
    assert len(bomb) < 20_000
    with pytest.raises(ExchangeError, match="unpacked: at most 4 MB"):
        read_rows(bomb, max_unpacked_bytes=4 * 1024**2)


def test_zip_bomb_that_lies_about_its_size():
    bomb = bytearray(
        changed(xlsx_of(["a"], []), "xl/worksheets/sheet1.xml", b"<sheetData>" + b" " * 5_000_000)
    )
    true_size = (5_000_011).to_bytes(4, "little")
    assert bomb.count(true_size) == 2
    with pytest.raises(ExchangeError, match="damaged"):
        read_rows(
            bytes(bomb.replace(true_size, (100).to_bytes(4, "little"))),
            max_unpacked_bytes=4 * 1024**2,
        )


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (
            (
                '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c'
                ' r="XFD1048576"><v>1</v></c></row>'
            ),
            "1048576",
        ),
        (
            (
                '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c'
                ' r="A1048576"><v>1</v></c></row>'
            ),
            "1048576",
        ),
        ('<row r="1"><c><v>1</v></c></row>', "unusual"),
        ('<row r="1"><c r="A1" r="XFD1048576"><v>1</v></c></row>', "unusual"),
        ('<row r="1"><c r="A1" s=">" r="XFD1048576"><v>1</v></c></row>', "unusual"),
        ("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>", "unusual"),
        ('<é:row r="1"><é:c><v>1</v></é:c></é:row>', "unusual"),
    ],
)
def test_a_cell_in_the_last_corner_takes_no_memory(data, word):
    with pytest.raises(ExchangeError, match=word):
        read_rows(with_sheet(data))


def test_a_long_text_shared_by_many_cells_takes_no_memory():
    def fill(book):
        sheet = book.add_worksheet()
        for row in range(8_000):
            sheet.write_string(row, 0, "x" * 32_000)

    content = workbook(fill)
    assert len(content) < 100_000
    with pytest.raises(ExchangeError, match="too much text"):
        read_rows(content)


# Columns


COLUMNS = [
    Column("reference", exchange.text(20, exempt=True), required=True),
    Column("value", exchange.amount, required=True),
    Column("kvk", exchange.kvk),
    Column("permanent", exchange.yes_no, default=False),
]


def parsed_of(text, columns=COLUMNS):
    return parse(read_rows(text.encode()), columns)


def test_rows_have_typed_values():
    parsed = parsed_of("VALUE;reference;kvk;permanent\n12.500; A ;12345678;x\n1,5;B\n")
    assert not parsed.faults
    assert not parsed.warnings
    assert [row.number for row in parsed.rows] == [2, 3]
    assert parsed.rows[0].values == {
        "reference": "A",
        "value": D("12500.00"),
        "kvk": "12345678",
        "permanent": True,
    }
    assert {column.name: parsed.rows[1][column.name] for column in COLUMNS} == {
        "reference": "B",
        "value": D("1.50"),
        "kvk": None,
        "permanent": False,
    }
    assert parsed.rows[1]["reference"] == "B"


def test_every_fault_of_every_row_is_named():
    parsed = parsed_of("reference;value;kvk\nA;12.5000;123\n;NaN;\nB;1;12345678\nC;;1;;9\n")
    assert [row.number for row in parsed.rows] == [4]
    assert [(fault.row, fault.column, fault.found) for fault in parsed.faults] == [
        (2, "value", "12.5000"),
        (2, "kvk", "123"),
        (3, "reference", ""),
        (3, "value", "NaN"),
        (5, "value", ""),
        (5, "kvk", "1"),
        (5, "–", "9"),
    ]
    assert (
        str(parsed.faults[0])
        == "Row 2, column value: “12.5000”. The dots in this number do not group its digits by"
        " three."
    )
    assert str(parsed.faults[2]) == "Row 3, column reference: This cell must be filled in."


def test_faults_in_the_header():
    parsed = parsed_of("kvk;KVK;colour;;value\n12345678;;red;;1\n")
    assert [(fault.row, fault.column) for fault in parsed.faults] == [
        (1, "kvk"),
        (1, "colour"),
        (1, "–"),
        (1, "reference"),
    ]
    assert "colour" in str(parsed.faults[1])
    assert "reference" in str(parsed.faults[1])
    assert "missing" in parsed.faults[3].reason
    assert parsed.rows[0]["value"] == D(1)


def test_warnings_leave_the_row_whole():
    parsed = parsed_of("reference;value;kvk\nA;1;1234567\n")
    assert parsed.rows[0]["kvk"] == "01234567"
    assert [(warning.row, warning.column, warning.found) for warning in parsed.warnings] == [
        (2, "kvk", "1234567")
    ]


def test_the_importer_adds_its_own_faults():
    parsed = parsed_of("reference;value\nA;1\n")
    parsed.refuse(parsed.rows[0], "reference", "Unknown.")
    parsed.warn(parsed.rows[0], "kvk", "Empty.")
    assert str(parsed.faults[0]) == "Row 2, column reference: “A”. Unknown."
    assert str(parsed.warnings[0]) == "Row 2, column kvk: Empty."


def test_a_fault_is_one_short_line_and_repeats_no_bsn():
    columns = [Column("note", exchange.text(50)), Column("value", exchange.amount)]
    parsed = parsed_of(
        f'note;value\nkandidaat 111222333;1\n"{"x" * 40}\n{"y" * 400}";111222333x\n', columns
    )
    lines = [str(fault) for fault in parsed.faults]
    assert len(lines) == 3
    assert all("\n" not in line and "111222333" not in line and len(line) < 300 for line in lines)
    assert "BSN" in lines[0]


# Numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("12.500", "12500"),
        ("1.234.567", "1234567"),
        ("12.50", "12.50"),
        ("12.5", "12.5"),
        ("1234,5", "1234.5"),
        ("1234,500", "1234.5"),
        ("0,500", "0.5"),
        ("12,5000", "12.5"),
        ("1.000,00", "1000"),
        ("-1.000,00", "-1000"),
        ("−5", "-5"),
        ("€ 12.500", "12500"),
        ("€-12.500", "-12500"),
        ("-€ 12.500,10", "-12500.10"),
        ("€\u00a0−1.000", "-1000"),
        ("0", "0"),
        ("-0", "0"),
        ("0.00", "0"),
        ("9999999999999.99", "9999999999999.99"),
        (12500.0, "12500"),
        (12500.5, "12500.5"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),  # a spreadsheet shows fifteen digits
        (1234567890123.45, "1234567890123.45"),
        (-0.0, "0"),
        (7, "7"),
    ],
)
def test_amount(cell, value):
    found = exchange.signed_amount(cell)
    assert found == D(value)
    assert found.as_tuple().exponent == -2
    assert str(found) != "-0.00"


@pytest.mark.parametrize(
    "cell",
    [
        "12.5000",
        "1.23.456",
        "1234.567",
        "1.2345.678",
        "0.125",
        "012.500",
        "0.000",
        "1.2,3",
        "12,500",
        "1,234,567.89",
        "1.234.567.89",
        "1,234.5",
        "1,2,3",
        "1.234,567",
        "1,005",
        "12 50",
        "1.25,-",
        "1,250.000",
        "1.250,000",
        "1250-",
        ".5",
        "5.",
        ",5",
        "5,",
        "",
        "-",
        "€",
        "--5",
        "-€-5",
        "+5",
        "NaN",
        "inf",
        "-Infinity",
        "1e5",
        "1e999",
        "1_000",
        "١٢",
        "12a",
        "#N/A",
        "12345678901234",
        "9" * 100_000,
        "0," + "0" * 100_000 + "1",
        1e14,
        1e300,
        float("nan"),
        float("inf"),
        True,
        date(2024, 12, 31),
        time(3),
        timedelta(1),
    ],
)
def test_no_amount(cell):
    with pytest.raises(ValueError, match=SENTENCE):
        exchange.signed_amount(cell)


cents = st.decimals(min_value=-(10**13) + 1, max_value=10**13 - 1, places=2)


@given(cents)
def test_amounts_in_every_accepted_form(value):
    dutch = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    forms = [str(value), dutch, f"€ {dutch}", str(value).replace(".", ",")]
    if value == value.to_integral_value():
        forms += [f"{value:,.0f}".replace(",", "."), f"{value:.0f}"]
    assert {exchange.signed_amount(form) for form in forms} == {value}


@given(st.floats())
def test_number_cells_never_change_silently(cell):
    try:
        found = exchange.signed_amount(cell)
    except ValueError:
        return
    exact = D(f"{cell:.15g}")
    if isinstance(found, Warned):
        cents = exact.quantize(D("0.01"), ROUND_HALF_UP)
        assert found.value == cents != exact
    else:
        assert found == exact


def test_what_a_formula_computed_is_rounded_to_cents_with_a_warning():
    assert exchange.amount(333333.3333333333).value == D("333333.33")
    assert "333,333.33" in exchange.amount(333333.3333333333).reason
    assert exchange.signed_amount(-0.005).value == D("-0.01")
    assert exchange.amount(0.1) == D("0.10")
    for cell in (-0.01, -0.005):
        with pytest.raises(ValueError, match="below zero"):
            exchange.amount(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *("€ 1.250,-", "€1.250,--", "1250,-", "1.250,–", "€ 1.250,=", "1250,00", "1 250"),
        *("EUR 1.250,00", "1.250,00 euro", "1\u00a0250,00", "1250 €", "1250.00", "1.250"),
    ],
)
def test_whole_euros_as_people_write_them(cell):
    assert exchange.amount(cell) == D("1250.00")
    assert exchange.signed_amount(f"-{cell}") == D("-1250.00")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("(1.250,00)", "-1250.00"),
        ("€ (1.250,50)", "-1250.50"),
        ("(€ 1.250)", "-1250.00"),
        ("1.250,00-", "-1250.00"),
        ("1.250,00 -", "-1250.00"),
        ("€ 1.250,-", "1250.00"),
        ("€ -1.250,-", "-1250.00"),
        ("1.250,--", "1250.00"),
    ],
)
def test_below_zero_as_book_keepers_write_it(cell: str, value: str) -> None:
    assert exchange.signed_amount(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell", ["(-1.250,00)", "-1.250,00-", "(1.250,00", "()", "1-250", "-(5)", "1250-"]
)
def test_no_amount_with_two_signs_or_half_a_bracket(cell: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        exchange.signed_amount(cell)


@pytest.mark.parametrize("cell", ["1.250,000", "1,250.000"])
def test_an_amount_with_two_readings_is_refused_with_both(cell):
    with pytest.raises(ValueError, match=r"1250000.*1250,00"):
        exchange.amount(cell)


@given(st.text("0123456789.,-€ ", max_size=12))
def test_an_amount_has_the_digits_that_were_written(text):
    try:
        found = exchange.signed_amount(text.strip())
    except ValueError:
        return
    digits = "".join(filter(str.isdigit, text))
    assert "".join(filter(str.isdigit, str(found))).strip("0") == digits.strip("0")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("36", "36"),
        ("24,5", "24.5"),
        ("24.5", "24.5"),
        ("1.234,5", "1234.5"),
        ("1000.50", "1000.5"),
        (24.5, "24.5"),
    ],
)
def test_quantity(cell, value):
    assert exchange.quantity(cell) == D(value)


@pytest.mark.parametrize(
    "cell", ["1.000", "0.125", "1,000", "1.000.000", "-1", "€ 5", "1,234", 0.125, "x", "NaN"]
)
def test_no_quantity(cell):
    with pytest.raises(ValueError, match=SENTENCE):
        exchange.quantity(cell)


def test_decimals_and_limits_of_a_number():
    hours = exchange.decimal_number(1, minimum=0, maximum=40)
    assert hours("36,5") == D("36.5")
    assert hours("36,50") == D("36.5")
    for cell in ("36,55", "-1", "40,1"):
        with pytest.raises(ValueError, match=r"\d"):
            hours(cell)


@pytest.mark.parametrize(
    ("cell", "value"), [("5", "5"), ("2,5", "2.5"), ("2.5 %", "2.5"), ("100%", "100"), (5.0, "5")]
)
def test_percent(cell, value):
    assert exchange.percent(cell) == D(value)


def test_a_rate_below_one_has_two_readings_unless_its_sign_stands_beside_it():
    for cell in (0.05, "0,05"):
        with pytest.raises(ValueError, match=r"0\.05% or 5%"):
            exchange.percent(cell)
    assert exchange.percent("0,05%") == exchange.percent_in_words("0,05") == D("0.05")


@pytest.mark.parametrize("cell", ["101", "-1", "%", "5%%", "1.000", True])
def test_no_percent(cell):
    with pytest.raises(ValueError, match=SENTENCE):
        exchange.percent(cell)


def test_whole_number():
    assert [exchange.whole_number(cell) for cell in ("0", "42", 42.0, 42)] == [0, 42, 42, 42]
    for cell in (
        "4,0",
        "1.000",
        "-1",
        "",
        "1e3",
        4.5,
        -1.0,
        True,
        float("inf"),
        float("nan"),
        1e300,
        "9" * 10,
    ):
        with pytest.raises(ValueError, match="number"):
            exchange.whole_number(cell)


# Days, yes or no


@pytest.mark.parametrize(
    "cell",
    [
        *("2024-12-31", "31-12-2024", "31.12.2024", "31/12/2024", "12/31/2024", "20241231"),
        *("2024-12-31T00:00", "2024-12-31T00:00:00+01:00", "2024-12-31 00:00:00.000"),
        *("31-12-2024 00:00", "31 december 2024", "31 DEC 2024", "di 31 dec. 2024"),
        *("31-dec-2024", "31 December 2024", 20241231.0, 20241231),
        *(date(2024, 12, 31), datetime(2024, 12, 31)),  # noqa: DTZ001
    ],
)
def test_day(cell):
    assert exchange.day(cell) == date(2024, 12, 31)
    assert type(exchange.day(cell)) is date


@pytest.mark.parametrize(
    "cell",
    [
        "29-02-2025",
        "2025-02-29",
        "31-13-2024",
        "0000-01-01",
        "3/12/2024",
        "13/13/2024",
        "31-12/2024",
        "20241331",
        "31 foo 2024",
        "1899-12-31",
        "2101-01-01",
        "٣١-١٢-٢٠٢٤",
        True,
        time(3),
        timedelta(1),
        date(1899, 12, 31),
    ],
)
def test_no_day(cell):
    with pytest.raises(ValueError, match=SENTENCE):
        exchange.day(cell)


def test_a_day_with_two_readings_is_refused_with_both_and_a_short_year_is_said():
    with pytest.raises(ValueError, match="3-12-2024 or 12-3-2024"):
        exchange.day("3/12/2024")
    assert exchange.day("3/3/2024") == date(2024, 3, 3)
    for cell in ("1-2-25", "01-02-25"):
        found = exchange.day(cell)
        assert (found.value, "2025" in found.reason) == (date(2025, 2, 1), True)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_days_in_both_forms(day):
    assert (
        exchange.day(day.isoformat()) == exchange.day(f"{day:%d-%m-%Y}") == exchange.day(day) == day
    )


def test_years_are_limited_by_the_caller():
    with pytest.raises(ValueError, match="2010 and 2020"):
        exchange.day("2009-12-31", first_year=2010, last_year=2020)


def test_yes_no():
    assert all(
        exchange.yes_no(cell) is True
        for cell in ("ja", "JA", "yes", "true", "1", "x", "X", True, 1.0, 1)
    )
    assert all(
        exchange.yes_no(cell) is False for cell in ("nee", "No", "false", "0", "", False, 0.0)
    )
    for cell in ("ja nee", "misschien", "2", 2.0, date(2024, 1, 1)):
        with pytest.raises(ValueError, match="ja or nee"):
            exchange.yes_no(cell)


# Texts, choices and lists


def test_text():
    plain = exchange.text(20)
    assert plain("  naam ") == "naam"
    assert plain("één\r\ntwee\tdrie") == "één\ntwee\tdrie"
    assert [plain(cell) for cell in (12345678.0, 12.5, 7, True, date(2024, 12, 31))] == [
        "12345678",
        "12.5",
        "7",
        "ja",
        "2024-12-31",
    ]
    for cell in (
        "x" * 21,
        "a\0b",
        "a\x1bb",
        "a\x85b",
        "bsn 111222333",
        111222333.0,
        1e17,
        float("nan"),
    ):
        with pytest.raises(ValueError, match=SENTENCE):
            plain(cell)
    assert exchange.text(20, exempt=True)("111222333") == "111222333"


def test_kvk():
    assert [exchange.kvk(cell) for cell in ("12345678", "01234567", 12345678.0, 12345678)] == [
        "12345678",
        "01234567",
        "12345678",
        "12345678",
    ]
    for cell in ("12 34 56 78", "12.34.56.78", "KvK 12345678", "kvk-nr: 12345678", "12345678.0"):
        assert exchange.kvk(cell) == "12345678"
    assert exchange.kvk("1234567").value == exchange.kvk(1234567.0).value == "01234567"
    for cell in (
        "123456",
        "123456789",
        "12345678.1",
        "00000000",
        0,
        "abc",
        "١٢٣٤٥٦٧٨",
        12345678.5,
        -1234567.0,
    ):
        with pytest.raises(ValueError, match="8 digits"):
            exchange.kvk(cell)


def test_choice():
    parse_kind = exchange.choice({"works": 1, "services": 2})
    assert [parse_kind(cell) for cell in ("works", "Services ")] == [1, 2]
    with pytest.raises(ValueError, match="works, services"):
        parse_kind("work")


def test_code_list():
    assert exchange.code_list("A; B;;C;") == ["A", "B", "C"]
    assert exchange.code_list(12.0) == ["12"]
    for cell in ("A;A", ";", "A\0"):
        with pytest.raises(ValueError, match=SENTENCE):
            exchange.code_list(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("GM0402", {"GM0402": 100}),
        ("GM0402:100", {"GM0402": 100}),
        ("GM0402:60;GM0406:40", {"GM0402": 60, "GM0406": 40}),
        (" GM0402 : 60% ; GM0406 : 40,0 ;", {"GM0402": 60, "GM0406": 40}),
        (
            "A:33.3333;B:33,3333;C:33.3334",
            {"A": D("33.3333"), "B": D("33.3333"), "C": D("33.3334")},
        ),
    ],
)
def test_shares(cell, found):
    assert exchange.shares()(cell) == found


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("A:60;B:30", "add up to 90"),
        ("A:60;B:50", "add up to 110"),
        ("A:60,0000", r"add up to 60\.$"),
        ("A:33.3333;B:66.6666", r"add up to 99\.9999\.$"),
        ("A;B", "its share"),
        ("A:60;B", "its share"),
        ("A:60;B:", "its share"),
        ("A:50;A:50", "more than once"),
        ("A:100;B:0", "more than zero"),
        ("A:-10;B:110", "zero|above"),
        ("A:x;B:40", "number"),
        ("A:33.33333;B:66.66667", "decimals"),
        (":100", "name"),
        (";", "nothing"),
    ],
)
def test_faulty_shares(cell, word):
    with pytest.raises(ValueError, match=word):
        exchange.shares()(cell)


def test_shares_that_need_not_be_complete():
    parse_shares = exchange.shares(complete=False)
    assert parse_shares("REF1:50;REF2:30") == {"REF1": 50, "REF2": 30}
    assert parse_shares("REF1") == {"REF1": 100}
    with pytest.raises(ValueError, match="at most 100"):
        parse_shares("REF1:60;REF2:50")


def test_per_reference():
    assert exchange.per_reference("CODE").of("REF1") == "CODE"
    found = exchange.per_reference("REF1=CODE1; REF2 = CODE2")
    assert (found.of("REF1"), found.of("REF2"), found.of("REF3")) == ("CODE1", "CODE2", None)
    for cell, word in [
        ("CODE1;CODE2", "its reference"),
        ("R=1;R=2", "more than once"),
        ("=C", "name"),
        ("R=", "its"),
    ]:
        with pytest.raises(ValueError, match=word):
            exchange.per_reference(cell)


PARSERS = [
    exchange.amount,
    exchange.signed_amount,
    exchange.quantity,
    exchange.percent,
    exchange.whole_number,
    exchange.day,
    exchange.yes_no,
    exchange.text(50),
    exchange.kvk,
    exchange.choice({"a": 1}),
    exchange.code_list,
    exchange.shares(),
    exchange.shares(complete=False),
    exchange.per_reference,
]
any_cell = (
    st.text()
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
)


@pytest.mark.parametrize("parser", PARSERS)
@given(cell=any_cell)
def test_parsers_give_a_value_or_a_sentence(parser, cell):
    assert refusal(ValueError, lambda: parser(cell)).endswith(".")


# Writing


def test_csv_as_written():
    moment = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    row = [
        "a;b",
        D("1234567.89"),
        D("-0.00"),
        5,
        True,
        False,
        date(2024, 12, 31),
        None,
        moment,
        D("-1000.00"),
    ]
    assert (
        csv_of(["c"] * 10, [row]).decode()
        == '\ufeffc;c;c;c;c;c;c;c;c;c\r\n"a;b";1234567.89;0.00;5;ja;nee;2024-12-31;;2025-01-01'
        " 00:30:00;-1000.00\r\n"
    )


def test_csv_is_streamed_in_pieces():
    pieces = exchange.csv_chunks(["n"], ([n] for n in range(1200)))
    assert [piece.count("\n") for piece in pieces] == [1, 500, 500, 200]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(st.lists(st.lists(st.text("a;,\"\r\n'", max_size=5), min_size=2, max_size=2), max_size=4))
def test_a_cell_stays_a_cell_whatever_ends_a_line(end, rows):
    text = exchange.csv_text(rows, delimiter=",", end=end)
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows


def test_csv_is_written_in_one_place():
    root = Path(exchange.__file__).parents[2]
    writing = [
        path.relative_to(root).as_posix()
        for wing in ("sroi", "contracts", "placements", "reporting")
        for path in (root / wing).rglob("*.py")
        if re.search(r"csv\.(?:Dict)?[Ww]riter", path.read_text())
    ]
    assert writing == ["sroi/exchange/writing.py"]


def test_floats_are_not_written():
    with pytest.raises(TypeError):
        csv_of(["a"], [[0.1]])
    with pytest.raises(TypeError):
        xlsx_of(["a"], [[0.1]])


FORMULAS = [
    "=1+1",
    "+31 35",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1",
    "'=1",
    "''-1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula_and_it_reads_back(formula):
    content = csv_of([formula, "b"], [[formula, formula]])
    assert formula not in content.decode().replace('"', "").replace("'" + formula, "")
    assert cells_of(read_rows(content)) == [[formula, formula]]


@pytest.mark.parametrize(
    "formula", [*FORMULAS, "http://example.nl", "=HYPERLINK(1)", "{=1}", "00123"]
)
def test_no_cell_of_an_xlsx_is_a_formula_a_link_or_a_number_and_it_reads_back(formula):
    content = xlsx_of([formula, "b"], [[formula, "x"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml
    assert cells_of(read_rows(content)) == [[formula, "x"]]


def test_text_that_is_no_formula_stays_as_it_is():
    assert [protect(text) for text in ("a=1", "'t Gooi", "''", "", "1-2", "O'Neill")] == [
        "a=1",
        "'t Gooi",
        "''",
        "",
        "1-2",
        "O'Neill",
    ]
    assert unprotect("'t Gooi") == "'t Gooi"


printable = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200)
awkward = st.lists(
    st.sampled_from(["'", "=", "+", "-", "@", " ", "\t", "\n", '"', ";", ",", "_x000D_", "a"])
).map("".join)


@given(printable | awkward)
def test_protection_is_lossless(text):
    assert unprotect(protect(text)) == text
    assert not protect(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(printable | awkward, printable | awkward), min_size=1, max_size=5))
def test_our_own_csv_reads_back(rows):
    content = csv_of(["key", "one", "two"], [("k", *row) for row in rows])
    assert cells_of(read_rows(content)) == [["k", *row] for row in rows]


@given(st.lists(st.tuples(printable | awkward, printable | awkward), min_size=1, max_size=5))
def test_our_own_xlsx_reads_back(rows):
    content = xlsx_of(["key", "one", "two"], [("k", *row) for row in rows])
    assert [[*cells, "", ""][:3] for cells in cells_of(read_rows(content))] == [
        ["k", *row] for row in rows
    ]


@pytest.mark.parametrize(("write", "name"), [(csv_of, "a.csv"), (xlsx_of, "a.xlsx")])
@given(value=cents, day=st.dates(date(1900, 3, 1), date(2100, 12, 31)), yes=st.booleans())
def test_typed_values_read_back(write, name, value, day, yes):
    columns = [
        Column("value", exchange.signed_amount),
        Column("day", exchange.day),
        Column("yes", exchange.yes_no),
    ]
    parsed = parse(read_rows(write(["value", "day", "yes"], [[value, day, yes]])), columns)
    assert not parsed.faults
    assert parsed.rows[0].values == {"value": value, "day": day, "yes": yes}


def test_a_workbook_has_a_bold_frozen_header_a_filter_and_a_title():
    target = io.BytesIO()
    tables = [
        exchange.ExportTable(
            "Contracten [2024]: werk/dienst en nog veel meer", ["a", "b"], [[1, 2]]
        ),
        exchange.ExportTable("Contracten [2024]: werk/dienst en nog veel meer", ["a"], []),
        exchange.ExportTable("History", ["a"], []),
        exchange.ExportTable("''", [], []),
    ]
    exchange.write_xlsx(target, tables, title="Register")
    with zipfile.ZipFile(target) as archive:
        book, sheet = (
            archive.read(f"xl/{name}.xml").decode() for name in ("workbook", "worksheets/sheet1")
        )
        core = archive.read("docProps/core.xml").decode()
    assert "<dc:title>Register</dc:title>" in core
    assert '<autoFilter ref="A1:B2"/>' in sheet
    assert 'state="frozen"' in sheet
    assert 'name="Contracten  2024   werk/dienst' not in book
    names = [
        part.split('"')[1]
        for part in book.split("<sheet ")[1:]
        for part in [part.split("name=")[1]]
    ]
    assert len(set(names)) == 4
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_text_too_long_for_a_cell_is_cut_visibly():
    (cells,) = cells_of(read_rows(xlsx_of(["a"], [["x" * 40_000]])))
    assert len(cells[0]) == 32_767
    assert cells[0].endswith("x…")


def test_numbers_keep_all_their_digits_in_a_workbook():
    (cells,) = cells_of(
        read_rows(xlsx_of(["a", "b"], [[12345678901234567890, D("123456789012345.67")]]))
    )
    assert cells == ["12345678901234567890", "123456789012345.67"]


def test_a_workbook_can_be_written_to_a_path():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        exchange.write_xlsx(path, [exchange.ExportTable("x", ["a"], [["1"]])])
        assert read_rows(path).rows == [(2, ["1"])]
