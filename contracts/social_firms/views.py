"""Social firms: the directory for everyone, the register of the adviser, and proposing one by a contractor."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.models import FirmProposal, ProposalState, Recognition, Region, SocialFirm
from contracts.policy.forms import RegionForm
from contracts.social_firms import door as firms
from contracts.social_firms.forms import (
    DeclineFirmForm,
    EndRecognitionForm,
    FactsForm,
    ProposeFirmForm,
    RecogniseForm,
    TakeBackForm,
)
from contracts.social_firms.lists import FirmFilterSet, FirmTable, RecognisedFirmFilterSet, RecognisedFirmTable
from contracts.social_firms.recognition import (
    may_describe,
    may_propose,
    may_recognise,
    may_see_register,
    parties,
    public_firms,
)
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.history.versions import versions
from sroi.views import ForWhoMay, ListPage, Request, act_of

FACTS = ("name", "place", "offers", "website")


# --- for everyone ---------------------------------------------------------------------------------------------------


@method_decorator(login_not_required, name="dispatch")
class SocialFirmList(ListPage):
    """To find a firm to buy from: those that an adviser marked public, with what they are recognised as."""

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


# --- the contractor -------------------------------------------------------------------------------------------------


class Propose(View):
    """A firm that the contractor knows and that is not in the register; with what became of earlier proposals."""

    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not may_propose(request.access):
            raise Http404
        self.parties = parties(request.access)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request) -> HttpResponse:
        asked = {name: request.GET.get(name, "").replace("\0", "")[:200] for name in ("name", "kvk")}
        return self.show(ProposeFirmForm(parties=self.parties, initial={k: v for k, v in asked.items() if v}))

    def post(self, request: Request) -> HttpResponse:
        form = ProposeFirmForm(request.POST, parties=self.parties)
        if not form.is_valid():
            return self.show(form, 422)
        region, contractor = form.parties[form.cleaned_data["party"]]
        names = (*FACTS, "kvk", "kind", "valid_from", "valid_until", "why")
        proposal = FirmProposal(
            region=region, contractor=contractor, **{name: form.cleaned_data[name] for name in names}
        )
        try:
            firms.propose(proposal, act_of(request))
        except Refused as fault:
            form.add_error("kvk", str(fault))
            return self.show(form, 422)
        messages.success(request, _("Proposed. The adviser looks it up; you read the answer on this page."))
        return redirect(self.back or reverse("social-firm-propose"))

    @property
    def back(self) -> str:
        """The address of this site from which one came, if any."""
        asked = self.request.POST.get("next") or self.request.GET.get("next") or ""
        return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""

    def show(self, form: ProposeFirmForm, status: int = 200) -> HttpResponse:
        mine = visible(FirmProposal, self.request.access).select_related("region").order_by("-pk")
        context = {
            "heading": _("Propose a social firm"),
            "form": form,
            "proposals": list(mine[:50]),
            "back_url": self.back or reverse("social-firm-list"),
            "back": self.back,
        }
        return render(self.request, "contracts/firm_propose.html", context, status=status)


# --- the register ---------------------------------------------------------------------------------------------------


class RegisterList(ForWhoMay, ListPage):
    """Every firm that the region recognises or recognised, and the proposals that wait for an answer."""

    may = (May.SEE_REGION,)
    model = SocialFirm
    filterset_class = RecognisedFirmFilterSet
    table_class = RecognisedFirmTable
    heading = gettext_lazy("Register of social firms")
    template_name = "contracts/firm_register.html"

    def get_queryset(self) -> QuerySet[Any]:
        own = visible(Recognition, self.request.access).filter(revoked_at=None)
        found = super().get_queryset().filter(pk__in=own.order_by().values("firm"))
        return found.prefetch_related(Prefetch("recognitions", own, to_attr="own")).order_by("name_folded", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = visible(FirmProposal, self.request.access).filter(state=ProposalState.OPEN)
        recognises = may_recognise(self.request.access)
        return super().get_context_data(
            may_recognise=recognises,
            proposals=list(waiting.select_related("contractor")[:50]) if recognises else [],
            **kwargs,
        )


class ForAdvisers(ForWhoMay, View):
    may = (May.RECOGNISE,)
    request: Request

    @property
    def regions(self) -> Any:
        """Those in which this person may recognise."""
        mine = self.request.access.regions_where(May.RECOGNISE)
        return visible(Region, self.request.access).filter(pk__in=mine)


class NewFirm(ForAdvisers):
    """A firm to recognise; `?firm=` gives a firm that is known already another recognition."""

    def known(self) -> SocialFirm | None:
        pk = self.request.GET.get("firm", "")
        rows = visible(SocialFirm, self.request.access)
        return get_object_or_404(rows, pk=pk) if is_key(pk) else None

    def get(self, request: Request) -> HttpResponse:
        known = self.known()
        initial = {"kvk": known.kvk, **{name: getattr(known, name) for name in FACTS}} if known else {}
        return self.show(RecogniseForm(initial=initial), known)

    def post(self, request: Request) -> HttpResponse:
        known = self.known()
        data = request.POST.copy()
        if known:
            data["kvk"] = known.kvk
        form, region = RecogniseForm(data), RegionForm(data, regions=self.regions)
        if not form.is_valid() or not region.is_valid():
            return self.show(form, known, 422)
        try:
            made = firms.recognise(
                region.cleaned_data["region"], form.cleaned_data["kvk"], form.facts, form.terms, act_of(request)
            )
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, known, 422)
        messages.success(request, _("Recognised."))
        return redirect("social-firm-detail", made.firm_id)

    def show(self, form: RecogniseForm, known: SocialFirm | None, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("Recognise %(firm)s") % {"firm": known} if known else _("Recognise a social firm"),
            "form": form,
            "known": known,
            "region_form": RegionForm(regions=self.regions),
            "action": _("Recognise"),
            "back_url": reverse("social-firm-detail", args=[known.pk]) if known else reverse("social-firm-register"),
        }
        return render(self.request, "contracts/firm_recognise.html", context, status=status)


class Proposal(ForAdvisers):
    """A firm that a contractor proposed: recognise it, with what one found out, or decline with a reason."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(FirmProposal, request.access).select_related(
            "region", "contractor", "proposed_by", "answered_by"
        )
        self.proposal = get_object_or_404(rows, pk=kwargs["pk"])
        if not may_recognise(request.access, self.proposal.region_id):
            raise Http404
        request.region_title = self.proposal.region.title
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, pk: int) -> HttpResponse:
        names = (*FACTS, "kvk", "kind", "valid_from", "valid_until")
        initial = {name: getattr(self.proposal, name) for name in names}
        return self.show(RecogniseForm(initial={**initial, "grounds": self.proposal.why}), DeclineFirmForm())

    def post(self, request: Request, pk: int) -> HttpResponse:
        if "decline" in request.POST:
            return self.decline(DeclineFirmForm(request.POST))
        form = RecogniseForm(request.POST)
        if not form.is_valid():
            return self.show(form, DeclineFirmForm(), 422)
        try:
            made = firms.recognise(
                self.proposal.region,
                form.cleaned_data["kvk"],
                form.facts,
                form.terms,
                act_of(request),
                proposal=self.proposal,
            )
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(form, DeclineFirmForm(), 422)
        messages.success(request, _("Recognised."))
        return redirect("social-firm-detail", made.firm_id)

    def decline(self, form: DeclineFirmForm) -> HttpResponse:
        if not form.is_valid():
            return self.show(RecogniseForm(initial=self.request.POST.dict()), form, 422)
        try:
            firms.decline(self.proposal, act_of(self.request, form.cleaned_data["why"]))
            messages.success(self.request, _("Declined. The contractor reads why."))
        except Refused as fault:
            messages.error(self.request, str(fault))
        return redirect("social-firm-register")

    def show(self, form: RecogniseForm, decline: DeclineFirmForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("Proposal: %(firm)s") % {"firm": self.proposal},
            "proposal": self.proposal,
            "is_open": self.proposal.state == ProposalState.OPEN,
            "form": form,
            "decline_form": decline,
            "action": _("Recognise"),
            "back_url": reverse("social-firm-register"),
        }
        return render(self.request, "contracts/firm_proposal.html", context, status=status)


