"""Which rows are of one region: by the registry of models, so that none is forgotten.

A model whose scope leads straight to one region says so itself. Every other is named here: by
another way to its region, as shared by regions, as of the people in them, or as what stays. A
test holds that each stands in one place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps as registry
from django.db.models import Field, ForeignKey, Model

from sroi.access import Scope
from sroi.accounts.models import NOBODY, Erasure
from sroi.backup.rows import NEVER, stored
from sroi.database.batches import AT_ONCE, in_batches

OF_REGION = {
    "contracts.Invitation_municipalities": "invitation__region",
    "contracts.LedgerHead": "region",
    "contracts.Membership_municipalities": "membership__region",
    "contracts.OutOfStep": "contract__region",
    "contracts.PutOff": "contract__region",
    "placements.ColumnMemory": "region",
    "placements.Place_contracts": "place__region",
}
USER = "accounts.User"
# One row for all regions: with a region goes what its rows point at. Users last: what is shared
# points at them too.
SHARED = ("contracts.Contractor", "contracts.SocialFirm", "placements.OneEffort", USER)
# Goes with a row that is shared.
WITH_SHARED = {
    "contracts.HistoricalContractor": "history_relation",
    "contracts.HistoricalSocialFirm": "history_relation",
}
# Of who has or had a role in the region.
MEMBERSHIP = "contracts.Membership"
OF_MEMBERS = {
    "account.EmailAddress": "user",
    "contracts.NoticeChoice": "user",
    "placements.ReviewDesk": "user",
}
# By number, of rows that go.
ERASED = "accounts.Erasure"
TOKENS = "programs that read by a token: they get one of the new register"
STAYS = {
    **NEVER,
    "accounts.AuditEvent": "who signed in and looked, in all of the installation",
    "accounts.Demonstration": "marks one database",
    "accounts.ReturnedMail": "what came back to the mail server of one installation",
    "contracts.CalendarFeed": "a secret address: everyone makes one anew",
    "contracts.HistoricalProgram": TOKENS,
    "contracts.Program": TOKENS,
    "contracts.ProgramRead": TOKENS,
    "mfa.Authenticator": "second factors: everyone sets one up anew",
    "socialaccount.SocialAccount": "who signs people in elsewhere is known to one installation",
}
# Never goes out, and what stands there instead where a row is put in.
WITHHELD: dict[str, dict[str, Any]] = {
    USER: {"password": "!", "last_login": None, "lists": {}},
}


def way_to_region(model: type[Model]) -> str | None:
    """The look-up from a row to the one region that it is of; None where there is no such."""
    scope = getattr(model, "scope", None)
    if isinstance(scope, Scope) and _leads_to_one(model, scope.region):
        return scope.region
    return OF_REGION.get(model._meta.label)


def _leads_to_one(model: Any, path: str) -> bool:
    if path == "pk":
        return True
    for name in path.split("__"):
        step = model._meta.get_field(name)
        if not isinstance(step, ForeignKey):
            return False
        model = step.related_model
    return True


def moved() -> dict[str, type[Model]]:
    """Every table of which rows go with a region, by name."""
    return {label: model for label, model in stored(registry).items() if label not in STAYS}


@dataclass
class Belonging:
    """The rows of one region. Of what is not found by a way to it the numbers are kept here."""

    region: int
    numbers: dict[str, list[int]] = field(default_factory=dict)
    members: frozenset[int] = frozenset()

    def rows(self, model: type[Model]) -> Iterator[Any]:
        """In order of their numbers; in one piece, or in pieces."""
        way, every = way_to_region(model), model._base_manager.order_by("pk")
        if way:
            yield every.filter(**{way: self.region})
            return
        for some in in_batches(self.numbers[model._meta.label], AT_ONCE):
            yield every.filter(pk__in=some)

    def less(self, label: str, row: dict[str, Any]) -> dict[str, Any]:
        """Without what never goes out; of who has no role here, only the name."""
        for name in WITHHELD.get(label, ()):
            del row[name]
        if label == USER and row["id"] not in self.members:
            row |= {"email": f"{row['id']}{NOBODY}", "phone": "", "is_active": False}
        return row


def belonging_to(region: int) -> Belonging:
    found, every = Belonging(region), moved()
    pointing = [model for model in every.values() if way_to_region(model)]
    found.members = frozenset(_pointed_at(found, every[MEMBERSHIP], "user"))
    for label in SHARED:
        numbers = {
            number
            for model in pointing
            for each in _pointers(model, label)
            for number in _pointed_at(found, model, each.name)
        }
        # A history goes on speaking of what is gone.
        found.numbers[label] = _there(every[label], "pk", numbers)
        for with_it, name in WITH_SHARED.items():
            if every[with_it]._meta.get_field(name).related_model is every[label]:
                found.numbers[with_it] = _there(every[with_it], name, numbers)
                pointing.append(every[with_it])
    for label, name in OF_MEMBERS.items():
        found.numbers[label] = _there(every[label], name, found.members)
    found.numbers[ERASED] = _erased(found, every)
    return found


def _pointers(model: type[Model], label: str) -> Iterator[Field]:
    for each in model._meta.concrete_fields:
        if isinstance(each, ForeignKey) and each.related_model._meta.label == label:
            yield each


def _pointed_at(found: Belonging, model: type[Model], name: str) -> set[int]:
    return {
        number
        for rows in found.rows(model)
        for number in rows.exclude(**{name: None})
        .order_by()
        .values_list(f"{name}_id", flat=True)
        .distinct()
    }


def _there(model: type[Model], name: str, numbers: Iterable[int]) -> list[int]:
    return sorted(
        number
        for some in in_batches(sorted(numbers), AT_ONCE)
        for number in model._base_manager.filter(**{f"{name}__in": some}).values_list(
            "pk", flat=True
        )
    )


def _erased(found: Belonging, every: dict[str, type[Model]]) -> list[int]:
    """Of rows that are still there; one that is gone is of no region any more."""
    by_subject = {model._meta.label_lower: model for model in every.values()}
    return sorted(
        number
        for subject in Erasure.objects.values_list("subject", flat=True).order_by().distinct()
        if subject in by_subject
        for rows in found.rows(by_subject[subject])
        for number in Erasure.objects.filter(
            subject=subject, number__in=rows.order_by().values("pk")
        ).values_list("pk", flat=True)
    )
