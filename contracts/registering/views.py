"""Registering a contract in three short steps: for whom, what was agreed, check. A draft from the
first step on.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.models import Basis, Contract, Contractor, ValuationTable
from contracts.owed.exemption import exempt_because
from contracts.policy.forms import RegionForm
from contracts.registering import cpv
from contracts.registering import door as registering
from contracts.registering.door import RegionalRules, WouldOwe
from contracts.registering.forms import NewContractorForm, SearchForm, TermsForm
from sroi.access import May, visible
from sroi.doors import Overtaken, Refused
from sroi.fields import Month, is_key
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro, euro2, long_date, month_name, percent
from sroi.views import ConfirmPage, Request, SentHere, act_of

STEPS = (
    ("contract-new", gettext_lazy("Contractor")),
    ("contract-draft", gettext_lazy("What was agreed")),
    ("contract-check", gettext_lazy("Check and register")),
)


def steps_to(current: str, draft: Any = None) -> list[dict[str, Any]]:
    names = [name for name, _label in STEPS]
    at = names.index(current)
    return [
        {
            "label": label,
            "url": reverse(name, args=[draft.pk]) if draft and name != "contract-new" else "",
            "state": "done" if i < at else "current" if i == at else "to_come",
        }
        for i, (name, label) in enumerate(STEPS)
    ]


# What the tender aid filled in already, by the names of the form.
CARRIED = ("title", "procurement_type", "value", "cpv", "rate", "rate_reason", "rate_reason_text")


class ForRegistrars(View):
    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not registering.may_register(request.access):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class NewContract(ForRegistrars):
    """Which contractor it is for: found, or new. That makes the draft."""

    def get(self, request: Request) -> HttpResponse:
        return self.show(
            NewContractorForm(initial={"kvk": self.searched if self.searched.isdecimal() else ""})
        )

    def post(self, request: Request) -> HttpResponse:
        region = RegionForm(
            request.POST, regions=registering.regions_to_register_in(request.access)
        )
        if not region.is_valid():
            return self.show(NewContractorForm(request.POST), 422)
        chosen = request.POST.get("contractor", "")
        known: Contractor | None = None
        form = NewContractorForm(request.POST)
        if is_key(chosen):
            found = registering.find_contractors(request.access, self.searched)
            known = next((contractor for contractor in found if contractor.pk == int(chosen)), None)
        if known is None and not form.is_valid():
            return self.show(form, 422)
        firm = {} if known else form.firm
        given = {name: request.POST[name] for name in CARRIED if request.POST.get(name)}
        draft = registering.start(
            region.cleaned_data["region"], request.user, firm, contractor=known, at=now()
        )
        if given:
            registering.keep(
                draft, {"basis": Basis.CONTRACT_VALUE, **given}, TermsForm.base_fields, at=now()
            )
        return redirect("contract-draft", draft.pk)

    @property
    def searched(self) -> str:
        return (
            (self.request.POST.get("q") or self.request.GET.get("q") or "")
            .replace("\0", "")
            .strip()[:200]
        )

    def show(self, form: NewContractorForm, status: int = 200) -> HttpResponse:
        context = {
            "heading": _("New contract"),
            "steps": steps_to("contract-new"),
            "search": SearchForm(initial={"q": self.searched}),
            "searched": self.searched,
            "found": (
                registering.find_contractors(self.request.access, self.searched)
                if self.searched
                else []
            ),
            "form": form,
            "carried": [
                (n, v)
                for n in CARRIED
                if (v := (self.request.POST.get(n) or self.request.GET.get(n)))
            ],
            "region_form": RegionForm(
                regions=registering.regions_to_register_in(self.request.access)
            ),
            "drafts": list(registering.drafts_for(self.request.access)[:20]),
        }
        return render(self.request, "contracts/new_contract.html", context, status=status)


class CallOff(ForRegistrars, SentHere):
    """An order under a contract: its draft, with the framework and what goes with it filled in."""

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.kwargs["pk"]])

    def post(self, request: Request, pk: int) -> HttpResponse:
        rows = visible(Contract, request.access).select_related("region", "contractor")
        framework = get_object_or_404(rows, pk=pk)
        if not registering.may_call_off(request.access, framework):
            raise Http404
        towns = registering.towns_to_register_for(request.access, framework.region, localdate())
        draft = registering.start_call_off(framework, request.user, towns, at=now())
        return redirect("contract-draft", draft.pk)


class OfDraft(ForRegistrars):
    """A page of a draft of one's own or, for who advises, of the region; what others prepare does
    not exist.
    """

    draft: Any
    rules: RegionalRules

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.draft = self.draft_now()
        request.region_title = self.draft.region.title
        towns = registering.towns_to_register_for(request.access, self.draft.region, localdate())
        is_adviser = request.access.may(May.CHOOSE_TABLE, region_id=self.draft.region_id)
        tables = (
            visible(ValuationTable, request.access).filter(region=self.draft.region)
            if is_adviser
            else ()
        )
        self.rules = RegionalRules(
            self.draft.region,
            towns,
            visible(Contract, request.access),
            tables,
            contractor=self.draft.contractor,
            today=localdate(),
        )
        return super().dispatch(request, *args, **kwargs)

    def draft_now(self) -> Any:
        rows = registering.drafts_for(self.request.access)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def is_stale(self) -> bool:
        """Whether the form was sent by somebody since this one was opened; one that does not say
        what it was opened from may be.
        """
        return bool(self.request.POST.get("edition") != self.draft.edition)

    def keep(self) -> TermsForm:
        form = TermsForm(self.request.POST, rules=self.rules)
        registering.keep(self.draft, self.request.POST, form.typed_names, at=now())
        form.is_valid()
        return form

    def stored(self, bound: bool) -> TermsForm:
        typed = self.draft.filled_in
        if bound:
            form = TermsForm(typed, rules=self.rules)
            form.is_valid()
            return form
        return TermsForm(initial=typed or {"basis": Basis.CONTRACT_VALUE}, rules=self.rules)

    def outlook(self) -> dict[str, Any]:
        form = self.stored(bound=True)
        return outlook_context(self.rules.outlook(form.given), TermsForm(rules=self.rules))

    def show(self, template: str, name: str, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "heading": (
                _("New contract for %(contractor)s") % {"contractor": self.draft.contractor_name}
            ),
            "steps": steps_to(name, self.draft),
            "draft": self.draft,
            **self.outlook(),
            **more,
        }
        return render(self.request, template, context, status=status)


class Terms(OfDraft):
    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.show("contracts/terms.html", "contract-draft", form=self.stored(bound=False))

    def post(self, request: Request, pk: int) -> HttpResponse:
        if self.is_stale():
            return self.second()
        try:
            form = self.keep()
        except Overtaken:
            self.draft = self.draft_now()
            return self.second()
        if request.POST.get("later"):
            messages.success(request, _("Saved as a draft. It waits for you under New contract."))
            return redirect("contract-new")
        if not form.is_valid():
            return self.show("contracts/terms.html", "contract-draft", 422, form=form)
        return redirect("contract-check", self.draft.pk)

    def second(self) -> HttpResponse:
        """What was typed, and that somebody was first; nothing is kept of it yet."""
        form = TermsForm(self.request.POST, rules=self.rules)
        form.add_error(None, changed_meanwhile(self.draft))
        return self.show("contracts/terms.html", "contract-draft", 409, form=form)


class CpvCodes(ForRegistrars):
    """Codes that fit what is being typed, as choices of that field."""

    def get(self, request: Request) -> HttpResponse:
        return render(
            request,
            "contracts/cpv_codes.html",
            {"codes": cpv.search(request.GET.get("cpv", "")[:100])},
        )


class OwedNow(OfDraft):
    """What would be owed of what is being typed; it is kept as well."""

    def post(self, request: Request, pk: int) -> HttpResponse:
        names = TermsForm(rules=self.rules).typed_names
        edition = request.POST.get("edition", "")
        registering.keep_meanwhile(self.draft, request.POST, names, edition, request.user)
        return render(request, "contracts/owed_panel.html", self.outlook())


class Check(OfDraft):
    """Everything once more, and register: what was shown, and nothing else."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self.checked()

    def checked(self, status: int = 200) -> HttpResponse:
        """As the draft stands now; where that cannot be registered, back to its form."""
        form = self.stored(bound=True)
        if not form.is_valid():
            return redirect("contract-draft", self.draft.pk)
        rows = [
            (field.label, shown(form, field)) for field in form if shown(form, field) != NOTHING
        ]
        # Before what it does: what changes in between is then not taken for shown.
        start = registering.starting_point(self.draft, self.rules, form.given)
        becomes, falls = self.falls_away(form)
        return self.show(
            "contracts/check.html",
            "contract-check",
            status,
            form=form,
            rows=rows,
            becomes_framework=becomes,
            falls_away=falls,
            starting_point=start,
            has_changed=status != 200,
        )

    def falls_away(self, form: TermsForm) -> tuple[Any, list[tuple[Any, Any]]]:
        """The contract that this first call-off makes a framework, and in words what it then does
        not owe itself any more; nothing where it makes none.
        """
        falls = registering.falls_away(self.rules, form.given)
        if falls is None:
            return None, []
        framework, value, obligation = falls
        owed = self.rules.outlook(form.given).owed
        return framework, [
            (
                _("Contract value of %(ref)s now") % {"ref": framework.reference},
                euro2(value),
            ),
            (_("Obligation of %(ref)s now") % {"ref": framework.reference}, euro2(obligation)),
            (_("Both after this"), euro2(ZERO)),
            (_("Obligation of this call-off"), euro2(owed.obligation) if owed else NOTHING),
        ]

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = self.stored(bound=True)
        if not form.is_valid():
            return self.show("contracts/terms.html", "contract-draft", 422, form=form)
        start = request.POST.get("starting_point")
        if start is None:
            return self.checked()
        is_adviser = request.access.may(May.CHOOSE_TABLE, region_id=self.draft.region_id)
        try:
            contract = registering.register(
                self.draft,
                self.rules,
                form.given,
                act_of(request),
                is_adviser=is_adviser,
                shown=start,
                answered=form.answered,
            )
        except Overtaken:
            self.draft = self.draft_now()
            return self.checked(409)
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect("contract-new")
        messages.success(
            request, _("Contract %(reference)s is registered.") % {"reference": contract.reference}
        )
        return redirect("contract-detail", contract.pk)


