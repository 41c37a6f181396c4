"""What is asked to make an action plan, to answer it, and about the first contact."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from contracts.models import ActionPlan, Category
from contracts.owed.words import IN_THE_HISTORY
from contracts.plans.door import Amounts
from contracts.plans.reminders import why_not
from contracts.plans.words import quarter_words
from sroi.fields import PastDay, euros, text_field
from sroi.money import ZERO

WORDS = {
    Category.WORK: gettext_lazy("What will you do with work?"),
    Category.SOCIAL_PURCHASING: gettext_lazy("What will you buy from social firms?"),
    Category.CSR: gettext_lazy("What will you do for society?"),
}
HELP = {
    Category.WORK: gettext_lazy(
        "For instance: two apprentices (BBL) from September on, 32 hours a week."
    ),
    Category.SOCIAL_PURCHASING: gettext_lazy(
        "For instance: catering and green maintenance by a sheltered-work company."
    ),
    Category.CSR: gettext_lazy(
        "For instance: guest lessons at a practical school, 40 hours a year."
    ),
}


class PlanForm(forms.Form):
    """In words per category, and in euro of value per category and quarter."""

    def __init__(self, *args: Any, quarters: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quarters = quarters
        for category in Category:
            self.fields[category.value] = text_field(
                WORDS[category],
                2000,
                required=False,
                rows=3,
                help_text=HELP[category],
            )
        for quarter in quarters:
            for category in Category:
                label = f"{category.label}, {quarter_words(quarter)}"
                self.fields[name_of(category, quarter)] = euros(label, required=False)

    @property
    def words(self) -> dict[str, str]:
        return {
            category.value: self.cleaned_data.get(category.value) or "" for category in Category
        }

    @property
    def amounts(self) -> Amounts:
        """What could be read so far: also while someone is still typing."""
        cells = {
            (c.value, q): self.cleaned_data.get(name_of(c, q))
            for q in self.quarters
            for c in Category
        }
        return {key: amount for key, amount in cells.items() if amount and amount > ZERO}

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)

    @property
    def word_fields(self) -> list[Any]:
        return [self[category.value] for category in Category]

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """A row per quarter: per category its name and field."""
        named = [(capfirst(str(category.label)), category) for category in Category]
        return [
            (quarter_words(q), [(label, self[name_of(c, q)]) for label, c in named])
            for q in self.quarters
        ]


def initial_of(plan: ActionPlan) -> dict[str, Any]:
    words = {category.value: getattr(plan, category.value) for category in Category}
    return words | {name_of(row.category, row.quarter): row.amount for row in plan.amounts.all()}


def name_of(category: str, quarter: date) -> str:
    return f"{category}_{quarter:%Y_%m}"


class SendBackForm(forms.Form):
    why = text_field(
        gettext_lazy("What should be different?"),
        1000,
        rows=3,
        error_messages={
            "required": gettext_lazy(
                "Write what should be different, so that the contractor knows what to do."
            )
        },
    )


class ContactForm(forms.Form):
    on = PastDay(label=gettext_lazy("Day of the first contact"))
    why = text_field(gettext_lazy("With whom, and what was agreed?"), 900, required=False, rows=3)


class NoNewsForm(forms.Form):
    why = text_field(
        gettext_lazy("How do things stand?"),
        1000,
        rows=3,
        help_text=gettext_lazy(
            "For example: we look for a candidate, the first interviews are in May."
        ),
    )


class NoPlanForm(forms.Form):
    why = text_field(
        gettext_lazy("Why is no action plan needed?"),
        1000,
        rows=3,
        help_text=IN_THE_HISTORY,
    )


class ReminderTextForm(forms.Form):
    """The text of a step; empty is the usual one again."""

    text = text_field(gettext_lazy("Text"), 3000, required=False, rows=16)

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if why := why_not(text, self.step):
            raise ValidationError(why)
        return text
