"""Stories of a report: shown with consent, changed in a draft, frozen with the report; and their
pictures.
"""

import io
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from docx import Document
from PIL import Image
from pypdfium2 import PdfDocument

from contracts.models import Policy
from reporting.adoption import door as adoption
from reporting.adoption.ready import before
from reporting.models import AnnualReport, FrozenEdition, Story
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import html as notice_html
from reporting.stories import door as stories
from reporting.stories.door import Given
from reporting.texts.door import write
from sroi.access import Role
from sroi.doors import Act, Overtaken, Refused
from sroi.files.checking import WIDEST, photo
from sroi.periods import DAY, add_months
from tests import factories as make
from tests.reporting.adoption.test_adoption import NOW, ROOT, TODAY, act, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
PAGE = ROOT + "verhalen/"
CONSENT = {"consent_by": "Mevrouw Wulp", "consent_on": date(2025, 2, 1)}
TYPED = {
    "title": "Aan het werk in Zuid",
    "text": "Zij begon in maart.\r\n\r\nNu heeft zij een <vaste> baan.",
    "alt": "Twee mensen in een plantsoen",
    "consent_by": "Mevrouw Wulp",
    "consent_on": "2025-02-01",
}


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def drawn(
    form: str = "JPEG", size: tuple[int, int] = (60, 40), colour: Any = (200, 30, 30)
) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera van Wulp"
    file = io.BytesIO()
    mode = "RGBA" if len(colour) == 4 else "RGB"
    Image.new(mode, size, colour).save(file, form, exif=exif)
    return file.getvalue()


