"""The list of clients: its columns, and how it is narrowed."""

import django_tables2
from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from contracts.clients.words import term
from contracts.models import ClientKind, Municipality
from contracts.searches import every_word
from sroi.lists import NUMBER, ChoiceFilter, FilterSet, SearchFilter, Table
from sroi.templatetags.formats import number


def client_search(text: str) -> Q:
    return every_word(text, lambda word: Q(name__icontains=word) | Q(code__icontains=word))


class ClientFilterSet(FilterSet):
    q = SearchFilter(client_search)
    kind = ChoiceFilter(label=gettext_lazy("Kind of client"), choices=ClientKind.choices)


class ClientTable(Table):
    caption = gettext_lazy("Clients")
    empty_text = gettext_lazy("No client found.")

    name = django_tables2.Column(
        gettext_lazy("Name"),
        orderable=True,
        order_by=("name", "pk"),
        linkify=("client-detail", {"pk": django_tables2.A("pk")}),
    )
    code = django_tables2.Column(gettext_lazy("Code"), orderable=True, order_by=("code", "pk"))
    kind = django_tables2.Column(
        gettext_lazy("Kind of client"), orderable=True, order_by=("kind", "name", "pk")
    )
    inhabitants = django_tables2.Column(gettext_lazy("Inhabitants"), attrs=NUMBER)
    takes_part = django_tables2.Column(gettext_lazy("Takes part"), accessor="pk")

    class Meta(Table.Meta):
        pass

    def render_code(self, value: str) -> SafeString:
        return format_html("<code>{}</code>", value)

    def render_inhabitants(self, value: int) -> str:
        return number(value)

    def render_takes_part(self, record: Municipality) -> str:
        return term(record)
