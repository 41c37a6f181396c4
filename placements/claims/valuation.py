"""What a fulfilment is worth under one contract, month by month, with its steps in words.

Values are exact euro (`Fraction`) until the ledger rounds them; hours are per week; percents are
0–100. Time enters as an argument, nothing reads the clock or the database: tables and blocks are
read as plain attributes. Bad input does not raise here: what does not count is worth 0, and a step
says why. Source: DOMAIN.md section 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import (
    BlockKind,
    BuildingBlock,
    MonthsFrom,
    MonthsOver,
    Proration,
    Unit,
    ValuationTable,
)
from contracts.valuation_tables.facts import question_of
from contracts.valuation_tables.units import MONTHS_OF_YEAR, MonthPart, unit_of
from sroi.money import rounded
from sroi.periods import DAY, Period, add_months, days_in_month, days_in_year, month_of
from sroi.templatetags.formats import euro, number, percent, short_date

NOTHING = Fraction(0)
ALWAYS = Period(date.min, date.max)


@dataclass(frozen=True)
class Claim:
    """What was done, as claimed or as accepted. `day` is the day of payment or of the activity,
    `facts` are the answers to questions of the table: what is not in it was not answered.
    """

    kind: str
    first: date | None = None
    last: date | None = None
    hours: tuple[tuple[date, Decimal], ...] = ()
    age: int | None = None
    permanent_contract: bool | None = None
    entitled_until: date | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)
    bonuses: tuple[str, ...] = ()
    amount: Decimal | None = None
    quantity: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True)
class Counted:
    """The contract as it counts: its reference, first day, last counted day and days in which a
    payment still counts.
    """

    reference: str
    first: date
    last: date
    payment_days: int


@dataclass(frozen=True)
class Earlier:
    """Another accepted placement of the same candidate under the same contract."""

    first: date
    bonuses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AtFirm:
    """Of the candidate's other accepted placements with the same contractor in the region: the
    first day that counts under any contract, and the first day at work, counted or not.
    """

    first_counted: date | None = None
    first_day: date | None = None


NOT_BEFORE = AtFirm()


@dataclass(frozen=True)
class Month:
    month: date
    amount: Fraction
    fte: Fraction = NOTHING


@dataclass(frozen=True)
class Value:
    """The value under one contract. `window` and `bonuses` (each with its last counted day) are
    what counted; with them it can be computed again.
    """

    months: tuple[Month, ...] = ()
    steps: tuple[str, ...] = ()
    window: Period | None = None
    bonuses: tuple[tuple[str, date], ...] = ()
    paid: Fraction = NOTHING

    @property
    def exact(self) -> Fraction:
        return sum((m.amount for m in self.months), NOTHING)

    @property
    def total(self) -> Decimal:
        return rounded(self.exact)


@dataclass
class Story:
    """The steps of a valuation, collected as they are taken, where somebody reads them."""

    is_read: bool = True
    steps: list[str] = field(default_factory=list)

    def tell(self, sentence: str, **values: Any) -> None:
        if self.is_read:
            self.steps.append(sentence % values if values else sentence)


# --- the window -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What is known beside the claim: its table, and the candidate's other accepted placements
    under this contract and with this contractor.
    """

    table: ValuationTable
    earlier: Sequence[Earlier] = ()
    at_firm: AtFirm = NOT_BEFORE


def begins_to_count(
    claim: Claim, table: ValuationTable, block: BuildingBlock, contract: Counted
) -> date | None:
    """The first day of a placement that counts under a contract, as long as its months are not used
    up; None where none does.
    """
    if claim.first is None or _is_too_early(claim.first, table, contract):
        return None
    window = _in_term(claim.first, claim.last, contract) & _entitled(claim, block)
    return window.first if window and not _unmet(block, claim, table) else None


def is_used_up(first: date, claim: Claim, block: BuildingBlock, known: Known) -> bool:
    """Whether on the day on which a placement begins to count its most months are over."""
    return first not in _most_months(Period(first, first), claim, block, known)


def _entitled(claim: Claim, block: BuildingBlock) -> Period:
    """Until so many months after the day until which the person is entitled; always without that
    day.
    """
    if block.grace_months is None or claim.entitled_until is None:
        return ALWAYS
    return Period(date.min, add_months(claim.entitled_until, block.grace_months))


