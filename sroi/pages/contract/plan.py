"""The action plan of a contract: filled in, agreed, and shown beside what happened; and the
deadlines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import ActionPlan, Category, Contract, PlanState, Spread
from contracts.plans import door as planning
from contracts.plans import schedule
from contracts.plans.deadlines import Deadline, DeadlineState, What, deadlines
from contracts.plans.forms import (
    ContactForm,
    NoNewsForm,
    NoPlanForm,
    PlanForm,
    SendBackForm,
    initial_of,
)
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
from contracts.plans.words import quarter_words
from placements.rights import may_see_fulfilments
from placements.standing.heard import last_heard
from placements.standing.progress import Done, done_by_month, with_progress
from placements.standing.words import deadline_words
from sroi.access import Access, May, visible
from sroi.doors import Refused
from sroi.money import ZERO
from sroi.pages.contract.pictures import contract_course
from sroi.periods import Period
from sroi.templatetags.formats import euro2
from sroi.views import ConfirmPage, DetailPage, FormPage, OfOne, Request, SentHere, act_of


class ContractPlan(DetailPage):
    """The plan beside what happened, what is under way, and by when something is due."""

    model = Contract
    template_name = "pages/contract_plan.html"
    related = ("policy",)
    contract: Contract

    def may(self) -> bool:
        return has_plan(self.contract)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **plan_context(self.contract, self.request.access, localdate()), **kwargs
        )


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
        "years": years_of(contract, standing.obligation, done, today),
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
    plans = (
        visible(ActionPlan, access)
        .filter(contract=contract)
        .select_related("agreed_by", "changed_by")
    )
    if not may_see_under_way(access, contract):
        plans = plans.exclude(state__in=UNDER_WAY)
    return list(plans.prefetch_related("amounts").order_by("number"))


# --- the plan as a table --------------------------------------------------------------------------


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
        cells = [
            QuarterCell(n, p, None if done is None else d)
            for n, (p, d) in zip(labels, sums, strict=True)
        ]
        return QuarterRow(label, cells, is_now)

    rows = [row_of(quarter_words(q), [q], q == quarter_of(today)) for q in quarters]
    return PlanTable(labels, rows, row_of(_("Together"), quarters), done is not None)


# --- the contract years ---------------------------------------------------------------------------


@dataclass(frozen=True)
class YearRow:
    """What of a contract year is to be fulfilled at least and, where it may be seen, what was."""

    year: Period
    least: Decimal
    done: Decimal | None
    state: str
    word: str


def years_of(
    contract: Contract, obligation: Decimal, done: Done | None, today: date
) -> list[YearRow]:
    """Where the policy spreads what is owed over the contract years; a month belongs to the year
    that ends in it.
    """
    if contract.policy.spread != Spread.CONTRACT_YEARS or obligation <= 0:
        return []
    rows: list[YearRow] = []
    minima, reached, due = schedule.minima(obligation, contract.term), ZERO, ZERO
    for year, least in minima:
        is_last, before = year.last == contract.end_date, reached
        if done is not None:
            until = date.max if is_last else year.last
            reached = sum((n for (month, _c), n in done.items() if month <= until), ZERO)
        due += least
        state, word = _state_of_year(year, reached >= due, done is not None, today)
        rows.append(YearRow(year, least, None if done is None else reached - before, state, word))
    return rows


def _state_of_year(year: Period, is_met: bool, is_known: bool, today: date) -> tuple[str, str]:
    """Icon and word: together with the years before it, the minimum was met or not."""
    if today < year.first:
        return "not_started", _("to come")
    if is_known and is_met:
        return "fulfilled", _("met")
    if today <= year.last:
        return "on_track", _("runs")
    return ("overdue", _("not met")) if is_known else ("due", _("over"))


# --- deadlines ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A deadline in words, with its state and the one next action for who may take it."""

    what: str
    words: str
    state: str
    word: Any
    url: str = ""
    action: str = ""


