"""The dossier: who reads what, what is refused, and that files are handed out as attachments
only.
"""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from PIL import Image

from contracts.dossier import door as dossier
from contracts.models import (
    ContactPerson,
    Contract,
    ContractDocument,
    ContractEvent,
    ContractNote,
    Region,
)
from contracts.owed import door as obligations
from sroi.access import Role
from sroi.doors import Act, Refused
from tests import factories as make
from tests.factories import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_in_memory")]


@pytest.fixture
def contract(region: Region) -> Contract:
    return make.make_contract(region, make.make_contractor())


@pytest.fixture
def clients(region: Region, contract: Contract) -> dict[str, Client]:
    return {
        "adviser": signed_in(make.make_user(Role.ADVISER, region)),
        "admin": signed_in(make.make_user(Role.REGION_ADMIN, region)),
        "officer": signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region)),
        "contractor": signed_in(
            make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
        ),
    }


def url(contract: Contract, name: str = "contract-dossier") -> str:
    return reverse(name, args=[contract.pk])


def photo(name: str = "foto.png", colour: str = "teal") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/png")


def who_reads(clients: dict[str, Client], contract: Contract, words: str) -> set[str]:
    return {
        who
        for who, client in clients.items()
        if words in client.get(url(contract)).content.decode()
    }


