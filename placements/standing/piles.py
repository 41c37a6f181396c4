"""Of many contracts those that ask for something by how they stand: found in the database, by what
is kept of them. What each asks is said by `placements.standing.asks` alone; a test holds that both
find the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Window
from django.db.models.functions import RowNumber

from contracts.models import ContractState, DraftDecision, DraftState
from placements.standing.asks import ENDING_WITHIN_MONTHS, OF_SETTLEMENT, Ask, Kind, asks
from placements.standing.kept import progress_kept
from placements.standing.known import LookUp
from placements.standing.progress import Status
from placements.standing.words import WORRYING
from sroi.money import ZERO
from sroi.periods import add_months

SETTLE, ENDING = "settle", "ending"
KINDS = {SETTLE: OF_SETTLEMENT, ENDING: (Kind.ENDING,)}


@dataclass
class Asking:
    """How many contracts ask the same, and what the first of them ask."""

    number: int = 0
    asks: list[Ask] = field(default_factory=list)


@dataclass(frozen=True)
class Troubled:
    """A contractor of which several contracts are short: how many, what is still to be fulfilled of
    all together, and the most urgent status.
    """

    contractor_id: int
    name: str
    number: int
    open: Decimal
    status: Status


def troubled(contracts: QuerySet[Any], today: date) -> list[Troubled]:
    """Of contracts as in `asking` the contractors of more than one with a worrying status, the most
    still to be fulfilled first.
    """
    rows = contracts.order_by().annotate(pile=_pile(today)).filter(pile__in=WORRYING)
    firms = rows.values("contractor_id", "contractor__name").annotate(
        number=Count("pk"),
        owed=Sum("standing__obligation"),
        done=Sum("standing__realised"),
        worst=Min(_urgency()),
    )
    found = [
        Troubled(
            firm["contractor_id"],
            firm["contractor__name"],
            firm["number"],
            max(firm["owed"] - firm["done"], ZERO),
            WORRYING[firm["worst"]],
        )
        for firm in firms.filter(number__gt=1)
    ]
    return sorted(found, key=lambda firm: (-firm.open, firm.name))


def _urgency() -> Case:
    """The place of its status, the most urgent first."""
    places = [When(pile=status, then=Value(i)) for i, status in enumerate(WORRYING)]
    return Case(*places, output_field=IntegerField())


def asking(
    contracts: QuerySet[Any], today: date, most: int, together: Collection[int] = ()
) -> Mapping[str, Asking]:
    """Of contracts that run and owe something, and are in step, those to settle (`SETTLE`), those
    of each worrying status that are not over, by its code, and those that end soon (`ENDING`): of
    each how many, and the first `most`, those that end first before. Without those of a worrying
    status of the contractors that are told `together`.
    """
    rows = contracts.order_by().annotate(pile=_pile(today)).exclude(pile="")
    if together:
        rows = rows.exclude(pile__in=WORRYING, contractor__in=together)
    place = Window(RowNumber(), partition_by=F("pile"), order_by=["end_date", "reference"])
    number = Window(Count("pk"), partition_by=F("pile"))
    some = rows.annotate(number=number, place=place).filter(place__lte=most)
    related = some.select_related("policy", "contractor", "standing")
    first: list[Any] = list(related.order_by("end_date", "reference"))
    asked = asks(first, today, [LookUp.STANDING], progress=progress_kept(first, today))
    found = {pile: Asking() for pile in (SETTLE, *WORRYING, ENDING)}
    for contract in first:
        found[contract.pile].number = contract.number
        kinds = KINDS.get(contract.pile, (Kind.CATCH_UP,))
        found[contract.pile].asks += [ask for ask in asked[contract.pk] if ask.kind in kinds]
    return found


def _pile(today: date) -> Case:
    """In which one it lies; in none where it asks nothing, or waits for the contractor's answer to
    the draft of its settlement.
    """
    drafts = DraftDecision.objects.filter(state=DraftState.SHOWN, contract=OuterRef("pk"))
    open_ones = drafts.filter(answered_at=None, answer_until__gte=today)
    is_over = Q(end_date__lt=today) & (Q(recovery_until=None) | Q(recovery_until__lt=today))
    ends_soon = Q(end_date__range=(today, add_months(today, ENDING_WITHIN_MONTHS)))
    return Case(
        When(is_over & Q(state=ContractState.ENDED) & Q(Exists(open_ones)), then=Value("")),
        When(is_over, then=Value(SETTLE)),
        When(standing__status__in=WORRYING, then=F("standing__status")),
        When(ends_soon, then=Value(ENDING)),
        default=Value(""),
        output_field=CharField(),
    )
