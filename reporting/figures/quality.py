"""What says how far the figures can be relied on: coverage, reports that stay away, corrections,
samples, and where contractors did not agree.
"""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from contracts.models import DraftDecision
from contracts.owed.lines import Lines
from placements.models import Disagreement, DisagreementState, Outcome, SampleCheck
from placements.standing.heard import silent
from placements.standing.then import waiting_on
from reporting.figures import definitions
from reporting.figures.facts import (
    Disagreements,
    Quality,
    SampleResult,
    SettlementDrafts,
    Tally,
)
from sroi.database import days
from sroi.database.together import Asking, by_name, number_of, side_by_side, sums_of
from sroi.money import ZERO
from sroi.periods import Period


def moment(period: Period, today: date | None = None) -> date:
    """The day of which a figure about a moment is: the last of the period, or the data date where
    the period still runs.
    """
    return min(period.last, today or period.last)


def without_report(
    contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, day: date
) -> Asking[int]:
    """How many contracts of which nothing was heard for as long as their policy has between two
    reports.
    """
    by_term = yield from silent_by_term(contracts, versions, done, day)
    return sum((yield from side_by_side(*map(number_of, by_term))))


def silent_by_term(
    contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, day: date
) -> Asking[list[QuerySet[Any]]]:
    """The contracts of which nothing was heard, for each number of months that a policy has between
    two reports.
    """
    (terms,) = yield [
        contracts.order_by().values_list("policy__report_months", flat=True).distinct()
    ]
    return [
        silent(contracts.filter(policy__report_months=months), versions, done, months, day)
        for months in terms
    ]


def sample_result(versions: QuerySet[Any], period: Period) -> Asking[SampleResult | None]:
    """What was found in the samples of the quarters that begin in the period, of these versions."""
    drawn = SampleCheck.objects.filter(
        Exists(versions.filter(pk=OuterRef("version"))),
        sample__first_day__range=(period.first, period.last),
    )
    found = yield from sums_of(
        drawn,
        {
            "drawn": Count("pk"),
            "checked": Count("pk", filter=~Q(outcome="")),
            "in_order": Count("pk", filter=Q(outcome=Outcome.IN_ORDER)),
        },
    )
    return SampleResult(**found) if found["drawn"] else None


def without_evidence(done: Lines, period: Period) -> Asking[Tally]:
    """How many fulfilments count in the period that were accepted without evidence, and for how
    much.
    """
    lines = done.filter(
        definitions.without_evidence(period), ~definitions.came_to_nothing(period, done)
    )
    sums = {"number": Count("fulfilment", distinct=True), "amount": Sum("amount")}
    found = yield from sums_of(lines, sums)
    return Tally(found["number"], found["amount"] or ZERO)


def disagreements(versions: QuerySet[Any], period: Period, day: date) -> Asking[Disagreements]:
    """With which decisions on these versions contractors did not agree in the period, and what was
    answered by `day`.
    """
    said = Disagreement.objects.filter(
        days.within("at", period.first, period.last),
        Exists(versions.filter(pk=OuterRef("version"))),
    )
    answered = days.by("answered_at", day)
    found = yield from sums_of(
        said,
        {
            "number": Count("pk"),
            "kept": Count("pk", filter=answered & Q(state=DisagreementState.KEPT)),
            "again": Count("pk", filter=answered & Q(state=DisagreementState.AGAIN)),
        },
    )
    return Disagreements(**found)


def settlement_drafts(
    contracts: QuerySet[Any], period: Period, day: date
) -> Asking[SettlementDrafts]:
    """The drafts that were shown in the period, and what was answered by `day`."""
    shown = DraftDecision.objects.filter(
        days.within("shown_at", period.first, period.last),
        Exists(contracts.filter(pk=OuterRef("contract"))),
    )
    answered = Count("pk", filter=days.by("answered_at", day))
    found = yield from sums_of(shown, {"shown": Count("pk"), "answered": answered})
    return SettlementDrafts(**found)


def quality(
    period: Period,
    done: Lines,
    contracts: QuerySet[Any],
    versions: QuerySet[Any],
    today: date | None = None,
) -> Asking[Quality]:
    """The quality figures of the period as they were on its last day or, when that is still to
    come, on `today`: what became of it later is told by a later report.
    """
    day = moment(period, today)
    late = definitions.late(period)
    mended = Q(reverses__isnull=False)
    sums = {
        "late_number": Count("pk"),
        "late_amount": Sum("amount"),
        "mended_number": Count("pk", filter=mended),
        "mended_amount": Sum("amount", filter=mended),
    }
    # Few of the lines are either: each is narrowed down to by itself.
    found, own, others = yield from side_by_side(
        sums_of(done.filter(late), sums),
        sums_of(
            done.filter(definitions.self_reviewed(period)),
            {"number": Count("version", distinct=True)},
        ),
        by_name(
            contracts_without_report=without_report(contracts, versions, done, day),
            awaiting_review=number_of(waiting_on(versions, day)),
            sample=sample_result(versions, period),
            disagreements=disagreements(versions, period, day),
            settlement_drafts=settlement_drafts(contracts, period, day),
        ),
    )
    return Quality(
        late_lines=Tally(found["late_number"], found["late_amount"] or ZERO),
        corrections=Tally(found["mended_number"], found["mended_amount"] or ZERO),
        self_reviewed=own["number"],
        **others,
    )
