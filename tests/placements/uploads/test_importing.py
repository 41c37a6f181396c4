"""Importing in the browser: what a file may be, what is shown of it, who sees it, and that it is
all or nothing.
"""

import csv
import io
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from contracts.models import ContactPerson, Contract, Invitation, ObligationChange
from placements.models import ColumnMemory, Fulfilment, FulfilmentVersion, Upload, UploadRow
from placements.uploads import door as uploads
from placements.uploads.columns import COLUMNS, TITLES, offered, offered_columns, vocabulary
from placements.uploads.rows import packed, unpacked
from sroi.access import Role
from sroi.accounts.models import AuditEvent
from sroi.doors import Refused
from sroi.exchange import ExportTable, Sheet, write_xlsx
from sroi.exchange.matching import match
from tests import factories as make
from tests.contracts.imports.test_imports import CHANGE, CONTRACT, PLACEMENT
from tests.factories import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
BSN = "111222333"


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region(code="gv")
    linde, wind = (
        make.make_contractor("De Linde", "01234567"),
        make.make_contractor("Roerdomp", "99998888"),
    )
    return SimpleNamespace(
        region=region,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region, email="noor@example.org"),
        contractor=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        officer=make.make_user(Role.PROCUREMENT_OFFICER, region),
        reader=make.make_user(Role.READER, region),
        own=make.make_contract(region, linde, reference="HIL-9", title="Wegen"),
        other=make.make_contract(
            region, wind, {"GM0406": 100}, reference="HUI-9", title="Roerdomp in Huizen"
        ),
        frame=make.make_contract(
            region, wind, {"GM0406": 100}, reference="HUI-8", title="Roerdomp raam"
        ),
    )


def as_csv(*rows: dict[str, str], header: list[str] | None = None) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    csv.writer(out).writerows(
        [header or names, *([row.get(name, "") for name in names] for row in rows)]
    )
    return out.getvalue().encode()


def as_xlsx(*rows: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, [ExportTable("x", list(rows[0]), [list(row.values()) for row in rows])])
    return out.getvalue()


PLAN = {
    "contract_reference": "HIL-1",
    "category": "arbeid",
    "quarter": "2024-Q2",
    "planned_value": "10.000",
}
SEEN = {"external_id": "P-1", "seen_on": "2024-03-01", "seen_how": "op het scherm"}
FIRM = {
    "firm_kvk": "11112222",
    "firm_name": "Zorgtuin",
    "recognition": "PSO 30+",
    "valid_from": "2024-01-01",
    "grounds": "lijst",
}


def contracts(*rows: dict[str, str]) -> bytes:
    return as_csv(*({**CONTRACT, "contractor_name": "De Linde", **row} for row in rows))


def fulfilments(*rows: dict[str, str]) -> bytes:
    base = {**PLACEMENT, "contracts": "HIL-9", "status": "submitted"}
    return as_csv(
        *({k: v for k, v in (base | row).items() if not k.startswith("accepted")} for row in rows)
    )


def send(
    user: Any, content: bytes, kind: str = "contracts", name: str = "bestand.csv", **more: Any
) -> Any:
    client = signed_in(user)
    keys = [purpose.key for purpose in uploads.purposes(access_of(user)) if purpose.kind == kind]
    data = {"purpose": keys[0] if keys else kind, "file": SimpleUploadedFile(name, content)} | more
    return client.post(reverse("import"), data)


def access_of(user: Any) -> Any:
    from contracts.people.membership import access_of

    return access_of(user)


def sent(user: Any, content: bytes, kind: str = "contracts", **more: Any) -> Upload:
    response = send(user, content, kind, **more)
    assert response.status_code == 302, response.context["form"].errors
    return Upload.objects.latest("pk")


def post(user: Any, name: str, upload: Upload, **data: Any) -> Any:
    return signed_in(user).post(reverse(name, args=[upload.pk]), data)


def outcomes(upload: Upload) -> list[str]:
    return list(UploadRow.objects.filter(upload=upload).values_list("outcome", flat=True))


def faults(upload: Upload) -> list[tuple[str, str]]:
    return [tuple(fault) for row in UploadRow.objects.filter(upload=upload) for fault in row.faults]


# --- the way through ------------------------------------------------------------------------------


def test_contracts_are_shown_and_then_registered(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}, {"reference": "HIL-2", "contractor_kvk": "1234567"}))
    assert (upload.state, outcomes(upload)) == ("checked", ["new", "new"])
    text = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk])).content.decode()
    assert "Lees 2 rijen in" in text
    assert "gelezen als 01234567" in text  # the leading zero
    assert Contract.objects.count() == 3
    assert post(world.adviser, "import-run", upload).status_code == 302
    upload.refresh_from_db()
    assert (upload.state, upload.content) == ("imported", None)
    made = Contract.objects.get(reference="HIL-2")
    assert made.obligation_lines.first().posting.by == world.adviser
    assert (
        "2 rijen zijn ingelezen"
        in signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk])).content.decode()
    )


def test_what_is_unusual_is_shown_and_taken_once_somebody_said_that_it_is_right(
    world: SimpleNamespace,
) -> None:
    usual = [{"reference": f"HIL-{n}"} for n in range(20, 80)]
    upload = sent(world.adviser, contracts(*usual, {"value": "5.000.000.000"}))
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk])).content.decode()
    assert "heel veel" in page
    assert "Dit klopt" in page
    assert "HIL-20" not in page  # what is unusual stands first
    post(world.adviser, "import-run", upload)
    upload.refresh_from_db()
    assert (upload.state, Contract.objects.count()) == ("checked", 3)
    post(world.adviser, "import-run", upload, klopt="1")
    upload.refresh_from_db()
    assert (upload.state, Contract.objects.count()) == ("imported", 64)


def test_what_became_unusual_meanwhile_is_shown_again(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({"value": "5.000.000"}))
    assert upload.doubts == []
    Contract.objects.update(value=100)
    post(world.adviser, "import-run", upload)
    upload.refresh_from_db()
    assert (upload.state, len(upload.doubts), Contract.objects.count()) == ("checked", 1, 3)
    assert "intussen" in upload.why


