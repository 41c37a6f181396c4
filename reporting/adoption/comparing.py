"""What a revision changes in whole documents, in words that can be read beside each other before it
is made.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from contracts.models import Municipality
from reporting.adoption import pieces
from reporting.adoption.revising import NextRevision
from reporting.figures.words import ANNEX, MESSAGE, SECTIONS, STORIES
from reporting.texts.written import Piece, changes

TITLES = {"": "Titelblok", **dict((MESSAGE, *SECTIONS, STORIES, *ANNEX))}
# What only repeats other words: the head of the file, the contents, and the status under each page.
UNSEEN = re.compile(
    r'<head>.*?</head>|<nav .*?</nav>|<p class="running-foot">.*?</p>|<!--.*?-->', re.S
)
LABEL = re.compile(r"</dt>\s*<dd>")
CELL = re.compile(r"</(?:td|th|text|title)>")
LINE = re.compile(r"</(?:p|li|h\d|dd|tr|caption|figcaption|svg|small|div)>|<br ?/?>")
TAG = re.compile(r"<[^>]*>")


@dataclass
class Difference:
    """Something of the document that changes, line by line, and the editions in which it does so in
    the same way.
    """

    title: str
    lines: list[tuple[Piece, ...]]
    municipalities: list[Municipality | None] = field(default_factory=list)


def differences(drafts: Iterable[NextRevision], reason: str) -> list[Difference]:
    """Between what was frozen and what the revision will freeze, in the order of the document."""
    drafts = list(drafts)
    if not any(draft.is_changed for draft in drafts):
        return []
    return between(
        (draft.before.municipality, draft.before.document, draft.made(reason).document)
        for draft in drafts
    )


def between(documents: Iterable[tuple[Municipality | None, str, str]]) -> list[Difference]:
    """Between two documents of each edition."""
    found: dict[tuple[str, tuple[Any, ...]], Difference] = {}
    for town, then, now in documents:
        before, after = parts(then), parts(now)
        for name, title in TITLES.items():
            # A report that was frozen earlier has no message, and no annex.
            if changed := tuple(lines(before.get(name, ""), after.get(name, ""))):
                one = found.setdefault((name, changed), Difference(title, list(changed)))
                one.municipalities.append(town)
    return [found[key] for key in sorted(found, key=lambda key: list(TITLES).index(key[0]))]


def parts(document: str) -> dict[str, str]:
    """The words of each section by its id, and under a blank one those outside them, a line for
    each block.
    """
    found = {id: words(html) for id, html in pieces.sections(document).items()}
    return {"": words(pieces.SECTION.sub("", document))} | found


def words(html: str) -> str:
    html = LINE.sub("\n", CELL.sub(" ", LABEL.sub(": ", UNSEEN.sub("", re.sub(r"\s+", " ", html)))))
    lines = (unescape(TAG.sub("", line)).strip() for line in html.split("\n"))
    return "\n".join(line for line in lines if line)


def lines(before: str, after: str) -> Iterator[tuple[Piece, ...]]:
    """Only the lines that went, came or changed."""
    old, new = before.split("\n"), after.split("\n")
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield tuple(changes("\n".join(old[i:j]), "\n".join(new[k:m])))
