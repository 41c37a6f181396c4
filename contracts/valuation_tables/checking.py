"""What a valid table is: the one check of loading, of the site, of `check_table` and of the page
that checks.

It reads the exchange format into a table and its rows, and gives everything that is wrong with it.
Amounts are euro, hours per week, ages years. Source: DOMAIN.md sections 5.1 and 5.5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contracts.models import (
    BlockKind,
    BuildingBlock,
    MonthsFrom,
    MonthsOver,
    PinnedBy,
    Proration,
    RecognitionKind,
    Region,
    ValuationTable,
)
from contracts.policy.json_text import NotJson, lines_of, parsed
from contracts.valuation_tables.facts import facts_from, loose_facts, without_a_place
from contracts.valuation_tables.faults import MOST_FAULTS, Fault, FaultyTable, Part
from contracts.valuation_tables.keys import (
    CONDITIONS,
    FIRST,
    FORMATS,
    NEW_BLOCK_KEYS,
    NEW_TABLE_KEYS,
    contradictions,
    new_in,
    without_effect,
)
from contracts.valuation_tables.units import UNITS, fitting_units
from sroi.files.size import MEGABYTE

TABLE_KEYS = (
    *(
        "format",
        "code",
        "title",
        "source_url",
        "note",
        "published_pinning",
        "valid_from",
        "valid_until",
    ),
    *(
        "full_time_hours",
        "proration",
        "min_hours_per_week",
        "lookback_months",
        "reference_date",
        "blocks",
    ),
    *NEW_TABLE_KEYS,
)
BLOCK_KEYS = (
    *(
        "code",
        "label",
        "kind",
        "unit",
        "amount",
        "weight_percent",
        "max_months",
        "target_group",
        "condition",
    ),
    *("applies_to", "replaces", "policy_field", "evidence", "recognitions", "note"),
    *NEW_BLOCK_KEYS,
)
# The day on which the age is fixed: what is asked is that on the first day of the placement.
REFERENCE_DATES = ("placement_start",)
# Of a file that is sent in; published tables are a hundredth of this.
MOST_BYTES = MEGABYTE
MOST_ROWS = 1000
# What a column is called in the format, where that is something else.
IN_FORMAT = {
    "title_nl": "title",
    "title_en": "title",
    "label_nl": "label",
    "label_en": "label",
    "published_from": "valid_from",
    "published_until": "valid_until",
    "grace_months": "entitlement",
    **{key: f"condition.{key}" for key in CONDITIONS},
}
# What has to be known before rows are laid beside each other.
ABOUT_ROWS = re.compile(
    r"(blocks|facts)(\[\d+\](\.(kind|unit|code|applies_to|replaces|condition|blocks)\b.*)?)?$"
)


@dataclass(frozen=True)
class Checked:
    """A table with its rows as far as they could be read, and what is wrong with it."""

    table: ValuationTable
    blocks: list[BuildingBlock]
    faults: list[Fault]


def table_from(
    region: Region, data: Mapping[str, Any]
) -> tuple[ValuationTable, list[BuildingBlock]]:
    """A table and its blocks from the exchange format, checked but not saved; `FaultyTable` with
    every fault.
    """
    found = checked(data)
    if found.faults:
        raise FaultyTable(found.faults)
    found.table.region, found.table.source = region, _plain(data)
    return found.table, found.blocks


def _plain(data: Any) -> Any:
    """The file as JSON can keep it: numbers written as text, so that none loses a digit."""
    if isinstance(data, Mapping):
        return {str(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list):
        return [_plain(v) for v in data]
    return data if data is None or isinstance(data, bool | str | int) else str(data)


def faults_in(raw: bytes) -> list[Fault]:
    """All that is wrong with a table as it stands in a file, in order of its lines."""
    return checked_text(raw).faults


def checked_text(raw: bytes) -> Checked:
    """A table as it stands in a file; each fault with its line."""
    try:
        data = parsed(raw)
    except NotJson as fault:
        return _no_table(Fault("", "json", str(fault), fault.line or 1, fault.column))
    if not isinstance(data, dict):
        why = _("This is no table: a table is one object, between { and }.")
        return _no_table(Fault("", "value", why, 1))
    lines, found = lines_of(raw), checked(data)
    faults = list(found.faults)
    if data.get("format") is None:
        faults.append(Fault("format", "missing", _no_format()))
    faults = [replace(fault, line=lines.line(fault.path)) for fault in faults]
    for path, line in lines.twice[:MOST_FAULTS]:
        why = _("“%(key)s” stands there twice.") % {"key": path.rpartition(".")[2]}
        faults.append(Fault(path, "twice", why, line))
    return replace(found, faults=sorted(faults, key=lambda fault: fault.line or 0))


def _no_table(fault: Fault) -> Checked:
    return Checked(ValuationTable(), [], [fault])


def _no_format() -> str:
    return _("The file does not say its “format”: “%(format)s”.") % {"format": "”, “".join(FORMATS)}


def checked(data: Mapping[str, Any]) -> Checked:
    faults: list[Fault] = []
    for path, text in _not_keepable(data):
        why = _("%(where)s: a character that cannot be kept.") % {"where": text[:80]}
        faults.append(Fault(path, "value", why))
    if faults:
        return Checked(ValuationTable(), [], faults)
    code = data.get("code")
    part = Part(data, "", code if isinstance(code, str) and code else "table", faults)
    table = _table_from(part)
    rows = _rows_of(part)
    blocks = []
    for position, row in enumerate(rows, start=1):
        blocks.append(_block_from(table, position, row, part))
        if len(faults) >= MOST_FAULTS:
            return Checked(table, blocks, faults)
    _refuse_loose_ends(blocks, part)
    columns = {"": table, **{f"blocks[{b.position - 1}]": b for b in blocks}}
    for path, row in columns.items():
        _refuse_what_does_not_fit(path, row, faults)
    return Checked(table, blocks, faults)


def _not_keepable(said: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Texts with a character that no database keeps, and keys with one."""
    if isinstance(said, Mapping):
        for key, value in said.items():
            yield from _not_keepable(str(key), path)
            yield from _not_keepable(value, f"{path}.{key}" if path else str(key))
    elif isinstance(said, list):
        for number, value in enumerate(said):
            yield from _not_keepable(value, f"{path}[{number}]")
    elif isinstance(said, str):
        shown = said.encode("utf-8", "replace").decode().replace("\0", "�")
        if shown != said:
            yield path.encode("utf-8", "replace").decode().replace("\0", "�"), shown


