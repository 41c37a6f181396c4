"""To ask for moments by day gives what the date of each moment says, around midnight and where the
clock changes; and nothing works that date out of every row.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localtime
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sroi.access import Role
from sroi.accounts.models import AuditEvent, AuditKind
from sroi.database import days
from tests import factories as make

DAYS = st.dates(date(2024, 1, 1), date(2025, 12, 31))
# Around the last midnight of winter and of summer time, and the new year, in minutes.
ENDS = st.sampled_from(
    [
        datetime(2024, 3, 30, 23, tzinfo=UTC),
        datetime(2024, 10, 26, 22, tzinfo=UTC),
        datetime(2024, 12, 31, 23, tzinfo=UTC),
    ]
)
MOMENTS = st.builds(
    lambda end, minutes: end + timedelta(minutes=minutes), ENDS, st.integers(-1600, 1600)
)


class ByDayTest(TestCase):
    @given(at=MOMENTS, first=DAYS, more=st.integers(0, 2))
    @example(at=datetime(2024, 3, 30, 23, tzinfo=UTC), first=date(2024, 3, 31), more=0)
    @example(at=datetime(2024, 3, 31, 22, tzinfo=UTC), first=date(2024, 3, 31), more=0)
    @example(at=datetime(2024, 10, 27, 22, 59, tzinfo=UTC), first=date(2024, 10, 27), more=0)
    def test_as_the_date_of_each_moment(self, at: datetime, first: date, more: int) -> None:
        event = AuditEvent.objects.create(kind=AuditKind.SIGNED_IN)
        AuditEvent.objects.filter(pk=event.pk).update(at=at)
        day, last = localtime(at).date(), first + timedelta(days=more)
        assert self.finds(event, days.by("at", first)) == (day <= first)
        assert self.finds(event, days.after("at", first)) == (day > first)
        assert self.finds(event, days.within("at", first, last)) == (first <= day <= last)

    def finds(self, event: AuditEvent, condition: Q) -> bool:
        return AuditEvent.objects.filter(condition, pk=event.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date.max, date(9999, 12, 30)])
def test_the_end_of_the_calendar_is_after_everything(day: date) -> None:
    user = make.make_user(Role.ADVISER, make.make_region())
    assert type(user).objects.filter(days.by("date_joined", day), pk=user.pk).exists()


def test_no_query_works_out_the_date_of_every_row() -> None:
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {line.strip()}"
        for wing in ("sroi", "contracts", "placements", "reporting")
        for path in (settings.BASE_DIR / wing).rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text().splitlines()
        if re.search(r"\w__date(__\w+)?\b\s*[=\"']", line)
    ]
    assert not found
