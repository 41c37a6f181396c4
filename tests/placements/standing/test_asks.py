"""What a contract asks for now, by example: the kind, the day, whether it is late, and when it
stops asking.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import ContractState, PlanState
from contracts.owed import door as obligations
from contracts.plans import door as plans
from placements.standing.asks import Kind, asks, asks_of
from placements.standing.known import Known, LookUp
from sroi.periods import add_months
from tests import factories as make
from tests.factories import TODAY

pytestmark = pytest.mark.django_db

LONG: dict[str, Any] = {
    "award_date": date(2025, 1, 1),
    "start_date": date(2025, 1, 1),
    "end_date": date(2028, 12, 31),
}


@pytest.fixture
def firm() -> Any:
    return make.make_contractor()


def kinds(contract: Any, day: date = TODAY) -> list[str]:
    contract.refresh_from_db()
    return [ask.kind for ask in asks([contract], day)[contract.pk]]


def quiet(region: Any, firm: Any, **fields: Any) -> Any:
    """A contract that asks for nothing: agreed plan, spoken with, reported, and far from its
    end.
    """
    contract = make.make_contract(region, firm, contacted_on=date(2025, 1, 3), **{**LONG, **fields})
    make.make_plan(
        contract, PlanState.AGREED, amounts={("work", date(2028, 10, 1)): Decimal(50000)}
    )
    plans.report_no_news(contract, make.act(why="Niets nieuws"))
    return contract


def test_a_contract_that_is_in_order_asks_for_nothing(region: Any, firm: Any) -> None:
    assert kinds(quiet(region, firm)) == []


def test_what_is_due_is_asked_from_a_month_before_and_late_from_the_day_after(
    region: Any, firm: Any
) -> None:
    contract = quiet(region, firm)
    due = add_months(TODAY, 6)
    assert kinds(contract, add_months(due, -1) - timedelta(days=1)) == []
    for day, late in ((add_months(due, -1), False), (due, False), (due + timedelta(days=1), True)):
        (ask,) = asks([contract], day)[contract.pk]
        assert (ask.kind, ask.day, ask.late) == (Kind.REPORT, due, late)


def test_contact_and_plan_are_asked_after_the_award(region: Any, firm: Any) -> None:
    contract = make.make_contract(
        region, firm, **{**LONG, "award_date": TODAY, "start_date": TODAY}
    )
    assert kinds(contract) == [Kind.CONTACT]  # the plan is due in six weeks
    assert kinds(contract, TODAY + timedelta(weeks=6)) == [Kind.CONTACT, Kind.PLAN]


def test_a_term_that_is_over_asks_to_be_ended_and_then_settled(region: Any, firm: Any) -> None:
    contract = quiet(region, firm, end_date=date(2025, 6, 30), value=0)
    found = asks([contract], TODAY)[contract.pk]
    assert [(ask.kind, ask.day) for ask in found] == [(Kind.END, date(2025, 6, 30))]
    assert kinds(contract, date(2025, 6, 30)) == [Kind.ENDING]
    obligations.end(contract, make.act(why="Afgelopen"))
    assert kinds(contract) == [Kind.SETTLE]
    obligations.grant_recovery(contract, date(2025, 12, 31), make.act())
    assert kinds(contract) == []
    obligations.cancel(contract, make.act(why="Vervallen"), on=TODAY)
    assert kinds(contract, date(2026, 1, 1)) == []


def test_all_fulfilled_and_over_asks_the_contractor_for_nothing_more(
    region: Any, firm: Any
) -> None:
    done = make.make_contract(
        region, firm, end_date=date(2025, 6, 30), value=0, award_date=date(2023, 12, 1)
    )
    short = make.make_contract(region, firm, end_date=date(2025, 6, 30))
    assert kinds(done) == [Kind.END]
    assert kinds(short) == [Kind.END, Kind.CONTACT, Kind.REPORT, Kind.CATCH_UP]


def test_what_waits_for_an_answer_is_asked(region: Any, firm: Any) -> None:
    contract = quiet(region, firm)
    make.make_purchase(contract, state="submitted", paid_on=date(2025, 6, 1))
    make.make_purchase(contract, state="submitted", paid_on=date(2025, 6, 2))
    make.make_purchase(contract, state="returned", paid_on=date(2025, 6, 3))
    proposal = make.make_proposal(contract)
    make.make_plan(contract, PlanState.SUBMITTED)
    found = {ask.kind: ask for ask in asks([contract], TODAY)[contract.pk]}
    assert list(found) == [Kind.REVIEW, Kind.PROPOSAL, Kind.PLAN_ANSWER, Kind.COMPLETE]
    assert found[Kind.REVIEW].why.startswith("2 ")
    assert found[Kind.PROPOSAL].about == proposal.pk
    assert {ask.day for ask in found.values()} == {TODAY}


def test_a_contract_without_obligation_a_framework_and_a_draft_ask_for_nothing(
    region: Any, firm: Any
) -> None:
    free = make.make_contract(region, firm, rate=0, rate_reason="other", rate_reason_text="Geen")
    framework = make.make_contract(region, firm)
    make.make_contract(region, firm, parent=framework)
    draft = make.make_contract(region, firm)
    draft.state = ContractState.DRAFT
    framework.refresh_from_db()
    assert kinds(free) == kinds(framework) == []
    assert list(asks_of(draft, Known(has_deadlines=True), TODAY)) == []


def test_certificates_ask_for_a_discount_a_new_one_and_a_correction(firm: Any) -> None:
    region = make.make_region("elders", "Elders", pso_discounts={"2": "10"})
    contract = quiet(region, firm)
    certificate = make.make_certificate(
        contract, valid_from=date(2024, 8, 1), valid_until=date(2025, 8, 15)
    )
    (ask,) = asks([contract], TODAY)[contract.pk]
    assert (ask.kind, ask.amount, ask.about) == (Kind.DISCOUNT, Decimal(-5000), certificate.pk)
    make.make_change(
        contract,
        "pso_discount",
        obligation_delta=-5000,
        certificate=certificate,
        effective_date=TODAY,
    )
    assert kinds(contract) == [Kind.RENEWAL]
    assert kinds(contract, date(2025, 8, 16)) == [Kind.CORRECTION]
    obligations.end(contract, make.act(why="Afgelopen"))
    assert kinds(contract, date(2025, 8, 16)) == [Kind.CORRECTION]


def test_less_is_looked_up_and_then_less_is_asked(
    region: Any, firm: Any, django_assert_num_queries: Any
) -> None:
    contracts = [make.make_contract(region, firm) for _ in range(3)]
    rows = list(type(contracts[0]).objects.select_related("policy"))
    everything = asks(rows, TODAY)
    with django_assert_num_queries(1):
        standing = asks(rows, TODAY, [LookUp.STANDING])
    for pk, found in standing.items():
        assert found == [ask for ask in everything[pk] if ask.kind in (Kind.CATCH_UP, Kind.ENDING)]
