"""What can be done to a contract after its award, as it was filled in: seen first, then done or
proposed.

Each goes through the door of obligations (`contracts.owed.door`). A proposal keeps it until an
adviser answers.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import (
    ActKind,
    ChangeKind,
    ChangeProposal,
    Contract,
    Municipality,
    ObligationChange,
    PsoCertificate,
    ValuationTable,
)
from contracts.owed.doubts import change_doubts, usual_value
from contracts.owed.shares import SharesOfContracts
from sroi.doors import Doubt
from sroi.periods import month_of

AMOUNTS = (
    "value_delta",
    "labour_cost_delta",
    "turnover",
    "obligation_delta",
    "rate",
    "new_end_date",
)

# By what two proposals are the same.
ASKED = ("contract", "kind", "effective_date", "reason", "details", *AMOUNTS)


@dataclass(frozen=True)
class Modification:
    """Something to be done to a contract: `change` is what it changes in what is owed, the rest is
    by kind.
    """

    contract: Contract
    kind: str
    why: str
    on: date | None = None
    change: ObligationChange | None = None
    shares: Mapping[int, Decimal] = field(default_factory=dict)
    table: ValuationTable | None = None
    certificate: PsoCertificate | None = None


def towns_of(contract: Contract, today: date) -> list[Municipality]:
    """The clients that can have a share: those of the region that are there today, and those that
    have one, by code.
    """
    theirs = Municipality.objects.filter(region=contract.region_id)
    have = contract.shares.filter(percent__gt=0).values("municipality")
    found = theirs.there_on(today) | theirs.filter(pk__in=have)
    return list(found.order_by("code"))


def shares_on(contract: Contract, day: date) -> dict[int, Decimal]:
    return SharesOfContracts([contract]).on(contract.pk, month_of(day))


def as_if(modification: Modification) -> Contract:
    """The contract as it would be once that is done; nothing is stored."""
    contract = copy(modification.contract)
    if modification.change and modification.change.new_end_date:
        contract.end_date = modification.change.new_end_date
    if modification.table:
        contract.table = modification.table
    return contract


def doubts_of(modification: Modification) -> list[Doubt]:
    """What is asked before it is done or proposed."""
    change = modification.change
    return list(change_doubts(change, usual_value(modification.contract.region))) if change else []


# --- proposals ------------------------------------------------------------------------------------


def to_proposal(modification: Modification) -> ChangeProposal:
    """A modification as it waits for an answer, not stored."""
    details: dict[str, Any] = {}
    if modification.shares:
        details["shares"] = {str(pk): str(percent) for pk, percent in modification.shares.items()}
    if modification.table:
        details["table"] = modification.table.pk
    if modification.certificate:
        days = {
            name: getattr(modification.certificate, name).isoformat()
            for name in ("valid_from", "valid_until")
        }
        details["certificate"] = {"level": modification.certificate.level, **days}
    if modification.change and modification.change.certificate_id:
        details["discount_of"] = modification.change.certificate_id
    amounts = (
        {name: getattr(modification.change, name) for name in AMOUNTS}
        if modification.change
        else {}
    )
    return ChangeProposal(
        contract=modification.contract,
        kind=modification.kind,
        effective_date=modification.on,
        reason=modification.why,
        details=details,
        **amounts,
    )


def from_proposal(proposal: ChangeProposal) -> Modification:
    contract, details = proposal.contract, proposal.details
    certificate = None
    if "certificate" in details:
        given = details["certificate"]
        days = {name: date.fromisoformat(given[name]) for name in ("valid_from", "valid_until")}
        certificate = PsoCertificate(level=given["level"], **days)
    tables = ValuationTable.objects.filter(region=contract.region_id)
    table = tables.filter(pk=details["table"]).first() if "table" in details else None
    return Modification(
        contract=contract,
        kind=proposal.kind,
        why=proposal.reason,
        on=proposal.effective_date,
        change=_change_of(proposal),
        shares={int(pk): Decimal(percent) for pk, percent in details.get("shares", {}).items()},
        table=table,
        certificate=certificate,
    )


def _change_of(proposal: ChangeProposal) -> ObligationChange | None:
    """The change of what is owed that the proposal holds, if it holds one."""
    kind, on = proposal.kind, proposal.effective_date
    if kind == ActKind.CERTIFICATE and proposal.obligation_delta:
        kind = ChangeKind.PSO_DISCOUNT
    elif kind in ActKind.values:
        return None
    assert on is not None  # every change of what is owed has its day
    return ObligationChange(
        contract=proposal.contract,
        kind=kind,
        identity=f"proposal:{proposal.pk}",
        effective_date=on,
        reason=proposal.reason,
        certificate_id=proposal.details.get("discount_of"),
        **{name: getattr(proposal, name) for name in AMOUNTS},
    )
