"""The one door for social firms: propose, recognise, decline, describe, end, take back, publish."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import (
    FirmProposal,
    ProposalState,
    Recognition,
    Region,
    SocialFirm,
)
from contracts.social_firms.recognition import Facts, RecognisedAs, facts_of
from sroi.doors import Act, Refused, first_come, key_of, refuse_overtaken
from sroi.history.keeping import signed

# --- proposing ------------------------------------------------------------------------------------


def propose(proposal: FirmProposal, act: Act) -> FirmProposal:
    """Ask an adviser to recognise a firm; while one waits, the same contractor proposes it no
    second time.
    """
    proposal.proposed_by, proposal.proposed_at = act.by, act.at
    waits = _("You proposed this already; an adviser has not answered yet.")
    with first_come(waits), transaction.atomic():
        proposal.save(force_insert=True)
    return proposal


def decline(proposal: FirmProposal, act: Act) -> None:
    if not act.why.strip():
        raise Refused(_("Write why not, so that the contractor knows."))
    _answer(proposal, ProposalState.DECLINED, act)


def _answer(proposal: FirmProposal, state: str, act: Act) -> None:
    """Answer where there is no answer yet; of two people at once one succeeds."""
    waiting = FirmProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    if not waiting.update(
        state=state, answered_by=act.by, answered_at=act.at, answer=act.why[:1000]
    ):
        raise Refused(_("Someone answered this proposal already."))


# --- recognising ----------------------------------------------------------------------------------


def recognise(
    region: Region,
    kvk: str,
    facts: Facts,
    terms: RecognisedAs,
    act: Act,
    *,
    proposal: FirmProposal | None = None,
) -> Recognition:
    """Recognise a firm, known or new; with `proposal` that is the answer to it."""
    _refuse_impossible(terms)
    with transaction.atomic():
        if proposal:
            _answer(proposal, ProposalState.ACCEPTED, replace(act, why=""))
        recognition = Recognition(firm=_firm(kvk, facts, act), region=region, **_as_fields(terms))
        if _overlapping(recognition).exists():
            raise Refused(_("This firm has this recognition in this time already."))
        _keep(recognition, replace(act, why=terms.grounds))
    return recognition


def _firm(kvk: str, facts: Facts, act: Act) -> SocialFirm:
    """The firm with this number, told of as `facts` say; whoever recognises it at the same moment
    waits here.
    """
    firm = SocialFirm.objects.select_for_update().filter(kvk=kvk).first()
    if firm is None:
        firm = SocialFirm(kvk=kvk, **_as_fields(facts))
        added = _("Someone added this firm at the same moment. Look at it again.")
        with first_come(added), transaction.atomic():
            _keep(firm, replace(act, why=""))
    elif facts != facts_of(firm):
        _tell(firm, facts, act)
    return firm


def _refuse_impossible(terms: RecognisedAs) -> None:
    if terms.valid_until and terms.valid_until < terms.valid_from:
        raise Refused(_("The last day of the recognition lies before its first."))
    if not terms.grounds.strip():
        raise Refused(_("Write how this was established."))


def _overlapping(new: Recognition) -> QuerySet[Any]:
    """Recognitions of the same firm, kind and region on a day on which the new one holds."""
    same = Recognition.objects.filter(
        region=new.region, firm=new.firm, kind=new.kind, revoked_at=None
    )
    begun = same.filter(valid_from__lte=new.valid_until) if new.valid_until else same
    return begun.filter(Q(valid_until=None) | Q(valid_until__gte=new.valid_from))


def as_told(firm: SocialFirm) -> str:
    """What tells what is known of a firm from anything else: shown with its form."""
    return key_of(*vars(facts_of(firm)).values())


def describe(firm: SocialFirm, facts: Facts, act: Act, *, shown: str | None = None) -> None:
    """Tell other facts of a firm; what they were stays in its history."""
    with transaction.atomic():
        now = SocialFirm.objects.select_for_update().get(pk=firm.pk)
        refuse_overtaken(shown, as_told(now))
        _tell(now, facts, act)


def _tell(firm: SocialFirm, facts: Facts, act: Act) -> None:
    for name, value in _as_fields(facts).items():
        setattr(firm, name, value)
    _keep(firm, replace(act, why=""))


def end(recognition: Recognition, last: date, act: Act) -> None:
    """It holds no longer than `last`: a certificate was withdrawn, or ran out."""
    with transaction.atomic():
        now = _locked(recognition)
        if last < now.valid_from:
            raise Refused(_("Then it never held. Was it a mistake? Then take it back as a whole."))
        now.valid_until = last
        _keep(now, act)


def renew(recognition: Recognition, last: date, act: Act) -> None:
    """It holds until a later day: the certificate was renewed. `act.why` says how that was
    established.
    """
    if not act.why.strip():
        raise Refused(_("Write how this was established."))
    with transaction.atomic():
        now = _locked(recognition)
        if now.valid_until is None or last <= now.valid_until:
            raise Refused(_("It holds until that day already."))
        if now.valid_until < act.today:
            # Else it would have held in between as well.
            raise Refused(_("It has ended. Recognise the firm anew, from the day it holds again."))
        now.valid_until = last
        if _overlapping(now).exclude(pk=now.pk).exists():
            raise Refused(_("This firm has this recognition in this time already."))
        _keep(now, act)


def take_back(recognition: Recognition, act: Act) -> None:
    """It was a mistake: it never counted."""
    with transaction.atomic():
        now = _locked(recognition)
        now.revoked_at, now.is_public = act.at, False
        _keep(now, act)


def publish(recognition: Recognition, is_public: bool, act: Act) -> None:
    with transaction.atomic():
        now = _locked(recognition)
        now.is_public = is_public
        _keep(
            now,
            replace(
                act,
                why=(
                    _("Shown in the public directory")
                    if is_public
                    else _("Taken out of the public directory")
                ),
            ),
        )


def _locked(recognition: Recognition) -> Recognition:
    now: Recognition = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if now.revoked_at:
        raise Refused(_("This recognition was taken back already."))
    return now


def _keep(row: SocialFirm | Recognition, act: Act) -> None:
    signed(row, act).save()


def _as_fields(given: Facts | RecognisedAs) -> dict[str, Any]:
    return {field.name: getattr(given, field.name) for field in fields(given)}
