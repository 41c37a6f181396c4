"""The pieces of a frozen notice that a revision can change, found in its HTML and replaced; the
rest stays as it was.

A template marks them where they cannot be told from what stands beside them. Reports that were
frozen before there were marks have the same sections and headings, and go by those. What people
wrote is escaped, so it is never taken for one.
"""

import re
from collections.abc import Callable
from html import unescape

from django.utils.html import format_html

Made = Callable[[str], str]
Fact = tuple[str, str]

SECTION = re.compile(r'<section id="(?P<id>[a-z-]+)".*?</section>', re.S)
TEXT = re.compile(r"<!--tekst-->.*?<!--/tekst-->", re.S)
FACTS = re.compile(r'<dl class="facts">.*?</dl>', re.S)
FACT = re.compile(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", re.S)
FOOT = re.compile(r'(?<=<p class="running-foot">).*?(?=</p>)', re.S)
SIGNATURE = re.compile(r'\s*<p class="signature">.*?</p>', re.S)
REVISIONS = re.compile(r"<h3>Herzieningen</h3>.*?</ul>", re.S)
STORY = re.compile(r'<article class="story">.*?</article>', re.S)
REMOVED = '<article class="story"><p>Dit verhaal is op verzoek verwijderd.</p></article>'
# Where the list of revisions begins.
NO_REVISIONS = re.compile(r"<!--herzieningen-->|(?=<h3>Hoe de cijfers te lezen</h3>)")
ITEM = "  <li>Herziening {}, {}: {}</li>\n"
LIST = (
    "<h3>Herzieningen</h3>\n<p>De tekst is na de vaststelling verbeterd. De cijfers zijn niet"
    " veranderd.</p>\n<ul>\n{}</ul>\n"
)


def sections(html: str) -> dict[str, str]:
    """By id; the templates have no section inside another."""
    return {match["id"]: match[0] for match in SECTION.finditer(html)}


def with_section(html: str, id: str, make: Made) -> str:
    """With what `make` makes of one section; raises ValueError where there is no such section."""
    found = sections(html)
    if id not in found:
        raise ValueError(f"no section {id}")
    return html.replace(found[id], make(found[id]), 1)


def with_text(section: str, anew: str) -> str:
    """A section with the text of the same section made anew; without marks the whole of it is taken
    over. A report of before the message stood by itself has its text in two places, with figures
    between them and tables after them: those stay, and the text stands in the last one.
    """
    old, new = TEXT.findall(section), TEXT.findall(anew)
    if not old or not new:
        return SECTION.search(anew)[0]  # type: ignore[index]
    texts = iter(new if len(old) == len(new) else [*[""] * (len(old) - 1), "".join(new)])
    return TEXT.sub(lambda _old: next(texts), section)


def without_story(section: str, place: int) -> str:
    """The stories, with one of them, by its place among them, gone; raises IndexError where there
    is none.
    """
    return section.replace(STORY.findall(section)[place], REMOVED, 1)


def with_signature(section: str, name: str) -> str:
    """Who signs stands at the end of a section; a blank name leaves nobody."""
    line = format_html('\n  <p class="signature">{}</p>\n', name) if name else ""
    return (
        SIGNATURE.sub("", section).removesuffix("</section>").rstrip()
        + (line or "\n")
        + "</section>"
    )


def with_revision(section: str, number: int, day: str, reason: str) -> str:
    """With a line more in the list of revisions, which begins with the first."""
    item = format_html(ITEM, number, day, reason)
    if REVISIONS.search(section):
        return REVISIONS.sub(lambda old: old[0].removesuffix("</ul>") + item + "</ul>", section)
    return NO_REVISIONS.sub(lambda _here: LIST.format(item), section, count=1)


def facts(document: str) -> list[Fact]:
    """The title block of a document for paper."""
    return [
        (unescape(label), unescape(value))
        for label, value in FACT.findall(FACTS.search(document)[0])  # type: ignore[index]
    ]


def with_facts(document: str, block: str) -> str:
    return FACTS.sub(lambda _old: block.strip(), document)


def with_foot(document: str, old: str, new: str) -> str:
    """The line under each page, which ends with the status of the report."""
    return FOOT.sub(lambda line: line[0].removesuffix(old) + new, document)
