"""The region: this year's figures beside the goals and last year, and how the contracts stand."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contracts.models import Contract, Region
from placements.models import FulfilmentLine, FulfilmentVersion
from reporting.figures.annual import figures_of
from reporting.figures.facts import AnnualFigures, GoalResult
from reporting.models import Goal, Indicator
from sroi.access import STAFF, visible
from sroi.pages.contract import pictures
from sroi.pages.work.start import standings, totals_by_status
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
    # Staff of a region see all that is booked in it.
    figures = figures_of(None, region, today.year, today=today)
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
            "towns_chart": pictures.by_client(figures),
            "status_chart": pictures.by_status([(total.status, total.number) for total in totals]),
            "queue_chart": pictures.queue_by_age(pictures.submitted_days(versions), today),
            "growth_charts": pictures.growth_paths(figures, goals),
        },
    )


# The five that a council asks for, by the name that opens their lines: label, and how the value is written.
HEADLINES: dict[str, tuple[Any, Callable[[Any], str]]] = {
    Indicator.WORKPLACES: (_("Workplaces"), number),
    Indicator.FULFILLED: (_("Fulfilled"), euro),
    Indicator.CONTRACT_VALUE_REGISTERED: (_("Contract value with social return"), euro),
    "average_rate": (_("Average rate"), percent),
    Indicator.SOCIAL_SPEND: (_("Value of social purchases and activities"), euro),
}


def headlines(figures: AnnualFigures) -> list[dict[str, Any]]:
    """Each with its goal and last year."""
    last = figures.year_before
    return [
        {
            "figure": str(figure),
            "label": label,
            "value": words(getattr(figures, figure)),
            "goal": limits(figures.goal.get(figure), words),
            "last_year": "" if last is None or getattr(last, figure) is None else words(getattr(last, figure)),
        }
        for figure, (label, words) in HEADLINES.items()
    ]


def limits(goal: GoalResult | None, words: Callable[[Any], str]) -> str:
    return "–".join(words(limit) for limit in (goal.low, goal.high) if limit is not None) if goal else ""
