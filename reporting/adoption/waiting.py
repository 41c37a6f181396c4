"""Reports that wait for somebody: proposed, for who can make them final; sent back, for who writes
them.

They stand on the work list, and are told by mail. In a mail it is Dutch, whoever looks.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.models import Membership, Notice, NoticeKind
from placements.standing.tasks import Task
from reporting.models import AnnualReport, ReportEvent
from sroi.access import Access, May, visible
from sroi.access.roles import who_may
from sroi.database.together import Asking, in_order
from sroi.templatetags.formats import long_date

Kind = ReportEvent.Kind


class Waits(NamedTuple):
    """For whom a report waits since something happened, and what is told of it."""

    who: May
    words: Callable[[], str]
    label: Callable[[], str]


WAITS = {
    Kind.PROPOSED: Waits(
        May.FINALISE,
        lambda: _("The annual report of %(year)s was proposed."),
        lambda: _("Make the annual report of %(year)s final"),
    ),
    Kind.SENT_BACK: Waits(
        May.WRITE_REPORTS,
        lambda: _("The annual report of %(year)s was sent back to draft."),
        lambda: _("Look again at the annual report of %(year)s"),
    ),
}


def waiting_reports(access: Access) -> Asking[list[Task]]:
    """What waits for this person, the oldest year first."""
    newest = ReportEvent.objects.filter(report=OuterRef("report")).order_by("-pk").values("pk")
    rows = visible(ReportEvent, access).filter(pk=Subquery(newest[:1]), kind__in=WAITS)
    events = yield from in_order(rows.select_related("report__region", "by"), "report__year", "pk")
    return [
        Task(
            WAITS[Kind(event.kind)].label() % {"year": event.report.year},
            _address(event.report),
            _since(event),
        )
        for event in events
        if access.may(WAITS[Kind(event.kind)].who, region_id=event.report.region_id)
    ]


def _since(event: Any) -> str:
    """Who did it and when, and what they said with it."""
    who = _("%(what)s by %(who)s on %(day)s") % {
        "what": event.get_kind_display(),
        "who": event.by,
        "day": long_date(localtime(event.at)),
    }
    return f"{who}: {event.why}" if event.why else who


def _address(report: AnnualReport) -> str:
    return reverse("report-detail", args=[report.region.code, report.year])


def told(since: datetime) -> Iterator[Notice]:
    """What there is to tell of reports that came to wait from then on."""
    rows = ReportEvent.objects.filter(at__gte=since, kind__in=WAITS).order_by("pk")
    for event in rows.select_related("report__region"):
        waits, report = WAITS[Kind(event.kind)], event.report
        people = Membership.objects.filter(
            region=report.region_id, role__in=who_may(waits.who), ended_at=None
        )
        of_all = people.filter(user__is_active=True).values_list("user", flat=True)
        for user in sorted(set(of_all) - {event.by_id}):
            yield Notice(
                region_id=report.region_id,
                user_id=user,
                kind=NoticeKind.QUESTION,
                key=f"report-event:{event.pk}",
                words=waits.words() % {"year": report.year},
                path=_address(report),
            )


def what_happened() -> Any:
    """The rows that `told` tells of."""
    return ReportEvent.objects.all()
