"""The door to memberships: invite, accept, change, end. Source: DOMAIN.md section 9.

A region admin asks anyone in for the region; an adviser asks in people of a contractor that has a
contract in the region, and a contractor's person a colleague. People of a partner are asked in by
who lets partners in (`contracts.partners`). Each is for one role in one region:
it opens nothing of another. Who runs the server makes the first region admin, and lets one in again
who lost the way in (`manage.py make_admin`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.models import (
    Contract,
    Contractor,
    Invitation,
    Membership,
    Municipality,
    Partner,
    Region,
)
from contracts.owed.posting import lock_ledger
from contracts.people.groups import ByGroups
from contracts.people.invitations import VALID, known_person, open_on
from sroi.access import Access, May, Of, Role
from sroi.access.roles import role_called, who_may
from sroi.doors import Act, DoneAlready, Refused, first_come, key_of, refuse_overtaken
from sroi.history.keeping import remember
from sroi.templatetags.formats import long_date


@dataclass(frozen=True)
class Asked:
    """Who is asked in, and for what."""

    email: str
    role: str
    region: Region
    municipalities: tuple[Municipality, ...] = ()
    contractor: Contractor | None = None
    partner: Partner | None = None

    @classmethod
    def for_firm(cls, email: str, region: Region, contractor: Contractor | None) -> "Asked":
        """To work for this contractor in this region."""
        return cls(email, Role.CONTRACTOR, region, contractor=contractor)

    @classmethod
    def for_partner(cls, email: str, partner: Partner) -> "Asked":
        return cls(email, Role.PARTNER, partner.region, partner=partner)


def may_invite(access: Access, role: str, region_id: int, contractor_id: int | None = None) -> bool:
    if access.may(May.MANAGE_USERS, region_id=region_id):
        return True
    if role_called(role).of is Of.PARTNER:
        return access.may(May.LET_PARTNERS_IN, region_id=region_id)
    if role_called(role).of is not Of.CONTRACTOR or contractor_id is None:
        return False
    if access.may(May.INVITE_CONTRACTORS, region_id=region_id):
        return Contract.objects.filter(region_id=region_id, contractor_id=contractor_id).exists()
    return access.may(May.INVITE_COLLEAGUES, region_id=region_id, contractor_id=contractor_id)


def may_manage(access: Access, membership: Membership) -> bool:
    return access.may(May.MANAGE_USERS, region_id=membership.region_id)


def contractor_with(kvk: str) -> Contractor | None:
    """A contractor by its full KvK number: the only way to find one that has no contract in one's
    own region.
    """
    return Contractor.objects.filter(kvk=kvk).first()


def invite(asked: Asked, access: Access, act: Act) -> Invitation:
    _refuse_impossible(asked.role, asked.municipalities, asked.contractor, asked.region)
    if role_called(asked.role).of is Of.PARTNER and asked.partner is None:
        raise Refused(_("Invite people of a partner from the page of partners."))
    if not may_invite(
        access, asked.role, asked.region.pk, asked.contractor.pk if asked.contractor else None
    ):
        raise Refused(_("You cannot invite someone for this."))
    return _made(asked, act)


@transaction.atomic
def invite_all(asked: Iterable[Asked], access: Access, act: Act) -> list[Invitation]:
    """All of them, or none."""
    return [invite(one, access, act) for one in asked]


def invite_admin(email: str, region: Region, *, at: datetime) -> Invitation:
    """A region admin, by who runs the server; it takes the place of one made so before for the same
    address.
    """
    asked = Asked(email, Role.REGION_ADMIN, region)
    with transaction.atomic():
        earlier = open_on(at).filter(email=_folded(email), region=region, by_command=True)
        earlier.update(withdrawn_at=at)
        return _made(asked, Act.of(None, at), by_command=True)


@transaction.atomic
def _made(asked: Asked, act: Act, *, by_command: bool = False) -> Invitation:
    # Of two at once the second finds the first.
    lock_ledger(asked.region)
    if not by_command and (out := _out_already(asked, act.at)):
        about = {"email": out.email, "day": long_date(localtime(out.expires_at))}
        told = _("%(email)s has an invitation for this already, valid until %(day)s.") % about
        again = (
            _("Someone of the firm or the region admin can send it again from their list.")
            if asked.contractor
            else _("You can send it again from the list.")
        )
        raise DoneAlready(f"{told} {again}")
    invitation = Invitation.objects.create(
        email=_folded(asked.email),
        role=asked.role,
        region=asked.region,
        contractor=asked.contractor,
        partner=asked.partner,
        invited_by=act.by,
        invited_at=act.at,
        expires_at=act.at + VALID,
        by_command=by_command,
    )
    invitation.municipalities.set(asked.municipalities)
    return invitation


def _out_already(asked: Asked, now: datetime) -> Invitation | None:
    """One for the same person, role and firm or region, that opens all that is asked now."""
    same = open_on(now).filter(
        email=_folded(asked.email),
        role=asked.role,
        region=asked.region,
        contractor=asked.contractor,
        partner=asked.partner,
        by_command=False,
    )
    towns = {town.pk for town in asked.municipalities}
    return next(
        (one for one in same if towns <= set(one.municipalities.values_list("pk", flat=True))), None
    )


def send_again(invitation: Invitation, access: Access, *, at: datetime) -> Invitation:
    """The same invitation, for a week from now on; what opens an account by command is not sent
    from a page.
    """
    if not may_invite(access, invitation.role, invitation.region_id, invitation.contractor_id):
        raise Refused(_("You cannot invite someone for this."))
    open_now = open_on(at).filter(pk=invitation.pk, by_command=False)
    if not open_now.update(expires_at=at + VALID):
        raise Refused(_("This invitation was used or withdrawn. Ask for a new one."))
    invitation.refresh_from_db()
    return invitation


def _folded(email: str) -> str:
    return email.strip().lower()


def _refuse_impossible(
    role: str, municipalities: Iterable[Municipality], contractor: Contractor | None, region: Region
) -> None:
    of = role_called(role).of
    if of is Of.MUNICIPALITIES and not list(municipalities):
        raise Refused(_("Choose at least one client for a procurement officer."))
    if any(m.region_id != region.pk for m in municipalities):
        raise Refused(_("Choose clients of this region."))
    if of is Of.CONTRACTOR and contractor is None:
        raise Refused(_("Fill in the KvK number of the contractor."))


def accept(
    invitation: Invitation, *, at: datetime, user: Any = None, name: str = "", password: str = ""
) -> Any:
    """Give the membership to `user`, or to a new account; of two people at once, one comes second
    and is refused.

    An invitation made by command also opens the account that exists, with this name and password.
    """
    # Two invitations for one address, taken up at the same moment, make one account.
    with first_come(_an_account()), transaction.atomic():
        of_address = Invitation.objects.select_for_update().filter(email=invitation.email)
        # In one order, so that nobody waits for who waits for them.
        list(of_address.order_by("pk").values_list("pk", flat=True))
        taken = open_on(at).filter(pk=invitation.pk).update(accepted_at=at)
        if not taken:
            raise Refused(_("This invitation was used or withdrawn. Ask for a new one."))
        if user is None:
            user = _account(invitation, name, password)
            # Another link that lies around opens this account no more: with it one signs in first.
            Invitation.objects.filter(email=invitation.email).exclude(pk=invitation.pk).update(
                by_command=False
            )
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
        membership, _new = Membership.objects.get_or_create(
            user=user,
            role=invitation.role,
            region=invitation.region,
            contractor=invitation.contractor,
            partner=invitation.partner,
            ended_at=None,
        )
        membership.municipalities.add(*invitation.municipalities.all())
    return user


def _account(invitation: Invitation, name: str, password: str) -> Any:
    known = known_person(invitation.email)
    if known is None:
        return get_user_model().objects.create_user(invitation.email, password, name=name)
    if not invitation.by_command:
        raise Refused(_an_account())
    known.name, known.is_active = name, True
    known.set_password(password)
    known.save(update_fields=["name", "is_active", "password"])
    return known


def _an_account() -> str:
    return _("There is an account for this address already. Sign in first.")


# --- by the groups of elsewhere ------------------------------------------------------------------


def welcome(email: str, name: str) -> Any:
    """An account without a password, for who signs in elsewhere with a group that gives a role."""
    with first_come(_an_account()), transaction.atomic():
        if known_person(email) is not None:
            raise Refused(_an_account())
        return get_user_model().objects.create_user(_folded(email), None, name=name.strip())


@transaction.atomic
def follow(user: Any, provider: str, given: ByGroups, act: Act) -> None:
    """What the groups that this provider names give now. What they gave before and do not give any
    more ends, but for the last region admin; a role that was given here stays as it is.
    """
    theirs = Membership.objects.filter(user=user, ended_at=None, contractor=None, partner=None)
    codes = {code for _role, code in given}
    named = Region.objects.filter(Q(code__in=codes) | Q(pk__in=theirs.values("region")))
    regions = {region.code: region for region in named.order_by("pk")}
    for region in regions.values():
        lock_ledger(region)
    held = {(row.role, row.region.code): row for row in theirs.select_related("region")}
    for key, before in held.items():
        if before.vouched_by == provider and key not in given:
            end_by_itself(before, act)
    for (role, code), towns in given.items():
        row = held.get((role, code))
        if code not in regions or (row and row.vouched_by != provider):
            continue
        clients = Municipality.objects.filter(region=regions[code], code__in=towns)
        chosen = list(clients.there_on(act.today))
        if role_called(role).of is Of.MUNICIPALITIES and not chosen:
            continue
        if row is None:
            row = Membership(user=user, role=role, region=regions[code], vouched_by=provider)
            row._change_reason = act.why  # type: ignore[attr-defined]
            row.save()
        Membership.objects.filter(pk=row.pk).update(vouched_at=act.at)
        row.municipalities.set(chosen)


def end_by_itself(membership: Membership, act: Act) -> bool:
    """Without anybody who ends it; not the last region admin."""
    try:
        with transaction.atomic():
            leave_an_admin(membership)
            return _end(membership, act)
    except Refused:
        return False


def withdraw(invitation: Invitation, access: Access, *, at: datetime) -> None:
    if not may_invite(access, invitation.role, invitation.region_id, invitation.contractor_id):
        raise Refused(_("You cannot withdraw this invitation."))
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=at
    ):
        raise Refused(_("This invitation was used or withdrawn already."))


def starting_point(membership: Membership) -> str:
    """What a change of it starts from: the role, whether it holds, and for whom, as stored now."""
    row = Membership.objects.filter(pk=membership.pk).values_list("role", "ended_at").get()
    towns = Membership.municipalities.through.objects.filter(membership=membership.pk)
    return key_of(*row, *sorted(towns.values_list("municipality", flat=True)))


def change(
    membership: Membership,
    role: str,
    municipalities: Iterable[Municipality],
    access: Access,
    act: Act,
    *,
    shown: str | None = None,
) -> None:
    """Another role among the staff of the region, or other municipalities; `shown` is the
    `starting_point` that was on the screen.
    """
    chosen = tuple(municipalities)
    _refuse_own(membership, access, act.by)
    _refuse_impossible(role, chosen, membership.contractor, membership.region)
    if membership.vouched_by:
        raise Refused(
            _(
                "A group elsewhere gives this role. Change it there: it holds here from the next"
                " time that this person signs in."
            )
        )
    of, was = role_called(role).of, role_called(membership.role).of
    if of is not was and (of.is_outside or was.is_outside):
        raise Refused(
            _("A contractor's person cannot become staff this way. End the role and invite again.")
            if Of.CONTRACTOR in (of, was)
            else _("A partner's person cannot become staff this way. End the role, invite again.")
        )
    has_it = _("This person has that role already.")
    others = Membership.objects.filter(
        user=membership.user, region=membership.region, role=role, ended_at=None
    )
    with first_come(has_it), transaction.atomic():
        lock_ledger(membership.region)
        refuse_overtaken(shown, starting_point(membership))
        if not Membership.objects.filter(pk=membership.pk, ended_at=None).exists():
            raise Refused(_("This role was ended already."))
        if not of.is_outside and others.exclude(pk=membership.pk).exists():
            raise Refused(has_it)
        if role not in who_may(May.MANAGE_USERS):
            leave_an_admin(membership)
        membership.role = role
        membership._change_reason = act.why  # type: ignore[attr-defined]
        membership.save(update_fields=["role"])
        membership.municipalities.set(chosen if of is Of.MUNICIPALITIES else ())


def end(membership: Membership, access: Access, act: Act) -> None:
    _refuse_own(membership, access, act.by)
    with transaction.atomic():
        leave_an_admin(membership)
        if not _end(membership, act):
            raise Refused(_("This role was ended already."))


def _end(membership: Membership, act: Act) -> bool:
    ended = Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=act.at)
    if ended:
        membership.ended_at = act.at
        remember([membership], act, changed=True)
    return bool(ended)


def _refuse_own(membership: Membership, access: Access, by: Any) -> None:
    if not may_manage(access, membership):
        raise Refused(_("You cannot change this role."))
    if membership.user_id == by.pk:
        raise Refused(_("You cannot change your own role. Ask another region admin."))


def leave_an_admin(membership: Membership) -> None:
    """Under the lock of the region: of two admins who end each other at the same time, the second
    is refused.
    """
    lock_ledger(membership.region)
    managing = who_may(May.MANAGE_USERS)
    admins = Membership.objects.filter(
        region=membership.region_id, role__in=managing, ended_at=None
    )
    others = admins.filter(user__is_active=True).exclude(user=membership.user_id)
    if membership.role in managing and not others.exists():
        raise Refused(_("This is the last region admin. Invite another one first."))


def change_own_details(act: Act, name: str, phone: str) -> None:
    """What others see of who acts; it changes nothing that they may."""
    if not name.strip():
        raise Refused(_("Fill in your name."))
    get_user_model().objects.filter(pk=act.by.pk).update(name=name.strip(), phone=phone.strip())
