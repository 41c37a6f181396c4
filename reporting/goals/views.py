"""Policy and goals of a region: the rules with their dates, and what it means to reach, with who set that and why."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from contracts.models import Contract, Policy, Region
from contracts.policy import door as policies
from contracts.policy.forms import PolicyForm
from contracts.policy.loading import FaultyFile
from reporting.figures.catalogue import FIGURES, INDICATORS
from reporting.goals import door as goals
from reporting.goals.door import Aim
from reporting.goals.forms import GoalForm
from reporting.models import Goal
from sroi.access import May, visible
from sroi.doors import Act, Refused
from sroi.templatetags.formats import long_date
from sroi.views import Happening, Request, act_of

LATEST = 50


@require_safe
def my_policy(request: Request) -> HttpResponse:
    """To the first of one's regions; the address of a region itself has its code."""
    regions = request.access.regions_where(May.SEE_POLICY)
    region = visible(Region, request.access).filter(pk__in=regions).first()
    if region is None:
        raise Http404
    return redirect("policy", region=region.code)


class OfRegion(View):
    """A page about the rules of a region; who has no part in them finds nothing."""

    request: Request
    region: Region
    may: Callable[..., bool] = staticmethod(goals.may_read)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        found = visible(Region, request.access).filter(code=kwargs["region"]).first()
        if found is None or not self.may(request.access, found):
            raise Http404
        self.region = found
        request.region_title = found.title
        return super().dispatch(request, *args, **kwargs)

    def form_page(self, template: str, heading: str, form: Any, status: int, **more: Any) -> HttpResponse:
        context = {
            "form": form,
            "heading": heading,
            "region": self.region,
            "back_url": reverse("policy", kwargs={"region": self.region.code}),
            "back_label": _("Policy and goals"),
            **more,
        }
        return render(self.request, template, context, status=status)


class PolicyPage(OfRegion):
    def get(self, request: Request, region: str) -> HttpResponse:
        versions = list(visible(Policy, request.access).filter(region=self.region))
        standing = visible(Policy, request.access).filter(region=self.region).on(timezone.localdate())
        context = {
            "region": self.region,
            "standing": standing,
            "sections": policies.sections(standing) if standing else [],
            "versions": [(*told, self.kept.get(told[0].pk)) for told in policies.told(versions)],
            "indicators": [indicator.title for indicator in INDICATORS],
            "years": self.years(),
            "history": self.history(),
            "may_set": goals.may_set(request.access, self.region),
            "may_change": policies.may_change(request.access, self.region),
        }
        return render(request, "reporting/policy.html", context)

    @cached_property
    def kept(self) -> dict[int, Any]:
        """By the id of a version of the policy who made it, when and why."""
        rows = visible(Policy.history.model, self.request.access).filter(region=self.region, history_type="+")
        return {row.id: row for row in rows.select_related("history_user")}

    def years(self) -> list[dict[str, Any]]:
        """Per year with a goal what it is for each indicator, and where it is changed, unless the year is final."""
        found: dict[int, dict[str, Aim]] = {}
        for goal in visible(Goal, self.request.access).filter(region=self.region).order_by("year"):
            found.setdefault(goal.year, {})[goal.indicator] = Aim.of(goal)
        final = goals.final_years(self.region)
        return [
            {
                "year": year,
                "is_final": year in final,
                "aims": [self.cell(year, each.name, aims.get(each.name), year in final) for each in INDICATORS],
            }
            for year, aims in found.items()
        ]

    def cell(self, year: int, indicator: str, aim: Aim | None, is_final: bool) -> tuple[str, str]:
        """The goal in words and the address where it is changed."""
        where = reverse("policy-goal", kwargs={"region": self.region.code})
        words = (aim or Aim()).words(indicator)
        return words, "" if aim is None or is_final else f"{where}?jaar={year}&over={indicator}"

    def history(self) -> list[Happening]:
        rows = visible(Goal.history.model, self.request.access).filter(region=self.region)
        latest = rows.select_related("history_user").order_by("-history_date", "-history_id")[:LATEST]
        return [
            Happening(told_of(row), row.history_date, row.history_user, row.history_change_reason) for row in latest
        ]


