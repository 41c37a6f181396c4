"""The region: this year's figures beside the goals and last year, and how the contracts stand."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import Contract, Region
from placements.models import FulfilmentLine, FulfilmentVersion
from reporting.facts import AnnualFigures, GoalResult
from reporting.figures import figures_of
from reporting.models import Goal, Indicator
from sroi.access import STAFF, visible
from sroi.pages import pictures
from sroi.pages.start import standings, totals_by_status
from sroi.templatetags.formats import euro, number, percent
from sroi.views import Request


@require_safe
def my_region(request: Request) -> HttpResponse:
    """To the first of one's regions; the address of a region itself has its code."""
    regions = request.access.regions_of(*STAFF)
    region = visible(Region, request.access).filter(pk__in=regions).first()
    if region is None:
        raise Http404
    return redirect("region-detail", code=region.code)


@require_safe
def region_page(request: Request, code: str) -> HttpResponse:
    access, today = request.access, localdate()
    region = get_object_or_404(visible(Region, access), code=code)
    if not access.has(*STAFF, region_id=region.pk):
        raise Http404
    request.region_title = region.title
    figures = figures_of(access, region, today.year, today=today)
    contracts = visible(Contract, access).filter(region=region).select_related("policy", "contractor")
    lines = visible(FulfilmentLine, access).filter(contract__region=region)
    versions = visible(FulfilmentVersion, access).filter(fulfilment__region=region)
    totals = totals_by_status(standings(contracts, today))
    goals = list(visible(Goal, access).filter(region=region, year__gt=today.year))
    return render(
        request,
        "pages/region.html",
        {
            "region": region,
            "year": today.year,
            "headlines": headlines(figures),
            "totals": totals,
            "awaiting_review": figures.quality.awaiting_review,
            "goals_chart": pictures.goals_of_year(figures),
            "months_chart": pictures.by_month(figures, lines, today),
            "categories_chart": pictures.by_category(figures),
            "towns_chart": pictures.by_municipality(figures),
            "status_chart": pictures.by_status([(total.status, total.number) for total in totals]),
            "queue_chart": pictures.queue_by_age(pictures.submitted_days(versions), today),
            "growth_charts": pictures.growth_paths(figures, goals),
        },
    )


def headlines(figures: AnnualFigures) -> list[dict[str, Any]]:
    """Label, value, goal and last year of the five figures that a council asks for."""
    last, goal = figures.year_before, figures.goal
    last_rate = last.average_rate if last else None
    return [
        _headline(
            _("Workplaces"), figures.workplaces, number, goal.get(Indicator.WORKPLACES), last and last.workplaces
        ),
        _headline(_("Fulfilled"), figures.fulfilled, euro, goal.get(Indicator.FULFILLED), last and last.fulfilled),
        _headline(
            _("Contract value with social return"),
            figures.contract_value_registered,
            euro,
            goal.get(Indicator.CONTRACT_VALUE_REGISTERED),
            last and last.contract_value_registered,
        ),
        _headline(_("Average rate"), figures.average_rate, percent, None, last_rate),
        _headline(
            _("Value of social purchases and activities"),
            figures.social_spend,
            euro,
            goal.get(Indicator.SOCIAL_SPEND),
            last and last.social_spend,
        ),
    ]


def _headline(label: str, value: Any, words: Any, goal: GoalResult | None, last_year: Any) -> dict[str, Any]:
    limits = [limit for limit in (goal.low, goal.high) if limit is not None] if goal else []
    return {
        "label": label,
        "value": words(value),
        "goal": "–".join(words(limit) for limit in limits),
        "last_year": "" if last_year is None else words(last_year),
    }
