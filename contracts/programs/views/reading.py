"""What is read by token: who asks, whether it may, how often; and that it read."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from contracts.models import Program
from contracts.programs import door as programs
from contracts.programs.tokens import access_of, holds, program_with
from sroi.api.problems import Problem
from sroi.api.resources import Resource

SCHEME = "bearer"


class Reading(Resource):
    """Sees what its token is for, of its own region, by the scopes that hold for people."""

    program: Program | None = None

    def admit(self, request: Any) -> None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME or not token.strip():
            raise _unknown(_("Show a token: Authorization: Bearer sroi_…"), "")
        program = self.program = program_with(token.strip())
        if program is None or not holds(program, localdate()):
            told = _("This token is unknown, stopped or expired. Ask the region admin for one.")
            raise _unknown(told, ', error="invalid_token"')
        if programs.asks_too_often(program, now()):
            most = {"most": settings.API_READS_PER_MINUTE}
            told = _("More than %(most)s questions in a minute. Wait a minute.") % most
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, told, {"Retry-After": "60"})
        if self.scope not in program.reads:
            told = _("This token is not for %(what)s.") % {"what": self.scope}
            challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
            raise Problem(HTTPStatus.FORBIDDEN, told, challenge)
        request.access = access_of(program)
        request.region = program.region

    def note(self, request: Any, response: HttpResponseBase) -> None:
        """What was asked too often is not noted: then waiting would never help."""
        if self.program and response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            programs.note_read(self.program, request.path, response.status_code, now())


def _unknown(told: str, error: str) -> Problem:
    challenge = {"WWW-Authenticate": f'Bearer realm="social return"{error}'}
    return Problem(HTTPStatus.UNAUTHORIZED, told, challenge)
