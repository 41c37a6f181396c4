"""From exchange files to lines, totals and annual figures, with fractions and the standard library
only.

It takes files whose rows are all valid and checks nothing. Clear rather than quick: everything is
computed at once.
"""

import csv
import json
from calendar import isleap, monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

Month = tuple[int, int]

ZERO = Fraction(0)
CENTS = 2
FTE_PLACES = 6
AUGUST = 8
CATEGORIES = {"placement": "work", "purchase": "social_purchasing", "activity": "csr"}
REGISTERED_KINDS = ("award", "call_off", "amendment", "extension")
PER_MONTH = ("full_time_year", "year", "month")


# --- Numbers --------------------------------------------------------------------------------------


def rounded(value: Fraction, places: int = CENTS) -> Fraction:
    """Half away from zero."""
    scaled = abs(value) * 10**places
    whole = (scaled + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, 10**places)


def in_steps(values: Iterable[Fraction], places: int = CENTS) -> list[Fraction]:
    """The values of one sequence, rounded so that they add up to their rounded total."""
    result = []
    before = ZERO
    for value in values:
        after = before + value
        result.append(rounded(after, places) - rounded(before, places))
        before = after
    return result


def text(value: Fraction, places: int = CENTS) -> str:
    scaled = rounded(value, places) * 10**places
    assert scaled.denominator == 1
    sign = "-" if scaled < 0 else ""
    whole, part = divmod(abs(scaled.numerator), 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def number(cell: str) -> Fraction:
    """`1234567.89`, `1.234.567,89`, or `12.500` for twelve and a half thousand."""
    cell = cell.strip().replace(" ", "")
    if "," in cell:
        return Fraction(cell.replace(".", "").replace(",", "."))
    _, dot, decimals = cell.rpartition(".")
    if dot and (len(decimals) == 3 or cell.count(".") > 1):
        return Fraction(cell.replace(".", ""))
    return Fraction(cell)


def optional_number(cell: str) -> Fraction | None:
    return number(cell) if cell.strip() else None


def percent(cell: str) -> Fraction:
    return number(cell) / 100


def without_vat(amount: Fraction, vat_percent: Fraction) -> Fraction:
    return rounded(amount / (1 + vat_percent / 100))


# --- Dates ----------------------------------------------------------------------------------------


def day(cell: str) -> date:
    parts = [int(part) for part in cell.strip().split("-")]
    return date(*parts) if parts[0] > 31 else date(*reversed(parts))


def optional_day(cell: str) -> date | None:
    return day(cell) if cell.strip() else None


def month_of(when: date) -> Month:
    return when.year, when.month


def plus_months(when: date, months: int) -> date:
    """The same day some months later; the last day of the month where it has no such day."""
    year, zero_based = divmod(when.year * 12 + when.month - 1 + months, 12)
    return date(year, zero_based + 1, min(when.day, monthrange(year, zero_based + 1)[1]))


@dataclass(frozen=True)
class Window:
    first: date
    last: date

    def until(self, last: date) -> "Window | None":
        last = min(self.last, last)
        return Window(self.first, last) if self.first <= last else None

    def months(self) -> Iterator[tuple[Month, int]]:
        """Every month that it touches, with the number of its days in that month."""
        year, month = month_of(self.first)
        while (year, month) <= month_of(self.last):
            begin, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
            yield (year, month), (min(end, self.last) - max(begin, self.first)).days + 1
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)


