"""An import as someone does it: send a file with other names, come back, mend, import; also without
script.
"""

import csv
import io
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contracts.models import Contract
from placements.models import Fulfilment, Upload
from sroi.access import Role
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT, PLACEMENT
from tests.placements.recording.test_recording_browser import DESK, PHONE, sign_in
from tests.tools.looking import axe, wider_than_window

pytestmark = pytest.mark.django_db(transaction=True)

DUTCH = {"reference": "Zaaknummer", "value": "Opdrachtsom", "award_date": "Gunningsdatum"}


def sheet(
    base: dict[str, str], *rows: dict[str, str], names: dict[str, str] | None = None
) -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows(
        [[(names or {}).get(n, n) for n in base], *([*(base | row).values()] for row in rows)]
    )
    return {"name": "lijst.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}


def send(page: Page, file: dict[str, Any]) -> None:
    page.set_input_files("input[type=file]", [file])
    page.get_by_role("button", name="Versturen en bekijken").click()


def looks_right(page: Page) -> None:
    assert axe(page) == []
    assert wider_than_window(page) == []


def test_an_adviser_imports_contracts(page: Page, live_server: Any, worker: Any) -> None:
    region = make.make_region(code="gv")
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.set_viewport_size(DESK)
    page.goto(f"{live_server.url}/contracten/")
    page.get_by_role("link", name="Importeren").first.click()
    looks_right(page)
    send(page, sheet(CONTRACT, {}, {"reference": "HIL-2", "value": "veel"}, names=DUTCH))
    # By itself: that this is another page is told to the browser, not put into the one that waits.
    expect(page.get_by_role("heading", name="Welke kolom is wat?")).to_be_visible()
    assert page.url.endswith("/kolommen/")
    looks_right(page)
    page.get_by_role("button", name="Bekijk de rijen").click()
    there = page.url
    page.goto(f"{live_server.url}/contracten/")  # it goes on while one is elsewhere
    worker.finish()
    page.goto(there)
    told = page.locator("#upload").get_by_text("1 rij kan zo niet worden ingelezen")
    expect(told).to_be_visible()
    expect(page.get_by_role("heading", name="Rijen")).to_be_visible()
    expect(page.locator(".read .is-faulty")).to_contain_text("Dit is geen getal")
    looks_right(page)
    page.set_viewport_size(PHONE)
    looks_right(page)
    page.set_viewport_size(DESK)
    page.get_by_role("link", name="Verbeter de rijen in Excel").click()
    looks_right(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download de foute rijen (CSV)").click()
    assert saved.value.suggested_filename == "foute-rijen.csv"
    mended = saved.value.path().read_text(encoding="utf-8-sig").replace("veel", "500.000")
    file = {"name": "foute-rijen.csv", "mimeType": "text/csv", "buffer": mended.encode()}
    page.set_input_files("input[type=file]", [file])
    page.get_by_role("button", name="Neem deze rijen over").click()
    page.get_by_role("button", name="Lees 2 rijen in").click()  # there by itself
    expect(page.locator("#upload").get_by_text("2 rijen zijn ingelezen")).to_be_visible()
    page.get_by_role("link", name="Naar wat is ingelezen").click()
    expect(page.get_by_role("link", name="HIL-2")).to_be_visible()
    assert Contract.objects.count() == 2


REGISTER = """Gemeente Hilversum;;;;;;;;
Contractregister;;;;;;;;
Peildatum 31 december 2024;;;;;;;;
Contractnr.;Omschrijving;Opdrachtnemer;KvK opdrachtnemer;Gemeente;Gegund op;Begin;Eind;Opdrachtsom
{0}-1;Groen;Café Groen B.V.;91 00 00 01;Hilversum;1 februari 2024;01-03-2024;31-12-2027;€ 1.250,-
{0}-2;Schoonmaak;Proefbedrijf;91000002.0;hilversum;15-1-2024;1-3-2024;31-12-2027;€ 800.000,-
Totaal;;;;;;;;€ 801.250,-
"""


def test_a_contract_register_of_a_municipality_gets_in_with_few_presses(
    page: Page, live_server: Any, worker: Any
) -> None:
    region = make.make_region(code="gv")
    region.municipalities.filter(code="GM0402").update(name="Hilversum")
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.set_viewport_size(DESK)
    page.goto(f"{live_server.url}/contracten/")
    presses = []

    def press(where: Any) -> None:
        presses.append(where)
        where.click()

    def send_register(number: str) -> None:
        content = REGISTER.format(number).encode("cp1252")
        file = {"name": "register.csv", "mimeType": "text/csv", "buffer": content}
        presses.append(file)
        page.set_input_files("input[type=file]", [file])
        press(page.get_by_role("button", name="Versturen en bekijken"))

    press(page.get_by_role("link", name="Importeren").first)
    send_register("A")
    expect(page.get_by_role("heading", name="Welke kolom is wat?")).to_be_visible()
    expect(page.get_by_text("De namen staan in rij 4.")).to_be_visible()
    looks_right(page)
    presses.append("choose")
    page.get_by_label("Voor alle rijen: Soort opdracht").select_option(label="diensten")
    press(page.get_by_role("button", name="Bekijk de rijen"))
    expect(page.locator("#upload").get_by_text("1 rij is weggelaten")).to_be_visible()
    looks_right(page)
    page.set_viewport_size(PHONE)
    looks_right(page)
    page.set_viewport_size(DESK)
    press(page.get_by_role("button", name="Lees 2 rijen in"))
    expect(page.locator("#upload").get_by_text("2 rijen zijn ingelezen")).to_be_visible()
    assert len(presses) <= 12
    assert str(Contract.objects.get(reference="A-1").value) == "1250.00"
    assert Contract.objects.get(reference="A-1").contractor.name == "Café Groen B.V."

    presses.clear()
    press(page.get_by_role("link", name="Nog een bestand inlezen"))
    send_register("B")
    press(page.get_by_role("button", name="Lees 2 rijen in"))
    expect(page.locator("#upload").get_by_text("2 rijen zijn ingelezen")).to_be_visible()
    assert len(presses) <= 4
    assert Contract.objects.count() == 4


def test_a_page_that_waits_shows_by_itself_what_became_of_it(
    page: Page, live_server: Any, worker: Any
) -> None:
    region = make.make_region(code="gv")
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.goto(f"{live_server.url}/importeren/")
    send(page, sheet(CONTRACT, {}))
    expect(page.get_by_role("button", name="Lees 1 rij in")).to_be_visible()
    Upload.objects.update(state="waiting")
    page.reload()
    expect(page.locator("#upload").get_by_text("De rijen worden bekeken")).to_be_visible()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        looks_right(page)
    Upload.objects.update(state="checked")
    expect(page.get_by_role("button", name="Lees 1 rij in")).to_be_visible()


def test_a_contractor_without_script(new_context: Any, live_server: Any, worker: Any) -> None:
    region = make.make_region()
    linde = make.make_contractor()
    make.make_contract(region, linde, reference="HIL-9")
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server, make.make_user(Role.CONTRACTOR, region, contractor=linde))
    page.goto(f"{live_server.url}/invullingen/")
    page.get_by_role("link", name="Importeren").click()
    base = {k: v for k, v in PLACEMENT.items() if not k.startswith("accepted")}
    send(page, sheet(base | {"contracts": "HIL-9", "status": "ingediend"}, {}))
    worker.finish()
    page.goto(page.url)
    page.get_by_role("button", name="Lees 1 rij in").click()
    worker.finish()
    page.goto(page.url)
    expect(page.locator("#upload").get_by_text("1 rij is ingelezen")).to_be_visible()
    assert Fulfilment.objects.get().latest.state == "submitted"


def test_what_else_a_region_has_gets_in_by_the_same_way(
    page: Page, live_server: Any, worker: Any
) -> None:
    """One file of each kind, chosen by its word, with nothing that is not on the page."""
    region = make.make_region(code="gv")
    linde = make.make_contractor("De Linde", "01234567")
    contract = make.make_contract(region, linde, reference="HIL-1")
    make.make_placement(contract, external_id="P-1", state="submitted")
    sign_in(page, live_server, make.make_user(Role.ADVISER, region))
    page.set_viewport_size(DESK)
    files = {
        "Contactpersonen": "Kenmerk;Contactpersoon;E-mail\nHIL-1;Robin Groen;r@linde.example\n",
        "Notities": "Kenmerk;Datum;Notitie\nHIL-1;1-3-2024;Gebeld\n",
        "Sociale firma’s": "KvK-nummer;Naam van de firma;Erkend als;Erkend vanaf;Hoe vastgesteld\n"
        "11112222;Zorgtuin;PSO 30+;1-1-2024;lijst\n",
        "Plannen van aanpak": "Kenmerk;Categorie;Kwartaal;Bedrag\nHIL-1;arbeid;2024-Q2;10.000\n",
        "Geziene bewijsstukken": "Invullingnummer;Bewijsstuk;Gezien op;Hoe\n"
        "P-1;arbeidsovereenkomst;1-3-2024;op het scherm\n",
    }
    for kind, text in files.items():
        page.goto(f"{live_server.url}/importeren/")
        page.get_by_label(kind, exact=True).check()
        send(page, {"name": "lijst.csv", "mimeType": "text/csv", "buffer": text.encode()})
        look = page.get_by_role("button", name="Bekijk de rijen")
        bring = page.get_by_role("button", name="Lees 1 rij in")
        expect(look.or_(bring)).to_be_visible()
        if look.is_visible():
            look.click()
        expect(bring).to_be_visible()
        looks_right(page)
        bring.click()
        expect(page.locator("#upload").get_by_text("1 rij is ingelezen")).to_be_visible()
    assert list(Upload.objects.order_by("pk").values_list("kind", "state")) == [
        (kind, "imported") for kind in ("persons", "notes", "firms", "plans", "seen")
    ]
