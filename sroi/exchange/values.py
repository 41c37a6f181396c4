"""Parsers of single values: a cell in, a typed value out, or `ValueError` with a sentence for the
user.

A cell is a text without blanks around it, or what a spreadsheet typed. Parsers never get an empty
cell: a column has its default for that. Source: DOMAIN.md section 10.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sroi.bsn import refuse_bsn
from sroi.exchange.sheets import Cell
from sroi.money import misfit, not_an_amount
from sroi.templatetags.formats import number

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1900, 2100
# Digits that a spreadsheet keeps of a number, decimals included.
SPREADSHEET_DIGITS = 15

NUMBERS = (int, float)

YES = frozenset({"ja", "yes", "true", "1", "x"})
NO = frozenset({"nee", "no", "false", "0", ""})

# A number of the trade register; that of nobody is none.
KVK = "(?!0{8})[0-9]{8}"
NO_KVK = gettext_lazy("A KvK number has 8 digits.")

_NUMBER = re.compile(r"([-−]?)\s*([0-9]+(?:[.,][0-9]+)*)")
_EUROS = re.compile(r"([-−]?)\s*€?\s*([-−]?)\s*([0-9.,]+)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_DUTCH_DAY = re.compile(r"(?P<day>[0-9]{1,2})-(?P<month>[0-9]{1,2})-(?P<year>[0-9]{4})")


@dataclass(frozen=True)
class Warned:
    """A value that was mended while it was read, and how."""

    value: Any
    reason: str


# Numbers


def amount(cell: Cell) -> Decimal:
    """Euro of zero or more, exact to the cent: `1234567.89`, `1.234.567,89`, `1234,5`, `€
    12.500`.
    """
    value = signed_amount(cell)
    if why := not_an_amount(value):
        raise ValueError(why)
    return value


def signed_amount(cell: Cell) -> Decimal:
    """Euro by which something changes, exact to the cent: as an amount, and `-1.000,00`.

    A dot before exactly three digits without a comma means thousands: `12.500` is twelve thousand
    five hundred. Where dots then do not group by three (`12.5000`, `1.23.456`, `0.125`), and where
    a comma could be the thousands of another country (`12,500`), the amount is refused rather than
    guessed.
    """
    if not isinstance(cell, str):
        return _fitting(_typed_number(cell), 2)
    match = _EUROS.fullmatch(cell)
    if not match or (match[1] and match[2]):
        raise _no_number()
    return _fitting(_decimal(match[1] or match[2], match[3], dot_means_thousands=True), 2)


def decimal_number(
    places: int, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
) -> Callable[[Cell], Decimal]:
    """A parser of numbers other than amounts, with `,` or `.` before the decimals: `36`, `24,5`,
    `24.5`, `1.234,5`.

    A dot or comma before exactly three digits (`1.000`) is refused: it could mean thousands.
    """

    def parse(cell: Cell) -> Decimal:
        if isinstance(cell, str):
            match = _NUMBER.fullmatch(cell)
            if not match:
                raise _no_number()
            value = _decimal(match[1], match[2], dot_means_thousands=False)
        else:
            value = _typed_number(cell)
        return _within(_fitting(value, places), minimum, maximum)

    return parse


quantity = decimal_number(2, minimum=0)
HOURS_OF_A_WEEK = 7 * 24
hours_per_week = decimal_number(2, 0, HOURS_OF_A_WEEK)
_percentage = decimal_number(2, 0, 100)


def percent(cell: Cell) -> Decimal | Warned:
    """A percentage from 0 to 100, with or without `%`: `5`, `2,5`, `2.5%`.

    A spreadsheet keeps a cell that shows 5% as the number 0.05; typed numbers below 1 are taken as
    written, with a warning.
    """
    if isinstance(cell, str):
        return _percentage(cell.removesuffix("%").rstrip())
    value = _percentage(cell)
    if 0 < value < 1:
        return Warned(
            value,
            _("Read as %(value)s%%. A cell formatted as a percentage should be text.")
            % {"value": number(value)},
        )
    return value


def whole_number(cell: Cell) -> int:
    """A whole number from zero up, of at most nine digits, without separators."""
    if isinstance(cell, str):
        if re.fullmatch(r"[0-9]{1,9}", cell):
            return int(cell)
    elif (value := _typed_number(cell)) == int(value) and 0 <= value < 10**9:
        return int(value)
    raise ValueError(_("This is not a whole number."))


def _decimal(sign: str, digits: str, dot_means_thousands: bool) -> Decimal:
    """The number in a text of digits, dots and commas. Refuses what can be read in two ways."""
    whole, comma, decimals = digits.partition(",")
    if not _DOTTED.fullmatch(whole) or (comma and not decimals.isdigit()):
        raise _no_number()
    if _GROUPED.fullmatch(whole) and (comma or dot_means_thousands):
        whole = whole.replace(".", "")
    elif "." in whole:
        whole, decimals = _split_at_dot(whole, comma, dot_means_thousands)
    elif _TWO_WAYS.fullmatch(digits):
        raise ValueError(
            _(
                "This can be read in two ways: write thousands without a separator, or decimals as"
                " 0.50."
            )
        )
    return Decimal(f"{'-' if sign else ''}{whole}.{decimals or 0}")


def _split_at_dot(whole: str, comma: str, dot_means_thousands: bool) -> tuple[str, str]:
    """The digits before and after a dot that does not group thousands."""
    before, _dot, after = whole.partition(".")
    if comma or "." in after or (dot_means_thousands and len(after) > 3):
        raise ValueError(_("The dots in this number do not group its digits by three."))
    if len(after) == 3 and whole.startswith("0") and dot_means_thousands:
        raise ValueError(
            _("A dot before three digits means thousands, and those do not begin with a zero.")
        )
    if len(after) == 3:
        raise ValueError(
            _("A dot before exactly three digits could mean thousands: write 1234.5 or 1234,5.")
        )
    return before, after


def _typed_number(cell: Cell) -> Decimal:
    """What a spreadsheet shows of a number cell: its shortest exact form, in at most fifteen
    digits.
    """
    if isinstance(cell, bool) or not isinstance(cell, NUMBERS):
        raise _no_number()
    value = Decimal(repr(cell))
    if not value.is_finite():
        raise _no_number()
    if len(value.as_tuple().digits) > SPREADSHEET_DIGITS:
        value = Decimal(format(cell, f".{SPREADSHEET_DIGITS}g"))
    return value


def _fitting(value: Decimal, places: int) -> Decimal:
    """`value` with exactly `places` decimals; refused when digits would be lost. Minus zero is
    zero.
    """
    if why := misfit(value, places):
        raise ValueError(why)
    fitted = round(value, places)
    return fitted or abs(fitted)


def _within(
    value: Decimal, minimum: Decimal | int | None, maximum: Decimal | int | None
) -> Decimal:
    if minimum is not None and value < minimum:
        raise ValueError(_("This number is below %(minimum)s.") % {"minimum": number(minimum)})
    if maximum is not None and value > maximum:
        raise ValueError(_("This number is above %(maximum)s.") % {"maximum": number(maximum)})
    return value


def _no_number() -> ValueError:
    return ValueError(_("This is not a number: write it as 1234.56 or 1.234,56."))


# Days and yes or no


def day(cell: Cell, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> date:
    """A calendar day: `2024-12-31`, `31-12-2024`, or a date cell (without a time)."""
    found = _typed_day(cell) if not isinstance(cell, str) else _written_day(cell)
    if not first_year <= found.year <= last_year:
        raise ValueError(
            _("The year must lie between %(first)s and %(last)s.")
            % {
                "first": first_year,
                "last": last_year,
            }
        )
    return found


def _written_day(cell: str) -> date:
    match = _DAY.fullmatch(cell) or _DUTCH_DAY.fullmatch(cell)
    if not match:
        raise ValueError(_("This is not a date: write it as 31-12-2024 or 2024-12-31."))
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError(_("This day does not exist in the calendar.")) from None


def _typed_day(cell: Cell) -> date:
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date()
    if isinstance(cell, datetime) or not isinstance(cell, date):
        raise ValueError(_("This is not a date: format the cell as a date, without a time."))
    return cell


def yes_no(cell: Cell) -> bool:
    """`ja`, `yes`, `true`, `1`, `x` and `nee`, `no`, `false`, `0`; give the column `default=False`
    for empty cells.
    """
    word = str(int(cell)) if isinstance(cell, NUMBERS) and cell in (0, 1) else str(cell).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(_("Write ja or nee."))


# Texts


def text(max_length: int, exempt: bool = False) -> Callable[[Cell], str]:
    """A parser of free text of at most `max_length` characters. Refuses a BSN, unless the column is
    `exempt`.
    """

    def parse(cell: Cell) -> str:
        value = _written(cell)
        if len(value) > max_length:
            raise ValueError(
                _("This text is too long: at most %(count)s characters.") % {"count": max_length}
            )
        if not value.isprintable() and any(
            unicodedata.category(char) in ("Cc", "Cs") for char in _one_line(value)
        ):
            raise ValueError(_("This text contains a control character."))
        if not exempt:
            _refuse_bsn(value)
        return value

    return parse


def kvk(cell: Cell) -> str | Warned:
    """A number of the trade register: eight digits. One that lost its leading zero is padded, with
    a warning.
    """
    digits = _written(cell)
    if re.fullmatch(KVK, digits):
        return digits
    if re.fullmatch("(?!0{7})[0-9]{7}", digits):
        return Warned(
            f"0{digits}", _("The leading zero was lost; read as 0%(digits)s.") % {"digits": digits}
        )
    raise ValueError(NO_KVK)


def choice(options: Mapping[str, T], also: Mapping[str, T] | None = None) -> Callable[[Cell], T]:
    """A parser of one of the words in `options` (upper or lower case), giving what it stands for.

    `also` are words that are read as well, but not offered where none fits.
    """
    values = {word.lower(): value for word, value in [*options.items(), *(also or {}).items()]}

    def parse(cell: Cell) -> T:
        try:
            return values[_written(cell).lower()]
        except KeyError:
            raise ValueError(
                _("Choose one of: %(options)s.") % {"options": ", ".join(options)}
            ) from None

    return parse


def as_written(cell: Cell) -> str:
    """A cell as a person would type it, whatever is wrong with it."""
    try:
        return _written(cell)
    except ValueError:
        return str(cell)


def _written(cell: Cell) -> str:
    """A cell as text: numbers as a person types them (`12345678`, not `12345678.0`), days as
    2024-12-31.
    """
    if isinstance(cell, str):
        return cell.strip().replace("\r\n", "\n")
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if not isinstance(cell, NUMBERS):
        return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
    value = Decimal(repr(cell))
    if not value.is_finite() or value.adjusted() >= SPREADSHEET_DIGITS:
        raise ValueError(
            _("A spreadsheet does not keep all digits of this number: format the cell as text.")
        )
    return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")


def _one_line(value: str) -> str:
    return value.replace("\n", "").replace("\t", "")


def _refuse_bsn(value: str) -> None:
    try:
        refuse_bsn(value)
    except ValidationError as refused:
        raise ValueError(refused.messages[0]) from None
