"""An attack on what is published: every form of every edition of two years together, each number an
equation. No count of persons under the limit follows from them by subtraction or any other sum.
"""

import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
import time_machine
from django.utils import translation
from python_calamine import CalamineWorkbook

from placements.models import OUTSIDE, Became, Moment, Origin, PlacementOutcome
from reporting.figures.people import JOB, KIND_OF_GROUP
from reporting.figures.words import target_group
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import data, html
from reporting.notice.files.workbook import SHEETS, as_xlsx
from reporting.notice.tables.people import AMONG_OTHERS, KINDS, NOT_RECORDED, OTHER
from tests.reporting.figures.test_figures import NOW, Ledger, month

pytestmark = pytest.mark.django_db
BELOW, YEARS = 5, (2023, 2024)
GROUPS = ("participation_act", "ww", "wia_wao", "bbl", "bol", "wajong")
# What is unknown to a reader: of which attribute, in which year, of whom.
Unknown = tuple[str, int, str]
Equation = tuple[Mapping[Unknown, int], Any]
PLACED = ("workplaces", "workplaces_started", "workplaces_late", "fte")
BY_TABLE = {
    "target_groups": "target_group",
    "kinds": "kind",
    "origins": "origin",
    "residences": "residence",
} | {f"outcomes_{moment}": f"outcome {moment}" for moment in Moment}
BY_NAME = {"by_kind": "kind", "by_origin": "origin", "by_residence": "residence"}


