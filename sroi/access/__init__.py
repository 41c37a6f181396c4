"""The mechanism of scoping: what a person may not see does not exist for them.

A model names its paths to region, municipality, contractor and partner in a `Scope`;
`visible_to(access)` narrows a queryset to what the grants of a person open. What each role may
stands in `sroi.access.roles`; which grants a person has is decided in
`contracts.people.membership`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any, ClassVar, Self, TypeVar, cast

from django.apps import apps
from django.core import checks
from django.db import models
from django.db.models import Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql import Query

from sroi.access.roles import May as May
from sroi.access.roles import Of as Of
from sroi.access.roles import Role as Role
from sroi.access.roles import role_called


@dataclass(frozen=True)
class Grant:
    """One membership: a role in a region, for some municipalities, one contractor or one
    partner.
    """

    role: str
    region_id: int
    municipality_ids: frozenset[int] = frozenset()
    contractor_id: int | None = None
    partner_id: int | None = None

    @property
    def of(self) -> Of:
        return role_called(self.role).of

    def has(self, any_of: Collection[May]) -> bool:
        return not role_called(self.role).may.isdisjoint(any_of)


@dataclass(frozen=True)
class ProgramGrant(Grant):
    """What a program may see of a region as a whole: this, and nothing by a role."""

    may: frozenset[May] = frozenset()

    @property
    def of(self) -> Of:
        return Of.REGION

    def has(self, any_of: Collection[May]) -> bool:
        return not self.may.isdisjoint(any_of)


@dataclass(frozen=True)
class Access:
    """Everything a person may see: the union of their grants."""

    user_id: int | None
    grants: tuple[Grant, ...] = ()

    def grants_for(self, *any_of: May, region_id: int | None = None) -> list[Grant]:
        return [g for g in self.grants if g.has(any_of) and region_id in (None, g.region_id)]

    def may(
        self,
        *any_of: May,
        region_id: int | None = None,
        contractor_id: int | None = None,
        partner_id: int | None = None,
    ) -> bool:
        """One of these: anywhere, in this region, or there for this contractor or partner; the
        person of an organisation for that one only.
        """
        return any(
            contractor_id in (None, g.contractor_id)
            if g.of is Of.CONTRACTOR
            else partner_id in (None, g.partner_id) or g.of is not Of.PARTNER
            for g in self.grants_for(*any_of, region_id=region_id)
        )

    def regions_where(self, *any_of: May) -> set[int]:
        """The ids of the regions in which one may do one of these."""
        return {g.region_id for g in self.grants_for(*any_of)}

    def municipalities_where(self, *any_of: May, region_id: int) -> frozenset[int] | None:
        """The ids of the municipalities for which one may do one of these; None where that is the
        whole region.
        """
        grants = self.grants_for(*any_of, region_id=region_id)
        if any(g.of is Of.REGION for g in grants):
            return None
        return frozenset(pk for g in grants for pk in g.municipality_ids)

    def holds(self, *roles: str) -> bool:
        """One of these roles: for what goes by role alone, such as the navigation."""
        return any(g.role in roles for g in self.grants)

    @property
    def region_ids(self) -> set[int]:
        return {g.region_id for g in self.grants}


NO_ACCESS = Access(user_id=None)


@dataclass(frozen=True)
class Scope:
    """Look-up paths from a model to what bounds it; a role without a path sees nothing of the
    model.

    `region_wide` are the capabilities of which one is enough to see all rows of the region, for a
    role of the region.
    """

    region: str
    municipality: str | None = None
    contractor: str | None = None
    partner: str | None = None
    region_wide: tuple[May, ...] = (May.SEE_REGION,)
    # The rules of a region are seen by everyone with a role in it.
    everyone: bool = False
    # With one of these everybody sees what of the region is told to all who have it.
    told_to: tuple[May, ...] = ()
    told_when: Q = Q()
    # What contractors see is narrowed further, for instance to contracts that are no longer a
    # draft.
    contractor_when: Q = Q()
    # Another way to the same rows: one of both is enough.
    also: "Scope | None" = None

    def condition(self, grant: Grant) -> Q | None:
        in_region = Q(**{self.region: grant.region_id})
        if self.everyone or (grant.of is Of.REGION and grant.has(self.region_wide)):
            return in_region
        if grant.of is Of.MUNICIPALITIES and self.municipality:
            return in_region & Q(**{f"{self.municipality}__in": grant.municipality_ids})
        if grant.of is Of.CONTRACTOR and self.contractor:
            return in_region & Q(**{self.contractor: grant.contractor_id}) & self.contractor_when
        if grant.of is Of.PARTNER and self.partner:
            return in_region & Q(**{self.partner: grant.partner_id})
        return in_region & self.told_when if grant.has(self.told_to) else None


def paths(condition: Q) -> Iterator[str]:
    """The look-ups that a condition is made of."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from paths(child)
        else:
            path, _value = cast("tuple[str, Any]", child)
            yield path


@cache
def to_many(of: Any, path: str) -> bool:
    """Whether one row of a model (its `_meta`) may have several at the end of this path."""
    steps, *_rest = Query(of.model).names_to_path(path.split(LOOKUP_SEP), of)
    return any(step.m2m for step in steps)


M = TypeVar("M", bound="ScopedModel")


class ScopedQuerySet(models.QuerySet[M]):
    def visible_to(self, access: Access) -> Self:
        scope: Scope = self.model.scope
        # Each way by itself: in one they would multiply the rows that they meet.
        ways = [self._by(way, access) for way in (scope, scope.also) if way]
        opened = [condition for condition in ways if condition is not None]
        return self.filter(reduce(or_, opened)) if opened else self.none()

    def _by(self, scope: Scope, access: Access) -> Q | None:
        """What lets rows through; None where nothing does."""
        conditions = [c for g in access.grants if (c := scope.condition(g)) is not None]
        many = [c for c in conditions if any(to_many(self.model._meta, path) for path in paths(c))]
        opened = [c for c in conditions if c not in many]
        if many:
            # Through a subquery, so that rows do not double and sums stay right.
            rows = self.model._base_manager.filter(reduce(or_, many))
            opened.append(Q(pk__in=rows.values("pk")))
        return reduce(or_, opened) if opened else None


class ScopedModel(models.Model):
    scope: ClassVar[Scope]
    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def visible(model: type[M], access: Access) -> "ScopedQuerySet[M]":
    """The rows of `model` that a person may see: where every page starts."""
    rows: Any = model.objects.visible_to(access)
    return cast("ScopedQuerySet[M]", rows)


OUR_APPS = ("accounts", "documents", "contracts", "placements", "reporting")
SERVER = "sroi"


@checks.register()
def every_model_is_scoped(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start with a model that forgets to say who may see it."""
    labels = (*OUR_APPS, SERVER)
    ours = [
        m for m in apps.get_models() if m._meta.app_label in labels and not m._meta.auto_created
    ]
    return [
        checks.Error(
            f"{model.__name__} names no scope and no reason to do without.",
            obj=model,
            id="sroi.E001",
        )
        for model in ours
        if not isinstance(getattr(model, "scope", None), Scope)
        and not getattr(model, "unscoped_because", "")
    ]
