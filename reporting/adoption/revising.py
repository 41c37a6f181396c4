"""What a revision makes of each edition: what was frozen, with only those pieces replaced that were
changed since.

Nothing else is made anew, so that nothing that changed in the program or the register rewrites what
was adopted. The page that asks before a revision is made shows these same drafts.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.utils import translation

from reporting.adoption import pieces
from reporting.figures.words import STORIES
from reporting.models import AnnualReport, Filing, FrozenEdition
from reporting.notice.editions import Edition, Filed, assemble
from reporting.notice.files.html import LANGUAGE, section_anew, title_block
from reporting.notice.freezing import thawed
from reporting.notice.notice import filed_as, revised
from reporting.texts.written import edited
from sroi.templatetags.formats import long_date

# Where who signs stands, and the list of revisions.
SIGNED, ACCOUNT = "vervolg", "verantwoording"


@dataclass(frozen=True)
class NextRevision:
    """An edition as the next revision would have it, but for the reason, which is printed in the
    list of revisions.
    """

    before: FrozenEdition
    number: int
    day: date
    # The sections whose text was changed.
    sections: tuple[str, ...]
    filing: Any
    text: str
    document: str

    @property
    def is_changed(self) -> bool:
        return bool(self.sections) or self.filing != self.before.filing

    def made(self, reason: str) -> FrozenEdition:
        before = self.before
        return FrozenEdition(
            municipality=before.municipality,
            figures=before.figures,
            facts=before.facts,
            filing=self.filing,
            text=self._listed(self.text, reason),
            document=self._listed(self.document, reason),
        )

    def _listed(self, html: str, reason: str) -> str:
        with translation.override(LANGUAGE):
            line = partial(
                pieces.with_revision, number=self.number, day=long_date(self.day), reason=reason
            )
        return pieces.with_section(html, ACCOUNT, line)


def drafts(report: AnnualReport, day: date) -> list[NextRevision]:
    """Every edition of a final report as a revision on `day` would make it; unchanged ones get its
    number too.
    """
    last = report.revisions.latest("number")
    editions = list(last.editions.select_related("municipality").order_by("pk"))
    texts = edited(report, [edition.municipality_id for edition in editions])
    filings = {
        row.municipality_id: Filed.of(row).printed for row in Filing.objects.filter(report=report)
    }
    found = []
    for before in editions:
        town = before.municipality_id
        found.append(_draft(report, before, last.number + 1, day, texts[town], filings.get(town)))
    return found


def without_story(report: AnnualReport, place: int, day: date) -> list[NextRevision]:
    """Every edition with one story gone, by its place, and nothing else changed: what was written
    since the last revision waits for a next one.
    """
    last = report.revisions.latest("number")
    found = []
    for before in last.editions.select_related("municipality").order_by("pk"):
        draft = _draft(report, before, last.number + 1, day, [], before.filing)
        if before.municipality_id is None:
            gone = partial(pieces.without_story, place=place)
            text, document = (
                pieces.with_section(html, STORIES[0], gone) for html in (draft.text, draft.document)
            )
            draft = replace(draft, text=text, document=document)
        found.append(draft)
    return found


def token(found: list[NextRevision]) -> str:
    """Stands for what was shown: another one where anything would come out otherwise."""
    content = [
        [draft.number, draft.day.isoformat(), draft.filing, draft.text, draft.document]
        for draft in found
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _draft(
    report: AnnualReport,
    before: FrozenEdition,
    number: int,
    day: date,
    sections: list[str],
    filing: Any,
) -> NextRevision:
    filing = filing or Filed().printed
    is_filed_anew = thawed(Filed, filing) != thawed(Filed, before.filing)
    text, document = before.text, before.document
    with translation.override(LANGUAGE):
        if sections:
            edition = assemble(report.region, report.year, before.municipality, day)
            text, document = (
                _written(text, edition, sections),
                _written(document, edition, sections, paper=True),
            )
        if is_filed_anew:
            text, document = (_signed(html, before.filing, filing) for html in (text, document))
        document = _titled(document, thawed(Filed, filing) if is_filed_anew else None, number)
    kept = filing if is_filed_anew else before.filing
    return NextRevision(before, number, day, tuple(sections), kept, text, document)


def _written(html: str, edition: Edition, sections: list[str], *, paper: bool = False) -> str:
    for section in sections:
        anew = section_anew(edition, section, paper=paper)
        html = pieces.with_section(html, section, partial(pieces.with_text, anew=anew))
    return html


def _signed(html: str, before: Any, filing: Any) -> str:
    name: str = filing["signed_by"]
    if name == (before or {}).get("signed_by", ""):
        return html
    return pieces.with_section(html, SIGNED, partial(pieces.with_signature, name=name))


def _titled(document: str, filed: Filed | None, number: int) -> str:
    """With its status and, where that is given, what a clerk now files it by."""
    before = pieces.facts(document)
    old = dict(before)["Status"]
    status = revised(old.partition(", herziening")[0], number)
    block = title_block(list(_facts(before, filed, status)))
    return pieces.with_foot(pieces.with_facts(document, block), old, status)


def _facts(before: list[pieces.Fact], filed: Filed | None, status: str) -> Iterator[pieces.Fact]:
    ours = filed_as(filed) if filed else {}
    for label, value in before:
        if label not in ours:
            yield label, status if label == "Status" else value
        if label == before[0][0]:
            yield from ((label, value) for label, value in ours.items() if value)