class Region:
    """A region with random placements in two years, and what is true of them."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger, self.random = ledger, random.Random(seed)
        self.true: dict[Unknown, int] = defaultdict(int)
        self.towns = {town.code: town for town in ledger.towns}
        self.labels = self._labels()
        # Some kinds of people are many, some few.
        self.weights = {
            name: [self.random.choice((1, 2, 4, 20)) for _code in codes]
            for name, codes in self.codes.items()
        }
        for town in ledger.towns:
            contract = ledger.contract(shares={town: 100}, award_date=date(2023, 1, 1))
            for year in YEARS:
                for _ in range(self.random.choice((1, 3, 6, 14))):
                    self._place(contract, town.code, year)
        for moment in Moment:
            for year in YEARS:
                for outcome in Became.values:
                    self.true[f"outcome {moment}", year, outcome] += 0

    @property
    def codes(self) -> dict[str, list[str]]:
        return {
            "target_group": [*GROUPS],
            "origin": ["", *Origin.values],
            "residence": ["", OUTSIDE, *self.towns],
            "outcome": [*Became.values],
        }

    def _labels(self) -> dict[str, dict[str, str]]:
        """Per attribute what a code is called on paper."""
        towns = {code: town.name for code, town in self.towns.items()}
        outcomes = {code: str(Became(code).label).capitalize() for code in Became.values}
        return {
            "target_group": {code: target_group(code) for code in GROUPS},
            "kind": KINDS,
            "origin": {"": NOT_RECORDED}
            | {code: str(label)[:1].upper() + str(label)[1:] for code, label in Origin.choices},
            "residence": {"": NOT_RECORDED, OUTSIDE: "Buiten de regio", **towns},
            "workplaces": towns,
        } | {f"outcome {moment}": outcomes for moment in Moment}

    def _one(self, name: str) -> str:
        return self.random.choices(self.codes[name], self.weights[name])[0]

    def _place(self, contract: Any, town: str, year: int) -> None:
        chosen = {name: self._one(name) for name in ("target_group", "origin", "residence")}
        started = self.random.random() < 0.5
        fulfilment = self.ledger.fulfilment(
            start_date=date(year if started else 2022, 2, 1),
            end_date=date(year, 9, 30),
            origin=chosen["origin"],
            residence=chosen["residence"],
        )
        where = {"target_group": chosen["target_group"], "fte": "0.25"}
        self.ledger.line(contract, "100", month(year, 6), fulfilment, **where)
        for name, code in chosen.items():
            self.true[name, year, code] += 1
        self.true["kind", year, KIND_OF_GROUP.get(chosen["target_group"], JOB)] += 1
        self.true["workplaces", year, town] += 1
        self.true["workplaces_started", year, town] += started
        if self.random.random() < 0.7:
            outcome = self._one("outcome")
            PlacementOutcome.objects.create(
                fulfilment=fulfilment, moment=Moment.END, outcome=outcome, at=NOW
            )
            self.true[f"outcome {Moment.END}", year, outcome] += 1

    # --- what is published ---

    def equations(self) -> list[Equation]:
        found: list[Equation] = []
        for year in YEARS:
            for town in (None, *self.ledger.towns):
                edition = assemble(self.ledger.region, year, town, date(2025, 1, 15))
                found += self._of_data(json.loads(data.as_json(edition, public=True)), town, year)
                found += self._of_csv(edition, town, year)
                found += self._of_tables(_of_html(html.body(edition)), town, year)
                book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(edition)))
                found += self._of_tables(_of_workbook(book), town, year)
                found += self._of_data(_figures_of_workbook(book), town, year)
        return found

    def _of_csv(self, edition: Edition, town: Any, year: int) -> Iterator[Equation]:
        found: dict[str, Any] = {}
        lines = csv.reader(io.StringIO(data.as_csv(edition, public=True)))
        for name, path, value in list(lines)[1:]:
            part = found
            *steps, last = [name, *filter(None, path.split("."))]
            for step in steps:
                part = part.setdefault(step, {})
            part[last] = float(value) if re.fullmatch(r"[\d.]+", value) else value
        found.pop("tables")
        yield from self._of_data(found, town, year)

    def _of_data(self, found: Mapping[str, Any], town: Any, year: int) -> Iterator[Equation]:
        for name, attribute in BY_NAME.items():
            counts = dict(found.get(name) or {})
            # Whether what was not recorded is among the others is told by the table only.
            if name != "by_kind":
                counts.pop("_other", None)
            yield from self._split(attribute, year, counts, None)
        for moment, told in (found.get("outcomes") or {}).items():
            counts = {code: n for code, n in told.items() if code not in ("asked", "answered")}
            yield from self._split(f"outcome {moment}", year, counts, told["answered"])
        for name in PLACED:
            yield from self._placed(name, year, town, found.get(name))
        tables = {
            name: [[row["label"], *list(row.values())[1:]] for row in table.values()]
            for name, table in (found.get("tables") or {}).items()
        }
        heads = {
            name: ["", *list(next(iter(table.values())))[1:]]
            for name, table in (found.get("tables") or {}).items()
        }
        yield from self._of_tables(
            {name: [heads[name], *rows] for name, rows in tables.items()}, town, year
        )

    def _placed(self, name: str, year: int, town: Any, value: Any) -> Iterator[Equation]:
        if isinstance(value, (int, float)) or re.fullmatch(r"[\d.]+", str(value)):
            towns = [town.code] if town else self.towns
            yield {(name, year, code): 1 for code in towns}, value

    def _split(
        self, attribute: str, year: int, counts: Mapping[str, Any], total: Any
    ) -> Iterator[Equation]:
        known = [code for code in self.labels[attribute] if code in counts]
        yield from (({(attribute, year, code): 1}, counts[code]) for code in known)
        rest = {(attribute, year, c): 1 for c in self.labels[attribute] if c not in known}
        if "_other" in counts:
            yield rest, counts["_other"]
        if total is not None and counts:
            yield {(attribute, year, code): 1 for code in self.labels[attribute]}, total

    def _of_tables(
        self, tables: Mapping[str, list[list[Any]]], town: Any, year: int
    ) -> Iterator[Equation]:
        """The tables with their heads: of attributes, and of workplaces per municipality."""
        for name, (head, *rows) in tables.items():
            counts = {
                i: int(found[0]) if (found := re.findall(r"20\d\d", str(title))) else year
                for i, title in enumerate(head)
                if i and re.match(r"workplaces|Werkplekken", str(title))
            }
            if name in BY_TABLE:
                for i, then in counts.items():
                    yield from self._column(BY_TABLE[name], then, rows, i)
            elif name == "municipalities":
                for i, then in counts.items():
                    yield from self._column("workplaces", then, rows, i)
            elif name == "years" and town:
                for row in rows:
                    if re.fullmatch(r"20\d\d", str(row[0])):
                        yield from self._placed("workplaces", int(row[0]), town, row[1])

    def _column(
        self, attribute: str, year: int, rows: Iterable[list[Any]], i: int
    ) -> Iterator[Equation]:
        codes = {label: code for code, label in self.labels[attribute].items()}
        counts: dict[str, int] = {}
        total = None
        for row in rows:
            cell = str(row[i]).replace("–", "0").removesuffix(".0")
            if not cell.isdecimal():
                assert cell in (AMONG_OTHERS, "minder dan 5", "5 of meer", "1 of meer"), cell
            elif row[0] in codes:
                counts[codes[row[0]]] = int(cell)
            elif row[0] == OTHER:
                counts["_other"] = int(cell)
            else:
                total = int(cell)
        yield from self._split(attribute, year, counts, total)


def _words(text: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))).strip()


def _of_html(body: str) -> dict[str, list[list[str]]]:
    """The tables of the page, by the names they have in data."""
    captions = {
        "Werkplekken per doelgroep": "target_groups",
        "Werkplekken per soort": "kinds",
        "Werkplekken per herkomst": "origins",
        "Werkplekken per woonplaats": "residences",
        "Ontwikkeling per jaar": "years",
        "Resultaten per gemeente": "municipalities",
        "Wat er van hen werd, aan het eind van de plaatsing": f"outcomes_{Moment.END}",
    }
    found = {}
    for table in re.findall(r"<table.*?</table>", body, re.S):
        caption = _words(re.findall(r"<caption.*?</caption>", table, re.S)[0])
        lines = [
            [_words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.S)]
            for line in re.findall(r"<tr.*?</tr>", table, re.S)
        ]
        if name := captions.get(caption):
            found[name] = lines
    return found


def _of_workbook(book: Any) -> dict[str, list[list[Any]]]:
    return {
        name: book.get_sheet_by_name(sheet).to_python()
        for name, sheet in SHEETS.items()
        if sheet in book.sheet_names
    }


def _figures_of_workbook(book: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _label, path, value in book.get_sheet_by_name("Cijfers").to_python()[1:]:
        part = found
        *steps, last = [name, *filter(None, path.split("."))]
        for step in steps:
            part = part.setdefault(step, {})
        part[last] = value
    return found


# --- the attack -----------------------------------------------------------------------------------


def follows(equations: Collection[Equation]) -> dict[Unknown, Fraction]:
    """What follows from them: the unknowns that have one value in every solution."""
    rows = [
        ({unknown: Fraction(n) for unknown, n in terms.items()}, Fraction(str(value)))
        for terms, value in {(frozenset(t.items()), v): (t, v) for t, v in equations}.values()
    ]
    solved: dict[Unknown, tuple[dict[Unknown, Fraction], Fraction]] = {}
    for terms, value in rows:
        row, right = dict(terms), value
        for pivot, (other, known) in solved.items():
            if factor := row.get(pivot):
                row, right = _less(row, other, factor), right - factor * known
        if not row:
            assert right == 0, (terms, value, "what is published contradicts itself")
            continue
        pivot = next(iter(row))
        factor = row[pivot]
        row, right = {u: n / factor for u, n in row.items()}, right / factor
        for before, (other, known) in list(solved.items()):
            if factor := other.get(pivot):
                solved[before] = (_less(other, row, factor), known - factor * right)
        solved[pivot] = (row, right)
    return {pivot: right for pivot, (row, right) in solved.items() if len(row) == 1}


def _less(
    row: Mapping[Unknown, Fraction], other: Mapping[Unknown, Fraction], factor: Fraction
) -> dict[Unknown, Fraction]:
    found = {u: row.get(u, Fraction(0)) - factor * other.get(u, Fraction(0)) for u in row | other}
    return {u: n for u, n in found.items() if n}


def of_kinds(region: Region) -> Iterator[Equation]:
    """What everybody knows: a kind is a sum of target groups. And what is counted is a sum."""
    for year in YEARS:
        for kind in KINDS:
            groups = [g for g in GROUPS if KIND_OF_GROUP.get(g, JOB) == kind]
            terms = {("target_group", year, group): 1 for group in groups}
            yield {("kind", year, kind): -1, **terms}, 0
        total = sum(n for (name, y, _c), n in region.true.items() if (name, y) == ("kind", year))
        for name in ("target_group", "kind", "origin", "residence"):
            yield {(name, year, code): 1 for code in region.labels[name]}, total


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.mark.parametrize("seed", [2, 3])
def test_no_count_under_the_limit_follows_from_all_that_is_published(
    ledger: Ledger, seed: int
) -> None:
    region = Region(ledger, seed)
    found = follows([*region.equations(), *of_kinds(region)])
    for unknown, value in found.items():
        name = unknown[0]
        if name in ("fte", "workplaces_late"):
            continue
        assert value == region.true[unknown], (unknown, "what is published is not true")
        assert value == 0 or value >= BELOW, unknown
    # Of a municipality nothing follows that counts placements, but the workplaces themselves.
    assert not {name for name, _year, _code in found} & {*PLACED[1:]}


def test_the_attack_finds_what_is_not_hidden(ledger: Ledger) -> None:
    """Small groups that are told, and one that follows from the total: the attack is one."""
    unknowns = [("origin", 2024, code) for code in Origin.values]
    total: Equation = (dict.fromkeys(unknowns, 1), 20)
    told: list[Equation] = [({unknown: 1}, 4) for unknown in unknowns[1:]]
    assert follows([total, *told])[unknowns[0]] == 4
    assert follows([total, *told[1:]]).keys() == {*unknowns[2:]}


def test_tables_about_people_are_published_where_they_can_be(ledger: Ledger) -> None:
    contract = ledger.contract(award_date=date(2024, 1, 1))
    for origin, many in (("own_files", 8), ("school", 3), ("werkcentrum", 2)):
        for _n in range(many):
            fulfilment = ledger.fulfilment(origin=origin, residence="GM0001")
            ledger.line(contract, "10", month(2024, 4), fulfilment)
    whole = assemble(ledger.region, 2024, None, date(2025, 1, 15))
    content = json.loads(data.as_json(whole, public=True))
    assert content["by_origin"] == {"own_files": 8, "_other": 5}
    assert content["by_residence"] == {"GM0001": 13}
    assert content["tables"]["origins"]["_other"] == {"label": "Overig", "workplaces": 5}
    town = assemble(ledger.region, 2024, ledger.a, date(2025, 1, 15))
    own = json.loads(data.as_json(town, public=True))
    assert (own["persons"], own["by_origin"], own["outcomes"]) == (None, {}, {})
    # Not masked for the region's own staff.
    exact = json.loads(data.as_json(town))["by_origin"]
    assert exact == {"own_files": 8, "school": 3, "werkcentrum": 2}
