"""A document is PDF/A-2a and PDF/UA-1 in one file, and reads nothing but our own static files."""

import gc
import io
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import page
import pikepdf
import pytest
from django.contrib.staticfiles import finders

from sroi.charts.bars import progress_bar
from sroi.charts.facts import Bar, Year
from sroi.charts.years import year_columns
from sroi.documents import DocumentError, pdf, render_pdf

PARTS = [
    Bar("Ingevuld", Decimal(31250)),
    Bar("Gepland", Decimal(6000)),
    Bar("In beoordeling", Decimal(4000)),
]


def whole(body: str, head: str = "", lang: str = "nl") -> str:
    return (
        "<!doctype html><html"
        f' lang="{lang}"><head><title>x</title>{head}</head><body>{body}</body></html>'
    )


def rows(count: int) -> str:
    return "".join(
        f"<tr><th scope='row'>Rij {i}</th><td>€ {i}.000</td><td>≥ {i}</td></tr>"
        for i in range(count)
    )


def report(count: int = 120) -> str:
    chart = progress_bar("stand", "Stand", PARTS, columns=("Onderdeel", "Bedrag"), format=str)
    years = year_columns(
        "jaren",
        "Jaren",
        [Year("2024", Decimal(31))],
        columns=("Jaar", "Plekken", "Doel"),
        format=str,
    )
    return whole(f"""<main>
        <header class="title-block"><p class="kicker">Regio</p><h1>Jaarverslag social return</h1>
          <dl class="facts">
          <div><dt>Status</dt><dd>Vastgesteld</dd></div><div><dt>Jaar</dt><dd>2024</dd></div></dl></header>
        <nav class="contents"><h2>Inhoud</h2><ol>
          <li><a href="#kern">Kern</a></li><li><a href="#tabel">Tabel</a></li></ol></nav>
        <section id="kern" class="page"><h2>Kern</h2>
          <ul class="key-figures"><li><strong>31</strong><span>werkplekken</span></li></ul>
          <ul><li>Eén<ul><li>Genest</li></ul></li><li>Twee</li></ul>
          <figure class="chart"><figcaption>Stand</figcaption>{chart.svg}</figure>
          <figure class="chart"><figcaption>Jaren</figcaption>{years.svg}</figure></section>
        <section id="tabel" class="page"><h2>Tabel</h2><table><caption>Bedragen per rij</caption>
          <thead><tr><th>Rij</th><th class="number">Bedrag</th><th>Grens</th></tr></thead>
          <tfoot><tr><th>Totaal</th><td>€ 1</td><td></td></tr></tfoot>
          <tbody>{rows(count)}</tbody></table></section></main>""")


