"""What of JSON Schema (draft 2020-12) our own schemas use, and nothing more: a keyword that is not
known here is an error.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

Schema = Mapping[str, Any] | bool
SAYS_NOTHING = {"$schema", "$defs", "title", "description", "then", "else"}
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: TYPES["number"](value) and value == int(value),
}


def equal(one: Any, other: Any) -> bool:
    """JSON knows true and 1 apart."""
    return (type(one) is type(other) and one == other) or (
        TYPES["number"](one) and TYPES["number"](other) and one == other
    )


def is_valid(value: Any, schema: Schema, root: Mapping[str, Any] | None = None) -> bool:
    if isinstance(schema, bool):
        return schema
    root = schema if root is None else root
    return all(
        KEYWORDS[keyword](value, said, schema, root)
        for keyword, said in schema.items()
        if keyword not in SAYS_NOTHING
    )


def _reference(value: Any, said: str, _schema: Any, root: Any) -> bool:
    found = root
    for name in said.removeprefix("#/").split("/"):
        found = found[name]
    return is_valid(value, found, root)


def _if(value: Any, said: Any, schema: Any, root: Any) -> bool:
    branch = "then" if is_valid(value, said, root) else "else"
    return is_valid(value, schema.get(branch, True), root)


def _properties(value: Any, said: Any, _schema: Any, root: Any) -> bool:
    return not TYPES["object"](value) or all(
        is_valid(value[key], part, root) for key, part in said.items() if key in value
    )


def _others(value: Any, said: Any, schema: Any, root: Any) -> bool:
    """What stands beside the properties that are named: nothing, or what `said` says."""
    return not TYPES["object"](value) or all(
        is_valid(part, said, root)
        for name, part in value.items()
        if name not in schema.get("properties", {})
    )


def _formatted(value: str, said: str) -> bool:
    try:
        FORMATS[said](value)
    except ValueError:
        return False
    return True


def _uri(value: str) -> None:
    if not urlsplit(value).scheme:
        raise ValueError(value)


FORMATS: Mapping[str, Callable[[str], Any]] = {
    "date": lambda value: datetime.strptime(value, "%Y-%m-%d").astimezone(UTC),
    "date-time": lambda value: datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z"),
    "uri": _uri,
    "uri-reference": urlsplit,
}


def _of(kind: str, holds: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    """What counts for values of one type only."""
    return lambda value, said, _schema, _root: not TYPES[kind](value) or holds(value, said)


def _differ(value: list[Any], said: bool) -> bool:
    return not said or not any(equal(a, b) for n, a in enumerate(value) for b in value[:n])


def _matches(value: str, pattern: str) -> bool:
    return re.search(re.sub(r"\$$", r"\\Z", pattern), value) is not None


KEYWORDS: Mapping[str, Callable[..., bool]] = {
    "$ref": _reference,
    "if": _if,
    "properties": _properties,
    "additionalProperties": _others,
    "type": lambda value, said, _schema, _root: any(
        TYPES[one](value) for one in ([said] if isinstance(said, str) else said)
    ),
    "enum": lambda value, said, _schema, _root: any(equal(value, one) for one in said),
    "const": lambda value, said, _schema, _root: equal(value, said),
    "not": lambda value, said, _schema, root: not is_valid(value, said, root),
    "allOf": lambda value, said, _schema, root: all(is_valid(value, one, root) for one in said),
    "oneOf": lambda value, said, _schema, root: (
        sum(is_valid(value, one, root) for one in said) == 1
    ),
    "items": lambda value, said, _schema, root: (
        not TYPES["array"](value) or all(is_valid(one, said, root) for one in value)
    ),
    "required": _of("object", lambda value, said: set(said) <= set(value)),
    "minProperties": _of("object", lambda value, said: len(value) >= said),
    "maxItems": _of("array", lambda value, said: len(value) <= said),
    "uniqueItems": _of("array", _differ),
    "minLength": _of("string", lambda value, said: len(value) >= said),
    "maxLength": _of("string", lambda value, said: len(value) <= said),
    "pattern": _of("string", _matches),
    "format": _of("string", _formatted),
    "minimum": _of("number", lambda value, said: value >= said),
    "maximum": _of("number", lambda value, said: value <= said),
    "exclusiveMinimum": _of("number", lambda value, said: value > said),
}
