"""A revision touches only what was changed: all the rest of the whole document stays as it was, in
every form.
"""

import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from docx import Document

from contracts.models import Municipality
from reporting.adoption import door as adoption
from reporting.adoption import pieces
from reporting.adoption.rights import can_be_revised
from reporting.adoption.verification import differences
from reporting.figures.catalogue import INDICATORS
from reporting.figures.words import ANNEX, MESSAGE, SECTIONS
from reporting.goals.door import set_goals
from reporting.models import AnnualReport, FrozenEdition
from reporting.notice import wording
from reporting.notice.editions import Edition, Filed, assemble
from reporting.notice.files import data
from reporting.notice.files import html as notice_html
from reporting.notice.text import standard
from reporting.particulars import door as particulars
from reporting.texts.door import write
from reporting.texts.written import section_of
from sroi.access import Role
from sroi.doors import Refused
from tests.reporting.adoption.test_adoption import (
    NOW,
    ROOT,
    TODAY,
    act,
    ledger,
    no_files,
    signed_in,
)
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
pytestmark = pytest.mark.django_db
STEP = ROOT + "herzien/"
SECTION = re.compile(r'<section id="([a-z-]+)".*?</section>', re.S)
OLD, NEW = "Zo stond het er eerst.", "Dit staat er nu."
REASON = "Een verkeerde naam"
# The words that stand in the title block, under the pages and in the list of revisions.
OF_REVISION = f"""herziening 1 , herziening 1, Herziening 1, 1 maart 2025: {REASON} Herzieningen
    De tekst is na de vaststelling verbeterd. De cijfers zijn niet veranderd. • 2025, 2025:"""


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def published(ledger: Ledger) -> AnnualReport:
    """With a year before, a team, a scenario, what a clerk files it by, and a text of a
    municipality's own.
    """
    earlier = ledger.contract("400000", "2", rate_reason="market", cpv="77310000")
    ledger.line(earlier, "1000.01", month(2023, 5), policy_field="economie")
    Municipality.objects.filter(region=ledger.region).update(inhabitants=12345)
    ahead = {f"{name}_low": Decimal(40) for name in ("volume", "share", "rate", "realised")}
    whole = assemble(ledger.region, 2024, None, TODAY)
    particulars.supply(
        whole, ahead | {"extra_cost": Decimal("1234.56"), "by_inhabitants": True}, seen=0, act=act()
    )
    particulars.file(
        whole, Filed(number="RM 1 & 2", signed_by="A. Bakker <secretaris>"), seen=0, act=act()
    )
    written(ledger, "inleiding", OLD, everywhere=True)
    written(ledger, "inleiding", "Van Beekstad zelf.", town=ledger.b)
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    return adoption.publish(ledger.region, 2024, act())


def written(
    of: Ledger, section: str, text: str, town: Any = None, everywhere: bool = False
) -> None:
    edition = assemble(of.region, 2024, town, TODAY)
    row = section_of(edition, section).latest
    write(edition, section, text, seen=row.number if row else 0, everywhere=everywhere, act=act())


def editions(of: Ledger) -> Iterator[Edition]:
    for town in (None, of.a, of.b, of.c):
        yield assemble(of.region, 2024, town, TODAY)


def kept(edition: Edition) -> FrozenEdition:
    assert edition.frozen
    return FrozenEdition.objects.get(pk=edition.frozen.pk)


def sections(html: str) -> dict[str, str]:
    return {match[1]: match[0] for match in SECTION.finditer(html)}


def rest(html: str) -> str:
    """All that lies outside the sections, without the status of the report."""
    return re.sub(r", herziening \d+", "", SECTION.sub("", html))


def differing(before: str, after: str) -> set[str]:
    """The sections that are not the same, byte for byte; what lies outside them is."""
    old, new = sections(before), sections(after)
    assert list(old) == list(new) == [id for id, _title in (MESSAGE, *SECTIONS, *ANNEX)]
    assert rest(before) == rest(after)
    return {section for section in old if old[section] != new[section]}


def of_word(content: bytes) -> str:
    word = Document(io.BytesIO(content))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    feet = (paragraph.text for part in word.sections for paragraph in part.footer.paragraphs)
    return " ".join([*(paragraph.text for paragraph in word.paragraphs), *cells, *feet])


