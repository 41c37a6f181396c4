"""Annual figures as text: JSON in the exchange format, or the same as CSV with a row per figure."""

import csv
import io
import json
import re
from typing import Any

from reporting.figures.facts import AnnualFigures
from sroi.exchange.protection import protect

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
HEADER = ("figure", "key", "value")


def as_json(figures: AnnualFigures) -> str:
    return json.dumps(figures.as_json(), indent=2, ensure_ascii=False)


def as_csv(figures: AnnualFigures) -> str:
    return as_rows(figures.as_json())


def as_rows(content: dict[str, Any]) -> str:
    """A row per figure; a figure with parts has a row per part, with the path to it as key."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADER)
    for name, value in content.items():
        writer.writerows((name, protect(".".join(path)), _cell(part)) for path, part in leaves(value))
    return target.getvalue()


def _cell(part: Any) -> str:
    text = "" if part is None else str(part)
    return text if NUMBER.fullmatch(text) else protect(text)


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every value without parts, with the path of keys that leads to it."""
    if not isinstance(value, dict):
        return [(path, value)]
    return [leaf for key, part in value.items() for leaf in leaves(part, (*path, key))]
