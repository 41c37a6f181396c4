"""Before a shortfall is decided the contractor is shown the draft and can answer it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import door as facts
from contracts.models import Contract, ContractEvent, DraftDecision, DraftState, Region, Settlement
from contracts.settlement import door as settlement
from contracts.settlement.hearing import last_day, unheard, waits
from contracts.settlement.shortfall import Decision, Figures
from placements.standing.asks import Kind, asks
from placements.telling import gather
from reporting.figures.annual import figures_of
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.contracts.settlement.test_settlement import TODAY, figures, url, with_shortfall
from tests.factories import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_in_memory")]
D = Decimal
LAST = TODAY + timedelta(days=28)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def contract(region: Region) -> Contract:
    return with_shortfall(region)


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region, name="Noor Advies"))


@pytest.fixture
def contractor(region: Region, contract: Contract) -> Client:
    return signed_in(make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor))


def shown(contract: Contract, answer: str = "", decision: Decision | None = None) -> DraftDecision:
    now = figures(contract)
    return make.make_draft_decision(contract, now, decision, at=make.moment(TODAY), answer=answer)


def decide(
    contract: Contract,
    heard: DraftDecision | None,
    decision: Decision | None = None,
    on: date = TODAY,
) -> Settlement:
    return settlement.decide(
        contract,
        decision or Decision(),
        make.act(today=on),
        seen=figures(contract),
        figures=lambda: figures(contract),
        letter=None,
        on=on,
        heard=heard,
    )


# --- the rule -------------------------------------------------------------------------------------


def test_the_policy_says_how_many_days(contract: Contract) -> None:
    assert last_day(contract, TODAY) == date(2026, 4, 7)


def draft(**fields: Any) -> DraftDecision:
    usual = {"obligation": D(50000), "realised": D(35000), "penalty": D(15000)}
    return DraftDecision(**{**usual, "answer_until": LAST, **fields})


SHORT = Figures(D(50000), {"work": D(35000)})


def test_it_waits_until_its_day_or_its_answer() -> None:
    assert waits(draft(), LAST)
    assert not waits(draft(), LAST + timedelta(days=1))
    assert not waits(draft(answered_at=make.moment(TODAY)), TODAY)
    assert not waits(draft(state=DraftState.WITHDRAWN), TODAY)
    assert not waits(None, TODAY)


def test_what_is_fulfilled_needs_no_draft() -> None:
    assert not unheard(Figures(D(50000), {"work": D(50000)}), D(0), None, TODAY)
    assert unheard(SHORT, D(0), None, TODAY)


@given(
    realised=st.decimals(0, 50000, places=2),
    charged=st.decimals(0, 100000, places=2),
)
def test_never_for_more_than_the_draft_said(realised: Decimal, charged: Decimal) -> None:
    now = Figures(D(50000), {"work": realised})
    answered = draft(answered_at=make.moment(TODAY))
    allowed = not unheard(now, charged, answered, TODAY)
    assert allowed == (now.shortfall == 0 or (realised >= 35000 and charged <= 15000))


# --- the door -------------------------------------------------------------------------------------


def test_a_shortfall_is_not_decided_unheard(contract: Contract) -> None:
    with pytest.raises(Refused):
        decide(contract, None)
    with pytest.raises(Refused):
        decide(contract, None, Decision(False, "Asbest"))
    standing = shown(contract)
    with pytest.raises(Refused):
        decide(contract, standing, on=LAST)
    assert not Settlement.objects.exists()
    made = decide(contract, standing, on=LAST + timedelta(days=1))
    standing.refresh_from_db()
    assert (made.penalty, standing.state) == (D("15000.00"), DraftState.DECIDED)


def test_after_the_answer_it_is_decided_as_it_was_shown_or_milder(contract: Contract) -> None:
    standing = shown(contract, "Wij konden niemand vinden", Decision(False, "Asbest"))
    with pytest.raises(Refused):
        decide(contract, standing)
    again = settlement.show_draft(
        contract,
        Decision(),
        make.act(today=TODAY),
        seen=figures(contract),
        figures=lambda: figures(contract),
        replaces=standing,
    )
    standing.refresh_from_db()
    assert (standing.state, again.number) == (DraftState.WITHDRAWN, 2)
    settlement.answer_draft(again, make.act(why="Nog steeds niemand", today=TODAY))
    assert decide(contract, again, Decision(False, "Asbest")).penalty == 0


def test_an_answer_that_came_meanwhile_is_read_first(contract: Contract) -> None:
    seen = shown(contract)
    after = LAST + timedelta(days=1)
    DraftDecision.objects.update(answer="Toch nog", answered_at=make.moment(LAST))
    with pytest.raises(Refused, match="Sinds u keek"):
        decide(contract, seen, on=after)
    assert decide(contract, DraftDecision.objects.get(), on=after).penalty == D("15000.00")


def test_a_draft_is_answered_once_and_until_its_day(contract: Contract) -> None:
    standing = shown(contract)
    with pytest.raises(Refused):
        settlement.answer_draft(standing, make.act(why=" ", today=TODAY))
    with pytest.raises(Refused):
        settlement.answer_draft(standing, make.act(why="Laat", today=LAST + timedelta(days=1)))
    seen = DraftDecision.objects.get()
    settlement.answer_draft(standing, make.act(why="Op tijd", today=LAST))
    with pytest.raises(Refused, match="al gereageerd"):
        settlement.answer_draft(seen, make.act(why="Nog eens", today=TODAY))
    assert DraftDecision.objects.get().answer == "Op tijd"
    assert ContractEvent.objects.get(what="draft_answered").why == "Op tijd"
    assert "15.000" in ContractEvent.objects.get(what="draft_shown").why.replace(",", ".")


def test_two_advisers_show_one_draft(contract: Contract) -> None:
    shown(contract)
    with pytest.raises(Refused):
        shown(contract)
    assert DraftDecision.objects.count() == 1


def test_a_recovery_period_withdraws_it_and_reopening_asks_for_a_new_one(
    contract: Contract,
) -> None:
    standing = shown(contract)
    until = date(2026, 6, 30)
    settlement.grant_recovery(contract, until, figures(contract), make.act(why="x", today=TODAY))
    standing.refresh_from_db()
    assert standing.state == DraftState.WITHDRAWN
    Contract.objects.update(recovery_until=None)
    contract.refresh_from_db()
    decide(contract, shown(contract, "Akkoord"))
    settlement.reopen(contract, make.act(why="Nog een factuur", today=TODAY))
    with pytest.raises(Refused):
        decide(contract, None)


# --- the pages ------------------------------------------------------------------------------------


def test_who_takes_over_is_not_held_to_a_draft_that_another_answered(contract: Contract) -> None:
    draft = shown(contract, answer="Het was ziekte")
    follower = make.make_contractor("Opvolger")
    facts.take_over(contract, follower, {}, contract.end_date, make.act(today=TODAY))
    draft.refresh_from_db()
    assert draft.state == DraftState.WITHDRAWN
    contract.refresh_from_db()
    with pytest.raises(Refused):
        decide(contract, None)
    with pytest.raises(Refused):
        decide(contract, draft)


def test_the_pages_from_the_draft_to_the_decision(
    contract: Contract, adviser: Client, contractor: Client
) -> None:
    page, step = url(contract, "settlement-decide"), url(contract, "settlement-answer")
    seen = adviser.get(page).context["seen"]
    given = {"fault": "yes", "explanation": "Er is te weinig gedaan."}
    preview = adviser.post(page, {"seen": seen, **given})
    assert "Dit concept voorleggen" in preview.content.decode()
    assert adviser.post(page, {"seen": seen, **given, "confirm": "1"}).status_code == 302
    assert not Settlement.objects.exists()
    assert page in adviser.get(url(contract)).content.decode()
    assert step not in adviser.get(url(contract)).content.decode()
    start = contractor.get(reverse("start")).content.decode()
    assert step in start
    read = contractor.get(url(contract)).content.decode()
    assert "Er is te weinig gedaan." in read
    assert step in read
    number = str(DraftDecision.objects.get().pk)
    assert contractor.post(step, {"why": "123456782", "draft": number}).status_code == 422
    answered = contractor.post(step, {"why": "Wij hadden ziekte", "draft": number})
    assert answered.status_code == 302
    again = contractor.post(step, {"why": "En nog wat", "draft": number})
    assert again.status_code == 422
    assert "En nog wat" in again.content.decode()
    assert contractor.get(step).status_code == 302
    shown_now = adviser.get(page)
    assert "Wij hadden ziekte" in shown_now.content.decode()
    assert shown_now.context["form"].initial["explanation"] == "Er is te weinig gedaan."
    assert adviser.post(page, {"seen": seen, **given, "confirm": "1"}).status_code == 422
    now = shown_now.context["seen"]
    assert adviser.post(page, {"seen": now, **given, "confirm": "1"}).status_code == 302
    assert Settlement.objects.get().penalty == D("15000.00")
    for client in (adviser, contractor):
        assert "Wij hadden ziekte" in client.get(url(contract)).content.decode()
        history = client.get(reverse("contract-history", args=[contract.pk])).content.decode()
        assert "Wij hadden ziekte" in history


def test_only_the_contractor_of_the_contract_answers(
    region: Region, contract: Contract, adviser: Client
) -> None:
    shown(contract)
    step = url(contract, "settlement-answer")
    stranger = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=make.make_contractor()))
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    for client in (adviser, stranger, officer):
        assert client.get(step).status_code == 404
        assert client.post(step, {"why": "x", "draft": "1"}).status_code == 404


def test_a_draft_of_another_contract_is_not_answered(
    region: Region, contract: Contract, contractor: Client
) -> None:
    other = shown(with_shortfall(make.make_region("elders", "Elders")))
    answer = contractor.post(url(contract, "settlement-answer"), {"why": "x", "draft": other.pk})
    assert answer.status_code == 422
    assert not DraftDecision.objects.filter(answered_at__isnull=False).exists()


def test_the_contractor_is_asked_while_it_can_answer(contract: Contract) -> None:
    def kinds(day: date) -> set[Kind]:
        return {ask.kind for ask in asks([contract], day)[contract.pk]}

    assert Kind.SETTLE in kinds(TODAY)
    shown(contract)
    assert Kind.ANSWER_DRAFT in kinds(LAST)
    assert Kind.SETTLE not in kinds(LAST)
    assert Kind.SETTLE in kinds(LAST + timedelta(days=1))
    settlement.answer_draft(DraftDecision.objects.get(), make.act(why="Ziekte", today=TODAY))
    assert Kind.SETTLE in kinds(TODAY)
    assert Kind.ANSWER_DRAFT not in kinds(TODAY)


def test_both_are_told_by_mail(region: Region, contract: Contract) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    firm = make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
    standing = shown(contract)
    settlement.answer_draft(standing, make.act(firm, "Ziekte", TODAY))
    gather(make.moment(TODAY) + timedelta(minutes=1), timedelta(days=1))
    told = {(notice.user, notice.words) for notice in region.notices.all()}
    assert (firm, "U kunt reageren op het concept van de afrekening van Wegen.") in told
    assert (adviser, "Er is gereageerd op het concept van de afrekening van Wegen.") in told
    assert not any("Ziekte" in words for _user, words in told)


def test_the_letter_says_that_it_was_shown(
    contract: Contract, adviser: Client, contractor: Client
) -> None:
    standing = shown(contract, "Ziekte")
    page = url(contract, "settlement-decide")
    seen = adviser.get(page).context["seen"]
    letter = adviser.post(page, {"seen": seen, "fault": "yes"}).context["letter"]
    told = " ".join(text for part in letter.parts for text in part.paragraphs)
    assert "op 10 maart 2026 laten zien" in told
    assert "geantwoord op 10 maart 2026" in told
    assert standing.answer not in told


def test_the_report_counts_them(region: Region, contract: Contract) -> None:
    shown(contract, "Ziekte")
    found = figures_of(None, region, TODAY.year, today=TODAY).quality.settlement_drafts
    assert (found.shown, found.answered) == (1, 1)
