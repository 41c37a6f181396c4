"""The lists of the desk: contracts that want something, needs, places and matches."""

from typing import Any

import django_tables2
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.models import Municipality
from contracts.searches import contract_search, every_word
from placements.matching.searches import need_word, place_word
from placements.matching.trades import trade_of_cpv
from placements.matching.words import LOOKS, how_much, state_words, where_words
from placements.models import MatchState, NeedKind, OfferState, PlaceKind, Trade
from placements.standing.kept import in_order_of, in_order_of_urgency, of_status
from placements.standing.progress import Status
from placements.standing.words import status_tag
from sroi.lists import (
    NUMBER,
    ON_ONE_LINE,
    ChoiceFilter,
    ChoicesFilter,
    FilterSet,
    MonthsFilter,
    SearchFilter,
    Table,
    VisibleChoiceFilter,
)
from sroi.periods import add_months
from sroi.templatetags.formats import NOTHING, short_date, whole_euro

# In which a contract can still use something; what is too late, nothing can mend here.
SHORT = (Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.NOT_STARTED)


# --- contracts ------------------------------------------------------------------------------------


class DeskFilterSet(FilterSet):
    q = SearchFilter(contract_search)
    ending = MonthsFilter(label=_("Ends within (months)"), method="ending_within")
    waiting = ChoiceFilter(
        label=_("With"),
        choices=[("places", _("open places")), ("matches", _("matches that wait"))],
        method="with_something",
    )
    status = ChoicesFilter(
        label=_("Status"),
        choices=[(status.value, status.label) for status in SHORT],
        method="of_status",
    )

    def ending_within(self, contracts: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = localdate()
        return contracts.filter(end_date__range=(today, add_months(today, int(value))))

    def with_something(self, contracts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return contracts.filter(**{f"{value}_open__gt": 0})

    def of_status(self, contracts: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return of_status(contracts, value, localdate(), is_in_step=True)


class DeskTable(Table):
    caption = _("Contracts that can use something")
    empty_text = _("No contract asks for anything here.")

    title = django_tables2.Column(
        _("Contract"),
        orderable=True,
        order_by=("title", "pk"),
        linkify=("what-fits", {"pk": django_tables2.A("pk")}),
    )
    contractor = django_tables2.Column(
        _("Contractor"), orderable=True, order_by=("contractor__name_folded", "pk")
    )
    trade = django_tables2.Column(_("Trade"), accessor="cpv", empty_values=())
    end_date = django_tables2.Column(
        _("Ends"), orderable=True, order_by=("end_date", "pk"), attrs=ON_ONE_LINE
    )
    open = django_tables2.Column(
        _("Still to be fulfilled"), orderable=True, accessor="progress", attrs=NUMBER
    )
    places = django_tables2.Column(_("Open places"), accessor="places_open", attrs=NUMBER)
    matches = django_tables2.Column(_("Matches that wait"), accessor="matches_open", attrs=NUMBER)
    status = django_tables2.Column(_("Status"), orderable=True, accessor="progress")

    class Meta(Table.Meta):
        pass

    usual = ("contractor", "trade", "end_date", "open", "places", "matches", "status")
    fixed = ("title",)

    def order_open(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        found = in_order_of(contracts, "open", localdate(), is_descending, is_in_step=True)
        return found, True

    def order_status(self, contracts: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_order_of_urgency(contracts, localdate(), is_descending, is_in_step=True), True

    def render_trade(self, value: str) -> Any:
        trade = trade_of_cpv(value or "")
        return capfirst(str(trade.label)) if trade else NOTHING

    def render_end_date(self, value: Any) -> str:
        return short_date(value)

    def render_open(self, value: Any) -> str:
        return whole_euro(value.open)

    def render_places(self, value: int) -> Any:
        return value or NOTHING

    def render_matches(self, value: int) -> Any:
        return value or NOTHING

    def render_status(self, value: Any) -> Any:
        return status_tag(value.status, value.status.label)


# --- needs and places -----------------------------------------------------------------------------


class NeedFilterSet(FilterSet):
    q = SearchFilter(lambda text: every_word(text, need_word))
    kind = ChoiceFilter(label=_("Kind"), choices=NeedKind.choices)
    trade = ChoiceFilter(label=_("Trade"), choices=Trade.choices)
    municipality = VisibleChoiceFilter(Municipality, label=_("Where"))
    state = ChoiceFilter(label=_("State"), choices=OfferState.choices)


class PlaceFilterSet(FilterSet):
    q = SearchFilter(lambda text: every_word(text, place_word))
    kind = ChoiceFilter(label=_("Kind"), choices=PlaceKind.choices)
    trade = ChoiceFilter(label=_("Trade"), choices=Trade.choices)
    municipality = VisibleChoiceFilter(Municipality, label=_("Where"))
    state = ChoiceFilter(label=_("State"), choices=OfferState.choices)


class OfferTable(Table):
    kind = django_tables2.Column(_("Kind"), orderable=True, order_by=("kind", "pk"))
    trade = django_tables2.Column(_("Trade"), orderable=True, order_by=("trade", "pk"))
    how_much = django_tables2.Column(
        _("How much"), accessor="pk", attrs={"td": {"class": "num nowrap"}}
    )
    where = django_tables2.Column(_("Where"), accessor="pk")
    until = django_tables2.Column(
        _("Until"), orderable=True, order_by=("until", "pk"), attrs=ON_ONE_LINE
    )
    state = django_tables2.Column(_("State"), orderable=True, order_by=("state", "until", "pk"))

    class Meta(Table.Meta):
        pass

    def render_kind(self, record: Any) -> str:
        return str(capfirst(record.get_kind_display()))

    def render_trade(self, record: Any) -> str:
        return str(capfirst(record.get_trade_display()))

    def render_how_much(self, record: Any) -> str:
        return how_much(record)

    def render_where(self, record: Any) -> str:
        return where_words(record)

    def render_until(self, value: Any) -> str:
        return short_date(value)

    def render_state(self, record: Any) -> Any:
        look = "active" if record.state == OfferState.OPEN else "ended"
        return status_tag(look, record.get_state_display())


class NeedTable(OfferTable):
    caption = _("Needs")
    empty_text = _("No needs here yet.")

    title = django_tables2.Column(
        _("Need"),
        orderable=True,
        order_by=("title", "pk"),
        linkify=("need-detail", {"pk": django_tables2.A("pk")}),
    )
    partner = django_tables2.Column(_("Partner"), orderable=True, order_by=("partner__name", "pk"))

    class Meta(Table.Meta):
        sequence = ("title", "partner", "...")

    usual = ("partner", "kind", "trade", "how_much", "where", "until", "state")
    fixed = ("title",)


class PlaceTable(OfferTable):
    caption = _("Places")
    empty_text = _("No places here yet.")

    title = django_tables2.Column(
        _("Place on offer"),
        orderable=True,
        order_by=("title", "pk"),
        linkify=("place-detail", {"pk": django_tables2.A("pk")}),
    )
    contractor = django_tables2.Column(
        _("Contractor"), orderable=True, order_by=("contractor__name_folded", "pk")
    )

    class Meta(Table.Meta):
        sequence = ("title", "contractor", "...")

    usual = ("contractor", "kind", "trade", "how_much", "where", "until", "state")
    fixed = ("title",)


# --- matches --------------------------------------------------------------------------------------


class MatchFilterSet(FilterSet):
    state = ChoicesFilter(label=_("State"), choices=MatchState.choices)


class MatchTable(Table):
    caption = _("Matches")
    empty_text = _("No matches here yet.")

    what = django_tables2.Column(
        _("What"), accessor="of", linkify=("match-detail", {"pk": django_tables2.A("pk")})
    )
    contractor = django_tables2.Column(
        _("For"), orderable=True, order_by=("contractor__name_folded", "pk")
    )
    how_much = django_tables2.Column(
        _("How much"), accessor="pk", attrs={"td": {"class": "num nowrap"}}
    )
    first_day = django_tables2.Column(
        _("From"), orderable=True, order_by=("first_day", "pk"), attrs=ON_ONE_LINE
    )
    state = django_tables2.Column(_("State"), orderable=True, order_by=("state", "-pk"))

    class Meta(Table.Meta):
        pass

    def render_contractor(self, record: Any) -> Any:
        return format_html(
            "<span>{}<small>{}</small></span>", record.contractor, record.contract.title
        )

    def render_how_much(self, record: Any) -> str:
        return how_much(record)

    def render_first_day(self, value: Any) -> str:
        return short_date(value)

    def render_state(self, record: Any) -> Any:
        return status_tag(LOOKS[MatchState(record.state)], state_words(record))
