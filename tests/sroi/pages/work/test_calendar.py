"""The days of one's own contracts in one's own calendar: by a secret, of nobody else, renewable."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import CalendarFeed, ContractNote, PutOff
from sroi.access import Role
from sroi.pages.work.calendar import LONGEST, escaped, folded
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
PAGE = reverse("calendar")


def made(client: Client) -> str:
    """The path of the address that a press makes."""
    address: str = client.post(PAGE).context["address"]
    return "/" + address.split("/", 3)[3]


def days(path: str) -> dict[str, date]:
    """By summary the day of each event."""
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    text = answer.content.decode().replace("\r\n ", "")
    found = {}
    for event in text.split("BEGIN:VEVENT")[1:]:
        lines = dict(line.split(":", 1) for line in event.strip().splitlines())
        day = lines["DTSTART;VALUE=DATE"]
        found[lines["SUMMARY"]] = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    return found


@time_machine.travel("2024-03-04 09:00", tick=False)
def test_what_ends_comes_back_and_was_put_off_stands_there_for_who_has_the_secret(
    region: Any, linde: Any
) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    colleague = make.make_user(Role.ADVISER, region)
    mine = make.make_contract(region, linde, title="Nieuwe brug, fase 2", adviser=adviser)
    make.make_contract(region, linde, title="Van een ander", adviser=colleague)
    make.make_note(mine, "Belt terug over de stage")
    ContractNote.objects.update(again_on=date(2024, 4, 2))
    PutOff.objects.create(user=adviser, contract=mine, until=date(2024, 3, 20))
    found = days(made(signed_in(adviser)))
    assert found["Looptijd eindigt: Nieuwe brug\\, fase 2"] == mine.end_date
    assert found["Notitie komt terug: Nieuwe brug\\, fase 2"] == date(2024, 4, 2)
    assert found["Terug op de lijst: Nieuwe brug\\, fase 2"] == date(2024, 3, 20)
    assert not any("Van een ander" in summary or "stage" in summary for summary in found)


@time_machine.travel("2025-07-02 09:00", tick=False)
def test_who_takes_part_in_a_match_sees_when_it_begins_and_ends_and_nobody_in_it(
    region: Any, linde: Any
) -> None:
    contract = make.make_contract(region, linde, title="Plein")
    partner, other = make.make_partner(region), make.make_partner(region)
    agreed = {"state": "agreed", "contractor_agreed_at": make.moment(make.TODAY)}
    agreed |= {"agreed_at": make.moment(make.TODAY), "other_agreed_at": make.moment(make.TODAY)}
    place = make.make_match(
        contract, make.make_place(contract, "Hovenier"), reference="WC-1", **agreed
    )
    need = make.make_match(contract, make.make_need(partner, "Moestuin"), **agreed)
    type(need).objects.filter(pk=need.pk).update(state="running", started_on=need.first_day)
    begins, ends = {"Begint: Hovenier": place.first_day}, {"Eindigt: Moestuin": need.last_day}

    def seen(role: str, **of: Any) -> dict[str, date]:
        user = make.make_user(role, region, **of)
        path = made(signed_in(user))
        assert "WC-1" not in Client().get(path).content.decode()
        return {k: day for k, day in days(path).items() if k.startswith(("Begint", "Eindigt"))}

    assert seen(Role.ACCOUNT_MANAGER) == begins | ends
    assert seen(Role.PARTNER, partner=partner) == ends
    assert seen(Role.PARTNER, partner=other) == {}
    assert seen(Role.CONTRACTOR, contractor=linde) == begins | ends
    firm = make.make_user(Role.CONTRACTOR, region, contractor=linde)
    assert days(made(signed_in(firm)))["Looptijd eindigt: Plein"] == contract.end_date
    make.make_note(contract, "Belt terug")
    ContractNote.objects.update(again_on=date(2025, 8, 1), shared=True)
    assert not any("Notitie" in said for said in days(made(signed_in(firm))))


def test_a_new_address_ends_the_one_before_and_only_its_hash_is_kept(region: Any) -> None:
    client = signed_in(make.make_user(Role.ADVISER, region))
    first = made(client)
    second = made(client)
    secret = second.removesuffix(".ics").split("/")[-1]
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert secret not in str(CalendarFeed.objects.values().get())
    assert secret not in client.get(PAGE).content.decode()
    client.post(PAGE, {"end": "1"})
    assert Client().get(second).status_code == 404


def test_it_says_nothing_any_more_once_one_advises_no_more(region: Any) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    path = made(signed_in(adviser))
    adviser.memberships.update(ended_at="2024-01-01T00:00Z")
    assert Client().get(path).status_code == 404
    assert Client().get(reverse("calendar-feed", args=["x" * 500])).status_code == 404


def test_what_was_put_off_in_a_region_that_one_left_is_not_told_any_more(
    region: Any, linde: Any
) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    PutOff.objects.create(
        user=adviser, contract=make.make_contract(region, linde), until=date(2999, 1, 1)
    )
    adviser.memberships.update(ended_at="2024-01-01T00:00Z")
    make.join(adviser, Role.ADVISER, make.make_region("elders", "Elders", {"GM0228": "Ede"}))
    assert days(made(signed_in(adviser))) == {}


def test_as_many_queries_for_many_contracts_as_for_few(
    region: Any, linde: Any, django_assert_max_num_queries: Any
) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    for contract in make.make_contracts(region, linde, 20):
        type(contract).objects.filter(pk=contract.pk).update(adviser=adviser)
    path = made(signed_in(adviser))
    with django_assert_max_num_queries(12):
        Client().get(path)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_a_line_is_folded_within_its_length_and_comes_back_whole(text: str) -> None:
    pieces = folded(text).split("\r\n ")
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= LONGEST - bool(i) for i, piece in enumerate(pieces))


def test_signs_that_mean_something_are_escaped() -> None:
    assert escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"
