"""What a region has beside contracts and fulfilments gets in by the same way: contact persons,
notes, social firms with their recognitions.
"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from contracts.models import ContactPerson, Contract, ContractNote, Recognition, SocialFirm
from placements.models import Upload
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in
from tests.placements.uploads.test_importing import faults, outcomes, post, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region(code="gv")
    linde = make.make_contractor("De Linde", "01234567")
    return SimpleNamespace(
        region=region,
        linde=linde,
        adviser=make.make_user(Role.ADVISER, region),
        contractor=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        one=make.make_contract(region, linde, reference="HIL-1"),
        two=make.make_contract(region, linde, reference="HIL-2"),
    )


def bring(world: SimpleNamespace, kind: str, text: str, **answers: str) -> Upload:
    """Sent, shown, and imported where that can be."""
    upload = sent(world.adviser, text.encode(), kind)
    assert upload.state in ("checked", "columns"), upload.why
    if upload.state == "columns":
        page = signed_in(world.adviser).get(reverse("import-columns", args=[upload.pk]))
        form = page.context["form"]
        data = {name: form[name].value() or "" for name in form.fields if name != "thousands"}
        answer = post(world.adviser, "import-columns", upload, **data)
        assert answer.status_code == 302, answer.context["form"].errors
        upload.refresh_from_db()
    post(world.adviser, "import-run", upload, **answers)
    upload.refresh_from_db()
    return upload


PERSONS = (
    "Kenmerk;KvK-nummer;Contactpersoon;Functie;E-mail;Telefoon\n"
    "HIL-1;;Robin Groen;planner;Robin@Linde.Example;035 1234567\n"
    ";01234567;Sam Wit;directeur;sam@linde.example;\n"
)


def test_contact_persons_come_with_a_contract_or_with_all_of_a_firm(world: SimpleNamespace) -> None:
    upload = bring(world, "persons", PERSONS)
    assert (upload.state, outcomes(upload)) == ("imported", ["new", "new"])
    rows = ContactPerson.objects.order_by("contract__reference", "name")
    assert list(rows.values_list("contract__reference", "name", "email", "side")) == [
        ("HIL-1", "Robin Groen", "robin@linde.example", "contractor"),
        ("HIL-1", "Sam Wit", "sam@linde.example", "contractor"),
        ("HIL-2", "Sam Wit", "sam@linde.example", "contractor"),
    ]
    assert outcomes(bring(world, "persons", PERSONS)) == ["unchanged", "unchanged"]
    changed = bring(world, "persons", PERSONS.replace("directeur", "inkoper"))
    assert outcomes(changed) == ["unchanged", "changed"]
    assert set(rows.filter(name="Sam Wit").values_list("function", flat=True)) == {"inkoper"}
    page = signed_in(world.adviser).get(reverse("import-detail", args=[changed.pk]))
    assert "directeur → inkoper" in page.content.decode()


def test_after_contact_persons_they_can_be_invited(world: SimpleNamespace) -> None:
    other = make.make_contractor("Zon", "76543210")
    make.make_contract(world.region, other, reference="ZON-1")
    text = "Kenmerk;Naam;E-mail\nZON-1;Sam Wit;sam@zon.example\n"
    upload = bring(world, "persons", text)
    client = signed_in(world.adviser)
    (still,) = client.get(reverse("import-detail", args=[upload.pk])).context["still"]
    form = client.get(still["url"]).context["form"]
    assert [form[name].value() for name in form.fields] == ["sam@zon.example"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("NERGENS;;Sam;;sam@x.example;", "contract_reference"),
        (";99999999;Sam;;sam@x.example;", "contractor_kvk"),
        ("HIL-1;;Sam;;;", "email"),
        ("HIL-1;;Sam;;geen adres;", "email"),
        ("HIL-1;;;;sam@x.example;", "person_name"),
    ],
)
def test_what_is_wrong_with_a_person_is_named(
    world: SimpleNamespace, row: str, column: str
) -> None:
    upload = bring(world, "persons", PERSONS + row + "\n")
    assert [found for found, _reason in faults(upload)] == [column]
    assert not ContactPerson.objects.exists()


def test_nothing_comes_into_the_dossier_of_a_closed_contract(world: SimpleNamespace) -> None:
    upload = sent(world.adviser, b"Kenmerk;Naam;E-mail\nHIL-1;Sam;s@x.example\n", "persons")
    for state, column in (("settled", "contract_reference"),):
        Contract.objects.filter(pk=world.one.pk).update(state=state, settled_on=make.TODAY)
        notes = bring(world, "notes", "Kenmerk;Datum;Notitie\nHIL-1;1-3-2024;Gebeld\n")
        assert [found for found, _reason in faults(notes)] == [column]
    post(world.adviser, "import-run", upload)
    assert not ContactPerson.objects.exists()
    assert not ContractNote.objects.exists()


def test_notes_are_written_once(world: SimpleNamespace) -> None:
    text = (
        "Kenmerk;Datum;Soort;Notitie;Gedeeld\n"
        "HIL-1;1-3-2024;gesprek;Gesproken over de planning;nee\n"
        "HIL-2;2-3-2024;;Afgesproken: twee plekken;ja\n"
    )
    assert outcomes(bring(world, "notes", text)) == ["new", "new"]
    assert outcomes(bring(world, "notes", text)) == ["unchanged", "unchanged"]
    rows = ContractNote.objects.order_by("day")
    assert list(rows.values_list("contract__reference", "kind", "shared", "by")) == [
        ("HIL-1", "conversation", False, world.adviser.pk),
        ("HIL-2", "note", True, world.adviser.pk),
    ]
    late = bring(world, "notes", "Kenmerk;Datum;Notitie\nHIL-1;1-3-2099;Later\n")
    assert [column for column, _reason in faults(late)] == ["day"]


FIRMS = (
    "KvK;Bedrijfsnaam;Plaats;Website;Erkenning;Geldig vanaf;Geldig tot;Bron\n"
    "11112222;Zorgtuin;Laren;www.zorgtuin.example;PSO 30+;1-1-2024;31-12-2025;PSO-lijst\n"
    "22223333;Sociale Drukkerij;;;SW-bedrijf;1-1-2020;;gemeente\n"
)


def test_a_list_of_social_firms_is_recognised(world: SimpleNamespace) -> None:
    upload = bring(world, "firms", FIRMS)
    assert (upload.state, outcomes(upload)) == ("imported", ["new", "new"])
    assert upload.totals["new_contractors"] == 2
    rows = Recognition.objects.order_by("firm__kvk")
    assert list(rows.values_list("firm__name", "kind", "valid_from", "valid_until")) == [
        ("Zorgtuin", "pso_30plus", date(2024, 1, 1), date(2025, 12, 31)),
        ("Sociale Drukkerij", "sw_company", date(2020, 1, 1), None),
    ]
    assert SocialFirm.objects.get(kvk="11112222").website == "https://www.zorgtuin.example"
    assert outcomes(bring(world, "firms", FIRMS)) == ["unchanged", "unchanged"]
    longer = bring(world, "firms", FIRMS.replace("31-12-2025", "31-12-2026"))
    assert (longer.state, outcomes(longer)) == ("imported", ["changed", "unchanged"])
    assert rows[0].valid_until == date(2026, 12, 31)


def test_a_firm_by_another_name_is_asked_and_keeps_its_name(world: SimpleNamespace) -> None:
    bring(world, "firms", FIRMS)
    text = FIRMS.replace("Zorgtuin", "Anders").replace("1-1-2024;31-12-2025", "1-1-2026;")
    asked = bring(world, "firms", text)
    assert (asked.state, len(asked.doubts)) == ("checked", 1)
    post(world.adviser, "import-run", asked, klopt="1")
    asked.refresh_from_db()
    assert asked.state == "imported"
    firm = SocialFirm.objects.get(kvk="11112222")
    assert (firm.name, firm.recognitions.count()) == ("Zorgtuin", 2)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("11112222;Zorgtuin;;;PSO 30+;1-6-2024;;x", "valid_from"),
        ("33334444;Nieuw;;;PSO 30+;1-6-2024;1-5-2024;x", "valid_until"),
        ("33334444;Nieuw;;;Keurmerk;1-6-2024;;x", "recognition"),
        ("33334444;Nieuw;;geen adres;PSO 30+;1-6-2024;;x", "website"),
        ("33334444;Nieuw;;;PSO 30+;1-6-2024;;", "grounds"),
    ],
)
def test_what_is_wrong_with_a_recognition_is_named(
    world: SimpleNamespace, row: str, column: str
) -> None:
    bring(world, "firms", FIRMS)
    upload = bring(world, "firms", FIRMS.splitlines()[0] + "\n" + row + "\n")
    assert [found for found, _reason in faults(upload)] == [column]
    assert Recognition.objects.count() == 2


@pytest.mark.parametrize("kind", ["persons", "notes", "firms", "plans", "seen"])
def test_each_has_an_example_that_is_left_out(world: SimpleNamespace, kind: str) -> None:
    example = signed_in(world.adviser).get(reverse("import-example", args=[kind])).getvalue()
    upload = sent(world.adviser, example, kind, name="voorbeeld.xlsx")
    assert (upload.state, outcomes(upload)) == ("checked", ["left_out"])
    answer: Any = signed_in(world.contractor).get(reverse("import-example", args=[kind]))
    assert answer.status_code == 404
