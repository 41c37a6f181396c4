"""What is looked at before a step of a report: what was not written, not filled in or not dealt
with stands in no way, who takes the step decides; what the door refuses does. Goals that were not
reached are to be explained.
"""

from collections.abc import Collection, Iterator, Sized

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.models import FulfilmentState
from placements.standing.progress import Status
from reporting.adoption.rights import can_be_revised
from reporting.figures.words import SECTIONS, listed
from reporting.models import AnnualReport, Filing, FrozenFile
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.outlook.outlook import stands_out
from reporting.stories.told import told
from reporting.texts.written import CONSEQUENCES, comments, unexplained
from sroi.database.together import answered, number_of, rows_of, side_by_side
from sroi.doors import Check, Found
from sroi.templatetags.formats import long_date

State = AnnualReport.State


def before(step: str, edition: Edition, kinds: Sized) -> list[Check]:
    """Of the edition of a region, in the order in which one would do it; `kinds` are the files that
    each edition keeps.
    """
    looks = {
        "propose": lambda: before_proposing(edition),
        "finalise": lambda: before_final(edition),
        "publish": lambda: before_publishing(edition, kinds),
    }
    return list(looks[step]()) if step in looks else []


def before_proposing(edition: Edition) -> Iterator[Check]:
    filings = Filing.objects.filter(report=edition.report).values_list("municipality", flat=True)
    said, silent, filled_in = answered(
        side_by_side(
            number_of(comments(edition).filter(done_at=None)),
            number_of(told(edition).filter(consent_on=None)),
            rows_of(filings.order_by()),
        )
    )
    yield from _written(edition, said, silent)
    yield from _filled_in(edition, filled_in)
    yield from _done(edition)


def before_final(edition: Edition) -> Iterator[Check]:
    proposed = edition.state == State.PROPOSED
    yield Check(
        "proposed",
        _("Proposal"),
        _("The adviser proposed the report.") if proposed else moved_on(edition.state),
        Found.READY if proposed else Found.BLOCKS,
        "" if proposed else address("", edition),
    )
    yield from before_proposing(edition)


def before_publishing(edition: Edition, kinds: Sized) -> Iterator[Check]:
    report, name, what = edition.report, "final", _("Final report")
    if why := not_published(report):
        yield Check(name, what, why, Found.BLOCKS, address("", edition))
    if report is None or report.finalised_at is None:
        return
    if not why:
        day = {"day": long_date(localtime(report.finalised_at))}
        yield Check(name, what, _("Final since %(day)s.") % day)
    yield _revised(edition, report)
    yield _files(report, kinds)


def not_published(report: AnnualReport | None) -> str:
    """Why it cannot be published; empty where it can."""
    if report is None or report.state != State.FINAL:
        return _("Only a final report is published. Make it final first.")
    return _("The report was published already.") if report.published_at else ""


def _revised(edition: Edition, report: AnnualReport) -> Check:
    name, what = "revision", _("Changed texts")
    if can_be_revised(report):
        found = _("Texts were changed since the last revision. Without a new one they stay out.")
        return Check(name, what, found, Found.LACKS, address("revise", edition))
    return Check(name, what, _("Every text that was changed is in it."))


def _files(report: AnnualReport, kinds: Sized) -> Check:
    """Those of the last revision, which the worker makes."""
    name, what = "files", _("Files")
    last = report.revisions.latest("number")
    all_of_them = last.editions.count() * len(kinds)
    made = FrozenFile.objects.filter(edition__revision=last).count()
    numbers = {"made": made, "all": all_of_them}
    if made < all_of_them:
        found = _("%(made)s of %(all)s files are made; the others are made by themselves.")
        return Check(name, what, found % numbers, Found.LACKS)
    return Check(name, what, _("All %(all)s files are made.") % numbers)


def moved_on(state: str) -> str:
    """Why a step cannot be taken any more, or not yet."""
    return {
        State.DRAFT: _("The report is a draft. The adviser has to propose it first."),
        State.PROPOSED: _("The report has been proposed already."),
        State.FINAL: _("The report is final already."),
    }[State(state)]


def _look(name: str, what: str, lack: str, ready: str, url: str = "") -> Check:
    """Lacking where `lack` says what."""
    return Check(name, what, lack, Found.LACKS, url) if lack else Check(name, what, ready)


