"""An edition as data: the figures in the exchange format, and every table of the notice with its
values.

What is published holds no small numbers: target groups are masked as in the notice, and of a
municipality there are none and its small numbers of workplaces are words.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.utils import translation

from reporting.figures.exchange import as_rows, exchanged, figures_as_data
from reporting.figures.masking import group_rows, merged
from reporting.notice.editions import Edition
from reporting.notice.notice import CouncilNotice
from sroi.documents.tables import DocumentTable
from sroi.templatetags.formats import NOTHING

LANGUAGE = "nl"
# Raised when a key changes; `docs/open-data.md` says what they mean.
FORMAT = "social-return-report/2"


def as_json(edition: Edition, *, public: bool = False) -> str:
    return json.dumps(_content(edition, public), indent=2, ensure_ascii=False)


def published(edition: Edition) -> dict[str, Any]:
    """As everyone may read it, as data."""
    return _content(edition, public=True)


def as_csv(edition: Edition, *, public: bool = False) -> str:
    return as_rows(_content(edition, public))


def value_of(cell: str) -> Any:
    """What a cell holds: the value of a figure, or its words."""
    value = getattr(cell, "value", None)
    if value is None:
        return None if cell == NOTHING else str(cell)
    return exchanged(value)


def _content(edition: Edition, public: bool) -> dict[str, Any]:
    with translation.override(LANGUAGE):
        tables = CouncilNotice(edition).tables
        found = {name: _table(table) for name, table in tables.items() if table}
    figures = published_figures(edition) if public else figures_as_data(edition.own)
    return {"format": FORMAT} | figures | {"tables": found}


def published_figures(edition: Edition) -> dict[str, Any]:
    """What leaves the register: no small number, as in the notice."""
    return figures_as_data(edition.shown.own) | {"by_target_group": _published(edition)}


def _table(table: DocumentTable) -> dict[str, Any]:
    """By the names that rows and columns have in data; what a row is called on paper goes with
    it.
    """
    rows: Iterable[Any] = [*table.rows, table.total] if table.total else table.rows
    return {
        name: {"label": str(row[0])} | dict(zip(table.fields, map(value_of, row[1:]), strict=True))
        for name, row in zip(table.names, rows, strict=True)
    }


def _published(edition: Edition) -> dict[str, Any]:
    """Credited value per target group, of those that can be published."""
    if edition.municipality:
        return {}
    rows = merged(group_rows(edition.whole.work_groups), edition.mask_below)
    return {row.code: exchanged(row.amount) for row in rows if row.code and row.amount is not None}
