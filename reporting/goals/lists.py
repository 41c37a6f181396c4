"""The contracts of a year under other terms of the policy: columns on screen and in a file."""

from datetime import date
from typing import Any

import django_tables2
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from contracts.coverage.lists import ContractColumns
from sroi.lists import NUMBER, FilterSet, Table
from sroi.templatetags.formats import euro2, percent, short_date


class WouldHaveOwedFilterSet(FilterSet):
    """The terms stand in the address: what narrows is a link there, not a form beside them."""


class WouldHaveOwedTable(ContractColumns):
    """Rows come with what they owe and would have (`owing`)."""

    caption = _("What these contracts would have owed")
    empty_text = _("No contract was awarded in this year.")

    rate = django_tables2.Column(_("Rate"), accessor="pk", attrs=NUMBER)
    old = django_tables2.Column(_("Owes"), accessor="pk", attrs=NUMBER)
    new = django_tables2.Column(_("Would have owed"), accessor="pk", attrs=NUMBER)
    difference = django_tables2.Column(_("Difference"), accessor="pk", attrs=NUMBER)
    why = django_tables2.Column(_("Why"), accessor="pk")

    class Meta(Table.Meta):
        pass

    in_file = (
        (_("Reference"), lambda contract: contract.reference),
        (_("Title"), lambda contract: contract.title),
        (_("Contractor"), lambda contract: contract.contractor.name),
        (_("Awarded"), lambda contract: contract.award_date),
        (_("Rate at the award"), lambda contract: contract.rate),
        (_("Rate"), lambda contract: contract.owing.rate),
        (_("Owes"), lambda contract: contract.owing.old),
        (_("Would have owed"), lambda contract: contract.owing.new),
        (_("Difference"), lambda contract: contract.owing.difference),
        (_("Why"), lambda contract: contract.owing.why),
    )

    def render_award_date(self, value: date) -> str:
        return short_date(value)

    def render_rate(self, record: Any) -> Any:
        was = "" if record.rate == record.owing.rate else percent(record.rate)
        return format_html(
            "<span>{}<small>{}</small></span>",
            percent(record.owing.rate),
            _("now %(rate)s") % {"rate": was} if was else "",
        )

    def render_old(self, record: Any) -> str:
        return euro2(record.owing.old)

    def render_new(self, record: Any) -> str:
        return euro2(record.owing.new)

    def render_difference(self, record: Any) -> str:
        return euro2(record.owing.difference)

    def render_why(self, record: Any) -> str:
        return str(record.owing.why)
