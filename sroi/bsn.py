"""No BSN (citizen service number) in free text and file names: find one and say so. Source:
DOMAIN.md section 8.

A BSN has nine digits and passes the 11-test. One number in eleven passes by chance, so invoice
numbers and contract references are exempt: whoever keeps those does not call this module. VAT
numbers (NL…B..) are exempt here.

What counts as nine digits:

- nine digits in a row, not part of ten or more (so no IBAN, order or telephone number);
- nine digits in a run that holds no other digits, in whatever groups: with at most one space, dot
  or dash between two digits (`1112.22.333`, `1 1 1-22 23.33`), or with the same one of `/`, `,`,
  `_`, `:`, ` - `, ` / `, several blanks or a line break between all groups (`1234,56782`), unless
  it has the look of a reference (`2024/12345`) or a range (`5000 - 12500`);
- three groups of 3-3-3 or 4-2-3, whatever of these stands between them, where they are the whole
  run; inside a longer run with the same space, dot, dash, `/`, `_` or `:` (`12 111 222 333`), for
  the others part the items of a list (`101,102,103,104`);
- digits around the name of the number that add up to nine, with words in between (`bsn 1234 nummer
  56782`).

Dates (`31-12-2024 1`), times and amounts with decimals (`123.456.789,00`) break a run. Why these:
docs/decisions/how-a-bsn-is-found.md
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.nl import bsn

DIGITS = 9
# How far apart digits can stand around the name of the number, in characters.
FARTHEST = 24
_REACH = DIGITS * (FARTHEST + 1) + DIGITS
_BLANK, _DASH = r"[ \t]", r"[\-‐-―−]"
_ONE = r"[ \t.\-‐-―−]"
_LINE = rf"{_BLANK}*[\r\n\v\f\u0085\u2028\u2029]+{_BLANK}*"
_WIDE = (rf"{_BLANK}+(?:{_DASH}|/){_BLANK}+", rf"{_BLANK}{{2,}}", _LINE)
_ANY = "|".join((*_WIDE, "[/,_:]", _ONE))


def _run_of(separator: str) -> re.Pattern[str]:
    """Digits with this between them."""
    return re.compile(rf"[0-9]+(?:(?:{separator})[0-9]+)*")


def _groups_of(separator: str) -> re.Pattern[str]:
    """Three groups as a BSN is written, with the same of these between them, in a longer run."""
    return re.compile(
        rf"(?<![0-9])(?=((?:[0-9]{{3}}({separator})[0-9]{{3}}|[0-9]{{4}}({separator})[0-9]{{2}})"
        rf"(?:\2|\3)[0-9]{{3}})(?![0-9]))"
    )


_RUN = _run_of(_ONE)
_OTHER_RUNS = [_run_of(separator) for separator in ("/", ",", "_", ":", *_WIDE)]
_MIXED = re.compile(
    rf"(?<![0-9])(?:[0-9]{{3}}(?:{_ANY})[0-9]{{3}}|[0-9]{{4}}(?:{_ANY})[0-9]{{2}})(?:{_ANY})[0-9]{{3}}(?![0-9])"
)
_MIXED_RUN = _run_of(_ANY)
_GROUPS = [_groups_of(separator) for separator in (_ONE, "[/_:]")]
_NAME = re.compile(
    r"(?<![a-z])(?:bsn(?:[ -]?(?:nummer|nr))?|sofi(?:[ -]?(?:nummer|nr))?"
    r"|burger[ -]?service[ -]?(?:nummer|nr)|citizen service number)(?![a-z])",
    re.IGNORECASE,
)
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_VAT_NUMBER = rf"(?<![0-9A-Z])NL{_ONE}?[0-9](?:{_ONE}?[0-9]){{8}}{_ONE}?B{_ONE}?[0-9]{{2}}"
_DUTCH_DATE = r"(?<![0-9])(?:0?[1-9]|[12][0-9]|3[01])([-./])(?:0?[1-9]|1[0-2])\1(?:19|20)[0-9]{2}"
_ISO_DATE = r"(?<![0-9])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?<![0-9:])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?!:)"
_AMOUNT = (
    r"(?<![0-9.,])(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{2}|[0-9]+,[0-9]{2}"
    r"|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{2})(?![.,][0-9])"
)
_EXEMPT = re.compile(
    rf"(?:{_VAT_NUMBER}|{_DUTCH_DATE}|{_ISO_DATE}|{_TIME}|{_AMOUNT})(?![0-9])", re.IGNORECASE
)
# What stands in the place of what is exempt, and breaks a run.
_BREAK = "|"


def contains_bsn(text: str) -> bool:
    """Whether `text` holds nine digits that pass the 11-test; true by chance for one number in
    eleven.
    """
    text = _plain(text)
    if sum(map(text.count, "0123456789")) < DIGITS:
        return False
    found = _candidates(_EXEMPT.sub(_BREAK, text))
    return any(len(digits) == DIGITS and bsn.is_valid(digits) for digits in found)


def names_bsn(text: str) -> bool:
    """Whether the number itself is named, as in the heading of a column."""
    return _NAME.search(_plain(text)) is not None


def refuse_bsn(text: str) -> None:
    """Raise `ValidationError` when `text` seems to hold a BSN. Also usable as the validator of a
    field.
    """
    if contains_bsn(text):
        raise ValidationError(
            _(
                "This contains nine digits that could be a citizen service number (BSN): they pass"
                " its check. A BSN may not be recorded here. Leave the number out, or use another"
                " reference."
            ),
            code="bsn",
        )


def _candidates(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        yield _digits(run)
        yield from re.findall("[0-9]+", run)
    for pattern in _OTHER_RUNS:
        for run in pattern.findall(text):
            groups = re.findall("[0-9]+", run)
            if not _is_reference_or_range(groups):
                yield "".join(groups)
    for run in _MIXED_RUN.findall(text):
        if _MIXED.fullmatch(run):
            yield _digits(run)
        for pattern in _GROUPS:
            yield from (_digits(match[0]) for match in pattern.findall(run))
    for name in _NAME.finditer(text):
        begin, end = name.span()
        yield from _around(text[max(begin - _REACH, 0) : begin], text[end : end + _REACH])


def _is_reference_or_range(groups: list[str]) -> bool:
    """`2024/12345`, `12345_2024`, `2024/1234/5`; `5000 - 12500`."""
    if list(map(len, groups)) == [4, 2, 3]:
        return False
    is_two = len(groups) == 2
    return bool(
        _YEAR.fullmatch(groups[0])
        or (is_two and _YEAR.fullmatch(groups[1]))
        or (is_two and all(group.endswith("00") for group in groups))
    )


def _around(before: str, after: str) -> Iterator[str]:
    """What ends just before a name, begins just after it, or stands on both sides."""
    left = list(accumulate(_groups_from(before, backward=True), lambda sum_, group: group + sum_))
    right = list(accumulate(_groups_from(after)))
    for start in ("", *left):
        for end in ("", *right):
            yield start + end


def _groups_from(text: str, *, backward: bool = False) -> list[str]:
    """The groups of digits nearest to the name, up to where something else begins or nine are
    full.
    """
    near = rf"[^0-9{_BREAK}]{{0,{FARTHEST}}}"
    found: list[str] = []
    pattern = re.compile(rf"([0-9]+){near}\Z" if backward else rf"{near}([0-9]+)")
    while (match := pattern.search(text) if backward else pattern.match(text)) is not None:
        found.append(match[1])
        if sum(map(len, found)) >= DIGITS:
            break
        text = text[: match.start()] if backward else text[match.end() :]
    return found


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _plain(text: str) -> str:
    """Digits of any script as 0–9, any blank as a space, and no invisible characters between
    them.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        (
            str(unicodedata.decimal(char))
            if char.isdecimal()
            else " "
            if unicodedata.category(char) == "Zs"
            else char
        )
        for char in text
        if unicodedata.category(char) != "Cf"
    )
