"""The region: the figures of a year beside the goals and the year before, of all clients or of one,
and how the contracts stand.

A year that runs is held beside the same whole months of the year before, a year that is over beside
the whole of that.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts.models import Contract, Municipality, Region
from contracts.valuation_tables.units import MONTHS_OF_YEAR
from placements.models import FulfilmentLine, FulfilmentVersion
from reporting.figures.annual import figures_asked, headlines_of
from reporting.figures.catalogue import LARGE
from reporting.figures.facts import AnnualFigures, Headlines
from reporting.figures.totals import done_by_month
from reporting.models import Goal
from sroi.access import May, visible
from sroi.database.together import answered, in_order, rows_of, side_by_side
from sroi.pages.contract import pictures
from sroi.pages.work.start import StatusTotal, totals_of
from sroi.periods import DAY, Period, add_months, days_in_month, month_of, year_start
from sroi.templatetags.formats import NOTHING
from sroi.views import Request

# As far back as one can choose; older years have their report.
YEARS_AT_HAND = 5


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
    towns = visible(Municipality, access).filter(region=region).order_by("name", "pk")
    form = WhatForm(request.GET or None, towns=towns, today=today)
    year, town = form.chosen
    # Staff of a region see all that is booked in it.
    lines = visible(FulfilmentLine, access).filter(contract__region=region)
    if town:
        lines = lines.filter(municipality=town)
    months = whole_months(year, today)
    beside = [headlines_of(region, period, town) for period in months]
    goals = visible(Goal, access).filter(region=region, year__gt=today.year)
    versions = visible(FulfilmentVersion, access).filter(fulfilment__region=region)
    figures, last_year, ahead, waiting, *alike = answered(
        side_by_side(
            figures_asked(None, region, year, town, today=today, with_standing=False),
            rows_of(done_by_month(lines, Period.year(year - 1))),
            in_order(goals, "year", "indicator"),
            rows_of(pictures.submitted(versions)),
            *beside,
        )
    )
    context = {
        "region": region,
        "form": form,
        "year": year,
        "town": town,
        "runs": year == today.year,
        "headlines": headlines(figures, alike, months),
        "goals_chart": pictures.goals_of_year(figures),
        "months_chart": pictures.by_month(figures, last_year, today),
        "categories_chart": pictures.by_category(figures),
        "towns_chart": None if town else pictures.by_client(figures),
    }
    if year == today.year and not town:
        totals = totals_of(visible(Contract, access).filter(region=region), today)
        context |= as_it_stands(totals, pictures.days_of(waiting), today)
        context["growth_charts"] = pictures.growth_paths(figures, ahead)
    return render(request, "pages/region.html", context)


def as_it_stands(
    totals: Sequence[StatusTotal], waiting: Sequence[date], today: date
) -> dict[str, Any]:
    """How the contracts of the region stand today, and how long what was handed in waits for a
    review.
    """
    return {
        "totals": totals,
        "awaiting_review": len(waiting),
        "status_chart": pictures.by_status([(total.status, total.number) for total in totals]),
        "queue_chart": pictures.queue_by_age(waiting, today),
    }


class WhatForm(forms.Form):
    """Which year, and of whom."""

    # As filters: that nothing has to be chosen is not said beside them.
    NEEDED_SOMETIMES = ("year", "municipality")

    year: Any = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, required=False)
    municipality: Any = forms.ChoiceField(label=gettext_lazy("Client"), required=False)

    def __init__(self, *args: Any, towns: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.this_year = today.year
        years = range(today.year, today.year - YEARS_AT_HAND, -1)
        asked: Any = self.fields
        asked["year"].choices = [(year, str(year)) for year in years]
        self.towns = {town.slug: town for town in towns}
        asked["municipality"].choices = [
            ("", _("All")),
            *((slug, town.name) for slug, town in self.towns.items()),
        ]
        self.initial.setdefault("year", today.year)

    @property
    def chosen(self) -> tuple[int, Municipality | None]:
        """This year and all clients where nothing else was."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return given.get("year") or self.this_year, self.towns.get(given.get("municipality", ""))


def whole_months(year: int, today: date) -> tuple[Period, ...]:
    """Of a year that runs the months that are over, and the same of the year before; nothing in its
    first month, nor of a year that is over.
    """
    last = month_of(today) - DAY
    if year != today.year or last.year != year:
        return ()
    same = add_months(month_of(last), -MONTHS_OF_YEAR)
    return (
        Period(year_start(year), last),
        Period(year_start(year - 1), same.replace(day=days_in_month(same))),
    )


def headlines(
    figures: AnnualFigures, alike: Sequence[Headlines], months: Sequence[Period]
) -> list[dict[str, Any]]:
    """What a council asks for, by the name that opens its lines: each with its goal and the year
    before, of as many months.
    """
    return [
        {
            "figure": figure.name,
            "label": figure.title,
            "value": figure.kind.said(figure.value(figures)),
            "goal": goal.limits if (goal := figures.goal.get(figure.name)) else "",
            "last_year": "" if alike else told(figure, figures.year_before),
            "alike": same_months(figure, alike, months),
        }
        for figure in LARGE
    ]


def told(figure: Any, of: Any) -> str:
    value = figure.value(of)
    return "" if value is None else figure.kind.said(value)


def same_months(figure: Any, alike: Sequence[Headlines], months: Sequence[Period]) -> str:
    if not alike:
        return ""
    now, then = (told(figure, each) or NOTHING for each in alike)
    words = {"month": date_format(months[0].last, "F"), "now": now, "then": then}
    return _("to the end of %(month)s %(now)s, a year before %(then)s") % words
