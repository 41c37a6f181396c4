"""What says how far the figures can be relied on: coverage, reports that stay away, corrections, samples."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from contracts.models import ContractState
from contracts.owed.lines import NOT_COUNTED, OWING, Lines
from placements.models import EventKind, FulfilmentLine, FulfilmentState, FulfilmentVersion, Outcome
from reporting.figures import definitions
from reporting.figures.facts import LateTally, Quality, SampleResult
from sroi.money import ZERO
from sroi.periods import DAY, Period, add_months

REPORTING = (EventKind.SUBMITTED, EventKind.CONFIRMED, EventKind.ACCEPTED)


def active_in(period: Period) -> Q:
    """Contracts that owe something and whose term overlaps the period."""
    overlaps = Q(start_date__lte=period.last, end_date__gte=period.first)
    return OWING & overlaps & ~Q(state__in=NOT_COUNTED)


def silent(contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, months: int, day: date) -> QuerySet[Any]:
    """Contracts that ran on `day`, and for `months` before it, of which nothing was heard in those months.

    Heard of is: a fulfilment submitted, confirmed or accepted in that time, or a line about a month in it, which is all
    that is known of history that was imported.
    """
    since = add_months(day, -months) + DAY
    # Each found once for all contracts: asked per contract, PostgreSQL walks the events over and over.
    events = versions.filter(
        allocations__isnull=False,
        fulfilment__events__kind__in=REPORTING,
        fulfilment__events__at__date__range=(since, day),
    )
    lines = done.filter(month__range=(since, day))
    unheard = ~Q(pk__in=events.order_by().values("allocations__contract")) & ~Q(
        pk__in=lines.order_by().values("contract")
    )
    running = contracts.filter(active_in(Period(day, day)), start_date__lt=since)
    return running.exclude(state=ContractState.SETTLED).filter(unheard)


def silent_for(contracts: QuerySet[Any], months: int, day: date) -> QuerySet[Any]:
    """As `silent`, whoever asks: that a contract is silent tells nothing of a single fulfilment."""
    return silent(contracts, FulfilmentVersion.objects.all(), FulfilmentLine.objects.all(), months, day)


def without_report(contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, day: date) -> int:
    """How many contracts of which nothing was heard for as long as their policy has between two reports."""
    return sum(rows.count() for rows in silent_by_term(contracts, versions, done, day))


def silent_by_term(contracts: QuerySet[Any], versions: QuerySet[Any], done: Lines, day: date) -> list[QuerySet[Any]]:
    """The contracts of which nothing was heard, for each number of months that a policy has between two reports."""
    terms = contracts.order_by().values_list("policy__report_months", flat=True).distinct()
    return [silent(contracts.filter(policy__report_months=months), versions, done, months, day) for months in terms]


def sample_result(versions: QuerySet[Any], period: Period) -> SampleResult | None:
    """What was found in the samples of the quarters that begin in the period, of these versions."""
    drawn = versions.filter(checks__sample__first_day__range=(period.first, period.last))
    found = drawn.aggregate(
        drawn=Count("checks"),
        checked=Count("checks", filter=~Q(checks__outcome="")),
        in_order=Count("checks", filter=Q(checks__outcome=Outcome.IN_ORDER)),
    )
    return SampleResult(**found) if found["drawn"] else None


def quality(
    period: Period, done: Lines, contracts: QuerySet[Any], versions: QuerySet[Any], today: date | None = None
) -> Quality:
    """The quality figures of the period, looked at on its last day or, when that is still to come, on `today`."""
    day = min(period.last, today or period.last)
    late = definitions.late(period)
    own = Q(version__self_reviewed=True, version__accepted_of__isnull=False)
    found = done.filter(definitions.booked(period)).aggregate(
        late_number=Count("pk", filter=late),
        late_amount=Sum("amount", filter=late),
        mended_number=Count("pk", filter=late & Q(reverses__isnull=False)),
        mended_amount=Sum("amount", filter=late & Q(reverses__isnull=False)),
        self_reviewed=Count("version", distinct=True, filter=own),
    )
    return Quality(
        contracts_without_report=without_report(contracts, versions, done, day),
        awaiting_review=versions.filter(state=FulfilmentState.SUBMITTED).count(),
        late_lines=LateTally(found["late_number"], found["late_amount"] or ZERO),
        corrections=LateTally(found["mended_number"], found["mended_amount"] or ZERO),
        self_reviewed=found["self_reviewed"],
        sample=sample_result(versions, period),
    )
