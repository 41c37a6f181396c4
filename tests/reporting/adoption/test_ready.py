"""What is looked at before a step of a report, and what councils are told after a revision."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import translation

from reporting.adoption import door as adoption
from reporting.adoption.correction import corrections
from reporting.adoption.ready import before
from reporting.notice.editions import Filed, assemble
from reporting.particulars import door as particulars
from sroi.access import Role
from sroi.doors import Found, Refused
from tests.reporting.adoption.test_adoption import (
    NOW,
    ROOT,
    TODAY,
    act,
    ledger,
    no_files,
    signed_in,
)
from tests.reporting.adoption.test_revision import written
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def found(of: Ledger, step: str, state: Found) -> str:
    edition = assemble(of.region, 2024, None, TODAY)
    checks = before(step, edition, adoption.MADE_OF)
    return " | ".join(check.found for check in checks if check.state == state)


def lacking(of: Ledger) -> str:
    return found(of, "propose", Found.LACKS)


def test_what_is_missing_goes_once_it_is_filled_in(ledger: Ledger) -> None:
    earlier = ledger.contract(award_date=date(2023, 1, 1))
    ledger.line(earlier, "10.00", month(2023, 5))
    first = lacking(ledger)
    for lack in (
        "Waarom 2024 veel verschilt van het jaar ervoor.",
        "Ontbreken van: Testregio, Aadorp, Beekstad en Ceeveen.",
        "Niet ingevuld is wat het team kost.",
        "1 Kennisnemen van, 2 Inleiding",
    ):
        assert lack in first
    edition = assemble(ledger.region, 2024, None, TODAY)
    values = {"year_note": "Een groot project", "team_cost": "1000.00"}
    particulars.supply(edition, values, seen=0, act=act())
    particulars.file(edition, Filed(number="RM 1"), seen=0, act=act())
    written(ledger, "inleiding", "Eigen tekst.")
    after = lacking(ledger)
    assert "Waarom 2024" not in after
    assert "wat het team kost" not in after
    assert "van: Aadorp, Beekstad en Ceeveen." in after
    assert "2 Inleiding" not in after


def test_what_waits_or_has_no_reason_is_counted(ledger: Ledger) -> None:
    ledger.contract("400000", rate="0")
    waiting = ledger.submitted(ledger.fulfilment())
    waiting.allocations.create(contract=ledger.contract(), block=ledger.blocks["work"], percent=100)
    over = ledger.contract(award_date=date(2023, 1, 1), end_date=date(2024, 6, 30), state="ended")
    ledger.line(over, "10.00", month(2024, 5))
    said = lacking(ledger)
    assert "1 invulling wacht op beoordeling en telt niet mee." in said
    assert "1 opdracht boven de drempel zonder verplichting of reden." in said
    assert "1 opdracht eindigde met een tekort en is niet afgerekend." in said


def test_the_page_that_proposes_shows_it_and_where_to_go(ledger: Ledger) -> None:
    page = signed_in(ledger, Role.ADVISER).get(ROOT + "voorstellen/").content.decode()
    assert "Waar we naar keken" in page
    assert f'href="{ROOT}team-en-vooruitblik/" aria-label="Bekijk dit: Team"' in page
    assert f'href="{ROOT}gegevens/"' in page
    assert "Wat er dan staat" not in page


def test_what_stands_in_the_way_is_refused_by_the_door_in_the_same_words(
    ledger: Ledger, no_files: None
) -> None:
    """A report that the adviser took back, and one that is not final."""
    admin = signed_in(ledger, Role.REGION_ADMIN)
    adoption.propose(ledger.region, 2024, act())
    adoption.send_back(ledger.region, 2024, act(why="Eerst de teksten"))
    for step, door, url in (
        ("finalise", adoption.finalise, "vaststellen/"),
        ("publish", adoption.publish, "publiceren/"),
    ):
        why = found(ledger, step, Found.BLOCKS)
        assert why
        with pytest.raises(Refused, match=f"^{re.escape(why)}$"):
            door(ledger.region, 2024, act())
        page = admin.get(ROOT + url).content.decode()
        assert why in page
        assert 'class="button">' not in page


def test_what_will_stand_is_shown_before_it_is_final_and_before_it_is_public(
    ledger: Ledger, no_files: None
) -> None:
    admin = signed_in(ledger, Role.REGION_ADMIN)
    adoption.propose(ledger.region, 2024, act())
    page = admin.get(ROOT + "vaststellen/").content.decode()
    for told in ("Wat er dan staat", "telt in januari 2025", "de regio en 3 gemeenten"):
        assert told in page
    adoption.finalise(ledger.region, 2024, act())
    page = admin.get(ROOT + "publiceren/").content.decode()
    assert f"{settings.SITE_URL}{ROOT}" in page
    assert "Vastgesteld sinds 1 maart 2025." in page
    # Four editions, of which each keeps a PDF, a Word file and a workbook.
    assert "0 van 12 bestanden" in found(ledger, "publish", Found.LACKS)
    written(ledger, "inleiding", "Eigen tekst.")
    assert "Teksten zijn veranderd" in found(ledger, "publish", Found.LACKS)


def test_after_a_revision_the_councils_are_told_what_and_why(
    ledger: Ledger, no_files: None
) -> None:
    """Each revision by itself, the last first; without what every revision changes."""
    written(ledger, "inleiding", "Zo stond het er.", everywhere=True)
    written(ledger, "inleiding", "Van Beekstad zelf.", town=ledger.b)
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    adviser = signed_in(ledger, Role.ADVISER)
    assert "Dit verslag is niet herzien." in adviser.get(ROOT + "herzieningen/").content.decode()
    assert "herzieningen/" not in adviser.get(ROOT).content.decode()
    for text, why in (("Dit staat er nu.", "Een verkeerde naam"), ("En nu dit.", "Een jaartal")):
        written(ledger, "inleiding", text, everywhere=True)
        adoption.revise(ledger.region, 2024, act(why=why))
    last, first = corrections(assemble(ledger.region, 2024, None, TODAY))
    assert (first.number, first.reason, last.number) == (1, "Een verkeerde naam", 2)
    [(where, difference)] = first.rows
    assert difference.title == "2 Inleiding"
    # Beekstad has a text of its own, which was not changed.
    assert where == "de editie van de regio, Aadorp en Ceeveen"
    page = adviser.get(ROOT + "herzieningen/").content.decode()
    assert "is op 1 maart 2025 verbeterd (herziening 2)" in page
    assert "<b>Waarom:</b> Een jaartal" in page
    assert "De cijfers zijn niet veranderd." in page
    assert f"{ROOT}herzieningen/" in adviser.get(ROOT).content.decode()
