"""The steps of an annual report as pages: each says first what it does. The rules are in `rights`
and `steps`.
"""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.owed.posting import booked_month
from reporting.adoption import comparing, revising
from reporting.adoption import door as adoption
from reporting.adoption.correction import corrections
from reporting.adoption.forms import StepForm
from reporting.adoption.ready import before
from reporting.adoption.steps import STEPS, ReportStep
from reporting.figures.catalogue import LARGE
from reporting.figures.words import WRITTEN
from reporting.models import AnnualReport, Story
from reporting.notice.addresses import address
from reporting.notice.editions import may_export
from reporting.notice.files.html import LANGUAGE
from reporting.particulars.filled_in import filed_anew, may_file, may_supply
from reporting.stories.told import may_look, told, what_goes
from reporting.texts.views import OfEdition
from reporting.texts.written import last_text, may_write, waiting
from sroi.doors import Check, Overtaken, blocked
from sroi.fields import change_answers
from sroi.periods import Period
from sroi.templatetags.formats import month_name
from sroi.views import ConfirmPage, FormPage, Request, act_of

# Stands in the list of revisions until the reason is written; a Dutch document.
REASON = "… (uw reden)"
# Before these the figures that are kept, or that everyone will read, stand on the page.
WITHOUT_A_WAY_BACK = ("finalise", "publish")


class CorrectionPage(OfEdition):
    """What the councils are told after a revision, to copy into a letter or mail."""

    def may(self) -> bool:
        return may_export(self.request.access, self.edition.region)

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        with translation.override(LANGUAGE):
            found = corrections(self.edition)
        context = {"edition": self.edition, "corrections": found, "back_url": self.back_url}
        return render(request, "reporting/corrections.html", context)


class WithdrawStory(OfEdition, ConfirmPage):
    """Consent that is taken back after the report is final; from a draft a story is removed."""

    heading = gettext_lazy("Stories")
    question = gettext_lazy("Is consent for this story taken back?")
    action = gettext_lazy("Take it out of the report")
    consequence = gettext_lazy(
        "A revision says that it was removed on request. Text, picture and who gave consent are"
        " gone for good; the report as it was adopted stays in the archive and is shown nowhere"
        " any more."
    )
    story: Story

    def may(self) -> bool:
        found = told(self.edition).filter(pk=self.kwargs["story"], withdrawn_on=None).first()
        if found is None or not may_look(self.request.access, self.edition):
            return False
        self.story = found
        return True

    @property
    def back_url(self) -> str:
        return address("stories", self.edition)

    @property
    def back_label(self) -> str:
        return _("Stories")

    def goes(self) -> list[tuple[Any, Any]]:
        return what_goes(self.story)

    def do(self, form: Any) -> str:
        report = adoption.withdraw_story(self.story, act_of(self.request))
        adoption.make_files.enqueue(report.pk)
        return _("The story was taken out of the report.")


class StepView(OfEdition, FormPage):
    """One step, of the report of the region as a whole."""

    step = ""
    template_name = "reporting/report_step.html"
    form_class = StepForm

    @property
    def words(self) -> ReportStep:
        return STEPS[self.step]

    def may(self) -> bool:
        return self.words.may(self.request.access, self.edition.region)

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.edition.posting, "seen_text": last_text(self.edition.report)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"with_reason": self.words.with_reason}

    def do(self, form: Any) -> str:
        answer = form.cleaned_data
        where = (
            self.edition.region,
            self.edition.year,
            act_of(self.request, answer.get("reason", "")),
        )
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
        return str(self.words.done)

    def show_anew(self, form: Any, overtaken: Overtaken) -> HttpResponse:
        """Sent once more, it is about what is so now; the differences of a revision show
        themselves.
        """
        change_answers(form, **{name: str(value) for name, value in self.get_initial().items()})
        return self.show(form, 422, overtaken=str(overtaken))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.edition.report
        if self.step == "revise" and report and self.edition.is_final:
            kwargs |= self.what_changes(report, kwargs["form"])
        about: dict[str, Any] = {
            "step": self.words,
            "heading": self.words.heading,
            "action": self.words.action,
        }
        checks = before(self.step, self.edition, adoption.MADE_OF)
        about |= {"checks": self.mended(checks), "blocked": blocked(checks)}
        if self.step in WITHOUT_A_WAY_BACK:
            about["will"] = self.will_stand()
        return super().get_context_data(**about, **kwargs)

    def mended(self, checks: list[Check]) -> list[Check]:
        """With a way to where it is mended for who may do that."""
        access, edition = self.request.access, self.edition
        writes = may_write(access, edition.region, edition.state)
        supplies, files = may_supply(access, edition), may_file(access, edition)
        may = {"goals": writes, "texts": writes, "year": supplies, "team": supplies}
        may["filing"] = files
        return [check if may.get(check.name, True) else check._replace(url="") for check in checks]

    def will_stand(self) -> list[tuple[Any, Any]]:
        edition = self.edition
        towns = len(edition.municipalities)
        words = ngettext(
            "the region and %(number)s municipality",
            "the region and %(number)s municipalities",
            towns,
        )
        figures = [
            (figure.title, figure.kind.written(figure.value(edition.own))) for figure in LARGE
        ]
        editions = [(_("Holds for"), words % {"number": towns})]
        if self.step == "publish":
            where = settings.SITE_URL + address("", edition)
            return [(_("Address"), where), *editions, *figures]
        closed = edition.final_years | {edition.year}
        later = booked_month(Period.year(edition.year).last, closed)
        return [
            *figures,
            *editions,
            (
                _("What is posted later about %(year)s") % {"year": edition.year},
                _("counts in %(month)s") % {"month": month_name(later)},
            ),
        ]

    def what_changes(self, report: AnnualReport, form: StepForm) -> dict[str, Any]:
        """Who wrote what since the last revision, and what comes of it in the documents; the form
        says it was shown.
        """
        drafts = revising.drafts(report, timezone.localdate())
        form.show(revising.token(drafts))
        return {
            "filed": filed_anew(report),
            "waiting": [(WRITTEN[text.section], text) for text in waiting(report)],
            "editions": len(drafts),
            "differences": comparing.differences(drafts, form.data.get("reason") or REASON),
        }