# --- the table ------------------------------------------------------------------------------------


def _table_from(part: Part) -> ValuationTable:
    _refuse_another_format(part)
    part.known(TABLE_KEYS)
    # Another day than the first of the placement would have to be reckoned with.
    part.one_of("reference_date", REFERENCE_DATES)
    part.required("code")
    title_nl, title_en = part.titles("title")
    part.required("full_time_hours")
    table = ValuationTable(
        code=part.text("code"),
        title_nl=title_nl,
        title_en=title_en,
        source_url=part.text("source_url"),
        note=part.text("note"),
        published_pinning=part.one_of("published_pinning", PinnedBy.values),
        published_from=part.day("valid_from"),
        published_until=part.day("valid_until"),
        full_time_hours=part.number("full_time_hours"),  # type: ignore[misc]
        proration=part.one_of("proration", Proration.values, Proration.CALENDAR_MONTHS),
        min_hours_per_week=part.number("min_hours_per_week") or 0,
        lookback_months=part.whole("lookback_months"),
        facts=facts_from(part),
    )
    _refuse_impossible_terms(table, part)
    return table


def _refuse_another_format(part: Part) -> None:
    """A file that says nothing of its format is of the first."""
    said = part.one_of("format", FORMATS, FIRST)
    if said != FIRST or part.is_faulty("format"):
        return
    for path, where, key in new_in(part.said):
        part.refuse(
            path,
            "format",
            _(
                "%(where)s: “%(key)s” belongs to the format valuation-table/2. Write that at"
                " “format”."
            ),
            where=where,
            key=key,
        )


