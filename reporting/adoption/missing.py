"""One look at all that is missing before a report is proposed: what was not written, not filled in
or not dealt with. Goals that were not reached have a warning of their own. None of it stands in the
way; who proposes decides.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.standing.progress import Status
from reporting.figures.words import SECTIONS, listed
from reporting.models import Filing
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.outlook.outlook import stands_out
from reporting.stories.told import told
from reporting.texts.written import comments
from sroi.database.together import answered, number_of, rows_of, side_by_side


class Lack(NamedTuple):
    """What is missing, and where it is filled in; a blank address where that is elsewhere."""

    what: str
    url: str = ""


def missing(edition: Edition) -> list[Lack]:
    """Of the edition of a region, in the order in which one would do it."""
    filings = Filing.objects.filter(report=edition.report).values_list("municipality", flat=True)
    said, silent, filled_in = answered(
        side_by_side(
            number_of(comments(edition).filter(done_at=None)),
            number_of(told(edition).filter(consent_on=None)),
            rows_of(filings.order_by()),
        )
    )
    return [
        *_written(edition, said, silent),
        *_filled_in(edition, filled_in),
        *_done(edition),
    ]


def _written(edition: Edition, said: int, silent: int) -> Iterator[Lack]:
    amounts = {year.year: year.fulfilled for year in edition.own.years}
    if edition.year in stands_out(amounts) and str(edition.year) not in edition.outlook.remarks:
        yield Lack(
            _("Why %(year)s differs much from the year before.") % {"year": edition.year},
            address("supplement", edition),
        )
    if said:
        words = ngettext(
            "%(number)s comment to deal with.", "%(number)s comments to deal with.", said
        )
        yield Lack(words % {"number": said}, address("comments", edition))
    if silent:
        words = ngettext(
            "%(number)s story is not shown: there is no consent on file.",
            "%(number)s stories are not shown: there is no consent on file.",
            silent,
        )
        yield Lack(words % {"number": silent}, address("stories", edition))
    default = [title for id, title in SECTIONS if id not in edition.texts]
    if default:
        yield Lack(_("The default text stands in: %(titles)s.") % {"titles": listed(default)})


def _filled_in(edition: Edition, rows: Collection[int | None]) -> Iterator[Lack]:
    towns = [town.name for town in edition.municipalities if town.pk not in rows]
    names = ([] if None in rows else [edition.region.title]) + towns
    if names:
        yield Lack(
            _("Particulars for the clerk of: %(names)s.") % {"names": listed(names)},
            address("filing", edition),
        )
    if edition.outlook.team is None:
        yield Lack(_("What the team costs."), address("supplement", edition))


def _done(edition: Edition) -> Iterator[Lack]:
    found = edition.own
    overdue = found.contracts_by_status.get(Status.OVERDUE.value, 0)
    for number, words in (
        (
            found.quality.awaiting_review,
            ngettext(
                "%(number)s fulfilment waits for a review and does not count.",
                "%(number)s fulfilments wait for a review and do not count.",
                found.quality.awaiting_review,
            ),
        ),
        (
            found.quality.contracts_without_report,
            ngettext(
                "%(number)s contract of which nothing was heard in time.",
                "%(number)s contracts of which nothing was heard in time.",
                found.quality.contracts_without_report,
            ),
        ),
        (
            overdue,
            ngettext(
                "%(number)s contract that ended short and is not settled.",
                "%(number)s contracts that ended short and are not settled.",
                overdue,
            ),
        ),
        (
            found.coverage.without_reason.number,
            ngettext(
                "%(number)s contract above the threshold without an obligation or a reason.",
                "%(number)s contracts above the threshold without an obligation or a reason.",
                found.coverage.without_reason.number,
            ),
        ),
    ):
        if number:
            yield Lack(words % {"number": number})
