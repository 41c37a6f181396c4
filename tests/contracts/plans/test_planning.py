"""Action plans: from draft to agreed, the line they draw, what pages show of them, and the
deadlines of a contract.
"""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.models import ActionPlan, Contract, ContractEvent, PlanState, Region
from contracts.owed import door as obligations
from contracts.plans import door as plans
from contracts.plans.deadlines import Deadline, DeadlineState, What, deadlines
from contracts.plans.plan import handed_in_on
from placements.standing.heard import last_heard
from placements.standing.progress import Status, course, done_by_month, with_progress
from sroi.access import Role
from sroi.doors import Act, Refused
from sroi.periods import Period
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture
def contract(region: Region) -> Contract:
    """€ 50.000 over 2024 and 2025, awarded on 1 December 2023."""
    return make.make_contract(region, make.make_contractor())


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


@pytest.fixture
def contractor(region: Region, contract: Contract) -> Client:
    return signed_in(make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor))


@pytest.fixture
def officer(region: Region) -> Client:
    return signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))


def url(contract: Contract, page: str = "plan") -> str:
    return reverse(f"contract-{page}", args=[contract.pk])


def filled_in(contract: Contract, client: Client, **other: str) -> dict[str, str]:
    """The form as it comes, with what someone types in it."""
    form = client.get(url(contract, "plan-edit"))
    typed = {"work": "Twee leerlingen", "work_2024_01": "10.000", "csr_2024_10": "2.500,50"}
    return {"seen": form.context["seen"], **typed, **other}


# --- the line -------------------------------------------------------------------------------------


def test_the_agreed_plan_takes_the_place_of_the_straight_line(contract: Contract) -> None:
    make.make_plan(contract, PlanState.SUBMITTED)
    straight = with_progress([contract], date(2024, 12, 31))[contract.pk]
    assert (straight.expected, straight.plan) == (D("25034.20"), None)  # 366 of 731 days
    plans.agree(ActionPlan.objects.get(), make.act())
    planned = with_progress([contract], date(2024, 12, 31))[contract.pk]
    assert planned.expected == D("60000.00")
    assert with_progress([contract], date(2024, 2, 15))[contract.pk].expected == D(
        "7582.42"
    )  # 46 of 91 days of 15.000
    assert (straight.status, planned.status) == (Status.BEHIND, Status.BEHIND)
    late = {("work", date(2025, 10, 1)): D(50000)}
    make.make_plan(contract, amounts=late)
    assert with_progress([contract], date(2024, 12, 31))[contract.pk].status == Status.ON_TRACK


def test_the_course_follows_the_plan(contract: Contract) -> None:
    make.make_placement(contract)
    make.make_plan(contract)
    today = date(2025, 7, 1)
    standing = with_progress([contract], today)[contract.pk]
    points = course(contract, standing, done_by_month(contract, today), today)
    by_month = {point.month: (point.realised, point.expected) for point in points}
    assert by_month[date(2024, 3, 1)] == (D("10000.00"), D("15000.00"))
    assert by_month[date(2024, 12, 1)] == (D("40000.00"), D("60000.00"))
    assert by_month[date(2025, 12, 1)] == (None, D("60000.00"))


# --- the door -------------------------------------------------------------------------------------


def test_the_way_of_a_plan(contract: Contract, contractor: Client, adviser: Client) -> None:
    assert (
        contractor.post(url(contract, "plan-edit"), filled_in(contract, contractor)).status_code
        == 302
    )
    plan = ActionPlan.objects.get()
    assert (plan.state, plan.by_quarter()) == (
        "draft",
        {date(2024, 1, 1): D(10000), date(2024, 10, 1): D("2500.50")},
    )
    contractor.post(url(contract, "plan-edit"), filled_in(contract, contractor, submit="1"))
    plan.refresh_from_db()
    assert plan.state == "submitted"
    assert contractor.get(url(contract, "plan-edit")).status_code == 302
    answer = {"edition": str(plan.edition), "do": "back", "why": "Graag ook sociale inkoop"}
    assert contractor.post(url(contract, "plan-answer"), answer).status_code == 404
    assert adviser.post(url(contract, "plan-answer"), {**answer, "why": " "}).status_code == 422
    adviser.post(url(contract, "plan-answer"), answer)
    assert "Graag ook sociale inkoop" in contractor.get(url(contract)).content.decode()
    given = filled_in(contract, contractor, submit="1", social_purchasing_2024_04="5.000")
    contractor.post(url(contract, "plan-edit"), given)
    plan.refresh_from_db()
    adviser.post(url(contract, "plan-answer"), {"edition": str(plan.edition), "do": "agree"})
    plan.refresh_from_db()
    assert plan.state == "agreed"
    assert sum(plan.by_quarter().values()) == D("17500.50")
    told = list(
        ContractEvent.objects.filter(what__startswith="plan").values_list("what", flat=True)
    )
    assert told == ["plan_submitted", "plan_sent_back", "plan_submitted", "plan_agreed"]


