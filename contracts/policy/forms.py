"""What is asked for a next version of a region's policy: every term by its kind, from which day,
and why.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contracts.models import Policy, Region
from contracts.policy.door import SECTIONS, TERMS, label
from contracts.policy.loading import PER_CHOICE, PERCENTS
from sroi.exchange import decimal_number, whole_number
from sroi.fields import FIRST_DAY, Day, ParsedField, euros, percentage, text_field
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
    options = {
        "label": capfirst(kept.verbose_name),
        "required": not (kept.null or kept.blank),
    }
    if isinstance(kept, models.BooleanField):
        return forms.BooleanField(**{**options, "required": False})
    if kept.choices:
        nobody = [] if options["required"] else [("", _("Nobody"))]
        return forms.ChoiceField(choices=[*nobody, *kept.choices], **options)
    if isinstance(kept, MoneyField):
        return euros(**options)
    if name in PERCENTS:
        return percentage(**options)
    if isinstance(kept, models.DecimalField):
        return ParsedField(FACTOR, **options)
    return ParsedField(whole_number, mode="numeric", **options)


# What a percentage for each of the choices of a term is called, and how its field is.
EACH = {
    "rates": ("rate", _("Rate of the %(choice)s, where it differs")),
    "pso_discounts": ("pso", _("Discount for PSO: %(choice)s")),
}


def fields_of_each(term: str) -> dict[str, str]:
    """By each of the choices that a term gives a percentage for the name of its field."""
    prefix, _label = EACH[term]
    return {each.value: f"{prefix}_{each.name.lower()}" for each in PER_CHOICE[term]}


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

    def __init__(self, *args: Any, others: Sequence[Region] = (), **kwargs: Any) -> None:
        """`others`: the other regions of this installation."""
        super().__init__(*args, **kwargs)
        for name in TERMS:
            if name in PER_CHOICE:
                words, (_prefix, said) = dict(PER_CHOICE[name].choices), EACH[name]
                self.fields |= {
                    field: percentage(said % {"choice": words[each]}, required=False)
                    for each, field in fields_of_each(name).items()
                }
            elif name == "trusts":
                self.fields[name] = forms.MultipleChoiceField(
                    label=label(name),
                    choices=[(region.code, region.title) for region in others],
                    widget=forms.CheckboxSelectMultiple if others else forms.MultipleHiddenInput,
                    required=False,
                )
            else:
                self.fields[name] = term_field(name)

    @staticmethod
    def initial_of(policy: Policy) -> dict[str, Any]:
        given = {name: getattr(policy, name) for name in TERMS}
        for name in PER_CHOICE:
            given |= {
                field: Decimal(given[name][each])
                for each, field in fields_of_each(name).items()
                if each in given[name]
            }
        return given

    @classmethod
    def in_address(cls, policy: Policy) -> str:
        """A version as an address carries it: as its form would be sent."""
        given = cls.initial_of(policy) | {"valid_from": policy.valid_from or FIRST_DAY}
        said = {
            name: value
            for name, value in given.items()
            if name not in PER_CHOICE and value not in (None, "", False)
        }
        return urlencode(said, doseq=True)

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
        each = {
            name: {
                each: str(given[field])
                for each, field in fields_of_each(name).items()
                if given[field] is not None
            }
            for name in PER_CHOICE
        }
        return {name: each.get(name, given.get(name)) for name in TERMS}

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields under the headings under which the policy is read."""
        names = {name: [*fields_of_each(name).values()] for name in PER_CHOICE}
        return [
            (
                title,
                [
                    self[field]
                    for name in terms
                    for field in names.get(name, [name])
                    if not self[field].is_hidden
                ],
            )
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
