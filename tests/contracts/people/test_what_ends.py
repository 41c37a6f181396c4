"""What is kept about users ends in time: accounts, invitations, sessions, rows of the log."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Contract, Invitation, Policy
from contracts.people.ending.door import accounts_over
from sroi.access import Role
from sroi.accounts.ending.terms import UserTerms, kept_versions, terms_on, version_of
from sroi.accounts.models import NOBODY, AuditEvent, AuditKind, Erasure
from tests import factories as make

pytestmark = pytest.mark.django_db
# As somebody else may have written it in a file.
ADDRESS = "Weg@Example.org"


def on(day: str, **options: Any) -> str:
    out = StringIO()
    with time_machine.travel(f"{day}T12:00:00+01:00"):
        call_command("apply_retention", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def gone() -> Any:
    """Whose last role ended on 1 March 2024, and who signed in for the last time before."""
    region = make.make_region()
    with time_machine.travel("2023-01-01T12:00:00+01:00"):
        make.make_user(Role.REGION_ADMIN, region)
        user = make.make_user(Role.READER, region, email="weg@example.org", name="Wil Weg")
    user.memberships.update(ended_at=datetime(2024, 3, 1, 12, tzinfo=UTC))
    get_user_model().objects.filter(pk=user.pk).update(
        last_login=datetime(2024, 2, 1, tzinfo=UTC), date_joined=datetime(2023, 1, 1, tzinfo=UTC)
    )
    return user


def test_an_account_without_a_role_ends_and_its_name_stays_with_decisions(gone: Any) -> None:
    UserSession.objects.create(user=gone, ip="192.0.2.1", session_key="x" * 32, user_agent="y")
    region = gone.memberships.get().region
    for fields in ({"adviser": gone, "adviser_email": gone.email}, {"adviser_email": ADDRESS}):
        make.make_contract(region, make.make_contractor(), **fields)
    other = make.make_contract(region, make.make_contractor(), adviser_email="niet@example.org")
    on("2025-02-28")
    gone.refresh_from_db()
    assert gone.email == "weg@example.org"
    assert "accounts: 1" in on("2025-03-01", dry_run=True)
    assert "accounts: 1" in on("2025-03-01")
    gone.refresh_from_db()
    assert (gone.name, gone.email, gone.last_login) == ("Wil Weg", f"{gone.pk}{NOBODY}", None)
    assert (gone.is_active, gone.has_usable_password()) == (False, False)
    assert not EmailAddress.objects.filter(user=gone).exists()
    assert not UserSession.objects.exists()
    for rows in (Contract.objects, Contract.history):
        left = rows.exclude(adviser_email="").values_list("reference", "adviser_email")
        assert list(left) == [(other.reference, "niet@example.org")]
    gone.name = ""
    assert str(gone) == "oud-gebruiker"
    assert "accounts" not in on("2025-03-02")


def test_who_has_a_role_or_signed_in_stays(gone: Any) -> None:
    assert accounts_over(date(2025, 3, 1)) == [gone.pk]
    assert accounts_over(date(2025, 2, 28)) == []
    get_user_model().objects.filter(pk=gone.pk).update(last_login=datetime(2024, 4, 1, tzinfo=UTC))
    assert accounts_over(date(2025, 3, 1)) == []
    assert accounts_over(date(2025, 4, 1)) == [gone.pk]
    gone.memberships.update(ended_at=None)
    assert accounts_over(date(2030, 1, 1)) == []


def test_an_account_is_erased_again_after_a_restore(gone: Any, tmp_path: Path) -> None:
    journal = tmp_path / "erasures.jsonl"
    on("2025-03-01", journal=journal)
    assert json.loads(journal.read_text()) == {"subject": "accounts.user", "number": gone.pk}
    Erasure.objects.all().delete()
    get_user_model().objects.filter(pk=gone.pk).update(
        email="weg@example.org", last_login=datetime(2025, 2, 1, tzinfo=UTC), is_active=True
    )
    on("2025-03-02", journal=journal)
    gone.refresh_from_db()
    assert (gone.email.endswith(NOBODY), gone.is_active) == (True, False)


def test_an_invitation_that_nobody_took_goes_by_the_policy_of_its_region() -> None:
    near, far = make.make_region(), make.make_region("utrecht", "Utrecht")
    Policy.objects.filter(region=far).update(retention_invitation_months=6)
    lapsed = make.moment(date(2024, 1, 31))
    for region in (near, far):
        make.make_invitation(region, email=f"{region.code}@example.org")
    taken = make.make_invitation(near, email="genomen@example.org")
    Invitation.objects.update(expires_at=lapsed)
    Invitation.objects.filter(pk=taken.pk).update(accepted_at=lapsed)
    on("2024-04-29")
    assert Invitation.objects.count() == 3
    on("2024-04-30")
    assert Invitation.objects.filter(accepted_at=None).get().region == far
    on("2024-07-31")
    assert Invitation.objects.get() == taken


def test_sessions_and_rows_of_the_log_go(gone: Any) -> None:
    old = AuditEvent.objects.create(kind=AuditKind.SIGNED_IN, user=gone)
    AuditEvent.objects.filter(pk=old.pk).update(at=datetime(2022, 1, 1, tzinfo=UTC))
    new = AuditEvent.objects.create(kind=AuditKind.SIGNED_IN, user=gone)
    AuditEvent.objects.filter(pk=new.pk).update(at=datetime(2022, 6, 1, tzinfo=UTC))
    seen = datetime(2023, 12, 1, tzinfo=UTC)
    session = UserSession.objects.create(user=gone, ip="192.0.2.1", session_key="x" * 32)
    UserSession.objects.filter(pk=session.pk).update(last_seen_at=seen)
    on("2023-12-15")
    assert UserSession.objects.exists()
    on("2024-01-02")
    assert list(AuditEvent.objects.all()) == [new]
    assert not UserSession.objects.exists()


def test_the_terms_are_versions_with_a_date() -> None:
    first = UserTerms(None, 12, 14, 24)
    later = UserTerms(date(2027, 1, 1), 6, 7, 12)
    assert terms_on(date(2026, 12, 31), [later, first]) == first
    assert terms_on(date(2027, 1, 1), [first, later]) == later
    assert kept_versions()[0].valid_from is None
    row = {"valid_from": None, "account_months": 0, "session_days": 1, "log_months": 1}
    with pytest.raises(ValueError, match="above 0"):
        version_of(row)


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_longer_term_never_ends_earlier(today: date, months: int) -> None:
    short, long = UserTerms(None, months, months, months), UserTerms(None, 61, 61, 61)
    assert long.account_over(today) < short.account_over(today) < today
    assert long.log_over(today) < short.log_over(today) < today
    assert today - short.sessions_over(today) == timedelta(days=months)
