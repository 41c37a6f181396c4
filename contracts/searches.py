"""How contracts, their drafts, contractors and firms are searched; what is typed is folded as the
searched columns are.
"""

from django.db.models import Q

from contracts.models.organisation import folded


def contractor_search(text: str, path: str = "") -> Q:
    """By name or KvK number; `path` leads to the contractor, with its underscores
    (`contractor__`).
    """
    return Q(**{f"{path}name_folded__contains": folded(text)}) | Q(
        **{f"{path}kvk__startswith": text.strip()}
    )


def contract_search(text: str) -> Q:
    """By reference or title, or by who carries it out."""
    return Q(search_text__contains=folded(text)) | contractor_search(text, "contractor__")


def draft_search(text: str) -> Q:
    """Of a contract that is being prepared: by what was typed as reference or title, or by who is
    to carry it out.
    """
    typed = Q(filled_in__reference__icontains=text) | Q(filled_in__title__icontains=text)
    new_firm = Q(new_name__icontains=text) | Q(new_kvk__startswith=text.strip(), contractor=None)
    return typed | new_firm | contractor_search(text, "contractor__")
