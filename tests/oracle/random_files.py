"""Random but consistent exchange files: the same seed and sizes always give the same files.

They hold what is hard: odd dates, cents, shares, contracts under several tables, limits that bite.
They hold nothing that DOMAIN leaves open where two good readings would give two figures; what is
avoided is said where it is avoided.
"""

import csv
import json
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle.calculation import Policy, plus_months

BEGIN = date(2021, 6, 1)
CODES = ("GM0402", "GM1942", "GM0406", "GM1696", "GM0376", "GM0317", "GM0417")
TYPES = ("works", "services", "supplies")
FIELDS = (
    "werk-en-inkomen",
    "onderwijs-en-leren",
    "inkoop",
    "economie",
    "sociaal-domein",
    "duurzaamheid",
)
GROUPS = (
    "participation_act",
    "ww",
    "wia_wao",
    "wajong",
    "jobs_agreement",
    "bbl",
    "bol",
    "no_benefit",
)
REASONS = ("labour_share", "market", "duration", "sector", "other")
WORDS = (
    "noord",
    "zuid",
    "oost",
    "west",
    "brug",
    "haven",
    "park",
    "school",
    "plein",
    "kade",
    "molen",
    "dijk",
)


def columns(names: str) -> list[str]:
    return names.split()


CONTRACT_COLUMNS = columns(
    "reference title contractor_kvk contractor_name municipalities procurement_type cpv"
    " policy_field publication_date award_date start_date end_date value rate rate_reason basis"
    " labour_cost parent_reference valuation_table"
)
CHANGE_COLUMNS = columns(
    "change_id contract_reference kind effective_date value_delta labour_cost_delta"
    " obligation_delta rate new_end_date reason"
)
FULFILMENT_COLUMNS = columns(
    "external_id kind contracts block description candidate_ref hours_per_week start_date end_date"
    " confirmed_until age_at_start permanent_contract entitled_until facts bonuses supplier_name"
    " supplier_kvk"
    " invoice_number amount paid_on quantity activity_date policy_field performed_by accepted_value"
    " accepted_reason status"
)
HANDED_IN = {
    "placement": ("candidate_ref",),
    "purchase": ("supplier_name", "invoice_number"),
    "activity": ("description",),
}


@dataclass(frozen=True)
class Sizes:
    municipalities: int = 4
    tables: int = 2
    contractors: int = 3
    contracts: int = 8
    changes: int = 10
    fulfilments: int = 40


@dataclass(frozen=True)
class RandomFiles:
    seed: int
    today: date
    region_code: str
    municipalities: list[str]
    region: Path
    tables: list[tuple[Path, date]]  # in the order in which they come into force
    contracts: Path
    changes: Path
    fulfilments: Path
    accepted: list[str]  # external ids

    @property
    def years(self) -> range:
        """The years in which anything can lie: work may have begun up to 200 days before its
        contract.
        """
        return range(BEGIN.year - 1, self.today.year + 1)


@dataclass
class Deal:
    """A contract as far as later rows have to know it. Amounts in cents, rates in hundredths of a
    percent.
    """

    reference: str
    kvk: str
    start: date
    end: date
    award: date
    value: int
    labour: int
    basis: str
    rate: int
    table: dict[str, Any]
    framework: bool = False


@dataclass
class Candidate:
    reference: str
    free_from: date
    alone: bool  # placed once
    age: str
    permanent: bool
    not_permanent: str = ""
    entitled_until: date | None = None
    starts: set[date] = field(default_factory=set)
    contracts: set[str] = field(default_factory=set)
    bonuses: list[str] = field(default_factory=list)


def make(directory: Path, seed: int, sizes: Sizes | None = None) -> RandomFiles:
    return Maker(Path(directory), seed, sizes or Sizes()).make()


def seeds() -> st.SearchStrategy[int]:
    """Each gives a set of files with `make`."""
    return st.integers(min_value=0, max_value=2**31 - 1)


