"""The columns of each kind of file, and by what names they are known."""

from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any

from contracts.models import BlockKind, BuildingBlock, Municipality, ValuationTable
from placements.imports.columns import DECIDED_COLUMNS
from placements.models import FulfilmentState, Upload, UploadKind
from placements.uploads.kinds import KINDS
from sroi.exchange import Column, OneOf, yes_no
from sroi.exchange.matching import Vocabulary, match, vocabulary_of

COLUMNS: dict[str, Sequence[Column]] = {name: kind.columns for name, kind in KINDS.items()}
# Of an import in the browser: it ends at submitted, so there is nothing to decide.
NOT_OFFERED = DECIDED_COLUMNS
OFFERED_STATES = (FulfilmentState.DRAFT, FulfilmentState.SUBMITTED)
# What columns are called on screen.
TITLES: Mapping[str, Any] = {
    column.name: column.title for columns in COLUMNS.values() for column in columns
}
# Beside which name a number says which firm it is.
NUMBER_OF = {"contractor_name": "contractor_kvk", "firm_name": "firm_kvk"}
# The columns that a file of faulty rows has beside ours: they say what was wrong, and are read
# over.
FAULTS_FILE = ("rij", "row", "fouten", "faults")
ROW_NUMBER = FAULTS_FILE[:2]


def offered_columns(kind: str) -> tuple[Column, ...]:
    """The columns that a file of this kind can have here."""
    return tuple(column for column in COLUMNS[kind] if column.name not in NOT_OFFERED)


def offered(kind: str) -> list[str]:
    return [column.name for column in offered_columns(kind)]


def missing(kind: str, columns: Container[str]) -> list[str]:
    return [column.name for column in COLUMNS[kind] if column.is_missing(columns)]


def vocabulary(kind: str) -> Vocabulary:
    decided = [column.title for column in COLUMNS[kind] if column.name in NOT_OFFERED]
    return vocabulary_of(offered_columns(kind), (*FAULTS_FILE, *KINDS[kind].shown, *decided))


def guessed(kind: str, header: Sequence[str]) -> tuple[int, ...]:
    """The places of columns of which only some words say what they are."""
    return match(header, vocabulary(kind), {}).guessed


def options(upload: Upload, name: str) -> list[tuple[str, Any]]:
    """What can be chosen for all rows of a file, where a column has few values: codes, with what
    they are called.
    """
    if name == "municipalities":
        clients = Municipality.objects.filter(region=upload.region, valid_until=None)
        return [(client.code, client.described) for client in clients.order_by("name")]
    column = next(one for one in COLUMNS[upload.kind] if one.name == name)
    return list(column.parse.choices) if isinstance(column.parse, OneOf) else []


def choices(kind: str, regions: Collection[int]) -> dict[str, list[tuple[str, str]]]:
    """What can stand in a column, for each where that is a list: words, and their codes where those
    are what a region goes by.
    """
    found = {}
    for column in offered_columns(kind):
        if isinstance(column.parse, OneOf):
            words = dict(column.parse.choices)
            if column.name == "status":
                words = {state: words[state] for state in OFFERED_STATES}
            found[column.name] = [(str(word), "") for word in words.values()]
        elif column.parse is yes_no:
            found[column.name] = [("ja", ""), ("nee", "")]
    if kind == UploadKind.CONTRACTS:
        clients = Municipality.objects.filter(region__in=regions, valid_until=None)
        found["municipalities"] = [(one.name, one.code) for one in clients.order_by("name")]
        tables = ValuationTable.objects.filter(region__in=regions, made_here=False)
        found["valuation_table"] = [(one.code, one.title) for one in tables]
    if kind == UploadKind.FULFILMENTS:
        blocks = BuildingBlock.objects.filter(table__in_force__region__in=regions).distinct()
        for block in blocks.order_by("table", "position"):
            named = "bonuses" if block.kind == BlockKind.BONUS else "block"
            pair = (block.label, block.code)
            if pair not in found.setdefault(named, []):
                found[named].append(pair)
    return {name: pairs for name, pairs in found.items() if pairs}


def example_of(column: Column, listed: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """What stands in this column of the example: of a list its word."""
    if isinstance(column.parse, OneOf):
        words = {str(code): str(word) for code, word in column.parse.choices}
        return words.get(column.example, "")
    first = listed.get(column.name, ()) if column.required and not column.example else ()
    return first[0][0] if first else column.example