# --- What the files say ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    values: dict[str, Any]

    def get(self, key: str, default: str | None = None) -> Fraction | None:
        value = self.values.get(key)
        value = default if value is None else value
        return None if value is None else Fraction(str(value))

    @property
    def pinned_by(self) -> str:
        return self.values.get("pinned_by") or "award_date"

    @property
    def payment_days(self) -> int:
        return int(self.values.get("payment_days", 60))

    def rate(
        self,
        procurement_type: str,
        value: Fraction,
        labour_cost: Fraction | None,
        basis: str = "contract_value",
    ) -> Fraction:
        """The rate, in percent, of a contract for which none was given."""
        threshold = self.get(f"threshold_{procurement_type}")
        if threshold is not None and value < threshold:
            return ZERO
        if labour_cost is not None and value:
            labour_share = labour_cost / value * 100
            least = self.get("supplies_min_labour_share")
            if procurement_type == "supplies" and least is not None and labour_share < least:
                return ZERO
            reduced, below = self.get("reduced_rate"), self.get("reduced_below_labour_share")
            if reduced is not None and below is not None and labour_share < below:
                return reduced
        by_basis = (self.values.get("rates") or {}).get(basis)
        return self.get("default_rate", "5.00") if by_basis is None else Fraction(by_basis)


@dataclass(frozen=True)
class Block:
    code: str
    kind: str
    unit: str
    amount: Fraction
    weight: Fraction
    target_group: str
    policy_field: str
    max_months: int | None
    from_hire: bool
    over_contractor: bool
    grace_months: int | None
    min_age: int | None
    max_age: int | None
    permanent: bool | None
    answered_yes: tuple[str, ...]
    answered_no: tuple[str, ...]
    applies_to: tuple[str, ...]
    replaces: tuple[str, ...]

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Block":
        condition = data.get("condition") or {}
        entitlement = data.get("entitlement") or {}
        return cls(
            code=data["code"],
            kind=data["kind"],
            unit=data["unit"],
            amount=Fraction(str(data.get("amount") or 0)),
            weight=Fraction(str(data.get("weight_percent") or 0)) / 100,
            target_group=data.get("target_group") or "",
            policy_field=data.get("policy_field") or "",
            max_months=data.get("max_months"),
            from_hire=data.get("max_months_from") == "hire",
            over_contractor=data.get("max_months_over") == "contractor",
            grace_months=entitlement.get("grace_months"),
            min_age=condition.get("min_age"),
            max_age=condition.get("max_age"),
            permanent=condition.get("permanent_contract"),
            answered_yes=tuple(condition.get("facts") or ()),
            answered_no=tuple(condition.get("not_facts") or ()),
            applies_to=tuple(data.get("applies_to") or ()),
            replaces=tuple(data.get("replaces") or ()),
        )


@dataclass(frozen=True)
class Table:
    code: str
    full_time_hours: Fraction
    by_days: bool
    min_hours: Fraction
    lookback_months: int | None
    blocks: dict[str, Block]

    @classmethod
    def read(cls, path: Path) -> "Table":
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(
            code=data["code"],
            full_time_hours=Fraction(str(data["full_time_hours"])),
            by_days=data["proration"] == "days",
            min_hours=Fraction(str(data.get("min_hours_per_week") or 0)),
            lookback_months=data.get("lookback_months"),
            blocks={row["code"]: Block.of(row) for row in data["blocks"]},
        )


@dataclass
class Contract:
    reference: str
    contractor: str
    shares: list[tuple[str, Fraction]]  # by municipality code, in order, adding up to 1
    award: date
    start: date
    end: date
    value: Fraction
    labour_cost: Fraction
    basis: str
    rate: Fraction  # in percent
    parent: str
    table: Table
    framework: bool = False
    rates: list[Fraction] = field(default_factory=list)

    @property
    def with_obligation(self) -> bool:
        return not self.framework and any(rate > 0 for rate in self.rates)


@dataclass(frozen=True)
class Fulfilment:
    external_id: str
    row: int
    kind: str
    shares: dict[str, Fraction]  # by contract reference
    blocks: dict[str, str]
    candidate: str
    hours: Fraction
    start: date | None
    end: date | None
    confirmed_until: date | None
    age: int | None
    permanent: bool | None  # None: not answered
    entitled_until: date | None
    facts: dict[str, bool]
    bonuses: tuple[str, ...]
    amount: Fraction
    paid_on: date | None
    quantity: Fraction
    activity_date: date | None
    policy_field: str
    accepted_value: Fraction | None
    status: str


