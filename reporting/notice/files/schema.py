"""The open data of a report described, as JSON Schema (2020-12): made from the records of the
figures, so that it names what is published and nothing else. What the names mean:
`docs/open-data.md`.
"""

from typing import Any

from django.utils import translation

from reporting.figures.catalogue import FIGURES
from reporting.figures.exchange import PARTS
from reporting.figures.kinds import Kind
from reporting.figures.records import Place
from reporting.notice.files.data import FORMAT, LANGUAGE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = r"^-?\d+\.\d\d$"
# A small number is a word, as it is printed.
HIDDEN = r"^(minder dan \d+|\d+ of meer|< \d+|afgeschermd)$"
KINDS = {Kind.COUNT: "count", Kind.EURO: "amount", Kind.PERCENT: "percentage", Kind.FTE: "fte"}


def _decimal(what: str) -> dict[str, Any]:
    return {"description": what, "type": ["string", "null"], "pattern": f"{DECIMAL}|{HIDDEN}"}


DEFINITIONS = {
    "count": {
        "description": "Aantal; een klein aantal is een woord.",
        "type": ["integer", "string", "null"],
        "pattern": HIDDEN,
    },
    "amount": _decimal("Euro, exclusief btw."),
    "percentage": _decimal("Procent."),
    "fte": _decimal("Voltijdbanen in een jaar."),
    "part": {
        "description": "Een waarde, of waarden op naam.",
        "type": ["string", "number", "boolean", "null", "object"],
        "additionalProperties": {"$ref": "#/$defs/part"},
    },
    "row": {
        "description": "Een rij van een tabel: hoe zij heet, en haar waarden op naam.",
        "type": "object",
        "required": ["label"],
        "properties": {"label": {"type": "string"}},
        "additionalProperties": {"type": ["string", "number", "null"]},
    },
}


def schema(address: str) -> dict[str, Any]:
    """The schema, which is found at `address`."""
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": "Open data van een jaarverslag over social return",
        **report_schema(),
        "$defs": DEFINITIONS,
    }


def report_schema() -> dict[str, Any]:
    """Of a report as data: its figures, with the tables."""
    properties: dict[str, Any] = {
        "format": {"const": FORMAT},
        **_figures(),
        "tables": {
            "title": "Tabellen van het verslag",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/row"},
            },
        },
    }
    return _only(properties)


def figures_schema() -> dict[str, Any]:
    """Of its figures alone."""
    return _only(_figures())


def _only(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _figures() -> dict[str, Any]:
    with translation.override(LANGUAGE):
        figures = {
            name: {"title": figure.title, "$ref": f"#/$defs/{KINDS[figure.kind]}"}
            for name, figure in FIGURES.items()
            if Place.DATA in figure.shown
        }
        parts = {
            name: {"title": str(title), "$ref": "#/$defs/part"} for name, title in PARTS.items()
        }
    return {
        "year": {"title": "Jaar", "type": "integer"},
        "municipality": {
            "title": "Code van de gemeente; leeg voor de regio",
            "type": ["string", "null"],
        },
        **figures,
        **parts,
    }
