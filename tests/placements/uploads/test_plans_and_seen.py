"""Action plans and evidence that was seen get in from a file, as what a region has elsewhere."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localtime
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import ActionPlan, Contract, ContractEvent
from contracts.plans.columns import quarter
from contracts.plans.words import quarter_words
from placements.models import Evidence, Fulfilment
from sroi.access import Role
from sroi.exchange import Warned
from tests import factories as make
from tests.factories import signed_in
from tests.placements.uploads.test_importing import faults, outcomes
from tests.placements.uploads.test_more_kinds import bring

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region(code="gv")
    linde = make.make_contractor("De Linde", "01234567")
    return SimpleNamespace(
        region=region,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region),
        one=make.make_contract(region, linde, reference="HIL-1"),
        two=make.make_contract(region, linde, reference="HIL-2"),
    )


# --- plans ----------------------------------------------------------------------------------------

PLANS = (
    "Kenmerk;Categorie;Kwartaal;Bedrag;Omschrijving;Afgesproken op\n"
    "HIL-1;arbeid;2024-Q1;10.000,00;Twee leerlingen;1-2-2024\n"
    "HIL-1;sociale inkoop;2e kwartaal 2024;5.000,00;Catering;1-2-2024\n"
    "HIL-2;arbeid;Q3 2024;2.500,00;;\n"
)


def agreed(contract: Contract) -> dict[tuple[str, date], Decimal]:
    plan = ActionPlan.objects.get(contract=contract, state="agreed")
    return {(row.category, row.quarter): row.amount for row in plan.amounts.all()}


def test_plans_are_agreed_on_their_day_or_handed_in(world: SimpleNamespace) -> None:
    upload = bring(world, "plans", PLANS)
    assert (upload.state, outcomes(upload)) == ("imported", ["new"] * 3)
    assert agreed(world.one) == {
        ("work", date(2024, 1, 1)): Decimal("10000.00"),
        ("social_purchasing", date(2024, 4, 1)): Decimal("5000.00"),
    }
    plan = ActionPlan.objects.get(contract=world.one)
    assert (plan.work, plan.social_purchasing) == ("Twee leerlingen", "Catering")
    assert plan.agreed_at
    assert localtime(plan.agreed_at).date() == date(2024, 2, 1)
    assert plan.agreed_by == world.adviser
    waits = ActionPlan.objects.get(contract=world.two)
    assert (waits.state, waits.agreed_at) == ("submitted", None)
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    text = page.content.decode()
    assert "afgesproken op 1 februari 2024" in text
    assert "17.500,00" in text
    before = ContractEvent.objects.count()
    assert outcomes(bring(world, "plans", PLANS)) == ["unchanged"] * 3
    assert (ActionPlan.objects.count(), ContractEvent.objects.count()) == (2, before)


def test_a_row_changes_its_part_of_the_plan_and_leaves_the_rest(world: SimpleNamespace) -> None:
    bring(world, "plans", PLANS)
    changed = "Kenmerk;Categorie;Kwartaal;Bedrag;Afgesproken op\nHIL-1;arbeid;2024-Q1;8000;1-3-2024"
    upload = bring(world, "plans", changed)
    assert outcomes(upload) == ["changed"]
    page = signed_in(world.adviser).get(reverse("import-detail", args=[upload.pk]))
    assert "€ 10.000,00 → € 8.000,00" in page.content.decode().replace("\xa0", " ")
    assert agreed(world.one) == {
        ("work", date(2024, 1, 1)): Decimal("8000.00"),
        ("social_purchasing", date(2024, 4, 1)): Decimal("5000.00"),
    }
    states = ActionPlan.objects.filter(contract=world.one).order_by("number")
    assert list(states.values_list("number", "state", "work")) == [
        (1, "replaced", "Twee leerlingen"),
        (2, "agreed", "Twee leerlingen"),
    ]


def test_a_plan_that_waits_is_agreed_by_its_day(world: SimpleNamespace) -> None:
    bring(world, "plans", PLANS)
    later = PLANS.splitlines()[0] + "\nHIL-2;arbeid;Q3 2024;2.500,00;;5-2-2024\n"
    assert outcomes(bring(world, "plans", later)) == ["changed"]
    assert agreed(world.two) == {("work", date(2024, 7, 1)): Decimal("2500.00")}
    assert ActionPlan.objects.filter(contract=world.two).count() == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("NERGENS;arbeid;2024-Q1;1;;", "contract_reference"),
        ("HIL-2;arbeid;2019-Q1;1;;", "quarter"),
        ("HIL-2;arbeid;zomer;1;;", "quarter"),
        ("HIL-2;iets;2024-Q1;1;;", "category"),
        ("HIL-2;arbeid;2024-Q3;1;;", "quarter"),
        ("HIL-1;MVO;2024-Q1;1;;2-2-2024", "agreed_on"),
        ("HIL-1;MVO;2024-Q1;1;;1-1-2099", "agreed_on"),
        ("HIL-1;MVO;2024-Q1;-1;;", "planned_value"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(world: SimpleNamespace, row: str, column: str) -> None:
    upload = bring(world, "plans", PLANS + row + "\n")
    assert column in [found for found, _reason in faults(upload)]
    assert not ActionPlan.objects.exists()


def test_what_owes_nothing_or_is_empty_takes_no_plan(world: SimpleNamespace) -> None:
    make.make_contract(
        world.region, world.linde, reference="NUL", rate=Decimal(0), rate_reason="market"
    )
    head = PLANS.splitlines()[0]
    upload = bring(world, "plans", f"{head}\nNUL;arbeid;2024-Q1;10;;\nHIL-1;arbeid;2024-Q1;10;;\n")
    assert [found for found, _reason in faults(upload)] == ["contract_reference"]


def test_a_plan_that_somebody_works_at_is_not_overwritten(world: SimpleNamespace) -> None:
    make.make_plan(world.one, "draft")
    upload = bring(world, "plans", PLANS)
    assert {found for found, _reason in faults(upload)} == {"contract_reference"}
    assert ActionPlan.objects.get().state == "draft"


@given(st.integers(1990, 2098), st.integers(1, 4))
def test_a_quarter_is_read_as_it_is_written(year: int, number: int) -> None:
    first = date(year, number * 3 - 2, 1)
    for written in (
        f"{year}-Q{number}",
        f"q{number} {year}",
        f"{number}e kwartaal {year}",
        f"Kwartaal {number} van {year}",
        quarter_words(first),
        first.isoformat(),
        first,
    ):
        assert quarter(written) == first, written


def test_a_day_within_a_quarter_is_read_with_a_warning() -> None:
    found = quarter("15-2-2024")
    assert isinstance(found, Warned)
    assert found.value == date(2024, 1, 1)
    for none in ("2024-Q5", "Q0 2024", "2024", "eind 2024"):
        with pytest.raises(ValueError, match="2025-Q1"):
            quarter(none)


# --- evidence that was seen -----------------------------------------------------------------------

SEEN = (
    "Invullingnummer;KvK;Bewijsstuk;Gezien op;Hoe\n"
    "P-1;;besluit van de gemeente;1-3-2024;op het scherm\n"
    "P-1;;arbeidsovereenkomst;1-3-2024;op het scherm\n"
)


def pieces() -> list[tuple[Any, ...]]:
    rows = Evidence.objects.order_by("pk")
    return list(rows.values_list("kind", "seen_on", "seen_how", "added_by", "file"))


def unseen(contract: Contract, number: str, state: str = "submitted") -> Fulfilment:
    version = make.make_placement(contract, external_id=number, state=state)
    Evidence.objects.all().delete()
    found: Fulfilment = version.fulfilment
    return found


def test_what_was_seen_is_noted_once(world: SimpleNamespace) -> None:
    unseen(world.one, "P-1")
    assert outcomes(bring(world, "seen", SEEN)) == ["new", "new"]
    day, by = date(2024, 3, 1), world.adviser.pk
    assert pieces() == [
        ("municipal_decision", day, "op het scherm", by, ""),
        ("employment_contract", day, "op het scherm", by, ""),
    ]
    assert outcomes(bring(world, "seen", SEEN)) == ["unchanged", "unchanged"]
    assert len(pieces()) == 2


def test_whose_number_it_is_is_said_where_several_firms_have_it(world: SimpleNamespace) -> None:
    zon = make.make_contractor("Zon", "76543210")
    unseen(world.one, "P-1")
    theirs = unseen(make.make_contract(world.region, zon, reference="ZON-1"), "P-1")
    upload = bring(world, "seen", SEEN)
    assert [found for found, _reason in faults(upload)] == ["contractor_kvk"] * 2
    assert outcomes(bring(world, "seen", SEEN.replace(";;", ";76543210;"))) == ["new", "new"]
    assert set(Evidence.objects.values_list("version__fulfilment", flat=True)) == {theirs.pk}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("WEG;;arbeidsovereenkomst;1-3-2024;gezien", "external_id"),
        ("P-9;;arbeidsovereenkomst;1-3-2024;gezien", "external_id"),
        ("P-1;;iets;1-3-2024;gezien", "evidence_kind"),
        ("P-1;;arbeidsovereenkomst;1-3-2099;gezien", "seen_on"),
        ("P-1;;arbeidsovereenkomst;1-3-2024;", "seen_how"),
    ],
)
def test_what_is_wrong_with_what_was_seen_is_named(
    world: SimpleNamespace, row: str, column: str
) -> None:
    unseen(world.one, "P-9", "rejected")
    unseen(world.one, "P-1")
    upload = bring(world, "seen", SEEN + row + "\n")
    assert [found for found, _reason in faults(upload)] == [column]
    assert pieces() == []


# --- by command -----------------------------------------------------------------------------------


def test_both_get_in_by_command_too(world: SimpleNamespace, tmp_path: Any) -> None:
    unseen(world.one, "P-1")
    for name, text in (("import_plans", PLANS), ("import_evidence_seen", SEEN)):
        file = tmp_path / f"{name}.csv"
        file.write_text(text)
        call_command(name, str(file), region="gv")
        call_command(name, str(file), region="gv")
        last = text.splitlines()[-1].split(";")
        file.write_text(text + ";".join(["WEG", *last[1:]]) + "\n")
        with pytest.raises(CommandError):
            call_command(name, str(file), region="gv")
    assert (ActionPlan.objects.count(), Evidence.objects.count()) == (2, 2)