def _written(edition: Edition, said: int, silent: int) -> Iterator[Check]:
    goals = ", ".join(unexplained(edition))
    lack = _(
        "Not reached: %(goals)s. Write under Consequenties what caused it and what is done about"
        " it; the default text says neither."
    )
    yield _look(
        "goals",
        _("Goals"),
        lack % {"goals": goals} if goals else "",
        _("Reached, or explained."),
        address("text", edition, section=CONSEQUENCES),
    )
    amounts = {year.year: year.fulfilled for year in edition.own.years}
    differs = edition.year in stands_out(amounts) and str(edition.year) not in (
        edition.outlook.remarks
    )
    yield _look(
        "year",
        _("Year before"),
        _("Why %(year)s differs much from the year before.") % {"year": edition.year}
        if differs
        else "",
        _("The difference is small, or explained."),
        address("supplement", edition),
    )
    words = ngettext("%(number)s comment to deal with.", "%(number)s comments to deal with.", said)
    yield _look(
        "comments",
        _("Comments"),
        words % {"number": said} if said else "",
        _("All were dealt with."),
        address("comments", edition),
    )
    words = ngettext(
        "%(number)s story is not shown: there is no consent on file.",
        "%(number)s stories are not shown: there is no consent on file.",
        silent,
    )
    yield _look(
        "stories",
        _("Stories"),
        words % {"number": silent} if silent else "",
        _("None without consent."),
        address("stories", edition),
    )
    default = [(id, title) for id, title in SECTIONS if id not in edition.texts]
    titles = {"titles": listed([title for _id, title in default])} if default else {}
    yield _look(
        "texts",
        _("Texts"),
        _("The default text stands in: %(titles)s.") % titles if default else "",
        _("Every section has a text of its own."),
        address("text", edition, section=default[0][0]) if default else "",
    )


def _filled_in(edition: Edition, rows: Collection[int | None]) -> Iterator[Check]:
    towns = [town.name for town in edition.municipalities if town.pk not in rows]
    names = ([] if None in rows else [edition.region.title]) + towns
    yield _look(
        "filing",
        _("Particulars for the clerk"),
        _("Missing of: %(names)s.") % {"names": listed(names)} if names else "",
        _("Filled in for every council."),
        address("filing", edition),
    )
    yield _look(
        "team",
        _("Team"),
        _("What the team costs is not filled in.") if edition.outlook.team is None else "",
        _("What the team costs is filled in."),
        address("supplement", edition),
    )


def _done(edition: Edition) -> Iterator[Check]:
    found = edition.own
    overdue = found.contracts_by_status.get(Status.OVERDUE.value, 0)
    contracts, year = reverse("contract-list"), edition.year
    silent = f"?silent={edition.policy.report_months}" if edition.policy else ""
    for name, what, number, words, ready, url in (
        (
            "reviews",
            _("Reviews"),
            found.quality.awaiting_review,
            ngettext(
                "%(number)s fulfilment waits for a review and does not count.",
                "%(number)s fulfilments wait for a review and do not count.",
                found.quality.awaiting_review,
            ),
            _("Nothing waits for a review."),
            f"{reverse('fulfilment-list')}?state={FulfilmentState.SUBMITTED}",
        ),
        (
            "heard",
            _("Contractors"),
            found.quality.contracts_without_report,
            ngettext(
                "%(number)s contract of which nothing was heard in time.",
                "%(number)s contracts of which nothing was heard in time.",
                found.quality.contracts_without_report,
            ),
            _("Of every contract something was heard in time."),
            f"{contracts}{silent}",
        ),
        (
            "settled",
            _("Settlements"),
            overdue,
            ngettext(
                "%(number)s contract that ended short and is not settled.",
                "%(number)s contracts that ended short and are not settled.",
                overdue,
            ),
            _("No contract that ended short waits for its settlement."),
            f"{contracts}?status={Status.OVERDUE.value}",
        ),
        (
            "coverage",
            _("Coverage"),
            found.coverage.without_reason.number,
            ngettext(
                "%(number)s contract above the threshold without an obligation or a reason.",
                "%(number)s contracts above the threshold without an obligation or a reason.",
                found.coverage.without_reason.number,
            ),
            _("Every contract above the threshold has an obligation or a reason."),
            f"{reverse('coverage')}?year={year}",
        ),
    ):
        yield _look(name, what, words % {"number": number} if number else "", ready, url)
