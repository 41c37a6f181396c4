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

from placements.ledger.verification import differences
from sroi.access import Role
from sroi.accounts.log_words import PAGES
from sroi.accounts.models import AuditEvent, Erasure
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


def test_the_same_reference_of_another_contractor_is_another_person(contract: Any) -> None:
    """Who asks gets no file with somebody else in it."""
    other = make.make_contract(contract.region, make.make_contractor("Ander bedrijf"))
    mine, theirs = make.make_placement(contract), make.make_placement(other)
    adviser = signed_in(Role.ADVISER, contract.region)
    page = adviser.post(reverse("held-candidate"), {"ref": "Kandidaat 17"}).content.decode()
    assert page.index("Ander bedrijf") < page.index(contract.contractor.name)
    for version in (mine, theirs):
        asked = {"ref": "Kandidaat 17", "format": "json", "of": version.fulfilment_id}
        (held,) = adviser.post(reverse("held-candidate"), asked).json()
        assert held["contractor"] == str(version.fulfilment.contractor)


class TestErasedOnRequest:
    """What of one person can go at once, and what stays because it counts."""

    def erase(self, contract: Any, version: Any) -> Any:
        adviser = signed_in(Role.ADVISER, contract.region)
        return make.confirm(adviser, reverse("held-erase", args=[version.fulfilment_id]))

    @pytest.mark.parametrize("state", ["rejected", "withdrawn"])
    def test_what_does_not_count_goes_at_once(self, contract: Any, state: str) -> None:
        version = make.make_placement(contract, state=state, description="Vertelde over thuis")
        adviser = signed_in(Role.ADVISER, contract.region)
        page = adviser.post(reverse("held-candidate"), {"ref": "Kandidaat 17"})
        assert reverse("held-erase", args=[version.fulfilment_id]) in page.content.decode()
        assert self.erase(contract, version).status_code == 302
        version.refresh_from_db()
        assert (version.candidate_ref, version.age_at_start, version.description) == ("", None, "")
        assert Erasure.objects.get().number == version.pk
        event = version.fulfilment.events.latest("pk")
        assert (event.by.memberships.get().role, event.version_number) == (Role.ADVISER, 1)
        assert "gewist" in event.why
        assert AuditEvent.objects.filter(kind="erased", user=event.by).exists()

    @pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
    def test_what_counts_or_waits_stays_and_it_is_said_why(self, contract: Any, state: str) -> None:
        version = make.make_placement(contract, state=state)
        said = {
            "draft": "intrekken",
            "submitted": "beoordeel",
            "returned": "intrekken",
            "accepted": contract.reference,
        }
        adviser = signed_in(Role.ADVISER, contract.region)
        page = adviser.post(reverse("held-candidate"), {"ref": "Kandidaat 17"})
        text = page.content.decode()
        assert re.search(rf"Kan nu niet worden gewist: .*{said[state]}", text)
        assert "Wissen wat weg kan" not in text
        self.erase(contract, version)
        version.refresh_from_db()
        assert version.candidate_ref == "Kandidaat 17"
        assert not Erasure.objects.exists()

    def test_once_settled_it_goes_and_the_ledger_stays_right(self, contract: Any) -> None:
        version = make.make_placement(contract, "PW_GT2Y")
        counted = [line.amount for line in version.fulfilment.lines.order_by("pk")]
        type(contract).objects.filter(pk=contract.pk).update(state="settled", settled_on=make.TODAY)
        self.erase(contract, version)
        version.refresh_from_db()
        assert (version.candidate_ref, len(version.person)) == ("", 32)
        assert [line.amount for line in version.fulfilment.lines.order_by("pk")] == counted
        assert counted
        found = list(differences([contract.region], make.TODAY))
        assert [why for why in found if version.fulfilment.external_id in why] == []

    def test_of_that_contractor_only(self, contract: Any) -> None:
        other = make.make_contract(contract.region, make.make_contractor("Ander bedrijf"))
        mine = make.make_placement(contract, state="rejected")
        theirs = make.make_placement(other, state="rejected")
        self.erase(contract, mine)
        theirs.refresh_from_db()
        assert theirs.candidate_ref == "Kandidaat 17"

    def test_evidence_about_the_person_goes_too(self, contract: Any) -> None:
        version = make.make_placement(contract, state="rejected")
        assert version.evidence.exclude(seen_how="").exists()
        self.erase(contract, version)
        assert not version.evidence.exclude(seen_how="").exists()

    def test_what_changed_since_it_was_shown_is_shown_again(self, contract: Any) -> None:
        version = make.make_placement(contract, state="rejected")
        adviser = signed_in(Role.ADVISER, contract.region)
        url = reverse("held-erase", args=[version.fulfilment_id])
        shown = adviser.get(url).context["starting_point"]
        make.make_placement(contract, state="rejected", external_id="INV-LATER")
        page = adviser.post(url, {"starting_point": shown})
        assert page.status_code == 409
        assert "INV-LATER" in page.content.decode()
        assert not Erasure.objects.exists()

    def test_of_nobody_there_is_no_such_page(self, contract: Any) -> None:
        purchase, version = make.make_purchase(contract), make.make_placement(contract)
        adviser = signed_in(Role.ADVISER, contract.region)
        url = reverse("held-erase", args=[purchase.fulfilment_id])
        assert adviser.get(url).status_code == 404
        elsewhere = signed_in(Role.ADVISER, make.make_region("elders", "Elders"))
        url = reverse("held-erase", args=[version.fulfilment_id])
        assert elsewhere.get(url).status_code == 404


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