class SocialFirmDetail(ForWhoMay, View):
    """What is known of a firm, its recognitions in one's regions, and what happened to them."""

    may = (May.SEE_REGION,)
    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.access.may(*self.may):
            self.firm = get_object_or_404(visible(SocialFirm, request.access), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show(FactsForm(initial={name: getattr(self.firm, name) for name in FACTS}))

    def post(self, request: Request, pk: int) -> HttpResponse:
        if not may_describe(request.access, self.firm):
            raise Http404
        form = FactsForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        firms.describe(self.firm, form.facts, act_of(request))
        messages.success(request, _("Saved."))
        return redirect("social-firm-detail", pk)

    def show(self, form: FactsForm, status: int = 200) -> HttpResponse:
        access, today = self.request.access, localdate()
        own = visible(Recognition, access).filter(firm=self.firm).select_related("region")
        told = [
            *visible(SocialFirm.history.model, access).filter(id=self.firm.pk).select_related("history_user"),
            *visible(Recognition.history.model, access).filter(firm_id=self.firm.pk).select_related("history_user"),
        ]
        context = {
            "firm": self.firm,
            "form": form,
            "recognitions": [(r, r.holds_on(today)) for r in own],
            "may_describe": may_describe(access, self.firm),
            "several_regions": len({r.region_id for r in own}) > 1,
            "events": happenings(told),
        }
        return render(self.request, "contracts/firm_detail.html", context, status=status)


def happenings(rows: list[Any]) -> list[Any]:
    """The versions of the firm and of each of its recognitions together, newest first."""
    records: dict[tuple[str, int], list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.history_date, row.history_id)):
        name = "recognition" if hasattr(row, "firm_id") else "firm"
        records.setdefault((name, row.id), []).append(row)
    told = [
        replace(happening, what=f"{kept[0].get_kind_display()}: {happening.what}")
        if name == "recognition"
        else happening
        for (name, _pk), kept in records.items()
        for happening in versions(kept)
    ]
    return sorted(told, key=lambda happening: happening.at, reverse=True)


