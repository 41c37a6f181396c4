"""Reviewing: the queue, the claim with its value and signals, the evidence, and four answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from contracts.models import EvidenceKind, called
from placements.claims import editions, proof, questions, valuing
from placements.claims.content import content_of
from placements.claims.words import declared, values_of, what_was_claimed
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
    ReviewDesk,
)
from placements.recording.forms import WhyForm
from placements.reviewing import door as reviewing
from placements.reviewing import signals as duplicates
from placements.reviewing.forms import AdjustForm, PhrasesForm, SeenForm
from placements.reviewing.lists import MINE, ORDERS, SHOWN, TEAM, WHOSE, Queue
from placements.rights import may_review, reviews_own_entry
from sroi.access import May, visible
from sroi.database.together import Asking, answered, in_order, side_by_side
from sroi.doors import Refused
from sroi.fields import change_answers, is_key
from sroi.money import ZERO
from sroi.templatetags.formats import euro
from sroi.views import FormPage, ForWhoMay, Request, act_of


class Reviewing(ForWhoMay, View):
    """What waits for an adviser, in the order and the part that was chosen: here, or last time."""

    capabilities = (May.REVIEW,)
    request: Request

    @cached_property
    def desk(self) -> ReviewDesk:
        return reviewing.desk_of(self.request.user)

    @cached_property
    def queue(self) -> Queue:
        asked, desk = self.request.GET, self.desk
        queue = Queue(
            self.request.access,
            self.request.user,
            localdate(),
            asked.get("by") or desk.order,
            asked.get("van") or desk.whose,
        )
        if "by" in asked or "van" in asked:
            reviewing.choose(desk, queue.order, queue.whose)
        return queue

    def signals_of(
        self, valued: Sequence[tuple[FulfilmentVersion, valuing.Valued]]
    ) -> Asking[tuple[duplicates.Signals, duplicates.Lacking]]:
        return duplicates.signals(valued, visible(Fulfilment, self.request.access), localdate())

    def context_of_queue(self, shown: int | None) -> dict[str, Any]:
        numbers, rows = answered(
            side_by_side(self.queue.numbers(), self.queue.rows(shown, localdate()))
        )
        self.request.waiting = {"review-queue": numbers[MINE]}
        return {
            "heading": _("Review"),
            "orders": [
                (key, label, key == self.queue.order) for key, (label, _f) in ORDERS.items()
            ],
            "whose": [
                (key, label, numbers[key], key == self.queue.whose) for key, label in WHOSE.items()
            ],
            "queue": rows,
        }

    def nothing(self) -> HttpResponse:
        """Nothing waits here; maybe for the team."""
        numbers = answered(self.queue.numbers())
        self.request.waiting = {"review-queue": numbers[MINE]}
        context = {"heading": _("Review"), "team_waits": numbers[TEAM]}
        return render(self.request, "placements/review_empty.html", context)


class ReviewQueue(Reviewing):
    """The first that waits; with `?together` all those without a signal, to be accepted at once."""

    def get(self, request: Request) -> HttpResponse:
        if "together" in request.GET:
            return self.together()
        keys = self.queue.keys()
        return redirect("review", keys[0]) if keys else self.nothing()

    def without_signal(
        self, rows: Sequence[FulfilmentVersion]
    ) -> list[tuple[FulfilmentVersion, Decimal]]:
        valuing.fetch(rows)
        valued = values_of(rows)
        signals, _lacking = answered(self.signals_of([(v, valued[v.pk]) for v in rows]))
        return [
            (version, questions.total(valued[version.pk]))
            for version in rows
            if not signals[version.pk]
            and not version.fulfilment.accepted
            and not was_spoken_of(version)
            and not reviews_own_entry(self.request.user, version.fulfilment)
        ]

    def together(self) -> HttpResponse:
        """Of all in the queue, or of those alike one of them; the total is of those that are
        ticked.
        """
        asked, rows = self.request.GET, answered(self.queue.versions())
        if like := asked.get("like"):
            valuing.fetch(rows)
            rows = alike(rows, like)
        ticked = asked.getlist("version") if "chosen" in asked else None
        fine = [
            Together(version, worth, ticked is None or key_of_version(version) in ticked)
            for version, worth in self.without_signal(rows)
        ]
        back_url = reverse("review", args=[like]) if like and rows else reverse("review-queue")
        context = {
            "fine": fine,
            "ticked": sum(one.is_ticked for one in fine),
            "total": sum((one.worth for one in fine if one.is_ticked), ZERO),
            "like": like,
            "heading": _("Accept together"),
            "back_url": back_url,
        }
        return render(self.request, "placements/review_together.html", context)

    def post(self, request: Request) -> HttpResponse:
        """Those that were ticked, each still as it was on the screen and still without a signal."""
        ticked = dict(
            text.split(".", 1)
            for text in request.POST.getlist("version")[:SHOWN]
            if text.count(".") == 1
        )
        found = self.queue.teams.filter(pk__in=[pk for pk in ticked if is_key(pk)])
        rows = list(
            found.select_related(
                "fulfilment__contractor", "fulfilment__region", "fulfilment__accepted"
            )
        )
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


@dataclass(frozen=True)
class Together:
    """One that can be accepted with others."""

    version: FulfilmentVersion
    worth: Decimal
    is_ticked: bool

    @property
    def key(self) -> str:
        return key_of_version(self.version)


def key_of_version(version: FulfilmentVersion) -> str:
    """What stands for it as it is on the screen."""
    return f"{version.pk}.{version.edition}"


def alike(rows: Sequence[FulfilmentVersion], key: Any) -> list[FulfilmentVersion]:
    """Those of the same contractor on the same building blocks as the one with this number, itself
    included; their contracts are there.
    """

    def what(version: FulfilmentVersion) -> tuple[int, frozenset[int]]:
        blocks = frozenset(a.block_id for a in version.allocations.all())
        return version.fulfilment.contractor_id, blocks

    same = {what(version) for version in rows if str(version.fulfilment_id) == str(key)}
    return [version for version in rows if what(version) in same]


class Review(Reviewing):
    """One claim with its signals and evidence, and the four answers. What was answered is no longer
    here.

    The page stays while one answers: what htmx sends is answered with what comes next, and where
    that is.
    """

    @property
    def fulfilment_url(self) -> str:
        return reverse("fulfilment-detail", args=[self.fulfilment.pk])

    def get(self, request: Request, pk: int) -> HttpResponse:
        self.find(pk)
        if not self.is_open:
            return redirect(self.fulfilment_url)
        return self.show(
            adjust=self.adjust_form() if "otherwise" in request.GET else None,
            moved=self.is_part,
        )

    @property
    def is_part(self) -> bool:
        """Whether the page stands already, and only what is reviewed is put in its place."""
        return bool(getattr(self.request, "htmx", None))

    def find(self, pk: int) -> None:
        rows = visible(Fulfilment, self.request.access).select_related(
            "region", "contractor", "latest__reviewed_by", "accepted"
        )
        fulfilment: Any = get_object_or_404(rows, pk=pk)
        if not fulfilment.latest or not may_review(self.request.access, fulfilment):
            raise Http404
        fulfilment.latest.fulfilment = fulfilment
        self.request.region_title = fulfilment.region.title
        self.fulfilment = fulfilment

    def adjust_form(self, data: Any = None) -> AdjustForm:
        content = content_of(self.fulfilment.latest)
        return AdjustForm(
            data,
            kind=self.fulfilment.kind,
            content=content,
            there=proof.there({self.fulfilment.pk: content.fields})[self.fulfilment.pk],
            initial={"edition": self.fulfilment.latest.edition},
        )

    def post(self, request: Request, pk: int) -> HttpResponse:
        self.find(pk)
        answers = {
            "accept": self.accept,
            "otherwise": self.accept_otherwise,
            "return": self.ask,
            "reject": self.reject,
            "seen": self.saw,
        }
        answer = request.POST.get("answer", "")
        if answer not in answers:
            return self.show(status=422) if self.is_open else redirect(self.fulfilment_url)
        following = self.following()
        try:
            again = answers[answer](self.seen())
        except Refused as fault:
            return self.refused(pk, fault)
        return again or self.move_on(following)

    @property
    def is_open(self) -> bool:
        return bool(self.fulfilment.latest.state == FulfilmentState.SUBMITTED)

    def seen(self) -> FulfilmentVersion:
        """The version that was on the screen; another one, or another edition, is refused by the
        door.
        """
        version: FulfilmentVersion = self.fulfilment.latest
        if self.request.POST.get("version") != str(version.pk) or self.request.POST.get(
            "edition"
        ) != str(version.edition):
            raise Refused(life.changed_meanwhile(version))
        return version

    def following(self) -> list[int]:
        """The ones that come after this one, and then those before it."""
        keys = self.queue.keys()
        at = keys.index(self.fulfilment.pk) if self.fulfilment.pk in keys else -1
        return keys[at + 1 :] + keys[: max(at, 0)]

    def move_on(self, following: Sequence[int]) -> HttpResponse:
        """To the first of these that still waits, or else to the beginning of the queue."""
        there = self.queue.keys()
        key = next((key for key in following if key in there), there[0] if there else None)
        url = reverse("review", args=[key]) if key else reverse("review-queue")
        if not self.is_part:
            return redirect(url)
        if key is None:
            response = self.nothing()
        else:
            self.find(key)
            response = self.show(moved=True)
        response["HX-Push-Url"] = url
        return response

    def stay(self) -> HttpResponse:
        if not self.is_part:
            return redirect("review", self.fulfilment.pk)
        return self.show(looked=True)

    def accept(self, version: FulfilmentVersion) -> HttpResponse | None:
        valuing.fetch([version])
        reason, form = "", WhyForm(self.request.POST)
        if proof.missing([version]):
            if not form.is_valid():
                return self.show(why=form, answered="accept", status=422)
            reason = form.cleaned_data["why"]
        life.accept(
            [version],
            act_of(self.request),
            region=self.fulfilment.region,
            without_evidence=reason,
        )
        kept = (
            visible(Allocation, self.request.access)
            .filter(version=version)
            .values_list("value", flat=True)
        )
        worth = sum((value for value in kept if value is not None), ZERO)
        self.say(_("%(number)s accepted: it counts for %(worth)s."), worth=euro(worth))
        return None

    def accept_otherwise(self, version: FulfilmentVersion) -> HttpResponse | None:
        form = self.adjust_form(self.request.POST)
        if not form.is_valid():
            return self.show(adjust=form, status=422)
        life.accept_otherwise(
            version,
            form.filled_in(),
            act_of(self.request, form.cleaned_data["why"]),
            region=self.fulfilment.region,
            decided_value=form.cleaned_data["decided_value"],
            without_evidence=form.cleaned_data.get("without_evidence", ""),
        )
        self.say(_("%(number)s accepted otherwise; the contractor sees your reason."))
        return None

    def ask(self, version: FulfilmentVersion) -> HttpResponse | None:
        form = WhyForm(self.request.POST)
        if not form.is_valid():
            return self.show(why=form, answered="return", status=422)
        life.return_(version, act_of(self.request, form.cleaned_data["why"]))
        self.say(_("%(number)s went back with your question."))
        return None

    def reject(self, version: FulfilmentVersion) -> HttpResponse | None:
        form = WhyForm(self.request.POST)
        if not form.is_valid():
            return self.show(why=form, answered="reject", status=422)
        life.reject(version, act_of(self.request, form.cleaned_data["why"]))
        self.say(_("%(number)s was rejected; the contractor sees your reason."))
        return None

    def saw(self, version: FulfilmentVersion) -> HttpResponse:
        """What is asked and not there was seen. What a colleague noted meanwhile stays as it is."""
        valuing.fetch([version])
        lacking = proof.missing([version]).get(version.pk, [])
        kinds = [kind for kind in lacking if kind in self.request.POST.getlist("kind")]
        form = SeenForm(self.request.POST)
        if not form.is_valid():
            return self.show(saw=form, saw_kinds=kinds, status=422)
        act, how = act_of(self.request), form.cleaned_data["how"]
        if form.cleaned_data["keep"]:
            reviewing.keep_phrases(self.request.user, [*self.desk.phrases, how])
            del self.desk
        reviewing.saw(version, kinds, how, act)
        messages.success(self.request, _("Noted that you saw it."))
        return self.stay()

    def say(self, sentence: str, **values: str) -> None:
        number = self.fulfilment.external_id
        messages.success(self.request, sentence % {"number": number, **values})

    def refused(self, pk: int, fault: Refused) -> HttpResponse:
        """Nothing happened: say why, and show it as it stands now, with what was typed."""
        self.find(pk)
        if self.is_open:
            return self.show(refusal=str(fault), status=409, **self.typed())
        messages.error(self.request, str(fault))
        return redirect(self.fulfilment_url)

    def typed(self) -> dict[str, Any]:
        answer = self.request.POST.get("answer", "")
        if answer == "otherwise":
            adjust = self.adjust_form(self.request.POST)
            change_answers(adjust, edition=str(self.fulfilment.latest.edition))
            return {"adjust": adjust}
        if answer in ("return", "reject"):
            return {"why": WhyForm(self.request.POST), "answered": answer}
        if answer == "seen":
            form = SeenForm(self.request.POST)
            return {"saw": form, "saw_kinds": self.request.POST.getlist("kind")}
        return {}

    def context_of_evidence(
        self, there: Iterable[Evidence], lacking: Sequence[str]
    ) -> dict[str, Any]:
        return {
            "evidence": [(e, called(EvidenceKind, e.kind), pages_to_show(e)) for e in there],
            "lacking": [(code, called(EvidenceKind, code)) for code in lacking],
            "lacking_words": proof.named(lacking),
            "phrases": self.desk.phrases,
            "may_keep": len(self.desk.phrases) < reviewing.MOST_PHRASES,
            "saw": SeenForm(),
        }

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        """`moved`: one came here from another claim, without the page going away; `looked`: one saw
        a document.
        """
        fulfilment = self.fulfilment
        version, counts = fulfilment.latest, fulfilment.accepted
        valuing.fetch([version])
        valued = values_of([version])
        evidence = visible(Evidence, self.request.access).filter(version__fulfilment=fulfilment)
        disagreed = visible(Disagreement, self.request.access).filter(
            version__fulfilment=fulfilment, state=DisagreementState.AGAIN
        )
        (signals, lacking), there, events, again = answered(
            side_by_side(
                self.signals_of([(version, valued[version.pk])]),
                in_order(evidence.select_related("added_by")),
                in_order(fulfilment.events.select_related("by"), "pk"),
                in_order(disagreed),
            )
        )
        total = questions.total(valued[version.pk])
        own = reviews_own_entry(self.request.user, fulfilment)
        queue = self.context_of_queue(fulfilment.pk)
        like = alike([row.version for row in queue["queue"]], fulfilment.pk)
        context = {
            **queue,
            "like": len(like) if len(like) > 1 else 0,
            "fulfilment": fulfilment,
            "version": version,
            "claimed": [*what_was_claimed(version, True), *declared(version)],
            "valued": [(a.contract, value) for a, value in valued[version.pk]],
            "allocations": [a for a, _value in valued[version.pk]],
            "total": total,
            "signals": signals[version.pk],
            "may_answer": (
                not own or all(a.contract.policy.self_review for a, _value in valued[version.pk])
            ),
            **self.context_of_evidence(there, lacking.get(version.pk, [])),
            "rounds": rounds_of(fulfilment, events, True),
            "disagreement": again[-1] if again else None,
            "why": WhyForm(),
            **(compared(version, counts, total) if counts and counts != version else {}),
            **more,
        }
        if adjust := context.get("adjust"):
            context |= self.context_of_change(adjust, total)
        response = render(self.request, "placements/review_page.html", context, status=status)
        if self.request.method == "POST":
            # It is shown where one is; `move_on` says otherwise.
            response["HX-Push-Url"] = "false"
        return response

    def context_of_change(self, form: AdjustForm, claimed: Decimal) -> dict[str, Any]:
        """What was claimed, what it would be worth as it is filled in, and what that differs."""
        new = form.worth(self.fulfilment) if form.is_bound else claimed
        return {"claimed_worth": claimed, "new_worth": new, "difference_in_worth": new - claimed}


class ReviewValue(Review):
    """What a claim would be worth as an adviser changes it; nothing is stored."""

    http_method_names = ("post", "options")

    def post(self, request: Request, pk: int) -> HttpResponse:
        self.find(pk)
        version = self.fulfilment.latest
        valuing.fetch([version])
        claimed = questions.total(values_of([version])[version.pk])
        change = self.context_of_change(self.adjust_form(request.POST), claimed)
        return render(request, "placements/review_value.html", change)


class Phrases(ForWhoMay, FormPage):
    """One's own phrases for how a document was seen, a line for each."""

    capabilities = (May.REVIEW,)
    form_class = PhrasesForm
    heading = gettext_lazy("My phrases")
    refused_at = "phrases"

    @property
    def back_url(self) -> str:
        return reverse("review-queue")

    def get_initial(self) -> dict[str, Any]:
        return {"phrases": "\n".join(reviewing.desk_of(self.request.user).phrases)}

    def do(self, form: Any) -> str:
        reviewing.keep_phrases(self.request.user, form.lines())
        return _("Kept.")


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
