"""What says how far the figures can be relied on: coverage, reports that stay away, corrections, samples."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from contracts.models import ContractState, ProcurementType
from placements.models import EventKind, FulfilmentLine, FulfilmentState, FulfilmentVersion, Outcome
from reporting import definitions
from reporting.definitions import AWARDS, NOT_COUNTED, OWING, Lines
from reporting.facts import Coverage, LateTally, Quality, SampleResult, Tally
from sroi.money import ZERO
from sroi.periods import DAY, Period, add_months

# A contract that says why it has no obligation.
WITH_REASON = ~Q(rate_reason="") | ~Q(rate_reason_text="")
REPORTING = (EventKind.SUBMITTED, EventKind.CONFIRMED, EventKind.ACCEPTED)


def active_in(period: Period) -> Q:
    """Contracts that owe something and whose term overlaps the period."""
    overlaps = Q(start_date__lte=period.last, end_date__gte=period.first)
    return OWING & overlaps & ~Q(state__in=NOT_COUNTED)


def expected_to_owe(period: Period) -> Q:
    """Contracts awarded in the period at or above the threshold their policy sets for what they procure."""
    thresholds = Q()
    for kind in ProcurementType.values:
        thresholds |= Q(procurement_type=kind, value__gte=F(f"policy__threshold_{kind}"))
    awarded = Q(award_date__range=(period.first, period.last), is_framework=False) & ~Q(state__in=NOT_COUNTED)
    return awarded & thresholds


def value_at_award(owed: Lines | None) -> Any:
    """Of a contract the value at the award, or the part of it in `owed`."""
    if owed is None:
        return F("value")
    award = owed.filter(contract=OuterRef("pk"), kind__in=AWARDS).order_by().values("contract")
    return Subquery(award.annotate(part=Sum("value_delta")).values("part"))


def coverage(contracts: QuerySet[Any], owed: Lines | None, period: Period) -> Coverage:
    """Of the contracts expected to owe, which do; by the value at the award, or the part of it in `owed`."""
    answer = Case(
        When(has_obligation=True, then=Value("with_obligation")),
        When(WITH_REASON, then=Value("without_with_reason")),
        default=Value("without_reason"),
    )
    rows = contracts.filter(expected_to_owe(period)).order_by().annotate(answer=answer, part=value_at_award(owed))
    found = rows.values("answer").annotate(number=Count("pk"), total=Sum("part"))
    tallies = {row["answer"]: Tally(row["number"], row["total"] or ZERO) for row in found}
    return Coverage(
        number=sum(tally.number for tally in tallies.values()),
        value=sum((tally.value for tally in tallies.values()), ZERO),
        **tallies,
    )


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
