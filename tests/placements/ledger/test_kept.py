"""Totals of years are what the lines say, as far as they go; and they say how far that is."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from contracts.models import Category, ClosedYear, Contract, LedgerHead
from placements.ledger import kept
from placements.ledger.kept import hold, keep_totals, totals_of, wrongly_kept
from placements.life import door as life
from placements.models import DoneOfContract, DoneOfYear, FulfilmentLine, PlacedOfYear, TotalsUntil
from tests import factories as make

pytestmark = pytest.mark.django_db


def in_all(rows: Any, name: str = "amount") -> Decimal:
    return rows.aggregate(total=Sum(name))["total"]


def test_they_are_the_sums_of_the_lines(contract: Contract) -> None:
    make.make_purchase(contract, "1000.00")
    make.make_placement(contract)
    keep_totals()
    lines, done = FulfilmentLine.objects.all(), totals_of(contract.region)
    for rows in (done.by_all, done.by_month, done.by_contract):
        assert in_all(rows) == in_all(lines)
    for name in ("paid", "fte"):
        assert in_all(done.by_all, name) == in_all(lines, name)
    work = lines.filter(category=Category.WORK)
    assert in_all(done.placed) == in_all(work)
    assert {row.booked.timetuple().tm_yday for row in done.by_all} == {1}
    assert 0 < done.placed.count() < work.count()


def test_they_hold_until_something_is_posted(contract: Contract) -> None:
    region = contract.region
    assert not hold(region).exists()
    keep_totals()
    assert hold(region).exists()
    make.make_purchase(contract, "1000.00")
    last = LedgerHead.objects.get(region=region).last_number
    assert (hold(region).exists(), hold(region, last).exists()) == (False, False)
    keep_totals()
    assert (hold(region).exists(), hold(region, last).exists()) == (True, True)
    assert not hold(region, last - 1).exists()


def test_what_is_posted_is_added_once(contract: Contract) -> None:
    made = make.make_purchase(contract, "1000.00")
    keep_totals()
    before = in_all(DoneOfYear.objects)
    life.withdraw(made, make.act(why="Dubbel"))
    keep_totals()
    keep_totals()
    assert (before > 0, in_all(DoneOfYear.objects)) == (True, 0)
    assert [*wrongly_kept(contract.region)] == []


def test_some_postings_at_a_time_come_to_the_same(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        make.make_purchase(contract, f"{n + 1}000.00", invoice_number=str(n))
    monkeypatch.setattr(kept, "POSTINGS", 2)
    keep_totals()
    assert hold(contract.region).exists()
    assert [*wrongly_kept(contract.region)] == []
    assert in_all(DoneOfContract.objects) == in_all(FulfilmentLine.objects)


def test_a_line_about_a_closed_year_stands_in_the_year_of_its_booking(contract: Contract) -> None:
    moment = make.moment(make.TODAY)
    ClosedYear.objects.create(
        region=contract.region, year=2024, last_posting=10**6, closed_at=moment
    )
    make.make_placement(contract)
    keep_totals()
    late = PlacedOfYear.objects.filter(month__year=2024)
    assert {row.booked.year for row in late} == {2025}
    assert [*wrongly_kept(contract.region)] == []


def test_the_proof_names_what_differs_and_the_command_mends_it(contract: Contract) -> None:
    make.make_purchase(contract, "1000.00")
    make.make_placement(contract)
    keep_totals()
    for model in kept.TOTALS:
        row = model.objects.order_by("pk").first()
        row.amount += 1
        row.save()
        (wrong,) = wrongly_kept(contract.region)
        assert (wrong.what, wrong.number) == (model.__name__, 1)
        with pytest.raises(CommandError, match=model.__name__):
            call_command("verify_ledger", stdout=StringIO())
        call_command("rebuild_totals", "--region", contract.region.code, stdout=StringIO())
        assert [*wrongly_kept(contract.region)] == []
    assert TotalsUntil.objects.get().posting == LedgerHead.objects.get().last_number
