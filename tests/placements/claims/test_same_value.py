"""One arithmetic: what every page says that something is worth, and how that comes about, is what
`value` says.
"""

import html
import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from placements.claims import questions
from placements.claims.content import Content, Draft
from placements.life import door as life
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.access import Role
from sroi.doors import EVERYTHING
from sroi.periods import DAY, add_months
from sroi.templatetags.formats import euro
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal
Hours = Sequence[tuple[date, Decimal]]
Build = Callable[[Any, Any], Content]


def content(fields: dict[str, Any], hours: Hours, *parts: tuple[Any, str, str]) -> Content:
    allocations = [
        (contract, contract.table.blocks.get(code=code), D(share))
        for contract, code, share in parts
    ]
    return Content(fields, hours, allocations)


def placement(hours: Hours, *parts: tuple[Any, str, str], **fields: Any) -> Content:
    usual = {
        "candidate_ref": "Kandidaat 9",
        "start_date": date(2024, 1, 17),
        "end_date": date(2025, 3, 9),
    }
    return content(
        {**usual, "confirmed_until": date(2024, 6, 30), "age_at_start": 56, **fields}, hours, *parts
    )


FULL = [(date(2024, 1, 17), D("36"))]
LESS_AND_LESS = [
    (date(2024, 1, 17), D("32.5")),
    (date(2024, 5, 6), D("24")),
    (date(2024, 11, 1), D("8")),
]
PURCHASE = {
    "supplier_name": "Sociale Drukkerij",
    "invoice_number": "F-1",
    "paid_on": date(2024, 5, 15),
}
ACTIVITY = {"description": "Gastlessen", "activity_date": date(2024, 9, 10)}
CASES: dict[str, Build] = {
    "bonus": lambda a, b: placement(FULL, (a, "PW_GT2Y", "100"), bonuses=["BONUS_55PLUS"]),
    "hours that change": lambda a, b: placement(LESS_AND_LESS, (a, "WIA_WAO", "100")),
    "two tables": lambda a, b: placement(
        LESS_AND_LESS, (a, "WIA_WAO", "33.3333"), (b, "WIA", "66.6667")
    ),
    "before the contract": lambda a, b: placement(
        FULL, (a, "PW_LT2Y", "100"), start_date=date(2023, 11, 5)
    ),
    "a third of an invoice": lambda a, b: content(
        {**PURCHASE, "amount": D("10000.01")},
        [],
        (a, "WSW_INVOICE", "33.3333"),
        (b, "SW_INVOICE", "50"),
    ),
    "paid too late": lambda a, b: content(
        {**PURCHASE, "amount": D("10000.01"), "paid_on": date(2026, 8, 1)},
        [],
        (a, "WSW_INVOICE", "100"),
    ),
    "hours of an activity": lambda a, b: content(
        {**ACTIVITY, "quantity": D("7.75")}, [], (a, "MVO_HOUR", "100")
    ),
    "days with a maximum": lambda a, b: content(
        {**ACTIVITY, "quantity": D("3"), "amount": D("4500")}, [], (b, "COMMUNITY", "100")
    ),
}


def said_by_the_command(fulfilment: Fulfilment) -> list[dict[str, Any]]:
    written = StringIO()
    with translation.override("nl"):
        call_command("value", fulfilment.external_id, region=fulfilment.region.code, stdout=written)
    contracts: list[dict[str, Any]] = json.loads(written.getvalue())["contracts"]
    return contracts


def shown(client: Client, url: str, **sent: Any) -> str:
    ask = {"headers": {"accept-language": "nl"}}
    answer = client.post(url, sent, **ask) if sent else client.get(url, **ask)
    assert answer.status_code == 200, (url, answer.status_code)
    return html.unescape(answer.content.decode())


