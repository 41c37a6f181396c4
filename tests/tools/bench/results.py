"""What was found: a line while it runs, `var/bench-SIZE-DB.json`, a table against the goals, and
the page `docs/speed.md`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.tools.bench.rows import GOALS, Row, of_data, with_what_follows

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "speed.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
SLOWEST = 10


def file_of(size: str, vendor: str) -> Path:
    return ROOT / "var" / f"bench-{size}-{vendor}.json"


def number(value: float | None, unit: str = "") -> str:
    if value is None:
        return ""
    return f"{value:,.0f}{unit}" if value >= 100 or unit == "" else f"{value:.2g}{unit}"


def line(row: Row) -> str:
    goal = GOALS[row.goal]
    queries = "" if row.queries is None else f"{row.queries} queries"
    took = "" if row.ms is None else f"{row.ms:.0f} ms"
    parts = (row.goal, row.what, number(row.ratio, goal.unit), took, queries, row.said)
    return "  ".join(part for part in parts if part)


def keep(size: str, vendor: str, rows: Sequence[Row], words: str, *, whole: bool) -> None:
    """Rows of this run take the place of the same of an earlier one; all of them after a whole
    run.
    """
    if not rows:
        return
    path = file_of(size, vendor)
    known = [] if whole or not path.exists() else _read(path)
    again = {row.goal for row in rows}
    known = [row for row in known if row.what or row.goal not in again]
    now = {(row.goal, row.what): row for row in (*known, *rows)}
    small = file_of("S", vendor)
    all_rows = with_what_follows(
        [row for row in now.values() if row.goal not in ("queries", "page-growth", "list-growth")],
        _read(small) if size != "S" and small.exists() else (),
    )
    data = {"size": words, "rows": [row.as_data() for row in all_rows]}
    path.write_text(json.dumps(data, indent=1))
    print("\n".join(table(all_rows)))


def _read(path: Path) -> list[Row]:
    return of_data(json.loads(path.read_text())["rows"])


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Of each goal the worst row; how many rows there are, and how many miss what must be."""
    yield "| goal | worst | median | must | aim | rows | missed |"
    yield "|---|---|---|---|---|---|---|"
    for name, goal in GOALS.items():
        own = [row for row in rows if row.goal == name]
        known = sorted((row for row in own if row.ratio is not None), key=_ratio)
        silent = [row for row in own if row.ratio is None]
        if not own:
            continue
        missed = len(silent) + sum(_ratio(row) > goal.must for row in known if goal.must)
        worst = known[-1] if known else silent[0]
        middle = known[len(known) // 2] if known else None
        yield " | ".join(
            (
                f"| {goal.words}",
                f"{number(worst.ratio, goal.unit)} {worst.what} {worst.said}".strip(),
                number(middle and middle.ratio, goal.unit),
                number(goal.must, goal.unit) if goal.must else "",
                number(goal.aim, goal.unit) if goal.aim else "",
                str(len(own)),
                f"{missed or ''} |",
            )
        )


def _ratio(row: Row) -> float:
    return row.ratio or 0


def slowest(rows: Iterable[Row]) -> Iterator[str]:
    """Pages that do not answer, and then those that take longest."""
    pages = [row for row in rows if row.goal in ("page", "open", "list")]
    silent = [row for row in pages if row.ratio is None]
    slow = sorted((row for row in pages if row.ratio), key=lambda row: -(row.ms or 0))
    yield from (f"| `{row.what}` | | | {row.said} |" for row in silent)
    for row in slow[:SLOWEST]:
        yield f"| `{row.what}` | {row.ms:,.0f} | {number(row.ratio, '×')} | {row.queries} |"


def write() -> None:
    """The page, from what was kept of each size and database."""
    parts = []
    for path in sorted((ROOT / "var").glob("bench-*-*.json"), key=lambda p: "SML".index(p.stem[6])):
        data = json.loads(path.read_text())
        rows = of_data(data["rows"])
        _bench, size, vendor = path.stem.split("-")
        parts += [f"## {size} on {vendor}", "", f"{data['size']}.", "", *table(rows), ""]
        parts += ["| slowest pages | ms | against a bare page | queries |", "|---|---|---|---|"]
        parts += [*slowest(rows), ""]
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(parts) + "\n" + END + after, encoding="utf-8")