class Discard(OfDraft, ConfirmPage):  # type: ignore[misc]
    """A draft goes for good, after it was shown what stands in it."""

    show = ConfirmPage.show  # type: ignore[assignment]
    question = gettext_lazy("Discard this draft?")
    action = gettext_lazy("Discard draft")
    consequence = gettext_lazy("What was filled in is gone for good. No contract is changed by it.")

    @property
    def heading(self) -> str:
        return _("New contract for %(contractor)s") % {"contractor": self.draft.contractor_name}

    @property
    def back_url(self) -> str:
        return reverse("contract-draft", args=[self.draft.pk])

    @property
    def edition(self) -> str:
        return str(self.draft.edition)

    def goes(self) -> list[tuple[Any, Any]]:
        form = self.stored(bound=True)
        names = ("reference", "title", "award_date", "end_date", "value", "rate")
        fields = [(form.fields[name].label, shown(form, form[name])) for name in names]
        owed = self.rules.outlook(form.given).owed
        last = long_date(localtime(self.draft.edited_at))
        return [
            *[(label, value) for label, value in fields if value != NOTHING],
            (_("Would owe"), euro(owed.obligation) if owed else ""),
            (_("Begun by"), str(self.draft.owner)),
            (_("Last changed"), last),
        ]

    def do(self, form: Any) -> str:
        registering.discard(self.draft)
        return _("The draft was discarded.")

    def get_success_url(self) -> str:
        return reverse("contract-new")


