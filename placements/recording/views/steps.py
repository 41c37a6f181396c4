"""Recording a fulfilment in four short steps; what was filled in is a draft from the first step on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.models import BlockKind, Contract, EvidenceKind, SocialFirm, called
from contracts.social_firms.recognition import find_firms, may_propose
from placements.claims import questions, requirements, suppliers
from placements.claims.content import Content, content_of
from placements.claims.words import what_was_claimed
from placements.evidence import door as evidence
from placements.life import door as life
from placements.models import ABOUT_A_PERSON, Evidence, Fulfilment, FulfilmentState, FulfilmentVersion
from placements.recording.door import contracts_to_record_for, copied, record
from placements.recording.forms import DetailsForm, WhatForm, WhyForm
from placements.rights import OPEN_TO_EDIT, OPEN_TO_WITHDRAW, may_enter
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.files.size import MEGABYTE, too_large
from sroi.views import Request, act_of


@dataclass(frozen=True)
class EvidenceAsked:
    """A kind of evidence that a block asks, whether it may be stored, and what there is of it."""

    code: str
    words: str
    may_be_kept: bool
    about_a_person: bool
    rows: list[Any]
    faults: list[str]


STEPS = (
    ("fulfilment-what", gettext_lazy("What")),
    ("fulfilment-details", gettext_lazy("Who and when")),
    ("fulfilment-evidence", gettext_lazy("Evidence")),
    ("fulfilment-check", gettext_lazy("Check and submit")),
)


def steps_to(current: str, fulfilment: Fulfilment | None = None) -> list[dict[str, Any]]:
    names = [name for name, _label in STEPS]
    at = names.index(current)
    return [
        {
            "label": label,
            "url": reverse(name, args=[fulfilment.pk]) if fulfilment else "",
            "state": "done" if i < at else "current" if i == at else "to_come",
        }
        for i, (name, label) in enumerate(STEPS)
    ]


def value_context(valued: Sequence[tuple[Contract, Any]], note: str = "") -> dict[str, Any]:
    return {"valued": valued, "total": questions.total(valued), "note": note or _("once it is accepted")}


# --- the first step of a new one ------------------------------------------------------------------------------------


class NewFulfilment(View):
    """For which contract, what kind, which block; choosing one makes the draft."""

    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.open = contracts_to_record_for(visible(Contract, request.access), request.access)
        if not request.access.may(May.ENTER):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form(self, asked: Any, data: Any = None) -> WhatForm | None:
        """The form for the contractor of the first contract that was asked for, or for the only contractor."""
        contracts = [pk for pk in asked.getlist("contracts") + asked.getlist("contract") if is_key(pk)][:100]
        parties = {(c.region_id, c.contractor_id) for c in self.open.filter(pk__in=contracts)} if contracts else set()
        if not parties:
            parties = set(self.open.order_by().values_list("region_id", "contractor_id").distinct()[:2])
        if len(parties) != 1:
            return None
        ((region, contractor),) = parties
        mine = self.open.filter(region=region, contractor=contractor)
        return WhatForm(data, open_contracts=mine, chosen=contracts, kind=asked.get("kind", ""))

    def get(self, request: Request) -> HttpResponse:
        form = self.form(request.GET)
        return self.show(form) if form else self.choose_contract()

    def post(self, request: Request) -> HttpResponse:
        form = self.form(request.POST, request.POST)
        if form is None:
            return self.choose_contract()
        if form.chosen and form.chosen_kind and request.POST.get("asked") != form.key:
            # What was asked so far is answered: now the blocks that go with it.
            return self.show(self.form(request.POST) or form)
        if not form.is_valid() or not form.chosen:
            return self.show(form, 422)
        first = form.chosen[0]
        version = record(
            first.region, first.contractor, form.chosen_kind, Content({}, allocations=form.parts()), act_of(request)
        )
        return redirect("fulfilment-details", version.fulfilment_id)

    def choose_contract(self) -> HttpResponse:
        """An adviser records on behalf of someone: first of whom."""
        context = {"contracts": list(self.open[:500]), "heading": _("New fulfilment")}
        return render(self.request, "placements/record_for.html", context)

    def show(self, form: WhatForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "steps": steps_to("fulfilment-what"),
            "heading": _("New fulfilment"),
            "back_url": reverse("start"),
            "is_new": True,
        }
        return render(self.request, "placements/record_what.html", context, status=status)


# --- the steps of a draft -------------------------------------------------------------------------------------------


class OfFulfilment(View):
    """A page of one fulfilment, for who may record for its contractor; for others it does not exist."""

    request: Request
    fulfilment: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Fulfilment, request.access).select_related("region", "contractor", "latest", "accepted")
        self.fulfilment = get_object_or_404(rows, pk=kwargs["pk"])
        if not may_enter(request.access, self.fulfilment.region_id, self.fulfilment.contractor_id):
            raise Http404
        request.region_title = self.fulfilment.region.title
        self.version.fulfilment = self.fulfilment
        return super().dispatch(request, *args, **kwargs)

    @property
    def version(self) -> FulfilmentVersion:
        latest: FulfilmentVersion = self.fulfilment.latest
        return latest

    def to_detail(self) -> HttpResponse:
        return redirect("fulfilment-detail", self.fulfilment.pk)

    def refused(self, fault: Refused) -> HttpResponse:
        messages.error(self.request, str(fault))
        return self.to_detail()


class RecordingStep(OfFulfilment):
    """One step of a draft, or of one that came back with a question."""

    name = ""
    template_name = ""

    def get(self, request: Request, pk: int) -> HttpResponse:
        if self.version.state not in OPEN_TO_EDIT:
            return self.closed()
        return self.show(self.form())

    def post(self, request: Request, pk: int) -> HttpResponse:
        if self.version.state not in OPEN_TO_EDIT:
            return self.closed()
        try:
            return self.answer(request)
        except Refused as fault:
            return self.refused(fault)

    def closed(self) -> HttpResponse:
        state = self.version.get_state_display()
        messages.info(self.request, _("This is now “%(state)s”, so it cannot be edited here.") % {"state": state})
        return self.to_detail()

    def form(self, data: Any = None) -> Any:
        return None

    def answer(self, request: Request) -> HttpResponse:
        raise NotImplementedError

    def seen(self) -> FulfilmentVersion:
        """The version with the edition that was on the screen: an edit of another one is refused."""
        edition = self.request.POST.get("edition", "")
        self.version.edition = int(edition) if edition.isdecimal() and len(edition) < 9 else 0
        return self.version

    def go_on(self, step: str) -> HttpResponse:
        if self.request.POST.get("later"):
            messages.success(self.request, _("Saved as a draft. It waits for you under Fulfilments."))
            return self.to_detail()
        return redirect(step, self.fulfilment.pk)

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "form": form,
            "steps": steps_to(self.name, self.fulfilment),
            "heading": f"{self.fulfilment.get_kind_display().capitalize()} {self.fulfilment.external_id}",
            "fulfilment": self.fulfilment,
            "version": self.version,
            **more,
        }
        return render(self.request, self.template_name, context, status=status)

    def worth(self, content: Content) -> dict[str, Any]:
        return value_context(questions.worth(self.fulfilment.kind, content, self.fulfilment.pk))


class What(RecordingStep):
    name, template_name = "fulfilment-what", "placements/record_what.html"

    def form(self, data: Any = None) -> WhatForm:
        content = content_of(self.version)
        asked = data or self.request.GET
        chosen = asked.getlist("contracts") or [str(c.pk) for c, _block, _percent in content.allocations]
        rows = contracts_to_record_for(visible(Contract, self.request.access), self.request.access)
        mine = rows.filter(region=self.fulfilment.region_id, contractor=self.fulfilment.contractor_id)
        return WhatForm(
            data,
            open_contracts=mine,
            chosen=chosen,
            kind=self.fulfilment.kind,
            fixed_kind=True,
            parts=content.allocations,
        )

    def answer(self, request: Request) -> HttpResponse:
        form = self.form(request.POST)
        if form.chosen and request.POST.get("asked") != form.key:
            shown = WhatForm(
                open_contracts=form.fields["contracts"].queryset,  # type: ignore[attr-defined]
                chosen=request.POST.getlist("contracts"),
                kind=self.fulfilment.kind,
                fixed_kind=True,
            )
            return self.show(shown)
        if not form.is_valid() or not form.chosen:
            return self.show(form, 422)
        content = replace(content_of(self.version), allocations=form.parts())
        life.edit(self.seen(), content, act_of(request))
        return self.go_on("fulfilment-details")

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        return super().show(form, status, **more, **self.worth(content_of(self.version)))


class Details(RecordingStep):
    name, template_name = "fulfilment-details", "placements/record_details.html"
    # Buttons with which the form is sent unfinished.
    UNFINISHED = ("later", "find", "firm", "propose")

    def form(self, data: Any = None) -> DetailsForm:
        return DetailsForm(
            data,
            kind=self.fulfilment.kind,
            content=content_of(self.version),
            later=bool(data and any(data.get(button) for button in self.UNFINISHED)),
            initial={"edition": self.version.edition},
        )

    def answer(self, request: Request) -> HttpResponse:
        if request.POST.get("find") or request.POST.get("firm"):
            # The register is searched, or a firm from it chosen: the same form, with what that gives.
            form = self.form(with_firm(request.POST, visible(SocialFirm, request.access)))
            return self.show(form, **found_firms(self.fulfilment, form, bool(request.POST.get("find"))))
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        life.edit(self.seen(), form.filled_in(), act_of(request))
        if request.POST.get("propose"):
            return redirect(self.to_propose(form.cleaned_data))
        return self.go_on("fulfilment-evidence")

    def to_propose(self, given: Mapping[str, Any]) -> str:
        here = reverse("fulfilment-details", args=[self.fulfilment.pk])
        asked = {"name": given.get("supplier_name", ""), "kvk": given.get("supplier_kvk", ""), "next": here}
        return f"{reverse('social-firm-propose')}?{urlencode(asked)}"

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        content = form.content
        if form.is_bound:
            form.is_valid()
            content = form.filled_in()
        previous = reverse("fulfilment-what", args=[self.fulfilment.pk])
        more = supplier_context(self.request, self.fulfilment, content) | more
        return super().show(form, status, previous_url=previous, **more, **self.worth(content))


def with_firm(typed: QueryDict, firms: QuerySet[Any]) -> QueryDict:
    """What was typed, with the name and number of the firm that was chosen."""
    chosen = typed.get("firm", "")
    firm = firms.filter(pk=chosen).first() if is_key(chosen) else None
    if firm is None:
        return typed
    data = typed.copy()
    data["supplier_name"], data["supplier_kvk"] = firm.name, firm.kvk
    return data


def found_firms(fulfilment: Fulfilment, form: DetailsForm, searched: bool) -> dict[str, Any]:
    """The firms of the register that fit what was typed, recognised on the day of the payment or today."""
    given = form.asked_on().cleaned_data
    text = given.get("supplier_name") or given.get("supplier_kvk") or ""
    day = given.get("paid_on") or localdate()
    firms = find_firms([fulfilment.region_id], text, day) if searched else []
    return {"firms": firms, "searched": text if searched else ""}


def supplier_context(request: Request, fulfilment: Fulfilment, content: Content) -> dict[str, Any]:
    """What the register says of the supplier of a purchase, and whether this person may propose it."""
    if fulfilment.kind != BlockKind.PURCHASE:
        return {}
    blocks = [block for _contract, block, _percent in content.allocations]
    standing = suppliers.supplier_standing(fulfilment.region_id, content.fields, blocks, localdate())
    return {"standing": standing, "may_propose": may_propose(request.access)}


class Firms(OfFulfilment):
    """Part of the form, for who has JavaScript: suggestions while one types, or the supplier that was chosen."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        if self.fulfilment.kind != BlockKind.PURCHASE:
            raise Http404
        typed = with_firm(request.POST, visible(SocialFirm, request.access))
        form = DetailsForm(typed, kind=self.fulfilment.kind, content=content_of(self.version), later=True)
        searched = not request.POST.get("firm")
        context = {
            "form": form,
            "fulfilment": self.fulfilment,
            **found_firms(self.fulfilment, form, searched),
            **supplier_context(request, self.fulfilment, form.filled_in()),
        }
        return render(request, f"placements/{'firms' if searched else 'supplier'}.html", context)


