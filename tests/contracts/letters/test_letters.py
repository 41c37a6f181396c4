"""The house style of a region, and the letters that have it: on paper and for Word."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.shared import Cm
from PIL import Image

from contracts.letters import door as letters
from contracts.letters.paper import Letter, LetterPart, as_docx, as_html, as_pdf, frozen, thawed
from contracts.letters.style import Look, contrast_with_white, style_faults
from contracts.models import HouseStyle, Region
from contracts.people.membership import access_of
from sroi.access import Role
from sroi.documents.tables import DocumentTable
from sroi.doors import Overtaken, Refused
from tests import factories as make
from tests.factories import signed_in
from tests.sroi.documents.test_documents import failures

pytestmark = [pytest.mark.django_db]
AT = make.moment(date(2026, 3, 10))
GIVEN = {
    "colour": "#7A1F3D",
    "sender": "Regio Gooi\nPostbus 71\n1200 AB Hilversum",
    "footer": "regio@example.org\n035 123 45 67",
    "signatory": "Anna de Wit",
    "function": "Hoofd Sociaal Domein",
}
LETTER = Letter(
    title="Afrekening social return: Wegen",
    sender="Regio Gooi",
    addressee=["De Linde", "Dorpsstraat 1", "1211 AA Hilversum"],
    reference=[("Datum", "10 maart 2026"), ("Ons kenmerk", "C-1")],
    opening=["Geachte heer of mevrouw,"],
    parts=[
        LetterPart("De afrekening", ["Zo rekenen wij."], None),
        LetterPart("Wat u deed", [], DocumentTable("Samen", ("Wat", "Bedrag"), [("Werk", "1")])),
    ],
    closing=["Met vriendelijke groet,", "Anna de Wit\nHoofd Sociaal Domein"],
    look=Look("#7a1f3d", ("Regio Gooi", "Postbus 71"), ("regio@example.org",)),
)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def logo(form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (300, 100), (200, 0, 0)).save(target, form)
    return target.getvalue()


@pytest.fixture
def admin(region: Region) -> Client:
    return signed_in(make.make_user(Role.REGION_ADMIN, region, name="Ria Beheer"))


def page(region: Region) -> str:
    return reverse("house-style", args=[region.code])


# --- how a region says it -------------------------------------------------------------------------


def test_a_region_says_how_its_letters_look(region: Region, admin: Client) -> None:
    sent = {**GIVEN, "logo": SimpleUploadedFile("logo.png", logo())}
    assert admin.post(page(region), sent)["Location"] == page(region)
    style = HouseStyle.objects.get()
    assert {name: getattr(style, name) for name in GIVEN} == {**GIVEN, "colour": "#7a1f3d"}
    assert style.logo
    with Image.open(io.BytesIO(bytes(style.logo))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (300, 100))
    shown = admin.get(page(region)).content.decode()
    for told in ("Anna de Wit", "Ria Beheer", "10 maart 2026", "data:image/jpeg;base64,"):
        assert told in shown
    # The logo stays until it goes.
    admin.post(page(region), {**GIVEN, "footer": ""})
    style.refresh_from_db()
    assert (style.footer, bool(style.logo)) == ("", True)
    admin.post(page(region), {**GIVEN, "without_logo": "on"})
    style.refresh_from_db()
    assert style.logo is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("colour", "#777777"),  # 4.48 : 1
        ("colour", "rood"),
        ("colour", "#12345"),
        ("colour", "red;}"),
        ("sender", "1\n2\n3\n4\n5\n6\n7"),
        ("footer", "1\n2\n3\n4"),
        ("signatory", ""),
        ("signatory", "BSN 123456782"),
    ],
)
def test_what_cannot_be_read_or_does_not_fit_is_said_beside_its_field(
    region: Region, admin: Client, name: str, wrong: str
) -> None:
    answer = admin.post(page(region), {**GIVEN, name: wrong})
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert not HouseStyle.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"%PDF-1.4", b"\x89PNG\r\n", b""],
)
def test_only_a_picture_is_a_logo(region: Region, admin: Client, wrong: bytes) -> None:
    sent = {**GIVEN, "logo": SimpleUploadedFile("logo.png", wrong)}
    assert admin.post(page(region), sent).status_code == 422
    assert not HouseStyle.objects.exists()


def test_contrast_is_that_of_wcag() -> None:
    """Black 21, white 1, and the two greys around 4.5 that WCAG names for AA: #767676 and
    #777777.
    """
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    given = {**GIVEN, "colour": "#767676"}
    assert list(style_faults(given)) == []
    assert [fault.field for fault in style_faults({**given, "colour": "#777777"})] == ["colour"]


def test_the_door_trusts_nobody(region: Region) -> None:
    adviser, admin = (make.make_user(role, region) for role in (Role.ADVISER, Role.REGION_ADMIN))
    given = {**GIVEN, "colour": "#7a1f3d", "logo": None}
    with pytest.raises(Refused):
        letters.set_style(region, given, access_of(adviser), make.act())
    mine = access_of(admin)
    with pytest.raises(Refused):
        letters.set_style(region, {**given, "colour": "#ffffff"}, mine, make.act())
    before = letters.as_kept(region)
    letters.set_style(region, given, mine, make.act())
    with pytest.raises(Overtaken):
        letters.set_style(region, {**given, "footer": ""}, mine, make.act(), shown=before)


# --- on paper -------------------------------------------------------------------------------------


def test_it_is_the_same_after_it_waited() -> None:
    """Through JSON, where what was a tuple is a list."""
    import json

    again = thawed(json.loads(json.dumps(frozen(LETTER))))
    assert as_html(again) == as_html(LETTER)
    assert as_docx(again, AT) == as_docx(LETTER, AT)


@pytest.mark.parametrize("picture", [None, logo("JPEG")], ids=["plain", "logo"])
def test_the_pdf_can_be_kept_and_read_by_all(picture: bytes | None) -> None:
    pdf = as_pdf(LETTER, AT, picture)
    assert failures(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as found:
        assert (len(found.pages[0].get_images()) > 0) == (picture is not None)


def test_the_address_begins_five_centimetres_from_the_top() -> None:
    """Where the window of an envelope is, however much stands at the head."""
    import pypdfium2

    many = replace(LETTER, look=Look("", ("Regel",) * 6))
    for letter, picture in ((LETTER, None), (many, None), (LETTER, logo("JPEG"))):
        document = pypdfium2.PdfDocument(as_pdf(letter, AT, picture))
        text = document[0].get_textpage()
        where = text.search("De Linde").get_next()
        left, bottom, _right, _top = text.get_charbox(where[0])
        from_top, from_left = ((297 - bottom / 72 * 25.4), left / 72 * 25.4)
        assert 50 <= from_top <= 56
        assert 20 <= from_left <= 30
        document.close()


def test_word_holds_head_address_signature_and_foot() -> None:
    word = Document(io.BytesIO(as_docx(LETTER, AT, logo("JPEG"))))
    head = word.tables[0]
    assert head.rows[0].cells[1].text == "Regio Gooi\nPostbus 71"
    assert head.rows[1].cells[0].text == "De Linde\nDorpsstraat 1\n1211 AA Hilversum"
    section = word.sections[0]
    # Word counts in twentieths of a point.
    assert section.top_margin + head.rows[0].height == pytest.approx(Cm(5), abs=2 * 635)
    [shape] = word.inline_shapes
    assert shape.height <= Cm(2.2)
    assert word.paragraphs[-1].text == "Anna de Wit\nHoofd Sociaal Domein"
    assert "regio@example.org" in section.footer.paragraphs[0].text
    assert str(word.styles["Heading 1"].font.color.rgb) == "7A1F3D"
