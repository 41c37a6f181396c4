"""Declaring the columns of a file, and turning its rows into typed values with every fault named.

COLUMNS = [
    Column("reference", text(50, exempt=True), required=True),
    Column("value", amount, required=True),
    Column("permanent_contract", yes_no, default=False),
]
parsed = parse(read_rows(path, path.name), COLUMNS)
for row in parsed.rows:
    if row["value"] < 0:
        parsed.refuse(row, "value", _("A contract is worth something."))
if not parsed.faults: ...
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from sroi.bsn import contains_bsn
from sroi.exchange.several import PerReference
from sroi.exchange.sheets import Cell, Sheet
from sroi.exchange.values import Ambiguous, OneOf, Warned, as_written, says_nothing

LONGEST_FOUND = 60
# What a spreadsheet shows where a formula fails, in English and in Dutch.
FORMULA_ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
        *("#N/B", "#NB", "#VERW!", "#DEEL/0!", "#WAARDE!", "#NAAM?", "#GETAL!", "#LEEG!"),
        *("#OVERLOOP!", "#BEREKENEN!"),
    }
)


@dataclass(frozen=True)
class Column:
    """A column: its name in the header, the parser of its cells, what an empty cell or a missing
    column means, what it is called on screen, what else people call it, and what can stand in it.

    `unless` names a column that can stand in the place of a required one.
    """

    name: str
    parse: Callable[[Cell], Any]
    required: bool = False
    default: Any = field(default=None, hash=False)
    title: Any = ""
    also: tuple[str, ...] = ()
    unless: str = ""
    example: str = ""

    def is_missing(self, names: Container[str]) -> bool:
        in_its_place = self.unless and self.unless in names
        return self.required and self.name not in names and not in_its_place


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell: the row and column as a person sees them, the reason, and what was
    found there.

    Also used for warnings, which have a code for programs. `str` gives one line. A possible BSN is
    not repeated.
    """

    row: int
    column: str
    reason: str
    found: str = ""
    code: str = field(default="", compare=False)

    def __str__(self) -> str:
        where = {"row": self.row, "column": self.column, "found": self.found, "reason": self.reason}
        if self.found:
            return _("Row %(row)s, column %(column)s: “%(found)s”. %(reason)s") % where
        return _("Row %(row)s, column %(column)s: %(reason)s") % where


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a row by column name. What is not filled in, or not in the file, has the
    default of its column, which all rows share.
    """

    number: int
    values: dict[str, Any]
    cells: list[Cell] = field(repr=False)
    defaults: Mapping[str, Any] = field(repr=False)

    def __getitem__(self, column: str) -> Any:
        return self.values[column] if column in self.values else self.defaults[column]


@dataclass
class Parsed:
    """The rows without faults, where the columns stand that the file has, and all faults and
    warnings. `faulty` are the other rows, with what could be read of them: what has to be looked up
    is looked up there too, so that all that is wrong is said at once.
    """

    positions: dict[str, int]
    columns: Sequence[Column] = ()
    rows: list[Row] = field(default_factory=list)
    faulty: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def every(self) -> list[Row]:
        return [*self.rows, *self.faulty]

    def refuse(self, row: Row, column: str, reason: str) -> None:
        """Add a fault that only the importer can see, such as a reference that does not exist."""
        self.faults.append(self._fault(row, column, reason))

    def warn(self, row: Row, column: str, reason: str, code: str = "read") -> None:
        self.warnings.append(self._fault(row, column, reason, code))

    def written(self, row: Row, column: str) -> str:
        """What stands in the cell, before it was read; empty where the file has no such column."""
        return as_written(row.cells[self.positions[column]]) if column in self.positions else ""

    def understood(self, row: Row) -> dict[str, Any]:
        """What the cells of a row were read as, as data; without free texts that are as they stand
        there.
        """
        return {
            column.name: as_data(value)
            for column in self.columns
            if (value := row.values.get(column.name, self)) is not self
            and (isinstance(column.parse, OneOf) or value != self.written(row, column.name))
        }

    def _fault(self, row: Row, column: str, reason: str, code: str = "") -> Fault:
        found = _shown(row.cells[self.positions[column]]) if column in self.positions else ""
        return Fault(row.number, column, reason, found, code)


def parse(sheet: Sheet, columns: Sequence[Column]) -> Parsed:
    """The rows of `sheet` as `columns` declare them.

    Faults: a name in the header that is unknown, repeated or empty, a required column that is
    missing, a cell beside the table, and every cell that its parser refuses. They are in the order
    of the file.
    """
    parsed = Parsed(_positions(sheet, columns), columns)
    parsed.faults += _header_faults(sheet, columns)
    defaults = {column.name: column.default for column in columns}
    present = [
        (column, parsed.positions[column.name])
        for column in columns
        if column.name in parsed.positions
    ]
    width = len(sheet.header)
    for number, cells in sheet.rows:
        row = Row(number, {}, _trimmed(cells, width), defaults)
        faults = _fill(row, present, parsed.warnings)
        if len(row.cells) > width:
            faults += _beside_the_table(row, width)
        parsed.faults += faults
        (parsed.faulty if faults else parsed.rows).append(row)
    return parsed


def as_data(value: Any) -> Any:
    """What was read in a cell, for JSON: amounts and days as texts, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PerReference):
        return value.default or as_data(value.by_reference)
    if isinstance(value, Mapping):
        return {str(name): as_data(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(one) for one in value]
    return str(value)


def _positions(sheet: Sheet, columns: Iterable[Column]) -> dict[str, int]:
    """Where each declared column stands; of a name that is there twice, the first."""
    return {
        column.name: sheet.header.index(column.name)
        for column in columns
        if column.name in sheet.header
    }


def _header_faults(sheet: Sheet, columns: Iterable[Column]) -> list[Fault]:
    known = {column.name: column for column in columns}
    faults = []
    for name, count in Counter(sheet.header).items():
        if not name:
            faults.append(Fault(sheet.header_row, "–", _("There is a column without a name.")))
        elif name not in known:
            options = ", ".join(sorted(known))
            faults.append(
                Fault(
                    sheet.header_row,
                    _shown(name),
                    _("This column is unknown. Known are: %(names)s.") % {"names": options},
                )
            )
        elif count > 1:
            faults.append(Fault(sheet.header_row, name, _("This column is there more than once.")))
    missing = [column for column in known.values() if column.is_missing(sheet.header)]
    return faults + [
        Fault(sheet.header_row, column.name, _("This column is missing.")) for column in missing
    ]


def _fill(row: Row, present: Iterable[tuple[Column, int]], warnings: list[Fault]) -> list[Fault]:
    """Put the values of the filled cells into `row`; the faults of those that cannot be."""
    faults = []
    for column, position in present:
        cell = row.cells[position]
        if cell == "":
            if column.required and not (column.unless and _filled(row, column.unless, present)):
                faults.append(Fault(row.number, column.name, _("This cell must be filled in.")))
            continue
        try:
            if isinstance(cell, str) and cell.upper() in FORMULA_ERRORS:
                raise ValueError(_("The formula in this cell gives an error."))
            value = column.parse(cell)
        except ValueError as reason:
            if says_nothing(cell) and not (column.required or isinstance(reason, Ambiguous)):
                row.values[column.name] = column.default
            else:
                faults.append(Fault(row.number, column.name, str(reason), _shown(cell)))
            continue
        if isinstance(value, Warned):
            said = Fault(row.number, column.name, value.reason, _shown(cell), value.code)
            warnings.append(said)
            value = value.value
        row.values[column.name] = value
    return faults


def _filled(row: Row, name: str, present: Iterable[tuple[Column, int]]) -> bool:
    """Whether something stands in a column of this name."""
    return any(column.name == name and row.cells[at] != "" for column, at in present)


def _beside_the_table(row: Row, width: int) -> list[Fault]:
    """A filled cell to the right of the header: usually a separator inside a text without quotation
    marks.
    """
    filled = [cell for cell in row.cells[width:] if cell != ""]
    return (
        [Fault(row.number, "–", _("This row has more cells than the header."), _shown(filled[0]))]
        if filled
        else []
    )


def _trimmed(cells: list[Cell], width: int) -> list[Cell]:
    """Without blanks around texts, and at least as many as the header has."""
    trimmed = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    return trimmed + [""] * (width - len(trimmed))


def _shown(cell: Cell) -> str:
    """What was found, on one line and not too long."""
    text = str(cell)
    if contains_bsn(text):
        return "•" * 9
    line = "".join(char if char.isprintable() else " " for char in text[: LONGEST_FOUND + 1])
    return line if len(line) <= LONGEST_FOUND else line[: LONGEST_FOUND - 1] + "…"
