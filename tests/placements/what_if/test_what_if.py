"""A table held against the accepted work of a year: what it says the same of is worth the same to
the cent, what it says otherwise opens down to each fulfilment, and nothing is posted.
"""

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from contracts.models import ObligationLine, Posting, Region, ValuationTable
from contracts.valuation_tables import door as tables
from placements.models import (
    Allocation,
    FulfilmentEvent,
    FulfilmentLine,
    FulfilmentVersion,
    WhatIf,
)
from placements.what_if import door as what_if
from placements.what_if.holding import held
from sroi.access import Role
from tests import factories as make
from tests.oracle import random_files
from tests.oracle.test_agreement import load
from tests.sroi.server.test_background import in_the_background

__all__ = ["in_the_background"]

pytestmark = pytest.mark.django_db
D = Decimal
NOW = make.moment(date(2025, 7, 1))


@pytest.fixture(autouse=True)
def _in_2025() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def next_version(table: ValuationTable, code: str = "concept") -> ValuationTable:
    return tables.succeed(table, code, "Concept", "", make.act())


def with_amounts(table: ValuationTable, **amounts: str) -> ValuationTable:
    """A next version in which these rows are worth something else, and what is `None` is gone."""
    made = next_version(table)

    def alter(source: Any) -> None:
        source["blocks"] = [
            {**row, "amount": amounts[row["code"]]} if row["code"] in amounts else row
            for row in source["blocks"]
        ]

    tables.change(made, tables.edition(made), alter, make.act(why="Andere bedragen"))
    return ValuationTable.objects.get(pk=made.pk)


@pytest.mark.parametrize("seed", range(3))
def test_a_table_that_says_the_same_is_worth_the_same_to_the_cent(
    seed: int, tmp_path: Path
) -> None:
    """Over random registers: caps, bonuses, shares, several contracts, decided values, months that
    wait; for each table, and for a copy of it under another code.
    """
    files = random_files.make(tmp_path, seed)
    noon = datetime.combine(files.today, time(12), ZoneInfo("Europe/Amsterdam"))
    with time_machine.travel(noon, tick=False):
        load(files)
        region = Region.objects.get(code=files.region_code)
        rows = 0
        for table in list(ValuationTable.objects.filter(region=region)):
            own = set(Allocation.objects.filter(block__table=table).values_list("pk", flat=True))
            for same in (table, next_version(table, f"{table.code}-x")):
                for year in files.years:
                    found = [one for one in held(same, year, files.today) if one.allocation in own]
                    rows += len(found)
                    assert [one for one in found if one.old != one.new or one.block is None] == []
        assert rows
        for year in files.years:
            lines = FulfilmentLine.objects.filter(month__year=year)
            credited = lines.aggregate(all=Sum("amount"))["all"] or D(0)
            table = ValuationTable.objects.filter(region=region)[0]
            assert sum((one.old for one in held(table, year, files.today)), D(0)) == credited


def test_half_the_amount_is_half_the_value_of_the_months_of_the_year() -> None:
    region, firm = make.make_region(), make.make_contractor()
    contract = make.make_contract(region, firm)
    row = contract.table.blocks.get(code="PW_GT2Y")
    make.make_placement(contract, start_date=date(2024, 4, 1), confirmed_until=date(2024, 12, 31))
    half = with_amounts(contract.table, PW_GT2Y=str(row.amount / 2))
    (one,) = held(half, 2024, make.TODAY)
    assert one.old == row.amount * 9 / 12
    assert one.new == one.old / 2
    assert [*held(half, 2023, make.TODAY)] == []


def test_what_is_to_come_is_not_counted() -> None:
    """Work that runs on counts up to the month that was confirmed."""
    region, firm = make.make_region(), make.make_contractor()
    contract = make.make_contract(region, firm)
    row = contract.table.blocks.get(code="PW_GT2Y")
    days = {"start_date": date(2025, 1, 1), "end_date": date(2025, 12, 31)}
    make.make_placement(contract, confirmed_until=date(2025, 3, 31), **days)
    double = with_amounts(contract.table, PW_GT2Y=str(row.amount * 2))
    (one,) = held(double, 2025, make.TODAY)
    assert (one.old, one.new) == (row.amount * 3 / 12, row.amount * 6 / 12)


def test_what_was_decided_stays_and_what_has_no_row_is_worth_nothing() -> None:
    region, firm = make.make_region(), make.make_contractor()
    contract = make.make_contract(region, firm)
    decided = make.make_placement(
        contract, candidate_ref="A", decided_value=D("1234.56"), decided_reason="Na overleg"
    )
    gone = make.make_activity(contract)
    made = next_version(contract.table)

    def alter(source: Any) -> None:
        source["blocks"] = [row for row in source["blocks"] if row["kind"] != "activity"]

    tables.change(made, tables.edition(made), alter, make.act(why="Zonder activiteiten"))
    found = {one.allocation: one for one in held(made, 2024, make.TODAY)}
    kept = found[decided.allocations.get().pk]
    assert (kept.old, kept.new) == (D("1234.56"), D("1234.56"))
    lost = found[gone.allocations.get().pk]
    assert (lost.old, lost.new, lost.block) == (D("4000.00"), D("0.00"), None)


