"""What more than one page says of places, needs and matches."""

from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from placements.matching.rights import Side, may_see_candidate
from placements.models import Match, MatchState, Need, Place
from sroi.access import Access
from sroi.templatetags.formats import euro2, number, short_date

# As what a state looks.
LOOKS = {
    MatchState.OPEN: "submitted",
    MatchState.ANSWERED: "submitted",
    MatchState.AGREED: "accepted",
    MatchState.RUNNING: "active",
    MatchState.ENDED: "ended",
    MatchState.DECLINED: "rejected",
}


def how_much(of: Any) -> str:
    """Of a place, a need or a match: hours per week, hours, or euro without VAT."""
    per_week = getattr(of, "hours_per_week", None)
    if per_week is not None:
        return _("%(hours)s hours a week") % {"hours": number(per_week)}
    if getattr(of, "amount", None) is not None:
        return euro2(of.amount)
    hours = getattr(of, "hours", None)
    return _("%(hours)s hours") % {"hours": number(hours)} if hours is not None else ""


def term_words(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": short_date(first), "last": short_date(last)}


def where_words(of: Place | Need) -> str:
    return str(of.municipality) if of.municipality else _("anywhere in the region")


def waits_for(match: Match) -> list[Side]:
    """Who has not agreed yet."""
    if match.state not in (MatchState.OPEN, MatchState.ANSWERED):
        return []
    sides = []
    if match.contractor_agreed_at is None:
        sides.append(Side.CONTRACTOR)
    if match.other_agreed_at is None:
        sides.append(Side.OTHER)
    return sides


def state_words(match: Match) -> str:
    """How it stands, with for whom it waits."""
    waiting = waits_for(match)
    if not waiting:
        return str(capfirst(match.get_state_display()))
    if len(waiting) > 1:
        return _("Waits for both sides")
    if waiting == [Side.CONTRACTOR]:
        return _("Waits for the contractor")
    return _("Waits for the partner")


def rows_of_offer(of: Place | Need) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        (_("Kind"), capfirst(of.get_kind_display())),
        (_("Trade"), capfirst(of.get_trade_display())),
        (_("How much"), how_much(of)),
        (_("When"), term_words(of.first_day, of.until)),
        (_("Where"), where_words(of)),
    ]
    if isinstance(of, Place):
        rows += [
            (_("Contractor"), of.contractor),
            (_("How many people"), of.how_many),
            (_("What is asked"), of.asked),
        ]
    else:
        rows += [(_("Partner"), of.partner)]
    rows += [(_("About"), of.about)]
    return [(label, value) for label, value in rows if value not in ("", None)]


def rows_of_match(match: Match, access: Access) -> list[tuple[str, Any]]:
    """What is agreed on; of a candidate only for who may know it."""
    contractor = f"{match.contractor.name}, {match.contract.title}"
    rows: list[tuple[str, Any]] = [
        (_("For"), contractor),
        (_("How much"), how_much(match)),
        (_("When"), term_words(match.first_day, match.last_day)),
    ]
    if match.need:
        rows.insert(0, (_("Partner"), match.need.partner))
    if match.place_id and may_see_candidate(access, match):
        rows += [
            (_("Reference of the candidate"), match.reference),
            (_("Target group"), match.block.label if match.block else ""),
        ]
    rows += [
        (_("Started on"), short_date(match.started_on) if match.started_on else ""),
        (_("Ended on"), short_date(match.ended_on) if match.ended_on else ""),
        (_("What came of it"), capfirst(match.get_came_display())),
        (_("Why not"), capfirst(match.get_why_not_display())),
    ]
    return [(label, value) for label, value in rows if value not in ("", None)]
