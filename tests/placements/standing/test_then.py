"""What was so at the end of a day, asked later: it is what one saw on that day itself."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import ClosedYear, Contract, Region
from contracts.owed import door as obligations
from placements.claims.valuing import fetch
from placements.life import door as life
from placements.models import FulfilmentLine, FulfilmentState, FulfilmentVersion
from placements.standing.heard import silent
from placements.standing.known import waiting
from placements.standing.progress import with_progress
from placements.standing.then import counting_on, waiting_on
from reporting.figures.annual import figures_of
from reporting.outlook.outlook import outlook
from sroi.database.together import answered
from sroi.doors import EVERYTHING
from tests import factories as make

pytestmark = pytest.mark.django_db
FIRST = date(2024, 10, 1)


def pks(rows: Any) -> set[int]:
    return set(rows.values_list("pk", flat=True))


class Walk:
    """A contract to which something happens each day, drawn by chance, and what one saw then."""

    def __init__(self, contract: Contract, seed: int) -> None:
        self.contract, self.chance = contract, random.Random(seed)

    def days(self, number: int) -> list[tuple[date, Any]]:
        found = []
        for n in range(number):
            day = FIRST + timedelta(days=9 * n)
            self.happen(day)
            found.append((day, self.seen(day)))
        return found

    def seen(self, day: date) -> Any:
        versions = FulfilmentVersion.objects.all()
        return (
            pks(waiting(versions)),
            pks(versions.filter(accepted_of__isnull=False)),
            with_progress([self.contract], day)[self.contract.pk],
        )

    def happen(self, day: date) -> None:
        state = self.chance.choice([FulfilmentState.DRAFT, FulfilmentState.SUBMITTED])
        span = {
            "start_date": date(2024, 11, 1),
            "end_date": date(2025, 10, 31),
            "confirmed_until": None,
        }
        ref = f"K-{day}"
        make.make_placement(self.contract, state=state, on=day, candidate_ref=ref, **span)
        for version in list(FulfilmentVersion.objects.order_by("pk")):
            if self.chance.random() < 0.4:
                self.move(FulfilmentVersion.objects.get(pk=version.pk), day)

    def move(self, version: FulfilmentVersion, day: date) -> None:
        act, region = make.act(why="Zo is het", today=day), self.contract.region
        if version.state in (FulfilmentState.DRAFT, FulfilmentState.RETURNED):
            life.submit([version], act, answered=EVERYTHING)
        elif version.state == FulfilmentState.SUBMITTED:
            answer = self.chance.choice([life.return_, life.reject, life.withdraw, None, None])
            if answer:
                answer(version, act)
            else:
                life.accept([version], act, region=region, without_evidence="Gezien op kantoor")
        elif version.state == FulfilmentState.ACCEPTED:
            if version.fulfilment.latest_id != version.pk or self.chance.random() < 0.4:
                return
            if self.chance.random() < 0.5:
                life.withdraw(version, act)
            else:
                fetch([version])
                _fulfilment, _number, content = life._said_again(version, act)
                content.fields |= {"state": FulfilmentState.DRAFT, "submitted_at": None}
                life.propose_change(version.fulfilment, content, act)


@pytest.mark.parametrize("seed", range(3))
def test_what_one_saw_on_a_day_is_told_of_it_later(region: Region, linde: Any, seed: int) -> None:
    contract = make.make_contract(region, linde, end_date=date(2026, 12, 31))
    days = Walk(contract, seed).days(14)
    versions, moves = FulfilmentVersion.objects.all(), 0
    for day, (waited, counted, progress) in days:
        assert pks(waiting_on(versions, day)) == waited, day
        assert pks(counting_on(versions, day)) == counted, day
        then = with_progress([contract], day, looking_back=True)[contract.pk]
        assert (then.planned, then.pending) == (progress.planned, progress.pending), day
        moves += bool(waited) and bool(counted)
    assert moves > 3


def test_a_report_of_a_year_does_not_count_the_queue_of_today(contract: Contract) -> None:
    """One waited at the end of 2024 and was answered in 2025; one was handed in in 2025."""
    old = make.make_purchase(contract, state=FulfilmentState.SUBMITTED, on=date(2024, 12, 30))
    make.make_purchase(contract, state=FulfilmentState.SUBMITTED, on=date(2025, 2, 1))
    life.accept([old], make.act(today=date(2025, 1, 2)), region=contract.region)

    def waited(year: int, today: date) -> int:
        return figures_of(None, contract.region, year, today=today).quality.awaiting_review

    assert waited(2024, make.TODAY) == 1
    assert waited(2023, make.TODAY) == 0
    assert waited(2025, date(2025, 1, 31)) == 0
    assert waited(2025, make.TODAY) == 1


def silent_on(day: date) -> Any:
    versions, lines = FulfilmentVersion.objects.all(), FulfilmentLine.objects.all()
    return silent(Contract.objects.all(), versions, lines, 6, day)


def test_what_was_settled_later_was_silent_then(contract: Contract) -> None:
    assert [*silent_on(date(2024, 12, 31))] == [contract]
    obligations.end(contract, make.act(today=date(2026, 1, 1)))
    contract.refresh_from_db()
    obligations.settle(contract, make.act(today=date(2026, 2, 1)), on=date(2026, 2, 1))
    assert [*silent_on(date(2024, 12, 31))] == [contract]


def test_what_was_reported_after_its_year_was_closed_was_silent_then(contract: Contract) -> None:
    close(contract.region, 2024)
    make.make_purchase(contract, paid_on=date(2024, 11, 1), on=date(2025, 4, 1))
    assert [*silent_on(date(2024, 12, 31))] == [contract]


def close(region: Region, year: int) -> None:
    at = make.moment(date(year + 1, 3, 1))
    ClosedYear.objects.create(region=region, year=year, last_posting=99, closed_at=at)


def test_who_reviewed_own_entries_stays_in_its_year(region: Region, contract: Contract) -> None:
    version = make.make_purchase(contract, on=date(2024, 6, 1))
    FulfilmentVersion.objects.filter(pk=version.pk).update(self_reviewed=True)

    def self_reviewed(year: int) -> int:
        return figures_of(None, region, year, today=make.TODAY).quality.self_reviewed

    assert self_reviewed(2024) == 1
    version.refresh_from_db()
    close(region, 2024)
    life.withdraw(version, make.act(why="Fout", today=date(2025, 4, 1)))
    assert (self_reviewed(2024), self_reviewed(2025)) == (1, 0)


def test_the_outlook_is_from_the_last_day_of_the_year(contract: Contract) -> None:
    """Of € 50.000, a placement of € 40.000 in 2025 was accepted in 2024, and taken back in
    February.
    """
    year = {
        "start_date": date(2025, 1, 1),
        "end_date": date(2025, 12, 31),
        "confirmed_until": None,
    }
    placed = make.make_placement(contract, on=date(2024, 12, 20), **year)
    expected = (2025, Decimal(40_000), Decimal(50_000))

    def promised() -> Any:
        (promise,) = answered(outlook(contract.region, 2024, [], make.TODAY)).promises
        return promise.year, promise.forecast, promise.obliged

    assert promised() == expected
    placed.refresh_from_db()
    life.withdraw(placed, make.act(why="Gestopt", today=date(2025, 2, 1)))
    assert promised() == expected
