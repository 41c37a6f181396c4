"""A contact person of a contractor is kept once, for all of its contracts in a region."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from contracts.dossier import door as dossier
from contracts.dossier.columns import PERSON_COLUMNS
from contracts.dossier.importing import import_persons
from contracts.dossier.persons import is_same
from contracts.facts import door as facts
from contracts.models import ContactPerson, Contract, Contractor, FirmPerson, Region
from contracts.models.dossier import Side
from placements.retention.door import erase_on_time
from sroi.access import Role
from sroi.accounts.models import Erasure
from sroi.doors import Refused
from tests import factories as make
from tests.contracts.owed.test_terms import sheet
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
EVA = {"name": "Eva Wilg", "function": "Directeur", "email": "eva@linde.example", "phone": ""}


@pytest.fixture
def firm() -> Contractor:
    return make.make_contractor("De Linde")


@pytest.fixture
def contracts(region: Region, firm: Contractor) -> list[Contract]:
    return [make.make_contract(region, firm, reference=f"C-{n}") for n in (1, 2, 3)]


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def named(contract: Contract, **given: str) -> ContactPerson:
    person = ContactPerson(contract=contract, side=Side.CONTRACTOR)
    dossier.save_person(person, {**EVA, **given})
    return person


def known() -> list[tuple[str, str, str, str]]:
    return list(FirmPerson.objects.order_by("pk").values_list("name", "function", "email", "phone"))


# --- who is the same ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"name": "EVA wilg", "email": "Eva@Linde.example"}, True),
        ({"email": ""}, True),  # the same name
        ({"name": ""}, True),  # the same address
        ({"name": "E. Wilg"}, False),  # the same address, and another name
        ({"email": "eva@elders.example"}, False),  # the same name, and another address
        ({"function": "Inkoper"}, False),
        ({"name": "Sam", "email": "sam@linde.example"}, False),
        ({"name": "", "email": ""}, False),
    ],
)
def test_who_is_the_same_and_who_stays_apart(other: dict[str, str], same: bool) -> None:
    one, two = SimpleNamespace(**EVA), SimpleNamespace(**{**EVA, **other})
    assert is_same(one, two) is same
    assert is_same(two, one) is same


def test_how_a_number_is_spaced_makes_nobody_another() -> None:
    one, two = (SimpleNamespace(**{**EVA, "phone": p}) for p in ("035-123 45 67", "0351234567"))
    assert is_same(one, two)


# --- kept once ------------------------------------------------------------------------------------


def test_what_is_added_twice_is_known_once_with_what_each_says(contracts: list[Contract]) -> None:
    first = named(contracts[0], function="")
    second = named(contracts[1], email="", phone="035 123 45 67")
    assert known() == [("Eva Wilg", "Directeur", "eva@linde.example", "035 123 45 67")]
    for person in (first, second):
        person.refresh_from_db()
        assert (person.function, person.phone) == ("Directeur", "035 123 45 67")
        assert person.email == "eva@linde.example"


def test_a_change_under_one_contract_holds_for_all(
    contracts: list[Contract], adviser: Client
) -> None:
    first, second = named(contracts[0]), named(contracts[1])
    page = reverse("contact-person", args=[first.pk])
    assert "C-2" in adviser.get(page).content.decode()
    given = {**EVA, "side": "contractor", "name": "Eva de Wilg", "function": "", "phone": "06 12"}
    assert adviser.post(page, given).status_code == 302
    second.refresh_from_db()
    assert (second.name, second.function, second.phone) == ("Eva de Wilg", "", "06 12")
    assert known() == [("Eva de Wilg", "", "eva@linde.example", "06 12")]


def test_who_is_known_at_the_firm_is_chosen_with_one_press(
    contracts: list[Contract], adviser: Client
) -> None:
    home = named(contracts[0]).person
    assert home
    page = reverse("contact-person-new", args=[contracts[1].pk])
    choose = reverse("contact-person-name", args=[contracts[1].pk, home.pk])
    assert choose in adviser.get(page).content.decode()
    adviser.post(choose)
    there = ContactPerson.objects.get(contract=contracts[1])
    assert {name: getattr(there, name) for name in EVA} == EVA
    assert there.person == home
    assert choose not in adviser.get(page).content.decode()
    # Twice counts once, and typing who is there already is told.
    assert "al contactpersoon" in adviser.post(choose, follow=True).content.decode()
    answer = adviser.post(page, {**EVA, "side": "contractor"})
    assert answer.status_code == 422
    assert ContactPerson.objects.filter(contract=contracts[1]).count() == 1


def test_the_page_of_the_firm_names_everybody_once_with_the_way_to_change(
    contracts: list[Contract], firm: Contractor, adviser: Client
) -> None:
    people = [named(contract) for contract in contracts]
    page = adviser.get(reverse("contractor-detail", args=[firm.pk]))
    [person] = page.context["named"]
    assert {contract.reference for contract in person.contracts} == {"C-1", "C-2", "C-3"}
    assert person.edit in {reverse("contact-person", args=[one.pk]) for one in people}
    admin = signed_in(make.make_user(Role.REGION_ADMIN, contracts[0].region))
    [person] = admin.get(reverse("contractor-detail", args=[firm.pk])).context["named"]
    assert person.edit == ""


def test_another_firm_and_another_region_have_their_own(
    contracts: list[Contract], firm: Contractor, region: Region
) -> None:
    elsewhere = make.make_region("elders", "Elders")
    others = [
        make.make_contract(region, make.make_contractor("Andere")),
        make.make_contract(elsewhere, firm),
    ]
    home = named(contracts[0]).person
    for other in others:
        assert named(other).person != home
        with pytest.raises(Refused):
            dossier.name_person(other, home)


def test_who_is_of_the_client_has_no_home_at_the_firm(
    contracts: list[Contract], adviser: Client
) -> None:
    person = named(contracts[0])
    given = {**EVA, "side": "municipality"}
    assert adviser.post(reverse("contact-person", args=[person.pk]), given).status_code == 302
    person.refresh_from_db()
    assert (person.side, person.person) == ("municipality", None)
    assert known() == []


# --- and forgotten --------------------------------------------------------------------------------


def test_whom_no_contract_names_any_more_is_forgotten(contracts: list[Contract]) -> None:
    first, second = named(contracts[0]), named(contracts[1])
    home = first.person_id
    dossier.remove_person(first)
    assert len(known()) == 1
    dossier.forget_persons([contracts[1].pk])
    assert known() == []
    assert not ContactPerson.objects.filter(pk=second.pk).exists()
    listed = Erasure.objects.filter(subject="contracts.firmperson").values_list("number", flat=True)
    assert list(listed) == [home]


def test_who_came_back_with_a_backup_is_forgotten_again(contracts: list[Contract]) -> None:
    person = named(contracts[0])
    home = person.person
    assert home
    dossier.remove_person(person)
    home.save(force_insert=True)
    erase_on_time(at=make.moment(date(2024, 6, 1)))
    assert known() == []


def test_with_another_contractor_the_people_of_the_one_before_go(
    contracts: list[Contract], region: Region
) -> None:
    named(contracts[0])
    named(contracts[1])
    dossier.save_person(
        ContactPerson(contract=contracts[0], side=Side.MUNICIPALITY), {"name": "Anouk"}
    )
    noor = make.make_user(Role.ADVISER, region)
    follower = make.make_contractor("Opvolger")
    facts.take_over(contracts[0], follower, {}, date(2024, 5, 1), make.act(noor, "Overname"))
    theirs = ContactPerson.objects.filter(contract=contracts[0])
    assert list(theirs.values_list("name", flat=True)) == ["Anouk"]
    assert len(known()) == 1


# --- files ----------------------------------------------------------------------------------------

COLUMNS = (
    "contract_reference",
    "contractor_kvk",
    "side",
    "person_name",
    "function",
    "email",
    "phone",
)


def test_a_file_names_a_person_once_for_all_contracts_of_a_firm(
    region: Region, contracts: list[Contract], firm: Contractor
) -> None:
    row = {"contractor_kvk": firm.kvk, "person_name": "Eva Wilg", "email": "eva@linde.example"}
    import_persons(region, sheet(PERSON_COLUMNS, row), make.act())
    assert ContactPerson.objects.count() == 3
    assert known() == [("Eva Wilg", "", "eva@linde.example", "")]
    # Of one contract mended: of all of them.
    mended = {**row, "contractor_kvk": "", "contract_reference": "C-2", "phone": "06 12"}
    import_persons(region, sheet(PERSON_COLUMNS, mended), make.act())
    assert set(ContactPerson.objects.values_list("phone", flat=True)) == {"06 12"}
    assert known() == [("Eva Wilg", "", "eva@linde.example", "06 12")]


# --- what earlier releases wrote ------------------------------------------------------------------


def test_what_was_kept_per_contract_comes_home_and_nothing_is_lost(
    contracts: list[Contract], region: Region
) -> None:
    """Also of what was broken off: a second run leaves it as it is."""
    other = make.make_contract(region, make.make_contractor("Andere"))
    rows: list[tuple[Any, dict[str, str]]] = [
        (contracts[0], EVA),
        (contracts[1], {**EVA, "function": "", "phone": "035 123 45 67"}),
        (contracts[2], {**EVA, "phone": "06 11 22 33 44"}),
        (other, EVA),
    ]
    made = [
        ContactPerson.objects.create(contract=contract, side=Side.CONTRACTOR, **given)
        for contract, given in rows
    ]
    client = ContactPerson.objects.create(
        contract=contracts[0], side=Side.MUNICIPALITY, name="Anouk"
    )
    migration = import_module("contracts.migrations.0042_contact_persons_once_per_firm")
    for _twice in range(2):
        migration.bring_home(apps, None)
        for person in (*made, client):
            person.refresh_from_db()
        homes = [person.person_id for person in made]
        assert len(set(homes)) == 3
        assert client.person is None
        for person, (_contract, given) in zip(made, rows, strict=True):
            told = {name: getattr(person, name) for name in given}
            assert all(told[name] == value for name, value in given.items() if value)
