"""The desk: contracts that can use something, the most pressed first; and what fits one of them."""

from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract
from placements.matching.lists import SHORT, DeskFilterSet, DeskTable
from placements.matching.rights import (
    at_the_desk,
    is_of_contractor,
    may_broker,
    may_see_what_fits,
    seen_here,
)
from placements.matching.wanting import (
    MOST_OFFERS,
    SHOWN,
    supply_for,
    wanted_of,
    what_fits,
    with_what_is_asked,
)
from placements.matching.words import LOOKS, state_words
from placements.models import Match, MatchState, Need, OfferState, Place
from placements.standing.kept import in_step, of_status, progress_kept
from placements.standing.words import status_tag
from sroi.access import May, visible
from sroi.lists.desk import Desk
from sroi.views import DetailPage, ForWhoMay, ListPage

WAITING = (MatchState.OPEN, MatchState.ANSWERED)


def counted(path: str, states: Any) -> Count:
    return Count(path, filter=Q(**{f"{path}__state__in": states}), distinct=True)


class DeskBoard(ForWhoMay, Desk, ListPage):
    """By urgency; who sees no contract otherwise sees here what it is, and no more."""

    capabilities = (May.SEE_DESK,)
    model = Contract
    filterset_class = DeskFilterSet
    table_class = DeskTable
    heading = gettext_lazy("Desk")
    template_name = "placements/desk.html"
    address = "desk"
    first_order = "status"

    def get_queryset(self) -> QuerySet[Any]:
        contracts, today = at_the_desk(self.request.access), localdate()
        in_step(contracts, today)
        found = of_status(contracts, [s.value for s in SHORT], today, is_in_step=True)
        found = found.order_by("end_date", "pk")
        return found.select_related("contractor", "policy", "standing").annotate(
            places_open=counted("places", [OfferState.OPEN]),
            matches_open=counted("matches", WAITING),
        )

    def prepare(self, rows: list[Any]) -> None:
        progress = progress_kept(rows, localdate())
        for contract in rows:
            contract.progress = progress[contract.pk]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = visible(Match, self.request.access).filter(state__in=WAITING)
        return super().get_context_data(matches_waiting=mine.count(), **kwargs)


class WhatFits(DetailPage):
    """What of the present needs, places and firms would fill what is open: "what can I do?"."""

    model = Contract
    template_name = "placements/what_fits.html"
    contract: Contract

    def get_queryset(self) -> QuerySet[Any]:
        return seen_here(self.request.access).select_related("region", "policy")

    def may(self) -> bool:
        return may_see_what_fits(self.request.access, self.contract)

    @cached_property
    def looked_up(self) -> Any:
        """With all that is read of it here."""
        rows = seen_here(self.request.access).filter(pk=self.contract.pk)
        found = with_what_is_asked(rows, localdate())
        if not found:
            raise Http404
        return found[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, today, contract = self.request.access, localdate(), self.looked_up
        needs = visible(Need, access).filter(
            region=contract.region_id, state=OfferState.OPEN, until__gte=today
        )
        rows = list(needs.select_related("partner", "municipality")[:MOST_OFFERS])
        _wanted, progress = wanted_of([contract], today)
        matches = visible(Match, access).filter(contract=contract)
        theirs = list(matches.select_related("place", "need__partner", "contractor"))
        taken = {match.need_id for match in theirs if match.state != MatchState.DECLINED}
        fitting = what_fits([contract], rows, today)
        own = is_of_contractor(access, contract)
        return super().get_context_data(
            progress=progress[contract.pk],
            found=[one for one in fitting if one.need.pk not in taken][:SHOWN],
            supply=supply_for(contract, today),
            places=visible(Place, access).filter(contracts=contract, state=OfferState.OPEN),
            matches=[(match, tag(match)) for match in theirs],
            may_offer=own,
            may_propose=own or may_broker(access, contract.region_id),
            sees_contract=own or access.may(May.SEE_REGION, region_id=contract.region_id),
            back=self.back(own),
            **kwargs,
        )

    def back(self, own: bool) -> tuple[str, str]:
        if own:
            return reverse("contract-detail", args=[self.contract.pk]), self.contract.title
        return reverse("desk"), _("Desk")


def tag(match: Match) -> Any:
    return status_tag(LOOKS[MatchState(match.state)], state_words(match))
