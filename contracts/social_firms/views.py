"""Social firms: the directory for everyone, the register of the adviser, and proposing one by a
contractor.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.models import FirmProposal, ProposalState, Recognition, Region, SocialFirm
from contracts.social_firms import door as firms
from contracts.social_firms.forms import (
    DeclineFirmForm,
    EndRecognitionForm,
    FactsForm,
    NewFirmForm,
    ProposeFirmForm,
    RecogniseForm,
    RenewForm,
    TakeBackForm,
)
from contracts.social_firms.lists import (
    FirmFilterSet,
    FirmTable,
    RecognisedFirmFilterSet,
    RecognisedFirmTable,
    RecognitionRows,
    period_in_words,
)
from contracts.social_firms.recognition import (
    may_describe,
    may_propose,
    may_recognise,
    may_see_register,
    parties,
    public_firms,
)
from sroi.access import May, visible
from sroi.doors import Refused, key_of
from sroi.fields import is_key
from sroi.history.versions import versions
from sroi.lists import COUNTED
from sroi.lists.desk import Desk, PickedRows
from sroi.views import ConfirmPage, FormPage, ForWhoMay, ListPage, OfOne, Request, RowsFile, act_of

FACTS = ("name", "place", "offers", "website")


# --- for everyone ---------------------------------------------------------------------------------


@method_decorator(login_not_required, name="dispatch")
class SocialFirmList(ListPage):
    """To find a firm to buy from: those that an adviser marked public, with what they are
    recognised as.
    """

    http_method_names = ("get", "head", "options")
    model = SocialFirm
    filterset_class = FirmFilterSet
    table_class = FirmTable
    heading = gettext_lazy("Social firms")
    template_name = "contracts/firm_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        return public_firms(localdate())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        return super().get_context_data(
            may_propose=may_propose(access),
            may_see_register=may_see_register(access),
            **kwargs,
        )


# --- the contractor -------------------------------------------------------------------------------


class Propose(FormPage):
    """A firm that the contractor knows and that is not in the register; with what became of earlier
    proposals.
    """

    template_name = "contracts/firm_propose.html"
    heading = gettext_lazy("Propose a social firm")
    form_class = ProposeFirmForm
    refused_at = "kvk"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_propose(request.access):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        asked = {
            name: self.request.GET.get(name, "").replace("\0", "")[:200] for name in ("name", "kvk")
        }
        return {name: text for name, text in asked.items() if text}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"parties": parties(self.request.access)}

    def do(self, form: Any) -> str:
        region, contractor = form.parties[form.cleaned_data["party"]]
        names = (*FACTS, "kvk", "kind", "valid_from", "valid_until", "why")
        given = {name: form.cleaned_data[name] for name in names}
        firms.propose(
            FirmProposal(region=region, contractor=contractor, **given), act_of(self.request)
        )
        return _("Proposed. The adviser looks it up; you read the answer on this page.")

    @property
    def back(self) -> str:
        """The address of this site from which one came, if any."""
        asked = self.request.POST.get("next") or self.request.GET.get("next") or ""
        return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""

    @property
    def back_url(self) -> str:
        return self.back or reverse("social-firm-list")

    def get_success_url(self) -> str:
        return self.back or reverse("social-firm-propose")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = visible(FirmProposal, self.request.access).select_related("region").order_by("-pk")
        return super().get_context_data(proposals=list(mine[:50]), back=self.back, **kwargs)


# --- the register ---------------------------------------------------------------------------------


class RegisterList(ForWhoMay, Desk, ListPage):
    """Every firm that the region recognises or recognised, and the proposals that wait for an
    answer.
    """

    capabilities = (May.SEE_REGION,)
    model = SocialFirm
    filterset_class = RecognisedFirmFilterSet
    table_class = RecognisedFirmTable
    heading = gettext_lazy("Register of social firms")
    template_name = "contracts/firm_register.html"
    address = "social-firm-register"
    file_page = "social-firm-file"
    file_may = capabilities

    def picks(self) -> tuple[tuple[str, Any], ...]:
        acts = (
            ((May.RECOGNISE,), reverse("social-firms-renew"), _("Renew")),
            ((May.RECOGNISE,), reverse("social-firms-publish"), _("Show in the directory")),
            ((May.RECOGNISE,), reverse("social-firms-hide"), _("Take out of the directory")),
            (self.file_may, reverse(self.file_page, args=["xlsx"]), _("Export to Excel")),
        )
        return tuple((url, word) for may, url, word in acts if self.request.access.may(*may))

    def get_queryset(self) -> QuerySet[Any]:
        own = visible(Recognition, self.request.access).filter(revoked_at=None)
        found = super().get_queryset().filter(pk__in=own.order_by().values("firm"))
        return found.prefetch_related(Prefetch("recognitions", own, to_attr="own")).order_by(
            "name_folded", "pk"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = visible(FirmProposal, self.request.access).filter(state=ProposalState.OPEN)
        recognises = may_recognise(self.request.access)
        return super().get_context_data(
            may_recognise=recognises,
            proposals=list(waiting.select_related("contractor")[:50]) if recognises else [],
            **kwargs,
        )


class RegisterFile(RowsFile, RegisterList):
    file_name = gettext_lazy("social-firms")
    rows_table = RecognitionRows

    def rows_of(self, firms: QuerySet[Any]) -> QuerySet[Any]:
        own = visible(Recognition, self.request.access).filter(revoked_at=None, firm__in=firms)
        return own.select_related("firm").order_by("firm__name_folded", "firm", "valid_from", "pk")


class OfPickedFirms(PickedRows, ForWhoMay, ConfirmPage):
    """The recognitions of one's own regions of the firms that were picked in the register: which
    ones it is done with, and then one button.
    """

    capabilities = (May.RECOGNISE,)
    is_dangerous = False
    list_name = "social-firm-register"
    model = SocialFirm
    filters = RecognisedFirmFilterSet
    back_label = gettext_lazy("Register of social firms")
    back_url: Any = property(lambda self: self.list_url)

    def can(self, recognition: Recognition) -> bool:
        raise NotImplementedError

    def act_on(self, recognition: Recognition, form: Any) -> None:
        raise NotImplementedError

    @cached_property
    def picked(self) -> list[int]:
        return list(self.picked_rows.order_by("pk").values_list("pk", flat=True)[: COUNTED + 1])

    @cached_property
    def recognitions(self) -> list[Recognition]:
        own = visible(Recognition, self.request.access).filter(
            region__in=self.request.access.regions_where(May.RECOGNISE), revoked_at=None
        )
        rows = own.filter(firm__in=self.picked).select_related("firm")
        found = rows.order_by("firm__name_folded", "firm", "valid_from", "pk")
        return [recognition for recognition in found if self.can(recognition)]

    def closed(self) -> HttpResponse | None:
        if self.recognitions and len(self.picked) <= COUNTED:
            return None
        if len(self.picked) > COUNTED:
            told = _("At most %(number)s firms at once. Narrow the list with the filters.")
            messages.error(self.request, told % {"number": COUNTED})
        elif self.picked:
            messages.error(self.request, _("There is nothing to do for these firms."))
        else:
            messages.error(self.request, _("Tick the firms that it is about first."))
        return redirect(self.back_url)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.closed() or super().post(request, *args, **kwargs)

    def goes(self) -> list[tuple[Any, Any]]:
        return [
            (each.firm.name, f"{capfirst(each.get_kind_display())}, {period_in_words(each)}")
            for each in self.recognitions
        ]

    @property
    def edition(self) -> str:
        return key_of(*(each.pk for each in self.recognitions))

    def do(self, form: Any) -> str:
        number = 0
        for recognition in self.recognitions:
            try:
                self.act_on(recognition, form)
            except Refused:
                continue  # somebody was first, or it cannot be: it stays as it is
            number += 1
        return ngettext(
            "Done for %(number)s recognition.", "Done for %(number)s recognitions.", number
        ) % {"number": number}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(send_to=self.request.get_full_path(), **kwargs)


class RenewFirms(OfPickedFirms):
    heading = gettext_lazy("Renew recognitions")
    question = gettext_lazy("Renew these recognitions?")
    action = gettext_lazy("Renew")
    consequence = gettext_lazy(
        "Each holds until the day that you choose. One that holds longer already stays as it is."
    )
    form_class = RenewForm

    def can(self, recognition: Recognition) -> bool:
        return recognition.valid_until is not None and recognition.valid_until >= localdate()

    def act_on(self, recognition: Recognition, form: Any) -> None:
        given = form.cleaned_data
        firms.renew(recognition, given["last"], act_of(self.request, given["why"]))


class PublishFirms(OfPickedFirms):
    heading = gettext_lazy("Show in the directory")
    question = gettext_lazy("Show these firms to everyone?")
    action = gettext_lazy("Show in the directory")
    consequence = gettext_lazy("They stand in the directory of social firms, for everyone to read.")
    is_public = True

    def can(self, recognition: Recognition) -> bool:
        return recognition.is_public != self.is_public and recognition.holds_on(localdate())

    def act_on(self, recognition: Recognition, form: Any) -> None:
        firms.publish(recognition, self.is_public, act_of(self.request))


class HideFirms(PublishFirms):
    heading = gettext_lazy("Take out of the directory")
    question = gettext_lazy("Take these firms out of the directory?")
    action = gettext_lazy("Take out of the directory")
    consequence = gettext_lazy("They stay recognised, and stand in the register of the region.")
    is_public = False


class Recognise(ForWhoMay, FormPage):
    capabilities = (May.RECOGNISE,)
    template_name = "contracts/firm_recognise.html"
    action = gettext_lazy("Recognise")
    proposal: FirmProposal | None = None

    def do(self, form: Any) -> str:
        region = self.proposal.region if self.proposal else form.cleaned_data["region"]
        number, act = form.cleaned_data["kvk"], act_of(self.request)
        self.made = firms.recognise(
            region, number, form.facts, form.terms, act, proposal=self.proposal
        )
        return _("Recognised.")

    def get_success_url(self) -> str:
        return reverse("social-firm-detail", args=[self.made.firm_id])


class NewFirm(Recognise):
    """A firm to recognise; `?firm=` gives a firm that is known already another recognition."""

    form_class = NewFirmForm

    @cached_property
    def known(self) -> SocialFirm | None:
        pk = self.request.GET.get("firm", "")
        rows = visible(SocialFirm, self.request.access)
        return get_object_or_404(rows, pk=pk) if is_key(pk) else None

    @property
    def heading(self) -> str:
        return (
            _("Recognise %(firm)s") % {"firm": self.known}
            if self.known
            else _("Recognise a social firm")
        )

    @property
    def back_url(self) -> str:
        known = self.known
        return (
            reverse("social-firm-detail", args=[known.pk])
            if known
            else reverse("social-firm-register")
        )

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.known, name) for name in ("kvk", *FACTS)} if self.known else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = self.request.access.regions_where(May.RECOGNISE)
        return super().get_form_kwargs() | {
            "regions": visible(Region, self.request.access).filter(pk__in=mine)
        }

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["kvk"].disabled = self.known is not None
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(known=self.known, **kwargs)


class Proposal(OfOne, Recognise):
    """A firm that a contractor proposed: recognise it, with what one found out, or decline with a
    reason.
    """

    model = FirmProposal
    related = ("contractor", "proposed_by", "answered_by")
    context_object_name = "proposal"
    proposal: FirmProposal
    template_name = "contracts/firm_proposal.html"
    form_class = RecogniseForm
    back_url = reverse_lazy("social-firm-register")

    def may(self) -> bool:
        return may_recognise(self.request.access, self.proposal.region_id)

    @property
    def heading(self) -> str:
        return _("Proposal: %(firm)s") % {"firm": self.proposal}

    def get_initial(self) -> dict[str, Any]:
        names = (*FACTS, "kvk", "kind", "valid_from", "valid_until")
        return {
            **{name: getattr(self.proposal, name) for name in names},
            "grounds": self.proposal.why,
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return (
            self.decline() if "decline" in request.POST else super().post(request, *args, **kwargs)
        )

    def decline(self) -> HttpResponse:
        form = DeclineFirmForm(self.request.POST)
        if not form.is_valid():
            typed = RecogniseForm(initial=self.request.POST.dict())
            return self.show(typed, 422, decline_form=form)
        try:
            firms.decline(self.proposal, act_of(self.request, form.cleaned_data["why"]))
            messages.success(self.request, _("Declined. The contractor reads why."))
        except Refused as fault:
            messages.error(self.request, str(fault))
        return redirect(self.back_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {
            "is_open": self.proposal.state == ProposalState.OPEN,
            "decline_form": DeclineFirmForm(),
        }
        return super().get_context_data(**{**about, **kwargs})


class SocialFirmDetail(ForWhoMay, OfOne, FormPage):
    """What is known of a firm, its recognitions in one's regions, and what happened to them."""

    capabilities = (May.SEE_REGION,)
    model = SocialFirm
    context_object_name = "firm"
    firm: SocialFirm
    template_name = "contracts/firm_detail.html"
    form_class = FactsForm

    def may(self) -> bool:
        """Everyone of the staff reads it; who may describe it changes it."""
        return self.request.method != "POST" or may_describe(self.request.access, self.firm)

    @property
    def back_url(self) -> str:
        return reverse("social-firm-detail", args=[self.firm.pk])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.firm, name) for name in FACTS}

    def starting_point(self) -> str:
        return firms.as_told(self.firm)

    def do(self, form: Any) -> str:
        firms.describe(self.firm, form.facts, act_of(self.request), shown=self.shown)
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, today = self.request.access, localdate()
        own = visible(Recognition, access).filter(firm=self.firm).select_related("region")
        told = [
            *visible(SocialFirm.history.model, access)
            .filter(id=self.firm.pk)
            .select_related("history_user"),
            *visible(Recognition.history.model, access)
            .filter(firm_id=self.firm.pk)
            .select_related("history_user"),
        ]
        return super().get_context_data(
            recognitions=[(r, r.holds_on(today)) for r in own],
            may_describe=may_describe(access, self.firm),
            several_regions=len({r.region_id for r in own}) > 1,
            events=happenings(told),
            **kwargs,
        )


