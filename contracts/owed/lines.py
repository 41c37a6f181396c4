"""What counts: contracts that owe something themselves, and the kinds of line with which they are
registered.
"""

from typing import Any

from django.db.models import Q, QuerySet

from contracts.models import ContractState, LineKind
from sroi.periods import Period

Lines = QuerySet[Any]
AWARDS = (LineKind.AWARD, LineKind.CALL_OFF)
NOT_COUNTED = (ContractState.DRAFT, ContractState.CANCELLED)
# A contract that owes something itself: a framework owes through its call-offs.
OWING = Q(has_obligation=True, is_framework=False)


def active_in(period: Period) -> Q:
    """Contracts that owe something and whose term overlaps the period."""
    overlaps = Q(start_date__lte=period.last, end_date__gte=period.first)
    return OWING & overlaps & ~Q(state__in=NOT_COUNTED)
