"""The public calculator: what an effort would be worth, and the same effort under the other loaded tables.

Everything stands in the address, so a link keeps what was filled in. Nothing is stored, and nobody needs to sign in:
published tables only.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts.models import BuildingBlock, ValuationTable
from contracts.valuation_tables import loaded_tables, published_tables
from placements import drafting
from placements.forms import KIND_WORDS, MOST_QUANTITY
from placements.intake import OLDEST
from placements.models.fulfilment import KINDS
from placements.valuation import Claim, Counted, Value, value
from sroi.exchange import amount, decimal_number, hours_per_week, whole_number
from sroi.fields import ParsedField
from sroi.periods import DAY, add_months

MOST_MONTHS = 120
FIELDS_OF_KIND = {
    "placement": ("hours", "months", "age", "permanent"),
    "purchase": ("claimed",),
    "activity": ("quantity", "claimed"),
}


def _months(cell: Any) -> int:
    months = whole_number(cell)
    if not 1 <= months <= MOST_MONTHS:
        raise ValueError(_("Choose 1 to %(n)s months.") % {"n": MOST_MONTHS})
    return months


def _age(cell: Any) -> int:
    age = whole_number(cell)
    if age > OLDEST:
        raise ValueError(_("Give the age in years on the first day."))
    return age


def _claimed(cell: Any) -> Decimal:
    claimed: Decimal = amount(cell)
    if claimed < 0:
        raise ValueError(_("An amount cannot be below zero."))
    return claimed


class CalculatorForm(forms.Form):
    region = forms.ChoiceField(label=gettext_lazy("Region"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What do you do?"),
        choices=[(kind, KIND_WORDS[key][0]) for key, (kind, _label) in zip(KIND_WORDS, KINDS, strict=True)],
    )
    block = forms.ChoiceField(label=gettext_lazy("Building block"))
    hours = ParsedField(
        hours_per_week,
        label=gettext_lazy("Hours per week"),
        suffix=gettext_lazy("hours"),
    )
    months = ParsedField(_months, label=gettext_lazy("How long"), suffix=gettext_lazy("months"), mode="numeric")
    age = ParsedField(_age, required=False, label=gettext_lazy("Age"), suffix=gettext_lazy("years"), mode="numeric")
    permanent = forms.BooleanField(required=False, label=gettext_lazy("A permanent contract"))
    quantity = ParsedField(
        decimal_number(2, 0, MOST_QUANTITY),
        label=gettext_lazy("Number of hours or days"),
        mode="decimal",
    )
    claimed = ParsedField(_claimed, label=gettext_lazy("Amount without VAT"), prefix="€")

    def __init__(self, data: Any, tables: list[ValuationTable]) -> None:
        regions = {str(t.region_id): t for t in tables}
        given = data.get("region", "")
        self.table = regions.get(given) or (tables[0] if tables else None)
        kind = data.get("kind", "")
        self.chosen_kind = kind if kind in FIELDS_OF_KIND else "placement"
        blocks = [b for b in self.table.blocks.all() if b.kind == self.chosen_kind] if self.table else []
        self.chosen_block: BuildingBlock | None = next((b for b in blocks if b.code == data.get("block")), None)
        self.chosen_block = self.chosen_block or (blocks[0] if blocks else None)
        typical = {"hours": "36", "months": "12", "quantity": "8", "claimed": "1000"}
        asked = {name: data.get(name, typical.get(name, "")) for name in self.base_fields}
        chosen = {
            "region": str(self.table.region_id) if self.table else "",
            "kind": self.chosen_kind,
            "block": self.chosen_block.code if self.chosen_block else "",
        }
        super().__init__({**asked, **chosen})
        for name, choices in (
            ("region", [(key, t.region.title) for key, t in regions.items()]),
            ("block", [(b.code, b.label) for b in blocks]),
        ):
            field: Any = self.fields[name]
            field.choices = choices
        for name in {name for names in FIELDS_OF_KIND.values() for name in names} - self._asked():
            del self.fields[name]

    def _asked(self) -> set[str]:
        """The fields that the kind uses; of an activity what its unit counts, its hours or its amount."""
        if self.chosen_kind != "activity" or self.chosen_block is None:
            return set(FIELDS_OF_KIND[self.chosen_kind])
        unit = self.chosen_block.unit
        hours = {"quantity"} if unit in drafting.NEEDS_QUANTITY else set()
        return hours | ({"claimed"} if unit in drafting.NEEDS_AMOUNT else set())


@dataclass(frozen=True)
class Elsewhere:
    """The same effort under the block for the same target group of another table."""

    table: ValuationTable
    block: BuildingBlock
    value: Value


def effort(form: CalculatorForm, today: date) -> tuple[Claim, Counted]:
    """What was filled in, as a claim from the first of this month on, under a contract that covers all of it."""
    given = form.cleaned_data
    first = today.replace(day=1)
    last = add_months(first, given.get("months") or 12) - DAY
    claim = Claim(
        kind=form.chosen_kind,
        first=first,
        last=last,
        hours=((first, given.get("hours") or Decimal(0)),),
        age=given.get("age"),
        permanent_contract=bool(given.get("permanent")),
        amount=given.get("claimed"),
        quantity=given.get("quantity"),
        day=first,
    )
    return claim, Counted(_("this calculation"), first, last, 0)


def worth_under(claim: Claim, contract: Counted, table: ValuationTable, block: BuildingBlock) -> Value:
    """The value in whole, with every bonus of the table whose condition is met."""
    bonuses = [b for b in table.blocks.all() if b.kind == "bonus"]
    fitting = tuple(b.code for b in bonuses if _fits(b, claim, block))
    return value(replace(claim, bonuses=fitting), table, block, bonuses, contract, Decimal(100))


def _fits(bonus: BuildingBlock, claim: Claim, block: BuildingBlock) -> bool:
    """Whether to count a bonus: those without any condition are never assumed."""
    old_enough = bonus.min_age is not None and claim.age is not None and claim.age >= bonus.min_age
    permanent = bool(bonus.permanent_contract) and claim.permanent_contract
    goes = not bonus.applies_to or block.code in bonus.applies_to
    return goes and (old_enough or permanent)


def elsewhere(claim: Claim, contract: Counted, table: ValuationTable, block: BuildingBlock) -> list[Elsewhere]:
    """Under each other loaded table the blocks for the same target group, or without one those of the same unit."""
    return [
        Elsewhere(other, candidate, worth_under(claim, contract, other, candidate))
        for other in loaded_tables()
        if other.code != table.code
        for candidate in other.blocks.all()
        if candidate.kind == block.kind
        and candidate.target_group == block.target_group
        and (block.target_group or candidate.unit == block.unit)
    ]


@login_not_required
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    today = localdate()
    tables = published_tables(today)
    form = CalculatorForm(request.GET, tables)
    context: dict[str, Any] = {
        "form": form,
        "heading": _("Calculator"),
        "table": form.table,
        "block": form.chosen_block,
    }
    if form.is_valid() and form.table and form.chosen_block:
        claim, contract = effort(form, today)
        result = worth_under(claim, contract, form.table, form.chosen_block)
        context |= {
            "result": result,
            "example": drafting.example_worth(form.chosen_block),
            "elsewhere": elsewhere(claim, contract, form.table, form.chosen_block),
        }
    return render(request, "placements/calculator.html", context)
