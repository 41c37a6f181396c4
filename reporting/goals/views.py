"""Policy and goals of a region: the rules with their dates, and what it means to reach, with who
set that and why.
"""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts.models import Contract, Policy, Region
from contracts.policy import door as policies
from contracts.policy.forms import PolicyForm
from contracts.policy.what_if import Owing, held, together
from reporting.figures.catalogue import FIGURES, INDICATORS
from reporting.goals import door as goals
from reporting.goals.door import Aim
from reporting.goals.forms import GoalForm
from reporting.goals.lists import WouldHaveOwedFilterSet, WouldHaveOwedTable
from reporting.models import Goal
from sroi.access import Access, May, visible
from sroi.doors import Refused
from sroi.fields import change_answers
from sroi.lists import FILES
from sroi.templatetags.formats import long_date, number
from sroi.views import (
    FormPage,
    ForWhoMay,
    Happening,
    ListFile,
    ListPage,
    LookFirst,
    OfOne,
    Request,
    act_of,
)

LATEST = 50
YEARS_BACK = 5


@require_safe
def my_policy(request: Request) -> HttpResponse:
    """To the first of one's regions; the address of a region itself has its code."""
    regions = request.access.regions_where(May.SEE_POLICY)
    region = visible(Region, request.access).filter(pk__in=regions).first()
    if region is None:
        raise Http404
    return redirect("policy", region=region.code)


class OfRegion(OfOne):
    """A page about the rules of a region; who has no part in them finds nothing."""

    model = Region
    slug_field, slug_url_kwarg = "code", "region"
    region: Any = None
    back_label = gettext_lazy("Policy and goals")

    def get_queryset(self) -> QuerySet[Any]:
        return visible(Region, self.request.access)

    def may(self) -> bool:
        return goals.may_read(self.request.access, self.region)

    @property
    def back_url(self) -> str:
        return reverse("policy", kwargs={"region": self.region.code})


def policy_of(region: Region, access: Access) -> Policy | None:
    """The one that holds today."""
    versions: Any = visible(Policy, access).filter(region=region)
    found: Policy | None = versions.on(timezone.localdate())
    return found


class PolicyPage(OfRegion):
    def get(self, request: Request, region: str) -> HttpResponse:
        versions = list(visible(Policy, request.access).filter(region=self.region))
        standing = policy_of(self.region, request.access)
        what_if = self.what_if(versions)
        context = {
            "region": self.region,
            "standing": standing,
            "sections": policies.sections(standing) if standing else [],
            "versions": [
                (*told, self.kept.get(told[0].pk), what_if.get(told[0].pk))
                for told in policies.told(versions)
            ],
            "indicators": [indicator.title for indicator in INDICATORS],
            "years": self.years(),
            "origins": self.origins(),
            "history": self.history(),
            "may_set": goals.may_set(request.access, self.region),
            "may_change": policies.may_change(request.access, self.region),
        }
        return render(request, "reporting/policy.html", context)

    def what_if(self, versions: list[Policy]) -> dict[int, str]:
        """By the id of a version where it is held against a year, for who sees its contracts."""
        if not self.request.access.may(May.SEE_REGION, region_id=self.region.pk):
            return {}
        where = reverse("policy-what-if", kwargs={"region": self.region.code})
        return {one.pk: f"{where}?{PolicyForm.in_address(one)}" for one in versions}

    @cached_property
    def kept(self) -> dict[int, Any]:
        """By the id of a version of the policy who made it, when and why."""
        rows = visible(Policy.history.model, self.request.access).filter(
            region=self.region, history_type="+"
        )
        return {row.id: row for row in rows.select_related("history_user")}

    @cached_property
    def goals(self) -> list[Goal]:
        rows = visible(Goal, self.request.access).filter(region=self.region)
        return list(rows.order_by("year", "indicator"))

    def years(self) -> list[dict[str, Any]]:
        """Per year with a goal what it is for each indicator, and where it is changed, unless the
        year is final.
        """
        found: dict[int, dict[str, Aim]] = {}
        for goal in self.goals:
            found.setdefault(goal.year, {})[goal.indicator] = Aim.of(goal)
        final = goals.final_years(self.region)
        return [
            {
                "year": year,
                "is_final": year in final,
                "aims": [
                    self.cell(year, each.name, aims.get(each.name), year in final)
                    for each in INDICATORS
                ],
            }
            for year, aims in found.items()
        ]

    def cell(
        self, year: int, indicator: str, aim: Aim | None, is_final: bool
    ) -> tuple[Any, str, str]:
        """What it is a goal of, the goal in words and the address where it is changed."""
        where = reverse("policy-goal", kwargs={"region": self.region.code})
        words = (aim or Aim()).words(indicator)
        url = "" if aim is None or is_final else f"{where}?jaar={year}&over={indicator}"
        return FIGURES[indicator].title, words, url

    def origins(self) -> list[tuple[str, str]]:
        """What goals are a share of, and where they were decided."""
        return [
            (f"{FIGURES[goal.indicator].title} {goal.year}", explained)
            for goal in self.goals
            if (explained := Aim.of(goal).explained)
        ]

    def history(self) -> list[Happening]:
        rows = visible(Goal.history.model, self.request.access).filter(region=self.region)
        latest = rows.select_related("history_user").order_by("-history_date", "-history_id")[
            :LATEST
        ]
        return [
            Happening(told_of(row), row.history_date, row.history_user, row.history_change_reason)
            for row in latest
        ]


