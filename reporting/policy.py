"""Policy and goals of a region: the rules with their dates, and what it means to reach, with who set that and why."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_safe

from contracts.models import Policy, Region
from contracts.registration import Refused
from placements.review import Act
from reporting import goals
from reporting.forms import GoalForm
from reporting.goals import Aim
from reporting.models import Goal, Indicator
from sroi.access import visible
from sroi.money import MoneyField
from sroi.templatetags.formats import NOTHING, euro, number, percent
from sroi.views import Happening, Request

LATEST = 50
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("What is owed"),
        (
            *("default_rate", "threshold_works", "threshold_services", "threshold_supplies", "reduced_rate"),
            *("reduced_below_labour_share", "supplies_min_labour_share", "cap", "pso_discounts"),
        ),
    ),
    (
        gettext_lazy("During the contract"),
        (
            *("contact_days", "plan_weeks", "report_months", "review_days", "grace_months", "behind_below_expected"),
            "changes_always_told",
            *("at_risk_below_term_left", "certificate_months", "certificate_warning_days", "pinned_by"),
        ),
    ),
    (gettext_lazy("At the end of the contract"), ("payment_days", "recovery_months", "penalty_factor")),
    (
        gettext_lazy("Checking, privacy and publishing"),
        (
            *("self_review", "sample_size", "store_person_evidence", "retention_months", "retention_rejected_months"),
            *("retention_draft_months", "mask_below"),
        ),
    ),
)
TERMS = [name for _title, names in SECTIONS for name in names]
PERCENTS = (
    *("default_rate", "reduced_rate", "reduced_below_labour_share", "supplies_min_labour_share"),
    *("at_risk_below_term_left", "behind_below_expected"),
)


@require_safe
def my_policy(request: Request) -> HttpResponse:
    """To the first of one's regions; the address of a region itself has its code."""
    regions = request.access.regions_of(*goals.READERS)
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


class PolicyPage(OfRegion):
    def get(self, request: Request, region: str) -> HttpResponse:
        versions = list(visible(Policy, request.access).filter(region=self.region))
        standing = visible(Policy, request.access).filter(region=self.region).on(timezone.localdate())
        context = {
            "region": self.region,
            "standing": standing,
            "sections": sections(standing) if standing else [],
            "versions": told(versions),
            "indicators": [capfirst(label) for label in Indicator.labels],
            "years": self.years(),
            "history": self.history(),
            "may_set": goals.may_set(request.access, self.region),
        }
        return render(request, "reporting/policy.html", context)

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
                "aims": [self.cell(year, name, aims.get(name), year in final) for name in Indicator.values],
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
        act = Act(request.user, now, timezone.localdate(now), answer["why"])
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
        context = {
            "form": form,
            "heading": _("Set a goal"),
            "region": self.region,
            "back_url": reverse("policy", kwargs={"region": self.region.code}),
            "back_label": _("Policy and goals"),
        }
        return render(self.request, "reporting/goal.html", context, status=status)


# --- in words ---------------------------------------------------------------------------------------------------------


def sections(policy: Policy) -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    return [(title, [(label(name), said(policy, name)) for name in names]) for title, names in SECTIONS]


def told(versions: Iterable[Policy]) -> list[tuple[Policy, list[tuple[str, str, str]]]]:
    """Versions, newest first, each with what it changed: the term, what it was, what it became."""
    ordered = list(versions)
    found: list[tuple[Policy, list[tuple[str, str, str]]]] = [
        (
            later,
            [(label(n), said(earlier, n), said(later, n)) for n in TERMS if getattr(earlier, n) != getattr(later, n)],
        )
        for earlier, later in pairwise(ordered)
    ]
    return [*reversed(found), *((first, []) for first in ordered[:1])]


def label(name: str) -> str:
    return str(capfirst(Policy._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def said(policy: Policy, name: str) -> str:
    """A term as people read it."""
    value, field = getattr(policy, name), Policy._meta.get_field(name)
    if value is None:
        return NOTHING
    if name == "pso_discounts":
        return ", ".join(f"{level}: {percent(discount)}" for level, discount in value.items()) or NOTHING
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if name == "pinned_by":
        return str(policy.get_pinned_by_display())
    if isinstance(field, MoneyField):
        return euro(value)
    return percent(value) if name in PERCENTS else number(value)


def told_of(row: Any) -> str:
    """What was done to a goal: `Workplaces 2028: 80–100`."""
    about = f"{Indicator(row.indicator).label} {row.year}"
    if row.history_type == "-":
        return _("%(goal)s: withdrawn, it was %(aim)s") % {"goal": about, "aim": Aim.of(row).words(row.indicator)}
    return f"{about}: {Aim.of(row).words(row.indicator)}"