def _most_months(window: Period, claim: Claim, block: BuildingBlock, known: Known) -> Period:
    if block.max_months is None:
        return ALWAYS
    start = _begin_of_months(window, claim, block, known)
    return Period(start, add_months(start, block.max_months) - DAY)


def _in_term(first: date, last: date | None, contract: Counted) -> Period:
    return Period(first, last or contract.last) & Period(contract.first, contract.last)


def _is_too_early(first: date, table: ValuationTable, contract: Counted) -> bool:
    months = table.lookback_months
    return months is not None and first < add_months(contract.first, -months)


def _term_window(
    claim: Claim, table: ValuationTable, contract: Counted, story: Story
) -> Period | None:
    """The days within the contract of a placement that did not start too long before it; section
    5.2 step 1.
    """
    if claim.first is None:
        story.tell(_("There is no first day, so nothing counts yet."))
        return None
    window = _in_term(claim.first, claim.last, contract)
    if not window:
        story.tell(
            _(
                "The placement lies outside the counted term of the contract (%(first)s to"
                " %(last)s): it is worth € 0."
            ),
            first=short_date(contract.first),
            last=short_date(contract.last),
        )
        return None
    story.tell(
        _("Counts from %(first)s to %(last)s."),
        first=short_date(window.first),
        last=short_date(window.last),
    )
    _tell_what_cut(claim, contract, window, story)
    if _is_too_early(claim.first, table, contract):
        story.tell(
            _(
                "It started on %(day)s, more than %(n)s months before the contract: it does not"
                " count."
            ),
            day=short_date(claim.first),
            n=table.lookback_months,
        )
        return None
    return window


def _tell_what_cut(claim: Claim, contract: Counted, window: Period, story: Story) -> None:
    if claim.first and claim.first < window.first:
        story.tell(
            _("Days before the contract starts (%(day)s) do not count."),
            day=short_date(contract.first),
        )
    if claim.last is None:
        story.tell(
            _("There is no last day: it counts to the last counted day of the contract, %(day)s."),
            day=short_date(contract.last),
        )
    elif claim.last > window.last:
        story.tell(
            _("Days after the last counted day of the contract (%(day)s) do not count."),
            day=short_date(contract.last),
        )


def _limited(
    window: Period, claim: Claim, block: BuildingBlock, known: Known, story: Story
) -> Period | None:
    """What the entitlement and the most months of a block or bonus leave of a window, in this
    order; section 5.5.
    """
    entitled = _while_entitled(window, claim, block, story)
    return entitled and _within_most_months(entitled, claim, block, known, story)


def _while_entitled(
    window: Period, claim: Claim, block: BuildingBlock, story: Story
) -> Period | None:
    last = _entitled(claim, block).last
    entitled = window & _entitled(claim, block)
    if entitled == window or not claim.entitled_until:
        return window
    story.tell(
        _(
            "“%(block)s” counts to %(last)s: the person is entitled until %(day)s, months that"
            " still count after it: %(n)s."
        ),
        block=block.label,
        n=block.grace_months,
        day=short_date(claim.entitled_until),
        last=short_date(last),
    )
    if not entitled:
        story.tell(_("That was over before it began: it is worth € 0."))
        return None
    return entitled


def _within_most_months(
    window: Period, claim: Claim, block: BuildingBlock, known: Known, story: Story
) -> Period | None:
    allowed = _most_months(window, claim, block, known)
    limited, start = window & allowed, allowed.first
    if limited == window:
        return window
    sentence = _(
        "This block counts at most %(n)s months, from %(first)s on, for all placements of this"
        " candidate together."
    )
    if block.max_months_from == MonthsFrom.HIRE:
        sentence = _(
            "“%(block)s” counts at most %(n)s months from the first day at work for this"
            " contractor, %(first)s."
        )
    elif block.max_months_over == MonthsOver.CONTRACTOR:
        sentence = _(
            "“%(block)s” counts at most %(n)s months, from %(first)s on, for all placements of this"
            " candidate under all contracts of this contractor together."
        )
    story.tell(sentence, block=block.label, n=block.max_months, first=short_date(start))
    if not limited:
        story.tell(_("Those months are used up: it is worth € 0."))
        return None
    story.tell(_("So it counts to %(last)s."), last=short_date(limited.last))
    return limited


