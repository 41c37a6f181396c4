"""The action plan of a contract: filled in, agreed, and shown beside what happened; and the deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import View

from contracts.models import ActionPlan, Category, Contract, PlanState
from contracts.plans import door as planning
from contracts.plans.deadlines import Deadline, DeadlineState, What, deadlines
from contracts.plans.forms import ContactForm, NoNewsForm, NoPlanForm, PlanForm, SendBackForm, initial_of, quarter_words
from contracts.plans.plan import (
    UNDER_WAY,
    handed_in_on,
    has_plan,
    may_agree,
    may_plan,
    may_see_under_way,
    quarters_to_plan,
)
from contracts.plans.schedule import quarter_of
from placements.rights import may_see_fulfilments
from placements.standing.heard import last_heard
from placements.standing.progress import Done, done_by_month, with_progress
from placements.standing.words import deadline_words
from sroi.access import Access, May, visible
from sroi.doors import Refused
from sroi.money import ZERO
from sroi.pages.contract.pictures import contract_course
from sroi.views import DetailPage, Request, act_of


class ContractPlan(DetailPage):
    """The plan beside what happened, what is under way, and by when something is due."""

    model = Contract
    template_name = "pages/contract_plan.html"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("region", "policy")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract = self.object
        if not has_plan(contract):
            raise Http404
        self.request.region_title = contract.region.title
        return super().get_context_data(**plan_context(contract, self.request.access, localdate()), **kwargs)


def plan_context(contract: Contract, access: Access, today: date) -> dict[str, Any]:
    plans = visible_plans(contract, access)
    agreed = next((plan for plan in plans if plan.state == PlanState.AGREED), None)
    under_way = next((plan for plan in plans if plan.state in UNDER_WAY), None)
    standing = with_progress([contract], today)[contract.pk]
    # Month by month one could tell single fulfilments apart: only for who may see those.
    done = done_by_month(contract, today) if may_see_fulfilments(access, contract) else None
    heard = last_heard([contract], today).get(contract.pk)
    due = deadlines(contract, handed_in_on(plans), heard, today)
    return {
        "contract": contract,
        "agreed": agreed,
        "agreed_table": table_of(agreed, done, today) if agreed else None,
        "under_way": under_way,
        "under_way_table": table_of(under_way, None, today) if under_way else None,
        "progress": standing,
        "course": contract_course(contract, standing, done, today) if done is not None else None,
        "deadlines": [told(deadline, contract, heard, access) for deadline in due],
        "may_plan": may_plan(access, contract),
        "may_agree": may_agree(access, contract),
    }


def visible_plans(contract: Contract, access: Access) -> list[ActionPlan]:
    plans = visible(ActionPlan, access).filter(contract=contract).select_related("agreed_by", "changed_by")
    if not may_see_under_way(access, contract):
        plans = plans.exclude(state__in=UNDER_WAY)
    return list(plans.prefetch_related("amounts").order_by("number"))


# --- the plan as a table --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuarterCell:
    label: str
    planned: Decimal
    done: Decimal | None


@dataclass(frozen=True)
class QuarterRow:
    label: str
    cells: Sequence[QuarterCell]
    is_now: bool = False


@dataclass(frozen=True)
class PlanTable:
    """Per quarter and category what was planned and, where it may be seen, what was done."""

    categories: Sequence[str]
    rows: Sequence[QuarterRow]
    total: QuarterRow
    with_done: bool

    @property
    def planned(self) -> Decimal:
        return self.total.cells[-1].planned


def table_of(plan: ActionPlan, done: Done | None, today: date) -> PlanTable:
    planned = {(row.quarter, row.category): row.amount for row in plan.amounts.all()}
    happened: dict[tuple[date, str], Decimal] = {}
    for (month, category), amount in (done or {}).items():
        key = (quarter_of(month), category)
        happened[key] = happened.get(key, ZERO) + amount
    quarters = sorted({quarter for quarter, _category in {*planned, *happened}})
    labels = [*(capfirst(str(category.label)) for category in Category), _("Together")]

    def row_of(label: str, of: Sequence[date], is_now: bool = False) -> QuarterRow:
        sums = [
            (
                sum((planned.get((q, c.value), ZERO) for q in of), ZERO),
                sum((happened.get((q, c.value), ZERO) for q in of), ZERO),
            )
            for c in Category
        ]
        sums.append((sum((p for p, _d in sums), ZERO), sum((d for _p, d in sums), ZERO)))
        cells = [QuarterCell(n, p, None if done is None else d) for n, (p, d) in zip(labels, sums, strict=True)]
        return QuarterRow(label, cells, is_now)

    rows = [row_of(quarter_words(q), [q], q == quarter_of(today)) for q in quarters]
    return PlanTable(labels, rows, row_of(_("Together"), quarters), done is not None)


# --- deadlines ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A deadline in words, with its state and the one next action for who may take it."""

    what: str
    words: str
    state: str
    word: Any
    url: str = ""
    action: str = ""


