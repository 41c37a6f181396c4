"""The region: this year's figures beside the goals and last year, and how the contracts stand."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from contracts.models import Contract, Region
from placements.models import FulfilmentLine, FulfilmentVersion
from reporting.figures.annual import figures_asked
from reporting.figures.catalogue import LARGE
from reporting.figures.facts import AnnualFigures
from reporting.figures.totals import done_by_month
from reporting.models import Goal
from sroi.access import May, visible
from sroi.database.together import answered, in_order, rows_of, side_by_side
from sroi.pages.contract import pictures
from sroi.pages.work.start import totals_of
from sroi.periods import Period
from sroi.views import Request


@require_safe
def my_region(request: Request) -> HttpResponse:
    """To the first of one's regions; the address of a region itself has its code."""
    regions = request.access.regions_where(May.SEE_REGION)
    region = visible(Region, request.access).filter(pk__in=regions).first()
    if region is None:
        raise Http404
    return redirect("region-detail", code=region.code)


@require_safe
def region_page(request: Request, code: str) -> HttpResponse:
    access, today = request.access, localdate()
    region = get_object_or_404(visible(Region, access), code=code)
    if not access.may(May.SEE_REGION, region_id=region.pk):
        raise Http404
    request.region_title = region.title
    # Staff of a region see all that is booked in it.
    contracts = visible(Contract, access).filter(region=region)
    lines = visible(FulfilmentLine, access).filter(contract__region=region)
    versions = visible(FulfilmentVersion, access).filter(fulfilment__region=region)
    totals = totals_of(contracts, today)
    goals = visible(Goal, access).filter(region=region, year__gt=today.year)
    figures, ahead, last_year, waiting = answered(
        side_by_side(
            figures_asked(None, region, today.year, today=today, with_standing=False),
            in_order(goals, "year", "indicator"),
            rows_of(done_by_month(lines, Period.year(today.year - 1))),
            rows_of(pictures.submitted(versions)),
        )
    )
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
            "months_chart": pictures.by_month(figures, last_year, today),
            "categories_chart": pictures.by_category(figures),
            "towns_chart": pictures.by_client(figures),
            "status_chart": pictures.by_status([(total.status, total.number) for total in totals]),
            "queue_chart": pictures.queue_by_age(pictures.days_of(waiting), today),
            "growth_charts": pictures.growth_paths(figures, ahead),
        },
    )


def headlines(figures: AnnualFigures) -> list[dict[str, Any]]:
    """What a council asks for, by the name that opens its lines: each with its goal and last
    year.
    """
    last = figures.year_before
    return [
        {
            "figure": figure.name,
            "label": figure.title,
            "value": figure.kind.written(figure.value(figures)),
            "goal": goal.limits if (goal := figures.goal.get(figure.name)) else "",
            "last_year": "" if (then := figure.value(last)) is None else figure.kind.written(then),
        }
        for figure in LARGE
    ]
