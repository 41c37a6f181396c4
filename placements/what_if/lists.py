"""The accepted work of a year with what it was and would have been worth: its columns, how it is
narrowed, and its sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2
from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Contractor, TargetGroup, called
from sroi.lists import NUMBER, ChoiceFilter, FilterSet, Table, VisibleChoiceFilter
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro2

# What is summed, by its name in the address: its heading.
PER = {
    "block": _("Per building block"),
    "group": _("Per target group"),
    "contractor": _("Per contractor"),
    "contract": _("Per contract"),
}


class WhatIfFilterSet(FilterSet):
    # What the page itself reads goes along with what is chosen here.
    year = django_filters.CharFilter(method="as_it_is", widget=forms.HiddenInput)
    per = django_filters.CharFilter(method="as_it_is", widget=forms.HiddenInput)
    block = django_filters.CharFilter(
        label=_("Building block"), field_name="block__code", widget=forms.HiddenInput
    )
    group = django_filters.CharFilter(
        label=_("Target group"), field_name="block__target_group", widget=forms.HiddenInput
    )
    contractor = VisibleChoiceFilter(
        Contractor,
        label=_("Contractor"),
        field_name="version__fulfilment__contractor",
        widget=forms.HiddenInput,
    )
    contract = VisibleChoiceFilter(
        Contract, label=_("Contract"), field_name="contract", widget=forms.HiddenInput
    )
    changed = ChoiceFilter(
        label=_("Worth"),
        choices=[
            ("more", _("more")),
            ("less", _("less")),
            ("same", _("the same")),
            ("none", _("no row for it")),
        ],
        method="by_change",
    )

    def as_it_is(self, allocations: Any, name: str, value: str) -> Any:
        return allocations

    def by_change(self, allocations: Any, name: str, value: str) -> Any:
        chosen = [pk for pk, row in self.request.what_if.items() if change_of(*row) == value]
        return allocations.filter(pk__in=chosen)


def change_of(old: Decimal, new: Decimal, block: int | None) -> str:
    if block is None:
        return "none"
    return "same" if old == new else "more" if new > old else "less"


@dataclass(frozen=True)
class Sums:
    """Together: how many, in euro what was credited and what would have been, and how many have no
    row in the table.
    """

    key: str = ""
    label: str = ""
    number: int = 0
    old: Decimal = ZERO
    new: Decimal = ZERO
    without: int = 0

    @property
    def difference(self) -> Decimal:
        return self.new - self.old

    @property
    def less(self) -> Decimal:
        return -self.difference


Row = tuple[Any, tuple[Decimal, Decimal, int | None]]


def sums_of(rows: Iterable[Row], per: str) -> list[Sums]:
    """What changes most first."""
    together: dict[str, list[Row]] = {}
    labels: dict[str, str] = {}
    for allocation, amounts in rows:
        key, label = KEYS[per](allocation)
        labels[key] = label
        together.setdefault(key, []).append((allocation, amounts))
    found = [summed(theirs, key, labels[key]) for key, theirs in together.items()]
    return sorted(found, key=lambda one: (-abs(one.difference), one.label))


def summed(rows: Iterable[Row], key: str = "", label: str = "") -> Sums:
    amounts = [amount for _allocation, amount in rows]
    return Sums(
        key,
        label,
        len(amounts),
        sum((old for old, _new, _block in amounts), ZERO),
        sum((new for _old, new, _block in amounts), ZERO),
        sum(block is None for _old, _new, block in amounts),
    )


def group_of(allocation: Any) -> tuple[str, str]:
    code = allocation.block.target_group
    return code, capfirst(called(TargetGroup, code)) if code else NOTHING


KEYS: dict[str, Any] = {
    "block": lambda a: (a.block.code, a.block.label),
    "group": group_of,
    "contractor": lambda a: (
        str(a.version.fulfilment.contractor_id),
        a.version.fulfilment.contractor.name,
    ),
    "contract": lambda a: (str(a.contract_id), f"{a.contract.reference} {a.contract.title}"),
}


class WhatIfTable(Table):
    """Rows come with `old`, `new` and `other`, the row of the table for them (`prepare`)."""

    caption = _("What the same work would have been worth")
    empty_text = _("In this year no work was done that was accepted.")

    fulfilment = django_tables2.Column(
        _("Fulfilment"),
        orderable=True,
        order_by=("version__fulfilment__external_id", "pk"),
        accessor="version__fulfilment__external_id",
        linkify=("fulfilment-detail", {"pk": django_tables2.A("version__fulfilment_id")}),
    )
    contractor = django_tables2.Column(
        _("Contractor"),
        orderable=True,
        order_by=("version__fulfilment__contractor__name_folded", "pk"),
        accessor="version__fulfilment__contractor__name",
    )
    contract = django_tables2.Column(
        _("Contract"),
        orderable=True,
        order_by=("contract__reference", "pk"),
        accessor="contract__reference",
        linkify=("contract-detail", {"pk": django_tables2.A("contract_id")}),
    )
    block = django_tables2.Column(_("Building block"), accessor="block")
    old = django_tables2.Column(_("Credited"), accessor="pk", attrs=NUMBER)
    new = django_tables2.Column(_("With this table"), accessor="pk", attrs=NUMBER)
    difference = django_tables2.Column(_("Difference"), accessor="pk", attrs=NUMBER)

    class Meta(Table.Meta):
        pass

    in_file = (
        (_("Fulfilment"), lambda a: a.version.fulfilment.external_id),
        (_("Contractor"), lambda a: a.version.fulfilment.contractor.name),
        (_("Contract"), lambda a: a.contract.reference),
        (_("Building block"), lambda a: a.block.label),
        (_("Target group"), lambda a: group_of(a)[1]),
        (_("Row of this table"), lambda a: a.other.label if a.other else ""),
        (_("Credited"), lambda a: a.old),
        (_("With this table"), lambda a: a.new),
        (_("Difference"), lambda a: a.new - a.old),
    )

    def render_block(self, record: Any) -> Any:
        """Its own row, above the one of the table where that is called otherwise."""
        if record.other is None:
            other: Any = _("no row for it in this table")
        else:
            other = record.other.label if record.other.label != record.block.label else ""
        return format_html("<span>{}<small>{}</small></span>", record.block.label, other)

    def render_old(self, record: Any) -> str:
        return euro2(record.old)

    def render_new(self, record: Any) -> str:
        return euro2(record.new)

    def render_difference(self, record: Any) -> str:
        return euro2(record.new - record.old)