def sent(content: bytes, name: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def edition(of: Ledger, town: Any = None) -> Edition:
    return assemble(of.region, 2024, town, TODAY)


def told(of: Ledger, **fields: Any) -> Story:
    given = {"title": "Een verhaal", "text": "Zo ging het.", **CONSENT} | fields
    return stories.add(edition(of), Given(**given), act())


# --- The picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_of_a_picture_only_what_is_seen_is_kept(form: str) -> None:
    kept = photo(drawn(form, size=(WIDEST * 2, WIDEST)))
    assert b"Wulp" not in kept
    with Image.open(io.BytesIO(kept)) as found:
        assert (found.format, found.size) == ("JPEG", (WIDEST, WIDEST // 2))
        assert not found.getexif()
        red, green, blue = found.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert abs(red - 200) + abs(green - 30) + abs(blue - 30) < 20


def test_what_can_be_seen_through_is_white() -> None:
    with Image.open(io.BytesIO(photo(drawn("PNG", colour=(0, 0, 0, 0))))) as found:
        assert min(found.getpixel((5, 5))) > 250  # type: ignore[type-var]


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"%PDF-1.7 x", b"\xff\xd8\xff\xe0 stuk"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        photo(content)


# --- Told and shown -------------------------------------------------------------------------------


def test_a_story_is_told_on_its_page_and_stands_before_the_annex(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    answer = client.post(PAGE + "nieuw/", TYPED | {"picture": sent(drawn())})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    story = Story.objects.get()
    page = client.get(ROOT).content.decode()
    assert "Nu heeft zij een &lt;vaste&gt; baan.</p>" in page
    assert page.index('id="vervolg"') < page.index('id="verhalen"') < page.index('id="bijlage"')
    assert '<a href="#verhalen">' in page
    where = f"{PAGE}{story.pk}/foto.jpg"
    assert f'src="{where}"' in page
    assert "Wulp" not in page
    assert "Mevrouw Wulp" in client.get(PAGE).content.decode()
    picture = client.get(where)
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content == bytes(story.picture or b"")
    assert "verhalen" not in notice_html.body(edition(ledger, ledger.a))


def test_without_consent_it_is_kept_and_not_shown(ledger: Ledger) -> None:
    story = told(
        ledger, picture=photo(drawn()), alt="Foto", consent_by="", consent_on=None, title="Stil"
    )
    client = signed_in(ledger, Role.ADVISER)
    assert "Stil" not in client.get(ROOT).content.decode()
    assert 'id="verhalen"' not in notice_html.document(edition(ledger))
    assert "Stil" in client.get(PAGE).content.decode()
    where = f"{PAGE}{story.pk}/foto.jpg"
    assert client.get(where).status_code == 200
    assert signed_in(ledger, Role.REGION_ADMIN).get(where).status_code == 404
    checks = before("propose", edition(ledger), ())
    assert [check.url for check in checks if "verhaal" in check.found] == [PAGE]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": "Haar nummer is 111222333."}, "text"),
        ({"consent_by": "123456782"}, "consent_by"),
        ({"text": "x" * 601}, "text"),
        ({"alt": ""}, "alt"),
        ({"consent_on": ""}, "consent_on"),
        ({"consent_by": ""}, "consent_by"),
        ({"consent_on": "2025-03-02"}, "consent_on"),
    ],
)
def test_what_is_refused_is_said_at_its_field(ledger: Ledger, typed: Any, field: str) -> None:
    client = signed_in(ledger, Role.ADVISER)
    answer = client.post(PAGE + "nieuw/", TYPED | typed | {"picture": sent(drawn())})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Story.objects.exists()


def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_stays(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    answer = client.post(PAGE + "nieuw/", TYPED | {"picture": sent(b"geen foto")})
    assert answer.status_code == 422
    assert "Kies een foto" in answer.content.decode()
    assert TYPED["title"] in answer.content.decode()
    assert not Story.objects.exists()


def test_there_are_at_most_three(ledger: Ledger) -> None:
    for _number in range(3):
        told(ledger)
    with pytest.raises(Refused, match="hoogstens 3"):
        told(ledger)
    assert PAGE + "nieuw/" not in signed_in(ledger, Role.ADVISER).get(PAGE).content.decode()


def test_a_change_leaves_the_picture_unless_it_goes(ledger: Ledger) -> None:
    story = told(ledger, picture=photo(drawn()), alt="Foto")
    client, where = signed_in(ledger, Role.ADVISER), f"{PAGE}{story.pk}/"
    shown = make.confirming(client.get(where))
    assert client.post(where, TYPED | shown).status_code == 302
    story.refresh_from_db()
    assert (story.title, story.alt) == (TYPED["title"], TYPED["alt"])
    assert story.picture
    shown = make.confirming(client.get(where))
    assert client.post(where, TYPED | shown | {"without_picture": "on"}).status_code == 302
    story.refresh_from_db()
    assert (story.picture, story.alt) == (None, "")
    assert client.get(where + "foto.jpg").status_code == 404


def test_nothing_is_overwritten_unseen(ledger: Ledger) -> None:
    story = told(ledger)
    shown = stories.as_kept(story)
    theirs = Given("Van een ander", "Anders.", **CONSENT)  # type: ignore[arg-type]
    stories.change(edition(ledger), story, theirs, act(), shown)
    with pytest.raises(Overtaken):
        stories.change(edition(ledger), story, Given("Van mij", "Zo."), act(), shown)
    story.refresh_from_db()
    assert story.title == "Van een ander"


def test_what_is_removed_is_shown_first_and_leaves_no_words(ledger: Ledger) -> None:
    story = told(ledger)
    client, where = signed_in(ledger, Role.ADVISER), f"{PAGE}{story.pk}/verwijderen/"
    looked = client.get(where)
    assert "Een verhaal" in looked.content.decode()
    assert "Mevrouw Wulp" in looked.content.decode()
    assert client.post(where).status_code == 200
    assert Story.objects.exists()
    assert client.post(where, make.confirming(looked)).status_code == 302
    assert not Story.objects.exists()
    rows = Story.history.filter(id=story.pk).values()
    assert [row["history_type"] for row in rows] == ["-", "+"]
    assert "Wulp" not in str(list(rows))


# --- On paper -------------------------------------------------------------------------------------


def test_the_pdf_and_word_hold_the_picture_with_its_words(ledger: Ledger) -> None:
    told(ledger, picture=photo(drawn(size=(800, 1200))), alt="Een plantsoen", text="Woord " * 100)
    told(ledger, title="Zonder foto")
    pdf = PdfDocument(notice_html.as_pdf(edition(ledger), NOW))
    texts = [page.get_textpage().get_text_range() for page in pdf]
    page = next(n for n, text in enumerate(texts) if "Een verhaal" in text)
    images = [one for one in pdf[page].get_objects() if one.type == 3]
    assert len(images) == 1
    _left, bottom, _right, top = images[0].get_bounds()
    assert top - bottom < pdf[page].get_height() / 2
    assert "Wulp" not in "".join(texts)
    word = Document(io.BytesIO(notice_html.as_word(edition(ledger), NOW)))
    words = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert "Een plantsoen" in words
    headings = [each.text for each in word.paragraphs if each.style.name.startswith("Heading")]
    at = headings.index("Verhalen uit de praktijk")
    assert headings[at + 1 : at + 3] == ["Een verhaal", "Zonder foto"]
    assert "data:image/jpeg" in notice_html.as_html(edition(ledger))
    assert "foto.jpg" not in notice_html.as_html(edition(ledger))


# --- Frozen ---------------------------------------------------------------------------------------


def test_once_proposed_stories_stay_as_they_are(ledger: Ledger) -> None:
    story = told(ledger)
    draft = edition(ledger)
    adoption.propose(ledger.region, 2024, act())
    for of in (draft, edition(ledger)):
        with pytest.raises(Refused):
            stories.add(of, Given("Te laat", "x"), act())
        with pytest.raises(Refused):
            stories.change(of, story, Given("Te laat", "x"), act(), None)
        with pytest.raises(Refused):
            stories.remove(of, story, act())
    client = signed_in(ledger, Role.ADVISER)
    assert client.get(PAGE).status_code == 200
    for page in ("nieuw/", f"{story.pk}/", f"{story.pk}/verwijderen/"):
        assert client.get(PAGE + page).status_code == 404
    assert Story.objects.get().title == "Een verhaal"


def test_a_final_report_has_its_stories_and_published_everyone_sees_the_picture(
    ledger: Ledger,
) -> None:
    story = told(ledger, picture=photo(drawn()), alt="Foto")
    where = f"{PAGE}{story.pk}/foto.jpg"
    adoption.propose(ledger.region, 2024, act())
    report = adoption.finalise(ledger.region, 2024, act())
    frozen = FrozenEdition.objects.get(municipality=None)
    assert story.embedded in frozen.document
    assert story.embedded in notice_html.as_html(edition(ledger))
    assert "Wulp" not in frozen.document + frozen.text + str(frozen.facts) + str(frozen.figures)
    reader = signed_in(ledger, Role.READER)
    page = reader.get(ROOT).content.decode()
    assert where in page
    assert '<a href="#verhalen">' in page
    assert reader.get(where).status_code == 200
    assert Client().get(where).status_code == 302
    adoption.publish(ledger.region, 2024, act())
    assert Client().get(where).status_code == 200
    assert Client().get(where.replace("2024", "2023")).status_code == 302
    assert AnnualReport.objects.get().fingerprint == report.fingerprint


# --- Taken back -----------------------------------------------------------------------------------


@pytest.fixture
def published(ledger: Ledger) -> list[Story]:
    """Two stories in a report that everyone reads."""
    first = told(ledger, picture=photo(drawn()), alt="Foto van Wulp", title="Van Wulp", text="Ik.")
    second = told(ledger, title="Van een ander", text="Wij.", consent_by="Meneer Kraan")
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    adoption.publish(ledger.region, 2024, act())
    return [first, second]


def test_consent_that_is_taken_back_takes_the_story_out_of_page_and_files(
    ledger: Ledger, published: list[Story]
) -> None:
    story, picture = published[0], f"{PAGE}{published[0].pk}/foto.jpg"
    before = FrozenEdition.objects.get(municipality=None)
    was = (before.text, before.document)
    client, where = signed_in(ledger, Role.ADVISER), f"{PAGE}{story.pk}/intrekken/"
    assert where in client.get(PAGE).content.decode()
    looked = client.get(where)
    assert "Mevrouw Wulp" in looked.content.decode()
    assert client.post(where).status_code == 200
    assert client.post(where, make.confirming(looked)).status_code == 302
    page = Client().get(ROOT).content.decode()
    assert "op verzoek verwijderd" in page
    assert '<a href="#verhalen">' in page
    assert "Van een ander" in page
    now = edition(ledger)
    assert now.frozen
    for shown in (page, now.frozen.document, notice_html.as_html(now)):
        assert "Van Wulp" not in shown
        assert story.embedded not in shown
    assert Client().get(picture).status_code == 302
    assert client.get(picture).status_code == 404
    story.refresh_from_db()
    assert (story.title, story.text, story.picture, story.consent_by) == ("", "", None, "")
    assert "Wulp" not in client.get(PAGE).content.decode()
    assert "Wulp" not in client.get(ROOT + "herzieningen/").content.decode()
    # What was adopted is as it was, and verifies.
    before.refresh_from_db()
    assert (before.text, before.document) == was
    call_command("verify_report", "2024", "--region", ledger.region.code)
    assert client.get(where).status_code == 404


def test_each_story_is_taken_out_by_its_own_place(ledger: Ledger, published: list[Story]) -> None:
    for story in (published[1], published[0]):
        adoption.withdraw_story(story, act())
        with pytest.raises(Refused):
            adoption.withdraw_story(story, act())
    frozen = edition(ledger).frozen
    assert frozen
    assert frozen.text.count("op verzoek verwijderd") == 2 + len(edition(ledger).revisions) - 1
    assert "Van een ander" not in frozen.text + frozen.document


def test_what_was_written_since_waits_for_a_next_revision(
    ledger: Ledger, published: list[Story]
) -> None:
    text = "Nieuwe inleiding."
    write(edition(ledger), "inleiding", text, seen=0, everywhere=False, act=act())
    adoption.withdraw_story(published[0], act())
    frozen = edition(ledger).frozen
    assert frozen
    assert "Nieuwe inleiding." not in frozen.text
    adoption.revise(ledger.region, 2024, act(why="Verbeterd"))
    again = edition(ledger).frozen
    assert again
    assert "Nieuwe inleiding." in again.text
    assert "Van Wulp" not in again.text


def test_of_a_draft_a_story_is_removed(ledger: Ledger) -> None:
    with pytest.raises(Refused):
        adoption.withdraw_story(told(ledger), act())


def test_who_gave_consent_is_erased_when_its_time_is_over(
    ledger: Ledger, published: list[Story]
) -> None:
    """The story and the day stay, and so does the report; the months are of the policy."""
    story = published[0]
    frozen = edition(ledger).frozen
    assert frozen
    assert story.consent_on

    def on(day: date) -> Act:
        return make.act(today=day)

    last = add_months(story.consent_on, 60) - DAY
    assert stories.forget_consents(on(last)) == 0
    Policy.objects.filter(region=ledger.region).update(retention_consent_months=48)
    with time_machine.travel(make.moment(add_months(story.consent_on, 48)), tick=False):
        call_command("erase_consents", "--dry-run")
        story.refresh_from_db()
        assert story.consent_by
        call_command("erase_consents")
    story.refresh_from_db()
    assert (story.consent_by, story.is_shown) == ("", True)
    assert stories.forget_consents(on(date(2099, 1, 1))) == 0
    page = signed_in(ledger, Role.ADVISER).get(ROOT + "verhalen/")
    assert "is gewist" in page.content.decode()
    after = edition(ledger).frozen
    assert after
    assert after.text == frozen.text
