"""Headlines of a report computed again from its open data; small numbers give a least and a most.

python3 docs/recompute.py open-data.json (or an address) [the region's]. Exits with 1: they differ.
"""

import json
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from urllib.request import urlopen


def column(data, table, name, only=()):
    """The sum of a column, without its total; None where the report has no such table."""
    rows = {key: row for key, row in data["tables"].get(table, {}).items() if key != "_total"}
    return sum(Decimal(rows[key][name]) for key in only or rows if key in rows) if rows else None


def between(cell):
    """The least and the most that a count can be: 7, "< 5", "minder dan 5", "5 of meer"."""
    if isinstance(cell, (int, Decimal)):
        return cell, cell
    number = re.search(r"\d+", str(cell))
    least = int(number[0]) if number else 0
    return (0, least - 1) if number and not cell.endswith("of meer") else (least, float("inf"))


def headlines(data, row):
    """By headline what it comes to in each way; `row`: of a municipality in the region's data."""
    value, owed = Decimal(data["contract_value_registered"]), Decimal(data["obligation_registered"])
    parts = {name: Decimal(amount) for name, amount in data["by_category"].items()}
    clients, value_name = data["by_client"].values(), "contract_value_registered"
    groups = {} if data["municipality"] else data["tables"].get("target_groups", {})
    counts = [between(one["workplaces"]) for key, one in groups.items() if key != "_total"]
    counts += [between(row["workplaces"])] if row else []
    steps = column(data, "reconciled", "amount", ("owed_by_awards", "owed_by_changes"))
    rate = (owed * 100 / value).quantize(Decimal("0.01"), ROUND_HALF_UP) if value else None
    yield "workplaces", [(sum(c[0] for c in counts), sum(c[1] for c in counts))] if counts else []
    yield "fulfilled", [sum(parts.values()), sum(map(Decimal, clients)) if clients else None]
    yield "social_spend", [sum(parts.get(name, 0) for name in ("social_purchasing", "csr"))]
    tables = [column(data, name, value_name) for name in ("municipalities", "sectors")]
    yield value_name, [*tables, Decimal(row[value_name]) if row else None]
    yield "obligation_registered", [steps, column(data, "municipalities", "obligation_registered")]
    yield "average_rate", [rate]
    yield "open", [Decimal(data["obligation_to_date"]) - Decimal(data["realised_to_date"])]


if __name__ == "__main__":
    read = [json.load(urlopen(a) if a[:4] == "http" else open(a, "rb")) for a in sys.argv[1:]]  # noqa: SIM115
    report, differs = read[0], False
    row = read[-1]["tables"].get("municipalities", {}).get(report["municipality"], {})
    for name, found in headlines(report, row):
        ways = [way if isinstance(way, tuple) else (way, way) for way in found if way is not None]
        stated = report[name] if name == "workplaces" else Decimal(report[name] or 0)
        low, high = between(stated)
        differs |= any(high < way[0] or way[1] < low for way in ways)
        said = [" to ".join(map(str, dict.fromkeys(way))) for way in ways]
        print(f"{name}: {stated}; from parts: {', '.join(said) or 'not to be computed'}")
    print("These differ!" if differs else "All agree.")
    sys.exit(differs)
