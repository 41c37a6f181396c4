"""The preview says what was understood of each row and what will come of it: the page in words, a
command as data, both of the same.
"""

import io
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from contracts.models import Contract
from placements.models import Upload, UploadRow
from sroi.access import Role
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT, PLACEMENT
from tests.factories import signed_in
from tests.placements.uploads.test_importing import as_csv, as_xlsx, post, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


@pytest.fixture
def day() -> date:
    return date(2026, 11, 20)


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region(code="gv")
    region.municipalities.filter(code="GM0402").update(name="Hilversum")
    return SimpleNamespace(region=region, adviser=make.make_user(Role.ADVISER, region, name="Noor"))


def row_of(world: SimpleNamespace, upload: Upload, number: int = 2) -> Any:
    page = signed_in(world.adviser).get(
        reverse("import-detail", args=[upload.pk]), {"uitkomst": "alles"}
    )
    return next(row for row in page.context["rows"] if row.number == number)


def read(world: SimpleNamespace, upload: Upload, number: int = 2) -> dict[str, tuple[str, str]]:
    """What the page says of a row: by its title the words, and what was sent where it differs."""
    said = row_of(world, upload, number).read
    return {str(one.title): (one.text.replace("\xa0", " "), one.sent) for one in said}


NASTY = {
    "municipalities": "402",
    "value": "€ 1,2 mln excl. btw",
    "rate": "",
    "award_date": "2024-02-01 14:30",
    "start_date": "1-3-2024",
    "procurement_type": "D",
    "parent_reference": "n.v.t.",
    "adviser_email": "noor",
}


def contract_file(**cells: str) -> bytes:
    return as_csv(CONTRACT | NASTY | cells)


def test_a_contract_is_told_in_words_beside_what_was_sent(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contract_file())
    said = read(world, upload)
    assert said["Verplichting die wordt geboekt"] == ("€ 60.000,00", "")
    assert said["Percentage"] == ("5%, volgens het beleid", "")
    assert said["Contractwaarde zonder btw"] == ("€ 1.200.000,00", "€ 1,2 mln excl. btw")
    assert said["Gegund op"] == ("1 februari 2024", "2024-02-01 14:30")
    assert said["Eerste dag"] == ("1 maart 2024", "")
    assert said["Opdrachtgevers"] == ("Hilversum", "402")
    assert said["Soort opdracht"] == ("diensten", "D")
    assert said["Nadere overeenkomst onder raamovereenkomst"] == ("–", "n.v.t.")
    assert said["Opdrachtnemer"][0].endswith("nieuw bedrijf")
    assert said["Adviseur"] == ("Noor", "")
    assert said["E-mailadres van de adviseur"] == (world.adviser.email, "noor")
    assert row_of(world, upload).name == f"{CONTRACT['reference']} · {CONTRACT['title']}"


def test_all_of_a_row_can_be_seen_as_it_was_sent(world: SimpleNamespace) -> None:
    row = row_of(world, sent(world.adviser, contract_file()))
    assert ("Contractwaarde zonder btw", "€ 1,2 mln excl. btw") in [
        (str(t), x) for t, x in row.sent
    ]


