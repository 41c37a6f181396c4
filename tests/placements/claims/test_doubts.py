"""What is asked before a claim is handed in: by example, at the door, on the form and in a file."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from placements.claims.content import Content, content_of
from placements.claims.doubts import claim_doubts
from placements.imports.door import COLUMNS, import_fulfilments
from placements.life import door as life
from placements.life import handing_in
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.access import Role
from sroi.doors import Doubt, Unanswered
from sroi.exchange import Sheet
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = "2025-07-01 12:00"


@pytest.fixture
def contractor(region: Any, linde: Any) -> Client:
    return signed_in(make.make_user(Role.CONTRACTOR, region, contractor=linde))


def asked(version: FulfilmentVersion) -> list[Doubt]:
    return handing_in.unanswered([version])[version.pk]


def fields(version: FulfilmentVersion) -> list[str]:
    return [doubt.field for doubt in asked(version)]


class TestWhatIsDoubted:
    def test_an_invoice_that_is_not_paid(self, contract: Any) -> None:
        assert fields(make.make_purchase(contract, state="draft")) == []
        assert fields(make.make_purchase(contract, state="draft", paid_on=None)) == ["paid_on"]

    @pytest.mark.parametrize(("hours", "is_asked"), [("60", False), ("60.01", True)])
    def test_more_than_sixty_hours_per_week(
        self, contract: Any, hours: str, is_asked: bool
    ) -> None:
        version = make.make_placement(contract, hours=hours, state="draft")
        assert fields(version) == (["hours_per_week"] if is_asked else [])

    @pytest.mark.parametrize(("hours", "is_asked"), [("100", False), ("100.01", True)])
    def test_more_than_a_hundred_hours_for_one_activity(
        self, contract: Any, hours: str, is_asked: bool
    ) -> None:
        version = make.make_activity(contract, hours, state="draft")
        assert fields(version) == (["quantity"] if is_asked else [])

    def test_an_amount_above_all_that_the_contract_is_worth(self, contract: Any) -> None:
        assert fields(make.make_purchase(contract, "1000000.00", state="draft")) == []
        assert fields(make.make_purchase(contract, "1000000.01", state="draft")) == ["amount"]

    def test_a_value_of_zero_beside_what_makes_it_so(self, contract: Any) -> None:
        before = date(2023, 1, 1)
        assert fields(make.make_activity(contract, "0", state="draft")) == ["quantity"]
        assert fields(make.make_activity(contract, state="draft", activity_date=before)) == [
            "activity_date"
        ]
        assert fields(make.make_purchase(contract, "0", state="draft")) == ["amount"]
        assert fields(make.make_purchase(contract, state="draft", paid_on=before)) == ["paid_on"]
        assert fields(make.make_placement(contract, hours="0", state="draft")) == ["hours_per_week"]
        ended = {"start_date": before, "end_date": date(2023, 2, 1), "confirmed_until": None}
        assert fields(make.make_placement(contract, state="draft", **ended)) == ["start_date"]

    @given(
        st.decimals("0", "9999999.99", places=2),
        st.decimals("0", "9999999.99", places=2),
    )
    def test_an_answer_holds_for_its_own_value_only(self, one: Decimal, other: Decimal) -> None:
        def keys(amount: Decimal) -> set[str]:
            content = Content({"amount": amount, "paid_on": date(2024, 1, 1)})
            return {doubt.key for doubt in claim_doubts("purchase", content, D(0))}

        assert keys(one) == keys(one.normalize() + D("0.0000"))
        assert bool(keys(one) & keys(other)) == (one == other)


class TestTheDoor:
    def test_it_is_taken_only_with_the_answer_which_is_kept(self, contract: Any) -> None:
        version = make.make_activity(contract, "100000", state="draft")
        with pytest.raises(Unanswered, match=r"100\.000") as refused:
            life.submit([version], make.act())
        version.refresh_from_db()
        assert version.state == FulfilmentState.DRAFT
        answered = [doubt.key for doubt in refused.value.doubts]
        life.submit([version], make.act(), answered=answered)
        version.refresh_from_db()
        assert (version.state, version.answered) == (FulfilmentState.SUBMITTED, answered)

    def test_of_many_it_says_which(self, contract: Any) -> None:
        fine = make.make_activity(contract, state="draft")
        odd = make.make_activity(contract, "101", state="draft")
        with pytest.raises(Unanswered, match=odd.fulfilment.external_id):
            life.submit([fine, odd], make.act())
        fine.refresh_from_db()
        assert fine.state == FulfilmentState.DRAFT

    def test_another_value_is_asked_again(self, contract: Any) -> None:
        version = make.make_activity(contract, "101", state="draft")
        (doubt,) = asked(version)
        content = content_of(version)
        life.edit(version, content, make.act(), [doubt.key])
        assert asked(version) == []
        content.fields["quantity"] = D(102)
        life.edit(version, content, make.act())
        assert [other.field for other in asked(version)] == ["quantity"]

    def test_what_was_accepted_is_not_asked_again_of_a_change(self, contract: Any) -> None:
        accepted = make.make_placement(contract, hours="80")
        content = content_of(accepted)
        content.fields["end_date"] = date(2024, 6, 30)
        content.fields["confirmed_until"] = None
        change = life.propose_change(accepted.fulfilment, content, make.act())
        life.submit([change], make.act())
        change.refresh_from_db()
        assert change.state == FulfilmentState.SUBMITTED


class TestTheForm:
    @pytest.fixture(autouse=True)
    def today(self) -> Iterator[None]:
        with time_machine.travel(TODAY, tick=False):
            yield

    def page(self, version: FulfilmentVersion, step: str = "details") -> str:
        return reverse(f"fulfilment-{step}", args=[version.fulfilment_id])

    def typed(self, version: FulfilmentVersion, **other: str) -> dict[str, str]:
        usual = {"description": "Gastles", "activity_date": "2025-05-01", "quantity": "100000"}
        version.refresh_from_db()
        return usual | {"edition": str(version.edition)} | other

    def test_it_asks_beside_the_field_and_goes_on_with_the_tick(
        self, contractor: Client, contract: Any
    ) -> None:
        version = make.make_activity(contract, state="draft")
        answer = contractor.post(self.page(version), self.typed(version))
        assert answer.status_code == 422
        confirm = answer.context["form"].fields["quantity"].confirm
        assert confirm.name in answer.content.decode()
        ticked = {confirm.name: confirm.value}
        answer = contractor.post(self.page(version), self.typed(version, **ticked))
        assert answer.status_code == 302
        check = contractor.get(self.page(version, "check"))
        assert check.context["doubts"] == []
        version.refresh_from_db()
        contractor.post(
            self.page(version, "check"), {"edition": version.edition, "only_here": "on"}
        )
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    def test_finished_later_nothing_is_asked_yet(self, contractor: Client, contract: Any) -> None:
        version = make.make_activity(contract, state="draft")
        answer = contractor.post(self.page(version), self.typed(version, later="1"))
        assert answer.status_code == 302

    def test_what_was_not_asked_before_is_asked_where_it_is_submitted(
        self, contractor: Client, contract: Any
    ) -> None:
        version = make.make_purchase(contract, state="draft", paid_on=None)
        page = self.page(version, "check")
        (doubt,) = contractor.get(page).context["doubts"]
        answer = contractor.post(page, {"edition": version.edition, "only_here": "on"})
        assert answer.status_code == 422
        assert f'value="{doubt.key}"' in answer.content.decode()
        contractor.post(page, {"edition": version.edition, "only_here": "on", "klopt": doubt.key})
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    def test_hostile_ticks_are_not_kept(self, contractor: Client, contract: Any) -> None:
        version = make.make_activity(contract, state="draft")
        typed = self.typed(version, quantity="4", **{"klopt-quantity": "x" * 5000})
        assert contractor.post(self.page(version), typed).status_code == 302
        version.refresh_from_db()
        assert version.answered == []


def row(**cells: str) -> Sheet:
    usual = {
        "external_id": "F-1",
        "contracts": "C-1",
        "kind": "activity",
        "block": "MVO_HOUR",
        "description": "Gastles",
        "activity_date": "2025-05-01",
        "quantity": "100000",
        "status": "submitted",
    }
    names = [column.name for column in COLUMNS]
    return Sheet(names, [(2, [(usual | cells).get(name, "") for name in names])])


class TestAFile:
    @pytest.fixture(autouse=True)
    def contract(self, region: Any, linde: Any) -> Any:
        return make.make_contract(region, linde, reference="C-1")

    def test_it_is_imported_once_it_was_answered(self, region: Any) -> None:
        looked_at = import_fulfilments(region, row(), make.act(), dry_run=True, answered=())
        assert (looked_at.faults, looked_at.asks, len(looked_at.doubts)) == ([], True, 1)
        assert "quantity" in [warning.column for warning in looked_at.warnings]
        assert import_fulfilments(region, row(), make.act(), answered=()).asks
        assert not Fulfilment.objects.exists()
        done = import_fulfilments(region, row(), make.act(), answered=set(looked_at.doubts))
        version = Fulfilment.objects.get().latest
        assert (done.asks, version.state) == (False, FulfilmentState.SUBMITTED)
        assert version.answered == looked_at.doubts

    def test_a_draft_is_asked_when_it_moves_on(self, region: Any) -> None:
        draft = import_fulfilments(region, row(status="draft"), make.act(), answered=())
        assert (draft.doubts, Fulfilment.objects.count()) == ([], 1)
        again = import_fulfilments(region, row(), make.act(), answered=())
        assert again.asks
        import_fulfilments(region, row(), make.act(), answered=set(again.doubts))
        assert Fulfilment.objects.get().latest.state == FulfilmentState.SUBMITTED

    def test_a_command_takes_it_and_says_so(self, region: Any) -> None:
        outcome = import_fulfilments(region, row(), make.act())
        assert (outcome.asks, Fulfilment.objects.count()) == (False, 1)
        assert "quantity" in [warning.column for warning in outcome.warnings]

    def test_of_history_nothing_is_asked(self, region: Any) -> None:
        outcome = import_fulfilments(region, row(status="accepted"), make.act())
        assert (outcome.doubts, outcome.warnings) == ([], [])

    def test_that_evidence_is_missing_is_told_before_it_is_handed_in(self, region: Any) -> None:
        outcome = import_fulfilments(region, row(quantity="4"), make.act(), dry_run=True)
        ((column, reason),) = [(w.column, w.reason) for w in outcome.warnings]
        assert column == "status"
        assert "verslag of foto" in reason
