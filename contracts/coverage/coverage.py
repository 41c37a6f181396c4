"""Which contracts should have an obligation by their policy, and which have one."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from contracts.models import ProcurementType
from contracts.owed.lines import AWARDS, NOT_COUNTED, Lines
from sroi.database.together import Asking, by_itself
from sroi.money import ZERO
from sroi.periods import Period


@dataclass(frozen=True)
class Tally:
    """A number of things and what they amount to."""

    number: int = 0
    value: Decimal = ZERO

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.number + other.number, self.value + other.value)


@dataclass(frozen=True)
class Coverage:
    """Contracts awarded at or above the threshold of their policy: did they get an obligation?"""

    number: int = 0
    value: Decimal = ZERO
    with_obligation: Tally = Tally()
    without_with_reason: Tally = Tally()
    without_reason: Tally = Tally()
    # Of those without, with a reason: by its category, blank where there are words only.
    reasons: dict[str, Tally] = field(default_factory=dict)

    @property
    def by_reason(self) -> list[tuple[str, Tally]]:
        """The reasons, what was said most first."""
        return sorted(self.reasons.items(), key=lambda of: (-of[1].number, of[0]))


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


def covered(contracts: QuerySet[Any], owed: Lines | None, period: Period) -> Asking[Coverage]:
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
    by_answer = rows.values_list("answer", "rate_reason")
    (found,) = yield [by_answer.annotate(number=Count("pk"), total=Sum("part"))]
    tallies: dict[str, Tally] = defaultdict(Tally)
    reasons: dict[str, Tally] = {}
    for name, reason, number, total in found:
        tally = Tally(number, total or ZERO)
        tallies[name] += tally
        if name == "without_with_reason":
            reasons[reason] = tally
    whole = sum(tallies.values(), Tally())
    return Coverage(whole.number, whole.value, **tallies, reasons=reasons)


coverage = by_itself(covered)
