"""Publishing is a dated act after final: from then on everyone reads the report and its data, and
nothing else.
"""

import json
import re
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from reporting.adoption import door as adoption
from reporting.models import AnnualReport, FrozenEdition
from reporting.notice.editions import assemble
from reporting.notice.files import data
from reporting.urls import urlpatterns
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.reporting.adoption.test_adoption import (
    NOW,
    ROOT,
    TODAY,
    act,
    at_once,
    ledger,
    no_files,
    rewrite,
    signed_in,
)
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
pytestmark = pytest.mark.django_db
TOWN = ROOT + "aadorp/"
# What everyone may open of a published report, and of one that is not published nobody but who
# could before.
FOR_EVERYONE = {
    "report-list",
    "report-region",
    "report-detail",
    "report-pdf",
    "report-open-data",
    "report-archive",
    "report-schema",
    "report-catalogue",
    "report-municipality",
    "report-municipality-pdf",
    "report-municipality-open-data",
    "report-municipality-archive",
}
# Also while nothing is published: they say nothing of any region.
ALWAYS = {"report-list", "report-schema"}
# Further for whoever is signed in: the same words in another form.
SIGNED_IN = {"report-word", "report-municipality-word"}


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def published(ledger: Ledger) -> AnnualReport:
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    return adoption.publish(ledger.region, 2024, act())


def addresses() -> dict[str, str]:
    parts: dict[str, Any] = {
        "year": 2024,
        "region": "testregio",
        "municipality": "aadorp",
        "figure": "fulfilled",
        "format": "json",
    }
    # There is no story; of those that are there: tests/reporting/stories.
    parts |= {"section": "kernboodschap", "part": "kwartaal-1", "story": 1}
    found = {}
    # What programs read needs a token, also once everyone may read it: tests/sroi/api.
    apart = ("reporting.statements.urls", "reporting.programs.urls")
    rooms = [room for room in urlpatterns if room.urlconf_name.__name__ not in apart]
    for pattern in (each for room in rooms for each in room.url_patterns):
        names = re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
        assert pattern.name
        found[pattern.name] = reverse(pattern.name, kwargs={name: parts[name] for name in names})
    return found


def opened(client: Client) -> set[str]:
    """The names of the pages that open."""
    return {name for name, url in addresses().items() if client.get(url).status_code == 200}


# --- The act --------------------------------------------------------------------------------------


def test_only_a_final_report_is_published_and_once(ledger: Ledger) -> None:
    with pytest.raises(Refused):
        adoption.publish(ledger.region, 2024, act())
    adoption.propose(ledger.region, 2024, act())
    with pytest.raises(Refused):
        adoption.publish(ledger.region, 2024, act())
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.update(published_at=NOW)
    adoption.finalise(ledger.region, 2024, act())
    by = make.make_user(Role.REGION_ADMIN, ledger.region)
    report = adoption.publish(ledger.region, 2024, act(by=by))
    assert (report.published_at, report.published_by) == (NOW, by)
    assert report.events.last().kind == "published"  # type: ignore[union-attr]
    with pytest.raises(Refused):
        adoption.publish(ledger.region, 2024, act())


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_publishes() -> None:
    region = make.make_region()
    make.make_purchase(make.make_contract(region, make.make_contractor()))
    adoption.propose(region, 2024, act())
    adoption.finalise(region, 2024, act())
    results = at_once(*[lambda: adoption.publish(region, 2024, act())] * 4)
    assert sorted(results) == ["done"] + ["refused"] * 3
    assert AnnualReport.objects.get().events.filter(kind="published").count() == 1


def test_the_region_admin_publishes(ledger: Ledger, no_files: None) -> None:
    admin, adviser = signed_in(ledger, Role.REGION_ADMIN), signed_in(ledger, Role.ADVISER)
    adviser.post(ROOT + "voorstellen/")
    admin.post(ROOT + "vaststellen/")
    url = ROOT + "publiceren/"
    assert url in admin.get(ROOT).content.decode()
    assert url not in adviser.get(ROOT).content.decode()
    assert adviser.post(url).status_code == 404
    assert admin.post(url).status_code == 302
    assert url not in admin.get(ROOT).content.decode()
    assert admin.post(url).status_code == 422
    assert "Gepubliceerd op 1 maart 2025." in admin.get(ROOT).content.decode()


# --- Who may open what ----------------------------------------------------------------------------


def test_before_it_is_published_strangers_open_nothing(ledger: Ledger) -> None:
    elsewhere = Ledger(code="elders", numbers=ledger.numbers)
    strangers = [Client(), signed_in(elsewhere, Role.ADVISER), signed_in(elsewhere, Role.READER)]
    for state in ("draft", "proposed", "final"):
        if state == "proposed":
            adoption.propose(ledger.region, 2024, act())
        elif state == "final":
            adoption.finalise(ledger.region, 2024, act())
        for stranger in strangers:
            assert opened(stranger) == ALWAYS, state
            assert "testregio" not in stranger.get("/jaarverslag/").content.decode()
    assert {
        Client().get(url).status_code for name, url in addresses().items() if name not in ALWAYS
    } == {302}
    missing = Client().get("/jaarverslag/nergens/2024/")
    there = Client().get(ROOT)
    assert (missing.status_code, there.status_code) == (302, 302)


