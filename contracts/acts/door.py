"""Who may change a contract, who may propose it, and the answer to a proposal."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.acts.modification import Modification, from_proposal, to_proposal
from contracts.models import ActKind, ChangeProposal, ProposalState
from contracts.owed import door as obligations
from contracts.owed.posting import lock_ledger
from sroi.doors import Refused


def propose(act: Modification, *, by: Any, at: datetime) -> ChangeProposal:
    proposal = to_proposal(act)
    proposal.proposed_by, proposal.proposed_at = by, at
    proposal.save()
    return proposal


def accept(proposal: ChangeProposal, *, by: Any, at: datetime) -> None:
    with transaction.atomic():
        lock_ledger(proposal.contract.region)
        _answer(proposal, ProposalState.ACCEPTED, by, at, "")
        carry_out(from_proposal(proposal), by=by, at=at)


def decline(proposal: ChangeProposal, *, by: Any, at: datetime, why: str) -> None:
    _answer(proposal, ProposalState.DECLINED, by, at, why)


def _answer(proposal: ChangeProposal, state: str, by: Any, at: datetime, why: str) -> None:
    """Answer where there is no answer yet; of two people at once one succeeds."""
    waiting = ChangeProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    if not waiting.update(state=state, answered_by=by, answered_at=at, answer=why):
        raise Refused(_("Someone answered this proposal already."))


def carry_out(act: Modification, *, by: Any, at: datetime) -> None:
    """Do it, through the door."""
    contract, why = act.contract, act.why
    if act.kind == ActKind.END:
        obligations.end(contract, at=at, by=by, why=why)
    elif act.kind == ActKind.CANCEL:
        obligations.cancel(contract, on=_day(act), at=at, by=by, why=why)
    elif act.kind == ActKind.SHARES:
        obligations.change_shares(contract, act.shares, month=_day(act), at=at, by=by, why=why)
    elif act.kind == ActKind.TABLE:
        assert act.table is not None
        obligations.pin(contract, act.table, at=at, by=by, why=why)
    elif act.kind == ActKind.CERTIFICATE:
        assert act.certificate is not None
        obligations.register_certificate(act.certificate, contract, act.change, at=at, by=by, why=why)
    else:
        assert act.change is not None
        obligations.change_once(act.change, at=at, by=by)


def _day(act: Modification) -> date:
    assert act.on is not None  # the form asks for it
    return act.on