def _begin_of_months(window: Period, claim: Claim, block: BuildingBlock, known: Known) -> date:
    """The day from which the most months of a block are counted."""
    if block.max_months_from == MonthsFrom.HIRE:
        days = [claim.first, known.at_firm.first_day]
    else:
        over_all = block.max_months_over == MonthsOver.CONTRACTOR
        days = [window.first, known.at_firm.first_counted if over_all else None]
        days += [e.first for e in known.earlier]
    return min(day for day in days if day)


# --- the months -----------------------------------------------------------------------------------


def parts_of(window: Period, claim: Claim, table: ValuationTable) -> list[MonthPart]:
    """The window cut by calendar month and by change of hours; days below the least hours are left
    out.

    The part of a month is counted days / days of the month, or by `days` counted days × 12 / days
    of the year.
    """
    full_time = Fraction(table.full_time_hours)
    parts = []
    for month in window.months():
        whole = Fraction(days_in_month(month))
        if table.proration == Proration.DAYS:
            whole = Fraction(days_in_year(month.year), MONTHS_OF_YEAR)
        for term, hours in _terms(claim):
            days = (window.in_month(month) & term).days
            if days and hours >= table.min_hours_per_week:
                parts.append(
                    MonthPart(
                        month, days, days / whole, min(Fraction(hours), full_time) / full_time
                    )
                )
    return parts


def _terms(claim: Claim) -> list[tuple[Period, Decimal]]:
    """Periods with the hours that hold in them; before the first change the first hours hold."""
    ordered = sorted(claim.hours) or [(date.min, Decimal(0))]
    starts = [date.min, *(day for day, _hours in ordered[1:])]
    ends = [day - DAY for day in starts[1:]] + [date.max]
    return [
        (Period(a, b), hours) for a, b, (_day, hours) in zip(starts, ends, ordered, strict=True)
    ]


def amount_by_month(
    block: BuildingBlock, claim: Claim, parts: Sequence[MonthPart]
) -> dict[date, Fraction]:
    """The value of a block or bonus per month, before the share; sections 5.1 and 5.2 step 4."""
    if not parts:
        return {}
    amount, unit = Fraction(block.amount or 0), unit_of(block)
    months: dict[date, Fraction] = {p.month: NOTHING for p in parts}
    if not unit.of_month and not unit.of_claim:
        return {parts[0].month: amount}
    whole = sum((p.of_month for p in parts), NOTHING)
    for p in parts:
        if unit.of_month:
            months[p.month] += unit.of_month(amount, p)
        else:
            # A unit of the claim itself (hours, days, cost, agreement): spread over the term.
            months[p.month] += claimed_amount(block, claim) * p.of_month / whole
    return months


def claimed_amount(block: BuildingBlock, claim: Claim) -> Fraction:
    """The value of a purchase or activity by the unit of its block, before the share; section
    5.3.
    """
    amount, of_claim = Fraction(block.amount or 0), unit_of(block).of_claim
    weight = Fraction(100 if block.weight_percent is None else block.weight_percent) / 100
    return (
        of_claim(amount, weight, Fraction(claim.amount or 0), Fraction(claim.quantity or 0))
        if of_claim
        else amount
    )


# --- bonuses --------------------------------------------------------------------------------------


def counting_bonuses(
    claim: Claim,
    block: BuildingBlock,
    bonuses: Iterable[BuildingBlock],
    window: Period,
    known: Known,
    story: Story,
) -> list[tuple[BuildingBlock, Period]]:
    """The claimed bonuses whose conditions are met, without those that the block or another one
    replaces, and when.
    """
    met = [b for b in bonuses if b.code in claim.bonuses and _met(b, claim, block, known, story)]
    switched_off = {code for b in (block, *met) for code in b.replaces if code != b.code}
    for b in met:
        if b.code in switched_off:
            story.tell(
                _("Bonus “%(bonus)s” falls away: something else in this table takes its place."),
                bonus=b.label,
            )
    counting = [b for b in met if b.code not in switched_off]
    return [(b, limited) for b in counting if (limited := _limited(window, claim, b, known, story))]


