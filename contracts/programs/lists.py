"""The list of programs: its columns, and how it is narrowed."""

from datetime import date
from typing import Any

import django_tables2
from django.db.models import Max, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Program, Reads
from contracts.programs.tokens import holds
from contracts.searches import every_word
from sroi.lists import FilterSet, SearchFilter, Table
from sroi.templatetags.formats import short_date


class ProgramFilterSet(FilterSet):
    q = SearchFilter(lambda text: every_word(text, lambda word: Q(name__icontains=word)))


class ProgramTable(Table):
    caption = gettext_lazy("Programs")
    empty_text = gettext_lazy("No program reads here.")

    name = django_tables2.Column(
        gettext_lazy("Name"),
        orderable=True,
        order_by=("name", "pk"),
        linkify=("program-detail", {"pk": django_tables2.A("pk")}),
    )
    reads = django_tables2.Column(gettext_lazy("May read"))
    valid_until = django_tables2.Column(
        gettext_lazy("Valid until"), orderable=True, order_by=("valid_until", "pk")
    )
    last_read = django_tables2.DateColumn("j F Y", verbose_name=gettext_lazy("Last read"))
    state = django_tables2.Column(gettext_lazy("State"), accessor="pk")

    class Meta(Table.Meta):
        pass

    def render_reads(self, record: Program) -> str:
        return what(record)

    def render_valid_until(self, value: date) -> str:
        return short_date(value)

    def render_state(self, record: Program) -> str:
        return state(record, localdate())


def with_last_read(programs: Any) -> Any:
    return programs.annotate(last_read=Max("log__at"))


def what(program: Program) -> str:
    return ", ".join(str(Reads(each).label) for each in program.reads)


def state(program: Program, today: date) -> str:
    if holds(program, today):
        return _("reads")
    return _("stopped") if program.revoked_at else _("expired")
