"""The page where the text of a section is written, with the section beside it as it will look."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.figures.words import WRITTEN
from reporting.models import AnnualReport, SectionText
from reporting.notice import editions
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.notice.files import html as notice_html
from reporting.notice.text import placeholders
from reporting.notice.text.standard import standard
from reporting.texts import door as texts
from reporting.texts.forms import CommentForm, SectionForm
from reporting.texts.written import (
    COMMON,
    CONSEQUENCES,
    Section,
    changes,
    comments,
    default_of,
    may_write,
    numbered,
    present,
    section_of,
    unexplained,
    versions,
    without_own,
)
from sroi.doors import Refused
from sroi.fields import change_answers
from sroi.views import FormPage, OfOne, Request, act_of


class OfEdition(OfOne):
    """A page about an edition of the report of a year; who may not do this there finds nothing."""

    model = AnnualReport
    context_object_name = "edition"
    edition: Edition

    def get_object(self, queryset: Any = None) -> Any:
        where = self.kwargs["region"], self.kwargs["year"], self.kwargs.get("municipality")
        found = editions.find(self.request.access, *where, timezone.localdate())
        if found is None:
            raise Http404
        return found

    @property
    def back_url(self) -> str:
        """The report itself."""
        return address("", self.edition)


class OfSection(OfEdition):
    """A section of an edition, for who may write it."""

    section = property(lambda self: self.kwargs["section"])

    def may(self) -> bool:
        return self.section in WRITTEN and may_write(
            self.request.access, self.edition.region, self.edition.state
        )


class SectionPage(OfSection, FormPage):
    template_name = "reporting/section_edit.html"
    form_class = SectionForm

    def get_initial(self) -> dict[str, Any]:
        last = self.known.latest
        return {
            "text": (last.text if last else "") or present(self.edition, self.section),
            "everywhere": last.everywhere if last else self.section in COMMON,
            "seen": last.number if last else 0,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"edition": self.edition}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        earlier = self.known.earlier if "earlier" in request.POST else None
        if earlier:
            return self.offer(earlier.text, year_taken=earlier.report.year)
        if "default" in request.POST:
            return self.offer(standard(self.edition, self.section), unsaved=True)
        return super().post(request, *args, **kwargs)

    def offer(self, text: str, **context: Any) -> HttpResponse:
        """Another text in the field, which is not saved yet."""
        form = self.get_form()
        change_answers(form, text=text)
        return self.show(form, **context)

    def do(self, form: Any) -> str:
        answer, act = form.cleaned_data, act_of(self.request)
        about = {"seen": answer["seen"] or 0, "everywhere": answer["everywhere"]}
        texts.write(self.edition, self.section, answer["text"], act=act, **about)
        return _("Saved.")

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        form.add_error(None, str(refused))
        if not isinstance(refused, texts.Changed):
            return self.show(form, 422)
        theirs, seen = refused.latest, form.cleaned_data["seen"] or 0
        self.known = section_of(self.edition, self.section)
        change_answers(form, seen=str(theirs.number))
        return self.show(form, 422, theirs=theirs, changes=list(self.changes(theirs, seen)))

    def get_success_url(self) -> str:
        return address("text", self.edition, section=self.section)

    @cached_property
    def known(self) -> Section:
        return section_of(self.edition, self.section)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        written, known = str(kwargs["form"]["text"].value() or ""), self.known
        default = default_of(self.edition, self.section, known.of_region) if known.saved else ""
        return super().get_context_data(
            title=WRITTEN[self.section],
            last=known.latest,
            earlier=known.earlier,
            comments=known.comments,
            comments_url=address("comments", self.edition),
            versions=versions(known.saved, default),
            unexplained=unexplained(self.edition) if self.section == CONSEQUENCES else [],
            section=notice_html.section(self.edition, self.section, written),
            groups=placeholders.groups(self.edition),
            preview_url=address("preview", self.edition, section=self.section),
            report_url=f"{address('', self.edition)}#{self.section}",
            **kwargs,
        )

    def changes(self, theirs: SectionText, seen: int) -> Any:
        """What someone else made of the text that this person began with."""
        default = without_own(self.edition, self.section)
        before = numbered(self.edition, self.section, seen)
        return changes((before.text if before else "") or default, theirs.text or default)


class CommentsPage(OfEdition, FormPage):
    """What colleagues say to the writer about the texts of an edition; who writes says what was
    dealt with.
    """

    template_name = "reporting/comments.html"
    heading = gettext_lazy("Comments for the writer")
    form_class = CommentForm

    def may(self) -> bool:
        return editions.may_export(self.request.access, self.edition.region)

    @property
    def writes(self) -> bool:
        return may_write(self.request.access, self.edition.region, self.edition.state)

    def get_success_url(self) -> str:
        return str(self.request.path)

    def get_initial(self) -> dict[str, Any]:
        return {"section": self.request.GET.get("over", "")}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "done" not in request.POST:
            return super().post(request, *args, **kwargs)
        key = request.POST["done"]
        found = comments(self.edition).filter(pk=key).first() if key.isdecimal() else None
        if found is None or not self.writes:
            raise Http404
        try:
            texts.deal_with(found, act_of(request))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(self.get_success_url())

    def do(self, form: Any) -> str:
        answer = form.cleaned_data
        texts.comment(self.edition, answer["section"], answer["text"], act_of(self.request))
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = [(WRITTEN.get(each.section, ""), each) for each in comments(self.edition)]
        return super().get_context_data(
            waiting=[one for one in said if one[1].done_at is None],
            done=[one for one in said if one[1].done_at is not None],
            writes=self.writes,
            **kwargs,
        )


class SectionPreview(OfSection):
    """The section with the text as it is being written."""

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        text = request.POST.get("text", "")[: SectionForm.LONGEST].replace("\0", "")
        context = {"section": notice_html.section(self.edition, self.section, text)}
        return render(request, "reporting/section_preview.html", context)