class ValueNow(OfFulfilment):
    """The value panel alone, of what is being typed; nothing is stored."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = DetailsForm(request.POST, kind=self.fulfilment.kind, content=content_of(self.version), later=True)
        form.is_valid()
        valued = questions.worth(self.fulfilment.kind, form.filled_in(), self.fulfilment.pk)
        return render(request, "placements/value_panel.html", value_context(valued))


class EvidenceStep(RecordingStep):
    """What these blocks ask as proof: files to add, or to be shown to the adviser."""

    name, template_name = "fulfilment-evidence", "placements/record_evidence.html"

    def answer(self, request: Request) -> HttpResponse:
        faults = {asked.code: self.keep(asked.code) for asked in self.asked()}
        if any(faults.values()):
            return self.show(None, 422, faults=faults)
        if request.POST.get("more"):
            return redirect("fulfilment-evidence", self.fulfilment.pk)
        return self.go_on("fulfilment-check")

    def keep(self, code: str) -> list[str]:
        """Keep the files that were chosen for this kind; the faults of those that cannot be kept."""
        faults = []
        for upload in self.request.FILES.getlist(f"file_{code}")[: settings.EVIDENCE_MAX_FILES]:
            try:
                if why := too_large(upload.size or 0, settings.EVIDENCE_MAX_BYTES):
                    raise Refused(why)
                evidence.keep(
                    self.version,
                    code,
                    upload.name or "",
                    upload.read(),
                    act_of(self.request),
                    illegible=bool(self.request.POST.get(f"illegible_{code}")),
                )
            except Refused as fault:
                faults.append(f"{(upload.name or '')[:80]}: {fault}")
        return faults

    def asked(self, faults: dict[str, list[str]] | None = None) -> list[EvidenceAsked]:
        content = content_of(self.version)
        codes = questions.evidence_asked(block for _contract, block, _percent in content.allocations)
        there = visible(Evidence, self.request.access).filter(version__fulfilment=self.fulfilment, erased_at=None)
        rows = list(there)
        return [
            EvidenceAsked(
                code,
                called(EvidenceKind, code),
                evidence.may_be_kept(self.version, code),
                code in ABOUT_A_PERSON,
                [e for e in rows if e.kind == code],
                (faults or {}).get(code, []),
            )
            for code in codes
        ]

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        return super().show(
            form,
            status,
            asked=self.asked(more.get("faults")),
            most_megabytes=settings.EVIDENCE_MAX_BYTES // MEGABYTE,
            previous_url=reverse("fulfilment-details", args=[self.fulfilment.pk]),
            **self.worth(content_of(self.version)),
        )


class Check(RecordingStep):
    """Everything once more, what is still missing, and submit."""

    name, template_name = "fulfilment-check", "placements/record_check.html"

    def answer(self, request: Request) -> HttpResponse:
        content = content_of(self.version)
        if self.lacking(content) or self.closed_blocks(content):
            return self.show(None, 422)
        life.submit([self.seen()], act_of(request))
        messages.success(request, _("Submitted. The adviser reviews it; you get word here when it counts."))
        return self.to_detail()

    def lacking(self, content: Content) -> list[str]:
        return [objection.field for objection in requirements.lacking(self.fulfilment.kind, content)]

    def closed_blocks(self, content: Content) -> tuple[str, ...]:
        """Blocks that do not count for this supplier on the day of the payment."""
        standing = supplier_context(self.request, self.fulfilment, content).get("standing")
        return standing.closed if standing else ()

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        content = content_of(self.version)
        labels = DetailsForm(kind=self.fulfilment.kind, content=content).fields
        return super().show(
            form,
            status,
            rows=what_was_claimed(self.version, True),
            parts=content.allocations,
            missing=[labels[name].label for name in self.lacking(content)],
            closed_blocks=self.closed_blocks(content),
            previous_url=reverse("fulfilment-evidence", args=[self.fulfilment.pk]),
            **more,
            **self.worth(content),
        )


# --- afterwards -----------------------------------------------------------------------------------------------------


class Copy(OfFulfilment):
    """An earlier one as the beginning of a new one."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        f = self.fulfilment
        version = record(f.region, f.contractor, f.kind, copied(self.version), act_of(request))
        messages.success(request, _("Copied. Fill in what is different this time."))
        return redirect("fulfilment-details", version.fulfilment_id)


