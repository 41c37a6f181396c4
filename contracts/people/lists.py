"""The list of users: its columns, and how it is narrowed."""

from typing import Any

import django_tables2
from django.db.models import Q
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy

from contracts.searches import every_word
from sroi.access import Role
from sroi.lists import ChoiceFilter, FilterSet, SearchFilter, Table
from sroi.templatetags.formats import long_date


def user_search(text: str) -> Q:
    return every_word(
        text,
        lambda word: (
            Q(user__name__icontains=word)
            | Q(user__email__icontains=word)
            | Q(contractor__name__icontains=word)
            | Q(partner__name__icontains=word)
        ),
    )


class UserFilterSet(FilterSet):
    q = SearchFilter(user_search)
    role = ChoiceFilter(label=gettext_lazy("Role"), choices=Role.choices)


class UserTable(Table):
    caption = gettext_lazy("Users")
    empty_text = gettext_lazy("Nobody found.")

    name = django_tables2.Column(
        gettext_lazy("Name"),
        accessor="user",
        orderable=True,
        order_by=("user__name", "pk"),
        linkify=("user-detail", {"pk": django_tables2.A("pk")}),
    )
    email = django_tables2.Column(gettext_lazy("E-mail address"), accessor="user__email")
    role = django_tables2.Column(gettext_lazy("Role"), orderable=True, order_by=("role", "pk"))
    of = django_tables2.Column(gettext_lazy("For"), accessor="of")
    last_login = django_tables2.Column(
        verbose_name=gettext_lazy("Signed in"), accessor="user__last_login", empty_values=()
    )

    class Meta(Table.Meta):
        pass

    def render_last_login(self, record: Any, value: Any) -> Any:
        when = long_date(localtime(value)) if value else "—"
        if not record.ends_on:
            return when
        told = gettext("access ends on %(day)s") % {"day": long_date(record.ends_on)}
        return format_html("<span>{}<small>{}</small></span>", when, told)

    def render_email(self, record: Any, value: str) -> Any:
        if not record.returned_at:
            return value
        told = gettext("mail comes back")
        return format_html("<span>{}<small>{}</small></span>", value, told)


def what_for(row: Any) -> str:
    """The contractor or partner, the municipalities, or the whole region."""
    if row.contractor or row.partner:
        return str(row.contractor or row.partner)
    towns = ", ".join(town.name for town in row.municipalities.all())
    return towns or row.region.title
