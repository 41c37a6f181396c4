"""Origin, residence and outcomes in what is recorded, brought in and brought out."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from placements.claims.content import content_of
from placements.imports.columns import COLUMNS
from placements.imports.door import import_fulfilments
from placements.models import Fulfilment, FulfilmentVersion
from placements.recording.door import copied
from placements.recording.forms import DetailsForm
from sroi.access import Role
from sroi.doors import EVERYTHING
from sroi.exchange import Sheet
from tests import factories as make

ROW = {
    **{"external_id": "F-1", "kind": "placement", "contracts": "C-1", "block": "PW_GT2Y"},
    **{"candidate_ref": "K-1", "hours_per_week": "36", "start_date": "2024-01-01"},
    **{"end_date": "2024-12-31", "age_at_start": "44", "status": "accepted"},
}
PEOPLE = {
    **{"origin": "school", "residence": "Huizen", "outcome": "nog hier"},
    "outcome_6": "works elsewhere",
}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2025-07-01 12:00", tick=False):
        yield


@pytest.fixture
def contract(db: None) -> Any:
    return make.make_contract(make.make_region(), make.make_contractor(), reference="C-1")


def imported(contract: Any, **row: str) -> Any:
    names = [column.name for column in COLUMNS]
    given = ROW | row
    sheet = Sheet(names, [(2, [given.get(name, "") for name in names])])
    return import_fulfilments(contract.region, sheet, make.act(), answered=EVERYTHING)


def told() -> dict[str, str]:
    return dict(Fulfilment.objects.get().outcomes.values_list("moment", "outcome"))


def test_a_file_brings_them_in_and_the_same_again_changes_nothing(contract: Any) -> None:
    assert imported(contract, **PEOPLE).faults == []
    version = FulfilmentVersion.objects.get()
    assert (version.origin, version.residence) == ("school", "GM0406")
    assert told() == {"end": "still_here", "after_6": "elsewhere"}
    again = imported(contract, **PEOPLE)
    assert (again.faults, again.unchanged) == ([], [2])


def test_an_outcome_comes_later_and_changes_no_version(contract: Any) -> None:
    imported(contract)
    later = imported(contract, outcome="unknown", status="submitted")
    assert (later.faults, later.changed) == ([], [2])
    assert told() == {"end": "unknown"}
    assert FulfilmentVersion.objects.get().state == "accepted"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"origin": "de maan"}, "origin"),
        ({"residence": "Amsterdam"}, "residence"),
        ({"outcome": "rijk"}, "outcome"),
        # Twelve months after the end have not come yet.
        ({"outcome_12": "learning"}, "outcome_12"),
        ({"outcome": "learning", "end_date": ""}, "outcome"),
        ({"outcome_6": "learning", "end_date": "2025-03-31"}, "outcome_6"),
    ],
)
def test_what_cannot_be_is_named(contract: Any, row: dict[str, str], column: str) -> None:
    assert [fault.column for fault in imported(contract, **row).faults] == [column]
    assert not Fulfilment.objects.exists()


def test_they_go_with_a_placement_only(contract: Any) -> None:
    row = {
        **{"kind": "activity", "block": "MVO_HOUR", "quantity": "4", "description": "Les"},
        **{"activity_date": "2024-05-01", "end_date": "", "start_date": "", "hours_per_week": ""},
        **{"origin": "school", "residence": "GM0402", "outcome": "learning"},
    }
    columns = {fault.column for fault in imported(contract, **row).faults}
    assert columns == {"origin", "residence", "outcome"}


def test_the_form_offers_two_choices_that_may_stay_empty(contract: Any) -> None:
    version = make.make_placement(contract, origin="school", residence="outside")
    typed = {
        **{"edition": "1", "candidate_ref": "K-1", "start_date": "2024-01-01"},
        **{"hours_per_week": "36", "end_date": "2024-12-31", "age_at_start": "44"},
    }
    form = DetailsForm(typed, kind="placement", content=content_of(version))
    assert [code for code, _label in form.fields["residence"].choices] == [
        "",
        "GM0402",
        "GM0406",
        "outside",
    ]
    assert form.is_valid(), form.errors
    assert (form.filled_in().fields["origin"], form.filled_in().fields["residence"]) == ("", "")
    chosen = DetailsForm(
        typed | {"origin": "own_files", "residence": "GM0406"},
        kind="placement",
        content=content_of(version),
    )
    assert chosen.is_valid()
    assert chosen.filled_in().fields["residence"] == "GM0406"
    other = DetailsForm(
        typed | {"residence": "GM9999"}, kind="placement", content=content_of(version)
    )
    assert set(other.errors) == {"residence"}
    purchase = DetailsForm(kind="purchase", content=content_of(make.make_purchase(contract)))
    assert not {"origin", "residence"} & purchase.fields.keys()


def test_reviewer_and_contractor_see_them_and_a_copy_is_of_another_person(contract: Any) -> None:
    version = make.make_placement(contract, state="submitted", origin="school", residence="GM0402")
    adviser = make.signed_in(make.make_user(Role.ADVISER, contract.region))
    text = adviser.get(reverse("review", args=[version.fulfilment_id])).content.decode()
    assert "Hilversum" in text
    assert "School" in text
    fields = copied(version).fields
    assert (fields["origin"], fields["residence"]) == ("", "")


def test_the_file_of_the_firm_has_them(contract: Any) -> None:
    imported(contract, **PEOPLE)
    user = make.make_user(Role.CONTRACTOR, contract.region, contractor=contract.contractor)
    text = make.signed_in(user).get(reverse("fulfilment-file", args=["csv"])).getvalue().decode()
    assert "Uitkomst 6 maanden erna" in text
    assert "werkt elders" in text
    adviser = make.signed_in(make.make_user(Role.ADVISER, contract.region))
    theirs = adviser.get(reverse("fulfilment-file", args=["csv"])).getvalue().decode()
    assert "Uitkomst" not in theirs


def test_an_outcome_of_what_was_withdrawn_is_refused_by_name(contract: Any) -> None:
    imported(contract)
    version = FulfilmentVersion.objects.get()
    from placements.life import door as life

    life.withdraw(version, make.act(why="Fout", today=date(2025, 7, 1)))
    found = imported(contract, outcome="learning")
    assert [fault.column for fault in found.faults] == ["external_id"]
    assert told() == {}
