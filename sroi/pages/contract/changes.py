"""Changing a contract, with what that does to the fulfilments that were accepted under it; and
valuing those anew.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.acts import views as modifying
from contracts.acts.modification import Modification, as_if
from contracts.acts.rights import may_change
from contracts.facts import views as facts
from contracts.models import Contract
from placements.claims.words import period_words
from placements.ledger.outdated import Outdated, outdated
from placements.life import door as life
from sroi.access import May
from sroi.money import ZERO
from sroi.views import ButtonPage, OfOne, Request, act_of


class WithConsequences(modifying.Effects):
    """Shows beforehand which accepted fulfilments would be worth something else: for the region's
    staff.
    """

    request: Any

    def effects(self, modification: Modification) -> dict[str, Any]:
        found = super().effects(modification)
        if self.request.access.may(May.SEE_REGION, region_id=modification.contract.region_id):
            found["outdated"] = Listed(
                outdated(as_if(modification), modification.shares, modification.on)
            )
        return found


class ModifyWithConsequences(WithConsequences, modifying.Modify):
    pass


class ProposalWithConsequences(WithConsequences, modifying.Proposal):
    pass


class OutdatedAfter:
    """The same, of facts that are put right."""

    def outdated(self, after: Contract) -> dict[str, Any]:
        return {"outdated": Listed(outdated(after))}


class PutRightWithConsequences(OutdatedAfter, facts.PutRight):
    pass


class TakeOverWithConsequences(OutdatedAfter, facts.TakeOver):
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


class OutdatedPage(OfOne, ButtonPage):
    """The accepted fulfilments of a contract that are to be valued anew; an adviser does so, one or
    all.
    """

    model = Contract
    related = ("policy", "table")
    contract: Contract

    def may(self) -> bool:
        reads = self.request.access.may(May.SEE_REGION, region_id=self.contract.region_id)
        return reads and (self.request.method != "POST" or self.may_revalue)

    @property
    def may_revalue(self) -> bool:
        return may_change(self.request.access, self.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-outdated", args=[self.contract.pk])

    def get(self, request: Request, pk: int) -> HttpResponse:
        context = {
            "contract": self.contract,
            "outdated": Listed(outdated(self.contract)),
            "may_revalue": self.may_revalue,
        }
        return render(request, "pages/outdated.html", context)

    def do(self) -> str:
        chosen = self.request.POST.get("fulfilment", "")
        rows = [row for row in outdated(self.contract) if row.now is not None]
        found = [row.version for row in rows if chosen in ("", str(row.version.fulfilment_id))]
        why = _("Valued anew after a change of contract %(reference)s") % {
            "reference": self.contract.reference
        }
        life.revalue(found, act_of(self.request, why), region=self.contract.region)
        done = ngettext(
            "%(number)s fulfilment valued anew.", "%(number)s fulfilments valued anew.", len(found)
        )
        return done % {"number": len(found)}
