"""What others did with the contracts that are somebody's work, since this person was last here.

Last here is the time of the sign-in before this one, as the log has it.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.desk.whose import is_work_of, stood_in_for
from contracts.models import ContractEvent
from placements.models import Allocation, EventKind, FulfilmentEvent
from sroi.access import Access, May, visible
from sroi.accounts.audit import signed_in_before
from sroi.views import Happening, Request

MOST = 20
# What is not handed in is the contractor's own.
UNTOLD = (EventKind.DRAFTED, EventKind.EDITED)


@require_safe
def changed(request: Request) -> HttpResponse:
    """The work list takes its list over."""
    access, user = request.access, request.user
    if not access.may(May.ADVISE):
        raise Http404
    since = signed_in_before(user)
    mine = is_work_of(user, stood_in_for(user, localdate()), "contract__")
    events = happened(access, user, mine, since) if since else []
    return render(request, "pages/changed.html", {"since": since, "events": events})


def happened(access: Access, user: Any, mine: Q, since: datetime) -> list[Happening]:
    """The newest first; of contracts and fulfilments together."""
    of_contracts = visible(ContractEvent, access).filter(mine, at__gt=since).exclude(by=user)
    versions = visible(Allocation, access).filter(mine).values("version__fulfilment")
    of_fulfilments = (
        visible(FulfilmentEvent, access)
        .filter(at__gt=since, fulfilment__in=versions)
        .exclude(by=user)
        .exclude(kind__in=UNTOLD)
    )
    found = [
        Happening(
            _("%(title)s: %(what)s")
            % {"title": event.contract.title, "what": event.get_what_display()},
            event.at,
            event.by,
            url=reverse("contract-detail", args=[event.contract_id]),
        )
        for event in of_contracts.select_related("contract", "by").order_by("-pk")[:MOST]
    ]
    found += [
        Happening(
            _("%(number)s: %(what)s")
            % {"number": event.fulfilment.external_id, "what": event.get_kind_display()},
            event.at,
            event.by,
            url=reverse("fulfilment-detail", args=[event.fulfilment_id]),
        )
        for event in of_fulfilments.select_related("fulfilment", "by").order_by("-pk")[:MOST]
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:MOST]
