"""The progress report of a quarter or half-year: the annual figures of a part of the year, read by
who reads drafts.
"""

import re
from datetime import date, datetime
from typing import Any

import page as validator
import pytest
import time_machine
from django.test import Client
from django.utils import translation

from reporting.adoption import door as adoption
from reporting.figures.annual import figures_of
from reporting.figures.kinds import Kind
from reporting.notice import progress as progress_report
from reporting.notice.progress import NAMES, ProgressFigures, assembled
from sroi.access import Role
from sroi.periods import PARTS_OF_YEAR, Period
from sroi.templatetags.formats import euro, euro2, percent
from tests.reporting.adoption.test_adoption import NOW, TODAY, act, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
ROOT = "/jaarverslag/testregio/2024/"


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def progress(ledger: Ledger) -> ProgressFigures:
    ledger.line(ledger.contract(award_date=date(2023, 1, 1)), "777.00", month(2023, 5), fte="0.05")
    return assembled(ledger.region, 2024, None, "kwartaal-2", TODAY)


def words(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def test_parts_of_a_year() -> None:
    days = {
        part: (str(p.first)[5:], str(p.last)[5:])
        for part in PARTS_OF_YEAR
        for p in [Period.part(2024, part)]
    }
    assert days["kwartaal-1"] == ("01-01", "03-31")
    assert days["kwartaal-3"] == ("07-01", "09-30")
    assert days["halfjaar-2"] == ("07-01", "12-31")
    assert days["jaar"] == ("01-01", "12-31")


def test_its_figures_are_those_of_the_period(progress: ProgressFigures, ledger: Ledger) -> None:
    """Without how each contract stood, which only the annual report tells."""
    period = Period(date(2024, 4, 1), date(2024, 6, 30))
    assert progress.own == figures_of(None, ledger.region, period, today=TODAY, with_standing=False)
    assert euro(progress.own.fulfilled) == "€\xa02.500,50"
    assert euro(progress.before.fulfilled) == "€\xa0777"
    assert euro(progress.so_far.fulfilled) == "€\xa015.463,77"
    page = progress_report.body(progress).replace("\xa0", " ")
    for text in (
        "In het tweede kwartaal van 2024",
        "€ 2.500,50",
        "€ 777",
        "€ 15.463,77",
        "2024 tot en met juni",
        "2 tot 4",
    ):
        assert text in page


def test_quarters_add_up_to_the_year(ledger: Ledger) -> None:
    quarters = [
        assembled(ledger.region, 2024, None, f"kwartaal-{n}", TODAY).own for n in (1, 2, 3, 4)
    ]
    year = figures_of(None, ledger.region, 2024, today=TODAY)
    for name in (
        "fulfilled",
        "social_spend",
        "social_firm_spend",
        "contract_value_registered",
        "obligation_registered",
    ):
        assert sum(getattr(quarter, name) for quarter in quarters) == getattr(year, name)


@pytest.mark.parametrize("part", NAMES)
def test_every_figure_opens_its_lines(ledger: Ledger, part: str) -> None:
    client = signed_in(ledger, Role.ADVISER)
    shown = client.get(f"{ROOT}voortgang/{part}/").content.decode().replace("&amp;", "&")
    links = re.findall(r'<a href="(/jaarverslag/[^"]*/cijfer/[^"]*)">([^<]*)</a>', shown)
    assert links
    for where, text in sorted(set(links)):
        opened = client.get(where)
        assert opened.status_code == 200, where
        if text == "minder dan 5":
            continue
        total = opened.context["trace"].total
        written = (
            {percent(total)}
            if "average_rate" in where
            else {euro2(total), str(total), Kind.EURO.short(total)}
        )
        assert text in {euro(total), *written}, (where, text)


def test_a_municipality_stands_beside_the_region(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    page = words(client, f"{ROOT}aadorp/voortgang/halfjaar-1/")
    assert "Aadorp naast de regio" in page
    assert "€ 9.278,25" in page
    assert "€ 15.463,77" in page


def test_who_reads_drafts_reads_it(ledger: Ledger) -> None:
    url = f"{ROOT}voortgang/kwartaal-1/"
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    adoption.publish(ledger.region, 2024, act())
    assert url in words(signed_in(ledger, Role.ADVISER), ROOT)
    reader = signed_in(ledger, Role.READER)
    assert url not in words(reader, ROOT)
    assert reader.get(url).status_code == 404
    officer = signed_in(ledger, Role.PROCUREMENT_OFFICER)
    assert officer.get(url).status_code == 404
    assert officer.get(f"{ROOT}aadorp/voortgang/kwartaal-1/").status_code == 200
    assert officer.get(f"{ROOT}beekstad/voortgang/kwartaal-1/").status_code == 404


def test_what_has_not_begun_or_does_not_exist_is_not_there(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    root = "/jaarverslag/testregio/2025/"
    running = words(client, f"{root}voortgang/kwartaal-1/")
    assert "het kwartaal loopt nog" in running
    for path in (
        "voortgang/kwartaal-2/",
        "voortgang/kwartaal-9/",
        "voortgang/jaar/",
        "cijfer/fulfilled/?part=x",
    ):
        assert client.get(root + path).status_code == 404


def test_the_pdf_is_accessible_and_holds_the_same(
    progress: ProgressFigures, ledger: Ledger
) -> None:
    content = progress_report.as_pdf(progress, NOW)
    for profile in ("2a", "ua1"):
        assert validator.validate_pdf_bytes(content, profile=profile).failures == []
    client = signed_in(ledger, Role.ADVISER)
    pdf = client.get(f"{ROOT}voortgang/kwartaal-2/pdf/")
    assert (
        pdf.headers["Content-Disposition"]
        == 'inline; filename="voortgang-social-return-2024-kwartaal-2-testregio.pdf"'
    )
    assert pdf.content[:5] == b"%PDF-"
    assert client.get(f"{ROOT}voortgang/kwartaal-2/word/").content[:2] == b"PK"


def test_queries_of_the_page_do_not_grow(
    ledger: Ledger, django_assert_max_num_queries: Any
) -> None:
    client, url = signed_in(ledger, Role.ADVISER), f"{ROOT}voortgang/kwartaal-2/"
    words(client, url)
    with django_assert_max_num_queries(45) as before:
        words(client, url)
    for number in range(1, 13):
        contract = ledger.contract(
            shares={ledger.a: 20, ledger.b: 30, ledger.c: 50}, cpv=f"{10 + number}000000"
        )
        ledger.line(contract, "100", month(2024, number), target_group="ww")
    with django_assert_max_num_queries(len(before.captured_queries)):
        words(client, url)


def test_nothing_in_a_quarter_still_reads_well(ledger: Ledger) -> None:
    page = words(signed_in(ledger, Role.ADVISER), f"{ROOT}voortgang/kwartaal-4/")
    assert "geen waarde ingevuld" in page


def test_of_a_year_that_is_final_it_says_that_nothing_changes(ledger: Ledger) -> None:
    """What is handed in and booked afterwards changes neither its figures nor its words."""
    client, url = signed_in(ledger, Role.ADVISER), f"{ROOT}voortgang/kwartaal-4/"
    before = words(client, url)
    assert "kunnen nog veranderen tot het jaarverslag over 2024 is vastgesteld" in before
    assert "in beoordeling op 31 december 2024" in before
    contract = ledger.contract()
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    final = assembled(ledger.region, 2024, None, "kwartaal-4", TODAY)
    ledger.line(contract, "10", month(2024, 12), booked=month(2025, 1))
    with time_machine.travel(datetime(2026, 8, 1, 9, tzinfo=NOW.tzinfo), tick=False):
        later = words(signed_in(ledger, Role.ADVISER), url)
        again = assembled(ledger.region, 2024, None, "kwartaal-4", date(2026, 8, 1))
    assert again == final
    for text in ("Het jaarverslag over 2024 is op", "telt in een later jaar mee"):
        assert text in later
    for text in ("kunnen nog veranderen", "Tussenstand", "loopt nog", "1 augustus 2026"):
        assert text not in later
