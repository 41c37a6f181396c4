"""Valuation tables as a region admin works on them: a next version from an old one, its rows, and
what it would change.

A table that a contract is or was pinned to, or that is or was in force, is never edited: it is
succeeded by a table with a code of its own, so that what was accepted keeps its value. Who edits
names the edition that was on the screen; of two people at once one succeeds. Source: DOMAIN.md
section 5.1.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contracts.models import (
    BlockKind,
    BuildingBlock,
    Contract,
    EvidenceKind,
    MonthsFrom,
    MonthsOver,
    PolicyField,
    Region,
    TableInForce,
    TargetGroup,
    ValuationTable,
    called,
)
from contracts.owed.posting import lock_ledger
from contracts.social_firms.recognition import kinds_in_words
from contracts.valuation_tables.checking import checked
from contracts.valuation_tables.facts import question, question_of
from contracts.valuation_tables.keys import FIRST, SECOND, new_in
from contracts.valuation_tables.loading import (
    LineOfTables,
    is_used,
    load_table,
    pinning_date,
    put_in_force,
)
from sroi.access import Access, May
from sroi.doors import Act, Refused, key_of, refuse_overtaken
from sroi.history.keeping import WHY
from sroi.history.versions import differences
from sroi.periods import DAY
from sroi.templatetags.formats import NOTHING, euro, number, percent
from sroi.views import Happening

SHOWN = 50
# Of what is told of a row, after its name, kind, unit, amount and most months.
REST_OF_BLOCK = 5
Source = dict[str, Any]


def may_edit(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.MANAGE_TABLES, region_id=region_id)


def edition(table: ValuationTable) -> str:
    """What tells this content of a table from another, on the screen."""
    return hashlib.sha256(json.dumps(table.source, sort_keys=True).encode()).hexdigest()[:16]


# --- the door -------------------------------------------------------------------------------------


def load(region: Region, data: Mapping[str, Any], act: Act) -> tuple[ValuationTable, bool]:
    """Make a table available to the region; True when it is new or was replaced."""
    with transaction.atomic():
        lock_ledger(region)
        return load_table(region, data, act=replace(act, why=act.why[:WHY]))


def succeed(
    table: ValuationTable, code: str, title_nl: str, title_en: str, act: Act
) -> ValuationTable:
    """A next version that says the same as this one, under another code, to be changed before it is
    in force.
    """
    data = {
        "format": FIRST,
        **table.source,
        "code": code,
        "title": {"nl": title_nl, "en": title_en},
    }
    data |= {"valid_from": None, "valid_until": None}
    with transaction.atomic():
        lock_ledger(table.region)
        if ValuationTable.objects.filter(region=table.region, code=code).exists():
            raise Refused(
                _("There is a table with this code already. Give the new one another code.")
            )
        why = _("New version of %(table)s") % {"table": table.title}
        made, _new = load_table(table.region, data, made_here=True, act=replace(act, why=why[:WHY]))
    return made


def change(
    table: ValuationTable, seen: str, alter: Callable[[Source], None], act: Act
) -> ValuationTable:
    """Change what a table says that is not in use, where it still says what was on the screen."""
    with transaction.atomic():
        lock_ledger(table.region)
        now = _unused(
            table, seen, _("This table is in use, so it stays as it is. Make a new version of it.")
        )
        source: Source = json.loads(json.dumps(now.source))
        alter(source)
        if any(new_in(source)):
            source["format"] = SECOND
        changed, _new = load_table(table.region, source, act=replace(act, why=act.why[:WHY]))
        return changed


def put_row(source: Source, row: Mapping[str, Any], old: str, place: int) -> None:
    """Place a row at the position `place` (from 1), instead of the row `old` where there was
    one.
    """
    rows = [r for r in source["blocks"] if r["code"] != old] if old else list(source["blocks"])
    rows.insert(max(place - 1, 0), dict(row))
    if old and old != row["code"]:
        named = [(other, key) for other in rows for key in ("applies_to", "replaces")]
        for holder, key in (*named, *((fact, "blocks") for fact in source.get("facts") or ())):
            if old in (holder.get(key) or []):
                holder[key] = [row["code"] if code == old else code for code in holder[key]]
    source["blocks"] = rows
    _tidy_questions(source, row)


def take_row(source: Source, code: str) -> None:
    source["blocks"] = [r for r in source["blocks"] if r["code"] != code]
    _tidy_questions(source)


def put_question(source: Source, asked: Mapping[str, Any]) -> None:
    """A question more, that a row is about to need."""
    source["facts"] = [*(source.get("facts") or ()), dict(asked)]


def _tidy_questions(source: Source, changed: Mapping[str, Any] | None = None) -> None:
    """A question that no condition names any more goes; one that is asked for some rows only is
    asked for the row that was changed too, where that names it.
    """
    named = {row["code"]: _named_by(row) for row in source["blocks"]}
    kept = [
        fact
        for fact in source.get("facts") or ()
        if any(fact["code"] in codes for codes in named.values())
    ]
    for fact in kept:
        if fact.get("blocks"):
            own = [changed["code"]] if changed and fact["code"] in _named_by(changed) else []
            there = [code for code in fact["blocks"] if code in named]
            fact["blocks"] = list(dict.fromkeys([*there, *own]))
    if "facts" in source:
        source["facts"] = kept
    if not kept:
        source.pop("facts", None)


def _named_by(row: Mapping[str, Any]) -> list[str]:
    condition = row.get("condition") or {}
    return [*(condition.get("facts") or ()), *(condition.get("not_facts") or ())]


def _unused(table: ValuationTable, seen: str, why_not: str) -> ValuationTable:
    """The table as it is now: still what was on the screen, and not in use."""
    now: ValuationTable | None = ValuationTable.objects.filter(pk=table.pk).first()
    if now is None or edition(now) != seen:
        raise Refused(_("Someone else changed this table meanwhile. Look at it again."))
    if is_used(now):
        raise Refused(why_not)
    return now


def discard(table: ValuationTable, seen: str) -> None:
    """Throw away a table that was never used; its history remains."""
    with transaction.atomic():
        lock_ledger(table.region)
        now = _unused(
            table, seen, _("This table is in use, so it stays. It can be succeeded by another one.")
        )
        now.blocks.all().delete()
        now.delete()


def starting_point(table: ValuationTable, valid_from: date) -> str:
    """What putting it in force starts from: what it says, and all that it would do."""
    found = preview(table, valid_from, Contract.objects.all())
    around = (found.before, found.after)
    pinned, kept = ([contract.pk for contract in rows] for rows in (found.pinned, found.kept))
    line = [other.pk if other else 0 for other in around]
    return key_of(edition(table), found.last, *line, pinned, kept, found.number_kept)


def put_in_line(
    table: ValuationTable, valid_from: date, act: Act, *, shown: str | None = None
) -> None:
    """In force from a day on, where that does what was shown."""
    with transaction.atomic():
        lock_ledger(table.region)
        table.refresh_from_db()
        refuse_overtaken(shown, starting_point(table, valid_from))
        put_in_force(table, valid_from, act=act)


def take_from_line(line: TableInForce, today: date) -> None:
    """A table that was to come in force later does not; what was in force before it holds on."""
    with transaction.atomic():
        lock_ledger(line.region)
        if line.valid_from <= today:
            raise Refused(_("This table is in force already. Put another one in force after it."))
        if line.table.contracts.exists():
            raise Refused(_("A contract is pinned to this table already, so it stays in the line."))
        if not TableInForce.objects.filter(pk=line.pk).delete()[0]:
            raise Refused(_("Someone else changed this table meanwhile. Look at it again."))


# --- what putting in force would do ---------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """A table in force from a day: until when, after which one, and which contracts that
    concerns.
    """

    valid_from: date
    last: date | None
    before: ValuationTable | None
    after: ValuationTable | None
    # Contracts that have no table yet and get this one.
    pinned: list[Contract]
    # Contracts whose date lies in this time and that keep the table they have.
    kept: list[Contract]
    number_kept: int


def preview(table: ValuationTable, valid_from: date, contracts: QuerySet[Any]) -> Preview:
    """`contracts` are those that the reader may see."""
    region = table.region
    line = [(day, other) for day, other in LineOfTables(region).line if day != valid_from]
    later = [(day, other) for day, other in line if day > valid_from]
    earlier = [other for day, other in line if day < valid_from]
    last = later[0][0] - DAY if later else None
    concerned = [
        contract
        for contract in (
            contracts.filter(region=region)
            .select_related("policy", "table")
            .order_by("award_date", "pk")
        )
        if _falls_in(contract, valid_from, last) and contract.table_id != table.pk
    ]
    kept = [c for c in concerned if c.table_id]
    return Preview(
        valid_from,
        last,
        earlier[-1] if earlier else None,
        later[0][1] if later else None,
        [c for c in concerned if not c.table_id],
        kept[:SHOWN],
        len(kept),
    )


def _falls_in(contract: Contract, first: date, last: date | None) -> bool:
    day = pinning_date(contract.policy, contract)
    return first <= day and (last is None or day <= last)


# --- in words -------------------------------------------------------------------------------------


def facts_of_block(block: BuildingBlock, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """Everything that a row says, in words; `labels` gives the other rows of its table by their
    code.
    """

    def named(codes: Sequence[str]) -> str:
        return ", ".join((labels or {}).get(code, code) for code in codes)

    conditions = []
    if block.min_age is not None:
        conditions.append(_("from the age of %(age)s") % {"age": block.min_age})
    if block.max_age is not None:
        conditions.append(_("up to and including the age of %(age)s") % {"age": block.max_age})
    if block.permanent_contract is not None:
        conditions.append(
            _("with a permanent contract") if block.permanent_contract else _("not permanent")
        )
    for codes, sentence in (
        (block.facts, _("“%(question)s” is answered yes")),
        (block.not_facts, _("“%(question)s” is answered no")),
    ):
        conditions += [sentence % {"question": question_of(block.table, code)} for code in codes]
    return {
        _("Building block"): block.label,
        _("Kind"): str(capfirst(block.get_kind_display())),
        _("Counted"): str(block.get_unit_display()),
        _("Amount"): amount_in_words(block),
        _("Most months"): "" if block.max_months is None else str(block.max_months),
        _("Months are counted"): _how_months_count(block),
        _("Months after the entitlement"): (
            "" if block.grace_months is None else str(block.grace_months)
        ),
        _("Target group"): called(TargetGroup, block.target_group),
        _("Condition"): "; ".join(conditions),
        _("Goes with"): named(block.applies_to),
        _("Takes the place of"): named(block.replaces),
        _("Policy field"): called(PolicyField, block.policy_field),
        _("Evidence"): ", ".join(called(EvidenceKind, code) for code in block.evidence),
        _("For firms recognised as"): kinds_in_words(block.recognitions),
        _("Claimed instead of each other as"): block.alternatives,
        _("Note"): block.note,
    }


def _how_months_count(block: BuildingBlock) -> str:
    """Where the most months are not counted as usual."""
    if block.max_months_from == MonthsFrom.HIRE:
        return str(MonthsFrom.HIRE.label)
    over_all = block.max_months_over == MonthsOver.CONTRACTOR
    return str(MonthsOver.CONTRACTOR.label) if over_all else ""


def more_of(block: BuildingBlock, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What else a row says, beside its name, how it is counted, its amount and its most months."""
    rest = list(facts_of_block(block, labels).items())[REST_OF_BLOCK:]
    return [(label, value) for label, value in rest if value]