class PolicyChange(OfRegion):
    """A next version of the policy: the terms, then what they change, and only then it holds."""

    may = staticmethod(policies.may_change)

    def get(self, request: Request, region: str) -> HttpResponse:
        standing = visible(Policy, request.access).filter(region=self.region).on(timezone.localdate())
        return self.page(PolicyForm(initial=PolicyForm.initial_of(standing) if standing else None))

    def post(self, request: Request, region: str) -> HttpResponse:
        form = PolicyForm(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        given = form.cleaned_data
        if "again" in request.POST:
            return self.page(form)
        try:
            if not request.POST.get("confirm"):
                return self.look(form)
            made = policies.succeed(
                self.region, form.terms, given["valid_from"], act_of(request, given["why"]), seen=given["seen"]
            )
        except (Refused, FaultyFile) as refused:
            form.add_error(None, str(refused))
            return self.page(form, 422)
        messages.success(request, _("Saved. This policy holds from %(day)s.") % {"day": long_date(made.valid_from)})
        return redirect("policy", region=region)

    def look(self, form: PolicyForm) -> HttpResponse:
        """What it would do; saving it then knows what it was compared with."""
        day, access = form.cleaned_data["valid_from"], self.request.access
        effect = policies.effect(self.region, form.terms, day, visible(Contract, access))
        if not effect.differences:
            form.add_error(None, _("Nothing differs from what holds on that day already."))
            return self.page(form, 422)
        known: Any = self.request.POST.copy()
        known["seen"] = str(effect.compared or "")
        form.data = known
        return self.page(form, effect=effect)

    def page(self, form: PolicyForm, status: int = 200, effect: Any = None) -> HttpResponse:
        return self.form_page("reporting/policy_change.html", _("Change the policy"), form, status, effect=effect)


class GoalPage(OfRegion):
    may = staticmethod(goals.may_set)

    def get(self, request: Request, region: str) -> HttpResponse:
        initial: dict[str, Any] = {"year": request.GET.get("jaar", ""), "indicator": request.GET.get("over", "")}
        if initial["year"].isascii() and initial["year"].isdigit() and len(initial["year"]) == 4:
            aim = goals.goal_of(self.region, int(initial["year"]), initial["indicator"])
            initial |= {"low": aim.low, "high": aim.high, "seen": str(aim)}
        return self.page(GoalForm(initial=initial))

    def post(self, request: Request, region: str) -> HttpResponse:
        form = GoalForm(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        answer, now = form.cleaned_data, timezone.now()
        act = Act.of(request.user, now, answer["why"])
        where = self.region, answer["year"], answer["indicator"]
        try:
            goals.set_goal(*where, form.aim, act, seen=answer["seen"])
        except Refused as refused:
            form.add_error(None, str(refused))
            # Saving once more then knows of what is there now.
            known: Any = request.POST.copy()
            known["seen"] = str(goals.goal_of(*where))
            form.data = known
            return self.page(form, 422)
        messages.success(request, _("Saved."))
        return redirect("policy", region=region)

    def page(self, form: GoalForm, status: int = 200) -> HttpResponse:
        return self.form_page("reporting/goal.html", _("Set a goal"), form, status)


# --- in words ---------------------------------------------------------------------------------------------------------


def told_of(row: Any) -> str:
    """What was done to a goal: `Workplaces 2028: 80–100`."""
    about = f"{FIGURES[row.indicator].title} {row.year}"
    if row.history_type == "-":
        return _("%(goal)s: withdrawn, it was %(aim)s") % {"goal": about, "aim": Aim.of(row).words(row.indicator)}
    return f"{about}: {Aim.of(row).words(row.indicator)}"