class PolicyChange(OfRegion, LookFirst):
    """A next version of the policy: the terms, then what they change, and only then it holds."""

    template_name = "reporting/policy_change.html"
    heading = gettext_lazy("Change the policy")
    form_class = PolicyForm

    def may(self) -> bool:
        return policies.may_change(self.request.access, self.region)

    def get_initial(self) -> dict[str, Any]:
        standing = policy_of(self.region, self.request.access)
        return PolicyForm.initial_of(standing) if standing else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"others": policies.others(self.region)}

    def do(self, form: Any) -> str:
        given, act = form.cleaned_data, act_of(self.request, form.cleaned_data["why"])
        made = policies.succeed(self.region, form.terms, given["valid_from"], act, shown=self.shown)
        return _("Saved. This policy holds from %(day)s.") % {"day": long_date(made.valid_from)}

    def preview(self, form: Any) -> dict[str, Any]:
        day, access = form.cleaned_data["valid_from"], self.request.access
        effect = policies.effect(self.region, form.terms, day, visible(Contract, access))
        if not effect.differences:
            raise Refused(_("Nothing differs from what holds on that day already."))
        year = timezone.localdate().year - 1
        theirs = visible(Contract, access).filter(region=self.region)
        owing = held(theirs, policies.as_version(self.region, form.terms, day), year)
        sent = self.request.POST.copy()
        for name in ("csrfmiddlewaretoken", "starting_point", "confirm", "back", "why"):
            sent.pop(name, None)
        where = reverse("policy-what-if", kwargs={"region": self.region.code})
        return {
            "starting_point": effect.starting_point,
            "effect": effect,
            "year": year,
            "together": together(owing.values()),
            "what_if_url": f"{where}?{sent.urlencode()}&changed=1",
        }