def open_pdf(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


class Node(NamedTuple):
    """An element of the structure tree."""

    tag: str
    alternative: str
    scope: str
    kids: list["Node"]

    def walk(self) -> Iterator["Node"]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def count(self, tag: str) -> int:
        return sum(node.tag == tag for node in self.walk())

    def all(self, tag: str) -> list["Node"]:
        return [node for node in self.walk() if node.tag == tag]


def tree(content: bytes) -> Node:
    def node(element: pikepdf.Dictionary) -> Node:
        kids = [
            kid
            for kid in element.get("/K", [])
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
        ]
        for kid in kids:
            assert kid.P.objgen == element.objgen
        scope = element.get("/A", {}).get("/Scope", "")
        return Node(
            str(element.S)[1:],
            str(element.get("/Alt", "")),
            str(scope),
            [node(kid) for kid in kids],
        )

    with open_pdf(content) as document:
        return node(document.Root.StructTreeRoot.K[0])


def failures(content: bytes) -> list[tuple[str, str]]:
    reports = [page.validate_pdf_bytes(content, profile=profile) for profile in ("2a", "ua1")]
    return [(failure.rule_id, failure.message) for report in reports for failure in report.failures]


@pytest.fixture(scope="module")
def made() -> bytes:
    return render_pdf(report(), title="Jaarverslag social return 2024")


# --- Accessible and archivable --------------------------------------------------------------------


def test_report_is_pdf_a_and_pdf_ua(made):
    assert failures(made) == []
    assert len(open_pdf(made).pages) > 4


def test_metadata_says_so(made):
    document = open_pdf(made)
    xmp = document.Root.Metadata.read_raw_bytes().decode()
    assert "pdfuaid:part>1<" in xmp
    assert 'pdfaid:part="2"' in xmp
    assert "/Filter" not in document.Root.Metadata
    assert document.docinfo.Title == "Jaarverslag social return 2024"
    assert document.Root.Lang == "nl"
    assert document.Root.ViewerPreferences.DisplayDocTitle


def test_table_over_pages_is_one_table(made):
    (table,) = tree(made).all("Table")
    assert [kid.tag for kid in table.kids] == ["Caption", "THead", "TBody", "TFoot"]
    assert table.count("TR") == 1 + 120 + 1


def test_header_cells_say_what_they_head(made):
    assert Counter(header.scope for header in tree(made).all("TH")) == {"/Column": 3, "/Row": 121}


@pytest.mark.parametrize("count", [1, 30, 31, 32, 33, 34, 35, 150])
def test_tables_of_any_length(count):
    content = render_pdf(whole(f"<h1>T</h1><table><tbody>{rows(count)}</tbody></table>"), title="T")
    counted = [tree(content).count(tag) for tag in ("Table", "TBody", "TR", "TH")]
    assert counted == [1, 1, count, count]
    assert failures(content) == []


def test_tables_after_each_other_stay_apart_and_nested_ones_inside():
    inner = "<table><tr><th>a</th><td>b</td></tr></table>"
    body = (
        f"<h1>T</h1><table>{rows(60)}</table><table>{rows(60)}<tr><td"
        f" colspan='3'>{inner}</td></tr></table>"
    )
    content = render_pdf(whole(body), title="T")
    assert tree(content).count("Table") == 3
    assert failures(content) == []


def test_row_larger_than_a_page_is_one_row():
    body = f"<h1>T</h1><table><tr><th>a</th><td>{'<p>regel</p>' * 120}</td></tr></table>"
    content = render_pdf(whole(body), title="T")
    assert [tree(content).count(tag) for tag in ("Table", "TR", "TD")] == [1, 1, 1]
    assert len(open_pdf(content).pages) > 2


def test_running_heads_are_not_read(made):
    document = open_pdf(made)
    third = document.pages[3].Contents.read_bytes()
    assert third.count(b"/Artifact") > 1
    for number in range(len(document.pages)):
        references = document.Root.StructTreeRoot.ParentTree.Nums[2 * number + 1]
        marked = document.pages[number].Contents.read_bytes().count(b"/MCID")
        assert marked == sum(reference is not None for reference in references)


def test_figures_have_their_text(made):
    figures = tree(made).all("Figure")
    assert len(figures) == 2
    assert figures[0].alternative.startswith("Stand: Ingevuld: 31250; Gepland: 6000")


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        (whole("<h1>T</h1>").replace(' lang="nl"', ""), "lang"),
        (whole("<h1>T</h1>", lang="en"), "lang"),
        (whole('<h1>T</h1><img src="img/none.png">'), "img/none.png"),
        (
            whole('<h1>T</h1><svg width="9" height="9"><rect width="9" height="9"/></svg>'),
            "text alternative",
        ),
        (whole('<h1>T</h1><a href="#nergens">x</a>'), "nergens"),
        (whole("<h1>T</h1>", '<link rel="stylesheet" href="css/no-such.css">'), "no-such"),
        (
            whole(f"<table><thead><tr><th><a href='/x'>k</a></th></tr></thead>{rows(90)}</table>"),
            "holds a link",
        ),
    ],
)
def test_what_a_reader_would_miss_is_an_error(html, complaint):
    with pytest.raises(DocumentError, match=complaint):
        render_pdf(html, title="T")


