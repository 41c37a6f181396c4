"""Both sides, and many of one side, at once: a match is agreed, planned and started once.

SQLite serialises writers, so it hides most of this; the PostgreSQL run of the tests does not.
"""

from decimal import Decimal

import pytest

from contracts.models import PlanAmount
from placements.matching import door
from placements.models import Match, MatchEvent, MatchState
from sroi.access import Role
from tests import factories as make
from tests.placements.life.test_races import at_once
from tests.placements.matching.test_door import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_sides_at_once_agree_once_and_it_is_planned_once() -> None:
    world = World()
    match = make.make_match(world.contract, world.need())
    roles = [Role.CONTRACTOR, Role.PARTNER] * 4

    def agree(role: str) -> None:
        door.agree(Match.objects.get(pk=match.pk), *world.doing(role))

    done = at_once(*(lambda role=role: agree(role) for role in roles))
    assert sorted(done) == ["done"] * 2 + ["refused"] * 6
    match.refresh_from_db()
    assert (match.state, match.in_plan) == (MatchState.AGREED, True)
    assert sorted(MatchEvent.objects.values_list("what", flat=True)) == ["agreed", "answered"]
    assert sum(row.amount for row in PlanAmount.objects.all()) == Decimal(4000)


def test_many_at_once_start_it_once() -> None:
    world = World()
    match = world.agreed()

    def start() -> None:
        door.start(Match.objects.get(pk=match.pk), make.TODAY, *world.doing(Role.CONTRACTOR))

    done = at_once(*[start] * 6)
    assert sorted(done) == ["done"] + ["refused"] * 5
    assert world.contract.allocations.count() == 1
