"""The desk: contracts that can use something, the most pressed first; and what fits one of them."""

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
    what_fits,
    with_what_is_asked,
)
from placements.matching.words import LOOKS, state_words
from placements.models import Match, MatchState, Need, OfferState, Place
from placements.standing.kept import in_step, of_status, progress_kept
from placements.standing.words import status_tag
from sroi.access import Access, May, visible
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


class OfContract(DetailPage):
    """A contract of which one sees what fits, with all that is read of it for that."""

    model = Contract
    contract: Any

    def get_object(self, queryset: Any = None) -> Any:
        rows = seen_here(self.request.access).filter(pk=self.kwargs["pk"])
        found = with_what_is_asked(rows, localdate())
        if not found:
            raise Http404
        return found[0]

    def may(self) -> bool:
        return may_see_what_fits(self.request.access, self.contract)


class WhatFits(OfContract):
    """What of the present needs would fill what is open: "what can I do?"."""

    template_name = "placements/what_fits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, today, contract = self.request.access, localdate(), self.contract
        needs = visible(Need, access).filter(
            region=contract.region_id, state=OfferState.OPEN, until__gte=today
        )
        rows = list(needs.select_related("partner", "municipality")[:MOST_OFFERS])
        matches = visible(Match, access).filter(contract=contract)
        theirs = list(matches.select_related("place", "need__partner", "contractor"))
        # What was declined for this contract is not proposed for it once more.
        taken = {match.need_id for match in theirs}
        fitting = what_fits([contract], rows, today)
        own = is_of_contractor(access, contract)
        return super().get_context_data(
            progress=progress_kept([contract], today)[contract.pk],
            found=[one for one in fitting if one.need.pk not in taken][:SHOWN],
            matches=[(match, tag(match)) for match in theirs],
            may_offer=own,
            may_propose=own or may_broker(access, contract.region_id),
            back=self.back(own),
            **kwargs,
        )

    def back(self, own: bool) -> tuple[str, str]:
        if own:
            return reverse("contract-detail", args=[self.contract.pk]), self.contract.title
        return reverse("desk"), _("Desk")


class WhatElse(OfContract):
    """Beside needs: the open places, and recognised firms to buy from."""

    template_name = "placements/what_else.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_places = visible(Place, self.request.access).filter(state=OfferState.OPEN)
        return super().get_context_data(
            places=open_places.filter(contracts=self.contract),
            supply=supply_for(self.contract, localdate()),
            **kwargs,
        )


def tag(match: Match) -> Any:
    return status_tag(LOOKS[MatchState(match.state)], state_words(match))


def waiting_for(access: Access) -> list[tuple[Match, Any]]:
    """The matches that this person is asked to answer, each with how it stands."""
    asked = Q(pk__in=[])
    for grant in access.grants_for(May.FULFIL):
        of_firm = {"region": grant.region_id, "contractor": grant.contractor_id}
        asked |= Q(contractor_agreed_at=None, **of_firm)
    for grant in access.grants_for(May.OFFER):
        asked |= Q(need__partner=grant.partner_id, other_agreed_at=None)
    rows = visible(Match, access).filter(asked, state__in=WAITING)
    found = rows.select_related("place", "need__partner", "contractor", "contract")
    return [(match, tag(match)) for match in found]
