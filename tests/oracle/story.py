"""How a value comes about, step by step, as the oracle sees it: codes and figures, no sentences.

Steps come in the order of DOMAIN.md sections 5.2 to 5.5; amounts are cents before the share, but
for the last one.
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.calculation import (
    Block,
    Clock,
    Contract,
    Fulfilment,
    Register,
    Table,
    Valued,
    Window,
    factors,
    plus_months,
    rounded,
    text,
)

Step = dict[str, Any]
NOTHING: Step = {"step": "nothing"}


def cents(value: Fraction) -> int:
    return int(rounded(value) * 100)


def story(register: Register, external_id: str, reference: str) -> list[Step]:
    valued = register.valued[external_id][reference]
    if valued.fulfilment.kind == "placement":
        steps = list(_of_placement(valued, register.clocks[external_id]))
    else:
        steps = list(_of_other(valued, register.policy.payment_days))
    if steps[-1] == NOTHING:
        return steps
    share = valued.fulfilment.shares[reference]
    if share != 1:
        steps.append({"step": "share", "percent": text(share * 100)})
    return [*steps, {"step": "value", "cents": cents(valued.exact)}]


# --- a placement ----------------------------------------------------------------------------------


def _of_placement(valued: Valued, clock: Clock) -> Iterator[Step]:
    claim, contract, block = valued.fulfilment, valued.contract, valued.block
    first = max(claim.start, contract.start)
    last = min(claim.end or contract.end, contract.end)
    if last < first:
        yield {"step": "outside", "first": str(contract.start), "last": str(contract.end)}
        yield NOTHING
        return
    yield {"step": "counts", "first": str(first), "last": str(last)}
    yield from _cut_by_contract(claim, contract)
    lookback = contract.table.lookback_months
    if lookback is not None and claim.start < plus_months(contract.start, -lookback):
        yield {"step": "too_early", "day": str(claim.start), "months": lookback}
        yield NOTHING
        return
    if unmet := why_not(block, claim):
        yield {"step": "condition", "row": block.code, **unmet}
        yield NOTHING
        return
    window, steps = _cut(Window(first, last), block, claim, clock, contract.reference)
    yield from steps
    if window is None:
        yield NOTHING
        return
    counting: list[Block] = []
    yield from _bonuses(valued, window, clock, counting)
    yield from _amounts(valued, window, counting)


def _cut_by_contract(claim: Fulfilment, contract: Contract) -> Iterator[Step]:
    if claim.start < contract.start:
        yield {"step": "before", "day": str(contract.start)}
    if claim.end is None:
        yield {"step": "open_end", "day": str(contract.end)}
    elif claim.end > contract.end:
        yield {"step": "after", "day": str(contract.end)}


def _cut(
    window: Window, block: Block, claim: Fulfilment, clock: Clock, reference: str
) -> tuple[Window | None, list[Step]]:
    """What entitlement and most months leave of a window, and how."""
    steps: list[Step] = []
    if block.grace_months is not None and claim.entitled_until:
        end = plus_months(claim.entitled_until, block.grace_months)
        if end < window.last:
            steps.append({"step": "entitlement", "row": block.code, "last": str(end)})
            if end < window.first:
                return None, [*steps, {"step": "over"}]
            window = Window(window.first, end)
    if block.max_months is None:
        return window, steps
    begin = clock.begin(block, reference, window.first)
    end = plus_months(begin, block.max_months) - timedelta(days=1)
    if end >= window.last:
        return window, steps
    steps.append({"step": "most_months", "row": block.code, "from": str(begin)})
    if end < window.first:
        return None, [*steps, {"step": "used_up"}]
    return Window(window.first, end), [*steps, {"step": "counts_to", "last": str(end)}]


def why_not(block: Block, claim: Fulfilment) -> Step:
    """The first thing that a block or bonus asks and that is not so; empty where there is none."""
    ages = [("min_age", block.min_age), ("max_age", block.max_age)]
    asked = [(key, age) for key, age in ages if age is not None]
    if asked and claim.age is None:
        return {"key": asked[0][0], "answered": False}
    for key, age in asked:
        if (key == "min_age" and claim.age < age) or (key == "max_age" and claim.age > age):
            return {"key": key, "answered": True}
    if block.permanent is not None and claim.permanent is not block.permanent:
        return {"key": "permanent_contract", "answered": claim.permanent is not None}
    for key, codes, wanted in (
        ("facts", block.answered_yes, True),
        ("not_facts", block.answered_no, False),
    ):
        for code in codes:
            if claim.facts.get(code) is not wanted:
                return {"key": key, "question": code, "answered": code in claim.facts}
    return {}


def _bonuses(valued: Valued, window: Window, clock: Clock, counting: list[Block]) -> Iterator[Step]:
    """Those that were claimed, in order of the table: which do not count, fall away, are cut."""
    claim, table = valued.fulfilment, valued.contract.table
    met: list[Block] = []
    for bonus in (table.blocks[code] for code in table.blocks if code in claim.bonuses):
        unmet = why_not(bonus, claim)
        if bonus.applies_to and valued.block.code not in bonus.applies_to:
            unmet = {"key": "applies_to"}
        elif not unmet and bonus.code in valued.again:
            unmet = {"key": "counted_before"}
        if unmet:
            yield {"step": "bonus_not", "row": bonus.code, **unmet}
        else:
            met.append(bonus)
    off = {code for row in [valued.block, *met] for code in row.replaces}
    for bonus in met:
        if bonus.code in off:
            yield {"step": "replaced", "row": bonus.code}
    for bonus in met:
        if bonus.code not in off:
            left, steps = _cut(window, bonus, claim, clock, valued.contract.reference)
            yield from steps
            if left:
                counting.append(bonus)


def _amounts(valued: Valued, window: Window, counting: list[Block]) -> Iterator[Step]:
    claim, table, block = valued.fulfilment, valued.contract.table, valued.block
    if claim.hours < table.min_hours:
        yield {"step": "too_few_hours", "hours": text(claim.hours)}
    else:
        yield {"step": "hours", "hours": text(claim.hours)}
        yield from _time(block, window, table)
        yield {"step": "block", "row": block.code, "cents": cents(valued.added[block.code])}
    for bonus in counting:
        added = valued.added.get(bonus.code, Fraction(0))
        yield {"step": "bonus", "row": bonus.code, "cents": cents(added)}


def _time(block: Block, window: Window, table: Table) -> Iterator[Step]:
    if block.unit in ("week", "school_year"):
        yield {"step": "days", "days": sum(days for _month, days in window.months())}
    elif block.unit != "fixed":
        months = sum((factor for _month, factor in factors(window, table)), Fraction(0))
        yield {"step": "months", "months": text(months)}


# --- a purchase or an activity --------------------------------------------------------------------


def _of_other(valued: Valued, payment_days: int) -> Iterator[Step]:
    claim, contract, block = valued.fulfilment, valued.contract, valued.block
    is_bought = claim.kind == "purchase"
    day = claim.paid_on if is_bought else claim.activity_date
    last = contract.end + timedelta(days=payment_days if is_bought else 0)
    word = "paid" if is_bought else "done"
    if not contract.start <= day <= last:
        yield {"step": f"{word}_outside", "day": str(day)}
        yield NOTHING
        return
    yield {"step": word, "day": str(day)}
    if unmet := why_not(block, claim):
        yield {"step": "condition", "row": block.code, **unmet}
        yield NOTHING
        return
    worth = valued.exact / claim.shares[contract.reference]
    yield {"step": "claimed", "row": block.code, "cents": cents(worth)}
