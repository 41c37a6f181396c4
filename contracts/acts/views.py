"""Modifying a running contract: what each modification does to the obligation is shown before it is
done.
"""

from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.acts import certificates, effects
from contracts.acts import door as acts
from contracts.acts.forms import (
    ActForm,
    CancelForm,
    CertificateForm,
    DeclineForm,
    EndForm,
    ModifyForm,
    PinTableForm,
    SharesForm,
)
from contracts.acts.modification import Modification, doubts_of, from_proposal
from contracts.acts.rights import kinds_for, may_answer, may_change, may_propose
from contracts.models import (
    ActKind,
    ChangeKind,
    ChangeProposal,
    Contract,
    PsoCertificate,
    ValuationTable,
)
from contracts.owed.starting_point import starting_point
from contracts.registering import door as registering
from contracts.registering.views import shown
from sroi.access import visible
from sroi.doors import Overtaken, Refused, Unanswered
from sroi.periods import DAY
from sroi.templatetags.formats import euro, long_date, percent
from sroi.views import FormPage, LookFirst, OfOne, Request, act_of

EXPLAINED: dict[str, str | Promise] = {
    ChangeKind.AMENDMENT: gettext_lazy("More or less work: the contract value changes."),
    ChangeKind.EXTENSION: gettext_lazy("A later last day, often with more value."),
    ChangeKind.EARLY_END: gettext_lazy(
        "An earlier last day. What is owed stays, unless the value changes with it."
    ),
    ChangeKind.RATE_CHANGE: gettext_lazy("Another rate from now on."),
    ChangeKind.TURNOVER: gettext_lazy("What was invoiced, of which the rate is taken."),
    ChangeKind.PSO_DISCOUNT: gettext_lazy(
        "A lower obligation for as long as the certificate is valid."
    ),
    ChangeKind.WAIVER: gettext_lazy("Part of the obligation no longer has to be fulfilled."),
    ChangeKind.CORRECTION: gettext_lazy("Something was registered wrongly."),
    ActKind.SHARES: gettext_lazy(
        "From a month on, other parts of the contract are for other clients."
    ),
    ActKind.CERTIFICATE: gettext_lazy(
        "The contractor got a certificate, or a new one; it may give a discount."
    ),
    ActKind.TABLE: gettext_lazy(
        "The contract counts by other building blocks than those of its award date."
    ),
    ActKind.END: gettext_lazy("The term is over; what remains is the settlement."),
    ActKind.CANCEL: gettext_lazy("It does not go on: what is still owed is taken back."),
}
HOLDS_WHILE_VALID = gettext_lazy("A discount holds only while the certificate is valid.")
TITLES = {
    ActKind.SHARES: gettext_lazy("Other shares of the clients"),
    ActKind.TABLE: gettext_lazy("Another valuation table"),
    ActKind.END: gettext_lazy("End the contract"),
    ActKind.CANCEL: gettext_lazy("Cancel the contract"),
}
FORMS: dict[str, type[ActForm]] = {
    ActKind.SHARES: SharesForm,
    ActKind.CERTIFICATE: CertificateForm,
    ActKind.TABLE: PinTableForm,
    ActKind.END: EndForm,
    ActKind.CANCEL: CancelForm,
}


def title_of(kind: str) -> str:
    if kind in TITLES:
        return str(TITLES[ActKind(kind)])
    if kind in ActKind.values:
        return str(ActKind(kind).label)
    return str(capfirst(ChangeKind(kind).label))


class OfContract(OfOne):
    """A page of a contract, for who may change it or propose so; for others it does not exist."""

    model = Contract
    related = ("policy", "contractor", "table")
    contract: Contract

    @cached_property
    def may_change(self) -> bool:
        return may_change(self.request.access, self.contract)

    def may(self) -> bool:
        return self.may_change or may_propose(self.request.access, self.contract)


