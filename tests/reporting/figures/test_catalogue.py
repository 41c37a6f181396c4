"""Every figure is one record: what its record says of it is so, in every place where it is shown,
for every role.
"""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.test import Client
from django.utils import translation
from python_calamine import CalamineWorkbook

from contracts.models import Category, Contractor
from placements.models import FulfilmentLine
from reporting.adoption import door as adoption
from reporting.figures import catalogue, definitions, records
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import FIGURES
from reporting.figures.facts import AnnualFigures
from reporting.figures.kinds import Kind
from reporting.figures.masking import of_town
from reporting.figures.records import Figure, Place
from reporting.goals.door import set_goals
from sroi.access import Role
from sroi.periods import Period
from sroi.templatetags.formats import euro2
from tests import factories as make
from tests.reporting.adoption.test_adoption import NOW, ROOT, TODAY, act, ledger
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db
HALF_YEAR = "halfjaar-1"
STAFF = (Role.REGION_ADMIN, Role.ADVISER)
# Who may open which place of a report that is not final; an officer the edition of the own
# municipality.
OPEN_TO = {
    Place.REPORT: (*STAFF, Role.PROCUREMENT_OFFICER),
    Place.LINES: (*STAFF, Role.PROCUREMENT_OFFICER),
    Place.REGION: STAFF,
    Place.REPORTS: tuple(Role),
    Place.PROGRESS: (*STAFF, Role.PROCUREMENT_OFFICER),
    Place.DATA: STAFF,
    Place.WORKBOOK: STAFF,
    Place.PLACEHOLDERS: (Role.ADVISER,),
}
IN_EDITOR = ROOT + "tekst/kernboodschap/"


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """With something of each figure: late lines, a correction, coverage, a lower rate, half of it
    in the first half.
    """
    type(ledger.policy).objects.filter(pk=ledger.policy.pk).update(threshold_services="200000.00")
    low = ledger.contract("900000", "2", rate_reason="market")
    ledger.contract("300000", rate="0", rate_reason="other")
    ledger.contract("400000", rate="0")
    ledger.line(low, "800.00", month(2024, 9), fte="0.04")
    [late] = ledger.line(low, "90.00", month(2023, 5), booked=month(2024, 1))
    where = {"fulfilment": late.fulfilment, "booked": month(2024, 2), "reverses": late}
    ledger.line(low, "-40.00", month(2023, 5), **where)
    ledger.line(low, "60.00", month(2025, 2))
    unproved = ledger.fulfilment(without_evidence="Gezien op de werkvloer")
    ledger.line(low, "70.00", month(2024, 3), unproved)
    waiting = ledger.submitted(ledger.fulfilment())
    waiting.allocations.create(contract=low, block=ledger.blocks["work"], percent=100)
    return ledger


def written(figure: Figure, figures: AnnualFigures) -> set[str]:
    """How its value may stand: as in a table, set large, with cents."""
    value = figure.value(figures)
    kinds = {figure.kind.written(value)}
    return kinds | ({figure.kind.short(value), euro2(value)} if figure.kind is Kind.EURO else set())


def marked(name: str, page: str) -> set[str]:
    """What stands at each mark of a figure, a link to its lines or not."""
    return {
        unescape(text)
        for text in re.findall(rf'(?:cijfer/{name}/"|data-figure="{name}")[^>]*>([^<]+)<', page)
    }


def in_report(client: Client, figure: Figure, root: str) -> set[str]:
    return marked(re.escape(figure.name), client.get(root).content.decode())


def in_progress(client: Client, figure: Figure, root: str) -> set[str]:
    page = client.get(f"{root}voortgang/{HALF_YEAR}/").content.decode()
    pattern = (
        rf'(?:cijfer/{figure.name}/|data-figure="{figure.name})\?part={HALF_YEAR}"[^>]*>([^<]+)<'
    )
    return {unescape(text) for text in re.findall(pattern, page)}


def in_lines(client: Client, figure: Figure, root: str) -> set[str]:
    page = client.get(f"{root}cijfer/{figure.name}/").content.decode()
    foot = page[page.index("<tfoot>") :] if "<tfoot>" in page else ""
    return {unescape(text).strip() for text in re.findall(r"<td class=\"num\">\s*([^<]*)", foot)}


def on_region_page(client: Client, figure: Figure, root: str) -> set[str]:
    page = client.get("/regio/testregio/").content.decode()
    pattern = rf'cijfer/{figure.name}/">([^<]*)</a></dt>\s*<dd class="figure__value">([^<]*)</dd>'
    [(label, value)] = re.findall(pattern, page)
    assert unescape(label) == figure.title
    return {unescape(value)}


