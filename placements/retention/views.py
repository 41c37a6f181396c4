"""What is kept about people: in plain words for everyone, and in full for who asks about one
person.
"""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from contracts.models import Membership
from contracts.people import returned
from contracts.people.views.users import form_page, found
from contracts.policy.loading import POLICY_DEFAULTS
from placements.claims.content import FROM_THE_FIRST_DAY
from placements.models import Evidence, FulfilmentEvent, FulfilmentVersion, KeptEdition
from placements.retention.door import NEVER_SETTLED_MONTHS
from placements.retention.forms import CandidateForm
from sroi.access import May, visible
from sroi.access.personal import shown
from sroi.accounts import audit
from sroi.accounts.ending.terms import terms_on
from sroi.accounts.log_words import told
from sroi.views import Happening, Request

# Rows of the log on one's own page; all of them are in the file.
LATEST = 20
PERSONAL = (
    "candidate_ref",
    "age_at_start",
    "description",
    "start_date",
    "end_date",
    "permanent_contract",
    "entitled_until",
    "facts",
    "state",
)


@login_not_required
@require_safe
def privacy(request: Request) -> HttpResponse:
    """For the person placed and the contractor; the terms are those of the policy as published."""
    months = {key: POLICY_DEFAULTS[key] for key in POLICY_DEFAULTS if key.startswith("retention")}
    context = {
        "months": months,
        "never_settled": NEVER_SETTLED_MONTHS,
        "terms": terms_on(localdate()),
    }
    return render(request, "pages/privacy.html", context)


@form_page
def held_candidate(request: Request) -> HttpResponse:
    """Everything held about one candidate reference, among the fulfilments that the adviser may
    see.

    Asked with POST, so that the reference stands in no address and no log.
    """
    if not request.access.may(May.ANSWER_PRIVACY):
        raise Http404
    form = CandidateForm(request.POST or None)
    versions: list[FulfilmentVersion] = []
    if form.is_valid():
        ref = form.cleaned_data["ref"]
        # Also what a claim said before it was mended.
        earlier = visible(KeptEdition, request.access).filter(content__fields__candidate_ref=ref)
        theirs = visible(FulfilmentVersion, request.access).filter(
            Q(candidate_ref=ref) | Q(pk__in=earlier.values("version"))
        )
        regions = request.access.regions_where(May.ANSWER_PRIVACY)
        rows = theirs.filter(fulfilment__region__in=regions).select_related(
            "fulfilment__contractor"
        )
        # Also where nothing is found: that somebody looked for this person.
        shown()
        versions = list(
            rows.prefetch_related("terms", "allocations__contract", "allocations__block")
        )
        if request.POST.get("format") == "json":
            return download("kandidaat.json", [all_about(request, version) for version in versions])
    return render(request, "pages/held_candidate.html", {"form": form, "versions": versions})


def all_about(request: Request, version: FulfilmentVersion) -> dict[str, Any]:
    evidence = visible(Evidence, request.access).filter(version=version)
    events = visible(FulfilmentEvent, request.access).filter(fulfilment=version.fulfilment)
    return {
        "fulfilment": str(version.fulfilment),
        "contractor": str(version.fulfilment.contractor),
        "version": version.number,
        **{name: getattr(version, name) for name in PERSONAL},
        "hours": [
            {
                "from": None if t.first_day == FROM_THE_FIRST_DAY else t.first_day,
                "per_week": t.hours_per_week,
            }
            for t in version.terms.all()
        ],
        "contracts": [
            {
                "reference": a.contract.reference,
                "block": a.block.code,
                "target_group": a.block.target_group,
            }
            for a in version.allocations.all()
        ],
        "earlier": list(
            visible(KeptEdition, request.access)
            .filter(version=version)
            .values("event__at", "content__fields")
        ),
        "evidence": list(evidence.values("kind", "seen_on", "seen_how", "added_at", "erased_at")),
        "events": list(events.values("kind", "at", "why")),
    }


@require_safe
def held_user(request: Request, pk: int) -> HttpResponse:
    """Everything held about a user, for who manages the users of the region."""
    if not request.access.may(May.MANAGE_USERS):
        raise Http404
    user = found(request, pk).user
    memberships = visible(Membership, request.access).filter(user=user)
    return download("gebruiker.json", all_about_user(user, memberships))


@require_safe
def held_self(request: Request) -> HttpResponse:
    """What is kept about oneself, and until when; as a file too."""
    user: Any = request.user
    roles = user.memberships.select_related("region", "contractor").order_by("started_at")
    if request.GET.get("format") == "json":
        return download("mijn-gegevens.json", all_about_user(user, roles))
    today = localdate()
    log = audit.events_of([user])
    context = {
        "roles": roles,
        "sessions": user.usersession_set.count(),
        "events": [Happening(told(event), event.at) for event in log[:LATEST]],
        "number": log.count(),
        "terms": terms_on(today),
        "policies": [
            (region, policy)
            for region in {role.region for role in roles}
            if (policy := region.policies.all().on(today))
        ],
    }
    return render(request, "pages/held_self.html", context)


def all_about_user(user: Any, memberships: Any) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "telephone": user.phone,
        "since": user.date_joined,
        "signed_in": user.last_login,
        "mail_came_back": returned.last_at(user.email),
        "roles": list(
            memberships.values("role", "region__code", "contractor__name", "started_at", "ended_at")
        ),
        "sessions": list(
            user.usersession_set.values("created_at", "last_seen_at", "user_agent", "ip")
        ),
        "log": [
            {"at": event.at, "what": told(event), "kind": event.kind}
            for event in audit.events_of([user])
        ],
    }


def download(name: str, content: Any) -> HttpResponse:
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=disposition)
