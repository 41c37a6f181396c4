"""What pages show and what they ask of the database: amounts worked out here, filters, order, and
nonsense.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from contracts.acts import door as acts
from contracts.models import ChangeKind
from placements.standing.kept import keep_in_step
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in
from tests.tools.bench.pages import asked_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_in_memory")]

MAX_QUERIES = 10
# The work list looks for eight kinds of things that wait; how contracts stand is still worked out.
# A placement also has what became of the person.
MOST_OF = {
    ("adviser", "start"): 15,
    ("adviser", "due"): 11,
    ("adviser", "fulfilment-detail"): 11,
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region()
    linde = make.make_contractor("De Linde", "11112222")
    return SimpleNamespace(
        region=region,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region),
        contractor=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        officer=make.make_user(Role.PROCUREMENT_OFFICER, region),
    )


def text_of(response: Any) -> str:
    """The words of a page, with plain spaces."""
    assert response.status_code == 200
    page = response.content.decode().split("<main", 1)[1].replace("\xa0", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def page(user: Any, name: str, query: str = "", **kwargs: Any) -> str:
    return text_of(signed_in(user).get(reverse(name, kwargs=kwargs) + query))


# --- the contract page ----------------------------------------------------------------------------


def test_the_contract_page_says_how_it_stands(world: SimpleNamespace) -> None:
    """€ 50.000 and € 7.500 more; a full-time year of € 40.000 was posted, € 4.000 is in review."""
    contract = make.make_contract(world.region, world.linde, {"GM0402": 60, "GM0406": 40})
    make.make_change(contract, value_delta=Decimal("150000.00"))
    make.make_placement(contract)
    make.make_activity(contract, state="submitted")
    text = page(world.adviser, "contract-detail", pk=contract.pk)
    expected = Decimal(57500) * 548 / 731  # days of 2024 and of 2025 up to 1 July, of both years
    assert "€ 57.500" in text
    assert "€ 40.000" in text
    assert "69%" in text  # 40.000 of 57.500 is 69,56%; not rounded up
    assert f"€ {expected:,.2f}".translate(str.maketrans(",.", ".,")) in text
    assert "€ 17.500" in text  # still to be fulfilled
    assert "€ 44.000" in text  # forecast
    assert "Hilversum 60%" in text
    assert "Huizen 40%" in text
    assert "€ 1.000.000 × 5% = € 50.000" in text
    assert "+ € 150.000: + € 7.500" in text
    assert "€ 34.500" not in text  # Hilversum's part of both postings together is nowhere asked
    assert "€ 30.000" in text  # 60% of the award
    assert "€ 3.000" in text  # 40% of the additional work


@pytest.mark.parametrize(
    ("fields", "policy", "words"),
    [
        (
            {"rate": Decimal("2"), "value": Decimal(20_000_000)},
            {"cap": "300000"},
            "€ 20.000.000 × 2%",
        ),
        ({"basis": "labour_cost", "labour_cost": Decimal(150_000)}, {}, "€ 150.000"),
        ({"basis": "labour_cost", "labour_cost": Decimal(150_000)}, {}, "= € 7.500"),
        ({"rate": Decimal("2.5")}, {}, "€ 1.000.000 × 2,5% = € 25.000"),
    ],
)
def test_the_story_writes_the_sum_out(
    world: SimpleNamespace, fields: dict[str, Any], policy: dict[str, Any], words: str
) -> None:
    region = make.make_region("elders", "Elders", **policy)
    adviser = make.make_user(Role.ADVISER, region)
    contract = make.make_contract(region, world.linde, **fields)
    assert words in page(adviser, "contract-detail", pk=contract.pk)


def test_a_waiver_and_a_turnover_stand_in_the_story(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde, basis="invoiced_turnover")
    make.make_change(
        contract, ChangeKind.TURNOVER, turnover=Decimal("200000.00"), reason="Omzet eerste halfjaar"
    )
    make.make_change(
        contract,
        ChangeKind.WAIVER,
        obligation_delta=Decimal("-2500.00"),
        reason="Ziekte op de werkvloer",
    )
    text = page(world.adviser, "contract-detail", pk=contract.pk)
    for words in (
        "+ € 10.000",
        "− € 2.500",
        "Omzet eerste halfjaar",
        "Ziekte op de werkvloer",
        "€ 7.500",
    ):
        assert words in text


def test_a_framework_shows_its_call_offs_and_owes_nothing(world: SimpleNamespace) -> None:
    framework = make.make_contract(world.region, world.linde, title="Raamovereenkomst")
    call_off = make.make_contract(
        world.region, world.linde, title="Nadere", parent=framework, value=Decimal(300_000)
    )
    assert "Nadere" in page(world.adviser, "contract-detail", pk=framework.pk)
    text = page(world.adviser, "contract-detail", pk=call_off.pk)
    assert "Raamovereenkomst" in text
    assert "€ 300.000 × 5% = € 15.000" in text


def test_a_contract_without_obligation_says_why(world: SimpleNamespace) -> None:
    contract = make.make_contract(
        world.region,
        world.linde,
        rate=Decimal(0),
        rate_reason="market",
        rate_reason_text="Eén aanbieder",
    )
    assert "Eén aanbieder" in page(world.adviser, "contract-detail", pk=contract.pk)


def test_an_officer_reads_totals_per_category_and_no_fulfilment(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde)
    first = make.make_placement(contract, external_id="NR-1")
    make.make_placement(contract, hours="18", external_id="NR-2")
    make.make_purchase(contract, "1234.00")
    text = page(world.officer, "contract-detail", pk=contract.pk)
    assert "€ 60.000" in text  # 40.000 and half of it
    assert "€ 1.234" in text
    assert "NR-1" not in text
    assert "€ 20.000" not in text
    assert first.candidate_ref not in text


# --- fulfilments ----------------------------------------------------------------------------------


def test_a_fulfilment_explains_its_value(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde)
    version = make.make_placement(
        contract,
        hours="24",
        start_date=date(2025, 1, 1),
        end_date=date(2025, 12, 31),
        confirmed_until=date(2025, 7, 1),
    )
    text = page(world.contractor, "fulfilment-detail", pk=version.fulfilment_id)
    assert "€ 26.666,67" in text  # 40.000 × 24/36
    assert "24 of 36" in text or "24 van 36" in text or "24 van de 36" in text
    assert text.count("€ 2.222,2") == 12  # each month, posted or planned
    assert "Kandidaat 17" in text


def test_a_fulfilment_under_two_contracts_shows_both(world: SimpleNamespace) -> None:
    contracts = make.make_contracts(world.region, world.linde, 2)
    version = make.make_fulfilment(
        contracts,
        "purchase",
        "WSW_INVOICE",
        amount=Decimal("1000.01"),
        supplier_name="Drukkerij",
        invoice_number="1",
        paid_on=date(2024, 5, 1),
    )
    text = page(world.contractor, "fulfilment-detail", pk=version.fulfilment_id)
    assert all(contract.reference in text for contract in contracts)
    assert "€ 500,01" in text  # each half rounds up
    assert "€ 1.000,02" in text


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "returned", "rejected", "withdrawn", "accepted"]
)
def test_every_state_has_its_page(world: SimpleNamespace, state: str) -> None:
    contract = make.make_contract(world.region, world.linde)
    versions = [
        make.make_placement(contract, state=state, why="Stuur een verslag"),
        make.make_purchase(contract, state=state, why="Stuur een verslag"),
        make.make_activity(contract, state=state, why="Stuur een verslag"),
    ]
    for version in versions:
        text = page(world.contractor, "fulfilment-detail", pk=version.fulfilment_id)
        assert ("Stuur een verslag" in text) == (state not in ("draft", "submitted"))


def test_an_unfinished_draft_has_its_page(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde)
    empty = make.make_placement(
        contract, state="draft", start_date=None, end_date=None, confirmed_until=None
    )
    page(world.contractor, "fulfilment-detail", pk=empty.fulfilment_id)
    page(world.contractor, "fulfilment-list")


# --- lists ----------------------------------------------------------------------------------------


@pytest.fixture
def register(world: SimpleNamespace) -> dict[str, Any]:
    other = make.make_contractor("Zon & Wind", "99998888")
    register = {
        "behind": make.make_contract(
            world.region, world.linde, reference="B-1", title="Bruggen", adviser=world.adviser
        ),
        "fulfilled": make.make_contract(
            world.region,
            world.linde,
            reference="A-1",
            title="Café",
            value=Decimal(100),
            award_date=date(2022, 5, 1),
        ),
        "huizen": make.make_contract(
            world.region,
            other,
            {"GM0406": 100},
            reference="C-1",
            title="Asfalt",
            procurement_type="works",
            policy_field="economie",
            end_date=date(2026, 12, 31),
        ),
        "free": make.make_contract(
            world.region, other, reference="D-1", title="Zand", rate=Decimal(0)
        ),
    }
    make.make_purchase(register["fulfilled"])
    return register


def listed(user: Any, query: str) -> list[str]:
    """The references in the contract register, in the order in which they stand there."""
    response = signed_in(user).get(reverse("contract-list") + query)
    assert response.status_code == 200
    return [row.record.reference for row in response.context["table"].paginated_rows]


@pytest.mark.parametrize(
    ("query", "references"),
    [
        ("", ["A-1", "B-1", "C-1", "D-1"]),
        ("?q=brug", ["B-1"]),
        ("?q=CAFE", ["A-1"]),
        ("?q=asfalt+c-1+9999", ["C-1"]),
        ("?q=9999+zon+asfalt", ["C-1"]),
        ("?q=asfalt+brug", []),
        ("?q=zon+%26", ["C-1", "D-1"]),
        ("?q=9999", ["C-1", "D-1"]),
        ("?q=%25", []),
        ("?procurement_type=works", ["C-1"]),
        ("?year=2022", ["A-1"]),
        ("?status=behind", ["B-1", "C-1"]),
        ("?status=fulfilled", ["A-1"]),
        ("?status=behind&status=fulfilled", ["A-1", "B-1", "C-1"]),
        ("?status=behind&status=no_obligation&q=asfalt", ["C-1"]),
        ("?status=&q=asfalt", ["C-1"]),
        ("?status=behind&status=", ["B-1", "C-1"]),
        ("?status=behind&status=unknown", []),
        ("?status=no_obligation", ["D-1"]),
        ("?status=behind&q=asfalt", ["C-1"]),
        ("?status=behind&q=zand", []),
        ("?sort=title", ["C-1", "B-1", "A-1", "D-1"]),
        ("?sort=-reference", ["D-1", "C-1", "B-1", "A-1"]),
        ("?sort=contractor", ["B-1", "A-1", "C-1", "D-1"]),
        ("?sort=-end_date", ["C-1", "D-1", "A-1", "B-1"]),
        ("?sort=award_date", ["A-1", "B-1", "C-1", "D-1"]),
        ("?sort=obligation", ["D-1", "A-1", "B-1", "C-1"]),
        ("?sort=-realised", ["A-1", "D-1", "C-1", "B-1"]),
        ("?sort=open", ["A-1", "D-1", "B-1", "C-1"]),
        ("?sort=-open", ["C-1", "B-1", "D-1", "A-1"]),
        ("?sort=status", ["B-1", "C-1", "A-1", "D-1"]),
        ("?sort=-status", ["D-1", "A-1", "C-1", "B-1"]),
        ("?policy_field=economie", ["C-1"]),
        ("?ending=6", ["A-1", "B-1", "D-1"]),
        ("?ending=18", ["A-1", "B-1", "C-1", "D-1"]),
        ("?silent=6", ["B-1", "C-1"]),
        ("?silent=13", ["B-1", "C-1"]),
        ("?silent=18", ["B-1", "C-1"]),
        ("?silent=19", []),
        ("?adviser=none", ["A-1", "C-1", "D-1"]),
        ("?sort=contractor__kvk", ["A-1", "B-1", "C-1", "D-1"]),
        ("?status=unknown", []),
        ("?year=nineteen", []),
    ],
)
def test_the_register_filters_and_sorts(
    world: SimpleNamespace, register: dict[str, Any], query: str, references: list[str]
) -> None:
    """To who looks after none of them: to the others a bare address shows their own."""
    newcomer = make.make_user(Role.ADVISER, world.region)
    assert listed(newcomer, query) == references


def test_back_from_a_contract_leads_to_the_list_as_one_had_it(
    world: SimpleNamespace, register: dict[str, Any]
) -> None:
    url = reverse("contract-list")
    had = f"{url}?status=behind&status=overdue&sort=-open"
    contract = reverse("contract-detail", args=[register["behind"].pk])
    client = signed_in(world.adviser)
    for came_from, back in (
        (f"http://testserver{had}", had),
        (f"http://elders.example{had}", url),
        ("http://testserver/werkvoorraad/?status=behind", url),
        ("", url),
    ):
        page = client.get(contract, headers={"referer": came_from}).content.decode()
        assert f'class="back" href="{escape(back)}"' in page


def test_the_register_filters_by_municipality_and_contractor(
    world: SimpleNamespace, register: dict[str, Any]
) -> None:
    huizen = world.region.municipalities.get(name="Huizen").pk
    assert listed(world.adviser, f"?municipality={huizen}") == ["C-1"]
    assert listed(world.adviser, f"?contractor={world.linde.pk}") == ["A-1", "B-1"]


def test_the_register_filters_by_adviser_for_staff(
    world: SimpleNamespace, register: dict[str, Any]
) -> None:
    mine = f"?adviser={world.adviser.pk}"
    assert listed(world.adviser, mine) == ["B-1"]
    assert listed(world.adviser, f"?adviser={world.officer.pk}") == []  # no adviser, so no choice
    assert listed(world.contractor, mine) == ["A-1", "B-1"]
    assert world.adviser.name not in page(world.contractor, "contract-list")


def test_who_was_heard_of_is_not_silent(world: SimpleNamespace, register: dict[str, Any]) -> None:
    """By a fulfilment that came in, whatever its state now, or by a line about one of those
    months.
    """
    make.make_activity(register["behind"], state="submitted", on=date(2025, 1, 15))
    assert listed(world.adviser, "?silent=6") == ["C-1"]
    assert listed(world.adviser, "?silent=5") == ["B-1", "C-1"]
    assert listed(world.officer, "?silent=6") == []  # C-1 is not of the officer's municipality


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["De Linde", "Zon & Wind"]),
        ("?municipality=Huizen", ["Zon & Wind"]),
        ("?status=fulfilled", ["De Linde"]),
        ("?status=no_obligation", ["Zon & Wind"]),
        ("?status=settled", []),
        ("?sort=-contracts", ["Zon & Wind", "De Linde"]),
    ],
)
def test_contractors_filter_by_their_contracts(
    world: SimpleNamespace, register: dict[str, Any], query: str, names: list[str]
) -> None:
    towns = {town.name: str(town.pk) for town in world.region.municipalities.all()}
    for name, pk in towns.items():
        query = query.replace(name, pk)
    make.make_contract(
        world.region, make.make_contractor("Zon & Wind", "99998887"), end_date=date(2024, 2, 1)
    )
    response = signed_in(world.adviser).get(reverse("contractor-list") + query)
    found = [
        row.record.name
        for row in response.context["table"].paginated_rows
        if row.record.kvk != "99998887"
    ]
    assert found == names


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?year=2024", ["P-1", "A-1", "F-1"]),
        ("?year=2025", ["P-1"]),
        ("?year=2023", []),
        ("?municipality=Huizen", ["A-1"]),
        ("?sort=period", ["P-1", "F-1", "A-1"]),
        ("?sort=-value", ["P-1", "F-1", "A-1"]),
        ("?sort=state", ["F-1", "P-1", "A-1"]),
    ],
)
def test_fulfilments_filter_and_sort(
    world: SimpleNamespace, query: str, numbers: list[str]
) -> None:
    contract = make.make_contract(world.region, world.linde)
    huizen = make.make_contract(world.region, world.linde, {"GM0406": 100})
    make.make_purchase(contract, "7000", external_id="F-1")
    make.make_activity(huizen, external_id="A-1", state="submitted")
    make.make_placement(contract, external_id="P-1", end_date=date(2025, 1, 31))
    query = query.replace("Huizen", str(world.region.municipalities.get(name="Huizen").pk))
    response = signed_in(world.contractor).get(reverse("fulfilment-list") + query)
    assert [row.record.external_id for row in response.context["table"].paginated_rows] == numbers


def test_pages_keep_the_filter_and_count(world: SimpleNamespace) -> None:
    make.make_contracts(world.region, world.linde, 60)
    client = signed_in(world.adviser)
    response = client.get(reverse("contract-list") + "?q=opdracht&sort=-reference&page=3")
    assert [
        len(response.context["table"].paginated_rows),
        response.context["table"].page.paginator.count,
    ] == [10, 60]
    assert "?q=opdracht&amp;sort=-reference&amp;page=2" in response.content.decode()
    seen = [r for number in (1, 2, 3) for r in listed(world.adviser, f"?page={number}")]
    assert len(set(seen)) == 60


def test_a_long_list_is_not_counted_to_its_end(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sroi.lists.COUNTED", 30)
    make.make_contracts(world.region, world.linde, 60)
    response = signed_in(world.adviser).get(reverse("contract-list"))
    assert response.context["table"].page.paginator.count == 31
    assert len(listed(world.adviser, "?page=3")) == 10
    assert listed(world.adviser, "?page=4") == []
    assert page(world.adviser, "contract-list", "?page=4")


# --- start pages ----------------------------------------------------------------------------------


def test_a_contractor_starts_with_what_was_asked_back(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde, title="Bruggen")
    make.make_activity(contract, state="returned", why="Wilt u een foto sturen?")
    text = page(world.contractor, "start")
    assert text.index("Wilt u een foto sturen?") < text.index("Bruggen")
    assert "€ 50.000" in text


def test_a_contractor_is_reminded_of_the_interim_report_until_it_is_done(
    world: SimpleNamespace,
) -> None:
    contract = make.make_contract(world.region, world.linde, title="Bruggen")
    reminder = "wat is gestopt en wat is nieuw"
    assert reminder in page(world.contractor, "start")
    make.make_placement(contract, end_date=None, confirmed_until=make.TODAY, on=make.TODAY)
    assert reminder not in page(world.contractor, "start")


def test_the_work_list_names_what_waits(world: SimpleNamespace) -> None:
    make.make_contract(world.region, world.linde, title="Te laat", end_date=date(2025, 5, 31))
    make.make_contract(world.region, world.linde, title="Achter")
    calm = make.make_contract(
        world.region, world.linde, title="Op tijd klaar", end_date=date(2025, 8, 31)
    )
    make.make_purchase(calm, "50000.00")
    make.make_contract(world.region, world.linde, title="Pas begonnen", start_date=date(2025, 6, 1))
    make.make_activity(
        calm, state="submitted", external_id="WACHT-1", on=make.TODAY - timedelta(days=23)
    )
    text = page(world.adviser, "start")
    order = [text.index(words) for words in ("Te laat", "WACHT-1", "Achter", "Op tijd klaar")]
    assert order == sorted(order)
    assert "23" in text
    assert "Pas begonnen" not in text


def test_an_empty_work_list_is_friendly(world: SimpleNamespace) -> None:
    page(world.adviser, "start")


def test_an_officer_starts_with_totals_and_coverage(world: SimpleNamespace) -> None:
    region = make.make_region("elders", "Elders", threshold_services="200000.00")
    officer = make.make_user(Role.PROCUREMENT_OFFICER, region)
    make.make_contract(region, world.linde, title="Bruggen", award_date=date(2025, 1, 5))
    make.make_contract(
        region,
        world.linde,
        rate=Decimal(0),
        award_date=date(2025, 1, 5),
        rate_reason_text="Eén aanbieder",
    )
    text = page(officer, "start")
    assert "Bruggen" in text
    assert "€ 50.000" in text
    assert "2025" in text


def test_an_officer_reads_what_became_of_what_they_proposed(world: SimpleNamespace) -> None:
    """Their own only; an answer for three months, what waits until it is answered."""
    titles = ("Bruggen", "Wegen", "Sluizen", "Dijken")
    waits, told, long_ago, others = (
        make.make_proposal(make.make_contract(world.region, world.linde, title=title), by=by)
        for title, by in zip(titles, (*[world.officer] * 3, None), strict=True)
    )
    for proposal, why, on in (
        (told, "Het werk gaat niet door", date(2025, 4, 1)),
        (long_ago, "Al vastgelegd", date(2025, 3, 31)),
        (others, "Niet van mij", date(2025, 6, 30)),
    ):
        acts.decline(proposal, make.act(world.adviser, why=why, today=on))
    found = signed_in(world.officer).get(reverse("start")).context["proposed"]
    assert [(task.label, str(task.word)) for task in found] == [
        ("Bruggen", "wacht"),
        ("Wegen", "niet overgenomen"),
    ]
    assert found[1].url == reverse("contract-detail", args=[told.contract_id]) + "#voorstellen"
    text = page(world.officer, "start")
    assert "Meerwerk Wegen · beantwoord op 1 april 2025: Het werk gaat niet door" in text
    acts.accept(waits, make.act(world.adviser))
    (first, _second) = signed_in(world.officer).get(reverse("start")).context["proposed"]
    assert (first.label, str(first.word)) == ("Bruggen", "goedgekeurd")


def test_a_person_without_membership_is_told_so() -> None:
    assert page(make.make_user(Role.READER), "start")


def test_the_role_in_use_shapes_the_start_page(world: SimpleNamespace) -> None:
    make.join(world.adviser, Role.CONTRACTOR, world.region, contractor=world.linde)
    make.make_contract(world.region, world.linde, title="Bruggen", start_date=date(2025, 6, 1))
    client = signed_in(world.adviser)
    first = text_of(client.get("/"))
    client.post(reverse("switch-role"), {"role": Role.CONTRACTOR})
    assert text_of(client.get("/")) != first


# --- the other pages ------------------------------------------------------------------------------


def test_contractors_with_what_they_owe_together(world: SimpleNamespace) -> None:
    make.make_placement(make.make_contract(world.region, world.linde))
    make.make_contract(world.region, world.linde)
    for text in (
        page(world.adviser, "contractor-list"),
        page(world.adviser, "contractor-detail", pk=world.linde.pk),
    ):
        assert "€ 100.000" in text
        assert "€ 40.000" in text


def test_search_finds_contract_contractor_and_fulfilment(world: SimpleNamespace) -> None:
    contract = make.make_contract(
        world.region, world.linde, reference="H-2024-031", title="Bruggen"
    )
    make.make_purchase(contract, external_id="FACTUUR-7")
    assert "Bruggen" in page(world.adviser, "search", "?q=h-2024")
    assert "De Linde" in page(world.adviser, "search", "?q=11112222")
    assert "FACTUUR-7" in page(world.contractor, "search", "?q=factuur")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("contract-list", "linde H-2024 bruggen 1111"),
        ("contractor-list", "linde 1111 de"),
        ("fulfilment-list", "linde café 1111 FACTUUR-7"),
        ("client-list", "gm0402 hilv"),
        ("user-list", "@ lezer renate"),
        ("social-firm-list", "drukwerk hilversum zeefdrukkers"),
    ],
)
def test_every_word_of_a_search_is_found_somewhere_in_any_order(
    world: SimpleNamespace, name: str, text: str
) -> None:
    contract = make.make_contract(
        world.region, world.linde, reference="H-2024-031", title="Bruggen"
    )
    make.make_purchase(contract, external_id="FACTUUR-7", supplier_name="Café Sociaal")
    make.make_user(Role.READER, world.region, name="Renate Lezer")
    make.make_firm(world.region, "Sociale Zeefdrukkers", is_public=True)
    client = signed_in(make.make_user(Role.REGION_ADMIN, world.region))

    def found(text: str) -> int:
        return len(client.get(reverse(name), {"q": text}).context["table"].page.object_list)

    words = text.split()
    assert [found(" ".join(each)) for each in (words, words[::-1], [*words, "onvindbaar"])] == [
        1,
        1,
        0,
    ]


def test_a_table_shows_its_blocks_and_source(world: SimpleNamespace) -> None:
    text = page(world.contractor, "table-detail", pk=world.region.tables_in_force.get().table_id)
    assert "Wajong" in text
    assert "€ 35.000" in text
    assert "www.hilversum.nl" in text


def test_the_region_shows_this_year_and_the_last(world: SimpleNamespace) -> None:
    contract = make.make_contract(world.region, world.linde, award_date=date(2025, 1, 1))
    make.make_placement(contract)
    make.make_activity(contract, activity_date=date(2025, 3, 1))
    text = page(world.adviser, "region-detail", code=world.region.code)
    for words in ("€ 4.000", "€ 40.000", "€ 1.000.000", "5%"):
        assert words in text
    client = signed_in(world.adviser)
    found = (
        client.get(reverse("region-detail", args=[world.region.code]))
        .content.decode()
        .replace("\xa0", " ")
    )
    headlines = re.findall(r'<dt><a href="([^"]*)">.*?figure__value">([^<]*)<', found, re.S)
    assert len(headlines) == 5
    for url, value in headlines:
        response = client.get(url)
        assert response.status_code == 200
        assert value in response.content.decode().replace("\xa0", " "), url


def test_the_region_compares_as_many_months_and_shows_a_year_and_a_client(
    world: SimpleNamespace,
) -> None:
    """On 15 June five months are over: what was done in June of last year is no part of them."""
    region, linde = world.region, world.linde
    run = {"award_date": date(2024, 1, 1), "end_date": date(2026, 12, 31)}
    ours = make.make_contract(region, linde, {"GM0402": 100}, **run)
    theirs = make.make_contract(region, linde, {"GM0406": 100}, **run)
    for contract, amount, day in (
        (ours, "1000", date(2024, 5, 31)),
        (ours, "200", date(2024, 6, 1)),
        (ours, "30", date(2025, 5, 1)),
        (theirs, "4", date(2025, 5, 1)),
    ):
        make.make_purchase(contract, amount, paid_on=day, on=date(2025, 6, 10))
    client = signed_in(world.adviser)

    def fulfilled(**asked: str) -> dict[str, Any]:
        with time_machine.travel(make.moment(date(2025, 6, 15)), tick=False):
            found = client.get(reverse("region-detail", args=[region.code]), asked)
        return next(h for h in found.context["headlines"] if h["figure"] == "fulfilled")

    now = fulfilled()
    assert now["value"] == "€\xa034"
    assert now["alike"] == "t/m mei €\xa034, een jaar eerder €\xa01.000"
    assert now["last_year"] == ""
    past = fulfilled(year="2024")
    assert (past["value"], past["alike"]) == ("€\xa01.200", "")
    assert fulfilled(municipality="huizen")["value"] == "€\xa04"
    assert fulfilled(municipality="huizen", year="2024")["value"] == "€\xa00"
    # What cannot be chosen is no choice.
    assert fulfilled(municipality="elders", year="1800")["value"] == "€\xa034"


def test_the_language_can_be_changed_without_signing_in() -> None:
    client = Client()
    client.post(reverse("set_language"), {"language": "en", "next": reverse("login")})
    assert '<html lang="en">' in client.get(reverse("login")).content.decode()


def test_health() -> None:
    assert Client().get(reverse("health")).content == b"ok"


# --- queries --------------------------------------------------------------------------------------


def fill(world: SimpleNamespace, count: int) -> None:
    """So many contracts, contractors, fulfilments under the first contract, changes and tables'
    lines more.
    """
    first, *_others = make.make_contracts(world.region, world.linde, count)
    make.make_contracts(world.region, world.linde, count, end_date=date(2025, 8, 1))
    world.contract = getattr(world, "contract", first)
    for number in range(count):
        shared = make.make_contract(
            world.region, make.make_contractor(f"Bedrijf {number}"), {"GM0402": 50, "GM0406": 50}
        )
        make.make_proposal(shared, by=world.officer)
        make.make_activity(world.contract, state=("submitted", "accepted", "returned")[number % 3])
        world.firm = make.make_firm(world.region, f"Firma {number}", is_public=True).firm
        make.make_firm_proposal(
            world.region, world.linde, f"Voorstel {number}", by=world.contractor
        )
    world.fulfilment = (
        getattr(world, "fulfilment", None) or make.make_placement(world.contract).fulfilment
    )
    make.make_change(world.contract, value_delta=Decimal(1000))
    make.make_certificate(world.contract, valid_until=date(2025, 12, count % 28 + 1))
    make.make_plan(world.contract)
    for number in range(count):
        make.make_note(world.contract, f"Notitie {number}", shared=True)
        make.make_person(world.contract, name=f"Persoon {count} {number}")
        make.make_document(world.contract, f"Stuk {count} {number}", shared=True, by=world.adviser)
    if count == 1:
        make.make_change(world.contract, ChangeKind.EXTENSION, new_end_date=date(2026, 3, 31))
    world.sample = make.make_sample(world.region, count, by=world.adviser)


OF_CONTRACT = (
    "contract-detail",
    "contract-attention",
    "contract-outdated",
    "contract-plan",
    "contract-plan-edit",
    "contract-dossier",
)
ASKED = [
    ("adviser", "start", ""),
    ("contractor", "start", ""),
    ("officer", "start", ""),
    ("adviser", "contract-list", ""),
    ("officer", "contract-list", "?sort=-end_date"),
    ("contractor", "contract-list", "?status=at_risk"),
    ("adviser", "contract-list", "?silent=6&ending=12&sort=-realised"),
    ("adviser", "contract-detail", ""),
    ("officer", "contract-detail", ""),
    ("contractor", "contract-detail", ""),
    ("adviser", "due", ""),
    ("officer", "coverage", ""),
    ("adviser", "contract-attention", ""),
    ("officer", "contract-attention", ""),
    ("adviser", "contract-outdated", ""),
    ("adviser", "contract-plan", ""),
    ("officer", "contract-plan", ""),
    ("adviser", "contract-dossier", ""),
    ("contractor", "contract-dossier", ""),
    ("contractor", "contract-plan", ""),
    ("contractor", "contract-plan-edit", ""),
    ("adviser", "contractor-list", ""),
    ("adviser", "contractor-detail", ""),
    ("contractor", "fulfilment-list", ""),
    ("adviser", "fulfilment-list", "?state=submitted"),
    ("adviser", "fulfilment-list", "?year=2024&sort=-value"),
    ("adviser", "fulfilment-detail", ""),
    ("adviser", "search", "?q=opdracht"),
    ("contractor", "social-firm-list", ""),
    ("contractor", "social-firm-propose", ""),
    ("adviser", "social-firm-register", "?kind=sw_company"),
    ("adviser", "social-firm-detail", ""),
    ("adviser", "sample", ""),
    ("adviser", "sample-detail", ""),
    ("adviser", "table-list", ""),
    ("adviser", "table-detail", ""),
    ("adviser", "table-what-if", ""),
    ("adviser", "table-compare", "?links={table}&rechts={table}&alles=1"),
]


def queries_of(client: Client, url: str) -> int:
    code, queries = asked_for(client, url)
    assert code == 200
    return len(queries)


def test_more_rows_ask_no_more_queries(world: SimpleNamespace) -> None:
    clients = {who: signed_in(getattr(world, who)) for who in ("adviser", "contractor", "officer")}
    for client in clients.values():
        client.get(reverse("search"))  # the session begins
    counts: dict[tuple[str, str, str], list[int]] = {asked: [] for asked in ASKED}
    for more in (1, 2, 47):
        fill(world, more)
        keep_in_step()  # as the worker does within a second
        kwargs = {
            **{name: {"pk": world.contract.pk} for name in OF_CONTRACT},
            "contractor-detail": {"pk": world.linde.pk},
            "fulfilment-detail": {"pk": world.fulfilment.pk},
            "table-detail": {"pk": world.contract.table_id},
            "table-what-if": {"pk": world.contract.table_id},
            "social-firm-detail": {"pk": world.firm.pk},
            "sample-detail": {"pk": world.sample.pk},
        }
        # What the first visitor asks of the worker is done when the next one comes.
        clients["adviser"].get(reverse("table-what-if", kwargs=kwargs["table-what-if"]))
        for who, name, query in ASKED:
            url = reverse(name, kwargs=kwargs.get(name)) + query.format(
                table=world.contract.table_id
            )
            counts[who, name, query].append(queries_of(clients[who], url))
    assert {
        asked: found
        for asked, found in counts.items()
        if len(set(found)) > 1 or max(found) > MOST_OF.get(asked[:2], MAX_QUERIES)
    } == {}


# --- nonsense -------------------------------------------------------------------------------------

NONSENSE = [
    "",
    "x" * 1_000_000,
    "\0",
    "\u202eabc",
    "-0",
    "NaN",
    "1e999",
    "9e9",
    "-1",
    "0",
    "9" * 400,
    "29-02-2025",
]
NONSENSE += [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%",
    "__class__",
    "é" * 300,
    "\ud83d",
    "1_000",
    "٣",
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda text: ascii(text[:12]))
def test_nonsense_in_an_address_is_answered(world: SimpleNamespace, nonsense: str) -> None:
    make.make_purchase(make.make_contract(world.region, world.linde))
    client, value = signed_in(world.adviser), nonsense.encode("utf-8", "surrogatepass")
    fields = [
        "q",
        "municipality",
        "procurement_type",
        "year",
        "contractor",
        "contract",
        "status",
        "state",
        "kind",
    ]
    fields += ["adviser", "policy_field", "ending", "silent", "region"]
    for name in (
        "contract-list",
        "contractor-list",
        "fulfilment-list",
        "table-list",
        "search",
        "social-firm-list",
    ):
        for parameters in (
            ["q"],
            ["page"],
            ["sort"],
            [*fields, "page", "sort", "per_page", "next"],
        ):
            short = value if len(parameters) == 1 else value[:1000]
            response = client.get(reverse(name), dict.fromkeys(parameters, short))
            assert response.status_code == 200, (name, parameters)
            assert b"<script>alert" not in response.content


@pytest.mark.parametrize("path", ["contracten", "opdrachtnemers", "invullingen", "bouwblokken"])
@pytest.mark.parametrize("pk", ["0", "9" * 30, "1e5", "-1", "x"])
def test_nonsense_as_a_number_is_not_there(world: SimpleNamespace, path: str, pk: str) -> None:
    assert signed_in(world.adviser).get(f"/{path}/{pk}/").status_code == 404


def test_an_empty_list_says_whether_it_is_for_this_role() -> None:
    region, firm = make.make_region(), make.make_contractor()
    said = {}
    for role in (Role.PROCUREMENT_OFFICER, Role.CONTRACTOR):
        client = Client()
        client.force_login(
            make.make_user(role, region, contractor=firm if role == Role.CONTRACTOR else None)
        )
        page = client.get(reverse("fulfilment-list")).content.decode()
        said[role] = "Met uw rol is hier niets te zien" in page
    assert said == {Role.PROCUREMENT_OFFICER: True, Role.CONTRACTOR: False}


def test_an_empty_list_says_in_its_own_words_that_it_is() -> None:
    adviser = signed_in(make.make_user(Role.ADVISER, make.make_region()))
    page = adviser.get(reverse("coverage")).content.decode()
    assert "Elk contract op of boven de drempel heeft een verplichting." in page
