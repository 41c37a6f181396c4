"""The description is true: each answer is as it says, and it keeps to the rules of the government.

Of the rules: https://logius-standaarden.github.io/API-Design-Rules/ what its linter looks at.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from contracts.models import Contract
from sroi.access import Role
from sroi.api import VERSION
from sroi.api.description import description
from tests import factories as make
from tests.sroi.api.reading import let_read, reader, with_token
from tests.tools.json_schema import is_valid
from tests.whole.test_access import World

pytestmark = pytest.mark.django_db
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@pytest.fixture
def said() -> Any:
    return Client().get("/api/v1/openapi.json").json()


def operations(said: Any) -> Iterator[tuple[str, Any]]:
    for path, item in said["paths"].items():
        assert set(item) == {"get"}
        yield path, item["get"]


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("api/v1/"):
            yield "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.removeprefix("api/v1/"))


# --- true -----------------------------------------------------------------------------------------


def test_it_names_every_address_and_no_other(said: Any) -> None:
    assert set(said["paths"]) == set(routes(get_resolver().url_patterns))


def check(said: Any, path: str, answer: Any) -> None:
    """That an answer is one of those that are described."""
    asked = next(
        item
        for route, item in operations(said)
        if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", route), path)
    )
    described = asked["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = said["components"]["responses"][described["$ref"].rpartition("/")[2]]
    media = answer["Content-Type"].partition(";")[0]
    assert is_valid(answer.json(), described["content"][media]["schema"], said), (
        path,
        answer.json(),
    )
    for header in described["headers"]:
        assert header in answer, (path, header)


def ask(said: Any, client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    check(said, path.partition("?")[0], answer)
    return answer


def test_each_answer_is_as_it_says(said: Any, world: World) -> None:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        region = Contract.objects.get(pk=world.own["contract"]["pk"]).region
        client = reader(region, by=world.users[Role.REGION_ADMIN])
        answered = {
            path: ask(said, client, path).status_code
            for path in (
                *("/contracts", "/contracts?size=1", "/contract-progress", "/obligation-lines"),
                *("/fulfilment-lines", "/figures", "/figures/2024", "/figures/2024?client=GM0402"),
                *("/reports", "/openapi.json"),
            )
        }
        assert set(answered.values()) == {200}
        assert ask(said, client, "/contracts?size=x").status_code == 400
        assert ask(said, client, "/reports/2024").status_code == 404
        assert ask(said, Client(), "/contracts").status_code == 401
        assert (
            ask(
                said, with_token(let_read(region, ["reports"], "Excel").token), "/figures"
            ).status_code
            == 403
        )


def test_a_schema_that_says_something_else_is_seen(said: Any, region: Any, linde: Any) -> None:
    """The test itself: with another type for one field it fails."""
    make.make_contract(region, linde)
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        answer = reader(region).get("/api/v1/contracts")
    check(said, "/contracts", answer)
    said["components"]["schemas"]["Contract"]["properties"]["value"]["type"] = "number"
    with pytest.raises(AssertionError):
        check(said, "/contracts", answer)


def test_every_reference_leads_somewhere(said: Any) -> None:
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(said)):
        found = said
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_no_field_tells_of_a_person(said: Any) -> None:
    named = {
        name
        for schema in said["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }
    assert not named & {
        *("candidate_ref", "age_at_start", "age", "target_group", "block", "fulfilment", "hours"),
        *("description", "adviser", "adviser_email", "facts", "entitled_until", "reason", "by"),
    }
    lines = said["components"]["schemas"]["FulfilmentLine"]["properties"]
    assert {"amount", "category", "month", "booked"} < set(lines)
    assert "fte" not in lines


# --- the rules of the government ------------------------------------------------------------------


def test_it_is_openapi_three_with_a_version_and_somebody_to_ask(said: Any) -> None:
    assert said["openapi"] == "3.1.0"
    assert SEMVER.fullmatch(said["info"]["version"])
    assert set(said["info"]["contact"]) == {"name", "url", "email"}
    assert all(said["info"]["contact"].values())
    assert said["info"]["title"]
    assert said["info"]["description"]


def test_its_server_is_this_site_with_the_version_in_the_address(said: Any, settings: Any) -> None:
    settings.SITE_URL = "https://register.example.org"
    (server,) = description()["servers"]
    assert server == {"url": f"https://register.example.org/api/v{VERSION[0]}"}


def test_addresses_are_kebab_case_without_a_slash_at_the_end(said: Any) -> None:
    for path in set(said["paths"]) - {"/openapi.json"}:
        assert re.fullmatch(r"(/([a-z0-9\-]+|\{[a-zA-Z]+\}))+", path), path


def test_what_is_asked_is_camel_case_and_described(said: Any) -> None:
    for path, asked in operations(said):
        for parameter in asked["parameters"]:
            assert re.fullmatch(r"[a-z][a-zA-Z]*", parameter["name"])
            assert parameter["description"]
            assert parameter["required"] == (parameter["in"] == "path")
        in_path = [each["name"] for each in asked["parameters"] if each["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path)


def test_each_answer_has_the_version_and_each_failure_is_a_problem(said: Any) -> None:
    shared = said["components"]["responses"]
    for path, asked in operations(said):
        for code, response in asked["responses"].items():
            described = (
                shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
            )
            assert "API-Version" in described["headers"], path
            assert described["description"]
            media = "application/json" if code == "200" else "application/problem+json"
            assert set(described["content"]) == {media}, (path, code)
    problem = said["components"]["schemas"]["Problem"]
    assert {"status", "title", "detail"} <= set(problem["required"])
    assert set(problem["properties"]) <= {"status", "title", "detail", "type", "instance"}


def test_names_are_unique_and_schemas_upper_camel_case(said: Any) -> None:
    names = [asked["operationId"] for _path, asked in operations(said)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in said["components"]["schemas"])


def test_what_needs_a_token_says_so(said: Any) -> None:
    open_to_all = {path for path, asked in operations(said) if not asked["security"]}
    assert open_to_all == {"/openapi.json"}
    assert said["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_other_sites_may_read_the_description_and_keep_it(said: Any) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=3600"
    again = Client().get("/api/v1/openapi.json", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_in_dutch_whoever_asks(said: Any) -> None:
    english = Client()
    english.cookies["language"] = "en"
    assert english.get("/api/v1/openapi.json").json() == said
    assert said["paths"]["/contracts"]["get"]["summary"].startswith("Contracten")
