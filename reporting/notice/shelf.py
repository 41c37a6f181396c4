"""What was published, for everyone: per region its years beside each other, with the figures that
were frozen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from contracts.models import Municipality, Region
from reporting.figures.catalogue import LARGE
from reporting.models import AnnualReport, FrozenEdition, Revision


@dataclass(frozen=True)
class PublishedYear:
    """A published report: its figures in the exchange format, and the municipalities that have an
    edition.
    """

    year: int
    published_at: datetime
    figures: Mapping[str, Any]
    municipalities: list[Municipality]

    @property
    def written(self) -> list[tuple[Any, str]]:
        """What is set large in the report, as it was frozen, in whole euros, each with what it is
        called; a figure that came later is not known.
        """
        return [(figure.title, figure.kind.said(self.figures.get(figure.name))) for figure in LARGE]


@dataclass(frozen=True)
class PublishedRegion:
    region: Region
    # Newest first.
    years: list[PublishedYear]


def regions() -> list[PublishedRegion]:
    """Every region that published something, with its years; without figures."""
    found: dict[int, PublishedRegion] = {}
    for report in _published().select_related("region").order_by("region__title_nl", "-year"):
        shelf = found.setdefault(report.region_id, PublishedRegion(report.region, []))
        shelf.years.append(PublishedYear(report.year, report.published_at, {}, []))
    return list(found.values())


def of_region(code: str) -> PublishedRegion | None:
    """The published years of a region with their figures; None where there are none."""
    region = Region.objects.filter(code=code).first()
    years = list(_years(region)) if region else []
    return PublishedRegion(region, years) if region and years else None


def _years(region: Region) -> Iterator[PublishedYear]:
    revisions = Revision.objects.filter(report__in=_published().filter(region=region).values("pk"))
    last = revisions.order_by().values("report").annotate(last=Max("pk")).values("last")
    editions = FrozenEdition.objects.filter(revision__in=last).select_related(
        "revision__report", "municipality"
    )
    rows = editions.defer(
        "facts", "text", "document", "revision__report__figures", "revision__report__definitions"
    )
    by_year: dict[int, list[FrozenEdition]] = {}
    for edition in rows.order_by("-revision__report__year", "municipality__name"):
        by_year.setdefault(edition.revision.report.year, []).append(edition)
    for year, found in by_year.items():
        whole = next(edition for edition in found if edition.municipality is None)
        towns = [edition.municipality for edition in found if edition.municipality]
        published_at = whole.revision.report.published_at
        assert published_at
        yield PublishedYear(year, published_at, whole.figures, towns)


def _published() -> Any:
    return AnnualReport.objects.filter(published_at__isnull=False).defer("figures", "definitions")
