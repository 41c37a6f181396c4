"""What is asked for a next version of a region's policy: every term by its kind, from which day,
and why.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contracts.models import Policy, PsoLevel
from contracts.policy.door import PERCENTS, SECTIONS, TERMS
from sroi.exchange import decimal_number, whole_number
from sroi.fields import Day, ParsedField, euros, percentage, text_field
from sroi.history.keeping import WHY
from sroi.money import MoneyField

# What a term of months, weeks or days can be at most: a century of months.
LONGEST = 1200
FACTOR = decimal_number(2, 0, 99)
# Without these a deadline or a check would be due over and over.
AT_LEAST_ONE = ("report_months", "certificate_months", "sample_size", "answer_days")


def term_field(name: str) -> forms.Field:
    """The field for a term, by how a policy keeps it; what may be empty holds for nobody then."""
    kept: Any = Policy._meta.get_field(name)
    options = {"label": capfirst(kept.verbose_name), "required": not kept.null}
    if isinstance(kept, models.BooleanField):
        return forms.BooleanField(**{**options, "required": False})
    if kept.choices:
        return forms.ChoiceField(choices=kept.choices, **options)
    if isinstance(kept, MoneyField):
        return euros(**options)
    if name in PERCENTS:
        return percentage(**options)
    if isinstance(kept, models.DecimalField):
        return ParsedField(FACTOR, **options)
    return ParsedField(whole_number, mode="numeric", **options)


def level_name(level: str) -> str:
    return f"pso_{PsoLevel(level).name.lower()}"


class PolicyForm(forms.Form):
    valid_from = Day(
        label=_("Holds from"),
        help_text=_(
            "For contracts that are awarded on or after this day and are not registered yet."
        ),
    )
    why = text_field(
        _("Why, or where it was decided"),
        WHY,
        required=False,
        help_text=_("Stands in the history of the policy."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TERMS:
            if name == "pso_discounts":
                self.fields |= {
                    level_name(level): percentage(
                        _("Discount for PSO: %(level)s") % {"level": PsoLevel(level).label},
                        required=False,
                    )
                    for level in PsoLevel.values
                }
            else:
                self.fields[name] = term_field(name)

    @staticmethod
    def initial_of(policy: Policy) -> dict[str, Any]:
        discounts = {
            level_name(level): Decimal(off)
            for level, off in policy.pso_discounts.items()
            if level in PsoLevel
        }
        return {
            name: getattr(policy, name) for name in TERMS if name != "pso_discounts"
        } | discounts

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or {}
        for name, value in list(answer.items()):
            if name in TERMS and isinstance(value, int) and not isinstance(value, bool):
                if value > LONGEST:
                    self.add_error(name, _("That is too much."))
                elif value < 1 and name in AT_LEAST_ONE:
                    self.add_error(name, _("This is at least 1."))
        return answer

    @property
    def terms(self) -> dict[str, Any]:
        """By the names of the exchange format."""
        given = self.cleaned_data
        levels = {level: given[level_name(level)] for level in PsoLevel.values}
        discounts = {level: f"{off:.2f}" for level, off in levels.items() if off is not None}
        return {name: given[name] for name in TERMS if name != "pso_discounts"} | {
            "pso_discounts": discounts
        }

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields under the headings under which the policy is read."""
        names = {"pso_discounts": [level_name(level) for level in PsoLevel.values]}
        return [
            (title, [self[field] for name in terms for field in names.get(name, [name])])
            for title, terms in SECTIONS
        ]


class RegionForm(forms.Form):
    region: Any = forms.ModelChoiceField(queryset=None, label=_("Region"), empty_label=None)

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        if len(regions) < 2:
            self.fields["region"].widget = forms.HiddenInput()
        self.initial.setdefault("region", regions[0].pk if regions else None)
