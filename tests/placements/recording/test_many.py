"""Many placements at once: a row each, what is wrong beside its cell, nothing typed lost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from placements.models import Fulfilment, FulfilmentVersion
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal
MANY, DRAFTS = reverse("fulfilment-many"), reverse("fulfilment-drafts")


@pytest.fixture
def firm(person: Any) -> Client:
    return signed_in(person)


def sheet(contract: Any, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the table sends of these rows; a block by its code."""
    codes = dict(contract.table.blocks.values_list("code", "pk"))
    cells = {
        f"r{i}-{name}": codes[value] if name == "block" else value
        for i, row in enumerate(rows)
        for name, value in row.items()
    }
    return {"contract": contract.pk, "rows": 12, **cells, **more}


def whole(reference: str, **more: Any) -> dict[str, Any]:
    given = {"block": "PW_GT2Y", "start_date": "2024-01-01", "end_date": "2024-12-31"}
    return {"candidate_ref": reference, **given, "hours_per_week": "36", **more}


def test_twelve_rows_become_twelve_drafts_that_are_ticked_to_be_handed_in(
    firm: Client, contract: Any
) -> None:
    other = make.make_purchase(contract, state="draft")
    rows = [whole(f"K-{n}") for n in range(12)]
    page = firm.post(MANY, sheet(contract, *rows), follow=True)
    assert page.redirect_chain[0][0].startswith(DRAFTS)
    made = Fulfilment.objects.exclude(pk=other.fulfilment_id).order_by("pk")
    assert [f.latest.candidate_ref for f in made] == [f"K-{n}" for n in range(12)]
    first, *_more, last = (int(f.external_id.split("-")[1]) for f in made)
    assert last == first + 11
    ticked = [row.version for row in page.context["rows"] if row.is_ticked]
    assert {version.fulfilment for version in ticked} == set(made)
    # 12 × € 40.000 for a full-time year of social assistance over two years.
    assert page.context["total"] == 12 * made[0].latest.allocations.get().block.amount
    keys = [f"{version.pk}.{version.edition}" for version in ticked]
    firm.post(DRAFTS, {"version": keys, "only_here": "on"})
    states = FulfilmentVersion.objects.filter(fulfilment__in=made).values_list("state", "only_here")
    assert set(states) == {("submitted", True)}


def test_what_is_left_empty_is_as_in_the_row_above(firm: Client, contract: Any) -> None:
    rows = (
        whole("K-1", hours_per_week="24"),
        {"candidate_ref": "K-2"},
        {},
        {"candidate_ref": "K-4", "start_date": "2024-03-01"},
        {"candidate_ref": "K-5"},
    )
    assert firm.post(MANY, sheet(contract, *rows)).status_code == 302
    found = FulfilmentVersion.objects.order_by("pk").prefetch_related("terms")
    assert [
        (v.candidate_ref, v.start_date, v.end_date, v.terms.get().hours_per_week) for v in found
    ] == [
        ("K-1", date(2024, 1, 1), date(2024, 12, 31), D(24)),
        ("K-2", date(2024, 1, 1), None, D(24)),
        ("K-4", date(2024, 3, 1), None, D(24)),
        ("K-5", date(2024, 3, 1), None, D(24)),
    ]
    assert {v.allocations.get().block.code for v in found} == {"PW_GT2Y"}


def test_what_is_wrong_stands_beside_its_cell_and_nothing_is_lost_or_kept(
    firm: Client, contract: Any
) -> None:
    rows = (
        whole("K-1"),
        whole("K-2", end_date="2023-01-01"),
        whole("Jan 111222333"),
        whole("K-4", hours_per_week="veel"),
        whole(""),
    )
    answer = firm.post(MANY, sheet(contract, *rows))
    assert answer.status_code == 422
    wrong = [list(row.errors) for row in answer.context["table"].rows]
    assert wrong[:5] == [[], ["end_date"], ["candidate_ref"], ["hours_per_week"], ["candidate_ref"]]
    assert not any(wrong[5:])
    content = answer.content.decode()
    for typed in ("K-1", "2023-01-01", "Jan 111222333", "veel"):
        assert f'value="{typed}"' in content
    assert 'href="#id_r1-end_date"' in content
    assert not Fulfilment.objects.exists()


