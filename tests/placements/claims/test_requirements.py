"""What a claim must hold is one answer: the form, the import and the door give the same field and
the same reason.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.models import BlockKind
from placements.claims import requirements
from placements.claims.content import Content, Draft, content_of
from placements.imports.door import COLUMNS, import_fulfilments
from placements.life import door as life
from placements.models import Fulfilment, FulfilmentState
from placements.recording.door import Reported, report
from placements.recording.forms import DetailsForm
from sroi.doors import Refused
from sroi.exchange import Sheet
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal

# A whole claim of each kind, by the names of the exchange format.
WHOLE: dict[str, tuple[str, dict[str, str]]] = {
    "placement": (
        "PW_GT2Y",
        {"candidate_ref": "K-1", "start_date": "2024-01-01", "hours_per_week": "36"},
    ),
    "purchase": (
        "WSW_INVOICE",
        {"supplier_name": "Drukkerij", "invoice_number": "F-1", "amount": "100,00"},
    ),
    "activity": (
        "MVO_HOUR",
        {"description": "Gastles", "activity_date": "2024-05-01", "quantity": "4"},
    ),
}
LEFT_OUT = [(kind, name) for kind, (_block, fields) in WHOLE.items() for name in fields]


@pytest.fixture
def region() -> Any:
    return make.make_region()


@pytest.fixture
def contract(region: Any) -> Any:
    return make.make_contract(region, make.make_contractor(), reference="C-1")


def sheet(**row: str) -> Sheet:
    names = [column.name for column in COLUMNS]
    return Sheet(names, [(2, [row.get(name, "") for name in names])])


def imported(region: Any, **row: str) -> list[tuple[str, str]]:
    outcome = import_fulfilments(
        region, sheet(external_id="F-1", contracts="C-1", **row), make.act()
    )
    return [(fault.column, fault.reason) for fault in outcome.faults]


def drafted(contract: Any, kind: str, left_out: str) -> Any:
    """A draft without one field, as the form would keep it."""
    block, typed = WHOLE[kind]
    content = Content({}, [], [(contract, contract.table.blocks.get(code=block), D(100))])
    fulfilment = Fulfilment(
        region=contract.region, contractor=contract.contractor, external_id="F-1", kind=kind
    )
    (version,) = life.draft([Draft(fulfilment, content)], make.act())
    given = {name: value for name, value in typed.items() if name != left_out}
    form = DetailsForm(given | {"edition": "1"}, kind=kind, content=content_of(version), later=True)
    assert form.is_valid(), form.errors
    life.edit(version, form.filled_in(), make.act())
    return version


@pytest.mark.parametrize(("kind", "name"), LEFT_OUT)
def test_what_is_lacking_is_said_alike_by_all_three(
    region: Any, contract: Any, kind: str, name: str
) -> None:
    block, whole = WHOLE[kind]
    given = {key: value for key, value in whole.items() if key != name}
    reason = str(requirements.LACKING[name])
    assert imported(region, kind=kind, block=block, status="submitted", **given) == [(name, reason)]
    version = drafted(contract, kind, name)
    form = DetailsForm(given | {"edition": "1"}, kind=kind, content=content_of(version))
    assert form.errors.get(name) == [reason]
    with pytest.raises(Refused) as refused:
        life.submit([version], make.act())
    assert reason in str(refused.value)
    version.refresh_from_db()
    assert version.state == FulfilmentState.DRAFT


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_claim_is_taken_by_all_three(region: Any, contract: Any, kind: str) -> None:
    block, whole = WHOLE[kind]
    assert imported(region, kind=kind, block=block, status="submitted", **whole) == []
    assert Fulfilment.objects.get().latest.state == FulfilmentState.SUBMITTED


def test_a_claim_that_came_round_the_form_is_refused_at_the_door(contract: Any) -> None:
    with pytest.raises(Refused):
        make.make_purchase(contract, state=FulfilmentState.SUBMITTED, amount=D("-5.00"))
    with pytest.raises(Refused):
        make.make_placement(contract, state=FulfilmentState.SUBMITTED, age_at_start=121)
    with pytest.raises(Refused):
        make.make_placement(contract, state=FulfilmentState.SUBMITTED, end_date=date(2023, 12, 31))
    assert (
        not Fulfilment.objects.exists()
        or not Fulfilment.objects.exclude(latest__state="draft").exists()
    )


def test_history_may_lack_what_was_not_asked_elsewhere(region: Any, contract: Any) -> None:
    accepted = {"status": "accepted"}
    history = [
        {
            "kind": "placement",
            "block": "PW_GT2Y",
            "start_date": "2024-01-01",
            "hours_per_week": "36",
        },
        {"kind": "purchase", "block": "WSW_INVOICE", "amount": "100,00", "paid_on": "2024-05-01"},
        {"kind": "activity", "block": "MVO_HOUR", "activity_date": "2024-05-01", "quantity": "4"},
    ]
    names = [column.name for column in COLUMNS]
    rows = [
        (
            i + 2,
            [
                {**row, **accepted, "external_id": f"H-{i}", "contracts": "C-1"}.get(name, "")
                for name in names
            ],
        )
        for i, row in enumerate(history)
    ]
    assert import_fulfilments(region, Sheet(names, rows), make.act()).faults == []
    assert {f.latest.state for f in Fulfilment.objects.all()} == {FulfilmentState.ACCEPTED}


def test_a_change_need_not_say_what_was_accepted_without_it(region: Any, contract: Any) -> None:
    row = {
        "kind": "placement",
        "block": "PW_GT2Y",
        "start_date": "2024-01-01",
        "hours_per_week": "36",
    }
    assert imported(region, status="accepted", confirmed_until="2024-06-30", **row) == []
    fulfilment = Fulfilment.objects.select_related("accepted", "region").get()
    report([Reported(fulfilment, stopped_on=date(2024, 9, 30))], make.act())
    fulfilment.refresh_from_db()
    assert (fulfilment.latest.state, fulfilment.latest.end_date) == (
        FulfilmentState.SUBMITTED,
        date(2024, 9, 30),
    )


AHEAD = [
    ("purchase", "paid_on", "2025-07-02"),
    ("activity", "activity_date", "2025-07-02"),
    ("placement", "confirmed_until", "2025-08-01"),
]


@time_machine.travel("2025-07-01 12:00", tick=False)
@pytest.mark.parametrize(("kind", "name", "day"), AHEAD)
def test_what_lies_ahead_has_not_happened_by_all_three(
    region: Any, contract: Any, kind: str, name: str, day: str
) -> None:
    block, whole = WHOLE[kind]
    given = {**whole, name: day}
    ((column, reason),) = imported(region, kind=kind, block=block, status="draft", **given)
    assert column == name
    version = drafted(contract, kind, name)
    for later in (True, False):
        form = DetailsForm(
            given | {"edition": "1"}, kind=kind, content=content_of(version), later=later
        )
        assert form.errors[name] == [reason]
    content = content_of(version)
    content.fields[name] = date.fromisoformat(day)
    with pytest.raises(Refused) as refused:
        life.edit(version, content, make.act())
    assert str(refused.value) == reason


@pytest.mark.parametrize(("kind", "name"), [("purchase", "paid_on"), ("activity", "activity_date")])
def test_what_was_handed_in_about_a_day_to_come_is_not_accepted(
    region: Any, contract: Any, kind: str, name: str
) -> None:
    """As of before such days were refused."""
    make_one = make.make_purchase if kind == "purchase" else make.make_activity
    version = make_one(contract, state=FulfilmentState.SUBMITTED)
    setattr(version, name, date(2025, 7, 2))
    with pytest.raises(Refused, match="moet nog komen"):
        life.accept([version], make.act(), region=region)


def test_one_can_be_certain_of_this_month_or_that_a_later_one_begins(contract: Any) -> None:
    make.make_placement(contract, "BBL", end_date=None, confirmed_until=date(2025, 7, 31))
    ahead = {"start_date": date(2025, 9, 1), "end_date": None, "confirmed_until": None}
    version = make.make_placement(contract, state=FulfilmentState.SUBMITTED, **ahead)
    version.refresh_from_db()
    assert version.confirmed_until == date(2025, 9, 1)


def test_it_is_not_said_beforehand_that_a_placement_ran_or_stopped(contract: Any) -> None:
    version = make.make_placement(contract, end_date=None)
    tomorrow = date(2025, 7, 2)
    with pytest.raises(Refused, match="moet nog komen"):
        life.confirm([version.fulfilment], tomorrow, make.act(), region=contract.region)
    with pytest.raises(Refused, match="moet nog komen"):
        report([Reported(version.fulfilment, stopped_on=tomorrow)], make.act())


def test_accepting_otherwise_keeps_what_must_be_there(region: Any, contract: Any) -> None:
    version = make.make_purchase(contract, state=FulfilmentState.SUBMITTED)
    content = content_of(version)
    content.fields["invoice_number"] = ""
    with pytest.raises(Refused):
        life.accept_otherwise(version, content, make.act(why="Ander bedrag"), region=region)


def test_the_check_page_says_what_is_lacking_and_submits_nothing(
    region: Any, contract: Any
) -> None:
    version = drafted(contract, BlockKind.PURCHASE, "invoice_number")
    client = signed_in(make.make_user("contractor", region, contractor=contract.contractor))
    page = reverse("fulfilment-check", args=[version.fulfilment_id])
    answer = client.post(page, {"edition": version.edition, "only_here": "on"})
    assert (answer.status_code, answer.context["missing"]) == (422, ["Factuurnummer"])


def test_a_block_that_depends_on_an_age_asks_for_it(region: Any, contract: Any) -> None:
    contract.table.blocks.filter(code="PW_GT2Y").update(min_age=50)
    _block, whole = WHOLE["placement"]
    reason = str(requirements.LACKING["age_at_start"])
    given = {"kind": "placement", "block": "PW_GT2Y", "status": "submitted", **whole}
    assert imported(region, **given) == [("age_at_start", reason)]
    version = drafted(contract, "placement", "age_at_start")
    form = DetailsForm(whole | {"edition": "1"}, kind="placement", content=content_of(version))
    assert form.errors == {"age_at_start": [reason]}
    assert imported(region, **given, age_at_start="52") == []
