"""Other terms held against the contracts that were awarded in a year: the terms that they have give
what they owe, others what those would give, and nothing is stored.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.models import (
    Basis,
    Contract,
    ContractEvent,
    ObligationLine,
    Policy,
    Posting,
    PsoCertificate,
    Region,
)
from contracts.policy import door as policies
from contracts.policy.forms import PolicyForm
from contracts.policy.what_if import held, together
from sroi.access import Role
from tests import factories as make
from tests.contracts.policy.test_policy_change import CHANGE, page_of, signed_in, terms_on
from tests.oracle import random_files
from tests.oracle.test_agreement import load

pytestmark = pytest.mark.django_db
D = Decimal
YEAR = 2024


@pytest.fixture(autouse=True)
def _in_2025_in_dutch() -> Any:
    moment = make.moment(date(2025, 7, 1))
    with time_machine.travel(moment, tick=False), translation.override("nl"):
        yield


def terms_of(policy: Policy, **other: Any) -> Policy:
    """What this version says, but for this; not stored."""
    terms = {name: getattr(policy, name) for name in policies.TERMS}
    return policies.as_version(policy.region, terms | other, date(2026, 1, 1))


def owed_by_lines(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), D(0))


@pytest.mark.parametrize("seed", range(3))
def test_the_present_terms_give_what_is_owed_to_the_cent(seed: int, tmp_path: Any) -> None:
    """Over random registers: thresholds, reduced rates, caps, bases, own rates and changes."""
    files = random_files.make(tmp_path, seed)
    with time_machine.travel(make.moment(files.today), tick=False):
        load(files)
    region = Region.objects.get(code=files.region_code)
    same, number = terms_of(region.policies.get()), 0
    for year in {c.award_date.year for c in Contract.objects.all()}:
        for pk, one in held(Contract.objects.all(), same, year).items():
            number += 1
            assert one.old == one.new == owed_by_lines(Contract.objects.get(pk=pk))
    assert number


def world(**terms: Any) -> tuple[Region, dict[str, Contract]]:
    region = make.make_region(threshold_services="200000", **terms)
    firm = make.make_contractor()

    def awarded(reference: str, rate: int | str, **fields: Any) -> Contract:
        days = {"award_date": date(YEAR, 2, 1), "start_date": date(YEAR, 3, 1)}
        return make.make_contract(region, firm, reference=reference, rate=D(rate), **days | fields)

    on_labour = {"basis": Basis.LABOUR_COST, "labour_cost": D(300_000)}
    contracts = {
        "USUAL": awarded("USUAL", 5),
        "OWN": awarded("OWN", 2, rate_reason="market", rate_reason_text="Een aanbieder"),
        "LABOUR": awarded("LABOUR", 5, **on_labour),
        "SMALL": awarded("SMALL", 0, value=D(150_000)),
    }
    make.make_change(contracts["USUAL"], value_delta=D(100_000))
    make.make_contract(region, firm, reference="BEFORE", award_date=date(YEAR - 1, 12, 31))
    return region, contracts


@pytest.mark.parametrize(
    ("other", "owed"),
    [
        ({}, (55000, 20000, 15000, 0)),
        ({"default_rate": "4"}, (44000, 20000, 12000, 0)),
        ({"rates": {"labour_cost": "7"}}, (55000, 20000, 21000, 0)),
        ({"cap": "18000"}, (18000, 18000, 15000, 0)),
        ({"threshold_services": "100000"}, (55000, 20000, 15000, 7500)),
        ({"exempt_from_pso_level": "2"}, (0, 0, 0, 0)),
        ({"exempt_from_pso_level": "3"}, (55000, 20000, 15000, 0)),
        (
            {"reduced_rate": "1", "reduced_below_labour_share": "40"},
            (55000, 20000, 3000, 0),
        ),
    ],
)
def test_what_other_terms_would_have_come_to(other: dict[str, Any], owed: tuple[int, ...]) -> None:
    region, contracts = world()
    PsoCertificate.objects.create(
        region=region,
        contractor=contracts["OWN"].contractor,
        level="2",
        valid_from=date(2023, 6, 1),
        valid_until=date(2025, 5, 31),
        registered_at=make.moment(date(2024, 6, 1)),
    )
    found = held(Contract.objects.all(), terms_of(region.policies.get(), **other), YEAR)
    assert set(found) == {contract.pk for contract in contracts.values()}
    assert tuple(found[c.pk].new for c in contracts.values()) == owed
    assert together(found.values()).new == sum(owed)


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(rate=st.decimals(0, 100, places=2), cap=st.none() | st.integers(0, 10**6))
def test_a_usual_contract_owes_the_new_rate_up_to_the_new_cap(
    db: Any, rate: Decimal, cap: int | None
) -> None:
    region = Region.objects.filter(code="gooi").first()
    if region is None:
        region, _contracts = world()
    contract = Contract.objects.get(reference="USUAL")
    terms = terms_of(region.policies.get(), default_rate=rate, cap=cap)
    computed = D(11_000) * rate
    expected = computed if cap is None else min(computed, D(cap))
    assert held(Contract.objects.all(), terms, YEAR)[contract.pk].new == expected


# --- the pages ------------------------------------------------------------------------------------


def test_who_changes_the_policy_sees_what_last_year_would_have_been() -> None:
    region, _contracts = world()
    admin = signed_in(region)
    watched = (Posting, ObligationLine, ContractEvent, Policy)
    before = [model.objects.count() for model in watched]
    form = terms_on(page_of(admin, CHANGE)) | {"valid_from": "2026-01-01", "default_rate": "4"}
    looked = admin.post(CHANGE, form)
    told = looked.content.decode().replace("\xa0", " ")
    assert "2 van de 4 contracten" in told
    assert "samen € 76.000 in plaats van € 90.000" in told
    page = admin.get(looked.context["what_if_url"])
    shown = page.context["together"]
    assert (shown.changed, shown.old, shown.new) == (2, 90000, 76000)
    assert [row.record.reference for row in page.context["table"].rows] == ["LABOUR", "USUAL"]
    query = looked.context["what_if_url"].partition("?")[2]
    where = reverse("policy-what-if-file", args=[region.code, "csv"])
    lines = b"".join(admin.get(f"{where}?{query}").streaming_content).decode().splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == ["LABOUR", "USUAL"]
    assert [model.objects.count() for model in watched] == before


@pytest.mark.parametrize("role", [Role.REGION_ADMIN, Role.ADVISER])
def test_from_a_version_of_the_policy_to_its_contracts(role: str) -> None:
    region, contracts = world()
    make.make_region(valid_from="2026-01-01", threshold_services="200000", default_rate="4")
    client = make.signed_in(make.make_user(role, region))
    latest = region.policies.on(date(2026, 1, 1))
    where = reverse("policy-what-if", args=[region.code])
    url = f"{where}?{PolicyForm.in_address(latest)}"
    assert (
        url.replace("&", "&amp;")
        in client.get(reverse("policy", args=[region.code])).content.decode()
    )
    page = client.get(url)
    assert page.context["together"].new == 76000
    assert len(page.context["table"].rows) == len(contracts)
    assert "Het percentage dat voor dit contract is afgesproken" in page.content.decode()
    present = region.policies.on(date(2025, 1, 1))
    assert client.get(f"{where}?{PolicyForm.in_address(present)}").context["together"].changed == 0
    assert client.get(where).status_code == 302


def test_many_contracts_cost_no_more_queries(django_assert_max_num_queries: Any) -> None:
    region, contracts = world()
    firm = contracts["USUAL"].contractor
    make.make_contracts(region, firm, 40, award_date=date(YEAR, 5, 1), start_date=date(YEAR, 6, 1))
    client = make.signed_in(make.make_user(Role.ADVISER, region))
    where = reverse("policy-what-if", args=[region.code])
    url = f"{where}?{PolicyForm.in_address(region.policies.get())}"
    client.get(url)
    with django_assert_max_num_queries(10):
        assert client.get(url).context["together"].number > 40


def test_who_does_not_see_the_contracts_of_the_region_finds_nothing() -> None:
    region, contracts = world()
    terms = PolicyForm.in_address(region.policies.get())
    for user in (
        make.make_user(Role.REGION_ADMIN, make.make_region("elders", "Elders")),
        make.make_user(Role.PROCUREMENT_OFFICER, region),
        make.make_user(Role.CONTRACTOR, region, contractor=contracts["USUAL"].contractor),
    ):
        answer = make.signed_in(user).get(f"/beleid/{region.code}/wat-als/?{terms}")
        assert answer.status_code == 404