def _unmet(block: BuildingBlock, claim: Claim, table: ValuationTable) -> str:
    """Why the condition of a block or bonus is not met, or blank: what is not known is not met."""
    return (
        _unmet_by_age(block, claim)
        or _unmet_by_contract(block, claim)
        or _unmet_by_answers(block, claim, table)
    )


def is_met(row: BuildingBlock, claim: Claim) -> bool:
    """Whether a claim meets the condition of a block or bonus."""
    return not _unmet(row, claim, row.table)


def _unmet_by_age(block: BuildingBlock, claim: Claim) -> str:
    least, most = block.min_age, block.max_age
    if claim.age is None:
        return "" if least is most is None else _("the age at the start is not known")
    if least is not None and claim.age < least:
        return _("the age is below %(age)s") % {"age": least}
    if most is not None and claim.age > most:
        return _("the age is above %(age)s") % {"age": most}
    return ""


def _unmet_by_contract(block: BuildingBlock, claim: Claim) -> str:
    asked = block.permanent_contract
    if asked is None or claim.permanent_contract is asked:
        return ""
    if claim.permanent_contract is None:
        return _("it is not known whether the contract is permanent")
    return _("there is no permanent contract") if asked else _("it is a permanent contract")


def _unmet_by_answers(block: BuildingBlock, claim: Claim, table: ValuationTable) -> str:
    for codes, wanted in ((block.facts, True), (block.not_facts, False)):
        for code in codes:
            answer = claim.facts.get(code)
            if answer is wanted:
                continue
            sentence = _("“%(question)s” was not answered")
            if answer is not None:
                sentence = (
                    _("the answer to “%(question)s” is no")
                    if wanted
                    else _("the answer to “%(question)s” is yes")
                )
            return sentence % {"question": question_of(table, code)}
    return ""


def _met(
    bonus: BuildingBlock,
    claim: Claim,
    block: BuildingBlock,
    known: Known,
    story: Story,
) -> bool:
    why = _unmet(bonus, claim, known.table)
    if bonus.applies_to and block.code not in bonus.applies_to:
        why = _("it does not go with this block")
    elif (
        not why and bonus.unit == Unit.FIXED and any(bonus.code in e.bonuses for e in known.earlier)
    ):
        why = _("it was counted already for this candidate under this contract")
    if why:
        story.tell(_("Bonus “%(bonus)s” does not count: %(why)s."), bonus=bonus.label, why=why)
    return not why


# --- the value ------------------------------------------------------------------------------------


def value(
    claim: Claim,
    table: ValuationTable,
    block: BuildingBlock,
    bonuses: Iterable[BuildingBlock],
    contract: Counted,
    share: Decimal,
    earlier: Iterable[Earlier] = (),
    at_firm: AtFirm = NOT_BEFORE,
    *,
    with_words: bool = True,
) -> Value:
    """What `claim` is worth under `contract`, `share` percent of it being for that contract.

    `bonuses` are the bonus blocks of the table, `earlier` the other accepted placements of the
    candidate under it, `at_firm` what is known of those with the contractor in the region.
    """
    story, known = Story(with_words), Known(table, tuple(earlier), at_firm)
    story.tell(_("Table: %(table)s."), table=table.title)
    _tell_block(block, story)
    counting: list[tuple[BuildingBlock, Period]] = []
    is_placement = claim.kind == BlockKind.PLACEMENT
    window = (
        _term_window(claim, table, contract, story)
        if is_placement
        else _counted_day(claim, contract, story)
    )
    if window and (why := _unmet(block, claim, table)):
        story.tell(_("This block does not count: %(why)s."), why=why)
        window = None
    if window and is_placement:
        window = _limited(window, claim, block, known, story)
        counting = counting_bonuses(claim, block, bonuses, window, known, story) if window else []
    return value_in(window, claim, table, block, counting, contract, share, story)


