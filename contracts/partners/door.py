"""The door for partners: ask to take part, let in, refuse, put right what is known of one.

Of who asks only the address is kept, and only until the answer; with the answer `yes` its first
person is asked in. Source: DOMAIN.md section 9.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Invitation, Partner, PartnerState, Region
from contracts.people import door as memberships
from sroi.access import Access, May
from sroi.database import days
from sroi.doors import Act, Refused, first_come
from sroi.periods import add_months

# So long somebody who asked and was not answered is kept.
ASKED_MONTHS = 6


@dataclass(frozen=True)
class About:
    """What is known of an organisation."""

    name: str
    kind: str
    kvk: str = ""
    place: str = ""


def may_let_in(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.LET_PARTNERS_IN, region_id=region_id)


def ask(region: Region, about: About, email: str, act: Act) -> None:
    """To take part; whoever asks twice before there is an answer is noted once, and told the
    same.
    """
    waiting = Partner.objects.filter(region=region, state=PartnerState.ASKED)
    if not waiting.filter(asked_email=_folded(email)).exists():
        Partner.objects.create(
            region=region,
            state=PartnerState.ASKED,
            asked_email=_folded(email),
            made_at=act.at,
            **vars(about),
        )


@transaction.atomic
def add(region: Region, about: About, email: str, access: Access, act: Act) -> Invitation:
    """Let an organisation in without its asking, and ask its first person in."""
    _refuse_who_may_not(access, region.pk)
    with first_come(_in_already(about.name)), transaction.atomic():
        partner = Partner.objects.create(
            region=region,
            state=PartnerState.IN,
            made_at=act.at,
            answered_at=act.at,
            answered_by=act.by,
            **vars(about),
        )
    return invite(partner, email, access, act)


@transaction.atomic
def let_in(partner: Partner, access: Access, act: Act) -> Invitation:
    _refuse_who_may_not(access, partner.region_id)
    email = partner.asked_email
    with first_come(_in_already(partner.name)), transaction.atomic():
        _answer(partner, PartnerState.IN, act)
    return invite(partner, email, access, act)


def refuse(partner: Partner, access: Access, act: Act) -> None:
    _refuse_who_may_not(access, partner.region_id)
    _answer(partner, PartnerState.REFUSED, act)


def invite(partner: Partner, email: str, access: Access, act: Act) -> Invitation:
    """One more person of a partner that takes part."""
    if partner.state != PartnerState.IN:
        raise Refused(_("Let this partner in first."))
    return memberships.invite(memberships.Asked.for_partner(email, partner), access, act)


def forget_who_asked(today: date) -> None:
    """Organisations that asked, were refused or were never answered, and their addresses."""
    over = days.by("made_at", add_months(today, -ASKED_MONTHS))
    Partner.objects.filter(over).exclude(state=PartnerState.IN).delete()


def _answer(partner: Partner, state: str, act: Act) -> None:
    answered = Partner.objects.filter(pk=partner.pk, state=PartnerState.ASKED).update(
        state=state, asked_email="", answered_at=act.at, answered_by=act.by
    )
    if not answered:
        raise Refused(_("Someone answered this already."))
    partner.refresh_from_db()


def _refuse_who_may_not(access: Access, region: Any) -> None:
    if not may_let_in(access, region):
        raise Refused(_("You cannot invite someone for this."))


def _in_already(name: str) -> str:
    return _("%(name)s takes part already. Invite more people on its page.") % {"name": name}


def _folded(email: str) -> str:
    return email.strip().lower()
