"""Every figure opens to the lines that it sums, for who may see them, as it is and as it was."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from reporting.adoption import door as adoption
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import FIGURES
from reporting.figures.words import WRITTEN
from reporting.notice.editions import assemble
from reporting.notice.files import frozen_text
from reporting.notice.files import html as notice_html
from reporting.opening.tracing import trace
from reporting.opening.views import links_for
from reporting.pages.reports import pens_of
from sroi.access import Access, Grant, Role
from sroi.money import rounded
from sroi.periods import Period
from sroi.templatetags.formats import euro2, number
from tests.reporting.adoption.test_adoption import ROOT, TODAY, act, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
OPENED = [figure.name for figure in FIGURES.values() if figure.opens]


@pytest.fixture(autouse=True)
def _dutch() -> Any:
    with translation.override("nl"):
        yield


def staff(of: Ledger) -> Access:
    return Access(1, (Grant(Role.ADVISER, of.region.pk),))


def test_the_sum_of_the_lines_is_the_figure(ledger: Ledger) -> None:
    for town in (None, ledger.a, ledger.b, ledger.c):
        figures = figures_of(None, ledger.region, 2024, town, today=TODAY)
        for name in OPENED:
            found = trace(staff(ledger), ledger.region, Period.year(2024), name, town, today=TODAY)
            total = None if found.total is None else rounded(found.total)
            assert total == FIGURES[name].value(figures), (name, town)


def test_narrowed_to_a_cell_of_a_table(ledger: Ledger) -> None:
    figures = figures_of(None, ledger.region, 2024, today=TODAY)

    def total(**narrowed: str) -> Any:
        period = Period.year(2024)
        return trace(staff(ledger), ledger.region, period, "fulfilled", narrowed=narrowed).total

    assert {code: total(category=code) for code in figures.by_category} == figures.by_category
    assert {
        part.code: total(municipality=part.code) for part in figures.municipalities
    } == figures.by_municipality | {part.code: part.fulfilled for part in figures.municipalities}
    assert total(category="' OR 1=1") == 0


def test_as_of_a_posting_it_is_what_it_was(ledger: Ledger) -> None:
    posting = assemble(ledger.region, 2024, None, TODAY).posting
    before = trace(staff(ledger), ledger.region, Period.year(2024), "fulfilled").total
    ledger.line(ledger.contract(), "10", month(2024, 12))
    period = Period.year(2024)
    assert trace(staff(ledger), ledger.region, period, "fulfilled").total == before + Decimal("10")
    assert trace(staff(ledger), ledger.region, period, "fulfilled", as_of=posting).total == before


def test_as_of_a_day_it_is_what_was_posted_by_then(ledger: Ledger) -> None:
    """Everything in the ledger was posted at one moment; one line more was posted a month later."""
    before = trace(staff(ledger), ledger.region, Period.year(2024), "fulfilled").total
    [line] = ledger.line(ledger.contract(), "10", month(2024, 12))
    day = timezone.localdate(line.posting.at)
    type(line.posting).objects.filter(pk=line.posting.pk).update(
        at=line.posting.at + timedelta(days=31)
    )
    client = signed_in(ledger, Role.ADVISER)

    def total(on: str) -> Any:
        return (
            client.get(ROOT + "cijfer/fulfilled/", {"op": on, "category": "work"})
            .context["trace"]
            .total
        )

    work = total("")
    assert total(day.isoformat()) == work - 10
    assert total((day + timedelta(days=31)).isoformat()) == work
    assert total((day - timedelta(days=1)).isoformat()) == 0
    assert total("gisteren") == total("9999-99-99") == total("0001-01-01") == work
    assert trace(staff(ledger), ledger.region, Period.year(2024), "fulfilled").total == before + 10
    page = client.get(
        ROOT + "cijfer/fulfilled/", {"op": day.isoformat(), "category": "work"}
    ).content.decode()
    assert f'name="op" value="{day.isoformat()}"' in page
    assert '<input type="hidden" name="category" value="work">' in page


def test_each_link_on_the_page_leads_to_its_figure(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    for root in (ROOT, ROOT + "aadorp/"):
        page = client.get(root).content.decode()
        links = set(re.findall(r'<a href="([^"]*/cijfer/[^"]*)">([^<]*)</a>', page))
        assert len(links) > 10
        for url, text in links:
            shown = client.get(url.replace("&amp;", "&")).content.decode()
            totals = re.findall(
                r'<td class="num">\s*([^<]*?)\s*</td>',
                "".join(shown.split('<tr class="total">')[1:]),
            )
            if "mln" not in text and text != "minder dan 5":
                # A figure set large stands in whole euros; without lines there is no total.
                places = 2 if "," in text else 0
                found = {
                    rounded(value(part), places)
                    for total in totals or ["0"]
                    for part in total.split("(")
                }
                assert value(text) in found, (url, text)


def test_every_figure_that_the_report_names_opens(ledger: Ledger) -> None:
    """The names in tables and texts are figures that can be opened, for who may; none is left a
    dead end.
    """
    low = ledger.contract("900000", "2", rate_reason="market", rate_reason_text="Prijsdruk")
    ledger.contract("300000", rate="0", rate_reason="other", rate_reason_text="Spoed")
    waiting = ledger.submitted(ledger.fulfilment())
    waiting.allocations.create(contract=low, block=ledger.blocks["work"], percent=100)
    client = signed_in(ledger, Role.ADVISER)
    for town in (None, ledger.a):
        edition = assemble(ledger.region, 2024, town, TODAY)
        named = {
            name.partition("?")[0]
            for name in re.findall(r'data-figure="([^"]+)"', notice_html.body(edition))
        }
        assert named <= set(OPENED)
        assert {
            "open",
            "average_rate",
            "coverage_with",
            "below_default",
            "awaiting_review",
            "without_report",
        } <= named
        for name in named:
            place = ROOT + (f"{town.slug}/" if town else "")
            assert client.get(f"{place}cijfer/{name}/").status_code == 200, name


def test_what_was_frozen_opens_as_what_is_live_does(ledger: Ledger) -> None:
    """Links are put in when it is rendered; in the words that were frozen they are found again."""
    for town in (None, ledger.a):
        edition = assemble(ledger.region, 2024, town, TODAY)
        links, pens = links_for(staff(ledger), edition), pens_of(edition)
        live = notice_html.body(edition, links, pens)
        assert frozen_text.opened(notice_html.body(edition), links, pens) == live
        assert live.count('<p class="pen"') == len(WRITTEN)
        assert live.count("<a href") > 20 + len(WRITTEN)
        # Without them the only links are those of its own contents.
        assert set(re.findall(r'<a href="(.)', notice_html.body(edition))) == {"#"}


def test_what_the_register_says_today_counts_as_the_figures_do(ledger: Ledger) -> None:
    policy = ledger.region.policies.get()
    type(policy).objects.filter(pk=policy.pk).update(
        threshold_works="200000.00", threshold_services="200000.00"
    )
    low = ledger.contract("900000", "2", rate_reason="market", shares={ledger.a: 50, ledger.b: 50})
    ledger.contract("300000", rate="0", rate_reason="other")
    ledger.contract("400000", rate="0")
    for town in (None, ledger.a, ledger.b):
        figures = figures_of(None, ledger.region, 2024, town, today=TODAY)
        found = {
            name: trace(staff(ledger), ledger.region, Period.year(2024), name, town, today=TODAY)
            for name in OPENED
        }
        coverage, quality = figures.coverage, figures.quality
        for name, tally in (
            ("coverage", coverage),
            ("coverage_with", coverage.with_obligation),
            ("coverage_reason", coverage.without_with_reason),
            ("coverage_without", coverage.without_reason),
        ):
            assert (found[name].total, found[name].value) == (tally.number, tally.value), (
                name,
                town,
            )
        assert found["contracts_active"].total == figures.contracts_active
        assert found["without_report"].total == quality.contracts_without_report
        assert found["awaiting_review"].total == quality.awaiting_review
        below = figures.below_default
        assert found["below_default"].total == sum(reason.number for reason in below)
        assert found["below_default"].value == sum((reason.value for reason in below), Decimal(0))
        assert (found["open"].owed, found["open"].done) == (
            figures.obligation_to_date,
            figures.realised_to_date,
        )
    assert low.pk


def test_narrowed_to_a_sector(ledger: Ledger) -> None:
    ledger.line(ledger.contract(cpv="45000000"), "100", month(2024, 4))
    for sector, total in (("45", Decimal(100)), ("", Decimal("15463.77"))):
        found = trace(
            staff(ledger),
            ledger.region,
            Period.year(2024),
            "fulfilled",
            narrowed={"sector": sector},
        )
        assert found.total == total


def value(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d,]", "", text.replace("&nbsp;", "")).replace(",", ".") or 0)


def test_an_officer_sees_totals_per_contract(ledger: Ledger) -> None:
    officer = signed_in(ledger, Role.PROCUREMENT_OFFICER)
    shown = officer.get(ROOT + "aadorp/cijfer/fulfilled/").content.decode()
    assert euro2(figures_of(None, ledger.region, 2024, ledger.a).fulfilled) in shown
    assert "/invullingen/" not in shown.split("<main")[1]
    assert officer.get(ROOT + "aadorp/cijfer/obligation_registered/").status_code == 200
    missing = (
        "cijfer/fulfilled/",
        "beekstad/cijfer/fulfilled/",
        "aadorp/cijfer/workplaces/",
        "aadorp/cijfer/nee/",
    )
    assert [officer.get(ROOT + path).status_code for path in missing] == [404] * 4


def test_a_reader_reads_and_opens_nothing(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    reader = signed_in(ledger, Role.READER)
    assert "/cijfer/" not in reader.get(ROOT).content.decode()
    assert reader.get(ROOT + "cijfer/fulfilled/").status_code == 404


def test_figures_of_a_final_report_open_as_they_were(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    report = adoption.finalise(ledger.region, 2024, act())
    client = signed_in(ledger, Role.ADVISER)
    assert f"cijfer/fulfilled/?as_of={report.last_posting}" in client.get(ROOT).content.decode()
    shown = client.get(ROOT + "cijfer/workplaces/").content.decode()
    assert (
        f"nummer {number(report.last_posting)}" in shown
        or f"posting {number(report.last_posting)}" in shown
    )
    for odd in ("x", "-1", "9" * 40, "²", ""):
        assert (
            client.get(ROOT + "cijfer/fulfilled/", {"as_of": odd, "page": odd}).status_code == 200
        )