class PolicyWhatIf(ForWhoMay, ListPage):
    """What the contracts of a year would have owed under the terms that stand in the address: those
    of a version, or of one that is being thought of. Nothing is stored.
    """

    capabilities = (May.SEE_REGION,)
    model = Contract
    filterset_class = WouldHaveOwedFilterSet
    table_class = WouldHaveOwedTable
    template_name = "reporting/policy_what_if.html"
    heading = gettext_lazy("What if this policy had held?")
    file_page = "policy-what-if-file"
    form: PolicyForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.region = get_object_or_404(visible(Region, request.access), code=kwargs["region"])
        if not request.access.may(May.SEE_REGION, region_id=self.region.pk):
            raise Http404
        self.form = PolicyForm(request.GET, others=policies.others(self.region))
        if request.method in ("GET", "HEAD") and not self.form.is_valid():
            return redirect("policy", region=self.region.code)
        request.region_title = self.region.title
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def years(self) -> list[int]:
        this = timezone.localdate().year
        return list(range(this, this - YEARS_BACK, -1))

    @cached_property
    def year(self) -> int:
        """The one that was chosen, else last year."""
        chosen = self.request.GET.get("year", "")
        return next((year for year in self.years if str(year) == chosen), self.years[1])

    @cached_property
    def owing(self) -> dict[int, Owing]:
        theirs = visible(Contract, self.request.access).filter(region=self.region)
        day = self.form.cleaned_data["valid_from"]
        return held(theirs, policies.as_version(self.region, self.form.terms, day), self.year)

    @property
    def only_changed(self) -> bool:
        return "changed" in self.request.GET

    def get_queryset(self) -> QuerySet[Any]:
        shown = [pk for pk, one in self.owing.items() if one.difference or not self.only_changed]
        rows = super().get_queryset().filter(pk__in=shown).select_related("contractor")
        return rows.order_by("reference", "pk")

    def prepare(self, rows: list[Any]) -> None:
        for contract in rows:
            contract.owing = self.owing[contract.pk]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.copy()
        for name in ("page", "sort", "changed"):
            asked.pop(name, None)
        year_free = asked.copy()
        year_free.pop("year", None)
        context = super().get_context_data(
            region=self.region,
            together=together(self.owing.values()),
            year=self.year,
            years=self.years,
            carried=[(name, one) for name, many in year_free.lists() for one in many],
            all_url=f"?{asked.urlencode()}",
            changed_url=f"?{asked.urlencode()}&changed=1",
            only_changed=self.only_changed,
            **kwargs,
        )
        return context | {"filter": None}

    def files(self) -> dict[str, str]:
        asked = self.request.GET.copy()
        asked.pop("page", None)
        where = {"region": self.region.code}
        return {
            name: f"{reverse(self.file_page, kwargs=where | {'format': name})}?{asked.urlencode()}"
            for name in FILES
        }


class PolicyWhatIfFile(ListFile, PolicyWhatIf):
    file_name = gettext_lazy("what-if")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return kwargs


class GoalPage(OfRegion, FormPage):
    template_name = "reporting/goal.html"
    heading = gettext_lazy("Set a goal")
    form_class = GoalForm

    def may(self) -> bool:
        return goals.may_set(self.request.access, self.region)

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        initial: dict[str, Any] = {
            "year": asked.get("jaar", ""),
            "indicator": asked.get("over", ""),
        }
        if initial["year"].isascii() and initial["year"].isdigit() and len(initial["year"]) == 4:
            aim = goals.goal_of(self.region, int(initial["year"]), initial["indicator"])
            initial |= {"source": aim.source, "seen": str(aim)}
            if aim.chain:
                parts = "; ".join(map(number, aim.chain.percents))
                initial |= {"volume": aim.chain.volume, "percents": parts}
            else:
                initial |= {"low": aim.low, "high": aim.high}
        return initial

    def do(self, form: Any) -> str:
        answer = form.cleaned_data
        act, where = (
            act_of(self.request, answer["why"]),
            (
                self.region,
                answer["year"],
                answer["indicator"],
            ),
        )
        goals.set_goal(*where, form.aim, act, seen=answer["seen"])
        return _("Saved.")

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        # Saving once more then knows of what is there now.
        answer = form.cleaned_data
        change_answers(
            form, seen=str(goals.goal_of(self.region, answer["year"], answer["indicator"]))
        )
        return super().refuse(form, refused)


# --- in words -------------------------------------------------------------------------------------


def told_of(row: Any) -> str:
    """What was done to a goal: `Workplaces 2028: 80–100`."""
    about = f"{FIGURES[row.indicator].title} {row.year}"
    if row.history_type == "-":
        return _("%(goal)s: withdrawn, it was %(aim)s") % {
            "goal": about,
            "aim": Aim.of(row).words(row.indicator),
        }
    return f"{about}: {Aim.of(row).words(row.indicator)}"