def _refuse_impossible_terms(table: ValuationTable, part: Part) -> None:
    """What the terms of a table say against each other."""
    hours, least = table.full_time_hours, table.min_hours_per_week
    if hours is not None and not hours:
        part.refuse(
            "full_time_hours",
            "value",
            _("%(where)s: “%(value)s” is not a usable number."),
            where="full_time_hours",
            value=0,
        )
    elif hours is not None and least > hours:
        part.refuse(
            "min_hours_per_week",
            "contradiction",
            _(
                "%(where)s: the least hours (%(least)s) are more than full-time (%(hours)s), so a"
                " full-time placement would be worth nothing."
            ),
            least=least,
            hours=hours,
        )
    first, last = table.published_from, table.published_until
    if first and last and last < first:
        part.refuse(
            "valid_until",
            "contradiction",
            _("%(where)s: “valid_until” (%(last)s) lies before “valid_from” (%(first)s)."),
            first=first,
            last=last,
        )


def _rows_of(part: Part) -> list[Any]:
    rows = part.rows("blocks")
    if part.said.get("blocks") is None:
        part.refuse("blocks", "missing", _("%(where)s: “%(key)s” is missing."))
    if len(rows) > MOST_ROWS:
        part.refuse("blocks", "value", _("%(where)s: more than %(n)s rows."), n=MOST_ROWS)
    return rows[:MOST_ROWS]


# --- its rows -------------------------------------------------------------------------------------


def _block_from(table: ValuationTable, position: int, row: Any, whole: Part) -> BuildingBlock:
    path = f"blocks[{position - 1}]"
    if not isinstance(row, Mapping):
        whole.refuse(path, "value", _("%(where)s: “%(key)s” is missing."), where=path, key="code")
        return BuildingBlock(table=table, position=position)
    code = row.get("code")
    name = code if isinstance(code, str) and code else path
    part = Part(row, path, name, whole.faults)
    part.required("code")
    part.known(BLOCK_KEYS)
    label_nl, label_en = part.titles("label")
    kind, unit = _kind_and_unit(part)
    condition = part.within("condition", CONDITIONS)
    entitlement = part.within("entitlement", ("grace_months",))
    if part.said.get("entitlement") and not part.is_faulty("entitlement"):
        entitlement.required("grace_months")
    if kind and unit:
        _refuse_idle(kind, unit, part)
    block = BuildingBlock(
        table=table,
        position=position,
        code=part.text("code"),
        label_nl=label_nl,
        label_en=label_en,
        kind=kind,
        unit=unit,
        amount=part.number("amount"),
        weight_percent=part.number("weight_percent", places=3),
        max_months=part.whole("max_months", least=1),
        max_months_from=part.one_of("max_months_from", MonthsFrom.values, MonthsFrom.CONTRACT),
        max_months_over=part.one_of("max_months_over", MonthsOver.values, MonthsOver.CONTRACT),
        grace_months=entitlement.whole("grace_months"),
        target_group=part.text("target_group"),
        min_age=condition.whole("min_age"),
        max_age=condition.whole("max_age"),
        permanent_contract=condition.truth("permanent_contract"),
        facts=condition.codes("facts"),
        not_facts=condition.codes("not_facts"),
        applies_to=part.codes("applies_to"),
        replaces=part.codes("replaces"),
        policy_field=part.text("policy_field"),
        evidence=part.codes("evidence"),
        recognitions=_recognitions_from(part),
        alternatives=part.text("alternatives"),
        note=part.text("note"),
    )
    if not part.is_faulty("condition"):
        for key, why in contradictions(block):
            code = "no_effect" if key == "max_months_over" else "contradiction"
            part.refuse(key, code, "%(where)s: %(why)s", why=why)
    return block


def _kind_and_unit(part: Part) -> tuple[str, str]:
    """Blank where it says none that there is."""
    words = [("kind", BlockKind.values), ("unit", list(UNITS))]
    for key, choices in words:
        if part.said.get(key) is None:
            part.refuse_word(key, None, choices)
    kind, unit = (part.one_of(key, choices) for key, choices in words)
    if kind and unit and unit not in fitting_units(kind):
        fault = (
            _("%(where)s: unit “%(unit)s” cannot be that of a bonus.")
            if kind == BlockKind.BONUS
            else _("%(where)s: unit “%(unit)s” needs a placement.")
        )
        part.refuse("unit", "value", fault, unit=unit)
        unit = ""
    return kind, unit


