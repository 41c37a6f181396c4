"""What is kept about people can be read, asked and searched, by who may; looks and exports are
logged.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from sroi.accounts.models import AuditEvent
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Any:
    return make.make_contract(make.make_region(), make.make_contractor())


def signed_in(role: str, region: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(role, region))
    return client


def test_the_privacy_page_names_the_terms() -> None:
    text = Client().get(reverse("privacy")).content.decode()
    assert "24" in text
    assert "BSN" in text


def test_everything_about_a_candidate(contract: Any) -> None:
    make.make_placement(contract)
    far = make.make_contract(make.make_region("elders", "Elders"), make.make_contractor("Ver weg"))
    make.make_placement(far)
    adviser = signed_in(Role.ADVISER, contract.region)
    page = adviser.post(reverse("held-candidate"), {"ref": "Kandidaat 17"})
    assert contract.contractor.name in page.content.decode()
    assert "Ver weg" not in page.content.decode()
    (held,) = adviser.post(
        reverse("held-candidate"), {"ref": "Kandidaat 17", "format": "json"}
    ).json()
    assert (held["age_at_start"], held["contracts"][0]["reference"]) == (44, contract.reference)
    assert held["events"]
    logged = AuditEvent.objects.filter(path="/gegevens/").values_list("kind", flat=True)
    assert list(logged) == ["exported", "looked"]
    for role in (Role.REGION_ADMIN, Role.PROCUREMENT_OFFICER, Role.READER):
        assert signed_in(role, contract.region).get(reverse("held-candidate")).status_code == 404


def test_a_bsn_is_refused_with_what_was_typed_kept(contract: Any) -> None:
    page = signed_in(Role.ADVISER, contract.region).post(
        reverse("held-candidate"), {"ref": "111222333"}
    )
    assert page.content.decode().count("111222333") == 1


def test_everything_about_a_user(contract: Any) -> None:
    admin = signed_in(Role.REGION_ADMIN, contract.region)
    person = make.make_user(Role.READER, contract.region, email="lezer@example.org")
    membership = person.memberships.get()
    membership_elsewhere = make.join(person, Role.ADVISER, make.make_region("elders", "Elders"))
    held = admin.get(reverse("held-user", args=[membership.pk])).json()
    assert held["email"] == "lezer@example.org"
    assert [role["role"] for role in held["roles"]] == [Role.READER]
    assert admin.get(reverse("held-user", args=[membership_elsewhere.pk])).status_code == 404


def test_the_log_shows_the_region_and_nothing_else(contract: Any) -> None:
    admin = signed_in(Role.REGION_ADMIN, contract.region)
    make.make_contract(
        make.make_region("elders", "Elders"), make.make_contractor(), reference="VER-WEG"
    )
    person = make.make_user(Role.READER, contract.region, name="Lezer Een")
    Client().post(reverse("login"), {"login": person.email, "password": make.PASSWORD})
    Client().post(reverse("login"), {"login": person.email, "password": "fout"})
    stranger = make.make_user(Role.READER, make.make_region("ander", "Ander"), name="Vreemde")
    Client().post(reverse("login"), {"login": stranger.email, "password": make.PASSWORD})
    text = admin.get(reverse("history")).content.decode()
    assert "Lezer Een" in text
    assert "Vreemde" not in text
    assert text.count("<time") == 3  # the admin, and both attempts of the reader
    assert "Lezer Een" not in admin.get(reverse("history"), {"q": "niemand"}).content.decode()
    for kind in (
        "contracten",
        "aandelen",
        "opdrachtnemers",
        "beleid",
        "bouwblokken",
        "ingang",
        "rollen",
    ):
        page = admin.get(reverse("history"), {"soort": kind})
        assert page.status_code == 200
        assert "<time" in page.content.decode() or kind == "opdrachtnemers", kind
        assert "VER-WEG" not in page.content.decode()
    assert (
        contract.reference
        in admin.get(reverse("history"), {"soort": "contracten"}).content.decode()
    )
    assert admin.get(reverse("history"), {"soort": "onzin"}).status_code == 404


def test_the_register_of_processing_activities(contract: Any) -> None:
    admin = signed_in(Role.REGION_ADMIN, contract.region)
    assert contract.region.title in admin.get(reverse("processing-register")).content.decode()