def on_shelf(client: Client, figure: Figure, root: str) -> set[str]:
    page = client.get("/jaarverslag/testregio/").content.decode()
    head = [unescape(text) for text in re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page)]
    cells = [unescape(text) for text in re.findall(r'<td [^>]*"num"[^>]*>([^<]*)</td>', page)]
    return {cells[head.index(figure.title) - 1]}


def in_data(client: Client, figure: Figure, root: str) -> set[str]:
    content = json.loads(client.get(root + "cijfers.json").content)
    value = content[figure.name]
    return {figure.kind.written(value)}


def in_workbook(client: Client, figure: Figure, root: str) -> set[str]:
    content = b"".join(client.get(root + "cijfers.xlsx"))
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Cijfers").to_python()
    )
    [(label, value)] = [(row[1], row[3]) for row in rows if row[0] == figure.name]
    assert label == figure.title
    number = Decimal(str(value)) * (100 if figure.kind is Kind.PERCENT else 1)
    return {figure.kind.written(number)}


def in_editor(client: Client, figure: Figure, root: str) -> set[str]:
    page = client.get(IN_EDITOR).content.decode()
    name = re.escape(f"<code>{{{{ {figure.placeholder} }}}}</code>")
    row = re.search(rf"{name}</th>\s*<td>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>", page)
    assert row, figure.name
    assert unescape(row[1]) == figure.title
    return {unescape(row[2])}


READ: dict[Place, Callable[[Client, Figure, str], set[str]]] = {
    Place.REPORT: in_report,
    Place.LINES: in_lines,
    Place.REGION: on_region_page,
    Place.REPORTS: on_shelf,
    Place.PROGRESS: in_progress,
    Place.DATA: in_data,
    Place.WORKBOOK: in_workbook,
    Place.PLACEHOLDERS: in_editor,
}


ADDRESSES = {
    Place.REPORT: "",
    Place.LINES: "cijfer/workplaces_started/",
    Place.REGION: "/regio/testregio/",
    Place.PROGRESS: f"voortgang/{HALF_YEAR}/",
    Place.DATA: "cijfers.json",
    Place.WORKBOOK: "cijfers.xlsx",
    Place.PLACEHOLDERS: IN_EDITOR,
}


def person(of: Ledger, role: str) -> Client:
    client = Client()
    contractor = Contractor.objects.get() if role == Role.CONTRACTOR else None
    client.force_login(make.make_user(role, of.region, contractor=contractor, towns=[of.a.code]))
    return client


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("place", ADDRESSES, ids=lambda place: place.value)
def test_each_place_shows_each_figure_that_its_record_lists_there(
    filled: Ledger, role: str, place: Place
) -> None:
    is_officer = role == Role.PROCUREMENT_OFFICER
    client, root = person(filled, role), ROOT + ("aadorp/" if is_officer else "")
    if role not in OPEN_TO[place]:
        address = ADDRESSES[place] if ADDRESSES[place].startswith("/") else root + ADDRESSES[place]
        assert client.get(address).status_code == 404
        return
    town = filled.a if is_officer else None
    period = {Place.REGION: Period.year(2025), Place.PROGRESS: Period.part(2024, HALF_YEAR)}.get(
        place
    )
    figures = figures_of(None, filled.region, period or 2024, town, today=TODAY)
    if town and place in (Place.REPORT, Place.PROGRESS):
        figures = of_town(figures, None, 5)
    compared = 0
    for figure in FIGURES.values():
        # An officer opens no single placement.
        hidden = is_officer and place is Place.LINES and figure.of == "fulfilment"
        if place in figure.shown and not hidden:
            shown = READ[place](client, figure, root)
            assert shown & written(figure, figures), (figure.name, shown)
            compared += 1
    assert compared >= 5


@pytest.mark.parametrize("role", [*Role.values, ""])
def test_what_was_published_shows_everyone_the_figures_of_the_report(
    filled: Ledger, role: str
) -> None:
    adoption.propose(filled.region, 2024, act())
    adoption.finalise(filled.region, 2024, act())
    adoption.publish(filled.region, 2024, act())
    client = person(filled, role) if role else Client()
    figures = figures_of(None, filled.region, 2024, today=TODAY)
    for figure in FIGURES.values():
        if Place.REPORTS in figure.shown:
            assert on_shelf(client, figure, ROOT) == {figure.kind.said(figure.value(figures))}
        if Place.REPORT in figure.shown:
            page = client.get(ROOT).content.decode()
            found = re.findall(
                rf'(?:cijfer/{figure.name}/\?as_of=\d+"|data-figure="{figure.name}")[^>]*>([^<]+)<',
                page,
            )
            assert {unescape(text) for text in found} & written(figure, figures), figure.name


