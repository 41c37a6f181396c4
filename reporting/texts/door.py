"""The one door for the texts of a report: an adviser writes them until it is final, and after that
for a revision.

Nothing is overwritten unseen: who saves says which text was on the screen, and is shown what
someone else made of it.
"""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.models import AnnualReport, SectionComment, SectionText
from reporting.notice.editions import Edition
from reporting.texts.written import saved_texts, without_own
from sroi.doors import Act, Refused


class Changed(Refused):
    """Someone else saved this text in the meantime."""

    def __init__(self, latest: SectionText) -> None:
        super().__init__(
            _(
                "Someone else saved this text while you were writing. Your own text is still in the"
                " field."
            )
        )
        self.latest = latest


@transaction.atomic
def write(
    edition: Edition, section: str, text: str, *, seen: int, everywhere: bool, act: Act
) -> SectionText | None:
    """Save the text of a section. `seen` is the number of the text that was on the screen, 0 for
    none.

    A text equal to what would stand there anyhow is not kept as a text of its own, so that it
    follows the figures.
    """
    report = locked(edition)
    last = saved_texts(report, edition.municipality, section).order_by("-number").first()
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


@transaction.atomic
def comment(edition: Edition, section: str, text: str, act: Act) -> SectionComment:
    """Say something to the writer about a section."""
    return SectionComment.objects.create(
        report=locked(edition),
        municipality=edition.municipality,
        section=section,
        text=text.strip(),
        at=act.at,
        by=act.by,
    )


@transaction.atomic
def deal_with(comment: SectionComment, act: Act) -> None:
    """The writer did something about it, or decided not to."""
    rows = SectionComment.objects.filter(pk=comment.pk, done_at=None)
    if not rows.update(done_at=act.at, done_by=act.by):
        raise Refused(_("This comment was dealt with already."))


def tidy(text: str) -> str:
    """Ends of lines as Unix has them, and no blanks at the end of lines or of the whole."""
    return re.sub(
        r"[^\S\n]+$", "", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.M
    ).strip()


def locked(edition: Edition) -> AnnualReport:
    """The report of the edition, for this transaction; refused once it is in another state."""
    report, _new = AnnualReport.objects.get_or_create(region=edition.region, year=edition.year)
    report = AnnualReport.objects.select_for_update().get(pk=report.pk)
    if report.state != edition.state:
        raise Refused(
            _(
                "The report moved on while you were writing. Copy your text, and open this page"
                " again."
            )
        )
    return report
