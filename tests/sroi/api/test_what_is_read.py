"""What is read is of one's own region, says nothing of a person, and is equal to the cent to what
pages and reports say.
"""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, Region
from placements.standing.kept import keep_in_step
from placements.standing.progress import with_progress
from reporting.figures.annual import figures_of
from reporting.figures.exchange import figures_as_data
from sroi.access import Role
from tests import factories as make
from tests.sroi.api.reading import read, reader, walk
from tests.whole.test_access import FOREIGN_PERSON, NUMBER, OTHER_REGION, PERSON, World

pytestmark = pytest.mark.django_db
COLLECTIONS = ("contracts", "contract-progress", "obligation-lines", "fulfilment-lines")
ALL = (*COLLECTIONS, "figures", "figures/2024", "figures/2024?client=GM0402", "reports")


@pytest.fixture
def client(world: World) -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        keep_in_step()
        region = Contract.objects.get(pk=world.own["contract"]["pk"]).region
        yield reader(region, by=world.users[Role.REGION_ADMIN])


def region_of(world: World) -> Region:
    return Contract.objects.get(pk=world.own["contract"]["pk"]).region


def test_nothing_is_read_of_another_region_or_of_a_person(client: Client, world: World) -> None:
    seen = json.dumps([read(client, path) for path in ALL], ensure_ascii=False)
    # Contracts of every contractor of the region, with what is public of them.
    assert "Wegen" in seen
    for sentinel in (OTHER_REGION, PERSON, FOREIGN_PERSON, NUMBER, "STEEKPROEF", "PW_GT2Y"):
        assert sentinel not in seen, sentinel
    adviser = world.users[Role.ADVISER]
    assert adviser.email not in seen
    assert str(adviser) not in seen


def test_the_other_region_reads_its_own(world: World) -> None:
    there = Contract.objects.get(pk=world.foreign["contract"]["pk"])
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        client = reader(there.region)
        for path in COLLECTIONS:
            found = walk(client, path)
            assert {row["contract"] if "contract" in row else row["id"] for row in found} <= set(
                Contract.objects.filter(region=there.region).values_list("pk", flat=True)
            )
            assert found
        assert "Hilversum" not in json.dumps(
            [row for row in walk(client, "contracts") if row["contractor_name"] == "De Linde"]
        )


def test_contracts_are_as_they_are_stored(client: Client, world: World) -> None:
    for row in walk(client, "contracts"):
        contract = Contract.objects.get(pk=row["id"])
        assert (row["reference"], row["value"]) == (contract.reference, f"{contract.value:.2f}")
        assert Decimal(row["rate"]) == contract.rate
        assert sum(Decimal(share["percent"]) for share in row["shares"]) == 100


def test_how_contracts_stand_is_what_their_lines_say(client: Client, world: World) -> None:
    rows = walk(client, "contract-progress")
    contracts = Contract.objects.filter(region=region_of(world)).select_related("policy")
    said = with_progress(contracts, make.TODAY)
    assert {row["contract"] for row in rows} == set(said)
    for row in rows:
        progress = said[row["contract"]]
        names = ("obligation", "realised", "open", "planned", "pending", "expected")
        assert {name: row[name] for name in names} == {
            name: f"{getattr(progress, name):.2f}" for name in names
        }
        assert row["status"] == progress.status


def test_lines_add_up_to_how_contracts_stand(client: Client) -> None:
    """Of what has happened: a line of a month to come counts then."""
    done: dict[int, Decimal] = defaultdict(Decimal)
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for row in walk(client, "fulfilment-lines", 100):
        done[row["contract"]] += Decimal(row["amount"])
    for row in walk(client, "obligation-lines", 100):
        owed[row["contract"]] += Decimal(row["obligation_delta"])
    for row in walk(client, "contract-progress", 100):
        assert done[row["contract"]] == Decimal(row["realised"])
        assert owed[row["contract"]] == Decimal(row["obligation"])
    assert any(done.values())


def test_lines_add_up_to_the_figures(client: Client) -> None:
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for row in walk(client, "fulfilment-lines", 100):
        if row["booked"].startswith("2024-"):
            booked[row["category"]] += Decimal(row["amount"])
    figures = read(client, "figures/2024")
    assert {
        name: Decimal(amount) for name, amount in figures["by_category"].items() if amount != "0.00"
    } == booked
    assert Decimal(figures["fulfilled"]) == sum(booked.values())


def test_figures_of_a_year_that_runs_are_those_of_the_register(
    client: Client, world: World
) -> None:
    figures = figures_as_data(figures_of(None, region_of(world), 2024, today=make.TODAY))
    found = read(client, "figures/2024")
    for name in ("fulfilled", "social_spend", "obligation_to_date", "realised_to_date", "open"):
        assert found[name] == figures[name], name
    assert found["by_category"] == figures["by_category"]
    assert found["by_client"] == figures["by_client"]


def test_small_numbers_are_words(client: Client) -> None:
    """As in what is published: of a municipality two workplaces are “minder dan 5”."""
    found = read(client, "figures/2024?client=GM0402")
    assert found["workplaces"] == "minder dan 5"
    assert found["by_target_group"] == {}


def test_a_report_before_it_is_final_is_not_there(client: Client) -> None:
    assert read(client, "reports") == {"items": [], "cursor": None, "next": None}
    assert client.get("/api/v1/reports/2024").status_code == 404


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_page_takes_as_many_queries_for_1_3_and_50_rows(
    region: Region, linde: Any, path: str, evidence_in_memory: None
) -> None:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        contracts = make.make_contracts(region, linde, 50)
        for contract in contracts[:25]:
            make.make_purchase(contract)
        make.make_placement(contracts[0])
        make.make_placement(contracts[1])
        make.make_placement(contracts[2])
        keep_in_step()
        client = reader(region)
        asked = {}
        for size in (1, 3, 50):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                rows = read(client, f"{path}?size={size}")["items"]
            assert len(rows) == size
            asked[size] = len(queries)
    assert asked[1] == asked[3] == asked[50] <= 6
