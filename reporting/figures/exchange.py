"""Annual figures as text: JSON in the exchange format, or the same as CSV with a row per figure.

Amounts and percentages are text with two decimals, counts are numbers. Source: DOMAIN.md section
10.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from reporting.figures.catalogue import FIGURES
from reporting.figures.facts import AnnualFigures, GoalResult
from reporting.figures.kinds import Kind
from reporting.figures.records import Place
from sroi.exchange.protection import protect
from sroi.exchange.writing import csv_text
from sroi.money import rounded

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# The key of what has no code; no code begins like that.
NONE = "_none"
HEADER = ("figure", "key", "value")
# What has parts of its own, by its key, with what it is called.
PARTS = {
    "coverage": _("Coverage"),
    "goal": _("Goals"),
    "quality": _("Quality of the registration"),
    "accepted_without_evidence": _("Accepted without evidence, with a reason"),
    "contracts_ended": _("Contracts that ended in the year"),
    "due_to_date": _("Due by the end of the year, of running contracts"),
    "contracts_by_status": _("Contracts by how they stand at the end of the year"),
    "by_category": _("Fulfilled value per category"),
    "by_municipality": _("Fulfilled value per municipality"),
    "by_client": _("Fulfilled value per client"),
    "by_target_group": _("Fulfilled value per target group"),
    "by_policy_field": _("Fulfilled value per policy field"),
    "persons": _("Persons"),
    "by_kind": _("Workplaces per kind"),
    "by_origin": _("Workplaces per origin"),
    "by_residence": _("Workplaces per residence"),
    "outcomes": _("Outcomes"),
}


def figures_as_data(figures: AnnualFigures) -> dict[str, Any]:
    """The exchange format `figures`."""
    when: dict[str, Any] = {"year": figures.year}
    if figures.year is None:
        when = {"from": figures.period.first.isoformat(), "to": figures.period.last.isoformat()}
    found = {
        name: figure.value(figures)
        for name, figure in FIGURES.items()
        if Place.DATA in figure.shown
    }
    values = (
        {"municipality": figures.municipality}
        | found
        | {name: getattr(figures, name) for name in PARTS}
    )
    return when | {name: exchanged(value) for name, value in values.items()}


def exchanged(value: Any) -> Any:
    """A value as the exchange format writes it."""
    if isinstance(value, Decimal):
        return str(rounded(value))
    if isinstance(value, GoalResult):
        return _goal(value)
    if isinstance(value, Mapping):
        return {key or NONE: exchanged(part) for key, part in value.items()}
    if is_dataclass(value):
        return {part.name: exchanged(getattr(value, part.name)) for part in fields(value)}
    return value


def _goal(goal: GoalResult) -> dict[str, Any]:
    def limit(value: Decimal | None) -> Any:
        counted = (
            FIGURES[goal.indicator].kind is Kind.COUNT and value is not None and value % 1 == 0
        )
        return int(value) if counted and value is not None else exchanged(value)

    found = {
        "low": limit(goal.low),
        "high": limit(goal.high),
        "percentage": exchanged(goal.percentage),
    }
    if chain := goal.chain:
        found |= {
            "volume": exchanged(chain.volume),
            "percents": {str(i): text for i, text in enumerate(chain.stored, start=1)},
            "share": exchanged(chain.share),
            "result_share": exchanged(chain.share_of(goal.result)),
        }
    return found | ({"source": goal.source} if goal.source else {})


def as_json(figures: AnnualFigures) -> str:
    return json.dumps(figures_as_data(figures), indent=2, ensure_ascii=False)


def as_csv(figures: AnnualFigures) -> str:
    return as_rows(figures_as_data(figures))


def as_rows(content: dict[str, Any]) -> str:
    """A row per figure; a figure with parts has a row per part, with the path to it as key."""
    rows = [
        (name, protect(".".join(path)), _cell(part))
        for name, value in content.items()
        for path, part in leaves(value)
    ]
    return csv_text([HEADER, *rows], delimiter=",", end="\n")


def _cell(part: Any) -> str:
    text = "" if part is None else str(part)
    return text if NUMBER.fullmatch(text) else protect(text)


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every value without parts, with the path of keys that leads to it."""
    if not isinstance(value, dict):
        return [(path, value)]
    return [leaf for key, part in value.items() for leaf in leaves(part, (*path, key))]
