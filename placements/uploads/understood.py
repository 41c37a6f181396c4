"""A row as the preview shows it: what was read in its cells and what will come of it, in words,
beside what was sent where that is written otherwise. It says what a command prints as data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contracts.plans.columns import quarter
from contracts.plans.words import quarter_words
from placements.models import RowOutcome, UploadKind, UploadRow, UploadState
from placements.uploads.columns import COLUMNS, NUMBER_OF, TITLES
from sroi.access.personal import Personal
from sroi.exchange import (
    HUNDRED,
    Column,
    OneOf,
    amount,
    day,
    hours_in_time,
    hours_per_week,
    per_reference,
    percent,
    plain,
    quantity,
    signed_amount,
    yes_no,
)
from sroi.exchange.layout import REASONS
from sroi.templatetags.formats import (
    NOTHING,
    all_decimals,
    euro2,
    long_date,
    short_date,
)
from sroi.templatetags.formats import percent as in_percent

# Where the titles stand of what is kept by its code.
TITLES_OF = {"block": "block_titles", "bonuses": "bonus_titles"}
NUMBERS = (hours_per_week, quantity)
# How the outcome of a row looks: as states that people know.
LOOKS = {
    RowOutcome.FAULTY: "rejected",
    RowOutcome.NEW: "accepted",
    RowOutcome.CHANGED: "submitted",
    RowOutcome.UNCHANGED: "draft",
    RowOutcome.LEFT_OUT: "draft",
}
# Columns in which something about a person stands.
ABOUT_A_PERSON = frozenset({"candidate_ref"})
OF_PERSONS = (UploadKind.PERSONS, UploadKind.NOTES)
# The texts by which a row is known stand above it: so many.
NAMED_BY = 2
EMPTY: tuple[Any, ...] = ("", [], {})
# What says together which firm it is, where that is told as one.
OF_FIRM = frozenset(
    {"contractor_name", "contractor_kvk", "contractor_country", "contractor_register"}
)


@dataclass(frozen=True)
class Read:
    """One thing that a row says. `sent` is what stands in the cell, where that is written otherwise
    than it is shown; `mend` is where it is replaced in all rows that have it.
    """

    title: Any
    text: Any
    sent: Any = ""
    faults: Sequence[str] = ()
    warnings: Sequence[str] = ()
    mend: str = ""
    # Where another firm is chosen, beside the question whether this is the one.
    firm: str = ""
    # What will come of it, rather than what was read.
    comes: bool = False


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview; `beside` are faults of columns that the file does not have, `sent` all
    its cells as they were sent.
    """

    number: int
    look: str
    word: Any
    name: str
    read: list[Read]
    beside: list[str]
    sent: list[tuple[Any, Any]]
    left_out: Any = ""


def shown(row: UploadRow) -> ShownRow:
    outcome = RowOutcome(row.outcome)
    columns = [name for name in row.upload.columns if name]
    cells = dict(zip(columns, row.cells, strict=False))
    why = REASONS.get(row.upload.layout.get("left_out", {}).get(str(row.number), ""), "")
    named_by = _named_by(row, cells)
    sent = [(TITLES[name], _guarded(name, text)) for name, text in cells.items() if text]
    return ShownRow(
        row.number,
        LOOKS[outcome],
        outcome.label,
        " · ".join(cells[name] for name in named_by),
        [] if outcome == RowOutcome.LEFT_OUT else _Reading(row, cells).all(named_by),
        [
            f"{TITLES.get(column, column)}: {reason}"
            for column, reason in (*row.faults, *row.warnings)
            if column not in columns
        ],
        sent,
        capfirst(str(why)),
    )


def _named_by(row: UploadRow, cells: Mapping[str, str]) -> list[str]:
    """The first columns of its kind that hold a text."""
    faulty = {column for column, _reason in row.faults}
    found = (
        column.name
        for column in COLUMNS[row.upload.kind]
        if cells.get(column.name)
        and column.name not in row.understood
        and column.name not in ABOUT_A_PERSON | OF_FIRM
    )
    first = [name for name, _number in zip(found, range(NAMED_BY), strict=False)]
    return [name for name in first if name not in faulty]


def _guarded(name: str, text: str) -> str:
    return Personal(text) if name in ABOUT_A_PERSON else text


