"""Needs of partners and places of contractors: the lists, one of them, telling and closing it."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract, Partner, PartnerState
from placements.matching import door
from placements.matching.forms import (
    CandidateForm,
    NeedForm,
    PlaceForm,
    ProposeNeedForm,
    usual_term,
)
from placements.matching.lists import NeedFilterSet, NeedTable, PlaceFilterSet, PlaceTable
from placements.matching.planning import place_from_plan
from placements.matching.rights import (
    at_the_desk,
    is_of_partner,
    may_broker,
    may_close,
    of_own_firm,
)
from placements.matching.trades import trade_of_cpv
from placements.matching.views.desk import tag, waiting_for
from placements.matching.wanting import SHOWN, what_fits, with_what_is_asked
from placements.matching.words import rows_of_offer
from placements.matching.worth import blocks_for
from placements.models import Match, Need, OfferState, Place
from sroi.access import May, visible
from sroi.fields import is_key
from sroi.lists.desk import Desk
from sroi.views import ConfirmPage, DetailPage, FormPage, ForWhoMay, ListPage, OfOne, act_of

SEES_OFFERS = (May.SEE_DESK, May.FULFIL, May.OFFER)
SEES_PLACES = (May.SEE_DESK, May.FULFIL)


class OfferList(ForWhoMay, Desk, ListPage):
    template_name = "placements/offer_list.html"
    related: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset().select_related("municipality", *self.related)
        return found.order_by("-state", "until", "pk")


class NeedList(OfferList):
    capabilities = SEES_OFFERS
    model = Need
    filterset_class = NeedFilterSet
    table_class = NeedTable
    heading = gettext_lazy("Needs")
    address = "need-list"
    related = ("partner",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.request.access.may(May.OFFER)
        return super().get_context_data(
            new_url=reverse("need-new") if own else "",
            new_label=_("Tell a need"),
            lead=_("What you need, and which contractors want to help.") if own else "",
            waiting=waiting_for(self.request.access) if own else (),
            **kwargs,
        )


class PlaceList(OfferList):
    capabilities = SEES_PLACES
    model = Place
    filterset_class = PlaceFilterSet
    table_class = PlaceTable
    heading = gettext_lazy("Places")
    address = "place-list"
    related = ("contractor",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.request.access.may(May.FULFIL)
        return super().get_context_data(
            new_url=reverse("place-new") if own else "", new_label=_("Offer a place"), **kwargs
        )


# --- telling --------------------------------------------------------------------------------------


class NewNeed(ForWhoMay, FormPage):
    capabilities = (May.OFFER,)
    heading = gettext_lazy("Tell a need")
    action = gettext_lazy("Tell it")
    form_class: Any = NeedForm
    back_url: Any = reverse_lazy("need-list")
    back_label: Any = gettext_lazy("Needs")

    @cached_property
    def partners(self) -> Any:
        found = visible(Partner, self.request.access).filter(state=PartnerState.IN)
        own = [g.partner_id for g in self.request.access.grants_for(May.OFFER)]
        return found.filter(pk__in=own)

    def get_form_kwargs(self) -> dict[str, Any]:
        access = self.request.access
        regions = sorted({partner.region_id for partner in self.partners})
        return super().get_form_kwargs() | {
            "access": access,
            "regions": regions,
            "partners": self.partners,
        }

    def get_initial(self) -> dict[str, Any]:
        today = localdate()
        return usual_term(today, today.replace(year=today.year + 1, day=1))

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        self.made = door.tell_need(
            form.of(),
            form.of_offer(),
            given["kind"],
            self.request.access,
            act_of(self.request),
            amount=given["amount"],
            hours=given["hours"],
        )
        return _("It stands on the list. Contractors for whom it fits see it first.")

    def get_success_url(self) -> str:
        return reverse("need-detail", args=[self.made.pk])


class OfNeed(OfOne):
    model = Need
    need: Need
    related: tuple[str, ...] = ("partner", "municipality")
    heading: Any = property(lambda self: self.need.title)
    back_label: Any = property(lambda self: self.need.title)

    @property
    def back_url(self) -> str:
        return reverse("need-detail", args=[self.need.pk])


class ChangeNeed(OfNeed, FormPage):
    form_class: Any = NeedForm

    def may(self) -> bool:
        return may_close(self.request.access, self.need)

    def closed(self) -> HttpResponse | None:
        return None if self.need.state == OfferState.OPEN else redirect(self.back_url)

    def get_form(self, form_class: Any = None) -> Any:
        """What kind it is stays: by that its matches count."""
        form = super().get_form(form_class)
        form.fields["kind"].disabled = True
        return form

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = visible(Partner, self.request.access).filter(pk=self.need.partner_id)
        return super().get_form_kwargs() | {
            "access": self.request.access,
            "regions": [self.need.region_id],
            "partners": mine,
        }

    def get_initial(self) -> dict[str, Any]:
        need = self.need
        names = ("title", "trade", "about", "municipality", "first_day", "until")
        more = ("kind", "hours", "amount", "partner")
        return {name: getattr(need, name) for name in (*names, *more)}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        amounts = {"amount": given["amount"], "hours": given["hours"]}
        door.change_need(self.need, form.of_offer(), self.request.access, **amounts)
        return _("Changed. What was agreed already stays as it was agreed.")


class NewPlace(ForWhoMay, FormPage):
    """Empty, or with `?contract=` as the action plan and the contract have it: one press more."""

    capabilities = (May.FULFIL,)
    heading = gettext_lazy("Offer a place")
    action = gettext_lazy("Offer it")
    form_class: Any = PlaceForm
    back_url: Any = reverse_lazy("place-list")
    back_label: Any = gettext_lazy("Places")

    @cached_property
    def contracts(self) -> Any:
        own = of_own_firm(self.request.access).values("pk")
        found = visible(Contract, self.request.access).filter(pk__in=own)
        return found.order_by("end_date", "pk")

    @cached_property
    def asked_for(self) -> Contract | None:
        asked = self.request.GET.get("contract", "")
        found: Contract | None = self.contracts.filter(pk=asked).first() if is_key(asked) else None
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        access = self.request.access
        return super().get_form_kwargs() | {
            "access": access,
            "regions": sorted(access.regions_where(May.FULFIL)),
            "contracts": self.contracts,
        }

    def get_initial(self) -> dict[str, Any]:
        contract, today = self.asked_for, localdate()
        if contract is None:
            only = list(self.contracts[:2])
            return {"contracts": only} if len(only) == 1 else {}
        return {
            "contracts": [contract],
            "trade": trade_of_cpv(contract.cpv),
            **usual_term(today, contract.last_counted_day),
            **place_from_plan(contract, today),
        }

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        self.made = door.offer_place(
            list(given["contracts"]),
            form.of_offer(),
            given["kind"],
            given["hours_per_week"],
            self.request.access,
            act_of(self.request),
            asked=given["asked"],
            how_many=given["how_many"],
        )
        return _("The place stands on the list. Account managers propose candidates.")

    def get_success_url(self) -> str:
        return reverse("place-detail", args=[self.made.pk])


class OfPlace(OfOne):
    model = Place
    place: Place
    related: tuple[str, ...] = ("contractor", "municipality")
    heading: Any = property(lambda self: self.place.title)
    back_label: Any = property(lambda self: self.place.title)

    @property
    def back_url(self) -> str:
        return reverse("place-detail", args=[self.place.pk])


# --- one of them ----------------------------------------------------------------------------------


class NeedPage(OfNeed, DetailPage):
    """With its matches, and for who sees the desk the contracts that it fits."""

    template_name = "placements/offer.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, need, today = self.request.access, self.need, localdate()
        seen = at_the_desk(access) | of_own_firm(access)
        is_open = need.state == OfferState.OPEN and need.until >= today
        own = is_of_partner(access, need.partner)
        contracts = with_what_is_asked(seen.filter(region=need.region_id), today) if is_open else []
        found = what_fits(contracts, [need], today)
        matches = visible(Match, access).filter(need=need)
        theirs = list(matches.select_related("need__partner", "place", "contractor", "contract"))
        taken = {match.contract_id for match in theirs}
        return super().get_context_data(
            rows=rows_of_offer(need),
            is_open=is_open,
            found=[one for one in found if one.contract.pk not in taken][:SHOWN],
            shows_found=not own,
            matches=[(match, tag(match)) for match in theirs],
            propose_url=reverse("need-propose", args=[need.pk]),
            may_propose=is_open and bool(found) and not own,
            change_url=reverse("need-change", args=[need.pk]) if is_open and own else "",
            close_url=self.close_url(own),
            list_url=reverse("need-list"),
            list_label=_("Needs"),
            **kwargs,
        )

    def close_url(self, own: bool) -> str:
        open_now = own and self.need.state == OfferState.OPEN
        return reverse("need-close", args=[self.need.pk]) if open_now else ""


class PlacePage(OfPlace, DetailPage):
    template_name = "placements/offer.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, place = self.request.access, self.place
        is_open = place.state == OfferState.OPEN
        matches = visible(Match, access).filter(place=place)
        theirs = matches.select_related("place", "need", "contractor", "contract")
        close_url = reverse("place-close", args=[place.pk])
        return super().get_context_data(
            rows=rows_of_offer(place),
            is_open=is_open,
            matches=[(match, tag(match)) for match in theirs],
            propose_url=reverse("place-propose", args=[place.pk]),
            may_propose=is_open and may_broker(access, place.region_id),
            close_url=close_url if is_open and may_close(access, place) else "",
            list_url=reverse("place-list"),
            list_label=_("Places"),
            **kwargs,
        )


class Close(ConfirmPage):
    question = gettext_lazy("Offer this no more?")
    action = gettext_lazy("Close")
    consequence = gettext_lazy("What was agreed goes on. It cannot be opened again.")
    object: Any
    request: Any

    def may(self) -> bool:
        return may_close(self.request.access, self.object)

    def goes(self) -> list[tuple[Any, Any]]:
        return rows_of_offer(self.object)

    def closed(self) -> HttpResponse | None:
        return None if self.object.state == OfferState.OPEN else redirect(str(self.back_url))

    def do(self, form: Any) -> str:
        door.close(self.object, self.request.access, act_of(self.request))
        return _("It is closed.")


class CloseNeed(OfNeed, Close):
    def may(self) -> bool:
        return Close.may(self)


class ClosePlace(OfPlace, Close):
    def may(self) -> bool:
        return Close.may(self)


# --- proposing ------------------------------------------------------------------------------------


class ProposeNeed(OfNeed, FormPage):
    """A contractor wants to do it for a contract of theirs; an account manager proposes it."""

    form_class: Any = ProposeNeedForm
    template_name = "placements/propose.html"

    def may(self) -> bool:
        access, region = self.request.access, self.need.region_id
        own = access.may(May.FULFIL, region_id=region)
        return own or may_broker(access, region)

    @property
    def action(self) -> str:
        own = self.request.access.may(May.FULFIL, region_id=self.need.region_id)
        return _("We want to do this") if own else _("Propose to both")

    def closed(self) -> HttpResponse | None:
        return None if self.need.state == OfferState.OPEN else redirect(self.back_url)

    @cached_property
    def contracts(self) -> Any:
        """Own ones, or of the desk; those are chosen from though they are not seen otherwise."""
        access, region = self.request.access, self.need.region_id
        own = of_own_firm(access) if access.may(May.FULFIL, region_id=region) else None
        found = at_the_desk(access) if own is None else own
        return found.filter(region=region, table__isnull=False).order_by("end_date", "pk")

    @cached_property
    def asked_for(self) -> Any:
        asked = self.request.GET.get("contract", "")
        return self.contracts.filter(pk=asked).first() if is_key(asked) else None

    def get_form_kwargs(self) -> dict[str, Any]:
        contracts = self.contracts.select_related("contractor", "region", "policy", "table")
        return super().get_form_kwargs() | {
            "contracts": contracts.prefetch_related("table__blocks"),
            "need": self.need,
        }

    def get_initial(self) -> dict[str, Any]:
        need, today = self.need, localdate()
        return {
            "contract": self.asked_for or self.contracts.first(),
            "hours": need.hours,
            "amount": need.amount,
            "first_day": max(need.first_day, today),
            "until": need.until,
        }

    def do(self, form: Any) -> str:
        contract, terms = form.of()
        access, act = self.request.access, act_of(self.request)
        self.made = door.propose_need(self.need, contract, terms, access, act)
        return _("Proposed. You read the answer on this page.")

    def get_success_url(self) -> str:
        return reverse("match-detail", args=[self.made.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=rows_of_offer(self.need), **kwargs)


class ProposeCandidate(OfPlace, FormPage):
    form_class: Any = CandidateForm
    template_name = "placements/propose.html"
    action = gettext_lazy("Propose to the contractor")

    def may(self) -> bool:
        return may_broker(self.request.access, self.place.region_id)

    def closed(self) -> HttpResponse | None:
        return None if self.place.state == OfferState.OPEN else redirect(self.back_url)

    def get_form_kwargs(self) -> dict[str, Any]:
        of_firm = {"places": self.place, "contractor": self.place.contractor_id}
        theirs = at_the_desk(self.request.access).filter(**of_firm)
        contracts = with_what_is_asked(theirs.order_by("end_date", "pk"), localdate())
        choices = [(c, block) for c in contracts for block in blocks_for(c, self.place)]
        return super().get_form_kwargs() | {"choices": choices}

    def get_initial(self) -> dict[str, Any]:
        place, today = self.place, localdate()
        return {
            "hours_per_week": place.hours_per_week,
            "first_day": max(place.first_day, today),
            "until": place.until,
        }

    def do(self, form: Any) -> str:
        access, act = self.request.access, act_of(self.request)
        contract, block, reference, terms = form.of()
        self.made = door.propose_candidate(
            self.place, contract, block, reference, terms, access, act
        )
        return _("Proposed. You read the answer on this page.")

    def get_success_url(self) -> str:
        return reverse("match-detail", args=[self.made.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=rows_of_offer(self.place), **kwargs)
