"""What a row says, field by field: the one description from which rows are written and OpenAPI is
made.

Amounts and percentages are text with decimals, days and moments as RFC 3339 writes them: as in the
exchange formats. Source: DOMAIN.md section 10.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models.enums import Choices

Schema = dict[str, Any]


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


def _percent(value: Decimal) -> str:
    """With two decimals, and with more where it has them: a share is never rounded."""
    plain = value.normalize()
    return f"{plain:f}" if _places(plain) > 2 else f"{plain:.2f}"


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Kind(Enum):
    """How a value is written, and how OpenAPI says that."""

    TEXT = {"type": "string"}, str
    NUMBER = {"type": "integer"}, int
    AMOUNT = {"type": "string", "pattern": r"^-?\d+\.\d\d$"}, _amount
    PERCENT = {"type": "string", "pattern": r"^\d+\.\d{2,}$"}, _percent
    DAY = {"type": "string", "format": "date"}, lambda day: day.isoformat()
    MOMENT = {"type": "string", "format": "date-time"}, _moment
    URL = {"type": "string", "format": "uri"}, str
    ROWS = {"type": "array"}, list

    def __init__(self, schema: Schema, write: Callable[[Any], Any]) -> None:
        self.schema, self.write = schema, write


@dataclass(frozen=True)
class Field:
    """`what` it is, in words; `value` finds it in a row. What can be unknown is null then."""

    name: str
    kind: Kind
    what: Any
    value: Callable[[Any], Any]
    can_be_unknown: bool = False
    choices: type[Choices] | None = None
    # Of rows within a row.
    parts: Sequence["Field"] = field(default=())

    def written(self, row: Any) -> Any:
        found = self.value(row)
        if self.can_be_unknown and found in (None, ""):
            return None
        if self.parts:
            return [written(self.parts, part) for part in found]
        return self.kind.write(found)

    @property
    def schema(self) -> Schema:
        found: Schema = {**self.kind.schema, "description": str(self.what)}
        if self.choices:
            found["enum"] = [str(value) for value in self.choices.values]
        if self.parts:
            found["items"] = schema_of(self.parts)
        if self.can_be_unknown:
            found["type"] = [found["type"], "null"]
            if self.choices:
                found["enum"].append(None)
        return found


def written(fields: Sequence[Field], row: Any) -> dict[str, Any]:
    return {each.name: each.written(row) for each in fields}


def schema_of(fields: Sequence[Field]) -> Schema:
    return {
        "type": "object",
        "required": [each.name for each in fields],
        "properties": {each.name: each.schema for each in fields},
        "additionalProperties": False,
    }
