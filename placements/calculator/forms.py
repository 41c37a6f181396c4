"""What the calculator asks: only what the chosen block uses."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BuildingBlock, ValuationTable
from contracts.valuation_tables.units import unit_of
from placements.claims.fields import answer_field, fact_name
from placements.claims.questions import bonuses_for, facts_for
from placements.claims.requirements import MOST_QUANTITY, OLDEST
from placements.claims.words import KIND_WORDS
from placements.models.fulfilment import KINDS
from sroi.exchange import amount, decimal_number, hours_per_week, whole_number
from sroi.fields import Day, ParsedField

MOST_MONTHS = 120
FIELDS_OF_KIND = {
    "placement": ("hours", "months", "age", "permanent", "entitled"),
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


class CalculatorForm(forms.Form):
    region = forms.ChoiceField(label=gettext_lazy("Region"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What do you do?"),
        choices=[
            (kind, KIND_WORDS[key][0])
            for key, (kind, _label) in zip(KIND_WORDS, KINDS, strict=True)
        ],
    )
    block = forms.ChoiceField(label=gettext_lazy("Building block"))
    hours = ParsedField(
        hours_per_week,
        label=gettext_lazy("Hours per week"),
        suffix=gettext_lazy("hours"),
    )
    months = ParsedField(
        _months, label=gettext_lazy("How long"), suffix=gettext_lazy("months"), mode="numeric"
    )
    age = ParsedField(
        _age,
        required=False,
        label=gettext_lazy("Age"),
        suffix=gettext_lazy("years"),
        mode="numeric",
    )
    permanent = forms.BooleanField(required=False, label=gettext_lazy("A permanent contract"))
    entitled = Day(required=False, label=gettext_lazy("Entitled to the benefit until"))
    quantity = ParsedField(
        decimal_number(2, 0, MOST_QUANTITY),
        label=gettext_lazy("Number of hours or days"),
        mode="decimal",
    )
    claimed = ParsedField(amount, label=gettext_lazy("Amount without VAT"), prefix="€")

    def __init__(self, data: Any, tables: list[ValuationTable]) -> None:
        regions = {str(t.region_id): t for t in tables}
        given = data.get("region", "")
        self.table = regions.get(given) or (tables[0] if tables else None)
        kind = data.get("kind", "")
        self.chosen_kind = kind if kind in FIELDS_OF_KIND else "placement"
        blocks = (
            [b for b in self.table.blocks.all() if b.kind == self.chosen_kind] if self.table else []
        )
        self.chosen_block: BuildingBlock | None = next(
            (b for b in blocks if b.code == data.get("block")), None
        )
        self.chosen_block = self.chosen_block or (blocks[0] if blocks else None)
        typical = {"hours": "36", "months": "12", "quantity": "8", "claimed": "1000"}
        self.facts = facts_for([self.chosen_block]) if self.chosen_block else {}
        names = [*self.base_fields, *map(fact_name, self.facts)]
        asked = {name: data.get(name, typical.get(name, "")) for name in names}
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
        for code, words in self.facts.items():
            self.fields[fact_name(code)] = answer_field(words, required=False)

    @property
    def answers(self) -> dict[str, bool]:
        """To the questions that the block asks, those that were answered."""
        given = {code: self.cleaned_data.get(fact_name(code)) for code in self.facts}
        return {code: answer for code, answer in given.items() if answer is not None}

    def _asked(self) -> set[str]:
        """The fields that the kind uses; of an activity what its unit counts, its hours or its
        amount.
        """
        if self.chosen_kind != "activity" or self.chosen_block is None:
            asked = set(FIELDS_OF_KIND[self.chosen_kind])
            rows = (
                [self.chosen_block, *bonuses_for([self.chosen_block])] if self.chosen_block else []
            )
            is_asked = any(row.grace_months is not None for row in rows)
            return asked if is_asked else asked - {"entitled"}
        return {"claimed" if name == "amount" else name for name in unit_of(self.chosen_block).asks}
