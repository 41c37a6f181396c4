"""The texts of a report: written in a safe subset of Markdown, with figures that stay live, and
never lost.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from django.utils.html import format_html

from reporting.adoption import door as adoption
from reporting.figures.catalogue import INDICATORS
from reporting.figures.words import WRITTEN
from reporting.goals.door import set_goals
from reporting.models import AnnualReport, FrozenEdition, SectionComment, SectionText
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import html as notice_html
from reporting.notice.notice import CouncilNotice
from reporting.notice.text import placeholders, standard
from reporting.texts import door as writing
from reporting.texts.written import last_text, section_of
from sroi.access import Role
from sroi.documents import markup
from sroi.doors import Refused
from tests import factories as make
from tests.reporting.adoption.test_adoption import (
    NOW,
    ROOT,
    TODAY,
    act,
    at_once,
    ledger,
    no_files,
    revise,
    signed_in,
)
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
AIMS = [figure.name for figure in INDICATORS]
pytestmark = pytest.mark.django_db
CORE = ROOT + "tekst/kernboodschap/"
# What a text could try: QUALITY.md, "injection in every text that reaches a report".
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=http://example.org/x.png onerror=alert(1)>",
    '<link rel=attachment href="file:///etc/passwd">',
    "<style>@import url(http://example.org/x.css)</style>",
    '<iframe src="http://example.org"></iframe>',
    "![x](http://example.org/x.png)",
    "[klik](javascript:alert(1))",
    "<http://example.org/>",
    '"><svg onload=alert(1)>',
    "{{ werkplekken|safe }} {% include 'x' %} {{ 7*7 }}",
]


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def edition(of: Ledger, town: Any = None) -> Edition:
    return assemble(of.region, 2024, town, TODAY)


def wrote(
    of: Ledger, text: str, section: str = "kernboodschap", town: Any = None, **fields: Any
) -> SectionText | None:
    now = edition(of, town)
    last = section_of(now, section).latest
    seen = fields.pop("seen", last.number if last else 0)
    return writing.write(
        now, section, text, seen=seen, everywhere=fields.pop("everywhere", False), act=act(**fields)
    )


# --- Markdown -------------------------------------------------------------------------------------


def html(
    text: str, fill: Callable[[str], Any] = lambda name: format_html("<b>{}</b>", f"<{name}>")
) -> str:
    return "".join(markup.paragraphs(text, fill)).replace("\n", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Een **vet** en *schuin* woord",
            "<p>Een <strong>vet</strong> en <em>schuin</em> woord</p>",
        ),
        ("# Kop\n\n#### Lager\n\n## Weer", "<h3>Kop</h3><h4>Lager</h4><h3>Weer</h3>"),
        ("#### Eerst", "<h3>Eerst</h3>"),
        ("- een\n- twee", "<ul><li>een</li><li>twee</li></ul>"),
        ("1. een\n2. twee", "<ol><li>een</li><li>twee</li></ol>"),
        (
            "Er zijn **{{ werk_plekken }}** plekken",
            "<p>Er zijn <strong><b>&lt;werk_plekken&gt;</b></strong> plekken</p>",
        ),
        ("{{geen spatie}} {{x}}", "<p>{{geen spatie}} <b>&lt;x&gt;</b></p>"),
        ("a > b & c", "<p>a &gt; b &amp; c</p>"),
        ("> citaat", "<p>&gt; citaat</p>"),
        ("    code", "<p>code</p>"),
        ("`code` &lt;", "<p>`code` &amp;lt;</p>"),
        ("", ""),
    ],
)
def test_a_small_part_of_markdown(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_else_is_markup(payload: str) -> None:
    tags = set(re.findall(r"<\s*/?\s*(\w+)", html(payload)))
    assert tags <= {"p", "b", "ul", "li"}
    assert "href" not in re.sub(r"&[a-z]+;|&#\d+;|[^<]*(?=<|$)", "", html(payload))


def test_a_value_is_never_read_as_markup() -> None:
    assert (
        html("Over {{ x }}", lambda name: format_html("{}", "**vet** <i>"))
        == "<p>Over **vet** &lt;i&gt;</p>"
    )


# --- The default text and its figures -------------------------------------------------------------


def test_default_texts_name_only_figures_that_exist(ledger: Ledger) -> None:
    for town in (None, ledger.a):
        for goals in (
            [],
            [{"year": y, "indicator": i, "low": 9} for y in (2024, 2025) for i in AIMS],
        ):
            set_goals(ledger.region, goals)
            now = edition(ledger, town)
            known = placeholders.values(now)
            for section in WRITTEN:
                text = standard.standard(now, section)
                assert text
                assert placeholders.unknown(text, known) == []
                assert "None" not in text


def test_what_is_named_has_the_value_of_the_figures(ledger: Ledger) -> None:
    known = placeholders.values(edition(ledger, ledger.a))
    own, whole = edition(ledger, ledger.a).own, edition(ledger).whole
    plain = {name: placeholder.value.replace("\u00a0", " ") for name, placeholder in known.items()}
    assert own.workplaces < 5
    assert plain["werkplekken"] == "minder dan 5"
    assert plain["ingevulde_waarde"] == "€ 9.278"
    assert own.fulfilled != whole.fulfilled
    assert plain["ingevulde_waarde_regio"] == "€ 15.464"
    assert plain["doel_werkplekken"] == "2 tot 4"
    assert plain["werkplekken_vorig_jaar"] == "–"
    assert plain["plaats"] == "Aadorp"
    assert [name for name in known if not re.fullmatch(r"[a-z_]+", name)] == []


def test_a_text_follows_the_figures_until_it_is_final(ledger: Ledger) -> None:
    wrote(ledger, "Er is **{{ ingevulde_waarde }}** ingevuld.")
    assert (
        '<strong><span data-figure="fulfilled">€\u00a015.464</span></strong>'
        in notice_html.body(edition(ledger))
    )
    ledger.line(ledger.contract(), "10", month(2024, 12))
    assert "€\u00a015.474" in CouncilNotice(edition(ledger)).text("kernboodschap")[0]
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    ledger.line(ledger.contract(), "10", month(2024, 12), booked=month(2025, 1))
    assert "Er is <strong>" in notice_html.body(edition(ledger))
    assert "€\u00a015.474" in notice_html.body(edition(ledger))


# --- Saving ---------------------------------------------------------------------------------------


def test_the_default_text_is_not_kept_as_a_text(ledger: Ledger) -> None:
    default = standard.standard(edition(ledger), "kernboodschap")
    assert wrote(ledger, default.replace("\n", "\r\n") + "  ") is None
    assert not SectionText.objects.exists()
    wrote(ledger, "Anders")
    back = wrote(ledger, default)
    assert back is not None
    assert (back.number, back.text) == (2, "")
    assert edition(ledger).texts == {}
    assert wrote(ledger, "") == back


def test_a_text_of_the_region_can_stand_in_every_edition(ledger: Ledger) -> None:
    wrote(ledger, "Voor {{ plaats }}: {{ werkplekken }}.", everywhere=True)
    assert "Voor <span" not in CouncilNotice(edition(ledger)).text("kernboodschap")[0]
    assert "Voor Aadorp: " in CouncilNotice(edition(ledger, ledger.a)).text("kernboodschap")[0]
    wrote(ledger, "Alleen Beekstad.", town=ledger.b, everywhere=True)
    assert edition(ledger, ledger.b).texts == {"kernboodschap": "Alleen Beekstad."}
    wrote(ledger, "Alleen de regio.")
    assert edition(ledger, ledger.a).texts == {}
    assert edition(ledger).texts == {"kernboodschap": "Alleen de regio."}


def test_a_town_can_go_back_to_its_own_default_text(ledger: Ledger) -> None:
    wrote(ledger, "Voor iedereen.", everywhere=True)
    default = standard.standard(edition(ledger, ledger.a), "kernboodschap")
    wrote(ledger, default, town=ledger.a)
    assert edition(ledger, ledger.a).texts == {"kernboodschap": default}
    wrote(ledger, "Voor iedereen.", town=ledger.a)
    assert edition(ledger, ledger.a).texts == {"kernboodschap": "Voor iedereen."}
    assert section_of(edition(ledger, ledger.a), "kernboodschap").latest.text == ""  # type: ignore[union-attr]


def test_who_saves_second_is_told(ledger: Ledger) -> None:
    wrote(ledger, "De eerste")
    with pytest.raises(writing.Changed) as changed:
        wrote(ledger, "De tweede", seen=0)
    assert changed.value.latest.text == "De eerste"
    assert [row.text for row in SectionText.objects.all()] == ["De eerste"]


def test_a_text_does_not_change_under_the_eyes_of_who_decides(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    seen = last_text(AnnualReport.objects.get())
    wrote(ledger, "Nog gauw iets anders")
    with pytest.raises(Refused):
        adoption.finalise(ledger.region, 2024, act(), seen_text=seen)
    adoption.finalise(ledger.region, 2024, act(), seen_text=last_text(AnnualReport.objects.get()))
    assert "Nog gauw iets anders" in FrozenEdition.objects.get(municipality=None).text


def test_a_text_begun_before_it_was_final_is_refused(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    before = edition(ledger)
    adoption.finalise(ledger.region, 2024, act())
    with pytest.raises(Refused):
        writing.write(before, "kernboodschap", "Te laat", seen=0, everywhere=False, act=act())


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_saved() -> None:
    region = make.make_region()
    make.make_purchase(make.make_contract(region, make.make_contractor()))
    adoption.propose(region, 2024, act())

    def saving(number: int) -> Callable[[], Any]:
        now = assemble(region, 2024, None, TODAY)
        return lambda: writing.write(
            now, "inleiding", f"Tekst {number}", seen=0, everywhere=True, act=act()
        )

    results = at_once(*map(saving, range(6)))
    assert sorted(results) == ["done"] + ["refused"] * 5
    assert SectionText.objects.count() == 1


# --- In the browser -------------------------------------------------------------------------------


def test_writing_in_the_page(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    assert CORE in client.get(ROOT).content.decode()
    page = client.get(CORE).content.decode()
    assert "{{ ingevulde_waarde }}" in page
    assert "€\u00a015.464" in page
    saved = client.post(CORE, {"text": "Het waren er **{{ werkplekken }}**.", "seen": 0})
    assert saved["Location"] == CORE
    assert "Het waren er <strong>" in client.get(ROOT).content.decode()
    default = client.post(CORE, {"text": "kwijt", "seen": 1, "default": "1"}).content.decode()
    assert "{{ ingevulde_waarde }} aan social return" in default
    assert "kwijt" not in default
    assert SectionText.objects.count() == 1


def test_an_unknown_figure_is_named_beside_the_field(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    response = client.post(CORE, {"text": "Er is {{ onzin }} en {{ werkplekken }}.", "seen": 0})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Er is geen cijfer met de naam {{ onzin }}." in page
    assert "Er is {{ onzin }} en {{ werkplekken }}." in page
    assert "<mark>{{ onzin }}</mark>" in page
    for refused in ("Over 111222333", "x" * 20_001):
        assert client.post(CORE, {"text": refused, "seen": 0}).status_code == 422
    for odd in ("", "-1", "x", "9" * 30):
        assert client.post(CORE, {"text": "Iets", "seen": odd}).status_code in (302, 422)


def test_the_second_sees_what_changed_and_loses_nothing(ledger: Ledger) -> None:
    first, second = signed_in(ledger, Role.ADVISER), signed_in(ledger, Role.ADVISER)
    first.post(CORE, {"text": "De zomer was warm.", "seen": 0})
    first.post(CORE, {"text": "De zomer was nat en lang.", "seen": 1})
    answer = second.post(CORE, {"text": "Mijn eigen zin.", "seen": 1})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<del>warm.</del><ins>nat en lang.</ins>" in page
    assert "Mijn eigen zin." in page
    assert 'name="seen" value="2"' in page
    assert second.post(CORE, {"text": "Mijn eigen zin.", "seen": 2}).status_code == 302
    texts = [row.text for row in SectionText.objects.all()]
    assert texts == ["De zomer was warm.", "De zomer was nat en lang.", "Mijn eigen zin."]


def test_a_text_of_an_earlier_year_can_be_taken_up_again(ledger: Ledger) -> None:
    before, address = assemble(ledger.region, 2023, None, TODAY), ROOT + "tekst/communicatie/"
    client = signed_in(ledger, Role.ADVISER)
    assert "Tekst van 2023" not in client.get(address).content.decode()
    writing.write(before, "communicatie", "Zoals toen.", seen=0, everywhere=False, act=act())
    assert "Tekst van 2023" in client.get(address).content.decode()
    page = client.post(address, {"text": "", "seen": 0, "earlier": "1"}).content.decode()
    assert "Zoals toen.</textarea>" in page
    assert "De tekst van 2023 staat in het veld." in page
    assert edition(ledger).texts == {}


def test_the_preview_shows_the_section_as_it_will_be(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    shown = client.post(
        CORE + "voorbeeld/", {"text": "Het is {{ fte }} fte en {{ onzin }}."}
    ).content.decode()
    assert 'Het is <span data-figure="fte">0,3</span> fte en <mark>{{ onzin }}</mark>.' in shown
    assert "3 Kernboodschap" in shown
    assert "<main" not in shown
    assert client.post(CORE + "voorbeeld/").status_code == 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_reach_no_page_and_no_paper(ledger: Ledger, payload: str) -> None:
    wrote(ledger, f"Begin {payload} einde.")
    now = edition(ledger)
    page = signed_in(ledger, Role.ADVISER).get(ROOT).content.decode()
    for form in (notice_html.body(now), notice_html.document(now), page):
        text = re.split(
            r'<(?:ul|dl) class="(?:key-)?figures"', form.split('<section id="kernboodschap"')[1]
        )[0]
        assert "einde." in text
        tags = " ".join(re.findall(r"<[^>]*>", text.split("einde.")[0]))
        assert not re.search(
            r"<(?:script|img|link|style|iframe|svg)|onerror|onload|(?:javascript|http):", tags
        )


def test_the_roles_that_write(ledger: Ledger, no_files: None) -> None:
    admin, adviser = signed_in(ledger, Role.REGION_ADMIN), signed_in(ledger, Role.ADVISER)
    others = [signed_in(ledger, role) for role in (Role.READER, Role.PROCUREMENT_OFFICER)]
    adoption.propose(ledger.region, 2024, act())
    assert [client.get(CORE).status_code for client in (adviser, admin, *others, Client())] == [
        200,
        404,
        404,
        404,
        302,
    ]
    adoption.finalise(ledger.region, 2024, act())
    assert [client.get(CORE).status_code for client in (adviser, admin, *others)] == [
        200,
        200,
        404,
        404,
    ]
    assert adviser.get(ROOT + "tekst/begrippen/").status_code == 404
    assert admin.post(CORE, {"text": "Verbeterd.", "seen": 0}).status_code == 302
    assert "Verbeterd." not in admin.get(ROOT).content.decode()
    assert "Sinds de laatste herziening zijn teksten veranderd" in admin.get(ROOT).content.decode()
    assert "Sinds de laatste herziening" not in others[0].get(ROOT).content.decode()
    assert revise(admin, "Een fout").status_code == 302
    assert "Verbeterd." in others[0].get(ROOT).content.decode()


def test_every_version_says_who_changed_what_and_last_year_stands_beside_it(
    ledger: Ledger,
) -> None:
    """Only what was saved for this edition; a municipality's text is in its own list."""
    for year, text, who in (
        (2023, "Vorig jaar zo.", "Anja"),
        (2024, "Eerste versie.", "Bas"),
        (2024, "Tweede versie.", "Cor"),
    ):
        edition = assemble(ledger.region, year, None, TODAY)
        row = section_of(edition, "kernboodschap").latest
        by = make.make_user(Role.ADVISER, ledger.region, name=who)
        seen = row.number if row else 0
        writing.write(edition, "kernboodschap", text, seen=seen, everywhere=False, act=act(by=by))
    page = signed_in(ledger, Role.ADVISER).get(CORE).content.decode()
    beside = page[page.index("Tekst van 2023</summary>") :]
    assert "Vorig jaar zo." in beside
    told = beside[beside.index("2 versies</summary>") :]
    assert told.index("Cor") < told.index("Bas")
    assert "<del>Eerste </del><ins>Tweede </ins>versie." in told
    assert "Anja" not in told


