"""How contracts stood at the end of a year: by example, with the sums written out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import Contract, Settlement, SettlementState
from reporting.figures.annual import figures_of
from reporting.figures.exchange import figures_as_data
from reporting.figures.facts import ContractsEnded, DueToDate
from tests.reporting.figures.test_figures import NOW, Ledger, ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
D = Decimal
LATER = datetime(2025, 3, 1, 9, tzinfo=NOW.tzinfo)


def over(ledger: Ledger, done: str, **fields: Any) -> Contract:
    """Of € 50.000 over 2023 and half of 2024, with so much done."""
    contract = ledger.contract(
        award_date=date(2023, 1, 1), end_date=date(2024, 6, 30), state="ended", **fields
    )
    ledger.line(contract, done, month(2024, 2))
    return contract


def settled(contract: Contract, realised: str, day: date, **fields: Any) -> Settlement:
    Contract.objects.filter(pk=contract.pk).update(state="settled", settled_on=day)
    return Settlement.objects.create(
        contract=contract,
        number=1,
        obligation="50000.00",
        realised=realised,
        counted_until=contract.end_date,
        decided_on=day,
        decided_at=NOW,
        **{"penalty_factor": "1.00"} | fields,
    )


def test_of_contracts_that_ended_is_told_what_came_of_them(ledger: Ledger) -> None:
    over(ledger, "50000")
    settled(
        over(ledger, "35000"), "35000", date(2024, 10, 1), penalty_factor="1.50", penalty="22500.00"
    )
    settled(
        over(ledger, "40000"),
        "40000",
        date(2024, 11, 1),
        at_fault=False,
        no_fault_reason="Opdracht stilgelegd",
    )
    # Decided after the year: a later report tells of it.
    settled(over(ledger, "45000"), "45000", date(2025, 2, 1), penalty="5000.00")
    # Ended in another year, and one that runs.
    ledger.contract(award_date=date(2022, 1, 1), end_date=date(2023, 12, 31), state="ended")
    ledger.contract(award_date=date(2024, 1, 1))
    figures = figures_of(None, ledger.region, 2024)
    # Short 15,000 + 10,000 + 5,000; not charged 10,000 × 1.
    assert figures.contracts_ended == ContractsEnded(1, 3, D("30000.00"), D("22500.00"), D(10000))
    assert figures_as_data(figures)["contracts_ended"] == {
        "fulfilled": 1,
        "short": 3,
        "short_amount": "30000.00",
        "penalties": "22500.00",
        "waived": "10000.00",
    }
    # Of the settled ones those that ended in the year; overdue are the one that was not settled
    # yet, and the one of 2023; the one that runs has nothing after its grace.
    assert figures.contracts_by_status == {"behind": 1, "overdue": 2, "fulfilled": 1, "settled": 2}


def test_a_settlement_that_was_reopened_later_still_held_then(ledger: Ledger) -> None:
    contract = over(ledger, "30000")
    row = settled(contract, "30000", date(2024, 9, 1), penalty="20000.00")
    Settlement.objects.filter(pk=row.pk).update(
        state=SettlementState.REOPENED, reopened_at=LATER, reopened_why="Nieuw bewijs"
    )
    Contract.objects.filter(pk=contract.pk).update(state="ended", settled_on=None)
    ended = figures_of(None, ledger.region, 2024).contracts_ended
    assert ended
    assert ended.penalties == D("20000.00")


def test_a_recovery_period_that_was_granted_later_moves_no_earlier_year(ledger: Ledger) -> None:
    contract = over(ledger, "30000")
    Contract.history.filter(id=contract.pk).update(
        history_date=datetime(2023, 1, 1, tzinfo=NOW.tzinfo)
    )
    contract.recovery_until, contract._history_date = date(2025, 6, 30), LATER
    contract.save()
    then, later = (figures_of(None, ledger.region, year).contracts_ended for year in (2024, 2025))
    assert (then.short, then.short_amount) == (1, D("20000.00"))  # type: ignore[union-attr]
    assert later
    assert later.short == 1


def test_what_was_due_goes_by_the_part_of_the_term_and_of_the_client(ledger: Ledger) -> None:
    contract = ledger.contract(end_date=date(2025, 12, 31), shares={ledger.a: 60, ledger.b: 40})
    ledger.line(contract, "20000", month(2024, 5))
    over(ledger, "50000")
    # 50,000 × 366 / 731 days, of what runs only; of a client its share.
    due = figures_of(None, ledger.region, 2024).due_to_date
    assert due == DueToDate(D("25034.20"), D("20000.00"))
    own = figures_of(None, ledger.region, 2024, ledger.a).due_to_date
    assert own == DueToDate(D("15020.52"), D("12000.00"))
    assert figures_of(None, ledger.region, 2024, ledger.c).due_to_date == DueToDate()


def test_a_client_has_its_part_of_a_shortfall_and_a_penalty(ledger: Ledger) -> None:
    contract = over(ledger, "30000", shares={ledger.a: 75, ledger.b: 25})
    settled(contract, "30000", date(2024, 9, 1), penalty="20000.00")
    own = figures_of(None, ledger.region, 2024, ledger.b).contracts_ended
    assert own == ContractsEnded(0, 1, D("5000.00"), D("5000.00"))
