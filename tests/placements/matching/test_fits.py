"""What fits: what is left out, what comes first, and that the same input has the same order."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.matching.door import not_a_reference
from placements.matching.fits import Offer, Wanted, fit, fits
from placements.matching.trades import trade_of_cpv, trades_in
from placements.models import Trade

TODAY = date(2025, 7, 1)
CONTRACT = Wanted(1, date(2025, 12, 31), Decimal(20000), "green", frozenset({7}), 2)


def offer(key: int = 1, **fields: Any) -> Offer:
    values = {
        "first": TODAY,
        "until": date(2025, 12, 31),
        "worth": Decimal(4000),
        "trade": "green",
        "place": 7,
        **fields,
    }
    return Offer(key, **values)


def keys(offers: list[Offer], wanted: Wanted = CONTRACT) -> list[int]:
    return [one.offer.key for one in fits([wanted], offers, TODAY)]


def test_each_reason_stands_in_words() -> None:
    found = fit(CONTRACT, offer(place=8), TODAY)
    assert found is not None
    assert [(reason.code, reason.is_good) for reason in found.reasons] == [
        ("worth", True),
        ("trade", True),
        ("place", False),
    ]
    assert "20%" in found.reasons[0].words
    assert "€ 20.000" in found.reasons[0].words.replace("\xa0", " ")


@pytest.mark.parametrize(
    "not_for_it",
    [
        offer(worth=None),
        offer(worth=Decimal(0)),
        offer(until=TODAY - timedelta(days=1), first=date(2025, 1, 1)),
        offer(first=date(2026, 1, 1), until=date(2026, 6, 1)),
    ],
)
def test_what_it_cannot_use_is_left_out(not_for_it: Offer) -> None:
    assert fit(CONTRACT, not_for_it, TODAY) is None


def test_nothing_fits_where_nothing_is_open() -> None:
    done = Wanted(1, date(2025, 12, 31), Decimal(0), "green", frozenset({7}))
    assert fits([done], [offer()], TODAY) == []


def test_until_its_last_day_it_can_be_used() -> None:
    assert fit(CONTRACT, offer(first=date(2025, 12, 31)), TODAY) is not None
    assert fit(CONTRACT, offer(first=date(2025, 1, 1), until=TODAY), TODAY) is not None


def test_trade_goes_before_place_and_place_before_how_much() -> None:
    offers = [
        offer(1, trade="ict", worth=Decimal(20000)),
        offer(2, place=8, worth=Decimal(19000)),
        offer(3, worth=Decimal(100)),
        offer(4, worth=Decimal(200)),
    ]
    assert keys(offers) == [4, 3, 2, 1]


def test_more_than_is_open_is_no_better_than_all_of_it_then_what_ends_first_comes_first() -> None:
    offers = [
        offer(1, worth=Decimal(90000)),
        offer(2, worth=Decimal(20000), until=date(2025, 9, 1)),
    ]
    assert keys(offers) == [2, 1]


def test_the_contract_that_is_pressed_most_comes_first() -> None:
    calm = Wanted(2, date(2025, 8, 1), Decimal(50000), "green", frozenset({7}), 3)
    found = fits([calm, CONTRACT], [offer()], TODAY)
    assert [one.wanted.key for one in found] == [1, 2]


def test_anywhere_in_the_region_is_near_everybody() -> None:
    assert keys([offer(1, place=8), offer(2, place=None)]) == [2, 1]


@st.composite
def offered(draw: st.DrawFn, key: int) -> Offer:
    first = TODAY + timedelta(days=draw(st.integers(-200, 400)))
    return Offer(
        key,
        first,
        first + timedelta(days=draw(st.integers(0, 300))),
        draw(st.none() | st.integers(0, 3).map(lambda n: Decimal(n * 10000))),
        draw(st.none() | st.sampled_from(["green", "ict"])),
        draw(st.none() | st.sampled_from([7, 8])),
    )


SOME = st.integers(0, 8).flatmap(lambda n: st.tuples(*(offered(key) for key in range(n))))


@given(SOME, st.randoms(use_true_random=False))
def test_the_order_is_the_same_however_it_comes_in(
    offers: tuple[Offer, ...], chance: random.Random
) -> None:
    mixed = list(offers)
    chance.shuffle(mixed)
    assert fits([CONTRACT], mixed, TODAY) == fits([CONTRACT], offers, TODAY)


@given(SOME)
def test_what_fits_is_valued_in_time_and_comes_once(offers: tuple[Offer, ...]) -> None:
    found = fits([CONTRACT], offers, TODAY)
    assert len({one.offer.key for one in found}) == len(found)
    for one in found:
        assert one.worth > 0
        assert one.offer.first <= CONTRACT.last
        assert one.offer.until >= TODAY


@given(SOME, offered(99))
def test_one_more_changes_the_order_of_none_of_the_others(
    offers: tuple[Offer, ...], another: Offer
) -> None:
    with_it = [one.offer.key for one in fits([CONTRACT], [*offers, another], TODAY)]
    assert [key for key in with_it if key != 99] == keys(list(offers))


@pytest.mark.parametrize(
    ("code", "trade"),
    [
        ("77310000", Trade.GREEN),
        ("90911200", Trade.CLEANING),
        ("90511000", Trade.TRANSPORT),
        ("45233252", Trade.BUILDING),
        ("", None),
        ("01000000", None),
    ],
)
def test_the_longest_beginning_of_a_cpv_code_says_the_trade(code: str, trade: Any) -> None:
    assert trade_of_cpv(code) == trade


def test_what_a_firm_offers_says_its_trades() -> None:
    assert trades_in("Aanleg en onderhoud van groen, en Lunches") == [
        Trade.GREEN,
        Trade.TECHNIQUE,
        Trade.CATERING,
    ]
    assert trades_in("") == []


@pytest.mark.parametrize("text", ["WC-2041", "2041", "k.12/3"])
def test_a_reference_is_taken(text: str) -> None:
    assert not_a_reference(text) == ""


@pytest.mark.parametrize(
    "text", ["", "Jan Jansen", "Jansen", "J. Jansen 3", "111222333", "WC-2041\n", "A" * 30 + "1"]
)
def test_a_name_and_a_bsn_are_no_reference(text: str) -> None:
    assert not_a_reference(text) != ""