def rows(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return []
    lines = Path(path).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    found = csv.DictReader(lines, delimiter=separator)
    return [
        defaultdict(str, {name: (cell or "").strip() for name, cell in row.items()})
        for row in found
    ]


def parts(cell: str, separator: str) -> list[tuple[str, str]]:
    """`A:60;B:40` as pairs; the second of a pair is empty where there is none."""
    pairs = [part.partition(separator) for part in cell.split(";") if part.strip()]
    return [(name.strip(), rest.strip()) for name, _, rest in pairs]


def yes(cell: str) -> bool:
    return cell.strip().lower() in {"ja", "yes", "true", "1", "x"}


# --- What comes out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ObligationLine:
    contract: str
    municipality: str
    kind: str
    month: Month
    value_delta: Fraction
    obligation_delta: Fraction


@dataclass(frozen=True)
class FulfilmentLine:
    fulfilment: str
    contract: str
    municipality: str
    month: Month
    category: str
    target_group: str
    policy_field: str
    block: str
    amount: Fraction
    fte: Fraction


@dataclass(frozen=True)
class SpendLine:
    """What was paid to a social firm, whatever was credited for it."""

    fulfilment: str
    contract: str
    municipality: str
    month: Month
    amount: Fraction


@dataclass
class Valued:
    """One fulfilment under one contract: exact values by month, before they are divided over the
    municipalities.
    """

    fulfilment: Fulfilment
    contract: Contract
    block: Block
    months: dict[Month, Fraction] = field(default_factory=dict)
    fte: dict[Month, Fraction] = field(default_factory=dict)
    own_months: list[Month] = field(default_factory=list)
    # Of a placement: the days that count, what its block and each bonus add before the share, and
    # bonuses that were counted with an earlier placement.
    window: "Window | None" = None
    added: dict[str, Fraction] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    until: Month = (0, 0)
    posted: Fraction = ZERO

    @property
    def exact(self) -> Fraction:
        return sum(self.months.values(), ZERO)

    @property
    def total(self) -> Fraction:
        return rounded(self.exact)


class Register:
    """Everything that follows from a set of files, seen on one day."""

    def __init__(
        self,
        region: Path,
        tables: Sequence[tuple[Path, date | None]],
        contracts: Path,
        changes: Path | None,
        fulfilments: Path | None,
        today: date,
    ) -> None:
        """`tables` are those loaded, each with the date from which it is in force, if it is."""
        self.today = today
        data = json.loads(Path(region).read_text(encoding="utf-8"))
        self.municipalities = sorted(row["code"] for row in data["municipalities"])
        self.policy = Policy(data.get("policy") or {})
        loaded = [(Table.read(path), since) for path, since in tables]
        self.tables = {table.code: table for table, _ in loaded}
        self.versions = sorted(
            ((since, table) for table, since in loaded if since), key=lambda version: version[0]
        )
        self.contracts = self._read_contracts(contracts)
        self.obligation_lines: list[ObligationLine] = []
        self._read_changes(changes)
        self.fulfilments = [
            self._fulfilment(number, row) for number, row in enumerate(rows(fulfilments))
        ]
        self.fulfilment_lines: list[FulfilmentLine] = []
        self.spend_lines: list[SpendLine] = []
        self.valued: dict[str, dict[str, Valued]] = {}
        self.clocks: dict[str, Clock] = {}
        self._value_all()

    # Contracts and what they owe

    def _read_contracts(self, path: Path) -> dict[str, Contract]:
        found = {}
        parents = set()
        for row in rows(path):
            shares = parts(row["municipalities"], ":")
            value, labour_cost = number(row["value"]), optional_number(row["labour_cost"])
            rate = optional_number(row["rate"])
            contract = found[row["reference"]] = Contract(
                reference=row["reference"],
                # A KvK number has eight digits; spreadsheets drop the zero that it begins with.
                contractor=row["contractor_kvk"].zfill(8),
                shares=sorted(
                    (code, percent(share) if share else Fraction(1)) for code, share in shares
                ),
                award=day(row["award_date"]),
                start=day(row["start_date"]),
                end=day(row["end_date"]),
                value=value,
                labour_cost=labour_cost or ZERO,
                basis=row["basis"] or "contract_value",
                rate=(
                    self.policy.rate(
                        row["procurement_type"],
                        value,
                        labour_cost,
                        row["basis"] or "contract_value",
                    )
                    if rate is None
                    else rate
                ),
                parent=row["parent_reference"],
                table=self._pinned_table(row),
            )
            contract.rates.append(contract.rate)
            parents.add(contract.parent)
        for contract in found.values():
            contract.framework = contract.reference in parents
        return found

    def _pinned_table(self, row: dict[str, str]) -> Table:
        if row["valuation_table"]:
            return self.tables[row["valuation_table"]]
        when = day(row[self.policy.pinned_by])
        return [table for since, table in self.versions if since <= when][-1]

    def computed_obligation(self, contract: Contract, turnover: Fraction) -> Fraction:
        basis = {
            "contract_value": contract.value,
            "labour_cost": contract.labour_cost,
            "invoiced_turnover": turnover,
        }[contract.basis]
        owed = basis * contract.rate / 100
        cap = self.policy.get("cap")
        return rounded(owed if cap is None else min(cap, owed))

    def _read_changes(self, path: Path | None) -> None:
        changes = defaultdict(list)
        for row in rows(path):
            changes[row["contract_reference"]].append(row)
        for contract in self.contracts.values():
            own = sorted(changes[contract.reference], key=lambda row: day(row["effective_date"]))
            self._post_obligation(contract, own)

    def _post_obligation(self, contract: Contract, changes: list[dict[str, str]]) -> None:
        """`changes` in order of effective date, and as the file has them where that is the same."""
        turnover = ZERO
        owed = self.computed_obligation(contract, turnover)
        self._post_row(
            contract,
            "call_off" if contract.parent else "award",
            contract.award,
            contract.value,
            owed,
        )
        for row in changes:
            kind = row["kind"]
            value_delta = optional_number(row["value_delta"]) or ZERO
            if kind == "turnover":
                turnover += value_delta
                value_delta = ZERO
            contract.value += value_delta
            contract.labour_cost += optional_number(row["labour_cost_delta"]) or ZERO
            if kind == "rate_change":
                contract.rate = number(row["rate"])
                contract.rates.append(contract.rate)
            if kind == "extension" and row["new_end_date"]:
                contract.end = day(row["new_end_date"])
            before, owed = owed, self.computed_obligation(contract, turnover)
            given = optional_number(row["obligation_delta"])
            delta = owed - before if given is None else given
            self._post_row(contract, kind, day(row["effective_date"]), value_delta, delta)

    def _post_row(
        self, contract: Contract, kind: str, when: date, value: Fraction, owed: Fraction
    ) -> None:
        if contract.framework:
            value = owed = ZERO
            if kind != "award":
                return
        values = in_steps(value * share for _, share in contract.shares)
        obligations = in_steps(owed * share for _, share in contract.shares)
        for (code, _), value_delta, obligation_delta in zip(
            contract.shares, values, obligations, strict=True
        ):
            self.obligation_lines.append(
                ObligationLine(
                    contract.reference, code, kind, month_of(when), value_delta, obligation_delta
                )
            )

    # Fulfilments and what they are worth

    def _fulfilment(self, position: int, row: dict[str, str]) -> Fulfilment:
        shares = {
            ref: percent(share) if share else Fraction(1)
            for ref, share in parts(row["contracts"], ":")
        }
        blocks = (
            dict(parts(row["block"], "="))
            if "=" in row["block"]
            else dict.fromkeys(shares, row["block"])
        )
        end = optional_day(row["end_date"])
        return Fulfilment(
            external_id=row["external_id"],
            row=position,
            kind=row["kind"],
            shares=shares,
            blocks=blocks,
            candidate=row["candidate_ref"],
            hours=optional_number(row["hours_per_week"]) or ZERO,
            start=optional_day(row["start_date"]),
            end=end,
            confirmed_until=optional_day(row["confirmed_until"])
            or min(end or self.today, self.today),
            age=int(row["age_at_start"]) if row["age_at_start"] else None,
            permanent=yes(row["permanent_contract"]) if row["permanent_contract"] else None,
            entitled_until=optional_day(row["entitled_until"]),
            facts={
                code.removeprefix("!"): not code.startswith("!")
                for code, _ in parts(row["facts"], "=")
            },
            bonuses=tuple(code for code, _ in parts(row["bonuses"], "=")),
            amount=optional_number(row["amount"]) or ZERO,
            paid_on=optional_day(row["paid_on"]),
            quantity=optional_number(row["quantity"]) or ZERO,
            activity_date=optional_day(row["activity_date"]),
            policy_field=row["policy_field"],
            accepted_value=optional_number(row["accepted_value"]),
            status=row["status"],
        )

    def _value_all(self) -> None:
        accepted = [
            fulfilment for fulfilment in self.fulfilments if fulfilment.status == "accepted"
        ]
        for fulfilment in accepted:
            self.valued[fulfilment.external_id] = {}
        by_candidate: dict[tuple[str, str], list[Fulfilment]] = defaultdict(list)
        for fulfilment in accepted:
            if fulfilment.kind == "placement":
                # Without a reference a candidate is nobody else's; one is of one contractor.
                candidate = fulfilment.candidate or f"\0{fulfilment.external_id}"
                contractor = self.contracts[next(iter(fulfilment.shares))].contractor
                by_candidate[contractor, candidate].append(fulfilment)
                continue
            for reference in fulfilment.shares:
                self._keep(self._value_other(fulfilment, self.contracts[reference]))
        for placements in by_candidate.values():
            self._value_candidate(placements)
        for fulfilment in accepted:
            found = self.valued[fulfilment.external_id]
            if fulfilment.accepted_value is not None:
                self._replace_by_accepted(fulfilment, [found[ref] for ref in sorted(found)])
            for reference in sorted(found):
                self._post_fulfilment(found[reference])
            if fulfilment.kind == "purchase":
                self._post_spend(fulfilment)

    def _keep(self, valued: Valued) -> None:
        self.valued[valued.fulfilment.external_id][valued.contract.reference] = valued

    def _value_candidate(self, placements: list[Fulfilment]) -> None:
        """All accepted placements of one candidate with one contractor: some limits hold for them
        together, under one contract or under all.
        """
        placements = sorted(placements, key=lambda placement: (placement.start, placement.row))
        clock = Clock(hired=placements[0].start)
        self.clocks |= {placement.external_id: clock for placement in placements}
        windows: dict[tuple[str, str], Window] = {}
        for window, placement, contract in self._in_order_of_first_day(placements):
            block = contract.table.blocks[placement.blocks[contract.reference]]
            left = limited(window, block, placement, clock, contract.reference)
            if left:
                windows[placement.external_id, contract.reference] = left
                clock.counted.append((contract.reference, left.first))
        counted_once: dict[str, set[str]] = defaultdict(set)
        for placement in placements:
            for reference in placement.shares:
                contract = self.contracts[reference]
                valued = Valued(
                    placement, contract, contract.table.blocks[placement.blocks[reference]]
                )
                valued.until = min(month_of(placement.confirmed_until), month_of(self.today))
                own = Window(
                    placement.start,
                    placement.end or max(placement.start, placement.confirmed_until),
                )
                valued.own_months = [month for month, _ in own.months()]
                self._keep(valued)
                window = windows.get((placement.external_id, reference))
                if window:
                    valued.own_months = [month for month, _ in window.months()]
                    self._value_placement(valued, window, clock, counted_once[reference])

    def _in_order_of_first_day(
        self, placements: list[Fulfilment]
    ) -> list[tuple[Window, Fulfilment, Contract]]:
        """Each placement under each of its contracts, as far as contract, look-back and condition
        let it count.
        """
        found = []
        for placement in placements:
            for reference in placement.shares:
                contract = self.contracts[reference]
                window = self._window(placement, contract)
                block = contract.table.blocks[placement.blocks[reference]]
                if window and condition_holds(block, placement):
                    found.append((window, placement, contract))
        return sorted(found, key=lambda one: one[0].first)

    def _window(self, placement: Fulfilment, contract: Contract) -> Window | None:
        """What counts of a placement under a contract, before entitlement and `max_months` cut
        it.
        """
        lookback = contract.table.lookback_months
        if lookback is not None and placement.start < plus_months(contract.start, -lookback):
            return None
        first = max(placement.start, contract.start)
        last = min(placement.end or contract.end, contract.end)
        return Window(first, last) if first <= last else None

    def _value_placement(
        self, valued: Valued, window: Window, clock: "Clock", counted_once: set[str]
    ) -> None:
        placement, contract = valued.fulfilment, valued.contract
        table = contract.table
        share = placement.shares[contract.reference]
        hours = min(placement.hours, table.full_time_hours) / table.full_time_hours
        for month, factor in factors(window, table):
            valued.fte[month] = hours * factor / 12 * share
        valued.months = dict.fromkeys(valued.fte, ZERO)
        valued.window = window
        if placement.hours < table.min_hours:
            return
        for block in [valued.block, *claimed_bonuses(valued)]:
            own = window
            if block is not valued.block:
                own = limited(window, block, placement, clock, contract.reference)
            if own is None:
                continue
            if block.unit == "fixed" and block is not valued.block:
                if block.code in counted_once:
                    valued.again.add(block.code)
                    continue
                counted_once.add(block.code)
            valued.added[block.code] = ZERO
            for month, amount in by_month(block, own, hours, table):
                valued.added[block.code] += amount
                valued.months[month] += amount * share

    def _value_other(self, fulfilment: Fulfilment, contract: Contract) -> Valued:
        """A purchase or an activity under one contract."""
        block = contract.table.blocks[fulfilment.blocks[contract.reference]]
        if fulfilment.kind == "purchase":
            when, last = fulfilment.paid_on, contract.end + timedelta(days=self.policy.payment_days)
        else:
            when, last = fulfilment.activity_date, contract.end
        worth = {
            "invoice": fulfilment.amount * block.weight,
            "hour": block.amount * fulfilment.quantity,
            "day": min(fulfilment.amount, block.amount * fulfilment.quantity),
            "cost": fulfilment.amount,
            "agreement": ZERO,
        }[block.unit]
        month = month_of(when)
        counts = contract.start <= when <= last and condition_holds(block, fulfilment)
        months = {month: worth * fulfilment.shares[contract.reference] if counts else ZERO}
        return Valued(
            fulfilment, contract, block, months, own_months=[month], until=month_of(self.today)
        )

    def _replace_by_accepted(self, fulfilment: Fulfilment, found: list[Valued]) -> None:
        """`found` in order of contract reference."""
        weights = [valued.exact for valued in found]
        if not any(weights):
            weights = [fulfilment.shares[valued.contract.reference] for valued in found]
        whole = sum(weights)
        portions = in_steps(fulfilment.accepted_value * weight / whole for weight in weights)
        for valued, portion in zip(found, portions, strict=True):
            computed = valued.exact
            if computed:
                valued.months = {
                    month: portion * worth / computed for month, worth in valued.months.items()
                }
            else:
                valued.months = {
                    month: portion / len(valued.own_months) for month in valued.own_months
                }

    def _post_fulfilment(self, valued: Valued) -> None:
        if not valued.exact:
            return
        contract, fulfilment, block = valued.contract, valued.fulfilment, valued.block
        places = [
            (month, code, share)
            for month in sorted(valued.months)
            if month <= valued.until
            for code, share in contract.shares
        ]
        amounts = in_steps(valued.months[month] * share for month, _, share in places)
        ftes = in_steps(
            (valued.fte.get(month, ZERO) * share for month, _, share in places), FTE_PLACES
        )
        for (month, code, _), amount, fte in zip(places, amounts, ftes, strict=True):
            valued.posted += amount
            self.fulfilment_lines.append(
                FulfilmentLine(
                    fulfilment=fulfilment.external_id,
                    contract=contract.reference,
                    municipality=code,
                    month=month,
                    category=CATEGORIES[fulfilment.kind],
                    target_group=block.target_group,
                    policy_field=fulfilment.policy_field or block.policy_field,
                    block=block.code,
                    amount=amount,
                    fte=fte,
                )
            )

    def _post_spend(self, purchase: Fulfilment) -> None:
        month = month_of(purchase.paid_on)
        if month > month_of(self.today):
            return
        places = [
            (reference, code, purchase.amount * allocated * share)
            for reference, allocated in sorted(purchase.shares.items())
            for code, share in self.contracts[reference].shares
        ]
        amounts = in_steps(exact for _, _, exact in places)
        for (reference, code, _), amount in zip(places, amounts, strict=True):
            self.spend_lines.append(SpendLine(purchase.external_id, reference, code, month, amount))

    # Totals and figures

    def totals(self, external_id: str) -> dict[str, dict[str, str]]:
        """Of an accepted fulfilment, by contract: what it is worth in all, and what of that was
        posted.
        """
        found = self.valued[external_id]
        return {
            ref: {"total": text(found[ref].total), "posted": text(found[ref].posted)}
            for ref in sorted(found)
        }

    def figures(self, year: int, municipality: str | None = None) -> dict[str, Any]:
        owed = [line for line in self.obligation_lines if municipality in (None, line.municipality)]
        done = [line for line in self.fulfilment_lines if municipality in (None, line.municipality)]
        spent = [line for line in self.spend_lines if municipality in (None, line.municipality)]
        contracts = [
            contract
            for contract in self.contracts.values()
            if contract.with_obligation
            and (municipality is None or municipality in dict(contract.shares))
        ]
        references = {contract.reference for contract in contracts}
        registered = [
            line
            for line in owed
            if line.month[0] == year
            and line.kind in REGISTERED_KINDS
            and line.contract in references
        ]
        value = sum((line.value_delta for line in registered), ZERO)
        obligation = sum((line.obligation_delta for line in registered), ZERO)
        this_year = [line for line in done if line.month[0] == year]
        obligation_to_date = sum(
            (line.obligation_delta for line in owed if line.month[0] <= year), ZERO
        )
        realised_to_date = sum((line.amount for line in done if line.month[0] <= year), ZERO)
        by_category = dict.fromkeys(CATEGORIES.values(), ZERO) | summed(this_year, "category")
        workplaces = {
            external_id
            for external_id, amount in summed(this_year, "fulfilment", category="work").items()
            if amount > 0
        }
        starts = {fulfilment.external_id: fulfilment.start for fulfilment in self.fulfilments}
        return {
            "year": year,
            "municipality": municipality,
            "contract_value_registered": text(value),
            "obligation_registered": text(obligation),
            "average_rate": text(obligation / value * 100) if value else None,
            "contracts_registered": len(
                {line.contract for line in registered if line.kind in ("award", "call_off")},
            ),
            "contracts_active": sum(
                contract.start.year <= year <= contract.end.year for contract in contracts
            ),
            "fulfilled": text(sum(by_category.values())),
            "social_spend": text(by_category["social_purchasing"] + by_category["csr"]),
            "social_firm_spend": text(
                sum((line.amount for line in spent if line.month[0] == year), ZERO)
            ),
            "workplaces": len(workplaces),
            "workplaces_started": sum(
                starts[external_id].year == year for external_id in workplaces
            ),
            "fte": text(sum((line.fte for line in this_year), ZERO)),
            "obligation_to_date": text(obligation_to_date),
            "realised_to_date": text(realised_to_date),
            "open": text(obligation_to_date - realised_to_date),
            "by_category": {category: text(amount) for category, amount in by_category.items()},
            "by_municipality": nonzero(summed(this_year, "municipality")),
            "by_target_group": nonzero(summed(this_year, "target_group")),
            "by_policy_field": nonzero(summed(this_year, "policy_field")),
        }


@dataclass
class Clock:
    """What the months of one candidate are counted from: the first day at work for the contractor,
    and the first counted day of each placement, by contract.
    """

    hired: date
    counted: list[tuple[str, date]] = field(default_factory=list)

    def begin(self, block: Block, reference: str, first: date) -> date:
        if block.from_hire:
            return self.hired
        others = [day for of, day in self.counted if block.over_contractor or of == reference]
        return min([first, *others])


def limited(
    window: Window | None, block: Block, placement: Fulfilment, clock: Clock, reference: str
) -> Window | None:
    """What the entitlement, and then `max_months`, of a block or bonus leave of a window."""
    if window and block.grace_months is not None and placement.entitled_until:
        window = window.until(plus_months(placement.entitled_until, block.grace_months))
    if window is None or block.max_months is None:
        return window
    begin = clock.begin(block, reference, window.first)
    return window.until(plus_months(begin, block.max_months) - timedelta(days=1))


def condition_holds(block: Block, claim: Fulfilment) -> bool:
    """Everything that a block or bonus asks; what was not answered is not met."""
    if block.min_age is not None and (claim.age is None or claim.age < block.min_age):
        return False
    if block.max_age is not None and (claim.age is None or claim.age > block.max_age):
        return False
    if block.permanent is not None and claim.permanent != block.permanent:
        return False
    return all(claim.facts.get(code) is True for code in block.answered_yes) and all(
        claim.facts.get(code) is False for code in block.answered_no
    )


def days_of_school_year(month: Month) -> int:
    """From 1 August to 31 July; of the school year in which the month lies."""
    begun = month[0] if month[1] >= AUGUST else month[0] - 1
    return (date(begun + 1, AUGUST, 1) - date(begun, AUGUST, 1)).days


def factors(window: Window, table: Table) -> Iterator[tuple[Month, Fraction]]:
    for month, days in window.months():
        if table.by_days:
            yield month, Fraction(days * 12, 366 if isleap(month[0]) else 365)
        else:
            yield month, Fraction(days, monthrange(*month)[1])


def by_month(
    block: Block, window: Window, hours: Fraction, table: Table
) -> Iterator[tuple[Month, Fraction]]:
    """What a block or bonus adds in each month of its window, before the share."""
    if block.unit == "fixed":
        yield month_of(window.first), block.amount
    elif block.unit in ("week", "school_year"):
        for month, days in window.months():
            of = 7 if block.unit == "week" else days_of_school_year(month)
            yield month, block.amount * days / of
    else:
        per_month = {
            "full_time_year": block.amount * hours / 12,
            "year": block.amount / 12,
            "month": block.amount,
        }[block.unit]
        for month, factor in factors(window, table):
            yield month, per_month * factor


def claimed_bonuses(valued: Valued) -> list[Block]:
    """The bonuses that count for a placement, apart from time: claimed, fitting, met, and not
    switched off.
    """
    placement, table = valued.fulfilment, valued.contract.table
    found = []
    for code in dict.fromkeys(placement.bonuses):
        bonus = table.blocks.get(code)
        if bonus is None or (bonus.applies_to and valued.block.code not in bonus.applies_to):
            continue
        if not condition_holds(bonus, placement):
            continue
        found.append(bonus)
    off = {code for block in [valued.block, *found] for code in block.replaces}
    return [bonus for bonus in found if bonus.code not in off]


def summed(
    lines: Iterable[FulfilmentLine], by: str, category: str | None = None
) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for line in lines:
        if category in (None, line.category):
            totals[getattr(line, by)] += line.amount
    return dict(totals)


def nonzero(totals: dict[str, Fraction]) -> dict[str, str]:
    return {key: text(totals[key]) for key in sorted(totals) if key and totals[key]}
