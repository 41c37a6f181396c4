"""How a contract stands: the first status that holds, at each of its boundaries. Source: DOMAIN.md
section 6.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.models import ContractState
from placements.standing.progress import Progress, Status, status_of

D = Decimal
DAY = timedelta(days=1)
FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)  # 731 days
OWED = D(1000)


def contract(**other: Any) -> Any:
    policy = SimpleNamespace(at_risk_below_term_left=25, behind_below_expected=75, grace_months=6)
    dates = {"award_date": FIRST, "start_date": FIRST, "end_date": LAST, "last_counted_day": LAST}
    kind = {"state": ContractState.ACTIVE, "is_framework": False, "has_obligation": True}
    return SimpleNamespace(policy=policy, **{**dates, **kind, **other})


def status(
    day: date,
    *,
    realised: Any = 0,
    forecast: Any = OWED,
    expected: Any = 0,
    owed: Any = OWED,
    **other: Any,
) -> Status:
    return status_of(contract(**other), D(owed), D(realised), D(forecast), D(expected), day)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ContractState.DRAFT, Status.DRAFT),
        (ContractState.CANCELLED, Status.CANCELLED),
        (ContractState.SETTLED, Status.SETTLED),
    ],
)
def test_a_state_that_says_it_all_goes_before_everything(state: str, expected: Status) -> None:
    """Also before the award, and where all is fulfilled."""
    assert status(FIRST - DAY, state=state, realised=OWED) == expected
    assert status(LAST + DAY, state=state) == expected


def test_until_the_day_of_the_award_it_has_not_begun() -> None:
    assert status(FIRST - DAY, realised=OWED) == Status.NOT_STARTED
    assert status(FIRST) == Status.ON_TRACK


def test_what_owes_nothing_has_no_other_status_once_it_began() -> None:
    assert status(LAST + DAY, is_framework=True) == Status.NO_OBLIGATION
    assert status(LAST + DAY, has_obligation=False) == Status.NO_OBLIGATION


def test_to_the_cent_it_is_fulfilled_also_when_it_is_over() -> None:
    assert status(LAST + DAY, realised=OWED) == Status.FULFILLED
    assert status(LAST + DAY, realised=OWED - D("0.01")) == Status.OVERDUE


def test_on_the_last_counted_day_it_is_not_overdue_yet() -> None:
    assert status(LAST, realised=999) == Status.ON_TRACK
    recovering = {"last_counted_day": LAST + DAY, "realised": 999}
    assert status(LAST + DAY, **recovering) == Status.ON_TRACK
    assert status(LAST + 2 * DAY, **recovering) == Status.OVERDUE


def test_at_risk_is_less_than_a_quarter_of_the_term_left_and_too_little_in_sight() -> None:
    """Of a term of four thousand days a thousand are a quarter: on the 3,000th day it is not
    less.
    """
    last = FIRST + 3999 * DAY
    term = {"start_date": FIRST, "end_date": last, "last_counted_day": last}
    assert status(FIRST + 2999 * DAY, forecast=999, **term) == Status.ON_TRACK
    assert status(FIRST + 3000 * DAY, forecast=999, **term) == Status.AT_RISK
    assert status(FIRST + 3000 * DAY, forecast=OWED, **term) == Status.ON_TRACK


def test_behind_is_below_three_quarters_of_what_was_expected_once_the_grace_is_over() -> None:
    over = date(2023, 7, 1)
    assert status(over - DAY, realised=299, expected=400) == Status.ON_TRACK
    assert status(over, realised=299, expected=400) == Status.BEHIND
    assert status(over, realised=300, expected=400) == Status.ON_TRACK, (
        "exactly three quarters is not behind"
    )


def test_at_risk_goes_before_behind() -> None:
    assert status(LAST, realised=1, forecast=2, expected=1000) == Status.AT_RISK


def progress(**amounts: Any) -> Progress:
    terms = {
        "obligation": OWED,
        "realised": D(0),
        "planned": D(0),
        "pending": D(0),
        "expected": D(0),
        **amounts,
    }
    return Progress(**terms, status=Status.ON_TRACK, elapsed=Fraction(1, 2))


def test_the_forecast_is_what_was_done_what_lies_ahead_and_what_waits() -> None:
    assert progress(realised=D(1), planned=D(20), pending=D(300)).forecast == 321


def test_what_is_open_and_how_far_it_is() -> None:
    almost = progress(realised=D("999.99"))
    assert (almost.open, almost.percent) == (D("0.01"), 99)
    assert progress(realised=D(1500)).percent == 150
    assert progress(obligation=D(0)).percent is None
    assert progress(obligation=D("0.50"), realised=D("0.25")).percent == 50
