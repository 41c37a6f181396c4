"""Fulfilments to look at again after a change of the contract: what is listed, and valuing them
anew.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import ChangeKind, Contract, Region
from contracts.owed import door as obligations
from placements.claims.content import Content
from placements.claims.valuing import (
    Candidates,
    accepted_under,
    is_as_kept,
    values_as_accepted,
    values_now,
)
from placements.ledger.outdated import outdated
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import FulfilmentLine, FulfilmentState, FulfilmentVersion
from sroi.access import Role
from sroi.doors import Act, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal
LATER = date(2026, 12, 31)


@pytest.fixture
def contract(region: Region) -> Contract:
    return make.make_contract(region, make.make_contractor())


@pytest.fixture
def adviser(region: Region) -> Client:
    client = Client()
    client.force_login(make.make_user(Role.ADVISER, region))
    return client


def move_end(contract: Contract, until: date) -> None:
    kind = ChangeKind.EXTENSION if until > contract.end_date else ChangeKind.EARLY_END
    make.make_change(contract, kind, new_end_date=until, reason="Loopt tot een andere dag")


def listed(contract: Contract) -> list[tuple[str, Decimal, Decimal | None]]:
    fresh = Contract.objects.select_related("policy", "table").get(pk=contract.pk)
    return [(row.version.fulfilment.external_id, row.before, row.now) for row in outdated(fresh)]


def posted(contract: Contract) -> Decimal:
    return FulfilmentLine.objects.filter(contract=contract).aggregate(total=Sum("amount"))[
        "total"
    ] or D(0)


def revalue(contract: Contract, by: Any = None) -> None:
    fresh = Contract.objects.select_related("policy", "table").get(pk=contract.pk)
    versions = [row.version for row in outdated(fresh) if row.now is not None]
    life.revalue(versions, make.act(by, "Verlengd"), region=contract.region)


def test_nothing_is_listed_without_a_change(contract: Contract) -> None:
    make.make_placement(contract, age_at_start=57, bonuses=["BONUS_55PLUS"])
    make.make_placement(contract, end_date=None, candidate_ref="Kandidaat 18")
    make.make_placement(
        contract,
        decided_value=D("1000"),
        decided_reason="Afgesproken",
        candidate_ref="Kandidaat 19",
    )
    make.make_purchase(contract)
    make.make_activity(contract)
    make.make_change(contract, value_delta=D(100000))
    assert listed(contract) == []


def test_what_is_as_it_was_kept_is_worth_the_same_and_another_end_is_seen(
    contract: Contract,
) -> None:
    make.make_placement(contract, age_at_start=57, bonuses=["BONUS_55PLUS"], end_date=None)
    make.make_purchase(contract)
    make.make_activity(contract)

    def compared() -> list[tuple[bool, bool]]:
        fresh = Contract.objects.select_related("policy", "table").get(pk=contract.pk)
        versions, found = accepted_under(fresh), []
        for version in versions:
            now = values_now(version, Candidates(versions), with_words=False)
            (a, today), (b, kept) = now[0], values_as_accepted(version)[0]
            assert (a.pk, today.steps) == (b.pk, ())
            same = (today.months, today.paid) == (kept.months, kept.paid)
            found.append((is_as_kept(version, now), same))
        return found

    assert compared() == [(True, True)] * 3
    move_end(contract, LATER)
    assert sorted(compared()) == [(False, False), (True, True), (True, True)]


def test_an_open_end_counts_on_after_an_extension(region: Region, contract: Contract) -> None:
    make.make_placement(
        contract, external_id="DOOR", end_date=None, confirmed_until=date(2024, 12, 31)
    )
    make.make_placement(contract, external_id="KLAAR", candidate_ref="Kandidaat 18")
    move_end(contract, LATER)
    assert listed(contract) == [("DOOR", D("80000.00"), D("120000.00"))]
    revalue(contract)
    assert listed(contract) == []
    assert posted(contract) == D("80000.00")  # both years of 2024, as confirmed
    assert list(differences([region], make.TODAY)) == []


def test_an_earlier_last_day_counts_less(region: Region, contract: Contract) -> None:
    make.make_placement(contract, external_id="A")
    make.make_activity(contract, external_id="B", activity_date=date(2024, 11, 1))
    move_end(contract, date(2024, 6, 30))
    assert listed(contract) == [("A", D("40000.00"), D("20000.00")), ("B", D("4000.00"), D("0.00"))]
    revalue(contract)
    assert posted(contract) == D("20000.00")
    assert list(differences([region], make.TODAY)) == []


def test_other_shares_divide_otherwise(region: Region, contract: Contract) -> None:
    make.make_placement(contract, external_id="A")
    make.make_purchase(contract, external_id="B")  # of May: before the shares change
    towns = {town.pk: D(50) for town in region.municipalities.all()}
    at = make.moment(make.TODAY)
    obligations.change_shares(
        contract, towns, Act.of(None, at, "Herverdeeld"), month=date(2024, 7, 1)
    )
    assert list(differences([region], make.TODAY)) == []
    (row,) = outdated(Contract.objects.select_related("policy", "table").get(pk=contract.pk))
    assert row.is_only_divided_otherwise
    revalue(contract)
    rows = FulfilmentLine.objects.values_list("municipality__code").annotate(total=Sum("amount"))
    assert dict(rows) == {"GM0402": D("40000.00"), "GM0406": D("10000.00")}
    assert listed(contract) == []
    assert list(differences([region], make.TODAY)) == []


@pytest.mark.parametrize("publication", ["alphen", "leiden-2023"])
def test_another_table_counts_by_its_block_of_the_same_code(
    region: Region, contract: Contract, publication: str
) -> None:
    make.make_placement(contract, external_id="A")
    table = make.make_table(region, publication)
    codes = set(table.blocks.values_list("code", flat=True))
    obligations.pin(contract, table, make.act(None, "Afgesproken"))
    ((_number, before, now),) = listed(contract)
    assert before == D("40000.00")
    assert (now is None) == ("PW_GT2Y" not in codes)
    if now is None:
        with pytest.raises(Refused):
            life.revalue(list(FulfilmentVersion.objects.all()), make.act(), region=region)
    else:
        revalue(contract)
        assert (
            FulfilmentVersion.objects.get(state=FulfilmentState.ACCEPTED)
            .allocations.get()
            .block.table
            == table
        )
        assert listed(contract) == []
    assert posted(contract) == (before if now is None else now)
    assert list(differences([region], make.TODAY)) == []


def test_what_was_decided_stays_decided(region: Region, contract: Contract) -> None:
    make.make_placement(
        contract, end_date=None, decided_value=D("1000.00"), decided_reason="Afgesproken"
    )
    move_end(contract, LATER)
    ((_number, before, now),) = listed(contract)
    assert (before, now) == (D("1000.00"), D("1000.00"))
    revalue(contract)
    assert (
        FulfilmentVersion.objects.get(state=FulfilmentState.ACCEPTED).decided_reason
        == "Afgesproken"
    )
    assert list(differences([region], make.TODAY)) == []


def test_only_this_contract_of_a_shared_fulfilment_changes(region: Region) -> None:
    two = make.make_contracts(region, make.make_contractor(), 2)
    hours = [(date(2024, 1, 1), D(36))]
    days = {
        "start_date": date(2024, 1, 1),
        "confirmed_until": date(2024, 12, 31),
        "candidate_ref": "K",
    }
    make.make_fulfilment(two, "placement", "PW_GT2Y", hours, **days)
    move_end(two[0], LATER)
    assert listed(two[1]) == []
    assert [row[1:] for row in listed(two[0])] == [(D("40000.00"), D("60000.00"))]
    revalue(two[0])
    assert listed(two[0]) == []
    assert list(differences([region], make.TODAY)) == []


def test_a_change_under_way_is_answered_first(region: Region, contract: Contract) -> None:
    version = make.make_placement(contract, end_date=None)
    block = version.allocations.get().block
    content = Content(
        {"start_date": date(2024, 1, 1)}, [(date(2024, 1, 1), D(36))], [(contract, block, D(100))]
    )
    changed = life.propose_change(version.fulfilment, content, make.act())
    move_end(contract, LATER)
    with pytest.raises(Refused, match=version.fulfilment.external_id):
        revalue(contract)
    life.withdraw(changed, make.act(why="Toch niet"))
    revalue(contract)
    assert listed(contract) == []


def test_who_reviewed_their_own_entry_stays_marked(contract: Contract) -> None:
    version = make.make_placement(contract, end_date=None)
    FulfilmentVersion.objects.update(self_reviewed=True)
    move_end(contract, LATER)
    revalue(contract, version.fulfilment.entered_by)
    assert FulfilmentVersion.objects.get(state=FulfilmentState.ACCEPTED).self_reviewed


def test_the_pages_show_old_and_new_and_value_anew(
    region: Region, contract: Contract, adviser: Client
) -> None:
    make.make_placement(contract, external_id="DOOR", end_date=None)
    change = reverse("contract-change", args=[contract.pk, "extension"])
    given = {
        "effective_date": "2025-07-01",
        "new_end_date": "2026-12-31",
        "reason": "Verlengd",
        "token": "t",
    }
    shown = adviser.post(change, given)
    assert [(row.before, row.now) for row in shown.context["outdated"].rows] == [
        (D("80000.00"), D("120000.00"))
    ]
    assert "DOOR" in shown.content.decode()
    adviser.post(change, {**given, **make.confirming(shown)})
    page = reverse("contract-outdated", args=[contract.pk])
    assert "€\xa0120.000" in adviser.get(page).content.decode()
    assert page in adviser.get(reverse("contract-detail", args=[contract.pk])).content.decode()
    adviser.post(page, {"fulfilment": "987654321"})
    assert len(listed(contract)) == 1
    adviser.post(page)
    assert listed(contract) == []
    assert 'id="herzien"' not in adviser.get(page).content.decode()


def test_an_officer_and_a_contractor_see_no_single_fulfilment(
    region: Region, contract: Contract
) -> None:
    make.make_placement(contract, external_id="DOOR", end_date=None)
    officer = Client()
    officer.force_login(make.make_user(Role.PROCUREMENT_OFFICER, region))
    given = {"effective_date": "2025-07-01", "new_end_date": "2026-12-31", "reason": "Verlengd"}
    shown = officer.post(reverse("contract-change", args=[contract.pk, "extension"]), given)
    assert "outdated" not in shown.context
    assert "DOOR" not in shown.content.decode()


def test_the_list_asks_the_same_for_one_and_for_many(contract: Contract, adviser: Client) -> None:
    page = reverse("contract-outdated", args=[contract.pk])
    move_end(contract, date(2025, 11, 30))
    counts = []
    for number in range(1, 8):
        make.make_placement(
            contract, candidate_ref=f"Kandidaat {number}", age_at_start=57, bonuses=["BONUS_55PLUS"]
        )
        if number in (1, 3, 7):
            adviser.get(page)
            with CaptureQueriesContext(connection) as queries:
                adviser.get(page)
            counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 10
