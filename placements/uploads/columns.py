"""The columns of each kind of file, and by what names they are known."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from contracts.imports.columns import CHANGE_COLUMNS, CONTRACT_COLUMNS
from contracts.models import ChangeKind, Municipality, ProcurementType
from placements.imports.columns import COLUMNS as FULFILMENT_COLUMNS
from placements.imports.columns import KINDS
from placements.models import Upload, UploadKind
from sroi.exchange import Column
from sroi.exchange.matching import Vocabulary, match, vocabulary_of

COLUMNS: dict[str, Sequence[Column]] = {
    UploadKind.CONTRACTS: CONTRACT_COLUMNS,
    UploadKind.CHANGES: CHANGE_COLUMNS,
    UploadKind.FULFILMENTS: FULFILMENT_COLUMNS,
}
# Of an import in the browser: it ends at submitted, so there is nothing to decide.
NOT_OFFERED = ("accepted_value", "accepted_reason")
# What columns are called on screen.
TITLES: Mapping[str, Any] = {
    column.name: column.title for columns in COLUMNS.values() for column in columns
}
# The columns that a file of faulty rows has beside ours: they say what was wrong, and are read
# over.
FAULTS_FILE = ("rij", "row", "fouten", "faults")


def offered(kind: str) -> list[str]:
    """The columns that a file of this kind can have here."""
    return [column.name for column in COLUMNS[kind] if column.name not in NOT_OFFERED]


def missing(kind: str, columns: Container[str]) -> list[str]:
    return [column.name for column in COLUMNS[kind] if column.is_missing(columns)]


def vocabulary(kind: str) -> Vocabulary:
    there = tuple(column for column in COLUMNS[kind] if column.name not in NOT_OFFERED)
    return vocabulary_of(there, FAULTS_FILE)


def guessed(kind: str, header: Sequence[str]) -> tuple[int, ...]:
    """The places of columns of which only some words say what they are."""
    return match(header, vocabulary(kind), {}).guessed


def options(upload: Upload, name: str) -> list[tuple[str, Any]]:
    """What can be chosen for all rows of a file, where a column has few values."""
    if name == "municipalities":
        clients = Municipality.objects.filter(region=upload.region, valid_until=None)
        return [(client.code, client.described) for client in clients.order_by("name")]
    if name == "procurement_type":
        return list(ProcurementType.choices)
    if name == "kind":
        kinds = [(kind.value, kind.label) for kind in KINDS]
        return list(ChangeKind.choices) if upload.kind == UploadKind.CHANGES else kinds
    return []
