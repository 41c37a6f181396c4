"""What clients are called: a municipality by its name, another with what it is, and one's own by
its kind.
"""

from typing import Any

import pytest
from django.utils import translation

from contracts.clients.words import KINDS_IN_DUTCH, in_dutch, kind_of, organisation_word
from contracts.models import ClientKind, Municipality
from contracts.policy.loading import load_region
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_dutch() -> Any:
    with translation.override("nl"):
        yield


def test_every_kind_is_read_as_the_screen_writes_it() -> None:
    assert {kind_of(str(kind.label)) for kind in ClientKind} == set(ClientKind)
    assert set(KINDS_IN_DUTCH.values()) == set(ClientKind)


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (["municipality", "municipality"], "gemeente"),
        (["water_board"], "waterschap"),
        (["housing_association"], "woningcorporatie"),
        (["other"], "organisatie"),
        (["municipality", "school"], "organisatie"),
        ([], "organisatie"),
    ],
)
def test_ones_own_organisation_is_called_by_its_kind(kinds: list[str], word: str) -> None:
    assert organisation_word(kinds) == word


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["Utrecht"], "de gemeente Utrecht"),
        (["Utrecht", "Houten", "Zeist"], "de gemeenten Utrecht, Houten en Zeist"),
        (["*WonenBreburg"], "WonenBreburg"),
        (["Utrecht", "*WonenBreburg"], "WonenBreburg en de gemeente Utrecht"),
        (["Utrecht", "*A", "Houten", "*B"], "A, B en de gemeenten Utrecht en Houten"),
        ([], ""),
    ],
)
def test_only_municipalities_are_called_so_in_a_sentence(names: list[str], sentence: str) -> None:
    kinds = {True: ClientKind.HOUSING_ASSOCIATION, False: ClientKind.MUNICIPALITY}
    clients = [
        Municipality(name=name.lstrip("*"), kind=kinds[name.startswith("*")]) for name in names
    ]
    assert in_dutch(clients) == sentence


def test_a_procurement_officer_of_a_housing_association_reads_its_word() -> None:
    make.make_region()
    row = {"code": "WBREBURG", "name": "WonenBreburg", "kind": "housing_association"}
    towns = [{"code": "GM0402", "name": "Hilversum"}]
    region = load_region(
        {"code": "gooi", "title": "Gooi", "municipalities": towns, "clients": [row]}
    )
    contract = make.make_contract(
        region, make.make_contractor(), {"WBREBURG": 100}, title="Schilderwerk"
    )
    officer = make.make_user(Role.PROCUREMENT_OFFICER, region)
    officer.memberships.get().municipalities.set(region.municipalities.filter(code="WBREBURG"))
    client = make.signed_in(officer)
    page = client.get("/").content.decode()
    assert "Contracten van mijn woningcorporatie" in page
    assert "Schilderwerk" in client.get("/contracten/").content.decode()
    assert "WonenBreburg" in client.get(f"/contracten/{contract.pk}/").content.decode()
    form = client.get("/contracten/nieuw/").content.decode()
    assert "gemeente" not in form.lower()
    admin = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    assert (
        "WonenBreburg (woningcorporatie)" in admin.get("/gebruikers/uitnodigen/").content.decode()
    )