def happenings(rows: list[Any]) -> list[Any]:
    """The versions of the firm and of each of its recognitions together, newest first."""
    records: dict[tuple[str, int], list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.history_date, row.history_id)):
        name = "recognition" if hasattr(row, "firm_id") else "firm"
        records.setdefault((name, row.id), []).append(row)
    told = [
        (
            replace(happening, what=f"{kept[0].get_kind_display()}: {happening.what}")
            if name == "recognition"
            else happening
        )
        for (name, _pk), kept in records.items()
        for happening in versions(kept)
    ]
    return sorted(told, key=lambda happening: happening.at, reverse=True)


class OneRecognition(ForWhoMay, OfOne):
    """One recognition: show it to everyone or not, let it end, or take it back because it was a
    mistake.
    """

    capabilities = (May.RECOGNISE,)
    model = Recognition
    related = ("firm",)
    recognition: Recognition

    def may(self) -> bool:
        return may_recognise(self.request.access, self.recognition.region_id)

    def get(self, request: Request, pk: int) -> HttpResponse:
        initial = {"last": self.recognition.valid_until}
        return self.show(EndRecognitionForm(initial=initial, auto_id="end_%s"), TakeBackForm())

    def post(self, request: Request, pk: int) -> HttpResponse:
        act = request.POST.get("act", "")
        end, take_back = EndRecognitionForm(auto_id="end_%s"), TakeBackForm()
        asked: Any = None
        if act == "take_back":
            asked = take_back = TakeBackForm(request.POST)
        elif act not in ("publish", "hide"):
            asked = end = EndRecognitionForm(request.POST, auto_id="end_%s")
        if asked and not asked.is_valid():
            return self.show(end, take_back, 422)
        try:
            self.do(act, asked.cleaned_data if asked else {})
        except Refused as fault:
            if asked:
                asked.add_error(None, str(fault))
                return self.show(end, take_back, 422)
            messages.error(request, str(fault))
        else:
            messages.success(request, _("Saved."))
        return redirect("social-firm-detail", self.recognition.firm_id)

    def do(self, act: str, given: dict[str, Any]) -> None:
        by = act_of(self.request, given.get("why", ""))
        if act in ("publish", "hide"):
            firms.publish(self.recognition, act == "publish", by)
        elif act == "take_back":
            firms.take_back(self.recognition, by)
        else:
            firms.end(self.recognition, given["last"], by)

    def show(
        self, end: EndRecognitionForm, take_back: TakeBackForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "heading": f"{self.recognition.firm}: {self.recognition.get_kind_display()}",
            "recognition": self.recognition,
            "end": end,
            "take_back": take_back,
            "back_url": reverse("social-firm-detail", args=[self.recognition.firm_id]),
        }
        return render(self.request, "contracts/recognition.html", context, status=status)
