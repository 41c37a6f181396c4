"""The people behind the workplaces of a period, in numbers only: how many persons, where they came
from and live, and what became of them.

Kind, origin and residence are counted in workplaces, so each adds up to those; a placement under
two kinds counts once under each. Outcomes are those of accepted placements of which the moment
falls in the period, by what is answered now. Source: DOMAIN.md sections 6 and 7.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from contracts.models import BlockKind, TargetGroup
from contracts.owed.lines import Lines
from placements.claims.persons import person
from placements.models import Became, Fulfilment, Moment
from placements.outcomes.asking import MONTHS_AFTER, latest_last_day
from reporting.figures import definitions
from sroi.database.together import Asking, side_by_side, sums_of
from sroi.money import ZERO
from sroi.periods import DAY, Period

Counts = dict[str, int]
# What a placement is, where its target group says so; else it is a job. Published tables have no
# group of their own for work experience and trials; one that names these codes has them counted.
KIND_OF_GROUP = {
    TargetGroup.BBL.value: "apprenticeship",
    TargetGroup.BOL.value: "internship",
    "work_experience": "work_experience",
    "trial": "trial",
}
JOB = "job"
ASKED, ANSWERED = "asked", "answered"


@dataclass(frozen=True)
class People:
    """Per moment `outcomes` holds a count of each outcome, and how many were asked and answered."""

    persons: int = 0
    by_kind: Counts = field(default_factory=dict)
    by_origin: Counts = field(default_factory=dict)
    by_residence: Counts = field(default_factory=dict)
    outcomes: dict[str, Counts] = field(default_factory=dict)


def people(
    done: Lines, versions: QuerySet[Any], period: Period, today: date | None = None
) -> Asking[People]:
    """All but the kinds, which follow from the workplaces per target group. Of a period that runs
    on, moments count up to `today`.
    """
    placed = Fulfilment.objects.filter(pk__in=_that_count(done, period)).order_by()
    counted, chosen, outcomes = yield from side_by_side(
        sums_of(placed, {"persons": Count(person(), distinct=True)}),
        _chosen(placed),
        _outcomes(versions, period, min(period.last, today or period.last)),
    )
    return People(
        persons=counted["persons"],
        by_origin=_added(chosen, 0),
        by_residence=_added(chosen, 1),
        outcomes=outcomes,
    )


def _that_count(done: Lines, period: Period) -> Any:
    """The placements that are workplaces of the period."""
    rows = done.filter(definitions.workplaces(period)).order_by().values("fulfilment")
    return rows.annotate(total=Sum("amount")).filter(total__gt=ZERO).values("fulfilment")


def kinds(groups: Mapping[str, int]) -> Counts:
    """Of the workplaces per target group, what kind of placement they are."""
    found: Counter[str] = Counter()
    for group, number in groups.items():
        found[KIND_OF_GROUP.get(group, JOB)] += number
    return {kind: number for kind, number in sorted(found.items()) if number}


def _chosen(placed: QuerySet[Any]) -> Asking[list[tuple[str, str, int]]]:
    """Per origin and residence how many; blank is not known."""
    rows = placed.values_list("accepted__origin", "accepted__residence")
    (found,) = yield [rows.annotate(number=Count("pk"))]
    return [(*codes, number) for *codes, number in found]


def _added(rows: Iterable[tuple[str, str, int]], which: int) -> Counts:
    found: Counter[str] = Counter()
    for row in rows:
        found[str(row[which] or "")] += row[2]
    return dict(sorted(found.items()))


def _outcomes(versions: QuerySet[Any], period: Period, until: date) -> Asking[dict[str, Counts]]:
    days = {
        moment: Q(
            end_date__range=(
                latest_last_day(moment, period.first - DAY) + DAY,
                latest_last_day(moment, until),
            )
        )
        for moment in MONTHS_AFTER
    }
    ended = versions.filter(
        reduce(or_, days.values()), accepted_of__isnull=False, fulfilment__kind=BlockKind.PLACEMENT
    )
    counts: dict[Any, Count] = {}
    for moment, is_in in days.items():
        counts[moment, ASKED] = Count("pk", filter=is_in, distinct=True)
        for outcome in Became:
            told = Q(fulfilment__outcomes__moment=moment, fulfilment__outcomes__outcome=outcome)
            counts[moment, outcome] = Count("pk", filter=is_in & told)
    found = yield from sums_of(ended, counts)
    return {m: _told(found, m) for m in Moment.values if found[m, ASKED]}


def _told(found: Mapping[Any, int], moment: str) -> Counts:
    counts = {outcome: found[moment, outcome] for outcome in Became.values}
    return counts | {ASKED: found[moment, ASKED], ANSWERED: sum(counts.values())}
