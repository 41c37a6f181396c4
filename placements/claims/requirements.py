"""What a claim must hold: one answer, asked by the form, the import and the door.

An objection names a field as the exchange format does, and says in a sentence what to do. What is
wrong is refused in a draft too; what is lacking only when the claim is handed in; what cannot count
yet when it is accepted. An age is that on the first day, in years. Source: DOMAIN.md sections 5, 6
and 10.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BlockKind, BuildingBlock, Unit
from contracts.social_firms.recognition import Recognitions
from contracts.valuation_tables.facts import named_by, question_of
from contracts.valuation_tables.units import unit_of
from placements.claims.content import Content
from placements.claims.suppliers import closed_to
from sroi.doors import Objection, still_to_come
from sroi.money import not_an_amount
from sroi.periods import days_in_month
from sroi.templatetags.formats import short_date

# Not rules but what can be true at all: they catch typing errors.
MOST_QUANTITY = 1_000_000
OLDEST = 120
# Days on which a person says that something happened.
HAPPENED = ("paid_on", "activity_date")

LACKING: dict[str, Any] = {
    "candidate_ref": gettext_lazy(
        "Fill in your own reference for this person: no name and no BSN."
    ),
    "start_date": gettext_lazy("Fill in the first day."),
    "hours_per_week": gettext_lazy("Fill in the hours per week."),
    "age_at_start": gettext_lazy("Fill in the age on the first day: this block depends on it."),
    "quantity": gettext_lazy("Fill in how many hours or days it was."),
    "amount": gettext_lazy("Fill in the amount without VAT."),
    "supplier_name": gettext_lazy("Fill in from which firm it was bought."),
    "invoice_number": gettext_lazy("Fill in the invoice number."),
    "description": gettext_lazy("Write what was done."),
    "activity_date": gettext_lazy("Fill in on which day it was."),
}
# History that was decided elsewhere was recorded by the rules of elsewhere: it may lack these.
NOT_IN_HISTORY = frozenset(
    {"candidate_ref", "age_at_start", "supplier_name", "invoice_number", "description", "facts"}
)


def required(kind: str, blocks: Sequence[BuildingBlock]) -> list[str]:
    """The fields that must be there before a claim is handed in, by its kind and the units of its
    blocks.
    """
    asked = {name for block in blocks for name in unit_of(block).asks}
    asked |= {"amount"} if kind == BlockKind.PURCHASE else set()
    claimed = [name for name in ("quantity", "amount") if name in asked]
    if kind == BlockKind.PLACEMENT:
        age = ["age_at_start"] if any(depends_on_age(b) for b in blocks) else []
        return ["candidate_ref", "start_date", "hours_per_week", *claimed, *age]
    if kind == BlockKind.PURCHASE:
        return ["supplier_name", "invoice_number", *claimed]
    return ["description", "activity_date", *claimed]


def depends_on_age(row: BuildingBlock) -> bool:
    return row.min_age is not None or row.max_age is not None


def questions_of(blocks: Sequence[BuildingBlock]) -> dict[str, str]:
    """By their codes the questions on which these blocks themselves depend: without an answer they
    are worth nothing.
    """
    return {code: question_of(b.table, code) for b in blocks for code in named_by(b)}


def excused_in_history(blocks: Sequence[BuildingBlock], has_decided_value: bool) -> frozenset[str]:
    """What a claim that was accepted elsewhere may lack: also what its value does not depend on."""
    excused = set(NOT_IN_HISTORY)
    if not any(b.unit == Unit.FULL_TIME_YEAR or b.table.min_hours_per_week for b in blocks):
        excused.add("hours_per_week")
    if has_decided_value:
        excused |= {"quantity", "amount"}
    elif not any("amount" in unit_of(b).asks for b in blocks):
        excused.add("amount")
    return frozenset(excused)


def wrong(content: Content, today: date) -> Iterator[Objection]:
    """What cannot be, in a draft either."""
    fields = content.fields
    yield from _to_come(fields, today)
    yield from _too_certain(fields, today)
    first, last = fields.get("start_date"), fields.get("end_date")
    if first and last and last < first:
        yield Objection(
            "end_date",
            _("The last day lies before the first. Choose a day on or after %(day)s.")
            % {"day": short_date(first)},
        )
    if (age := fields.get("age_at_start")) is not None and age > OLDEST:
        yield Objection("age_at_start", _("Give the age in years on the first day."))
    for name in ("amount", "decided_value"):
        if why := not_an_amount(fields.get(name)):
            yield Objection(name, why)


def _to_come(fields: Mapping[str, Any], today: date) -> Iterator[Objection]:
    """What is said to have happened lies behind us."""
    for name in HAPPENED:
        if why := still_to_come(fields.get(name), today):
            yield Objection(name, why)


def _too_certain(fields: Mapping[str, Any], today: date) -> Iterator[Objection]:
    """Months are posted as a whole, so one may be certain of the whole of this one, or that it
    begins; of nothing after it.
    """
    first, certain = fields.get("start_date"), fields.get("confirmed_until")
    last = max(today.replace(day=days_in_month(today)), first or today)
    if certain and certain > last:
        yield Objection(
            "confirmed_until",
            _("Nobody can be certain of this yet. Choose a day on or before %(day)s.")
            % {"day": short_date(last)},
        )


def too_early(first: date | None, certain: date | None) -> Iterator[Objection]:
    """Of who says until when it is certain. Left out it is today at most, which may lie before the
    first day.
    """
    if first and certain and certain < first:
        yield Objection(
            "confirmed_until",
            _("This lies before the first day, %(day)s.") % {"day": short_date(first)},
        )


def lacking(kind: str, content: Content, excused: Collection[str] = ()) -> Iterator[Objection]:
    """What is still missing, in the order in which it is asked; `excused` are fields that may stay
    empty.
    """
    given = {name for name, value in content.fields.items() if value not in (None, "")}
    given |= {"hours_per_week"} if content.hours else set()
    blocks = [block for _contract, block, _percent in content.allocations]
    for name in required(kind, blocks):
        if name not in given and name not in excused:
            yield Objection(name, str(LACKING[name]))
    answers = content.fields.get("facts") or {}
    for code, question in questions_of(blocks).items() if "facts" not in excused else ():
        if code not in answers:
            yield Objection(
                "facts",
                _("Answer “%(question)s”: this block depends on it.") % {"question": question},
            )


def closed(
    kind: str, region_id: int, content: Content, register: Recognitions, today: date
) -> Iterator[Objection]:
    """Blocks that do not count for this firm on the day of the payment, or today where it was not
    paid yet.
    """
    kvk, name = content.fields.get("supplier_kvk") or "", content.fields.get("supplier_name") or ""
    if kind != BlockKind.PURCHASE or not (kvk or name):
        return
    day = content.fields.get("paid_on") or today
    kinds = register.kinds_on(region_id, kvk, name, day)
    for sentence in closed_to(
        (block for _c, block, _p in content.allocations), kinds, name or kvk, day
    ):
        yield Objection("block", sentence)


def not_yet(kind: str, fields: Mapping[str, Any], today: date) -> Iterator[Objection]:
    """Why a claim cannot be accepted yet: it counts in a month that must be known, and have
    come.
    """
    paid, day = fields.get("paid_on"), fields.get("activity_date")
    if kind == BlockKind.PURCHASE and not paid:
        yield Objection(
            "paid_on",
            _("This invoice is not paid yet. It can be accepted once the day of payment is known."),
        )
    if kind == BlockKind.ACTIVITY and not day:
        yield Objection(
            "activity_date", _("The date of the activity is missing. Ask the contractor to add it.")
        )
    yield from _to_come(fields, today)
