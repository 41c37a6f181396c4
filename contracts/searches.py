"""How contracts, their drafts, contractors and firms are searched; what is typed is folded as the
searched columns are.
"""

from functools import reduce
from operator import and_

from django.db.models import Q

from contracts.models.organisation import folded

# What can stand around a word and says nothing: quotes of every kind, and what parts words.
AROUND = " '’‘`´\"“”„,;:.&()"


def words_of(text: str) -> list[str]:
    """The words of what is typed, in any order, without the marks around them; all of it as one
    word where there are none.
    """
    words = [word.strip(AROUND) for word in folded(text).split()]
    return [*filter(None, words)] or [folded(text)]


def contractor_search(text: str, path: str = "") -> Q:
    """By name or KvK number; `path` leads to the contractor, with its underscores
    (`contractor__`).
    """
    names = (Q(**{f"{path}name_folded__contains": word}) for word in words_of(text))
    return reduce(and_, names, Q()) | Q(**{f"{path}kvk__startswith": text.strip()})


def contract_search(text: str) -> Q:
    """By reference or title, or by who carries it out."""
    words = (
        Q(search_text__contains=word) | Q(contractor__name_folded__contains=word)
        for word in words_of(text)
    )
    return reduce(and_, words, Q()) | contractor_search(text, "contractor__")


def draft_search(text: str) -> Q:
    """Of a contract that is being prepared: by what was typed as reference or title, or by who is
    to carry it out.
    """
    typed = Q(filled_in__reference__icontains=text) | Q(filled_in__title__icontains=text)
    new_firm = Q(new_name__icontains=text) | Q(new_kvk__startswith=text.strip(), contractor=None)
    return typed | new_firm | contractor_search(text, "contractor__")
