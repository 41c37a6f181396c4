"""Parsers of single values: a cell in, a typed value out, or `ValueError` with a sentence for the
user.

A cell is a text without blanks around it, or what a spreadsheet typed. Parsers never get an empty
cell: a column has its default for that. Source: DOMAIN.md section 10.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from sroi.bsn import refuse_bsn
from sroi.exchange.sheets import Cell
from sroi.money import ZERO, misfit, not_an_amount, rounded
from sroi.templatetags.formats import euro2, long_date, number

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1900, 2100
# Of a year that is written with two digits.
CENTURY = 2000
# Digits that a spreadsheet keeps of a number, decimals included.
SPREADSHEET_DIGITS = 15

# Characters of an amount, with all that people write around it.
LONGEST_AMOUNT = 60

NUMBERS = (int, float)

YES = frozenset({"ja", "j", "yes", "y", "true", "waar", "1", "x", "✓", "✔", "√"})
NO = frozenset({"nee", "n", "no", "false", "onwaar", "0", ""})

# A number of the trade register; that of nobody is none.
KVK = "(?!0{8})[0-9]{8}"
NO_KVK = gettext_lazy("A KvK number has 8 digits.")

_NUMBER = re.compile(r"([-−]?)\s*([0-9]+(?:[.,][0-9]+)*)")
_EUROS = re.compile(
    r"([-−]?)\s*(?:€|EUR|euro)?\s*([-−]?)\s*([0-9.,]+)\s*(?:€|EUR|euro)?", re.IGNORECASE
)
# Below zero as book-keepers write it: `(1.250,00)` and `1.250,00-`.
_IN_BRACKETS = re.compile(r"(?P<before>(?:€|EUR|euro)?\s*)\(\s*(?P<what>[^()−-]+)\)", re.IGNORECASE)
_MINUS_BEHIND = re.compile(
    r"(?P<what>[^()−-]*,[0-9]{2})\s*[-−](?P<after>\s*(?:€|EUR|euro)?)", re.IGNORECASE
)
# Whole euros as they are written in Dutch: `1.250,-`, `1.250,--`, `1.250,=`, `1.250.-`.
_NO_CENTS = re.compile(r"(?<=[0-9])(?:,\s*(?:[-–—−]{1,2}|=)|\.[-–—−]{1,2})")
# Nothing at all, as the accounting format of a spreadsheet shows it: `€ -`.
_ZERO_EUROS = re.compile(r"(?:€|EUR|euro)\s*[-–—−]{1,2}", re.IGNORECASE)
# What is said of VAT beside an amount: all amounts are without it, so with it none can be read.
_VAT = r"(?:b\.?t\.?w\.?|vat)"
_WITHOUT_VAT = re.compile(
    r"\s*\(?\b(?:excl\w*\.?|ex\.?|zonder)(?:\s+|\b)(?:de\s+)?" + _VAT + r"\)?", re.IGNORECASE
)
_WITH_VAT = re.compile(
    r"\b(?:incl\w*\.?|inc\.?|in\.?|met)\s*(?:de\s+)?" + _VAT + r"", re.IGNORECASE
)
# Large amounts in words, and how many euro each is.
_LARGE = re.compile(
    r"(?P<before>.*?[0-9])\s*(?P<word>mln|mio|miljoen|million|mld|miljard|duizend|k)\b\.?(?P<after>.*)",
    re.IGNORECASE,
)
_TIMES = {"k": 10**3, "duizend": 10**3, "mld": 10**9, "miljard": 10**9}
_MILLION = 10**6
_SPACED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[ \u00a0\u202f\u2009][0-9]{3})+(?![0-9])")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
# `1.250,000` and `1,250.000`: thousands and decimals, or thousands twice.
_THREE_AND_THREE = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3},[0-9]{3}|,[0-9]{3}\.[0-9]{3})")
_DAY = re.compile(r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})")
_DUTCH_DAY = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<sep>[-./])(?P<month>[0-9]{1,2})(?P=sep)['’]?(?P<year>[0-9]{4}|[0-9]{2})"
)
_SPELLED_DAY = re.compile(
    r"(?:[a-z]{2,9}[.,]?\s+)?(?P<day>[0-9]{1,2})[-\s]+(?P<word>[a-z]{3,9})\.?[-\s]+"
    r"['’]?(?P<year>[0-9]{4}|[0-9]{2})"
)
_RUN_TOGETHER = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
# A day to which a program added at what time it was. In the last two hours it can be the day after
# it: programs often write the time of Greenwich.
_TIME = re.compile(
    r"(?<=[0-9])[T\s]+(?:[01]?[0-9]|2[01]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r"(?:Z|[-+][0-9]{2}:?[0-9]{2})?"
)
LAST_HOUR = 22
# A day as a spreadsheet keeps it, where the cell has lost that it is one: those of this century.
SERIALS = range(36_526, 73_051)
_SERIAL_BEGINS = date(1899, 12, 30)
_MONTHS = {
    word: month
    for month, words in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for word in words.split()
}
_KVK_WORDS = re.compile(r"kvk(?:[ -]?(?:nummer|nr))?[.:]?\s*", re.IGNORECASE)


# How people say that a cell has nothing to say.
NOTHING = frozenset({"-", "–", "—", "--", "nvt", "n.v.t.", "n.v.t", "n/a", "geen", "/", "."})


class Ambiguous(ValueError):
    """Something with two meanings, of which none is taken."""


def says_nothing(cell: Cell) -> bool:
    """Whether this stands there for an empty cell: `-`, `n.v.t.`"""
    return isinstance(cell, str) and cell.strip().lower() in NOTHING


@dataclass(frozen=True)
class Warned:
    """A value that was mended while it was read, and how: a sentence, and a code for programs."""

    value: Any
    reason: str
    code: str = "read"


# Numbers


def amount(cell: Cell) -> Decimal | Warned:
    """Euro of zero or more, exact to the cent: `1234567.89`, `1.234.567,89`, `1234,5`, `€
    12.500`, `€ 1.250,-`, `€ 1,2 mln`, `1.250 excl. btw`.
    """
    found = signed_amount(cell)
    value = found.value if isinstance(found, Warned) else found
    if why := not_an_amount(value):
        raise ValueError(why)
    return found


def signed_amount(cell: Cell) -> Decimal | Warned:
    """Euro by which something changes, exact to the cent: as an amount, and `-1.000,00`,
    `(1.000,00)` or `1.000,00-`.

    A dot before exactly three digits without a comma means thousands: `12.500` is twelve thousand
    five hundred. Where dots then do not group by three (`12.5000`, `1.23.456`, `0.125`), and where
    a comma could be the thousands of another country (`12,500`), the amount is refused rather than
    guessed. What a spreadsheet computed is rounded to the cent, half away from zero, with a
    warning.
    """
    if not isinstance(cell, str):
        return _rounded(_typed_number(cell))
    if len(cell) > LONGEST_AMOUNT:
        raise _no_number()
    if says_with_vat(cell):
        raise ValueError(_("This is with VAT. Fill in the amount without VAT."))
    written, times = _in_full(_WITHOUT_VAT.sub("", cell).strip())
    if _ZERO_EUROS.fullmatch(written):
        return ZERO
    written = _SPACED.sub(lambda found: re.sub(r"\s", "", found[0]), written)
    match = _EUROS.fullmatch(_minus_in_front(_NO_CENTS.sub(",00", written)))
    if not match or (match[1] and match[2]):
        raise _no_number()
    # A dot before three digits of millions can be decimals: that is not guessed.
    sign, digits = match[1] or match[2], match[3]
    return _fitting(_decimal(sign, digits, dot_means_thousands=times == 1) * times, 2)


def says_with_vat(written: str) -> bool:
    return bool(_WITH_VAT.search(written))


def _in_full(written: str) -> tuple[str, int]:
    """An amount without the word for how large it is, and by how much it is to be multiplied."""
    found = _LARGE.fullmatch(written)
    if not found:
        return written, 1
    times = _TIMES.get(found["word"].lower(), _MILLION)
    return f"{found['before']}{found['after']}", times


def _minus_in_front(written: str) -> str:
    if found := _IN_BRACKETS.fullmatch(written):
        return f"-{found['before']}{found['what'].strip()}"
    if found := _MINUS_BEHIND.fullmatch(written):
        return f"-{found['what']}{found['after']}"
    return written


def in_thousands(cell: Cell) -> Cell:
    """An amount that is written in thousands of euro, in euro; what is no amount stays as it is."""
    try:
        if isinstance(cell, str) and cell:
            found = signed_amount(cell)
            assert isinstance(found, Decimal)  # only what was computed is rounded
            return str(found * 1000)
        return str(_typed_number(cell) * 1000) if cell != "" else cell
    except ValueError:
        return cell


def _rounded(value: Decimal) -> Decimal | Warned:
    """A number that was computed, in cents."""
    cents = rounded(value)
    if cents == value:
        return _fitting(value, 2)
    reason = _("Rounded to cents: %(value)s.") % {"value": euro2(cents)}
    return Warned(_fitting(cents, 2), reason, "rounded")


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
_hours = decimal_number(2, 0, HOURS_OF_A_WEEK)
_HOURS_WORDS = re.compile(
    r"\s*(?:uur|uren|u\.?|hours?)(?:\s*(?:per|p\.?|/)\s*(?:week|w\.?))?\Z", re.IGNORECASE
)
_percentage = decimal_number(2, 0, 100)
_PERCENT = re.compile(r"\s*(?:%|procent|percent|pct\.?|perc\.?)\Z", re.IGNORECASE)


def hours_per_week(cell: Cell) -> Decimal:
    """Hours of a week: `24`, `24,5`, `24 uur`, `24 u/w`."""
    return _hours(_HOURS_WORDS.sub("", cell) if isinstance(cell, str) else cell)


def percent_in_words(cell: Cell) -> Decimal:
    """A percentage from 0 to 100 where `%` stands beside it, with or without `%` in it."""
    return _percentage(_PERCENT.sub("", cell) if isinstance(cell, str) else cell)


def percent(cell: Cell) -> Decimal:
    """A percentage from 0 to 100, with or without `%`: `5`, `2,5`, `2.5%`, `5 procent`.

    Below 1 without `%` it can be read in two ways, as spreadsheets keep 5% as 0.05: refused with
    both. A cell that shows 5% is read as the text `5%`. So is `n.v.t.`: no social return, or the
    usual rate.
    """
    if says_nothing(cell):
        raise Ambiguous(
            _("This can be no social return or the usual rate: write 0%, or leave it empty.")
        )
    value = percent_in_words(cell)
    if 0 < value < 1 and not (isinstance(cell, str) and _PERCENT.search(cell)):
        raise ValueError(
            _("This can be %(low)s%% or %(high)s%%. Write it with a %% sign.")
            % {"low": number(value), "high": number(value * 100)}
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
    if _THREE_AND_THREE.fullmatch(digits):
        plain = re.sub("[.,]", "", digits)
        raise ValueError(
            _("This can be read in two ways: as %(large)s or as %(small)s. Write one of these.")
            % {"large": plain, "small": f"{plain[:-3]},00" if plain.endswith("000") else digits}
        )
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


def day(cell: Cell, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> date | Warned:
    """A calendar day: `2024-12-31`, `31-12-2024`, `31 december 2024`, `20241231`, with or without a
    time behind it, or a date cell.

    With slashes only where one order of day and month is possible. A year of two digits is of this
    century, and `45292` the day that a spreadsheet keeps so, both with a warning.
    """
    code = ""
    if (number_of_day := _serial(cell)) in SERIALS:
        found, code = _SERIAL_BEGINS + timedelta(days=number_of_day), "serial_day"
    elif isinstance(cell, str):
        found, code = _written_day(cell)
    elif isinstance(cell, NUMBERS) and _RUN_TOGETHER.fullmatch(as_written(cell)):
        found, code = _written_day(as_written(cell))
    else:
        found = _typed_day(cell)
    if not first_year <= found.year <= last_year:
        raise ValueError(
            _("The year must lie between %(first)s and %(last)s.")
            % {
                "first": first_year,
                "last": last_year,
            }
        )
    return Warned(found, _("Read as %(day)s.") % {"day": long_date(found)}, code) if code else found


def _serial(cell: Cell) -> int:
    """The number in a cell of five digits; 0 in another."""
    written = as_written(cell) if isinstance(cell, (str, *NUMBERS)) else ""
    return int(written) if re.fullmatch("[0-9]{5}", written) else 0


def _written_day(cell: str) -> tuple[date, str]:
    """The day, and the code of what is to be said of how it was read."""
    text = _TIME.sub("", cell.strip()).lower()
    match = (
        _DAY.fullmatch(text)
        or _DUTCH_DAY.fullmatch(text)
        or _RUN_TOGETHER.fullmatch(text)
        or _SPELLED_DAY.fullmatch(text)
    )
    parts = match.groupdict() if match else {}
    month = _MONTHS.get(parts["word"]) if "word" in parts else int(parts.get("month") or 0)
    if month is None or not parts:
        raise ValueError(_("This is not a date: write it as 31-12-2024 or 2024-12-31."))
    day_of_month, year = int(parts["day"]), int(parts["year"])
    if parts.get("sep") == "/" and day_of_month != month:
        if day_of_month <= 12 and month <= 12:
            raise ValueError(
                _("This can be read in two ways: %(one)s or %(other)s. Write one of these.")
                % {
                    "one": f"{day_of_month}-{month}-{year}",
                    "other": f"{month}-{day_of_month}-{year}",
                }
            )
        if month > 12:
            day_of_month, month = month, day_of_month
    short = len(parts["year"]) == 2
    try:
        found = date(CENTURY + year if short else year, month, day_of_month)
    except ValueError:
        raise ValueError(_("This day does not exist in the calendar.")) from None
    return found, "short_year" if short else ""


def _typed_day(cell: Cell) -> date:
    if isinstance(cell, datetime) and cell.hour < LAST_HOUR:
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


def said_text(max_length: int, exempt: bool = False) -> Callable[[Cell], str]:
    """A parser of a text that is looked up or must tell something: `-` and `n.v.t.` do neither, and
    are refused; a column that need not be filled in takes them for an empty cell.
    """
    read = text(max_length, exempt)

    def parse(cell: Cell) -> str:
        if says_nothing(cell):
            raise ValueError(_("This cell must be filled in."))
        return read(cell)

    return parse


def email(cell: Cell) -> str:
    """An e-mail address, in small letters."""
    value = text(254)(cell).lower()
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(_("This is no e-mail address.")) from None
    return value


def web_address(cell: Cell) -> str:
    """The address of a website; `www.example.org` too."""
    value = text(200)(cell)
    value = value if "://" in value else f"https://{value}"
    try:
        URLValidator(schemes=["https", "http"])(value)
    except ValidationError:
        raise ValueError(_("Give an address as in www.example.org.")) from None
    return value


def plain_kvk(text: str) -> str:
    """A KvK number without what is written around and between its digits; another text as it
    is.
    """
    number_alone = _KVK_WORDS.sub("", text.strip(), count=1)
    digits = re.sub(r"[\s.\-]", "", re.sub(r"(?<=[0-9]{7})\.0+\Z", "", number_alone))
    return digits if re.fullmatch("[0-9]{7,8}", digits) and number_alone[0] in digits else text


def kvk(cell: Cell) -> str | Warned:
    """A number of the trade register: eight digits, also as `91 00 00 01`, `91.00.00.01`, `KvK
    91000001` or `91000001.0`. One that lost its leading zero is padded, with a warning.
    """
    digits = plain_kvk(_written(cell))
    if re.fullmatch(KVK, digits):
        return digits
    if re.fullmatch("(?!0{7})[0-9]{7}", digits):
        return Warned(
            f"0{digits}",
            _("The leading zero was lost; read as 0%(digits)s.") % {"digits": digits},
            "leading_zero",
        )
    raise ValueError(NO_KVK)


def choice(options: Mapping[str, T], also: Mapping[str, T] | None = None) -> Callable[[Cell], T]:
    """A parser of one of the words in `options` (upper or lower case), giving what it stands for.

    `also` are words that are read as well, but not offered where none fits.
    """
    values = {plain(word): value for word, value in [*options.items(), *(also or {}).items()]}

    def parse(cell: Cell) -> T:
        try:
            return values[plain(_written(cell))]
        except KeyError:
            raise _none_of(options) from None

    return parse


@dataclass(frozen=True, eq=False)
class OneOf:
    """A parser of one of these: pairs of a code and what it is called on screen, in any of our
    languages; what it is called now is offered where none fits.
    """

    choices: tuple[tuple[str, Any], ...]
    also: tuple[tuple[str, str], ...] = ()

    @cached_property
    def words(self) -> dict[str, str]:
        found = {plain(word): code for word, code in self.also}
        for language, _label in settings.LANGUAGES:
            with override(language):
                found |= {plain(str(label)): code for code, label in self.choices}
        return found | {plain(code): code for code, _label in self.choices}

    def __call__(self, cell: Cell) -> str:
        found = self.words.get(plain(_written(cell)))
        if found is None:
            raise _none_of([str(label) for _code, label in self.choices])
        return found


def choice_of(choices: Iterable[tuple[str, Any]], also: Mapping[str, str] | None = None) -> OneOf:
    return OneOf(tuple(choices), tuple((also or {}).items()))


def plain(word: str) -> str:
    """A word as it is compared: without accents, capitals and what stands between the letters."""
    bare = unicodedata.normalize("NFKD", word).casefold()
    return "".join(char for char in bare if char.isalnum()) or word


def _none_of(options: Iterable[str]) -> ValueError:
    return ValueError(_("Choose one of: %(options)s.") % {"options": ", ".join(options)})


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
