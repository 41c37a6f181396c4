"""Many at once hand in what is linked: together it never counts for more than the whole, and who
comes too late hears it in words.

SQLite serialises writers, so there a few rounds say as much; on PostgreSQL it is a hundred, or as
many as `RACE_ROUNDS` says. Of a round everything is made once and set back.
"""

import os
import random
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from placements.claims import whole
from placements.life import door as life
from placements.linking import door as linking
from placements.models import Allocation, Fulfilment, FulfilmentVersion
from sroi.doors import EVERYTHING, first_come
from tests.factories import act
from tests.placements.life.test_races import AT_ONCE, at_once
from tests.placements.linking.test_linking import Firm, by_effort, change_to, latest

pytestmark = pytest.mark.django_db(transaction=True)


def rounds(often: int = 100) -> int:
    given = os.environ.get("RACE_ROUNDS")
    return int(given) if given else often if connection.vendor == "postgresql" else 2


@pytest.fixture
def firm() -> Firm:
    return Firm(*(f"regio-{n}" for n in range(AT_ONCE)))


def handing_in(fulfilment: Fulfilment) -> Callable[[], None]:
    seen = latest(fulfilment)

    def submit() -> None:
        with first_come():
            life.submit([seen], act(), answered=EVERYTHING)

    return submit


def test_eight_at_once_hand_in_what_is_linked(firm: Firm) -> None:
    made = [firm.purchase(n) for n in range(AT_ONCE)]
    for other in made[1:]:
        firm.link(made[0], other)
    theirs = FulfilmentVersion.objects.filter(fulfilment__in=made)
    chance = random.Random(19)
    for _round in range(rounds()):
        theirs.update(state="draft", submitted_at=None)
        for one in made:
            share = Decimal(chance.randint(10, 70))
            Allocation.objects.filter(version__fulfilment=one).update(percent=share)
        results = at_once(*(handing_in(one) for one in made))
        assert set(results) <= {"done", "refused"}
        (shares,) = by_effort().values()
        counted = {pk: share for pk, share in shares.items() if share}
        assert len(counted) == results.count("done")
        assert sum(counted.values()) <= 100
        # Nobody was sent away for whom there was room.
        left = 100 - sum(counted.values())
        waiting = Allocation.objects.filter(version__in=theirs.filter(state="draft"))
        assert all(share > left for share in waiting.values_list("percent", flat=True))


def test_linking_and_handing_in_at_once(firm: Firm) -> None:
    """What is linked while it is handed in is either held to the whole, or not linked."""
    made = [firm.purchase(n, "60") for n in range(AT_ONCE)]
    theirs = FulfilmentVersion.objects.filter(fulfilment__in=made)

    def linked(one: Fulfilment, other: Fulfilment) -> Callable[[], None]:
        def link() -> None:
            with first_come():
                linking.link(one, other, firm.access, act(firm.person))

        return link

    for turn in range(rounds(25)):
        theirs.update(state="draft", submitted_at=None)
        Fulfilment.objects.update(effort=None)
        at = turn % AT_ONCE
        chain = [*made[at:], *made[:at]]
        acts: list[Callable[[], Any]] = [handing_in(one) for one in chain[:4]]
        acts += [linked(one, other) for one, other in pairwise(chain[:5])]
        results = at_once(*acts)
        assert set(results) <= {"done", "refused"}
        assert all(sum(shares.values()) <= 100 for shares in by_effort().values())


def test_a_change_and_what_waits_for_its_room_at_once(firm: Firm) -> None:
    """An accepted 40% becomes 70% while others hand in 30 and 60."""
    one = firm.purchase(0, "40", state="accepted")
    two, three = firm.purchase(1, "30"), firm.purchase(2, "60")
    firm.link(one, two)
    firm.link(one, three)
    change_to(one, "70")
    theirs = FulfilmentVersion.objects.filter(latest_of__in=[one, two, three])
    for _round in range(rounds(25)):
        theirs.update(state="draft", submitted_at=None)
        results = at_once(*(handing_in(each) for each in (one, two, three)))
        assert set(results) <= {"done", "refused"}
        effort = Fulfilment.objects.get(pk=one.pk).effort_id
        assert effort is not None
        assert sum(whole.counting([effort])[effort].values()) <= 100
        (shares,) = by_effort().values()
        assert sum(shares.values()) <= 100