def _refuse_idle(kind: str, unit: str, part: Part) -> None:
    """What a row of this kind and unit lacks, and what would count for nothing."""
    if UNITS[unit].has_amount and part.said.get("amount") is None:
        part.refuse("amount", "missing", _("%(where)s: “%(key)s” is missing."))
    if part.is_faulty("condition"):
        return
    for key in without_effect(kind, unit, part.said):
        part.refuse(
            key,
            "no_effect",
            _(
                "%(where)s: “%(key)s” has no effect on a row of kind “%(kind)s” in unit “%(unit)s”."
                " Leave it out."
            ),
            kind=kind,
            unit=unit,
        )


def _recognitions_from(part: Part) -> list[str]:
    """With which recognitions of a firm a purchase counts; where the table says nothing, any will
    do.
    """
    said = part.codes("recognitions")
    for one in said:
        if one not in RecognitionKind.values:
            part.refuse_word("recognitions", one, RecognitionKind.values)
    return said


# --- what rows say of each other ------------------------------------------------------------------


def _refuse_loose_ends(blocks: list[BuildingBlock], part: Part) -> None:
    by_code: dict[str, BuildingBlock] = {}
    for block in blocks:
        if block.code and block.code in by_code:
            part.refuse(
                f"blocks[{block.position - 1}].code",
                "twice",
                _("%(where)s: this code stands there twice."),
                where=block.code,
            )
        by_code.setdefault(block.code, block)
    for block in blocks:
        for key, why in _loose_in(block, by_code):
            where = f"blocks[{block.position - 1}].{key}"
            part.refuse(where, "loose", "%(where)s: %(why)s", where=block.code, why=why)
    # A row that could not be read may be the one that they are about.
    if not any(_is_about(fault) for fault in part.faults):
        for path, name, why in (*without_a_place(blocks), *loose_facts(part.said, blocks)):
            part.refuse(path, "loose", "%(where)s: %(why)s", where=name, why=why)


def _is_about(fault: Fault) -> bool:
    return bool(ABOUT_ROWS.match(fault.path))


def _loose_in(
    block: BuildingBlock, by_code: Mapping[str, BuildingBlock]
) -> Iterable[tuple[str, str]]:
    """Rows that a row names and that are not there, or for which it says nothing."""
    for key, kind in (("applies_to", BlockKind.PLACEMENT), ("replaces", BlockKind.BONUS)):
        for code in getattr(block, key):
            other = by_code.get(code)
            if other is None:
                yield key, _("the block “%(code)s” is not in the table.") % {"code": code}
            elif other.kind and other.kind != kind:
                yield (
                    key,
                    _("“%(code)s” is no %(kind)s, so that it stands here has no effect.")
                    % {"code": code, "kind": kind},
                )
    if block.code in block.replaces:
        yield "replaces", _("a row cannot take the place of itself.")
    for code in block.replaces:
        other = by_code.get(code)
        if other and other is not block and block.code in other.replaces:
            yield (
                "replaces",
                _("it takes the place of “%(code)s” and that of it, so that neither would count.")
                % {"code": code},
            )


def _refuse_what_does_not_fit(path: str, row: Any, faults: list[Fault]) -> None:
    """Texts and numbers that the columns cannot hold; SQLite would not say so."""
    part = Part({}, path, row.code or path or "table", faults)
    try:
        row.clean_fields(exclude=["region", "table", "source"])
    except ValidationError as fault:
        for name, reasons in fault.message_dict.items():
            key = IN_FORMAT.get(name, name)
            if not part.is_faulty(key) and not _is_faulty_as_a_whole(path, faults):
                code = "url" if key == "source_url" else "value"
                part.refuse(key, code, "%(where)s %(key)s: %(why)s", why=reasons[0])


def _is_faulty_as_a_whole(path: str, faults: list[Fault]) -> bool:
    return bool(path) and any(fault.path == path for fault in faults)
