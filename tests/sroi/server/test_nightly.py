"""The work of the night: each job, also when another fails; and when the next night is."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from sroi.management.commands.nightly import hour, seconds_until

HERE = ZoneInfo("Europe/Amsterdam")
YEARS = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01")


@pytest.mark.django_db(transaction=True)
def test_each_job_is_done_and_the_backup_stands_in_the_folder(tmp_path: Path) -> None:
    said = StringIO()
    call_command("nightly", "--backups", str(tmp_path / "new"), stdout=said)
    done = [line[3:] for line in said.getvalue().splitlines() if line.startswith("== ")]
    assert done == [
        "hand_over_due",
        "apply_retention",
        "erase_consents",
        "backup",
        "verify_ledger",
        "send_reminders",
        "count_rows",
    ]
    assert len(list((tmp_path / "new").glob("*.backup"))) == 1
    call_command("nightly", stdout=said)
    assert len(list((tmp_path / "new").glob("*.backup"))) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_fails_is_named_and_keeps_no_other_from_being_done(tmp_path: Path) -> None:
    said = StringIO()
    with pytest.raises(CommandError, match="backup"):
        # There is no passphrase to encrypt with.
        call_command("nightly", "--backups", str(tmp_path), "--encrypt", stdout=said, stderr=said)
    assert "== count_rows" in said.getvalue()
    assert "BACKUP_PASSPHRASE" in said.getvalue()
    assert list(tmp_path.iterdir()) == []


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-11-30 01:30", 1),
        ("2026-11-30 02:30", 24),
        ("2026-11-30 03:30", 23),
        ("2026-12-31 23:30", 3),
        # The clock goes back at three, and forward at two.
        ("2026-10-24 03:30", 23),
        ("2026-10-25 03:30", 23),
        ("2027-03-27 12:30", 14),
    ],
)
def test_the_next_night(now: str, hours: int) -> None:
    assert seconds_until(hour("02:30"), moment(now)) == timedelta(hours=hours).total_seconds()


@given(
    st.datetimes(*YEARS, timezones=st.just(HERE), allow_imaginary=False),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_it_is_never_now_and_never_more_than_a_day_and_an_hour_away(
    now: datetime, hours: int, minutes: int
) -> None:
    wait = seconds_until((hours, minutes), now)
    assert 0 < wait <= timedelta(hours=25).total_seconds()
