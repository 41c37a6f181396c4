"""Every page, list and mail says of a few dozen contracts what the one answer says: no more, no
less.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from contracts.models import Contract, PlanState
from contracts.owed import door as obligations
from contracts.people.membership import access_of
from contracts.plans import door as plans
from contracts.settlement.shortfall import Figures
from placements.standing.asks import (
    OF_CONTRACTOR,
    OF_DEADLINES,
    OF_SETTLEMENT,
    TO_WATCH,
    Ask,
    Kind,
    asks,
)
from placements.standing.kept import silent_for
from reporting.figures.annual import figures_of
from sroi.access import Role
from sroi.pages.mail.overview import overview
from sroi.periods import Period
from tests import factories as make
from tests.factories import TODAY, signed_in

pytestmark = pytest.mark.django_db

RUNS = {
    "award_date": date(2024, 12, 1),
    "start_date": date(2024, 12, 1),
    "end_date": date(2026, 12, 31),
}
OVER = {**RUNS, "end_date": date(2025, 6, 30)}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


def contracts_in_many_states(region: Any, firm: Any) -> None:
    def new(**fields: Any) -> Contract:
        return make.make_contract(region, firm, **{**RUNS, **fields})

    for heard in (False, True):
        rows = [
            new(),
            new(value=0),
            new(**OVER),
            new(**OVER, value=0),
            new(rate=0),
            new(end_date=date(2025, 9, 30)),
        ]
        rows.append(new(end_date=date(2025, 9, 30), value=0))
        if heard:
            for contract in rows[:4]:
                plans.report_no_news(contract, make.act(why="Niets nieuws"))
    for state in (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.AGREED):
        make.make_plan(new(), state)
        make.make_plan(new(**OVER), state)
    for state in ("draft", "submitted", "returned", "accepted", "rejected"):
        make.make_purchase(
            new(contacted_on=date(2024, 12, 3)), state=state, paid_on=date(2025, 1, 15)
        )
        make.make_purchase(new(**OVER), state=state, amount="60000", paid_on=date(2025, 1, 15))
    make.make_proposal(new())
    for until in (date(2025, 12, 31), TODAY, date(2025, 3, 1)):
        certified = make.make_contract(region, make.make_contractor(), **RUNS)
        card = make.make_certificate(certified, valid_from=date(2024, 12, 1), valid_until=until)
        make.make_change(
            certified,
            "pso_discount",
            obligation_delta=-1000,
            certificate=card,
            effective_date=RUNS["award_date"],
        )
    for days in (0, 5, 8, 30, 43):
        new(award_date=TODAY - timedelta(days=days), start_date=TODAY - timedelta(days=days))
    new(award_date=TODAY + timedelta(days=20), start_date=TODAY + timedelta(days=20))
    make.make_contract(region, firm, parent=new(), **RUNS)
    ended, recovering, cancelled = new(**OVER), new(**OVER), new()
    obligations.end(ended, make.act(why="Afgelopen"))
    obligations.end(recovering, make.act(why="Afgelopen"))
    obligations.grant_recovery(recovering, date(2025, 12, 31), make.act())
    obligations.cancel(cancelled, make.act(why="Vervalt"), on=TODAY)
    make.make_settlement(ended)
    drafted = [new(**OVER), new(**OVER)]
    for contract, answer in zip(drafted, ("", "Ziekte"), strict=True):
        obligations.end(contract, make.act(why="Afgelopen"))
        make.make_draft_decision(
            contract, Figures(Decimal("50000.00"), {"work": Decimal("0.00")}), answer=answer
        )
    make.make_disagreement(make.make_purchase(new(), state="rejected", paid_on=RUNS["start_date"]))
    first, last = RUNS["start_date"], TODAY - timedelta(days=3)
    make.make_placement(new(), start_date=first, end_date=last, confirmed_until=last)


@pytest.fixture
def world() -> SimpleNamespace:
    region, firm = make.make_region(pso_discounts={"2": "10"}), make.make_contractor("De Linde")
    contracts_in_many_states(region, firm)
    contracts = list(Contract.objects.select_related("policy", "contractor"))
    assert len(contracts) > 40
    found = asks(contracts, TODAY)
    assert {ask.kind for each in found.values() for ask in each} == set(Kind)
    people = {
        "adviser": make.make_user(Role.ADVISER, region),
        "admin": make.make_user(Role.REGION_ADMIN, region),
        "officer": make.make_user(Role.PROCUREMENT_OFFICER, region),
        "contractor": make.make_user(Role.CONTRACTOR, region, contractor=firm),
    }
    return SimpleNamespace(region=region, firm=firm, contracts=contracts, found=found, **people)


def asked(world: SimpleNamespace, *kinds: str, late: bool = False, firm: bool = False) -> list[Ask]:
    every = [ask for each in world.found.values() for ask in each if ask.kind in kinds]
    theirs = [ask for ask in every if not firm or ask.contract.contractor_id == world.firm.pk]
    return [ask for ask in theirs if ask.late or not late]


def references(found: list[Ask]) -> list[str]:
    return sorted(ask.contract.reference for ask in found)


def named(tasks: Any) -> list[str]:
    return sorted(match[0] for task in tasks if (match := re.search(r"C-\d+", task.why)))


def piles(user: Any, page: str) -> dict[str, Any]:
    """Everything in each pile, also what the page leaves to a list."""
    context = signed_in(user).get(reverse(page)).context
    return {pile.heading: pile for pile in context["piles"]}


def shown(found: dict[str, Any], heading: str) -> int:
    return found[heading].number if heading in found else 0


def is_told(ask: Ask, who: str) -> bool:
    """Before a term has passed: whose term it is, and of a first contact who makes it."""
    if ask.late or ask.kind not in OF_DEADLINES:
        return True
    return who == ("adviser" if ask.kind == Kind.CONTACT else "contractor")


def test_the_page_of_each_contract(world: SimpleNamespace) -> None:
    nothing = "Voor dit contract hoeft nu niets te gebeuren."
    for who in ("adviser", "admin", "officer", "contractor"):
        client = signed_in(getattr(world, who))
        for contract in world.contracts:
            page = client.get(reverse("contract-attention", args=[contract.pk]))
            if page.status_code == 404:
                assert (who, contract.contractor_id == world.firm.pk) == ("contractor", False)
                continue
            own = who == "contractor"
            found = [a for a in world.found[contract.pk] if is_told(a, who)]
            assert (nothing in page.content.decode()) == (not found), (who, contract)
            if who == "adviser":
                mine = [
                    ask
                    for ask in found
                    if ask.kind not in (*TO_WATCH, Kind.COMPLETE, Kind.ANSWER_DRAFT)
                ]
                assert len(page.context["tasks"]) == len(mine), contract
            if own:
                mine = [
                    ask
                    for ask in found
                    if ask.kind in (*OF_CONTRACTOR, Kind.OUTCOME) and ask.kind not in TO_WATCH
                ]
                assert len(page.context["tasks"]) == len(mine), contract


def test_the_work_list_and_what_is_due(world: SimpleNamespace) -> None:
    found = piles(world.adviser, "start")
    to_settle = {ask.contract.pk for ask in asked(world, *OF_SETTLEMENT)}
    over = {ask.contract.pk for ask in asked(world, *OF_SETTLEMENT, Kind.ANSWER_DRAFT)}
    behind = [ask for ask in asked(world, Kind.CATCH_UP) if ask.contract.pk not in over]
    firms = Counter(ask.contract.contractor_id for ask in behind)
    alone = [ask for ask in behind if firms[ask.contract.contractor_id] == 1]
    numbers = {
        "Opdrachtnemers met meer contracten met een tekort": sum(n > 1 for n in firms.values()),
        "Af te rekenen": len(to_settle),
        "Opdrachtnemers die het niet eens zijn": len(asked(world, Kind.DISAGREEMENT)),
        "Wacht op beoordeling": len(asked(world, Kind.REVIEW)),
        "Plannen van aanpak om te beantwoorden": len(asked(world, Kind.PLAN_ANSWER)),
        "Voorgestelde wijzigingen": len(asked(world, Kind.PROPOSAL)),
        "Contracten die achterlopen": len([ask for ask in alone if ask.state == "behind"]),
        "Contracten met een dreigend tekort": len([ask for ask in alone if ask.state == "at_risk"]),
        "Contracten die binnen drie maanden eindigen": len(asked(world, Kind.ENDING)),
    }
    assert {heading: pile.number for heading, pile in found.items()} == {
        k: n for k, n in numbers.items() if n
    }

    due = piles(world.adviser, "due")
    assert {heading: named(pile.tasks) for heading, pile in due.items()} == {
        "Tussenrapportages die te laat zijn": references(asked(world, Kind.REPORT, late=True)),
        "Plannen van aanpak die te laat zijn": references(asked(world, Kind.PLAN, late=True)),
        "Eerste contacten die te laat zijn": references(asked(world, Kind.CONTACT, late=True)),
        "PSO-certificaten die verlopen": references(asked(world, Kind.CORRECTION, Kind.RENEWAL)),
        "PSO-kortingen om vast te leggen": references(asked(world, Kind.DISCOUNT)),
    }


def test_start_pages(world: SimpleNamespace) -> None:
    own = signed_in(world.contractor).get(reverse("start")).context
    assert len(own["returned"]) == len(asked(world, Kind.COMPLETE, firm=True))
    assert f"Voor {len(asked(world, Kind.REPORT, firm=True))} contracten" in own["reports"][0].why
    assert named(own["settlement_drafts"]) == references(asked(world, Kind.ANSWER_DRAFT, firm=True))
    assert named(own["plans"]) == references(asked(world, Kind.PLAN, firm=True))
    officer = signed_in(world.officer).get(reverse("start")).context
    behind = references(asked(world, Kind.CATCH_UP))
    assert set(named(officer["attention"])) <= set(behind)
    assert len(officer["attention"]) == min(10, len(behind))


def test_what_was_asked_back_keeps_a_contract_of_which_the_term_is_over_among_those_that_run() -> (
    None
):
    region, firm = make.make_region(), make.make_contractor()
    done, asked_back = (make.make_contract(region, firm, **OVER, value=0) for _n in range(2))
    make.make_activity(asked_back, state="returned", activity_date=date(2025, 6, 1))
    client = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=firm))
    shown = client.get(reverse("start")).context
    assert [card.contract for card in shown["running"]] == [asked_back]
    page = reverse("contract-detail", args=[done.pk])
    assert [task.url for task in shown["done"]] == [page]


def test_the_mail_of_the_week(world: SimpleNamespace) -> None:
    def of(who: Any) -> Any:
        return overview(who, access_of(who), TODAY)

    soon = TODAY + timedelta(weeks=settings.MAIL_WEEKS_AHEAD)
    reminded = [ask for ask in asked(world, Kind.PLAN, Kind.REPORT, firm=True) if ask.day <= soon]
    assert references([reminder.ask for reminder in of(world.contractor).reminders]) == references(
        reminded
    )
    firm = {pile.heading: pile.number for pile in of(world.contractor).piles}
    assert firm["Voordat het wordt afgerekend"] == len(asked(world, Kind.ANSWER_DRAFT, firm=True))
    behind = asked(world, Kind.CATCH_UP)
    assert sum(pile.number for pile in of(world.officer).piles) == len(behind)
    adviser = {pile.heading: pile.number for pile in of(world.adviser).piles}
    on_pages = {**piles(world.adviser, "start"), **piles(world.adviser, "due")}
    assert adviser == {heading: pile.number for heading, pile in on_pages.items()}


def test_the_report_counts_what_is_asked(world: SimpleNamespace) -> None:
    quality = figures_of(None, world.region, Period.year(TODAY.year), today=TODAY).quality
    assert quality.awaiting_review == len(asked(world, Kind.REVIEW))
    silent = set(silent_for(Contract.objects.all(), 6, TODAY))
    late = [ask.contract for ask in asked(world, Kind.REPORT, late=True)]
    assert quality.contracts_without_report == len(silent)
    assert {contract for contract in late if contract.last_counted_day >= TODAY} <= silent
