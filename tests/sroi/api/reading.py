"""A program that reads, for tests."""

from datetime import date
from typing import Any

from django.test import Client

from contracts.models import Reads, Region
from contracts.programs import door
from sroi.access import Access, Grant, Role
from tests import factories as make

ALL = tuple(Reads.values)
UNTIL = date(2025, 12, 31)


def let_read(
    region: Region, reads: Any = ALL, name: str = "Power BI", by: Any = None
) -> door.Given:
    by = by or make.make_user(Role.REGION_ADMIN, region)
    access = Access(by.pk, (Grant(Role.REGION_ADMIN, region.pk),))
    return door.let_read(region, name, reads, UNTIL, access, make.act(by))


def with_token(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def reader(region: Region, reads: Any = ALL, by: Any = None) -> Client:
    return with_token(let_read(region, reads, by=by).token)


def read(client: Client, path: str) -> Any:
    """What is said at an address below the root."""
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, (path, answer.content)
    return answer.json()


def walk(client: Client, path: str, size: int = 2) -> list[Any]:
    """All pages of a collection, by the addresses that the answers name."""
    found, at = [], f"/api/v1/{path}?size={size}"
    while at:
        page = client.get(at).json()
        found += page["items"]
        at = page["next"]
    return found
