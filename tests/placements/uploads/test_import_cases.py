"""The files of tests/data/import-cases do what their row in the README there says, through the
page.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.urls import reverse

from contracts.models import Contract, Contractor, Municipality, ObligationChange
from placements.models import FulfilmentVersion, Upload, UploadRow
from sroi.access import Role
from sroi.templatetags.formats import euro2
from tests import factories as make
from tests.contracts.imports.test_imports import PLACEMENT
from tests.factories import signed_in
from tests.placements.uploads.test_importing import as_csv, post, send, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
CASES = Path(__file__).parents[2] / "data" / "import-cases"
D = Decimal
# Each row of each file says so, but for what the case is about.
FIRM, TITLE, VALUE = "Proefbedrijf BV", "Proefopdracht", D("1000000.00")


@pytest.fixture
def day() -> date:
    return date(2026, 11, 20)


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region(code="gv")
    region.municipalities.filter(code="GM0402").update(name="Hilversum")
    make.make_contractor("Alfa Groen B.V.", "91000026")
    return SimpleNamespace(region=region, adviser=make.make_user(Role.ADVISER, region))


def case(number: str) -> Path:
    (path,) = [one for one in CASES.glob(f"{number}-*") if one.suffix != ".json"]
    return path


def brought(world: SimpleNamespace, number: str, kind: str = "contracts") -> Upload:
    path = case(number)
    return sent(world.adviser, path.read_bytes(), kind, name=path.name)


def imported(world: SimpleNamespace, upload: Upload) -> Upload:
    """With what is doubted said to be right."""
    post(world.adviser, "import-run", upload, klopt="1")
    upload.refresh_from_db()
    assert upload.state == "imported", (upload.state, upload.why, told(upload))
    return upload


def told(upload: Upload) -> list[tuple[int, str, str]]:
    """What is said of the cells: the row, the column and the sentence."""
    return [
        (row.number, column, reason)
        for row in UploadRow.objects.filter(upload=upload)
        for column, reason in (*row.faults, *row.warnings)
    ]


def outcomes(upload: Upload) -> list[str]:
    return list(UploadRow.objects.filter(upload=upload).values_list("outcome", flat=True))


def only_contract() -> Contract:
    return Contract.objects.get()


def choose(world: SimpleNamespace, upload: Upload, **more: str) -> Upload:
    """The columns as they are proposed, with what is given beside."""
    page = signed_in(world.adviser).get(reverse("import-columns", args=[upload.pk]))
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "thousands"}
    response = post(world.adviser, "import-columns", upload, **(data | more))
    assert response.status_code == 302, response.context["form"].errors
    upload.refresh_from_db()
    return upload


# --- sheets, encodings, separators, the row with the names ----------------------------------------


@pytest.mark.parametrize("number", ["01", "03", "07", "08", "48"])
def test_a_table_of_any_shape_is_read(world: SimpleNamespace, number: str) -> None:
    upload = brought(world, number)
    assert (upload.state, outcomes(upload)) == ("checked", ["new"])
    imported(world, upload)
    contract = only_contract()
    assert (contract.reference, contract.title, contract.value) == (f"CASE-{number}", TITLE, VALUE)
    assert (contract.contractor.name, contract.award_date) == (FIRM, date(2025, 1, 15))


def test_the_names_of_an_old_encoding_are_right(world: SimpleNamespace) -> None:
    upload = brought(world, "05")
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "Café" in page.content.decode()
    imported(world, upload)
    assert only_contract().contractor.name.startswith("Café")


def test_a_title_row_is_said_and_another_row_can_be_chosen(world: SimpleNamespace) -> None:
    upload = brought(world, "01")
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "De namen staan in rij 2." in page.content.decode()
    assert post(world.adviser, "import-table", upload, names="1", sheet="").status_code == 302
    upload.refresh_from_db()
    assert (upload.layout["names"], upload.header[0]) == ([1], "contractregister 2025")


def test_other_sheets_with_rows_are_named_and_can_be_chosen(world: SimpleNamespace) -> None:
    upload = brought(world, "03")
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    text = page.content.decode()
    assert "Blad Contracten is gelezen." in text
    assert "Ook op Leeswijzer staan rijen." in text
    post(world.adviser, "import-table", upload, names="1", sheet="Leeswijzer")
    upload.refresh_from_db()
    assert (upload.layout["sheet"], upload.state) == ("Leeswijzer", "unreadable")


def test_a_total_is_proposed_for_leaving_out_and_can_be_taken_along(
    world: SimpleNamespace,
) -> None:
    upload = brought(world, "09")
    assert outcomes(upload) == ["new", "left_out"]
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "1 rij is weggelaten" in page.content.decode()
    post(world.adviser, "import-leave-out", upload, mee="3")
    assert outcomes(upload) == ["new", "faulty"]
    upload.refresh_from_db()
    post(world.adviser, "import-leave-out", upload, weg="3")
    upload.refresh_from_db()
    imported(world, upload)
    assert only_contract().reference == "CASE-09"


def test_what_one_leaves_out_oneself_is_not_told_to_be_no_data(world: SimpleNamespace) -> None:
    upload = brought(world, "09")
    post(world.adviser, "import-leave-out", upload, weg="2")
    assert outcomes(upload) == ["left_out", "left_out"]
    text = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "1 rij is weggelaten, omdat het vast geen gegevens zijn" in text.content.decode()
    assert "Door u weggelaten" in text.content.decode()


def test_a_file_with_names_alone_says_that_there_are_no_rows(world: SimpleNamespace) -> None:
    upload = brought(world, "11")
    assert (upload.state, upload.why) == ("unreadable", "Er staan geen rijen in dit bestand.")


def test_a_list_without_names_asks_and_takes_that_for_an_answer(world: SimpleNamespace) -> None:
    upload = brought(world, "17")
    assert upload.state == "table"
    page = signed_in(world.adviser).get(reverse("import-table", args=[upload.pk]))
    assert page.context["form"]["names"].value() == "0"
    post(world.adviser, "import-table", upload, names="0", sheet="")
    upload.refresh_from_db()
    assert (upload.state, upload.header) == ("columns", ["kolom 1", "kolom 2"])
    assert upload.total == 2


def test_a_pdf_is_named_and_refused_with_what_to_do(world: SimpleNamespace) -> None:
    page = send(world.adviser, case("47").read_bytes(), name="47-not-a-table.pdf")
    assert page.status_code == 422
    assert "een pdf" in page.content.decode()
    assert "XLSX, ODS of CSV" in page.content.decode()
    assert not Upload.objects.exists()


# --- which column is which ------------------------------------------------------------------------


def test_the_number_of_the_client_never_becomes_that_of_the_contractor(
    world: SimpleNamespace,
) -> None:
    upload = brought(world, "14")
    assert upload.state == "columns"
    taken = dict(zip(upload.header, upload.columns, strict=True))
    assert taken["kvk opdrachtgever"] == ""
    assert taken["kvk opdrachtnemer"] == "contractor_kvk"
    assert taken["opdrachtgever"] == "municipalities"
    page = signed_in(world.adviser).get(reverse("import-columns", args=[upload.pk]))
    assert "91009999" in page.content.decode()  # an example of what was found
    imported(world, choose(world, upload))
    assert only_contract().contractor.kvk == "91000001"


def test_a_published_award_list_is_understood_but_for_whose_it_is(world: SimpleNamespace) -> None:
    upload = brought(world, "16")
    assert (upload.state, upload.layout["sheet"]) == ("columns", "OpenData sheet")
    imported(world, choose(world, upload, all_municipalities="GM0402"))
    contract = only_contract()
    assert (contract.reference, contract.cpv, contract.value) == ("900123", "77310000-6", VALUE)
    assert "77314000-4" in contract.further_cpv
    page = signed_in(world.adviser).get(reverse("contract-detail", args=[contract.pk]))
    assert contract.further_cpv in page.content.decode()
    assert [share.municipality.code for share in contract.shares.all()] == ["GM0402"]
    assert any("77314000-4" in reason for _row, _column, reason in told(upload))
    # The next file of this shape asks nothing.
    again = brought(world, "16")
    assert (again.state, outcomes(again)) == ("checked", ["unchanged"])


def test_amounts_in_thousands(world: SimpleNamespace) -> None:
    content = case("14").read_bytes().replace(b";1000000", b";1.250")
    upload = sent(world.adviser, content)
    imported(world, choose(world, upload, thousands="on"))
    assert only_contract().value == D("1250000.00")


@pytest.mark.parametrize(
    ("before", "name"),
    [("Bedragen x € 1.000", "value"), ("", "Opdrachtsom (x € 1.000)"), ("In duizenden", "value")],
)
def test_that_amounts_are_in_thousands_is_read_above_the_rows_and_asked(
    world: SimpleNamespace, before: str, name: str
) -> None:
    content = case("08").read_text().replace("value", name).replace("1000000", "1250")
    upload = sent(world.adviser, f"{before}\n\n{content}".encode())
    assert upload.state == "columns"
    page = signed_in(world.adviser).get(reverse("import-columns", args=[upload.pk]))
    assert page.context["form"]["thousands"].value() is True
    assert "Het staat boven de rijen." in page.content.decode()
    imported(world, choose(world, upload, thousands="on"))
    assert only_contract().value == D("1250000.00")


def test_that_they_are_not_is_kept_for_the_next_file_of_that_shape(world: SimpleNamespace) -> None:
    content = b"Bedragen x 1.000\n\n" + case("08").read_bytes()
    imported(world, choose(world, sent(world.adviser, content)))
    assert only_contract().value == VALUE
    again = sent(world.adviser, content)
    assert (again.state, outcomes(again)) == ("checked", ["unchanged"])


@pytest.mark.parametrize(
    "title", ["1.000 bomen planten", "Contracten 2025", "Onderhoud in 1000 dagen"]
)
def test_another_thousand_above_the_rows_asks_nothing(world: SimpleNamespace, title: str) -> None:
    upload = sent(world.adviser, f"{title}\n\n{case('08').read_text()}".encode())
    assert upload.state == "checked"


# --- words and notations --------------------------------------------------------------------------


def test_municipalities_by_name_small_letters_and_number(world: SimpleNamespace) -> None:
    imported(world, brought(world, "18"))
    codes = [[s.municipality.code for s in c.shares.all()] for c in Contract.objects.all()]
    assert codes == [["GM0402"]] * 3


@pytest.mark.parametrize("written", ["Hilversum, Huizen", "Huizen en Hilversum"])
def test_several_clients_without_their_shares_say_how_these_are_written(
    world: SimpleNamespace, written: str
) -> None:
    content = case("18").read_text().replace(";gm0402;", f";{written};")
    ((row, column, reason),) = told(sent(world.adviser, content.encode()))
    assert (row, column, "GM0402:60;GM0406:40" in reason) == (3, "municipalities", True)


def test_whole_euros_in_a_file(world: SimpleNamespace) -> None:
    imported(world, brought(world, "19"))
    values = dict(Contract.objects.values_list("reference", "value"))
    assert values == {"CASE-19a": D("1250.00"), "CASE-19b": D("1250000.00")}


def test_days_with_one_meaning(world: SimpleNamespace) -> None:
    upload = brought(world, "22")
    warned = [(row, column) for row, column, _reason in told(upload)]
    assert warned == [(5, "start_date")]  # the year of two digits
    imported(world, upload)
    assert {c.start_date for c in Contract.objects.all()} == {date(2025, 2, 1)}
    assert Contract.objects.count() == 6


def test_a_cell_that_shows_five_percent_is_five_percent(world: SimpleNamespace) -> None:
    upload = brought(world, "23")
    (row,) = UploadRow.objects.all()
    assert row.understood["obligation"] == "50000.00"
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert euro2(D("50000.00")) in page.content.decode()
    imported(world, upload)
    assert only_contract().rate == D("5.00")


def test_numbers_of_firms_as_people_write_them(world: SimpleNamespace) -> None:
    imported(world, brought(world, "25"))
    assert {c.contractor.kvk for c in Contract.objects.all()} == {"91000001"}


def test_a_firm_by_another_name_is_asked(world: SimpleNamespace) -> None:
    upload = brought(world, "26")
    ((row, column, reason),) = told(upload)
    assert (row, column) == (3, "contractor_name")
    assert "Alfa Groen B.V." in reason
    assert upload.doubts
    post(world.adviser, "import-run", upload)  # without saying that it is right
    assert not Contract.objects.exists()
    imported(world, upload)
    assert Contractor.objects.filter(kvk="91000026").count() == 1


def test_another_firm_is_chosen_beside_the_question(world: SimpleNamespace) -> None:
    """One that is known and is called alike, or by its number; in all rows that name it so."""
    zeta = make.make_contractor("Zeta Wegen B.V.", "91000027")
    make.make_contract(world.region, zeta, reference="ZETA-1")
    upload = brought(world, "26")
    row = UploadRow.objects.get(upload=upload, number=3)
    client = signed_in(world.adviser)
    url = reverse("import-firm", args=[upload.pk, 3])
    page = client.get(reverse("import-detail", args=[upload.pk])).content.decode()
    assert url in page
    assert reverse("import-firm", args=[upload.pk, 2]) not in page
    form = client.get(url).context["form"]
    called = row.cells[upload.columns.index("contractor_name")]
    assert called in client.get(url).content.decode()
    assert [value for value, _label in form.fields["firm"].choices] == ["91000027", "other"]
    for typed in ("", "12", "geen"):
        answer = client.post(url, {"firm": "other", "number": typed})
        assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["number"])
    assert client.post(url, {"firm": "91000027"}).status_code == 302
    upload.refresh_from_db()
    numbers = [r.cells[upload.columns.index("contractor_kvk")] for r in upload.rows.all()]
    assert numbers == ["91000026", "91000027"]
    answer = client.post(url, {"firm": "other", "number": "KvK 9100 0028"})
    assert answer.status_code == 302
    upload.refresh_from_db()
    assert upload.doubts == []
    imported(world, upload)
    firms = Contract.objects.exclude(reference="ZETA-1").order_by("reference")
    assert list(firms.values_list("contractor__kvk", flat=True)) == ["91000026", "91000028"]


def test_a_firm_abroad(world: SimpleNamespace) -> None:
    imported(world, brought(world, "28"))
    firm = only_contract().contractor
    assert (firm.kvk, firm.country, firm.register_number) == (None, "DE", "HRB 12345")
    assert outcomes(brought(world, "28")) == ["unchanged"]


def test_the_words_of_the_screen_are_the_words_of_the_file(world: SimpleNamespace) -> None:
    imported(world, brought(world, "29"))
    contract = only_contract()
    assert (contract.rate_reason, contract.rate_reason_text) == ("market", "krappe markt")


def test_error_words_of_a_dutch_spreadsheet_are_refused(world: SimpleNamespace) -> None:
    upload = brought(world, "13")
    assert [(row, column) for row, column, _reason in told(upload)] == [
        (2, "contractor_name"),
        (3, "title"),
        (4, "title"),
    ]
    assert {reason for _row, _column, reason in told(upload)} == {
        "De formule in deze cel geeft een fout."
    }


def test_codes_of_what_is_bought(world: SimpleNamespace) -> None:
    upload = brought(world, "39")
    assert [(row, column) for row, column, _reason in told(upload)] == [
        (row, "cpv") for row in (2, 3, 4, 5)
    ]
    imported(world, upload)
    assert Contract.objects.get(reference="CASE-39b").cpv == "03000000"


def test_a_policy_field_by_its_name_and_one_that_is_none(world: SimpleNamespace) -> None:
    upload = brought(world, "40")
    assert outcomes(upload) == ["new", "faulty"]
    ((row, column, reason),) = told(upload)
    assert (row, column) == (3, "policy_field")
    assert "Werk en Inkomen" in reason


def test_what_a_formula_computed_is_rounded_in_view(world: SimpleNamespace) -> None:
    upload = brought(world, "50")
    ((_row, column, reason),) = told(upload)
    assert (column, "333.333,33" in reason) == ("value", True)
    imported(world, upload)
    assert only_contract().value == D("333333.33")


# --- doubts and refusals --------------------------------------------------------------------------


def test_less_work_with_a_positive_amount_is_asked(world: SimpleNamespace) -> None:
    imported(world, brought(world, "30"))
    upload = brought(world, "31", "changes")
    assert [(row, column) for row, column, _reason in told(upload)] == [(2, "value_delta")]
    assert upload.doubts
    post(world.adviser, "import-run", upload)
    assert not ObligationChange.objects.exists()


def test_a_contract_value_cannot_fall_below_zero(world: SimpleNamespace) -> None:
    imported(world, brought(world, "30"))
    upload = brought(world, "32", "changes")
    assert outcomes(upload) == ["faulty"]


@pytest.mark.parametrize(("number", "column"), [("35", "award_date"), ("37", "value")])
def test_what_is_unusual_is_asked(world: SimpleNamespace, number: str, column: str) -> None:
    make.make_contract(
        world.region, make.make_contractor(), reference="ANDERS", value=D("100000.00")
    )
    upload = brought(world, number)
    assert [where for _row, where, _reason in told(upload)] == [column]
    assert upload.doubts


def test_references_that_differ_in_capitals_or_blanks_are_asked(world: SimpleNamespace) -> None:
    upload = brought(world, "38")
    assert [(row, column) for row, column, _reason in told(upload)] == [
        (row, "reference") for row in (2, 3, 4)
    ]
    assert len(upload.doubts) == 3


def test_good_rows_stay_while_the_faulty_ones_are_mended(world: SimpleNamespace) -> None:
    content = case("43").read_bytes().replace("€ 1.250,-".encode(), b"veel geld")
    upload = sent(world.adviser, content)
    assert outcomes(upload) == ["new", "faulty", "new"]
    page = signed_in(world.adviser).get(reverse("import-cells", args=[upload.pk]))
    ((name, field),) = page.context["form"].fields.items()
    assert field.initial == "veel geld"
    response = post(world.adviser, "import-cells", upload, **{name: "€ 1.250,-"})
    assert response.status_code == 302, response.context["form"].errors
    assert outcomes(upload) == ["new"] * 3
    upload.refresh_from_db()
    imported(world, upload)
    values = dict(Contract.objects.values_list("reference", "value"))
    assert values == {"CASE-43a": VALUE, "CASE-43b": D("1250.00"), "CASE-43c": VALUE}


def test_the_file_with_a_good_notation_needs_no_mending(world: SimpleNamespace) -> None:
    imported(world, brought(world, "43"))
    assert Contract.objects.count() == 3


@pytest.mark.parametrize("typed", ["'t Proefhuis", "’t proefhuis", "‘t zonen", "Zonen Proefhuis"])
def test_a_name_with_an_apostrophe_is_found(world: SimpleNamespace, typed: str) -> None:
    imported(world, brought(world, "44"))
    page = signed_in(world.adviser).get(reverse("contract-list"), {"q": typed})
    assert "CASE-44" in page.content.decode()


def test_a_municipality_that_merged_is_refused_with_its_successor(
    world: SimpleNamespace, tmp_path: Path
) -> None:
    text = (CASES / "45-merged-municipality.json").read_text().replace("gooi-en-vechtstreek", "gv")
    region = tmp_path / "region.json"
    region.write_text(text)
    call_command("load_region", str(region))
    assert Municipality.objects.filter(code="GM1696", successor__code="GM0402").exists()
    upload = brought(world, "45")
    ((_row, column, reason),) = told(upload)
    assert (column, "Hilversum" in reason) == ("municipalities", True)


def test_an_award_of_next_month_has_not_begun(world: SimpleNamespace) -> None:
    upload = brought(world, "46")
    (row,) = UploadRow.objects.all()
    assert (row.understood["state"], row.understood["obligation"]) == ("not_started", "50000.00")
    imported(world, upload)
    page = signed_in(world.adviser).get(reverse("contract-list"))
    assert "nog niet begonnen" in page.content.decode().lower()


def test_a_building_block_by_its_title(world: SimpleNamespace) -> None:
    firm = make.make_contractor()
    contract = make.make_contract(world.region, firm, reference="HIL-9")
    block = contract.table.blocks.filter(kind="placement").first()
    rows = {**PLACEMENT, "contracts": "HIL-9", "status": "concept", "block": block.label_nl.upper()}
    upload = sent(
        world.adviser,
        as_csv({name: text for name, text in rows.items() if not name.startswith("accepted")}),
        "fulfilments",
    )
    assert told(upload) == []
    imported(world, upload)
    assert FulfilmentVersion.objects.get().allocations.get().block == block


def test_every_case_of_the_readme_has_its_file_here() -> None:
    there = {path.name for path in CASES.iterdir()}
    assert {"README.md", "01-title-row.csv", "50-formula-cents.xlsx"} <= there
    readme = (CASES / "README.md").read_text()
    for name in there - {"README.md", "30-base-contract.csv", "45-merged-municipality.json"}:
        assert name in readme
