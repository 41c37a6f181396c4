"""A claim in words: what a block is worth, and what was claimed."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BlockKind, BuildingBlock, MonthsFrom, MonthsOver, Unit
from contracts.valuation_tables.facts import named_by, question_of
from contracts.valuation_tables.units import unit_of
from placements.claims import valuing
from placements.claims.content import FROM_THE_FIRST_DAY
from placements.claims.people import people_rows
from placements.models import FulfilmentState, FulfilmentVersion
from sroi.templatetags.formats import NOTHING, euro, long_date, number, percent, short_date


def example_worth(block: BuildingBlock) -> str:
    """What a block is worth, as someone would tell it."""
    amount = euro(block.amount) if block.amount is not None else ""
    if block.kind == BlockKind.BONUS:
        by_hours = block.unit == Unit.FULL_TIME_YEAR
        words = _("%(amount)s more, for a full-time year") if by_hours else _("%(amount)s more")
        return words % {"amount": amount}
    weight = Decimal(100) if block.weight_percent is None else block.weight_percent
    words = str(unit_of(block).worth)
    if block.unit == Unit.INVOICE and weight == 100:
        words = _("Each euro of the invoice counts, without VAT")
    words = words % {"amount": amount, "weight": percent(weight)} if "%(" in words else words
    return words + (f", {most_months(block)}" if block.max_months else "")


def most_months(block: BuildingBlock) -> str:
    """How many months a block or bonus counts at most, and from when they are counted."""
    sentence = _("at most %(months)s months")
    if block.max_months_from == MonthsFrom.HIRE:
        sentence = _("at most %(months)s months from the first day at work for the contractor")
    elif block.max_months_over == MonthsOver.CONTRACTOR:
        sentence = _("at most %(months)s months under all contracts of the contractor together")
    return sentence % {"months": block.max_months}


def condition_of(block: BuildingBlock) -> str:
    """When a block or a bonus counts, in words."""
    words = []
    if block.min_age is not None:
        words.append(_("Counts from the age of %(age)s on the first day.") % {"age": block.min_age})
    if block.max_age is not None:
        words.append(
            _("Counts up to and including the age of %(age)s on the first day.")
            % {"age": block.max_age}
        )
    if block.permanent_contract is not None:
        permanent = block.permanent_contract
        words.append(
            _("Counts with a permanent contract.")
            if permanent
            else _("Counts without a permanent contract.")
        )
    for codes, sentence in (
        (block.facts, _("Counts where the answer is yes: %(question)s")),
        (block.not_facts, _("Counts where the answer is no: %(question)s")),
    ):
        words += [sentence % {"question": question_of(block.table, code)} for code in codes]
    if block.grace_months is not None:
        words.append(
            _("Months that still count once the person is no longer entitled: %(months)s.")
            % {"months": block.grace_months}
            if block.grace_months
            else _("Counts as long as the person is entitled.")
        )
    return " ".join(words)


KIND_WORDS = {
    BlockKind.PLACEMENT: (
        gettext_lazy("Someone at work"),
        gettext_lazy("A job, an apprenticeship or an internship"),
    ),
    BlockKind.PURCHASE: (
        gettext_lazy("Bought from a social firm"),
        gettext_lazy("An invoice that was paid"),
    ),
    BlockKind.ACTIVITY: (
        gettext_lazy("Something for society"),
        gettext_lazy("Hours, knowledge, goods or money"),
    ),
}


def card(title: Any, words: Any) -> Any:
    return format_html("<b>{}</b><br><small>{}</small>", title, words)


def period_words(version: FulfilmentVersion) -> str:
    """When it was or is: the days of a placement, or the day of a payment or an activity."""
    day = version.paid_on or version.activity_date
    if day or not version.start_date:
        return short_date(day)
    last = short_date(version.end_date) if version.end_date else _("still running")
    return f"{short_date(version.start_date)} – {last}"


Rows = list[tuple[Any, Any]]


KNOWN_BY = {
    BlockKind.PLACEMENT: ("candidate_ref",),
    BlockKind.PURCHASE: ("supplier_name", "invoice_number"),
    BlockKind.ACTIVITY: ("description",),
}


def own_words(version: FulfilmentVersion) -> str:
    """What who recorded it knows it by: the reference of a candidate, the invoice of a supplier, or
    what was done. For the own firm only.
    """
    return words_of_own(version.fulfilment.kind, partial(getattr, version))


def words_of_own(kind: str, said: Callable[[str], Any]) -> str:
    """The same of a version that was read field by field."""
    # As texts, so that a reference is noted as seen (`sroi.access.personal`).
    return " ".join(str(said(name)) for name in KNOWN_BY[BlockKind(kind)] if said(name))


def values_of(versions: Sequence[FulfilmentVersion]) -> dict[int, valuing.Valued]:
    """What each version is worth: the accepted one as it was accepted, another one as it would be
    now.
    """
    others = [v for v in versions if v.state != FulfilmentState.ACCEPTED]
    candidates = valuing.Candidates(others)
    return {
        v.pk: valuing.values_now(v, candidates) if v in others else valuing.explained(v)
        for v in versions
    }


def value_label(version: FulfilmentVersion) -> str:
    if version.state == FulfilmentState.ACCEPTED:
        return _("Counts for")
    if version.state in (FulfilmentState.REJECTED, FulfilmentState.WITHDRAWN):
        return _("Does not count. By the table it would be worth")
    return _("Once accepted it counts for")


def what_was_claimed(version: FulfilmentVersion, with_person: bool) -> Rows:
    describe = {
        BlockKind.PLACEMENT: placement_rows,
        BlockKind.PURCHASE: purchase_rows,
        BlockKind.ACTIVITY: activity_rows,
    }
    rows = [(_("Description"), version.description)]
    rows += describe[BlockKind(version.fulfilment.kind)](version)
    if with_person:
        rows += person_rows(version)
    elif version.fulfilment.kind != BlockKind.PLACEMENT:
        rows += answer_rows(version)
    rows.append((_("Done by (subcontractor)"), version.performed_by))
    return [(label, value) for label, value in rows if value not in ("", NOTHING, None)]


def declared(version: FulfilmentVersion) -> Rows:
    """What was said by handing it in."""
    said = _("it belongs only to this contract and this period")
    return [(_("Declared"), said)] if version.only_here else []


def placement_rows(version: FulfilmentVersion) -> Rows:
    terms = [(t.first_day, number(t.hours_per_week)) for t in version.terms.all()]
    hours = ", ".join(
        (
            _("%(hours)s from %(day)s") % {"hours": hours, "day": short_date(day)}
            if len(terms) > 1 and day != FROM_THE_FIRST_DAY
            else hours
        )
        for day, hours in terms
    )
    labels = {b.code: b.label for a in version.allocations.all() for b in valuing.bonuses_of(a)}
    return [
        (_("First day"), long_date(version.start_date)),
        (_("Last day"), long_date(version.end_date) if version.end_date else _("still running")),
        (_("Certain until"), long_date(version.confirmed_until)),
        (_("Hours per week"), hours),
        (_("Permanent contract"), permanent_words(version)),
        (_("Bonuses asked for"), ", ".join(labels.get(code, code) for code in version.bonuses)),
    ]


def person_rows(version: FulfilmentVersion) -> Rows:
    """Personal data: only for who advises, and for the contractor's own people."""
    return [
        (_("Candidate reference"), version.candidate_ref),
        (_("Age at the start"), version.age_at_start),
        (
            _("Entitled until"),
            long_date(version.entitled_until) if version.entitled_until else "",
        ),
        *people_rows(version),
        *answer_rows(version),
    ]


