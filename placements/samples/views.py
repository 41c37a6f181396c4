"""Samples: what was drawn from each quarter, drawing one, and the check of each of its fulfilments."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import View

from contracts.models import EvidenceKind, Region, called
from placements.claims import questions, valuing
from placements.claims.words import what_was_claimed
from placements.evidence.door import pages_to_show
from placements.models import Evidence, Outcome, Sample, SampleCheck
from placements.samples import door as sampling
from placements.samples.forms import CheckForm, DrawForm
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.history.versions import versions
from sroi.periods import DAY
from sroi.views import ForWhoMay, Request, act_of

QUARTERS_BACK = 8
SHOWN = 100


@dataclass(frozen=True)
class SampleRow:
    """A sample in the list, with how far its checks are."""

    sample: Any

    @property
    def title(self) -> str:
        return sampling.quarter_words(self.sample.first_day)

    @property
    def words(self) -> str:
        s = self.sample
        told = _("%(drawn)s drawn of %(all)s accepted, %(checked)s checked, %(fine)s in order") % {
            "drawn": s.drawn,
            "all": s.population,
            "checked": s.checked,
            "fine": s.in_order,
        }
        return f"{s.region} · {told}"

    @property
    def is_done(self) -> bool:
        return bool(self.sample.checked == self.sample.drawn)


def counted(samples: Any) -> Any:
    return samples.select_related("region", "drawn_by").annotate(
        drawn=Count("checks"),
        checked=Count("checks", filter=~Q(checks__outcome="")),
        in_order=Count("checks", filter=Q(checks__outcome=Outcome.IN_ORDER)),
    )


class Samples(ForWhoMay, View):
    may = (May.SEE_REGION,)
    request: Request

    def form(self, data: Any = None) -> DrawForm | None:
        """For who may draw: with the last quarters, the one that ended first."""
        mine = self.request.access.regions_where(May.SAMPLE)
        regions = visible(Region, self.request.access).filter(pk__in=mine)
        if not mine:
            return None
        today, quarters = localdate(), []
        day = today
        for _number in range(QUARTERS_BACK):
            first = sampling.quarter_of(day).first
            quarters.append((first, sampling.quarter_words(first)))
            day = first - DAY
        usual = sampling.usual_size(regions[0], today)
        return DrawForm(data, regions=regions, quarters=quarters, initial={"size": usual, "quarter": quarters[1][0]})

    def get(self, request: Request) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: Request) -> HttpResponse:
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.show(form, 422)
        given = form.cleaned_data
        try:
            sample = sampling.draw(given["region"], given["quarter"], given["size"], act_of(request))
        except Refused as fault:
            form.add_error("quarter", str(fault))
            return self.show(form, 422)
        messages.success(request, _("Drawn. Check each of them below."))
        return redirect("sample-detail", sample.pk)

    def show(self, form: DrawForm | None, status: int = 200) -> HttpResponse:
        rows = counted(visible(Sample, self.request.access))[:SHOWN]
        context = {"heading": _("Samples"), "form": form, "rows": [SampleRow(sample) for sample in rows]}
        return render(self.request, "placements/samples.html", context, status=status)


class SampleDetail(ForWhoMay, View):
    """What was drawn, how it can be drawn again, and what became of each check."""

    may = (May.SEE_REGION,)
    request: Request

    def get(self, request: Request, pk: int) -> HttpResponse:
        sample = get_object_or_404(counted(visible(Sample, request.access)), pk=pk)
        request.region_title = sample.region.title
        checks = visible(SampleCheck, request.access).filter(sample=sample)
        rows = list(checks.select_related("version__fulfilment__contractor", "checked_by"))
        again = sampling.drawn_again(sample)
        context = {
            "heading": _("Sample of %(quarter)s") % {"quarter": sampling.quarter_words(sample.first_day)},
            "sample": sample,
            "row": SampleRow(sample),
            "checks": rows,
            "is_same": again == {check.version_id for check in rows},
            "may_check": sampling.may_draw(request.access, sample.region_id),
        }
        return render(request, "placements/sample.html", context)


class Check(ForWhoMay, View):
    """One accepted fulfilment looked at again: the claim, its value and evidence, and what was found."""

    may = (May.SAMPLE,)
    request: Request

    def find(self, pk: int) -> Any:
        rows = visible(SampleCheck, self.request.access).select_related(
            "sample__region", "version__fulfilment__contractor", "version__reviewed_by"
        )
        check = get_object_or_404(rows, pk=pk)
        if not sampling.may_draw(self.request.access, check.sample.region_id):
            raise Http404
        self.request.region_title = check.sample.region.title
        return check

    def get(self, request: Request, pk: int) -> HttpResponse:
        check = self.find(pk)
        names = ("outcome", "found", "done")
        return self.show(check, CheckForm(initial={**{n: getattr(check, n) for n in names}, "seen": stamp(check)}))

    def post(self, request: Request, pk: int) -> HttpResponse:
        check, form = self.find(pk), CheckForm(request.POST)
        if not form.is_valid():
            return self.show(check, form, 422)
        given = form.cleaned_data
        try:
            if given["seen"] != stamp(check):
                raise Refused(_("Someone else recorded this check meanwhile. Look at it again."))
            sampling.record(check, given["outcome"], given["found"], given["done"], act_of(request))
        except Refused as fault:
            form.add_error(None, str(fault))
            return self.show(check, form, 409)
        messages.success(request, _("Recorded."))
        return redirect(self.following(check))

    def following(self, check: Any) -> str:
        """The next that is not checked yet and that this person did not review, or else the sample."""
        left = visible(SampleCheck, self.request.access).filter(sample=check.sample, outcome="")
        others = left.exclude(version__reviewed_by=self.request.user).order_by("pk")
        after = others.filter(pk__gt=check.pk).first() or others.first()
        return reverse("sample-check", args=[after.pk]) if after else reverse("sample-detail", args=[check.sample_id])

    def show(self, check: Any, form: CheckForm, status: int = 200) -> HttpResponse:
        version = check.version
        valuing.fetch([version])
        valued = valuing.explained(version)
        rows = visible(Evidence, self.request.access).filter(version__fulfilment=version.fulfilment_id)
        told = (
            visible(SampleCheck.history.model, self.request.access).filter(id=check.pk).select_related("history_user")
        )
        context = {
            "heading": _("Check %(number)s") % {"number": version.fulfilment.external_id},
            "check": check,
            "version": version,
            "fulfilment": version.fulfilment,
            "form": form,
            "claimed": what_was_claimed(version, True),
            "valued": [(a.contract, value) for a, value in valued],
            "allocations": [a for a, _value in valued],
            "total": questions.total(valued),
            "evidence": [(e, called(EvidenceKind, e.kind), pages_to_show(e)) for e in rows.select_related("added_by")],
            "own": sampling.checks_own_review(self.request.user, check),
            "events": versions(told.order_by("history_date", "history_id"), skip=("checked_at", "checked_by")),
            "back_url": reverse("sample-detail", args=[check.sample_id]),
        }
        return render(self.request, "placements/sample_check.html", context, status=status)


def stamp(check: SampleCheck) -> str:
    """What tells one state of a check from another on the screen."""
    return check.checked_at.isoformat() if check.checked_at else ""