def test_a_command_says_the_same_as_data(
    world: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = sent(world.adviser, contract_file())
    path = tmp_path / "lijst.csv"
    path.write_bytes(contract_file())
    out = io.StringIO()
    call_command("import_contracts", path, region="gv", dry_run=True, format="json", stdout=out)
    (row,) = json.loads(out.getvalue())["rows"]
    assert row["understood"] == UploadRow.objects.get(upload=upload).understood
    assert {
        "value": "1200000.00",
        "award_date": "2024-02-01",
        "municipalities": {"GM0402": "100"},
        "procurement_type": "services",
        "rate": "5.00",
        "obligation": "60000.00",
        "parent_reference": "",
        "adviser": "Noor",
    }.items() <= row["understood"].items()


def test_what_is_wrong_stands_first_with_what_was_sent(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contract_file(value="€ 1.210 incl. btw", award_date="45323"))
    first, second, *others = row_of(world, upload).read
    assert (str(first.title), first.text) == ("Contractwaarde zonder btw", "€ 1.210 incl. btw")
    assert first.faults == ["Dit is inclusief btw. Vul het bedrag zonder btw in."]
    assert (second.text, second.sent) == ("1 februari 2024", "45323")
    assert second.warnings == ["Gelezen als 1 februari 2024."]
    # What could be read is told of a faulty row too.
    assert "Opdrachtgevers" in [str(one.title) for one in others]


def test_an_adviser_who_is_not_there_is_said(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contract_file(adviser_email="weg@example.org"))
    (warned,) = [one for one in row_of(world, upload).read if one.warnings]
    assert (warned.text, str(warned.title)) == ("weg@example.org", "E-mailadres van de adviseur")
    post(world.adviser, "import-run", upload)
    assert Contract.objects.get().adviser is None


def test_of_two_who_are_called_alike_nobody_is_chosen(world: SimpleNamespace) -> None:
    make.make_user(Role.ADVISER, world.region, name="Noor")
    upload = sent(world.adviser, contract_file())
    assert "Adviseur" not in read(world, upload)


def test_of_what_is_known_only_what_changes_is_told(world: SimpleNamespace) -> None:
    post(world.adviser, "import-run", sent(world.adviser, contract_file()))
    again = sent(world.adviser, contract_file())
    assert (again.counts["unchanged"], read(world, again)) == (1, {})
    mended = sent(world.adviser, contract_file(title="Anders"))
    assert read(world, mended) == {"Titel": (f"{CONTRACT['title']} → Anders", "")}


def test_one_value_for_all_rows_is_told_too(world: SimpleNamespace) -> None:
    base = {name: text for name, text in (CONTRACT | NASTY).items() if name != "municipalities"}
    upload = sent(world.adviser, as_csv(base))
    columns = {f"column_{at}": name for at, name in enumerate(base, start=1)}
    post(world.adviser, "import-columns", upload, **columns, all_municipalities="GM0402")
    upload.refresh_from_db()
    assert (upload.state, read(world, upload)["Opdrachtgevers"]) == ("checked", ("Hilversum", ""))


def test_a_fulfilment_says_what_it_is_worth_while_another_row_is_faulty(
    world: SimpleNamespace,
) -> None:
    linde = make.make_contractor("De Linde")
    make.make_contract(world.region, linde, reference="HIL-9")
    base = {k: v for k, v in PLACEMENT.items() if not k.startswith("accepted")}
    base |= {"contracts": "HIL-9", "hours_per_week": "24 uur"}
    rows = [
        base | {"status": "ingediend"},
        base | {"external_id": "P-2", "status": "concept"},
        base | {"external_id": "P-3", "start_date": "ooit"},
    ]
    upload = sent(world.adviser, as_csv(*rows), "fulfilments")
    said, draft = read(world, upload, 2), read(world, upload, 3)
    worth = "Waarde die wordt opgevoerd"
    # 40,000 for a full-time year, 24 of 36 hours, and a bonus of 5,000.
    assert said[worth] == draft[worth] == ("€ 31.666,67", "")
    assert said["Opdrachtnemer"] == ("De Linde", "")
    assert said["Uren per week"] == ("24", "24 uur")
    post(world.adviser, "import-leave-out", upload, weg="4")
    upload.refresh_from_db()
    post(world.adviser, "import-run", upload, klopt="1")
    upload.refresh_from_db()
    assert upload.state == "imported"


def test_a_number_of_a_spreadsheet_names_its_row_too(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, as_xlsx(CONTRACT | NASTY | {"reference": 2025}), name="a.xlsx")
    assert row_of(world, upload).name == f"2025 · {CONTRACT['title']}"


def test_what_is_wrong_names_no_row(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contract_file(title="x" * 300, value="veel"))
    assert row_of(world, upload).name == CONTRACT["reference"]