def test_what_is_wrong_above_is_said_once(firm: Client, contract: Any) -> None:
    rows = (whole("K-1", hours_per_week="veel"), {"candidate_ref": "K-2"}, whole(""))
    answer = firm.post(MANY, sheet(contract, *rows))
    shown = answer.context["table"].rows
    assert [list(row.errors) for row in shown[:3]] == [["hours_per_week"], [], ["candidate_ref"]]
    assert shown[1]["hours_per_week"].value() == ""
    assert not Fulfilment.objects.exists()


def test_more_rows_keep_what_was_typed_and_an_empty_table_is_nothing(
    firm: Client, contract: Any
) -> None:
    answer = firm.post(MANY, sheet(contract, whole("K-1"), more="1"))
    assert (answer.status_code, len(answer.context["table"].rows)) == (200, 18)
    assert 'value="K-1"' in answer.content.decode()
    assert firm.post(MANY, sheet(contract)).status_code == 422
    assert firm.post(MANY, sheet(contract, rows="9" * 30)).status_code == 422
    assert not Fulfilment.objects.exists()


def test_an_age_is_asked_where_the_block_of_the_row_depends_on_it(
    firm: Client, contract: Any
) -> None:
    contract.table.blocks.filter(code="PW_GT2Y").update(min_age=27)
    rows = (whole("K-1"), whole("K-2", block="WIA_WAO"), whole("K-3", age_at_start="30"))
    answer = firm.post(MANY, sheet(contract, *rows))
    assert [list(row.errors) for row in answer.context["table"].rows[:3]] == [
        ["age_at_start"],
        [],
        [],
    ]


def test_a_bonus_goes_along_where_it_goes_with_the_block(firm: Client, contract: Any) -> None:
    bonus = contract.table.blocks.get(code="BONUS_55PLUS")
    rows = (whole("K-1", age_at_start="56", **{"bonus_BONUS_55PLUS": "on"}), whole("K-2"))
    firm.post(MANY, sheet(contract, *rows))
    assert [v.bonuses for v in FulfilmentVersion.objects.order_by("pk")] == [[bonus.code], []]


def test_the_contract_of_another_firm_is_not_there(firm: Client, region: Any) -> None:
    foreign = make.make_contract(region, make.make_contractor("Ander"))
    answer = firm.post(MANY, sheet(foreign, whole("K-1")))
    assert "table" not in answer.context
    assert not Fulfilment.objects.exists()


def test_who_records_on_behalf_chooses_the_contract_first(
    region: Any, contract: Any, linde: Any
) -> None:
    other = make.make_contract(region, linde)
    adviser = signed_in(make.make_user(Role.ADVISER, region))
    assert list(adviser.get(MANY).context["contracts"]) == [contract, other]
    asked = adviser.get(MANY, {"contract": other.pk})
    assert asked.context["table"].contract == other


def test_handing_in_says_that_it_belongs_here_only(firm: Client, contract: Any) -> None:
    version = make.make_purchase(contract, state="draft")
    check = reverse("fulfilment-check", args=[version.fulfilment_id])
    sent = {"edition": version.edition}
    answer = firm.post(check, sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["only_here"])
    together = firm.post(DRAFTS, {"version": f"{version.pk}.{version.edition}"})
    assert (together.status_code, list(together.context["form"].errors)) == (422, ["only_here"])
    assert [row.is_ticked for row in together.context["rows"]] == [True]
    assert firm.post(check, {**sent, "only_here": "on"}).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.only_here) == ("submitted", True)
    told = firm.get(reverse("fulfilment-detail", args=[version.fulfilment_id])).content.decode()
    assert "hoort alleen bij dit contract en deze periode" in told