ICONS = {
    DeadlineState.DONE: "fulfilled",
    DeadlineState.DUE: "due",
    DeadlineState.OVERDUE: "overdue",
}


def told(deadline: Deadline, contract: Contract, heard: date | None, access: Access) -> Told:
    url, action = ("", "") if deadline.done else next_action(deadline.what, contract, access)
    what, words = capfirst(str(deadline.what.label)), deadline_words(deadline, heard)
    return Told(what, words, ICONS[deadline.state], deadline.state.label, url, action)


def next_action(what: str, contract: Contract, access: Access) -> tuple[str, str]:
    """Address and word of what this person can do about it; empty where it is for someone else."""
    adviser = may_agree(access, contract)
    if what == What.CONTACT:
        return (
            (reverse("contract-contact", args=[contract.pk]), _("Record the contact"))
            if adviser
            else ("", "")
        )
    if not may_plan(access, contract):
        return "", ""
    if what == What.PLAN:
        return reverse("contract-plan-edit", args=[contract.pk]), _("Fill in the plan")
    own = access.may(May.FULFIL, region_id=contract.region_id)
    query = "" if own else f"?contract={contract.pk}"
    return reverse("interim-report") + query, _("Send the interim report")


# --- filling in and answering ---------------------------------------------------------------------


class OfPlan(OfOne):
    """A page about the plan of a contract, for who may make one; for others it does not exist."""

    model = Contract
    related = ("policy",)
    contract: Contract
    adviser_only = False

    def may(self) -> bool:
        access = self.request.access
        return may_plan(access, self.contract) and (
            not self.adviser_only or may_agree(access, self.contract)
        )

    @property
    def back_url(self) -> str:
        return reverse("contract-plan", args=[self.contract.pk])

    @cached_property
    def plan(self) -> ActionPlan | None:
        """The version that is under way, else the agreed one."""
        plans = visible(ActionPlan, self.request.access).filter(contract=self.contract)
        theirs = plans.filter(state__in=[*UNDER_WAY, PlanState.AGREED]).prefetch_related("amounts")
        found: ActionPlan | None = theirs.order_by("-number").first()
        return found


