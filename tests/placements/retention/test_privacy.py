"""What is kept about people can be read, asked and searched, by who may; looks and exports are
logged.
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from sroi.access import Role
from sroi.accounts.log_words import PAGES
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


def test_what_is_kept_of_a_session_is_told_with_its_network_address() -> None:
    reader, client = make.make_user(Role.READER, make.make_region()), Client()
    client.post(reverse("login"), {"login": reader.email, "password": make.PASSWORD})
    held = client.get(reverse("held-self"), {"format": "json"}).json()
    assert [session["ip"] for session in held["sessions"]] == ["127.0.0.1"]


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


def test_the_log_says_what_in_words_and_of_whom(contract: Any) -> None:
    """No address, no code and no number of a row."""
    admin, adviser = (
        signed_in(Role.REGION_ADMIN, contract.region),
        signed_in(Role.ADVISER, contract.region),
    )
    version = make.make_placement(contract, external_id="LIN-7")
    adviser.get(reverse("fulfilment-detail", args=[version.fulfilment_id]))
    adviser.get(reverse("fulfilment-file", args=["csv"]))
    AuditEvent.objects.create(
        kind="looked", path="/weg/is/weg/", user=AuditEvent.objects.first().user
    )
    text = admin.get(reverse("history")).content.decode()
    assert f"pagina van een invulling · LIN-7 ({contract.contractor})" in text
    assert "lijst van invullingen" in text
    assert "een andere pagina" in text
    seen = re.findall(r"<b>(.*?)</b>", text)
    assert not [words for words in seen if "/" in words]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rollen", "lezer"),
        ("aandelen", "Hilversum"),
        ("ingang", "Gooi"),
        ("beleid", "Vanaf het begin"),
    ],
)
def test_changes_are_told_in_words_too(contract: Any, kind: str, words: str) -> None:
    make.make_user(Role.READER, contract.region, name="Lezer Een")
    admin = signed_in(Role.REGION_ADMIN, contract.region)
    text = admin.get(reverse("history"), {"soort": kind}).content.decode()
    seen = " ".join(re.findall(r"<b>(.*?)</b>", text))
    assert words in seen
    assert not re.search(r"\b(reader|region_admin|None)\b", seen), seen
    assert "Lezer Een" in seen or kind != "rollen"


def test_each_page_that_leaves_a_row_has_words() -> None:
    known = set(get_resolver().reverse_dict)
    assert set(PAGES) <= known, "a page that is no more"


def test_the_log_asks_as_little_for_many_rows(contract: Any) -> None:
    admin, adviser = (
        signed_in(Role.REGION_ADMIN, contract.region),
        signed_in(Role.ADVISER, contract.region),
    )
    counts = []
    admin.get(reverse("history"))
    for number in (1, 6):
        for n in range(number):
            version = make.make_placement(contract, external_id=f"LIN-{number}-{n}")
            adviser.get(reverse("fulfilment-detail", args=[version.fulfilment_id]))
        with CaptureQueriesContext(connection) as queries:
            admin.get(reverse("history"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_everyone_sees_what_is_kept_about_them_and_until_when(contract: Any) -> None:
    person = make.make_user(Role.READER, contract.region, email="zelf@example.org", name="Zelf")
    make.join(person, Role.ADVISER, make.make_region("elders", "Elders"))
    make.make_user(Role.READER, contract.region, email="ander@example.org")
    client = Client()
    client.post(reverse("login"), {"login": person.email, "password": make.PASSWORD})
    text = client.get(reverse("held-self")).content.decode()
    for words in ("zelf@example.org", "Elders", "Lezer", "24 maanden", "14 dagen", "aangemeld"):
        assert words in text
    assert "ander@example.org" not in text
    held = client.get(reverse("held-self"), {"format": "json"}).json()
    assert (held["email"], len(held["roles"])) == ("zelf@example.org", 2)
    assert held["log"][0]["kind"] == "signed_in"


def test_the_register_of_processing_activities(contract: Any) -> None:
    admin = signed_in(Role.REGION_ADMIN, contract.region)
    page = admin.get(reverse("processing-register")).content.decode()
    assert contract.region.title in page
    for about in (
        "Plaatsingen",
        "Bewijs",
        "Kandidaten",
        "Contactpersonen",
        "Verhalen",
        "netwerkadres",
    ):
        assert about in page, about