class Maker:
    def __init__(self, directory: Path, seed: int, sizes: Sizes) -> None:
        self.directory, self.seed, self.sizes = directory, seed, sizes
        self.random = Random(seed)
        self.deals: list[Deal] = []
        self.candidates: dict[str, list[Candidate]] = {}
        self.accepted: list[str] = []
        self.invoice_numbers = count(1001)

    def make(self) -> RandomFiles:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.today = self.some_day(date(2023, 6, 1), date(2025, 12, 31))
        region = self.region()
        tables = [
            self.table(number) for number in range(1, self.random.randint(1, self.sizes.tables) + 1)
        ]
        since = [date(2020, 1, 1), self.some_day(date(2022, 1, 1), date(2023, 12, 31))]
        self.in_force = list(zip(since, tables, strict=False))
        contracts = self.contracts()
        changes = self.changes()
        fulfilments = self.fulfilments()
        return RandomFiles(
            seed=self.seed,
            today=self.today,
            region_code=region["code"],
            municipalities=self.codes,
            region=self.write_json("region.json", region),
            tables=[
                (self.write_json(f"{table['code']}.json", table), when)
                for when, table in self.in_force
            ],
            contracts=self.write_csv("contracts.csv", CONTRACT_COLUMNS, contracts),
            changes=self.write_csv("changes.csv", CHANGE_COLUMNS, changes),
            fulfilments=self.write_csv("fulfilments.csv", FULFILMENT_COLUMNS, fulfilments),
            accepted=self.accepted,
        )

    # Small choices

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def some_day(self, first: date, last: date) -> date:
        """Between the two; often the first or last day of a month, or the leap day."""
        when = first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))
        odd = self.random.choice(
            [
                None,
                None,
                when.replace(day=1),
                when.replace(day=monthrange(when.year, when.month)[1]),
                self.random.choice(
                    [date(2024, 2, 29), date(2024, 2, 28), date(2023, 12, 31), date(2024, 1, 31)]
                ),
            ]
        )
        return odd if odd and first <= odd <= last else when

    def cents(self, low: int, high: int) -> int:
        """An amount between the two, both in whole euro; in cents, often round, often odd."""
        euros = self.random.randint(low, high)
        return self.random.choice(
            [
                euros * 100,
                round(euros, -3) * 100 or euros * 100,
                euros * 100 + self.random.randint(1, 99),
            ]
        )

    def amount(self, cents: int) -> str:
        """In one of the notations that a file may use."""
        sign, cents = "-" if cents < 0 else "", abs(cents)
        euros, rest = divmod(cents, 100)
        dotted = f"{euros:,}".replace(",", ".")
        shapes = [f"{euros}.{rest:02d}", f"{dotted},{rest:02d}"]
        if not rest:
            shapes += [f"{euros}", dotted]
        return sign + self.random.choice(shapes)

    def decimal(self, value: Fraction | int) -> str:
        """A number that is no amount, of two decimals at most."""
        hundredths = Fraction(value) * 100
        assert hundredths.denominator == 1
        whole, rest = divmod(hundredths.numerator, 100)
        if not rest:
            return self.random.choice([f"{whole}", f"{whole}.0", f"{whole}.00"])
        decimals = f"{rest:02d}".rstrip("0")
        return f"{whole}{self.random.choice('.,')}{decimals}"

    def date(self, when: date | None) -> str:
        if when is None:
            return ""
        return self.random.choice([when.isoformat(), f"{when:%d-%m-%Y}"])

    def yes(self) -> str:
        return self.random.choice(["ja", "yes", "true", "1", "x"])

    def portions(self, number: int, whole: bool = True) -> list[str]:
        """Percentages; together 100, or less where that is allowed."""
        if number == 1:
            return (
                [""] if whole or self.chance(0.7) else [self.random.choice(["80", "62.5", "33.33"])]
            )
        if not whole and self.chance(0.2):
            return [self.random.choice(["25", "12.5", "33.33", "40"]) for _ in range(number)]
        choices = {
            2: [("60", "40"), ("50", "50"), ("33.33", "66.67"), ("87.5", "12.5")],
            3: [("33.33", "33.33", "33.34"), ("50", "30", "20"), ("10.01", "45", "44.99")],
        }
        return list(self.random.choice(choices[number]))

    def words(self) -> str:
        return " ".join(self.random.sample(WORDS, 3))

    def shared(self, names: Iterable[str], whole: bool = True) -> str:
        names = list(names)
        pairs = zip(names, self.portions(len(names), whole), strict=True)
        return ";".join(f"{name}:{portion}" if portion else name for name, portion in pairs)

    # Files

    def write_json(self, name: str, data: dict[str, Any]) -> Path:
        path = self.directory / name
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    def write_csv(self, name: str, columns: list[str], rows: list[dict[str, str]]) -> Path:
        assert all(row.keys() <= set(columns) for row in rows)
        if self.chance(0.3):
            columns = [
                column for column in columns if any(row.get(column) for row in rows)
            ] or columns
        if self.chance(0.3):
            columns = self.random.sample(columns, len(columns))
        path = self.directory / name
        with path.open(
            "w", encoding=self.random.choice(["utf-8", "utf-8-sig"]), newline=""
        ) as file:
            kept = [{name: row.get(name, "") for name in columns} for row in rows]
            writer = csv.DictWriter(file, columns, delimiter=self.random.choice(",;"))
            writer.writeheader()
            writer.writerows(kept)
        return path

    # Region and tables

    def region(self) -> dict[str, Any]:
        self.codes = sorted(
            self.random.sample(CODES, self.random.randint(2, self.sizes.municipalities))
        )
        policy: dict[str, Any] = {}
        if self.chance(0.3):
            policy["default_rate"] = self.random.choice(["4.00", "2.50"])
        if self.chance(0.4):
            policy["rates"] = {"labour_cost": "7.00", "invoiced_turnover": "3.5"}
        if self.chance(0.6):
            kinds = self.random.sample(TYPES, 2)
            policy |= {
                f"threshold_{kind}": self.random.choice(["200000.00", "500000.00"])
                for kind in kinds
            }
        if self.chance(0.5):
            policy |= {"reduced_rate": "2.00", "reduced_below_labour_share": "30"}
        if self.chance(0.5):
            policy["supplies_min_labour_share"] = self.random.choice(["10", "25"])
        if self.chance(0.4):
            policy["cap"] = self.random.choice(["20000.00", "32109.87"])
        if self.chance(0.4):
            policy["payment_days"] = 30
        if self.chance(0.5):
            policy["pinned_by"] = self.random.choice(["publication_date", "start_date"])
        self.policy = Policy(policy)
        return {
            "format": "region/1",
            "code": "proefregio",
            "title": {"nl": "Proefregio", "en": "Trial region"},
            "municipalities": [
                {
                    "code": code,
                    "name": f"Gemeente {code[2:]}",
                    "inhabitants": self.random.randint(8000, 90000),
                }
                for code in self.codes
            ],
            "goals": (
                [{"year": 2024, "indicator": "workplaces", "low": 20, "high": 26}]
                if self.chance(0.5)
                else []
            ),
            "policy": policy,
        }

    def table(self, number: int) -> dict[str, Any]:
        random = self.random

        def euros(low: int, high: int) -> str:
            return f"{self.cents(low, high) / 100:.2f}"

        def block(
            code: str, kind: str, unit: str, amount: str | None, **more: Any
        ) -> dict[str, Any]:
            row = {"code": code, "label": {"nl": code, "en": code}, "kind": kind, "unit": unit}
            if amount is not None:
                row["amount"] = amount
            if kind != "bonus" and self.chance(0.9):
                row["policy_field"] = random.choice(FIELDS)
            if kind == "placement":
                if self.chance(0.9):
                    row["target_group"] = random.choice(GROUPS)
                if self.chance(0.4):
                    row["max_months"] = random.choice([1, 3, 6, 12])
            return row | {key: value for key, value in more.items() if value is not None}

        def purchase(code: str, weight: str) -> dict[str, Any]:
            return block(code, "purchase", "invoice", None, weight_percent=weight)

        def bonus(code: str, unit: str, amount: str, **more: Any) -> dict[str, Any]:
            condition = random.choice(
                [None, None, {"min_age": 50}, {"min_age": 55}, {"permanent_contract": True}]
            )
            applies_to = random.choice(
                [None, None, None, ["FULL_A", "MONTHLY"], ["FULL_B", "YEARLY", "ONCE"]]
            )
            return block(
                code, "bonus", unit, amount, condition=condition, applies_to=applies_to, **more
            )

        short = random.choice([None, None, 3, 12])
        blocks = [
            block("FULL_A", "placement", "full_time_year", euros(5000, 50000)),
            block("FULL_B", "placement", "full_time_year", "33333.33"),
            block("YEARLY", "placement", "year", euros(2000, 20000)),
            block("MONTHLY", "placement", "month", euros(100, 2000)),
            block("ONCE", "placement", "fixed", euros(1000, 10000)),
            bonus("BONUS_FULL", "full_time_year", euros(1000, 15000), max_months=short),
            bonus("BONUS_YEAR", "year", euros(1000, 9000)),
            bonus("BONUS_MONTH", "month", euros(50, 500), max_months=random.choice([None, 2])),
            bonus("BONUS_ONCE", "fixed", euros(1000, 10000)),
            # The only one that switches others off, and for as long as the placement counts: no
            # chains, no gaps.
            bonus("BONUS_EXTRA", "year", "7777.77", replaces=["BONUS_YEAR", "BONUS_ONCE"]),
            purchase("INVOICE", "100"),
            purchase("INVOICE_PART", random.choice(["33.33", "50", "150", "62.5"])),
            block("HOURS", "activity", "hour", euros(50, 150)),
            block("DAYS", "activity", "day", euros(500, 1000)),
            block("COSTS", "activity", "cost", None),
            block("AGREED", "activity", "agreement", None),
        ]
        if self.chance(0.3):
            blocks[3]["replaces"] = ["BONUS_MONTH"]
        if number > 1:
            # Some blocks go by another code in the later table.
            for row in blocks:
                if row["code"] in {"YEARLY", "INVOICE", "HOURS"}:
                    row["code"] += "_NEW"
            for row in blocks:
                if "applies_to" in row:
                    row["applies_to"] = [
                        f"{c}_NEW" if c == "YEARLY" else c for c in row["applies_to"]
                    ]
        drop_what_never_meets(blocks)
        facts = self.second(blocks) if self.chance(0.7) else None
        return {
            "format": "valuation-table/1" if facts is None else "valuation-table/2",
            **({"facts": facts} if facts else {}),
            "code": f"proef-{number}",
            "title": {"nl": f"Proeftabel {number}", "en": f"Trial table {number}"},
            "source_url": "https://example.org/bouwblokken",
            "note": "Made up.",
            "published_pinning": "award_date",
            "valid_from": None,
            "valid_until": None,
            "full_time_hours": random.choice(["36", "36", "38", "40"]),
            "proration": random.choice(["calendar_months", "days"]),
            "min_hours_per_week": random.choice(["0", "0", "12", "16"]),
            "lookback_months": random.choice([None, None, 3, 6]),
            "blocks": blocks,
        }

    def second(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Say what only the second format can say, with every key on some rows; the questions that
        are asked for it.
        """
        random = self.random
        blocks += [
            {
                "code": f"{kind.upper()}_{unit.upper()}",
                "label": {"nl": f"{kind} {unit}"},
                "kind": kind,
                "unit": unit,
                "amount": f"{self.cents(low, high) / 100:.2f}",
            }
            for kind, low, high in (("placement", 100, 900), ("bonus", 10, 90))
            for unit in ("week", "school_year")
        ]
        of_a_person = [row for row in blocks if row["kind"] in ("placement", "bonus")]
        for row in of_a_person:
            if self.chance(0.3):
                row["max_months"] = random.choice([1, 6, 12])
            if row.get("max_months") and self.chance(0.5):
                row["max_months_from"] = random.choice(["contract", "hire", "hire"])
            # From hire on it is over all contracts anyway.
            from_hire = row.get("max_months_from") == "hire"
            if row.get("max_months") and not from_hire and self.chance(0.5):
                row["max_months_over"] = random.choice(["contract", "contractor", "contractor"])
            if self.chance(0.3):
                row["entitlement"] = {"grace_months": random.choice([0, 1, 3, 24])}
            if self.chance(0.25):
                row["condition"] = random.choice(
                    [
                        {"max_age": 26},
                        {"max_age": 50},
                        {"min_age": 50, "max_age": 55},
                        {"permanent_contract": False},
                        {"facts": ["LOW"]},
                        {"not_facts": ["LOW"], "max_age": 55},
                        {"facts": ["LOW", "HIGH"]},
                    ]
                )
        for row in blocks:
            if row not in of_a_person and self.chance(0.3):
                row["condition"] = random.choice([{"facts": ["LOW"]}, {"not_facts": ["HIGH"]}])
            if row["kind"] != "bonus" and self.chance(0.2):
                row["alternatives"] = random.choice(["one", "two"])
        facts = []
        for code in ("LOW", "HIGH"):
            needing = [
                row["code"]
                for row in blocks
                for condition in [row.get("condition") or {}]
                if code in (*condition.get("facts", ()), *condition.get("not_facts", ()))
            ]
            if needing:
                fact = {"code": code, "question": {"nl": f"Is het {code}?", "en": f"Is it {code}?"}}
                facts.append(fact | ({"blocks": needing} if self.chance(0.3) else {}))
        return facts

    # Contracts

    def contracts(self) -> list[dict[str, str]]:
        kvks = [
            "01234567",
            *(f"{self.random.randint(20, 79)}{n:06d}" for n in range(1, self.sizes.contractors)),
        ]
        self.contractors = [
            (kvk, f"Bouwbedrijf {WORDS[n % len(WORDS)].title()}") for n, kvk in enumerate(kvks)
        ]
        rows = []
        for number in range(1, self.sizes.contracts + 1):
            parents = [deal for deal in self.deals if deal.framework and deal.award < self.today]
            wanted = parents and self.chance(0.5)
            rows.append(self.contract(number, self.random.choice(parents) if wanted else None))
        # A framework is one by being called off.
        called_off = {row["parent_reference"] for row in rows}
        for deal in self.deals:
            deal.framework = deal.reference in called_off
        self.random.shuffle(rows)
        return rows

    def contract(self, number: int, parent: Deal | None) -> dict[str, str]:
        random = self.random
        kvk, name = random.choice(self.contractors)
        award = self.some_day(BEGIN, self.today)
        if parent:
            name = dict(self.contractors)[parent.kvk]
            kvk = parent.kvk
            award = self.some_day(parent.award, min(self.today, parent.end))
        start = self.some_day(award, award + timedelta(days=random.choice([20, 200])))
        end = self.some_day(start + timedelta(days=20), start + timedelta(days=1100))
        published = self.some_day(award - timedelta(days=120), award)
        procurement_type = random.choice(TYPES)
        value = self.cents(50_000, 1_500_000)
        if self.chance(0.2):
            value = random.choice([199_999_99, 200_000_00, 499_999_99, 500_000_00])
        basis = random.choice(
            ["contract_value", "contract_value", "labour_cost", "invoiced_turnover"]
        )
        labour = 0
        if basis == "labour_cost" or self.chance(0.4):
            labour = value * random.choice([5, 10, 25, 30, 31, 60]) // 100 - random.choice(
                [0, 0, 1]
            )
        rate_by_policy = self.policy.rate(
            procurement_type, Fraction(value, 100), Fraction(labour, 100) or None, basis
        )
        # The most that is expected of any contract: with a reason below it none is missing.
        default = max(
            self.policy.get("default_rate", "5.00"),
            *map(Fraction, self.policy.values.get("rates", {}).values()),
            Fraction(0),
        )
        given = None
        if self.chance(0.5):
            given = Fraction(random.choice([0, 100, 200, 250, 333, 500, 500, 750]), 100)
        rate = rate_by_policy if given is None else given
        when = {"award_date": award, "publication_date": published, "start_date": start}[
            self.policy.pinned_by
        ]
        table = [table for since, table in self.in_force if since <= when][-1]
        pinned = ""
        if self.chance(0.2):
            table = random.choice([table for _, table in self.in_force])
            pinned = table["code"]
        self.deals.append(
            Deal(
                reference=f"C-{number:03d}",
                kvk=kvk,
                start=start,
                end=end,
                award=award,
                value=value,
                labour=labour,
                basis=basis,
                rate=int(rate * 100),
                table=table,
                framework=parent is None and self.chance(0.3),
            )
        )
        codes = random.sample(self.codes, random.choice([1, 1, 2, min(3, len(self.codes))]))
        return {
            "reference": f"C-{number:03d}",
            "title": f"Onderhoud {self.words()}",
            "contractor_kvk": kvk.lstrip("0") if self.chance(0.3) else kvk,
            "contractor_name": name,
            "municipalities": self.shared(codes),
            "procurement_type": procurement_type,
            "policy_field": random.choice(["", *FIELDS]),
            "publication_date": self.date(published),
            "award_date": self.date(award),
            "start_date": self.date(start),
            "end_date": self.date(end),
            "value": self.amount(value),
            "rate": "" if given is None else self.decimal(given),
            "rate_reason": f"{random.choice(REASONS)}: {self.words()}" if rate < default else "",
            "basis": "" if basis == "contract_value" and self.chance(0.7) else basis,
            "labour_cost": self.amount(labour) if labour else "",
            "parent_reference": parent.reference if parent else "",
            "valuation_table": pinned,
        }

    # Changes

    def changes(self) -> list[dict[str, str]]:
        rows: list[tuple[Deal, date, dict[str, str]]] = []
        latest = {deal.reference: deal.award for deal in self.deals}
        for number in range(1, self.sizes.changes + 1):
            deal = self.random.choice(self.deals)
            # Nothing that lies ahead: whether it counts already is not said.
            last = min(self.today, deal.end)
            first = latest[deal.reference]
            when = first if self.chance(0.2) else self.some_day(first, max(first, last))
            latest[deal.reference] = when
            rows.append((deal, when, self.change(number, deal, when)))
        return in_any_order(self.random, rows)

    def change(self, number: int, deal: Deal, when: date) -> dict[str, str]:
        random = self.random
        kinds = ["amendment", "amendment", "extension", "rate_change"]
        # Not where nothing is owed: whether such lines make an obligation is not said.
        owing = not deal.framework and deal.rate > 0 and deal.basis != "invoiced_turnover"
        if owing:
            kinds += ["pso_discount", "waiver", "correction"]
        if deal.basis == "invoiced_turnover":
            kinds += ["turnover"] * 4
        kind = random.choice(kinds)
        row = {
            "change_id": f"W-{number:03d}" if self.chance(0.5) else "",
            "contract_reference": deal.reference,
            "kind": kind,
            "effective_date": self.date(when),
            "reason": f"{random.choice(REASONS)}: {self.words()}",
        }
        # What is taken off leaves something: what an obligation below 0 would be is not said.
        basis = deal.labour if deal.basis == "labour_cost" else deal.value
        tenth = max(1, min(basis * deal.rate // 10**6, 20_000) // 10)
        given = None
        if kind in ("amendment", "extension"):
            if kind == "extension":
                deal.end = self.some_day(
                    deal.end + timedelta(days=1), deal.end + timedelta(days=300)
                )
                row["new_end_date"] = self.date(deal.end)
            if kind == "amendment" or self.chance(0.7):
                low = -deal.value // 400
                delta = (
                    self.cents(1, deal.value // 300) if self.chance(0.7) else self.cents(low, -1)
                )
                deal.value += delta
                row["value_delta"] = self.amount(delta)
                if deal.basis == "labour_cost":
                    labour = delta * 2 // 5
                    if deal.labour + labour > 0:
                        deal.labour += labour
                        row["labour_cost_delta"] = self.amount(labour)
            if owing and self.chance(0.2):
                given = (
                    self.cents(1, 3000)
                    if self.chance(0.7)
                    else -self.random.randint(1, tenth * 100)
                )
        elif kind == "rate_change":
            deal.rate = random.choice(
                [rate for rate in (100, 175, 300, 500, 600) if rate != deal.rate]
            )
            row["rate"] = self.decimal(Fraction(deal.rate, 100))
        elif kind == "turnover":
            row["value_delta"] = self.amount(self.cents(1000, 200_000))
        else:
            given = -self.random.randint(1, tenth * 100)
            if kind == "correction" and self.chance(0.5):
                given = self.cents(1, 600)
        if given is not None:
            row["obligation_delta"] = self.amount(given)
        return row

    # Fulfilments

    def fulfilments(self) -> list[dict[str, str]]:
        owners = [deal for deal in self.deals if not deal.framework]
        if not owners:
            return []
        rows = []
        for number in range(1, self.sizes.fulfilments + 1):
            first = self.random.choice(owners)
            deals = [first]
            others = [deal for deal in owners if deal.kvk == first.kvk and deal is not first]
            if others and self.chance(0.35):
                deals.append(self.random.choice(others))
            row = self.random.choice(
                [self.placement, self.placement, self.placement, self.purchase, self.activity]
            )(deals)
            row["external_id"] = f"F-{number:03d}"
            row["description"] = self.random.choice(["", self.words()])
            row.setdefault("status", self.random.choice(["accepted"] * 8 + ["submitted", "draft"]))
            if row["status"] == "submitted":
                # What is handed in says who, from whom or what; history that was accepted elsewhere
                # may not.
                for name in HANDED_IN[row["kind"]]:
                    row[name] = row.get(name) or f"{name} {number}"
            if row["status"] != "accepted":
                row.pop("accepted_value", None)
            row["accepted_reason"] = "Na overleg vastgesteld" if "accepted_value" in row else ""
            if self.chance(0.2):
                row["policy_field"] = self.random.choice(FIELDS)
            if row["status"] == "accepted":
                self.accepted.append(row["external_id"])
            rows.append(row)
        self.random.shuffle(rows)
        return rows

    def blocks(self, deals: list[Deal], kind: str) -> tuple[str, list[dict[str, Any]]] | None:
        """A cell, and the block under each contract; of one unit where the unit says which columns
        are used.
        """
        offers = [
            [block for block in deal.table["blocks"] if block["kind"] == kind] for deal in deals
        ]
        chosen = [self.random.choice(offers[0])]
        for offer in offers[1:]:
            # What two contracts make of an agreement is not said.
            fitting = [
                block
                for block in offer
                if kind == "placement" or block["unit"] == chosen[0]["unit"]
            ]
            fitting = [block for block in fitting if block["unit"] != "agreement"]
            if not fitting:
                return None
            chosen.append(self.random.choice(fitting))
        if len(deals) == 1:
            return chosen[0]["code"], chosen
        codes = [block["code"] for block in chosen]
        if self.chance(0.5) and codes[0] in [block["code"] for block in offers[1]]:
            same = next(block for block in offers[1] if block["code"] == codes[0])
            return codes[0], [chosen[0], same]
        pairs = zip(deals, codes, strict=True)
        return ";".join(f"{deal.reference}={code}" for deal, code in pairs), chosen

    def common(
        self, deals: list[Deal], kind: str
    ) -> tuple[dict[str, str], list[dict[str, Any]], list[Deal]]:
        found = self.blocks(deals, kind)
        if found is None:
            deals = deals[:1]
            found = self.blocks(deals, kind)
        cell, chosen = found
        references = [deal.reference for deal in deals]
        row = {"kind": kind, "contracts": self.shared(references, whole=False), "block": cell}
        asked = {fact["code"] for deal in deals for fact in deal.table.get("facts", ())}
        answers = [f"{self.random.choice(['', '', '!'])}{code}" for code in sorted(asked)]
        row["facts"] = ";".join(answer for answer in answers if self.chance(0.75))
        if any(block.get("condition") for block in chosen):
            # What is handed in says on what its block depends; history may not.
            row["status"] = self.random.choice(["accepted"] * 8 + ["draft"])
        return row, chosen, deals

    def accepted_value(self, row: dict[str, str], probability: float) -> None:
        if self.chance(probability):
            row["accepted_value"] = self.amount(
                self.random.choice([0, 1, 100, *(self.cents(100, 30_000),) * 5])
            )

    def placement(self, deals: list[Deal]) -> dict[str, str]:
        random = self.random
        row, chosen, deals = self.common(deals, "placement")
        first, last = min(deal.start for deal in deals), max(deal.end for deal in deals)
        # Some lie ahead.
        last = min(last + timedelta(days=20), max(first, self.today) + timedelta(days=60))
        start = self.some_day(first - timedelta(days=random.choice([10, 200])), last)
        lookback = deals[0].table["lookback_months"]
        edge = plus_months(deals[0].start, -(lookback or 0))
        # Not where the month then has no such day: two readings differ there.
        if lookback and edge.day == deals[0].start.day and self.chance(0.25):
            start = edge - timedelta(days=random.choice([0, 0, 1]))
        # Whether a fixed block counts once per candidate is not said, nor whether a placement of
        # too few hours can be the first of its candidate: those have a candidate of their own.
        alone = self.chance(0.3) or any(block["unit"] == "fixed" for block in chosen)
        candidate, start = self.candidate(deals, start, alone)
        end = (
            None
            if self.chance(0.25)
            else self.some_day(start, start + timedelta(days=random.choice([20, 90, 200, 600])))
        )
        candidate.starts.add(start)
        candidate.contracts |= {deal.reference for deal in deals}
        candidate.free_from = (end or start + timedelta(days=400)) + timedelta(days=1)
        hours = Fraction(random.randint(2 * (8 if alone else 16), 2 * 40), 2)
        if self.chance(0.3):
            hours = Fraction(random.choice([16, 24, 36, 40]))
        row |= {
            "candidate_ref": candidate.reference,
            "hours_per_week": self.decimal(hours),
            "start_date": self.date(start),
            "end_date": self.date(end),
            "age_at_start": candidate.age,
            "permanent_contract": self.yes() if candidate.permanent else candidate.not_permanent,
            "entitled_until": self.date(candidate.entitled_until),
        }
        offered = [
            {b["code"] for b in deal.table["blocks"] if b["kind"] == "bonus"} for deal in deals
        ]
        bonuses = sorted(set.intersection(*offered))
        wanted = random.sample(bonuses, random.choice([0, 1, 2, 3]))
        if candidate.bonuses and self.chance(0.7):
            wanted = [code for code in candidate.bonuses if code in bonuses]
        candidate.bonuses = wanted
        row["bonuses"] = ";".join(wanted)
        if start <= self.today and self.chance(0.35):
            row["confirmed_until"] = self.date(
                self.some_day(start, min(end or self.today, self.today))
            )
        # Over which months a sum is spread that has neither a window nor an end is not said; nor
        # what FTE there is in hours that are too few.
        enough = all(hours >= int(deal.table["min_hours_per_week"]) for deal in deals)
        if enough and end is not None:
            self.accepted_value(row, 0.25)
        return row

    def candidate(self, deals: list[Deal], start: date, alone: bool) -> tuple[Candidate, date]:
        """Someone new, or someone of this contractor who was placed before; then mostly after that
        has ended.
        """
        known = self.candidates.setdefault(deals[0].kvk, [])
        again = [candidate for candidate in known if not candidate.alone]
        if self.chance(0.8):
            # The limits per candidate hold under one contract.
            again = [
                candidate for candidate in again if deals[0].reference in candidate.contracts
            ] or again
        if alone or not again or self.chance(0.25):
            number = sum(len(candidates) for candidates in self.candidates.values()) + 1
            age = str(self.random.choice([17, 24, 49, 50, 52, 55, 61])) if self.chance(0.8) else ""
            candidate = Candidate(
                f"K{number}",
                start,
                alone,
                age,
                permanent=self.chance(0.4),
                not_permanent=self.random.choice(["", "nee"]),
                entitled_until=(
                    self.some_day(start - timedelta(days=200), start + timedelta(days=400))
                    if self.chance(0.5)
                    else None
                ),
            )
            known.append(candidate)
            return candidate, start
        candidate = self.random.choice(again)
        if self.chance(0.6):
            start = candidate.free_from + timedelta(days=self.random.choice([0, 1, 30]))
        while start in candidate.starts:
            start += timedelta(days=1)
        return candidate, start

    def purchase(self, deals: list[Deal]) -> dict[str, str]:
        row, _, deals = self.common(deals, "purchase")
        deal = deals[0]
        days = self.policy.payment_days
        paid = self.some_day(deal.start - timedelta(days=5), deal.end + timedelta(days=days + 10))
        paid = self.random.choice(
            [
                paid,
                paid,
                paid,
                deal.start,
                deal.end + timedelta(days=days),
                deal.end + timedelta(days=days + 1),
            ]
        )
        row |= {
            "supplier_name": "Sociaal werkbedrijf",
            "supplier_kvk": self.random.choice(["41000001", "41000002"]),
            "invoice_number": f"F{next(self.invoice_numbers)}",
            "amount": self.amount(self.cents(10, 40_000)),
            "paid_on": self.date(min(paid, self.today)),
        }
        self.accepted_value(row, 0.2)
        return row

    def activity(self, deals: list[Deal]) -> dict[str, str]:
        row, chosen, deals = self.common(deals, "activity")
        deal, unit = deals[0], chosen[0]["unit"]
        when = self.some_day(deal.start - timedelta(days=10), deal.end + timedelta(days=10))
        when = self.random.choice([when, when, when, deal.start, deal.end])
        row["activity_date"] = self.date(min(when, self.today))
        if unit in ("hour", "day"):
            quantity = Fraction(self.random.randint(1, 20), self.random.choice([1, 1, 2]))
            row["quantity"] = self.decimal(quantity)
        if unit != "hour":
            row["amount"] = self.amount(self.cents(100, 8000))
        if unit == "agreement":
            row["status"] = "accepted"
            row["accepted_value"] = self.amount(self.cents(100, 9000))
        else:
            self.accepted_value(row, 0.2)
        return row


def drop_what_never_meets(blocks: list[dict[str, Any]]) -> None:
    """A row takes the place only of bonuses that can be claimed beside it."""
    placements = {row["code"] for row in blocks if row["kind"] == "placement"}
    goes = {
        row["code"]: set(row.get("applies_to") or placements)
        for row in blocks
        if row["kind"] == "bonus"
    }
    for row in blocks:
        own = goes.get(row["code"], {row["code"]})
        kept = [code for code in row.pop("replaces", ()) if own & goes[code]]
        if kept:
            row["replaces"] = kept


def in_any_order(
    random: Random, rows: list[tuple[Deal, date, dict[str, str]]]
) -> list[dict[str, str]]:
    """Shuffled, except that rows of one contract and one day keep their order: that order
    counts.
    """
    positions = list(range(len(rows)))
    random.shuffle(positions)
    placed: list[tuple[int, dict[str, str]]] = []
    groups: dict[tuple[str, date], list[int]] = {}
    for index, (deal, when, _) in enumerate(rows):
        groups.setdefault((deal.reference, when), []).append(index)
    for group in groups.values():
        for index, position in zip(group, sorted(positions[index] for index in group), strict=True):
            placed.append((position, rows[index][2]))
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]
