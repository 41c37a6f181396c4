"""The mechanism of scoping: what a person may not see does not exist for them.

A model names its paths to region, municipality and contractor in a `Scope`; `visible_to(access)` narrows a queryset
to what the grants of a person open. Which grants a person has is decided in `contracts.people.membership`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.apps import apps
from django.core import checks
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REGION_ADMIN = "region_admin", _("region admin")
    ADVISER = "adviser", _("adviser")
    PROCUREMENT_OFFICER = "procurement_officer", _("procurement officer")
    CONTRACTOR = "contractor", _("contractor")
    READER = "reader", _("reader")


STAFF = (Role.REGION_ADMIN, Role.ADVISER)


@dataclass(frozen=True)
class Grant:
    """One membership: a role in a region, for some municipalities or for one contractor."""

    role: str
    region_id: int
    municipality_ids: frozenset[int] = frozenset()
    contractor_id: int | None = None


@dataclass(frozen=True)
class Access:
    """Everything a person may see: the union of their grants."""

    user_id: int | None
    grants: tuple[Grant, ...] = ()

    def grants_for(self, roles: Iterable[str], region_id: int | None = None) -> list[Grant]:
        return [g for g in self.grants if g.role in roles and region_id in (None, g.region_id)]

    def has(self, *roles: str, region_id: int | None = None) -> bool:
        return bool(self.grants_for(roles, region_id))

    @property
    def region_ids(self) -> set[int]:
        return {g.region_id for g in self.grants}

    def regions_of(self, *roles: str) -> set[int]:
        """The ids of the regions in which one holds one of these roles."""
        return {g.region_id for g in self.grants_for(roles)}


NO_ACCESS = Access(user_id=None)


@dataclass(frozen=True)
class Scope:
    """Look-up paths from a model to what bounds it; a role without a path sees nothing of the model."""

    region: str
    municipality: str | None = None
    contractor: str | None = None
    staff: tuple[str, ...] = STAFF
    readers: bool = False
    # What contractors see is narrowed further, for instance to contracts that are no longer a draft.
    contractor_when: Q = Q()
    to_many: bool = False

    def condition(self, grant: Grant) -> Q | None:
        in_region = Q(**{self.region: grant.region_id})
        if grant.role in self.staff or (grant.role == Role.READER and self.readers):
            return in_region
        if grant.role == Role.PROCUREMENT_OFFICER and self.municipality:
            return in_region & Q(**{f"{self.municipality}__in": grant.municipality_ids})
        if grant.role == Role.CONTRACTOR and self.contractor:
            return in_region & Q(**{self.contractor: grant.contractor_id}) & self.contractor_when
        return None


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> Self:
        scope: Scope = self.model.scope
        conditions = [c for g in access.grants if (c := scope.condition(g)) is not None]
        if not conditions:
            return self.none()
        combined = conditions[0]
        for condition in conditions[1:]:
            combined |= condition
        if scope.to_many or scope.municipality:
            # Through a subquery, so that rows do not double and sums stay right.
            return self.filter(pk__in=self.model._base_manager.filter(combined).values("pk"))
        return self.filter(combined)


class ScopedModel(models.Model):
    scope: ClassVar[Scope]
    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def visible(model: type[ScopedModel], access: Access) -> Any:
    """The rows of `model` that a person may see: where every page starts."""
    return model.objects.visible_to(access)


OUR_APPS = ("accounts", "documents", "contracts", "placements", "reporting")
SERVER = "sroi"


@checks.register()
def every_model_is_scoped(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start with a model that forgets to say who may see it."""
    labels = (*OUR_APPS, SERVER)
    ours = [m for m in apps.get_models() if m._meta.app_label in labels and not m._meta.auto_created]
    return [
        checks.Error(f"{model.__name__} names no scope and no reason to do without.", obj=model, id="sroi.E001")
        for model in ours
        if not isinstance(getattr(model, "scope", None), Scope) and not getattr(model, "unscoped_because", "")
    ]
