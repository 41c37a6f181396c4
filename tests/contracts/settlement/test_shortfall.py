"""What a settlement may come to: penalty, when one may settle, and how long a recovery can last."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.models import ContractState
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    by_policy,
    is_over,
    is_settled_here,
    penalty,
    recovery_days,
    refuse_penalty,
)

D = Decimal
LAST = date(2024, 12, 31)
SHORT, DONE = (
    Figures(D(50000), {"work": D(35000)}),
    Figures(D(50000), {"work": D(30000), "csr": D(20000)}),
)


def contract(**other: Any) -> Any:
    terms = {
        "state": ContractState.ENDED,
        "end_date": LAST,
        "last_counted_day": LAST,
        "has_obligation": True,
    }
    policy = SimpleNamespace(recovery_months=other.pop("recovery_months", 6))
    return SimpleNamespace(**{"is_framework": False, "policy": policy, **terms, **other})


@pytest.mark.parametrize(
    ("factor", "expected"), [("1", "15000"), ("1.5", "22500"), ("0", "0"), ("0.333", "4995")]
)
def test_the_penalty_is_the_shortfall_times_the_factor(factor: str, expected: str) -> None:
    found = Figures(D(50000), {"work": D(35000)})
    assert by_policy(found.shortfall, D(factor)) == D(expected)
    assert penalty(found.shortfall, D(factor), Decision()) == D(expected)
    assert penalty(found.shortfall, D(factor), Decision(False, "Asbest")) == 0


@pytest.mark.parametrize(
    ("lesser", "why", "field"),
    [
        ("5000", "De helft kwam door de opdrachtgever", ""),
        ("0.01", "Een goede reden", ""),
        ("22499.99", "Een goede reden", ""),
        ("22500", "Een goede reden", "lesser_penalty"),
        ("0", "Een goede reden", "lesser_penalty"),
        ("-1", "Een goede reden", "lesser_penalty"),
        ("5000", "  ", "lesser_reason"),
    ],
)
def test_less_than_the_policy_is_less_and_says_why(lesser: str, why: str, field: str) -> None:
    decision = Decision(lesser_penalty=D(lesser), lesser_reason=why)
    found = refuse_penalty(decision, D(15000), D("1.5"))
    assert (found.field if found else "") == field
    if not field:
        assert penalty(D(15000), D("1.5"), decision) == D(lesser)


def test_a_lesser_penalty_never_becomes_more_when_the_shortfall_did_less() -> None:
    """By the policy it would be 1.000 now; the 5.000 of before is no lesser one any more."""
    decision = Decision(lesser_penalty=D(5000), lesser_reason="Een goede reden")
    assert penalty(D(1000), D(1), decision) == D(1000)


def test_it_is_settled_from_the_day_after_the_last_counted_one_or_once_all_is_fulfilled() -> None:
    assert not is_over(contract(), SHORT, LAST)
    assert is_over(contract(), SHORT, date(2025, 1, 1))
    assert is_over(contract(), DONE, date(2024, 6, 1))


def test_a_framework_and_what_owes_nothing_are_not_settled() -> None:
    assert is_settled_here(contract())
    assert not is_settled_here(contract(is_framework=True))
    assert not is_settled_here(contract(has_obligation=False))


@pytest.mark.parametrize(
    ("other", "granted", "today", "days"),
    [
        # Ten months after the end there are six months, not none.
        ({}, None, date(2025, 11, 3), (date(2025, 11, 3), date(2026, 5, 3))),
        # The day after the end.
        ({}, None, date(2025, 1, 1), (date(2025, 1, 1), date(2025, 7, 1))),
        # Before the end, where all was given up early.
        ({}, None, date(2024, 10, 1), (date(2025, 1, 1), date(2025, 6, 30))),
        # Granted for three months on 3 November: until 3 May it can be lengthened.
        (
            {"last_counted_day": date(2026, 2, 3)},
            date(2025, 11, 3),
            date(2026, 1, 10),
            (date(2026, 2, 4), date(2026, 5, 3)),
        ),
        # Its last day was the longest one, or has passed.
        ({"last_counted_day": date(2026, 5, 3)}, date(2025, 11, 3), date(2026, 1, 10), None),
        ({"last_counted_day": date(2026, 2, 3)}, date(2025, 11, 3), date(2026, 5, 4), None),
        ({"recovery_months": 0}, None, date(2025, 11, 3), None),
    ],
)
def test_a_recovery_lasts_the_months_of_the_policy_from_the_day_it_is_granted(
    other: dict[str, Any], granted: date | None, today: date, days: tuple[date, date] | None
) -> None:
    found = recovery_days(contract(**other), granted, today)
    assert (found and (found.first, found.last)) == days
