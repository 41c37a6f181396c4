"""What the desk of a region did in a period, in numbers, by what happened in it: for the report.

Nothing here is about a person, and nothing is told of a region where nobody used the desk. Days are
whole days between proposal and agreement.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Sum
from django.utils.timezone import localdate

from contracts.models import Region
from placements.models import (
    FulfilmentLine,
    Match,
    MatchEvent,
    MatchStep,
    Need,
    Place,
)
from sroi.database import days
from sroi.database.together import Asking, number_of, side_by_side, sums_of
from sroi.money import ZERO
from sroi.periods import Period


@dataclass(frozen=True)
class DeskFigures:
    """Of a period: what was offered, asked, proposed, agreed, started, ended and declined."""

    places: int
    needs: int
    proposed: int
    agreed: int
    started: int
    ended: int
    declined: int
    # Half of what was agreed took so long at most; None where nothing was.
    days_to_agree: int | None
    # Credited in the period for what matches led to.
    fulfilled: Decimal
    # Of what ended, and of what was declined: how many, by what came of it and by the reason.
    came: dict[str, int] = field(default_factory=dict)
    why_not: dict[str, int] = field(default_factory=dict)


def desk_figures(region: Region, period: Period, until: date) -> Asking[DeskFigures | None]:
    """What happened in the period, up to and including `until`; None where nothing did."""
    first, last = period.first, min(period.last, until)
    steps = MatchEvent.objects.filter(days.within("at", first, last), match__region=region)
    steps = steps.order_by()
    made = days.within("made_at", first, last)
    places, needs = (
        model.objects.filter(made, region=region).order_by() for model in (Place, Need)
    )
    matches = Match.objects.filter(region=region).order_by()
    ended = matches.filter(ended_on__range=(first, last))
    no = steps.filter(what=MatchStep.DECLINED)
    lines = FulfilmentLine.objects.filter(
        fulfilment__match__region=region, booked__range=(first, last)
    )
    offered, wanted, counted, agreed, credited, came, why_not = yield from side_by_side(
        number_of(places),
        number_of(needs),
        _counted(steps.values_list("what")),
        _days_to_agree(matches.filter(days.within("agreed_at", first, last))),
        sums_of(lines, {"amount": Sum("amount")}),
        _counted(ended.exclude(came="").values_list("came")),
        _counted(no.values_list("match__why_not")),
    )
    if not (offered or wanted or counted):
        return None
    by_step = Counter(counted)
    return DeskFigures(
        places=offered,
        needs=wanted,
        proposed=by_step[MatchStep.PROPOSED],
        agreed=by_step[MatchStep.AGREED],
        started=by_step[MatchStep.STARTED],
        ended=by_step[MatchStep.ENDED],
        declined=by_step[MatchStep.DECLINED],
        days_to_agree=agreed,
        fulfilled=credited["amount"] or ZERO,
        came=came,
        why_not=why_not,
    )


def _counted(rows: Any) -> Asking[dict[str, int]]:
    (found,) = yield [rows.annotate(number=Count("pk"))]
    return dict(sorted(found))


def _days_to_agree(matches: Any) -> Asking[int | None]:
    (found,) = yield [matches.values_list("proposed_at", "agreed_at")]
    waited = [(localdate(agreed) - localdate(proposed)).days for proposed, agreed in found]
    return int(median(waited)) if waited else None
