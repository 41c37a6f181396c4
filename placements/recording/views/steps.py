"""Recording a fulfilment in four short steps; what was filled in is a draft from the first step
on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.models import BlockKind, Contract, EvidenceKind, SocialFirm, called
from contracts.social_firms.recognition import find_firms, may_propose
from placements.claims import proof, questions, requirements, suppliers, valuing, whole
from placements.claims.content import Content, content_of, said_by
from placements.claims.words import Rows, own_words, value_label, values_of, what_was_claimed
from placements.evidence import door as evidence
from placements.evidence.shown import Shown, WithFulfilment, evidence_with
from placements.life import door as life
from placements.life import handing_in
from placements.linking.alike import may_link, own_regions_elsewhere, together
from placements.models import (
    ABOUT_A_PERSON,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.recording.door import copied, record
from placements.recording.forms import AnswerForm, DetailsForm, HandInForm, WhatForm, WhyForm
from placements.rights import (
    OPEN_TO_EDIT,
    OPEN_TO_WITHDRAW,
    contracts_to_record_for,
    may_enter,
    may_mend,
    may_see_person,
)
from sroi.access import May, visible
from sroi.doors import Objection, Refused, Unanswered
from sroi.fields import change_answers, is_key
from sroi.files.size import MEGABYTE, too_large
from sroi.money import ZERO
from sroi.templatetags.formats import euro2
from sroi.views import ButtonPage, ConfirmPage, FormPage, OfOne, Request, act_of


@dataclass(frozen=True)
class EvidenceAsked:
    """A kind of evidence that a block asks, whether it may be stored, and what there is of it."""

    code: str
    words: str
    may_be_kept: bool
    about_a_person: bool
    as_sent: bool
    pieces: list[Shown]
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
    return {
        "valued": valued,
        "total": questions.total(valued),
        "note": note or _("once it is accepted"),
    }


# --- the first step of a new one ------------------------------------------------------------------


class NewFulfilment(View):
    """For which contract, what kind, which block; choosing one makes the draft."""

    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.open = contracts_to_record_for(visible(Contract, request.access), request.access)
        if not request.access.may(May.ENTER):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form(self, asked: Any, data: Any = None) -> WhatForm | None:
        """The form for the contractor of the first contract that was asked for, or for the only
        contractor.
        """
        contracts = [
            pk for pk in asked.getlist("contracts") + asked.getlist("contract") if is_key(pk)
        ][:100]
        parties = (
            {(c.region_id, c.contractor_id) for c in self.open.filter(pk__in=contracts)}
            if contracts
            else set()
        )
        if not parties:
            parties = set(
                self.open.order_by().values_list("region_id", "contractor_id").distinct()[:2]
            )
        if len(parties) != 1:
            return None
        ((region, contractor),) = parties
        mine = self.open.filter(region=region, contractor=contractor)
        elsewhere = own_regions_elsewhere(self.request.access, region, contractor)
        return WhatForm(
            data,
            open_contracts=mine,
            chosen=contracts,
            kind=asked.get("kind", ""),
            in_regions=bool(elsewhere),
        )

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
            first.region,
            first.contractor,
            form.chosen_kind,
            Content({}, allocations=form.parts()),
            request.access,
            act_of(request),
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
            "back_url": self.back_url(form),
            "is_new": True,
        }
        return render(self.request, "placements/record_what.html", context, status=status)

    def back_url(self, form: WhatForm) -> str:
        """The contract from whose page one came, else the start."""
        if form.chosen and "contract" in self.request.GET:
            return reverse("contract-detail", args=[form.chosen[0].pk])
        return reverse("start")


# --- the steps of a draft -------------------------------------------------------------------------


class OfFulfilment(OfOne):
    """A page of one fulfilment, for who may record for its contractor; for others it does not
    exist.
    """

    model = Fulfilment
    related = ("contractor", "latest", "accepted")
    fulfilment: Any

    def may(self) -> bool:
        self.version.fulfilment = self.fulfilment
        return may_enter(
            self.request.access, self.fulfilment.region_id, self.fulfilment.contractor_id
        )

    @property
    def version(self) -> FulfilmentVersion:
        latest: FulfilmentVersion = self.fulfilment.latest
        return latest

    def seen(self) -> FulfilmentVersion:
        """The version with the edition that was on the screen: an edit of another one is
        refused.
        """
        edition = self.request.POST.get("edition", "")
        self.version.edition = int(edition) if edition.isdecimal() and len(edition) < 9 else 0
        return self.version

    @property
    def back_url(self) -> str:
        return reverse("fulfilment-detail", args=[self.fulfilment.pk])


class RecordingStep(OfFulfilment, FormPage):
    """One step of a draft, or of one that came back with a question."""

    name = ""
    following = ""
    form_class: Any = forms.Form

    @property
    def heading(self) -> str:
        return f"{self.fulfilment.get_kind_display().capitalize()} {self.fulfilment.external_id}"

    def closed(self) -> HttpResponse | None:
        if self.version.state in OPEN_TO_EDIT:
            return None
        state = self.version.get_state_display()
        messages.info(
            self.request,
            _("This is now “%(state)s”, so it cannot be edited here.") % {"state": state},
        )
        return redirect(self.back_url)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.closed() or super().post(request, *args, **kwargs)

    def keep(self, form: Any) -> None:
        """What was filled in, in the draft."""

    def do(self, form: Any) -> str:
        self.keep(form)
        later = self.request.POST.get("later")
        return _("Saved as a draft. It waits for you under Fulfilments.") if later else ""

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        """Sent again, it is an edit of what there is now: who sends it was told so."""
        self.version.refresh_from_db()
        change_answers(form, edition=str(self.version.edition))
        return super().refuse(form, refused)

    def get_success_url(self) -> str:
        later = self.request.POST.get("later")
        return self.back_url if later else reverse(self.following, args=[self.fulfilment.pk])

    @property
    def content(self) -> Content:
        """What is claimed now: of who sends something it may change before the page is drawn."""
        return content_of(self.version) if self.request.POST else self.laid_out()

    def laid_out(self) -> Content:
        """The same for what is drawn, fetched once for all that a page shows of it."""
        valuing.fetch([self.version])
        found = said_by(self.version)
        by_reference = sorted(found.allocations, key=lambda part: part[0].reference)
        return replace(found, allocations=by_reference)

    @property
    def evidence(self) -> WithFulfilment:
        valuing.fetch([self.version])
        return evidence_with(self.fulfilment, self.version.allocations.all(), self.request.access)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        content = kwargs.pop("content", None) or self.laid_out()
        worth = value_context(questions.worth(self.fulfilment.kind, content, self.fulfilment))
        steps = steps_to(self.name, self.fulfilment)
        return super().get_context_data(steps=steps, version=self.version, **worth, **kwargs)


class What(RecordingStep):
    name, template_name = "fulfilment-what", "placements/record_what.html"
    following = "fulfilment-details"
    form_class = WhatForm

    def get_form_kwargs(self) -> dict[str, Any]:
        asked, parts = self.request.POST or self.request.GET, self.content.allocations
        chosen = asked.getlist("contracts") or [str(c.pk) for c, _block, _percent in parts]
        rows = contracts_to_record_for(visible(Contract, self.request.access), self.request.access)
        mine = rows.filter(
            region=self.fulfilment.region_id, contractor=self.fulfilment.contractor_id
        )
        about = {
            "open_contracts": mine,
            "chosen": chosen,
            "kind": self.fulfilment.kind,
            "fixed_kind": True,
            "in_regions": may_link(self.request.access, self.fulfilment),
            "elsewhere": whole.elsewhere([self.fulfilment]).get(self.fulfilment.pk),
        }
        return super().get_form_kwargs() | about | {"parts": parts}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        given = self.get_form_kwargs()
        form = WhatForm(**given)
        if form.chosen and request.POST.get("asked") != form.key:
            # Other contracts were chosen: now the blocks that go with those.
            return self.closed() or self.show(WhatForm(**given | {"data": None, "parts": ()}))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        return super().form_valid(form) if form.chosen else self.form_invalid(form)

    def keep(self, form: Any) -> None:
        life.edit(
            self.seen(), replace(self.content, allocations=form.parts()), act_of(self.request)
        )


class Details(RecordingStep):
    name, template_name = "fulfilment-details", "placements/record_details.html"
    following = "fulfilment-evidence"
    form_class = DetailsForm
    # Buttons with which the form is sent unfinished.
    UNFINISHED = ("later", "find", "firm", "propose")

    def get_form_kwargs(self) -> dict[str, Any]:
        later = any(self.request.POST.get(button) for button in self.UNFINISHED)
        given = super().get_form_kwargs() | {"initial": {"edition": self.version.edition}}
        return given | {
            "kind": self.fulfilment.kind,
            "content": self.content,
            "later": later,
            "about": self.fulfilment,
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.POST.get("find") and not request.POST.get("firm"):
            return super().post(request, *args, **kwargs)
        # The register is searched, or a firm from it chosen: the same form, with what that gives.
        typed = with_firm(request.POST, visible(SocialFirm, request.access))
        form = DetailsForm(**self.get_form_kwargs() | {"data": typed})
        found = found_firms(self.fulfilment, form, bool(request.POST.get("find")))
        return self.closed() or self.show(form, **found)

    def keep(self, form: Any) -> None:
        life.edit(self.seen(), form.filled_in(), act_of(self.request), form.confirmed)
        self.kept = form.cleaned_data

    def get_success_url(self) -> str:
        if not self.request.POST.get("propose"):
            return super().get_success_url()
        here = reverse("fulfilment-details", args=[self.fulfilment.pk])
        name, kvk = self.kept.get("supplier_name", ""), self.kept.get("supplier_kvk", "")
        query = urlencode({"name": name, "kvk": kvk, "next": here})
        return f"{reverse('social-firm-propose')}?{query}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs["form"]
        content = form.content
        if form.is_bound:
            form.is_valid()
            content = form.filled_in()
        standing = supplier_context(self.request, self.fulfilment, content)
        previous = reverse("fulfilment-what", args=[self.fulfilment.pk])
        return super().get_context_data(
            content=content, previous_url=previous, **standing, **kwargs
        )


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
    """The firms of the register that fit what was typed, recognised on the day of the payment or
    today.
    """
    given = form.asked_on().cleaned_data
    text = given.get("supplier_name") or given.get("supplier_kvk") or ""
    day = given.get("paid_on") or localdate()
    firms = find_firms(fulfilment.region_id, text, day) if searched else []
    return {"firms": firms, "searched": text if searched else ""}


def supplier_context(request: Request, fulfilment: Fulfilment, content: Content) -> dict[str, Any]:
    """What the register says of the supplier of a purchase, and whether this person may propose
    it.
    """
    if fulfilment.kind != BlockKind.PURCHASE:
        return {}
    blocks = [block for _contract, block, _percent in content.allocations]
    standing = suppliers.supplier_standing(
        fulfilment.region_id, content.fields, blocks, localdate()
    )
    return {"standing": standing, "may_propose": may_propose(request.access)}


class Firms(OfFulfilment):
    """Part of the form, for who has JavaScript: suggestions while one types, or the supplier that
    was chosen.
    """

    def post(self, request: Request, pk: int) -> HttpResponse:
        if self.fulfilment.kind != BlockKind.PURCHASE:
            raise Http404
        typed = with_firm(request.POST, visible(SocialFirm, request.access))
        form = DetailsForm(
            typed, kind=self.fulfilment.kind, content=content_of(self.version), later=True
        )
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
        form = DetailsForm(
            request.POST, kind=self.fulfilment.kind, content=content_of(self.version), later=True
        )
        form.is_valid()
        valued = questions.worth(self.fulfilment.kind, form.filled_in(), self.fulfilment)
        return render(request, "placements/value_panel.html", value_context(valued))


class EvidenceStep(RecordingStep):
    """What these blocks ask as proof: files to add, or to be shown to the adviser."""

    name, template_name = "fulfilment-evidence", "placements/record_evidence.html"
    following = "fulfilment-check"

    def form_valid(self, form: Any) -> HttpResponse:
        faults = {code: self.faults_of(code) for code in self.codes()}
        return (
            self.show(form, 422, faults=faults)
            if any(faults.values())
            else super().form_valid(form)
        )

    def get_success_url(self) -> str:
        more = self.request.POST.get("more")
        return reverse(self.name, args=[self.fulfilment.pk]) if more else super().get_success_url()

    def faults_of(self, code: str) -> list[str]:
        """Keep the files that were chosen for this kind; the faults of those that cannot be
        kept.
        """
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

    def codes(self) -> list[str]:
        return proof.asked(block for _contract, block, _percent in self.laid_out().allocations)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes, there = self.codes(), self.evidence.there
        faults = kwargs.get("faults") or {}
        asked = [
            EvidenceAsked(
                code,
                called(EvidenceKind, code),
                evidence.may_be_kept(self.version, code),
                code in ABOUT_A_PERSON,
                evidence.is_kept_as_sent(self.version, code),
                [piece for piece in there if piece.row.kind == code],
                faults.get(code, []),
            )
            for code in codes
        ]
        return super().get_context_data(
            asked=asked,
            # What was added while other blocks were chosen, which ask for something else.
            besides=[piece for piece in there if piece.row.kind not in codes],
            most_megabytes=settings.EVIDENCE_MAX_BYTES // MEGABYTE,
            most_pages=settings.EVIDENCE_MAX_PAGES,
            previous_url=reverse("fulfilment-details", args=[self.fulfilment.pk]),
            **kwargs,
        )


class Check(RecordingStep):
    """Everything once more, what is still missing, and submit."""

    name, template_name = "fulfilment-check", "placements/record_check.html"

    def form_valid(self, form: Any) -> HttpResponse:
        lacks = self.lacking(self.content) or self.closed_blocks(self.content)
        return self.form_invalid(form) if lacks else super().form_valid(form)

    def get_form_class(self) -> type[forms.Form]:
        """What was asked back can be answered in words."""
        asked = self.version.state == FulfilmentState.RETURNED
        return AnswerForm if asked else HandInForm

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        life.submit(
            [self.seen()],
            act_of(self.request, given.get("answer", "")),
            answered=self.request.POST.getlist("klopt"),
            only_here=given["only_here"],
        )
        return _("Submitted. The adviser reviews it; you get word here when it counts.")

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        if isinstance(refused, Unanswered):
            self.version.refresh_from_db()
            return self.show(form, 422)
        messages.error(self.request, str(refused))
        return redirect(self.back_url)

    def get_success_url(self) -> str:
        return self.back_url

    def lacking(self, content: Content) -> list[Objection]:
        return list(requirements.lacking(self.fulfilment.kind, content))

    def closed_blocks(self, content: Content) -> tuple[str, ...]:
        """Blocks that do not count for this supplier on the day of the payment."""
        standing = supplier_context(self.request, self.fulfilment, content).get("standing")
        return standing.closed if standing else ()

    def too_much(self, content: Content) -> str:
        """Why its part is too large beside what counts elsewhere of the same."""
        share = sum((percent for _contract, _block, percent in content.allocations), ZERO)
        there = whole.elsewhere([self.fulfilment]).get(self.fulfilment.pk, ZERO)
        return whole.too_much(share, there)

    def unproved(self) -> dict[str, str]:
        """The evidence that is asked and not there, in words: to be added here, and to be shown to
        the adviser.
        """
        lacking = proof.missing([self.version]).get(self.version.pk, [])
        here = [code for code in lacking if evidence.may_be_kept(self.version, code)]
        elsewhere = [code for code in lacking if code not in here]
        return {"to_add": proof.named(here), "to_show": proof.named(elsewhere)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        content = self.laid_out()
        labels = DetailsForm(kind=self.fulfilment.kind, content=content).fields
        doubts = handing_in.unanswered([self.version])
        return super().get_context_data(
            content=content,
            doubts=doubts[self.version.pk],
            ticked=self.request.POST.getlist("klopt"),
            **self.unproved(),
            rows=what_was_claimed(self.version, True),
            evidence=self.evidence,
            parts=content.allocations,
            missing=[
                labels[name].label if name in labels else reason
                for name, reason in self.lacking(content)
            ],
            closed_blocks=self.closed_blocks(content),
            too_much=self.too_much(content),
            together=together(self.fulfilment, self.version, self.request.access),
            previous_url=reverse("fulfilment-evidence", args=[self.fulfilment.pk]),
            **kwargs,
        )


# --- afterwards -----------------------------------------------------------------------------------


class Copy(OfFulfilment, ButtonPage):
    """An earlier one as the beginning of a new one."""

    def do(self) -> str:
        f = self.fulfilment
        self.made = record(
            f.region,
            f.contractor,
            f.kind,
            copied(self.version),
            self.request.access,
            act_of(self.request),
        )
        return _("Copied. Fill in what is different this time.")

    def get_success_url(self) -> str:
        return reverse("fulfilment-details", args=[self.made.fulfilment_id])


class ChangeFulfilment(OfFulfilment, ButtonPage):
    """Ended early, prolonged, other hours, a mistake: a next version of what was accepted."""

    def do(self) -> str:
        if not self.fulfilment.accepted:
            raise Refused(_("Only what was accepted can be changed this way."))
        content = content_of(self.fulfilment.accepted)
        anew = replace(content, fields=content.fields | {"confirmed_until": None})
        life.propose_change(self.fulfilment, anew, act_of(self.request))
        messages.info(
            self.request,
            _("Change what is different. What was accepted counts until the change is accepted."),
        )
        return ""

    def get_success_url(self) -> str:
        return reverse("fulfilment-details", args=[self.fulfilment.pk])


class TakeBack(OfFulfilment, ButtonPage):
    """What waits for a review is mended by who made it: out of the queue, and in again when it is
    handed in.
    """

    def may(self) -> bool:
        return super().may() and may_mend(self.request.access, self.request.user, self.fulfilment)

    def do(self) -> str:
        life.take_back(self.seen(), act_of(self.request))
        messages.info(
            self.request,
            _("Change what is different and submit it again. Until then nobody reviews it."),
        )
        return ""

    def get_success_url(self) -> str:
        return reverse("fulfilment-details", args=[self.fulfilment.pk])


class Withdraw(OfFulfilment, ConfirmPage):
    """Take it back, after it was shown what goes; with a reason where it counted already."""

    action = gettext_lazy("Yes, withdraw")
    question = gettext_lazy("Withdraw this fulfilment?")

    @property
    def heading(self) -> str:
        return f"{self.fulfilment.get_kind_display().capitalize()} {self.fulfilment.external_id}"

    @property
    def edition(self) -> str:
        return f"{self.version.pk}.{self.version.edition}"

    @property
    def counts(self) -> bool:
        return bool(self.version.state == FulfilmentState.ACCEPTED)

    def get_form_class(self) -> type[forms.Form]:
        return WhyForm if self.counts else forms.Form

    @property
    def consequence(self) -> str:
        if self.counts:
            return _("What was posted of it is taken back. The history can still be read.")
        if self.fulfilment.accepted:
            return _("Only this change goes: what was accepted before keeps counting.")
        if self.version.state == FulfilmentState.SUBMITTED:
            return _("It is no longer reviewed and does not count. The history can still be read.")
        return _("It cannot be handed in any more. The history can still be read.")

    def goes(self) -> Rows:
        version, access = self.version, self.request.access
        valuing.fetch([version])
        valued = values_of([version])[version.pk]
        lines = visible(FulfilmentLine, access).filter(fulfilment=self.fulfilment)
        posted = lines.aggregate(total=Sum("amount"))["total"] or ZERO
        worth = questions.total(valued)
        parts = [(allocation.contract, value.total) for allocation, value in valued]
        amounts = (
            [(_("Counts now"), euro2(posted)), (_("Planned after that"), euro2(worth - posted))]
            if self.counts
            else [(value_label(version), euro2(worth))]
        )
        if len(parts) > 1:
            amounts += [(f"{c.reference} {c.title}", euro2(amount)) for c, amount in parts]
        else:
            amounts += [(_("Contract"), f"{c.reference} {c.title}") for c, _amount in parts]
        files = evidence_with(self.fulfilment, valuing.allocations_of(version), access).there
        state = [(_("State"), capfirst(version.get_state_display()))]
        own = may_see_person(access, self.fulfilment)
        reference = [(_("Own reference"), own_words(version) if own else "")]
        return [*state, *reference, *amounts, (_("Evidence"), str(len(files)) if files else "")]

    def closed(self) -> HttpResponse | None:
        is_open = self.version.state in (*OPEN_TO_WITHDRAW, FulfilmentState.ACCEPTED)
        return None if is_open else redirect(self.back_url)

    def do(self, form: Any) -> str:
        life.withdraw(self.version, act_of(self.request, form.cleaned_data.get("why", "")))
        return _("Withdrawn. Its history can still be read.")
