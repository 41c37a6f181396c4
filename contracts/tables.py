from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import django_tables2
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.models import Recognition, SocialFirm, TableInForce
from sroi.lists import Table
from sroi.templatetags.formats import NOTHING, short_date


class ValuationTableTable(Table):
    caption = _("Valuation tables")
    empty_text = _("No valuation table was loaded yet.")

    title = django_tables2.Column(_("Valuation table"), linkify=("table-detail", {"pk": django_tables2.A("pk")}))
    code = django_tables2.Column(_("Code"), orderable=True)
    in_force = django_tables2.Column(_("In force from"), accessor="lines_in_force")
    blocks = django_tables2.Column(_("Building blocks"), accessor="number_of_blocks", attrs={"td": {"class": "num"}})

    class Meta(Table.Meta):
        pass

    def render_in_force(self, value: list[TableInForce]) -> Any:
        return ", ".join(short_date(line.valid_from) for line in value) or NOTHING


class FirmTable(Table):
    """The public directory of social firms."""

    caption = _("Social firms")
    empty_text = _("No social firms found.")

    name = django_tables2.Column(_("Name"), orderable=True, order_by=("name_folded", "pk"))
    place = django_tables2.Column(_("Place"), orderable=True, order_by=("place", "name_folded", "pk"))
    offers = django_tables2.Column(_("What it offers"))
    recognition = django_tables2.Column(_("Recognised as"), accessor="shown")
    website = django_tables2.Column(_("Website"))

    class Meta(Table.Meta):
        pass

    def render_name(self, record: SocialFirm) -> Any:
        return format_html("<span>{}<small>KvK {}</small></span>", record.name, record.kvk)

    def render_recognition(self, value: list[Recognition]) -> Any:
        return recognitions_in_words(value, with_region=True)

    def render_website(self, value: str) -> Any:
        return website_link(value)


class RegisterTable(Table):
    """What the adviser keeps: also recognitions that are over, and firms that are not shown to everyone."""

    caption = _("Social firms")
    empty_text = _("No firm was recognised yet.")

    name = django_tables2.Column(
        _("Name"),
        orderable=True,
        order_by=("name_folded", "pk"),
        linkify=("social-firm-detail", {"pk": django_tables2.A("pk")}),
    )
    kvk = django_tables2.Column(_("KvK number"), orderable=True, order_by=("kvk", "pk"))
    place = django_tables2.Column(_("Place"), orderable=True, order_by=("place", "name_folded", "pk"))
    recognition = django_tables2.Column(_("Recognised as"), accessor="own")
    public = django_tables2.Column(_("In the directory"), accessor="own")

    class Meta(Table.Meta):
        pass

    def render_recognition(self, value: list[Recognition]) -> Any:
        return recognitions_in_words(value)

    def render_public(self, value: list[Recognition]) -> Any:
        today = localdate()
        return _("Yes") if any(r.is_public and r.holds_on(today) for r in value) else _("No")


def recognitions_in_words(rows: Iterable[Recognition], with_region: bool = False) -> Any:
    """Each on a line of its own: as what, until when, and by which region."""
    lines = [
        (capfirst(r.get_kind_display()), period_in_words(r), f" · {r.region.title}" if with_region else "")
        for r in rows
    ]
    return format_html_join("", "<span>{}<small>{}{}</small></span>", lines) or NOTHING


def period_in_words(recognition: Recognition) -> str:
    first = short_date(recognition.valid_from)
    if recognition.valid_until is None:
        return str(_("from %(first)s on") % {"first": first})
    return str(_("from %(first)s to %(last)s") % {"first": first, "last": short_date(recognition.valid_until)})


def website_link(url: str) -> Any:
    """Only an address of the web becomes a link; it tells search engines and the other site nothing."""
    if not url.startswith(("https://", "http://")):
        return url or NOTHING
    return format_html('<a href="{}" rel="nofollow noopener noreferrer">{}</a>', url, urlsplit(url).hostname or url)
