"""Erasing in time: per state, dry run first, listed, again after a restore; lines and figures
stay.
"""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from contracts.owed.door import end, settle
from placements.claims.valuing import Candidates, Who
from placements.models import Evidence, FulfilmentLine, FulfilmentVersion
from placements.retention.door import due, erase_again
from reporting.figures.annual import figures_of
from sroi.accounts.models import AuditEvent, Erasure
from sroi.doors import Act
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Any:
    """Ends on 31 December 2025."""
    return make.make_contract(make.make_region(), make.make_contractor())


def on(day: str, **options: Any) -> str:
    out = StringIO()
    with time_machine.travel(f"{day}T12:00:00+01:00"):
        call_command("apply_retention", stdout=out, **options)
    return out.getvalue()


def reference(version: FulfilmentVersion) -> str:
    version.refresh_from_db()
    return version.candidate_ref


@pytest.mark.parametrize(
    ("state", "kept", "erased"),
    [
        ("rejected", "2025-12-31", "2026-01-01"),
        ("draft", "2026-06-30", "2026-07-01"),
        ("accepted", "2027-12-30", "2027-12-31"),
    ],
)
def test_each_state_has_its_time(contract: Any, state: str, kept: str, erased: str) -> None:
    version = make.make_placement(contract, state=state)
    on(kept)
    assert reference(version) == "Kandidaat 17"
    on(erased)
    assert reference(version) == ""
    assert version.age_at_start is None


def test_settling_starts_the_time_of_the_policy(contract: Any) -> None:
    version = make.make_placement(contract)
    at = make.moment(date(2026, 3, 1))
    end(contract, Act.of(None, at, "Klaar"))
    settle(contract, Act.of(None, at, "Akkoord"), on=date(2026, 3, 1))
    on("2028-02-29")
    assert reference(version)
    on("2028-03-01")
    assert not reference(version)


def test_lines_and_ledger_stay_right(contract: Any) -> None:
    make.make_placement(contract, bonuses=["AGE_GE55"], age_at_start=57)
    before = list(FulfilmentLine.objects.values_list("pk", "amount"))
    on("2028-01-01")
    assert list(FulfilmentLine.objects.values_list("pk", "amount")) == before
    call_command("verify_ledger", stdout=StringIO())


def test_a_dry_run_says_and_does_nothing(contract: Any) -> None:
    version = make.make_placement(contract, state="rejected")
    said = on("2026-02-01", dry_run=True)
    assert "refused: 1" in said
    assert "Kandidaat" not in said
    assert reference(version)
    assert not Erasure.objects.exists()


def test_evidence_about_a_person_goes_too(contract: Any) -> None:
    version = make.make_placement(contract, state="rejected", proved=False)
    seen = {"seen_on": make.TODAY, "added_at": make.moment(make.TODAY)}
    Evidence.objects.create(
        version=version, kind="uwv_decision", seen_how="Beschikking van A. Jansen", **seen
    )
    Evidence.objects.create(version=version, kind="activity_report", seen_how="Verslag", **seen)
    on("2026-02-01")
    assert set(Evidence.objects.values_list("kind", "seen_how")) == {
        ("uwv_decision", ""),
        ("activity_report", "Verslag"),
    }


def test_a_restore_is_erased_again(contract: Any, tmp_path: Path) -> None:
    journal = tmp_path / "erasures.jsonl"
    version = make.make_placement(contract, state="rejected")
    on("2026-02-01", journal=journal)
    assert json.loads(journal.read_text())["number"] == version.pk
    Erasure.objects.all().delete()
    FulfilmentVersion.objects.filter(pk=version.pk).update(
        candidate_ref="Kandidaat 17", state="submitted"
    )
    with time_machine.travel("2026-02-02T12:00:00+01:00"):
        assert list(due(date(2026, 2, 2))) == []
    on("2026-02-02", journal=journal)
    assert reference(version) == ""
    assert AuditEvent.objects.filter(kind="erased").count() == 1


@pytest.fixture
def two_placements() -> Any:
    """Of one person, under contracts that end a year apart, in one year."""
    region, contractor = make.make_region(), make.make_contractor()
    first = make.make_contract(region, contractor)
    second = make.make_contract(region, contractor, end_date=date(2026, 12, 31))
    return [make.make_placement(contract) for contract in (first, second)]


def persons(region: Any, year: int = 2024) -> Any:
    found = figures_of(None, region, year, today=date(2025, 12, 31))
    told = [part.values["persons"] for part in found.years if part.year == year]
    assert told == [found.persons]
    return found.workplaces, found.persons


def test_who_is_counted_once_still_is_when_references_are_erased(two_placements: Any) -> None:
    region = two_placements[0].fulfilment.region
    assert persons(region) == (2, 1)
    on("2028-01-01")
    assert [bool(reference(version)) for version in two_placements] == [False, True]
    assert persons(region) == (2, 1)
    on("2029-01-01")
    assert [reference(version) for version in two_placements] == ["", ""]
    assert persons(region) == (2, 1)


def test_a_token_leads_back_to_nobody(two_placements: Any) -> None:
    """Nothing keeps for which reference it stood, and the same reference is somebody new."""
    contract = two_placements[1].allocations.get().contract
    on("2029-01-01")
    tokens = set(FulfilmentVersion.objects.values_list("person", flat=True))
    assert len(tokens) == 1
    assert "Kandidaat" not in "".join(tokens)
    make.make_placement(contract)
    assert persons(contract.region) == (3, 2)


def test_of_another_firm_the_same_reference_is_somebody_else(two_placements: Any) -> None:
    region = two_placements[0].fulfilment.region
    other = make.make_contract(region, make.make_contractor(kvk="87654321"))
    make.make_placement(other)
    assert persons(region) == (3, 2)
    on("2028-01-01")
    assert persons(region) == (3, 2)


def test_caps_know_who_it_is_by_the_token(contract: Any) -> None:
    """Seen from the placement that still has its reference, and from the one that lost it."""
    earlier, living = (make.make_placement(contract) for _ in range(2))

    def known() -> list[Any]:
        seen = [FulfilmentVersion.objects.get(pk=v.pk) for v in (earlier, living)]
        candidates = Candidates(seen)
        return [candidates.others(Who.of(v), contract.pk) for v in seen]

    before = known()
    assert [len(others) for others in before] == [1, 1]
    erase_again([earlier.pk], at=make.moment(make.TODAY))
    assert (reference(earlier), reference(living)) == ("", "Kandidaat 17")
    assert known() == before
    # A next one of who came back, by the reference that is still known.
    assert len(Candidates([living]).others(Who(*Who.of(living).key), contract.pk)) == 2
    erase_again([living.pk], at=make.moment(make.TODAY))
    assert known() == before