ICONS = {DeadlineState.DONE: "fulfilled", DeadlineState.DUE: "due", DeadlineState.OVERDUE: "overdue"}


def told(deadline: Deadline, contract: Contract, heard: date | None, access: Access) -> Told:
    url, action = ("", "") if deadline.done else next_action(deadline.what, contract, access)
    what, words = capfirst(str(deadline.what.label)), deadline_words(deadline, heard)
    return Told(what, words, ICONS[deadline.state], deadline.state.label, url, action)


def next_action(what: str, contract: Contract, access: Access) -> tuple[str, str]:
    """Address and word of what this person can do about it; empty where it is for someone else."""
    adviser = may_agree(access, contract)
    if what == What.CONTACT:
        return (reverse("contract-contact", args=[contract.pk]), _("Record the contact")) if adviser else ("", "")
    if not may_plan(access, contract):
        return "", ""
    if what == What.PLAN:
        return reverse("contract-plan-edit", args=[contract.pk]), _("Fill in the plan")
    own = access.may(May.FULFIL, region_id=contract.region_id)
    query = "" if own else f"?contract={contract.pk}"
    return reverse("interim-report") + query, _("Send the interim report")


# --- filling in and answering ---------------------------------------------------------------------------------------


class OfPlan(View):
    """A page about the plan of a contract, for who may make one; for others it does not exist."""

    request: Request
    contract: Any
    adviser_only = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Contract, request.access).select_related("region", "policy")
        self.contract = get_object_or_404(rows, pk=kwargs["pk"])
        adviser = may_agree(request.access, self.contract)
        if not may_plan(request.access, self.contract) or (self.adviser_only and not adviser):
            raise Http404
        request.region_title = self.contract.region.title
        return super().dispatch(request, *args, **kwargs)

    @property
    def plan_url(self) -> str:
        return reverse("contract-plan", args=[self.contract.pk])

    def plan(self) -> ActionPlan | None:
        """The version that is under way, else the agreed one."""
        plans = visible(ActionPlan, self.request.access).filter(contract=self.contract)
        theirs = plans.filter(state__in=[*UNDER_WAY, PlanState.AGREED]).prefetch_related("amounts")
        found: ActionPlan | None = theirs.order_by("-number").first()
        return found


