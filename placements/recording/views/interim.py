"""The interim report: one screen with everything that runs, and one click that confirms it all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import View

from contracts.models import Contract, ContractState
from contracts.plans.plan import may_plan
from placements.claims import valuing
from placements.ledger import posting
from placements.models import Fulfilment, FulfilmentState
from placements.outcomes.views import Asked, asked_of, to_tell
from placements.recording.door import Reported, report, running
from placements.recording.forms import StillRunsForm
from placements.rights import OPEN_TO_WITHDRAW, may_enter_fulfilment
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.money import ZERO
from sroi.views import Request, act_of

SHOWN = 200


@dataclass(frozen=True)
class InterimRow:
    fulfilment: Any
    form: StillRunsForm
    contracts: str
    hours: Any
    # What comes on top once it is confirmed that it still runs.
    added: Decimal

    @property
    def waits_for_adviser(self) -> bool:
        """What it says next is handed in, and not answered yet."""
        return bool(
            self.is_under_change and self.fulfilment.latest.state == FulfilmentState.SUBMITTED
        )

    @property
    def is_under_change(self) -> bool:
        """A change waits already: that one is finished first."""
        latest = self.fulfilment.latest
        return bool(latest.pk != self.fulfilment.accepted_id and latest.state in OPEN_TO_WITHDRAW)


class InterimReport(View):
    """For the contractor's own people; an adviser names the contract (`?contract=`) and reports on
    behalf.
    """

    request: Request

    def rows(self, data: Any = None) -> list[InterimRow]:
        access, today = self.request.access, localdate()
        own = list(access.grants_for(May.FULFIL))
        contract = self.request.GET.get("contract", "")
        if not own and not access.may(May.ENTER):
            raise Http404
        mine = visible(Fulfilment, access)
        if is_key(contract):
            mine = mine.filter(accepted__allocations__contract=int(contract))
        elif not own:
            return []
        found = running(mine, today).select_related("region", "contractor", "latest", "accepted")
        entered = [
            f
            for f in found.order_by("accepted__start_date", "pk")[:SHOWN]
            if may_enter_fulfilment(access, f)
        ]
        versions = [fulfilment.accepted for fulfilment in entered]
        for fulfilment in entered:
            fulfilment.accepted.fulfilment = fulfilment
        valuing.fetch(versions)
        added = posting.added_by_confirming(
            [(v, valuing.values_as_accepted(v)) for v in versions], today
        )
        return [self.row(fulfilment, data, added[fulfilment.accepted_id]) for fulfilment in entered]

    def row(self, fulfilment: Any, data: Any, added: Decimal) -> InterimRow:
        terms = sorted(fulfilment.accepted.terms.all(), key=lambda term: term.first_day)
        form = StillRunsForm(
            data,
            prefix=str(fulfilment.pk),
            first=fulfilment.accepted.start_date,
            today=localdate(),
            known=[term.first_day for term in terms],
        )
        references = ", ".join(
            sorted(a.contract.reference for a in fulfilment.accepted.allocations.all())
        )
        return InterimRow(
            fulfilment, form, references, terms[-1].hours_per_week if terms else None, added
        )

    def get(self, request: Request) -> HttpResponse:
        return self.show(self.rows())

    def post(self, request: Request) -> HttpResponse:
        rows = self.rows(request.POST)
        # What was not on the screen is not confirmed unseen.
        said = [
            row
            for row in rows
            if not row.is_under_change and f"{row.form.prefix}-runs" in request.POST
        ]
        if not said:
            return redirect(request.get_full_path())
        if not all(row.form.is_valid() for row in said):
            return self.show(rows, 422)
        try:
            report([self.reported(row) for row in said], act_of(request))
        except Refused as fault:
            messages.error(request, str(fault))
            return self.show(rows, 422)
        messages.success(
            request,
            _("Thank you. What runs on is confirmed until today; changes go to the adviser."),
        )
        return redirect(request.get_full_path())

    @staticmethod
    def reported(row: InterimRow) -> Reported:
        given = row.form.cleaned_data
        other = (given["from_day"], given["hours"]) if given.get("from_day") else None
        return Reported(row.fulfilment, given.get("stopped_on"), other)

    def silent(self, rows: list[InterimRow]) -> list[Contract]:
        """The contracts in their term under which nothing runs: one can report that there is
        nothing new.
        """
        access, today = self.request.access, localdate()
        running = {a.contract_id for row in rows for a in row.fulfilment.accepted.allocations.all()}
        theirs = visible(Contract, access).filter(
            has_obligation=True,
            is_framework=False,
            state=ContractState.ACTIVE,
            start_date__lte=today,
        )
        contract = self.request.GET.get("contract", "")
        if is_key(contract):
            theirs = theirs.filter(pk=int(contract))
        elif not access.may(May.FULFIL):
            return []
        found = (
            theirs.exclude(pk__in=running).select_related("region").order_by("reference")[:SHOWN]
        )
        return [c for c in found if c.last_counted_day >= today and may_plan(access, c)]

    def outcomes(self) -> list[Asked]:
        """What became of those whose placement ended; of one contract where that was named."""
        access, today = self.request.access, localdate()
        asked = to_tell(access, today)
        contract = self.request.GET.get("contract", "")
        if is_key(contract):
            asked = asked.filter(accepted__allocations__contract=int(contract))
        elif not access.may(May.FULFIL):
            return []
        return asked_of(asked[:SHOWN], access, today)

    def show(self, rows: list[InterimRow], status: int = 200) -> HttpResponse:
        context = {
            "rows": rows,
            "heading": _("Interim report"),
            "today": localdate(),
            "silent": self.silent(rows),
            "outcomes": self.outcomes(),
            "added": sum((row.added for row in rows if not row.is_under_change), ZERO),
        }
        return render(self.request, "placements/interim_report.html", context, status=status)