def of_pdf(content: bytes) -> str:
    if shutil.which("pdftotext") is None:
        return ""
    command = ["pdftotext", "-raw", "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def in_words(edition: Edition) -> dict[str, str]:
    """The forms that hold the text, as words."""
    frozen, path = (
        kept(edition),
        ROOT + (f"{edition.municipality.slug}/" if edition.municipality else ""),
    )
    return {
        "page": re.sub(r"<[^>]*>", " ", Client().get(path).content.decode().split("<article")[1]),
        "file": re.sub(r"<[^>]*>", " ", notice_html.as_html(edition)),
        "word": of_word(adoption.kept(frozen, "docx")),
        "pdf": of_pdf(adoption.kept(frozen, "pdf")),
    }


def in_figures(edition: Edition) -> dict[str, Any]:
    """The forms that hold none of it."""
    path = ROOT + (f"{edition.municipality.slug}/" if edition.municipality else "")
    return {
        "json": data.as_json(edition),
        "csv": data.as_csv(edition),
        "open json": Client().get(path + "open-data.json").content,
        "open csv": Client().get(path + "open-data.csv").content,
        "workbook": adoption.kept(kept(edition), "xlsx"),
        "figures": (kept(edition).figures, kept(edition).facts),
    }


def words_of(text: str) -> Counter[str]:
    return Counter(text.split())


# --- Whole documents ------------------------------------------------------------------------------


def test_only_the_changed_section_differs_in_every_form_and_edition(
    published: AnnualReport, ledger: Ledger
) -> None:
    before = [
        (kept(edition), in_words(edition), in_figures(edition)) for edition in editions(ledger)
    ]
    written(ledger, "inleiding", NEW, everywhere=True)
    adoption.revise(ledger.region, 2024, act(REASON))
    for (frozen, said, figures), edition in zip(before, editions(ledger), strict=True):
        after, own = kept(edition), edition.municipality == ledger.b
        changed = {"verantwoording"} if own else {"inleiding", "verantwoording"}
        assert after.pk != frozen.pk
        assert (
            differing(frozen.text, after.text)
            == differing(frozen.document, after.document)
            == changed
        )
        assert in_figures(edition) == figures
        gone, new = (Counter(), Counter()) if own else (words_of(OLD), words_of(NEW))
        for form, text in in_words(edition).items():
            was, now = words_of(said[form]), words_of(text)
            assert set(was - now) <= {*gone, "2025"}, form
            assert set(now - was) <= {*new, *OF_REVISION.split()}, form
            if text:
                assert set(now - was) >= {"Herzieningen", *(new - gone)}, form
    assert list(differences(AnnualReport.objects.get())) == []


def test_the_region_keeps_the_words_of_the_region(published: AnnualReport, ledger: Ledger) -> None:
    """Its figures are two objects once they come back from storage."""
    for edition in editions(ledger):
        frozen = sections(kept(edition).text)
        for section, _title in SECTIONS:
            again = notice_html.section(edition, section, edition.texts.get(section, ""))
            assert again.strip() == frozen[section].strip(), (section, edition.municipality)
    region = assemble(ledger.region, 2024, None, TODAY)
    assert "In de hele regio" not in standard.standard(region, "kernboodschap")
    town = wording.results(
        assemble(ledger.region, 2024, ledger.a, TODAY).own, region.whole, 2024, False
    )
    assert all("In de hele regio" in result.text for result in town[:4])


def test_figures_come_back_from_storage_in_the_order_that_they_had(ledger: Ledger) -> None:
    """A database may keep the parts of a figure in an order of its own."""
    set_goals(
        ledger.region, [{"year": 2024, "indicator": figure.name, "low": 2} for figure in INDICATORS]
    )
    before = [
        (data.as_csv(edition), data.as_json(edition), notice_html.body(edition))
        for edition in editions(ledger)
    ]
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    for (csv, json, body), edition in zip(before, editions(ledger), strict=True):
        assert (data.as_csv(edition), data.as_json(edition)) == (csv, json)
        section = notice_html.section(edition, "kernboodschap", "")
        assert section.strip() == sections(body)["kernboodschap"].strip()


def test_what_was_frozen_is_not_written_anew(published: AnnualReport, ledger: Ledger) -> None:
    """Neither the words of an older program, nor the tables beside a text that was changed, nor the
    name of a town.
    """
    older = {
        "Dat heet social return.": "Zo heette het.",
        "Resultaat naast": "Wat er kwam naast",
        "Aadorp": "Adorp",
    }
    for edition in FrozenEdition.objects.all():
        for was, then in older.items():
            edition.text, edition.document = (
                html.replace(was, then) for html in (edition.text, edition.document)
            )
        edition.save()
    before = [kept(edition) for edition in editions(ledger)]
    written(ledger, "kernboodschap", NEW)
    adoption.revise(ledger.region, 2024, act(REASON))
    for frozen, edition in zip(before, editions(ledger), strict=True):
        after = kept(edition)
        changed = (
            {"verantwoording"} if edition.municipality else {"kernboodschap", "verantwoording"}
        )
        assert (
            differing(frozen.text, after.text)
            == differing(frozen.document, after.document)
            == changed
        )
        for old, new in ((frozen.text, after.text), (frozen.document, after.document)):
            was, now = (
                sections(html)["kernboodschap"].partition('<div class="avoid-break">')
                for html in (old, new)
            )
            assert was[1:] == now[1:]


def test_a_second_revision_adds_a_line(published: AnnualReport, ledger: Ledger) -> None:
    for number, reason in enumerate((REASON, "Nog iets <b>"), start=1):
        written(ledger, "communicatie", f"Versie {number}.")
        adoption.revise(ledger.region, 2024, act(reason))
    region = kept(assemble(ledger.region, 2024, None, TODAY))
    for html in (region.text, region.document):
        account = sections(html)["verantwoording"]
        assert account.count("<h3>Herzieningen</h3>") == 1
        assert re.findall(r"<li>(Herziening .*?)</li>", account) == [
            f"Herziening 1, 1 maart 2025: {REASON}",
            "Herziening 2, 1 maart 2025: Nog iets &lt;b&gt;",
        ]
    assert region.document.count("Vastgesteld op 1 maart 2025, herziening 2<") == 2
    assert "herziening 2" in notice_html.as_html(assemble(ledger.region, 2024, None, TODAY))
    assert list(differences(AnnualReport.objects.get())) == []


def test_what_a_clerk_files_it_by_changes_in_its_own_edition(
    published: AnnualReport, ledger: Ledger
) -> None:
    before = [kept(edition) for edition in editions(ledger)]
    town = assemble(ledger.region, 2024, ledger.a, TODAY)
    particulars.file(town, Filed(number="Z-1", signed_by="P. de Wit"), seen=0, act=act())
    particulars.file(
        assemble(ledger.region, 2024, None, TODAY), Filed(case_number="9 <b>"), seen=1, act=act()
    )
    adoption.revise(ledger.region, 2024, act(REASON))
    region, aadorp, beekstad, _last = [kept(edition) for edition in editions(ledger)]
    assert "<dt>Nummer</dt>\n      <dd>Z-1</dd>" in aadorp.document
    assert '<p class="signature">P. de Wit</p>' in aadorp.text
    assert "<dd>9 &lt;b&gt;</dd>" in region.document
    for gone in ("RM 1", "Bakker", "signature"):
        assert gone in before[0].document
        assert gone not in region.document
    assert differing(before[2].text, beekstad.text) == {"verantwoording"}
    assert differing(before[0].text, region.text) == {"vervolg", "verantwoording"}
    assert Filed(case_number="9 <b>").printed == region.filing
    assert list(differences(AnnualReport.objects.get())) == []


def test_a_text_that_was_changed_back_is_no_change(published: AnnualReport, ledger: Ledger) -> None:
    written(ledger, "inleiding", NEW, everywhere=True)
    assert can_be_revised(published)
    written(ledger, "inleiding", OLD, everywhere=True)
    assert not can_be_revised(published)
    with pytest.raises(Refused):
        adoption.revise(ledger.region, 2024, act(REASON))
    written(ledger, "inleiding", "")
    adoption.revise(ledger.region, 2024, act(REASON))
    default = "Wie een grotere opdracht van een gemeente krijgt"
    assert [default in kept(edition).text for edition in editions(ledger)] == [
        True,
        True,
        False,
        True,
    ]


def test_a_report_that_was_frozen_before_there_were_marks(
    published: AnnualReport, ledger: Ledger
) -> None:
    for edition in FrozenEdition.objects.all():
        edition.text, edition.document = (
            re.sub("<!--.*?-->", "", html) for html in (edition.text, edition.document)
        )
        edition.save()
    before = kept(assemble(ledger.region, 2024, None, TODAY))
    for section in ("kernboodschap", "vervolg", "financiele-aspecten"):
        written(ledger, section, NEW)
    adoption.revise(ledger.region, 2024, act(REASON))
    written(ledger, "communicatie", NEW)
    adoption.revise(ledger.region, 2024, act("Nog eens"))
    after = kept(assemble(ledger.region, 2024, None, TODAY))
    changed = {"kernboodschap", "vervolg", "financiele-aspecten", "communicatie", "verantwoording"}
    assert (
        differing(before.text, after.text) == differing(before.document, after.document) == changed
    )
    for section in changed - {"verantwoording"}:
        assert NEW in sections(after.text)[section]
    assert before.text.count("<table") == after.text.count("<table")
    assert "A. Bakker &lt;secretaris&gt;" in sections(after.document)["vervolg"]
    assert after.text.count("Herziening 2, 1 maart 2025: Nog eens") == 1


def test_a_section_that_was_frozen_with_its_tables_keeps_them() -> None:
    """Before there was an annex the core message held key figures and tables beside its text."""
    frozen = (
        '<section id="kernboodschap"><h2>3</h2><div class="lead"><!--tekst--><p>Oud</p>'
        "<!--/tekst--></div><dl>31</dl><!--tekst--><p>Ouder</p><!--/tekst-->"
        "<table>figures</table></section>"
    )
    anew = '<section id="kernboodschap"><h2>3</h2><!--tekst--><p>Nieuw</p><!--/tekst--></section>'
    found = pieces.with_text(frozen, anew)
    assert "Oud" not in found
    assert found.count("<p>Nieuw</p>") == 1
    assert "<dl>31</dl>" in found
    assert "<table>figures</table>" in found


# --- Before it is made ----------------------------------------------------------------------------


def shown(page: str) -> str:
    return re.search(r'name="shown" value="(\w+)"', page)[1]  # type: ignore[index]


def coming(page: str) -> str:
    """The words without those that go."""
    return re.sub(r"\s+", " ", re.sub(r"<del>.*?</del>|</?ins>", "", page, flags=re.S))


def test_the_differences_of_the_whole_document_are_shown_first(
    published: AnnualReport, ledger: Ledger, no_files: None
) -> None:
    written(ledger, "inleiding", NEW, everywhere=True)
    admin = signed_in(ledger, Role.REGION_ADMIN)
    page = admin.get(STEP).content.decode()
    heads = re.findall(
        r'<h3 lang="nl">(.*?)</h3>\s*<p class="small soft">\s*(.*?)\s*</p>', page, re.S
    )
    assert [(title, re.sub(r"\s+", " ", where)) for title, where in heads] == [
        ("Titelblok", "In elke editie."),
        ("2 Inleiding", "In de editie van: Testregio, Aadorp, Ceeveen"),
        ("Verantwoording", "In elke editie."),
    ]
    assert "De andere onderdelen en alle cijfers blijven zoals ze zijn." in page
    assert "<del>" in page
    words = coming(page)
    assert "Dit staat er nu." in words
    assert "Status: Vastgesteld op 1 maart 2025, herziening 1" in words
    assert "Herziening 1, 1 maart 2025:" in words
    assert "Kernboodschap" not in page.split('id="differences"')[1]
    assert admin.post(STEP, {"reason": REASON, "shown": shown(page)}).status_code == 302
    assert "Dit staat er nu." in kept(assemble(ledger.region, 2024, ledger.a, TODAY)).document


def test_what_was_not_shown_is_not_made(
    published: AnnualReport, ledger: Ledger, no_files: None
) -> None:
    written(ledger, "inleiding", NEW, everywhere=True)
    admin = signed_in(ledger, Role.REGION_ADMIN)
    before = shown(admin.get(STEP).content.decode())
    written(ledger, "communicatie", "Nog gauw iets anders.")
    refused = admin.post(STEP, {"reason": REASON, "shown": before})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Sinds u deze pagina opende is er iets veranderd." in page
    assert "Nog gauw iets anders." in coming(page)
    assert REASON in page
    assert published.revisions.count() == 1
    particulars.file(
        assemble(ledger.region, 2024, ledger.c, TODAY), Filed(number="5"), seen=0, act=act()
    )
    assert admin.post(STEP, {"reason": REASON, "shown": shown(page)}).status_code == 422
    now = shown(admin.get(STEP).content.decode())
    assert admin.post(STEP, {"reason": REASON, "shown": now}).status_code == 302
    assert published.revisions.count() == 2
