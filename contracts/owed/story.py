"""The obligation of a contract as a story: every posting with its sum written out, and what was
owed after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Basis, Contract, ObligationLine
from contracts.owed.amounts import owed_at_award
from contracts.owed.lines import AWARDS
from sroi.money import ZERO
from sroi.templatetags.formats import MINUS, euro, percent


@dataclass
class Chapter:
    """One act in the obligation ledger: its lines together, and the obligation after it."""

    day: date
    what: str
    sum: str
    total: Decimal
    reason: str
    by: Any
    booked: date | None
    # Why another contract value left the obligation as it was; empty where it followed.
    why_it_stayed: str = ""
    parts: list[tuple[str, Decimal]] = field(default_factory=list)


def story_of(contract: Contract, lines: Sequence[ObligationLine]) -> list[Chapter]:
    """The chapters in the order in which they were posted, which is the order in which `lines`
    come.
    """
    chapters: list[Chapter] = []
    total = ZERO
    for _key, group in groupby(
        lines, key=lambda line: (line.posting_id, line.change_id, line.kind)
    ):
        together = list(group)
        total += sum((line.obligation_delta for line in together), ZERO)
        chapters.append(_chapter(contract, together, total, first=not chapters))
    return chapters


def _chapter(
    contract: Contract, lines: Sequence[ObligationLine], total: Decimal, first: bool
) -> Chapter:
    line = lines[0]
    return Chapter(
        day=line.effective_date,
        what=line.get_kind_display(),
        sum=_award_sum(contract, lines) if first and line.kind in AWARDS else _change_sum(lines),
        total=total,
        reason=line.reason,
        by=line.posting.by,
        booked=line.booked if line.booked != line.month else None,
        why_it_stayed=why_it_stays(
            contract,
            sum((one.value_delta for one in lines), ZERO),
            sum((one.obligation_delta for one in lines), ZERO),
            total,
        ),
        parts=[(part.municipality.name, part.obligation_delta) for part in lines],
    )


def _award_sum(contract: Contract, lines: Sequence[ObligationLine]) -> str:
    """`€ 1.000.000 × 5% = € 50.000`, of what the rate was taken of, and the cap where it cut."""
    obligation = sum((line.obligation_delta for line in lines), ZERO)
    owed = owed_at_award(contract)
    if (
        not contract.has_obligation
        or owed.basis == Basis.INVOICED_TURNOVER
        or obligation != owed.obligation
    ):
        return euro(obligation)
    values = {
        "basis": euro(owed.basis_amount),
        "rate": percent(owed.rate),
        "obligation": euro(obligation),
    }
    if owed.cap is not None and obligation == owed.cap:
        return _("%(basis)s × %(rate)s, at most %(obligation)s") % values
    if owed.basis == Basis.LABOUR_COST:
        return _("%(basis)s labour cost × %(rate)s = %(obligation)s") % values
    return f"{values['basis']} × {values['rate']} = {values['obligation']}"


def _change_sum(lines: Sequence[ObligationLine]) -> str:
    """`+ € 150.000: + € 7.500`: what the contract value rose by, and the obligation with it."""
    value = sum((line.value_delta for line in lines), ZERO)
    obligation = _signed(sum((line.obligation_delta for line in lines), ZERO))
    return f"{_signed(value)}: {obligation}" if value else obligation


def _signed(amount: Decimal) -> str:
    return f"{MINUS if amount < 0 else '+'} {euro(abs(amount))}"


def why_it_stays(contract: Contract, value: Decimal, obligation: Decimal, total: Decimal) -> str:
    """Why another contract value (`value` more or less) leaves the obligation as it is, in words;
    empty where it does not. `total` is what is owed then.
    """
    if not value or obligation or not contract.has_obligation:
        return ""
    if contract.basis == Basis.LABOUR_COST:
        return _(
            "The obligation is taken of the labour cost, and that stays the same; another contract"
            " value does not change it."
        )
    if contract.basis == Basis.INVOICED_TURNOVER:
        return _(
            "The obligation is taken of the invoiced turnover: it follows with the next turnover"
            " statement."
        )
    if not contract.follows_changes:
        return _("It was agreed that the obligation does not follow changes of the contract value.")
    if total == contract.policy.cap:
        return _("The obligation is the highest that the policy allows.")
    return ""
