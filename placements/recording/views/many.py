"""Many placements at once: one table under a contract, with what is wrong beside each cell. They
become drafts, which are handed in together.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from contracts.models import BlockKind, Contract
from placements.recording.door import record_all
from placements.recording.forms import PlacementTable
from placements.rights import contracts_to_record_for
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.views import ForWhoMay, Request, act_of

# So many rows stand there at first, come with a press, and can be handed in at once.
ROWS, MORE_ROWS, MOST_ROWS = 12, 6, 60


class ManyPlacements(ForWhoMay, View):
    """Of the contract that was named (`contract`), or of the only one."""

    capabilities = (May.ENTER,)
    request: Request
    heading = gettext_lazy("Several placements at once")

    def contract(self, asked: Any) -> Contract | None:
        access = self.request.access
        rows = contracts_to_record_for(visible(Contract, access), access)
        number = asked.get("contract", "")
        if is_key(number):
            rows = rows.filter(pk=number)
        found: list[Contract] = list(rows.prefetch_related("table__blocks")[:2])
        return found[0] if len(found) == 1 else None

    def get(self, request: Request) -> HttpResponse:
        contract = self.contract(request.GET)
        return self.show(PlacementTable(contract, ROWS)) if contract else self.choose_contract()

    def post(self, request: Request) -> HttpResponse:
        contract = self.contract(request.POST)
        if contract is None:
            return self.choose_contract()
        number = self.number_of_rows(request.POST.get("rows", ""))
        if request.POST.get("more"):
            more = min(number + MORE_ROWS, MOST_ROWS)
            table = PlacementTable(contract, more, request.POST)
            table.is_valid()
            return self.show(table)
        table = PlacementTable(contract, number, request.POST)
        if not table.begun:
            messages.error(request, _("Fill in at least one row."))
            return self.show(table, 422)
        return self.keep(table) if table.is_valid() else self.show(table, 422)

    def number_of_rows(self, text: str) -> int:
        return min(max(int(text), 1), MOST_ROWS) if is_key(text) else ROWS

    def keep(self, table: PlacementTable) -> HttpResponse:
        contract, request = table.contract, self.request
        try:
            made = record_all(
                contract.region,
                contract.contractor,
                BlockKind.PLACEMENT,
                table.contents(),
                request.access,
                act_of(request),
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return self.show(table, 422)
        words = ngettext(
            "%(n)s placement is a draft now. Look at it once more and submit it.",
            "%(n)s placements are drafts now. Look at them once more and submit them together.",
            len(made),
        )
        messages.success(request, words % {"n": len(made)})
        # Only these are ticked.
        query: list[tuple[str, Any]] = [("chosen", 1)]
        query += [("version", f"{version.pk}.{version.edition}") for version in made]
        return redirect(f"{reverse('fulfilment-drafts')}?{urlencode(query)}")

    def choose_contract(self) -> HttpResponse:
        access = self.request.access
        rows = contracts_to_record_for(visible(Contract, access), access)
        context = {"contracts": list(rows[:500]), "heading": self.heading}
        return render(self.request, "placements/record_for.html", context)

    def show(self, table: PlacementTable, status: int = 200) -> HttpResponse:
        context = {
            "table": table,
            "heading": self.heading,
            # Who asks for more rows is not done yet: what is wrong stands in its cell only.
            "faulty": status != 200 and any(row.errors for row in table.rows),
            "most": MOST_ROWS,
            "back_url": reverse("fulfilment-new"),
        }
        return render(self.request, "placements/record_many.html", context, status=status)
