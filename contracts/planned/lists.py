"""The list of planned tenders: its columns, and how it is narrowed."""

from datetime import date
from typing import Any

import django_tables2
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Municipality, PlannedTender
from contracts.planned.became import stage
from contracts.planned.words import STATE, WORDS
from contracts.searches import every_word
from sroi.lists import (
    NUMBER,
    ChoiceFilter,
    ClientFilter,
    FilterSet,
    SearchFilter,
    Table,
)
from sroi.templatetags.formats import NOTHING, month_name, short_date, whole_euro


def tender_search(text: str) -> Q:
    return every_word(
        text,
        lambda word: Q(title__icontains=word) | Q(contract__reference__icontains=word),
    )


class PlannedFilterSet(FilterSet):
    q = SearchFilter(tender_search)
    municipality = ClientFilter(Municipality, label=gettext_lazy("Client"))
    stage = ChoiceFilter(label=gettext_lazy("Status"), choices=list(WORDS.items()))


class PlannedTable(Table):
    caption = gettext_lazy("Planned tenders")
    empty_text = gettext_lazy("No tender is planned.")

    title = django_tables2.Column(
        gettext_lazy("Title"),
        orderable=True,
        order_by=("title", "pk"),
    )
    award_month = django_tables2.Column(
        gettext_lazy("Award"), orderable=True, order_by=("award_month", "pk")
    )
    value = django_tables2.Column(
        gettext_lazy("Contract value"), orderable=True, order_by=("value", "pk"), attrs=NUMBER
    )
    obligation = django_tables2.Column(gettext_lazy("Obligation"), attrs=NUMBER, empty_values=())
    stage = django_tables2.Column(gettext_lazy("Status"), accessor="pk")

    class Meta(Table.Meta):
        pass

    def render_title(self, record: PlannedTender) -> SafeString:
        page = reverse("planned-tender", args=[record.pk])
        link = format_html('<a href="{}">{}</a>', page, record.title)
        return under(link, record.municipality.name)

    def render_award_month(self, record: Any, value: date) -> SafeString:
        awarded = _("awarded on %(day)s")
        return under(
            month_name(value), record.awarded and awarded % {"day": short_date(record.awarded.day)}
        )

    def render_value(self, record: Any, value: Any) -> SafeString:
        return under(whole_euro(value), record.awarded and became(record.awarded.value))

    def render_obligation(self, record: Any) -> SafeString:
        planned = NOTHING if record.obligation is None else whole_euro(record.obligation)
        return under(planned, record.awarded and became(record.awarded.obligation))

    def render_stage(self, record: PlannedTender) -> SafeString:
        words = WORDS[stage(record)]
        if record.contract:
            words = record.contract.reference
        return format_html('<span class="status status--{}">{}</span>', STATE[stage(record)], words)


def became(amount: Any) -> str:
    """Beneath what was planned."""
    return _("became %(amount)s") % {"amount": whole_euro(amount)}


def under(words: str, more: str | None) -> SafeString:
    if not more:
        return format_html("<span>{}</span>", words)
    return format_html("<span>{}<small>{}</small></span>", words, more)
