"""Planned tenders: entered by who registers, with the advice about them, and the plan beside what
was awarded.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import PlannedTender, Region
from contracts.people.membership import access_of
from contracts.planned import door as planned
from contracts.planned.became import at_award
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import confirming, signed_in

pytestmark = pytest.mark.django_db
D = Decimal
RULES = {"threshold_services": "200000", "cap": "300000"}


@pytest.fixture
def region() -> Region:
    return make.make_region(**RULES)


@pytest.fixture
def officer(region: Region) -> Client:
    return signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region, towns=["GM0402"]))


def typed(region: Region, **changed: str) -> dict[str, str]:
    town = region.municipalities.get(code="GM0402")
    return {
        "municipality": str(town.pk),
        "title": "Schoonmaak",
        "procurement_type": "services",
        "value": "800.000",
        "award_month": "2025-03",
        **changed,
    }


def the_advice(client: Client, **asked: str) -> Any:
    """The link by which the advice about a tender is kept."""
    given = {"region": "gooi", "title": "Schoonmaak", "procurement_type": "services"}
    page = client.get(reverse("tender-aid"), given | {"value": "800.000", "months": "24"} | asked)
    return page.context["plan"]


def test_a_tender_is_planned_and_gets_its_advice(region: Region, officer: Client) -> None:
    officer.post(reverse("planned-tender-new"), typed(region))
    tender = PlannedTender.objects.get()
    assert (tender.value, tender.award_month) == (D(800000), date(2025, 3, 1))
    assert (tender.advised_on, tender.obligation) == (None, None)
    page = officer.get(reverse("planned-tender", args=[tender.pk]))
    # Filled in as planned, and not told yet what lacks.
    aid = officer.get(page.context["advice_url"])
    assert aid.context["form"]["value"].value() == "800000,00"
    assert not aid.context["form"].is_bound
    keep = the_advice(officer, tender=str(tender.pk), labour_share="60")
    page = officer.get(keep)
    assert page.status_code == 200
    where = reverse("planned-tender", args=[tender.pk])
    form = page.context["form"]
    given = {name: form[name].value() for name in ("title", "value", "advice")}
    officer.post(where, typed(region) | given | confirming(page))
    tender.refresh_from_db()
    # 5% of € 800.000.
    assert (tender.rate, tender.obligation) == (D(5), D(40000))
    assert tender.advice == {"months": "24", "labour_share": "60"}
    again = officer.get(officer.get(where).context["advice_url"])
    assert again.context["aid"].advice.amount == D(40000)


def test_an_advice_becomes_a_planned_tender_in_one_form(region: Region, officer: Client) -> None:
    page = officer.get(the_advice(officer, rate="2", rate_reason_text="Nauwelijks arbeid"))
    form = page.context["form"]
    assert (form["title"].value(), form["value"].value()) == ("Schoonmaak", "800.000")
    officer.post(reverse("planned-tender-new"), typed(region, advice=form["advice"].value()))
    tender = PlannedTender.objects.get()
    assert (tender.rate, tender.obligation) == (D(2), D(16000))


def test_the_advice_is_about_what_is_planned_now(region: Region, officer: Client) -> None:
    """Another value is advised anew: what stands beside the plan is of that plan."""
    officer.post(reverse("planned-tender-new"), typed(region, advice="months=24"))
    tender = PlannedTender.objects.get()
    assert tender.obligation == D(40000)
    where = reverse("planned-tender", args=[tender.pk])
    page = officer.get(where)
    changed = typed(region, value="100.000", advice=page.context["form"]["advice"].value())
    officer.post(where, changed | confirming(page))
    tender.refresh_from_db()
    # Below the threshold of € 200.000 none is expected.
    assert (tender.value, tender.rate, tender.obligation) == (D(100000), D(0), D(0))


def test_without_advice_stands_first(region: Region, officer: Client) -> None:
    early, late = {"award_month": date(2025, 1, 1)}, {"award_month": date(2025, 9, 1)}
    contract = make.make_contract(region, make.make_contractor())
    advised = {"advised_on": date(2024, 6, 1), "rate": D(5), "obligation": D(20000)}
    make.make_planned_tender(region, title="Met advies", **early, **advised)
    make.make_planned_tender(region, title="Gegund", contract=contract, **early)
    make.make_planned_tender(region, title="Zonder, later", **late)
    make.make_planned_tender(region, title="Zonder, eerder", **early)
    rows = officer.get(reverse("planned-tenders")).context["table"].rows
    assert [row.record.title for row in rows] == [
        "Zonder, eerder",
        "Zonder, later",
        "Met advies",
        "Gegund",
    ]
    start = officer.get(reverse("start")).context["planned"]
    assert [task.label for task in start] == ["Zonder, eerder", "Zonder, later", "Met advies"]


def test_the_plan_stands_beside_what_was_awarded(region: Region, officer: Client) -> None:
    contract = make.make_contract(region, make.make_contractor(), reference="C-9")
    make.make_change(contract, value_delta=D(200000))
    advised = {"advised_on": date(2024, 6, 1), "rate": D(5), "obligation": D(40000)}
    tender = make.make_planned_tender(region, value=D(800000), **advised)
    where = reverse("planned-tender", args=[tender.pk])
    page = officer.get(where)
    given = typed(region, title=tender.title, reference="C-9", advice="months=12")
    assert officer.post(where, given | confirming(page)).status_code == 302
    tender = PlannedTender.objects.select_related("contract").get()
    # As awarded: € 1.000.000 at 5%. More work came later, and was no part of the plan.
    assert at_award([tender])[contract.pk] == (D(1000000), D(50000), contract.award_date)
    page = officer.get(where)
    told = {str(what): rest for what, *rest in page.context["beside"]}
    assert told["Contractwaarde"] == ["€\xa0800.000,00", "€\xa01.000.000,00", "+ €\xa0200.000,00"]
    assert told["Verplichting"] == ["€\xa040.000,00", "€\xa050.000,00", "+ €\xa010.000,00"]
    # The plan is not asked any more, and stays.
    late = typed(region, title="Anders", reference="C-9") | confirming(page)
    officer.post(where, late)
    assert PlannedTender.objects.get().title == tender.title


def test_it_becomes_a_contract_of_its_own_client_only(region: Region, officer: Client) -> None:
    other = make.make_contract(
        region, make.make_contractor(), {"GM0406": 100}, reference="C-HUIZEN"
    )
    tender = make.make_planned_tender(region)
    where = reverse("planned-tender", args=[tender.pk])
    sent = typed(region, reference="C-HUIZEN") | confirming(officer.get(where))
    assert officer.post(where, sent).status_code == 422
    adviser = make.make_user(Role.ADVISER, region)
    with pytest.raises(Refused, match="andere opdrachtgever"):
        planned.change(tender, None, None, other, access_of(adviser), make.TODAY, shown=None)
    tender.refresh_from_db()
    assert tender.contract is None


def test_one_plans_for_own_clients_only(region: Region, officer: Client) -> None:
    huizen = region.municipalities.get(code="GM0406")
    sent = typed(region, municipality=str(huizen.pk))
    assert officer.post(reverse("planned-tender-new"), sent).status_code == 422
    person = make.make_user(Role.PROCUREMENT_OFFICER, region, towns=["GM0402"])
    plan = planned.Plan(huizen, "Wegen", "works", D(1), date(2025, 1, 1))
    with pytest.raises(Refused, match="eigen opdrachtgevers"):
        planned.add(plan, None, access_of(person), make.TODAY)
    assert not PlannedTender.objects.exists()


def test_what_was_changed_meanwhile_is_not_overwritten(region: Region, officer: Client) -> None:
    tender = make.make_planned_tender(region)
    where = reverse("planned-tender", args=[tender.pk])
    looked = officer.get(where)
    PlannedTender.objects.update(value=D(5))
    late = officer.post(where, typed(region) | confirming(looked))
    assert late.status_code == 422
    assert PlannedTender.objects.get().value == D(5)
    removing = reverse("planned-tender-remove", args=[tender.pk])
    asked = officer.get(removing)
    PlannedTender.objects.update(value=D(6))
    assert officer.post(removing, confirming(asked)).status_code == 409
    assert officer.post(removing, confirming(officer.get(removing))).status_code == 302
    assert not PlannedTender.objects.exists()