class Changes(OfContract):
    """What can be changed, in plain words."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        kinds = kinds_for(self.contract)
        choices = [(kind, title_of(kind), EXPLAINED[kind]) for kind in kinds]
        heading = _("Change the contract") if self.may_change else _("Propose a change")
        context = {
            "heading": heading,
            "contract": self.contract,
            "choices": choices,
            "may_change": self.may_change,
            "may_call_off": registering.may_call_off(request.access, self.contract),
        }
        return render(request, "contracts/changes.html", context)


class Effects:
    """What a modification does to the obligation; the roof adds what it does to what other apps
    know.
    """

    def effects(self, modification: Modification) -> dict[str, Any]:
        return {"effect": effects.of(modification), "warnings": warnings(modification)}


class Modify(Effects, OfContract, LookFirst):
    """One modification: the form, then what it does, then it is done (or proposed)."""

    template_name = "contracts/change.html"
    kind = property(lambda self: self.kwargs["kind"])

    def may(self) -> bool:
        return super().may() and self.kind in kinds_for(self.contract)

    def starting_point(self) -> str:
        return starting_point(self.contract)

    @property
    def heading(self) -> str:
        return title_of(self.kind)

    @property
    def back_url(self) -> str:
        return reverse("contract-changes", args=[self.contract.pk])

    def get_success_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    def get_form_class(self) -> type[ActForm]:
        return FORMS.get(self.kind, ModifyForm)

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs() | {"contract": self.contract}
        given["initial"]["token"] = str(uuid4())
        if self.kind == ActKind.TABLE:
            given["tables"] = visible(ValuationTable, self.request.access).filter(
                region=self.contract.region_id
            )
        if self.kind not in FORMS:
            given |= {"kind": self.kind, "certificate": self.certificate}
            if self.certificate:
                given["initial"] |= proposed_for(self.contract, self.kind, self.certificate)
        return given

    @cached_property
    def certificate(self) -> PsoCertificate | None:
        """The certificate that a discount or its correction is for (`?certificate=`), where one is
        named.
        """
        asked = self.request.GET.get("certificate", "")
        if self.kind not in (ChangeKind.PSO_DISCOUNT, ChangeKind.CORRECTION) or not asked:
            return None
        gave = self.contract.changes.exclude(certificate=None).values("certificate")
        theirs = visible(PsoCertificate, self.request.access).filter(
            Q(contractor=self.contract.contractor_id) | Q(pk__in=gave),
            region=self.contract.region_id,
        )
        return get_object_or_404(
            theirs, pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0
        )

    def preview(self, form: Any) -> dict[str, Any]:
        return {"rows": told(form), **self.effects(form.modification)}

    def do(self, form: Any) -> str:
        modification: Modification = form.modification
        if not self.may_change:
            acts.propose(modification, act_of(self.request), form.answered, shown=self.shown)
            return _(
                "Proposed. An adviser accepts or declines it; you read the answer at the contract."
            )
        acts.carry_out(modification, act_of(self.request), form.answered, shown=self.shown)
        if modification.change:
            return _("Registered. You see it below in the story of the obligation.")
        return _("Registered.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            explained=HOLDS_WHILE_VALID if self.certificate else EXPLAINED[self.kind],
            may_change=self.may_change,
            danger=self.kind == ActKind.CANCEL,
            **kwargs,
        )


class Proposal(Effects, OfOne, FormPage):
    """What was proposed, with what it would do; an adviser answers."""

    model = ChangeProposal
    related = ("contract__policy", "proposed_by", "contract__contractor", "contract__table")
    context_object_name = "proposal"
    proposal: ChangeProposal
    template_name = "contracts/proposal.html"
    form_class = DeclineForm

    def may(self) -> bool:
        return may_answer(self.request.access, self.proposal)

    @property
    def heading(self) -> str:
        return _("Proposal: %(kind)s") % {"kind": self.proposal.get_kind_display()}

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.proposal.contract_id])

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.POST.get("accept"):
            return super().post(request, *args, **kwargs)
        # What is sent without what was shown was not seen.
        return self.form_valid(None) if self.shown else self.show(DeclineForm())

    def do(self, form: Any) -> str:
        if form is None:
            ticked = self.request.POST.getlist("klopt")
            acts.accept(self.proposal, act_of(self.request), ticked, shown=self.shown)
            return _("Accepted and registered.")
        acts.decline(self.proposal, act_of(self.request, form.cleaned_data["reason"]))
        return _("Declined. The procurement officer reads why.")

    def starting_point(self) -> str:
        return starting_point(self.proposal.contract)

    def show_anew(self, form: Any, overtaken: Overtaken) -> HttpResponse:
        self.proposal.contract.refresh_from_db()
        start = self.starting_point()
        return self.show(DeclineForm(), 422, overtaken=str(overtaken), starting_point=start)

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        """What is asked here stands beside; it was answered, or the contract changed: that stands
        on its page.
        """
        if isinstance(refused, Unanswered):
            messages.error(
                self.request, _("Say first that what is asked here is right, or decline.")
            )
            return self.show(DeclineForm(), 422)
        messages.error(self.request, str(refused))
        return redirect(self.back_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        modification = from_proposal(self.proposal)
        return super().get_context_data(
            rows=proposed(modification),
            contract=self.proposal.contract,
            doubts=doubts_of(modification),
            ticked=self.request.POST.getlist("klopt"),
            **self.effects(modification),
            **kwargs,
        )


# --- words ----------------------------------------------------------------------------------------


def told(form: ActForm) -> list[tuple[str, str]]:
    """What was filled in, for the page that shows what it does; shares stand in a table of their
    own.
    """
    fields = [field for field in form.visible_fields() if not field.name.startswith("share_")]
    return [(str(field.label), shown(form, field)) for field in fields]


def proposed(modification: Modification) -> list[tuple[str, str]]:
    """What a proposal asks for, in the words of the form."""
    change, certificate = modification.change, modification.certificate
    rows: list[tuple[str, str]] = (
        [(_("Holds from"), long_date(modification.on))] if modification.on else []
    )
    if certificate:
        days = {
            "first": long_date(certificate.valid_from),
            "last": long_date(certificate.valid_until),
        }
        rows += [
            (_("PSO certificate"), certificate.get_level_display()),
            (_("Valid"), _("%(first)s to %(last)s") % days),
        ]
    if modification.table:
        rows.append((_("Valuation table"), modification.table.title))
    if change:
        rows += [
            (_("New last day"), long_date(change.new_end_date) if change.new_end_date else ""),
            (_("New rate"), percent(change.rate) if change.rate is not None else ""),
            (_("Change of the contract value"), _amount(change.value_delta)),
            (_("Change of the labour cost"), _amount(change.labour_cost_delta)),
            (_("Invoiced turnover of this statement"), _amount(change.turnover)),
            (_("Change of the obligation, as agreed"), _amount(change.obligation_delta)),
        ]
    return [(label, value) for label, value in rows if value]


def _amount(value: Any) -> str:
    return "" if value is None else euro(value)


def warnings(modification: Modification) -> list[str]:
    """What one may not expect of it."""
    contract, today = modification.contract, localdate()
    if modification.kind == ActKind.END and contract.end_date > today:
        day = long_date(contract.end_date)
        return [
            _("The last day of the contract is %(day)s: what is done until then still counts.")
            % {"day": day}
        ]
    if modification.kind == ActKind.CERTIFICATE and modification.change is None:
        return [
            _(
                "For this level the policy gives no further discount. Only the certificate is"
                " registered."
            )
        ]
    return []


def proposed_for(contract: Contract, kind: str, certificate: PsoCertificate) -> dict[str, Any]:
    """A discount, or the correction after a lapse, ready to confirm."""
    changes = list(contract.changes.order_by("pk"))
    words = {"level": certificate.get_level_display(), "day": long_date(certificate.valid_until)}
    if kind == ChangeKind.PSO_DISCOUNT:
        return {
            "effective_date": max(certificate.valid_from, contract.award_date),
            "obligation_delta": certificates.discount(contract, certificate, changes),
            "reason": _("PSO %(level)s, valid until %(day)s: discount by the policy.") % words,
        }
    return {
        "effective_date": certificate.valid_until + DAY,
        "obligation_delta": certificates.taken_back(
            contract, certificate, certificates.standing_discount(changes)
        ),
        "reason": (
            _("PSO %(level)s lapsed on %(day)s: the discount falls away for the rest of the term.")
            % words
        ),
    }
