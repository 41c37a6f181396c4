"""A contractor does not agree with a rejection or with less: said once, answered once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.models import Contract, ContractState
from placements.claims.content import content_of
from placements.dialogue import door as dialogue
from placements.dialogue.disagreeing import claimed_in, open_until
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import (
    Disagreement,
    EventKind,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.standing.asks import Kind, asks
from placements.telling import gather
from reporting.figures.annual import figures_of
from sroi.access import Role
from sroi.doors import Refused
from sroi.pages.contract.settlement import figures_of as settlement_figures
from tests import factories as make
from tests.factories import TODAY, signed_in

pytestmark = pytest.mark.django_db
D = Decimal
# Four weeks, the default of the policy.
LAST = TODAY + timedelta(days=28)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region, name="Noor Advies")


@pytest.fixture
def people(region: Any, contract: Contract) -> Any:
    return make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)


def rejected(contract: Contract, **fields: Any) -> FulfilmentVersion:
    return make.make_purchase(contract, state="rejected", why="Geen sociale firma", **fields)


def lowered(contract: Contract, amount: str = "4000.00") -> FulfilmentVersion:
    """€ 10.000 claimed, `amount` accepted."""
    version = make.make_purchase(contract, "10000.00", state="submitted")
    content = content_of(version)
    content.fields["amount"] = D(amount)
    act = make.act(why="Alleen de schoonmaak telt")
    return life.accept_otherwise(version, content, act, region=contract.region)


def said(version: FulfilmentVersion, day: date = TODAY) -> Disagreement:
    return make.make_disagreement(version, day=day)


# --- with what ------------------------------------------------------------------------------------


def test_with_a_rejection_and_with_less_than_was_claimed(contract: Contract) -> None:
    refused, less = rejected(contract), lowered(contract)
    assert claimed_in(refused) == refused
    claim = claimed_in(less)
    assert claim
    assert (claim.number, claim.amount) == (1, D("10000.00"))


@pytest.mark.parametrize("amount", ["10000.00", "10000.01", "12000.00"])
def test_not_with_as_much_or_more(contract: Contract, amount: str) -> None:
    version = lowered(contract, amount)
    assert claimed_in(version) is None
    with pytest.raises(Refused):
        said(version)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted", "withdrawn"])
def test_not_with_what_was_not_decided_against(contract: Contract, state: str) -> None:
    version = make.make_purchase(contract, state=state, why="x")
    assert claimed_in(version) is None
    with pytest.raises(Refused):
        said(version)


def test_until_the_last_day_of_the_policy(contract: Contract) -> None:
    version = rejected(contract)
    assert open_until(version, version, LAST) == LAST
    assert open_until(version, version, LAST + timedelta(days=1)) is None
    with pytest.raises(Refused):
        said(version, LAST + timedelta(days=1))
    assert said(version, LAST).pk


def test_not_under_a_contract_that_was_settled(contract: Contract) -> None:
    version = rejected(contract)
    Contract.objects.update(state=ContractState.SETTLED, settled_on=TODAY)
    with pytest.raises(Refused):
        said(version)


def test_once(contract: Contract) -> None:
    version = rejected(contract)
    said(version)
    with pytest.raises(Refused, match="al gezegd"):
        said(version)
    assert Disagreement.objects.count() == 1


def test_words_are_needed(contract: Contract) -> None:
    with pytest.raises(Refused):
        dialogue.disagree(rejected(contract), make.act(why=" "))


# --- the answer -----------------------------------------------------------------------------------


def test_the_decision_stays_with_a_reason(contract: Contract, adviser: Any) -> None:
    found = said(rejected(contract))
    with pytest.raises(Refused):
        dialogue.keep(found, make.act(adviser, ""))
    dialogue.keep(found, make.act(adviser, "De firma is niet erkend"))
    found.refresh_from_db()
    assert (found.state, found.answered_by) == ("kept", adviser)
    version = found.version
    version.refresh_from_db()
    assert version.state == FulfilmentState.REJECTED
    kinds = list(version.fulfilment.events.values_list("kind", flat=True))
    assert kinds[-2:] == [EventKind.DISAGREED, EventKind.KEPT]


def test_it_is_answered_once(contract: Contract, adviser: Any) -> None:
    found = said(rejected(contract))
    seen = Disagreement.objects.get()
    dialogue.keep(found, make.act(adviser, "Blijft zo"))
    with pytest.raises(Refused, match="Noor Advies"):
        dialogue.review_again(seen, make.act(adviser))
    assert FulfilmentVersion.objects.count() == 1


def test_a_rejected_one_is_reviewed_again_as_it_was_claimed(contract: Contract) -> None:
    found = said(rejected(contract))
    made = dialogue.review_again(found, make.act(why="Toch even kijken"))
    fulfilment = made.fulfilment
    fulfilment.refresh_from_db()
    assert (fulfilment.latest, made.state, made.number) == (made, FulfilmentState.SUBMITTED, 2)
    assert (made.amount, made.allocations.get().value) == (D("10000.00"), D("10000.00"))
    found.version.refresh_from_db()
    assert found.version.state == FulfilmentState.REJECTED
    life.accept([made], make.act(), region=contract.region)
    assert not list(differences([contract.region], TODAY))


def test_what_was_accepted_counts_until_it_is_decided_anew(contract: Contract) -> None:
    less = lowered(contract)
    made = dialogue.review_again(said(less), make.act())
    less.refresh_from_db()
    assert (less.state, made.amount) == (FulfilmentState.ACCEPTED, D("10000.00"))
    life.accept([made], make.act(), region=contract.region)
    assert sum(line.amount for line in contract.fulfilment_lines.all()) == D("10000.00")
    assert not list(differences([contract.region], TODAY))


def test_rejected_again_it_can_be_disagreed_with_again_and_the_rest_stays(
    contract: Contract,
) -> None:
    made = dialogue.review_again(said(lowered(contract)), make.act())
    life.reject(made, make.act(why="Nee"))
    assert sum(line.amount for line in contract.fulfilment_lines.all()) == D("4000.00")
    assert said(made).claim == made


def test_what_was_withdrawn_meanwhile_is_not_revived(contract: Contract) -> None:
    less = lowered(contract)
    found = said(less)
    life.withdraw(less, make.act(why="Niet gebeurd"))
    with pytest.raises(Refused):
        dialogue.review_again(found, make.act())
    assert Disagreement.objects.get().state == "open"


def test_a_change_under_way_is_answered_first(contract: Contract) -> None:
    less = lowered(contract)
    found = said(less)
    life.propose_change(less.fulfilment, content_of(less), make.act())
    with pytest.raises(Refused):
        dialogue.review_again(found, make.act())


# --- what happened after the decision -------------------------------------------------------------


def placed_for_less(contract: Contract, **fields: Any) -> FulfilmentVersion:
    """Claimed for 36 hours a week until half 2025, accepted for 24."""
    said = {"end_date": date(2025, 6, 30), "confirmed_until": date(2024, 6, 30), **fields}
    version = make.make_placement(contract, state="submitted", **said)
    content = content_of(version)
    content.hours = [(content.hours[0][0], D(24))]
    return life.accept_otherwise(version, content, make.act(why="24"), region=contract.region)


def test_what_was_confirmed_since_stays_when_it_is_reviewed_again(contract: Contract) -> None:
    less = placed_for_less(contract)
    until = date(2024, 10, 31)
    life.confirm([less.fulfilment], until, make.act(), region=contract.region)
    made = dialogue.review_again(said(less), make.act())
    assert made.confirmed_until == until
    life.accept([made], make.act(), region=contract.region)
    assert max(line.month for line in contract.fulfilment_lines.all()) == date(2024, 10, 1)
    assert not list(differences([contract.region], TODAY))


def test_what_was_confirmed_since_goes_no_further_than_what_was_claimed(
    contract: Contract,
) -> None:
    less = placed_for_less(contract, end_date=date(2024, 8, 31))
    FulfilmentVersion.objects.filter(pk=less.pk).update(end_date=date(2025, 6, 30))
    until = date(2024, 10, 31)
    life.confirm([less.fulfilment], until, make.act(), region=contract.region)
    made = dialogue.review_again(said(less), make.act())
    assert made.confirmed_until == made.end_date == date(2024, 8, 31)


def test_what_was_changed_since_is_not_undone_by_the_claim_from_before(
    contract: Contract, adviser: Any
) -> None:
    less = placed_for_less(contract)
    found = said(less)
    content = content_of(less)
    content.fields |= {"end_date": date(2024, 8, 31)}
    less.fulfilment.refresh_from_db()
    change = life.propose_change(less.fulfilment, content, make.act())
    life.submit([change], make.act())
    life.accept([change], make.act(), region=contract.region)
    page = reverse("disagreement", args=[found.pk])
    answer = signed_in(adviser).post(page, {"outcome": "again", "why": "U heeft gelijk"})
    assert answer.status_code == 422
    assert "nieuwere versie" in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "open"
    dialogue.keep(found, make.act(why="De plaatsing eindigde in augustus"))


def test_valued_anew_it_can_still_be_disagreed_with(contract: Contract, people: Any) -> None:
    less = lowered(contract)
    life.revalue([less], make.act(today=LAST), region=contract.region)
    now = Fulfilment.objects.get().latest
    assert now
    assert (now.number, claimed_in(now)) == (3, less.fulfilment.versions.get(number=1))
    # The days still count from the decision.
    assert open_until(now, claimed_in(now), LAST) == LAST
    page = reverse("fulfilment-disagree", args=[less.fulfilment_id])
    mine = signed_in(people)
    detail = reverse("fulfilment-detail", args=[less.fulfilment_id])
    assert page in mine.get(detail).content.decode()
    assert mine.post(page, {"why": "Dit klopt niet"}).status_code == 302
    assert page not in mine.get(detail).content.decode()


def test_valued_anew_it_is_still_said_once_and_reviewed_again(contract: Contract) -> None:
    less = lowered(contract)
    found = said(less)
    life.revalue([less], make.act(), region=contract.region)
    now = Fulfilment.objects.get().latest
    assert now
    with pytest.raises(Refused, match="al gezegd"):
        said(now)
    made = dialogue.review_again(found, make.act())
    assert (made.number, made.amount) == (4, D("10000.00"))


@pytest.mark.parametrize("amount", ["10000.00", "12000.00"])
def test_valued_anew_is_nobodys_decision(contract: Contract, amount: str) -> None:
    version = lowered(contract, amount)
    life.revalue([version], make.act(), region=contract.region)
    now = Fulfilment.objects.get().latest
    assert now
    assert claimed_in(now) is None


# --- where it shows -------------------------------------------------------------------------------


def test_the_pages_from_disagreeing_to_the_answer(
    contract: Contract, adviser: Any, people: Any
) -> None:
    version = rejected(contract)
    detail = reverse("fulfilment-detail", args=[version.fulfilment_id])
    mine, theirs = signed_in(people), signed_in(adviser)
    disagree = reverse("fulfilment-disagree", args=[version.fulfilment_id])
    assert disagree in mine.get(detail).content.decode()
    assert disagree not in theirs.get(detail).content.decode()
    assert mine.post(disagree, {"why": "BSN 123456782"}).status_code == 422
    assert mine.post(disagree, {"why": "De firma is wel erkend"}).status_code == 302
    assert disagree not in mine.get(detail).content.decode()
    again = mine.post(disagree, {"why": "Nog eens"})
    assert again.status_code == 422
    assert "Nog eens" in again.content.decode()
    found = Disagreement.objects.get()
    answer = reverse("disagreement", args=[found.pk])
    start = theirs.get(reverse("start")).content.decode()
    assert answer in start
    page = theirs.get(answer).content.decode()
    assert "De firma is wel erkend" in page
    assert "Geen sociale firma" in page
    assert theirs.post(answer, {"outcome": "kept", "why": ""}).status_code == 422
    assert theirs.post(answer, {"outcome": "again", "why": "U heeft gelijk"}).status_code == 302
    assert answer not in theirs.get(reverse("start")).content.decode()
    review = theirs.get(reverse("review", args=[version.fulfilment_id])).content.decode()
    assert "De firma is wel erkend" in review
    assert "U heeft gelijk" in mine.get(detail).content.decode()
    assert theirs.get(answer).status_code == 302


def test_a_contract_asks_for_it_and_is_not_settled_before(contract: Contract) -> None:
    version = rejected(contract)
    found = said(version)
    asked = [ask for ask in asks([contract], TODAY)[contract.pk] if ask.kind == Kind.DISAGREEMENT]
    assert [(ask.about, ask.day) for ask in asked] == [(found.pk, TODAY)]
    assert settlement_figures(contract).disagreements == 1
    dialogue.keep(found, make.act(why="Blijft zo"))
    assert settlement_figures(contract).disagreements == 0
    assert not [a for a in asks([contract], TODAY)[contract.pk] if a.kind == Kind.DISAGREEMENT]


def test_both_are_told_by_mail(region: Any, contract: Contract, adviser: Any, people: Any) -> None:
    found = dialogue.disagree(rejected(contract), make.act(people, "Klopt niet"))
    dialogue.keep(found, replace(make.act(adviser, "Blijft zo")))
    gather(make.moment(TODAY) + timedelta(minutes=1), timedelta(days=1))
    number = found.version.fulfilment.external_id
    told = {(notice.user, notice.words) for notice in region.notices.all()}
    assert (adviser, f"Een opdrachtnemer is het niet eens over invulling {number}.") in told
    assert (people, f"Invulling {number}: het besluit blijft. Lees waarom.") in told
    assert not any("Klopt niet" in words for _user, words in told)


def test_the_report_counts_them(region: Any, contract: Contract) -> None:
    dialogue.keep(said(rejected(contract)), make.act(why="Blijft zo"))
    dialogue.review_again(said(rejected(contract)), make.act())
    said(rejected(contract))
    found = figures_of(None, region, TODAY.year, today=TODAY).quality.disagreements
    assert (found.number, found.kept, found.again) == (3, 1, 1)
    earlier = figures_of(None, region, TODAY.year - 1, today=TODAY).quality.disagreements
    assert earlier.number == 0
