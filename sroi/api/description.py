"""All that can be read, described as OpenAPI 3.1: made from the addresses and what stands there,
so that it names what is read and nothing else.
"""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from django.utils.translation import gettext as _

from sroi.api import ROOT, VERSION
from sroi.api.fields import Schema
from sroi.api.problems import CONTENT_TYPE, SCHEMA
from sroi.api.resources import JSON, Parameter, Resource

LANGUAGE = "nl"
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
NUMBERS = {"int": {"type": "integer"}}
HEADERS = {"API-Version": {"$ref": "#/components/headers/API-Version"}}
# Of what is read with a token; what everyone may have cannot be refused.
REFUSED = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.TOO_MANY_REQUESTS,
)
FOR_EVERYONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_ACCEPTABLE)


def description() -> dict[str, Any]:
    return _made(settings.SITE_URL)


@cache
def _made(site: str) -> dict[str, Any]:
    with translation.override(LANGUAGE):
        found = sorted(resources(get_resolver().url_patterns))
        schemas = {"Problem": SCHEMA}
        for _route, resource in found:
            schemas |= resource.definitions()
        return {
            "openapi": "3.1.0",
            "info": {
                "title": _("Social return: what other programs may read"),
                "version": VERSION,
                "description": _(
                    "Figures, contracts, how they stand, ledger lines and reports of one region."
                    " Nothing about a person."
                ),
                "contact": {
                    "name": settings.API_CONTACT["name"] or "Social return",
                    "url": site,
                    "email": settings.API_CONTACT["email"],
                },
                "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            },
            "servers": [{"url": f"{site}/{ROOT}".rstrip("/")}],
            "security": [{"token": []}],
            "tags": [
                {"name": scope} for scope in sorted({each.scope for _r, each in found} - {""})
            ],
            "paths": {path_of(route): {"get": _read(route, each)} for route, each in found},
            "components": {
                "schemas": schemas,
                "headers": {
                    "API-Version": {
                        "description": _("The version of this description."),
                        "required": True,
                        "schema": {"type": "string"},
                    }
                },
                "responses": {
                    status.name.title().replace("_", ""): _problem(status) for status in REFUSED
                },
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": _("A region admin makes a token, under “Programs”."),
                    }
                },
            },
        }


def resources(patterns: list[Any], before: str = "") -> Iterator[tuple[str, type[Resource]]]:
    """Each address below the root, with what is read there."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from resources(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith(ROOT):
            found = getattr(pattern.callback, "view_class", None)
            if found and issubclass(found, Resource):
                yield route, found


def path_of(route: str) -> str:
    return "/" + PART.sub(r"{\2}", route.removeprefix(ROOT))


def _read(route: str, resource: type[Resource]) -> dict[str, Any]:
    words = re.findall(r"\w+", PART.sub(r"\2", route.removeprefix(ROOT)))
    refused = REFUSED if resource.scope else FOR_EVERYONE
    in_path = [
        _parameter(
            Parameter(name, _("As a list says it."), NUMBERS.get(kind, {"type": "string"})), "path"
        )
        for kind, name in PART.findall(route)
    ]
    return {
        "operationId": "get" + "".join(map(str.title, words)),
        "summary": str(resource.summary),
        "tags": [resource.scope] if resource.scope else [],
        "security": [{"token": []}] if resource.scope else [],
        "parameters": [*in_path, *(_parameter(each, "query") for each in resource.parameters)],
        "responses": {
            "200": {
                "description": str(resource.summary),
                "headers": HEADERS,
                "content": {JSON: {"schema": resource.schema()}},
            },
            **{
                str(status.value): {
                    "$ref": f"#/components/responses/{status.name.title().replace('_', '')}"
                }
                for status in refused
            },
        },
    }


def _parameter(parameter: Parameter, where: str) -> Schema:
    return {
        "name": parameter.name,
        "in": where,
        "required": where == "path",
        "description": str(parameter.what),
        "schema": parameter.schema,
    }


def _problem(status: HTTPStatus) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": status.phrase,
        "headers": HEADERS,
        "content": {CONTENT_TYPE: {"schema": schema}},
    }
