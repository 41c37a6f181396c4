"""The people behind the workplaces: how many, from where, and what became of them."""

import json
from datetime import date
from typing import Any

import pytest
import time_machine

from placements.models import Became, Moment, PlacementOutcome
from reporting.figures.annual import figures_of
from reporting.figures.exchange import figures_as_data
from reporting.notice.editions import assemble
from reporting.notice.files import html
from reporting.notice.files.data import as_json
from reporting.notice.tables.people import kinds_table
from tests.reporting.figures.test_figures import NOW, Ledger, month

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def placed(ledger: Ledger, contract: Any, group: str = "ww", **version: Any) -> Any:
    fulfilment = ledger.fulfilment(**version)
    ledger.line(contract, "100", month(2024, 6), fulfilment, target_group=group)
    return fulfilment


def figures(ledger: Ledger, year: int = 2024, town: Any = None) -> dict[str, Any]:
    with time_machine.travel(NOW, tick=False):
        return figures_as_data(figures_of(None, ledger.region, year, town, today=date(2025, 1, 15)))


def test_one_person_in_two_placements_counts_once(ledger: Ledger) -> None:
    contract = ledger.contract()
    for reference in ("K-1", "K-1", "K-2", "", ""):
        placed(ledger, contract, candidate_ref=reference)
    # Who came to nothing is not counted.
    fulfilment = placed(ledger, contract, candidate_ref="K-3")
    ledger.line(contract, "-100", month(2024, 7), fulfilment)
    found = figures(ledger)
    # Without a reference a placement is a person of its own.
    assert (found["persons"], found["workplaces"]) == (4, 5)


def test_persons_stand_beside_placements_over_the_years(ledger: Ledger) -> None:
    """A person in two placements of a year, one of whom began the year before."""
    contract = ledger.contract()
    for reference, began in (("K-1", 2023), ("K-1", 2024), ("K-2", 2024)):
        start = date(began, 2, 1)
        fulfilment = placed(ledger, contract, candidate_ref=reference, start_date=start)
        if began == 2023:
            ledger.line(contract, "100", month(2023, 6), fulfilment)
    with time_machine.travel(NOW, tick=False):
        edition = assemble(ledger.region, 2024, None, date(2025, 1, 15))
        data = json.loads(as_json(edition, public=True))
        towns = assemble(ledger.region, 2024, ledger.a, date(2025, 1, 15))
    counted = data["tables"]["counted"]
    assert {name: (row["2023"], row["2024"]) for name, row in counted.items()} == {
        "workplaces": (1, 3),
        "workplaces_started": (1, 2),
        "persons": (1, 2),
    }
    assert all(row["meaning"] for row in counted.values())
    assert "Wie bij één opdrachtnemer meer plaatsingen had" in html.body(edition)
    assert "counted" not in json.loads(as_json(towns, public=True))["tables"]


def test_work_experience_and_trials_count_where_a_table_names_them(ledger: Ledger) -> None:
    contract = ledger.contract()
    for group in ("bbl", "work_experience", "trial", "trial", "ww"):
        placed(ledger, contract, group)
    kinds = figures(ledger)["by_kind"]
    assert kinds == {"apprenticeship": 1, "job": 1, "trial": 2, "work_experience": 1}
    with time_machine.travel(NOW, tick=False):
        whole = figures_of(None, ledger.region, 2024, today=date(2025, 1, 15))
    table = kinds_table(whole, 0)
    assert table
    assert {"Proefplaatsing", "Werkervaringsplek"} < {row[0] for row in table.rows}
    assert "tellen zij mee als baan" in table.note


def test_by_kind_origin_and_residence(ledger: Ledger) -> None:
    contract = ledger.contract(shares={ledger.a: 60, ledger.b: 40})
    placed(ledger, contract, "bbl", origin="school", residence="GM0001")
    placed(ledger, contract, "bol", origin="school", residence="outside")
    placed(ledger, contract, "ww", origin="own_files")
    placed(ledger, contract, "wia_wao")
    found = figures(ledger)
    assert found["by_kind"] == {"apprenticeship": 1, "internship": 1, "job": 2}
    assert found["by_origin"] == {"own_files": 1, "school": 2}
    assert found["by_residence"] == {"GM0001": 1, "outside": 1}
    assert figures(ledger, town=ledger.b)["by_origin"] == {"own_files": 1, "school": 2}
    assert figures(ledger, town=ledger.c)["by_origin"] == {}
    assert figures(ledger, 2023)["persons"] == 0


def test_outcomes_by_the_day_on_which_they_are_asked(ledger: Ledger) -> None:
    contract = ledger.contract()
    ends = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 12, 31), date(2025, 1, 2)]
    made = [placed(ledger, contract, end_date=end) for end in ends]
    placed(ledger, contract)
    for fulfilment, moment, outcome in (
        (made[0], Moment.END, Became.STILL_HERE),
        (made[0], Moment.AFTER_6, Became.ELSEWHERE),
        (made[1], Moment.END, Became.UNKNOWN),
        (made[3], Moment.END, Became.LEARNING),
    ):
        PlacementOutcome.objects.create(
            fulfilment=fulfilment, moment=moment, outcome=outcome, at=NOW
        )
    none = dict.fromkeys(Became.values, 0)
    assert figures(ledger)["outcomes"] == {
        "end": none | {"still_here": 1, "unknown": 1, "asked": 3, "answered": 2},
        "after_6": none | {"elsewhere": 1, "asked": 2, "answered": 1},
    }
    # Of a year that runs on, only what has come: the last three ask later.
    assert figures(ledger, 2025)["outcomes"] == {
        "end": none | {"learning": 1, "asked": 1, "answered": 1}
    }
