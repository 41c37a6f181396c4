"""A report that was proposed or sent back waits for somebody, who sees it and hears of it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts.models import NoticeChoice, NoticeKind, When
from reporting.adoption import door as adoption
from sroi.access import Role
from sroi.doors import Act
from sroi.pages.mail.sending import tell_of
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Any:
    region = make.make_region()
    with time_machine.travel(make.moment(date(2025, 3, 3)), tick=False):
        users = {
            role: make.make_user(role, region, name=name, email=f"{name.lower()}@example.org")
            for role, name in ((Role.ADVISER, "Noor"), (Role.REGION_ADMIN, "Kim"))
        }
        yield region, users


def start_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("start")).content.decode()


def act_of(user: Any, why: str = "") -> Act:
    return Act.of(user, timezone.now(), why)


def test_who_can_make_it_final_is_asked_and_who_wrote_it_is_not(people: Any) -> None:
    region, users = people
    noor, kim = users[Role.ADVISER], users[Role.REGION_ADMIN]
    asked = "Stel het jaarverslag over 2024 vast"
    assert asked not in start_of(kim)
    adoption.propose(region, 2024, act_of(noor))
    assert asked in start_of(kim)
    assert "Noor" in start_of(kim)
    assert asked not in start_of(noor)


def test_who_wrote_it_is_asked_when_it_comes_back_with_the_reason(people: Any) -> None:
    region, users = people
    noor, kim = users[Role.ADVISER], users[Role.REGION_ADMIN]
    adoption.propose(region, 2024, act_of(noor))
    adoption.send_back(region, 2024, act_of(kim, "De inleiding mist."))
    assert "Kijk nog eens naar het jaarverslag over 2024" in start_of(noor)
    assert "De inleiding mist." in start_of(noor)
    adoption.propose(region, 2024, act_of(noor))
    assert "Kijk nog eens" not in start_of(noor)


def test_it_is_told_by_mail_once_and_only_to_whose_turn_it_is(people: Any) -> None:
    region, users = people
    NoticeChoice.objects.bulk_create(
        NoticeChoice(user=user, kind=NoticeKind.QUESTION, when=When.AT_ONCE)
        for user in users.values()
    )
    adoption.propose(region, 2024, act_of(users[Role.ADVISER]))
    for _time in range(2):
        tell_of(timedelta(hours=1))
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["kim@example.org"], "Social return: Het jaarverslag over 2024 is voorgesteld")
    ]