def permanent_words(version: FulfilmentVersion) -> str:
    """Yes; and no, where a row of its tables depends on it."""
    if version.permanent_contract is not False:
        return _("Yes") if version.permanent_contract else ""
    rows = (row for a in version.allocations.all() for row in valuing.rows_of(a))
    return _("No") if any(row.permanent_contract is not None for row in rows) else ""


def answer_rows(version: FulfilmentVersion) -> Rows:
    """Each question of its tables that was answered; and each that its blocks need and was not."""
    questions: dict[str, str] = {}
    for a in version.allocations.all():
        for code in (*version.facts, *named_by(a.block)):
            words = question_of(a.block.table, code)
            if questions.get(code, code) == code:
                questions[code] = words
    told = {True: _("Yes"), False: _("No"), None: _("not answered")}
    return [(words, told[version.facts.get(code)]) for code, words in questions.items()]


def purchase_rows(version: FulfilmentVersion) -> Rows:
    return [
        (_("Supplier"), version.supplier_name),
        (_("KvK number of the supplier"), version.supplier_kvk),
        (_("Invoice number"), version.invoice_number),
        (_("Amount excl. VAT"), euro(version.amount)),
        (_("Paid on"), long_date(version.paid_on) if version.paid_on else _("not paid yet")),
    ]


def activity_rows(version: FulfilmentVersion) -> Rows:
    return [
        (_("Date of the activity"), long_date(version.activity_date)),
        (_("Quantity"), number(version.quantity)),
        (_("Amount excl. VAT"), euro(version.amount)),
    ]
