"""Who is the same person: a reference of one contractor in a region, or the token that stands in
its place once it was erased. A placement with neither is a person of its own.

The token is random and leads back to nobody. It stands beside the reference as long as another
placement of the person still has that, and from then on alone. Source: DOMAIN.md section 8.
"""

from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from placements.models import FulfilmentState, FulfilmentVersion

# What is not mended any more, so that its reference stays what it is.
LASTING = (FulfilmentState.ACCEPTED, FulfilmentState.SUPERSEDED)


def with_both() -> QuerySet[FulfilmentVersion]:
    """Versions that still say for which reference a token stands."""
    return FulfilmentVersion.objects.exclude(person="").exclude(candidate_ref="").order_by()


def person(of: str = "") -> Any:
    """Of a fulfilment, found along `of`, whose it is: the same text for the same person."""
    path, accepted = of and f"{of}__", f"{of}__accepted" if of else "accepted"
    reference = f"{accepted}__candidate_ref"
    same = with_both().filter(
        fulfilment__region=OuterRef(f"{path}region"),
        fulfilment__contractor=OuterRef(f"{path}contractor"),
        candidate_ref=OuterRef(reference),
    )
    own = Concat(
        Cast(f"{path}contractor", CharField()), Value(" "), reference, output_field=CharField()
    )
    return Case(
        When(**{f"{accepted}__person__gt": ""}, then=F(f"{accepted}__person")),
        When(**{f"{reference}__gt": ""}, then=Coalesce(Subquery(same.values("person")[:1]), own)),
        default=Concat(Value("#"), Cast(f"{path}pk", CharField())),
        output_field=CharField(),
    )


def whose(names: Iterable[str]) -> Q:
    """Allocations of whoever has one of these references or tokens."""
    known = set(names)
    tokens = with_both().filter(candidate_ref__in=known).values("person")
    references = with_both().filter(person__in=known).values("candidate_ref")
    return (
        Q(version__candidate_ref__in=known)
        | Q(version__person__in=known)
        | Q(version__person__in=tokens)
        | Q(version__candidate_ref__in=references)
    )


def known_as(of: str, by: str) -> Any:
    """Of an allocation `of`, the reference or the token; where its version has only the other,
    `by`, what another one says of that.
    """
    same = with_both().filter(
        **{by: OuterRef(f"version__{by}")},
        fulfilment__region=OuterRef("version__fulfilment__region"),
        fulfilment__contractor=OuterRef("version__fulfilment__contractor"),
    )
    return Case(
        When(**{f"version__{of}": ""}, then=Subquery(same.values(of)[:1])),
        default=F(f"version__{of}"),
    )


def keep_who_is_the_same(numbers: Iterable[int]) -> None:
    """Before the references of these versions are erased: give each that lasts its token, and
    whatever else lasts and has the same reference of that contractor.
    """
    goes = FulfilmentVersion.objects.filter(pk__in=numbers, state__in=LASTING)
    keys = ("fulfilment__region", "fulfilment__contractor", "candidate_ref")
    for region, contractor, ref in goes.exclude(candidate_ref="").values_list(*keys).distinct():
        same = FulfilmentVersion.objects.filter(
            fulfilment__region=region, fulfilment__contractor=contractor, candidate_ref=ref
        )
        known = same.exclude(person="").values_list("person", flat=True).first()
        same.filter(state__in=LASTING, person="").update(person=known or token_hex(16))
