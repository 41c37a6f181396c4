"""The pages on which a region admin lets clients join, end and go on in another."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contracts.models import Municipality, Region
from contracts.owed.shares import SharesOfContracts
from sroi.access import Role
from tests import factories as make
from tests.factories import confirming, look_and_confirm

pytestmark = pytest.mark.django_db
NEW = "/opdrachtgevers/nieuw/"


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False), translation.override("nl"):
        yield


@pytest.fixture
def region() -> Region:
    return make.make_region(towns={"GM0402": "Hilversum", "GM0406": "Huizen"})


@pytest.fixture
def admin(region: Region) -> Client:
    return make.signed_in(make.make_user(Role.REGION_ADMIN, region))


def answers(region: Region, **other: str) -> dict[str, str]:
    given = {
        "region": str(region.pk),
        "kind": "housing_association",
        "name": "WonenBreburg",
        "code": "WBREBURG",
    }
    return given | {"inhabitants": "", "valid_from": "2025-01-01", "why": "Toegetreden"} | other


def end_of(client: Municipality) -> str:
    return reverse("client-end", args=[client.pk])


def text(response: Any) -> str:
    shown: str = response.content.decode().replace("\xa0", " ")
    return shown


def test_a_housing_association_joins_and_stands_in_the_list(region: Region, admin: Client) -> None:
    assert "Opdrachtgever toevoegen" in text(admin.get("/opdrachtgevers/"))
    assert admin.post(NEW, answers(region)).status_code == 302
    made = Municipality.objects.get(code="WBREBURG")
    assert (made.kind, made.valid_from) == ("housing_association", date(2025, 1, 1))
    page = text(admin.get("/opdrachtgevers/"))
    for told in ("WonenBreburg", "WBREBURG", "woningcorporatie", "vanaf 1 januari 2025"):
        assert told in page
    assert "Hilversum" not in text(admin.get("/opdrachtgevers/?kind=housing_association"))
    detail = text(admin.get(reverse("client-detail", args=[made.pk])))
    assert "Toegetreden" in detail
    assert "WonenBreburg" in text(admin.get("/logboek/?soort=opdrachtgevers"))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"code": "GM0777"}, "Alleen een gemeente heeft een code zoals GM0402"),
        ({"code": "W B"}, "2 tot 12 letters en cijfers"),
        ({"kind": "municipality"}, "GM en vier cijfers"),
        ({"kind": "municipality", "code": "GM0402"}, "Hilversum heeft deze code al"),
        ({"inhabitants": "12"}, "Alleen een gemeente heeft inwoners"),
        ({"name": "huizen"}, "Er is al een opdrachtgever met deze naam, met de code GM0406"),
        ({"valid_from": "31-02-2025"}, "Deze dag bestaat niet op de kalender"),
        ({"name": ""}, "Dit veld is verplicht"),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(
    region: Region, admin: Client, other: dict[str, str], said: str
) -> None:
    response = admin.post(NEW, answers(region, **other))
    assert response.status_code == 422
    page = text(response)
    assert said in page
    for typed in answers(region, **other).values():
        assert not typed or f'value="{typed}"' in page
    assert region.municipalities.count() == 2


def test_what_is_mended_of_a_municipality(region: Region, admin: Client) -> None:
    town = region.municipalities.get(code="GM0406")
    where = reverse("client-detail", args=[town.pk])
    assert (
        admin.post(where, {"name": "Huizen", "inhabitants": "41300", "why": ""}).status_code == 302
    )
    assert "41.300" in text(admin.get(where))
    response = admin.post(where, {"name": "Hilversum", "inhabitants": "1", "why": ""})
    assert response.status_code == 422
    assert "met de code GM0402" in text(response)


def test_a_merger_is_shown_then_done(region: Region, admin: Client) -> None:
    contract = make.make_contract(
        region,
        make.make_contractor(),
        {"GM0402": 60, "GM0406": 40},
        title="Wegen",
        end_date=date(2027, 1, 31),
    )
    old, successor = (region.municipalities.get(code=code) for code in ("GM0406", "GM0402"))
    given = {"valid_until": "2025-12-31", "successor": str(successor.pk), "why": "Herindeling"}
    looked = admin.post(end_of(old), given)
    shown = text(looked)
    assert looked.status_code == 200
    for told in (
        "Wegen",
        "40%",
        "januari 2026",
        "31 december 2025",
        "Dit kunt u niet terugdraaien",
    ):
        assert told in shown
    old.refresh_from_db()
    assert old.valid_until is None
    assert 'value="2025-12-31"' in text(admin.post(end_of(old), given | {"back": "1"}))
    done = look_and_confirm(admin, end_of(old), given, follow=True)
    assert "Hilversum neemt het aandeel over in 1 contract" in text(done)
    assert "tot en met 31 december 2025, gaat verder in Hilversum" in text(done)
    assert SharesOfContracts([contract]).on(contract.pk, date(2026, 1, 1)) == {successor.pk: 100}
    assert "is al verdergegaan" in text(admin.get(end_of(old), follow=True))


def test_ending_alone_says_that_shares_stay(region: Region, admin: Client) -> None:
    make.make_contract(region, make.make_contractor(), {"GM0406": 100}, title="Wegen")
    old = region.municipalities.get(code="GM0406")
    given = {"valid_until": "2025-06-30", "successor": "", "why": ""}
    assert "blijft het aandeel van Huizen zoals het is" in text(admin.post(end_of(old), given))
    done = look_and_confirm(admin, end_of(old), given, follow=True)
    assert "De laatste dag van Huizen is 30 juni 2025" in text(done)


def test_a_last_day_that_was_set_meanwhile_is_not_overwritten(
    region: Region, admin: Client
) -> None:
    """Both looked at a client without a last day; the second is shown that it has one."""
    old = region.municipalities.get(code="GM0406")
    given = {"valid_until": "2025-12-31", "successor": "", "why": ""}
    looked = confirming(admin.post(end_of(old), given))
    admin.post(end_of(old), given | looked)
    second = admin.post(end_of(old), given | looked | {"valid_until": "2025-06-30"})
    assert second.status_code == 422
    assert "Iemand heeft dit gewijzigd" in text(second)
    old.refresh_from_db()
    assert old.valid_until == date(2025, 12, 31)
    admin.post(end_of(old), given | confirming(second) | {"valid_until": "2025-06-30"})
    old.refresh_from_db()
    assert old.valid_until == date(2025, 6, 30)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"valid_until": ""}, "Dit veld is verplicht"),
        ({"valid_until": "2024-12-31"}, "De laatste dag ligt vóór de eerste"),
        ({"successor": "other_kind"}, "Selecteer een geldige keuze"),
        ({"successor": "itself"}, "Selecteer een geldige keuze"),
        ({"successor": "987654321"}, "Selecteer een geldige keuze"),
    ],
)
def test_an_end_that_cannot_be(
    region: Region, admin: Client, given: dict[str, str], said: str
) -> None:
    admin.post(NEW, answers(region))
    client = Municipality.objects.get(code="WBREBURG")
    keys = {
        "other_kind": str(region.municipalities.get(code="GM0402").pk),
        "itself": str(client.pk),
    }
    sent = {"valid_until": "2025-12-31", "successor": "", "why": "Fusie", "confirm": "1"} | given
    response = admin.post(
        end_of(client), sent | {"successor": keys.get(sent["successor"], sent["successor"])}
    )
    assert response.status_code == 422
    assert said in text(response)
    assert 'value="Fusie"' in text(response)
    client.refresh_from_db()
    assert client.valid_until is None


def test_the_pages_ask_little_of_the_database(
    region: Region, admin: Client, django_assert_max_num_queries: Any
) -> None:
    firm = make.make_contractor()
    for number in range(6):
        make.make_contract(
            region, firm, {"GM0406": 100}, reference=f"C-{number}", end_date=date(2027, 1, 31)
        )
    old = region.municipalities.get(code="GM0406")
    admin.get("/opdrachtgevers/")
    with django_assert_max_num_queries(8):
        admin.get("/opdrachtgevers/")
    with django_assert_max_num_queries(10):
        admin.post(end_of(old), {"valid_until": "2025-12-31", "successor": "", "why": ""})
