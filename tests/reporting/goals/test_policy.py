"""Policy and goals: what holds since when, and who set which goal, when and why."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contracts.models import Policy
from contracts.policy.loading import FaultyFile
from reporting.adoption import door as adoption
from reporting.goals.door import Aim, set_goal, set_goals, written
from reporting.models import Goal
from reporting.notice.editions import assemble
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.reporting.adoption.test_adoption import NOW, act, at_once, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
PAGE = "/beleid/testregio/"
GOAL = PAGE + "doel/"


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def words(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def post(client: Client, **answers: Any) -> Any:
    return client.post(
        GOAL, {"year": "2026", "indicator": "workplaces", "low": "80", "high": "100"} | answers
    )


def test_the_policy_of_today_stands_there_with_its_versions(ledger: Ledger) -> None:
    first = ledger.region.policies.get()
    values = {field.name: getattr(first, field.name) for field in Policy._meta.concrete_fields}
    values |= {
        "id": None,
        "valid_from": NOW.date(),
        "default_rate": "4.00",
        "threshold_works": "250000.00",
    }
    Policy.objects.create(**values)
    page = words(signed_in(ledger, Role.ADVISER))
    assert "Geldt sinds 1 maart 2025" in page
    for changed in ("5% → 4%", "– → € 250.000"):
        assert changed in page


def test_setting_a_goal_keeps_who_when_and_why(ledger: Ledger) -> None:
    adviser = signed_in(ledger, Role.ADVISER)
    assert post(adviser, why="Raadsbesluit 12").status_code == 302
    assert Goal.objects.get(year=2026).high == 100
    page = words(adviser)
    assert "80–100" in page
    assert "Raadsbesluit 12" in page
    assert "Werkplekken 2024: 2–4" in page


def test_a_goal_is_changed_and_withdrawn_by_who_saw_it(ledger: Ledger) -> None:
    adviser = signed_in(ledger, Role.ADVISER)
    post(adviser)
    form = words(adviser, f"{GOAL}?jaar=2026&over=workplaces")
    assert 'value="80.00–100.00"' in form
    blind = post(adviser, low="70", high="")
    assert blind.status_code == 422
    assert "80–100" in blind.content.decode()
    assert Goal.objects.get(year=2026).low == 80
    assert post(adviser, low="70", high="", seen="80.00–100.00").status_code == 302
    assert post(adviser, low="", high="", seen="70.00").status_code == 302
    assert not Goal.objects.filter(year=2026).exists()
    assert "Werkplekken 2026: vervallen, het was 70" in words(adviser)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"low": "2,5", "high": ""}, "low"),
        ({"high": "20"}, "high"),
        ({"low": "", "high": "20"}, "low"),
        ({"low": "-1"}, "low"),
        ({"low": "9" * 18}, "low"),
        ({"year": "26"}, "year"),
        ({"year": "x"}, "year"),
        ({"indicator": "geluk"}, "indicator"),
        ({"why": "111222333"}, "why"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    ledger: Ledger, answers: dict[str, str], field: str
) -> None:
    response = post(signed_in(ledger, Role.ADVISER), **answers)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Goal.objects.count() == 1


def test_what_a_final_report_was_held_to_stays(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    adviser = signed_in(ledger, Role.ADVISER)
    assert f"{GOAL}?jaar=2024" not in words(adviser)
    with pytest.raises(Refused, match="2024"):
        set_goal(ledger.region, 2024, "workplaces", Aim(), act(), seen="2.00–4.00")


def test_each_role_reads_or_sets(ledger: Ledger) -> None:
    for role in (Role.REGION_ADMIN, Role.ADVISER):
        assert GOAL in words(signed_in(ledger, role))
    officer = signed_in(ledger, Role.PROCUREMENT_OFFICER)
    assert GOAL not in words(officer)
    assert post(officer).status_code == 404
    elsewhere = signed_in(Ledger(code="elders", numbers=ledger.numbers), Role.REGION_ADMIN)
    for other in (elsewhere, signed_in(ledger, Role.READER)):
        assert other.get(PAGE).status_code == 404
    assert elsewhere.get(reverse("policy")).headers["Location"] == "/beleid/elders/"


def test_loading_the_same_goals_again_adds_nothing_to_the_history(ledger: Ledger) -> None:
    before = Goal.history.count()
    set_goals(ledger.region, [{"year": 2024, "indicator": "workplaces", "low": 2, "high": 4}])
    assert Goal.history.count() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_first_goals_at_once_one_is_set() -> None:
    region = make.make_region()
    aims = [Aim(make.Decimal(low)) for low in (10, 20, 30, 40)]
    results = at_once(
        *[lambda aim=aim: set_goal(region, 2026, "workplaces", aim, act(), seen="") for aim in aims]
    )
    assert sorted(results) == ["done"] + ["refused"] * 3


def test_the_page_asks_as_much_for_many_goals_as_for_one(
    ledger: Ledger, django_assert_max_num_queries: Any
) -> None:
    set_goals(
        ledger.region,
        [{"year": year, "indicator": "workplaces", "low": 1} for year in range(2000, 2050)],
    )
    adviser = signed_in(ledger, Role.ADVISER)
    words(adviser)
    with django_assert_max_num_queries(10):
        words(adviser)


def test_a_goal_can_be_a_share_of_what_is_procured(ledger: Ledger) -> None:
    """800 million × 5% × 85%, by a motion of the council; seen, changed and withdrawn as any."""
    adviser = signed_in(ledger, Role.ADVISER)
    share = {"indicator": "fulfilled", "low": "", "high": "", "volume": "800.000.000"}
    response = post(adviser, **share, percents="5; 85", source="Motie 12")
    assert response.status_code == 302
    goal = Goal.objects.get(year=2026)
    assert (goal.low, goal.percents) == (34_000_000, ["5.00", "85.00"])
    page = words(adviser)
    assert "€ 34.000.000" in page
    assert "€ 800.000.000 × 5% × 85%: 4,25% van wat wordt ingekocht. Motie 12" in page
    form = words(adviser, f"{GOAL}?jaar=2026&over=fulfilled")
    assert 'value="5; 85"' in form
    seen = str(Aim.of(goal))
    assert post(adviser, **share, percents="4%×85", seen="34000000.00").status_code == 422
    assert post(adviser, **share, percents="4%×85", seen=seen).status_code == 302
    assert Goal.objects.get(year=2026).low == 27_200_000
    seen = str(Aim.of(Goal.objects.get(year=2026)))
    gone = {"indicator": "fulfilled", "low": "", "high": "", "seen": seen}
    assert post(adviser, **gone).status_code == 302
    assert not Goal.objects.filter(year=2026).exists()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"percents": ""}, "percents"),
        ({"volume": ""}, "volume"),
        ({"percents": "5; 101"}, "percents"),
        ({"percents": "5; 0"}, "percents"),
        ({"percents": "x"}, "percents"),
        ({"low": "5"}, "low"),
        ({"indicator": "workplaces"}, "volume"),
    ],
)
def test_a_share_that_cannot_be_is_said_beside_the_field(
    ledger: Ledger, answers: dict[str, str], field: str
) -> None:
    share = {"indicator": "fulfilled", "low": "", "high": "", "volume": "800", "percents": "5; 85"}
    response = post(signed_in(ledger, Role.ADVISER), **share | answers)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Goal.objects.count() == 1


def test_goals_as_a_share_are_loaded_and_written_alike(ledger: Ledger) -> None:
    chain = {"year": 2026, "indicator": "fulfilled", "volume": "800000000.00"}
    rows = [chain | {"percents": ["5.00", "85.00"], "source": "Motie 12"}]
    set_goals(ledger.region, rows)
    assert written(ledger.region) == rows
    before = Goal.history.count()
    set_goals(ledger.region, written(ledger.region))
    assert Goal.history.count() == before
    for wrong in (
        {"low": "5"},
        {"indicator": "workplaces"},
        {"percents": "5"},
        {"percents": ["101"]},
        {"percents": []},
    ):
        with pytest.raises(FaultyFile, match="goals"):
            set_goals(ledger.region, [rows[0] | wrong])


def test_what_a_goal_came_from_is_frozen_with_the_report(ledger: Ledger) -> None:
    chain = {"volume": "800000000", "percents": ["5", "85"], "source": "Motie 12"}
    set_goals(ledger.region, [{"year": 2024, "indicator": "fulfilled", **chain}])
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    edition = assemble(ledger.region, 2024, None, NOW.date())
    goal = edition.whole.goal["fulfilled"]
    assert (goal.volume, goal.percents, goal.source) == (800_000_000, ["5.00", "85.00"], "Motie 12")
    assert [row.percents for row in edition.goals] == [["5.00", "85.00"]]
