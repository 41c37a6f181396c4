"""How contracts, contractors and firms are searched; what is typed is folded as the searched columns are."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts import recognition
from contracts.models import Recognition, RecognitionKind
from contracts.models.organisation import folded
from sroi.access import visible
from sroi.lists import ChoiceFilter, FilterSet, SearchFilter


def contractor_search(text: str, path: str = "") -> Q:
    """By name or KvK number; `path` leads to the contractor, with its underscores (`contractor__`)."""
    return Q(**{f"{path}name_folded__contains": folded(text)}) | Q(**{f"{path}kvk__startswith": text.strip()})


def contract_search(text: str) -> Q:
    """By reference or title, or by who carries it out."""
    return Q(search_text__contains=folded(text)) | contractor_search(text, "contractor__")


def firm_search(text: str) -> Q:
    """By name, KvK number, place or what it offers: every word of it."""
    found = Q()
    for word in folded(text).split():
        found &= Q(search_text__contains=word)
    return found


class FirmFilterSet(FilterSet):
    """Over the directory: kind and region are those of one recognition that everyone may know."""

    q = SearchFilter(firm_search)
    kind = ChoiceFilter(label=_("Recognised as"), choices=RecognitionKind.choices, method="by_recognition")
    region = ChoiceFilter(label=_("Region"), choices=lambda: region_choices(), method="by_recognition")

    def by_recognition(self, firms: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        given = self.form.cleaned_data
        shown = recognition.public_recognitions(localdate())
        if given.get("kind"):
            shown = shown.filter(kind=given["kind"])
        if given.get("region"):
            shown = shown.filter(region__code=given["region"])
        return firms.filter(pk__in=shown.order_by().values("firm"))


def region_choices() -> list[tuple[str, str]]:
    return [(region.code, region.title) for region in recognition.public_regions(localdate())]


class RegisterFilterSet(FilterSet):
    q = SearchFilter(firm_search)
    kind = ChoiceFilter(label=_("Recognised as"), choices=RecognitionKind.choices, method="by_kind")

    def by_kind(self, firms: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        own = visible(Recognition, self.request.access).filter(kind=value, revoked_at=None)
        return firms.filter(pk__in=own.order_by().values("firm"))
