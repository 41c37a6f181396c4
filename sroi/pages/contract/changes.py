"""Changing a contract, with what that does to the fulfilments that were accepted under it; and valuing those anew."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from contracts.acts import views as modifying
from contracts.acts.modification import Modification, as_if
from contracts.acts.rights import may_change
from contracts.models import Contract
from placements.claims.words import period_words
from placements.ledger.outdated import Outdated, outdated
from placements.life import door as life
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.money import ZERO
from sroi.views import Request, act_of


class WithConsequences:
    """Shows beforehand which accepted fulfilments would be worth something else: for the region's staff."""

    request: Any

    def beside(self, modification: Modification) -> dict[str, Any]:
        if not self.request.access.may(May.SEE_REGION, region_id=modification.contract.region_id):
            return {}
        return {"outdated": Listed(outdated(as_if(modification), modification.shares, modification.on))}


class ModifyWithConsequences(WithConsequences, modifying.Modify):
    pass


class ProposalWithConsequences(WithConsequences, modifying.Proposal):
    pass


@dataclass(frozen=True)
class Listed:
    """Fulfilments to look at again, and what they come to together."""

    rows: list[Outdated]

    def __post_init__(self) -> None:
        for row in self.rows:
            row.version.period = period_words(row.version)  # type: ignore[attr-defined]

    @property
    def before(self) -> Any:
        return sum((row.before for row in self.rows), ZERO)

    @property
    def now(self) -> Any:
        return sum((row.before if row.now is None else row.now for row in self.rows), ZERO)


class OutdatedPage(View):
    """The accepted fulfilments of a contract that are to be valued anew; an adviser does so, one or all."""

    request: Request
    contract: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Contract, request.access).select_related("region", "policy", "table")
        self.contract = get_object_or_404(rows, pk=kwargs["pk"])
        if not request.access.may(May.SEE_REGION, region_id=self.contract.region_id):
            raise Http404
        request.region_title = self.contract.region.title
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_revalue(self) -> bool:
        return may_change(self.request.access, self.contract)

    def get(self, request: Request, pk: int) -> HttpResponse:
        context = {
            "contract": self.contract,
            "outdated": Listed(outdated(self.contract)),
            "may_revalue": self.may_revalue,
        }
        return render(request, "pages/outdated.html", context)

    def post(self, request: Request, pk: int) -> HttpResponse:
        if not self.may_revalue:
            raise Http404
        chosen = request.POST.get("fulfilment", "")
        rows = [row for row in outdated(self.contract) if row.now is not None]
        found = [row.version for row in rows if chosen in ("", str(row.version.fulfilment_id))]
        why = _("Valued anew after a change of contract %(reference)s") % {"reference": self.contract.reference}
        act = act_of(request, why)
        try:
            life.revalue(found, act, region=self.contract.region)
        except Refused as fault:
            messages.error(request, str(fault))
        else:
            done = ngettext("%(number)s fulfilment valued anew.", "%(number)s fulfilments valued anew.", len(found))
            messages.success(request, done % {"number": len(found)})
        return redirect("contract-outdated", pk)
