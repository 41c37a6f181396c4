"""The files of the demonstration, as they stand on a day.

Dates in the files are written out, or relative to that day: `{begin-3}` and `{eind+20}` are the
first and last day of the month so many months away, `{dag-9}` is so many days away, `{jaar-3}` the
year of `{begin-3}`. What had not happened yet on that day is left out, so that the same files tell
the story on any day from 2026 on.
"""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

from sroi.exchange import csv_text
from sroi.periods import add_months, days_in_month, month_of

FOLDER = Path(__file__).parent
# What has to lie in the past for a row to exist, whichever of these its file has.
HAPPENS_ON = (
    "publication_date",
    "award_date",
    "effective_date",
    "start_date",
    "paid_on",
    "activity_date",
)

DemoRow = dict[str, str]

_RELATIVE = re.compile(r"\{(begin|eind|dag|jaar)([+-]\d+)\}")


def rendered(text: str, today: date) -> str:
    """`text` with the relative dates in it written out."""

    def day(match: re.Match[str]) -> str:
        word, distance = match[1], int(match[2])
        if word == "dag":
            return (today + timedelta(distance)).isoformat()
        month = add_months(month_of(today), distance)
        if word == "jaar":
            return str(month.year)
        return (month if word == "begin" else month.replace(day=days_in_month(month))).isoformat()

    return _RELATIVE.sub(day, text)


def has_happened(row: DemoRow, today: date) -> bool:
    """By the first of its dates: a contract that was published or awarded exists, also when it
    starts later.
    """
    days = [row[name] for name in HAPPENS_ON if row.get(name)]
    return not days or date.fromisoformat(days[0]) <= today


def rows_of(name: str, today: date) -> list[DemoRow]:
    """The rows of a file in this folder that exist on `today`; none where there is no such file."""
    path = FOLDER / name
    if not path.exists():
        return []
    lines = rendered(path.read_text(encoding="utf-8"), today).splitlines()
    return [row for row in csv.DictReader(lines) if has_happened(row, today)]


def write(rows: list[DemoRow], path: Path) -> None:
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    path.write_text(csv_text(lines, delimiter=",", end="\n"), encoding="utf-8", newline="")
