"""The days of one's own work for one's own calendar (iCalendar, RFC 5545): what is due, what comes
back, when a contract ends, and when a match begins and ends. Asked for by a secret address, without
signing in; nothing of a person stands in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from contracts.desk.door import feed_of
from contracts.desk.whose import HAS_DAYS, put_off_by, stood_in_for
from contracts.models import Contract, ContractNote
from contracts.models.dossier import COMES_BACK
from contracts.people.membership import access_of
from placements.models import Match, MatchState
from placements.standing.asks import OF_CERTIFICATES, OF_DEADLINES, OF_SETTLEMENT, asks
from placements.standing.known import LookUp
from sroi.access import Access, May, visible
from sroi.pages.contract.attention import action_for
from sroi.pages.work.work_list import owing, own_of
from sroi.periods import DAY

KINDS = (*OF_DEADLINES, *OF_SETTLEMENT, *OF_CERTIFICATES)
# A line has at most so many octets; a longer one goes on behind a space.
LONGEST = 75


@dataclass(frozen=True)
class Event:
    """A day with what is to be done on it; `key` stays the same for what stays the same."""

    key: str
    day: date
    summary: str
    about: str
    path: str


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    feed = feed_of(secret)
    access = access_of(feed.user) if feed else None
    if feed is None or access is None or not access.may(*HAS_DAYS):
        raise Http404
    with override(settings.LANGUAGE_CODE):
        text = written(events(feed.user, access, localdate()))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def events(user: Any, access: Access, today: date) -> Iterator[Event]:
    matches = visible(Match, access)
    if access.may(May.ADVISE, May.FULFIL):
        rows = owing(access)
        if access.may(May.ADVISE):
            rows = own_of(user, rows, stood_in_for(user, today))
            matches = matches.filter(contract__in=rows.values("pk"))
        yield from of_contracts(user, access, rows, today)
    yield from of_matches(matches)


def of_matches(matches: QuerySet[Match]) -> Iterator[Event]:
    """When what was agreed begins, and what runs ends."""
    days = matches.filter(state__in=(MatchState.AGREED, MatchState.RUNNING))
    for match in days.select_related("place", "need", "contractor"):
        if match.state == MatchState.AGREED:
            key, day, label = "begins", match.first_day, _("Begins: %(what)s")
        else:
            key, day, label = "ends", match.last_day, _("Ends: %(what)s")
        path = reverse("match-detail", args=[match.pk])
        what = label % {"what": match.of.title}
        yield Event(f"match-{key}-{match.pk}", day, what, match.contractor.name, path)


def of_contracts(user: Any, access: Access, rows: QuerySet[Any], today: date) -> Iterator[Event]:
    contracts = list(rows.select_related("policy", "contractor").order_by("end_date", "reference"))
    look_ups = [LookUp.STANDING, LookUp.DEADLINES, LookUp.CERTIFICATES]
    for found in asks(contracts, today, look_ups).values():
        for ask in found:
            label = str(action_for(ask, access)[1]) if ask.kind in KINDS else ""
            if label:
                yield event(f"{ask.kind}-{ask.contract.pk}", ask.day, label, ask.contract)
    for contract in contracts:
        yield event(f"ends-{contract.pk}", contract.last_counted_day, _("Term ends"), contract)
    if not access.may(May.ADVISE):
        return
    notes = visible(ContractNote, access).filter(
        COMES_BACK, contract__in=[contract.pk for contract in contracts]
    )
    for note in notes.select_related("contract__contractor"):
        assert note.again_on is not None  # asked for above
        # Its words may be about a person; they stand behind the sign-in.
        label = _("Agreed for this day") if note.is_promise else _("Note comes back")
        yield event(f"note-{note.pk}", note.again_on, label, note.contract)
    for row in put_off_by(access, today):
        yield event(f"later-{row.contract_id}", row.until, _("Back on the list"), row.contract)


def event(key: str, day: date, label: str, contract: Contract) -> Event:
    about = f"{contract.reference} {contract.contractor.name}"
    path = reverse("contract-detail", args=[contract.pk])
    return Event(key, day, f"{label}: {contract.title}", about, path)


def written(found: Iterable[Event]) -> str:
    host = urlsplit(settings.SITE_URL).netloc
    stamp = f"{timezone.now():%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Social return//NL",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(_('Social return'))}",
    ]
    for each in found:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{each.key}@{host}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{each.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{each.day + DAY:%Y%m%d}",
            f"SUMMARY:{escaped(each.summary)}",
            f"DESCRIPTION:{escaped(each.about)}",
            f"URL:{settings.SITE_URL}{each.path}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """In pieces of at most `LONGEST` octets, never within a character."""
    pieces: list[str] = []
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > LONGEST - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])