def story_as_accepted(
    claim: Claim, table: ValuationTable, block: BuildingBlock, window: Period | None
) -> Story:
    """How the explanation begins of a value whose window was kept at the acceptance."""
    story = Story()
    story.tell(_("Table: %(table)s."), table=table.title)
    _tell_block(block, story)
    if window and claim.kind == BlockKind.PLACEMENT:
        story.tell(
            _("Counts from %(first)s to %(last)s."),
            first=short_date(window.first),
            last=short_date(window.last),
        )
    return story


def value_in(
    window: Period | None,
    claim: Claim,
    table: ValuationTable,
    block: BuildingBlock,
    counting: Sequence[tuple[BuildingBlock, Period]],
    contract: Counted,
    share: Decimal,
    story: Story | None = None,
) -> Value:
    """The value over a window and with bonuses that are known, as when an accepted value is
    computed again.
    """
    story = story or Story()
    part = Fraction(share) / 100
    paid = (
        Fraction(claim.amount or 0) * part
        if claim.kind == BlockKind.PURCHASE and claim.day
        else NOTHING
    )
    if window is None:
        story.tell(_("Value: € 0."))
        return Value(steps=tuple(story.steps), paid=paid)
    if claim.kind == BlockKind.PLACEMENT:
        months = _placement_months(window, claim, table, block, counting, part, story)
    else:
        amount = claimed_amount(block, claim)
        _tell_claim(block, claim, amount, story)
        months = [Month(month_of(window.first), amount * part)]
    if part != 1:
        story.tell(
            _("%(share)s of it is for contract %(ref)s."),
            share=percent(share),
            ref=contract.reference,
        )
    total = rounded(sum((m.amount for m in months), NOTHING))
    story.tell(_("Value, rounded to the cent: %(total)s."), total=euro(total))
    counted = tuple((bonus.code, days.last) for bonus, days in counting) if months else ()
    return Value(tuple(months), tuple(story.steps), window, counted, paid)


def _placement_months(
    window: Period,
    claim: Claim,
    table: ValuationTable,
    block: BuildingBlock,
    counting: Sequence[tuple[BuildingBlock, Period]],
    part: Fraction,
    story: Story,
) -> list[Month]:
    parts = parts_of(window, claim, table)
    _tell_hours(claim, table, parts, story)
    amounts = amount_by_month(block, claim, parts)
    _tell_parts(block, table, parts, amounts, story)
    for bonus, bonus_window in counting:
        extra = amount_by_month(bonus, claim, parts_of(bonus_window, claim, table))
        story.tell(
            _("Bonus “%(bonus)s”: %(amount)s."),
            bonus=bonus.label,
            amount=euro(rounded(sum(extra.values(), NOTHING))),
        )
        for month, amount in extra.items():
            amounts[month] = amounts.get(month, NOTHING) + amount
    fte: dict[date, Fraction] = {}
    for p in parts:
        fte[p.month] = fte.get(p.month, NOTHING) + p.hours_factor * p.of_month / MONTHS_OF_YEAR
    return [Month(m, amounts.get(m, NOTHING) * part, fte[m] * part) for m in sorted(fte)]


def _counted_day(claim: Claim, contract: Counted, story: Story) -> Period | None:
    """The day a purchase or activity counts on, as a window of one day; section 5.3."""
    purchase = claim.kind == BlockKind.PURCHASE
    if claim.day is None:
        story.tell(
            _("The invoice is not paid yet: it counts in the month of the payment.")
            if purchase
            else _("There is no date of the activity, so nothing counts yet.")
        )
        return None
    last = contract.last + timedelta(days=contract.payment_days if purchase else 0)
    if claim.day in Period(contract.first, last):
        story.tell(
            (
                _("Paid on %(day)s: it counts in that month.")
                if purchase
                else _("Done on %(day)s: it counts in that month.")
            ),
            day=short_date(claim.day),
        )
        return Period(claim.day, claim.day)
    if purchase:
        story.tell(
            _(
                "Paid on %(day)s, outside the contract (%(first)s to %(last)s, and %(n)s days"
                " after): it is worth € 0."
            ),
            day=short_date(claim.day),
            first=short_date(contract.first),
            last=short_date(contract.last),
            n=contract.payment_days,
        )
    else:
        story.tell(
            _(
                "Done on %(day)s, outside the counted term of the contract (%(first)s to %(last)s):"
                " it is worth € 0."
            ),
            day=short_date(claim.day),
            first=short_date(contract.first),
            last=short_date(contract.last),
        )
    return None


