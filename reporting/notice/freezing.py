"""Facts as text that gives the same facts back: what a final report is made of, whatever the ledger does later."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def frozen(value: Any) -> Any:
    """`value` as JSON can hold it: amounts as text, so that not a cent is lost."""
    if is_dataclass(value):
        return {field.name: frozen(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {frozen(key): frozen(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [frozen(part) for part in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def thawed(kind: type[T], value: Any) -> T:
    """What was frozen, as the `kind` it was."""
    found: Any = _thawed(kind, value)
    return found


def _thawed(kind: Any, value: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _thawed(next(part for part in parts if part is not NoneType), value)
    if origin is dict:
        return {_thawed(parts[0], key): _thawed(parts[1], part) for key, part in value.items()}
    if origin in (list, frozenset):
        return origin(_thawed(parts[0], part) for part in value)
    if isinstance(kind, type) and is_dataclass(kind):
        types = get_type_hints(kind)
        made: Any = kind
        return made(**{name: _thawed(types[name], part) for name, part in value.items()})
    if kind is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if kind is date else value
