"""Figures by client: of all who commission; councils, editions and "de gemeenten" are of
municipalities only.
"""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from contracts.models import Municipality, Region
from contracts.policy.loading import load_region
from reporting.figures.annual import figures_of
from reporting.figures.exchange import as_rows
from reporting.notice.editions import assemble, every_edition, shelves
from reporting.notice.notice import CouncilNotice
from reporting.notice.progress import assembled
from reporting.outlook.outlook import divided
from sroi.access import Access, Grant, Role
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 1)


@pytest.fixture
def region() -> Region:
    """One contract of a municipality, one of a housing association, and one that they share."""
    make.make_region()
    region = load_region(
        {
            "code": "gooi",
            "title": {"nl": "Gooi en Vechtstreek", "en": ""},
            "municipalities": [
                {"code": "GM0402", "name": "Hilversum", "inhabitants": 3},
                {"code": "GM0406", "name": "Huizen", "inhabitants": 1},
            ],
            "clients": [
                {"code": "WBREBURG", "name": "WonenBreburg", "kind": "housing_association"}
            ],
        }
    )
    firm = make.make_contractor()
    for number, shares in enumerate(
        ({"GM0402": 100}, {"WBREBURG": 100}, {"GM0406": 50, "WBREBURG": 50})
    ):
        contract = make.make_contract(region, firm, shares, reference=f"C-{number}")
        make.make_activity(
            contract, external_id=f"A-{number}", reviewer=make.make_user(Role.ADVISER, region)
        )
    return region


def figures(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("figures", "2024", "--region", "gooi", *options, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_region_is_the_sum_of_its_clients(region: Region) -> None:
    found = figures()
    assert set(found["by_client"]) == {"GM0402", "GM0406", "WBREBURG"}
    assert (
        sum(Decimal(amount) for amount in found["by_client"].values())
        == Decimal(found["fulfilled"])
        > 0
    )
    assert set(found["by_municipality"]) == {"GM0402", "GM0406"}
    assert found["by_municipality"] == {
        code: found["by_client"][code] for code in ("GM0402", "GM0406")
    }
    assert Decimal(found["by_client"]["WBREBURG"]) == Decimal(found["fulfilled"]) / 2


def test_the_same_as_rows(region: Region) -> None:
    out = StringIO()
    call_command("figures", "2024", "--region", "gooi", "--format", "csv", stdout=out)
    assert f"by_client,WBREBURG,{figures()['by_client']['WBREBURG']}" in out.getvalue()


def test_a_carriage_return_in_a_name_begins_no_row() -> None:
    """Wherever it stands: a reader takes it for the end of a line unless it is quoted."""
    text = as_rows({"by_client": {"Huizen\rEemnes": "a\rb", "Laren\r": "c\r\nd"}})
    rows = list(csv.reader(StringIO(text, newline="")))
    assert rows[1:] == [
        ["by_client", "Huizen\rEemnes", "a\rb"],
        ["by_client", "Laren\r", "c\r\nd"],
    ]


def test_a_client_that_is_no_municipality_has_no_edition(region: Region, client: Client) -> None:
    assert [e.municipality and e.municipality.code for e in every_edition(region, 2024, TODAY)] == [
        None,
        "GM0402",
        "GM0406",
    ]
    shelf, *_others = shelves(Access(1, (Grant(Role.ADVISER, region.pk),)), TODAY)
    assert [town.code for town in shelf.municipalities] == ["GM0402", "GM0406"]
    client.force_login(make.make_user(Role.ADVISER, region))
    assert client.get("/jaarverslag/gooi/2024/hilversum/").status_code == 200
    assert client.get("/jaarverslag/gooi/2024/wonenbreburg/").status_code == 404
    with pytest.raises(CommandError, match="WBREBURG"):
        figures("--municipality", "WBREBURG")


def test_the_notice_calls_only_municipalities_so(region: Region) -> None:
    notice = CouncilNotice(assemble(region, 2024, None, TODAY))
    text = " ".join(notice.text("inleiding"))
    assert notice.towns == "Hilversum en Huizen"
    assert "Hilversum en Huizen" in text
    assert "Huizen en WonenBreburg" not in text
    assert "Ook opdrachten van WonenBreburg tellen mee" in text
    assert notice.addressees == "de twee gemeenteraden"


def test_tables_of_the_notice_add_up_over_all_clients(region: Region) -> None:
    whole = figures_of(None, region, 2024, today=TODAY)
    tables = CouncilNotice(assemble(region, 2024, None, TODAY)).tables
    for name in ("municipalities", "spent"):
        table = tables[name]
        assert table is not None
        assert table.header[0] == "Opdrachtgever"
        assert [row[0] for row in table.rows] == ["Hilversum", "Huizen", "WonenBreburg"]
    assert tables["municipalities"].caption == "Resultaten per opdrachtgever"  # type: ignore[union-attr]
    assert sum(part.fulfilled for part in whole.clients) == whole.fulfilled
    progress = assembled(region, 2024, None, "kwartaal-3", TODAY)
    assert [part.name for part in progress.own.other_clients] == ["WonenBreburg"]


def test_without_other_clients_the_notice_says_municipality(region: Region) -> None:
    make.make_region("elders", "Elders", {"GM0001": "Een", "GM0002": "Twee"})
    elsewhere = Region.objects.get(code="elders")
    contract = make.make_contract(elsewhere, make.make_contractor(), {"GM0001": 100})
    make.make_activity(contract, reviewer=make.make_user(Role.ADVISER, elsewhere))
    notice = CouncilNotice(assemble(elsewhere, 2024, None, TODAY))
    assert notice.tables["municipalities"].header[0] == "Gemeente"  # type: ignore[union-attr]
    assert "tellen mee" not in " ".join(notice.text("inleiding"))


def test_costs_are_divided_over_inhabitants_of_municipalities(region: Region) -> None:
    towns = Municipality.objects.with_council().filter(region=region)
    assert [(cost.name, cost.amount) for cost in divided(Decimal(100), towns)] == [
        ("Hilversum", Decimal("75.00")),
        ("Huizen", Decimal("25.00")),
    ]
