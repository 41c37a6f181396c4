"""No BSN (citizen service number) in free text and file names: find one and say so. Source:
DOMAIN.md section 8.

A BSN has nine digits and passes the 11-test. One number in eleven passes by chance, so invoice
numbers and contract references are exempt: whoever keeps those does not call this module. VAT
numbers (NL…B..) are exempt here.

What counts as nine digits: at most one space, dot or dash between two digits, and then one of

- nine digits in a row, not part of ten or more (so no IBAN, order or telephone number);
- nine digits in a run that holds no other digits, in whatever groups (`1112.22.333`,
  `1 1 1-22 23.33`);
- three groups of 3-3-3 or 4-2-3 with the same separator inside a longer run (`12 111 222 333`).

Dates (`31-12-2024 1`) and amounts with decimals (`123.456.789,00`) break a run.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.nl import bsn

_SEPARATOR = r"[ \t.\-‐-―−]"
_NINE_DIGITS = re.compile(rf"[0-9](?:{_SEPARATOR}?[0-9]){{8}}")
_RUN = re.compile(rf"[0-9]+(?:{_SEPARATOR}[0-9]+)*")
_GROUPS = re.compile(
    rf"(?<![0-9])(?=((?:[0-9]{{3}}({_SEPARATOR})[0-9]{{3}}|[0-9]{{4}}({_SEPARATOR})[0-9]{{2}})(?:\2|\3)[0-9]{{3}})(?![0-9]))"
)
_VAT_NUMBER = (
    rf"(?<![0-9A-Z])NL{_SEPARATOR}?[0-9](?:{_SEPARATOR}?[0-9]){{8}}"
    rf"{_SEPARATOR}?B{_SEPARATOR}?[0-9]{{2}}"
)
_DUTCH_DATE = r"(?<![0-9])(?:0?[1-9]|[12][0-9]|3[01])([-.])(?:0?[1-9]|1[0-2])\1(?:19|20)[0-9]{2}"
_ISO_DATE = r"(?<![0-9])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_AMOUNT = r"(?<![0-9])[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{2}"
_EXEMPT = re.compile(
    rf"(?:{_VAT_NUMBER}|{_DUTCH_DATE}|{_ISO_DATE}|{_AMOUNT})(?![0-9])", re.IGNORECASE
)


def contains_bsn(text: str) -> bool:
    """Whether `text` holds nine digits that pass the 11-test; true by chance for one number in
    eleven.
    """
    text = _plain(text)
    if not _NINE_DIGITS.search(text):
        return False
    return any(map(bsn.is_valid, _candidates(_EXEMPT.sub("|", text))))


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


def _candidates(text: str) -> list[str]:
    found = []
    for run in _RUN.findall(text):
        groups = re.findall("[0-9]+", run)
        found += [group for group in groups if len(group) == 9]
        if sum(map(len, groups)) == 9:
            found.append("".join(groups))
        else:
            found += [re.sub("[^0-9]", "", match[0]) for match in _GROUPS.findall(run)]
    return found


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