@pytest.mark.parametrize("who", ["anonymous", Role.ADVISER, Role.PROCUREMENT_OFFICER, Role.READER])
def test_when_it_is_published_everyone_opens_the_same(
    published: AnnualReport, ledger: Ledger, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "kept_or_asked", lambda edition, kind: b"kept")
    elsewhere = Ledger(code="elders", numbers=ledger.numbers)
    client = Client() if who == "anonymous" else signed_in(elsewhere, who)
    assert opened(client) == FOR_EVERYONE | (set() if who == "anonymous" else SIGNED_IN)


def test_what_everyone_reads_holds_nothing_that_is_internal(
    published: AnnualReport, ledger: Ledger
) -> None:
    for client in (
        Client(),
        signed_in(Ledger(code="elders", numbers=ledger.numbers), Role.REGION_ADMIN),
    ):
        for path in (
            ROOT,
            TOWN,
            "/jaarverslag/testregio/",
            ROOT + "open-data.csv",
            TOWN + "open-data.json",
        ):
            text = client.get(path).content.decode()
            assert "Bouwbedrijf Voorbeeld" not in text
            for inside in (
                "/cijfer/",
                "/tekst/",
                "cijfers.xlsx",
                "cijfers.json",
                "/publiceren/",
                "Geschiedenis",
            ):
                assert inside not in text, (path, inside)
    page = Client().get(TOWN).content.decode()
    assert 'content="noindex"' not in page
    assert (
        'content="noindex"'
        in signed_in(ledger, Role.ADVISER).get("/jaarverslag/testregio/2023/").content.decode()
    )
    assert "€\u00a09.278,25" in page


def test_it_shows_what_was_frozen_and_after_a_revision_that(
    published: AnnualReport, ledger: Ledger
) -> None:
    ledger.line(ledger.contract(), "99999", month(2024, 12), booked=month(2025, 1))
    before = Client().get(ROOT).content.decode()
    assert "€\u00a015.463,77" in before
    assert "99.999" not in before
    rewrite(ledger, "De wijk heet Zuid.")
    assert "De wijk heet Zuid." not in Client().get(ROOT).content.decode()
    adoption.revise(ledger.region, 2024, act("Een naam"))
    assert "De wijk heet Zuid." in Client().get(ROOT).content.decode()
    assert "herziening 1" in Client().get(ROOT).content.decode().lower()


def test_open_data_is_the_masked_data_of_what_was_frozen(
    published: AnnualReport, ledger: Ledger
) -> None:
    content = json.loads(Client().get(ROOT + "open-data.json").content)
    frozen = FrozenEdition.objects.get(municipality=None).figures
    differing = {name for name in frozen if content[name] != frozen[name]}
    assert differing == {"by_target_group", "by_kind"}
    assert content["tables"]["municipalities"]["_total"]["workplaces"] == frozen["workplaces"]
    whole = assemble(ledger.region, 2024, None, TODAY)
    assert Client().get(ROOT + "open-data.csv").content.decode() == data.as_csv(whole, public=True)
    assert Client().get(ROOT + "open-data.xml").status_code == 302


# --- The overview ---------------------------------------------------------------------------------


def test_all_published_years_stand_beside_each_other(
    published: AnnualReport, ledger: Ledger
) -> None:
    ledger.line(ledger.contract(award_date=ledger_day(2023)), "1000", month(2023, 5))
    adoption.propose(ledger.region, 2023, act())
    adoption.finalise(ledger.region, 2023, act())
    overview = "/jaarverslag/testregio/"
    assert "€\u00a01.000" not in Client().get(overview).content.decode()
    adoption.publish(ledger.region, 2023, act())
    page = Client().get(overview).content.decode()
    for words in (
        "€\u00a015.464",
        "€\u00a01.000",
        "Aadorp",
        ROOT,
        "/jaarverslag/testregio/2023/",
    ):
        assert words in page
    listed = Client().get("/jaarverslag/").content.decode()
    assert overview in listed
    assert "/jaarverslag/testregio/2023/" in listed
    assert "/jaarverslag/testregio/2023/" in Client().get(ROOT).content.decode()


def ledger_day(year: int) -> Any:
    return month(year, 1)


def test_public_pages_ask_little_of_the_database(
    published: AnnualReport, ledger: Ledger, django_assert_max_num_queries: Any
) -> None:
    for path in ("/jaarverslag/", "/jaarverslag/testregio/", ROOT, TOWN, TOWN + "open-data.json"):
        with django_assert_max_num_queries(10):
            assert Client().get(path).status_code == 200
