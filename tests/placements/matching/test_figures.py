"""What the report tells of the desk: what happened in the period, and nothing of anybody."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from placements.matching import door
from placements.matching.figures import desk_figures
from reporting.figures.annual import figures_of
from reporting.notice.freezing import frozen, thawed
from reporting.notice.tables.standing import desk_table
from sroi.database.together import answered
from sroi.doors import Act
from sroi.periods import Period
from tests import factories as make
from tests.placements.matching.test_door import HALF_A_YEAR, World

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)


@pytest.fixture
def world() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield World()


def test_where_nobody_used_the_desk_nothing_is_told(world: World) -> None:
    assert answered(desk_figures(world.region, YEAR, YEAR.last)) is None
    assert figures_of(None, world.region, 2025, today=make.TODAY).desk is None


def test_what_happened_in_the_year_is_counted_with_what_came_of_it(world: World) -> None:
    match = world.agreed()
    door.start(match, make.TODAY, *world.doing("contractor"))
    door.end(match, make.TODAY, "as_agreed", *world.doing("partner"))
    candidate = world.candidate()
    door.decline(candidate, "hours", *world.doing("contractor"))
    late = door.propose_need(
        world.need(title="Later"), world.contract, HALF_A_YEAR, *world.doing("contractor")
    )
    who = world.users["partner"]
    door.agree(late, world.access("partner"), Act.of(who, make.moment(make.TODAY + timedelta(6))))
    found = answered(desk_figures(world.region, YEAR, YEAR.last))
    assert found is not None
    assert (found.places, found.needs, found.proposed) == (1, 2, 3)
    assert (found.agreed, found.started, found.ended, found.declined) == (2, 1, 1, 1)
    # One at once and one after six days.
    assert found.days_to_agree == 3
    assert (found.came, found.why_not) == ({"as_agreed": 1}, {"hours": 1})
    assert found.fulfilled == 0
    figures = figures_of(None, world.region, 2025, today=make.TODAY + timedelta(9))
    assert figures.desk == found
    rows = {str(label): str(value) for label, value in desk_table(found).rows}
    assert rows["Matches overeengekomen"] == "2"
    assert rows["– de uren passen niet"] == "1"
    assert thawed(type(figures), frozen(figures)).desk == found


def test_what_happened_in_another_year_or_region_is_not_counted(world: World) -> None:
    world.agreed()
    assert answered(desk_figures(world.region, Period.year(2024), date(2024, 12, 31))) is None
    assert answered(desk_figures(make.make_region("utrecht"), YEAR, YEAR.last)) is None
    assert answered(desk_figures(world.region, YEAR, date(2025, 6, 30))) is None
