"""The plan of a tender beside the contract that it became."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Sum, Value, When

from contracts.models import ObligationLine, PlannedTender
from contracts.owed.lines import AWARDS
from sroi.money import ZERO


class Stage:
    """How far a planned tender is, in the order in which it asks for something."""

    WITHOUT_ADVICE, ADVISED, CONTRACT = "without_advice", "advised", "contract"


def stage(tender: PlannedTender) -> str:
    if tender.contract_id:
        return Stage.CONTRACT
    return Stage.ADVISED if tender.advised_on else Stage.WITHOUT_ADVICE


# The same of rows.
STAGE = Case(
    When(contract__isnull=False, then=Value(Stage.CONTRACT)),
    When(advised_on__isnull=False, then=Value(Stage.ADVISED)),
    default=Value(Stage.WITHOUT_ADVICE),
)
# Those that ask for something first, then by the month in which they are to be awarded.
ORDER = Case(
    When(contract__isnull=False, then=2), When(advised_on__isnull=False, then=1), default=0
)


class AtAward(NamedTuple):
    """What a contract was awarded for, as a whole: its value and obligation in euro, of then."""

    value: Decimal
    obligation: Decimal
    day: date


def at_award(tenders: Iterable[PlannedTender]) -> dict[int, AtAward]:
    """By contract, of those that became one (their contract fetched along). What was changed after
    the award is no part of it: the plan was of the award.
    """
    contracts = [tender.contract for tender in tenders if tender.contract]
    lines: Any = ObligationLine.objects.filter(contract__in=contracts, kind__in=AWARDS)
    owed = dict(
        lines.order_by().values_list("contract").annotate(Sum("obligation_delta"))
        if contracts
        else ()
    )
    return {
        contract.pk: AtAward(contract.value, owed.get(contract.pk) or ZERO, contract.award_date)
        for contract in contracts
    }
