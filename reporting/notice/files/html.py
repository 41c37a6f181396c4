"""A notice as a part of a page, as one file of HTML, and as an accessible PDF: always in Dutch."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from reporting.models import FrozenEdition
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.notice.files import frozen_text
from reporting.notice.notice import NO_PENS, CouncilNotice
from sroi.documents import render_pdf, word_from
from sroi.server.sheets import joined
from sroi.templatetags.formats import Links

LANGUAGE = "nl"
SCREEN_STYLES = ("fonts/fonts.css", "css/site.css")
URL = re.compile(r"""url\((["']?)(?!data:)([^"')]+)\1\)""")
TITLE = re.compile("<title>(.*?)</title>")
MEDIA_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


def body(
    edition: Edition, links: Links | None = None, pens: Mapping[str, SafeString] = NO_PENS
) -> SafeString:
    """The notice without a page around it, with what can be opened and written in it by who reads;
    of a final report as it was frozen.
    """
    if edition.frozen:
        # Made by the template below, which escapes what people wrote.
        return frozen_text.opened(mark_safe(edition.frozen.text), links, pens)
    with translation.override(LANGUAGE):
        return render_to_string(
            "reporting/notice.html",
            {"notice": CouncilNotice(edition, links, pens), "paper": False},
        )


def section(edition: Edition, name: str, text: str) -> SafeString:
    """One section with a text that is being written; blank is the default text."""
    return section_anew(replace(edition, drafts={name: text}), name)


def section_anew(edition: Edition, name: str, *, paper: bool = False) -> SafeString:
    """One section as it would be written now, also of what is frozen."""
    with translation.override(LANGUAGE):
        notice = CouncilNotice(replace(edition, frozen=None))
        found = next(section for section in notice.sections if section.id == name)
        return render_to_string(
            "reporting/section.html", {"notice": notice, "section": found, "paper": paper}
        )


def title_block(facts: list[tuple[str, str]]) -> SafeString:
    """For whom a notice is, what a clerk files it by, how far its data go and its status, as it
    stands on paper.
    """
    return render_to_string("reporting/facts.html", {"notice": {"facts": facts}, "paper": True})


def as_html(edition: Edition) -> str:
    """A file that opens from disk: styles and fonts are in it."""
    with translation.override(LANGUAGE):
        context = {
            "notice": CouncilNotice(edition),
            "body": _with_pictures(edition, body(edition)),
            "paper": False,
            "styles": mark_safe(_inlined()),
        }
        return render_to_string("reporting/notice_document.html", context)


def _with_pictures(edition: Edition, html: SafeString) -> SafeString:
    """With the pictures of stories inside, instead of where they are found."""
    for story in edition.stories:
        if story.alt:
            where = address("story-picture", edition, story=str(story.pk))
            html = mark_safe(html.replace(f'src="{where}"', f'src="{story.embedded}"'))
    return html


def document(edition: Edition) -> str:
    """The notice as a whole document for paper."""
    with translation.override(LANGUAGE):
        return render_to_string(
            "reporting/notice_document.html", {"notice": CouncilNotice(edition), "paper": True}
        )


def as_pdf(edition: Edition, made_at: datetime) -> bytes:
    with translation.override(LANGUAGE):
        title = CouncilNotice(edition).title
    return render_pdf(document(edition), title=title, language=LANGUAGE, made_at=made_at)


def as_word(edition: Edition, made_at: datetime) -> bytes:
    with translation.override(LANGUAGE):
        title = CouncilNotice(edition).title
    return word_from(document(edition), title=title, made_at=made_at)


def pdf_kept(frozen: FrozenEdition) -> bytes:
    """The PDF of a frozen edition, from the document that was frozen with it."""
    made_at = frozen.revision.made_at
    return render_pdf(frozen.document, title=_title(frozen), language=LANGUAGE, made_at=made_at)


def word_kept(frozen: FrozenEdition) -> bytes:
    return word_from(frozen.document, title=_title(frozen), made_at=frozen.revision.made_at)


def _title(frozen: FrozenEdition) -> str:
    title = TITLE.search(frozen.document)
    return unescape(title[1]) if title else ""


def _inlined() -> str:
    """The project's own styles, with the files they name put inside them."""
    return "\n".join(_with_files(Path(_found(name))) for name in SCREEN_STYLES)


def _with_files(sheet: Path) -> str:
    def inside(match: re.Match[str]) -> str:
        file = sheet.parent / match[2]
        content = base64.b64encode(file.read_bytes()).decode()
        return f'url("data:{MEDIA_TYPES[file.suffix]};base64,{content}")'

    whole = joined(sheet.read_text(), lambda name: (sheet.parent / name).read_text())
    return URL.sub(inside, whole)


def _found(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return path
