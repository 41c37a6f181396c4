"""The page behind a figure: its lines, who reviewed them and when, and their sum."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from reporting.figures.catalogue import FIGURES
from reporting.figures.words import category, policy_field, sector
from reporting.notice import editions
from reporting.notice.editions import Addressed
from reporting.opening.tracing import NARROWED, may_trace, posted_by, trace
from sroi.access import Access
from sroi.fields import FIRST_DAY, LAST_DAY
from sroi.periods import PARTS_OF_YEAR, Period
from sroi.templatetags.formats import Links
from sroi.views import Request

PER_PAGE = 100


def links_for(access: Access, edition: Addressed) -> Links:
    """Where this person opens a figure of the edition, by its name and what narrows it."""

    def link(figure: str) -> str:
        name, _sign, query = figure.partition("?")
        gone = edition.is_final and name in FIGURES and FIGURES[name].moves_on
        if gone or not may_trace(access, edition.region, edition.municipality, name):
            return ""
        return address(edition, name, dict(parse_qsl(query, keep_blank_values=True)))

    return link


def address(edition: Addressed, figure: str, query: dict[str, str]) -> str:
    """Where the lines of a figure are; of a final report as of the posting that closed it."""
    year = query.pop("year", "") or edition.year
    kwargs: dict[str, Any] = {"region": edition.region.code, "year": int(year), "figure": figure}
    name = "report-figure"
    if edition.municipality:
        name, kwargs["municipality"] = "report-municipality-figure", edition.municipality.slug
    if edition.is_final:
        query["as_of"] = str(edition.posting)
    return reverse(name, kwargs=kwargs) + (f"?{urlencode(query)}" if query else "")


class FigureLines(View):
    def get(
        self, request: Request, region: str, year: int, figure: str, municipality: str | None = None
    ) -> HttpResponse:
        place = editions.place(request.access, region, year, municipality)
        if place is None or not may_trace(request.access, place.region, place.municipality, figure):
            raise Http404
        as_of, part = self.as_of(place), request.GET.get("part", "jaar")
        if part not in PARTS_OF_YEAR:
            raise Http404
        narrowed = {name: request.GET[name] for name in NARROWED if name in request.GET}
        period = Period.part(year, part)
        where, today = (place.region, period, figure, place.municipality), timezone.localdate()
        found = trace(request.access, *where, as_of=as_of, narrowed=narrowed, today=today)
        page = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "place": place,
            "trace": found,
            "period": None if part == "jaar" else period,
            "page": page,
            "as_of": None if found.figure.is_of_today else as_of,
            "day": self.day,
            "kept": [
                (name, request.GET[name]) for name in ("part", *NARROWED) if name in request.GET
            ],
            "narrowed": [self.word(name, value) for name, value in narrowed.items()],
            "back": self.back(place),
        }
        return render(request, "reporting/figure_lines.html", context)

    def as_of(self, place: editions.Place) -> int | None:
        """The posting asked for, by its number or by a day; of a final report otherwise the one
        that closed it.
        """
        asked = self.request.GET.get("as_of", "")
        if asked.isascii() and asked.isdigit() and len(asked) <= 15:
            return int(asked)
        if self.day:
            return posted_by(place.region, self.day)
        return place.report.last_posting if place.report else None

    @property
    def day(self) -> date | None:
        """The day whose end was asked for; what is no day asks for nothing."""
        try:
            day = date.fromisoformat(self.request.GET.get("op", ""))
        except ValueError:
            return None
        return day if FIRST_DAY <= day <= LAST_DAY else None

    def word(self, name: str, value: str) -> str:
        words: dict[str, Callable[[str], str]] = {
            "category": category,
            "policy_field": policy_field,
            "sector": sector,
        }
        return words.get(name, str)(value)

    def back(self, place: editions.Place) -> str:
        kwargs: dict[str, Any] = {"region": place.region.code, "year": place.year}
        if place.municipality:
            return reverse(
                "report-municipality", kwargs=kwargs | {"municipality": place.municipality.slug}
            )
        return reverse("report-detail", kwargs=kwargs)
