"""A list as a file: the rows, the order and the filters of the page, nothing of others, and no
formula in any cell.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from contracts.imports.columns import CONTRACT_COLUMNS
from sroi.access import Role
from sroi.accounts.models import AuditEvent, AuditKind
from tests import factories as make
from tests.factories import signed_in
from tests.sroi.pages.test_pages import listed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region()
    linde, wind = make.make_contractor("De Linde", "01112222"), make.make_contractor("Zon & Wind")
    world = SimpleNamespace(
        region=region,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region),
        contractor=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        officer=make.make_user(Role.PROCUREMENT_OFFICER, region),
        reader=make.make_user(Role.READER, region),
        first=make.make_contract(
            region, linde, {"GM0402": 60, "GM0406": 40}, reference="A-1", title="=1+1"
        ),
        second=make.make_contract(
            region, wind, {"GM0406": 100}, reference="B-1", title="Asfalt; en meer"
        ),
        third=make.make_contract(
            region, linde, reference="C-1", title="Zand", end_date=date(2027, 1, 1)
        ),
    )
    make.make_placement(world.first, external_id="P-1", candidate_ref="Kandidaat 17")
    make.make_purchase(world.second, "1234.56", external_id="F-1")
    make.make_activity(world.first, external_id="@A-1", state="submitted")
    return world


def as_csv(user: Any, name: str, query: str = "") -> list[list[str]]:
    response = signed_in(user).get(reverse(name, args=["csv"]) + query)
    assert response.status_code == 200
    assert response.streaming
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")), delimiter=";"))


def as_xlsx(user: Any, name: str, query: str = "") -> list[list[Any]]:
    response = signed_in(user).get(reverse(name, args=["xlsx"]) + query)
    assert response.status_code == 200
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue()))
        .get_sheet_by_index(0)
        .to_python()
    )


def test_contracts_in_the_words_of_an_import_with_how_they_stand(world: SimpleNamespace) -> None:
    head, *rows = as_csv(world.adviser, "contract-file")
    assert head[:-6] == [str(column.title) for column in CONTRACT_COLUMNS]
    assert head[-6:] == [
        *("Verplichting", "Ingevuld", "Nog in te vullen"),
        *("Gepland", "In beoordeling", "Status"),
    ]
    first = dict(zip(head, rows[0], strict=True))
    assert {name: first[name] for name in SAID} == SAID
    assert rows[0][-6:] == ["50000.00", "40000.00", "10000.00", "0.00", "4000.00", "op schema"]
    assert [row[0] for row in rows] == ["A-1", "B-1", "C-1"]


SAID = {
    "Kenmerk": "A-1",
    "Titel": "'=1+1",
    "Opdrachtgevers": "Hilversum:60;Huizen:40",
    "Naam van de opdrachtnemer": "De Linde",
    "KvK-nummer van de opdrachtnemer": "01112222",
    "Gegund op": "2023-12-01",
    "Laatste dag": "2025-12-31",
    "Contractwaarde zonder btw": "1000000.00",
    "Percentage": "5%",
    "Soort opdracht": "diensten",
}


def test_a_workbook_keeps_types_and_texts(world: SimpleNamespace) -> None:
    head, cells, *_others = as_xlsx(world.adviser, "contract-file")
    first = dict(zip(head, cells, strict=True))
    assert cells[:2] == ["A-1", "=1+1"]
    assert first["KvK-nummer van de opdrachtnemer"] == "01112222"
    assert (first["Gegund op"], first["Laatste dag"]) == (date(2023, 12, 1), date(2025, 12, 31))
    assert (first["Verplichting"], first["Ingevuld"]) == (50000.0, 40000.0)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=linde",
        "?sort=-title",
        "?sort=-realised",
        "?sort=obligation",
        "?sort=-open",
        "?sort=status&status=behind&status=on_track",
        "?status=behind",
        "?status=behind&status=on_track",
        "?ending=6",
        "?page=7",
    ],
)
def test_the_rows_and_order_of_the_page(world: SimpleNamespace, query: str) -> None:
    shown = listed(world.adviser, query.replace("?page=7", ""))
    assert [row[0] for row in as_csv(world.adviser, "contract-file", query)[1:]] == shown
    assert [row[0] for row in as_xlsx(world.adviser, "contract-file", query)[1:]] == shown


def test_all_pages_are_in_it(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sroi.lists.AT_ONCE", 7)
    make.make_contracts(world.region, world.linde, 30)
    rows = as_csv(world.adviser, "contract-file", "?sort=-reference")[1:]
    assert len({row[0] for row in rows}) == len(rows) == 33
    assert all(Decimal(row[-6]) == 50000 for row in rows)


def test_nonsense_in_a_filter_gives_an_empty_list(world: SimpleNamespace) -> None:
    assert as_csv(world.adviser, "contract-file", "?year=nineteen")[1:] == []


def test_everyone_gets_what_they_may_see(world: SimpleNamespace) -> None:
    def references(user: Any) -> list[str]:
        return [row[0] for row in as_csv(user, "contract-file")[1:]]

    assert references(world.contractor) == ["A-1", "C-1"]
    assert references(world.officer) == ["A-1", "C-1"]
    assert references(world.reader) == []


def test_fulfilments_hold_no_person(world: SimpleNamespace) -> None:
    head, *rows = as_csv(world.adviser, "fulfilment-file", "?sort=external_id")
    assert [row[0] for row in rows] == ["'@A-1", "F-1", "P-1"]
    assert [row[head.index("Waarde")] for row in rows] == ["4000.00", "1234.56", "40000.00"]
    assert "Kandidaat" not in str(rows)
    assert [row[0] for row in as_csv(world.contractor, "fulfilment-file")[1:]] == ["'@A-1", "P-1"]


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_single_fulfilments_are_not_for_who_sees_totals(world: SimpleNamespace, who: str) -> None:
    client = signed_in(getattr(world, who))
    assert client.get(reverse("fulfilment-file", args=["csv"])).status_code == 404
    assert client.get(reverse("contractor-file", args=["csv"])).status_code == 404
    assert "lijst.csv" not in client.get(reverse("fulfilment-list")).content.decode()


def test_contractors_with_their_totals(world: SimpleNamespace) -> None:
    head, *rows = as_csv(world.adviser, "contractor-file", "?sort=-contracts")
    assert head[:3] == ["Naam", "KvK-nummer", "Contracten"]
    assert [row[0] for row in rows] == ["De Linde", "Zon & Wind"]
    assert rows[0][2:5] == ["2", "100000.00", "40000.00"]


def test_the_language_is_that_of_the_page(world: SimpleNamespace) -> None:
    client = signed_in(world.adviser)
    client.post(reverse("set_language"), {"language": "en"})
    text = client.get(reverse("contract-file", args=["csv"])).getvalue().decode()
    assert "Reference;Title" in text
    assert "on track" in text


def test_every_export_is_noted(world: SimpleNamespace) -> None:
    as_csv(world.adviser, "contract-file")
    as_xlsx(world.contractor, "fulfilment-file")
    noted = (
        AuditEvent.objects.filter(kind=AuditKind.EXPORTED)
        .order_by("pk")
        .values_list("user", "path")
    )
    assert list(noted) == [
        (world.adviser.pk, "/contracten/lijst.csv"),
        (world.contractor.pk, "/invullingen/lijst.xlsx"),
    ]


def test_the_page_links_to_the_file_with_its_filters(world: SimpleNamespace) -> None:
    text = (
        signed_in(world.adviser)
        .get(reverse("contract-list") + "?q=zand&sort=-title&page=1")
        .content.decode()
    )
    assert "/contracten/lijst.csv?q=zand&amp;sort=-title" in text
    assert "/contracten/lijst.xlsx?q=zand&amp;sort=-title" in text


def test_rows_are_asked_for_together(world: SimpleNamespace) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_csv(world.adviser, "contract-file")
        return len(asked)

    before = queries()
    make.make_contracts(world.region, world.linde, 60)
    assert queries() == before