class OneRecognition(ForAdvisers):
    """One recognition: show it to everyone or not, let it end, or take it back because it was a mistake."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Recognition, request.access).select_related("firm", "region")
        self.recognition = get_object_or_404(rows, pk=kwargs["pk"])
        if not may_recognise(request.access, self.recognition.region_id):
            raise Http404
        request.region_title = self.recognition.region.title
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show(
            EndRecognitionForm(initial={"last": self.recognition.valid_until}, auto_id="end_%s"), TakeBackForm()
        )

    def post(self, request: Request, pk: int) -> HttpResponse:
        act = request.POST.get("act", "")
        try:
            if act in ("publish", "hide"):
                firms.publish(self.recognition, act == "publish", act_of(request))
            elif act == "take_back":
                taken = TakeBackForm(request.POST)
                if not taken.is_valid():
                    return self.show(EndRecognitionForm(auto_id="end_%s"), taken, 422)
                why = taken.cleaned_data["why"]
                firms.take_back(self.recognition, act_of(request, why))
            else:
                ended = EndRecognitionForm(request.POST, auto_id="end_%s")
                if not ended.is_valid():
                    return self.show(ended, TakeBackForm(), 422)
                last, why = ended.cleaned_data["last"], ended.cleaned_data["why"]
                firms.end(self.recognition, last, act_of(request, why))
            messages.success(request, _("Saved."))
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect("social-firm-detail", self.recognition.firm_id)

    def show(self, end: EndRecognitionForm, take_back: TakeBackForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": f"{self.recognition.firm}: {self.recognition.get_kind_display()}",
            "recognition": self.recognition,
            "end": end,
            "take_back": take_back,
            "back_url": reverse("social-firm-detail", args=[self.recognition.firm_id]),
        }
        return render(self.request, "contracts/recognition.html", context, status=status)
