"""Matches: the list, one of them with what one can do now, and each of those acts."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.matching import door
from placements.matching.forms import DeclineForm, EndForm, StartForm
from placements.matching.lists import MatchFilterSet, MatchTable
from placements.matching.rights import Side, is_of_contractor, may_broker, sides_of
from placements.matching.views.desk import tag, waiting_for
from placements.matching.views.offers import SEES_OFFERS
from placements.matching.words import rows_of_match, waits_for
from placements.models import Match, MatchState
from placements.rights import may_see_fulfilments
from sroi.access import May, visible
from sroi.lists.desk import Desk
from sroi.views import (
    ButtonPage,
    DetailPage,
    FormPage,
    ForWhoMay,
    Happening,
    ListPage,
    OfOne,
    act_of,
)

RELATED = ("need__partner", "place", "contractor", "contract__policy", "contract__table", "block")


class MatchList(ForWhoMay, Desk, ListPage):
    capabilities = SEES_OFFERS
    model = Match
    filterset_class = MatchFilterSet
    table_class = MatchTable
    heading = gettext_lazy("Matches")
    template_name = "placements/offer_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset()
        return found.select_related("need__partner", "place", "contractor", "contract")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        answers = access.may(May.FULFIL, May.OFFER)
        waiting = waiting_for(access) if answers else ()
        return super().get_context_data(waiting=waiting, **kwargs)


class OfMatch(OfOne):
    model = Match
    match: Match
    related: tuple[str, ...] = RELATED
    heading: Any = property(lambda self: self.match.of.title)
    back_label: Any = property(lambda self: self.match.of.title)

    @property
    def back_url(self) -> str:
        return reverse("match-detail", args=[self.match.pk])

    @property
    def sides(self) -> list[Side]:
        return sides_of(self.request.access, self.match)

    @property
    def may_say_no(self) -> bool:
        access, match = self.request.access, self.match
        mine = match.proposed_by_id == access.user_id and may_broker(access, match.region_id)
        return bool(self.sides) or mine


class MatchPage(OfMatch, DetailPage):
    template_name = "placements/match.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, match = self.request.access, self.match
        events = match.events.select_related("by").order_by("-pk")
        own = is_of_contractor(access, match.contract)
        sees_claim = match.fulfilment_id and may_see_fulfilments(access, match.contract)
        return super().get_context_data(
            tag=tag(match),
            rows=rows_of_match(match, access),
            may_agree=bool(set(waits_for(match)) & set(self.sides)),
            may_decline=self.may_say_no and match.state in door.BEFORE_IT_RUNS,
            may_start=own and match.state == MatchState.AGREED,
            may_plan=own and match.state == MatchState.AGREED and not match.in_plan,
            may_end=bool(self.sides) and match.state == MatchState.RUNNING,
            fulfilment=match.fulfilment if sees_claim else None,
            offer_url=self.offer_url(),
            events=[Happening(e.get_what_display(), e.at, e.by, e.why) for e in events],
            **kwargs,
        )

    def offer_url(self) -> str:
        """Where one sees what it is about: a need that was closed is seen by its partner only."""
        match = self.match
        page = "need-detail" if match.need else "place-detail"
        seen = visible(type(match.of), self.request.access).filter(pk=match.of.pk).exists()
        return reverse(page, args=[match.of.pk]) if seen else ""


class Agree(OfMatch, ButtonPage):
    def may(self) -> bool:
        return bool(self.sides)

    def do(self) -> str:
        door.agree(self.match, self.request.access, act_of(self.request))
        if self.match.state != MatchState.AGREED:
            return _("You agree. Now the other side is asked.")
        if self.match.in_plan:
            return _("Agreed by both. It stands in the action plan.")
        return _("Agreed by both.")


class Decline(OfMatch, FormPage):
    form_class: Any = DeclineForm
    action = gettext_lazy("Decline")

    def may(self) -> bool:
        return self.may_say_no

    def closed(self) -> HttpResponse | None:
        open_now = self.match.state in door.BEFORE_IT_RUNS
        return None if open_now else redirect(self.back_url)

    def do(self, form: Any) -> str:
        act = act_of(self.request, form.cleaned_data["why"])
        door.decline(self.match, form.cleaned_data["why_not"], self.request.access, act)
        return _("Declined. The reason helps the next proposal.")


class IntoPlan(OfMatch, ButtonPage):
    def may(self) -> bool:
        return is_of_contractor(self.request.access, self.match.contract)

    def do(self) -> str:
        door.into_plan(self.match, self.request.access, act_of(self.request))
        return _("It stands in the action plan.")


class Start(OfMatch, FormPage):
    """It runs: on to the draft of the claim, in which only what nobody could know is asked."""

    form_class: Any = StartForm
    action = gettext_lazy("It started: make the fulfilment")

    def may(self) -> bool:
        return is_of_contractor(self.request.access, self.match.contract)

    def closed(self) -> HttpResponse | None:
        return None if self.match.state == MatchState.AGREED else redirect(self.back_url)

    def get_initial(self) -> dict[str, Any]:
        return {"on": localdate()}

    def do(self, form: Any) -> str:
        access, act = self.request.access, act_of(self.request)
        self.made = door.start(self.match, form.cleaned_data["on"], access, act)
        return _("The fulfilment is there as a draft, with what was agreed. Fill in the rest.")

    def get_success_url(self) -> str:
        return reverse("fulfilment-details", args=[self.made.pk])


class End(OfMatch, FormPage):
    form_class: Any = EndForm
    action = gettext_lazy("It ended")

    def may(self) -> bool:
        return bool(self.sides)

    def closed(self) -> HttpResponse | None:
        return None if self.match.state == MatchState.RUNNING else redirect(self.back_url)

    def get_initial(self) -> dict[str, Any]:
        return {"on": localdate()}

    def do(self, form: Any) -> str:
        given, act = form.cleaned_data, act_of(self.request)
        door.end(self.match, given["on"], given["came"], self.request.access, act)
        return _("Thank you: noted what came of it.")