def test_the_same_file_again_has_nothing_to_import(world: SimpleNamespace) -> None:
    for expected in (["new"], ["unchanged"]):
        upload = sent(world.adviser, contracts({}))
        assert outcomes(upload) == expected
        post(world.adviser, "import-run", upload)
    changed = sent(world.adviser, contracts({"title": "Groen en meer"}))
    assert outcomes(changed) == ["changed"]
    post(world.adviser, "import-run", changed)
    contract = Contract.objects.get(reference="HIL-1")
    assert contract.title == "Groen en meer"
    assert contract.search_text.startswith("hil-1 groen en meer")
    assert contract.history.first().history_user == world.adviser


def test_a_workbook_with_typed_cells(world: SimpleNamespace) -> None:
    row = {**CONTRACT, "award_date": date(2023, 12, 1), "value": 1000000, "rate": 5}
    upload = sent(world.adviser, as_xlsx(row), name="contracten.xlsx")
    assert outcomes(upload) == ["new"]
    assert "2023-12-01" in UploadRow.objects.get(upload=upload).cells


def test_faults_stand_in_their_cells_and_nothing_is_imported(world: SimpleNamespace) -> None:
    upload = sent(
        world.adviser,
        contracts({}, {"reference": "X-1", "value": "veel"}, {"reference": "X-2", "cpv": BSN}),
    )
    assert outcomes(upload) == ["new", "faulty", "faulty"]
    assert [column for column, _reason in faults(upload)] == ["value", "cpv"]
    text = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk])).content.decode()
    assert "Dit is geen getal" in text
    assert "2 rijen kunnen zo niet worden ingelezen" in text
    post(world.adviser, "import-run", upload)
    upload.refresh_from_db()
    assert upload.state == "checked"
    assert Contract.objects.count() == 3


def cells_page(user: Any, upload: Upload) -> Any:
    return signed_in(user).get(reverse("import-cells", args=[upload.pk]))


def kept_of(upload: Upload) -> str:
    """Everything that is in the database about a file."""
    upload.refresh_from_db()
    rows = [(row.cells, row.faults, row.warnings) for row in upload.rows.all()]
    return str([bytes(upload.content or b"").decode(), upload.header, upload.examples, rows])


@pytest.mark.parametrize(
    ("kind", "content", "columns"),
    [
        (
            "contracts",
            contracts({"value": "veel", "municipalities": "Nergens", "valuation_table": "ER-NIET"}),
            {"value", "municipalities", "valuation_table"},
        ),
        (
            "changes",
            as_csv({**CHANGE, "contract_reference": "ER-NIET", "effective_date": "ooit"}),
            {"contract_reference", "effective_date"},
        ),
        (
            "fulfilments",
            fulfilments({"contracts": "ER-NIET", "start_date": "ooit"}),
            {"contracts", "start_date"},
        ),
        (
            "fulfilments",
            fulfilments({"block": "geen", "start_date": "ooit"}),
            {"block", "start_date"},
        ),
        (
            "notes",
            as_csv({"contract_reference": "ER-NIET", "day": "ooit", "text": "Gebeld"}),
            {"contract_reference", "day"},
        ),
        (
            "contracts",
            contracts({"value": "veel", "parent_reference": "ER-NIET"}),
            {"value", "parent_reference"},
        ),
        (
            "fulfilments",
            fulfilments({"bonuses": "ER-NIET", "residence": "Nergens", "start_date": "ooit"}),
            {"bonuses", "residence", "start_date"},
        ),
        (
            "plans",
            as_csv({**PLAN, "contract_reference": "ER-NIET", "planned_value": "veel"}),
            {"contract_reference", "planned_value"},
        ),
        (
            "plans",
            as_csv(
                {**PLAN, "contract_reference": "HIL-9", "quarter": "2019-Q1"}
                | {"planned_value": "veel"}
            ),
            {"quarter", "planned_value"},
        ),
        (
            "seen",
            as_csv(SEEN | {"external_id": "ER-NIET", "evidence_kind": "wat?"}),
            {"external_id", "evidence_kind"},
        ),
        (
            "firms",
            as_csv({**FIRM, "recognition": "wat?", "valid_until": "2023-01-01"}),
            {"recognition", "valid_until"},
        ),
    ],
)
def test_what_has_to_be_looked_up_is_named_beside_what_cannot_be_read(
    world: SimpleNamespace, kind: str, content: bytes, columns: set[str]
) -> None:
    upload = sent(world.adviser, content, kind)
    assert {column for column, _reason in faults(upload)} == columns


def test_a_bsn_is_erased_at_once_and_asked_again_while_the_rows_stay(
    world: SimpleNamespace,
) -> None:
    upload = sent(
        world.contractor,
        fulfilments({"external_id": "P-2"}, {"candidate_ref": "111/222/333"}),
        "fulfilments",
    )
    assert "111/222" not in kept_of(upload)
    assert (upload.ending, outcomes(upload)) == (".rows", ["new", "faulty"])
    ((column, reason),) = faults(upload)
    assert column == "candidate_ref"
    assert "gewist" in reason
    page = signed_in(world.contractor).get(reverse("import-detail", args=[upload.pk]))
    assert reverse("import-cells", args=[upload.pk]) in page.content.decode()
    asked = cells_page(world.contractor, upload).content.decode()
    assert "Rij 3, Kenmerk van de kandidaat" in asked
    (name,) = cells_page(world.contractor, upload).context["form"].fields
    again = post(world.contractor, "import-cells", upload, **{name: "1234 bsn 56782"})
    assert again.status_code == 422
    assert "56782" in again.content.decode()
    assert post(world.contractor, "import-cells", upload, **{name: "K-17"}).status_code == 302
    upload.refresh_from_db()
    assert (upload.emptied, outcomes(upload)) == ([], ["new", "new"])
    assert cells_page(world.contractor, upload).status_code == 302
    post(world.contractor, "import-run", upload)
    upload.refresh_from_db()
    assert (upload.state, upload.content) == ("imported", None)
    assert FulfilmentVersion.objects.filter(candidate_ref="K-17").exists()


