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
    Program,
    Recognition,
    SocialFirm,
    TableInForce,
    ValuationTable,
)
from contracts.people.membership import administered
from placements.models import Evidence, Fulfilment
from reporting.figures.catalogue import FIGURES
from reporting.models import Goal
from sroi.access import May, visible
from sroi.accounts import audit
from sroi.accounts.log_words import page_of, told
from sroi.lists import LONGEST_SEARCH
from sroi.templatetags.formats import long_date, number, percent
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
    ("programmas", gettext_lazy("Programs"), Program),
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
            "events": tell(request, list(page)),
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


def access_words(request: Request, rows: list[Any]) -> list[Happening]:
    about = fulfilments_of(request, [row.path for row in rows])
    return [Happening(told(row, about.get(row.path, "")), row.at, row.user) for row in rows]


def fulfilments_of(request: Request, paths: list[str]) -> dict[str, str]:
    """Of the addresses of fulfilments and their evidence, what those are called."""
    own, evidence = {}, {}
    for path in set(paths):
        page = page_of(path)
        name, pk = str(page and page.url_name), page.kwargs.get("pk") if page else None
        if pk and name.startswith("evidence-"):
            evidence[path] = pk
        elif pk and name.startswith(("fulfilment-", "review")):
            own[path] = pk
    if evidence:
        kept = visible(Evidence, request.access).filter(pk__in=evidence.values())
        parents = dict(kept.values_list("pk", "version__fulfilment"))
        own |= {path: parents[pk] for path, pk in evidence.items() if pk in parents}
    if not own:
        return {}
    rows = visible(Fulfilment, request.access).filter(pk__in=own.values())
    names = {
        row.pk: f"{row.external_id} ({row.contractor})" for row in rows.select_related("contractor")
    }
    return {path: names.get(pk, "") for path, pk in own.items()}


def change_rows(request: Request, kind: str, text: str) -> Any:
    models = {key: model for key, _label, model in KINDS}
    if kind not in models:
        raise Http404
    model = models[kind]
    rows = visible(model.history.model, request.access).select_related(
        "history_user", *LOOKED_UP.get(model, ())
    )
    if text:
        rows = rows.filter(
            Q(history_user__name__icontains=text)
            | Q(history_user__email__icontains=text)
            | Q(history_change_reason__icontains=text)
        )
    return rows.order_by("-history_date", "-history_id")


def change_words(_request: Request, rows: list[Any]) -> list[Happening]:
    return [
        Happening(
            f"{name_of(row)}: {ACTS[row.history_type]}",
            row.history_date,
            row.history_user,
            row.history_change_reason or "",
        )
        for row in rows
    ]


def name_of(row: Any) -> str:
    """What the version is of, in its own words of then; what it is about was looked up with it."""
    say = NAMES.get(row.instance_type)
    own = ("reference", "title", "name", "title_nl")
    parts = say(row) if say else [getattr(row, name, "") for name in own]
    return " · ".join(str(part) for part in parts if part) or str(_("no longer known"))


def goal_words(row: Any) -> list[Any]:
    figure = FIGURES.get(row.indicator)
    return [row.year, figure.title if figure else "", number(row.low), number(row.high)]


# Of what has no name of its own: in which words it is told, and what is looked up for that.
NAMES: dict[Any, Any] = {
    Membership: lambda row: [row.user, row.get_role_display()],
    ContractShare: lambda row: [row.contract, row.municipality, percent(row.percent)],
    Policy: lambda row: [
        _("from %(day)s") % {"day": long_date(row.valid_from)}
        if row.valid_from
        else _("from the beginning")
    ],
    Goal: goal_words,
    TableInForce: lambda row: [row.table, long_date(row.valid_from)],
    Recognition: lambda row: [row.firm, row.get_kind_display(), long_date(row.valid_from)],
}
LOOKED_UP: dict[Any, tuple[str, ...]] = {
    Membership: ("user",),
    ContractShare: ("contract", "municipality"),
    TableInForce: ("table",),
    Recognition: ("firm",),
}
