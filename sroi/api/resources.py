"""What can be read: one thing or a collection, each with who may, what is asked, and what it says.

The shell around them is the same: JSON only, each failure a problem, the version with each answer.
Who asks is for who builds on it (`contracts.programs.views.reading`).
Source: https://logius-standaarden.github.io/API-Design-Rules/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from sroi.api import VERSION
from sroi.api.fields import Field, Schema, schema_of, written
from sroi.api.paging import Unreadable, page_of, size_of
from sroi.api.problems import Problem

JSON = "application/json"
METHODS = ("get", "head", "options")


@dataclass(frozen=True)
class Parameter:
    """Of an address: what can be asked, and what that means."""

    name: str
    what: Any
    schema: Schema


CURSOR = Parameter(
    "cursor",
    gettext_lazy("Where the page begins: as the page before says it. Without: the beginning."),
    {"type": "string"},
)
SIZE = Parameter("size", gettext_lazy("How many rows at most."), {"type": "integer", "minimum": 1})


def not_there() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, _("There is nothing at this address."))


def as_json(content: Any, headers: Mapping[str, str] | None = None) -> JsonResponse:
    return JsonResponse(
        content,
        headers={"API-Version": VERSION, **(headers or {})},
        json_dumps_params={"ensure_ascii": False},
    )


@method_decorator(login_not_required, name="dispatch")
class Resource(View):
    """A session counts for nothing here: who asks shows a token, or what everyone may have."""

    http_method_names: Sequence[str] = METHODS
    # What it is called in the description, in one word; what it is, in a sentence.
    name: ClassVar[str] = ""
    summary: ClassVar[Any] = ""
    # What a token must be for; empty: it is for everyone.
    scope: ClassVar[str] = ""
    parameters: ClassVar[Sequence[Parameter]] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = self.answered(request, *args, **kwargs)
        except Problem as problem:
            response = problem.answer()
        self.note(request, response)
        return response

    def admit(self, request: Any) -> None:
        """Who asks sees this; for others a problem."""

    def note(self, request: Any, response: HttpResponseBase) -> None:
        """That it was asked, and how it was answered."""

    def answered(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Or a problem."""
        if request.method.lower() not in METHODS:
            allowed = ", ".join(METHODS).upper()
            told = _("Here one can only read: %(methods)s.") % {"methods": allowed}
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, told, {"Allow": allowed})
        if settings.HTTPS and not request.is_secure():
            told = _("Only https is answered here. Make another token: this one could be read.")
            raise Problem(HTTPStatus.FORBIDDEN, told)
        if not request.accepts(JSON):
            raise Problem(HTTPStatus.NOT_ACCEPTABLE, _("Every answer here is JSON."))
        if request.method != "OPTIONS":
            self.admit(request)
        self.refuse_unknown(request)
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            raise not_there() from None
        except Unreadable as fault:
            raise Problem(HTTPStatus.BAD_REQUEST, fault) from None

    def refuse_unknown(self, request: HttpRequest) -> None:
        """A slip of the pen is told, where it would else be answered as if it were not there."""
        known = [parameter.name for parameter in self.parameters]
        if unknown := sorted(set(request.GET) - set(known)):
            told = _("Unknown: %(unknown)s. Here can be asked: %(known)s.") % {
                "unknown": ", ".join(unknown),
                "known": ", ".join(known) or _("nothing"),
            }
            raise Problem(HTTPStatus.BAD_REQUEST, told)

    @classmethod
    def schema(cls) -> Schema:
        """Of what it answers."""
        raise NotImplementedError

    @classmethod
    def definitions(cls) -> dict[str, Schema]:
        """What its schema refers to, by name."""
        return {}


class Collection(Resource):
    """Rows in pages, in the order in which they came."""

    parameters: ClassVar[Sequence[Parameter]] = (CURSOR, SIZE)
    fields: ClassVar[Sequence[Field]]

    def rows(self, request: Any) -> QuerySet[Any]:
        raise NotImplementedError

    def prepare(self, rows: list[Any]) -> None:
        """Add to the rows of this page what only they need."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        page = page_of(
            self.rows(request), request.GET.get("cursor", ""), size_of(request.GET.get("size", ""))
        )
        self.prepare(page.rows)
        content: dict[str, Any] = {
            "items": [written(self.fields, row) for row in page.rows],
            "cursor": page.cursor or None,
            "next": None,
        }
        if not page.has_next:
            return as_json(content)
        asked = request.GET.copy()
        asked["cursor"] = page.cursor
        content["next"] = request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")
        return as_json(content, {"Link": f'<{content["next"]}>; rel="next"'})

    @classmethod
    def schema(cls) -> Schema:
        item = {"$ref": f"#/components/schemas/{cls.name}"}
        return {
            "type": "object",
            "required": ["items", "cursor", "next"],
            "properties": {
                "items": {"type": "array", "items": item},
                "cursor": {
                    "type": ["string", "null"],
                    "description": _("Where what comes later begins; null: there is nothing yet."),
                },
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": _("The next page; null: this is the last."),
                },
            },
            "additionalProperties": False,
        }

    @classmethod
    def definitions(cls) -> dict[str, Schema]:
        return {cls.name: schema_of(cls.fields)}
