"""Which keys of a row count for which kind and unit: what would have no effect is refused.

A key that is not named here counts for every row. Source: DOMAIN.md section 5.5.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.models import BlockKind, Unit
from contracts.valuation_tables.units import UNITS

EFFORTS = (BlockKind.PLACEMENT, BlockKind.PURCHASE, BlockKind.ACTIVITY)
OF_KINDS: Mapping[str, Collection[str]] = {
    "max_months": (BlockKind.PLACEMENT, BlockKind.BONUS),
    "condition": (BlockKind.PLACEMENT, BlockKind.BONUS),
    "replaces": (BlockKind.PLACEMENT, BlockKind.BONUS),
    "applies_to": (BlockKind.BONUS,),
    "recognitions": (BlockKind.PURCHASE,),
    "target_group": EFFORTS,
    "policy_field": EFFORTS,
    "evidence": EFFORTS,
}
OF_UNITS: Mapping[str, Collection[str]] = {
    "amount": [unit for unit, record in UNITS.items() if record.has_amount],
    "weight_percent": (Unit.INVOICE,),
}


def without_effect(kind: str, unit: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The keys with which this row says something that counts for nothing."""
    for key, said in row.items():
        of_kind, of_unit = OF_KINDS.get(key, (kind,)), OF_UNITS.get(key, (unit,))
        if said not in (None, "", [], {}) and (kind not in of_kind or unit not in of_unit):
            yield key
