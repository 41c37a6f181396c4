"""How lists are searched: every word is found somewhere. Where a column is folded, so is the word
that is sought in it.
"""

from collections.abc import Callable
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from contracts.models import ContractEvent
from contracts.models.organisation import folded

# What can stand around a word and says nothing: quotes of every kind, and what parts words.
AROUND = " '’‘`´\"“”„,;:.&()"


def words_of(text: str) -> list[str]:
    """The words of what is typed, in any order, without the marks around them; all of it as one
    word where there are none.
    """
    words = [word.strip(AROUND) for word in text.split()]
    return [*filter(None, words)] or [text]


def every_word(text: str, found: Callable[[str], Q]) -> Q:
    """Each word of what is typed is found, wherever that is, in any order."""
    return reduce(and_, map(found, words_of(text)), Q())


def of_contractor(word: str, path: str = "") -> Q:
    """A word of a name, or the begin of a KvK number; `path` leads to the contractor, with its
    underscores (`contractor__`).
    """
    return Q(**{f"{path}name_folded__contains": folded(word)}) | Q(
        **{f"{path}kvk__startswith": word}
    )


def contractor_search(text: str) -> Q:
    """By name or KvK number."""
    return every_word(text, of_contractor)


def contract_search(text: str) -> Q:
    """By reference or title, or by who carries it out."""
    return every_word(
        text,
        lambda word: Q(search_text__contains=folded(word)) | of_contractor(word, "contractor__"),
    )


def draft_search(text: str) -> Q:
    """Of a contract that is being prepared: by what was typed as reference or title, or by who is
    to carry it out.
    """
    return every_word(
        text,
        lambda word: (
            Q(filled_in__reference__icontains=word)
            | Q(filled_in__title__icontains=word)
            | Q(new_name__icontains=word)
            | Q(new_kvk__startswith=word, contractor=None)
            | of_contractor(word, "contractor__")
        ),
    )


def of_moment(contracts: Any, by: Any, moment: str) -> Any:
    """Those that an act of this person at that moment made or changed, as an import does; all of
    them where no moment is given.
    """
    if not moment:
        return contracts
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    acts = ContractEvent.objects.filter(by=by, at=at) if at else ContractEvent.objects.none()
    return contracts.filter(pk__in=acts.order_by().values("contract"))
