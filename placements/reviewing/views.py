"""Reviewing: the queue, the claim with its value and signals, the evidence, and four answers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from contracts.models import EvidenceKind, called
from placements.claims import editions, proof, questions, valuing
from placements.claims.content import content_of
from placements.claims.words import values_of, what_was_claimed
from placements.dialogue.rounds import rounds_of
from placements.evidence.shown import pages_to_show
from placements.life import door as life
from placements.models import (
    Allocation,
    Disagreement,
    DisagreementState,
    Evidence,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.recording.forms import WhyForm
from placements.reviewing import signals as duplicates
from placements.reviewing.forms import AdjustForm
from placements.rights import may_review, reviews_own_entry
from placements.standing.known import waiting
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import change_answers, is_key
from sroi.money import ZERO
from sroi.templatetags.formats import euro
from sroi.views import ForWhoMay, Request, act_of

SHOWN = 50
ORDERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "age": (gettext_lazy("Oldest first"), ("submitted_at", "pk")),
    "contract": (
        gettext_lazy("By contract"),
        ("allocations__contract__reference", "submitted_at", "pk"),
    ),
    "contractor": (
        gettext_lazy("By contractor"),
        ("fulfilment__contractor__name_folded", "submitted_at", "pk"),
    ),
}


class Reviewing(ForWhoMay, View):
    """What waits for an adviser, in the order that was chosen."""

    capabilities = (May.REVIEW,)
    request: Request

    def queue(self) -> QuerySet[Any]:
        regions = self.request.access.regions_where(May.REVIEW)
        theirs = visible(FulfilmentVersion, self.request.access).filter(
            fulfilment__region__in=regions
        )
        rows: QuerySet[Any] = waiting(theirs).select_related(
            "fulfilment__contractor", "fulfilment__region", "fulfilment__accepted"
        )
        return rows

    @property
    def order(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in ORDERS else "age"

    def rows(self) -> list[FulfilmentVersion]:
        """Each once, though it may be for several contracts."""
        found = self.queue().order_by(*ORDERS[self.order][1])[: 2 * SHOWN]
        rows = list({version.pk: version for version in found}.values())[:SHOWN]
        valuing.fetch(rows)
        return rows

    def signals_of(
        self, rows: Sequence[FulfilmentVersion]
    ) -> tuple[dict[int, valuing.Valued], duplicates.Signals]:
        valued = values_of(rows)
        seen = visible(Fulfilment, self.request.access)
        return valued, duplicates.signals([(v, valued[v.pk]) for v in rows], seen, localdate())

    def context_of_queue(
        self, rows: Sequence[FulfilmentVersion], shown: int | None
    ) -> dict[str, Any]:
        waiting = self.queue().count()
        self.request.waiting = {"review-queue": waiting}
        today = localdate()
        return {
            "waiting": waiting,
            "orders": [(key, label, key == self.order) for key, (label, _fields) in ORDERS.items()],
            "by": self.order,
            "queue": [self.in_queue(version, shown, today) for version in rows],
        }

    @staticmethod
    def in_queue(version: FulfilmentVersion, shown: int | None, today: date) -> dict[str, Any]:
        """`most` is how many days a review may take by the policy of its contracts."""
        under = [a.contract for a in valuing.allocations_of(version)]
        since = version.submitted_at
        days = (today - localtime(since).date()).days if since else 0
        most = min((contract.policy.review_days for contract in under), default=0)
        return {
            "version": version,
            "current": version.fulfilment_id == shown,
            "days": days,
            "most": most,
            "is_late": days > most,
            "contracts": ", ".join(contract.reference for contract in under),
        }


class ReviewQueue(Reviewing):
    """The first that waits; with `?together` all those without a signal, to be accepted at once."""

    def get(self, request: Request) -> HttpResponse:
        rows = self.rows()
        if "together" in request.GET:
            return self.together(rows)
        if rows:
            return redirect(reverse("review", args=[rows[0].fulfilment_id]) + f"?by={self.order}")
        self.request.waiting = {"review-queue": 0}
        return render(request, "placements/review_empty.html", {"heading": _("Review")})

    def without_signal(
        self, rows: Sequence[FulfilmentVersion]
    ) -> list[tuple[FulfilmentVersion, Decimal]]:
        valued, signals = self.signals_of(rows)
        return [
            (version, questions.total(valued[version.pk]))
            for version in rows
            if not signals[version.pk]
            and not version.fulfilment.accepted
            and not was_spoken_of(version)
            and not reviews_own_entry(self.request.user, version.fulfilment)
        ]

    def together(self, rows: Sequence[FulfilmentVersion]) -> HttpResponse:
        fine = self.without_signal(rows)
        context = {
            **self.context_of_queue(rows, None),
            "fine": fine,
            "total": sum((worth for _version, worth in fine), ZERO),
            "heading": _("Accept together"),
            "back_url": reverse("review-queue") + f"?by={self.order}",
        }
        return render(self.request, "placements/review_together.html", context)

    def post(self, request: Request) -> HttpResponse:
        """Those that were ticked, each still as it was on the screen and still without a signal."""
        ticked = dict(
            text.split(".", 1)
            for text in request.POST.getlist("version")[:SHOWN]
            if text.count(".") == 1
        )
        rows = list(self.queue().filter(pk__in=[pk for pk in ticked if is_key(pk)]))
        valuing.fetch(rows)
        fine = [v for v, _worth in self.without_signal(rows) if ticked[str(v.pk)] == str(v.edition)]
        try:
            for region in {v.fulfilment.region for v in fine}:
                same = [v for v in fine if v.fulfilment.region_id == region.pk]
                life.accept(
                    same, act_of(request, _("Accepted together, without signals")), region=region
                )
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect("review-queue")
        accepted = ngettext(
            "%(n)s fulfilment accepted.", "%(n)s fulfilments accepted.", len(fine)
        ) % {"n": len(fine)}
        messages.success(request, accepted)
        if left := len(ticked) - len(fine):
            changed = _("%(n)s changed meanwhile or got a signal; look at those one by one.") % {
                "n": left
            }
            messages.warning(request, changed)
        return redirect("review-queue")


class Review(Reviewing):
    """One claim with its signals and evidence, and the four answers. What was answered is no longer
    here.
    """

    def get(self, request: Request, pk: int) -> HttpResponse:
        fulfilment = self.find(pk)
        if fulfilment.latest.state != FulfilmentState.SUBMITTED:
            return redirect("fulfilment-detail", pk)
        return self.show(
            fulfilment, adjust=self.adjust_form(fulfilment) if "otherwise" in request.GET else None
        )

    def find(self, pk: int) -> Any:
        rows = visible(Fulfilment, self.request.access).select_related(
            "region", "contractor", "latest__reviewed_by", "accepted"
        )
        fulfilment = get_object_or_404(rows, pk=pk)
        if not fulfilment.latest or not may_review(self.request.access, fulfilment):
            raise Http404
        fulfilment.latest.fulfilment = fulfilment
        self.request.region_title = fulfilment.region.title
        return fulfilment

    def adjust_form(self, fulfilment: Any, data: Any = None) -> AdjustForm:
        content = content_of(fulfilment.latest)
        return AdjustForm(
            data,
            kind=fulfilment.kind,
            content=content,
            there=proof.there({fulfilment.pk: content.fields})[fulfilment.pk],
            initial={"edition": fulfilment.latest.edition},
        )

    def post(self, request: Request, pk: int) -> HttpResponse:
        fulfilment = self.find(pk)
        answer = request.POST.get("answer", "")
        answers = {
            "accept": self.accept,
            "otherwise": self.accept_otherwise,
            "return": self.ask,
            "reject": self.reject,
        }
        if answer not in answers:
            return (
                self.show(fulfilment, status=422)
                if self.is_open(fulfilment)
                else redirect("fulfilment-detail", pk)
            )
        following = self.after(fulfilment)
        try:
            again = answers[answer](fulfilment, self.seen(fulfilment))
        except Refused as fault:
            return self.refused(pk, fault)
        return again or redirect(following)

    @staticmethod
    def is_open(fulfilment: Any) -> bool:
        return bool(fulfilment.latest.state == FulfilmentState.SUBMITTED)

    def seen(self, fulfilment: Any) -> FulfilmentVersion:
        """The version that was on the screen; another one, or another edition, is refused by the
        door.
        """
        version: FulfilmentVersion = fulfilment.latest
        if self.request.POST.get("version") != str(version.pk) or self.request.POST.get(
            "edition"
        ) != str(version.edition):
            raise Refused(life.changed_meanwhile(version))
        return version

    def after(self, fulfilment: Any) -> str:
        """The address of the one that comes next in the queue, or else its beginning."""
        keys = [version.fulfilment_id for version in self.rows()]
        at = keys.index(fulfilment.pk) if fulfilment.pk in keys else -1
        rest = [key for key in keys[at + 1 :] + keys[: max(at, 0)] if key != fulfilment.pk]
        return (
            reverse("review", args=[rest[0]]) if rest else reverse("review-queue")
        ) + f"?by={self.order}"

    def accept(self, fulfilment: Any, version: FulfilmentVersion) -> HttpResponse | None:
        valuing.fetch([version])
        reason, form = "", WhyForm(self.request.POST)
        if proof.missing([version]):
            if not form.is_valid():
                return self.show(fulfilment, why=form, answered="accept", status=422)
            reason = form.cleaned_data["why"]
        life.accept(
            [version],
            act_of(self.request),
            region=fulfilment.region,
            without_evidence=reason,
        )
        kept = (
            visible(Allocation, self.request.access)
            .filter(version=version)
            .values_list("value", flat=True)
        )
        worth = sum((value for value in kept if value is not None), ZERO)
        self.say(_("%(number)s accepted: it counts for %(worth)s."), fulfilment, worth=euro(worth))
        return None

    def accept_otherwise(self, fulfilment: Any, version: FulfilmentVersion) -> HttpResponse | None:
        form = self.adjust_form(fulfilment, self.request.POST)
        if not form.is_valid():
            return self.show(fulfilment, adjust=form, status=422)
        life.accept_otherwise(
            version,
            form.filled_in(),
            act_of(self.request, form.cleaned_data["why"]),
            region=fulfilment.region,
            decided_value=form.cleaned_data["decided_value"],
            without_evidence=form.cleaned_data.get("without_evidence", ""),
        )
        self.say(_("%(number)s accepted otherwise; the contractor sees your reason."), fulfilment)
        return None

    def ask(self, fulfilment: Any, version: FulfilmentVersion) -> HttpResponse | None:
        form = WhyForm(self.request.POST)
        if not form.is_valid():
            return self.show(fulfilment, why=form, answered="return", status=422)
        life.return_(version, act_of(self.request, form.cleaned_data["why"]))
        self.say(_("%(number)s went back with your question."), fulfilment)
        return None

    def reject(self, fulfilment: Any, version: FulfilmentVersion) -> HttpResponse | None:
        form = WhyForm(self.request.POST)
        if not form.is_valid():
            return self.show(fulfilment, why=form, answered="reject", status=422)
        life.reject(version, act_of(self.request, form.cleaned_data["why"]))
        self.say(_("%(number)s was rejected; the contractor sees your reason."), fulfilment)
        return None

    def say(self, sentence: str, fulfilment: Any, **values: str) -> None:
        messages.success(self.request, sentence % {"number": fulfilment.external_id, **values})

    def refused(self, pk: int, fault: Refused) -> HttpResponse:
        """Nothing happened: say why, and show it as it stands now, with what was typed."""
        fulfilment = self.find(pk)
        if self.is_open(fulfilment):
            typed = self.typed(fulfilment)
            return self.show(fulfilment, refusal=str(fault), status=409, **typed)
        messages.error(self.request, str(fault))
        return redirect("fulfilment-detail", pk)

    def typed(self, fulfilment: Any) -> dict[str, Any]:
        answer = self.request.POST.get("answer", "")
        if answer == "otherwise":
            adjust = self.adjust_form(fulfilment, self.request.POST)
            change_answers(adjust, edition=str(fulfilment.latest.edition))
            return {"adjust": adjust}
        if answer in ("return", "reject"):
            return {"why": WhyForm(self.request.POST), "answered": answer}
        return {}

    def context_of_evidence(self, fulfilment: Any, version: FulfilmentVersion) -> dict[str, Any]:
        rows = visible(Evidence, self.request.access).filter(version__fulfilment=fulfilment)
        there = list(rows.select_related("added_by"))
        lacking = proof.missing([version]).get(version.pk, [])
        return {
            "evidence": [(e, called(EvidenceKind, e.kind), pages_to_show(e)) for e in there],
            "lacking": [(code, called(EvidenceKind, code)) for code in lacking],
            "lacking_words": proof.named(lacking),
        }

    def show(self, fulfilment: Any, status: int = 200, **more: Any) -> HttpResponse:
        version, counts = fulfilment.latest, fulfilment.accepted
        rows = self.rows()
        valuing.fetch([version])
        valued, signals = self.signals_of([version])
        total = questions.total(valued[version.pk])
        own = reviews_own_entry(self.request.user, fulfilment)
        events = fulfilment.events.select_related("by").order_by("pk")
        disagreed = visible(Disagreement, self.request.access).filter(
            version__fulfilment=fulfilment
        )
        context = {
            **self.context_of_queue(rows, fulfilment.pk),
            "heading": _("Review"),
            "fulfilment": fulfilment,
            "version": version,
            "claimed": what_was_claimed(version, True),
            "valued": [(a.contract, value) for a, value in valued[version.pk]],
            "allocations": [a for a, _value in valued[version.pk]],
            "total": total,
            "signals": signals[version.pk],
            "may_answer": (
                not own or all(a.contract.policy.self_review for a, _value in valued[version.pk])
            ),
            **self.context_of_evidence(fulfilment, version),
            "rounds": rounds_of(fulfilment, list(events), True),
            "disagreement": disagreed.filter(state=DisagreementState.AGAIN).last(),
            "why": WhyForm(),
            **(compared(version, counts, total) if counts and counts != version else {}),
            **more,
        }
        return render(self.request, "placements/review_page.html", context, status=status)


def was_spoken_of(version: FulfilmentVersion) -> bool:
    """It was asked back or disagreed about before: what was said is read first."""
    return bool(version.answer) or version.number > 1


def compared(
    version: FulfilmentVersion, counts: FulfilmentVersion, total: Decimal
) -> dict[str, Any]:
    """A change beside what was accepted, with the difference in euro."""
    counts.fulfilment = version.fulfilment
    valuing.fetch([counts])
    before = questions.total(valuing.values_as_accepted(counts))
    return {
        "changes": editions.compared(counts, version, True),
        "before": before,
        "difference": total - before,
    }
