"""Clients in files: a region that lists them, contracts that name them, and the region written out
again.
"""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from contracts.clients.naming import ClientsByName
from contracts.imports.door import import_contracts
from contracts.models import ClientKind, Contract, Municipality, Region
from contracts.policy.exporting import exported
from contracts.policy.loading import FaultyFile, load_region
from sroi.exchange import Sheet
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUSING = {"code": "WBREBURG", "name": "WonenBreburg", "kind": "housing_association"}
ROW = {
    "reference": "C-1",
    "title": "Schilderwerk",
    "contractor_kvk": "12345678",
    "contractor_name": "Schilders B.V.",
    "municipalities": "WBREBURG",
    "procurement_type": "works",
    "award_date": "2024-01-10",
    "start_date": "2024-02-01",
    "end_date": "2025-01-31",
    "value": "1000000",
}


def file_of(**also: Any) -> dict[str, Any]:
    return {
        "format": "region/1",
        "code": "gooi",
        "title": {"nl": "Gooi", "en": ""},
        "municipalities": [{"code": "GM0402", "name": "Hilversum", "inhabitants": 93000}],
    } | also


@pytest.fixture
def region() -> Region:
    make.make_region()
    return load_region(file_of(clients=[HOUSING]))


def imported(region: Region, **cells: str) -> Any:
    row = ROW | cells
    return import_contracts(region, Sheet(list(row), [(2, list(row.values()))]), make.act())


def test_a_region_lists_clients_beside_its_municipalities(region: Region) -> None:
    client = Municipality.objects.get(region=region, code="WBREBURG")
    assert (client.kind, client.name, client.inhabitants) == (
        ClientKind.HOUSING_ASSOCIATION,
        "WonenBreburg",
        None,
    )
    assert {c.code for c in region.municipalities.with_council()} == {"GM0402", "GM0406"}


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Woningcorporatie", "housing_association"), ("waterschap", "water_board")],
)
def test_a_kind_is_read_as_people_write_it(region: Region, written: str, kind: str) -> None:
    load_region(file_of(clients=[{"code": "AB12", "name": "Nieuw", "kind": written}]))
    assert Municipality.objects.get(code="AB12").kind == kind


@pytest.mark.parametrize(
    "row",
    [
        {**HOUSING, "code": "GM0777"},
        {**HOUSING, "code": "A"},
        {**HOUSING, "code": "WONEN-BREBURG"},
        {**HOUSING, "code": "DERTIENTEKENS"},
        {**HOUSING, "kind": "bakker"},
        {**HOUSING, "kind": ""},
        {**HOUSING, "inhabitants": 3},
        {**HOUSING, "valid_from": "2024-01-02", "valid_until": "2024-01-01"},
        {**HOUSING, "successor": "GM0402"},
        {**HOUSING, "successor": "WBREBURG"},
        "WBREBURG",
    ],
)
def test_what_no_client_can_be_is_refused(region: Region, row: Any) -> None:
    with pytest.raises(FaultyFile):
        load_region(file_of(clients=[row]))


