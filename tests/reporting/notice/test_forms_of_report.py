"""One report, many forms: every number is the same in each of them, and none of them runs
anything.
"""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation
from docx import Document
from python_calamine import CalamineWorkbook

from contracts.models import Municipality
from reporting.adoption import door as adoption
from reporting.figures.catalogue import (
    CONTRACT_VALUE_REGISTERED,
    FULFILLED,
    OBLIGATION_REGISTERED,
    SOCIAL_FIRM_SPEND,
    SOCIAL_SPEND,
)
from reporting.figures.exchange import exchanged, figures_as_data, leaves
from reporting.models import FrozenFile
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import data
from reporting.notice.files import html as notice_html
from reporting.notice.files.workbook import SHEETS, as_xlsx
from reporting.notice.notice import CouncilNotice
from reporting.particulars import door as particulars
from sroi.access import Role
from sroi.documents.tables import DocumentTable
from tests.reporting.adoption.test_adoption import NOW, ROOT, TODAY, act, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
PLAIN = {"\u00a0": " ", "−": "-"}


@pytest.fixture(autouse=True)
def _dutch() -> Any:
    with translation.override("nl"):
        yield


@pytest.fixture(params=["region", "municipality"])
def edition(ledger: Ledger, request: Any) -> Edition:
    """With a year before, reasons for a lower rate, a team, a scenario and contracts that promise
    something.
    """
    earlier = ledger.contract(
        "400000", "2", award_date=date(2023, 2, 1), rate_reason="market", cpv="77310000"
    )
    ledger.line(earlier, "1000.01", month(2023, 5), policy_field="economie")
    ledger.contract("300000", "3", rate_reason="sector", shares={ledger.a: 50, ledger.c: 50})
    Municipality.objects.filter(region=ledger.region).update(inhabitants=12345)
    ahead = {f"{name}_low": Decimal(40) for name in ("volume", "share", "rate", "realised")}
    whole = assemble(ledger.region, 2024, None, TODAY)
    particulars.supply(
        whole, ahead | {"extra_cost": Decimal("1234.56"), "by_inhabitants": True}, seen=0, act=act()
    )
    return assemble(
        ledger.region, 2024, ledger.a if request.param == "municipality" else None, TODAY
    )


def plain(text: str) -> str:
    for sign, other in PLAIN.items():
        text = text.replace(sign, other)
    return re.sub(r"\s+", " ", text).strip()


def tables(of: Edition) -> dict[str, DocumentTable]:
    return {name: table for name, table in CouncilNotice(of).tables.items() if table}


def rows(table: DocumentTable) -> list[list[str]]:
    return [
        [plain(cell) for cell in row]
        for row in (*table.rows, *([table.total] if table.total else []))
    ]


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