def assert_same(page: str, contracts: list[dict[str, Any]]) -> None:
    """The total stands on the page, with several contracts that of each, and every step in its
    words.
    """
    with translation.override("nl"):
        total = euro(sum((D(one["total"]) for one in contracts), D(0)))
        assert total in page
        for one in contracts:
            if len(contracts) > 1:
                assert [
                    part for part in (one["reference"], euro(D(one["total"]))) if part not in page
                ] == []
            assert [step for step in one["steps"] if step not in page] == []


@pytest.mark.parametrize("name", CASES)
@time_machine.travel("2026-09-01 12:00", tick=False)
def test_every_page_says_what_the_command_says(region: Any, linde: Any, name: str) -> None:
    here = make.make_contract(region, linde)
    there = make.make_contract(
        region, linde, table=make.make_table(region, "alphen"), end_date=date(2024, 10, 31)
    )
    contractor = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=linde))
    adviser = signed_in(make.make_user(Role.ADVISER, region))
    filled_in = CASES[name](here, there)
    fulfilment = Fulfilment(
        region=region, contractor=linde, external_id="INV-1", kind=kind_of(filled_in)
    )
    today = make.act(today=date(2026, 9, 1))
    (version,) = life.draft([Draft(fulfilment, filled_in)], today)

    expected = said_by_the_command(fulfilment)
    for step in ("details", "check"):
        assert_same(
            shown(contractor, reverse(f"fulfilment-{step}", args=[fulfilment.pk])), expected
        )
    form = contractor.get(reverse("fulfilment-details", args=[fulfilment.pk])).context["form"]
    typed = {
        field.html_name: field.value() for field in form if field.value() not in (None, "", [])
    }
    assert_same(
        shown(contractor, reverse("fulfilment-value", args=[fulfilment.pk]), **typed), expected
    )

    life.submit([version], today, answered=EVERYTHING)
    for client, url in (
        (contractor, "fulfilment-detail"),
        (adviser, "fulfilment-detail"),
        (adviser, "review"),
    ):
        assert_same(shown(client, reverse(url, args=[fulfilment.pk])), expected)

    make.prove(version, today.today)
    life.accept([version], today, region=region)
    accepted = said_by_the_command(Fulfilment.objects.get(pk=fulfilment.pk))
    assert [one["total"] for one in accepted] == [one["total"] for one in expected]
    assert_same(shown(contractor, reverse("fulfilment-detail", args=[fulfilment.pk])), accepted)
    for one in accepted:
        posted = sum((D(line["amount"]) for line in one["lines"] if line["posted"]), D(0))
        assert (D(one["posted"]), D(one["posted"]) + D(one["planned"])) == (posted, D(one["total"]))


def kind_of(filled_in: Content) -> str:
    return filled_in.allocations[0][1].kind


@time_machine.travel("2026-09-01 12:00", tick=False)
@pytest.mark.parametrize(
    ("hours", "months", "age"), [("36", 12, "44"), ("24,5", 7, "56"), ("1", 120, "17")]
)
def test_the_calculator_reckons_like_a_contract(
    region: Any, linde: Any, hours: str, months: int, age: str
) -> None:
    """Under a contract that covers all of it."""
    contract = make.make_contract(region, linde, end_date=date(2040, 12, 31))
    first = date(2026, 9, 1)
    asked = {"kind": "placement", "block": "PW_GT2Y", "hours": hours, "months": months, "age": age}
    result = Client().get(reverse("calculator"), asked).context["result"]
    last = add_months(first, months) - DAY
    claim = placement(
        [(first, D(hours.replace(",", ".")))],
        (contract, "PW_GT2Y", "100"),
        start_date=first,
        end_date=last,
        confirmed_until=None,
        age_at_start=int(age),
        bonuses=["BONUS_55PLUS"] if int(age) >= 55 else [],
    )
    ((_contract, value),) = questions.worth("placement", claim)
    version: FulfilmentVersion = make.make_fulfilment(
        [contract],
        "placement",
        "PW_GT2Y",
        claim.hours,
        state=FulfilmentState.SUBMITTED,
        on=first,
        **claim.fields,
    )
    (told,) = said_by_the_command(version.fulfilment)
    assert D(told["total"]) == value.total == result.total
