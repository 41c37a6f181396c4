"""Two answers at once: one counts, and the other hears it in words."""

from typing import Any

import pytest
from django.utils import translation

from contracts.models import Contract, DraftDecision, Settlement
from contracts.owed.door import end
from contracts.settlement import door as settlement
from contracts.settlement.shortfall import Decision, Figures
from placements.dialogue import door as dialogue
from placements.life import door as life
from placements.models import Disagreement, FulfilmentState, FulfilmentVersion
from placements.standing.progress import realised_by_category, with_progress
from tests import factories as make
from tests.placements.life.test_races import AT_ONCE, ROUNDS, at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("evidence_in_memory"),
]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def contract() -> Contract:
    return make.make_contract(make.make_region(), make.make_contractor())


def figures(contract: Contract) -> Figures:
    today = make.TODAY.replace(year=2026)
    done = realised_by_category(contract, today)
    owed = with_progress([contract], today)[contract.pk].obligation
    return Figures(owed, {str(code): amount for code, amount in done.items()})


def shown(contract: Contract) -> DraftDecision:
    end(contract, make.act(why="Afgelopen"))
    at = make.moment(make.TODAY.replace(year=2026))
    return make.make_draft_decision(contract, figures(contract), at=at)


def act(why: str = "Daarom", day: int = 1) -> Any:
    return make.act(why=why, today=make.TODAY.replace(year=2026, day=day))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_colleagues_disagree_at_once(contract: Contract, _round: int) -> None:
    version = make.make_purchase(contract, state="rejected", why="Nee")
    tries = [lambda: make.make_disagreement(version) for _ in range(AT_ONCE)]
    assert sorted(at_once(*tries)) == ["done"] + ["refused"] * (AT_ONCE - 1)
    assert Disagreement.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_advisers_answer_a_disagreement_at_once(contract: Contract, _round: int) -> None:
    found = make.make_disagreement(make.make_purchase(contract, state="rejected", why="Nee"))
    tries = []
    for i in range(AT_ONCE):
        seen = Disagreement.objects.select_related("version", "claim").get(pk=found.pk)
        tries.append(
            (lambda seen=seen: dialogue.keep(seen, make.act(why="Blijft")))
            if i % 2
            else (lambda seen=seen: dialogue.review_again(seen, make.act()))
        )
    assert sorted(at_once(*tries)) == ["done"] + ["refused"] * (AT_ONCE - 1)
    made = FulfilmentVersion.objects.filter(state=FulfilmentState.SUBMITTED).count()
    assert made == (Disagreement.objects.get().state == "again")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_was_asked_back_is_answered_once(contract: Contract, _round: int) -> None:
    version = make.make_purchase(contract, state="returned", why="Betaald?")
    first, second = (FulfilmentVersion.objects.get(pk=version.pk) for _ in range(2))
    came = at_once(
        lambda: life.submit([first], make.act(why="Ja")),
        lambda: life.submit([second], make.act(why="Ja zeker")),
    )
    assert sorted(came) == ["done", "refused"]
    assert version.kept_editions.count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_draft_is_answered_once(contract: Contract, _round: int) -> None:
    draft = shown(contract)
    seen = [DraftDecision.objects.get(pk=draft.pk) for _ in range(AT_ONCE)]
    tries = [lambda one=one: settlement.answer_draft(one, act("Ziekte")) for one in seen]
    assert sorted(at_once(*tries)) == ["done"] + ["refused"] * (AT_ONCE - 1)
    assert contract.events.filter(what="draft_answered").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_advisers_show_a_draft_at_once(contract: Contract, _round: int) -> None:
    end(contract, make.act(why="Afgelopen"))
    now, at = figures(contract), make.moment(make.TODAY.replace(year=2026))
    fresh = [Contract.objects.get(pk=contract.pk) for _ in range(AT_ONCE)]
    tries = [lambda one=one: make.make_draft_decision(one, now, at=at) for one in fresh]
    assert sorted(at_once(*tries)) == ["done"] + ["refused"] * (AT_ONCE - 1)
    assert DraftDecision.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_it_is_decided_once_after_an_answer(contract: Contract, _round: int) -> None:
    draft = shown(contract)
    settlement.answer_draft(draft, act("Ziekte"))
    now = figures(contract)

    def decide(one: Contract) -> None:
        settlement.decide(
            one,
            Decision(),
            act(),
            seen=now,
            figures=lambda: now,
            letter=None,
            on=act().today,
            heard=DraftDecision.objects.get(pk=draft.pk),
        )

    fresh = [Contract.objects.get(pk=contract.pk) for _ in range(AT_ONCE)]
    assert sorted(at_once(*[lambda one=one: decide(one) for one in fresh])) == ["done"] + [
        "refused"
    ] * (AT_ONCE - 1)
    assert Settlement.objects.count() == 1