# --- the page -------------------------------------------------------------------------------------


def world() -> tuple[Region, ValuationTable]:
    region = make.make_region()
    for name in ("De Linde", "De Eik"):
        contract = make.make_contract(region, make.make_contractor(name))
        make.make_placement(contract)
        make.make_purchase(contract)
    row = contract.table.blocks.get(code="PW_GT2Y")
    return region, with_amounts(contract.table, PW_GT2Y=str(row.amount + 1200))


def text_of(client: Client, url: str, **asked: str) -> str:
    answer = client.get(url, asked)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize("role", [Role.REGION_ADMIN, Role.ADVISER])
def test_from_the_table_to_each_fulfilment(role: str) -> None:
    region, draft = world()
    client = make.signed_in(make.make_user(role, region))
    url = reverse("table-what-if", args=[draft.pk])
    assert f'href="{url}"' in text_of(client, reverse("table-detail", args=[draft.pk]))
    page = client.get(url)
    shown = page.context["together"]
    assert (shown.number, shown.difference) == (4, D(2400))
    assert [(row.key, row.difference) for row in page.context["sums"]] == [
        ("PW_GT2Y", D(2400)),
        ("WSW_INVOICE", D(0)),
    ]
    assert "€ 2.400 meer dan is toegekend" in page.content.decode().replace("\xa0", " ")
    for per, number in (("group", 2), ("contractor", 2), ("contract", 2)):
        assert len(client.get(url, {"per": per}).context["sums"]) == number
    opened = client.get(url, {"per": "block", "block": "PW_GT2Y"})
    assert [row.record.new - row.record.old for row in opened.context["table"].rows] == [1200, 1200]
    more = client.get(url, {"changed": "more"})
    assert len(more.context["table"].rows) == 2
    file = client.get(reverse("table-what-if-file", args=[draft.pk, "csv"]), {"changed": "more"})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert all("1200" in line for line in lines[1:])


def test_one_row_or_many_cost_the_same_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    region, draft = world()
    client = make.signed_in(make.make_user(Role.ADVISER, region))
    url = reverse("table-what-if", args=[draft.pk])
    client.get(url)
    with django_assert_max_num_queries(10):
        client.get(url)
    with django_assert_max_num_queries(10):
        client.get(url, {"per": "contract", "block": "PW_GT2Y"})


def test_nothing_is_posted_and_nothing_else_is_written() -> None:
    region, draft = world()
    watched = (FulfilmentLine, ObligationLine, Posting, FulfilmentEvent)
    before = [model.objects.count() for model in watched]
    versions = list(FulfilmentVersion.objects.order_by("pk").values())
    allocations = list(Allocation.objects.order_by("pk").values())
    client = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    text_of(client, reverse("table-what-if", args=[draft.pk]), year="2024")
    assert WhatIf.objects.count() == 1
    assert [model.objects.count() for model in watched] == before
    assert list(FulfilmentVersion.objects.order_by("pk").values()) == versions
    assert list(Allocation.objects.order_by("pk").values()) == allocations


def test_what_is_kept_is_of_this_table_and_made_anew_after_a_posting() -> None:
    region, draft = world()
    first = what_if.outcome_or_asked(draft, 2024)
    assert first
    assert not first.is_behind
    contract = region.contracts.order_by("pk")[0]
    make.make_activity(contract)
    again = what_if.outcome_or_asked(draft, 2024)
    assert again
    assert len(again.by_allocation) == len(first.by_allocation) + 1
    tables.change(
        draft, tables.edition(draft), lambda source: source.update(note="Anders"), make.act(why="x")
    )
    changed = ValuationTable.objects.get(pk=draft.pk)
    made = what_if.outcome_or_asked(changed, 2024)
    assert made
    assert made.made.edition == tables.edition(changed)
    assert WhatIf.objects.count() == 1


def test_who_waits_for_the_worker_sees_the_page_when_it_is_there(in_the_background: None) -> None:
    """What looks by itself changes a part of the page that waits, and then fetches another page."""
    region, draft = world()
    client = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    url = reverse("table-what-if", args=[draft.pk]) + "?year=2024"
    asks = {"HX-Request": "true", "HX-Target": "making"}
    for headers in ({}, asks):
        waits = client.get(url, headers=headers)
        assert 'id="making"' in waits.content.decode()
        assert "HX-Refresh" not in waits.headers
    what_if.hold.call(draft.pk, 2024)
    assert client.get(url, headers=asks)["HX-Refresh"] == "true"
    there = client.get(url)
    assert 'id="making"' not in there.content.decode()
    assert there.context["outcome"].by_allocation


def test_who_does_not_work_for_the_region_finds_nothing() -> None:
    region, draft = world()
    elsewhere = make.make_region("elders", "Elders")
    firm = region.contracts.all()[0].contractor
    for user in (
        make.make_user(Role.REGION_ADMIN, elsewhere),
        make.make_user(Role.PROCUREMENT_OFFICER, region),
        make.make_user(Role.CONTRACTOR, region, contractor=firm),
    ):
        assert (
            make.signed_in(user).get(reverse("table-what-if", args=[draft.pk])).status_code == 404
        )
    assert not WhatIf.objects.exists()
