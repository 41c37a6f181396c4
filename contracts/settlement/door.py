"""The door for the settlement at the end of a contract: recovery period, decision, reopening.

What was realised is known by others and given as an argument. What it comes to: `shortfall`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.dossier import door as dossier
from contracts.models import Contract, ContractState, Settlement, SettlementState
from contracts.owed import door as obligations
from contracts.owed.posting import lock_ledger
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    LetterFiles,
    longest_recovery,
    may_settle_now,
    penalty,
)
from sroi.doors import Act, Overtaken, Refused
from sroi.money import ZERO
from sroi.periods import DAY, Period
from sroi.templatetags.formats import long_date


def grant_recovery(contract: Contract, until: date, figures: Figures, act: Act) -> None:
    """More time to make up for a shortfall: what is done until then counts."""
    longest = longest_recovery(contract)
    if figures.shortfall == ZERO:
        raise Refused(_("There is no shortfall to recover from."))
    if longest is None:
        raise Refused(_("The policy gives no further time to recover."))
    if until not in Period(contract.last_counted_day + DAY, longest):
        raise Refused(
            _("Choose a day from %(first)s to %(last)s.")
            % {
                "first": long_date(contract.last_counted_day + DAY),
                "last": long_date(longest),
            }
        )
    obligations.grant_recovery(contract, until, act)


def decide(
    contract: Contract,
    decision: Decision,
    act: Act,
    *,
    seen: Figures,
    figures: Callable[[], Figures],
    letter: LetterFiles,
    on: date,
) -> Settlement:
    """Settle by the figures that were on the screen; refused where they changed since. `figures`
    gives those of now.
    """
    if not decision.at_fault and not decision.no_fault_reason.strip():
        raise Refused(_("Write why the contractor is not to blame."))
    stored: list[Any] = []
    try:
        with transaction.atomic():
            lock_ledger(contract.region)
            contract.refresh_from_db()
            now = figures()
            _refuse_what_cannot_be_settled(contract, now, seen, on)
            factor = contract.policy.penalty_factor
            stored += [dossier.put(contract, file, act, shared=True) for file in letter.files]
            pdf, docx = [*stored, None, None][:2]
            made: Settlement = Settlement.objects.create(
                contract=contract,
                number=contract.settlements.count() + 1,
                counted_until=contract.last_counted_day,
                obligation=now.obligation,
                realised=now.realised,
                by_category={code: str(amount) for code, amount in now.by_category.items()},
                penalty_factor=factor,
                at_fault=decision.at_fault,
                no_fault_reason="" if decision.at_fault else decision.no_fault_reason,
                penalty=penalty(now.shortfall, factor, decision.at_fault),
                explanation=decision.explanation,
                decided_on=on,
                decided_at=act.at,
                decided_by=act.by,
                letter_pdf=pdf,
                letter_docx=docx,
            )
            obligations.settle(
                contract, replace(act, why=decision.explanation or _("Settled")), on=on
            )
    except BaseException:
        for document in stored:
            document.file.storage.delete(str(document.file.name))
        raise
    return made


def _refuse_what_cannot_be_settled(
    contract: Contract, now: Figures, seen: Figures, today: date
) -> None:
    if contract.state == ContractState.SETTLED:
        raise Refused(_("Someone settled this contract already."))
    if contract.state != ContractState.ENDED:
        raise Refused(_("Only a contract that was ended can be settled."))
    if now.waiting:
        raise Refused(_("Fulfilments are still waiting for a review. Answer those first."))
    if (now.obligation, dict(now.by_category)) != (seen.obligation, dict(seen.by_category)):
        raise Overtaken(
            _("The figures changed since you looked. Look at them again before you decide.")
        )
    if not may_settle_now(contract, now, today):
        raise Refused(_("The last counted day is not over yet, and not everything is fulfilled."))


def reopen(contract: Contract, act: Act) -> None:
    """The decision no longer holds, with the reason: the contract can be changed and settled
    again.
    """
    if not act.why.strip():
        raise Refused(_("Write why the settlement is reopened."))
    with transaction.atomic():
        obligations.reopen(contract, act)
        Settlement.objects.filter(contract=contract, state=SettlementState.DECIDED).update(
            state=SettlementState.REOPENED,
            reopened_at=act.at,
            reopened_by=act.by,
            reopened_why=act.why,
        )