class _Cells(HTMLParser):
    """The cells of every table of a page, by its caption."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.into: list[str] | None = None
        self.caption = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th", "caption"):
            self.into = []

    def handle_data(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.rows[-1].append(plain("".join(self.into or [])))
        elif tag == "caption":
            self.caption = plain("".join(self.into or []))
        elif tag == "table":
            self.found[self.caption] = self.rows[1:]
        if tag in ("td", "th", "caption"):
            self.into = None


# --- Every number is the same in all of them ------------------------------------------------------


def test_the_page_shows_every_cell(edition: Edition) -> None:
    page = _Cells()
    page.feed(notice_html.body(edition))
    assert len(page.found) > 10 - 3 * bool(edition.municipality)
    assert page.found == {plain(table.caption): rows(table) for table in tables(edition).values()}


def test_word_shows_every_cell_and_every_sentence(edition: Edition) -> None:
    content = notice_html.as_word(edition, NOW)
    word = Document(io.BytesIO(content))
    _key_figures, *found = [
        [[plain(cell.text) for cell in row.cells] for row in table.rows] for table in word.tables
    ]
    assert [table[1:] for table in found] == [rows(table) for table in in_order_of_page(edition)]
    for table in word.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
    said = plain(" ".join(paragraph.text for paragraph in word.paragraphs))
    for section in CouncilNotice(edition).sections[:8]:
        assert section.title in said
        for block in section.text:
            for words in re.split(r"</?(?:p|li|ul|ol|h\d)>", block):
                assert plain(re.sub(r"<[^>]+>", "", words)) in said
    notice = CouncilNotice(edition)
    drawn = [*([notice.headline] if notice.headline else []), *notice.growth]
    charts = [chart for chart in notice.charts.values() if chart]
    charts += [chart for chart, _caption in drawn]
    texts = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert sorted(texts) == sorted(chart.alt for chart in charts)
    headings = [
        paragraph.style.name
        for paragraph in word.paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert headings.count("Heading 1") == 11
    assert word.core_properties.language == "nl-NL"
    assert notice_html.as_word(edition, NOW) == content


def in_order_of_page(edition: Edition) -> list[DocumentTable]:
    page = _Cells()
    page.feed(notice_html.body(edition))
    by_caption = {plain(table.caption): table for table in tables(edition).values()}
    return [by_caption[caption] for caption in page.found]


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext on this machine (poppler-utils)"
)
def test_paper_shows_every_number(ledger: Ledger, edition: Edition) -> None:
    if edition.municipality:
        return  # The same templates; one is enough of what is slow.
    pdf = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=notice_html.as_pdf(edition, NOW),
        capture_output=True,
        check=True,
    )
    text = plain(pdf.stdout.decode())
    cells = [cell for table in tables(edition).values() for row in rows(table) for cell in row[1:]]
    assert [
        cell for cell in cells if re.search(r"\d", cell) and len(cell) < 20 and cell not in text
    ] == []


def test_the_workbook_holds_figures_tables_and_lines(edition: Edition) -> None:
    found = sheets(as_xlsx(edition))
    figures = {(name, part): value for name, _word, part, value in found["Cijfers"][1:]}
    for name, value in figures_as_data(edition.shown.own).items():
        for path, part in leaves(value):
            written = figures[name, ".".join(path)]
            share = 100 if name == "average_rate" or path[-1:] == ("percentage",) else 1
            same = (
                Decimal(str(written)) * share == Decimal(part)
                if isinstance(written, float)
                else written == (part or "")
            )
            assert same, (name, path)
    for name, table in tables(edition).items():
        heads, *sheet = found[SHEETS[name]]
        assert all(heads), name
        for row, written in zip(
            [*table.rows, *([table.total] if table.total else [])], sheet, strict=True
        ):
            for cell, value in zip(row[1:], written[1:], strict=False):
                number = of(cell) if of(cell) is not None else getattr(cell, "aim", None)
                if number is not None and cell.endswith("%"):
                    number = Decimal(number) / 100
                assert (Decimal(str(value)) if number is not None else value) == (
                    str(cell) if number is None else number
                ), table.caption
    done, owed, contracts = (
        found["Boekingen invulling"],
        found["Boekingen verplichting"],
        found["Opdrachten"],
    )
    amount = done[0].index("Waarde")
    assert sum(Decimal(str(row[amount])) for row in done[1:]) == edition.own.fulfilled
    assert sum(Decimal(str(row[-1])) for row in owed[1:]) == edition.own.obligation_registered
    assert sum(Decimal(str(row[-2])) for row in contracts[1:]) == edition.own.obligation_to_date
    assert sum(Decimal(str(row[-1])) for row in contracts[1:]) == edition.own.realised_to_date
    years = found["Jaren naast elkaar"][1:]
    for split in ("Categorie", "Beleidsterrein", "Branche"):
        total = sum(Decimal(str(row[3])) for row in years if row[0] == split and row[2] == 2024)
        assert total == edition.own.fulfilled, split


def test_totals_stay_outside_the_filters_and_names_of_sheets_are_whole(edition: Edition) -> None:
    assert all(len(name) <= 31 for name in SHEETS.values())
    assert len(set(SHEETS.values())) == len(SHEETS)
    content = as_xlsx(edition)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = re.findall(r'<sheet name="([^"]+)"', parts.read("xl/workbook.xml").decode())
        markup = {
            name: parts.read(f"xl/worksheets/sheet{i}.xml").decode()
            for i, name in enumerate(names, start=1)
        }
        assert b'formatCode="0.00%"' in parts.read("xl/styles.xml")
    found = sheets(content)
    for name, table in tables(edition).items():
        title = SHEETS[name]
        [last] = re.findall(r'<autoFilter ref="A1:[A-Z]+(\d+)"', markup[title])
        assert int(last) == 1 + len(table.rows), name
        assert len(found[title]) == 1 + len(table.rows) + bool(table.total)
    assert found[SHEETS["years"]][1][-1] == 0.02


def test_each_booking_says_in_which_figures_it_counts(edition: Edition) -> None:
    found = sheets(as_xlsx(edition))
    for sheet, figure, column in (
        ("Boekingen invulling", FULFILLED, "Waarde"),
        ("Boekingen invulling", SOCIAL_SPEND, "Waarde"),
        ("Boekingen invulling", SOCIAL_FIRM_SPEND, "Betaald"),
        ("Boekingen verplichting", OBLIGATION_REGISTERED, "Verplichting"),
        ("Boekingen verplichting", CONTRACT_VALUE_REGISTERED, "Contractwaarde"),
    ):
        head, *lines = found[sheet]
        says, amount = head.index("Telt mee in"), head.index(column)
        counted = [row for row in lines if figure.title in row[says].split("; ")]
        total = sum((Decimal(str(row[amount])) for row in counted), Decimal(0))
        assert total == figure.value(edition.own), figure.name


def of(cell: Any) -> Any:
    return getattr(cell, "value", None)


def test_the_workbook_names_contractors_and_blocks(edition: Edition) -> None:
    found = sheets(as_xlsx(edition))
    for name, parts in (
        ("Opdrachtnemers", edition.own.contractors),
        ("Bouwblokken", edition.own.blocks),
    ):
        rows = found[name][1:]
        assert [(row[0], Decimal(str(row[1]))) for row in rows] == [
            (part.name, part.fulfilled) for part in parts
        ]
        assert rows


def test_json_and_csv_hold_figures_and_tables(edition: Edition) -> None:
    content = json.loads(data.as_json(edition))
    assert {name: content[name] for name in figures_as_data(edition.own)} == figures_as_data(
        edition.own
    )
    for name, table in tables(edition).items():
        found = [*table.rows, *([table.total] if table.total else [])]
        for key, row in zip(table.names, found, strict=True):
            written = content["tables"][name][key]
            label, *values = written.values()
            assert label == str(row[0])
            assert values == [data.value_of(cell) for cell in row[1:]]
            figures = [
                (value, cell) for value, cell in zip(values, row[1:], strict=True) if of(cell)
            ]
            assert [value for value, _cell in figures] == [
                exchanged(of(cell)) for _value, cell in figures
            ]
    lines = list(csv.reader(io.StringIO(data.as_csv(edition))))[1:]
    parts = [(name, path, part) for name, value in content.items() for path, part in leaves(value)]
    assert [tuple(line) for line in lines] == [
        (name, ".".join(path), "" if part is None else str(part)) for name, path, part in parts
    ]


def test_published_data_hold_no_small_numbers(ledger: Ledger) -> None:
    contract = ledger.contract()
    for group, many in (("ww", 6), ("bbl", 2), ("wajong", 7), ("bol", 9)):
        for _n in range(many):
            ledger.line(contract, "10", month(2024, 4), target_group=group)
    whole = assemble(ledger.region, 2024, None, TODAY)
    assert set(json.loads(data.as_json(whole))["by_target_group"]) > {"ww", "bbl", "wajong"}
    public = json.loads(data.as_json(whole, public=True))
    assert set(public["by_target_group"]) == {"ww", "wajong", "bol", "_other"}
    # Two of one and the three of another that were there.
    assert public["tables"]["target_groups"]["_other"]["workplaces"] == 5
    town = assemble(ledger.region, 2024, ledger.a, TODAY)
    assert json.loads(data.as_json(town, public=True))["by_target_group"] == {}
    assert "by_target_group" not in data.as_csv(town, public=True)


def test_data_have_names_of_their_own(edition: Edition) -> None:
    """Which do not change when a heading does; each is described."""
    docs = Path(__file__).parents[3] / "docs"
    described = (docs / "open-data.md").read_text() + (docs / "domain.md").read_text()
    for name, table in tables(edition).items():
        assert len(set(table.names)) == len(table.names) == len(rows(table)), name
        assert len(set(table.fields)) == len(table.fields) == len(table.header) - 1, name
        assert all(
            re.fullmatch(r"[a-z0-9_-]+|[A-Z0-9]{2,12}", key)
            for key in (*table.names, *table.fields)
        ), name
        assert f"`{name}`" in described
        for key in table.fields:
            known = re.sub(r"_?(?:19|20)\d\d$", "", key) or "year"
            assert f"`{known}`" in described, (name, key)
    assert all(f"`{name}`" in described for name in figures_as_data(edition.own))


# --- Files that are kept --------------------------------------------------------------------------


def test_a_final_report_serves_the_files_it_kept(ledger: Ledger, tmp_path: Path) -> None:
    adoption.propose(ledger.region, 2024, act())
    adoption.keep_files(adoption.finalise(ledger.region, 2024, act()))
    assert (
        FrozenFile.objects.filter(format="xlsx").count()
        == FrozenFile.objects.filter(format="docx").count()
        == 4
    )
    kept = bytes(FrozenFile.objects.get(format="xlsx", edition__municipality=None).content)
    ledger.line(ledger.contract(), "10", month(2024, 12), booked=month(2025, 1))
    adviser = signed_in(ledger, Role.ADVISER)
    assert adviser.get(ROOT + "cijfers.xlsx").content == kept
    for kind in ("html", "pdf", "docx", "xlsx", "json", "csv"):
        target = tmp_path / f"verslag.{kind}"
        call_command(
            "annual_report",
            "2024",
            "--region",
            "testregio",
            "--format",
            kind,
            "--output",
            str(target),
        )
        assert target.stat().st_size > 100
    assert (tmp_path / "verslag.xlsx").read_bytes() == kept
    codes = [
        signed_in(ledger, role).get(ROOT + "cijfers.xlsx").status_code
        for role in (Role.READER, Role.PROCUREMENT_OFFICER)
    ]
    assert codes == [404, 404]


def test_no_cell_of_the_workbook_is_a_formula(ledger: Ledger) -> None:
    contract = ledger.contract()
    contract.contractor.name = '=HYPERLINK("http://example.org")'
    contract.contractor.save()
    ledger.line(contract, "10", month(2024, 5))
    content = as_xlsx(assemble(ledger.region, 2024, None, TODAY))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        markup = b"".join(parts.read(name) for name in parts.namelist() if "sheet" in name)
    assert b"<f>" not in markup
    assert b"hyperlink" not in markup
