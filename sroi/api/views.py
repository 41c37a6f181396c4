"""What everyone may read of it: the description; and that there is nothing else."""

import hashlib
import json
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _

from sroi.api import ROOT
from sroi.api.description import description
from sroi.api.fields import Schema
from sroi.api.problems import Problem
from sroi.api.resources import Resource, as_json, not_there
from sroi.server import views as server

MINUTES = 60


class OpenApi(Resource):
    """For programs on other sites too; it changes with a release only."""

    summary: ClassVar[Any] = _("This description.")

    def get(self, request: HttpRequest) -> HttpResponse:
        said = description()
        etag = f'"{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}"'
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": f"public, max-age={60 * MINUTES}",
            "ETag": etag,
        }
        answer = as_json(said, headers)
        return get_conditional_response(request, etag=etag, response=answer) or answer

    @classmethod
    def schema(cls) -> Schema:
        return {"type": "object"}


def server_error(request: HttpRequest) -> HttpResponse:
    """What nobody expected: in a page to people, as a problem to programs."""
    page = server.server_error(request)
    if not request.path.startswith(f"/{ROOT}"):
        return page
    told = _("Something went wrong here, and nothing is lost. Ask again later.")
    again = {name: page[name] for name in ("Retry-After",) if name in page}
    return Problem(HTTPStatus(page.status_code), told, again).answer()


@login_not_required
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    return not_there().answer()
