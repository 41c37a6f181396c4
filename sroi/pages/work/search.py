"""One search field for contracts, contractors and fulfilments; it finds only what a person may
see.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import Contract, Contractor, ContractState
from contracts.registering.door import drafts_for
from contracts.searches import contract_search, contractor_search, draft_search
from placements.models import Fulfilment
from placements.register.lists import fulfilment_search
from placements.standing.tasks import Task
from sroi.access import Access, May, visible
from sroi.lists import LONGEST_SEARCH
from sroi.pages.contract.drafts import contract_draft_task
from sroi.views import Request

SHOWN = 10


class SearchForm(forms.Form):
    q = forms.CharField(max_length=LONGEST_SEARCH)


@dataclass(frozen=True)
class Hits:
    heading: str
    tasks: list[Task]
    more_url: str


@require_safe
def search(request: Request) -> HttpResponse:
    form = SearchForm(request.GET) if request.GET.get("q") else SearchForm()
    found = hits(form.cleaned_data["q"], request.access) if form.is_valid() else []
    return render(
        request,
        "pages/search.html",
        {
            "form": form,
            "found": [part for part in found if part.tasks],
            "search_text": form["q"].value() or "",
        },
    )


def hits(text: str, access: Access) -> list[Hits]:
    found = [contracts(text, access), drafts(text, access), fulfilments(text, access)]
    return [*found, contractors(text, access)] if access.may(May.SEE_REGION) else found


def contracts(text: str, access: Access) -> Hits:
    rows = (
        visible(Contract, access)
        .filter(contract_search(text))
        .select_related("contractor")
        .order_by("reference")
    )
    return _hits(_("Contracts"), rows, "contract-list", text, contract_hit)


def contract_hit(contract: Contract) -> Task:
    url = reverse("contract-detail", args=[contract.pk])
    return Task(contract.title, url, f"{contract.reference} · {contract.contractor.name}")


def drafts(text: str, access: Access) -> Hits:
    """Contracts that are being prepared."""
    rows = drafts_for(access).filter(draft_search(text))
    return _hits(
        _("Contracts being prepared"),
        rows,
        "contract-list",
        text,
        lambda draft: contract_draft_task(draft, access),
        status=ContractState.DRAFT,
    )


def contractors(text: str, access: Access) -> Hits:
    rows = visible(Contractor, access).filter(contractor_search(text))
    return _hits(_("Contractors"), rows, "contractor-list", text, contractor_hit)


def contractor_hit(contractor: Contractor) -> Task:
    url = reverse("contractor-detail", args=[contractor.pk])
    return Task(contractor.name, url, contractor.register_words)


def fulfilments(text: str, access: Access) -> Hits:
    rows = (
        visible(Fulfilment, access)
        .filter(fulfilment_search(text, access))
        .select_related("contractor", "latest")
    )
    return _hits(_("Fulfilments"), rows, "fulfilment-list", text, fulfilment_hit)


def fulfilment_hit(fulfilment: Any) -> Task:
    latest = fulfilment.latest
    return Task(
        fulfilment.external_id,
        reverse("fulfilment-detail", args=[fulfilment.pk]),
        f"{fulfilment.get_kind_display()} · {fulfilment.contractor.name}",
        latest.state,
        latest.get_state_display(),
    )


def _hits(heading: str, rows: Any, list_page: str, text: str, draw: Any, **narrowed: str) -> Hits:
    found = list(rows[: SHOWN + 1])
    query = urlencode({"q": text, **narrowed})
    more_url = f"{reverse(list_page)}?{query}" if len(found) > SHOWN else ""
    return Hits(heading, [draw(row) for row in found[:SHOWN]], more_url)
