"""Samples: what was drawn from each quarter, drawing one, and the check of each of its
fulfilments.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.dossier.views import OfDossier
from contracts.models import EvidenceKind, Region, called
from placements.claims import questions, valuing
from placements.claims.words import what_was_claimed
from placements.evidence.shown import pages_to_show
from placements.models import Evidence, Outcome, Sample, SampleCheck
from placements.samples import door as sampling
from placements.samples.forms import CheckForm, DrawForm, VisitForm
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.history.versions import versions
from sroi.periods import DAY
from sroi.views import FormPage, ForWhoMay, OfOne, Request, act_of

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


class Samples(ForWhoMay, FormPage):
    """Those that were drawn, and for who may draw: another one, of one of the last quarters."""

    capabilities = (May.SEE_REGION,)
    template_name = "placements/samples.html"
    heading = gettext_lazy("Samples")
    form_class = DrawForm
    refused_at = "quarter"

    def get_form(self, form_class: Any = None) -> Any:
        if self.request.access.may(May.SAMPLE):
            return super().get_form(form_class)
        if self.request.method == "POST":
            raise Http404
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = self.request.access.regions_where(May.SAMPLE)
        regions = visible(Region, self.request.access).filter(pk__in=mine)
        today, quarters = localdate(), []
        day = today
        for _number in range(QUARTERS_BACK):
            first = sampling.quarter_of(day).first
            quarters.append((first, sampling.quarter_words(first)))
            day = first - DAY
        # The one that ended first.
        initial = {"size": sampling.usual_size(regions[0], today), "quarter": quarters[1][0]}
        return super().get_form_kwargs() | {
            "regions": regions,
            "quarters": quarters,
            "initial": initial,
        }

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        self.drawn = sampling.draw(
            given["region"], given["quarter"], given["size"], act_of(self.request)
        )
        return _("Drawn. Check each of them below.")

    def get_success_url(self) -> str:
        return reverse("sample-detail", args=[self.drawn.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = counted(visible(Sample, self.request.access))[:SHOWN]
        return super().get_context_data(rows=[SampleRow(sample) for sample in rows], **kwargs)


class SampleDetail(ForWhoMay, OfOne):
    """What was drawn, how it can be drawn again, and what became of each check."""

    capabilities = (May.SEE_REGION,)
    model = Sample
    sample: Any

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = counted(super().get_queryset())
        return rows

    def get(self, request: Request, pk: int) -> HttpResponse:
        sample = self.sample
        checks = visible(SampleCheck, request.access).filter(sample=sample)
        rows = list(checks.select_related("version__fulfilment__contractor", "checked_by"))
        again = sampling.drawn_again(sample)
        context = {
            "heading": (
                _("Sample of %(quarter)s") % {"quarter": sampling.quarter_words(sample.first_day)}
            ),
            "sample": sample,
            "row": SampleRow(sample),
            "checks": rows,
            "is_same": again == {check.version_id for check in rows},
            "may_check": sampling.may_draw(request.access, sample.region_id),
        }
        return render(request, "placements/sample.html", context)


class Check(ForWhoMay, OfOne, FormPage):
    """One accepted fulfilment looked at again: the claim, its value and evidence, and what was
    found.
    """

    capabilities = (May.SAMPLE,)
    model = SampleCheck
    related = ("version__fulfilment__contractor", "version__reviewed_by")
    context_object_name = "check"
    check: Any
    template_name = "placements/sample_check.html"
    form_class = CheckForm

    def may(self) -> bool:
        return sampling.may_draw(self.request.access, self.check.sample.region_id)

    @property
    def heading(self) -> str:
        return _("Check %(number)s") % {"number": self.check.version.fulfilment.external_id}

    @property
    def back_url(self) -> str:
        return reverse("sample-detail", args=[self.check.sample_id])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.check, name) for name in ("outcome", "found", "done")} | {
            "seen": stamp(self.check)
        }

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        if given["seen"] != stamp(self.check):
            raise Refused(_("Someone else recorded this check meanwhile. Look at it again."))
        sampling.record(
            self.check, given["outcome"], given["found"], given["done"], act_of(self.request)
        )
        return _("Recorded.")

    def get_success_url(self) -> str:
        """The next that is not checked yet and that this person did not review, or else the
        sample.
        """
        left = visible(SampleCheck, self.request.access).filter(
            sample=self.check.sample, outcome=""
        )
        others = left.exclude(version__reviewed_by=self.request.user).order_by("pk")
        after = others.filter(pk__gt=self.check.pk).first() or others.first()
        return reverse("sample-check", args=[after.pk]) if after else self.back_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version, access = self.check.version, self.request.access
        valuing.fetch([version])
        valued = valuing.explained(version)
        rows = visible(Evidence, access).filter(version__fulfilment=version.fulfilment_id)
        told = (
            visible(SampleCheck.history.model, access)
            .filter(id=self.check.pk)
            .select_related("history_user")
        )
        return super().get_context_data(
            version=version,
            fulfilment=version.fulfilment,
            claimed=what_was_claimed(version, True),
            valued=[(a.contract, value) for a, value in valued],
            allocations=[a for a, _value in valued],
            total=questions.total(valued),
            evidence=[
                (e, called(EvidenceKind, e.kind), pages_to_show(e))
                for e in rows.select_related("added_by")
            ],
            own=sampling.checks_own_review(self.request.user, self.check),
            events=versions(
                told.order_by("history_date", "history_id"), skip=("checked_at", "checked_by")
            ),
            **kwargs,
        )


class Visit(OfDossier):
    """A visit on site is noted; what was drawn in a sample and seen there is checked by it."""

    heading = gettext_lazy("Note a visit on site")
    form_class = VisitForm
    refused_at = "day"

    def get_initial(self) -> dict[str, Any]:
        return {"day": localdate()}

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = sampling.to_check(self.request.access, self.contract, localdate())
        return super().get_form_kwargs() | {"to_check": mine}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        seen = given.get("checks") or ()
        sampling.visit(
            self.contract,
            given["day"],
            given["who"],
            given["found"],
            act_of(self.request),
            checks=seen,
            outcome=given.get("outcome", ""),
            done=given.get("done", ""),
        )
        if not seen:
            return _("The visit is in the dossier.")
        words = ngettext(
            "The visit is in the dossier, and %(n)s fulfilment is checked by it.",
            "The visit is in the dossier, and %(n)s fulfilments are checked by it.",
            len(seen),
        )
        return words % {"n": len(seen)}


def stamp(check: SampleCheck) -> str:
    """What tells one state of a check from another on the screen."""
    return check.checked_at.isoformat() if check.checked_at else ""
