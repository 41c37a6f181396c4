"""What is published can be used without us: computed again, checked against its schema, filed in an
archive, found by a data portal.
"""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reporting.adoption import door as adoption
from reporting.models import AnnualReport, FrozenEdition
from reporting.notice.files.schema import schema
from sroi.access import Role
from tests.reporting.adoption.test_adoption import ROOT, act, ledger, no_files, signed_in
from tests.reporting.adoption.test_publishing import TOWN, _today_in_dutch, published
from tests.reporting.figures.test_figures import Ledger

__all__ = ["_today_in_dutch", "ledger", "no_files", "published"]
pytestmark = pytest.mark.django_db

RECOMPUTE = settings.BASE_DIR / "docs" / "recompute.py"
MDTO = "{https://www.nationaalarchief.nl/mdto}"


def open_data(root: str = ROOT) -> Any:
    return json.loads(Client().get(root + "open-data.json").content)


# --- A stranger computes it again -----------------------------------------------------------------


def recompute(folder: Path, *reports: Any) -> tuple[int, str]:
    """As anybody would: with a bare Python, and nothing of ours but the files."""
    paths = [folder / f"open-data-{i}.json" for i in range(len(reports))]
    for path, report in zip(paths, reports, strict=True):
        path.write_text(json.dumps(report), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(RECOMPUTE), *map(str, paths)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_every_headline_follows_from_its_parts(published: AnnualReport, tmp_path: Path) -> None:
    status, said = recompute(tmp_path, open_data())
    assert (status, said.splitlines()[-1]) == (0, "All agree.")
    assert "fulfilled: 15463.77; from parts: 15463.77" in said
    assert said.count("not to be computed") == 1  # workplaces: nobody is of a target group here
    assert recompute(tmp_path, open_data(TOWN))[0] == 0
    assert len(RECOMPUTE.read_text().splitlines()) <= 60


def test_of_a_municipality_every_headline_follows_with_those_of_the_region(
    published: AnnualReport, tmp_path: Path
) -> None:
    town, whole = open_data(TOWN), open_data()
    status, said = recompute(tmp_path, town, whole)
    assert (status, "not to be computed" in said) == (0, False)
    assert "contract_value_registered: 720000.00; from parts: 720000.00" in said
    row = whole["tables"]["municipalities"][town["municipality"]]
    for name, told in (("contract_value_registered", "719999.99"), ("workplaces", 12)):
        was, row[name] = row[name], told
        assert recompute(tmp_path, town, whole)[0] == 1
        row[name] = was


@pytest.mark.parametrize(
    "headline",
    [
        *("fulfilled", "social_spend", "contract_value_registered"),
        *("obligation_registered", "average_rate", "open"),
    ],
)
def test_a_headline_that_does_not_follow_is_told(
    published: AnnualReport, tmp_path: Path, headline: str
) -> None:
    report = open_data()
    report[headline] = f"{Decimal(report[headline]) + Decimal('0.01')}"
    status, said = recompute(tmp_path, report)
    assert (status, said.splitlines()[-1]) == (1, "These differ!")


@pytest.mark.parametrize(
    ("cells", "least", "most"),
    [
        ((3, 2), 5, 5),
        ((3, "< 5"), 3, 7),
        ((3, "minder dan 5", "5 of meer"), 8, 99),
        (("afgeschermd",), 0, 99),
    ],
)
def test_of_workplaces_a_least_and_a_most_follow(
    published: AnnualReport, tmp_path: Path, cells: tuple[Any, ...], least: int, most: int
) -> None:
    report = open_data()
    rows = {f"group-{i}": {"label": "", "workplaces": cell} for i, cell in enumerate(cells)}
    report["tables"]["target_groups"] = {**rows, "_total": {"label": "", "workplaces": 1000}}
    agreeing = []
    for stated in (least - 1, least, most, most + 1):
        status, _said = recompute(tmp_path, report | {"workplaces": stated})
        agreeing.append(status == 0)
    assert agreeing == [False, True, True, most == 99]


# --- The schema -----------------------------------------------------------------------------------

TYPES = {"object": dict, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def faults(value: Any, rule: Any, whole: Any, path: str = "") -> list[str]:
    """What of JSON Schema our own schema uses, judged by hand."""
    known = {"$ref", "type", "const", "pattern", "required", "properties", "additionalProperties"}
    assert set(rule) <= known | {"title", "description", "$schema", "$id", "$defs"}, rule
    if "$ref" in rule:
        return faults(value, whole["$defs"][rule["$ref"].removeprefix("#/$defs/")], whole, path)
    found = []
    kinds = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if kinds and not any(
        value is None if kind == "null" else isinstance(value, TYPES[kind]) for kind in kinds
    ):
        found.append(f"{path}: {value!r} is no {kinds}")
    if "const" in rule and value != rule["const"]:
        found.append(f"{path}: is not {rule['const']}")
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        found.append(f"{path}: {value!r} is not {rule['pattern']}")
    if isinstance(value, dict):
        found += [f"{path}: lacks {name}" for name in rule.get("required", []) if name not in value]
        for name, part in value.items():
            more = rule.get("properties", {}).get(name, rule.get("additionalProperties", {}))
            if more is False:
                found.append(f"{path}: knows no {name}")
            else:
                found += faults(part, more, whole, f"{path}/{name}")
    return found


def test_open_data_are_what_their_schema_says(published: AnnualReport) -> None:
    rules = json.loads(Client().get("/jaarverslag/open-data.schema.json").content)
    assert rules["$id"].endswith("/jaarverslag/open-data.schema.json")
    for root in (ROOT, TOWN):
        assert faults(open_data(root), rules, rules) == []


@pytest.mark.parametrize(
    "change",
    [
        {"format": "social-return-report/1"},
        {"candidate": "A-17"},
        {"fulfilled": 15463.77},
        {"fulfilled": "15.463,77"},
        {"workplaces": "31"},
        {"tables": {"years": {"2024": {"workplaces": 3}}}},
    ],
)
def test_what_is_something_else_does_not_pass(
    published: AnnualReport, change: dict[str, Any]
) -> None:
    rules = schema("https://x.example/schema.json")
    assert faults(open_data() | change, rules, rules)


# --- The folder for the archive -------------------------------------------------------------------


def folder_at(client: Client, root: str) -> dict[str, bytes]:
    content = client.get(root + "archief.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name.split("/", 1)[1]: packed.read(name) for name in packed.namelist()}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a PDF is slow, and has tests of its own."""
    monkeypatch.setitem(
        adoption.MADE_OF, "pdf", lambda edition: b"%PDF of " + str(edition).encode()
    )


@pytest.mark.parametrize("root", [ROOT, TOWN])
def test_the_folder_holds_all_with_its_hash(
    published: AnnualReport, quick: None, root: str
) -> None:
    files = folder_at(Client(), root)
    listed = dict(reversed(line.split("  ")) for line in files["sha256.txt"].decode().splitlines())
    assert set(listed) == set(files) - {"sha256.txt"}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
    (pdf,) = [name for name in files if name.endswith(".pdf")]
    edition = FrozenEdition.objects.get(municipality__slug="aadorp" if root == TOWN else None)
    assert files[pdf] == adoption.kept(edition, "pdf")
    assert json.loads(files["open-data.json"]) == open_data(root)
    assert json.loads(files["open-data.schema.json"])["required"]
    assert Client().get(root + "archief.zip").content == Client().get(root + "archief.zip").content


# The content models of MDTO-XML 1.0.1: what stands in an element, in its order; ? may lack, + can
# be there more often, * both. What is not named holds a text.
TERMS = (
    "aggregatieniveau waardering bestandsformaat checksumAlgoritme eventType dekkingInTijdType"
    " beperkingGebruikType"
)
POINTERS = (
    "dekkingInRuimte heeftRepresentatie isRepresentatieVan archiefvormer begripBegrippenlijst"
    " eventVerantwoordelijkeActor"
)
IDENTIFIED = "identificatieKenmerk identificatieBron"
MODELS = {
    "MDTO": "informatieobject? bestand?",
    "informatieobject": (
        "identificatie+ naam aggregatieniveau? classificatie* trefwoord* omschrijving*"
        " raadpleeglocatie* dekkingInTijd* dekkingInRuimte* taal* event* waardering bewaartermijn?"
        " informatiecategorie? isOnderdeelVan* bevatOnderdeel* heeftRepresentatie*"
        " aanvullendeMetagegevens* gerelateerdInformatieobject* archiefvormer+ betrokkene*"
        " activiteit? beperkingGebruik+"
    ),
    "bestand": (
        "identificatie+ naam omvang bestandsformaat checksum+ URLBestand? isRepresentatieVan"
    ),
    "identificatie": IDENTIFIED,
    "verwijzingIdentificatie": IDENTIFIED,
    "dekkingInTijd": "dekkingInTijdType dekkingInTijdBegindatum dekkingInTijdEinddatum?",
    "event": "eventType eventTijd? eventVerantwoordelijkeActor? eventResultaat?",
    "raadpleeglocatie": "raadpleeglocatieFysiek* raadpleeglocatieOnline*",
    "checksum": "checksumAlgoritme checksumWaarde checksumDatum",
    "beperkingGebruik": (
        "beperkingGebruikType beperkingGebruikNadereBeschrijving? beperkingGebruikDocumentatie*"
        " beperkingGebruikTermijn?"
    ),
    **dict.fromkeys(TERMS.split(), "begripLabel begripCode? begripBegrippenlijst"),
    **dict.fromkeys(POINTERS.split(), "verwijzingNaam verwijzingIdentificatie?"),
}


def misfits(element: ET.Element) -> list[str]:
    """The elements that are not what the schema says, with what stands in them."""
    name = element.tag.removeprefix(MDTO)
    inside = [each.tag.removeprefix(MDTO) for each in element]
    if name not in MODELS:
        is_text = bool((element.text or "").strip()) and not inside
        return [] if is_text else [f"{name}: {inside or 'empty'}"]
    parts = (re.fullmatch(r"(\w+)([?*+]?)", part) for part in MODELS[name].split())
    pattern = "".join(f"(?:{part[1]} ){part[2]}" for part in parts if part)
    found = [] if re.fullmatch(pattern, "".join(f"{each} " for each in inside)) else [name]
    return found + [each for child in element for each in misfits(child)]


def test_every_element_of_mdto_is_what_the_schema_says(
    published: AnnualReport, quick: None
) -> None:
    files = folder_at(Client(), ROOT)
    described = [ET.fromstring(files[name]) for name in files if name.endswith(".mdto.xml")]
    assert len(described) > 1
    for root in described:
        assert misfits(root) == []
        # Dates of the schema.
        for each in root.iter():
            name = each.tag.removeprefix(MDTO)
            if name.endswith("datum") or name == "eventTijd":
                date.fromisoformat(each.text or "")
            if name == "checksumDatum":
                assert datetime.fromisoformat(each.text or "").tzinfo
    # The check itself finds what lacks, what is too much, and what stands elsewhere.
    report = described[0][0]
    kept = report.find(f"{MDTO}naam")
    assert kept is not None
    report.remove(kept)
    assert misfits(described[0]) == [report.tag.removeprefix(MDTO)]
    report.append(kept)
    assert misfits(described[0]) == [report.tag.removeprefix(MDTO)]


def test_each_file_is_described_as_mdto(published: AnnualReport, quick: None) -> None:
    files = folder_at(Client(), ROOT)
    about = {
        name.removesuffix(".mdto.xml"): ET.fromstring(content)[0]
        for name, content in files.items()
        if name.endswith(".mdto.xml")
    }
    report = about.pop("raadsmededeling-social-return-2024-testregio")
    order = [element.tag.removeprefix(MDTO) for element in report]
    # What the schema asks, in its order.
    schema_order = (
        *("identificatie", "naam", "aggregatieniveau", "omschrijving", "raadpleeglocatie"),
        *("dekkingInTijd", "dekkingInRuimte", "taal", "event", "waardering", "heeftRepresentatie"),
        *("archiefvormer", "beperkingGebruik"),
    )
    assert tuple(dict.fromkeys(order)) == schema_order
    address = report.findtext(f"{MDTO}identificatie/{MDTO}identificatieKenmerk")
    assert address == settings.SITE_URL + ROOT
    named = [
        each.findtext(f"{MDTO}verwijzingNaam") for each in report.iter(f"{MDTO}heeftRepresentatie")
    ]
    assert set(named) == set(about)
    for name, bestand in about.items():
        assert bestand.tag == f"{MDTO}bestand"
        assert bestand.findtext(f"{MDTO}omvang") == str(len(files[name]))
        digest = bestand.findtext(f"{MDTO}checksum/{MDTO}checksumWaarde")
        assert digest == hashlib.sha256(files[name]).hexdigest()


def test_the_folder_is_for_staff_until_it_is_published(ledger: Ledger, quick: None) -> None:
    staff, reader = signed_in(ledger, Role.ADVISER), signed_in(ledger, Role.READER)
    address = ROOT + "archief.zip"
    adoption.propose(ledger.region, 2024, act())
    assert [client.get(address).status_code for client in (staff, reader)] == [404, 404]
    adoption.finalise(ledger.region, 2024, act())
    assert [client.get(address).status_code for client in (staff, reader)] == [200, 404]
    assert Client().get(address).status_code == 302
    assert address in staff.get(ROOT).content.decode()
    assert address not in reader.get(ROOT).content.decode()


# --- For data portals -----------------------------------------------------------------------------


def test_the_catalogue_describes_each_edition_at_addresses_that_open(
    published: AnnualReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "kept_or_asked", lambda edition, kind: b"kept")
    page = Client().get("/jaarverslag/testregio/dcat.jsonld")
    assert page.headers["Content-Type"] == "application/ld+json"
    found = json.loads(page.content)
    for name in ("dct:title", "dct:description", "dct:publisher", "dcat:contactPoint"):
        assert found[name]
    # One of the region, and one of each municipality.
    assert len(found["dcat:dataset"]) == FrozenEdition.objects.count()
    for each in found["dcat:dataset"]:
        # What DCAT-AP-NL 3.0 asks of a data set and of a distribution.
        for name in (
            *("dct:title", "dct:description", "dct:identifier", "dct:accessRights"),
            *("dct:publisher", "dct:creator", "dcat:contactPoint", "dcat:theme"),
        ):
            assert each[name]
        assert opens(each["dct:identifier"])
        for file in each["dcat:distribution"]:
            assert file["dct:license"]["@id"].startswith("http")
            assert opens(file["dcat:accessURL"]["@id"])


# Of DCAT-AP-NL 3.0 (with DCAT-AP 3.0 below it): what must be there, and what at most once.
NEEDED = {
    "dcat:Catalog": "dct:title dct:description dct:publisher dcat:contactPoint dcat:dataset",
    "dcat:Dataset": (
        "dct:title dct:description dct:identifier dct:accessRights dcat:contactPoint dct:creator"
        " dct:language dct:publisher dcat:theme"
    ),
    "dcat:Distribution": "dcat:accessURL dct:license",
    "foaf:Agent": "foaf:name",
    "vcard:Organization": "vcard:fn vcard:hasURL",
    "dct:PeriodOfTime": "dcat:startDate",
}
ONCE = {
    "dcat:Catalog": "dct:publisher dcat:contactPoint foaf:homepage dct:license dct:issued",
    "dcat:Dataset": "dcat:contactPoint dct:publisher dct:accessRights dct:accrualPeriodicity",
    "dcat:Distribution": "dcat:accessURL dcat:downloadURL dct:language dct:license dct:format",
}
LISTS = "http://publications.europa.eu/resource/authority/"
FROM_A_LIST = {
    "dct:accessRights": LISTS + "access-right/",
    "dcat:theme": LISTS + "data-theme/",
    "dct:language": LISTS + "language/",
    "dct:accrualPeriodicity": LISTS + "frequency/",
    "dct:format": LISTS + "file-type/",
}


def nodes(found: Any) -> Iterator[dict[str, Any]]:
    """Every typed node of a description, wherever it stands."""
    if isinstance(found, list):
        for each in found:
            yield from nodes(each)
    elif isinstance(found, dict):
        if str(found.get("@type", "")).partition(":")[0] in ("dcat", "foaf", "vcard", "dct"):
            yield found
        for name, each in found.items():
            if name != "@context":
                yield from nodes(each)


def test_the_catalogue_has_what_the_profile_asks(published: AnnualReport) -> None:
    found = json.loads(Client().get("/jaarverslag/testregio/dcat.jsonld").content)
    seen = set()
    for node in nodes(found):
        kind = node["@type"]
        seen.add(kind)
        assert not [name for name in NEEDED[kind].split() if not node.get(name)], node
        assert not [n for n in ONCE.get(kind, "").split() if isinstance(node.get(n), list)], node
        for name, told in node.items():
            assert name.startswith("@") or name.partition(":")[0] in found["@context"]
            those = told if isinstance(told, list) else [told]
            if start := FROM_A_LIST.get(name):
                assert all(each["@id"].startswith(start) for each in those)
            if name in ("dct:issued", "dct:modified", "dcat:startDate", "dcat:endDate"):
                assert {each["@type"] for each in those} == {"xsd:date"}
                date.fromisoformat(told["@value"])
    assert seen == set(NEEDED)


def opens(address: str) -> bool:
    assert address.startswith(settings.SITE_URL)
    return Client().get(address.removeprefix(settings.SITE_URL)).status_code == 200


def test_a_region_that_published_nothing_has_no_catalogue(ledger: Ledger) -> None:
    assert Client().get(reverse("report-catalogue", args=["testregio"])).status_code == 302
    assert (
        signed_in(ledger, Role.ADVISER).get("/jaarverslag/nergens/dcat.jsonld").status_code == 404
    )
