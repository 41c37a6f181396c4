"""The page where the text of a section is written, with the section beside it as it will look."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from reporting.figures.words import WRITTEN
from reporting.models import SectionText
from reporting.notice import editions
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.notice.files import html as notice_html
from reporting.notice.text import placeholders
from reporting.notice.text.standard import standard
from reporting.texts import door as texts
from reporting.texts.forms import SectionForm
from reporting.texts.written import COMMON, changes, latest, may_write, numbered, present, without_own
from sroi.doors import Act, Refused
from sroi.views import Request


class OfSection(View):
    """Finds the section of an edition, and answers 404 to who may not write it."""

    request: Request
    edition: Edition
    section: str

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        where = kwargs["region"], kwargs["year"], kwargs.get("municipality")
        found = editions.find(request.access, *where, timezone.localdate())
        if found is None or not may_write(request.access, found.region, found.state):
            raise Http404
        if kwargs["section"] not in WRITTEN:
            raise Http404
        self.edition, self.section = found, kwargs["section"]
        request.region_title = found.region.title
        return super().dispatch(request, *args, **kwargs)


class SectionPage(OfSection):
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        last = self.last
        own = last.text if last else ""
        initial = {
            "text": own or present(self.edition, self.section),
            "everywhere": last.everywhere if last else self.section in COMMON,
            "seen": last.number if last else 0,
        }
        return self.page(SectionForm(initial=initial, edition=self.edition))

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        if "default" in request.POST:
            return self.page(self.again(text=standard(self.edition, self.section)), unsaved=True)
        form = SectionForm(request.POST, edition=self.edition)
        if not form.is_valid():
            return self.page(form, 422)
        answer, now = form.cleaned_data, timezone.now()
        try:
            texts.write(
                self.edition,
                self.section,
                answer["text"],
                seen=answer["seen"] or 0,
                everywhere=answer["everywhere"],
                act=Act.of(request.user, now),
            )
        except texts.Changed as changed:
            form = self.again(seen=str(changed.latest.number))
            form.add_error(None, str(changed))
            return self.page(form, 422, theirs=changed.latest, seen=answer["seen"] or 0)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.page(form, 422)
        messages.success(request, _("Saved."))
        return redirect(address("text", self.edition, section=self.section))

    def again(self, **changed: str) -> SectionForm:
        """The form as it was sent, with another answer to some of it."""
        data = self.request.POST.copy()
        for name, value in changed.items():
            data[name] = value
        return SectionForm(data, edition=self.edition)

    @property
    def last(self) -> SectionText | None:
        return latest(self.edition, self.section)

    def page(
        self,
        form: SectionForm,
        status: int = 200,
        *,
        unsaved: bool = False,
        theirs: SectionText | None = None,
        seen: int = 0,
    ) -> HttpResponse:
        context = {
            "edition": self.edition,
            "title": WRITTEN[self.section],
            "form": form,
            "unsaved": unsaved,
            "last": self.last,
            "section": notice_html.section(self.edition, self.section, str(form["text"].value() or "")),
            "groups": placeholders.groups(self.edition),
            "preview_url": address("preview", self.edition, section=self.section),
            "report_url": f"{address('', self.edition)}#{self.section}",
            "theirs": theirs,
            "changes": list(self.changes(theirs, seen)) if theirs else [],
        }
        return render(self.request, "reporting/section_edit.html", context, status=status)

    def changes(self, theirs: SectionText, seen: int) -> Any:
        """What someone else made of the text that this person began with."""
        default = without_own(self.edition, self.section)
        before = numbered(self.edition, self.section, seen)
        return changes((before.text if before else "") or default, theirs.text or default)


class SectionPreview(OfSection):
    """The section with the text as it is being written."""

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        text = request.POST.get("text", "")[: SectionForm.LONGEST].replace("\0", "")
        context = {"section": notice_html.section(self.edition, self.section, text)}
        return render(request, "reporting/section_preview.html", context)
