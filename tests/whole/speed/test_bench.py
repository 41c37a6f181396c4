"""The register that `make bench` loads is one that the product could have made itself."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Sum

from contracts.models import ClosedYear, Contract, Posting, Region
from placements.ledger.verification import differences
from placements.models import Fulfilment, FulfilmentLine, FulfilmentState
from sroi.access import Role
from sroi.models import Counted
from tests import factories as make
from tests.tools.bench.pages import visits
from tests.tools.bench.register.loading import fill, load, world_of
from tests.tools.bench.register.sizes import Size, Unit
from tests.tools.bench.register.unit import CLOSED
from tests.tools.bench.rows import Row, with_what_follows
from tests.tools.bench.timing import TooLong, at_most
from tests.whole.test_access import PAGES, make_world

pytestmark = pytest.mark.django_db

TINY = Size((2, 1), heavy=6, unit=Unit(contracts=20, fulfilments=48))


@pytest.fixture(autouse=True)
def _today(evidence_in_memory: None) -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY)):
        yield


def test_the_ledgers_hold_and_each_copy_is_as_its_original() -> None:
    loaded = load("tiny", TINY)
    connection.check_constraints()
    assert world_of(Counted.objects.get().value) == loaded
    heavy = Contract.objects.get(pk=loaded.own["contract"]["pk"])
    assert heavy.allocations.count() >= TINY.heavy
    assert list(differences(Region.objects.all(), make.TODAY)) == []
    giant, copy = (Region.objects.get(code=code) for code in ("gooi", "gooi-1"))
    first = Contract.objects.filter(region=giant, reference__regex=r"^B-\d+$")
    assert first.count() == TINY.unit.contracts == Contract.objects.filter(region=copy).count()
    amounts = [
        lines.aggregate(sum=Sum("amount"))["sum"]
        for lines in (
            FulfilmentLine.objects.filter(contract__in=first),
            FulfilmentLine.objects.filter(contract__region=copy),
        )
    ]
    assert amounts[0] == amounts[1] > 0


def test_it_holds_what_is_hard() -> None:
    """Shared contracts, frameworks with call-offs, what ended in each way; claims in every state;
    lines that came late, and those that were reversed.
    """
    fill(TINY)
    contracts = Contract.objects.all()
    assert set(contracts.values_list("state", flat=True)) >= {"active", "ended", "settled"}
    assert contracts.filter(parent__is_framework=True).exists()
    assert any(contract.shares.count() == 2 for contract in contracts)
    assert any(contract.changes.exists() for contract in contracts)
    assert any(contract.history.exists() for contract in contracts)
    states = set(Fulfilment.objects.values_list("latest__state", flat=True))
    assert states == set(FulfilmentState.values) - {FulfilmentState.SUPERSEDED}
    assert FulfilmentLine.objects.exclude(reverses=None).exists()
    late = FulfilmentLine.objects.filter(month__year__in=ClosedYear.objects.values("year"))
    assert late.filter(booked__year=max(CLOSED) + 1).exists()


def everything() -> list[Any]:
    postings = Posting.objects.order_by("pk").values_list("region", "number", "why")
    lines = FulfilmentLine.objects.order_by("pk").values_list("contract", "month", "amount")
    contracts = Contract.objects.order_by("pk").values_list("reference", "value", "end_date")
    return [*postings, *lines, *contracts]


def test_the_same_seed_loads_the_same_rows() -> None:
    found = []
    for _again in range(2):
        with transaction.atomic():
            fill(TINY)
            found.append([row[1:] for row in everything()])
            transaction.set_rollback(True)
    assert found[0] == found[1]


def test_every_page_that_answers_is_visited() -> None:
    world = make_world(make.make_region())
    asked = {(visit.role, visit.name) for visit in visits(world)}
    opened = {
        (role, name)
        for name, page in PAGES.items()
        for role in Role
        if page.method == "get" and page.code(role) == 200 and name != "ready"
    }
    assert opened - asked == set()


def test_growth_is_the_ratio_of_ratios() -> None:
    """Thirty times its floor where it was twenty times at S is half as much again; what did not
    answer has no growth.
    """
    small = [Row("page", "adviser start", 20.0), Row("page", "reader help", said="answers 503")]
    large = [Row("page", "adviser start", 30.0, queries=9), Row("page", "reader help", 2.0)]
    follows = with_what_follows(large, small)[2:]
    assert [(row.goal, row.what, row.ratio) for row in follows] == [
        ("queries", "adviser start", 9),
        ("page-growth", "adviser start", 1.5),
    ]


def for_ever() -> None:
    while True:
        pass


def a_page_that_hides_its_faults() -> None:
    with suppress(Exception), connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", [for_ever, a_page_that_hides_its_faults])
def test_what_takes_too_long_is_left(work: Callable[[], None]) -> None:
    """In Python, and in the database; afterwards there is a connection again."""
    with pytest.raises(TooLong), at_most(0.2):
        work()
    assert not Region.objects.exists()
