"""What became of people: asked where one is anyway, and answered with one press."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.models import BlockKind
from placements.models import Became, Fulfilment, FulfilmentState, Moment
from placements.outcomes import asking, door
from placements.rights import may_enter, may_enter_fulfilment
from sroi.access import Access, May, visible
from sroi.fields import is_key
from sroi.views import ButtonPage, ForWhoMay, OfOne, Request, act_of

PER_PAGE = 50
# So many are asked about on the start page.
ON_START = 1
# The pages that ask it, to which one comes back after an answer.
PAGES = {"start": "start", "report": "interim-report", "list": "outcome-list"}


@dataclass(frozen=True)
class Asked:
    """A placement of which something is asked, or of which the answer is told."""

    fulfilment: Any
    question: asking.Question

    @property
    def moment(self) -> str:
        return str(Moment(self.question.moment).label)

    @property
    def answer(self) -> str:
        return str(Became(self.question.answer).label) if self.question.answer else ""

    @property
    def answers(self) -> list[tuple[str, Any]]:
        return [(value, capfirst(str(label))) for value, label in Became.choices]


def to_tell(access: Access, today: date) -> QuerySet[Any]:
    """The placements of which this person can tell what became of somebody, and is asked to."""
    found = asking.to_ask(visible(Fulfilment, access), today)
    return found.select_related("accepted", "contractor").prefetch_related(
        "outcomes", "accepted__allocations__contract"
    )


def asked_of(fulfilments: Any, access: Access, today: date) -> list[Asked]:
    rows = [f for f in fulfilments if may_enter_fulfilment(access, f)]
    asked = [(f, asking.asked_now(f.accepted.end_date, _told(f), today)) for f in rows]
    return [Asked(fulfilment, question) for fulfilment, question in asked if question]


def told_of(fulfilment: Any, today: date) -> list[Asked]:
    """Of one placement every moment that has come, with what was answered."""
    counts = fulfilment.accepted or fulfilment.latest
    if fulfilment.kind != BlockKind.PLACEMENT or counts.state in door.GONE:
        return []
    if counts.state == FulfilmentState.DRAFT:
        return []
    found = asking.questions(counts.end_date, _told(fulfilment), today)
    return [Asked(fulfilment, question) for question in found]


def _told(fulfilment: Any) -> dict[str, str]:
    return {told.moment: told.outcome for told in fulfilment.outcomes.all()}


class OutcomesToTell(ForWhoMay, View):
    """All of which it is asked now; of one contract with `?contract=`, the first of them for the
    start page with `?start`.
    """

    capabilities = (May.ENTER,)
    request: Request
    heading = gettext_lazy("What became of them?")

    def get(self, request: Request) -> HttpResponse:
        today, contract = localdate(), request.GET.get("contract", "")
        rows = to_tell(request.access, today)
        if is_key(contract):
            rows = rows.filter(accepted__allocations__contract=int(contract))
        on_start = "start" in request.GET
        paginator = Paginator(rows, ON_START if on_start else PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        asked = asked_of(page.object_list, request.access, today)
        context = {"heading": self.heading, "page": page, "asked": asked, "on_start": on_start}
        return render(request, "placements/outcomes.html", context)


class TellOutcome(OfOne, ButtonPage):
    """One press: a moment and what became of the person; one comes back to where it was asked."""

    model = Fulfilment
    related = ("accepted", "latest")

    def may(self) -> bool:
        return may_enter(self.request.access, self.object.region_id, self.object.contractor_id)

    def do(self) -> str:
        given = self.request.POST
        moment, outcome = given.get("moment", ""), given.get("outcome", "")
        door.tell(self.object, moment, outcome, act_of(self.request))
        said = {"number": self.object.external_id, "outcome": Became(outcome).label}
        return _("Thank you. Noted of %(number)s: %(outcome)s.") % said

    @property
    def back_url(self) -> str:
        page = PAGES.get(self.request.POST.get("page", ""))
        return reverse(page) if page else reverse("fulfilment-detail", args=[self.object.pk])
