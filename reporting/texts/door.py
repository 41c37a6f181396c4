"""The one door for the texts of a report: an adviser writes them until it is final, and after that for a revision.

Nothing is overwritten unseen: who saves says which text was on the screen, and is shown what someone else made of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Municipality, Region
from reporting.figures.words import WRITTEN
from reporting.models import AnnualReport, SectionText
from reporting.notice.editions import Edition, that_count, written_texts
from reporting.notice.text.standard import standard
from sroi.access import Access, Role
from sroi.doors import Act, Refused

State = AnnualReport.State

# Sections that say the same in every edition: what is written there is meant for all of them.
COMMON = ("inleiding", "juridische-aspecten", "communicatie", "vervolg")


class Changed(Refused):
    """Someone else saved this text in the meantime."""

    def __init__(self, latest: SectionText) -> None:
        super().__init__(_("Someone else saved this text while you were writing. Your own text is still in the field."))
        self.latest = latest


def may_write(access: Access, region: Region, state: str) -> bool:
    """The adviser writes. For a revision of what is final also the region admin, who makes it."""
    admin = state == State.FINAL and access.has(Role.REGION_ADMIN, region_id=region.pk)
    return admin or access.has(Role.ADVISER, region_id=region.pk)


def latest(edition: Edition, section: str) -> SectionText | None:
    """The last text that was saved for this edition itself."""
    rows = _rows(edition.report, edition.municipality, section) if edition.report else SectionText.objects.none()
    found: SectionText | None = rows.select_related("by").order_by("-number").first()
    return found


def numbered(edition: Edition, section: str, number: int) -> SectionText | None:
    """A text that was saved earlier, by its number."""
    rows = _rows(edition.report, edition.municipality, section) if edition.report else SectionText.objects.none()
    found: SectionText | None = rows.filter(number=number).first()
    return found


def present(edition: Edition, section: str) -> str:
    """The text as it stands in this edition."""
    return edition.texts.get(section) or standard(edition, section)


def without_own(edition: Edition, section: str) -> str:
    """What stands in this edition when it has no text of its own: the region's text for all, or the default."""
    row = written_texts(edition.report, None).get(section) if edition.municipality else None
    return row.text if row and row.everywhere and row.text else standard(edition, section)


@transaction.atomic
def write(edition: Edition, section: str, text: str, *, seen: int, everywhere: bool, act: Act) -> SectionText | None:
    """Save the text of a section. `seen` is the number of the text that was on the screen, 0 for none.

    A text equal to what would stand there anyhow is not kept as a text of its own, so that it follows the figures.
    """
    report, _new = AnnualReport.objects.get_or_create(region=edition.region, year=edition.year)
    report = AnnualReport.objects.select_for_update().get(pk=report.pk)
    if report.state != edition.state:
        raise Refused(_("The report moved on while you were writing. Copy your text, and open this page again."))
    last = _rows(report, edition.municipality, section).order_by("-number").first()
    if (last.number if last else 0) != seen:
        raise Changed(last)
    text = tidy(text)
    kept = "" if text == tidy(without_own(edition, section)) else text
    everywhere = everywhere and edition.municipality is None
    if (last.text if last else "") == kept and (last is None or last.everywhere == everywhere):
        return last
    return SectionText.objects.create(
        report=report,
        municipality=edition.municipality,
        section=section,
        number=seen + 1,
        text=kept,
        everywhere=everywhere,
        at=act.at,
        by=act.by,
    )


def last_text(report: AnnualReport | None) -> int:
    """The last text of the report that was saved, of whatever section and edition."""
    row = SectionText.objects.filter(report=report).order_by("-pk").first() if report else None
    return row.pk if row else 0


def edited(report: AnnualReport, editions: Iterable[int | None]) -> dict[int | None, list[str]]:
    """Per edition of a final report (a municipality, or none) the sections with another text than at the last revision.

    A text that was changed and changed back is the same, and so is a region's text that an edition does not show.
    """
    last = report.revisions.latest("number").last_text
    rows = list(SectionText.objects.filter(report=report).order_by("number"))
    found = {}
    for town in editions:
        then, now = (_texts(some, town) for some in ([row for row in rows if row.pk <= last], rows))
        found[town] = [section for section in WRITTEN if then.get(section, "") != now.get(section, "")]
    return found


def _texts(rows: list[SectionText], town: int | None) -> dict[str, str]:
    return {section: row.text for section, row in that_count(rows, town).items()}


def waiting(report: AnnualReport) -> Any:
    """What was written since the last revision, and so is not in it."""
    last = report.revisions.order_by("-number").first()
    rows = SectionText.objects.filter(report=report, pk__gt=last.last_text if last else 0)
    return rows.select_related("municipality", "by").order_by("pk")


def tidy(text: str) -> str:
    """Ends of lines as Unix has them, and no blanks at the end of lines or of the whole."""
    return re.sub(r"[^\S\n]+$", "", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.M).strip()


def _rows(report: AnnualReport, municipality: Municipality | None, section: str) -> Any:
    return SectionText.objects.filter(report=report, municipality=municipality, section=section)


# --- What changed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came."""

    text: str
    gone: bool = False
    new: bool = False


def changes(before: str, after: str) -> Iterator[Piece]:
    """The way from one text to another, word by word; blanks after a word are no change, another line is."""
    # Blanks as words of their own are so many that comparing long texts takes seconds.
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    words = [[word.rstrip(" ") for word in text] for text in (old, new)]
    for kind, i, j, k, m in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("".join(new[k:m]))
            continue
        if gone := "".join(old[i:j]):
            yield Piece(gone, gone=True)
        if come := "".join(new[k:m]):
            yield Piece(come, new=True)
