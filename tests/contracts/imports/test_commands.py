"""Files of any shape by command, and what it prints of them as data."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from contracts.models import Contract, Region
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "import-cases"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture(autouse=True)
def _region() -> None:
    make.make_region(code="gv")


def told(path: Path, *options: str, command: str = "import_contracts") -> dict[str, Any]:
    out = io.StringIO()
    call_command(command, str(path), *options, region="gv", format="json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_dry_run_says_as_data_what_was_understood_and_imports_nothing() -> None:
    found = told(CASES / "09-total-row.csv", "--dry-run")
    assert [(row["row"], row["state"]) for row in found["rows"]] == [(2, "new"), (3, "left_out")]
    assert found["rows"][0]["obligation"] == "50000.00"
    assert found["totals"] == {
        "rows": 1,
        "value": "1000000.00",
        "obligation": "50000.00",
        "new_contractors": 1,
    }
    assert not Contract.objects.exists()
    told(CASES / "09-total-row.csv")
    assert [row["state"] for row in told(CASES / "09-total-row.csv")["rows"]] == [
        "same",
        "left_out",
    ]


def test_what_is_asked_stands_beside_its_cell() -> None:
    found = told(CASES / "26-kvk-other-name.csv", "--dry-run")
    ((warning,),) = [row["warnings"] for row in found["rows"] if row["warnings"]]
    assert (warning["column"], warning["code"]) == ("contractor_name", "asked")
    assert len(found["asks"]) == 1


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"contractor_kvk": "1234567"}, "contractor_kvk", "leading_zero"),
        ({"start_date": "1-3-24"}, "start_date", "short_year"),
        ({"cpv": "abc"}, "cpv", "cpv"),
        ({"rate": "0%"}, "rate_reason", "no_reason"),
        ({"contractor_kvk": "DE HRB 12345"}, "contractor_kvk", "firm_abroad"),
    ],
)
def test_each_warning_has_a_code_of_its_own(
    tmp_path: Path, cells: dict[str, str], column: str, code: str
) -> None:
    row = {**CONTRACT, **cells}
    path = tmp_path / "een.csv"
    path.write_text("\t".join(row) + "\n" + "\t".join(row.values()) + "\n", encoding="utf-8")
    (found,) = told(path, "--dry-run")["rows"]
    assert (column, code) in [(said["column"], said["code"]) for said in found["warnings"]]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("import_contact_persons", "Kenmerk;Naam;E-mail\nHIL-1;Sam;sam@x.example\n"),
        ("import_notes", "Kenmerk;Datum;Notitie\nHIL-1;1-3-2024;Gebeld\n"),
        (
            "import_social_firms",
            "KvK;Naam;Erkenning;Geldig vanaf;Bron\n11112222;Tuin;PSO 30+;1-1-2024;lijst\n",
        ),
    ],
)
def test_what_a_region_has_beside_contracts_by_command(
    tmp_path: Path, command: str, text: str
) -> None:
    region = Region.objects.get(code="gv")
    make.make_contract(region, make.make_contractor(), reference="HIL-1")
    path = tmp_path / "lijst.csv"
    path.write_text(text, encoding="utf-8")
    states = [[row["state"] for row in told(path, command=command)["rows"]] for _ in range(2)]
    assert states == [["new"], ["same"]]


def test_sheet_row_columns_and_values_for_all_rows_can_be_told(tmp_path: Path) -> None:
    columns = tmp_path / "columns.json"
    columns.write_text(json.dumps({"ID publicatie": ""}))
    award_list = str(CASES / "16-tenderned-shape.xlsx")
    told(
        Path(award_list),
        *("--sheet", "OpenData sheet", "--header-row", "1"),
        *("--columns", str(columns), "--all", "municipalities=GM0402"),
    )
    assert Contract.objects.get().reference == "900123"


def test_that_amounts_are_in_thousands_can_be_told() -> None:
    (row,) = told(CASES / "08-tabs.csv", "--dry-run", "--thousands")["rows"]
    assert row["understood"]["value"] == "1000000000.00"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--sheet", "Nergens"], "Nergens|Leeswijzer"),
        (["--header-row", "x"], "3-4"),
        (["--all", "municipalities"], "KOLOM=WAARDE"),
    ],
)
def test_what_is_told_wrongly_is_refused_with_a_sentence(options: list[str], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        told(CASES / "16-tenderned-shape.xlsx", "--dry-run", *options)
