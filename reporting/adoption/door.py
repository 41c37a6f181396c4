"""The one door for annual reports: draft → proposed (adviser) → final (region admin), and revisions
of a final text.

Final means frozen. Under the lock that every posting takes, the figures and texts of all editions
are stored with the number of the last posting, and the year is closed: later lines about it are
booked in the first open month. What is slow, the files, is made right after in the background
(`make_files`) from what was stored, kept byte for byte, and served from there. Source: DOMAIN.md
sections 3, 7 and 9.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from contracts.models import ClosedYear, Region
from contracts.owed.posting import lock_ledger
from reporting.adoption import revising
from reporting.adoption.fingerprint import definitions, fingerprint
from reporting.adoption.ready import moved_on, not_published
from reporting.figures.exchange import figures_as_data
from reporting.models import AnnualReport, FrozenEdition, FrozenFile, ReportEvent, Revision, Story
from reporting.notice.editions import Edition, assemble, every_edition
from reporting.notice.files import html as notice_html
from reporting.notice.files.workbook import as_xlsx
from reporting.notice.freezing import frozen
from reporting.texts.written import last_text
from sroi.database.replica import elsewhere
from sroi.documents import keeping
from sroi.doors import Act, Overtaken, Refused
from sroi.history.keeping import signed
from sroi.periods import Period

State, Kind = AnnualReport.State, ReportEvent.Kind
# Printed in the list of revisions; a Dutch document.
WITHDRAWN = "Een verhaal is op verzoek verwijderd."
# Of a file that somebody waits for: before imports and mails.
PRIORITY = 10


# --- draft, proposed, final -----------------------------------------------------------------------


@transaction.atomic
def propose(region: Region, year: int, act: Act) -> AnnualReport:
    """The adviser is done: the region admin can make the report final."""
    if act.today <= Period.year(year).last:
        raise Refused(
            _("%(year)s has not ended yet. Propose the report once the year is over.")
            % {"year": year}
        )
    report, _new = AnnualReport.objects.get_or_create(region=region, year=year)
    _move(report, State.DRAFT, state=State.PROPOSED)
    return _noted(report, Kind.PROPOSED, act)


@transaction.atomic
def send_back(region: Region, year: int, act: Act) -> AnnualReport:
    """Not final yet: the adviser looks at it again, for the reason given."""
    if not act.why.strip():
        raise Refused(_("Say what has to change, so that the adviser knows."))
    report = _report(region, year)
    _move(report, State.PROPOSED, state=State.DRAFT)
    return _noted(report, Kind.SENT_BACK, act)


def finalise(
    region: Region, year: int, act: Act, *, seen: int | None = None, seen_text: int | None = None
) -> AnnualReport:
    """Freeze the year. `seen` and `seen_text` are the last posting and text of what was on the
    screen; when more was posted or written since, the report is another than the one that was
    looked at, and the answer is no.
    """
    with transaction.atomic():
        lock_ledger(region)
        report = _report(region, year, lock=True)
        if report.state != State.PROPOSED:
            raise Refused(moved_on(report.state))
        editions = every_edition(region, year, act.today)
        # Reckoned before the year is closed; the first are those of the region.
        figures = [edition.own for edition in editions]
        posting = editions[0].posting
        if seen is not None and seen != posting:
            raise Overtaken(
                _(
                    "Since you opened this page something was posted, so the figures may have"
                    " changed. Look again."
                )
            )
        if seen_text is not None and seen_text != last_text(report):
            raise Overtaken(_("Since you opened this page a text was changed. Look again."))
        _move(
            report,
            State.PROPOSED,
            state=State.FINAL,
            finalised_at=act.at,
            finalised_by=act.by,
            last_posting=posting,
            figures=figures_as_data(figures[0]),
            definitions=definitions(year),
            goals=[_limits(goal) for goal in editions[0].goals],
            policy=editions[0].policy,
            outlook=frozen(editions[0].outlook),
        )
        ClosedYear.objects.create(region=region, year=year, last_posting=posting, closed_at=act.at)
        report.refresh_from_db()
        _freeze(
            report, [_frozen(edition.made_final(report, act.today)) for edition in editions], act
        )
        _noted(report, Kind.FINAL, act)
    return report


def revise(region: Region, year: int, act: Act, *, shown: str | None = None) -> AnnualReport:
    """Mend a mistake in the text of a final report: a numbered revision, with its reason and the
    same figures.

    `shown` stands for the drafts that were on the screen (`revising.token`); when others would come
    of it now, the answer is no.
    """
    if not act.why.strip():
        raise Refused(_("Say what was wrong. The reason is printed in the revision."))
    with transaction.atomic():
        report = _report(region, year, lock=True)
        if report.state != State.FINAL:
            raise Refused(_("Only a final report is revised. A draft can simply be changed."))
        drafts = revising.drafts(report, act.today)
        if not any(draft.is_changed for draft in drafts):
            raise Refused(_("No text was changed since the last revision. Change the text first."))
        if shown is not None and shown != revising.token(drafts):
            raise Overtaken(
                _(
                    "Since you opened this page something was changed. Look at the differences"
                    " again."
                )
            )
        _freeze(report, [draft.made(act.why) for draft in drafts], act)
        _noted(report, Kind.REVISED, act)
    return report


@transaction.atomic
def withdraw_story(story: Story, act: Act) -> AnnualReport:
    """Somebody takes consent back after the report is final: a revision without the story, of which
    nothing is kept here. What was frozen before stays as it was, and is shown nowhere any more.
    """
    report = _report(story.report.region, story.report.year, lock=True)
    if report.state != State.FINAL:
        raise Refused(
            _("Only of a final report consent is withdrawn. Of a draft, remove the story.")
        )
    printed = Story.objects.filter(report=report).exclude(consent_on=None, withdrawn_on=None)
    found = list(printed.order_by("pk"))
    place = next((i for i, each in enumerate(found) if each.pk == story.pk), None)
    if place is None or found[place].withdrawn_on:
        raise Refused(_("This story was removed already."))
    last = report.revisions.latest("number")
    act = replace(act, why=WITHDRAWN)
    made = [draft.made(act.why) for draft in revising.without_story(report, place, act.today)]
    gone = found[place]
    gone.title = gone.text = gone.alt = gone.consent_by = ""
    gone.picture, gone.consent_on, gone.withdrawn_on = None, None, act.today
    signed(gone, act).save()
    _freeze(report, made, act, texts=last.last_text)
    return _noted(report, Kind.REVISED, act)


@transaction.atomic
def publish(region: Region, year: int, act: Act) -> AnnualReport:
    """From now on everyone can read the report and its data, at an address that stays."""
    report = _report(region, year)
    rows = AnnualReport.objects.filter(pk=report.pk, state=State.FINAL, published_at=None)
    if not rows.update(published_at=act.at, published_by=act.by):
        report.refresh_from_db()
        raise Refused(not_published(report))
    report.refresh_from_db()
    return _noted(report, Kind.PUBLISHED, act)


# --- what is kept ---------------------------------------------------------------------------------


def _workbook(edition: FrozenEdition) -> bytes:
    """Of figures and lines, which no revision touches: that of the report as it was adopted."""
    report = edition.revision.report
    if edition.revision.number:
        adopted = FrozenEdition.objects.select_related("revision__report__region", "municipality")
        return kept(
            adopted.get(
                revision__report=report, revision__number=0, municipality=edition.municipality
            ),
            "xlsx",
        )
    return as_xlsx(
        assemble(report.region, report.year, edition.municipality, edition.revision.made_at.date())
    )


# The files that a final report keeps, with what makes them.
MADE_OF: dict[str, Callable[[FrozenEdition], bytes]] = {
    "pdf": notice_html.pdf_kept,
    "docx": notice_html.word_kept,
    "xlsx": _workbook,
}


@task
def make_files(report_id: int) -> None:
    keep_files(AnnualReport.objects.select_related("region").get(pk=report_id))


def keep_files(report: AnnualReport) -> None:
    """Make the files of the last revision that are not kept yet."""
    last = report.revisions.latest("number")
    for edition in last.editions.select_related("revision__report__region", "municipality"):
        for kind in MADE_OF:
            kept(edition, kind)


@task(priority=PRIORITY)
def make_file(edition_id: int, kind: str) -> None:
    editions = FrozenEdition.objects.select_related("revision__report__region", "municipality")
    edition = editions.get(pk=edition_id)
    kept(edition, kind)
    keeping.answered(_order(edition, kind))


def kept_or_asked(edition: FrozenEdition, kind: str) -> bytes | None:
    """A file of a frozen edition for who wants it now; None while the worker makes it, which it is
    asked to do once.
    """
    found = _file(edition, kind)
    if found is None:
        keeping.ask(_order(edition, kind), lambda: make_file.enqueue(edition.pk, kind))
        found = _file(edition, kind)
    return found


def kept(edition: FrozenEdition, kind: str) -> bytes:
    """A file of a frozen edition as it was made then; made now where the making was cut off."""
    found = _file(edition, kind)
    if found is None:
        with elsewhere():
            made = MADE_OF[kind](edition)
        values = {"content": made, "fingerprint": hashlib.sha256(made).hexdigest()}
        file, _new = FrozenFile.objects.get_or_create(edition=edition, format=kind, defaults=values)
        found = bytes(file.content)
    return found


def _file(edition: FrozenEdition, kind: str) -> bytes | None:
    rows = FrozenFile.objects.filter(edition=edition, format=kind).values_list("content", flat=True)
    found = rows.first()
    return None if found is None else bytes(found)


def _order(edition: FrozenEdition, kind: str) -> str:
    return f"report {edition.pk} {kind}"


def _frozen(edition: Edition) -> FrozenEdition:
    return FrozenEdition(
        municipality=edition.municipality,
        figures=figures_as_data(edition.own),
        facts=frozen(edition.own),
        filing=edition.filed.printed,
        text=notice_html.body(edition),
        document=notice_html.document(edition),
    )


def _freeze(
    report: AnnualReport, editions: list[FrozenEdition], act: Act, texts: int | None = None
) -> None:
    """`texts` is the last text that is in it, where that is not the last that was saved."""
    number = report.revisions.count()
    revision = Revision.objects.create(
        report=report,
        number=number,
        made_at=act.at,
        made_by=act.by,
        reason=act.why if number else "",
        last_text=last_text(report) if texts is None else texts,
        fingerprint=fingerprint(report, editions),
    )
    for edition in editions:
        edition.revision = revision
    FrozenEdition.objects.bulk_create(editions)
    AnnualReport.objects.filter(pk=report.pk).update(fingerprint=revision.fingerprint)
    report.fingerprint = revision.fingerprint


# --- parts ----------------------------------------------------------------------------------------


def _report(region: Region, year: int, *, lock: bool = False) -> AnnualReport:
    """With `lock` nobody writes in it until this transaction ends."""
    rows = AnnualReport.objects.select_for_update() if lock else AnnualReport.objects
    report: AnnualReport | None = rows.filter(region=region, year=year).first()
    if report is None:
        raise Refused(_("There is no proposal for %(year)s yet.") % {"year": year})
    return report


def _move(report: AnnualReport, expected: str, **fields: Any) -> None:
    """Move the state only where it is still what it was on the screen."""
    if not AnnualReport.objects.filter(pk=report.pk, state=expected).update(**fields):
        report.refresh_from_db(fields=["state"])
        raise Refused(moved_on(report.state))
    for name, value in fields.items():
        setattr(report, name, value)


def _noted(report: AnnualReport, kind: str, act: Act) -> AnnualReport:
    ReportEvent.objects.create(
        report=report, kind=kind, at=act.at, by=act.by, why=act.why.strip()[:1000]
    )
    return report


def _limits(goal: Any) -> dict[str, Any]:
    high = None if goal.high is None else str(goal.high)
    found = {"year": goal.year, "indicator": goal.indicator, "low": str(goal.low), "high": high}
    if goal.volume is not None:
        found |= {"volume": str(goal.volume), "percents": goal.percents}
    return found | ({"source": goal.source} if goal.source else {})