class PlanEdit(OfPlan, FormPage):
    """Fill in a version: kept as a draft, or handed in."""

    template_name = "pages/plan_form.html"
    heading = gettext_lazy("Action plan")
    form_class = PlanForm

    def closed(self) -> HttpResponse | None:
        plan = self.plan
        if plan is None or plan.state != PlanState.SUBMITTED:
            return None
        messages.info(
            self.request,
            _("The plan is handed in. The adviser agrees to it, or asks for something else."),
        )
        return redirect(self.back_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs["form"]
        if form.is_bound:
            seen, total = self.request.POST.get("seen", ""), form.total
        else:
            plan = self.plan
            seen, total = (
                seen_of(plan),
                (sum((row.amount for row in plan.amounts.all()), ZERO) if plan else ZERO),
            )
        return super().get_context_data(seen=seen, **self.total(total), **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"quarters": quarters_to_plan(self.contract)}

    def get_initial(self) -> dict[str, Any]:
        plan = self.plan
        return initial_of(plan) if plan else {}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.htmx:
            form = self.get_form()
            form.is_valid()
            return render(request, "pages/plan_total.html", self.total(form.total))
        return super().post(request, *args, **kwargs)

    def do(self, form: Any) -> str:
        act, seen = act_of(self.request), self.request.POST.get("seen", "")
        plan = planning.begin(self.contract, act)
        begun = plan.edition == 1 and seen == f"begin-{plan.number}"
        if not begun and seen != seen_of(plan):
            raise Refused(_("Someone else changed the plan meanwhile. Open it again and compare."))
        planning.save(plan, form.words, form.amounts, act)
        if not self.request.POST.get("submit"):
            return _("Saved. The plan is still a draft.")
        planning.submit(plan, act)
        return _("The plan is handed in. The adviser answers.")

    def total(self, total: Decimal) -> dict[str, Any]:
        obligation = with_progress([self.contract], localdate())[self.contract.pk].obligation
        return {"total": total, "obligation": obligation, "difference": obligation - total}


def seen_of(plan: ActionPlan | None) -> str:
    """What was on the screen: the draft with its edition, or that a version is to begin."""
    if plan and plan.state in UNDER_WAY:
        return f"{plan.number}-{plan.edition}"
    return f"begin-{plan.number + 1 if plan else 1}"


class PlanAnswer(OfPlan, SentHere):
    """Agree, or ask for something else: of the edition that was on the screen."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        plan = self.plan
        if plan is None or plan.state not in UNDER_WAY:
            messages.error(request, _("There is no plan to answer any more. Look at it again."))
            return redirect(self.back_url)
        asked = request.POST.get("do", "")
        plan.edition = (
            int(edition) if (edition := request.POST.get("edition", "")).isdecimal() else 0
        )
        form = SendBackForm(request.POST)
        try:
            if not may_agree(request.access, self.contract):
                raise Http404
            elif asked == "agree":
                planning.agree(plan, act_of(request))
                messages.success(
                    request, _("Agreed. From now on the contract is held to this plan.")
                )
            elif form.is_valid():
                planning.send_back(plan, act_of(request, form.cleaned_data["why"]))
                messages.success(
                    request, _("Asked back. The contractor reads what should be different.")
                )
            else:
                context = plan_context(self.contract, request.access, localdate()) | {
                    "send_back_form": form
                }
                return render(request, "pages/contract_plan.html", context, status=422)
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect(self.back_url)


class DiscardPlan(OfPlan, ConfirmPage):
    """A draft goes for good, after it was shown what it adds up to."""

    heading = property(lambda self: self.contract.title)
    question = gettext_lazy("Discard the draft of the plan?")
    action = gettext_lazy("Discard draft")

    @property
    def consequence(self) -> str:
        return _("What was filled in is gone for good. A plan that was agreed before stays.")

    @property
    def edition(self) -> str:
        return seen_of(self.plan)

    def closed(self) -> HttpResponse | None:
        is_open = self.plan is not None and self.plan.state == PlanState.DRAFT
        return None if is_open else redirect(self.back_url)

    def goes(self) -> list[tuple[Any, Any]]:
        plan = self.plan
        if plan is None:
            return []
        rows = plan.amounts.values_list("category").annotate(total=Sum("amount")).order_by()
        totals = {Category(code).label: amount for code, amount in rows}
        return [
            (_("Version"), plan.number),
            *((capfirst(label), euro2(amount)) for label, amount in totals.items()),
            (_("Together"), euro2(sum(totals.values(), ZERO))),
        ]

    def do(self, form: Any) -> str:
        if self.plan is None:
            raise Refused(_("There is no plan to answer any more. Look at it again."))
        planning.discard(self.plan)
        return _("The draft was discarded.")


class Contact(OfPlan, FormPage):
    """The adviser records the first contact, with its day."""

    adviser_only = True
    template_name = "pages/contract_form.html"
    form_class: Any = ContactForm
    heading = gettext_lazy("First contact")

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        planning.record_contact(self.contract, given["on"], act_of(self.request, given["why"]))
        return _("Recorded.")


class NoNews(Contact):
    """The contractor reports that there is nothing to report, so that nobody waits for it."""

    adviser_only = False
    form_class = NoNewsForm
    heading = gettext_lazy("Nothing new")

    def do(self, form: Any) -> str:
        planning.report_no_news(self.contract, act_of(self.request, form.cleaned_data["why"]))
        return _("Recorded.")


class NoPlan(Contact):
    """The adviser says why no plan is needed."""

    form_class = NoPlanForm
    heading = gettext_lazy("No action plan needed")

    def do(self, form: Any) -> str:
        planning.do_without(self.contract, act_of(self.request, form.cleaned_data["why"]))
        return _("Recorded.")
