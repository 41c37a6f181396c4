"""What a user may see: from memberships to grants."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef

from contracts.models import (
    ContactPerson,
    Contract,
    Contractor,
    Invitation,
    Membership,
    Region,
    Side,
)
from contracts.owed.amounts import OPEN
from contracts.people.returned import with_returned
from sroi.access import NO_ACCESS, Access, Grant, May, visible
from sroi.access.roles import who_may


def access_of(user: Any) -> Access:
    """Everything `user` may see: the union of their running memberships; nothing for who is not
    signed in.
    """
    if not user.is_authenticated or not user.is_active:
        return NO_ACCESS
    rows = Membership.objects.filter(user=user, ended_at=None).values_list(
        "pk", "role", "region_id", "contractor_id", "partner_id", "municipalities"
    )
    municipalities: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for *membership, municipality in rows.order_by("pk"):
        municipalities[tuple(membership)] |= {municipality} - {None}
    return Access(
        user_id=user.pk,
        grants=tuple(
            Grant(role, region_id, frozenset(of_membership), contractor_id, partner_id)
            for (_pk, role, region_id, contractor_id, partner_id), of_membership in (
                municipalities.items()
            )
        ),
    )


def is_of_firm(user: Any, kvk: str) -> bool:
    """Whether `user` is of the contractor with this KvK number, which a broker of eHerkenning
    vouches for.
    """
    running = Membership.objects.filter(user=user, ended_at=None)
    return bool(kvk) and running.filter(contractor__kvk=kvk).exists()


def with_people(contracts: Any) -> Any:
    """Contracts that say, as `has_people`, whether anybody of the contractor can sign in for
    them.
    """
    people = Membership.objects.filter(
        role__in=who_may(May.FULFIL),
        contractor=OuterRef("contractor"),
        region=OuterRef("region"),
        ended_at=None,
        user__is_active=True,
    )
    return contracts.annotate(has_people=Exists(people))


def without_anybody(contracts: Any, now: datetime) -> Any:
    """Contracts of which nobody of the contractor can sign in, nor was asked to."""
    invited = Invitation.objects.filter(
        accepted_at=None,
        withdrawn_at=None,
        expires_at__gt=now,
        contractor=OuterRef("contractor"),
        region=OuterRef("region"),
    )
    return with_people(contracts).filter(~Exists(invited), has_people=False)


def addresses_of(
    contractors: Collection[int], regions: Collection[int], access: Access
) -> dict[tuple[int, int], str]:
    """By contractor and region the address of a person to call there, of the latest contract."""
    persons = visible(ContactPerson, access).filter(
        side=Side.CONTRACTOR, contract__contractor__in=contractors, contract__region__in=regions
    )
    known = persons.exclude(email="").order_by("contract__award_date", "-pk")
    rows = known.values_list("contract__contractor", "contract__region", "email")
    return {(firm, region): email for firm, region, email in rows}


def may_see_people(access: Access, contract: Contract) -> bool:
    """Who signs in for the contractor: known to who can ask someone in."""
    return access.may(
        *(May.INVITE_CONTRACTORS, May.INVITE_COLLEAGUES),
        region_id=contract.region_id,
        contractor_id=contract.contractor_id,
    )


def people_for(contract: Contract) -> Any:
    """The people of the contractor who can sign in for this contract."""
    running = Membership.objects.filter(
        role__in=who_may(May.FULFIL),
        contractor=contract.contractor_id,
        region=contract.region_id,
        ended_at=None,
    )
    return people(running.values("user"))


def people_of(contractor: Contractor, access: Access) -> Any:
    """Who can sign in for a contractor, in the regions where one can ask its people in."""
    regions = access.regions_where(May.INVITE_CONTRACTORS, May.MANAGE_USERS)
    running = Membership.objects.filter(
        role__in=who_may(May.FULFIL), contractor=contractor, region__in=regions, ended_at=None
    )
    return with_returned(people(running.values("user")).order_by("name", "pk"))


def advisers_of(region_ids: Collection[int]) -> Any:
    """The people who advise in these regions now."""
    running = Membership.objects.filter(
        role__in=who_may(May.ADVISE), region__in=region_ids, ended_at=None
    )
    people = get_user_model().objects.filter(pk__in=running.values("user"), is_active=True)
    return people.order_by("name", "pk")


def with_work(advisers: Any) -> Any:
    """Advisers who say, as `looks_after`, whether a contract that still runs is theirs."""
    theirs = Contract.objects.filter(adviser=OuterRef("pk"), state__in=OPEN).order_by()
    return advisers.annotate(looks_after=Exists(theirs))


def looking_after(contracts: Any) -> Any:
    """Who looks after these contracts, also those who advise no more."""
    theirs = contracts.order_by().values("adviser")
    return get_user_model().objects.filter(pk__in=theirs).order_by("name", "pk")


def people_with_access() -> Any:
    """Everyone with a running membership."""
    return people(Membership.objects.filter(ended_at=None).values("user"))


def people(ids: Any) -> Any:
    """These people, as far as they can sign in."""
    return get_user_model().objects.filter(pk__in=ids, is_active=True).order_by("pk")


def administered(model: Any, access: Access, *, to: May = May.MANAGE_USERS) -> Any:
    """The visible rows of the regions where one is admin, and may do this: with another role as
    well, others' rows stay out.
    """
    regions = access.regions_where(to)
    return visible(model, access).filter(**{"pk__in" if model is Region else "region__in": regions})