@pytest.mark.parametrize("code", ["WBREBURG", "GM402", "GM04020", "gm0402"])
def test_a_municipality_has_the_code_of_the_cbs(code: str) -> None:
    with pytest.raises(FaultyFile):
        load_region(file_of(municipalities=[{"code": code, "name": "Hilversum"}]))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "municipality", "code": "WBREBURG"},
        {"kind": "school", "code": "GM0777"},
        {"kind": "school", "code": "A"},
        {"kind": "school", "code": "A B"},
        {"kind": "school", "code": "AB\n"},
        {"kind": "school", "code": "AB", "inhabitants": 5},
    ],
)
def test_the_database_refuses_it_too(region: Region, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Municipality.objects.create(region=region, name="N", slug="n", **values)


def test_what_a_file_does_not_name_stays(region: Region) -> None:
    client = Municipality.objects.filter(region=region, code="WBREBURG")
    client.update(valid_until="2030-01-31")
    load_region(file_of(clients=[HOUSING]))
    assert str(client.get().valid_until) == "2030-01-31"


def test_the_same_file_again_leaves_no_trace(region: Region) -> None:
    before = Municipality.history.count()
    load_region(file_of(clients=[HOUSING]))
    assert Municipality.history.count() == before


def test_a_code_in_small_letters_is_the_same_client(region: Region) -> None:
    load_region(file_of(clients=[{**HOUSING, "code": "wbreburg", "name": "Wonen Breburg"}]))
    client = Municipality.objects.get(region=region, kind="housing_association")
    assert (client.code, client.name) == ("WBREBURG", "Wonen Breburg")


def test_who_still_has_shares_is_not_merged_by_a_file(region: Region) -> None:
    """It would pass none of them, and the site would take it for done."""
    merged = {**HOUSING, "valid_until": "2025-12-31", "successor": "WB2"}
    both = [merged, {**HOUSING, "code": "WB2", "name": "Wonen Samen"}]
    assert imported(region, end_date="2027-01-31").faults == []
    with pytest.raises(FaultyFile, match=r"WBREBURG.*aandelen"):
        load_region(file_of(clients=both))
    Contract.objects.update(state="cancelled")
    load_region(file_of(clients=both))
    assert Municipality.objects.get(code="WBREBURG").successor is not None


def test_two_of_one_name_have_an_address_each(region: Region) -> None:
    load_region(file_of(clients=[HOUSING, {**HOUSING, "code": "WB2"}]))
    slugs = dict(Municipality.objects.filter(name="WonenBreburg").values_list("code", "slug"))
    assert slugs == {"WBREBURG": "wonenbreburg", "WB2": "wonenbreburg-wb2"}


@pytest.mark.parametrize("named", ["WBREBURG", "wbreburg", "WonenBreburg", " wonenbreburg "])
def test_a_contract_names_its_client_by_code_or_name(region: Region, named: str) -> None:
    assert not imported(region, municipalities=named).faults
    assert Contract.objects.get().shares.get().municipality.code == "WBREBURG"


def test_shares_go_to_municipalities_and_others_alike(region: Region) -> None:
    assert not imported(region, municipalities="Hilversum:60;WonenBreburg:40").faults
    shares = dict(Contract.objects.get().shares.values_list("municipality__code", "percent"))
    assert shares == {"GM0402": Decimal(60), "WBREBURG": Decimal(40)}
    again = imported(region, municipalities="WBREBURG:40;GM0402:60")
    assert (again.faults, again.unchanged) == ([], [2])


@pytest.mark.parametrize("named", ["Breburg", "GM0402:50;hilversum:50"])
def test_a_name_that_is_nobodys_or_stands_twice_is_a_fault(region: Region, named: str) -> None:
    fault, *_more = imported(region, municipalities=named).faults
    assert (fault.row, fault.column) == (2, "municipalities")


def test_a_name_of_two_asks_for_the_code(region: Region) -> None:
    load_region(file_of(clients=[HOUSING, {**HOUSING, "code": "WB2"}]))
    with pytest.raises(ValueError, match="WB2, WBREBURG"):
        ClientsByName(region.municipalities.all()).find("wonenbreburg")


def test_a_region_that_is_written_out_loads_as_it_was(region: Region, tmp_path: Path) -> None:
    load_region(
        file_of(
            municipalities=[
                {"code": "GM0402", "name": "Hilversum", "inhabitants": 93000},
                {
                    "code": "GM0406",
                    "name": "Huizen",
                    "valid_until": "2025-12-31",
                    "successor": "GM0402",
                },
            ],
            clients=[
                HOUSING,
                {
                    "code": "AGV",
                    "name": "Amstel",
                    "kind": "water_board",
                    "valid_from": "2020-01-01",
                },
            ],
            policy={
                "valid_from": "2025-01-01",
                "default_rate": "4.50",
                "pso_discounts": {"2": "12.50"},
            },
        )
    )
    goals = [{"year": 2024, "indicator": "workplaces", "low": "80.00", "high": "100.00"}]
    file = tmp_path / "region.json"
    file.write_text(json.dumps(exported(region) | {"goals": goals}))
    call_command("load_region", str(file), stdout=StringIO())
    written = StringIO()
    call_command("export_region", "gooi", stdout=written)
    first = json.loads(written.getvalue())
    assert first["clients"][1] == {
        "code": "WBREBURG",
        "name": "WonenBreburg",
        "kind": "housing_association",
    }
    assert first["municipalities"][1]["successor"] == "GM0402"
    assert first["goals"] == goals
    kept = (region.policies.count(), Municipality.history.count())
    file.write_text(written.getvalue())
    call_command("load_region", str(file), stdout=StringIO())
    again = StringIO()
    call_command("export_region", "gooi", stdout=again)
    assert json.loads(again.getvalue()) == first
    assert (region.policies.count(), Municipality.history.count()) == kept


def test_a_region_that_is_not_there_cannot_be_written_out() -> None:
    with pytest.raises(CommandError, match="nergens"):
        call_command("export_region", "nergens")
