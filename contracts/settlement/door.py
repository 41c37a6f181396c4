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
from django_tasks import task

from contracts.dossier import door as dossier
from contracts.dossier.file import File
from contracts.letters.paper import Letter, frozen, thawed
from contracts.letters.style import style_of
from contracts.models import (
    Contract,
    ContractDocument,
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
from contracts.settlement.letter import as_files
from contracts.settlement.ready import before_decision, before_draft
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    granted_on,
    penalty,
    recovery_days,
    refuse_penalty,
)
from sroi.documents import keeping
from sroi.doors import Act, Check, DoneAlready, Overtaken, Refused, refuse_blocked
from sroi.money import ZERO
from sroi.templatetags.formats import euro, long_date

# Somebody waits for the letter: before imports and mails.
PRIORITY = 10


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
    letter: Letter | None,
    on: date,
    heard: DraftDecision | None = None,
) -> Settlement:
    """Settle by the figures that were on the screen; refused where they changed since. `figures`
    gives those of now. `heard` is the draft that the contractor was shown, as it was on the screen.
    The files of `letter` are made by the worker (`letter_or_asked`).
    """
    with transaction.atomic():
        lock_ledger(contract.region)
        contract.refresh_from_db()
        now = figures()
        reckoned = reckoning(contract, decision, now)
        checks = before_decision(contract, now, on, heard, reckoned["penalty"])
        _refuse_what_cannot_be_settled(contract, now, seen, checks)
        _refuse_penalty(contract, decision, now)
        _take(contract, heard, DraftState.DECIDED)
        made: Settlement = Settlement.objects.create(
            number=contract.settlements.count() + 1,
            **reckoned,
            counted_until=contract.last_counted_day,
            decided_on=on,
            decided_at=act.at,
            decided_by=act.by,
            letter=letter and frozen(letter),
        )
        obligations.settle(contract, replace(act, why=decision.explanation or _("Settled")), on=on)
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


# --- the letter on paper --------------------------------------------------------------------------


def letter_or_asked(settlement: Settlement) -> Settlement:
    """The decision with the files of its letter; without them while the worker makes them, which it
    is asked to do once.
    """
    if settlement.letter is not None:
        keeping.ask(_order(settlement.pk), lambda: make_letter.enqueue(settlement.pk))
        settlement.refresh_from_db()
    return settlement


@task(priority=PRIORITY)
def make_letter(settlement_id: int) -> None:
    """The PDF and the Word file, in the dossier as the letter was decided."""
    related = ("contract__region", "decided_by")
    settlement = Settlement.objects.select_related(*related).get(pk=settlement_id)
    if settlement.letter is not None:
        contract, at = settlement.contract, settlement.decided_at
        logo = style_of(contract.region).logo
        _keep(settlement, as_files(thawed(settlement.letter), contract.reference, logo, at))
    keeping.answered(_order(settlement_id))


def _keep(settlement: Settlement, files: Iterable[File]) -> None:
    """Both or neither; of two that make them at once the second keeps nothing."""
    act = Act.of(settlement.decided_by, settlement.decided_at)
    stored: list[ContractDocument] = []
    try:
        with transaction.atomic():
            for file in files:
                stored += [dossier.put(settlement.contract, file, act, shared=True)]
            waiting = Settlement.objects.filter(pk=settlement.pk, letter__isnull=False)
            if not waiting.update(letter=None, letter_pdf=stored[0], letter_docx=stored[1]):
                raise DoneAlready(_("The letter was made already."))
    except BaseException as fault:
        for document in stored:
            document.file.storage.delete(str(document.file.name))
        if not isinstance(fault, DoneAlready):
            raise


def _order(settlement_id: int) -> str:
    return f"closing letter {settlement_id}"


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
