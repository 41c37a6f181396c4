"""How places and needs are searched: in their words and in whose they are."""

from django.db.models import Q

from contracts.searches import of_contractor


def need_word(word: str) -> Q:
    return Q(title__icontains=word) | Q(about__icontains=word) | Q(partner__name__icontains=word)


def place_word(word: str) -> Q:
    return Q(title__icontains=word) | Q(about__icontains=word) | of_contractor(word, "contractor__")