class PlanEdit(OfPlan):
    """Fill in a version: kept as a draft, or handed in."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        plan = self.plan()
        if plan and plan.state == PlanState.SUBMITTED:
            messages.info(request, _("The plan is handed in. The adviser agrees to it, or asks for something else."))
            return redirect(self.plan_url)
        form = PlanForm(quarters=quarters_to_plan(self.contract), initial=initial_of(plan) if plan else {})
        total = sum((row.amount for row in plan.amounts.all()), ZERO) if plan else ZERO
        return self.show(form, seen_of(plan), total)

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = PlanForm(request.POST, quarters=quarters_to_plan(self.contract))
        valid, seen = form.is_valid(), request.POST.get("seen", "")
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "pages/plan_total.html", self.total(form.total))
        if not valid:
            return self.show(form, seen, form.total, 422)
        act = act_of(request)
        try:
            plan = planning.begin(self.contract, act)
            begun = plan.edition == 1 and seen == f"begin-{plan.number}"
            if not begun and seen != seen_of(plan):
                raise Refused(_("Someone else changed the plan meanwhile. Open it again and compare."))
            planning.save(plan, form.words, form.amounts, act)
            if request.POST.get("submit"):
                planning.submit(plan, act)
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, seen, form.total, 422)
        handed_in = plan.state == PlanState.SUBMITTED
        done = _("The plan is handed in. The adviser answers.") if handed_in else _("Saved. The plan is still a draft.")
        messages.success(request, done)
        return redirect(self.plan_url)

    def total(self, total: Decimal) -> dict[str, Any]:
        obligation = with_progress([self.contract], localdate())[self.contract.pk].obligation
        return {"total": total, "obligation": obligation, "difference": obligation - total}

    def show(self, form: PlanForm, seen: str, total: Decimal, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("Action plan"),
            "contract": self.contract,
            "form": form,
            "seen": seen,
            "back_url": self.plan_url,
            **self.total(total),
        }
        return render(self.request, "pages/plan_form.html", context, status=status)


def seen_of(plan: ActionPlan | None) -> str:
    """What was on the screen: the draft with its edition, or that a version is to begin."""
    if plan and plan.state in UNDER_WAY:
        return f"{plan.number}-{plan.edition}"
    return f"begin-{plan.number + 1 if plan else 1}"


class PlanAnswer(OfPlan):
    """Agree, ask for something else, or throw a draft away: of the edition that was on the screen."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        plan = self.plan()
        if plan is None or plan.state not in UNDER_WAY:
            messages.error(request, _("There is no plan to answer any more. Look at it again."))
            return redirect(self.plan_url)
        asked = request.POST.get("do", "")
        plan.edition = int(edition) if (edition := request.POST.get("edition", "")).isdecimal() else 0
        form = SendBackForm(request.POST)
        try:
            if asked == "discard":
                planning.discard(plan)
                messages.success(request, _("The draft was discarded."))
            elif not may_agree(request.access, self.contract):
                raise Http404
            elif asked == "agree":
                planning.agree(plan, act_of(request))
                messages.success(request, _("Agreed. From now on the contract is held to this plan."))
            elif form.is_valid():
                planning.send_back(plan, act_of(request, form.cleaned_data["why"]))
                messages.success(request, _("Asked back. The contractor reads what should be different."))
            else:
                context = plan_context(self.contract, request.access, localdate()) | {"send_back_form": form}
                return render(request, "pages/contract_plan.html", context, status=422)
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect(self.plan_url)


class Contact(OfPlan):
    """The adviser records the first contact, with its day."""

    adviser_only = True
    form_class: Any = ContactForm
    heading = property(lambda self: _("First contact"))

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            self.do(form)
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, 422)
        messages.success(request, _("Recorded."))
        return redirect(self.plan_url)

    def do(self, form: Any) -> None:
        given = form.cleaned_data
        planning.record_contact(self.contract, given["on"], act_of(self.request, given["why"]))

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"heading": self.heading, "contract": self.contract, "form": form, "back_url": self.plan_url}
        return render(self.request, "pages/plan_note.html", context, status=status)


class NoNews(Contact):
    """The contractor reports that there is nothing to report, so that nobody waits for it."""

    adviser_only = False
    form_class = NoNewsForm
    heading = property(lambda self: _("Nothing new"))

    def do(self, form: Any) -> None:
        planning.report_no_news(self.contract, act_of(self.request, form.cleaned_data["why"]))


class NoPlan(Contact):
    """The adviser says why no plan is needed."""

    form_class = NoPlanForm
    heading = property(lambda self: _("No action plan needed"))

    def do(self, form: Any) -> None:
        planning.do_without(self.contract, act_of(self.request, form.cleaned_data["why"]))
