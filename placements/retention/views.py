"""What is kept about people: in plain words for everyone, and in full for who asks about one
person.
"""

import json
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts.models import Membership
from contracts.people import returned
from contracts.people.views.users import form_page, found
from contracts.policy.loading import POLICY_DEFAULTS
from placements.claims.content import FROM_THE_FIRST_DAY
from placements.models import (
    Disagreement,
    Evidence,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentVersion,
    KeptEdition,
    Match,
    PlacementOutcome,
)
from placements.retention.asked import Person, held, named, stays_because
from placements.retention.door import NEVER_SETTLED_MONTHS, erase_on_request
from placements.retention.forms import CandidateForm
from sroi.access import May, visible
from sroi.access.personal import shown
from sroi.accounts import audit
from sroi.accounts.ending.terms import terms_on
from sroi.accounts.log_words import told
from sroi.views import ConfirmPage, Happening, OfOne, Request, act_of

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
    "origin",
    "residence",
    "bonuses",
    "state",
    "answer",
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
    people: list[tuple[Fulfilment, list[tuple[FulfilmentVersion, str]]]] = []
    matches: list[Match] = []
    if form.is_valid():
        # Proposed for a place, and not at work yet: by a reference of who proposes.
        ref, regions = form.cleaned_data["ref"], request.access.regions_where(May.ANSWER_PRIVACY)
        proposed = visible(Match, request.access).filter(reference=ref, region__in=regions)
        matches = list(proposed.select_related("place", "contractor", "block"))
        # Also where nothing is found: that somebody looked for this person.
        shown()
        people = people_called(request, form.cleaned_data["ref"], form.cleaned_data["of"])
        if request.POST.get("format") == "json":
            found = [version for _one, versions in people for version, _why in versions]
            about = [all_about(request, version) for version in found]
            rest = [] if form.cleaned_data["of"] else map(proposed_as, matches)
            return download("kandidaat.json", [*about, *rest])
    # Last: whether anything of this person can go.
    told = [(one, versions, not all(w for _v, w in versions)) for one, versions in people]
    return render(
        request, "pages/held_candidate.html", {"form": form, "people": told, "matches": matches}
    )


def people_called(
    request: Request, ref: str, of: int | None
) -> list[tuple[Fulfilment, list[tuple[FulfilmentVersion, str]]]]:
    """Of each contractor who uses this reference it is another person: a fulfilment to know them
    by, and what is kept of them, with why it cannot be erased now. `of` is the fulfilment of the
    one who is meant.
    """
    regions = request.access.regions_where(May.ANSWER_PRIVACY)
    rows = named(
        visible(FulfilmentVersion, request.access), visible(KeptEdition, request.access), ref
    )
    rows = rows.filter(fulfilment__region__in=regions).select_related(
        "fulfilment__contractor", "fulfilment__region"
    )
    rows = rows.prefetch_related("terms", "allocations__contract", "allocations__block")
    found: dict[tuple[int, int], list[tuple[FulfilmentVersion, str]]] = defaultdict(list)
    for version in rows.order_by("fulfilment__contractor__name", "fulfilment", "number"):
        person = version.fulfilment.region_id, version.fulfilment.contractor_id
        found[person].append((version, stays_because(version)))
    people = [(versions[0][0].fulfilment, versions) for versions in found.values()]
    return [one for one in people if of in (None, one[0].pk)]


class ErasePerson(OfOne, ConfirmPage):
    """Somebody who was placed asks to be erased: what can go now goes, after it was shown what."""

    model = Fulfilment
    context_object_name = "fulfilment"
    related = ("contractor",)
    heading = gettext_lazy("What is kept about a candidate")
    action = gettext_lazy("Yes, erase what is kept of this person")
    question = gettext_lazy("Erase what is kept of this person?")
    consequence = gettext_lazy(
        "Reference, age, description, answers and evidence about the person are gone for good."
        " Amounts and counts stay, and lead back to nobody."
    )
    fulfilment: Fulfilment

    def may(self) -> bool:
        region = self.fulfilment.region_id
        return self.request.access.may(May.ANSWER_PRIVACY, region_id=region) and bool(self.person)

    @cached_property
    def person(self) -> Any:
        return Person.of(self.fulfilment)

    @cached_property
    def versions(self) -> list[FulfilmentVersion]:
        return list(held(self.person))

    def closed(self) -> HttpResponse | None:
        if not all(map(stays_because, self.versions)):
            return None
        messages.error(self.request, _("Nothing of this person can be erased now."))
        return redirect(self.back_url)

    @property
    def edition(self) -> str:
        return "; ".join(f"{v.pk} {v.edition} {stays_because(v)}" for v in self.versions)

    def goes(self) -> list[tuple[Any, Any]]:
        whys = {version: stays_because(version) for version in self.versions}
        goes = [version for version, why in whys.items() if not why]
        return [
            (_("Contractor"), str(self.fulfilment.contractor)),
            (_("Candidate reference"), str(self.person.ref)),
            (_("Is erased"), self.named(goes)),
            *(
                (_("Stays: %(what)s") % {"what": self.named([version])}, why)
                for version, why in whys.items()
                if why
            ),
        ]

    def named(self, versions: list[FulfilmentVersion]) -> str:
        return ", ".join(
            _("%(fulfilment)s, version %(number)s")
            % {"fulfilment": version.fulfilment.external_id, "number": version.number}
            for version in versions
        )

    def do(self, form: Any) -> str:
        erase_on_request(self.person, act_of(self.request))
        return _("What could go is erased. The history of the fulfilment says that it was.")

    @property
    def back_url(self) -> str:
        return reverse("held-candidate")


def proposed_as(match: Match) -> dict[str, Any]:
    return {
        "place": str(match.of),
        "contractor": str(match.contractor),
        "candidate_ref": match.reference,
        "target_group": match.block.target_group if match.block else "",
        "hours_per_week": match.hours_per_week,
        "state": match.state,
    }


def all_about(request: Request, version: FulfilmentVersion) -> dict[str, Any]:
    evidence = visible(Evidence, request.access).filter(version=version)
    events = visible(FulfilmentEvent, request.access).filter(fulfilment=version.fulfilment)
    return {
        "fulfilment": str(version.fulfilment),
        "region": version.fulfilment.region.code,
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
        "outcomes": list(
            visible(PlacementOutcome, request.access)
            .filter(fulfilment=version.fulfilment)
            .values("moment", "outcome", "at")
        ),
        "disagreement": list(
            visible(Disagreement, request.access)
            .filter(version=version)
            .values("why", "at", "answer", "answered_at")
        ),
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
