"""The steps of an annual report as pages: each says first what it does. The rules are in `rights` and `steps`."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from reporting.adoption import comparing, revising
from reporting.adoption import door as adoption
from reporting.adoption.forms import StepForm
from reporting.adoption.steps import STEPS
from reporting.figures.words import WRITTEN
from reporting.models import AnnualReport
from reporting.notice import editions
from reporting.notice.editions import Edition
from reporting.particulars.filled_in import filed_anew
from reporting.texts.written import last_text, waiting
from sroi.doors import Act, Refused
from sroi.views import Request

# Stands in the list of revisions until the reason is written; a Dutch document.
REASON = "… (uw reden)"


class StepView(View):
    step = ""

    def get(self, request: Request, region: str, year: int) -> HttpResponse:
        edition = self.edition(request, region, year)
        step = STEPS[self.step]
        seen = {"seen": edition.posting, "seen_text": last_text(edition.report)}
        form = StepForm(with_reason=step.with_reason, initial=seen)
        return self.page(request, edition, form)

    def post(self, request: Request, region: str, year: int) -> HttpResponse:
        edition, step = self.edition(request, region, year), STEPS[self.step]
        form = StepForm(request.POST, with_reason=step.with_reason)
        if form.is_valid():
            try:
                self.take(request, edition, form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, str(step.done))
                return redirect("report-detail", region=region, year=year)
        return self.page(request, edition, form, 422)

    def take(self, request: Request, edition: Edition, answer: dict[str, Any]) -> None:
        now = timezone.now()
        act = Act.of(request.user, now, answer.get("reason", ""))
        where = edition.region, edition.year, act
        if self.step == "propose":
            adoption.propose(*where)
        elif self.step == "send-back":
            adoption.send_back(*where)
        elif self.step == "finalise":
            report = adoption.finalise(*where, seen=answer["seen"], seen_text=answer["seen_text"])
            adoption.make_files.enqueue(report.pk)
        elif self.step == "publish":
            adoption.make_files.enqueue(adoption.publish(*where).pk)
        else:
            adoption.make_files.enqueue(adoption.revise(*where, shown=answer["shown"]).pk)

    def edition(self, request: Request, region: str, year: int) -> Edition:
        edition = editions.find(request.access, region, year, None, timezone.localdate())
        if edition is None or not STEPS[self.step].may(request.access, edition.region):
            raise Http404
        return edition

    def page(self, request: Request, edition: Edition, form: StepForm, status: int = 200) -> HttpResponse:
        context = {"edition": edition, "step": STEPS[self.step], "form": form}
        if self.step == "revise" and edition.report and edition.is_final:
            context |= self.what_changes(edition.report, form)
        return render(request, "reporting/report_step.html", context, status=status)

    def what_changes(self, report: AnnualReport, form: StepForm) -> dict[str, Any]:
        """Who wrote what since the last revision, and what comes of it in the documents; the form says it was shown."""
        drafts = revising.drafts(report, timezone.localdate())
        form.show(revising.token(drafts))
        return {
            "filed": filed_anew(report),
            "waiting": [(WRITTEN[text.section], text) for text in waiting(report)],
            "editions": len(drafts),
            "differences": comparing.differences(drafts, form.data.get("reason") or REASON),
        }
