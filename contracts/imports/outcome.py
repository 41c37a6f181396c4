"""What came of a file, or would: shown on the page, printed by a command, and noted where it was
brought in. All kinds of import end here in the same way.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Region
from sroi.database.planner import count_rows
from sroi.doors import Act, Doubt, first_come
from sroi.exchange import Column, Fault, Parsed, Row, Sheet, parse
from sroi.money import ZERO

SUMMED = ("value", "value_delta", "obligation", "claimed", "planned")


@dataclass
class Outcome:
    """What an import did, or would do: row numbers by what happens to them, and what is wrong."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    # The keys of what was doubted, each of which is among the warnings; `asks` where one of them
    # was not answered.
    doubts: list[str] = field(default_factory=list)
    asks: bool = False
    # By row number what was understood of it, by the names of its columns, and what will come of
    # it; amounts and days as texts. Of what is known `changes`: the column, what stands there and
    # what it becomes, in words.
    understood: dict[int, dict[str, Any]] = field(default_factory=dict)
    parsed: Parsed | None = None
    # Nothing of it is kept: somebody looks what would happen.
    only_looks: bool = False
    # What takes long and needs nobody to wait, before it is brought in.
    before: Callable[[], None] | None = None

    @classmethod
    def of(cls, parsed: Parsed, *, only_looks: bool = False) -> "Outcome":
        found = cls(faults=parsed.faults, warnings=parsed.warnings)
        found.parsed, found.only_looks = parsed, only_looks
        return found

    def tell(self, row: Row, **found: Any) -> None:
        """What else is understood of a row, and what will come of it."""
        self.understood.setdefault(row.number, {}).update(found)

    def doubt(self, parsed: Parsed, row: Row, doubts: Iterable[Doubt]) -> None:
        for doubt in doubts:
            parsed.warn(row, doubt.field, doubt.reason, "asked")
            self.doubts.append(doubt.key)

    def answered_by(self, answered: Container[str] | None) -> Container[str]:
        """What the door is told. A command (None) answers for the whole file: its warnings say what
        it took.
        """
        if answered is None:
            return self.doubts
        self.asks = any(key not in answered for key in self.doubts)
        return answered

    def totals(self) -> dict[str, Any]:
        """Over the rows that are new and not faulty: how many there are, and sums of what is
        understood of them.
        """
        faulty = {fault.row for fault in self.faults}
        rows = [self.understood.get(row, {}) for row in self.new if row not in faulty]
        sums = {
            name: str(sum((Decimal(row[name]) for row in rows if row.get(name)), ZERO))
            for name in SUMMED
            if any(row.get(name) for row in rows)
        }
        firms = {row["new_contractor"] for row in rows if row.get("new_contractor")}
        return {"rows": len(rows), **sums} | ({"new_contractors": len(firms)} if firms else {})

    def as_data(self, sheet: Sheet, left_out: Mapping[int, str]) -> dict[str, Any]:
        """What becomes of each row of the sheet, as data: the page shows the same."""
        faulty = {fault.row for fault in self.faults}
        states = dict.fromkeys(self.unchanged, "same") | dict.fromkeys(self.changed, "changed")
        states |= dict.fromkeys(self.new, "new") | dict.fromkeys(faulty, "fault")
        states |= dict.fromkeys(left_out, "left_out")
        faults, warnings = self._said(self.faults), self._said(self.warnings)
        rows = [
            {
                "row": number,
                "state": states.get(number, "fault"),
                "understood": self.understood.get(number, {}),
                "obligation": self.understood.get(number, {}).get("obligation"),
                "warnings": warnings.get(number, []),
                "faults": faults.get(number, []),
            }
            for number, _cells in sheet.rows
        ]
        whole = [one for row, those in faults.items() for one in those if row == sheet.header_row]
        return {"rows": rows, "totals": self.totals(), "asks": self.doubts, "faults": whole}

    def _said(self, faults: Iterable[Fault]) -> dict[int, list[dict[str, str]]]:
        """By row number what is said of its cells: a fault, what is asked, or what was read, lost
        or lacks, each by its code.
        """
        found: dict[int, list[dict[str, str]]] = defaultdict(list)
        for one in faults:
            code = one.code or "fault"
            found[one.row].append({"column": one.column, "code": code, "text": one.reason})
        return found

    def place(self, row: Row, is_new: bool, changes: Iterable[Sequence[str]]) -> None:
        """A row among the new, the changed or those that say what is there; each change once."""
        if is_new:
            self.new.append(row.number)
        elif told := dict.fromkeys(map(tuple, changes)):
            self.changed.append(row.number)
            self.tell(row, changes=[list(change) for change in told])
        else:
            self.unchanged.append(row.number)

    def finish(self, do: "Bring", answered: Container[str] | None, seal: "Seal") -> "Outcome":
        """Held back where something is faulty, not answered or only looked at; else brought in, all
        of it or nothing.
        """
        taken = self.answered_by(answered)
        for row in self.parsed.every if self.parsed else ():
            read = self.parsed.understood(row) if self.parsed else {}
            self.understood[row.number] = read | self.understood.get(row.number, {})
        if not (self.faults or self.asks or self.only_looks):
            if self.before:
                self.before()
            with first_come(first_in()), transaction.atomic():
                do(taken)
                seal(self)
            count_rows()
        self.faults.sort(key=lambda fault: fault.row)
        return self


# Brings in what was looked at, through the door of its room; it gets what that is told was
# answered.
Bring = Callable[[Container[str]], None]
# Called last in the transaction of an import: who imports on behalf of someone notes there that it
# was done, or refuses what is not as it was shown.
Seal = Callable[[Outcome], None]


def nothing_more(outcome: Outcome) -> None:
    pass


def first_in() -> str:
    """Said to whoever brings in what somebody else just did: a firm, a contract, a change, a
    fulfilment of the same identity.
    """
    return _("Someone else brought in the same just now. Nothing was imported; do it again.")


def importer(
    columns: Sequence[Column],
) -> Callable[[Callable[..., Bring]], Callable[..., Outcome]]:
    """Makes an import of what looks at the rows of a kind of file: that names every fault, fills in
    the outcome, and gives what brings them in. Where required columns are missing, nothing is
    looked at.

    An import takes a region, a sheet and an act; `dry_run` only says what would happen, `answered`
    are the keys of the doubts to which somebody said that it is right (None for a command, which
    takes them). What else it takes is of its kind.
    """

    def made(look: Callable[..., Bring]) -> Callable[..., Outcome]:
        @wraps(look)
        def bring_in(
            region: Region,
            sheet: Sheet,
            act: Act,
            *,
            dry_run: bool = False,
            answered: Container[str] | None = None,
            seal: Seal = nothing_more,
            **of_its_kind: Any,
        ) -> Outcome:
            parsed = parse(sheet, columns)
            outcome = Outcome.of(parsed, only_looks=dry_run)
            if any(column.is_missing(parsed.positions) for column in columns):
                return outcome
            bring = look(region, parsed, outcome, act, **of_its_kind)
            return outcome.finish(bring, answered, seal)

        return bring_in

    return made
