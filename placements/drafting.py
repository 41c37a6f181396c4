"""From what someone fills in to what a version says: which contracts and blocks are open, what a block asks, what is
still missing, what it would be worth, and the next number.

Source: DOMAIN.md sections 5 and 6. Nothing here moves a state: that is `placements.review`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import BlockKind, BuildingBlock, Contract, Contractor, ContractState, Region, Unit
from placements import review
from placements.claims import values_if
from placements.models import Allocation, Fulfilment, FulfilmentVersion
from placements.review import Content, Draft
from placements.valuation import Value
from sroi.access import Access, Role
from sroi.doors import Act
from sroi.money import ZERO
from sroi.templatetags.formats import euro, percent

TAKES_FULFILMENTS = (ContractState.ACTIVE, ContractState.ENDED)
NEEDS_QUANTITY = (Unit.HOUR, Unit.DAY)
NEEDS_AMOUNT = (Unit.INVOICE, Unit.DAY, Unit.COST, Unit.AGREEMENT)
# What a version says beside hours and allocations.
FIELDS = (
    *("description", "candidate_ref", "start_date", "end_date", "confirmed_until", "age_at_start"),
    *("permanent_contract", "bonuses", "supplier_name", "supplier_kvk", "invoice_number", "amount", "paid_on"),
    *("quantity", "activity_date", "policy_field", "performed_by"),
)
# Of one happening only: a copy is of another person, invoice or day.
NOT_COPIED = (
    *("candidate_ref", "start_date", "end_date", "confirmed_until", "age_at_start"),
    *("invoice_number", "amount", "paid_on", "quantity", "activity_date"),
)
TRIES_FOR_A_NUMBER = 5


# --- what is open ---------------------------------------------------------------------------------------------------


def contracts_to_record_for(contracts: QuerySet[Any], access: Access) -> QuerySet[Any]:
    """Those for which this person may record: a contractor its own, an adviser those of the region."""
    allowed = Q(pk__in=[])
    for grant in access.grants_for([Role.ADVISER]):
        allowed |= Q(region=grant.region_id)
    for grant in access.grants_for([Role.CONTRACTOR]):
        allowed |= Q(region=grant.region_id, contractor=grant.contractor_id)
    found = contracts.filter(allowed, state__in=TAKES_FULFILMENTS, table__isnull=False, is_framework=False)
    return found.select_related("contractor", "region", "policy", "table").order_by("contractor__name", "reference")


def may_enter(access: Access, fulfilment: Fulfilment) -> bool:
    return review.may_enter(access, fulfilment.region_id, fulfilment.contractor_id)


def bonuses_for(blocks: Iterable[BuildingBlock]) -> list[BuildingBlock]:
    """The bonuses that go with any of these blocks, each code once."""
    found: dict[str, BuildingBlock] = {}
    for block in blocks:
        for bonus in block.table.blocks.all():
            goes = not bonus.applies_to or block.code in bonus.applies_to
            if bonus.kind == BlockKind.BONUS and goes and bonus.code not in block.replaces:
                found.setdefault(bonus.code, bonus)
    return list(found.values())


@dataclass(frozen=True)
class Needs:
    """The fields that a claim asks for, in order, and which of them must be there before it is submitted."""

    fields: tuple[str, ...]
    required: frozenset[str]


def needs(kind: str, blocks: Sequence[BuildingBlock]) -> Needs:
    """Only what these blocks use: an age or a kind of contract is asked only where a bonus depends on it."""
    bonuses = bonuses_for(blocks)
    claimed = ["quantity"] if any(b.unit in NEEDS_QUANTITY for b in blocks) else []
    claimed += ["amount"] if kind == BlockKind.PURCHASE or any(b.unit in NEEDS_AMOUNT for b in blocks) else []
    if kind == BlockKind.PLACEMENT:
        must = ["candidate_ref", "start_date", "hours_per_week", *claimed]
        fields = ["candidate_ref", "start_date", "end_date", "hours_per_week", *claimed]
        fields += ["age_at_start"] if any(b.min_age is not None for b in (*blocks, *bonuses)) else []
        fields += ["permanent_contract"] if any(b.permanent_contract for b in bonuses) else []
        fields += ["bonuses"] if bonuses else []
    elif kind == BlockKind.PURCHASE:
        must = ["supplier_name", "invoice_number", *claimed]
        fields = ["supplier_name", "supplier_kvk", "invoice_number", *claimed, "paid_on"]
    else:
        must = fields = ["description", "activity_date", *claimed]
    return Needs(tuple(fields), frozenset(must))


def evidence_asked(blocks: Iterable[BuildingBlock]) -> list[str]:
    """The codes of the evidence that these blocks ask for, each once."""
    return list(dict.fromkeys(code for block in blocks for code in block.evidence))


# --- what a version says --------------------------------------------------------------------------------------------


def content_of(version: FulfilmentVersion) -> Content:
    """What a version says now, to be changed or said again."""
    allocations = version.allocations.select_related("contract__policy", "contract__table", "block__table")
    return Content(
        {name: getattr(version, name) for name in FIELDS},
        [(t.first_day, t.hours_per_week) for t in version.terms.all()],
        [(a.contract, a.block, a.percent) for a in allocations.order_by("contract__reference")],
    )


def copied(version: FulfilmentVersion) -> Content:
    """An earlier one as the beginning of a new one, without what is of that one person, invoice or day."""
    content = content_of(version)
    empty = FulfilmentVersion()
    return replace(content, fields=content.fields | {name: getattr(empty, name) for name in NOT_COPIED}, hours=())


def missing(kind: str, content: Content) -> list[str]:
    """The names of the fields without which this cannot be submitted."""
    asked = needs(kind, [block for _contract, block, _percent in content.allocations])
    given = {name for name, value in content.fields.items() if value not in (None, "")}
    if content.hours:
        given.add("hours_per_week")
    return [name for name in asked.fields if name in asked.required - given]


def worth(kind: str, content: Content, fulfilment_id: int | None = None) -> list[tuple[Contract, Value]]:
    return values_if(kind, content.fields, content.hours, content.allocations, fulfilment_id)


def total(valued: Iterable[tuple[Any, Value]]) -> Decimal:
    return sum((value.total for _part, value in valued), ZERO)


# --- recording ------------------------------------------------------------------------------------------------------


def record(region: Region, contractor: Contractor, kind: str, content: Content, act: Act) -> FulfilmentVersion:
    """A first version in state draft, under the next number of the contractor in the year."""
    for attempt in range(TRIES_FOR_A_NUMBER):
        number = next_number(region, contractor, act.today)
        fulfilment = Fulfilment(region=region, contractor=contractor, kind=kind, external_id=number)
        try:
            return review.draft([Draft(fulfilment, content)], act)[0]
        except IntegrityError:
            # Somebody of the same contractor took this number at the same moment.
            if attempt == TRIES_FOR_A_NUMBER - 1:
                raise
    raise AssertionError("not reached")


def next_number(region: Region, contractor: Contractor, today: date) -> str:
    """`2025-007`: by year, after the highest that is there."""
    prefix = f"{today.year}-"
    known = Fulfilment.objects.filter(region=region, contractor=contractor, external_id__startswith=prefix)
    numbers = [text.removeprefix(prefix) for text in known.values_list("external_id", flat=True)]
    last = max((int(n) for n in numbers if n.isdecimal() and len(n) < 9), default=0)
    return f"{prefix}{last + 1:03}"


# --- words ----------------------------------------------------------------------------------------------------------


def example_worth(block: BuildingBlock) -> str:
    """What a block is worth, as someone would tell it."""
    amount = euro(block.amount) if block.amount is not None else ""
    if block.kind == BlockKind.BONUS:
        by_hours = block.unit == Unit.FULL_TIME_YEAR
        words = _("%(amount)s more, for a full-time year") if by_hours else _("%(amount)s more")
        return words % {"amount": amount}
    weight = Decimal(100) if block.weight_percent is None else block.weight_percent
    invoice = (
        _("Each euro of the invoice counts, without VAT")
        if weight == 100
        else _("%(weight)s of the invoice counts, without VAT") % {"weight": percent(weight)}
    )
    words = {
        Unit.FULL_TIME_YEAR: _("A full-time year counts for %(amount)s"),
        Unit.YEAR: _("A year counts for %(amount)s, whatever the hours"),
        Unit.MONTH: _("A month counts for %(amount)s, whatever the hours"),
        Unit.FIXED: _("Counts once for %(amount)s"),
        Unit.INVOICE: invoice,
        Unit.HOUR: _("An hour counts for %(amount)s"),
        Unit.DAY: _("What it cost counts, at most %(amount)s per day"),
        Unit.COST: _("What it cost counts, without VAT"),
        Unit.AGREEMENT: _("What you agreed with the adviser counts"),
    }[Unit(block.unit)]
    words = words % {"amount": amount} if "%(amount)s" in words else words
    if block.max_months:
        words += ", " + _("at most %(months)s months") % {"months": block.max_months}
    return words


def bonus_condition(bonus: BuildingBlock) -> str:
    """When a bonus counts, in words."""
    if bonus.min_age is not None:
        return _("Counts from the age of %(age)s on the first day.") % {"age": bonus.min_age}
    if bonus.permanent_contract:
        return _("Counts with a permanent contract.")
    return ""


# --- the interim report ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reported:
    """What is said of one running placement: it runs on, it stopped on a day, or other hours from a day on."""

    fulfilment: Fulfilment
    stopped_on: date | None = None
    other_hours: tuple[date, Decimal] | None = None


def running(fulfilments: QuerySet[Any], today: date) -> QuerySet[Any]:
    """The accepted placements of which it is not yet certain that they ran until today, or until their last day."""
    begun = fulfilments.filter(kind=BlockKind.PLACEMENT, accepted__isnull=False, accepted__start_date__lte=today)
    counting = Allocation.objects.filter(version=OuterRef("accepted"), contract__state__in=TAKES_FULFILMENTS)
    begun = begun.filter(Exists(counting))
    certain = F("accepted__confirmed_until")
    ended = Q(accepted__end_date__isnull=False, accepted__end_date__lte=certain)
    return begun.filter(Q(accepted__confirmed_until=None) | Q(accepted__confirmed_until__lt=today)).exclude(ended)


def report(rows: Sequence[Reported], act: Act) -> None:
    """All of an interim report at once: what runs on is confirmed until today, the rest is handed in as a change."""
    with transaction.atomic():
        on = [row.fulfilment for row in rows if not row.stopped_on and not row.other_hours]
        for region in {f.region for f in on}:
            review.confirm([f for f in on if f.region_id == region.pk], act.today, act, region=region)
        changed = []
        for row in (row for row in rows if row.fulfilment not in on):
            accepted = row.fulfilment.accepted
            assert accepted is not None  # `running` says so
            content = content_of(accepted)
            fields = {**content.fields, "confirmed_until": None}
            fields["end_date"] = row.stopped_on or content.fields["end_date"]
            hours = [*content.hours, row.other_hours] if row.other_hours else content.hours
            changed.append(review.propose_change(row.fulfilment, Content(fields, hours, content.allocations), act))
        review.submit(changed, act)
