"""From a need or a place to a claim: who may do what, both agree, it runs, something comes of
it.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from contracts.facts import door as facts
from contracts.models import ActionPlan, PlanState
from contracts.people.membership import access_of
from contracts.plans import door as plans
from placements.matching import door
from placements.matching.rights import may_see_candidate
from placements.matching.worth import Terms
from placements.models import Match, MatchState, Need
from sroi.access import Role
from sroi.doors import Act, Refused
from sroi.pages.mail.news import News
from tests import factories as make

pytestmark = pytest.mark.django_db

HALF_A_YEAR = Terms(date(2025, 7, 1), date(2025, 12, 31), hours=Decimal(40))


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


class World:
    def __init__(self) -> None:
        self.region = make.make_region()
        self.contract = make.make_contract(
            self.region, make.make_contractor(), title="Groen", cpv="77310000"
        )
        self.partner = make.make_partner(self.region, "De Moestuin")
        roles = {
            Role.CONTRACTOR: {"contractor": self.contract.contractor},
            Role.PARTNER: {"partner": self.partner},
        }
        self.users = {
            role: make.make_user(role, self.region, **roles.get(role, {})) for role in Role
        }

    def act(self, role: str, why: str = "") -> Act:
        return Act.of(self.users[role], make.moment(make.TODAY), why)

    def access(self, role: str) -> Any:
        return access_of(self.users[role])

    def doing(self, role: str, why: str = "") -> tuple[Any, Act]:
        return self.access(role), self.act(role, why)

    def need(self, **fields: Any) -> Need:
        return make.make_need(self.partner, **fields)

    def agreed(self, need: Need | None = None, terms: Terms = HALF_A_YEAR) -> Match:
        match = door.propose_need(
            need or self.need(), self.contract, terms, *self.doing(Role.CONTRACTOR)
        )
        door.agree(match, *self.doing(Role.PARTNER))
        return match

    def candidate(self, reference: str = "WC-1", **fields: Any) -> Match:
        place = make.make_place(self.contract)
        block = self.contract.table.blocks.get(code="PW_GT2Y")
        terms = replace(HALF_A_YEAR, hours=None, hours_per_week=Decimal(24))
        return door.propose_candidate(
            place, self.contract, block, reference, terms, *self.doing(Role.ACCOUNT_MANAGER)
        )


@pytest.fixture
def world() -> World:
    return World()


def test_a_contractor_proposes_the_partner_agrees_and_the_plan_has_it(world: World) -> None:
    match = world.agreed()
    match.refresh_from_db()
    assert (match.state, match.in_plan) == (MatchState.AGREED, True)
    plan = ActionPlan.objects.get(contract=world.contract)
    # 40 hours at € 100; an activity counts at once, in the quarter in which it begins.
    assert [(row.category, row.quarter, row.amount) for row in plan.amounts.all()] == [
        ("csr", date(2025, 7, 1), Decimal("4000.00"))
    ]
    assert (plan.state, plan.csr) == (PlanState.DRAFT, "Hulp bij de moestuin")
    assert [event.what for event in match.events.all()] == ["proposed", "agreed"]


def test_of_an_account_manager_both_are_asked(world: World) -> None:
    match = door.propose_need(
        world.need(), world.contract, HALF_A_YEAR, *world.doing(Role.ACCOUNT_MANAGER)
    )
    assert match.state == MatchState.OPEN
    door.agree(match, *world.doing(Role.PARTNER))
    assert match.state == MatchState.ANSWERED
    with pytest.raises(Refused):
        door.agree(match, *world.doing(Role.PARTNER))
    door.agree(match, *world.doing(Role.CONTRACTOR))
    assert match.state == MatchState.AGREED


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CONTRACTOR, Role.PARTNER)])
def test_nobody_else_answers_for_them(world: World, role: str) -> None:
    match = make.make_match(world.contract, world.need())
    with pytest.raises(Refused):
        door.agree(match, *world.doing(role))
    with pytest.raises(Refused):
        door.decline(match, "work", *world.doing(role))


def test_another_firm_or_partner_answers_nothing(world: World) -> None:
    match = make.make_match(world.contract, world.need())
    firm = make.make_user(Role.CONTRACTOR, world.region, contractor=make.make_contractor("Ander"))
    others = [firm, make.make_user(Role.PARTNER, world.region)]
    for user in others:
        with pytest.raises(Refused):
            door.agree(match, access_of(user), Act.of(user, make.moment(make.TODAY)))


def test_a_plan_that_is_with_the_adviser_is_left_alone_and_can_have_it_later(world: World) -> None:
    plan = make.make_plan(world.contract, state=PlanState.SUBMITTED)
    match = world.agreed()
    assert not match.in_plan
    with pytest.raises(Refused):
        door.into_plan(match, *world.doing(Role.CONTRACTOR))
    plan.refresh_from_db()
    plans.send_back(plan, world.act(Role.ADVISER, "Graag meer"))
    before = sum(row.amount for row in plan.amounts.all())
    door.into_plan(match, *world.doing(Role.CONTRACTOR))
    assert sum(row.amount for row in plan.amounts.all()) - before == Decimal("4000.00")
    with pytest.raises(Refused):
        door.into_plan(match, *world.doing(Role.CONTRACTOR))


def test_when_it_starts_the_claim_of_a_purchase_is_filled_in(world: World) -> None:
    firm = make.make_firm(world.region, "De Moestuin", "12345678")
    world.partner.kvk = firm.firm.kvk
    world.partner.save()
    need = world.need(kind="purchase", amount=Decimal("5000.00"), hours=None, title="Kistjes")
    terms = Terms(date(2025, 7, 1), date(2025, 9, 30), amount=Decimal("5000.00"))
    match = world.agreed(need, terms)
    made = door.start(match, make.TODAY, *world.doing(Role.CONTRACTOR))
    version = made.latest
    assert (made.kind, version.state) == ("purchase", "draft")
    assert (version.supplier_name, version.supplier_kvk) == ("De Moestuin", "12345678")
    assert (version.amount, version.description) == (Decimal("5000.00"), "Kistjes")
    (part,) = version.allocations.all()
    assert (part.contract, part.block.code) == (world.contract, "WSW_INVOICE")
    match.refresh_from_db()
    assert (match.state, match.fulfilment) == (MatchState.RUNNING, made)


def test_of_a_firm_that_is_not_recognised_nothing_is_proposed_where_the_table_asks_it(
    world: World,
) -> None:
    block = world.contract.table.blocks.get(code="WSW_INVOICE")
    block.recognitions = ["sw_company"]
    block.save()
    need = world.need(kind="purchase", amount=Decimal("5000.00"), hours=None)
    with pytest.raises(Refused):
        door.propose_need(need, world.contract, HALF_A_YEAR, *world.doing(Role.CONTRACTOR))


def test_a_candidate_is_a_reference_that_goes_into_the_claim_and_nowhere_else(world: World) -> None:
    match = world.candidate("WC-2041")
    seen = {role for role in Role if may_see_candidate(world.access(role), match)}
    assert seen == {Role.CONTRACTOR, Role.ADVISER, Role.ACCOUNT_MANAGER}
    colleague = make.make_user(Role.ACCOUNT_MANAGER, world.region)
    assert not may_see_candidate(access_of(colleague), match)
    door.agree(match, *world.doing(Role.CONTRACTOR))
    # € 40.000 × 24/36 × 6/12, over two quarters.
    plan = ActionPlan.objects.get(contract=world.contract)
    assert [row.amount for row in plan.amounts.all()] == [Decimal("6666.67"), Decimal("6666.66")]
    made = door.start(match, make.TODAY, *world.doing(Role.CONTRACTOR))
    match.refresh_from_db()
    assert match.reference == ""
    version = made.latest
    assert (version.candidate_ref, version.origin) == ("WC-2041", "werkcentrum")
    assert (version.start_date, version.end_date) == (date(2025, 7, 1), date(2025, 12, 31))
    assert [term.hours_per_week for term in version.terms.all()] == [Decimal(24)]


@pytest.mark.parametrize("reference", ["Jan Jansen", "111222333", ""])
def test_a_name_or_bsn_is_no_candidate(world: World, reference: str) -> None:
    with pytest.raises(Refused):
        world.candidate(reference)
    assert not Match.objects.exists()


def test_mails_of_a_match_reach_both_sides_and_name_no_candidate(world: World) -> None:
    match = world.candidate("WC-2041")
    News().look()
    door.agree(match, *world.doing(Role.CONTRACTOR))
    News().look()
    other = world.candidate("WC-2042")
    door.decline(other, "hours", *world.doing(Role.CONTRACTOR, "Te weinig uren"))
    News().look()
    call_command("send_reminders")
    told = {address for message in mail.outbox for address in message.to}
    sides = {world.users[role].email for role in (Role.CONTRACTOR, Role.ACCOUNT_MANAGER)}
    assert sides <= told
    assert world.users[Role.PARTNER].email not in told
    sent = "".join(
        f"{message.subject} {message.body} {message.alternatives}" for message in mail.outbox
    )
    assert "Medewerker groen" in sent
    assert "WC-204" not in sent


def test_declined_says_why_and_forgets_the_candidate(world: World) -> None:
    match = world.candidate()
    with pytest.raises(Refused):
        door.decline(match, "", *world.doing(Role.CONTRACTOR))
    door.decline(match, "hours", *world.doing(Role.CONTRACTOR, "Te weinig uren"))
    match.refresh_from_db()
    assert (match.state, match.why_not, match.reference) == (MatchState.DECLINED, "hours", "")
    with pytest.raises(Refused):
        door.agree(match, *world.doing(Role.CONTRACTOR))


def test_a_candidate_nobody_answers_about_is_forgotten_after_half_a_year(world: World) -> None:
    match = world.candidate()
    door.forget_candidates(date(2025, 12, 31))
    match.refresh_from_db()
    assert match.reference
    door.forget_candidates(date(2026, 1, 1))
    match.refresh_from_db()
    assert match.reference == ""


def test_when_it_ends_it_says_what_came_of_it(world: World) -> None:
    match = world.agreed()
    with pytest.raises(Refused):
        door.end(match, make.TODAY, "as_agreed", *world.doing(Role.CONTRACTOR))
    door.start(match, make.TODAY, *world.doing(Role.CONTRACTOR))
    with pytest.raises(Refused):
        door.end(match, make.TODAY, "", *world.doing(Role.PARTNER))
    door.end(match, make.TODAY, "as_agreed", *world.doing(Role.PARTNER))
    match.refresh_from_db()
    assert (match.state, match.came) == (MatchState.ENDED, "as_agreed")


def test_it_starts_once_not_ahead_and_by_the_contractor(world: World) -> None:
    match = world.agreed()
    with pytest.raises(Refused):
        door.start(match, date(2025, 7, 2), *world.doing(Role.CONTRACTOR))
    with pytest.raises(Refused):
        door.start(match, make.TODAY, *world.doing(Role.PARTNER))
    door.start(match, make.TODAY, *world.doing(Role.CONTRACTOR))
    with pytest.raises(Refused):
        door.start(match, make.TODAY, *world.doing(Role.CONTRACTOR))
    assert world.contract.allocations.count() == 1


def test_what_is_closed_is_proposed_no_more_and_the_same_is_not_proposed_twice(
    world: World,
) -> None:
    need = world.need()
    door.propose_need(need, world.contract, HALF_A_YEAR, *world.doing(Role.CONTRACTOR))
    with pytest.raises(Refused):
        door.propose_need(need, world.contract, HALF_A_YEAR, *world.doing(Role.CONTRACTOR))
    door.close(need, *world.doing(Role.PARTNER))
    with pytest.raises(Refused):
        door.close(need, *world.doing(Role.PARTNER))
    another = make.make_contract(world.region, world.contract.contractor)
    with pytest.raises(Refused):
        door.propose_need(need, another, HALF_A_YEAR, *world.doing(Role.CONTRACTOR))


def test_places_and_needs_are_told_by_whose_they_are(world: World) -> None:
    about = door.About("Tuin", "green", date(2025, 7, 1), date(2025, 8, 1))
    place = ([world.contract], about, "work", Decimal(24))
    for role in (role for role in Role if role != Role.CONTRACTOR):
        with pytest.raises(Refused):
            door.offer_place(*place, *world.doing(role))
    for role in (role for role in Role if role != Role.PARTNER):
        with pytest.raises(Refused):
            door.tell_need(world.partner, about, "hours", *world.doing(role), hours=Decimal(4))
    made = door.offer_place(*place, *world.doing(Role.CONTRACTOR))
    assert list(made.contracts.all()) == [world.contract]
    with pytest.raises(Refused):
        door.tell_need(world.partner, about, "purchase", *world.doing(Role.PARTNER))
    wrong = replace(about, about="Bel 111222333")
    with pytest.raises(Refused):
        door.offer_place([world.contract], wrong, "work", Decimal(24), *world.doing("contractor"))


def test_only_what_was_agreed_goes_into_the_plan(world: World) -> None:
    match = make.make_match(world.contract, world.need())
    with pytest.raises(Refused):
        door.into_plan(match, *world.doing(Role.CONTRACTOR))
    door.decline(match, "work", *world.doing(Role.CONTRACTOR))
    with pytest.raises(Refused):
        door.into_plan(match, *world.doing(Role.CONTRACTOR))
    assert not ActionPlan.objects.exists()


def test_who_presses_twice_has_it_in_the_plan_once(world: World) -> None:
    plan = make.make_plan(world.contract, state=PlanState.SUBMITTED)
    match = world.agreed()
    plans.send_back(plan, world.act(Role.ADVISER, "Graag meer"))
    first, second = (Match.objects.get(pk=match.pk) for _ in range(2))
    door.into_plan(first, *world.doing(Role.CONTRACTOR))
    planned = sum(row.amount for row in plan.amounts.all())
    with pytest.raises(Refused):
        door.into_plan(second, *world.doing(Role.CONTRACTOR))
    assert sum(row.amount for row in plan.amounts.all()) == planned


def test_the_plan_is_the_contractors_also_where_they_agreed_a_moment_ago(world: World) -> None:
    match = make.make_match(world.contract, world.need())
    before = Match.objects.get(pk=match.pk)
    door.agree(match, *world.doing(Role.CONTRACTOR))
    door.agree(before, *world.doing(Role.PARTNER))
    assert ActionPlan.objects.get().changed_by == world.users[Role.CONTRACTOR]


def test_one_candidate_is_proposed_for_a_place_once(world: World) -> None:
    match = world.candidate("WC-1")
    again = (match.place, world.contract, match.block, "wc-1", door.terms_of_match(match))
    with pytest.raises(Refused):
        door.propose_candidate(*again, *world.doing(Role.ACCOUNT_MANAGER))
    door.decline(match, "hours", *world.doing(Role.CONTRACTOR))
    door.propose_candidate(*again, *world.doing(Role.ACCOUNT_MANAGER))
    assert Match.objects.count() == 2


def test_a_contract_that_another_firm_took_over_is_answered_for_no_more(world: World) -> None:
    proposed, place = world.candidate(), make.make_place(world.contract)
    answered = door.propose_need(
        world.need(), world.contract, HALF_A_YEAR, *world.doing(Role.CONTRACTOR)
    )
    agreed = world.agreed()
    planned = list(ActionPlan.objects.values())
    firm = make.make_contractor("Opvolger")
    facts.take_over(world.contract, firm, {}, make.TODAY, world.act(Role.ADVISER))
    world.contract.refresh_from_db()
    world.users["successor"] = make.make_user(Role.CONTRACTOR, world.region, contractor=firm)
    for match, role in ((proposed, Role.CONTRACTOR), (answered, Role.PARTNER)):
        now = Match.objects.get(pk=match.pk)
        with pytest.raises(Refused):
            door.agree(now, *world.doing(role))
    now = Match.objects.get(pk=agreed.pk)
    with pytest.raises(Refused):
        door.start(now, make.TODAY, *world.doing("successor"))
    with pytest.raises(Refused):
        door.into_plan(now, *world.doing("successor"))
    # A place of the one is no place of the other.
    terms = door.terms_of_match(proposed)
    with pytest.raises(Refused):
        door.propose_candidate(
            place, world.contract, proposed.block, "WC-2", terms, *world.doing("account_manager")
        )
    assert list(ActionPlan.objects.values()) == planned
    door.decline(answered, "other", *world.doing(Role.PARTNER))


def test_where_it_is_lies_in_the_region_of_the_contract_or_partner(world: World) -> None:
    elsewhere = make.make_region("elders", "Elders", {"GM0228": "Ede"}).municipalities.get()
    about = door.About("Tuin", "green", date(2025, 7, 1), date(2025, 8, 1), municipality=elsewhere)
    doing = world.doing(Role.PARTNER)
    with pytest.raises(Refused):
        door.offer_place(
            [world.contract], about, "work", Decimal(24), *world.doing(Role.CONTRACTOR)
        )
    with pytest.raises(Refused):
        door.tell_need(world.partner, about, "hours", *doing, hours=Decimal(4))
    with pytest.raises(Refused):
        door.change_need(world.need(), about, doing[0], hours=Decimal(4))
