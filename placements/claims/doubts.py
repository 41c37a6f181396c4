"""What may hold for a claim, but is asked once more before it is handed in: it can be so, and is
mostly a slip of the pen.

Asked are an invoice that is not paid yet, a value of € 0, very many hours or days, and an amount
above all that the contracts are worth. How many is data (`contracts/data/doubts.json`: hours per
week, hours or days of one activity, times the contract values together). Doubts go by the names of
the exchange format; who answered them is kept with the version. Source:
docs/decisions/slips-of-the-pen-are-asked.md.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import BlockKind, Unit
from contracts.owed.doubts import limits
from placements.claims.content import Content
from placements.claims.requirements import required
from sroi.doors import Doubt, key_of
from sroi.money import ZERO
from sroi.templatetags.formats import euro, number

# The fields that can be doubted, and what a value follows from.
DOUBTED = ("paid_on", "hours_per_week", "quantity", "amount", "start_date", "activity_date")
VALUED = (
    *("start_date", "end_date", "age_at_start", "permanent_contract", "quantity", "amount"),
    *("paid_on", "activity_date"),
)


def claim_doubts(kind: str, content: Content, worth: Decimal | None) -> Iterator[Doubt]:
    """`worth` is what it would count for in all, in euro; None where that was not computed."""
    fields = content.fields
    is_unpaid = kind == BlockKind.PURCHASE and not fields.get("paid_on")
    if is_unpaid:
        reason = _(
            "This invoice is not paid yet. It can be accepted once it is paid. Is that right?"
        )
        of = (fields.get("supplier_name"), fields.get("invoice_number"))
        yield _doubt("unpaid", "paid_on", reason, *of)
    yield from _many_hours(content)
    yield from _large_claim(kind, content)
    if worth == ZERO and not is_unpaid:
        reason = _("As it is filled in, this counts for € 0. Is that right?")
        about = [fields.get(name) for name in VALUED] + sorted(content.hours)
        # Only where they are said, so that a doubt that was answered before stays answered.
        answers = sorted((fields.get("facts") or {}).items())
        about += [said for said in (fields.get("entitled_until"), *answers) if said]
        yield _doubt("worth", _what_it_hangs_on(kind, content), reason, *about, *_of(content))


def _many_hours(content: Content) -> Iterator[Doubt]:
    most = max((hours for _day, hours in content.hours), default=ZERO)
    if most > limits()["hours_per_week"]:
        reason = _("%(hours)s hours per week is very much for one person. Is that right?")
        yield _doubt("hours", "hours_per_week", reason % {"hours": number(most)}, most)


def _large_claim(kind: str, content: Content) -> Iterator[Doubt]:
    blocks = [block for _contract, block, _percent in content.allocations]
    asked = required(kind, blocks)
    quantity, amount = (
        content.fields.get(name) if name in asked else None for name in ("quantity", "amount")
    )
    is_days = any(block.unit == Unit.DAY for block in blocks)
    if quantity and quantity > limits()["activity_days" if is_days else "activity_hours"]:
        reason = (
            _("%(number)s days for one activity is very much. Is that right?")
            if is_days
            else _("%(number)s hours for one activity is very much. Is that right?")
        )
        yield _doubt("quantity", "quantity", reason % {"number": number(quantity)}, quantity)
    whole = sum((contract.value for contract, _block, _percent in content.allocations), ZERO)
    if amount and whole and amount > whole * limits()["times_the_contract"]:
        reason = _("%(amount)s is more than the whole contract is worth: %(whole)s. Is that right?")
        yield _doubt(
            "amount", "amount", reason % {"amount": euro(amount), "whole": euro(whole)}, amount
        )


def _what_it_hangs_on(kind: str, content: Content) -> str:
    """The field beside which a value of € 0 is asked about."""
    blocks = [block for _contract, block, _percent in content.allocations]
    if kind == BlockKind.PLACEMENT:
        least = max((block.table.min_hours_per_week for block in blocks), default=ZERO)
        is_short = all(hours < least or not hours for _day, hours in content.hours)
        return "hours_per_week" if is_short else "start_date"
    claimed = [name for name in required(kind, blocks) if name in ("quantity", "amount")]
    if empty := [name for name in claimed if not content.fields.get(name)]:
        return empty[0]
    return "paid_on" if kind == BlockKind.PURCHASE else "activity_date"


def _of(content: Content) -> Iterator[str]:
    for contract, block, _percent in content.allocations:
        yield f"{contract.pk}:{block.code}"


def _doubt(question: str, field: str, reason: str, *about: Any) -> Doubt:
    return Doubt(field, reason, key_of(question, *map(_plain, about)))


def _plain(value: Any) -> str:
    """Written the same when it was typed and when it comes back from the database."""
    if isinstance(value, tuple):
        return "/".join(map(_plain, value))
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return value.isoformat() if isinstance(value, date) else str(value or "")
