"""Figures say the same from the totals that are kept as from the lines."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from contracts.facts import door as facts
from contracts.models import ClosedYear, Contract, LedgerHead, Municipality
from placements.ledger.kept import keep_totals
from placements.life import door as life
from placements.models import DoneOfYear
from reporting.figures.annual import figures_of, headlines_of
from reporting.notice.editions import _workplaces_before
from sroi.database.together import answered
from sroi.periods import Period
from tests import factories as make

pytestmark = pytest.mark.django_db

YEARS = range(2023, 2027)


@pytest.fixture
def filled(contract: Contract) -> Contract:
    """Placements and purchases of two clients, together and apart."""
    other = make.make_contract(contract.region, contract.contractor, {"GM0402": 60, "GM0406": 40})
    for each in (contract, other):
        make.make_placement(each)
        make.make_purchase(each, "1000.00")
    return contract


def told(contract: Contract) -> list[Any]:
    region = contract.region
    towns = [None, *Municipality.objects.filter(region=region).order_by("pk")[:2]]
    last = LedgerHead.objects.get(region=region).last_number
    return [
        *(
            figures_of(None, region, year, town, today=make.TODAY)
            for year in YEARS
            for town in towns
        ),
        figures_of(None, region, Period(date(2024, 1, 1), date(2025, 12, 31)), today=make.TODAY),
        *(answered(headlines_of(region, Period.year(year))) for year in YEARS),
        answered(_workplaces_before(region, 2026, last)),
    ]


def test_they_say_the_same_as_the_lines(filled: Contract) -> None:
    by_lines = told(filled)
    keep_totals()
    assert told(filled) == by_lines
    assert any(figures.values["workplaces"] for figures in by_lines[:-1])
    close(filled, 2024)
    make.make_placement(filled, candidate_ref="Kandidaat 18")
    withdrawn = make.make_purchase(filled, "500.00")
    life.withdraw(withdrawn, make.act(why="Dubbel"))
    by_lines = told(filled)
    assert any(figures.values["workplaces_late"] for figures in by_lines[:-1])
    keep_totals()
    assert told(filled) == by_lines


def close(contract: Contract, year: int) -> None:
    last = LedgerHead.objects.get(region=contract.region).last_number
    given = {"last_posting": last, "closed_at": make.moment(make.TODAY)}
    ClosedYear.objects.create(region=contract.region, year=year, **given)


def test_a_fact_that_is_put_right_counts_at_once(filled: Contract) -> None:
    """The sector is that of the contract as it is now, also of what was added up before."""
    keep_totals()
    days = {"award_date": filled.award_date, "start_date": filled.start_date}
    facts.put_right(filled, {"cpv": "45000000-7", **days}, make.act(why="Verschreven"))
    keep_totals()
    figures = figures_of(None, filled.region, 2024, today=make.TODAY)
    assert "45" in {part.code for part in figures.sectors}


def of_2024(contract: Contract, **more: Any) -> Decimal:
    figures = figures_of(None, contract.region, 2024, today=make.TODAY, **more)
    return Decimal(figures.values["fulfilled"])


def test_totals_are_read_only_while_they_hold(filled: Contract) -> None:
    """Told apart by totals that are wrong."""
    right = of_2024(filled)
    last = LedgerHead.objects.get(region=filled.region).last_number
    keep_totals()
    DoneOfYear.objects.update(amount=F("amount") + 100)  # a euro each
    assert of_2024(filled) > right
    assert of_2024(filled, as_of=last) > right
    part = Period(date(2024, 1, 1), date(2024, 6, 30))
    assert figures_of(None, filled.region, part, today=make.TODAY).values["fulfilled"] <= right
    make.make_purchase(filled, "500.00", paid_on=date(2024, 3, 1), invoice_number="nieuw")
    assert of_2024(filled) == right + 500
    assert of_2024(filled, as_of=last) > right


def test_what_another_region_posts_is_no_matter(filled: Contract) -> None:
    keep_totals()
    elsewhere = make.make_contract(make.make_region(code="elders"), make.make_contractor())
    before = told(filled)
    make.make_purchase(elsewhere, "1000.00")
    DoneOfYear.objects.filter(region=filled.region).update(amount=0)
    assert of_2024(filled) == 0
    assert before


def test_totals_take_no_query_more(filled: Contract) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            figures_of(None, filled.region, 2024, today=make.TODAY)
        return len(found)

    keep_totals()
    held = asked()
    make.make_purchase(filled, "500.00", invoice_number="nieuw")
    assert asked() == held + 1
