"""Parsers of cells that hold several values, separated by `;`. Source: DOMAIN.md section 10."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from sroi.exchange.sheets import Cell
from sroi.exchange.values import Warned, day, decimal_number, hours_per_week, says_nothing, text
from sroi.templatetags.formats import all_decimals

HUNDRED = Decimal(100)
SHARE_PLACES = 4

_text = text(max_length=2000, exempt=True)
_share = decimal_number(SHARE_PLACES, maximum=100)


@dataclass(frozen=True)
class PerReference:
    """One code for all references (`default`), or a code per reference."""

    default: str = ""
    by_reference: Mapping[str, str] = field(default_factory=dict)

    def of(self, reference: str) -> str | None:
        """The code of a reference; None when the cell does not name it."""
        return self.default or self.by_reference.get(reference)


def code_list(cell: Cell) -> list[str]:
    """Codes in the order they are written: `A;B`. The same code twice is refused."""
    codes = _parts(cell)
    _refuse_repeats(codes)
    return codes


def answers(cell: Cell) -> dict[str, bool]:
    """Codes of questions with their answers: `A;!B` is yes to A and no to B."""
    parts = _parts(cell)
    codes = [part.removeprefix("!").strip() for part in parts]
    if not all(codes):
        raise ValueError(_("There is no code after “!”."))
    _refuse_repeats(codes)
    return {code: not part.startswith("!") for code, part in zip(codes, parts, strict=True)}


def shares(complete: bool = True) -> Callable[[Cell], dict[str, Decimal]]:
    """A parser of names with their percent: `GM0402:60;GM0406:40`, or with `%` in other ways:
    `Hilversum 60%, Huizen (40%)`; a single name without percent has all of it.

    Each share is above zero, with at most four decimals. They add up to exactly 100, or to at most
    100 when not `complete`.
    """

    def parse(cell: Cell) -> dict[str, Decimal]:
        pairs = _with_percent_signs(_text(cell))
        parts = _parts(cell)
        if not pairs and len(parts) == 1 and ":" not in parts[0]:
            return {parts[0]: HUNDRED}
        pairs = pairs or [_pair(part, ":") for part in parts]
        if not all(percent for _name, percent in pairs):
            raise ValueError(
                _("With several names each needs its share, as in GM0402:60;GM0406:40.")
            )
        _refuse_repeats([name for name, _percent in pairs])
        return _adding_up({name: _positive(percent) for name, percent in pairs}, complete)

    return parse


# A name and its percent, whatever stands between them and behind them.
_NAMED = re.compile(
    r"\s*(?P<name>[^\d%;:=]*[^\d%;:=\s(,/+&-])[\s:=(-]*(?P<percent>\d+(?:[.,]\d+)?)\s*%\s*\)?"
    r"\s*(?:[;,/+&\n-]|\ben\b|\band\b|\Z)"
)


def _with_percent_signs(written: str) -> list[tuple[str, str]]:
    """Names with their percent, where all of the text is that."""
    found = list(_NAMED.finditer(written))
    is_all = "".join(one[0] for one in found) == written
    return [(one["name"].strip(), one["percent"]) for one in found] if is_all else []


def hours_in_time(cell: Cell) -> list[tuple[date, Decimal]]:
    """Hours per week from days on, in order: `2024-03-01=24;2024-09-01=32`."""
    found = {}
    for part in _parts(cell):
        begins, hours = _pair(part, "=")
        if not hours:
            raise ValueError(
                _("Write from which day it is how many hours, as in 2024-03-01=24;2024-09-01=32.")
            )
        first = day(begins)
        found[first.value if isinstance(first, Warned) else first] = hours_per_week(hours)
    if len(found) < len(_parts(cell)):
        raise ValueError(_("A day is there more than once."))
    return sorted(found.items())


def share_in_words(percent: Decimal) -> str:
    """As it is read back: three decimals could be thousands."""
    text = f"{percent:f}".rstrip("0").rstrip(".") if "." in f"{percent:f}" else f"{percent:f}"
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def per_reference(cell: Cell) -> PerReference:
    """`CODE`, or `REF1=CODE1;REF2=CODE2` where the references have different codes."""
    parts = _parts(cell)
    if len(parts) == 1 and "=" not in parts[0]:
        return PerReference(default=parts[0])
    pairs = [_pair(part, "=") for part in parts]
    if not all(code for _reference, code in pairs):
        raise ValueError(
            _("With several codes each needs its reference, as in REF1=CODE1;REF2=CODE2.")
        )
    _refuse_repeats([reference for reference, _code in pairs])
    return PerReference(by_reference=dict(pairs))


def _parts(cell: Cell) -> list[str]:
    parts = [] if says_nothing(cell) else [part.strip() for part in _text(cell).split(";")]
    if filled := [part for part in parts if part]:
        return filled
    raise ValueError(_("There is nothing between the semicolons."))


def _pair(part: str, separator: str) -> tuple[str, str]:
    """Name and value around the last separator; no value where there is none."""
    name, found, value = part.rpartition(separator)
    if found and not name.strip():
        raise ValueError(_("There is no name before “%(separator)s”.") % {"separator": separator})
    return (name.strip(), value.strip()) if found else (part, "")


def _refuse_repeats(names: list[str]) -> None:
    if len(set(names)) < len(names):
        repeated = max(names, key=names.count)
        raise ValueError(_("“%(name)s” is there more than once.") % {"name": repeated})


def _positive(percent: str) -> Decimal:
    share = _share(percent.removesuffix("%").rstrip())
    if share <= 0:
        raise ValueError(_("A share must be more than zero."))
    return share


def _adding_up(found: dict[str, Decimal], complete: bool) -> dict[str, Decimal]:
    total = sum(found.values(), Decimal(0))
    if complete and total != HUNDRED:
        raise ValueError(
            _("The shares must add up to 100; they add up to %(total)s.")
            % {"total": all_decimals(total)}
        )
    if total > HUNDRED:
        raise ValueError(
            _("The shares may add up to at most 100; they add up to %(total)s.")
            % {"total": all_decimals(total)}
        )
    return found
