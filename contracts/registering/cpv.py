"""CPV codes: what a procurement is about, in the words of the European Union. Divisions, groups and
classes, as facts.

Source: Regulation (EC) No 213/2008; names from the eForms SDK of the Publications Office of the
European Union (CC BY 4.0). A code has 8 digits: two for the division, a third for the group, a
fourth for the class, finer ones after.
"""

import csv
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.translation import get_language

from contracts.models.organisation import folded

FACTS = settings.BASE_DIR / "contracts" / "data" / "cpv.csv"
DIGITS, LEVELS = 8, (4, 3, 2)
FOUND = 20
WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


@dataclass(frozen=True)
class Code:
    code: str
    nl: str
    en: str

    @property
    def name(self) -> str:
        return self.en if get_language() == "en" else self.nl

    @property
    def searched(self) -> str:
        return f"{self.code} {folded(self.nl)} {folded(self.en)}"


@cache
def codes() -> dict[str, Code]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Code(**row) for row in csv.DictReader(file)}


def nearest(code: str) -> Code | None:
    """The class of a code, else its group or division; None where no division begins with it."""
    digits = code[:DIGITS]
    if len(digits) < DIGITS or not digits.isdecimal():
        return None
    levels = (digits[:level].ljust(DIGITS, "0") for level in LEVELS)
    return next((known for level in levels if (known := codes().get(level))), None)


def told(code: str) -> str:
    """`45233140 (Aanleg van snelwegen en wegen)`; a code that is not known stands as it is."""
    known = nearest(code)
    return f"{code} ({known.name})" if known else code


def search(text: str) -> list[Code]:
    """By the beginning of the code, or by words that all occur in its name; divisions before groups
    before classes.
    """
    words = folded(text).split()
    if not words:
        return []
    if len(words) == 1 and words[0].isdecimal():
        found = [
            known
            for code, known in codes().items()
            if code.startswith(words[0].rstrip("0") or words[0])
        ]
    else:
        found = [
            known for known in codes().values() if all(word in known.searched for word in words)
        ]
    return sorted(found, key=lambda known: (len(known.code.rstrip("0")), known.code))[:FOUND]


def is_checked(code: str) -> bool:
    """Whether the digit behind the dash goes with the code; True where none stands there.

    The last digit of the sum of its digits times 3, 7 and 1 in turns. The regulation does not say
    so; the codes that were tried have it (45000000-7, 72000000-5, 90910000-9), so it only warns.
    """
    digits, dash, check = code.partition("-")
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return not dash or check == str(total)[-1]