def test_a_next_version_begins_as_the_agreed_one_and_takes_its_place(
    contract: Contract, adviser: Client
) -> None:
    first = make.make_plan(contract)
    given = {**filled_in(contract, adviser), "work": "Drie leerlingen", "work_2024_01": "30.000"}
    adviser.post(url(contract, "plan-edit"), {**given, "submit": "1"})
    assert with_progress([contract], date(2024, 3, 31))[contract.pk].expected == D("15000.00")
    second = ActionPlan.objects.get(number=2)
    adviser.post(url(contract, "plan-answer"), {"edition": str(second.edition), "do": "agree"})
    first.refresh_from_db()
    assert first.state == PlanState.REPLACED
    assert with_progress([contract], date(2024, 3, 31))[contract.pk].expected == D("30000.00")
    begun = plans.begin(contract, make.act())
    assert (begun.work, len(begun.by_quarter())) == ("Drie leerlingen", 2)


def test_who_comes_second_is_told_so(
    contract: Contract, contractor: Client, adviser: Client
) -> None:
    stale = filled_in(contract, contractor)
    adviser.post(url(contract, "plan-edit"), filled_in(contract, adviser, work_2024_01="1.000"))
    answer = contractor.post(url(contract, "plan-edit"), stale)
    assert answer.status_code == 422
    assert "Twee leerlingen" in answer.content.decode()  # what was typed is kept
    plan = ActionPlan.objects.get()
    assert plan.by_quarter()[date(2024, 1, 1)] == 1000
    plans.submit(plan, make.act())
    adviser.post(url(contract, "plan-answer"), {"edition": str(plan.edition + 1), "do": "agree"})
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


def test_discarding_keeps_what_was_agreed(contract: Contract, contractor: Client) -> None:
    agreed = make.make_plan(contract)
    plans.begin(contract, make.act())
    make.confirm(contractor, url(contract, "plan-discard"))
    assert list(ActionPlan.objects.all()) == [agreed]


def test_an_empty_plan_is_not_handed_in(contract: Contract, contractor: Client) -> None:
    given = {"seen": "begin-1", "work": "Twee leerlingen", "submit": "1"}
    answer = contractor.post(url(contract, "plan-edit"), given)
    assert answer.status_code == 422
    assert ActionPlan.objects.get().state == PlanState.DRAFT


