"""The register of processing activities (article 30 of the GDPR), for region admins, with the terms
of their policy.
"""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contracts.models import Region
from contracts.people.membership import administered
from sroi.access import May
from sroi.accounts.ending.terms import terms_on
from sroi.views import Request


@dataclass(frozen=True)
class Activity:
    what: str | Promise
    purpose: str | Promise
    ground: str | Promise
    people: str | Promise
    data: str | Promise
    receivers: str | Promise
    kept: str | Promise


TASK = _("Public task: the performance conditions of Aanbestedingswet 2012, article 2.80")
PLACEMENTS = Activity(
    _("Work placements that count for a contract"),
    _("Establish that a contractor keeps to the agreement on social return"),
    TASK,
    _("People placed"),
    _(
        "Candidate reference chosen by the contractor, age in years, target group, hours and"
        " period. No name, no BSN."
    ),
    _("Advisers of the region and the contractor itself. A procurement officer sees totals only."),
    _("Candidate reference, age and documents: see the terms below. Amounts and counts remain."),
)
EVIDENCE = Activity(
    _("Evidence"),
    _("Check what was claimed"),
    TASK,
    _("People placed, people of contractors"),
    _(
        "Documents about a person are seen, not stored, unless the policy allows it; invoices and"
        " reports are stored, of a PDF only the pages as they look, unless the policy allows"
        " invoices as they were sent."
    ),
    _("Advisers of the region and the contractor itself"),
    _("As the placement it belongs to"),
)
CONTACTS = Activity(
    _("Contact persons of a contract"),
    _("Know whom to call about a contract"),
    TASK,
    _("People of contractors and clients"),
    _("Name, function, e-mail address and telephone of their work"),
    _("Advisers, and the people of the contractor and the clients of the contract"),
    _("As long as the contract: erased with the references of its placements"),
)
CANDIDATES = Activity(
    _("Candidates that an account manager proposes, and who asks to take part as a partner"),
    _("Bring contractors together with people and organisations"),
    TASK,
    _("People who seek work, people of organisations"),
    _(
        "Of a candidate a reference of the account manager, the target group and hours: no name, no"
        " BSN. Of who asks to take part an e-mail address."
    ),
    _("The account manager who proposed, the contractor and the advisers of the region"),
    _(
        "A reference until the work begins or the proposal is declined, an address until the"
        " answer; each at most half a year"
    ),
)
USERS = Activity(
    _("Users"),
    _("Sign in, and say who decided what"),
    TASK,
    _("People of clients, the region and contractors"),
    _(
        "Name, e-mail address, telephone of their work, roles, sessions with network address and"
        " browser, when signed in, and what was done and looked at"
    ),
    _("Region admins; a name stands with each decision"),
    _(
        "A name as long as the decisions it stands with are kept (Archiefwet); the rest ends, see"
        " the terms below"
    ),
)
UPLOADS = Activity(
    _("Files that are imported"),
    _("Show what a file would change before anything is imported"),
    TASK,
    _("People placed"),
    _("What is in the file, without a BSN"),
    _("Only who sent the file"),
    _("The file until it is imported; its rows some days more, see IMPORT_KEEP_DAYS"),
)
STORIES = Activity(
    _("Stories in an annual report"),
    _("Show what social return does for people"),
    _("Consent: GDPR, article 6, paragraph 1, under a"),
    _("People in a story"),
    _("What they tell, a picture, and who gave consent on which day"),
    _("Everyone, once the report is published; of the consent only who writes the report"),
    _("As long as the report. What is taken out of a draft is gone at once."),
)
ACTIVITIES = (PLACEMENTS, EVIDENCE, CANDIDATES, UPLOADS, CONTACTS, STORIES, USERS)


@require_safe
def processing_register(request: Request) -> HttpResponse:
    if not request.access.may(May.SEE_LOG):
        raise Http404
    today = localdate()
    regions = administered(Region, request.access)
    found = [(region, region.policies.all().on(today)) for region in regions]
    terms = [(region, policy) for region, policy in found if policy]
    context = {"activities": ACTIVITIES, "terms": terms, "user_terms": terms_on(today)}
    return render(request, "pages/processing_register.html", context)
