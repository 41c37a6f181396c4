"""What goes wrong, as RFC 9457 writes it (`application/problem+json`)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from sroi.api import VERSION

CONTENT_TYPE = "application/problem+json"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "additionalProperties": False,
}


class Problem(Exception):
    """The answer instead of what was asked; `detail` says why and what to do."""

    def __init__(
        self, status: HTTPStatus, detail: Any, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(detail))
        self.status, self.headers = status, headers or {}

    def answer(self) -> JsonResponse:
        said = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": str(self),
        }
        return JsonResponse(
            said,
            status=self.status,
            content_type=CONTENT_TYPE,
            headers={"API-Version": VERSION, **self.headers},
            json_dumps_params={"ensure_ascii": False},
        )