# --- words ----------------------------------------------------------------------------------------


def changed_meanwhile(draft: Any) -> str:
    """What the one who came second is told, above what they typed."""
    when = date_format(localtime(draft.edited_at), "j F Y H:i")
    return _(
        "This draft was changed on %(when)s, by a colleague or in another window. What you typed"
        " stands here still; nothing of it is saved. Send it again to put it in the place of that."
    ) % {"when": when}


def shown(form: Any, field: Any) -> str:
    """The value of a field as the check page tells it."""
    value = form.cleaned_data.get(field.name)
    if value in (None, "", False):
        return NOTHING
    if value is True:
        return _("yes")
    if field.name == "cpv":
        return cpv.told(value)
    if hasattr(value, "year"):
        return month_name(value) if isinstance(form.fields[field.name], Month) else long_date(value)
    if hasattr(form.fields[field.name], "parse"):
        return percent(value) if form.fields[field.name].suffix == "%" else euro(value)
    choices = dict(getattr(form.fields[field.name], "choices", ()))
    return str(choices.get(value, value))


def outlook_context(outlook: WouldOwe, labels: TermsForm) -> dict[str, Any]:
    missing = [str(labels.fields[name].label) for name in outlook.missing]
    return {"outlook": outlook, "sum": sum_of(outlook), "missing": missing, "why": why(outlook)}


def sum_of(outlook: WouldOwe) -> str:
    """`€ 1.000.000 × 5%`, of what the rate is taken of."""
    owed = outlook.owed
    if owed is None or outlook.rate is None:
        return ""
    if outlook.exempted_by:
        return exempt_because(outlook.exempted_by)
    if owed.basis == Basis.INVOICED_TURNOVER:
        return _("%(rate)s of each turnover statement") % {"rate": percent(owed.rate)}
    words = {"basis": euro(owed.basis_amount), "rate": percent(owed.rate), "cap": euro(owed.cap)}
    if outlook.is_capped:
        return _("%(basis)s × %(rate)s, at most %(cap)s") % words
    if owed.basis == Basis.LABOUR_COST:
        return _("%(basis)s labour cost × %(rate)s") % words
    return f"{words['basis']} × {words['rate']}"


def why(outlook: WouldOwe) -> list[tuple[str, str]]:
    """What the obligation follows from, in the order in which it follows."""
    policy = outlook.policy
    if policy is None or outlook.expected is None:
        return []
    begin = long_date(policy.valid_from) if policy.valid_from else ""
    return [
        (
            _("Policy"),
            _("as from %(day)s") % {"day": begin} if begin else _("as from the beginning"),
        ),
        (_("Threshold"), _("none") if outlook.threshold is None else euro(outlook.threshold)),
        (_("Expected rate"), f"{percent(outlook.expected.rate)} — {outlook.expected.rule}"),
        (_("Rate"), percent(outlook.rate)),
        (_("Highest obligation"), _("none") if policy.cap is None else euro(policy.cap)),
        (_("Valuation table"), outlook.table.title if outlook.table else _("not known yet")),
    ]