class _Reading:
    """The things that one row says, the most urgent first."""

    def __init__(self, row: UploadRow, cells: Mapping[str, str]) -> None:
        self.row, self.cells = row, cells
        # What clients are called, by their codes.
        self.clients = row.understood.get("client_names", {})
        self.known = row.understood
        self.given = row.upload.given.get("all", {})
        self.columns = {column.name: column for column in COLUMNS[row.upload.kind]}

    def all(self, named_by: Sequence[str]) -> list[Read]:
        said = {column for column, _reason in (*self.row.faults, *self.row.warnings)}
        faulty = {column for column, _reason in self.row.faults}
        names = [name for name in self.columns if name in self.cells or name in self.known]
        told_as_one = OF_FIRM if "contractor" in self.known else frozenset()
        worth_saying = [
            name
            for name in names
            if name in said or (self._is_told(name) and name not in {*named_by, *told_as_one})
        ]
        worth_saying.sort(key=lambda name: (name not in faulty, name not in said))
        urgent = [self._of(name) for name in worth_saying if name in said]
        calm = [self._of(name) for name in worth_saying if name not in said]
        changes = list(self._changes())
        if self.row.outcome in (RowOutcome.CHANGED, RowOutcome.UNCHANGED):
            calm = []
        return [*urgent, *self._comes(), *changes, *self._firm(), *calm]

    def _is_told(self, name: str) -> bool:
        """What was read as something else than a text, and a text that was read otherwise."""
        return name in self.known and (self.known[name] not in EMPTY or bool(self.cells.get(name)))

    def _of(self, name: str) -> Read:
        text = self.cells.get(name, "")
        faults = [reason for column, reason in self.row.faults if column == name]
        warnings = [reason for column, reason in self.row.warnings if column == name]
        words = text
        if name in self.known and not faults:
            words = ", ".join(self.known.get(TITLES_OF.get(name, ""), ()))
            words = words or self._words(self.columns[name], self.known[name])
        differs = (
            bool(text)
            and words != text
            and not _is_plain(words, text, self.columns[name], self.known.get(name))
        )
        sent = text if differs and name in self.cells else ""
        mend, firm = self._ways(name, text) if faults or warnings else ("", "")
        told = _guarded(name, words or NOTHING)
        return Read(TITLES[name], told, _guarded(name, sent), faults, warnings, mend, firm)

    def _ways(self, name: str, text: str) -> tuple[str, str]:
        """Where what stands there is replaced, and where another firm is chosen."""
        upload = self.row.upload
        # What is of a person stands in no address.
        is_of_person = name in ABOUT_A_PERSON or upload.kind in OF_PERSONS
        if is_of_person or not text or upload.state != UploadState.CHECKED:
            return "", ""
        asked = urlencode({"column": name, "old": text})
        mend = f"{reverse('import-replace', args=[upload.pk])}?{asked}"
        has_number = name in NUMBER_OF and NUMBER_OF[name] in upload.columns
        chooses = has_number and any(column == name for column, _reason in self.row.warnings)
        return mend, reverse("import-firm", args=[upload.pk, self.row.number]) if chooses else ""

    def _firm(self) -> Iterator[Read]:
        if firm := self.known.get("contractor"):
            is_new = "new_contractor" in self.known
            sent = _("new firm") if is_new else ""
            yield Read(_("Contractor"), f"{firm} · {sent}" if is_new else firm)
        if title := self.known.get("contract_title"):
            yield Read(_("Contract"), title)
        if adviser := self.known.get("adviser"):
            yield Read(_("Adviser"), adviser)

    def _comes(self) -> Iterator[Read]:
        """What is owed or claimed, and what a row makes new."""
        found = self.known
        if "obligation" in found:
            yield self._money(_("Obligation to be posted"), found["obligation"])
        if "claimed" in found:
            yield self._money(_("Value that is claimed"), found["claimed"])
        if agreed := found.get("plan_agreed_on"):
            on = _("agreed on %(day)s") % {"day": long_date(agreed)}
            yield Read(_("Plan"), on, comes=True)
        elif agreed is not None:
            yield Read(_("Plan"), _("handed in, to be agreed"), comes=True)
        if found.get("state") == "not_started":
            yield Read(_("Status"), _("not begun yet"), comes=True)
        if "new_contractor" in found and "contractor" not in found:
            yield Read(_("Firm"), _("new firm"), comes=True)

    @staticmethod
    def _money(title: Any, found: str) -> Read:
        return Read(title, euro2(Decimal(found)), comes=True)

    def _changes(self) -> Iterator[Read]:
        """What a row changes of what is known already."""
        for column, before, after in self.known.get("changes", ()):
            words = f"{before or NOTHING} → {after or NOTHING}" if before or after else _("changes")
            yield Read(TITLES.get(column, column), words, comes=True)

    def _words(self, column: Column, found: Any) -> str:
        parse = column.parse
        if found in EMPTY:
            return NOTHING
        if parse in (amount, signed_amount):
            return euro2(Decimal(found))
        if parse is percent:
            by_policy = not (self.cells.get(column.name) or column.name in self.given)
            words = {"rate": in_percent(Decimal(found))}
            return _("%(rate)s, by the policy") % words if by_policy else words["rate"]
        if parse is day:
            return long_date(found)
        if parse is quarter:
            return quarter_words(date.fromisoformat(found))
        if parse is hours_in_time:
            return ", ".join(f"{long_date(begin)}: {_exact(hours)}" for begin, hours in found)
        if parse is yes_no:
            return _yes_no(found)
        if isinstance(parse, OneOf):
            return str(dict(parse.choices).get(found, found))
        if parse is per_reference:
            pairs = found.items() if isinstance(found, Mapping) else [("", found)]
            return ", ".join(f"{ref} {code}".strip() for ref, code in pairs)
        if isinstance(found, Mapping):
            return self._pairs(found)
        if isinstance(found, list):
            return ", ".join(found)
        return _exact(found) if parse in NUMBERS else self.clients.get(found, str(found))

    def _pairs(self, found: Mapping[str, Any]) -> str:
        """Clients or contracts with their shares, or questions with their answers."""
        named = {self.clients.get(name, name): one for name, one in found.items()}
        told = {
            name: _yes_no(one) if isinstance(one, bool) else f"{_exact(one)}%"
            for name, one in named.items()
        }
        is_whole = list(told.values()) == [f"{HUNDRED}%"]
        return next(iter(told)) if is_whole else ", ".join(map(" ".join, told.items()))


def _exact(found: str) -> str:
    return all_decimals(Decimal(found))


def _yes_no(found: Any) -> str:
    return _("Yes") if found else _("No")


def _is_plain(words: str, sent: str, column: Column, found: Any) -> bool:
    """Whether this is written as it is shown, apart from signs, or in the form in which it is
    kept.
    """
    if plain(words) == plain(sent):
        return True
    if column.parse is day and found:
        there = date.fromisoformat(found)
        return sent in (found, short_date(there), f"{there.day}-{there.month}-{there.year}")
    kept = found if isinstance(found, str) else ""
    return bool(kept) and plain(sent) in (plain(kept), plain(kept.removesuffix(".00")))