def test_image_without_alternative_is_an_error(settings, tmp_path):
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    )
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, tmp_path]
    finders.get_finder.cache_clear()
    try:
        with pytest.raises(DocumentError, match="alt"):
            render_pdf(whole('<h1>T</h1><img src="logo.svg">'), title="T")
        content = render_pdf(
            whole('<h1>T</h1><img src="logo.svg" alt="Logo van de regio">'), title="T"
        )
        assert [figure.alternative for figure in tree(content).all("Figure")] == [
            "Logo van de regio"
        ]
    finally:
        finders.get_finder.cache_clear()


def test_own_styles_are_understood_whole(caplog):
    render_pdf(report(2), title="T")
    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []


def test_title_and_time_zone_are_required():
    with pytest.raises(DocumentError):
        render_pdf(whole("<h1>T</h1>"), title=" ")
    with pytest.raises(DocumentError):
        render_pdf(whole("<h1>T</h1>"), title="T", made_at=datetime(2025, 3, 14))  # noqa: DTZ001


def test_same_in_same_out():
    html, moment = report(40), datetime(2025, 3, 14, 9, 30, tzinfo=UTC)
    first = render_pdf(html, title="T", made_at=moment)
    assert first == render_pdf(html, title="T", made_at=moment)
    assert open_pdf(first).docinfo.CreationDate == "D:20250314093000+00'00"
    assert failures(first) == []
    assert "/CreationDate" not in open_pdf(render_pdf(html, title="T")).docinfo


def test_english_document():
    content = render_pdf(
        whole("<h1>Annual report</h1>", lang="en"), title="Annual report", language="en"
    )
    assert open_pdf(content).Root.Lang == "en"


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_put_back(enabled):
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        render_pdf(whole("<h1>T</h1>"), title="T")
        with pytest.raises(DocumentError):
            render_pdf(whole("<h1>T</h1>", lang="en"), title="T")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_streams_that_seem_too_short_are_written_otherwise(monkeypatch):
    """One stream in 256 ends in a carriage return; here every stream that ends as the page's does
    counts as one.
    """
    html = whole("<h1>T</h1>")
    plain = render_pdf(html, title="T")
    end = plain[plain.rindex(b"\nendstream") - 1 :][:11]
    monkeypatch.setattr(pdf, "AMBIGUOUS_END", end)
    other = render_pdf(html, title="T")
    assert end not in other
    assert failures(other) == []


def test_many_documents_are_valid():
    for number in range(15):
        assert (
            failures(
                render_pdf(
                    whole(f"<h1>Brief {number}</h1><p>€ {number}</p>"), title=f"Brief {number}"
                )
            )
            == []
        )


def test_fonts_hold_the_signs_we_need():
    from fontTools.ttLib import TTFont

    for weight in ("400", "400-italic", "600", "700"):
        file = Path(finders.find(f"fonts/register-sans-{weight}.woff2"))
        assert file.stat().st_size < 25_000
        font = TTFont(file)
        assert set(map(ord, "€–—−≥≤ëéïöüĳÉ×·…“”„’•½→✓\u00a0\u202f")) <= set(font.getBestCmap())
        assert len({font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}) == 1


# --- Nothing is fetched ---------------------------------------------------------------------------

SENTINEL = "Zeer-geheim-7319"
OPENED: list[str] = []


def _listen(event: str, arguments: tuple) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        OPENED.append(f"{event} {arguments!r}")
    elif event == "open" and isinstance(arguments[0], str) and "geheim" in arguments[0]:
        OPENED.append(f"open {arguments[0]}")


sys.addaudithook(_listen)