def test_nothing_is_imported_as_long_as_an_emptied_cell_is_asked(world: SimpleNamespace) -> None:
    """Also where the column may be empty: nobody said that it is."""
    upload = sent(world.adviser, contracts({"policy_field": BSN}))
    assert faults(upload)[0][0] == "policy_field"
    post(world.adviser, "import-run", upload)
    post(world.adviser, "import-again", upload)
    upload.refresh_from_db()
    assert (upload.state, outcomes(upload)) == ("checked", ["faulty"])
    (name,) = cells_page(world.adviser, upload).context["form"].fields
    post(world.adviser, "import-cells", upload, **{name: ""})
    assert outcomes(upload) == ["new"]


def test_a_bsn_in_a_column_that_is_not_used_is_erased_too(world: SimpleNamespace) -> None:
    """At once where its heading says what it is, and else once it is said that it is not used."""
    row = {**CONTRACT, "bsn": BSN, "notitie": "111222333"}
    upload = sent(world.adviser, as_csv(row))
    assert upload.state == "columns"
    assert kept_of(upload).count(BSN) == 1, "nobody said yet what “notitie” is"
    chosen = {
        f"column_{n}": name if name in CONTRACT else "-" for n, name in enumerate(row, start=1)
    }
    post(world.adviser, "import-columns", upload, **chosen)
    assert BSN not in kept_of(upload)
    assert (outcomes(upload), uploads.asked_again(upload)) == (["new"], [])


def test_invoice_numbers_references_and_amounts_are_not_erased(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({"reference": BSN, "value": BSN}))
    assert (upload.ending, outcomes(upload), upload.emptied) == (".csv", ["new"], [])


def test_the_rows_of_a_workbook_keep_their_types_and_numbers(world: SimpleNamespace) -> None:
    row = {**CONTRACT, "award_date": date(2023, 12, 1), "value": 1000000, "rate": 5, "cpv": BSN}
    upload = sent(world.adviser, as_xlsx(row), name="contracten.xlsx")
    (name,) = cells_page(world.adviser, upload).context["form"].fields
    post(world.adviser, "import-cells", upload, **{name: "45000000-7"})
    assert outcomes(upload) == ["new"]


@given(
    st.lists(
        st.one_of(
            st.text(),
            st.integers(),
            st.booleans(),
            st.floats(allow_nan=False),
            st.datetimes(),
            st.dates(),
            st.times(),
            st.timedeltas(timedelta(0), timedelta(9)),
        ),
        max_size=5,
    )
)
def test_rows_that_are_kept_are_read_as_they_were(cells: list[Any]) -> None:
    sheet = Sheet(["a"], [(7, cells)], 3)
    assert unpacked(packed(sheet)) == sheet


def test_a_cell_that_is_not_asked_cannot_be_filled(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({"cpv": BSN}))
    for values in ({}, {(2, 0): "x"}, {(99, 1): "x"}):
        with pytest.raises(Refused):
            uploads.fill(upload, values, at=make.moment(make.TODAY))
    ((row, place),) = uploads.asked_again(upload)
    with pytest.raises(Refused):
        uploads.fill(upload, {(row, place): BSN}, at=make.moment(make.TODAY))


def test_faulty_rows_as_a_file_that_can_be_sent_again(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}, {"reference": "=1+1", "title": "", "value": "veel"}))
    client = signed_in(world.adviser)
    text = (
        client.get(reverse("import-faults", args=[upload.pk, "csv"])).getvalue().decode("utf-8-sig")
    )
    head, row = csv.reader(io.StringIO(text), delimiter=";")
    assert (head[:2], head[-1]) == (["Rij", "Kenmerk"], "Fouten")
    assert row[:2] == ["3", "'=1+1"]
    assert row[-1].startswith(
        "Titel: Vul deze cel in. Contractwaarde zonder btw: Dit is geen getal."
    )
    assert AuditEvent.objects.filter(kind="exported").count() == 1
    workbook = client.get(reverse("import-faults", args=[upload.pk, "xlsx"])).getvalue()
    _head, row = (
        CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    )
    assert row[1] == "=1+1"
    again = sent(world.adviser, text.replace("veel", "500000").replace(";;", ";Titel;", 1).encode())
    assert again.state == "checked"  # what the file adds is read over


def test_obligation_changes(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, as_csv({**CHANGE, "contract_reference": "HIL-9"}), "changes")
    post(world.adviser, "import-run", upload)
    assert ObligationChange.objects.get().contract == world.own


def test_a_contractor_hands_in_many(world: SimpleNamespace) -> None:
    rows = [{"external_id": f"P-{n}", "candidate_ref": f"K-{n}"} for n in range(3)]
    upload = sent(
        world.contractor,
        fulfilments(*rows, {"external_id": "P-9", "status": "concept"}),
        "fulfilments",
    )
    assert outcomes(upload) == ["new"] * 4
    post(world.contractor, "import-run", upload)
    found = Fulfilment.objects.filter(external_id__startswith="P-").select_related("latest")
    assert sorted(f.latest.state for f in found) == ["draft", "submitted", "submitted", "submitted"]
    assert {f.entered_by for f in found} == {world.contractor}
    value = found.get(external_id="P-1").latest.allocations.get().value
    assert value == 45000  # 40.000, and 5.000 for who is 55
    # Handing in what was a draft needs no second edit.
    post(
        world.contractor,
        "import-run",
        sent(world.contractor, fulfilments({"external_id": "P-9"}), "fulfilments"),
    )
    last = Fulfilment.objects.get(external_id="P-9")
    assert last.latest.state == "submitted"
    assert [event.kind for event in last.events.all()] == ["drafted", "submitted"]


def test_an_import_here_ends_at_submitted(world: SimpleNamespace) -> None:
    content = as_csv({**PLACEMENT, "contracts": "HIL-9"})
    upload = sent(world.adviser, content, "fulfilments")
    assert upload.state == "columns"  # a decided value is no column here
    post(world.adviser, "import-columns", upload, **columns_of(upload))
    upload.refresh_from_db()
    ((column, reason),) = faults(upload)
    assert column == "status"
    assert "adviseur keurt goed" in reason


