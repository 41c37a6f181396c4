"""Metadata of a report for an archive, as MDTO 1.0.1 of the Nationaal Archief: one XML document for
the report (`informatieobject`) and one for each of its files (`bestand`), in the order of its
schema. Source: nationaalarchief.nl/archiveren/mdto.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

NAMESPACE = "https://www.nationaalarchief.nl/mdto"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOCATION = f"{NAMESPACE} {NAMESPACE}/MDTO-XML1.0.1.xsd"
# A name in MDTO is not longer.
MOST_OF_A_NAME = 80
# By the end of a name: what it is called in the register of PRONOM, and its number there.
FORMATS = {
    "pdf": ("Acrobat PDF/A - Portable Document Format 2a", "fmt/476"),
    "json": ("JSON Data Interchange Format", "fmt/817"),
    "csv": ("Comma Separated Values", "x-fmt/18"),
}

# An element: its name, and its text or the elements in it.
Element = tuple[str, Any]


@dataclass(frozen=True)
class About:
    """What is said of the report, and at what address it stays."""

    address: str
    name: str
    maker: str
    place: str
    first: date
    last: date
    adopted_on: date
    published_on: date | None = None


def of_report(about: About, files: Sequence[str]) -> bytes:
    events = [_event("Vaststelling", about.adopted_on, about.maker)]
    if about.published_on:
        events.append(_event("Publicatie", about.published_on, about.maker))
    elements: list[Element] = [
        _identified(about.address),
        ("naam", about.name[:MOST_OF_A_NAME]),
        ("aggregatieniveau", _term("Archiefstuk", "Begrippenlijst Aggregatieniveaus MDTO")),
        ("omschrijving", about.name),
        ("raadpleeglocatie", [("raadpleeglocatieOnline", about.address)]),
        (
            "dekkingInTijd",
            [
                ("dekkingInTijdType", _term("Verslagjaar", "Eigen begrippen van het register")),
                ("dekkingInTijdBegindatum", about.first.isoformat()),
                ("dekkingInTijdEinddatum", about.last.isoformat()),
            ],
        ),
        ("dekkingInRuimte", [("verwijzingNaam", about.place)]),
        ("taal", "nl"),
        *events,
        # What a council is told is kept for good.
        ("waardering", _term("Blijvend te bewaren", "Begrippenlijst Waarderingen MDTO", "B")),
        *(("heeftRepresentatie", _pointing(name, f"{about.address}#{name}")) for name in files),
        ("archiefvormer", [("verwijzingNaam", about.maker)]),
        (
            "beperkingGebruik",
            [("beperkingGebruikType", _term("Geen beperking", "Eigen begrippen van het register"))],
        ),
    ]
    return _document("informatieobject", elements)


def of_file(about: About, name: str, content: bytes, made_at: datetime) -> bytes:
    label, code = FORMATS[name.rsplit(".", 1)[1]]
    elements: list[Element] = [
        _identified(f"{about.address}#{name}"),
        ("naam", name[:MOST_OF_A_NAME]),
        ("omvang", str(len(content))),
        ("bestandsformaat", _term(label, "PRONOM-register", code)),
        (
            "checksum",
            [
                ("checksumAlgoritme", _term("SHA-256", "Begrippenlijst ChecksumAlgoritme MDTO")),
                ("checksumWaarde", sha256(content).hexdigest()),
                ("checksumDatum", made_at.isoformat(timespec="seconds")),
            ],
        ),
        ("isRepresentatieVan", _pointing(about.name, about.address)),
    ]
    return _document("bestand", elements)


def _identified(mark: str) -> Element:
    return "identificatie", [
        ("identificatieKenmerk", mark),
        ("identificatieBron", "Register voor social return"),
    ]


def _term(label: str, of_list: str, code: str = "") -> list[Element]:
    return [
        ("begripLabel", label),
        *([("begripCode", code)] if code else []),
        ("begripBegrippenlijst", [("verwijzingNaam", of_list)]),
    ]


def _pointing(name: str, mark: str) -> list[Element]:
    kind, identified = _identified(mark)
    return [("verwijzingNaam", name), (f"verwijzing{kind.capitalize()}", identified)]


def _event(what: str, day: date, by: str) -> Element:
    return "event", [
        ("eventType", _term(what, "Begrippenlijst EventTypen MDTO")),
        ("eventTijd", day.isoformat()),
        ("eventVerantwoordelijkeActor", [("verwijzingNaam", by)]),
    ]


def _document(kind: str, elements: Sequence[Element]) -> bytes:
    root = ET.Element(
        "MDTO", {"xmlns": NAMESPACE, "xmlns:xsi": XSI, "xsi:schemaLocation": LOCATION}
    )
    _fill(ET.SubElement(root, kind), elements)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def _fill(parent: ET.Element, elements: Sequence[Element]) -> None:
    for name, inside in elements:
        element = ET.SubElement(parent, name)
        if isinstance(inside, str):
            element.text = inside
        else:
            _fill(element, inside)