# --- notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "readers"), [("", {"adviser", "admin"}), ("on", {"adviser", "admin", "contractor"})]
)
def test_a_note_is_read_by_the_region_and_when_shared_by_the_contractor(
    contract: Contract, clients: dict[str, Client], shared: str, readers: set[str]
) -> None:
    given = {
        "kind": "agreement",
        "day": "2025-03-04",
        "text": "Twee leerlingen vanaf mei",
        "shared": shared,
    }
    clients["adviser"].post(url(contract, "note-new"), given)
    assert who_reads(clients, contract, "Twee leerlingen vanaf mei") == readers
    assert ContractNote.objects.get().day == date(2025, 3, 4)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "BSN 123456782"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"kind": "secret"}, "kind"),
        ({"day": "2025-02-29"}, "day"),
    ],
)
def test_a_faulty_note_is_kept_on_the_screen(
    contract: Contract, clients: dict[str, Client], given: dict[str, str], field: str
) -> None:
    typed = {"kind": "note", "day": "2025-03-04", "text": "Gebeld", **given}
    answer = clients["adviser"].post(url(contract, "note-new"), typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_removed_note_leaves_a_trace_without_its_text(
    contract: Contract, clients: dict[str, Client]
) -> None:
    note = make.make_note(contract, "Iets over een persoon", shared=True)
    page = reverse("note-remove", args=[note.pk])
    assert clients["contractor"].post(page).status_code == 404
    clients["adviser"].post(page)
    assert ContractNote.objects.exists(), "it is asked first"
    make.confirm(clients["adviser"], page)
    assert not ContractNote.objects.exists()
    assert ContractEvent.objects.get(what="note_removed").why == ""


# --- contact persons ------------------------------------------------------------------------------


def test_each_side_keeps_its_own_contact_persons(
    contract: Contract, clients: dict[str, Client]
) -> None:
    page = url(contract, "contact-person-new")
    given = {"name": "Robin Groen", "function": "Projectleider", "email": "robin@example.org"}
    assert clients["contractor"].post(page, {**given, "side": "municipality"}).status_code == 422
    clients["contractor"].post(page, {**given, "side": "contractor"})
    clients["officer"].post(
        page, {"side": "municipality", "name": "Anouk Inkoop", "phone": "035 629 21 11"}
    )
    assert set(ContactPerson.objects.values_list("side", "name")) == {
        ("contractor", "Robin Groen"),
        ("municipality", "Anouk Inkoop"),
    }
    assert who_reads(clients, contract, "Robin Groen") == set(clients)
    theirs = reverse("contact-person", args=[ContactPerson.objects.get(side="municipality").pk])
    assert clients["contractor"].get(theirs).status_code == 404
    clients["officer"].post(
        theirs, {"side": "municipality", "name": "Anouk de Boer", "phone": "035 629 21 11"}
    )
    assert ContactPerson.objects.filter(name="Anouk de Boer").exists()
    make.confirm(
        clients["officer"],
        reverse("contact-person-remove", args=[ContactPerson.objects.get(side="municipality").pk]),
    )
    assert ContactPerson.objects.count() == 1


def test_of_two_who_change_a_contact_person_the_second_looks_again(
    contract: Contract, clients: dict[str, Client]
) -> None:
    first = {"side": "municipality", "name": "Anouk Inkoop", "phone": "035 629 21 11"}
    clients["officer"].post(url(contract, "contact-person-new"), first)
    page = reverse("contact-person", args=[ContactPerson.objects.get().pk])
    seen = {"starting_point": clients["officer"].get(page).context["starting_point"]}
    clients["adviser"].post(page, first | {"phone": "035 111 11 11"})
    late = clients["officer"].post(page, first | seen | {"name": "Anouk de Boer"})
    assert late.status_code == 422
    assert 'value="Anouk de Boer"' in late.content.decode()
    assert ContactPerson.objects.get().phone == "035 111 11 11"
    again = {"starting_point": late.context["starting_point"]}
    assert clients["officer"].post(page, first | again).status_code == 302


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "", "phone": ""}, "email"),
        ({"email": "robin at example"}, "email"),
        ({"phone": "9" * 31}, "phone"),
        ({"name": "123456782"}, "name"),
        ({"name": ""}, "name"),
    ],
)
def test_a_faulty_contact_person(
    contract: Contract, clients: dict[str, Client], given: dict[str, str], field: str
) -> None:
    typed = {"side": "contractor", "name": "Robin", "email": "robin@example.org", **given}
    answer = clients["adviser"].post(url(contract, "contact-person-new"), typed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_contact_persons_are_forgotten_with_the_personal_data(
    region: Region, contract: Contract
) -> None:
    make.make_person(contract)
    running = make.make_contract(region, contract.contractor, end_date=date(2090, 1, 1))
    make.make_person(running)
    Contract.objects.filter(pk=contract.pk).update(end_date=date(2024, 1, 2))
    call_command("apply_retention", "--dry-run")
    assert ContactPerson.objects.count() == 2
    call_command("apply_retention")
    assert ContactPerson.objects.get().contract == running


def test_a_note_comes_back_on_its_day_until_it_was_seen_to(
    contract: Contract, region: Region
) -> None:
    noor = make.make_user(Role.ADVISER, region)
    theirs = make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
    with time_machine.travel("2024-03-04 09:00", tick=False):
        adviser = signed_in(noor)
        typed = {"kind": "agreement", "day": "2024-03-04", "text": "Belt terug over de stage"}
        page = url(contract, "note-new")
        answer = adviser.post(page, {**typed, "again_on": "2024-03-04"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["again_on"])
        assert adviser.post(page, {**typed, "again_on": "2024-03-11"}).status_code == 302
        assert "Belt terug" not in adviser.get(reverse("due")).content.decode()
    note = ContractNote.objects.get()
    done = reverse("note-done", args=[note.pk])
    with time_machine.travel("2024-03-11 09:00", tick=False):
        adviser = signed_in(noor)
        assert "Belt terug over de stage" in adviser.get(reverse("due")).content.decode()
        assert signed_in(theirs).post(done).status_code == 404
        adviser.post(done)
        assert "Belt terug" not in adviser.get(reverse("due")).content.decode()
    note.refresh_from_db()
    assert (note.text, note.seen_by) == ("Belt terug over de stage", noor)
    assert localdate(note.seen_at) == date(2024, 3, 11)
    with pytest.raises(Refused):
        dossier.see_to(note, make.act(noor))


def test_the_contractor_is_not_told_when_a_shared_note_comes_back(
    contract: Contract, clients: dict[str, Client]
) -> None:
    make.make_note(contract, "Gedeelde afspraak", shared=True)
    ContractNote.objects.update(again_on=date(2031, 5, 6))
    shown = {who: client.get(url(contract)).content.decode() for who, client in clients.items()}
    assert "Gedeelde afspraak" in shown["contractor"]
    assert {who for who, page in shown.items() if "6 mei 2031" in page} == {"adviser"}


# --- documents ------------------------------------------------------------------------------------


def test_a_document_is_judged_kept_and_given_out_as_attachment(
    contract: Contract, clients: dict[str, Client]
) -> None:
    page = url(contract, "document-new")
    clients["adviser"].post(page, {"title": "Foto van de start", "file": photo(), "shared": "on"})
    document = ContractDocument.objects.get()
    assert who_reads(clients, contract, "Foto van de start") == {"adviser", "admin", "contractor"}
    answer = clients["contractor"].get(reverse("document-file", args=[document.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="foto-van-de-start.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content)[:4] == b"\x89PNG"
    assert clients["officer"].get(reverse("document-file", args=[document.pk])).status_code == 404


def test_what_is_not_shared_is_not_there_for_the_contractor(
    contract: Contract, clients: dict[str, Client]
) -> None:
    document = make.make_document(contract, "Intern advies")
    page = reverse("document-file", args=[document.pk])
    codes = {who: client.get(page).status_code for who, client in clients.items()}
    assert codes == {"adviser": 200, "admin": 200, "officer": 404, "contractor": 404}
    assert who_reads(clients, contract, "Intern advies") == {"adviser", "admin"}


def test_what_a_contractor_adds_it_sees_and_may_remove(
    contract: Contract, clients: dict[str, Client]
) -> None:
    clients["contractor"].post(
        url(contract, "document-new"), {"title": "Ons rooster", "file": photo()}
    )
    document = ContractDocument.objects.get()
    assert document.shared
    other = make.make_document(contract, "Van de adviseur", shared=True)
    assert (
        clients["contractor"].post(reverse("document-remove", args=[other.pk])).status_code == 404
    )
    name = document.file.name
    make.confirm(clients["contractor"], reverse("document-remove", args=[document.pk]))
    document.refresh_from_db()
    assert document.removed_at
    assert clients["adviser"].get(reverse("document-file", args=[document.pk])).status_code == 404
    assert name


def package(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, b"<x/>" if "bom" not in name else bytes(400_000_000))
    return written.getvalue()


MAIL = (
    b"From: a@example.org\r\nTo: b@example.org\r\nDate: Mon, 4 Mar 2024 10:00:00 +0100\r\n\r\nDag"
)
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_001A001F".encode("utf-16-le")


@pytest.mark.parametrize(
    ("sent", "ending"),
    [
        (package("[Content_Types].xml", "word/document.xml"), "docx"),
        (package("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (MAIL, "eml"),
        (OUTLOOK, "msg"),
    ],
    ids=["word", "excel", "mail", "outlook"],
)
def test_files_of_an_office_are_kept_as_sent_by_an_adviser_alone(
    contract: Contract, clients: dict[str, Client], sent: bytes, ending: str
) -> None:
    # What it is called says nothing: what is in it does.
    given = {"title": "Verslag", "file": SimpleUploadedFile("foto.jpg", sent)}
    page = url(contract, "document-new")
    assert clients["contractor"].post(page, given).status_code == 422
    given["file"] = SimpleUploadedFile("foto.jpg", sent)
    assert clients["adviser"].post(page, given).status_code == 302
    document = ContractDocument.objects.get()
    answer = clients["adviser"].get(reverse("document-file", args=[document.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="verslag.{ending}"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == sent


@pytest.mark.parametrize(
    "sent",
    [
        package("word/document.xml", "word/vbaProject.bin"),
        package("xl/workbook.xml", "xl/activeX/activeX1.xml"),
        package("word/document.xml", "word/embeddings/oleObject1.bin"),
        package("word/document.xml", "word/media/bom.xml"),
        package("iets/anders.xml"),
        b"PK\x03\x04 nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Word file",
        b"From nobody\r\n\r\n",
        MAIL + b"\0",
    ],
    ids=["macros", "activex", "inside", "bomb", "zip", "broken", "old", "text", "nul"],
)
def test_what_could_run_or_is_no_file_of_an_office_is_refused(
    contract: Contract, clients: dict[str, Client], sent: bytes
) -> None:
    given = {"title": "Verslag", "file": SimpleUploadedFile("verslag.docx", sent)}
    assert clients["adviser"].post(url(contract, "document-new"), given).status_code == 422
    assert not ContractDocument.objects.exists()


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("leeg.pdf", b""),
        SimpleUploadedFile("pagina.html", b"<html><script>alert(1)</script></html>"),
        SimpleUploadedFile("kwaad.pdf", b"%PDF-1.7 and nothing more"),
        SimpleUploadedFile("tekening.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        photo("123456782.png"),
    ],
    ids=["empty", "html", "broken", "svg", "bsn"],
)
def test_what_may_not_be_kept_is_refused(
    contract: Contract, clients: dict[str, Client], file: Any
) -> None:
    file.seek(0)
    answer = clients["adviser"].post(url(contract, "document-new"), {"title": "Stuk", "file": file})
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors
    assert not ContractDocument.objects.exists()


def test_the_same_file_twice_and_too_many_are_refused(contract: Contract, settings: Any) -> None:
    make.make_document(contract, "Verslag")
    with pytest.raises(Refused):
        make.make_document(contract, "Verslag")
    settings.DOSSIER_MAX_FILES = 1
    with pytest.raises(Refused):
        make.make_document(contract, "Ander verslag")
    assert ContractDocument.objects.count() == 1


def test_a_document_can_prove_a_certificate_of_this_contractor_only(
    contract: Contract, clients: dict[str, Client]
) -> None:
    own = make.make_certificate(contract)
    foreign = make.make_certificate(make.make_contract(contract.region, make.make_contractor()))
    page = url(contract, "document-new")
    given = {"title": "Certificaat", "file": photo(), "certificate": str(foreign.pk)}
    assert clients["adviser"].post(page, given).status_code == 422
    clients["adviser"].post(page, {**given, "file": photo(), "certificate": str(own.pk)})
    assert ContractDocument.objects.get().certificate == own


def test_a_file_that_is_gone_is_as_missing(contract: Contract, clients: dict[str, Client]) -> None:
    document = make.make_document(contract, shared=True)
    storages["evidence"].delete(document.file.name)
    assert clients["adviser"].get(reverse("document-file", args=[document.pk])).status_code == 404


def test_a_closed_contract_takes_nothing_more(
    contract: Contract, clients: dict[str, Client]
) -> None:
    note, person = make.make_note(contract), make.make_person(contract)
    document = make.make_document(contract)
    at = make.moment(make.TODAY)
    obligations.cancel(contract, Act.of(None, at, "Failliet"), on=make.TODAY)
    for act in (
        lambda: make.make_note(contract),
        lambda: make.make_person(contract),
        lambda: make.make_document(contract, "Meer"),
        lambda: dossier.remove_note(note, Act.of(None, at)),
        lambda: dossier.remove_person(person),
        lambda: dossier.remove(document, Act.of(None, at)),
    ):
        with pytest.raises(Refused, match=contract.reference):
            act()
    for name in ("note-new", "contact-person-new", "document-new"):
        assert clients["adviser"].get(url(contract, name)).status_code == 404
    assert who_reads(clients, contract, "Gebeld over de planning") == {"adviser", "admin"}