def columns_of(upload: Upload, **other: str) -> dict[str, str]:
    chosen = dict(zip(upload.header, upload.columns, strict=True)) | other
    return {
        f"column_{place}": chosen[name] or "-" for place, name in enumerate(upload.header, start=1)
    }


# --- columns --------------------------------------------------------------------------------------


def test_names_that_differ_are_asked_once(world: SimpleNamespace) -> None:
    dutch = {
        "reference": "Zaaknummer",
        "title": "Titel",
        "value": "Opdrachtsom",
        "award_date": "Gunningsdatum",
    }
    header = [dutch.get(name, name) for name in CONTRACT] + ["Afdeling"]
    content = as_csv({**CONTRACT, "department": "Groen"}, header=header)
    upload = sent(world.adviser, content)
    assert upload.state == "columns"
    assert upload.columns[:2] == ["reference", "title"]
    assert upload.columns[header.index("Opdrachtsom")] == "value"
    client = signed_in(world.adviser)
    text = client.get(reverse("import-columns", args=[upload.pk])).content.decode()
    assert "Groenonderhoud" in text  # an example of what stands in it
    post(world.adviser, "import-columns", upload, **columns_of(upload))
    upload.refresh_from_db()
    assert (upload.state, outcomes(upload)) == ("checked", ["new"])
    assert sent(world.adviser, content).state == "checked"
    assert ColumnMemory.objects.get().user == world.adviser
    assert sent(world.officer, content).state == "checked"  # a colleague of the region


def test_what_a_colleague_chose_is_known_but_not_what_a_firm_chose(world: SimpleNamespace) -> None:
    header = {name: name for name in CONTRACT} | {"title": "Kolom X"}
    content = as_csv({**CONTRACT, "contractor_name": "De Linde"}, header=[*header.values()])
    first = sent(world.adviser, content)
    assert first.state == "columns"
    ColumnMemory.objects.create(
        user=world.officer, region=world.region, kind="contracts", names={"kolomx": "title"}
    )
    assert sent(world.adviser, content).state == "columns"
    ColumnMemory.objects.update(user=make.make_user(Role.ADVISER, world.region))
    assert sent(world.adviser, content).state == "checked"


def test_wrong_choices_are_refused(world: SimpleNamespace) -> None:
    upload = sent(
        world.adviser, as_csv(CONTRACT, header=["?" if n == "value" else n for n in CONTRACT])
    )
    lacking = post(world.adviser, "import-columns", upload, **columns_of(upload))
    assert lacking.status_code == 422
    assert "Contractwaarde" in lacking.content.decode()
    twice = post(
        world.adviser,
        "import-columns",
        upload,
        **columns_of(upload, **{"?": "value", "title": "value"}),
    )
    assert twice.status_code == 422
    nonsense = post(
        world.adviser, "import-columns", upload, column_1="password", column_2="x" * 10000
    )
    assert nonsense.status_code == 422


def test_columns_with_the_same_name_or_none(world: SimpleNamespace) -> None:
    header = [*CONTRACT, "", "title"]
    upload = sent(world.adviser, as_csv({**CONTRACT, "a": "x", "b": "Andere titel"}, header=header))
    assert upload.state == "columns"
    text = (
        signed_in(world.adviser).get(reverse("import-columns", args=[upload.pk])).content.decode()
    )
    assert "(zonder naam)" in text
    choice = {f"column_{place}": name for place, name in enumerate([*CONTRACT, "-", "-"], start=1)}
    post(world.adviser, "import-columns", upload, **choice)
    assert UploadRow.objects.get(upload=upload).cells[1] == "Groenonderhoud"


def test_every_column_has_a_title_in_both_languages() -> None:
    names = {column.name for columns in uploads.COLUMNS.values() for column in columns}
    assert names == set(TITLES)
    with translation.override("nl"):
        assert str(TITLES["value"]) != "value"


@pytest.mark.parametrize(
    ("header", "columns", "sure"),
    [
        (["reference", "VALUE", "rij", "fouten"], ["reference", "value", "", ""], True),
        (["Kenmerk", "Contract value excluding VAT"], ["reference", "value"], True),
        (["Kenmerk", "opdrachtsom"], ["reference", "value"], False),
        (["contractnr.", "waarde excl"], ["reference", "value"], False),
        (["title", "titel"], ["title", ""], False),
        (["KvK opdrachtgever", "KvK Opdrachtnemer"], ["", "contractor_kvk"], False),
        (["gemeente", "naam aanbesteding (kort)"], ["municipalities", "title"], False),
        (["oud"], ["title"], True),
    ],
)
def test_guessing(header: list[str], columns: list[str], sure: bool) -> None:
    found = match(header, vocabulary("contracts"), {"oud": "title", "weg": "gone"})
    assert (found.columns, found.sure) == (columns, sure)


# --- nasty files ----------------------------------------------------------------------------------


