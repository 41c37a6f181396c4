"""Two pages: a contractor says that it does not agree, and the adviser answers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.dialogue import door as dialogue
from placements.dialogue.disagreeing import (
    claimed_in,
    decision_of,
    may_answer,
    may_disagree,
    open_until,
    worth,
)
from placements.dialogue.forms import AnswerForm, DisagreeForm
from placements.models import Disagreement, DisagreementState, Fulfilment, FulfilmentState
from sroi.access import visible
from sroi.templatetags.formats import euro, long_date
from sroi.views import FormPage, OfOne, act_of


def decided_words(version: Any, claim: Any) -> list[tuple[str, str]]:
    """What was claimed and what was decided, with the reason that the contractor read."""
    rejected = version.state == FulfilmentState.REJECTED
    return [
        (_("Claimed"), euro(worth(claim))),
        (_("Decided"), _("rejected") if rejected else euro(worth(version))),
        (_("Because"), claim.answer or version.decided_reason),
    ]


class Disagree(OfOne, FormPage):
    """Once, about the decision that stands on the page of the fulfilment."""

    model = Fulfilment
    related = ("latest",)
    fulfilment: Any
    template_name = "placements/disagree.html"
    heading = gettext_lazy("I do not agree")
    action = gettext_lazy("Send to the adviser")
    form_class = DisagreeForm

    def may(self) -> bool:
        return may_disagree(self.request.access, self.fulfilment)

    @property
    def back_url(self) -> str:
        return reverse("fulfilment-detail", args=[self.fulfilment.pk])

    def closed(self) -> HttpResponse | None:
        version = self.fulfilment.latest
        if version is None or not open_until(version, claimed_in(version), localdate()):
            return redirect(self.back_url)
        rows = visible(Disagreement, self.request.access)
        said = rows.filter(version=decision_of(version)).exists()
        return redirect(self.back_url) if said else None

    def do(self, form: Any) -> str:
        dialogue.disagree(self.fulfilment.latest, act_of(self.request, form.cleaned_data["why"]))
        return _("Sent. The adviser answers whether the decision stays.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.fulfilment.latest
        claim = claimed_in(version)
        return super().get_context_data(rows=decided_words(version, claim or version), **kwargs)


class Answer(OfOne, FormPage):
    """The decision stays, with the reason; or the claim waits for a review again."""

    model = Disagreement
    related = ("version__fulfilment__contractor", "claim", "by")
    disagreement: Any
    template_name = "placements/disagreement.html"
    heading = gettext_lazy("Answer the contractor")
    action = gettext_lazy("Answer")
    form_class = AnswerForm

    def may(self) -> bool:
        return may_answer(self.request.access, self.disagreement)

    @property
    def back_url(self) -> str:
        return reverse("fulfilment-detail", args=[self.disagreement.version.fulfilment_id])

    def closed(self) -> HttpResponse | None:
        is_open = self.disagreement.state == DisagreementState.OPEN
        return None if is_open else redirect(self.back_url)

    def do(self, form: Any) -> str:
        act = act_of(self.request, form.cleaned_data["why"])
        if form.cleaned_data["outcome"] == DisagreementState.KEPT:
            dialogue.keep(self.disagreement, act)
            return _("Answered: the decision stays. The contractor reads why.")
        dialogue.review_again(self.disagreement, act)
        return _("Answered: the claim waits for a review again.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.disagreement
        said = _("%(who)s, %(day)s") % {
            "who": found.by or found.version.fulfilment.contractor,
            "day": long_date(found.at),
        }
        rows = [
            *decided_words(found.version, found.claim),
            (_("The contractor says"), found.why),
            (_("Said by"), said),
        ]
        return super().get_context_data(rows=rows, **kwargs)