@pytest.mark.parametrize("value", ["-1", "NaN", "1e999", "x" * 10000, "12.34,5", "<b>"])
def test_a_faulty_value_stands_beside_its_field(
    contract: Contract, contractor: Client, value: str
) -> None:
    answer = contractor.post(
        url(contract, "plan-edit"), filled_in(contract, contractor, work_2024_01=value)
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["work_2024_01"]
    assert not ActionPlan.objects.exists()


def test_what_a_plan_adds_up_to_shows_while_typing(contract: Contract, contractor: Client) -> None:
    given = filled_in(contract, contractor, work_2024_04="half")
    answer = contractor.post(url(contract, "plan-edit"), given, headers={"HX-Request": "true"})
    assert "€\xa012.500,50" in answer.content.decode()
    assert "€\xa037.499,50" in answer.content.decode()
    assert not ActionPlan.objects.exists()


def test_a_closed_contract_has_its_plan_for_good(contract: Contract, contractor: Client) -> None:
    plan = make.make_plan(contract, PlanState.SUBMITTED)
    at = make.moment(make.TODAY)
    obligations.cancel(contract, Act.of(None, at, "Failliet"), on=make.TODAY)
    for act in (
        lambda: plans.agree(plan, Act.of(None, at)),
        lambda: plans.send_back(plan, Act.of(None, at, "Nee")),
        lambda: plans.record_contact(contract, date(2023, 12, 5), Act.of(None, at)),
        lambda: plans.do_without(contract, Act.of(None, at, "Nee")),
    ):
        with pytest.raises(Refused, match=contract.reference):
            act()
    assert contractor.get(url(contract, "plan-edit")).status_code == 404


# --- what pages show ------------------------------------------------------------------------------


def test_the_plan_stands_beside_what_happened(
    contract: Contract, adviser: Client, officer: Client
) -> None:
    make.make_purchase(contract, "1234.00")
    make.make_plan(contract)
    plans.begin(contract, make.act())
    shown = adviser.get(url(contract))
    row = shown.context["agreed_table"].rows[1]
    assert [(cell.planned, cell.done) for cell in row.cells] == [
        (10000, 0),
        (5000, 1234),
        (0, 0),
        (15000, 1234),
    ]
    assert shown.context["course"] is not None
    assert shown.context["under_way"] is not None
    for_officer = officer.get(url(contract))
    assert for_officer.context["under_way"] is None
    assert for_officer.context["course"] is None
    assert "1.234" not in for_officer.content.decode()
    assert "€\xa015.000" in for_officer.content.decode()


def test_a_contract_that_owes_nothing_has_no_plan(
    region: Region, contract: Contract, adviser: Client
) -> None:
    free = make.make_contract(region, contract.contractor, rate=D(0))
    assert adviser.get(url(free)).status_code == 404
    assert adviser.get(url(free, "plan-edit")).status_code == 404


# --- deadlines ------------------------------------------------------------------------------------


def due(contract: Contract, today: date, planned: date | None = None) -> dict[str, Deadline]:
    fresh = Contract.objects.select_related("policy").get(pk=contract.pk)
    heard = last_heard([fresh], today).get(fresh.pk)
    return {deadline.what.value: deadline for deadline in deadlines(fresh, planned, heard, today)}


def test_the_deadlines_are_those_of_the_policy(contract: Contract) -> None:
    found = due(contract, date(2024, 1, 10))
    assert {what: d.due for what, d in found.items()} == {
        "contact": date(2023, 12, 8),
        "plan": date(2024, 1, 12),
        "report": date(2024, 7, 1),
    }
    assert [d.state for d in found.values()] == [
        DeadlineState.OVERDUE,
        DeadlineState.DUE,
        DeadlineState.DUE,
    ]
    other = make.make_region("elders", "Elders", contact_days=14, plan_weeks=8, report_months=3)
    theirs = due(make.make_contract(other, contract.contractor), date(2024, 1, 10))
    assert [d.due for d in theirs.values()] == [
        date(2023, 12, 15),
        date(2024, 1, 26),
        date(2024, 4, 1),
    ]


def test_what_was_reported_moves_the_interim_report(contract: Contract) -> None:
    make.make_placement(contract, on=date(2024, 5, 20), confirmed_until=date(2024, 3, 31))
    assert due(contract, date(2024, 6, 1))["report"].due == date(2024, 11, 20)
    assert due(contract, date(2024, 11, 21))["report"].state == DeadlineState.OVERDUE


def test_who_reported_was_spoken_with_and_after_the_term_no_plan_is_asked(
    contract: Contract,
) -> None:
    make.make_activity(contract, on=date(2024, 9, 12))
    assert set(due(contract, date(2024, 10, 1))) == {"plan", "report"}
    assert due(contract, date(2026, 1, 1))["report"].due == date(
        2025, 3, 30
    )  # the end of the month of its line
    assert set(due(contract, date(2026, 1, 1))) == {"report"}
    make.make_activity(contract, on=date(2026, 1, 10))
    assert due(contract, date(2026, 2, 1)) == {}


def test_contact_and_plan_are_done_once_recorded(
    contract: Contract, adviser: Client, contractor: Client
) -> None:
    tomorrow = "2099-01-01"
    assert adviser.post(url(contract, "contact"), {"on": tomorrow}).status_code == 422
    assert contractor.get(url(contract, "contact")).status_code == 404
    adviser.post(
        url(contract, "contact"), {"on": "2023-12-06", "why": "Gebeld met de projectleider"}
    )
    make.make_plan(contract, PlanState.SUBMITTED)
    planned = handed_in_on(contract.plans.all())
    found = due(contract, date(2025, 7, 1), planned)
    assert (found["contact"].done, found["plan"].done) == (date(2023, 12, 6), make.TODAY)
    assert ContractEvent.objects.get(what="contact").why.startswith("06-12-2023")
    plans.send_back(ActionPlan.objects.get(), make.act(None, "Graag anders"))
    assert handed_in_on(contract.plans.all()) is None


def test_where_no_plan_is_needed_none_is_due(contract: Contract, adviser: Client) -> None:
    adviser.post(url(contract, "plan-none"), {"why": "Al voldaan bij de start"})
    assert What.PLAN.value not in due(contract, date(2025, 7, 1))
    assert "Al voldaan bij de start" in adviser.get(url(contract)).content.decode()


def test_an_overdue_deadline_asks_for_attention_of_who_can_act(
    contract: Contract, adviser: Client, contractor: Client, officer: Client
) -> None:
    with time_machine.travel(make.moment(date(2024, 9, 1)), tick=False):
        asked = {
            who: [task.url for task in client.get(url(contract, "attention")).context["tasks"]]
            for who, client in (
                ("adviser", adviser),
                ("contractor", contractor),
                ("officer", officer),
            )
        }
    plan, report = url(contract, "plan-edit"), reverse("interim-report")
    assert asked == {
        "adviser": [url(contract, "contact"), plan, f"{report}?contract={contract.pk}"],
        "contractor": [plan, report],
        "officer": [],
    }


def test_what_ended_has_no_deadlines(contract: Contract) -> None:
    obligations.end(contract, make.act(None, "Afgelopen"))
    assert due(contract, make.TODAY) == {}