class ChangeFulfilment(OfFulfilment):
    """Ended early, prolonged, other hours, a mistake: a next version of what was accepted."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        if not self.fulfilment.accepted:
            return self.refused(Refused(_("Only what was accepted can be changed this way.")))
        content = content_of(self.fulfilment.accepted)
        try:
            life.propose_change(
                self.fulfilment, replace(content, fields=content.fields | {"confirmed_until": None}), act_of(request)
            )
        except Refused as fault:
            return self.refused(fault)
        messages.info(request, _("Change what is different. What was accepted counts until the change is accepted."))
        return redirect("fulfilment-details", self.fulfilment.pk)


class Withdraw(OfFulfilment):
    """Take it back, after it was asked whether that is meant; with a reason where it counted already."""

    @property
    def needs_why(self) -> bool:
        return bool(self.version.state == FulfilmentState.ACCEPTED)

    @property
    def is_open(self) -> bool:
        return self.version.state in (*OPEN_TO_WITHDRAW, FulfilmentState.ACCEPTED)

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show(WhyForm() if self.needs_why else None) if self.is_open else self.to_detail()

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = WhyForm(request.POST) if self.needs_why else None
        if form and not form.is_valid():
            return self.show(form, 422)
        edition = request.POST.get("edition", "")
        self.version.edition = int(edition) if edition.isdecimal() and len(edition) < 9 else 0
        try:
            life.withdraw(self.version, act_of(request, form.cleaned_data["why"] if form else ""))
        except Refused as fault:
            return self.refused(fault)
        messages.success(request, _("Withdrawn. Its history can still be read."))
        return self.to_detail()

    def show(self, form: WhyForm | None, status: int = 200) -> HttpResponse:
        context = {"form": form, "fulfilment": self.fulfilment, "version": self.version}
        return render(self.request, "placements/withdraw.html", context, status=status)
