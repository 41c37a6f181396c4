"""The door for modifications of a contract: proposing one, answering a proposal, carrying it
out.
"""

from collections.abc import Container
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.acts.modification import (
    ASKED,
    Modification,
    doubts_of,
    from_proposal,
    to_proposal,
)
from contracts.models import ActKind, ChangeProposal, ProposalState
from contracts.owed import door as obligations
from contracts.owed.posting import lock_ledger
from contracts.owed.starting_point import starting_point
from sroi.doors import Act, DoneAlready, Refused, refuse_overtaken, refuse_unanswered


def propose(
    modification: Modification,
    act: Act,
    answered: Container[str] = (),
    *,
    shown: str | None = None,
) -> ChangeProposal:
    """Whoever proposes answers the doubts too; the adviser who accepts is asked them again. The
    same is proposed once while it waits.
    """
    refuse_unanswered(doubts_of(modification), answered)
    proposal = to_proposal(modification)
    proposal.proposed_by, proposal.proposed_at = act.by, act.at
    with transaction.atomic():
        lock_ledger(modification.contract.region)
        waiting = ChangeProposal.objects.filter(
            state=ProposalState.OPEN,
            proposed_by=act.by,
            **{name: getattr(proposal, name) for name in ASKED},
        )
        if waiting.exists():
            raise DoneAlready(_("You proposed this already; an adviser has not answered yet."))
        refuse_overtaken(shown, starting_point(modification.contract))
        proposal.save()
    return proposal


def accept(
    proposal: ChangeProposal,
    act: Act,
    answered: Container[str] = (),
    *,
    shown: str | None = None,
) -> None:
    with transaction.atomic():
        lock_ledger(proposal.contract.region)
        _answer(proposal, ProposalState.ACCEPTED, replace(act, why=""))
        carry_out(from_proposal(proposal), act, answered, shown=shown)


def decline(proposal: ChangeProposal, act: Act) -> None:
    _answer(proposal, ProposalState.DECLINED, act)


def _answer(proposal: ChangeProposal, state: str, act: Act) -> None:
    """Answer where there is no answer yet; of two people at once one succeeds."""
    waiting = ChangeProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    if not waiting.update(state=state, answered_by=act.by, answered_at=act.at, answer=act.why):
        raise Refused(_("Someone answered this proposal already."))


def carry_out(
    modification: Modification,
    act: Act,
    answered: Container[str] = (),
    *,
    shown: str | None = None,
) -> None:
    """Do it, through the door of obligations; `shown` is the starting point that its effects were
    shown from.
    """
    with transaction.atomic():
        lock_ledger(modification.contract.region)
        if modification.change:
            obligations.refuse_known(modification.change)
        refuse_overtaken(shown, starting_point(modification.contract))
        _carry_out(modification, act, answered)


def _carry_out(modification: Modification, act: Act, answered: Container[str]) -> None:
    contract, why = modification.contract, modification.why
    if modification.kind == ActKind.END:
        obligations.end(contract, replace(act, why=why))
    elif modification.kind == ActKind.CANCEL:
        obligations.cancel(contract, replace(act, why=why), on=_day(modification))
    elif modification.kind == ActKind.SHARES:
        obligations.change_shares(
            contract, modification.shares, replace(act, why=why), month=_day(modification)
        )
    elif modification.kind == ActKind.TABLE:
        assert modification.table is not None
        obligations.pin(contract, modification.table, replace(act, why=why))
    elif modification.kind == ActKind.CERTIFICATE:
        assert modification.certificate is not None
        done = replace(act, why=why)
        obligations.register_certificate(
            modification.certificate, contract, modification.change, done, answered=answered
        )
    else:
        assert modification.change is not None
        obligations.change_once(modification.change, act, answered=answered)


def _day(modification: Modification) -> date:
    assert modification.on is not None  # the form asks for it
    return modification.on
