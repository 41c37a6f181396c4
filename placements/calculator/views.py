"""The public calculator: what an effort would be worth, and the same effort under the other loaded
tables.

Everything stands in the address, so a link keeps what was filled in. Nothing is stored, and nobody
needs to sign in: published tables only.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.valuation_tables.loading import published_tables
from placements.calculator.elsewhere import elsewhere, worth_under
from placements.calculator.forms import CalculatorForm
from placements.claims.valuation import Claim, Counted
from placements.claims.words import example_worth
from sroi.periods import DAY, add_months


def effort(form: CalculatorForm, today: date) -> tuple[Claim, Counted]:
    """What was filled in, as a claim from the first of this month on, under a contract that covers
    all of it.
    """
    given = form.cleaned_data
    first = today.replace(day=1)
    last = add_months(first, given.get("months") or 12) - DAY
    claim = Claim(
        kind=form.chosen_kind,
        first=first,
        last=last,
        hours=((first, given.get("hours") or Decimal(0)),),
        age=given.get("age"),
        permanent_contract=bool(given.get("permanent")),
        entitled_until=given.get("entitled"),
        facts=form.answers,
        amount=given.get("claimed"),
        quantity=given.get("quantity"),
        day=first,
    )
    return claim, Counted(_("this calculation"), first, last, 0)


@login_not_required
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    today = localdate()
    tables = published_tables(today)
    form = CalculatorForm(request.GET, tables)
    context: dict[str, Any] = {
        "form": form,
        "heading": _("Calculator"),
        "table": form.table,
        "block": form.chosen_block,
    }
    if form.is_valid() and form.table and form.chosen_block:
        claim, contract = effort(form, today)
        result = worth_under(claim, contract, form.table, form.chosen_block)
        context |= {
            "result": result,
            "example": example_worth(form.chosen_block),
            "elsewhere": elsewhere(claim, contract, form.table, form.chosen_block),
        }
    return render(request, "placements/calculator.html", context)