def spread(
    decided: Decimal, parts: Sequence[tuple[Decimal, Value]], own_months: Sequence[date]
) -> list[Value]:
    """A value decided by the adviser, over the contracts and their months.

    Over the contracts in proportion to what was computed, by their percents where all of it is 0,
    adding up to the cent; within a contract in proportion to the computed months, evenly where
    those are 0, and over the placement's own months where no day counts. `parts` are (percent,
    computed value) per contract.
    """
    computed = [v.exact for _percent, v in parts]
    weights = computed if any(computed) else [Fraction(p) for p, _value in parts]
    whole = sum(weights, NOTHING)
    result, given, reached = [], Decimal(0), NOTHING
    for (_percent, computed_value), weight in zip(parts, weights, strict=True):
        reached += weight
        upto = rounded(Fraction(decided) * reached / whole)
        result.append(_decided(upto - given, computed_value, own_months))
        given = upto
    return result


def _decided(amount: Decimal, computed: Value, own_months: Sequence[date]) -> Value:
    months = list(computed.months) or [Month(m, NOTHING) for m in own_months]
    weights = [m.amount for m in months] if computed.exact else [Fraction(1)] * len(months)
    whole = sum(weights, NOTHING)
    spread_months = tuple(
        Month(m.month, Fraction(amount) * w / whole, m.fte)
        for m, w in zip(months, weights, strict=True)
    )
    step = _("The adviser decided: %(amount)s. It is spread over the months that count.") % {
        "amount": euro(amount)
    }
    return Value(
        spread_months, (*computed.steps, step), computed.window, computed.bonuses, computed.paid
    )


# --- words ----------------------------------------------------------------------------------------


def _tell_block(block: BuildingBlock, story: Story) -> None:
    if not story.is_read:
        return
    amount = euro(block.amount) if block.amount is not None else ""
    weight = percent(Decimal(100) if block.weight_percent is None else block.weight_percent)
    story.tell(str(unit_of(block).step), block=block.label, amount=amount, weight=weight)


def _tell_hours(
    claim: Claim, table: ValuationTable, parts: Sequence[MonthPart], story: Story
) -> None:
    for day, hours in sorted(claim.hours) if story.is_read else ():
        values = {
            "hours": number(hours),
            "full": number(table.full_time_hours),
            "day": short_date(day),
        }
        if hours < table.min_hours_per_week:
            story.tell(
                _(
                    "%(hours)s hours per week is below the least of %(least)s hours: it is worth"
                    " € 0."
                ),
                hours=values["hours"],
                least=number(table.min_hours_per_week),
            )
        elif len(claim.hours) > 1:
            story.tell(_("From %(day)s on: %(hours)s of %(full)s hours per week."), **values)
        else:
            story.tell(_("Hours: %(hours)s of %(full)s hours per week."), **values)


def _tell_parts(
    block: BuildingBlock,
    table: ValuationTable,
    parts: Sequence[MonthPart],
    amounts: dict[date, Fraction],
    story: Story,
) -> None:
    if not (parts and story.is_read):
        return
    months = sum((p.of_month for p in parts), NOTHING)
    unit = unit_of(block)
    if unit.by_days:
        story.tell(_("Counted days: %(days)s."), days=number(Decimal(sum(p.days for p in parts))))
    elif unit.is_by_time:
        how = (
            _("by days of the year")
            if table.proration == Proration.DAYS
            else _("by calendar month")
        )
        story.tell(
            _("Counted months (%(how)s): %(months)s."), how=how, months=number(rounded(months))
        )
    story.tell(
        _("Value of the block: %(amount)s."), amount=euro(rounded(sum(amounts.values(), NOTHING)))
    )


def _tell_claim(block: BuildingBlock, claim: Claim, amount: Fraction, story: Story) -> None:
    if not story.is_read:
        return
    values = {
        "amount": euro(claim.amount or Decimal(0)),
        "quantity": number(claim.quantity or Decimal(0)),
        "rate": euro(block.amount or Decimal(0)),
        "result": euro(rounded(amount)),
    }
    story.tell(str(unit_of(block).computed), **values)
