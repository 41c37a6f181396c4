"""An edition as data: the figures in the exchange format, and every table of the notice with its values.

What is published holds no small numbers of target groups: those are masked as in the notice, and a municipality's
edition has none.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation

from reporting.figures.exchange import as_rows
from reporting.figures.facts import exchanged
from reporting.notice.editions import Edition
from reporting.notice.notice import CouncilNotice
from reporting.notice.tables.exhibits import published_groups
from sroi.documents.tables import DocumentTable

LANGUAGE = "nl"


def as_json(edition: Edition, *, public: bool = False) -> str:
    return json.dumps(_content(edition, public), indent=2, ensure_ascii=False)


def as_csv(edition: Edition, *, public: bool = False) -> str:
    return as_rows(_content(edition, public))


def value_of(cell: str) -> Any:
    """What a cell holds: the value of a figure, or its words."""
    value = getattr(cell, "value", None)
    return str(cell) if value is None else exchanged(value)


def _content(edition: Edition, public: bool) -> dict[str, Any]:
    with translation.override(LANGUAGE):
        tables = CouncilNotice(edition).tables
        found = {name: _table(table) for name, table in tables.items() if table}
    figures = edition.own.as_json()
    if public:
        figures["by_target_group"] = _published(edition)
    return figures | {"tables": found}


def _table(table: DocumentTable) -> dict[str, Any]:
    rows: Iterable[Any] = [*table.rows, table.total] if table.total else table.rows
    return {str(row[0]): _row(table.header[1:], row[1:]) for row in rows}


def _row(header: Iterable[str], cells: Iterable[str]) -> Mapping[str, Any]:
    return {name: value_of(cell) for name, cell in zip(header, cells, strict=True)}


def _published(edition: Edition) -> dict[str, Any]:
    """Credited value per target group, of those that can be published."""
    if edition.municipality:
        return {}
    rows = published_groups(edition.whole.work_groups, edition.mask_below)
    return {code: exchanged(row.amount) for code, row in rows.items() if code and row.amount is not None}
