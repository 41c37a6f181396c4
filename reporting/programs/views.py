"""The figures of each year, and final reports: the same that are published as open data, so without
small numbers, also before anything is published.
"""

import hashlib
from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Municipality, Reads
from contracts.programs.views.reading import Reading
from reporting.models import AnnualReport
from reporting.notice import editions
from reporting.notice.editions import Edition
from reporting.notice.files import data
from reporting.notice.files.data import FORMAT
from reporting.notice.files.schema import DEFINITIONS, figures_schema, report_schema
from sroi.access import visible
from sroi.api import VERSION
from sroi.api.fields import Field, Kind, Schema, schema_of, written
from sroi.api.problems import Problem
from sroi.api.resources import Collection, Parameter, Resource, as_json, not_there

CLIENT = Parameter(
    "client",
    gettext_lazy("Code of a municipality, such as GM0402; without: the region."),
    {"type": "string"},
)
YEAR = Field("year", Kind.NUMBER, gettext_lazy("Year"), lambda row: row.year)
STATE = Field(
    "state",
    Kind.TEXT,
    gettext_lazy("How its report stands; final figures change no more"),
    lambda row: row.state,
    choices=AnnualReport.State,
)


def in_components(schema: Any) -> Any:
    """A schema whose definitions stand in an OpenAPI description."""
    if isinstance(schema, list):
        return [in_components(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _component(part) if key == "$ref" else in_components(part)
        for key, part in schema.items()
    }


def _component(reference: str) -> str:
    return f"#/components/schemas/{_called(reference.rpartition('/')[2])}"


def _called(definition: str) -> str:
    return f"Report{definition.title()}"


class OfEdition(Reading):
    """The region's, or a municipality's."""

    parameters: ClassVar[Any] = (CLIENT,)

    def get(self, request: Any, year: int) -> HttpResponse:
        """What is frozen is not thawed for who has it."""
        edition = self.edition(request, year)
        if not edition.is_final or edition.report is None:
            return as_json(self.content(edition))
        kept = f'"{self.name}-{edition.report.fingerprint}-{FORMAT}-{edition.municipality or ""}"'
        etag = f'"{hashlib.sha256(kept.encode()).hexdigest()[:32]}"'
        if has_it := get_conditional_response(request, etag=etag):
            has_it.headers["API-Version"] = VERSION
            return has_it
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        return as_json(self.content(edition), headers)

    def edition(self, request: Any, year: int) -> Edition:
        slug = None
        # A code has none, and a database takes none.
        if code := request.GET.get("client", "").replace("\0", ""):
            found = visible(Municipality, request.access).filter(code=code).first()
            if found is None:
                told = _("There is no client with the code %(code)s here.") % {"code": code[:20]}
                raise Problem(HTTPStatus.NOT_FOUND, told)
            slug = found.slug
        edition = editions.find(request.access, request.region.code, year, slug, localdate())
        if edition is None:
            raise not_there()
        return edition

    def content(self, edition: Edition) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def of_content(cls) -> Schema:
        raise NotImplementedError

    @classmethod
    def schema(cls) -> Schema:
        return {"$ref": f"#/components/schemas/{cls.name}"}

    @classmethod
    def definitions(cls) -> dict[str, Schema]:
        theirs = {_called(name): in_components(schema) for name, schema in DEFINITIONS.items()}
        return {cls.name: in_components(cls.of_content()), **theirs}


class Years(Reading, Resource):
    name, scope = "FigureYears", Reads.FIGURES
    summary: ClassVar[Any] = gettext_lazy("The years of which there are figures, newest first")
    fields = (
        YEAR,
        STATE,
        Field(
            "clients",
            Kind.ROWS,
            gettext_lazy("The municipalities that have figures of their own"),
            lambda shelf: shelf.municipalities,
            parts=(
                Field("code", Kind.TEXT, gettext_lazy("Code"), lambda town: town.code),
                Field("name", Kind.TEXT, gettext_lazy("Name"), lambda town: town.name),
            ),
        ),
    )

    def get(self, request: Any) -> HttpResponse:
        shelves = editions.shelves(request.access, localdate())
        return as_json({"items": [written(self.fields, shelf) for shelf in shelves]})

    @classmethod
    def schema(cls) -> Schema:
        return {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": schema_of(cls.fields)}},
            "additionalProperties": False,
        }


class Figures(OfEdition):
    name, scope = "Figures", Reads.FIGURES
    summary: ClassVar[Any] = gettext_lazy("The figures of a year as they are now, or as frozen")

    def content(self, edition: Edition) -> dict[str, Any]:
        return data.published_figures(edition)

    @classmethod
    def of_content(cls) -> Schema:
        return figures_schema()


class Reports(Reading, Collection):
    name, scope = "FinalReport", Reads.REPORTS
    summary: ClassVar[Any] = gettext_lazy("Final annual reports")
    fields: ClassVar[Any] = (
        YEAR,
        Field(
            "final_at",
            Kind.MOMENT,
            gettext_lazy("When it was made final"),
            lambda report: report.finalised_at,
        ),
        Field(
            "revisions",
            Kind.NUMBER,
            gettext_lazy("How often its text was revised; figures stay the same"),
            lambda report: report.last_revision,
        ),
        Field(
            "published_at",
            Kind.MOMENT,
            gettext_lazy("Since when everyone can read it"),
            lambda report: report.published_at,
            can_be_unknown=True,
        ),
    )

    def rows(self, request: Any) -> QuerySet[Any]:
        final = visible(AnnualReport, request.access).filter(state=AnnualReport.State.FINAL)
        light = final.only("year", "finalised_at", "published_at", "region")
        return light.annotate(last_revision=Max("revisions__number"))


class Report(OfEdition):
    name, scope = "Report", Reads.REPORTS
    summary: ClassVar[Any] = gettext_lazy("A final report as open data, with its tables")

    def content(self, edition: Edition) -> dict[str, Any]:
        if not edition.is_final:
            raise not_there()
        return data.published(edition)

    @classmethod
    def of_content(cls) -> Schema:
        return report_schema()
