"""The public calculator: the arithmetic of every other page, side by side, and no input breaks
it.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.valuation_tables.door import succeed
from contracts.valuation_tables.loading import load_table, put_in_force
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


def asked(**given: Any) -> Any:
    answer = Client().get(reverse("calculator"), given)
    assert answer.status_code == 200
    return answer


def test_without_a_table_it_says_so() -> None:
    assert asked().context["table"] is None


def test_a_placement_with_a_bonus(region: Any) -> None:
    given = {"kind": "placement", "block": "PW_GT2Y", "hours": "36", "months": "12", "age": "56"}
    answer = asked(**given)
    assert answer.context["result"].total == D("45000.00")
    assert asked(**given | {"age": "54"}).context["result"].total == D("40000.00")
    assert asked(**given | {"hours": "18", "months": "6"}).context["result"].total == D("15000.00")
    assert 'value="56"' in answer.content.decode()


def test_a_purchase_and_an_activity(region: Any) -> None:
    assert asked(kind="purchase", claimed="10.000,00").context["result"].total == D("10000.00")
    assert asked(kind="activity", block="MVO_HOUR", quantity="40").context["result"].total == D(
        "4000.00"
    )


def test_the_same_effort_under_other_tables_by_target_group(region: Any) -> None:
    make.make_region("utrecht", "Utrecht")  # the same publication again: not another table
    other = make.make_table(region, "leiden-2023")
    shown = asked(region=region.pk, kind="placement", block="WW_GT1Y").context["elsewhere"]
    assert {row.table for row in shown} == {other}
    assert {row.block.target_group for row in shown} == {"ww"}


def test_a_version_that_is_being_worked_on_is_not_shown_to_the_public(region: Any) -> None:
    used = region.tables_in_force.get().table
    made = succeed(used, "later", "Volgend jaar", "", make.act())
    given = {"kind": "placement", "block": "WW_GT1Y"}
    assert asked(**given).context["elsewhere"] == []
    made, _changed = load_table(region, {**made.source, "note": "Bijna klaar"})
    assert asked(**given).context["elsewhere"] == []
    put_in_force(made, date(2090, 1, 1))
    assert {row.table for row in asked(**given).context["elsewhere"]} == {made}


@pytest.mark.parametrize(
    "typed",
    ["", "x" * 3000, "\0", "‮", "-0", "NaN", "1e999", "29-02-2025", "<b>", "-5", "99999999999"],
)
def test_hostile_input_is_never_a_crash(region: Any, typed: str) -> None:
    names = (
        "region",
        "kind",
        "block",
        "hours",
        "months",
        "age",
        "permanent",
        "quantity",
        "claimed",
    )
    for kind in ("placement", "purchase", "activity"):
        asked(**dict.fromkeys(names, typed) | {"kind": kind})
    asked(**dict.fromkeys(names, typed))