PAYLOADS = {
    "image": '<img src="{url}" alt="x">',
    "image set": (
        '<picture><source srcset="{url}"><img src="{url}" srcset="{url} 2x" alt="x"></picture>'
    ),
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "attachment": '<link rel="attachment" href="{url}" title="x">',
    "attached link": '<a rel="attachment" href="{url}">x</a>',
    "import": '<style>@import url("{url}");</style>',
    "import of a string": '<style>@import "{url}";</style>',
    "font": (
        '<style>@font-face {{ font-family: f; src: url("{url}") }} p {{ font-family: f'
        " }}</style><p>f</p>"
    ),
    "background": "<p style=\"background: url('{url}')\">x</p>",
    "list image": "<ul style=\"list-style-image: url('{url}')\"><li>x</li></ul>",
    "content": '<style>p::before {{ content: url("{url}") }}</style><p>x</p>',
    "border image": "<p style=\"border: 3px solid; border-image: url('{url}') 30\">x</p>",
    "page": (
        '<style>@page {{ background: url("{url}"); @top-left {{ content: url("{url}") }} }}</style>'
    ),
    "svg image": (
        '<svg width="9" height="9"><title>x</title><image href="{url}" width="9" height="9"/></svg>'
    ),
    "svg xlink": (
        '<svg width="9" height="9"><title>x</title><image xlink:href="{url}" width="9"'
        ' height="9"/></svg>'
    ),
    "svg use": '<svg width="9" height="9"><title>x</title><use href="{url}#a"/></svg>',
    "svg style": (
        '<svg width="9" height="9"><title>x</title><style>@import "{url}";</style><rect'
        ' width="9"/></svg>'
    ),
    "object": '<object data="{url}">x</object>',
    "embed": '<embed src="{url}" alt="x">',
    "frame": '<iframe src="{url}"></iframe>',
    "input": '<input type="image" src="{url}" alt="x">',
    "video": '<video poster="{url}" src="{url}"></video>',
    "base": (
        '<base href="{url}"><link rel="stylesheet" href="other.css"><img src="other.png" alt="x">'
    ),
    "metadata": '<meta http-equiv="refresh" content="0; url={url}"><link rel="icon" href="{url}">',
}


@pytest.fixture(scope="module")
def secret(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("buiten")
    (folder / "geheim.css").write_text(f"/* {SENTINEL} */")
    return folder / "geheim.css"


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/geheim.css",
        "https://evil.example/geheim.png",
        "{file}",
        "//evil.example/geheim.css",
    ],
)
def test_nothing_is_fetched(payload, address, secret):
    url = address.format(file=secret.as_uri())
    OPENED.clear()
    content = render_pdf(whole(f"<h1>T</h1>{payload.format(url=url)}"), title="T")
    assert OPENED == []
    _assert_holds_nothing(content)


@pytest.mark.parametrize(
    "address",
    [
        "FILE://{path}",
        "file:{path}",
        "{path}",
        "../../../../../../../..{path}",
        "css/../../../../../../../..{path}",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e{path}",
        "https://static.invalid/..%2f..%2f..%2f..%2f..%2f..{path}",
        "https://user@static.invalid/css/document.css",
        "https://static.invalid:443/css/document.css",
        "data:text/css;base64,cHsgY29sb3I6IHJlZCB9",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
        "ftp://127.0.0.1/geheim.css",
        "css/document.css",
    ],
)
def test_no_address_leads_outside_and_nothing_is_attached(address, secret):
    url = address.format(path=secret)
    OPENED.clear()
    body = (
        f'<h1>T</h1><link rel="attachment" href="{url}"><a rel="attachment" href="{url}">x</a><img'
        f' src="{url}" alt="x">'
    )
    try:
        content = render_pdf(whole(body), title="T")
    except DocumentError as error:
        assert "not found" in str(error)  # noqa: PT017
    else:
        _assert_holds_nothing(content)
    assert OPENED == []


def _assert_holds_nothing(content: bytes) -> None:
    document = open_pdf(content)
    assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
    for item in document.objects:
        if isinstance(item, pikepdf.Stream):
            assert SENTINEL.encode() not in item.read_bytes()
            assert item.get("/Type") != "/EmbeddedFile"
        elif isinstance(item, pikepdf.Dictionary):
            assert item.get("/Subtype") != "/FileAttachment"
            assert item.get("/Type") != "/Filespec"
