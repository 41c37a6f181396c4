"""Which contracts should have an obligation by their policy, and which have one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from contracts.models import ProcurementType
from contracts.owed.lines import AWARDS, NOT_COUNTED, Lines
from sroi.money import ZERO
from sroi.periods import Period


@dataclass(frozen=True)
class Tally:
    """A number of things and what they amount to."""

    number: int = 0
    value: Decimal = ZERO


@dataclass(frozen=True)
class Coverage:
    """Contracts awarded at or above the threshold of their policy: did they get an obligation?"""

    number: int = 0
    value: Decimal = ZERO
    with_obligation: Tally = Tally()
    without_with_reason: Tally = Tally()
    without_reason: Tally = Tally()


# A contract that says why it has no obligation, or whose contractor is exempt.
WITH_REASON = ~Q(rate_reason="") | ~Q(rate_reason_text="") | Q(exempted_by__isnull=False)


def expected_to_owe(period: Period) -> Q:
    """Contracts awarded in the period at or above the threshold their policy sets for what they
    procure.
    """
    thresholds = Q()
    for kind in ProcurementType.values:
        thresholds |= Q(procurement_type=kind, value__gte=F(f"policy__threshold_{kind}"))
    awarded = Q(award_date__range=(period.first, period.last), is_framework=False) & ~Q(
        state__in=NOT_COUNTED
    )
    return awarded & thresholds


def value_at_award(owed: Lines | None) -> Any:
    """Of a contract the value at the award, or the part of it in `owed`."""
    if owed is None:
        return F("value")
    award = owed.filter(contract=OuterRef("pk"), kind__in=AWARDS).order_by().values("contract")
    return Subquery(award.annotate(part=Sum("value_delta")).values("part"))


def coverage(contracts: QuerySet[Any], owed: Lines | None, period: Period) -> Coverage:
    """Of the contracts expected to owe, which do; by the value at the award, or the part of it in
    `owed`.
    """
    answer = Case(
        When(has_obligation=True, then=Value("with_obligation")),
        When(WITH_REASON, then=Value("without_with_reason")),
        default=Value("without_reason"),
    )
    rows = (
        contracts.filter(expected_to_owe(period))
        .order_by()
        .annotate(answer=answer, part=value_at_award(owed))
    )
    found = rows.values("answer").annotate(number=Count("pk"), total=Sum("part"))
    tallies = {row["answer"]: Tally(row["number"], row["total"] or ZERO) for row in found}
    return Coverage(
        number=sum(tally.number for tally in tallies.values()),
        value=sum((tally.value for tally in tallies.values()), ZERO),
        **tallies,
    )
