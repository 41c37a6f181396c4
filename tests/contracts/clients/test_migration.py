"""Clients that were registered before there were kinds: what has no code of the CBS is no
municipality.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("contracts", "0017_events_are_an_enumeration")]
AFTER = [("contracts", "0018_clients_have_a_kind")]


def migrated(target: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def region() -> Iterator[Any]:
    """As it was before, and afterwards everything as it is now."""
    yield migrated(BEFORE).get_model("contracts", "Region").objects.create(code="oud")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def add(region: Any, **codes: int | None) -> None:
    towns = type(region).municipalities.rel.related_model.objects
    for code, inhabitants in codes.items():
        towns.create(
            region=region, code=code, name=code, slug=code.lower(), inhabitants=inhabitants
        )


def test_what_has_no_code_of_the_cbs_becomes_a_client_of_another_kind(region: Any) -> None:
    """A code that no client can have is named first, and then nothing changes. One test: going back
    and forth takes most of a minute.
    """
    add(region, GM0402=90000, gm0406=41000, WBREE=12, **{"O-Huis": None})
    with pytest.raises(ValueError, match="O-Huis"):
        migrated(AFTER)
    region.municipalities.get(code="O-Huis").delete()
    clients = migrated(AFTER).get_model("contracts", "Municipality").objects
    assert sorted(clients.values_list("code", "kind", "inhabitants")) == [
        ("GM0402", "municipality", 90000),
        ("GM0406", "municipality", 41000),
        ("WBREE", "other", None),
    ]