def groups_of(blocks: Sequence[BuildingBlock]) -> list[tuple[Any, list[Any]]]:
    """The rows of a table by their kind, each with what else it says."""
    labels = {block.code: block.label for block in blocks}
    groups = [
        (kind.label, [(b, more_of(b, labels)) for b in blocks if b.kind == kind])
        for kind in BlockKind
    ]
    return [(label, rows) for label, rows in groups if rows]


def amount_in_words(block: BuildingBlock) -> str:
    if block.weight_percent is not None:
        return percent(block.weight_percent)
    return euro(block.amount) if block.amount is not None else ""


def facts_of_table(table: ValuationTable) -> dict[str, str]:
    least = number(table.min_hours_per_week) if table.min_hours_per_week else ""
    return {
        _("Full-time hours per week"): number(table.full_time_hours),
        _("Least hours per week"): least,
        _("Part of a month"): str(table.get_proration_display()),
        _("Counts back at most"): (
            "" if table.lookback_months is None else str(table.lookback_months)
        ),
        _("Questions"): questions_of(table),
        _("Note"): table.note,
        _("Source"): table.source_url,
    }


def questions_of(table: Any) -> str:
    return " ".join(each_question(table))


def each_question(table: Any) -> list[str]:
    """The questions of a table; with the rows for which each is asked, where it says so."""
    return [
        (
            _("%(question)s (only with %(rows)s)")
            % {"question": question(fact), "rows": ", ".join(fact["blocks"])}
            if fact["blocks"]
            else question(fact)
        )
        for fact in table.facts
    ]


