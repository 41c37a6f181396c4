"""The settlement of a contract in guided steps: figures, time to recover, a draft that the
contractor can answer, decision, closing letter; and reopening.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.letters.style import style_of
from contracts.models import (
    CLOSING,
    Category,
    ContactPerson,
    Contract,
    ContractEvent,
    ContractState,
    DraftDecision,
    DraftState,
    ObligationLine,
    Settlement,
    SettlementState,
    Side,
)
from contracts.owed.shares import SharesOfContracts
from contracts.owed.story import story_of
from contracts.plans.reminders import text_of
from contracts.settlement import door as settlement
from contracts.settlement import hearing
from contracts.settlement.forms import AnswerForm, DecisionForm, RecoveryForm, ReopenForm
from contracts.settlement.letter import PDF, Case, letter_of
from contracts.settlement.ready import addressee, before_decision, before_draft
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    by_policy,
    granted_on,
    is_settled_here,
    may_settle,
    penalty,
    recovery_days,
)
from placements.models import FulfilmentState
from placements.standing.known import disagreements_under, waiting_under
from placements.standing.progress import realised_by_category, with_progress
from sroi.access import Access, May, visible
from sroi.documents import DOCX
from sroi.doors import Act, Check, Found, Overtaken, Refused, blocked
from sroi.files.handing_out import handed_out
from sroi.money import ZERO
from sroi.pages.contract.attention import fulfilments_url
from sroi.pages.contract.remind import STEP
from sroi.periods import Period
from sroi.templatetags.formats import euro, long_date, number
from sroi.views import DetailPage, FormPage, OfOne, act_of, kept_file

STEPS = (
    ("end", gettext_lazy("End")),
    ("figures", gettext_lazy("Figures")),
    ("recovery", gettext_lazy("Recovery period")),
    ("draft", gettext_lazy("Draft and answer")),
    ("decision", gettext_lazy("Decision and letter")),
)


def figures_of(contract: Contract) -> Figures:
    """What is owed and done as of today: also what was paid after the last counted day, where that
    still counts.
    """
    today = localdate()
    standing = with_progress([contract], today)[contract.pk]
    done = {str(code): amount for code, amount in realised_by_category(contract, today).items()}
    return Figures(
        standing.obligation, done, waiting_under(contract), disagreements_under(contract)
    )


def days_to_recover(contract: Contract, access: Access) -> Period | None:
    events = visible(ContractEvent, access).filter(contract=contract)
    return recovery_days(contract, granted_on(contract, events), localdate())


def drafts_of(contract: Contract, access: Access) -> list[DraftDecision]:
    """Oldest first."""
    rows = visible(DraftDecision, access).filter(contract=contract)
    return list(rows.select_related("shown_by", "answered_by").order_by("number"))


class ContractSettlement(DetailPage):
    """Where the settlement stands and the next step; afterwards what was decided, with the
    letter.
    """

    model = Contract
    template_name = "pages/contract_settlement.html"
    related = ("policy",)
    contract: Contract

    def may(self) -> bool:
        return is_settled_here(self.contract)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, access, today = self.object, self.request.access, localdate()
        figures = figures_of(contract)
        decided = (
            visible(Settlement, access)
            .filter(contract=contract)
            .select_related("decided_by", "reopened_by")
        )
        settles = may_settle(access, contract)
        may_end = settles and contract.state == ContractState.ACTIVE and today > contract.end_date
        drafts = drafts_of(contract, access)
        draft = hearing.shown(drafts)
        waits = hearing.waits(draft, today)
        step = step_of(contract, figures, draft)
        return super().get_context_data(
            steps=steps_to(step),
            step=step,
            rows=told(figures, contract),
            shortfall=figures.shortfall,
            checks=mended(before_decision(contract, figures, today, draft), contract, may_end),
            draft=draft,
            waits=waits,
            may_answer=waits and hearing.may_answer(access, contract),
            drafts=[ToldDraft(one) for one in reversed(drafts)],
            settlements=[Told(one) for one in decided.order_by("-number")],
            settles=settles,
            may_end=may_end,
            may_grant=settles
            and figures.shortfall > ZERO
            and bool(days_to_recover(contract, access)),
            may_decide=settles and not blocked(before_draft(contract, figures, today)),
            looks_again=access.may(May.SEE_REGION, region_id=contract.region_id),
            **kwargs,
        )


def step_of(contract: Contract, figures: Figures, draft: DraftDecision | None) -> str:
    today = localdate()
    if contract.state == ContractState.ACTIVE:
        return "end"
    if contract.state == ContractState.SETTLED:
        return "done"
    if contract.recovery_until and today <= contract.recovery_until and figures.shortfall:
        return "recovery"
    return "draft" if draft and figures.shortfall else "figures"


def steps_to(step: str) -> list[dict[str, Any]]:
    names = [name for name, _label in STEPS]
    at = names.index(step) if step in names else len(names)
    return [
        {
            "label": label,
            "url": "",
            "state": "done" if i < at else "current" if i == at else "to_come",
        }
        for i, (_name, label) in enumerate(STEPS)
    ]


def mended(checks: Iterable[Check], contract: Contract, may_end: bool = False) -> list[Check]:
    """With where one mends what is not ready."""
    places = {
        "end": reverse("contract-change", args=[contract.pk, "end"]) if may_end else "",
        "reviews": fulfilments_url(contract, FulfilmentState.SUBMITTED),
        "disagreements": reverse("contract-detail", args=[contract.pk]),
        "hearing": reverse("settlement-decide", args=[contract.pk]),
        "addressee": reverse("contact-person-new", args=[contract.pk]),
        "address": reverse("contractor-put-right", args=[contract.contractor_id]),
    }
    return [
        check if check.state == Found.READY else check._replace(url=places.get(check.name, ""))
        for check in checks
    ]


def told(figures: Figures, contract: Contract) -> list[tuple[str, str]]:
    """The calculation, line by line."""
    rows = [(_("Obligation"), euro(figures.obligation))]
    rows += [
        (capfirst(str(Category(code).label)), euro(amount))
        for code, amount in figures.by_category.items()
    ]
    rows.append((_("Fulfilled together"), euro(figures.realised)))
    if figures.shortfall:
        rows.append((_("Shortfall"), euro(figures.shortfall)))
    elif figures.surplus:
        rows.append((_("More than was asked"), euro(figures.surplus)))
    rows.append((_("Last counted day"), long_date(contract.last_counted_day)))
    return rows


@dataclass(frozen=True)
class Told:
    """A settlement that was decided, in words."""

    settlement: Any

    @property
    def rows(self) -> list[tuple[str, str]]:
        found = self.settlement
        rows = [(_("Obligation"), euro(found.obligation)), (_("Fulfilled"), euro(found.realised))]
        if found.shortfall:
            rows += [(_("Shortfall"), euro(found.shortfall)), (_("Penalty"), penalty_words(found))]
        elif found.surplus:
            rows.append((_("More than was asked"), euro(found.surplus)))
        rows += [
            (_("Last counted day"), long_date(found.counted_until)),
            (_("Explanation"), found.explanation),
            (_("Decided by"), str(found.decided_by or "")),
        ]
        return [(label, value) for label, value in rows if value]

    @property
    def holds(self) -> bool:
        return bool(self.settlement.state == SettlementState.DECIDED)


def penalty_words(found: Settlement | DraftDecision) -> str:
    if not found.at_fault:
        return _("none: %(why)s") % {"why": found.no_fault_reason}
    most = by_policy(found.shortfall, found.penalty_factor)
    said = f"{euro(found.shortfall)} × {number(found.penalty_factor)} = {euro(most)}"
    if found.penalty == most:
        return said
    words = _("%(penalty)s, less than %(by_policy)s: %(why)s")
    return words % {"penalty": euro(found.penalty), "by_policy": said, "why": found.lesser_reason}


@dataclass(frozen=True)
class ToldDraft:
    """A draft that was shown, and what the contractor answered, in words."""

    draft: Any

    @property
    def rows(self) -> list[tuple[str, str]]:
        found = self.draft
        rows = [
            (_("Obligation"), euro(found.obligation)),
            (_("Fulfilled"), euro(found.realised)),
            (_("Shortfall"), euro(found.shortfall)),
            (_("Penalty"), penalty_words(found)),
            (_("Explanation"), found.explanation),
            (_("Shown by"), str(found.shown_by or "")),
            (_("Can be answered until"), long_date(found.answer_until)),
        ]
        return [(label, value) for label, value in rows if value]

    @property
    def is_replaced(self) -> bool:
        return bool(self.draft.state == DraftState.WITHDRAWN)


# --- the steps ------------------------------------------------------------------------------------


class OfSettlement(OfOne, FormPage):
    """A step of the settlement, for the adviser; for others it does not exist."""

    model = Contract
    related = ("policy", "contractor", "adviser", "region")
    contract: Contract
    template_name = "pages/contract_form.html"
    states: tuple[str, ...] = (ContractState.ENDED,)

    def may(self) -> bool:
        return is_settled_here(self.contract) and may_settle(self.request.access, self.contract)

    def closed(self) -> HttpResponse | None:
        """Someone else took this step: what there is to do now stands on the page of the
        settlement.
        """
        return None if self.contract.state in self.states else redirect(self.back_url)

    @property
    def back_url(self) -> str:
        return reverse("contract-settlement", args=[self.contract.pk])

    @cached_property
    def figures(self) -> Figures:
        return figures_of(self.contract)


class Recovery(OfSettlement):
    """Time to make up for the shortfall."""

    heading = gettext_lazy("Grant a recovery period")
    action = gettext_lazy("Grant")
    form_class = RecoveryForm
    refused_at = "until"

    def get_initial(self) -> dict[str, Any]:
        days = days_to_recover(self.contract, self.request.access)
        return {"until": days and days.last}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        settlement.grant_recovery(
            self.contract, given["until"], self.figures, act_of(self.request, given["why"])
        )
        return _("Granted. What is done until then counts; then settle again.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {
            "months": self.contract.policy.recovery_months,
            "shortfall": euro(self.figures.shortfall),
        }
        lead = _(
            "The shortfall is %(shortfall)s. The policy gives %(months)s months to make up for it,"
            " counted from the day on which they are granted first."
        )
        return super().get_context_data(lead=lead % words, **kwargs)


class Decide(OfSettlement):
    """The decision: what it comes to and the letter are shown before it is taken. On a shortfall
    the contractor is shown the draft first, and can answer it.
    """

    heading = gettext_lazy("Settle the contract")
    template_name = "pages/settlement_decide.html"
    form_class = DecisionForm

    @cached_property
    def draft(self) -> DraftDecision | None:
        """What stands with the contractor now."""
        return hearing.shown(drafts_of(self.contract, self.request.access))

    def unheard(self, decision: Decision) -> str:
        """Why it is shown first instead of decided; empty where it can be decided."""
        figures = self.figures
        charged = penalty(figures.shortfall, self.contract.policy.penalty_factor, decision)
        return hearing.unheard(figures, charged, self.draft, localdate())

    def get_initial(self) -> dict[str, Any]:
        return DecisionForm.initial_of(self.draft) if self.draft else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        factor = self.contract.policy.penalty_factor
        return super().get_form_kwargs() | {"figures": self.figures, "factor": factor}

    def form_valid(self, form: Any) -> HttpResponse:
        if self.request.POST.get("confirm"):
            return super().form_valid(form)
        if self.request.POST.get("back"):
            return self.show(form)
        return self.look(form)

    def look(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        """What stands in the way, what will stand, and the letter."""
        contract, decision, today = self.contract, form.decision, localdate()
        unheard = self.unheard(decision)
        reckoned = settlement.reckoning(contract, decision, self.figures)
        checks = list(
            before_draft(contract, self.figures, today)
            if unheard
            else before_decision(contract, self.figures, today, self.draft, reckoned["penalty"])
        )
        checks += addressee(contract, self.contact)
        texts = reverse("reminder-texts", args=[contract.region.code])
        return self.show(
            form,
            status,
            letter=letter_of(self.case(form)),
            texts_url=f"{texts}?{STEP}={CLOSING}",
            unheard=unheard,
            checks=mended(checks, contract),
            blocked=blocked(checks),
            will=self.will_stand(reckoned, is_draft=bool(unheard)),
            **more,
        )

    def will_stand(self, reckoned: dict[str, Any], *, is_draft: bool) -> list[tuple[str, str]]:
        """What the page of the settlement will tell, before it is so."""
        contract, user = self.contract, self.request.user
        if is_draft:
            until = hearing.last_day(contract, localdate())
            return ToldDraft(DraftDecision(**reckoned, answer_until=until, shown_by=user)).rows
        counted = contract.last_counted_day
        return [
            (_("Contract"), _("settled, and read-only from then on")),
            *Told(Settlement(**reckoned, counted_until=counted, decided_by=user)).rows,
            (_("Closing letter"), _("in the dossier, where the contractor reads it")),
        ]

    def do(self, form: Any) -> str:
        if self.request.POST.get("seen") != seen(self.figures, self.draft):
            raise Overtaken(
                _("The figures changed since you looked. Look at them again before you decide.")
            )
        decision = form.decision
        if self.unheard(decision):
            made = settlement.show_draft(
                self.contract,
                decision,
                act_of(self.request),
                seen=self.figures,
                figures=lambda: figures_of(self.contract),
                replaces=self.draft,
            )
            return _("The contractor can read the draft, and answer it until %(day)s.") % {
                "day": long_date(made.answer_until)
            }
        # So that the letter is there by the time somebody opens it.
        settlement.letter_or_asked(self.decide(self.case(form)))
        return _("The contract is settled. The closing letter is ready.")

    def show_anew(self, form: Any, overtaken: Overtaken) -> HttpResponse:
        return self.look(form, 422, overtaken=str(overtaken))

    def decide(self, case: Case) -> Settlement:
        at = now()
        return settlement.decide(
            self.contract,
            case.decision,
            Act.of(self.request.user, at),
            seen=case.figures,
            figures=lambda: figures_of(self.contract),
            letter=letter_of(case),
            on=localdate(at),
            heard=self.draft,
        )

    @cached_property
    def contact(self) -> ContactPerson | None:
        """Whom the letter is written to: the first of the contractor that is registered."""
        rows = visible(ContactPerson, self.request.access).filter(contract=self.contract)
        return rows.filter(side=Side.CONTRACTOR).order_by("pk").first()

    def case(self, form: DecisionForm) -> Case:
        contract, today = self.contract, localdate()
        lines = visible(ObligationLine, self.request.access).filter(contract=contract)
        lines = lines.select_related("posting__by", "municipality").order_by(
            "posting__number", "pk"
        )
        shares = SharesOfContracts([contract]).named(contract.pk, contract.last_counted_day)
        return Case(
            contract=contract,
            figures=self.figures,
            decision=form.decision,
            text=text_of(contract.region, CLOSING),
            style=style_of(contract.region),
            contact=self.contact,
            story=story_of(contract, list(lines)),
            clients=[client for client, _percent in shares],
            on=today,
            by=self.request.user,
            heard=self.draft,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures, factor = self.figures, self.contract.policy.penalty_factor
        context: dict[str, Any] = {
            "rows": told(figures, self.contract),
            "seen": seen(figures, self.draft),
            "draft": self.draft and ToldDraft(self.draft),
            "answer_until": hearing.last_day(self.contract, localdate()),
            "shortfall": figures.shortfall,
            "factor": number(factor),
            "would_be": by_policy(figures.shortfall, factor),
        }
        return super().get_context_data(**context, **kwargs)


def seen(figures: Figures, draft: DraftDecision | None) -> str:
    """The figures, and the draft with its answer, as they stood on the screen."""
    said = (draft.pk, draft.answered_at is not None) if draft else ()
    return "/".join(map(str, (figures.obligation, *figures.by_category.values(), *said)))


class AnswerDraft(OfOne, FormPage):
    """What the contractor has to say about the draft, before it is decided."""

    model = Contract
    related = ("policy",)
    contract: Contract
    template_name = "pages/settlement_answer.html"
    heading = gettext_lazy("Answer the draft of the settlement")
    action = gettext_lazy("Send your answer")
    form_class = AnswerForm

    def may(self) -> bool:
        return is_settled_here(self.contract) and hearing.may_answer(
            self.request.access, self.contract
        )

    @cached_property
    def draft(self) -> DraftDecision | None:
        return hearing.shown(drafts_of(self.contract, self.request.access))

    @property
    def back_url(self) -> str:
        return reverse("contract-settlement", args=[self.contract.pk])

    def closed(self) -> HttpResponse | None:
        return None if hearing.waits(self.draft, localdate()) else redirect(self.back_url)

    def get_initial(self) -> dict[str, Any]:
        return {"draft": self.draft.pk if self.draft else ""}

    def do(self, form: Any) -> str:
        """The draft that was on the screen: another one is read first."""
        drafts = {one.pk: one for one in drafts_of(self.contract, self.request.access)}
        draft = drafts.get(form.cleaned_data["draft"])
        if draft is None:
            raise Refused(_("There is no draft to answer."))
        settlement.answer_draft(draft, act_of(self.request, form.cleaned_data["why"]))
        return _("Sent. The adviser reads your answer before deciding.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(draft=self.draft and ToldDraft(self.draft), **kwargs)


class Reopen(OfSettlement):
    heading = gettext_lazy("Reopen the settlement")
    action = gettext_lazy("Reopen")
    form_class = ReopenForm
    states = (ContractState.SETTLED,)

    def do(self, form: Any) -> str:
        settlement.reopen(self.contract, act_of(self.request, form.cleaned_data["why"]))
        return _("Reopened. The contract can be changed, and has to be settled again.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _(
            "The decision then no longer holds. The letter stays in the dossier as it was sent."
        )
        return super().get_context_data(lead=lead, **kwargs)


class ClosingLetter(OfOne):
    """The letter as it was made at the decision, for who may see the settlement."""

    model = Settlement
    related = ("letter_pdf", "letter_docx")

    def get(self, request: Any, pk: int, ending: str) -> HttpResponseBase:
        settled = settlement.letter_or_asked(self.object)
        kinds = {"pdf": (settled.letter_pdf, PDF), "docx": (settled.letter_docx, DOCX)}
        if ending not in kinds:
            raise Http404
        document, media_type = kinds[ending]
        name = f"slotbrief-{settled.contract.reference}.{ending}".lower().replace("/", "-")
        if settled.letter is not None or request.htmx:
            is_made = b"" if settled.letter is None else None
            return kept_file(request, is_made, name, media_type)
        if document is None or not document.file:
            raise Http404
        return handed_out(str(document.file.name), media_type, name)
