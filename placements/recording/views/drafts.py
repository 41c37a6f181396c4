"""The drafts that wait for a person: what each lacks, what they are worth together, and one press
that hands in those that were ticked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from placements.claims import proof, questions, valuing
from placements.claims.words import own_words, values_of
from placements.life import handing_in
from placements.models import Allocation, Fulfilment, FulfilmentVersion, Upload, UploadKind
from placements.recording.door import submit_each
from placements.recording.forms import HandInForm
from placements.register.lists import made_by, uploads_of
from placements.rights import own_drafts
from sroi.access import May, visible
from sroi.fields import is_key
from sroi.money import ZERO
from sroi.templatetags.formats import euro
from sroi.views import ForWhoMay, Request, act_of

PER_PAGE = 100
# So many reasons are said one by one after handing in; each stands beside its draft too.
SAID = 10


@dataclass(frozen=True)
class Row:
    """A draft with what it would be worth and what it lacks."""

    version: FulfilmentVersion
    references: str
    own: str
    worth: Decimal
    lacking: list[str]
    # What is odd, to be answered where it is checked; what is not proved yet.
    doubts: list[str]
    unproved: str
    is_ticked: bool

    @property
    def is_complete(self) -> bool:
        return not (self.lacking or self.doubts)

    @property
    def key(self) -> str:
        return f"{self.version.pk}.{self.version.edition}"


class Drafts(ForWhoMay, View):
    """All of them, or those that one import made (`?upload=`)."""

    capabilities = (May.ENTER,)
    request: Request
    heading = gettext_lazy("Drafts")

    def get(self, request: Request) -> HttpResponse:
        return self.show(HandInForm())

    def show(self, form: HandInForm, status: int = 200) -> HttpResponse:
        request = self.request
        page = Paginator(self.drafts(), PER_PAGE).get_page(request.GET.get("page"))
        rows = self.rows(list(page.object_list))
        ticked = [row for row in rows if row.is_ticked]
        context = {
            "heading": self.heading,
            "page": page,
            "rows": rows,
            "upload": self.upload,
            "ticked": len(ticked),
            "total": sum((row.worth for row in ticked), ZERO),
            "complete": sum(row.is_complete for row in rows),
            "form": form,
        }
        return render(request, "placements/drafts.html", context, status=status)

    def post(self, request: Request) -> HttpResponse:
        """Those that were ticked, each as it was on the screen."""
        form = HandInForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        ticked = ticks(request.POST.getlist("version"))
        versions = self.versions(self.drafts().filter(latest__in=ticked))
        for version in versions:
            version.edition = ticked[version.pk]
        done, refused = submit_each(versions, act_of(request), only_here=True)
        self.say(done, refused, len(ticked) - len(versions))
        query = {"upload": self.upload.pk} if self.upload else {}
        return redirect(f"{reverse('fulfilment-drafts')}?{urlencode(query)}")

    @cached_property
    def upload(self) -> Upload | None:
        asked = self.request.GET.get("upload", "")
        rows = uploads_of(self.request.access, UploadKind.FULFILMENTS)
        return rows.filter(pk=asked if is_key(asked) else 0).first()

    def drafts(self) -> QuerySet[Any]:
        access = self.request.access
        found = own_drafts(visible(Fulfilment, access), access)
        if upload := self.upload:
            found = found.filter(pk__in=made_by(upload, access))
        return found.select_related("latest", "contractor", "accepted")

    def versions(self, fulfilments: QuerySet[Any]) -> list[FulfilmentVersion]:
        versions = []
        for fulfilment in fulfilments:
            fulfilment.latest.fulfilment = fulfilment
            versions.append(fulfilment.latest)
        return versions

    def rows(self, fulfilments: Any) -> list[Row]:
        versions = self.versions(fulfilments)
        valuing.fetch(versions)
        valued, lacking = values_of(versions), handing_in.lacking(versions, localdate())
        for version in versions:
            handing_in.with_values(valued[version.pk])
        doubts, unproved = handing_in.still_asked(versions), proof.missing(versions)
        given = self.request.POST or self.request.GET
        asked, chooses = ticks(given.getlist("version")), "chosen" in given
        return [
            Row(
                v,
                ", ".join(a.contract.reference for a in valuing.allocations_of(v)),
                own_words(v),
                questions.total(valued[v.pk]),
                lacking[v.pk],
                [doubt.reason for doubt in doubts[v.pk]],
                proof.still_missing(unproved[v.pk]) if v.pk in unproved else "",
                not (lacking[v.pk] or doubts[v.pk]) and (not chooses or v.pk in asked),
            )
            for v in versions
        ]

    def say(self, done: Sequence[FulfilmentVersion], refused: list[str], gone: int) -> None:
        if done:
            kept = visible(Allocation, self.request.access).filter(version__in=done)
            total = kept.aggregate(total=Sum("value"))["total"] or ZERO
            words = ngettext(
                "%(n)s fulfilment submitted, worth %(total)s once it is accepted.",
                "%(n)s fulfilments submitted, together worth %(total)s once they are accepted.",
                len(done),
            )
            messages.success(self.request, words % {"n": len(done), "total": euro(total)})
        for why in refused[:SAID]:
            messages.error(self.request, why)
        if more := len(refused[SAID:]) + gone:
            words = ngettext(
                "%(n)s more was not submitted: look at it below.",
                "%(n)s more were not submitted: look at them below.",
                more,
            )
            messages.warning(self.request, words % {"n": more})
        if not (done or refused or gone):
            messages.info(self.request, _("Nothing was ticked, so nothing was submitted."))


def ticks(texts: Sequence[str]) -> dict[int, int]:
    """By version the edition that was on the screen, of `pk.edition`."""
    pairs = [text.split(".") for text in texts[:PER_PAGE]]
    good = [pair for pair in pairs if len(pair) == 2 and is_key(pair[0]) and is_key(pair[1])]
    return {int(pk): int(edition) for pk, edition in good}
