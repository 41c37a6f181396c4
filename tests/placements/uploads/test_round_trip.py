"""What our lists give as a file comes back as it is: nothing is asked, nothing changes, whatever
stands in the register. Over all files of lists, so that a new one has to say what it comes back as.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from contracts.models import (
    ActionPlan,
    Contract,
    Contractor,
    ContractState,
    ObligationChange,
    PlanAmount,
    Recognition,
    SocialFirm,
)
from placements.evidence import door as evidence
from placements.models import Evidence, Fulfilment, FulfilmentVersion, UploadRow
from sroi.access import Role
from sroi.views import ListFile
from tests import factories as make
from tests.factories import signed_in
from tests.placements.uploads.test_importing import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
TODAY = date(2025, 7, 1)
# As what each comes back; None where it only counts, and why.
COMES_BACK = {
    "contract-file": "contracts",
    "coverage-file": "contracts",
    "fulfilment-file": "fulfilments",
    "change-file": "changes",
    "plan-file": "plans",
    "evidence-seen-file": "seen",
    "social-firm-file": "firms",
    "contractor-file": None,  # sums per firm; a firm comes with its first contract
    "policy-what-if-file": None,  # what another table would make of it: nothing of that is kept
    "table-what-if-file": None,  # what another table would make of it: nothing of that is kept
}


@pytest.fixture
def day() -> date:
    return TODAY


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def files() -> set[str]:
    views = {p.name: getattr(p.callback, "view_class", object) for p in patterns(get_resolver())}
    return {name for name, view in views.items() if name and issubclass(view, ListFile)}


def test_every_file_of_a_list_says_as_what_it_comes_back() -> None:
    assert files() == set(COMES_BACK)


@pytest.fixture
def world() -> SimpleNamespace:
    """One of each kind of thing that a contract or a fulfilment can say."""
    towns = {**make.TOWNS, "GM0376": "Blaricum: en omstreken"}
    region = make.make_region(code="gv", towns=towns, threshold_services="100000")
    linde, abroad = make.make_contractor("De Linde", "01234567"), make.make_contractor("Ö & Söhne")
    Contractor.objects.filter(pk=abroad.pk).update(
        kvk=None, country="DE", register_number="HRB 123456"
    )
    abroad.refresh_from_db()
    plain = make.make_contract(region, linde, reference="A-1", title="=1+1; of 2")
    shared = make.make_contract(
        region,
        linde,
        {"GM0402": "33.333", "GM0406": "66.667"},
        reference="A:2",
        title="Gedeeld",
    )
    make.make_contract(region, abroad, {"GM0376": 100}, reference="B-1", title="Ver weg")
    frame = make.make_contract(region, abroad, reference="R-1", title="Raam", is_framework=True)
    make.make_contract(region, abroad, reference="R-2", title="Afroep", parent=frame)
    make.make_contract(
        region,
        linde,
        {"GM0402": 100},
        reference="NUL",
        title="Zonder",
        rate=Decimal(0),
        rate_reason="market",
        rate_reason_text="niets te halen: niets",
    )
    make.make_change(
        plain, kind="extension", value_delta=Decimal("1000"), new_end_date=date(2027, 12, 31)
    )
    make.make_change(shared, value_delta=Decimal("-2000.50"), identity="MW-1", reason="=Minder; te")
    make.make_change(shared, kind="rate_change", rate=Decimal("4.500"), reason="Te hoog")
    make.make_change(plain, kind="waiver", obligation_delta=Decimal(-10), reason="Kwijt: €")
    make.make_plan(plain)
    make.make_plan(shared, "submitted", by=None)
    make.make_plan(make.make_contract(region, linde, reference="C-1"), "draft")
    kvk = make.make_firm(region, "=Zorg; tuin", is_public=True).firm.kvk
    until = date(2026, 1, 1)
    make.make_firm(region, "=Zorg; tuin", kvk, kind="pso_30plus", valid_until=until)
    settled = make.make_contract(region, linde, reference="OUD", title="Klaar")
    make.make_placement(settled, external_id="oud", candidate_ref="K-0")
    make.make_plan(settled)
    make.make_change(settled, value_delta=Decimal("10.00"))
    Contract.objects.filter(pk=settled.pk).update(
        state=ContractState.SETTLED, settled_on=date(2025, 6, 1)
    )
    Contract.objects.filter(reference="B-1").update(
        cpv="77310000-6",
        further_cpv="77314000-4; 03000000",
        policy_field="werk-en-inkomen",
        publication_date=date(2023, 1, 2),
        rate="0.500",
        rate_reason="labour_share",
        rate_reason_text="weinig werk",
    )
    for state in ("draft", "submitted", "accepted"):
        make.make_placement(plain, external_id=f"p-{state}", candidate_ref="K-1", state=state)
        make.make_purchase(plain, external_id=f"i-{state}", state=state)
        make.make_activity(shared, external_id=f"a-{state}", state=state)
    for state in ("returned", "rejected", "withdrawn"):
        make.make_purchase(plain, external_id=state, state=state, why="omdat")
    make.make_fulfilment(
        [plain, shared],
        "placement",
        "PW_GT2Y",
        [(date(2024, 1, 1), Decimal("24.25")), (date(2024, 9, 1), Decimal(32))],
        state="submitted",
        external_id="gedeeld",
        candidate_ref="K-2",
        start_date=date(2024, 1, 1),
        end_date=None,
        confirmed_until=date(2025, 6, 30),
        age_at_start=56,
        permanent_contract=True,
        bonuses=["BONUS_55PLUS"],
        origin="school",
        residence="GM0402",
        policy_field="sociaal-domein",
        performed_by="Onderaannemer; & co",
    )
    see(Fulfilment.objects.get(external_id="p-accepted"), 'op het scherm; "getoond"')
    return SimpleNamespace(
        region=region,
        adviser=make.make_user(Role.ADVISER, region),
        officer=make.make_user(Role.PROCUREMENT_OFFICER, region, towns=["GM0402"]),
        contractor=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        plain=plain,
    )


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("who", ["adviser", "officer", "contractor"])
@pytest.mark.parametrize("name", [name for name, kind in COMES_BACK.items() if kind])
def test_a_file_of_ours_comes_back_as_it_is(
    world: SimpleNamespace, name: str, who: str, format: str
) -> None:
    user, kind = getattr(world, who), COMES_BACK[name]
    answer = signed_in(user).get(reverse(name, args=[format]))
    if answer.status_code == 404 or not may_send(user, kind):
        pytest.skip("has no such file, or may not import")
    before = everything()
    upload = sent(user, answer.getvalue(), kind, name=f"lijst.{format}")
    assert upload.state == "checked", upload.why
    rows = UploadRow.objects.filter(upload=upload)
    assert [r for r in rows.values_list("number", "outcome", "faults") if r[1] != "unchanged"] == []
    assert rows.exists()
    assert everything() == before


def see(fulfilment: Fulfilment, how: str) -> None:
    assert fulfilment.latest
    evidence.see(fulfilment.latest, "municipal_decision", how, date(2025, 2, 3), make.act())


def may_send(user: Any, kind: str) -> bool:
    from placements.uploads import door
    from tests.placements.uploads.test_importing import access_of

    return door.may_import(access_of(user), kind)


def everything() -> list[Any]:
    models: tuple[type[Model], ...] = (
        *(Contract, Contractor, Fulfilment, FulfilmentVersion, ObligationChange, ActionPlan),
        *(PlanAmount, Evidence, SocialFirm, Recognition),
    )
    return [list(model.objects.order_by("pk").values()) for model in models]
