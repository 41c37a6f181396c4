"""Progress reports as pages, PDFs and Word documents. What they hold, and for whom:
`reporting.notice.progress`.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from reporting.figures.words import capital
from reporting.notice import editions
from reporting.notice import progress as progress_report
from reporting.notice.addresses import Choice, address
from reporting.notice.progress import ProgressFigures, ProgressNotice
from reporting.opening.views import links_for
from reporting.pages.reports import DOCX
from sroi.views import ReadElsewhere, Request


class OfProgress(View):
    """Finds the progress report at the address, and answers 404 whenever this person cannot have
    it.
    """

    def get(
        self, request: Request, region: str, year: int, part: str, municipality: str | None = None
    ) -> HttpResponse:
        place = editions.place(request.access, region, year, municipality)
        found = progress_report.progress_of(request.access, place, part, timezone.localdate())
        if found is None:
            raise Http404
        request.region_title = found.region.title
        return self.answer(request, found)

    def answer(self, request: Request, progress: ProgressFigures) -> HttpResponse:
        raise NotImplementedError


class ProgressPage(OfProgress):
    def answer(self, request: Request, progress: ProgressFigures) -> HttpResponse:
        begun = progress_report.parts_begun(progress.year, progress.data_date)
        context = {
            "notice": ProgressNotice(progress),
            "body": progress_report.body(progress, links_for(request.access, progress)),
            "back_url": address("", progress),
            "pdf_url": address("progress-pdf", progress, part=progress.part),
            "word_url": address("progress-word", progress, part=progress.part),
            "parts": [
                Choice(
                    capital(progress_report.NAMES[part]),
                    address("progress", progress, part=part),
                    part == progress.part,
                )
                for part in begun
            ],
        }
        return render(request, "reporting/progress_page.html", context)


class OfFile(ReadElsewhere, OfProgress):
    """The same as a file that is made now."""

    content_type, ending, disposition = "", "", "attachment"
    write: Callable[[ProgressFigures, datetime], bytes]

    def answer(self, request: Request, progress: ProgressFigures) -> HttpResponse:
        name = f"{ProgressNotice(progress).file_name}.{self.ending}"
        headers = {"Content-Disposition": f'{self.disposition}; filename="{name}"'}
        content = type(self).write(progress, timezone.now())
        return HttpResponse(content, content_type=self.content_type, headers=headers)


class ProgressPdf(OfFile):
    content_type, ending, disposition = "application/pdf", "pdf", "inline"
    write = staticmethod(progress_report.as_pdf)


class ProgressWord(OfFile):
    content_type, ending = DOCX, "docx"
    write = staticmethod(progress_report.as_word)
