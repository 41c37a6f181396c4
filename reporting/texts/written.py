"""What was written for a section: the last text, earlier ones, and what changed since the last
revision.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from contracts.models import Municipality, Region
from reporting.figures.words import WRITTEN
from reporting.models import AnnualReport, SectionComment, SectionText
from reporting.notice.editions import Edition, texts_asked, that_count, written_texts
from reporting.notice.text.standard import standard
from sroi.access import Access, May
from sroi.database.together import answered, in_order, nothing, rows_of, side_by_side

State = AnnualReport.State
# Sections that say the same in every edition: what is written there is meant for all of them.
CONSEQUENCES = "consequenties"
COMMON = ("inleiding", "juridische-aspecten", "communicatie", "vervolg")


def may_write(access: Access, region: Region, state: str) -> bool:
    """The adviser writes. For a revision of what is final also the region admin, who makes it."""
    admin = state == State.FINAL and access.may(May.FINALISE, region_id=region.pk)
    return admin or access.may(May.WRITE_REPORTS, region_id=region.pk)


@dataclass(frozen=True)
class Section:
    """What people wrote and said of a section of an edition: the texts that were saved for this
    edition itself, the last first; those of the region, by section; what was last written in an
    earlier year, to begin from; and what was said to the writer that still waits.
    """

    saved: list[SectionText]
    of_region: dict[str, SectionText]
    earlier: SectionText | None
    comments: list[SectionComment]

    @property
    def latest(self) -> SectionText | None:
        return next(iter(self.saved), None)


def section_of(edition: Edition, section: str) -> Section:
    report, town = edition.report, edition.municipality
    before = SectionText.objects.filter(
        report__region=edition.region,
        report__year__lt=edition.year,
        municipality=town,
        section=section,
    )
    waiting = comments(edition).filter(section=section, done_at=None)
    saved, of_region, earlier, said = answered(
        side_by_side(
            rows_of(saved_texts(report, town, section).select_related("by").order_by())
            if report
            else nothing(),
            texts_asked(report, None),
            rows_of(before.select_related("report").order_by("-report__year", "-number")[:1]),
            in_order(waiting, "pk") if report else nothing(),
        )
    )
    return Section(
        sorted(saved or (), key=lambda row: -row.number),
        of_region,
        next((row for row in earlier if row.text), None),
        said or [],
    )


def numbered(edition: Edition, section: str, number: int) -> SectionText | None:
    """A text that was saved earlier, by its number."""
    rows = (
        saved_texts(edition.report, edition.municipality, section)
        if edition.report
        else SectionText.objects.none()
    )
    found: SectionText | None = rows.filter(number=number).first()
    return found


@dataclass(frozen=True)
class Version:
    """A text as it was saved once, with what it made of the one before it."""

    row: SectionText
    changes: list["Piece"]


def versions(saved: Sequence[SectionText], default: str, most: int = 20) -> list[Version]:
    """Of what was saved for an edition itself, the last first: a blank text is the default one."""
    found = saved[: most + 1]
    texts = [row.text or default for row in found]
    # What the first one began from is not kept: figures in the default text move.
    before = texts[1:] + ([default] if len(found) <= most else [])
    return [
        Version(row, list(changes(then, now)))
        for row, now, then in zip(found, texts, before, strict=False)
    ]


def present(edition: Edition, section: str) -> str:
    """The text as it stands in this edition."""
    return edition.texts.get(section) or standard(edition, section)


def unexplained(edition: Edition) -> list[str]:
    """The goals that were not reached, while nobody wrote what caused it and what is done about it;
    the goals are the region's.
    """
    if edition.municipality or edition.is_running or CONSEQUENCES in edition.texts:
        return []
    return [goal.figure.phrase for goal in edition.whole.goal.values() if goal.result < goal.low]


def without_own(edition: Edition, section: str) -> str:
    """What stands in this edition when it has no text of its own: the region's text for all, or the
    default.
    """
    of_region = written_texts(edition.report, None) if edition.municipality else {}
    return default_of(edition, section, of_region)


def default_of(edition: Edition, section: str, of_region: Mapping[str, SectionText]) -> str:
    """The same, by the region's texts."""
    row = of_region.get(section) if edition.municipality else None
    return row.text if row and row.everywhere and row.text else standard(edition, section)


def last_text(report: AnnualReport | None) -> int:
    """The last text of the report that was saved, of whatever section and edition."""
    row = SectionText.objects.filter(report=report).order_by("-pk").first() if report else None
    return row.pk if row else 0


def comments(edition: Edition) -> Any:
    """What colleagues said about the texts of this edition, in the order of saying it."""
    rows = SectionComment.objects.filter(report=edition.report, municipality=edition.municipality)
    return rows.select_related("by", "done_by") if edition.report else rows.none()


def edited(report: AnnualReport, editions: Iterable[int | None]) -> dict[int | None, list[str]]:
    """Per edition of a final report (a municipality, or none) the sections with another text than
    at the last revision.

    A text that was changed and changed back is the same, and so is a region's text that an edition
    does not show.
    """
    last = report.revisions.latest("number").last_text
    rows = list(SectionText.objects.filter(report=report).order_by("number"))
    found = {}
    for town in editions:
        then, now = (_texts(some, town) for some in ([row for row in rows if row.pk <= last], rows))
        found[town] = [
            section for section in WRITTEN if then.get(section, "") != now.get(section, "")
        ]
    return found


def _texts(rows: list[SectionText], town: int | None) -> dict[str, str]:
    return {section: row.text for section, row in that_count(rows, town).items()}


def waiting(report: AnnualReport) -> Any:
    """What was written since the last revision, and so is not in it."""
    last = report.revisions.order_by("-number").first()
    rows = SectionText.objects.filter(report=report, pk__gt=last.last_text if last else 0)
    return rows.select_related("municipality", "by").order_by("pk")


def saved_texts(report: AnnualReport, municipality: Municipality | None, section: str) -> Any:
    return SectionText.objects.filter(report=report, municipality=municipality, section=section)


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came."""

    text: str
    gone: bool = False
    new: bool = False


def changes(before: str, after: str) -> Iterator[Piece]:
    """The way from one text to another, word by word; blanks after a word are no change, another
    line is.
    """
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
