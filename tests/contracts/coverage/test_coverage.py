"""Coverage: contracts at or above the threshold without an obligation, each with its reason or said
to have none.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from contracts.coverage.coverage import Tally
from contracts.models import Region
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    region = make.make_region(threshold_services="200000")
    firm, none = make.make_contractor("De Linde"), {"rate": Decimal(0)}
    make.make_contract(region, firm, reference="WITH")
    make.make_contract(region, firm, reference="BELOW", value=Decimal("199999.99"), **none)
    make.make_contract(region, firm, reference="WORKS", procurement_type="works", **none)
    make.make_contract(region, firm, reference="SILENT", value=Decimal(200000), **none)
    make.make_contract(
        region,
        firm,
        {"GM0406": 100},
        reference="REASON",
        rate_reason="market",
        rate_reason_text="Een leverancier",
        award_date=date(2024, 2, 1),
        **none,
    )
    return region


def listed(client: Client, query: str = "") -> list[str]:
    return [
        row.record.reference
        for row in client.get(reverse("coverage") + query).context["table"].rows
    ]


def client_of(role: str, region: Region, **options: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(role, region, **options))
    return client


@pytest.mark.parametrize(
    ("query", "references"),
    [
        ("", ["REASON", "SILENT"]),
        ("?year=2023", ["SILENT"]),
        ("?reason=with", ["REASON"]),
        ("?reason=without", ["SILENT"]),
        ("?sort=value", ["SILENT", "REASON"]),
    ],
)
def test_what_an_adviser_finds(region: Region, query: str, references: list[str]) -> None:
    assert listed(client_of(Role.ADVISER, region), query) == references


def test_an_officer_finds_those_of_the_own_municipality(region: Region) -> None:
    assert listed(client_of(Role.PROCUREMENT_OFFICER, region, towns=["GM0406"])) == ["REASON"]
    assert listed(client_of(Role.PROCUREMENT_OFFICER, region, towns=["GM0402"])) == ["SILENT"]


def test_figures_reasons_and_file_say_the_same(region: Region) -> None:
    client = client_of(Role.ADVISER, region)
    page = client.get(reverse("coverage"), {"year": "2023"})
    tally = page.context["coverage"]
    assert (tally.number, tally.with_obligation.number, tally.without_reason.number) == (2, 1, 1)
    assert tally.without_reason.value == 200000
    assert tally.reasons == {}
    assert "Waarom er geen verplichting is" not in page.content.decode()
    year = client.get(reverse("coverage"), {"year": "2024"})
    assert year.context["coverage"].reasons == {"market": Tally(1, Decimal("1000000.00"))}
    assert "Waarom er geen verplichting is" in (words := year.content.decode())
    assert "1 (€\xa01.000.000)" in words
    assert "geen reden opgegeven" in page.content.decode()
    file = b"".join(client.get(reverse("coverage-file", args=["csv"])).streaming_content).decode()
    assert [line.split(";")[0] for line in file.splitlines()[1:]] == ["REASON", "SILENT"]
    assert "Een leverancier" in file


def test_one_year_or_all_and_one_client_or_all(region: Region) -> None:
    """Figures and list are about the same: without a year about all."""

    def told(**asked: str) -> tuple[int, int, int]:
        context = client_of(Role.ADVISER, region).get(reverse("coverage"), asked).context
        tally = context["coverage"]
        return tally.number, tally.with_obligation.number, len(context["table"].rows)

    assert told() == (3, 1, 2)
    assert told(year="2023") == (2, 1, 1)
    assert told(year="2024") == (1, 0, 1)
    huizen = str(region.municipalities.get(code="GM0406").pk)
    assert told(municipality=huizen) == (1, 0, 1)
    assert told(municipality=huizen, year="2023") == (0, 0, 0)


def test_the_years_keep_what_else_was_chosen(region: Region) -> None:
    this = str(localdate().year)
    page = client_of(Role.ADVISER, region).get(f"{reverse('coverage')}?reason=with&year={this}")
    links = {label: url for label, url, _is_chosen in page.context["years"]}
    assert links["Alle jaren"] == "?reason=with&year="
    assert [label for label, _url, is_chosen in page.context["years"] if is_chosen] == [this]
