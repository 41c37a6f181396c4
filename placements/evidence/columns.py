"""The columns of a file with evidence that was seen and not kept: what each is called, how it is
read, and how our own file says it.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy

from contracts.imports.columns import FIRM
from contracts.models import EvidenceKind, called
from sroi.exchange import EXAMPLE_WORD, Column, choice_of, day, text

KINDS_IN_DUTCH = {
    "beschikking": EvidenceKind.MUNICIPAL_DECISION,
    "besluit van de gemeente": EvidenceKind.MUNICIPAL_DECISION,
    "besluit van het UWV": EvidenceKind.UWV_DECISION,
    "doelgroepverklaring": EvidenceKind.UWV_DECISION,
    "arbeidscontract": EvidenceKind.EMPLOYMENT_CONTRACT,
    "stageovereenkomst": EvidenceKind.INTERNSHIP_AGREEMENT,
    "factuur": EvidenceKind.PAID_INVOICE,
    "verslag": EvidenceKind.ACTIVITY_REPORT,
    "foto": EvidenceKind.ACTIVITY_REPORT,
}
SEEN_COLUMNS = (
    Column(
        "external_id",
        text(80),
        required=True,
        title=gettext_lazy("Number of the fulfilment"),
        example=f"{EXAMPLE_WORD}1",
        also=("nummer", "invulling", "invullingnummer", "volgnummer", "id"),
    ),
    FIRM,
    Column(
        "evidence_kind",
        choice_of(EvidenceKind.choices, KINDS_IN_DUTCH),
        required=True,
        title=gettext_lazy("Evidence"),
        example=EvidenceKind.MUNICIPAL_DECISION,
        also=("bewijsstuk", "soort bewijs", "wat", "document"),
    ),
    Column(
        "seen_on",
        day,
        required=True,
        title=gettext_lazy("Seen on"),
        example="01-03-2025",
        also=("gezien op", "datum", "gecontroleerd op"),
    ),
    Column(
        "seen_how",
        text(300),
        required=True,
        title=gettext_lazy("What was seen, and how"),
        example="op het scherm getoond",
        also=("hoe", "wijze", "toelichting", "opmerking"),
    ),
)
# What a piece says in them, fetched with its fulfilment and firm.
_CELLS: dict[str, Callable[[Any], Any]] = {
    "external_id": lambda piece: piece.version.fulfilment.external_id,
    "contractor_kvk": lambda piece: piece.version.fulfilment.contractor.kvk or "",
    "evidence_kind": lambda piece: called(EvidenceKind, piece.kind),
    "seen_on": lambda piece: piece.seen_on,
    "seen_how": lambda piece: piece.seen_how,
}
IN_FILE = tuple((column.title, _CELLS[column.name]) for column in SEEN_COLUMNS)
