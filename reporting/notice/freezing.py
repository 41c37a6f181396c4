"""Facts as text that gives the same facts back: what a final report is made of, whatever the ledger
does later.

What is frozen says in which format. It is read through that format, so that a report of years ago
opens in the program of today: a field that is renamed keeps its key (`metadata={"key": …}`), and
what changes more raises `FORMAT` and says in `UPGRADES` how the format before it reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from reporting.figures.facts import AnnualFigures

T = TypeVar("T")
Content = dict[str, Any]

FORMAT = 6
# The figures that format 1 held one by one; since then they stand together, by the name in the
# catalogue.
IN_1 = (
    "contract_value_registered",
    "obligation_registered",
    "fulfilled",
    "social_spend",
    "social_firm_spend",
    "workplaces",
    "obligation_to_date",
    "realised_to_date",
    "contracts_registered",
    "workplaces_started",
    "workplaces_late",
    "fte",
)


def frozen(value: Any) -> Any:
    """`value`, a record, as JSON can hold it with its format: amounts as text, so that not a cent
    is lost.
    """
    return {"format": FORMAT} | _frozen(value)


def _frozen(value: Any) -> Any:
    if is_dataclass(value):
        return {key(field): _frozen(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_frozen(name): _frozen(part) for name, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_frozen(part) for part in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def thawed(kind: type[T], value: Mapping[str, Any]) -> T:
    """What was frozen, as the `kind` it was; without a format it is the first."""
    content = dict(value)
    for number in range(content.pop("format", 1), FORMAT):
        content = UPGRADES[number](kind, content)
    found: Any = _thawed(kind, content)
    return found


def key(field: "Field[Any]") -> str:
    """What a field is called in what is stored."""
    found: str = field.metadata.get("key", field.name)
    return found


def _thawed(kind: Any, value: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None or type(value) in parts:
            return value
        return _thawed(next(part for part in parts if part not in (NoneType, int)), value)
    if origin is dict:
        return {_thawed(parts[0], name): _thawed(parts[1], part) for name, part in value.items()}
    if origin in (list, frozenset):
        return origin(_thawed(parts[0], part) for part in value)
    if isinstance(kind, type) and is_dataclass(kind):
        types, made = get_type_hints(kind), kind
        known = {key(field): field.name for field in fields(kind)}
        given = {known[name]: part for name, part in value.items() if name in known}
        return made(**{name: _thawed(types[name], part) for name, part in given.items()})
    if kind is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if kind is date else value


def _from_1(kind: type, content: Content) -> Content:
    """Figures stood one by one, and what social firms were paid was called `paid` in the parts."""
    if kind is not AnnualFigures:
        return content
    values = {name: content[name] for name in IN_1 if name in content}
    rest = {name: part for name, part in content.items() if name not in IN_1}
    return _renamed(rest, "paid", "social_firm_spend") | {"values": values}


def _renamed(value: Any, old: str, new: str) -> Any:
    """With one name for another, at every depth."""
    if isinstance(value, dict):
        return {
            new if name == old else name: _renamed(part, old, new) for name, part in value.items()
        }
    return [_renamed(part, old, new) for part in value] if isinstance(value, list) else value


def _with_more(kind: type, content: Content) -> Content:
    """Only more is kept since: after format 2 what was accepted without evidence, disagreements and
    drafts of settlements; after 3 the people, how contracts stood and ended, what was due, and what
    a goal comes from; after 4 why there is no obligation; after 5 what the desk did. What was not
    counted then reads as such.
    """
    return content


# By the number of a format how it reads as the next one.
UPGRADES: Mapping[int, Callable[[type, Content], Content]] = {
    1: _from_1,
    2: _with_more,
    3: _with_more,
    4: _with_more,
    5: _with_more,
}
