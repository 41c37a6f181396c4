"""The door for the settlement at the end of a contract: recovery period, draft with its answer,
decision, reopening.

What was realised is known by others and given as an argument. What it comes to: `shortfall`;
whether the contractor was heard: `hearing`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.dossier import door as dossier
from contracts.models import (
    Contract,
    ContractEvent,
    ContractState,
    DraftDecision,
    DraftState,
    Happened,
    Settlement,
    SettlementState,
)
from contracts.owed import door as obligations
from contracts.owed.posting import lock_ledger
from contracts.settlement.hearing import last_day, waits
from contracts.settlement.ready import before_decision, before_draft
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    LetterFiles,
    granted_on,
    penalty,
    recovery_days,
    refuse_penalty,
)
from sroi.doors import Act, Check, Overtaken, Refused, refuse_blocked
from sroi.money import ZERO
from sroi.templatetags.formats import euro, long_date


def grant_recovery(contract: Contract, until: date, figures: Figures, act: Act) -> None:
    """More time to make up for a shortfall: what is done until then counts."""
    events = ContractEvent.objects.filter(contract=contract)
    days = recovery_days(contract, granted_on(contract, events), act.today)
    if figures.shortfall == ZERO:
        raise Refused(_("There is no shortfall to recover from."))
    if days is None:
        raise Refused(_("The policy gives no further time to recover."))
    if until not in days:
        words = _("Choose a day from %(first)s to %(last)s.")
        raise Refused(words % {"first": long_date(days.first), "last": long_date(days.last)})
    with transaction.atomic():
        obligations.grant_recovery(contract, until, act)
        # What was shown was said of the shortfall before this.
        obligations.withdraw_shown(contract)


# --- the draft ------------------------------------------------------------------------------------


def show_draft(
    contract: Contract,
    decision: Decision,
    act: Act,
    *,
    seen: Figures,
    figures: Callable[[], Figures],
    replaces: DraftDecision | None = None,
) -> DraftDecision:
    """Show the contractor what is meant to be decided on a shortfall, by the figures that were on
    the screen. It takes the place of the draft that was shown when this was written (`replaces`).
    """
    with transaction.atomic():
        lock_ledger(contract.region)
        contract.refresh_from_db()
        now = figures()
        checks = before_draft(contract, now, act.today)
        _refuse_what_cannot_be_settled(contract, now, seen, checks)
        _refuse_penalty(contract, decision, now)
        if now.shortfall == ZERO:
            raise Refused(_("There is no shortfall: decide at once."))
        _take(contract, replaces, DraftState.WITHDRAWN)
        made: DraftDecision = DraftDecision.objects.create(
            number=contract.draftdecisions.count() + 1,
            **reckoning(contract, decision, now),
            answer_until=last_day(contract, act.today),
            shown_at=act.at,
            shown_by=act.by,
        )
        _note(contract, Happened.DRAFT_SHOWN, _in_words(made), act)
    return made


def _in_words(draft: DraftDecision) -> str:
    words = _("Shortfall %(shortfall)s, penalty %(penalty)s. Can be answered until %(day)s.")
    said = words % {
        "shortfall": euro(draft.shortfall),
        "penalty": euro(draft.penalty),
        "day": long_date(draft.answer_until),
    }
    return f"{said} {draft.explanation}".strip()


def answer_draft(draft: DraftDecision, act: Act) -> None:
    """What the contractor has to say about it, once, until its day."""
    if not act.why.strip():
        raise Refused(_("Write what the adviser should know before deciding."))
    if not waits(draft, act.today):
        raise Refused(_answer_closed(draft))
    with transaction.atomic():
        answered = DraftDecision.objects.filter(
            pk=draft.pk, state=DraftState.SHOWN, answered_at=None
        ).update(answer=act.why[:1000], answered_at=act.at, answered_by=act.by)
        if not answered:
            raise Refused(_answer_closed(DraftDecision.objects.get(pk=draft.pk)))
        _note(draft.contract, Happened.DRAFT_ANSWERED, act.why, act)
    draft.refresh_from_db()


def _answer_closed(draft: DraftDecision) -> str:
    if draft.answered_at:
        return _("This draft was answered already. Nothing was changed by you.")
    if draft.state != DraftState.SHOWN:
        return _("This draft does not stand any more. Look at the settlement as it is now.")
    return _("The draft could be answered until %(day)s.") % {"day": long_date(draft.answer_until)}


def _shown_under(contract: Contract) -> Any:
    return DraftDecision.objects.filter(contract=contract, state=DraftState.SHOWN)


def _take(contract: Contract, seen: DraftDecision | None, state: str) -> None:
    """The draft as it was on the screen ends in this state; one that was shown, replaced or
    answered since is read first.
    """
    standing = _shown_under(contract)
    if seen is None:
        is_same = not standing.exists()
    else:
        is_answered = seen.answered_at is not None
        same = standing.filter(pk=seen.pk, answered_at__isnull=not is_answered)
        is_same = bool(same.update(state=state))
    if not is_same:
        raise Refused(
            _("The draft was answered or changed since you looked. Read it before you decide.")
        )


def _note(contract: Contract, what: str, why: str, act: Act) -> None:
    ContractEvent.objects.create(contract=contract, what=what, at=act.at, by=act.by, why=why[:1000])


# --- the decision ---------------------------------------------------------------------------------


def decide(
    contract: Contract,
    decision: Decision,
    act: Act,
    *,
    seen: Figures,
    figures: Callable[[], Figures],
    letter: LetterFiles,
    on: date,
    heard: DraftDecision | None = None,
) -> Settlement:
    """Settle by the figures that were on the screen; refused where they changed since. `figures`
    gives those of now. `heard` is the draft that the contractor was shown, as it was on the screen.
    """
    stored: list[Any] = []
    try:
        with transaction.atomic():
            lock_ledger(contract.region)
            contract.refresh_from_db()
            now = figures()
            reckoned = reckoning(contract, decision, now)
            checks = before_decision(contract, now, on, heard, reckoned["penalty"])
            _refuse_what_cannot_be_settled(contract, now, seen, checks)
            _refuse_penalty(contract, decision, now)
            _take(contract, heard, DraftState.DECIDED)
            stored += [dossier.put(contract, file, act, shared=True) for file in letter.files]
            pdf, docx = [*stored, None, None][:2]
            made: Settlement = Settlement.objects.create(
                number=contract.settlements.count() + 1,
                **reckoned,
                counted_until=contract.last_counted_day,
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


def reckoning(contract: Contract, decision: Decision, now: Figures) -> dict[str, Any]:
    """What a decision or its draft will say."""
    factor = contract.policy.penalty_factor
    return {
        "contract": contract,
        "obligation": now.obligation,
        "realised": now.realised,
        "by_category": {code: str(amount) for code, amount in now.by_category.items()},
        "penalty_factor": factor,
        "at_fault": decision.at_fault,
        "no_fault_reason": "" if decision.at_fault else decision.no_fault_reason,
        "lesser_reason": decision.lesser_reason if _is_lesser(decision) else "",
        "penalty": penalty(now.shortfall, factor, decision),
        "explanation": decision.explanation,
    }


def _is_lesser(decision: Decision) -> bool:
    return decision.at_fault and decision.lesser_penalty is not None


def _refuse_penalty(contract: Contract, decision: Decision, now: Figures) -> None:
    if found := refuse_penalty(decision, now.shortfall, contract.policy.penalty_factor):
        raise Refused(found.reason)


def _refuse_what_cannot_be_settled(
    contract: Contract, now: Figures, seen: Figures, checks: Iterable[Check]
) -> None:
    if contract.state == ContractState.SETTLED:
        raise Refused(_("Someone settled this contract already."))
    if (now.obligation, dict(now.by_category)) != (seen.obligation, dict(seen.by_category)):
        raise Overtaken(
            _("The figures changed since you looked. Look at them again before you decide.")
        )
    refuse_blocked(checks)


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
