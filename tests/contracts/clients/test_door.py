"""Clients join, are mended, end, and go on in another: their shares pass, what was posted stays."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.acts.modification import towns_of
from contracts.clients import door as clients
from contracts.models import Contract, Municipality, ObligationLine, Region
from contracts.owed import door as obligations
from contracts.owed.door import award, change_shares
from contracts.owed.passing import Passing, passing
from contracts.owed.shares import SharesOfContracts
from contracts.people.forms import InviteForm
from contracts.people.membership import access_of
from contracts.registering.door import towns_to_register_for
from reporting.adoption import door as adoption
from reporting.notice.editions import assemble, shelves
from sroi.access import Access, Grant, Role
from sroi.doors import Refused
from sroi.periods import month_of
from tests import factories as make
from tests.reporting.adoption.test_adoption import at_once

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)
JANUARY = date(2026, 1, 1)


@pytest.fixture
def region() -> Region:
    return make.make_region(towns={"GM0402": "Hilversum", "GM0406": "Huizen", "GM0317": "Eemnes"})


@pytest.fixture
def admin(region: Region) -> Access:
    return access_of(make.make_user(Role.REGION_ADMIN, region))


def town(code: str) -> Municipality:
    return Municipality.objects.select_related("region").get(code=code)


def new(region: Region, **values: Any) -> Municipality:
    return Municipality(
        region=region, **{"kind": "municipality", "code": "GM1234", "name": "Vechtstad", **values}
    )


def shares(contract: Contract, month: date) -> dict[str, Decimal]:
    found = SharesOfContracts([contract]).on(contract.pk, month)
    codes = dict(Municipality.objects.values_list("pk", "code"))
    return {codes[pk]: percent for pk, percent in found.items() if percent}


def test_a_client_joins(region: Region, admin: Access) -> None:
    made = clients.add(
        new(region, kind="water_board", code="AGV", name="Amstel"), admin, make.act(why="Besluit 3")
    )
    assert (made.slug, made.history.get().history_change_reason) == ("amstel", "Besluit 3")
    contract = make.make_contract(region, make.make_contractor(), {"AGV": 100})
    assert ObligationLine.objects.get(contract=contract).municipality == made


@pytest.mark.parametrize(
    "values",
    [
        {"code": "GM0402"},
        {"code": "ABC"},
        {"kind": "school", "code": "A"},
        {"kind": "school", "code": "S1", "inhabitants": 3},
        {"name": "HUIZEN"},
    ],
)
def test_what_cannot_join(region: Region, admin: Access, values: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        clients.add(new(region, **values), admin, make.act())
    assert region.municipalities.count() == 3


def test_a_code_is_taken_in_capitals_and_small_letters(region: Region, admin: Access) -> None:
    clients.add(new(region, kind="school", code="Roc1", name="ROC"), admin, make.act())
    with pytest.raises(Refused):
        clients.add(new(region, kind="school", code="ROC1", name="Ander"), admin, make.act())


@pytest.mark.parametrize("role", [r for r in Role if r != Role.REGION_ADMIN])
def test_only_a_region_admin_of_this_region(region: Region, role: str) -> None:
    elsewhere = make.make_region("elders", "Elders", {"GM0001": "Een"})
    firm = make.make_contractor() if role == Role.CONTRACTOR else None
    for user in (
        make.make_user(role, region, contractor=firm),
        make.make_user(Role.REGION_ADMIN, elsewhere),
    ):
        access = access_of(user)
        with pytest.raises(Refused):
            clients.add(new(region), access, make.act())
        with pytest.raises(Refused):
            clients.mend(town("GM0406"), "Anders", None, access, make.act())
        with pytest.raises(Refused):
            clients.end(town("GM0406"), LAST, None, access, make.act())
    assert not Municipality.objects.filter(valid_until__isnull=False).exists()


def test_mending_keeps_the_address(region: Region, admin: Access) -> None:
    clients.mend(town("GM0406"), "Huizen aan Zee", 41000, admin, make.act())
    mended = town("GM0406")
    assert (mended.name, mended.inhabitants, mended.slug) == ("Huizen aan Zee", 41000, "huizen")
    with pytest.raises(Refused):
        clients.mend(mended, "Hilversum", None, admin, make.act())


def test_a_client_that_ends_keeps_its_shares_and_gets_no_new_contract(
    region: Region, admin: Access
) -> None:
    contract = make.make_contract(
        region, make.make_contractor(), {"GM0406": 100}, end_date=date(2027, 1, 31)
    )
    assert clients.end(town("GM0406"), LAST, None, admin, make.act()) == 0
    assert shares(contract, JANUARY) == {"GM0406": 100}
    late = make.new_contract(region, make.make_contractor(), {"GM0406": 100}, award_date=JANUARY)
    late.contract.end_date = late.contract.awarded_end_date = date(2027, 1, 31)
    with pytest.raises(Refused, match="Huizen"):
        award([late], make.act(), region=region)


def test_who_ended_gets_no_share_any_more(region: Region, admin: Access) -> None:
    contract = make.make_contract(
        region, make.make_contractor(), {"GM0402": 100}, end_date=date(2027, 1, 31)
    )
    clients.end(town("GM0406"), LAST, None, admin, make.act())
    half = {town("GM0402").pk: Decimal(50), town("GM0406").pk: Decimal(50)}
    with pytest.raises(Refused, match="Huizen"):
        change_shares(contract, half, make.act(), month=JANUARY)
    change_shares(contract, half, make.act(), month=date(2025, 12, 1))
    assert shares(contract, JANUARY) == {"GM0402": 50, "GM0406": 50}


def test_a_last_day_can_be_set_anew_until_it_merged(region: Region, admin: Access) -> None:
    clients.end(town("GM0406"), LAST, None, admin, make.act())
    clients.end(town("GM0406"), date(2026, 6, 30), town("GM0402"), admin, make.act())
    with pytest.raises(Refused):
        clients.end(town("GM0406"), LAST, None, admin, make.act())
    assert (town("GM0406").valid_until, town("GM0406").successor) == (
        date(2026, 6, 30),
        town("GM0402"),
    )


def test_a_merger_passes_the_shares_and_leaves_the_lines(region: Region, admin: Access) -> None:
    firm = make.make_contractor()
    alone = make.make_contract(
        region, firm, {"GM0406": 100}, reference="C-1", end_date=date(2027, 1, 31)
    )
    shared = make.make_contract(
        region,
        firm,
        {"GM0402": 50, "GM0406": 30, "GM0317": 20},
        reference="C-2",
        end_date=date(2027, 1, 31),
    )
    foreign = make.make_contract(region, firm, {"GM0317": 100}, reference="C-3")
    before = list(ObligationLine.objects.order_by("pk").values())
    assert [p.contract for p in passing(town("GM0406"), LAST)] == [alone, shared]
    assert (
        clients.end(town("GM0406"), LAST, town("GM0402"), admin, make.act(why="Herindeling")) == 2
    )
    assert list(ObligationLine.objects.order_by("pk").values()) == before
    assert shares(alone, date(2025, 12, 1)) == {"GM0406": 100}
    assert shares(alone, JANUARY) == {"GM0402": 100}
    assert shares(shared, JANUARY) == {"GM0402": 80, "GM0317": 20}
    assert shares(foreign, JANUARY) == {"GM0317": 100}
    make.make_change(alone, value_delta=Decimal(100_000), effective_date=date(2026, 2, 1))
    after = ObligationLine.objects.filter(contract=alone).latest("pk")
    assert (after.municipality, after.obligation_delta) == (town("GM0402"), Decimal("5000.00"))
    assert (
        town("GM0406").history.order_by("history_id").last().history_change_reason == "Herindeling"
    )


def test_a_merger_within_a_month_passes_from_the_next(region: Region, admin: Access) -> None:
    make.make_contract(region, make.make_contractor(), {"GM0406": 100}, end_date=date(2027, 1, 31))
    ((_contract, month, percent, _shares),) = passing(town("GM0406"), date(2025, 6, 15))
    assert (month, percent) == (date(2025, 7, 1), 100)


def test_shares_that_are_known_for_later_stand_and_pass_after_their_month(
    region: Region, admin: Access
) -> None:
    """Also where the client had none before: it would go on in lines of after its end."""
    firm = make.make_contractor()
    with_it = make.make_contract(
        region, firm, {"GM0406": 100}, reference="C-1", end_date=date(2028, 1, 31)
    )
    without = make.make_contract(
        region, firm, {"GM0317": 100}, reference="C-2", end_date=date(2028, 1, 31)
    )
    half = {town("GM0406").pk: Decimal(50), town("GM0317").pk: Decimal(50)}
    for contract in (with_it, without):
        change_shares(contract, half, make.act(), month=date(2026, 6, 1))
    assert clients.end(town("GM0406"), LAST, town("GM0402"), admin, make.act()) == 2
    for contract in (with_it, without):
        assert shares(contract, date(2026, 6, 1)) == {"GM0406": 50, "GM0317": 50}
        assert shares(contract, date(2026, 7, 1)) == {"GM0402": 50, "GM0317": 50}


def test_an_ended_client_keeps_its_name_beside_a_new_one(region: Region, admin: Access) -> None:
    clients.end(town("GM0406"), LAST, None, admin, make.act())
    clients.add(new(region, name="Huizen"), admin, make.act())
    clients.mend(town("GM0406"), "Huizen", 41_000, admin, make.act())
    assert town("GM0406").inhabitants == 41_000


@pytest.mark.parametrize("code", ["gm0402", "Gm9999"])
def test_nobody_else_has_a_code_of_the_cbs_in_small_letters(
    region: Region, admin: Access, code: str
) -> None:
    with pytest.raises(Refused):
        clients.add(new(region, kind="other", code=code, name="Ander"), admin, make.act())


@pytest.mark.parametrize("code", ["GM0406", "WB1", "GM0001", "GM0317", "GM1234"])
def test_who_cannot_go_on(region: Region, admin: Access, code: str) -> None:
    """Itself, a client of another sort, one of another region, one that ended, one that begins much
    later.
    """
    make.make_region("elders", "Elders", {"GM0001": "Een"})
    clients.add(new(region, kind="other", code="WB1", name="Werkbedrijf"), admin, make.act())
    clients.end(town("GM0317"), date(2025, 6, 30), None, admin, make.act())
    clients.add(new(region, valid_from=date(2026, 2, 1)), admin, make.act())
    with pytest.raises(Refused):
        clients.end(town("GM0406"), LAST, town(code), admin, make.act())
    assert town("GM0406").valid_until is None


def test_a_last_day_before_the_first(region: Region, admin: Access) -> None:
    made = clients.add(new(region, valid_from=JANUARY), admin, make.act())
    with pytest.raises(Refused):
        clients.end(made, LAST, None, admin, make.act())


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6), st.integers(0, 5))
def test_shares_that_pass_are_the_same_whole(parts: list[int], which: int) -> None:
    whole = {pk: Decimal(part) for pk, part in enumerate(parts, start=1)}
    client = Municipality(pk=1 + which % len(parts))
    for pk in range(1, len(parts) + 2):
        if pk != client.pk:
            after = Passing(Contract(), JANUARY, whole[client.pk], whole).to(
                client, Municipality(pk=pk)
            )
            assert sum(after.values()) == sum(whole.values())
            assert client.pk not in after
            assert after[pk] == whole[client.pk] + whole.get(pk, 0)


def test_who_joins_or_ends_later_changes_no_final_report(region: Region, admin: Access) -> None:
    make.make_contract(region, make.make_contractor(), {"GM0406": 100})
    act = make.act()
    adoption.propose(region, 2024, act)
    adoption.finalise(region, 2024, act)
    clients.add(new(region), admin, act)
    clients.end(town("GM0406"), date(2023, 12, 31), None, admin, act)
    edition = assemble(region, 2024, None, make.TODAY)
    assert [t.code for t in edition.municipalities] == ["GM0317", "GM0402", "GM0406"]
    shelf = next(
        s
        for s in shelves(Access(1, (Grant(Role.ADVISER, region.pk),)), make.TODAY)
        if s.year == 2024
    )
    assert shelf.municipalities == edition.municipalities


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_a_client_at_once_the_second_is_refused(
    region: Region, admin: Access
) -> None:
    seen = [town("GM0406"), town("GM0406")]
    days = (LAST, date(2026, 6, 30))
    found = at_once(
        *(
            lambda client=client, day=day: clients.end(client, day, None, admin, make.act())
            for client, day in zip(seen, days, strict=True)
        )
    )
    assert sorted(found) == ["done", "refused"]


def test_an_award_of_before_a_merger_that_is_registered_after_it_passes_too(
    region: Region, admin: Access
) -> None:
    """As in all other contracts: from the month after the last day of the client."""
    clients.end(town("GM0406"), LAST, town("GM0402"), admin, make.act())
    contract = make.make_contract(region, make.make_contractor(), {"GM0406": 40, "GM0317": 60})
    assert shares(contract, month_of(LAST)) == {"GM0317": 60, "GM0406": 40}
    assert shares(contract, JANUARY) == {"GM0317": 60, "GM0402": 40}


def test_a_settlement_that_is_reopened_after_a_merger_passes_its_shares(
    region: Region, admin: Access
) -> None:
    contract = make.make_contract(region, make.make_contractor(), {"GM0406": 100})
    obligations.end(contract, make.act())
    obligations.settle(contract, make.act(), on=make.TODAY)
    assert clients.end(town("GM0406"), LAST, town("GM0402"), admin, make.act()) == 0
    obligations.reopen(contract, make.act())
    assert shares(contract, JANUARY) == {"GM0402": 100}


def test_who_went_on_in_one_that_went_on_itself_passes_to_the_last(
    region: Region, admin: Access
) -> None:
    later = date(2026, 12, 31)
    clients.end(town("GM0406"), LAST, town("GM0402"), admin, make.act())
    clients.end(town("GM0402"), later, town("GM0317"), admin, make.act())
    contract = make.make_contract(region, make.make_contractor(), {"GM0406": 100})
    months = (month_of(LAST), month_of(later), date(2027, 1, 1))
    assert [shares(contract, month) for month in months] == [
        {"GM0406": 100},
        {"GM0402": 100},
        {"GM0317": 100},
    ]


def test_who_has_ended_is_on_offer_no_more(region: Region, admin: Access) -> None:
    contract = make.make_contract(region, make.make_contractor(), {"GM0402": 100})
    before = date(2024, 12, 31)
    clients.add(new(region, valid_until=before), admin, make.act())
    clients.end(town("GM0406"), before, town("GM0402"), admin, make.act())
    adviser = access_of(make.make_user(Role.ADVISER, region))
    manager = access_of(make.make_user(Role.REGION_ADMIN, region))
    offers = (
        towns_of(contract, make.TODAY),
        towns_to_register_for(adviser, region, make.TODAY),
        InviteForm(access=manager).fields["municipalities"].queryset,
    )
    for offer in offers:
        assert {client.code for client in offer} == {"GM0402", "GM0317"}