def bomb() -> bytes:
    """Small as sent, more than anyone allows once unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "leeg"),
        (b"a\0b", "UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "oud Excel-bestand"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 100, "afbeelding"),
        (b"x" * (10 * 1024 * 1024 + 1), "groter dan 10 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_at_once(
    world: SimpleNamespace, content: bytes, word: str
) -> None:
    response = send(world.adviser, content)
    assert response.status_code == 422
    assert word in str(response.context["form"].errors["file"])
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\n\n", "leeg"),
        (b'"reference\nunclosed', "aanhalingstekens"),
        (b"PK\x03\x04 and nothing else", "beschadigd"),
        (b",".join(b"a%d" % n for n in range(101)), "kolommen"),
        (b"reference\n" + b"x\n" * 25_001, "rijen"),
        (b"reference,title\n" + b"x," + b"y" * 1_000_000, "aanhalingstekens"),
    ],
)
def test_what_cannot_be_read_says_why(world: SimpleNamespace, content: bytes, word: str) -> None:
    upload = sent(world.adviser, content)
    assert upload.state == "unreadable"
    assert word in upload.why
    text = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk])).content.decode()
    assert word in text


def test_a_zip_bomb_is_not_unpacked(world: SimpleNamespace) -> None:
    assert "te groot" in sent(world.adviser, bomb(), name="bom.xlsx").why


def test_nasty_cells_are_faults_of_their_own(world: SimpleNamespace) -> None:
    rows = [
        {"reference": "A", "title": "x" * 100_000},
        {"reference": "B", "title": "=HYPERLINK(1)"},
        {"reference": "C", "title": "\u202eabc"},
        {"reference": "D", "value": "1e999"},
        {"reference": "E", "value": "NaN"},
        {"reference": "F", "award_date": "29-02-2025"},
        {"reference": "G", "title": "<script>alert(1)</script>"},
        {"reference": "H", "municipalities": "GM0402:100;" * 50},
    ]
    upload = sent(world.adviser, contracts(*rows))
    found = dict(zip([row["reference"] for row in rows], outcomes(upload), strict=True))
    assert [name for name, outcome in found.items() if outcome == "faulty"] == [
        "A",
        "D",
        "E",
        "F",
        "H",
    ]
    assert max(len(cell) for row in UploadRow.objects.all() for cell in row.cells) <= 2000
    text = (
        signed_in(world.adviser)
        .get(reverse("import-detail", args=[upload.pk]) + "?uitkomst=alles")
        .content.decode()
    )
    assert "<script>alert" not in text


def test_the_name_of_a_file_is_judged_too(world: SimpleNamespace) -> None:
    assert send(world.adviser, contracts({}), name=f"kandidaat {BSN}.csv").status_code == 422
    upload = sent(world.adviser, contracts({}), name="../../etc/<b>lijst</b>.csv")
    assert "/" not in upload.name.replace("</b>", "")


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=99", "?uitkomst=onzin", "?uitkomst=new&page=-1", "?uitkomst=%00"]
)
def test_nonsense_in_the_address(world: SimpleNamespace, query: str) -> None:
    upload = sent(world.adviser, contracts({}))
    assert (
        signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]) + query).status_code
        == 200
    )


# --- who sees and may what ------------------------------------------------------------------------


def test_only_who_sent_it_sees_it(world: SimpleNamespace) -> None:
    upload = sent(world.contractor, fulfilments({}), "fulfilments")
    colleague = make.make_user(Role.CONTRACTOR, world.region, contractor=world.linde)
    for other in (colleague, world.adviser, make.make_user(Role.REGION_ADMIN, world.region)):
        for name, more in [
            ("import-detail", ()),
            ("import-columns", ()),
            ("import-cells", ()),
            ("import-faults", ("csv",)),
        ]:
            assert signed_in(other).get(reverse(name, args=[upload.pk, *more])).status_code == 404
        for name in ("import-run", "import-again", "import-discard"):
            assert post(other, name, upload).status_code == 404
        assert upload.name not in signed_in(other).get(reverse("import")).content.decode()


@pytest.mark.parametrize("reference", ["HUI-9", "BESTAAT-NIET"])
def test_contracts_of_others_are_as_missing_for_a_contractor(
    world: SimpleNamespace, reference: str
) -> None:
    make.make_placement(world.other, external_id="P-1")
    upload = sent(world.contractor, fulfilments({"contracts": reference}), "fulfilments")
    assert faults(upload) == [("contracts", f"Er is geen contract {reference} in deze regio.")]
    both = sent(
        world.contractor, fulfilments({"contracts": f"HIL-9:50;{reference}:50"}), "fulfilments"
    )
    assert faults(both) == [("contracts", f"Er is geen contract {reference} in deze regio.")]
    # The same number of another contractor is no number of one's own.
    assert outcomes(sent(world.contractor, fulfilments({"external_id": "P-1"}), "fulfilments")) == [
        "new"
    ]


def test_an_officer_registers_for_the_own_municipality(world: SimpleNamespace) -> None:
    mine = sent(world.officer, contracts({"municipalities": "GM0402"}))
    post(world.officer, "import-run", mine)
    assert (
        Contract.objects.get(reference="HIL-1").obligation_lines.first().posting.by == world.officer
    )
    rows = [
        {"reference": "A", "municipalities": "GM0406"},
        {"reference": "B", "municipalities": "GM0402", "parent_reference": "HUI-8"},
        {"reference": "C", "municipalities": "GM0402", "valuation_table": "gooi-en-vechtstreek"},
        {"reference": "HIL-1", "municipalities": "GM0402", "title": "Anders"},
        {"reference": "HUI-9", "municipalities": "GM0402"},
        {"reference": "D", "municipalities": "GM0402"},
    ]
    upload = sent(world.officer, contracts(*rows))
    assert outcomes(upload) == ["faulty"] * 5 + ["new"]
    assert [column for column, _why in faults(upload)] == [
        *("municipalities", "parent_reference", "valuation_table", "title", "reference")
    ]
    assert "Roerdomp" not in str(faults(upload))


def test_who_may_import_what(world: SimpleNamespace) -> None:
    kinds = {
        name: [purpose.kind for purpose in uploads.purposes(access_of(getattr(world, name)))]
        for name in ("adviser", "officer", "contractor", "reader")
    }
    assert kinds == {
        "adviser": [
            *("contracts", "changes", "fulfilments", "persons", "notes", "firms", "plans", "seen"),
        ],
        "officer": ["contracts"],
        "contractor": ["fulfilments"],
        "reader": [],
    }
    key = f"contracts-{world.region.pk}-"
    assert send(world.contractor, contracts({}), purpose=key).status_code == 422
    assert send(world.reader, contracts({})).status_code == 404


def test_who_lost_the_role_imports_nothing(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    world.adviser.memberships.update(ended_at=timezone.now())
    assert post(world.adviser, "import-run", upload).status_code == 404
    Upload.objects.filter(pk=upload.pk).update(state="importing")
    uploads.bring_in.call(upload.pk, upload.run)
    upload.refresh_from_db()
    assert upload.state == "unreadable"
    assert not Contract.objects.filter(reference="HIL-1").exists()


# --- once, whatever happens -----------------------------------------------------------------------


def test_imported_once(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    post(world.adviser, "import-run", upload)
    answer = post(world.adviser, "import-run", upload)
    assert answer.status_code == 302
    assert Contract.objects.filter(reference="HIL-1").count() == 1


def test_what_changed_after_the_preview_is_shown_again(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    make.make_contract(world.region, world.linde, reference="HIL-1")
    post(world.adviser, "import-run", upload)
    upload.refresh_from_db()
    assert (upload.state, outcomes(upload)) == ("checked", ["faulty"])
    assert "intussen" in upload.why


def test_what_a_colleague_did_in_between_is_shown_before_it_is_imported(
    world: SimpleNamespace,
) -> None:
    own = dict(CONTRACT, contractor_name="De Linde")
    first = sent(world.adviser, contracts({}, {"reference": "HIL-2"}))
    post(world.adviser, "import-run", first)
    rows = [{**own, "title": "Van Noor"}, {**own, "reference": "HIL-3"}]
    mine = sent(world.adviser, as_csv(*rows))
    colleague = make.make_user(Role.ADVISER, world.region)
    theirs = sent(colleague, as_csv({**own, "title": "Van Piet"}))
    post(colleague, "import-run", theirs)
    post(world.adviser, "import-run", mine)
    mine.refresh_from_db()
    assert (mine.state, outcomes(mine)) == ("checked", ["changed", "new"])
    assert Contract.objects.filter(reference="HIL-3").count() == 0
    page = signed_in(world.adviser).get(reverse("import-detail", args=[mine.pk])).content.decode()
    assert "Wat hiervan komt, veranderde nadat u keek." in page
    assert "Van Piet → Van Noor" in page
    assert "HIL-3" not in page  # what changed stands first
    post(world.adviser, "import-run", mine)
    mine.refresh_from_db()
    assert mine.state == "imported"
    assert Contract.objects.get(reference="HIL-1").title == "Van Noor"


# --- mending many at once -------------------------------------------------------------------------


def test_the_same_fault_in_many_rows_is_mended_once(world: SimpleNamespace) -> None:
    wrong = [{"reference": f"HIL-{n}", "municipalities": "Hlversum"} for n in range(10, 17)]
    upload = sent(world.adviser, contracts({}, *wrong))
    page = signed_in(world.adviser).get(reverse("import-cells", args=[upload.pk]))
    assert "Rijen 3, 4, 5, 6, 7 en nog 2" in page.content.decode()
    (name,) = page.context["form"].fields
    post(world.adviser, "import-cells", upload, **{name: "GM0402"})
    assert outcomes(upload) == ["new"] * 8


def test_a_value_is_replaced_in_all_rows_that_have_it(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}, {"reference": "HIL-2"}, {"reference": "HIL-3"}))
    url = reverse("import-replace", args=[upload.pk])
    there = CONTRACT["title"]
    nowhere = post(world.adviser, "import-replace", upload, column="title", old="x", new="y")
    assert nowhere.context["form"].errors["old"] == ["Dit staat in geen enkele rij."]
    page = signed_in(world.adviser).get(url, {"column": "title", "old": there})
    assert f'value="{there}"' in page.content.decode()
    data = {"column": "title", "old": there, "new": "Onderhoud"}
    assert post(world.adviser, "import-replace", upload, **data).status_code == 302
    post(world.adviser, "import-run", upload)
    assert Contract.objects.filter(title="Onderhoud").count() == 3


def test_a_faulty_cell_leads_to_where_its_value_is_replaced(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({"municipalities": "Hlversum & co"}))
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    (cell,) = [cell for cell in page.context["rows"][0].read if cell.mend]
    form = signed_in(world.adviser).get(cell.mend).context["form"]
    assert (form["column"].value(), form["old"].value()) == ("municipalities", "Hlversum & co")
    placed = sent(world.adviser, fulfilments({"candidate_ref": "x" * 90}), "fulfilments")
    page = signed_in(world.adviser).get(reverse("import-detail", args=[placed.pk]))
    assert not any(cell.mend for cell in page.context["rows"][0].read if "xxx" in cell.text)


def test_faulty_rows_come_back_mended_while_the_good_ones_wait(world: SimpleNamespace) -> None:
    rows = [{"reference": f"HIL-{n}", "value": "veel"} for n in (12, 13)]
    upload = sent(world.adviser, contracts({}, *rows, {"reference": "HIL-14"}))
    assert outcomes(upload) == ["new", "faulty", "faulty", "new"]
    answer = signed_in(world.adviser).get(reverse("import-faults", args=[upload.pk, "xlsx"]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    head, *faulty = book.get_sheet_by_index(0).to_python()
    at = next(at for at, cell in enumerate(faulty[0]) if cell == "veel")
    for row in faulty:
        row[0], row[at] = int(row[0]), "1.234,50"
    out = io.BytesIO()
    write_xlsx(out, [ExportTable("x", head, faulty)])
    answer = post(
        world.adviser, "import-send-back", upload, file=SimpleUploadedFile("t.xlsx", out.getvalue())
    )
    assert answer.status_code == 302
    upload.refresh_from_db()
    assert (outcomes(upload), upload.mended, upload.why) == (["new"] * 4, None, "")
    post(world.adviser, "import-run", upload)
    values = Contract.objects.filter(reference__in=("HIL-12", "HIL-13"))
    assert [str(value) for value in values.values_list("value", flat=True)] == ["1234.50"] * 2


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"Kenmerk;Titel\nHIL-1;Anders\n", "nummers van de rijen"),
        (b"Rij;Titel\n99;Anders\n", "Rij 99"),
    ],
)
def test_rows_that_cannot_come_back_say_why_and_nothing_is_lost(
    world: SimpleNamespace, content: bytes, word: str
) -> None:
    upload = sent(world.adviser, contracts({}, {"reference": "HIL-2", "value": "veel"}))
    post(world.adviser, "import-send-back", upload, file=SimpleUploadedFile("t.csv", content))
    upload.refresh_from_db()
    assert (upload.state, outcomes(upload)) == ("checked", ["new", "faulty"])
    assert word in upload.why


def test_a_bsn_that_comes_back_is_erased_too(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}, {"reference": "HIL-2", "value": "veel"}))
    content = f"Rij;Titel;Contractwaarde zonder btw\n3;Jan {BSN};5000\n".encode()
    post(world.adviser, "import-send-back", upload, file=SimpleUploadedFile("t.csv", content))
    upload.refresh_from_db()
    assert BSN.encode() not in bytes(upload.content)
    assert len(uploads.asked_again(upload)) == 1


def test_a_run_that_was_overtaken_leaves_nothing(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun again while it was still busy: what the first run did is undone."""
    upload = sent(world.adviser, contracts({}))
    Upload.objects.filter(pk=upload.pk).update(state="importing")
    real = uploads.RUN["contracts"]

    def slow(*args: Any, **kwargs: Any) -> Any:
        Upload.objects.filter(pk=upload.pk).update(run=upload.run + 1)
        return real(*args, **kwargs)

    monkeypatch.setitem(uploads.RUN, "contracts", slow)
    uploads.bring_in.call(upload.pk, upload.run)
    assert not Contract.objects.filter(reference="HIL-1").exists()


