"""A day on which somebody says that something happened is never one that has yet to come, at any
door that is told of one (docs/decisions/what-lies-ahead-has-not-happened.md).
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.dossier import door as dossier
from contracts.models import Basis, ChangeKind, ContractNote, ObligationChange
from contracts.owed import door as obligations
from contracts.owed.terms import change_faults, given_by
from contracts.plans import door as plans
from placements.evidence import door as evidence
from placements.life import door as life
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import TODAY, act, signed_in

pytestmark = pytest.mark.django_db
TOMORROW = date(2025, 7, 2)
Told = Callable[[Any, date], object]


def note(contract: Any, day: date) -> object:
    return dossier.write(contract, "conversation", day, "Gebeld", act(), shared=False)


def contact(contract: Any, day: date) -> object:
    return plans.record_contact(contract, day, act(why="Kennisgemaakt"))


def seen(contract: Any, day: date) -> object:
    version = make.make_activity(contract, state="submitted", proved=False)
    return evidence.see(version, "activity_report", "Getoond", day, act())


def confirmed(contract: Any, day: date) -> object:
    fulfilment = make.make_placement(contract, end_date=None).fulfilment
    return life.confirm([fulfilment], day, act(), region=contract.region)


def settled(contract: Any, day: date) -> object:
    obligations.end(contract, act(why="Afgelopen"))
    return obligations.settle(contract, act(why="Afgerekend"), on=day)


def turnover(contract: Any, day: date) -> object:
    of_turnover = make.make_contract(
        contract.region, contract.contractor, basis=Basis.INVOICED_TURNOVER
    )
    statement = ObligationChange(
        contract=of_turnover,
        kind=ChangeKind.TURNOVER,
        effective_date=day,
        turnover=1000,
        reason="Opgave",
        identity="opgave",
    )
    return obligations.change([statement], act(why="Opgave"), region=contract.region)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.mark.parametrize("told", [note, contact, seen, confirmed, settled, turnover])
def test_a_door_is_told_of_today_at_the_latest(contract: Any, told: Told) -> None:
    with pytest.raises(Refused, match="Deze dag moet nog komen"):
        told(contract, TOMORROW)


@pytest.mark.parametrize("told", [note, contact, seen, confirmed, settled, turnover])
def test_today_it_is_taken(contract: Any, told: Told) -> None:
    told(contract, TODAY)


def test_only_a_statement_of_turnover_says_that_it_happened(contract: Any) -> None:
    more = ObligationChange(
        contract=contract,
        kind=ChangeKind.AMENDMENT,
        effective_date=TOMORROW,
        value_delta=1000,
        reason="Meerwerk",
    )
    assert list(change_faults(given_by(more), contract, TODAY)) == []


def test_the_form_of_a_note_says_so_beside_the_day(region: Any, contract: Any) -> None:
    client = signed_in(make.make_user(Role.ADVISER, region))
    typed = {"kind": "note", "day": TOMORROW.isoformat(), "text": "Gebeld"}
    answer = client.post(reverse("note-new", args=[contract.pk]), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"day"}
    assert not ContractNote.objects.exists()
