"""How contracts stand, what a goal comes from and why a year stands out, as the annex tells it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import translation

from reporting.figures.chains import Chain
from reporting.goals.door import set_goals
from reporting.notice.editions import assemble
from reporting.notice.notice import CouncilNotice
from reporting.outlook.outlook import stands_out
from reporting.particulars import door as particulars
from tests.reporting.adoption.test_adoption import NOW, TODAY, act, ledger
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def notice(of: Ledger, town: Any = None) -> CouncilNotice:
    return CouncilNotice(assemble(of.region, 2024, town, TODAY))


def plain(text: Any) -> str:
    return str(text).replace("\xa0", " ")


def test_what_came_of_contracts_that_ended_stands_in_the_annex(ledger: Ledger) -> None:
    """Without rows that are nothing: nobody was fined."""
    for done in ("50000", "35000"):
        over = ledger.contract(
            award_date=date(2023, 1, 1), end_date=date(2024, 6, 30), state="ended"
        )
        ledger.line(over, done, month(2024, 2))
    found = notice(ledger)
    table = found.tables["ended"]
    assert table
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["Voldaan", "1", "–"],
        ["Met een tekort", "1", "€ 15.000"],
    ]
    statuses = found.tables["statuses"]
    assert statuses
    assert "31 december 2024" in statuses.caption
    shown = [row[0] for row in statuses.rows]
    assert {"Voldaan", "Te laat"} <= set(shown)
    assert not any(row[1] == "0" for row in statuses.rows)


def test_nothing_ended_and_nothing_owed_leaves_no_table() -> None:
    empty = Ledger(code="leeg")
    tables = CouncilNotice(assemble(empty.region, 2024, None, TODAY)).tables
    assert (tables["ended"], tables["statuses"]) == (None, None)


def test_what_was_due_stands_in_whole_euros_beside_what_was_done(ledger: Ledger) -> None:
    [part] = [part for part in notice(ledger).parts if part.id == "opdrachten"]
    [said] = map(plain, part.said)
    assert said.startswith("Bij lopende opdrachten zou op 31 december 2024 € ")
    assert "," not in said.partition("€ ")[2].partition(" ")[0]


def test_a_goal_as_a_share_says_what_it_is_a_share_of_and_who_decided(ledger: Ledger) -> None:
    chain = {"volume": "800000000", "percents": ["5", "85"], "source": "motie 12"}
    set_goals(ledger.region, [{"year": 2024, "indicator": "fulfilled", **chain}])
    table = notice(ledger).tables["goals"]
    assert table
    assert [plain(cell) for cell in table.rows[0]][-3] == "€ 34.000.000"
    assert (
        "Doel voor ingevulde waarde: € 800 miljoen inkoop × 5% × 85% = € 34 miljoen, 4,25% van de"
        " inkoop"
    ) in plain(table.note)
    assert plain(table.note).endswith("besloten in: motie 12.")


def test_a_chain_is_exact_to_the_cent() -> None:
    chain = Chain(D("800000000"), (D(5), D(85)))
    assert (chain.amount, chain.share) == (D("34000000.00"), D("4.25"))
    # 100.01 × 33.33% × 50% = 16.6666…
    assert Chain(D("100.01"), (D("33.33"), D(50))).amount == D("16.67")
    assert Chain(D(0), (D(5),)).share_of(D(1)) is None


def test_why_a_year_stands_out_is_printed_under_the_years(ledger: Ledger) -> None:
    """In the report of the region, and from then on in those of later years."""
    edition = assemble(ledger.region, 2024, None, TODAY)
    note = "Twee grote opdrachten begonnen later"
    particulars.supply(edition, {"year_note": note}, seen=0, act=act())
    table = notice(ledger).tables["years"]
    assert table
    assert f"2024: {note}." in table.note
    later = CouncilNotice(assemble(ledger.region, 2025, None, TODAY)).tables["years"]
    assert later
    assert f"2024: {note}." in later.note
    town = notice(ledger, ledger.a).tables["years"]
    assert town
    assert note not in town.note


def test_a_year_stands_out_where_it_is_more_than_half_as_much_more_or_less() -> None:
    amounts = {2020: D(100), 2021: D(150), 2022: D(151), 2023: D("75.49"), 2024: D(200), 2026: D(9)}
    assert stands_out(amounts) == [2023, 2024]
    assert stands_out({2023: D(0), 2024: D(10)}) == []