def test_a_comment_waits_for_the_writer_until_it_is_dealt_with(ledger: Ledger) -> None:
    """Of the region admin, who does not write; in the editor, in the look before proposing, and
    gone from both once the writer says so.
    """
    comments, url = ROOT + "opmerkingen/", ROOT + "voorstellen/"
    admin, adviser = signed_in(ledger, Role.REGION_ADMIN), signed_in(ledger, Role.ADVISER)
    answer = {"section": "kernboodschap", "text": "Noem het werkcentrum."}
    assert admin.post(comments, answer).status_code == 302
    row = SectionComment.objects.get()
    assert "Noem het werkcentrum." in adviser.get(CORE).content.decode()
    assert "1 opmerking te verwerken." in adviser.get(url).content.decode()
    assert "Noem het werkcentrum." not in adviser.get(ROOT + "tekst/inleiding/").content.decode()
    assert admin.post(comments, {"done": row.pk}).status_code == 404
    assert adviser.post(comments, {"done": row.pk}).status_code == 302
    row.refresh_from_db()
    assert row.done_by is not None
    assert "Noem het werkcentrum." not in adviser.get(CORE).content.decode()
    assert "te verwerken." not in adviser.get(url).content.decode()
    with pytest.raises(Refused, match="al verwerkt"):
        writing.deal_with(row, act())


def test_a_comment_is_of_one_edition_and_one_region(ledger: Ledger) -> None:
    adviser = signed_in(ledger, Role.ADVISER)
    answer = {"section": "kernboodschap", "text": "Alleen hier."}
    assert adviser.post(ROOT + "aadorp/opmerkingen/", answer).status_code == 302
    row = SectionComment.objects.get()
    assert "Alleen hier." not in adviser.get(ROOT + "opmerkingen/").content.decode()
    assert adviser.post(ROOT + "opmerkingen/", {"done": row.pk}).status_code == 404
    assert adviser.post(ROOT + "opmerkingen/", {"section": "x", "text": ""}).status_code == 422
    officer = signed_in(ledger, Role.PROCUREMENT_OFFICER)
    assert officer.get(ROOT + "aadorp/opmerkingen/").status_code == 404
