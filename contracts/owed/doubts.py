"""What may hold for a contract or a change of it, but is asked first: it can be so, and is mostly a
slip of the pen.

Asked are an award far ahead, an amount far above what is usual in the region, and a word that
contradicts its sign. How far is data (`contracts/data/doubts.json`: months, a number of times, and
words); what is usual is the middle one of the contract values of the region itself, in euro. Each
function yields doubts by the names of the import. Source:
docs/decisions/slips-of-the-pen-are-asked.md.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import ChangeKind, Contract, ContractState, ObligationChange, Region
from contracts.owed.terms import Given, given_by
from sroi.doors import Doubt, key_of
from sroi.periods import add_months
from sroi.templatetags.formats import euro, long_date

AWARD_AMOUNTS = ("value", "labour_cost")
CHANGE_AMOUNTS = ("value_delta", "labour_cost_delta", "obligation_delta")
# A kind is a word too: it says which way what it changes goes.
MORE, LESS, NO_WORD = "more", "less", ("", "")
DIRECTIONS = {
    ChangeKind.EXTENSION: MORE,
    ChangeKind.EARLY_END: LESS,
    ChangeKind.WAIVER: LESS,
    ChangeKind.PSO_DISCOUNT: LESS,
}


@cache
def limits() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "data" / "doubts.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def usual_value(region: Region, others: Sequence[Decimal] = ()) -> Decimal | None:
    """The middle one of the values of the region's contracts; of a first file, that of the values
    in it.
    """
    rows = (
        Contract.objects.filter(region=region, value__gt=0)
        .exclude(state=ContractState.CANCELLED)
        .order_by("value")
    )
    number = rows.count()
    if number:
        middle: Decimal = rows.values_list("value", flat=True)[number // 2]
        return middle
    positive = sorted(value for value in others if value > 0)
    return positive[len(positive) // 2] if positive else None


def award_doubts(given: Given, usual: Decimal | None, today: date) -> Iterator[Doubt]:
    """`given` are the terms of a contract; what is not known yet (None) is not doubted."""
    reference, awarded = given["reference"], given["award_date"]
    if awarded and awarded > add_months(today, limits()["award_months_ahead"]):
        reason = _("The award lies far ahead: %(day)s. Is that right?") % {
            "day": long_date(awarded)
        }
        yield Doubt("award_date", reason, key_of(reference, "award_date", awarded))
    for name in AWARD_AMOUNTS:
        yield from _unusual(name, given[name], usual, reference)


def change_doubts(
    change: ObligationChange, usual: Decimal | None, written: str = ""
) -> Iterator[Doubt]:
    """`written` is the word by which a file names the kind."""
    given, reference = given_by(change), change.contract.reference
    for name in CHANGE_AMOUNTS:
        yield from _unusual(name, given[name], usual, reference)
    ways = {_word_of(text) for text in (written, change.reason)} - {NO_WORD} or {
        _word_of_kind(change.kind)
    }
    for word, way in sorted(ways):
        yield from _contradictions(word, way, given, reference)


def _contradictions(word: str, way: str, given: Given, reference: str) -> Iterator[Doubt]:
    for name in CHANGE_AMOUNTS if way else ():
        amount = given[name]
        if amount and (amount > 0) != (way == MORE):
            reason = (
                _("“%(word)s” means an increase, and %(amount)s is a decrease. Is that right?")
                if way == MORE
                else _("“%(word)s” means a decrease, and %(amount)s is an increase. Is that right?")
            )
            words = {"word": word, "amount": euro(amount)}
            yield Doubt(name, reason % words, key_of(reference, name, amount, way))


def _unusual(
    name: str, amount: Decimal | None, usual: Decimal | None, reference: str
) -> Iterator[Doubt]:
    if amount is not None and usual and abs(amount) >= usual * limits()["times_the_usual"]:
        words = {"amount": euro(amount), "usual": euro(usual)}
        reason = (
            _(
                "%(amount)s is very much: a contract here is usually worth about %(usual)s. Is that"
                " right?"
            )
            % words
        )
        yield Doubt(name, reason, key_of(reference, name, amount))


def _word_of(text: str) -> tuple[str, str]:
    """The word that says which way it goes, and the way; none where words of both kinds stand
    there.
    """
    found = {way: _first(limits()[f"words_for_{way}"], text) for way in (MORE, LESS)}
    named = [(word, way) for way, word in found.items() if word]
    return named[0] if len(named) == 1 else NO_WORD


def _word_of_kind(kind: str) -> tuple[str, str]:
    way = DIRECTIONS.get(ChangeKind(kind), "")
    return (str(ChangeKind(kind).label), way) if way else NO_WORD


def _first(words: Sequence[str], text: str) -> str:
    return next((word for word in words if re.search(rf"\b{word}\b", text, re.IGNORECASE)), "")