def test_every_place_is_read_by_this_test() -> None:
    assert set(READ) == set(Place) == {*ADDRESSES, Place.REPORTS}


def test_a_figure_has_one_name_in_data_and_one_in_texts() -> None:
    names = [figure.placeholder for figure in FIGURES.values() if figure.placeholder]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in (*FIGURES, *names))
    assert [
        figure.name for figure in FIGURES.values() if figure.goal and not figure.placeholder
    ] == []


def test_what_opens_says_what_of_its_lines_is_added_up(filled: Ledger) -> None:
    """And who asks for the condition of a figure that has none is told so."""
    for figure in FIGURES.values():
        assert figure.opens == bool(figure.of), figure.name
    with pytest.raises(LookupError, match="awaiting_review"):
        FIGURES["awaiting_review"].condition(Period.year(2024), FulfilmentLine.objects.all())


@pytest.mark.parametrize(
    ("kind", "value", "table", "sentence", "large"),
    [
        (Kind.COUNT, Decimal(1250), "1.250", "1.250", "1.250"),
        (Kind.EURO, Decimal("1120000"), "€ 1.120.000", "€ 1.120.000", "€ 1,12 mln"),
        (Kind.EURO, Decimal("5000000"), "€ 5.000.000", "€ 5 miljoen", "€ 5 mln"),
        (Kind.EURO, Decimal("999999.50"), "€ 999.999,50", "€ 999.999,50", "€ 1.000.000"),
        (Kind.PERCENT, Decimal("2.50"), "2,5%", "2,5%", "2,5%"),
        (Kind.FTE, Decimal("0.30"), "0,3", "0,3", "0,3"),
    ],
)
def test_what_kind_it_is_says_how_it_is_written(
    kind: Kind, value: Decimal, table: str, sentence: str, large: str
) -> None:
    found = (kind.written(value), kind.rough(value), kind.short(value))
    assert tuple(text.replace("\u00a0", " ") for text in found) == (table, sentence, large)


# --- One figure more ------------------------------------------------------------------------------

PURCHASES = Figure(
    "purchases_only",
    "Waarde sociale inkoop alleen",
    Kind.EURO,
    records.Ledger.FULFILMENT,
    "amount",
    lambda period: definitions.booked(period) & Q(category=Category.SOCIAL_PURCHASING),
    "alleen_inkoop",
    goal=True,
    shown=frozenset(Place) - {Place.REPORTS},
)
STARTED = replace(FIGURES["workplaces_started"], name="begun", placeholder="begonnen", goal=True)


@pytest.fixture(params=[PURCHASES, STARTED], ids=lambda figure: figure.name)
def one_more(request: Any, monkeypatch: pytest.MonkeyPatch) -> Figure:
    """As if it stood in the catalogue: the same dictionary and lists, with one record more."""
    figure: Figure = request.param
    monkeypatch.setitem(FIGURES, figure.name, figure)
    for shown in (catalogue.INDICATORS, catalogue.LARGE):
        shown.insert(0, figure)
    yield figure
    for shown in (catalogue.INDICATORS, catalogue.LARGE):
        shown.remove(figure)


def test_an_indicator_more_is_one_record(one_more: Figure, filled: Ledger) -> None:
    """Goal, tile, charts, sentence, placeholders, lines, progress, data, workbook: nothing else has
    to know of it.
    """
    earlier = filled.contract("500000", "2", award_date=date(2023, 2, 1))
    filled.line(earlier, "300.00", month(2023, 3), category="social_purchasing")
    set_goals(
        filled.region,
        [{"year": y, "indicator": one_more.name, "low": 2} for y in (2024, 2025, 2026)],
    )
    client = person(filled, Role.ADVISER)
    figures = figures_of(None, filled.region, 2024, today=TODAY)
    expected = {"purchases_only": Decimal("2500.50"), "begun": 5}[one_more.name]
    assert one_more.value(figures) == expected
    assert (
        one_more.value(figures.years[-2])
        == {"purchases_only": Decimal("300.00"), "begun": 0}[one_more.name]
    )
    for place in (Place.REPORT, Place.LINES, Place.PLACEHOLDERS, Place.DATA, Place.WORKBOOK):
        if place in one_more.shown:
            assert READ[place](client, one_more, ROOT) & written(one_more, figures), place
    page = client.get(ROOT).content.decode()
    assert f"<strong>{one_more.title}.</strong>" in page
    assert f"{one_more.title}: resultaat en ambitie" in page
    assert on_region_page(client, one_more, ROOT)
    assert one_more.title in client.get("/beleid/testregio/").content.decode()
    assert one_more.title in client.get("/beleid/testregio/doel/").content.decode()
