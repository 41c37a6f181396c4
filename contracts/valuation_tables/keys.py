"""Which keys a table can have: by format, and which of them count for which kind and unit of a row.

What would have no effect is refused. A key that is not named with kinds or units here counts for
every row. Source: DOMAIN.md section 5.5.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import BlockKind, MonthsFrom, MonthsOver, Unit
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


def contradictions(block: Any) -> Iterator[tuple[str, str]]:
    """The keys with which a row says what can never be so, and why."""
    least, most = block.min_age, block.max_age
    if least is not None and most is not None and least > most:
        yield (
            "condition.min_age",
            _("the least age (%(least)s) is above the most (%(most)s), so nobody can meet it.")
            % {"least": least, "most": most},
        )
    for code in block.facts:
        if code in block.not_facts:
            yield (
                "condition.not_facts",
                _("“%(code)s” would have to be answered both yes and no, so nobody can meet it.")
                % {"code": code},
            )
    if block.max_months_from == MonthsFrom.HIRE and block.max_months_over != MonthsOver.CONTRACT:
        yield (
            "max_months_over",
            _("from hire on the months are counted over all contracts already. Leave this out."),
        )


def new_in(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """All that a table says and only the second format knows: its path, the name of the row or
    table, and the key.
    """
    for key in NEW_TABLE_KEYS:
        if key in data:
            yield key, str(data.get("code")), key
    rows = data.get("blocks")
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if not isinstance(row, Mapping):
            continue
        condition = row.get("condition")
        own = {key: key for key in NEW_BLOCK_KEYS if key in row}
        if row.get("unit") in list(NEW_UNITS):
            own["unit"] = f"unit {row['unit']}"
        if isinstance(condition, Mapping):
            own |= {f"condition.{k}": f"condition.{k}" for k in NEW_CONDITIONS if k in condition}
        for path, key in own.items():
            yield f"blocks[{number}].{path}", str(row.get("code")), key