# --- beside each other ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True)
class Pair:
    """A row of one table beside the row with the same code of another; None where it has none."""

    code: str
    left: BuildingBlock | None
    right: BuildingBlock | None
    facts: tuple[Compared, ...]

    @property
    def label(self) -> str:
        block = self.right or self.left
        assert block is not None  # one of the two there is
        return block.label

    @property
    def differs(self) -> bool:
        return any(fact.differs for fact in self.facts)

    @property
    def changed(self) -> list[Compared]:
        return [fact for fact in self.facts if fact.differs]


Blocks = Sequence[BuildingBlock]


def beside(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[Compared, ...]:
    rows = (
        Compared(label, left.get(label, ""), right.get(label, "")) for label in {**left, **right}
    )
    return tuple(row for row in rows if (row.left, row.right) != ("", ""))


def pairs(left: Blocks, right: Blocks) -> list[Pair]:
    """The rows of two tables beside each other, by code, in the order of the right one."""
    olds, news = ({b.code: b for b in blocks} for blocks in (left, right))
    labels = [{b.code: b.label for b in blocks} for blocks in (left, right)]
    found = []
    for code in {**news, **olds}:
        old, new = olds.get(code), news.get(code)
        facts = beside(
            *(
                facts_of_block(b, names) if b else {}
                for b, names in zip((old, new), labels, strict=True)
            )
        )
        found.append(Pair(code, old, new, facts))
    return found


# --- history --------------------------------------------------------------------------------------

UNTOLD = ("source", "region", "made_here", "facts")


def history_of(table: ValuationTable, rows: Sequence[Any]) -> list[Happening]:
    """Each version of a table that was kept, oldest first in `rows`, with the rows that it changed;
    newest first.
    """
    told: list[Happening] = []
    before: Any = None
    for row in rows:
        what = _("Loaded") if before is None else "; ".join(_changes(before, row))
        if what:
            told.append(
                Happening(what, row.history_date, row.history_user, row.history_change_reason or "")
            )
        before = row
    return told[::-1]


def _changes(before: Any, after: Any) -> list[str]:
    told = list(differences(before, after, UNTOLD))
    asked = [questions_of(row) for row in (before, after)]
    if asked[0] != asked[1]:
        told.append(
            _("questions %(old)s → %(new)s")
            % {"old": asked[0] or NOTHING, "new": asked[1] or NOTHING}
        )
    # What was loaded once is told, whatever is refused today.
    left, right = (checked(row.source).blocks for row in (before, after))
    for pair in pairs(left, right):
        if pair.left is None:
            told.append(_("row %(row)s added") % {"row": pair.label})
        elif pair.right is None:
            told.append(_("row %(row)s removed") % {"row": pair.label})
        elif pair.differs:
            parts = ", ".join(
                f"{f.label.lower()} {f.left or NOTHING} → {f.right or NOTHING}"
                for f in pair.changed
            )
            told.append(f"{pair.label}: {parts}")
    return told
