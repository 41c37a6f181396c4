"""The list of valuation tables: its columns, and how it is narrowed."""

from typing import Any

import django_filters
import django_tables2
from django.utils.translation import gettext_lazy as _

from contracts.models import TableInForce
from sroi.lists import FilterSet, Table
from sroi.templatetags.formats import NOTHING, short_date


class ValuationTableTable(Table):
    caption = _("Valuation tables")
    empty_text = _("No valuation table was loaded yet.")

    title = django_tables2.Column(
        _("Valuation table"), linkify=("table-detail", {"pk": django_tables2.A("pk")})
    )
    code = django_tables2.Column(_("Code"), orderable=True)
    in_force = django_tables2.Column(_("In force from"), accessor="lines_in_force")
    blocks = django_tables2.Column(
        _("Building blocks"), accessor="number_of_blocks", attrs={"td": {"class": "num"}}
    )

    class Meta(Table.Meta):
        pass

    def render_in_force(self, value: list[TableInForce]) -> Any:
        return ", ".join(short_date(line.valid_from) for line in value) or NOTHING


class ValuationTableFilterSet(FilterSet):
    q = django_filters.CharFilter(
        label=_("Title"), field_name="title_nl", lookup_expr="icontains", max_length=200
    )
