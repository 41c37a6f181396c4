"""Who does not come any more has no role any more, after a warning; the last region admin stays."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Membership
from contracts.people.ending import away
from contracts.people.ending.door import end_roles_of_who_stays_away
from sroi.access import Role
from sroi.accounts.ending.terms import kept_versions, version_of
from sroi.periods import DAY, add_months, over_since
from sroi.server.outbox import send_kept
from tests import factories as make

pytestmark = pytest.mark.django_db
CAME = datetime(2025, 3, 10, 12, tzinfo=UTC)
# Twelve months after that, and thirty days before.
OVER, TOLD = date(2026, 3, 10), date(2026, 2, 8)


def night_of(day: date) -> int:
    with time_machine.travel(datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)):
        ended = end_roles_of_who_stays_away(datetime.now(UTC))
        send_kept.call()
        return ended


def came(user: Any, at: datetime | None) -> None:
    get_user_model().objects.filter(pk=user.pk).update(last_login=at)


def role_of(user: Any) -> Membership:
    return Membership.objects.get(user=user)


@pytest.fixture
def world() -> Any:
    """An admin who comes, and an adviser who was here for the last time on 10 March 2025."""
    region = make.make_region()
    with time_machine.travel("2024-01-01T12:00:00+01:00"):
        admin = make.make_user(Role.REGION_ADMIN, region, email="beheer@example.org")
        away_since = make.make_user(Role.ADVISER, region, email="weg@example.org", name="Wil Weg")
    came(admin, datetime(2027, 1, 1, tzinfo=UTC))
    came(away_since, CAME)
    return type("World", (), {"region": region, "admin": admin, "gone": away_since})


def test_first_a_warning_then_the_end(world: Any) -> None:
    assert night_of(TOLD - timedelta(days=1)) == 0
    assert not mail.outbox
    night_of(TOLD)
    night_of(TOLD + timedelta(days=1))
    (told,) = mail.outbox
    assert told.to == ["weg@example.org"]
    assert "10 maart 2026" in told.body
    assert reverse("login") in told.body
    assert away.ends_on(role_of(world.gone), TOLD) == OVER
    assert night_of(OVER - timedelta(days=1)) == 0
    assert night_of(OVER) == 1
    ended = role_of(world.gone)
    assert ended.ended_at is not None
    assert ended.history.first().history_user is None
    assert night_of(OVER + timedelta(days=1)) == 0


def test_who_comes_back_is_warned_anew_a_year_later(world: Any) -> None:
    night_of(TOLD)
    came(world.gone, datetime(2026, 2, 20, tzinfo=UTC))
    assert away.ends_on(role_of(world.gone), OVER) is None
    assert night_of(OVER) == 0
    assert night_of(date(2027, 2, 20)) == 0
    assert len(mail.outbox) == 2
    assert away.ends_on(role_of(world.gone), date(2027, 2, 20)) == date(2027, 3, 22)
    assert night_of(date(2027, 3, 21)) == 0
    assert night_of(date(2027, 3, 22)) == 1


def test_nobody_is_put_out_without_a_warning_in_time(world: Any) -> None:
    """Also where nights were left out, or this is the first night ever."""
    later = date(2027, 6, 1)
    assert night_of(later) == 0
    assert night_of(later + timedelta(days=29)) == 0
    assert night_of(later + timedelta(days=30)) == 1


def test_who_advises_asks_who_takes_over(world: Any) -> None:
    make.make_contract(world.region, make.make_contractor(), adviser=world.gone)
    night_of(TOLD)
    asked = next(each for each in mail.outbox if each.to == ["beheer@example.org"])
    end = reverse("user-end", args=[role_of(world.gone).pk])
    assert "Wil Weg" in asked.subject
    assert end in asked.body
    assert "1 contract" in asked.body
    client = Client()
    client.force_login(world.admin)
    with time_machine.travel("2026-02-09T12:00:00+01:00"):
        for url in (reverse("user-list"), reverse("user-detail", args=[role_of(world.gone).pk])):
            assert "10 maart 2026" in client.get(url).content.decode()
        assert list(client.get(end).context["form"].fields) == ["successor"]


def test_the_last_region_admin_stays_and_of_two_who_came_last(world: Any) -> None:
    second = make.make_user(Role.REGION_ADMIN, world.region)
    Membership.objects.update(started_at=datetime(2024, 1, 1, tzinfo=UTC))
    came(second, CAME - timedelta(days=9))
    came(world.admin, CAME - timedelta(days=2))
    night_of(TOLD)
    night_of(date(2026, 4, 1))
    running = Membership.objects.filter(ended_at=None, role=Role.REGION_ADMIN)
    assert [row.user for row in running] == [world.admin]


def test_a_role_of_a_group_holds_for_ninety_days_after_the_group_was_seen(world: Any) -> None:
    """A password that still works does not renew it."""
    Membership.objects.filter(user=world.gone).update(
        vouched_by="entra", vouched_at=datetime(2026, 1, 1, 12, tzinfo=UTC)
    )
    came(world.gone, datetime(2026, 3, 31, tzinfo=UTC))
    assert night_of(date(2026, 3, 1)) == 0
    assert not mail.outbox
    night_of(date(2026, 3, 2))
    assert len(mail.outbox) == 1
    assert night_of(date(2026, 3, 31)) == 0
    assert night_of(date(2026, 4, 1)) == 1


def test_the_night_does_it(world: Any) -> None:
    for day in (TOLD, OVER):
        with time_machine.travel(f"{day}T03:00:00+01:00"):
            call_command("apply_retention", stdout=StringIO())
    assert role_of(world.gone).ended_at is not None


def test_a_file_of_before_ends_no_role(settings: Any, tmp_path: Any, world: Any) -> None:
    old = {"valid_from": None, "account_months": 12, "session_days": 14, "log_months": 24}
    assert not version_of(old).ends_roles
    with pytest.raises(ValueError, match="above 0"):
        version_of(old | {"away_months": 6})
    settings.USER_TERMS = tmp_path / "terms.json"
    settings.USER_TERMS.write_text(
        '[{"valid_from": null, "account_months": 12, "session_days": 14, "log_months": 24}]'
    )
    night_of(TOLD)
    assert night_of(date(2030, 1, 1)) == 0
    assert not mail.outbox


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_the_day_that_is_told_is_the_first_night_on_which_it_ends(seen: date) -> None:
    (terms,) = kept_versions()
    shown = add_months(seen, terms.away_months)
    assert over_since(shown - DAY, terms.away_months) < seen <= over_since(shown, terms.away_months)
