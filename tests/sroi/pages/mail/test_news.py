"""The worker asks what is new: it is told soon, once, also after a crash and whatever the order of
commits.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.acts import door as acts
from contracts.models import ContractEvent, Happened, Notice, NoticeState
from placements import telling
from sroi.access import Role
from sroi.doors import Act
from sroi.pages.mail import news
from sroi.pages.mail.news import News
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = make.moment(date(2025, 7, 1))
LONG_AGO = make.moment(date(2025, 1, 1))


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    """A contract of which all was told long ago, and the person of its contractor."""
    region, firm = make.make_region(), make.make_contractor("De Linde")
    make.make_user(Role.CONTRACTOR, region, contractor=firm, email="robin@example.org")
    contract = make.make_contract(region, firm, title="Wegen")
    ContractEvent.objects.update(at=LONG_AGO)
    return SimpleNamespace(region=region, firm=firm, contract=contract)


def happens(world: SimpleNamespace, at: datetime | None = None, **more: Any) -> ContractEvent:
    return ContractEvent.objects.create(
        contract=world.contract, what=Happened.ENDED, at=at or timezone.now(), **more
    )


def told() -> int:
    """How many sentences were mailed since this was asked last."""
    number = sum(message.body.count("is beëindigd.") for message in mail.outbox)
    mail.outbox.clear()
    return number


def test_what_happened_is_told_once(world: SimpleNamespace) -> None:
    worker = News()
    worker.look()
    assert told() == 0
    happens(world)
    worker.look()
    assert told() == 1
    worker.look()
    News().look()  # another worker, or this one after it was killed
    assert told() == 0


def test_where_nothing_happened_only_counts_are_asked(world: SimpleNamespace) -> None:
    worker = News()
    worker.look()
    with CaptureQueriesContext(connection) as asked:
        worker.look()
    assert len(asked) == len(news.rows_to_tell_of())
    assert all("COUNT(" in query["sql"] for query in asked)


def test_what_happened_while_no_worker_ran_is_told_by_the_next(world: SimpleNamespace) -> None:
    happens(world, NOW - timedelta(days=3))
    News().look()
    assert told() == 1


def test_what_was_noted_by_a_worker_that_was_killed_before_it_mailed_is_told(
    world: SimpleNamespace,
) -> None:
    happens(world, NOW - timedelta(days=3))
    telling.gather(NOW - timedelta(days=2), timedelta(days=2))
    assert Notice.objects.get().state == NoticeState.WAITING
    News().look()
    assert told() == 1


def test_what_is_committed_after_a_higher_key_is_told(world: SimpleNamespace) -> None:
    """As on PostgreSQL, where keys are handed out before the commit."""
    worker, late = News(), happens(world, LONG_AGO)
    key = late.pk
    late.delete()
    happens(world)
    worker.look()
    assert told() == 1
    happens(world, pk=key)
    worker.look()
    assert told() == 1


def test_what_happens_while_it_is_told_is_told_next(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell_and_meanwhile(back: timedelta) -> None:
        tell_of(back)
        happens(world)
        monkeypatch.setattr(news, "tell_of", tell_of)

    worker, tell_of = News(), news.tell_of
    happens(world)
    monkeypatch.setattr(news, "tell_of", tell_and_meanwhile)
    worker.look()
    assert told() == 1
    worker.look()
    assert told() == 1


@pytest.mark.parametrize("fault", [OperationalError, ZeroDivisionError])
def test_what_could_not_be_told_is_told_later(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """A database that is away is tried again; any other fault ends no worker, and is tried with the
    next news.
    """

    def fails(back: timedelta) -> None:
        raise fault

    worker, tell_of = News(), news.tell_of
    happens(world, NOW - timedelta(days=1))
    monkeypatch.setattr(news, "tell_of", fails)
    if fault is OperationalError:
        with pytest.raises(OperationalError):
            worker.look()
    else:
        worker.look()
    monkeypatch.setattr(news, "tell_of", tell_of)
    worker.look()
    assert told() == (1 if fault is OperationalError else 0)
    happens(world)
    worker.look()
    assert told() == (1 if fault is OperationalError else 2)


def test_that_a_proposal_was_declined_is_told(world: SimpleNamespace) -> None:
    officer = make.make_user(Role.PROCUREMENT_OFFICER, world.region, email="sanne@example.org")
    proposal, worker = make.make_proposal(world.contract, officer), News()
    worker.look()
    assert mail.outbox == []
    adviser = make.make_user(Role.ADVISER, world.region)
    acts.decline(proposal, Act.of(adviser, NOW, "Geen meerwerk"))
    worker.look()
    assert [message.to for message in mail.outbox] == [["sanne@example.org"]]


def test_a_demonstration_tells_nothing(world: SimpleNamespace, settings: Any) -> None:
    settings.DEMO = True
    happens(world)
    News().look()
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_looks_by_itself(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    region, firm = make.make_region(), make.make_contractor("De Linde")
    make.make_user(Role.CONTRACTOR, region, contractor=firm, email="robin@example.org")
    runs = {
        "start_date": date(2024, 12, 1),
        "end_date": date(2026, 12, 31),
        "award_date": date(2024, 12, 1),
    }
    make.make_contracts(region, firm, 3, title="Wegen", **runs)
    call_command("run_tasks", once=True)
    (message,) = mail.outbox
    assert message.body.count("met social return is vastgelegd.") == 3
