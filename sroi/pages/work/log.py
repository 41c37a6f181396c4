"""The log of a region, for its admins: changes of master data, sign-ins, exports and looks at
personal data.
"""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts.models import (
    Contract,
    Contractor,
    ContractShare,
    Membership,
    Municipality,
    Policy,
    Recognition,
    SocialFirm,
    TableInForce,
    ValuationTable,
)
from contracts.people.membership import administered
from reporting.models import Goal
from sroi.access import May, visible
from sroi.accounts import audit
from sroi.lists import LONGEST_SEARCH
from sroi.views import Happening, Request

PER_PAGE = 50
ACCESS = "toegang"
# What can be looked at: the part of the address, what it is called, and the model.
KINDS: tuple[tuple[str, str | Promise, Any], ...] = (
    ("contracten", gettext_lazy("Contracts"), Contract),
    ("aandelen", gettext_lazy("Shares"), ContractShare),
    ("opdrachtnemers", gettext_lazy("Contractors"), Contractor),
    ("opdrachtgevers", gettext_lazy("Clients"), Municipality),
    ("beleid", gettext_lazy("Policy"), Policy),
    ("doelen", gettext_lazy("Goals"), Goal),
    ("bouwblokken", gettext_lazy("Building blocks"), ValuationTable),
    ("ingang", gettext_lazy("Tables in force"), TableInForce),
    ("firmas", gettext_lazy("Social firms"), SocialFirm),
    ("erkenningen", gettext_lazy("Recognitions"), Recognition),
    ("rollen", gettext_lazy("Roles"), Membership),
)
ACTS = {"+": gettext_lazy("made"), "~": gettext_lazy("changed"), "-": gettext_lazy("removed")}


@require_safe
def log(request: Request) -> HttpResponse:
    if not request.access.may(May.SEE_LOG):
        raise Http404
    kind = request.GET.get("soort", ACCESS)
    text = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "")
    rows = access_rows(request, text) if kind == ACCESS else change_rows(request, kind, text)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    tell = access_words if kind == ACCESS else change_words
    kinds = [(ACCESS, _("Access")), *((key, label) for key, label, _model in KINDS)]
    sections = [
        {"url": f"?soort={key}", "label": label, "current": key == kind} for key, label in kinds
    ]
    return render(
        request,
        "pages/history.html",
        {
            "sections": sections,
            "kind": kind,
            "q": text,
            "page_obj": page,
            "events": [tell(row) for row in page],
        },
    )


def access_rows(request: Request, text: str) -> Any:
    people = [m.user for m in administered(Membership, request.access).select_related("user")]
    rows = audit.events_of(set(people))
    return (
        rows.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))
        if text
        else rows
    )


def access_words(row: Any) -> Happening:
    what = f"{row.get_kind_display()} {row.path}".strip()
    return Happening(what, row.at, row.user)


def change_rows(request: Request, kind: str, text: str) -> Any:
    models = {key: model for key, _label, model in KINDS}
    if kind not in models:
        raise Http404
    rows = visible(models[kind].history.model, request.access).select_related("history_user")
    if text:
        rows = rows.filter(
            Q(history_user__name__icontains=text)
            | Q(history_user__email__icontains=text)
            | Q(history_change_reason__icontains=text)
        )
    return rows.order_by("-history_date", "-history_id")


def change_words(row: Any) -> Happening:
    what = f"{name_of(row)}: {ACTS[row.history_type]}"
    return Happening(what, row.history_date, row.history_user, row.history_change_reason or "")


def name_of(row: Any) -> str:
    """What the version is of, in its own words of then: no look-ups per row."""
    for field in ("reference", "code", "name"):
        if getattr(row, field, ""):
            return " ".join(
                str(part) for part in (getattr(row, field), getattr(row, "title", "")) if part
            )
    named = (
        "role",
        "kind",
        "user_id",
        "contract_id",
        "percent",
        "valid_from",
        "year",
        "indicator",
        "low",
        "high",
    )
    parts = [getattr(row, field, None) for field in named]
    return " · ".join(str(part) for part in parts if part is not None) or str(row.id)
