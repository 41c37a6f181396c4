"""What of a contract asks for attention now: `placements.standing.asks`, with address and
permission added.

On its page each is a sentence with its one next action, for who may take it; in a list of many
contracts a line.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.acts.rights import may_change, may_propose
from contracts.models import ChangeKind, Contract
from contracts.plans.deadlines import What
from contracts.plans.plan import may_agree
from contracts.settlement.shortfall import may_settle
from placements.models import FulfilmentState
from placements.rights import may_enter
from placements.standing.asks import OF_DEADLINES, TO_WATCH, Ask, Kind, asks
from placements.standing.own import progress_for
from placements.standing.tasks import Columns, Task
from sroi.access import Access, May
from sroi.pages.contract.plan import next_action
from sroi.templatetags.formats import euro
from sroi.views import DetailPage


class ContractAttention(DetailPage):
    model = Contract
    template_name = "pages/contract_attention.html"
    related = ("policy",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, access = self.object, self.request.access
        found = asked_of(contract, access, localdate())
        actions = [(ask, action_for(ask, access)) for ask in found]
        tasks = [task_of(ask, url, label) for ask, (url, label) in actions if url]
        seen = {capfirst(ask.why) for ask in found if ask.kind in TO_WATCH}
        others = any(ask.kind not in TO_WATCH and not url for ask, (url, _label) in actions)
        return super().get_context_data(
            asked=found,
            tasks=tasks,
            more=len(tasks) - 1,
            to_watch=sorted(seen),
            others=others,
            **kwargs,
        )


def asked_of(contract: Contract, access: Access, today: date) -> list[Ask]:
    """What it asks for, without what this person hears of elsewhere or not at all."""
    standing = progress_for(access, [contract], today)
    found = asks([contract], today, progress=standing)[contract.pk]
    return [ask for ask in found if concerns(ask, access)]


# --- permission -----------------------------------------------------------------------------------


def concerns(ask: Ask, access: Access) -> bool:
    """Whether this person is told: before a term has passed only who can do something about it, and
    the contractor, whose term it is.
    """
    if ask.kind == Kind.OUTCOME or (ask.kind == Kind.CONTACT and not ask.late):
        return bool(action_for(ask, access)[0])
    if ask.kind in OF_DEADLINES and not ask.late:
        return is_own(ask.contract, access)
    return True


def is_own(contract: Contract, access: Access) -> bool:
    return access.may(
        May.FULFIL, region_id=contract.region_id, contractor_id=contract.contractor_id
    )


# --- address --------------------------------------------------------------------------------------

Action = tuple[str, str]
NOTHING: Action = ("", "")


def action_for(ask: Ask, access: Access) -> Action:
    """Address and word of the one thing that this person can do about it; empty where it is for
    someone else.
    """
    if ask.kind in OF_DEADLINES:
        return next_action(ask.kind, ask.contract, access)
    found = ACTIONS.get(ask.kind)
    return found(ask, access) if found else NOTHING


def _certificate(ask: Ask, access: Access) -> Action:
    """An adviser decides, a procurement officer proposes."""
    contract = ask.contract
    decides = may_change(access, contract)
    if not decides and not may_propose(access, contract):
        return NOTHING
    if ask.kind == Kind.RENEWAL:
        return reverse("contract-change", args=[contract.pk, "certificate"]), _(
            "Ask for a new PSO certificate"
        )
    if ask.kind == Kind.CORRECTION:
        label = (
            _("Confirm the correction of %(correction)s") if decides else _("Propose a correction")
        )
        return _change_url(ask, ChangeKind.CORRECTION), label % {"correction": euro(ask.amount)}
    label = (
        _("Register the discount of %(discount)s")
        if decides
        else _("Propose the discount of %(discount)s")
    )
    return _change_url(ask, ChangeKind.PSO_DISCOUNT), label % {"discount": euro(-(ask.amount or 0))}


def _change_url(ask: Ask, kind: str) -> str:
    return reverse("contract-change", args=[ask.contract.pk, kind]) + f"?certificate={ask.about}"


def _end(ask: Ask, access: Access) -> Action:
    url = reverse("contract-change", args=[ask.contract.pk, "end"])
    return (url, _("End the contract")) if may_settle(access, ask.contract) else NOTHING


def _settle(ask: Ask, access: Access) -> Action:
    url = reverse("contract-settlement", args=[ask.contract.pk])
    return (url, _("Settle the contract")) if may_settle(access, ask.contract) else NOTHING


def _answer_draft(ask: Ask, access: Access) -> Action:
    url = reverse("settlement-answer", args=[ask.contract.pk])
    return (url, _("Answer the draft")) if is_own(ask.contract, access) else NOTHING


def _answer_disagreement(ask: Ask, access: Access) -> Action:
    url = reverse("disagreement", args=[ask.about])
    return (url, _("Answer the contractor")) if _reviews(ask, access) else NOTHING


def _answer_plan(ask: Ask, access: Access) -> Action:
    url = reverse("contract-plan", args=[ask.contract.pk])
    return (url, _("Answer the action plan")) if may_agree(access, ask.contract) else NOTHING


def _answer_proposal(ask: Ask, access: Access) -> Action:
    url = reverse("change-proposal", args=[ask.about])
    return (url, _("Answer the proposal")) if may_change(access, ask.contract) else NOTHING


def _review(ask: Ask, access: Access) -> Action:
    url = fulfilments_url(ask.contract, FulfilmentState.SUBMITTED)
    return (url, _("Review fulfilments")) if _reviews(ask, access) else NOTHING


def _reviews(ask: Ask, access: Access) -> bool:
    return access.may(May.REVIEW, region_id=ask.contract.region_id)


def _complete(ask: Ask, access: Access) -> Action:
    url = fulfilments_url(ask.contract, FulfilmentState.RETURNED)
    return (url, _("Complete what was asked back")) if is_own(ask.contract, access) else NOTHING


def _tell_outcomes(ask: Ask, access: Access) -> Action:
    """The contractor knows it, or an adviser asked it."""
    contract = ask.contract
    tells = may_enter(access, contract.region_id, contract.contractor_id)
    url = reverse("outcome-list") + f"?contract={contract.pk}"
    return (url, _("Tell what became of them")) if tells else NOTHING


def fulfilments_url(contract: Contract, state: str) -> str:
    return reverse("fulfilment-list") + f"?contract={contract.pk}&state={state}"


ACTIONS: dict[str, Callable[[Ask, Access], Action]] = {
    Kind.CORRECTION: _certificate,
    Kind.RENEWAL: _certificate,
    Kind.DISCOUNT: _certificate,
    Kind.END: _end,
    Kind.SETTLE: _settle,
    Kind.ANSWER_DRAFT: _answer_draft,
    Kind.DISAGREEMENT: _answer_disagreement,
    Kind.PLAN_ANSWER: _answer_plan,
    Kind.PROPOSAL: _answer_proposal,
    Kind.REVIEW: _review,
    Kind.COMPLETE: _complete,
    Kind.OUTCOME: _tell_outcomes,
}


# --- lines ----------------------------------------------------------------------------------------


def task_of(ask: Ask, url: str, label: str) -> Task:
    """On the page of the contract itself."""
    why = (
        f"{capfirst(str(What(ask.kind).label))}: {ask.why}"
        if ask.kind in OF_DEADLINES
        else capfirst(ask.why)
    )
    return Task(label, url, why, ask.state, ask.word)


def line_of(ask: Ask, access: Access) -> Task:
    """Among other contracts; who can do nothing about it looks at the contract."""
    contract = ask.contract
    url, label = action_for(ask, access)
    if ask.kind == Kind.SETTLE and url:
        named = _("Settle %(title)s") % {"title": contract.title}
    else:
        named = f"{label}: {contract.title}" if label else contract.title
    about = f"{contract.reference} · {contract.contractor.name}"
    return Task(
        label=named,
        url=url or reverse("contract-detail", args=[contract.pk]),
        why=f"{about} · {ask.why}",
        state=ask.state,
        word=ask.word,
        columns=Columns(about, *ask.apart) if ask.apart else None,
        pick=contract.pk,
    )


def lines_of(found: Iterable[Ask], access: Access) -> list[Task]:
    return [line_of(ask, access) for ask in found]