def test_a_failure_of_ours_imports_nothing_and_can_be_tried_again(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(world.adviser, contracts({}))
    with monkeypatch.context() as patched:
        patched.setattr("contracts.imports.door.remember", lambda *args, **kwargs: 1 / 0)
        post(world.adviser, "import-run", upload)
    upload.refresh_from_db()
    assert upload.state == "failed"
    assert not Contract.objects.filter(reference="HIL-1").exists()
    post(world.adviser, "import-again", upload)
    upload.refresh_from_db()
    assert upload.state == "checked"


def test_what_is_silent_for_long_can_be_begun_again(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    Upload.objects.filter(pk=upload.pk).update(state="importing")
    page = reverse("import-detail", args=[upload.pk])
    client = signed_in(world.adviser)
    busy = client.get(page).content.decode()
    assert 'hx-trigger="load delay' in busy
    assert "Kijk hoe ver het is" in busy
    assert post(world.adviser, "import-again", upload).status_code == 302
    assert Upload.objects.get().state == "importing"
    with time_machine.travel(make.moment(make.TODAY) + timedelta(minutes=11), tick=False):
        assert "Probeer het opnieuw" in client.get(page).content.decode()
        client.post(reverse("import-again", args=[upload.pk]))
    assert Upload.objects.get().state == "checked"


def test_everything_is_erased_in_time(world: SimpleNamespace) -> None:
    upload = sent(world.contractor, fulfilments({}), "fulfilments")
    later = make.moment(make.TODAY) + timedelta(days=8)
    with time_machine.travel(later, tick=False):
        assert (
            signed_in(world.contractor).get(reverse("import-detail", args=[upload.pk])).status_code
            == 404
        )
        call_command("apply_retention", stdout=io.StringIO())
    assert not Upload.objects.exists()
    assert not UploadRow.objects.exists()


def test_an_import_says_what_it_made_and_leads_to_what_remains(world: SimpleNamespace) -> None:
    earlier = make.make_placement(world.own, state="draft", external_id="EERDER-1")
    rows = (
        {"external_id": "A-1"},
        {"external_id": "A-2", "candidate_ref": "K-2", "status": "draft"},
        {"external_id": "A-3", "candidate_ref": "K-3", "status": "draft"},
    )
    upload = sent(world.contractor, fulfilments(*rows), "fulfilments")
    post(world.contractor, "import-run", upload)
    client = signed_in(world.contractor)
    page = client.get(reverse("import-detail", args=[upload.pk]))
    made = {str(state): (number, url) for state, _label, number, url in page.context["made"]}
    assert {state: number for state, (number, _url) in made.items()} == {"draft": 2, "submitted": 1}
    remain = client.get(page.context["drafts_url"])
    numbers = [row.version.fulfilment.external_id for row in remain.context["rows"]]
    assert sorted(numbers) == ["A-2", "A-3"]
    listed = client.get(made["draft"][1]).content.decode()
    assert "A-2" in listed
    assert "A-1" not in listed
    assert earlier.fulfilment.external_id not in listed
    ticked = [row.key for row in remain.context["rows"]]
    client.post(page.context["drafts_url"], {"version": ticked, "only_here": "on"})
    again = client.get(reverse("import-detail", args=[upload.pk]))
    assert [(str(s), n) for s, _label, n, _url in again.context["made"]] == [("submitted", 3)]
    colleague = signed_in(make.make_user(Role.CONTRACTOR, world.region, contractor=world.linde))
    theirs = colleague.get(reverse("fulfilment-list"), {"upload": upload.pk})
    assert upload.name not in theirs.content.decode()


def test_what_a_first_call_off_takes_is_said_before_it_is_imported(world: SimpleNamespace) -> None:
    firm, reference = world.other.contractor, world.frame.reference
    rows = {"reference": "HUI-20", "contractor_kvk": firm.kvk, "contractor_name": firm.name}
    rows["parent_reference"] = reference
    upload = sent(world.adviser, contracts(rows))
    ((column, reason),) = UploadRow.objects.get(upload=upload).warnings
    assert column == "parent_reference"
    assert f"onder {reference}" in reason
    assert "nu nog €\u00a050.000,00" in reason


def test_contracts_of_an_import_are_found_together(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    post(world.adviser, "import-run", upload)
    client = signed_in(world.adviser)
    list_url = client.get(reverse("import-detail", args=[upload.pk])).context["list_url"]
    table = client.get(list_url).context["table"]
    made = [row.record.reference for row in table.rows]
    assert made
    assert "HIL-9" not in made


def test_what_is_still_to_be_done_is_done_for_all_of_the_import(world: SimpleNamespace) -> None:
    old = {"reference": "OUD", "start_date": "2020-01-01", "end_date": "2021-12-31"}
    old |= {"award_date": "2019-12-01", "publication_date": "", "contractor_kvk": "91000001"}
    upload = sent(world.adviser, contracts({}, old | {"contractor_name": "Nieuw"}))
    post(world.adviser, "import-run", upload)
    client = signed_in(world.adviser)
    page = client.get(reverse("import-detail", args=[upload.pk]))
    assert [one["words"] for one in page.context["still"]] == [
        "2 contracten hebben geen adviseur.",
        "Van 1 opdrachtnemer kan nog niemand inloggen.",
        "De looptijd van 1 contract is al voorbij.",
    ]
    alone, firms, _over = (one["url"] for one in page.context["still"])
    ticked = client.get(alone).context["form"]["contracts"].value()
    theirs = Contract.objects.filter(pk__in=ticked).values_list("reference", flat=True)
    assert set(theirs) == {"HIL-1", "OUD"}
    chosen = {
        "contracts": ticked,
        "adviser": world.adviser.pk,
        "reason": "Na de import",
    }
    make.look_and_confirm(client, alone, chosen)
    assert Contract.objects.filter(adviser=world.adviser).count() == 2
    person = make.make_person(Contract.objects.get(reference="OUD"))
    ContactPerson.objects.filter(pk=person.pk).update(email="piet@nieuw.example")
    page = client.get(firms)
    fields = page.context["form"]
    filled = {name: fields[name].value() for name in fields.fields}
    assert list(filled.values()) == ["piet@nieuw.example"]
    assert client.post(firms, dict.fromkeys(filled, "")).status_code == 422
    assert client.post(firms, filled).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.contractor.name) == ("piet@nieuw.example", "Nieuw")
    assert not client.get(firms).context["form"].fields


def test_erased_when_asked(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, contracts({}))
    make.confirm(signed_in(world.adviser), reverse("import-discard", args=[upload.pk]))
    assert not UploadRow.objects.exists()


# --- pages ----------------------------------------------------------------------------------------


def test_pages_and_filters_of_many_rows(world: SimpleNamespace) -> None:
    rows = [
        {"reference": f"R-{n:03}", "value": "x" if n % 10 == 0 else "100000"} for n in range(120)
    ]
    upload = sent(world.adviser, contracts(*rows))
    client, page = signed_in(world.adviser), reverse("import-detail", args=[upload.pk])
    shown = [row.number for row in client.get(page).context["rows"]]
    assert len(shown) == 12  # the faulty ones first
    assert [
        len(client.get(f"{page}?uitkomst=alles&page={n}").context["rows"]) for n in (1, 2, 3)
    ] == [50, 50, 20]
    assert len(client.get(f"{page}?uitkomst=new&page=3").context["rows"]) == 8


def test_the_number_of_queries_is_fixed(world: SimpleNamespace) -> None:
    counts = []
    client = signed_in(world.adviser)
    client.get(reverse("import"))
    for number in (1, 3, 50):
        upload = sent(world.adviser, contracts(*({"reference": f"Q-{n}"} for n in range(number))))
        for url in (reverse("import"), reverse("import-detail", args=[upload.pk])):
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
    assert set(counts[::2]) == {counts[0]}
    assert set(counts[1::2]) == {counts[1]}
    assert max(counts) <= 10


@pytest.mark.parametrize("kind", ["contracts", "changes", "fulfilments"])
def test_an_example_can_be_sent_as_it_is(world: SimpleNamespace, kind: str) -> None:
    make.make_table(world.region)
    example = signed_in(world.adviser).get(reverse("import-example", args=[kind])).getvalue()
    upload = sent(world.adviser, example, kind, name="voorbeeld.xlsx")
    assert (upload.state, outcomes(upload)) == ("checked", ["left_out"])
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "Alle rijen van dit bestand zijn weggelaten" in page.content.decode()
    post(world.adviser, "import-leave-out", upload, mee="2")
    wrong = {column for column, _reason in faults(upload)}
    # Only what a region has of its own is not there: the contract of the example.
    assert wrong == {"contracts": set(), "changes": {"contract_reference"}}.get(kind, {"contracts"})


def test_an_example_offers_what_can_be_chosen_with_its_code(world: SimpleNamespace) -> None:
    world.region.municipalities.filter(code="GM0402").update(name="Hilversum")
    answer = signed_in(world.adviser).get(reverse("import-example", args=["contracts"]))
    content = io.BytesIO(answer.getvalue())
    book = CalamineWorkbook.from_filelike(content)
    assert book.sheet_names == ["Contracten", "Keuzes", "Toelichting"]
    header, example = book.get_sheet_by_index(0).to_python()[:2]
    assert {"Kenmerk", "Opdrachtgevers", "Soort opdracht"} <= set(header)
    assert example[header.index("Soort opdracht")] == "diensten"
    listed = book.get_sheet_by_name("Keuzes").to_python()
    at = listed[0].index("Opdrachtgevers")
    assert ["Hilversum", "GM0402"] in [row[at : at + 2] for row in listed]
    with zipfile.ZipFile(content) as unpacked_book:
        sheet = unpacked_book.read("xl/worksheets/sheet1.xml").decode()
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[header.index("Soort opdracht")]
    assert f'sqref="{column}2:{column}1048576"' in sheet
    assert "Keuzes!" in sheet


def test_an_example_is_for_who_may_import_it(world: SimpleNamespace) -> None:
    answer = signed_in(world.officer).get(reverse("import-example", args=["changes"]))
    assert answer.status_code == 404


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", list(COLUMNS))
def test_our_own_titles_are_known_for_sure(kind: str, language: str) -> None:
    with translation.override(language):
        titles = [str(column.title).lower() for column in offered_columns(kind)]
        found = match(titles, vocabulary(kind), {})
    assert (found.columns, found.sure) == (offered(kind), True)


def test_lists_lead_to_the_import(world: SimpleNamespace) -> None:
    for user, name in ((world.officer, "contract-list"), (world.contractor, "fulfilment-list")):
        assert reverse("import") in signed_in(user).get(reverse(name)).content.decode()
    assert (
        reverse("import")
        not in signed_in(world.reader).get(reverse("contract-list")).content.decode()
    )
    assert Client().get(reverse("import")).status_code == 302


def test_what_is_called_off_from_a_row_that_is_to_be_mended_is_not_refused_for_it(
    world: SimpleNamespace,
) -> None:
    rows = [{"reference": "RAAM", "value": "veel"}, {"parent_reference": "RAAM"}]
    upload = sent(world.adviser, contracts(*rows))
    assert [column for column, _reason in faults(upload)] == ["value"]
