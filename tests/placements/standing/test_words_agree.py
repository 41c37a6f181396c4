"""What a page says of a contract does not contradict itself: status, schedule and what is to do,
over many contracts.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Contract, ContractState, Policy, Region, Spread
from contracts.plans import schedule
from contracts.policy.loading import policy_terms
from placements.standing.asks import Kind, asks_of
from placements.standing.known import Known
from placements.standing.progress import Progress, Status, expected_on, status_of
from placements.standing.words import WORRYING, left_to_do, sentences
from sroi.money import ZERO
from sroi.periods import Period
from sroi.templatetags.formats import whole_euro

FIRST = date(2024, 1, 1)
BEHIND = ("meer dan er is ingevuld", "ontbreekt nog", "is nog")


@pytest.fixture(autouse=True)
def _dutch() -> Any:
    with translation.override("nl"):
        yield


def amounts(most: int = 120_000) -> Any:
    return st.integers(0, most).map(Decimal) | st.decimals(0, most, places=2)


@st.composite
def standings(draw: Any) -> tuple[Contract, Progress, date]:
    """A contract of any length, with a plan or a straight line, at any day of it."""
    last = FIRST + timedelta(days=draw(st.integers(1, 1500)))
    contract = Contract(
        reference="X-1",
        region=Region(),
        policy=Policy(
            **policy_terms(
                {
                    "grace_months": draw(st.integers(0, 12)),
                    "spread": draw(st.sampled_from(Spread.values)),
                }
            )
        ),
        award_date=FIRST,
        start_date=FIRST + timedelta(days=draw(st.integers(0, 60))),
        state=draw(st.sampled_from([ContractState.ACTIVE, ContractState.ENDED])),
        has_obligation=True,
    )
    contract.end_date = max(last, contract.start_date)
    today = FIRST + timedelta(days=draw(st.integers(0, 1800)))
    owed, done = draw(amounts()), draw(amounts())
    planned, pending = draw(amounts(30_000)), draw(amounts(30_000))
    term = Period(contract.start_date, contract.end_date)
    plan = (
        {quarter: draw(amounts(20_000)) for quarter in schedule.quarters_of(term)}
        if draw(st.booleans())
        else None
    )
    expected = expected_on(contract, owed, plan, today)
    status = status_of(contract, owed, done, done + planned + pending, expected, today)
    progress = Progress(owed, done, planned, pending, expected, status, term.elapsed(today), plan)
    return contract, progress, today


@given(standings())
def test_the_sentences_agree_with_the_status(found: tuple[Contract, Progress, date]) -> None:
    contract, progress, today = found
    said = " ".join(sentences(contract, progress, today))
    short = progress.expected - progress.realised
    assert ("Aan de verplichting is voldaan" in said) == (progress.status == Status.FULFILLED)
    assert ("De looptijd eindigde" in said) == (progress.status == Status.OVERDUE)
    assert f"Nog {whole_euro(ZERO)} in te vullen" not in said
    if progress.status == Status.FULFILLED:
        assert "in te vullen" not in said
        assert not any(words in said for words in BEHIND)
    if progress.status == Status.BEHIND:
        assert f"Dat is {whole_euro(short)} meer dan er is ingevuld." in said
    if progress.status == Status.AT_RISK:
        assert f"ontbreekt nog {whole_euro(progress.obligation - progress.forecast)}" in said
    if progress.status == Status.ON_TRACK:
        explained = "als achterstand" in said or "geldt het als achterlopen" in said
        assert explained == (short > 0 and today >= contract.start_date)
        assert not any(words in said for words in BEHIND)


@given(standings())
def test_what_is_to_do_agrees_with_the_status(found: tuple[Contract, Progress, date]) -> None:
    contract, progress, today = found
    asked = {ask.kind: ask for ask in asks_of(contract, Known(progress=progress), today)}
    catch_up = asked.get(Kind.CATCH_UP)
    assert bool(catch_up) == (progress.status in WORRYING)
    for ask in asked.values():
        assert ask.state in (progress.status, "")
        assert not re.search(rf"{whole_euro(ZERO)}(?!,\d)", ask.why)
    if progress.status == Status.FULFILLED:
        assert "alles is ingevuld" in left_to_do(contract, progress)
    if catch_up:
        assert whole_euro(progress.open) in catch_up.why


@given(standings())
def test_the_margin_that_is_named_is_the_one_that_is_kept(
    found: tuple[Contract, Progress, date],
) -> None:
    contract, progress, today = found
    if progress.status != Status.ON_TRACK or "geldt het als achterlopen" not in " ".join(
        sentences(contract, progress, today)
    ):
        return
    floor = Fraction(progress.expected) * contract.policy.behind_below_expected.__trunc__() / 100
    assert floor <= progress.realised < progress.expected
