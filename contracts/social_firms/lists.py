"""The lists of social firms, for advisers and for everyone."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import django_tables2
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.models import Recognition, RecognitionKind, SocialFirm
from contracts.models.organisation import folded
from contracts.searches import every_word
from contracts.social_firms.columns import IN_FILE
from contracts.social_firms.recognition import (
    counting_in,
    public_recognitions,
    public_regions,
)
from sroi.access import visible
from sroi.lists import ChoiceFilter, FilterSet, MonthsFilter, PickColumn, SearchFilter, Table
from sroi.periods import add_months
from sroi.templatetags.formats import NOTHING, short_date


def firm_search(text: str) -> Q:
    """By name, KvK number, place or what it offers: every word of it."""
    return every_word(text, lambda word: Q(search_text__contains=folded(word)))


class FirmFilterSet(FilterSet):
    """Over the directory: kind and region are those of one recognition that everyone may know."""

    q = SearchFilter(firm_search)
    kind = ChoiceFilter(
        label=_("Recognised as"), choices=RecognitionKind.choices, method="by_recognition"
    )
    region = ChoiceFilter(
        label=_("Region"), choices=lambda: region_choices(), method="by_recognition"
    )

    def by_recognition(self, firms: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        given = self.form.cleaned_data
        shown = public_recognitions(localdate())
        if given.get("kind"):
            shown = shown.filter(kind=given["kind"])
        if given.get("region"):
            today = localdate()
            chosen = {region.code: region.pk for region in public_regions(today)}
            shown = shown.filter(counting_in(chosen[given["region"]], today))
        return firms.filter(pk__in=shown.order_by().values("firm"))


def region_choices() -> list[tuple[str, str]]:
    return [(region.code, region.title) for region in public_regions(localdate())]


class RecognisedFirmFilterSet(FilterSet):
    q = SearchFilter(firm_search)
    kind = ChoiceFilter(label=_("Recognised as"), choices=RecognitionKind.choices, method="by_kind")

    ending = MonthsFilter(label=_("Recognition ends within so many months"), method="ending_within")

    def ending_within(self, firms: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = localdate()
        own = visible(Recognition, self.request.access).filter(
            revoked_at=None, valid_until__range=(today, add_months(today, int(value)))
        )
        return firms.filter(pk__in=own.order_by().values("firm"))

    def by_kind(self, firms: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        own = visible(Recognition, self.request.access).filter(kind=value, revoked_at=None)
        return firms.filter(pk__in=own.order_by().values("firm"))


class FirmTable(Table):
    """The public directory of social firms."""

    caption = _("Social firms")
    empty_text = _("No social firms found.")

    name = django_tables2.Column(_("Name"), orderable=True, order_by=("name_folded", "pk"))
    place = django_tables2.Column(
        _("Place"), orderable=True, order_by=("place", "name_folded", "pk")
    )
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


class RecognisedFirmTable(Table):
    """What the adviser keeps: also recognitions that are over, and firms that are not shown to
    everyone.
    """

    caption = _("Social firms")
    empty_text = _("No firm was recognised yet.")
    row_header = "name"

    pick = PickColumn()
    name = django_tables2.Column(
        _("Name"),
        orderable=True,
        order_by=("name_folded", "pk"),
        linkify=("social-firm-detail", {"pk": django_tables2.A("pk")}),
    )
    kvk = django_tables2.Column(_("KvK number"), orderable=True, order_by=("kvk", "pk"))
    place = django_tables2.Column(
        _("Place"), orderable=True, order_by=("place", "name_folded", "pk")
    )
    recognition = django_tables2.Column(_("Recognised as"), accessor="own")
    public = django_tables2.Column(_("In the directory"), accessor="own")

    class Meta(Table.Meta):
        sequence = ("pick", "...")

    usual = ("kvk", "place", "recognition", "public")
    fixed = ("pick", "name")

    def render_recognition(self, value: list[Recognition]) -> Any:
        return recognitions_in_words(value)

    def render_public(self, value: list[Recognition]) -> Any:
        today = localdate()
        return _("Yes") if any(r.is_public and r.holds_on(today) for r in value) else _("No")


class RecognitionRows(Table):
    """In the file of the register: a row per recognition."""

    in_file = IN_FILE


def recognitions_in_words(rows: Iterable[Recognition], with_region: bool = False) -> Any:
    """Each on a line of its own: as what, until when, and by which region."""
    lines = [
        (
            capfirst(r.get_kind_display()),
            period_in_words(r),
            f" · {r.region.title}" if with_region else "",
        )
        for r in rows
    ]
    return format_html_join("", "<span>{}<small>{}{}</small></span>", lines) or NOTHING


def period_in_words(recognition: Recognition) -> str:
    first = short_date(recognition.valid_from)
    if recognition.valid_until is None:
        return str(_("from %(first)s on") % {"first": first})
    return str(
        _("from %(first)s to %(last)s")
        % {
            "first": first,
            "last": short_date(recognition.valid_until),
        }
    )


def website_link(url: str) -> Any:
    """Only an address of the web becomes a link; it tells search engines and the other site
    nothing.
    """
    if not url.startswith(("https://", "http://")):
        return url or NOTHING
    return format_html(
        '<a href="{}" rel="nofollow noopener noreferrer">{}</a>', url, urlsplit(url).hostname or url
    )
