"""Evidence: only what is what it says, nothing but the picture, and only for who may see it."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from contracts.models import Policy
from placements.claims import proof
from placements.evidence import door as evidence
from placements.evidence.door import is_kept_as_sent
from placements.life import door as life
from placements.models import Evidence, FulfilmentVersion
from sroi.access import Role
from sroi.doors import Refused
from sroi.files import checking
from sroi.files.checking import prepared
from sroi.files.storage import MARK
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    storage = settings.STORAGES["evidence"]
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**storage, "OPTIONS": {"location": str(tmp_path)}},
    }
    return tmp_path


@pytest.fixture
def draft(contract: Any) -> FulfilmentVersion:
    return make.make_purchase(contract, state="draft")


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "GEHEIME CAMERA"
    Image.new("RGB", size, colour).save(written, form, exif=exif)
    return written.getvalue()


def pdf(pages: int = 2, **saving: Any) -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 300))
        document.save(written, **saving)
    return written.getvalue()


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bom.txt", b"0" * 5_000_000)
    return written.getvalue()


def add(
    client: Client,
    version: FulfilmentVersion,
    data: bytes,
    name: str = "factuur.jpg",
    kind: str = "paid_invoice",
) -> Any:
    return client.post(
        reverse("fulfilment-evidence", args=[version.fulfilment_id]),
        {f"file_{kind}": SimpleUploadedFile(name, data)},
    )


class TestFiles:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_a_photo_is_written_anew_under_a_random_name(
        self, person: Any, draft: FulfilmentVersion, folder: Path, form: str
    ) -> None:
        answer = add(signed_in(person), draft, photo(form), name="../../etc/Mijn factuur.jpg")
        assert answer["Location"] == reverse("fulfilment-check", args=[draft.fulfilment_id])
        kept = Evidence.objects.get()
        (stored,) = [path for path in folder.rglob("*") if path.is_file() and path.name != MARK]
        assert "factuur" not in str(stored)
        assert b"GEHEIM" not in stored.read_bytes()
        assert kept.original_name == "Mijn factuur.jpg"
        assert Image.open(stored).size == (40, 30)

    def test_the_same_file_proves_another_claim_too(
        self, person: Any, draft: FulfilmentVersion, contract: Any
    ) -> None:
        """Of another invoice of the firm, or of this one once it is about another invoice; and not
        twice of the same.
        """
        with time_machine.travel(make.moment(make.TODAY), tick=False) as clock:
            browser, file = signed_in(person), photo()
            FulfilmentVersion.objects.filter(pk=draft.pk).update(invoice_number="F-1")
            add(browser, draft, file)
            other = make.make_purchase(contract, state="draft")
            assert add(browser, other, file).status_code == 302
            assert add(browser, draft, file).status_code == 422
            draft.refresh_from_db()
            life.submit([draft], make.act())
            life.return_(draft, make.act(why="Is dit de goede factuur?"))
            clock.shift(60)
            FulfilmentVersion.objects.filter(pk=draft.pk).update(invoice_number="F-2")
            draft.refresh_from_db()
            assert proof.missing([draft])
            assert add(browser, draft, file).status_code == 302
            assert not proof.missing([draft])
            assert add(browser, draft, file).status_code == 422

    def test_what_is_kept_of_a_file_is_said_before(
        self, person: Any, draft: FulfilmentVersion, settings: Any
    ) -> None:
        settings.EVIDENCE_MAX_PAGES = 7
        url = reverse("fulfilment-evidence", args=[draft.fulfilment_id])
        said = signed_in(person).get(url).content.decode()
        assert "hoogstens 7 bladzijden" in said
        Policy.objects.update(invoices_as_sent=True)
        assert "hoogstens 7 bladzijden" not in signed_in(person).get(url).content.decode()

    def test_the_pages_of_a_pdf_are_drawn(
        self, person: Any, draft: FulfilmentVersion, folder: Path
    ) -> None:
        add(signed_in(person), draft, pdf(2), "factuur.pdf")
        kept = Evidence.objects.get()
        assert (kept.pages, kept.media_type) == (2, "application/pdf")
        assert (
            len([path for path in folder.rglob("*") if path.is_file() and path.name != MARK]) == 3
        )

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("x.html", b"<html><script>alert(1)</script></html>"),
            ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
            ("foto.jpg", b"MZ" + b"\0" * 400),
            ("foto.jpg", b"\xff\xd8\xff\xe0" + b"not a picture" * 20),
            ("bewijs.pdf", b"%PDF-1.7 and then nothing of the kind"),
            ("bewijs.pdf", zipped()),
            ("leeg.pdf", b""),
        ],
    )
    def test_what_is_not_what_it_says_is_refused(
        self, person: Any, draft: FulfilmentVersion, folder: Path, name: str, data: bytes
    ) -> None:
        answer = add(signed_in(person), draft, data, name)
        assert answer.status_code == 422
        assert not Evidence.objects.exists()
        assert not [path for path in folder.rglob("*") if path.is_file() and path.name != MARK]

    def test_a_polyglot_keeps_only_its_picture(self) -> None:
        both = photo("PNG") + zipped() + b"<script>alert(1)</script>"
        assert b"script" not in prepared(both).content
        assert not zipfile.is_zipfile(io.BytesIO(prepared(both).content))

    def test_too_large_too_many_pixels_and_locked(self, settings: Any) -> None:
        settings.EVIDENCE_MAX_PIXELS = 1000
        settings.EVIDENCE_MAX_BYTES = 100_000
        for data in (photo(size=(40, 30)), b"\xff\xd8\xff" + b"0" * 100_001):
            with pytest.raises(Refused):
                prepared(data)
        with pytest.raises(Refused, match=r"password|wachtwoord"):
            prepared(pdf(encryption=pikepdf.Encryption(owner="a", user="b")))

    def test_a_huge_picture_in_a_small_file_is_refused(self) -> None:
        written = io.BytesIO()
        Image.new("1", (12_000, 12_000)).save(written, "PNG")
        assert len(written.getvalue()) < 100_000
        with pytest.raises(Refused):
            prepared(written.getvalue())

    def test_a_pdf_with_more_pages_than_are_drawn_is_refused(self, settings: Any) -> None:
        """A page that is not drawn would be lost."""
        settings.EVIDENCE_MAX_PAGES = 2
        assert len(prepared(pdf(2)).pages) == 2
        with pytest.raises(Refused, match=r"2 (pages|bladzijden)"):
            prepared(pdf(3))
        assert len(prepared(pdf(5), as_sent=True).pages) == 2

    def test_a_bsn_in_the_name_is_refused(self, person: Any, draft: FulfilmentVersion) -> None:
        assert (
            add(signed_in(person), draft, photo(), name="factuur 111222333.jpg").status_code == 422
        )

    def test_the_same_file_once_and_not_too_many(
        self, person: Any, draft: FulfilmentVersion, settings: Any
    ) -> None:
        settings.EVIDENCE_MAX_FILES = 2
        client = signed_in(person)
        assert add(client, draft, photo()).status_code == 302
        assert add(client, draft, photo()).status_code == 422
        assert add(client, draft, photo(colour="red")).status_code == 302
        assert add(client, draft, photo(colour="blue")).status_code == 422


SECRET = "BSN 111222333"


def telling_pdf() -> bytes:
    """With words under a black bar, a title, a script and an attachment."""
    written = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
        font.BaseFont = pikepdf.Name.Helvetica
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        drawing = f"BT /F1 20 Tf 72 700 Td ({SECRET}) Tj ET 60 690 300 30 re f"
        page.Contents = document.make_stream(drawing.encode())
        document.docinfo["/Author"] = SECRET
        document.attachments["x.txt"] = SECRET.encode()
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=f"app.alert('{SECRET}')"
        )
        document.save(written, compress_streams=False, deterministic_id=True)
    return written.getvalue()


def filled_in_form() -> bytes:
    """A field of a form with a black appearance, drawn only where forms are."""
    written = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 200))
        look = document.make_stream(b"0 0 200 200 re f")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = pikepdf.Array([0, 0, 200, 200])
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="naam"
        )
        field.Rect, field.F, field.V = pikepdf.Array([0, 0, 200, 200]), 4, "ingevuld"
        field.AP = pikepdf.Dictionary(N=look)
        made = document.make_indirect(field)
        page.Annots = pikepdf.Array([made])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([made]))
        document.save(written)
    return written.getvalue()


def read(kept: Evidence) -> bytes:
    with kept.file.open() as file:
        return bytes(file.read())


class TestOnlyWhatCanBeSeen:
    def test_of_a_pdf_the_pages_are_kept_with_the_hash_of_what_was_sent(
        self, person: Any, draft: FulfilmentVersion
    ) -> None:
        sent = telling_pdf()
        assert SECRET.encode() in sent
        add(signed_in(person), draft, sent, "factuur.pdf")
        kept = Evidence.objects.get()
        content = read(kept)
        assert kept.drawn
        assert kept.content_hash == hashlib.sha256(sent).hexdigest()
        assert kept.size == len(content)
        with pypdfium2.PdfDocument(content) as document:
            assert document[0].get_textpage().get_text_bounded() == ""
            assert document[0].get_size() == (595, 842)
            assert document.count_attachments() == 0
            assert not document.get_metadata_dict()["Author"]
            look = document[0].render(scale=1).to_pil().convert("L")
        assert look.getpixel((100, 842 - 700)) < 60, "the bar that was drawn"
        assert look.getpixel((500, 700)) > 200, "the paper"
        with pikepdf.open(io.BytesIO(content)) as made:
            assert set(made.Root.keys()) <= {"/Type", "/Pages"}
        assert b"BSN" not in content
        assert b"JavaScript" not in content

    def test_what_is_filled_in_in_a_form_is_drawn(self) -> None:
        (page,) = prepared(filled_in_form()).pages
        assert Image.open(io.BytesIO(page)).convert("L").getpixel((100, 100)) < 60

    def test_the_same_pdf_is_known_by_what_was_sent(
        self, person: Any, draft: FulfilmentVersion
    ) -> None:
        client = signed_in(person)
        assert add(client, draft, telling_pdf(), "factuur.pdf").status_code == 302
        assert add(client, draft, telling_pdf(), "nog eens.pdf").status_code == 422

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_a_picture_has_no_comment_and_no_profile(self, form: str) -> None:
        written, words = io.BytesIO(), PngInfo()
        words.add_text("Comment", SECRET)
        words.add_itxt("Author", SECRET)
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        Image.new("RGB", (40, 30), "teal").save(
            written,
            form,
            icc_profile=profile,
            **({"pnginfo": words} if form == "PNG" else {}),
            **({"comment": SECRET} if form == "JPEG" else {}),
        )
        kept = prepared(written.getvalue()).content
        found = Image.open(io.BytesIO(kept))
        found.load()
        assert not {"comment", "icc_profile", "exif", "Comment", "Author", "xmp"} & set(found.info)
        assert SECRET.encode() not in kept

    def test_an_invoice_stays_as_it_was_sent_where_each_policy_says_so(
        self, person: Any, draft: FulfilmentVersion
    ) -> None:
        Policy.objects.update(invoices_as_sent=True)
        add(signed_in(person), draft, telling_pdf(), "factuur.pdf")
        kept = Evidence.objects.get()
        assert (kept.drawn, kept.pages) == (False, 1)
        assert read(kept) == telling_pdf()
        assert is_kept_as_sent(draft, "paid_invoice")
        assert not is_kept_as_sent(draft, "activity_report")

    def test_what_was_kept_before_becomes_its_pages(
        self,
        person: Any,
        draft: FulfilmentVersion,
        folder: Path,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        Policy.objects.update(invoices_as_sent=True)
        add(signed_in(person), draft, telling_pdf(), "factuur.pdf")
        before = Evidence.objects.get()
        call_command("apply_retention", stdout=io.StringIO())
        assert not Evidence.objects.get().drawn, "the policy says so"
        Policy.objects.update(invoices_as_sent=False)
        with django_capture_on_commit_callbacks(execute=True):
            call_command("apply_retention", stdout=io.StringIO())
        kept = Evidence.objects.get()
        assert kept.drawn
        assert kept.content_hash == before.content_hash
        stored = [path for path in folder.rglob("*") if path.is_file() and path.name != MARK]
        assert len(stored) == 2
        assert not any(SECRET.encode() in path.read_bytes() for path in stored)
        address = reverse("evidence-page", args=[kept.pk, 1])
        assert signed_in(person).get(address).status_code == 200

    def test_what_cannot_be_drawn_stays_and_is_told(
        self, person: Any, draft: FulfilmentVersion, folder: Path
    ) -> None:
        Policy.objects.update(invoices_as_sent=True)
        add(signed_in(person), draft, pdf(1), "factuur.pdf")
        Policy.objects.update(invoices_as_sent=False)
        kept = Evidence.objects.get()
        (folder / str(kept.file.name)).write_bytes(b"%PDF-1.7 damaged")
        told = io.StringIO()
        call_command("apply_retention", stdout=told)
        assert "niet te tekenen: 1" in told.getvalue()
        assert not Evidence.objects.get().drawn


class TestWho:
    def test_it_is_handed_out_as_an_attachment_to_who_may_see_it(
        self, region: Any, person: Any, draft: FulfilmentVersion
    ) -> None:
        add(signed_in(person), draft, pdf(1), "factuur.pdf")
        kept = Evidence.objects.get()
        urls = [
            reverse("evidence-file", args=[kept.pk]),
            reverse("evidence-page", args=[kept.pk, 1]),
        ]
        for user in (
            person,
            make.make_user(Role.ADVISER, region),
            make.make_user(Role.REGION_ADMIN, region),
        ):
            for url in urls:
                answer = signed_in(user).get(url)
                assert answer.status_code == 200
                assert answer["Content-Disposition"].startswith("attachment")
                assert answer["X-Content-Type-Options"] == "nosniff"
                assert answer.getvalue()
        others = [
            make.make_user(Role.CONTRACTOR, region, contractor=make.make_contractor("Ander")),
            make.make_user(Role.PROCUREMENT_OFFICER, region),
            make.make_user(Role.READER, region),
            make.make_user(Role.ADVISER, make.make_region("utrecht", "Utrecht")),
        ]
        for user in others:
            assert [signed_in(user).get(url).status_code for url in urls] == [404, 404]
        assert signed_in(person).get(reverse("evidence-page", args=[kept.pk, 2])).status_code == 404
        assert signed_in(person).post(reverse("evidence-erase", args=[kept.pk])).status_code == 404

    def test_the_adviser_refuses_and_erases_at_once(
        self,
        region: Any,
        person: Any,
        draft: FulfilmentVersion,
        folder: Path,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        add(signed_in(person), draft, pdf(1), "factuur.pdf")
        kept = Evidence.objects.get()
        adviser = signed_in(make.make_user(Role.ADVISER, region))
        with django_capture_on_commit_callbacks(execute=True):
            make.confirm(adviser, reverse("evidence-erase", args=[kept.pk]))
        kept.refresh_from_db()
        assert (bool(kept.file), kept.original_name) == (False, "")
        assert kept.erased_at
        assert not [path for path in folder.rglob("*") if path.is_file() and path.name != MARK]
        assert adviser.get(reverse("evidence-file", args=[kept.pk])).status_code == 404
        assert draft.fulfilment.events.last().by is not None

    def test_about_a_person_is_seen_and_not_stored(
        self, region: Any, contract: Any, person: Any
    ) -> None:
        version = make.make_placement(contract, state="draft")
        client = signed_in(person)
        add(client, version, photo(), kind="employment_contract")
        assert not Evidence.objects.exists()
        life.submit([version], make.act(), answered=make.EVERYTHING)
        adviser = make.make_user(Role.ADVISER, region)
        url = reverse("review", args=[version.fulfilment_id])
        given = {"answer": "seen", "version": version.pk, "edition": version.edition}
        given |= {"kind": "employment_contract"}
        page = signed_in(adviser).post(url, given | {"how": "Jan 111222333"})
        assert page.status_code == 422
        assert "Jan 111222333" in page.content.decode()
        assert not Evidence.objects.exists()
        signed_in(adviser).post(url, given | {"how": "Arbeidsovereenkomst, op kantoor"})
        seen = Evidence.objects.get()
        assert (seen.seen_how, seen.added_by) == ("Arbeidsovereenkomst, op kantoor", adviser)
        assert client.post(url, given | {"how": "Zelf"}).status_code == 404

    def test_where_the_policy_allows_it_must_be_illegible_and_no_admin_sees_it(
        self, region: Any, contract: Any, person: Any
    ) -> None:
        Policy.objects.update(store_person_evidence=True)
        version = make.make_placement(contract, state="draft")
        client = signed_in(person)
        assert add(client, version, photo(), kind="employment_contract").status_code == 422
        url = reverse("fulfilment-evidence", args=[version.fulfilment_id])
        file = SimpleUploadedFile("contract.jpg", photo())
        client.post(url, {"file_employment_contract": file, "illegible_employment_contract": "1"})
        kept = Evidence.objects.get()
        address = reverse("evidence-file", args=[kept.pk])
        answers = {
            role: signed_in(make.make_user(role, region)).get(address).status_code
            for role in (Role.ADVISER, Role.REGION_ADMIN)
        }
        assert answers == {Role.ADVISER: 200, Role.REGION_ADMIN: 404}

    def test_it_is_shown_where_it_was_asked_where_it_is_checked_and_afterwards(
        self, region: Any, person: Any, draft: FulfilmentVersion
    ) -> None:
        client, adviser = signed_in(person), signed_in(make.make_user(Role.ADVISER, region))
        add(client, draft, photo(), "factuur-van-mei.jpg")
        shown = reverse("evidence-page", args=[Evidence.objects.get().pk, 1])
        of_draft = [draft.fulfilment_id]
        for name in ("fulfilment-evidence", "fulfilment-check", "fulfilment-detail"):
            page = client.get(reverse(name, args=of_draft)).content.decode()
            assert "factuur-van-mei.jpg" in page, name
            assert shown in page, name
        life.submit([draft], make.act())
        assert shown in adviser.get(reverse("review", args=of_draft)).content.decode()
        life.accept([draft], make.act(), region=region)
        for reader in (client, adviser):
            page = reader.get(reverse("fulfilment-detail", args=of_draft)).content.decode()
            assert "factuur-van-mei.jpg" in page
            assert shown in page

    def test_what_is_about_a_person_has_no_name_for_who_sees_no_persons(
        self, region: Any, person: Any, draft: FulfilmentVersion
    ) -> None:
        add(signed_in(person), draft, photo(), "contract-van-iemand.jpg")
        Evidence.objects.update(kind="employment_contract")
        admin = signed_in(make.make_user(Role.REGION_ADMIN, region))
        page = admin.get(reverse("fulfilment-detail", args=[draft.fulfilment_id]))
        assert "contract-van-iemand" not in page.content.decode()

    def test_what_was_added_for_another_block_is_still_shown(
        self, person: Any, draft: FulfilmentVersion
    ) -> None:
        add(signed_in(person), draft, photo(), "foto-van-toen.jpg")
        Evidence.objects.update(kind="activity_report")
        page = signed_in(person).get(reverse("fulfilment-evidence", args=[draft.fulfilment_id]))
        assert "foto-van-toen.jpg" in page.content.decode()

    def test_what_was_handed_in_stays(
        self, person: Any, contract: Any, draft: FulfilmentVersion
    ) -> None:
        add(signed_in(person), draft, photo())
        kept = Evidence.objects.get()
        FulfilmentVersion.objects.filter(pk=draft.pk).update(state="submitted")
        make.confirm(signed_in(person), reverse("evidence-remove", args=[kept.pk]))
        kept.refresh_from_db()
        assert kept.file

    def test_what_is_handed_in_at_that_moment_keeps_its_files(
        self, person: Any, draft: FulfilmentVersion
    ) -> None:
        """Who records looked before it was handed in, and is late at the door."""
        add(signed_in(person), draft, photo())
        kept = Evidence.objects.select_related("version").get()
        FulfilmentVersion.objects.filter(pk=draft.pk).update(state="submitted")
        with pytest.raises(Refused, match="ingediend"):
            evidence.take_away(kept, make.act(person))
        with pytest.raises(Refused, match="ingediend"):
            evidence.keep(draft, kept.kind, "b.jpg", photo(colour="red"), make.act(person))
        assert Evidence.objects.get().file


# --- a virus scanner of the server ----------------------------------------------------------------


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> Path:
    """Finds a file that holds its mark, and notes what it saw."""
    program = tmp_path / "scanner.sh"
    program.write_text(f'cat > "{tmp_path}/seen"; ! grep -q INFECTED "{tmp_path}/seen"\n')
    settings.UPLOAD_SCANNER = f"sh {program}"
    return tmp_path / "seen"


def infected(data: bytes) -> bytes:
    """Behind the end of a picture, where whoever draws it does not look."""
    return data + b"INFECTED"


def test_a_file_with_a_virus_is_refused_beside_the_field(
    draft: FulfilmentVersion, person: Any, scanner: Path
) -> None:
    client = signed_in(person)
    answer = add(client, draft, infected(photo()))
    assert "De virusscanner weigert dit bestand" in answer.content.decode()
    assert not Evidence.objects.exists()
    sent = photo()
    assert add(client, draft, sent).status_code == 302
    # It looks at what was sent, not at what is made of it.
    assert scanner.read_bytes() == sent


@pytest.mark.parametrize("broken", ["sh -c 'exit 2'", "no-such-program", "sleep 5"])
def test_without_an_answer_of_the_scanner_nothing_is_kept(broken: str, settings: Any) -> None:
    settings.UPLOAD_SCANNER, settings.UPLOAD_SCANNER_SECONDS = broken, 0.5
    with pytest.raises(Refused, match="niet op virussen"):
        prepared(photo())
    settings.UPLOAD_SCANNER = ""
    assert prepared(photo()).media_type == "image/jpeg"


@pytest.mark.parametrize("take", [prepared, checking.photo])
def test_each_way_in_asks_the_scanner(take: Any, scanner: Path) -> None:
    with pytest.raises(Refused, match="virusscanner weigert"):
        take(infected(photo()))
