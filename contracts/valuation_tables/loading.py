"""Loading published valuation tables, putting them in force, and pinning them to contracts.

*Loading* makes a table available to a region; *putting in force* places it, from a date, in the
region's line of versions: each holds until the next begins, so there is no gap and no overlap. A
contract is pinned once and keeps its table; putting another in force never changes what was pinned
or accepted.
Source: DOMAIN.md section 5.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import (
    BlockKind,
    BuildingBlock,
    Contract,
    MonthsFrom,
    MonthsOver,
    PinnedBy,
    Policy,
    Proration,
    RecognitionKind,
    Region,
    TableInForce,
    ValuationTable,
)
from contracts.owed.posting import lock_ledger
from contracts.policy.loading import (
    FaultyFile,
    day_from,
    decimal_from,
    refuse_unknown,
    required,
    titles_from,
)
from contracts.valuation_tables.facts import facts_from, refuse_loose_facts
from contracts.valuation_tables.keys import (
    CONDITIONS,
    FIRST,
    FORMATS,
    NEW_BLOCK_KEYS,
    NEW_TABLE_KEYS,
    NOT_SAID,
    new_in,
    without_effect,
)
from contracts.valuation_tables.units import UNITS, fitting_units
from sroi.database.batches import AT_ONCE
from sroi.doors import Act
from sroi.files.size import MEGABYTE
from sroi.history.keeping import remember, signed

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
MOST_BYTES = 2 * MEGABYTE
MOST_ROWS = 1000
# What a small column of PostgreSQL holds.
MOST_OF_SMALL = 2**15 - 1


def load_table(
    region: Region, data: Mapping[str, Any], *, made_here: bool = False, act: Act | None = None
) -> tuple[ValuationTable, bool]:
    """Make a table available to a region; True when it is new or was replaced.

    A table that contracts are pinned to is never changed: a changed publication needs a code of its
    own.
    """
    act = act or Act.of(None, timezone.now())
    table, blocks = table_from(region, data)
    table.made_here = made_here
    known = ValuationTable.objects.filter(region=region, code=table.code).first()
    if known and known.source == _plain(data):
        return known, False
    if known:
        if is_used(known):
            raise FaultyFile(
                _(
                    "Table %(code)s is in use with other contents. Give the changed table a code of"
                    " its own."
                )
                % {"code": table.code}
            )
        known.blocks.all().delete()
        table.pk, table.made_here = known.pk, known.made_here
    signed(table, act).save()
    BuildingBlock.objects.bulk_create(blocks)
    return table, True


def is_used(table: ValuationTable) -> bool:
    """Whether a contract is or was pinned to it, or it is or was in force: then it stays as it is
    for good.
    """
    return (
        table.contracts.exists()
        or table.in_force.exists()
        or Contract.history.filter(table_id=table.pk).exists()
        or TableInForce.history.filter(
            table_id=table.pk, valid_from__lte=timezone.localdate()
        ).exists()
    )


def _plain(data: Any) -> Any:
    """The file as JSON can keep it: numbers written as text, so that none loses a digit."""
    if isinstance(data, Mapping):
        return {str(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list):
        return [_plain(v) for v in data]
    if isinstance(data, str) and "\0" in data:
        raise FaultyFile(
            _("%(where)s: a character that cannot be kept.")
            % {"where": data.replace("\0", "�")[:80]}
        )
    return data if data is None or isinstance(data, bool | str | int) else str(data)


def table_from(
    region: Region, data: Mapping[str, Any]
) -> tuple[ValuationTable, list[BuildingBlock]]:
    """A table and its blocks from the exchange format, checked but not saved."""
    code = str(required(data, "code", "table"))
    _refuse_another_format(data)
    refuse_unknown(data, TABLE_KEYS, "table")
    # Another day than the first of the placement would have to be reckoned with.
    _one_of_or_none(data, "reference_date", REFERENCE_DATES)
    title_nl, title_en = titles_from(data, code)
    table = ValuationTable(
        region=region,
        code=code,
        title_nl=title_nl,
        title_en=title_en,
        source_url=str(data.get("source_url") or ""),
        note=str(data.get("note") or ""),
        published_pinning=_one_of_or_none(data, "published_pinning", PinnedBy.values),
        published_from=day_from(data.get("valid_from"), code),
        published_until=day_from(data.get("valid_until"), code),
        full_time_hours=decimal_from(
            required(data, "full_time_hours", code), f"{code} full_time_hours"
        ),
        proration=_one_of(
            data.get("proration") or Proration.CALENDAR_MONTHS,
            Proration.values,
            f"{code} proration",
        ),
        min_hours_per_week=decimal_from(
            data.get("min_hours_per_week") or "0", f"{code} min_hours_per_week"
        ),
        lookback_months=_whole(data.get("lookback_months"), f"{code} lookback_months"),
        facts=facts_from(data, code),
        source=_plain(data),
    )
    if not table.full_time_hours:
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a usable number.")
            % {
                "where": "full_time_hours",
                "value": 0,
            }
        )
    rows = required(data, "blocks", code)
    if not isinstance(rows, list):
        raise FaultyFile(_("%(where)s: “%(key)s” is missing.") % {"where": code, "key": "blocks"})
    if len(rows) > MOST_ROWS:
        raise FaultyFile(_("%(where)s: more than %(n)s rows.") % {"where": code, "n": MOST_ROWS})
    blocks = [_block_from(table, position, row) for position, row in enumerate(rows, start=1)]
    _refuse_loose_ends(blocks)
    refuse_loose_facts(table, blocks)
    _refuse_what_does_not_fit(table, blocks)
    return table, blocks


def _refuse_another_format(data: Mapping[str, Any]) -> None:
    """A file that says nothing of its format is of the first."""
    said = _one_of(data.get("format") or FIRST, FORMATS, "format")
    for where, key in new_in(data) if said == FIRST else ():
        raise FaultyFile(
            _(
                "%(where)s: “%(key)s” belongs to the format valuation-table/2. Write that at"
                " “format”."
            )
            % {"where": where, "key": key}
        )


def _refuse_what_does_not_fit(table: ValuationTable, blocks: Iterable[BuildingBlock]) -> None:
    """Texts and numbers that the columns cannot hold; SQLite would not say so."""
    rows: list[tuple[str, Any]] = [(table.code, table), *((block.code, block) for block in blocks)]
    for code, row in rows:
        try:
            row.clean_fields(exclude=["region", "table", "source"])
        except ValidationError as fault:
            name, reasons = next(iter(fault.message_dict.items()))
            raise FaultyFile(f"{code} {name}: {reasons[0]}") from None


def _one_of(value: Any, choices: Iterable[str], where: str) -> str:
    if value not in list(choices):
        raise FaultyFile(
            _("%(where)s: “%(value)s” is none of %(choices)s.")
            % {
                "where": where,
                "value": value,
                "choices": ", ".join(choices),
            }
        )
    return str(value)


def _one_of_or_none(data: Mapping[str, Any], key: str, choices: Iterable[str]) -> str:
    return _one_of(data[key], choices, f"{data['code']} {key}") if data.get(key) else ""


def _block_from(table: ValuationTable, position: int, row: Any) -> BuildingBlock:
    if not isinstance(row, dict):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is missing.") % {"where": f"blocks[{position}]", "key": "code"}
        )
    code = str(required(row, "code", f"blocks[{position}]"))
    refuse_unknown(row, BLOCK_KEYS, code)
    label_nl, label_en = titles_from({"title": required(row, "label", code)}, code)
    kind = _one_of(row.get("kind"), BlockKind.values, f"{code} kind")
    unit = _one_of(row.get("unit"), UNITS, f"{code} unit")
    if unit not in fitting_units(kind):
        fault = (
            _("%(where)s: unit “%(unit)s” cannot be that of a bonus.")
            if kind == BlockKind.BONUS
            else _("%(where)s: unit “%(unit)s” needs a placement.")
        )
        raise FaultyFile(fault % {"where": code, "unit": unit})
    amount, weight = row.get("amount"), row.get("weight_percent")
    if amount is None and UNITS[unit].has_amount:
        raise FaultyFile(_("%(where)s: “%(key)s” is missing.") % {"where": code, "key": "amount"})
    condition = _within(row, "condition", CONDITIONS)
    entitlement = _within(row, "entitlement", ("grace_months",))
    if entitlement:
        required(entitlement, "grace_months", f"{code} entitlement")
    for key in without_effect(kind, unit, row):
        raise FaultyFile(
            _(
                "%(where)s: “%(key)s” has no effect on a row of kind “%(kind)s” in unit “%(unit)s”."
                " Leave it out."
            )
            % {"where": code, "key": key, "kind": kind, "unit": unit}
        )
    return BuildingBlock(
        table=table,
        position=position,
        code=code,
        label_nl=label_nl,
        label_en=label_en,
        kind=kind,
        unit=unit,
        amount=None if amount is None else decimal_from(amount, f"{code} amount"),
        weight_percent=(
            None if weight is None else decimal_from(weight, f"{code} weight_percent", places=3)
        ),
        max_months=_whole(row.get("max_months"), f"{code} max_months"),
        max_months_from=_one_of(
            row.get("max_months_from") or MonthsFrom.CONTRACT,
            MonthsFrom.values,
            f"{code} max_months_from",
        ),
        max_months_over=_one_of(
            row.get("max_months_over") or MonthsOver.CONTRACT,
            MonthsOver.values,
            f"{code} max_months_over",
        ),
        grace_months=_whole(entitlement.get("grace_months"), f"{code} grace_months"),
        target_group=str(row.get("target_group") or ""),
        min_age=_whole(condition.get("min_age"), f"{code} min_age"),
        max_age=_whole(condition.get("max_age"), f"{code} max_age"),
        permanent_contract=condition.get("permanent_contract"),
        facts=_codes_from({"code": code, **condition}, "facts"),
        not_facts=_codes_from({"code": code, **condition}, "not_facts"),
        applies_to=_codes_from(row, "applies_to"),
        replaces=_codes_from(row, "replaces"),
        policy_field=str(row.get("policy_field") or ""),
        evidence=_codes_from(row, "evidence"),
        recognitions=_recognitions_from(row),
        alternatives=str(row.get("alternatives") or ""),
        note=str(row.get("note") or ""),
    )


def _within(row: Mapping[str, Any], key: str, known: Iterable[str]) -> Mapping[str, Any]:
    """What a key says that holds keys of its own; only those that are known."""
    said = row.get(key)
    if said in NOT_SAID:
        return {}
    if not isinstance(said, Mapping):
        raise FaultyFile(
            _("%(where)s: “%(key)s” holds keys of its own: %(known)s.")
            % {"where": row["code"], "key": key, "known": ", ".join(known)}
        )
    refuse_unknown(said, known, f"{row['code']} {key}")
    return said


def _whole(value: Any, where: str) -> int | None:
    if value is None:
        return None
    number = int(decimal_from(value, where, places=0))
    if number > MOST_OF_SMALL:
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a usable number.") % {"where": where, "value": value}
        )
    return number


def _codes_from(row: Mapping[str, Any], key: str) -> list[str]:
    codes = row.get(key) or []
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is not a list of codes.") % {"where": row["code"], "key": key}
        )
    return list(codes)


def _recognitions_from(row: Mapping[str, Any]) -> list[str]:
    """With which recognitions of a firm a purchase counts; where the table says nothing, any will
    do.
    """
    where = f"{row['code']} recognitions"
    return [_one_of(one, RecognitionKind.values, where) for one in _codes_from(row, "recognitions")]


def _refuse_loose_ends(blocks: list[BuildingBlock]) -> None:
    codes = [b.code for b in blocks]
    for code in {c for c in codes if codes.count(c) > 1}:
        raise FaultyFile(_("%(where)s: this code stands there twice.") % {"where": code})
    for block in blocks:
        for other in (*block.applies_to, *block.replaces):
            if other not in codes:
                raise FaultyFile(
                    _("%(where)s: the block “%(code)s” is not in the table.")
                    % {
                        "where": block.code,
                        "code": other,
                    }
                )


@transaction.atomic
def put_in_force(table: ValuationTable, valid_from: date, *, act: Act | None = None) -> None:
    """Place a table in the region's line of versions, and pin it to contracts that have none yet
    and fall under it.
    """
    lock_ledger(table.region)
    current = TableInForce.objects.filter(region=table.region, valid_from=valid_from).first()
    if current and current.table_id != table.pk:
        raise FaultyFile(
            _("From %(day)s table %(code)s is in force already. Choose another date.")
            % {
                "day": valid_from.isoformat(),
                "code": current.table.code,
            }
        )
    act = act or Act.of(None, timezone.now())
    if not current:
        line_of_table = TableInForce(region=table.region, table=table, valid_from=valid_from)
        signed(line_of_table, act).save()
    loose = Contract.objects.filter(region=table.region, table=None).select_related("policy")
    line = LineOfTables(table.region)
    for contract in loose:
        contract.table = line.pinned(contract.policy, contract)
    pinned = [contract for contract in loose if contract.table]
    Contract.objects.bulk_update(pinned, ["table"], batch_size=AT_ONCE)
    remember(pinned, replace(act, why=_("Valuation table put in force")), changed=True)


def published_tables(today: date) -> list[ValuationTable]:
    """Per region the table in force on `today`, with its blocks: published, so for everyone.
    Regions by title.
    """
    rows = (
        TableInForce.objects.filter(valid_from__lte=today)
        .select_related("table__region")
        .order_by("valid_from")
    )
    newest = {row.region_id: row.table for row in rows.prefetch_related("table__blocks")}
    return sorted(newest.values(), key=lambda table: table.region.title)


def loaded_tables() -> list[ValuationTable]:
    """Every published table that some region loaded, each publication once, with its blocks.

    A version that was made in the site is published once it is in the line of versions.
    """
    in_line = TableInForce.objects.filter(table=OuterRef("pk"))
    published = ValuationTable.objects.filter(Q(made_here=False) | Exists(in_line))
    tables = published.select_related("region").prefetch_related("blocks").order_by("code", "pk")
    return list({table.code: table for table in tables}.values())


class LineOfTables:
    """The tables of a region in order of the date from which they are in force."""

    def __init__(self, region: Region) -> None:
        rows = (
            TableInForce.objects.filter(region=region)
            .select_related("table")
            .order_by("valid_from")
        )
        self.line = [(row.valid_from, row.table) for row in rows]

    def on(self, day: date) -> ValuationTable | None:
        """The table in force on `day`; None before the first."""
        begun = [table for valid_from, table in self.line if valid_from <= day]
        return begun[-1] if begun else None

    def pinned(self, policy: Policy, contract: Contract) -> ValuationTable | None:
        """The version a contract is pinned to: in force on its award date, or the date that the
        policy names.
        """
        return self.on(pinning_date(policy, contract))


def pinning_date(policy: Policy, contract: Contract) -> date:
    if policy.pinned_by == PinnedBy.PUBLICATION_DATE and contract.publication_date:
        return contract.publication_date
    return contract.start_date if policy.pinned_by == PinnedBy.START_DATE else contract.award_date
