"""The rows of the table, against the goals of QUALITY (2026-11): what must be, and what is aimed
at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Goal:
    """At most so many times the floor; but for what is said in `unit`."""

    words: str
    must: float
    aim: float
    unit: str = "×"


GOALS = {
    "list": Goal("contract list, each filter and order, against a bare page", 6, 2),
    "list-admin": Goal("contract list, against the admin's changelist", 0.5, 0.1),
    "list-deep": Goal("last page of the contract list, against the first", 1.3, 1.1),
    "list-growth": Goal("contract list, against itself at S", 1.3, 1.1),
    "page-growth": Goal("every page of every role, against itself at S", 1.5, 1.1),
    "queries": Goal("queries of any page", 10, 6, ""),
    "open": Goal("pages without signing in, against a bare page", 5, 2),
    "page": Goal("every page of every role, against a bare page", 0, 0),
    "figures": Goal("annual figures of six years, against one grouped SQL", 0.1, 0.01),
    "report": Goal("report as PDF, against the PDF library on the same HTML", 1.2, 0.9),
    "import": Goal("bringing in a file, against bulk insert of the same rows", 8, 2),
    "csv": Goal("list as a file, against the bare cursor", 8, 4),
    "memory": Goal("memory that a file takes", 50, 25, " MB"),
    "accept": Goal("accepting over HTTP, against a bare page with the same SQL", 3, 1.5),
    "verify": Goal("verify_ledger, a fulfilment", 1, 0.2, " ms"),
    "check": Goal("manage.py check, against Django with its own apps", 2, 1.3),
}


@dataclass(frozen=True)
class Row:
    """One line of `var/bench-SIZE-DB.json`; `said` where nothing could be measured, and why."""

    goal: str
    what: str
    ratio: float | None = None
    pairs: int = 0
    queries: int | None = None
    ms: float | None = None
    said: str = ""

    def as_data(self) -> dict[str, Any]:
        goal = GOALS[self.goal]
        return asdict(self) | {"must": goal.must or None, "aim": goal.aim or None}


def of_data(rows: Sequence[dict[str, Any]]) -> list[Row]:
    names = Row.__dataclass_fields__
    return [Row(**{name: row[name] for name in names if name in row}) for row in rows]


def growth(rows: Sequence[Row], small: Sequence[Row]) -> Iterator[Row]:
    """What each page takes beside its floor, against the same at S."""
    before = {(row.goal, row.what): row for row in small}
    for row in rows:
        then = before.get((row.goal, row.what))
        goal = {"list": "list-growth", "page": "page-growth", "open": "page-growth"}.get(row.goal)
        if goal and row.ratio and then and then.ratio:
            yield replace(row, goal=goal, ratio=row.ratio / then.ratio, queries=None, ms=None)


def with_what_follows(rows: Sequence[Row], small: Sequence[Row]) -> list[Row]:
    asked = [
        Row("queries", row.what, ratio=row.queries)
        for row in rows
        if row.goal in ("page", "open", "list") and row.queries is not None
    ]
    return [*rows, *asked, *growth(rows, small)]
