"""Which keys a table can have: by format, and which of them count for which kind and unit of a row.

What would have no effect is refused. A key that is not named with kinds or units here counts for
every row. Source: DOMAIN.md section 5.5.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.models import BlockKind, Unit
from contracts.valuation_tables.units import UNITS

FIRST, SECOND = FORMATS = ("valuation-table/1", "valuation-table/2")

# What the second format has beside the first.
NEW_TABLE_KEYS = ("facts",)
NEW_BLOCK_KEYS = ("max_months_from", "max_months_over", "entitlement", "alternatives")
NEW_CONDITIONS = ("max_age", "facts", "not_facts")
NEW_UNITS = (Unit.WEEK, Unit.SCHOOL_YEAR)
CONDITIONS = ("min_age", "permanent_contract", *NEW_CONDITIONS)

EFFORTS = (BlockKind.PLACEMENT, BlockKind.PURCHASE, BlockKind.ACTIVITY)
OF_A_PERSON = (BlockKind.PLACEMENT, BlockKind.BONUS)
OF_KINDS: Mapping[str, Collection[str]] = {
    "max_months": OF_A_PERSON,
    "max_months_from": OF_A_PERSON,
    "max_months_over": OF_A_PERSON,
    "entitlement": OF_A_PERSON,
    "condition.min_age": OF_A_PERSON,
    "condition.max_age": OF_A_PERSON,
    "condition.permanent_contract": OF_A_PERSON,
    "replaces": OF_A_PERSON,
    "applies_to": (BlockKind.BONUS,),
    "recognitions": (BlockKind.PURCHASE,),
    "target_group": EFFORTS,
    "policy_field": EFFORTS,
    "evidence": EFFORTS,
    "alternatives": EFFORTS,
}
OF_UNITS: Mapping[str, Collection[str]] = {
    "amount": [unit for unit, record in UNITS.items() if record.has_amount],
    "weight_percent": (Unit.INVOICE,),
}
# What says how something else counts, and nothing without it.
NEEDS: Mapping[str, str] = {"max_months_from": "max_months", "max_months_over": "max_months"}
NOT_SAID: tuple[Any, ...] = (None, "", [], {})


def said_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, by its key; of its condition each key by itself (`condition.min_age`)."""
    found = {key: said for key, said in row.items() if key != "condition"}
    for key, said in (row.get("condition") or {}).items():
        found[f"condition.{key}"] = said
    return {key: said for key, said in found.items() if said not in NOT_SAID}


def without_effect(kind: str, unit: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The keys with which this row says something that counts for nothing."""
    said = said_in(row)
    for key in said:
        of_kind, of_unit = OF_KINDS.get(key, (kind,)), OF_UNITS.get(key, (unit,))
        if kind not in of_kind or unit not in of_unit or NEEDS.get(key, key) not in said:
            yield key


def new_in(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All that a table says and only the second format knows: where, and the key."""
    for key in NEW_TABLE_KEYS:
        if key in data:
            yield str(data.get("code")), key
    rows = data.get("blocks")
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, Mapping):
            continue
        condition = row.get("condition")
        own = [key for key in NEW_BLOCK_KEYS if key in row]
        own += [f"unit {row['unit']}"] if row.get("unit") in NEW_UNITS else []
        if isinstance(condition, Mapping) and condition:
            own += [f"condition.{key}" for key in NEW_CONDITIONS if key in condition]
        for key in own:
            yield str(row.get("code")), key
