"""Shares, valuation table, certificate, call-off: done by an adviser, proposed by an officer,
previewed by both.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from contracts.acts import modification as acts
from contracts.acts.door import carry_out
from contracts.models import (
    ActKind,
    ChangeProposal,
    Contract,
    ContractDraft,
    ContractState,
    ObligationChange,
    PsoCertificate,
    Region,
)
from contracts.owed import door as obligations
from contracts.owed.shares import SharesOfContracts
from placements.ledger.verification import differences
from placements.models import FulfilmentLine
from sroi.access import Role
from sroi.doors import Act, Refused
from tests import factories as make
from tests.factories import confirming, look_and_confirm, signed_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def region() -> Region:
    return make.make_region(pso_discounts={"2": "10.00", "3": "15.00"})


@pytest.fixture
def contract(region: Region) -> Contract:
    return make.make_contract(region, make.make_contractor(), {"GM0402": 60, "GM0406": 40})


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


@pytest.fixture
def officer(region: Region) -> Client:
    return signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))


def address(contract: Contract, kind: str) -> str:
    return reverse("contract-change", args=[contract.pk, kind])


def obligation(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), D(0))


def towns(contract: Contract) -> dict[str, int]:
    return dict(contract.region.municipalities.values_list("code", "pk"))


def split(contract: Contract, hilversum: str, huizen: str, **other: str) -> dict[str, str]:
    pks = towns(contract)
    shares = {f"share_{pks['GM0402']}": hilversum, f"share_{pks['GM0406']}": huizen}
    return {"month": "2024-07", "reason": "Herverdeeld", **shares, **other}


def shares(contract: Contract, month: date) -> dict[str, Decimal]:
    codes = {pk: code for code, pk in towns(contract).items()}
    return {
        codes[pk]: percent
        for pk, percent in SharesOfContracts([contract]).on(contract.pk, month).items()
    }


# --- shares ---------------------------------------------------------------------------------------


def test_shares_are_shown_before_they_change_and_hold_from_their_month(
    contract: Contract, adviser: Client
) -> None:
    url = address(contract, "shares")
    assert b"60" in adviser.get(url).content
    effect = adviser.post(url, split(contract, "25", "75")).context["effect"]
    assert [(p.municipality.code, p.before, p.after) for p in effect.shares] == [
        ("GM0402", 60, 25),
        ("GM0406", 40, 75),
    ]
    assert effect.difference == 0
    assert contract.shares.count() == 2
    assert look_and_confirm(adviser, url, split(contract, "25", "75")).status_code == 302
    assert shares(contract, date(2024, 6, 1)) == {"GM0402": 60, "GM0406": 40}
    assert shares(contract, date(2024, 7, 1)) == {"GM0402": 25, "GM0406": 75}
    history = adviser.get(reverse("contract-history", args=[contract.pk])).content.decode()
    assert "Herverdeeld" in history
    make.make_change(contract, value_delta=D(100000), effective_date=date(2024, 8, 1))
    assert [line.obligation_delta for line in contract.obligation_lines.order_by("pk")[2:]] == [
        1250,
        3750,
    ]


def test_a_municipality_can_lose_its_share(contract: Contract, adviser: Client) -> None:
    look_and_confirm(adviser, address(contract, "shares"), split(contract, "", "100"))
    assert shares(contract, date(2024, 7, 1)) == {"GM0406": 100}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hilversum": "60", "huizen": "30"}, "share"),
        ({"hilversum": "", "huizen": ""}, "share"),
        ({"hilversum": "-10", "huizen": "110"}, "share"),
        ({"hilversum": "NaN", "huizen": "100"}, "share"),
        ({"hilversum": "50", "huizen": "50", "month": ""}, "month"),
        ({"hilversum": "50", "huizen": "50", "month": "13-2024"}, "month"),
        ({"hilversum": "50", "huizen": "50", "month": "1900-01"}, "month"),
        ({"hilversum": "50", "huizen": "50", "reason": " "}, "reason"),
        ({"hilversum": "60", "huizen": "40"}, "__all__"),
        ({"hilversum": "50", "huizen": "50", "month": "2023-11"}, "__all__"),
    ],
)
def test_faulty_shares_are_answered_beside_their_field(
    contract: Contract, adviser: Client, given: dict[str, str], field: str
) -> None:
    answer = look_and_confirm(adviser, address(contract, "shares"), split(contract, **given))
    assert answer.status_code == 422
    assert any(name.startswith(field) for name in answer.context["form"].errors)
    assert contract.shares.count() == 2


def test_what_was_posted_keeps_its_shares_and_later_months_get_the_new_ones(
    region: Region, contract: Contract
) -> None:
    """A month that stands in the ledger is not posted once more for a municipality that came
    later.
    """
    version = make.make_placement(contract, confirmed_until=date(2024, 8, 31))
    new = {towns(contract)["GM0406"]: D(100)}
    at = make.moment(make.TODAY)
    obligations.change_shares(
        contract, new, Act.of(None, at, "Herverdeeld"), month=date(2024, 7, 15)
    )
    from placements.life import door as life

    life.confirm([version.fulfilment], date(2024, 12, 31), make.act(), region=region)
    lines = FulfilmentLine.objects.order_by("month", "municipality__code")
    by_month = [(line.month.month, line.municipality.code, line.amount) for line in lines]
    assert sum(amount for _month, _code, amount in by_month) == D("40000.00")
    assert [code for month, code, _amount in by_month if month == 8] == ["GM0402", "GM0406"]
    assert [code for month, code, _amount in by_month if month == 9] == ["GM0406"]
    assert list(differences([region], make.TODAY)) == []


def test_an_officer_proposes_shares_and_an_adviser_accepts(
    contract: Contract, adviser: Client, officer: Client
) -> None:
    assert (
        look_and_confirm(
            officer, address(contract, "shares"), split(contract, "25", "75")
        ).status_code
        == 302
    )
    proposal = ChangeProposal.objects.get()
    assert contract.shares.count() == 2
    page = reverse("change-proposal", args=[proposal.pk])
    shown = adviser.get(page)
    assert [p.after for p in shown.context["effect"].shares] == [25, 75]
    assert adviser.post(page, {"accept": "1"}).status_code == 200
    assert contract.shares.count() == 2
    adviser.post(page, confirming(shown) | {"accept": "1"})
    assert shares(contract, date(2024, 7, 1)) == {"GM0402": 25, "GM0406": 75}


# --- the valuation table --------------------------------------------------------------------------


def test_another_table_is_pinned_once(contract: Contract, adviser: Client) -> None:
    other = make.make_table(contract.region, "leiden-2023")
    elsewhere = make.make_table(make.make_region("elders", "Elders"), "leiden-2023")
    url = address(contract, "table")
    for wrong in ("", "x", str(elsewhere.pk), str(contract.table_id)):
        assert (
            adviser.post(url, {"table": wrong, "reason": "Afgesproken", "confirm": "1"}).status_code
            == 422
        )
    given = {"table": str(other.pk), "reason": "Afgesproken"}
    assert look_and_confirm(adviser, url, given).status_code == 302
    contract.refresh_from_db()
    assert contract.table == other
    with pytest.raises(Refused):
        obligations.pin(contract, other, make.act(None, "Nogmaals"))


# --- every act can be proposed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("end", {}),
        ("cancel", {"effective_date": "2024-07-01"}),
        ("rate_change", {"effective_date": "2024-07-01", "rate": "2"}),
        ("extension", {"effective_date": "2024-07-01", "new_end_date": "2026-06-30"}),
        ("certificate", {"level": "2", "valid_from": "2024-03-01", "valid_until": "2026-03-01"}),
    ],
)
def test_what_was_proposed_is_what_is_done(
    contract: Contract, adviser: Client, officer: Client, kind: str, given: dict[str, str]
) -> None:
    look_and_confirm(officer, address(contract, kind), {**given, "reason": "Afgesproken"})
    contract.refresh_from_db()
    assert (contract.state, contract.end_date, obligation(contract)) == (
        "active",
        date(2025, 12, 31),
        50000,
    )
    page = reverse("change-proposal", args=[ChangeProposal.objects.get().pk])
    shown = adviser.get(page)
    adviser.post(page, confirming(shown) | {"accept": "1"})
    contract.refresh_from_db()
    assert obligation(contract) == shown.context["effect"].after
    expected = {
        "end": (ContractState.ENDED, 50000),
        "cancel": (ContractState.CANCELLED, 0),
        "rate_change": (ContractState.ACTIVE, 20000),
        "extension": (ContractState.ACTIVE, 50000),
        "certificate": (ContractState.ACTIVE, 45000),
    }
    assert (contract.state, obligation(contract)) == expected[kind]


def test_every_kind_shows_its_form_and_survives_a_round_of_proposing(
    contract: Contract, adviser: Client
) -> None:
    for kind in [*ActKind.values, "amendment", "waiver", "correction", "pso_discount"]:
        assert adviser.get(address(contract, kind)).status_code == 200, kind
    assert adviser.get(address(contract, "nonsense")).status_code == 404


def test_what_is_closed_refuses_every_act(contract: Contract) -> None:
    at = make.moment(make.TODAY)
    obligations.cancel(contract, Act.of(None, at, "Failliet"), on=make.TODAY)
    new = {towns(contract)["GM0406"]: D(100)}
    certificate = PsoCertificate(
        level="2", valid_from=date(2024, 1, 1), valid_until=date(2025, 1, 1)
    )
    for act in (
        acts.Modification(contract, ActKind.SHARES, "x", on=date(2024, 7, 1), shares=new),
        acts.Modification(
            contract, ActKind.TABLE, "x", table=make.make_table(contract.region, "leiden-2023")
        ),
        acts.Modification(contract, ActKind.CERTIFICATE, "x", certificate=certificate),
        acts.Modification(contract, ActKind.END, "x"),
        acts.Modification(contract, ActKind.CANCEL, "x", on=make.TODAY),
    ):
        with pytest.raises(Refused, match=contract.reference):
            carry_out(act, Act.of(None, at))
    assert not PsoCertificate.objects.exists()


# --- call-offs ------------------------------------------------------------------------------------


def test_a_call_off_begins_with_what_its_framework_says(
    contract: Contract, adviser: Client
) -> None:
    assert adviser.post(reverse("contract-call-off", args=[contract.pk])).status_code == 302
    draft = ContractDraft.objects.get()
    pks = towns(contract)
    assert draft.contractor == contract.contractor
    assert draft.filled_in["parent_reference"] == contract.reference
    assert (draft.filled_in[f"share_{pks['GM0402']}"], draft.filled_in["rate"]) == ("60", "5")
    terms = {"reference": "N-1", "title": "Nadere", "value": "200.000", "award_date": "2024-02-01"}
    terms |= {"start_date": "2024-03-01", "end_date": "2024-12-31", "edition": draft.edition}
    url = reverse("contract-draft", args=[draft.pk])
    assert adviser.post(url, draft.filled_in | terms).status_code == 302
    check = reverse("contract-check", args=[draft.pk])
    assert adviser.get(check).context["becomes_framework"] == contract
    make.confirm(adviser, check)
    call_off = Contract.objects.get(reference="N-1")
    assert call_off.parent == contract
    assert (obligation(call_off), obligation(contract)) == (10000, 0)
    assert adviser.post(reverse("contract-call-off", args=[call_off.pk])).status_code == 404


def test_an_officer_calls_off_for_their_own_municipality(
    contract: Contract, officer: Client
) -> None:
    officer.post(reverse("contract-call-off", args=[contract.pk]))
    draft = ContractDraft.objects.get()
    mine = {name: value for name, value in draft.filled_in.items() if name.startswith("share_")}
    assert mine == {f"share_{towns(contract)['GM0402']}": "100"}


def test_a_settled_framework_takes_no_orders(region: Region, contract: Contract) -> None:
    at = make.moment(make.TODAY)
    obligations.end(contract, Act.of(None, at, "Afgelopen"))
    obligations.settle(contract, Act.of(None, at, "Afgerekend"), on=make.TODAY)
    with pytest.raises(Refused):
        make.make_contract(region, contract.contractor, parent=contract)
    assert Contract.objects.count() == 1
    assert not ObligationChange.objects.exists()
