"""Final reports as programs read them: as everyone does once they are published."""

import json
from typing import Any

import pytest
from django.test import Client

from reporting.models import AnnualReport
from sroi.api import VERSION
from tests.reporting.adoption.test_adoption import ROOT, _today_in_dutch, final, ledger, no_files
from tests.reporting.adoption.test_publishing import published
from tests.sroi.api.reading import let_read, read, reader, with_token
from tests.sroi.api.test_description import ask, said

__all__ = ["_today_in_dutch", "final", "ledger", "no_files", "published", "said"]
pytestmark = pytest.mark.django_db


def test_a_published_report_is_as_it_says(said: Any, published: AnnualReport, ledger: Any) -> None:
    client = reader(ledger.region)
    for path in ("/reports", "/reports/2024", "/reports/2024?client=GM0001", "/figures/2024"):
        assert ask(said, client, path).status_code == 200


@pytest.mark.parametrize("path", ["figures/2024", "reports/2024"])
def test_figures_are_equal_to_the_report_to_the_cent(
    published: AnnualReport, ledger: Any, path: str
) -> None:
    client = reader(ledger.region)
    opened = json.loads(Client().get(ROOT + "open-data.json").content)
    found = read(client, path)
    assert found == {name: opened[name] for name in found}
    assert path != "reports/2024" or set(found) == set(opened)
    # Of the lines themselves: 3 × 4.321,09 + 2.500,50.
    assert found["fulfilled"] == "15463.77"


def test_before_it_is_published_the_same_is_read(final: AnnualReport, ledger: Any) -> None:
    """Small numbers are hidden already, and amounts are those that were frozen."""
    found = read(reader(ledger.region), "reports/2024")
    assert found["fulfilled"] == "15463.77"
    assert Client().get(ROOT + "open-data.json").status_code == 302


def test_final_reports_are_listed(published: AnnualReport, ledger: Any) -> None:
    client = with_token(let_read(ledger.region, ["reports"]).token)
    (row,) = read(client, "reports")["items"]
    assert (row["year"], row["revisions"]) == (2024, 0)
    assert row["final_at"] == row["published_at"] == "2025-03-01T11:00:00Z"


def test_a_report_that_is_final_is_read_once(published: AnnualReport, ledger: Any) -> None:
    client = reader(ledger.region)
    for path in ("/api/v1/reports/2024", "/api/v1/figures/2024"):
        answer = client.get(path)
        assert answer["Cache-Control"] == "private, no-cache"
        again = client.get(path, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again["API-Version"]) == (304, VERSION)
        town = client.get(f"{path}?client=GM0001", headers={"if-none-match": answer["ETag"]})
        assert town.status_code == 200
