"""Pictures of a contract and of the region. They draw what `placements.standing.progress` and
`reporting` found out.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import QuerySet
from django.utils.dateformat import format as date_text
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Category, Contract
from placements.models import FulfilmentVersion
from placements.standing.known import waiting
from placements.standing.progress import Done, Progress, Status, course
from reporting.figures import totals
from reporting.figures.catalogue import FULFILLED, INDICATORS
from reporting.figures.facts import AnnualFigures
from reporting.models import Goal
from sroi.charts.bars import goal_bars, horizontal_bars, split_bar
from sroi.charts.facts import Bar, Chart, GoalStep, Line, Result
from sroi.charts.years import growth_path, lines_by_month
from sroi.periods import Period
from sroi.templatetags.formats import number, whole_euro

# How many days a submitted fulfilment waits: up to a week, up to two weeks (the usual term of a
# review), …
WAITING_DAYS = (7, 14, 30)
REACHED_YEARS = 3


# --- a contract -----------------------------------------------------------------------------------


def contract_course(
    contract: Contract, progress: Progress, done: Done, today: date
) -> Chart | None:
    """What was fulfilled month by month beside the plan, or the schedule where there is no plan;
    None where nothing is owed or it has yet to begin.
    """
    if progress.obligation <= 0 or progress.status == Status.DRAFT or today < contract.start_date:
        return None
    points = course(contract, progress, done, today)
    now = max((i for i, point in enumerate(points) if point.realised is not None), default=0)
    return lines_by_month(
        f"course-{contract.pk}",
        (
            _("Fulfilled beside the schedule")
            if progress.plan is None
            else _("Fulfilled beside the plan")
        ),
        [date_text(point.month, "b Y") for point in points],
        [
            Line(_("fulfilled so far"), [point.realised for point in points]),
            Line(
                _("schedule") if progress.plan is None else _("plan"),
                [point.expected for point in points],
            ),
        ],
        now=(now, _("today")) if now < len(points) - 1 else None,
        column=_("End of month"),
        format=whole_euro,
    )


# --- the region -----------------------------------------------------------------------------------


def goals_of_year(figures: AnnualFigures) -> Chart | None:
    """The results of the year with a mark where the goal is; None where no goal was set."""
    results = [
        Result(goal.figure.title, goal.result, goal.low, goal.high, goal.figure.kind.said)
        for goal in figures.goal.values()
    ]
    if not results:
        return None
    return goal_bars(
        "goals", _("Result beside goal"), results, columns=(_("Indicator"), _("Result"), _("goal"))
    )


def by_month(figures: AnnualFigures, before: Iterable[totals.Summed], today: date) -> Chart:
    """Value fulfilled, added up month by month: this year, last year (from `done_by_month`), and
    the goal across.
    """
    year = figures.period.first.year
    last_year = totals.by_month(before, Period.year(year - 1))
    goal = figures.goal.get(FULFILLED.name)
    months = list(figures.by_month)
    sums = accumulate(figures.by_month.values())
    this_year = [
        total if month <= today else None for month, total in zip(months, sums, strict=True)
    ]
    return lines_by_month(
        "months",
        _("Fulfilled in the year so far"),
        [date_text(month, "b") for month in months],
        [Line(str(year), this_year), Line(str(year - 1), list(accumulate(last_year.values())))],
        goal=Bar(_("goal"), goal.low) if goal else None,
        column=_("Month"),
        format=FULFILLED.kind.short,
    )


def by_category(figures: AnnualFigures) -> Chart:
    parts = [Bar(str(Category(code).label), value) for code, value in figures.by_category.items()]
    columns = (_("Category"), _("Fulfilled"), _("Share"))
    return split_bar(
        "categories", _("Fulfilled per category"), parts, columns=columns, format=whole_euro
    )


def by_client(figures: AnnualFigures) -> Chart:
    bars = [Bar(part.name, part.fulfilled) for part in figures.clients]
    columns = (_("Client"), _("Fulfilled"))
    return horizontal_bars(
        "towns", _("Fulfilled per client"), bars, columns=columns, format=whole_euro
    )


def by_status(numbers: Iterable[tuple[Status, int]]) -> Chart:
    bars = [Bar(str(status.label), Decimal(count)) for status, count in numbers]
    columns = (_("Status"), _("Contracts"))
    return horizontal_bars(
        "statuses", _("Contracts by status"), bars, columns=columns, format=number
    )


def queue_by_age(submitted: Iterable[date], today: date) -> Chart:
    """How long what was submitted on these days has been waiting."""
    ages = [(today - day).days for day in submitted]
    limits = (-1, *WAITING_DAYS)
    bars = [
        Bar(
            _("%(first)s to %(last)s days") % {"first": low + 1, "last": high},
            _count(ages, low, high),
        )
        for low, high in zip(limits, WAITING_DAYS, strict=False)
    ]
    longest = WAITING_DAYS[-1]
    more = ngettext("more than %(days)s day", "more than %(days)s days", longest) % {
        "days": longest
    }
    bars.append(Bar(more, _count(ages, longest, max([longest, *ages]))))
    columns = (_("Waiting"), _("Fulfilments"))
    return horizontal_bars(
        "queue", _("How long fulfilments wait"), bars, columns=columns, format=number
    )


def _count(ages: Sequence[int], low: int, high: int) -> Decimal:
    return Decimal(sum(low < age <= high for age in ages))


def submitted(versions: QuerySet[FulfilmentVersion]) -> QuerySet[Any]:
    """When what waits for a review was submitted."""
    return waiting(versions).order_by().values_list("submitted_at", flat=True)


def days_of(moments: Iterable[datetime | None]) -> list[date]:
    return [localtime(moment).date() for moment in moments if moment]


def growth_paths(figures: AnnualFigures, goals: Sequence[Goal]) -> list[tuple[str, Chart]]:
    """From what was reached to what is aimed at, for each indicator with a goal in later years;
    each with its title.
    """
    year = figures.period.first.year
    found = []
    for figure in INDICATORS:
        later = [goal for goal in goals if goal.indicator == figure.name and goal.year > year]
        if not later:
            continue
        reached = [
            GoalStep(part.year, Decimal(figure.value(part)), reached=True)
            for part in figures.years[-REACHED_YEARS:]
        ]
        ahead = [GoalStep(goal.year, goal.low, goal.high) for goal in later]
        title = _("%(indicator)s: results and goals") % {"indicator": figure.title}
        columns = (_("Year"), figure.title)
        picture = growth_path(
            f"growth-{figure.name}",
            title,
            reached + ahead,
            columns=columns,
            format=figure.kind.short,
        )
        found.append((title, picture))
    return found
