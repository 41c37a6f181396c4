"""Annual reports as pages, PDFs and data. Who may read an edition is decided in
`reporting.notice.editions`.
"""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View

from contracts.models import Municipality
from reporting.adoption import door as adoption
from reporting.adoption.rights import can_be_revised
from reporting.adoption.steps import steps_for
from reporting.figures.catalogue import LARGE
from reporting.figures.words import SECTIONS, WRITTEN, capital
from reporting.models import AnnualReport, ReportEvent
from reporting.notice import dcat, editions, shelf
from reporting.notice import progress as progress_report
from reporting.notice.addresses import Choice, address, address_of, not_there
from reporting.notice.editions import Edition
from reporting.notice.files import data
from reporting.notice.files import html as notice_html
from reporting.notice.files.archive import as_archive, schema_address
from reporting.notice.files.schema import schema
from reporting.notice.files.workbook import as_xlsx
from reporting.notice.notice import CouncilNotice
from reporting.opening.views import links_for
from reporting.particulars.filled_in import may_file, may_supply
from reporting.stories.told import may_look
from reporting.texts.written import may_write, unexplained
from sroi.access import Access, visible
from sroi.database.together import Asking, answered, in_order, side_by_side
from sroi.documents import DOCX
from sroi.views import Happening, ReadElsewhere, kept_file

State = AnnualReport.State

DATA = {
    "json": (data.as_json, "application/json"),
    "csv": (data.as_csv, "text/csv; charset=utf-8"),
}

READABLE = {"indent": 2, "ensure_ascii": False}

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@method_decorator(login_not_required, name="dispatch")
class ReportList(View):
    """What one may read, and for everyone what was published."""

    def get(self, request: HttpRequest) -> HttpResponse:
        shelves = editions.shelves(request.access, timezone.localdate())  # type: ignore[attr-defined]
        regions = [
            (region, list(rows))
            for region, rows in groupby(shelves, key=lambda shelf: shelf.region)
        ]
        context = {"regions": regions, "published": shelf.regions()}
        return render(request, "reporting/report_list.html", context)


@method_decorator(login_not_required, name="dispatch")
class RegionReports(View):
    """All years that a region published, beside each other: for everyone."""

    def get(self, request: HttpRequest, region: str) -> HttpResponse:
        found = shelf.of_region(region)
        if found is None:
            return not_there(request)
        return render(request, "reporting/region_reports.html", {"shelf": found, "shown": LARGE})


class EditionView(View):
    """Finds the edition at the address, and answers 404 whenever this person cannot have it."""

    def get(
        self,
        request: HttpRequest,
        region: str,
        year: int,
        municipality: str | None = None,
        **kwargs: str,
    ) -> HttpResponse:
        access = request.access  # type: ignore[attr-defined]
        edition = editions.find(access, region, year, municipality, timezone.localdate())
        if edition is None:
            return not_there(request)
        return self.answer(request, edition, **kwargs)

    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        raise NotImplementedError


@method_decorator(login_not_required, name="dispatch")
class ReportPage(EditionView):
    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        access, today = request.access, timezone.localdate()  # type: ignore[attr-defined]
        whole, towns = editions.beside(access, edition)
        happened, years = answered(
            side_by_side(history(access, edition), editions.years_beside(access, edition, today))
        )
        choices: list[tuple[str, Municipality | None]] = [(town.name, town) for town in towns]
        if whole:
            choices.insert(0, (_("Region"), None))
        context = {
            "notice": CouncilNotice(edition),
            "state": State(edition.state),
            "steps": steps_for(access, edition),
            "history": happened,
            "body": self.body(access, edition),
            "pdf_url": address("pdf", edition),
            "word_url": address("word", edition) if request.user.is_authenticated else "",
            "editions": [
                Choice(
                    label, address_of("", edition, town, edition.year), town == edition.municipality
                )
                for label, town in choices
            ],
            "years": [
                Choice(str(year), address("", edition, year=year), year == edition.year)
                for year in years
            ],
        }
        if edition.is_final and (
            edition.is_published or editions.may_export(access, edition.region)
        ):
            context["archive_url"] = address("archive", edition)
        if edition.is_published:
            context["open_urls"] = {
                name: address("open-data", edition, format=name) for name in DATA
            }
        if editions.may_read(access, edition.region, edition.municipality, is_final=False):
            context["parts"] = [
                Choice(
                    capital(progress_report.NAMES[part]),
                    address("progress", edition, part=part),
                    False,
                )
                for part in progress_report.parts_begun(edition.year, today)
            ]
        if editions.may_export(access, edition.region):
            context["work"] = self.work(access, edition)
            context["unexplained"] = unexplained(edition) if not edition.is_final else []
            context["waiting"] = edition.is_final and can_be_revised(edition.report)
            context["workbook_url"] = address("workbook", edition)
            context["data_urls"] = {name: address("data", edition, format=name) for name in DATA}
        return render(request, "reporting/report_page.html", context)

    def work(self, access: Access, edition: Edition) -> list[Choice]:
        """What can be filled in beside the text, for who may."""
        found = [Choice(_("Comments for the writer"), address("comments", edition), False)]
        if may_file(access, edition):
            found.append(Choice(_("Particulars for the clerk"), address("filing", edition), False))
        if may_supply(access, edition) and edition.municipality is None:
            found.append(Choice(_("Team and scenario"), address("supplement", edition), False))
        if may_look(access, edition):
            found.append(Choice(_("Stories"), address("stories", edition), False))
        if len(edition.revisions) > 1 and edition.municipality is None:
            words = _("Message to the councils about what was corrected")
            found.append(Choice(words, address("corrections", edition), False))
        return found

    def body(self, access: Access, edition: Edition) -> SafeString:
        """The notice, with figures that open their lines and texts that can be written, for who
        may.
        """
        pens = pens_of(edition) if may_write(access, edition.region, edition.state) else {}
        return notice_html.body(edition, links_for(access, edition), pens)


def pens_of(edition: Edition) -> dict[str, SafeString]:
    """By section that can be written the way to do so."""
    words = {"text": _("Edit the text"), "lang": get_language() or "nl"}
    return {
        id: render_to_string(
            "reporting/pen.html",
            words | {"title": title, "url": address("text", edition, section=id)},
        )
        for id, title in SECTIONS
        if id in WRITTEN
    }


def history(access: Access, edition: Edition) -> Asking[list[Happening]]:
    """Who took which step, newest first: for the region's staff."""
    if edition.report is None or not editions.may_export(access, edition.region):
        return []
    rows = visible(ReportEvent, access).filter(report=edition.report).select_related("by")
    events = yield from in_order(rows, "-pk")
    return [Happening(event.get_kind_display(), event.at, event.by, event.why) for event in events]


class ReportFile(ReadElsewhere, EditionView):
    """A file of the edition: of a final report as it is kept, else made now, for the region's own
    people.
    """

    kind = ""
    content_type = ""

    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        frozen = edition.frozen
        content = adoption.kept_or_asked(frozen, self.kind) if frozen else self.made(edition)
        return kept_file(
            request, content, f"{CouncilNotice(edition).file_name}.{self.kind}", self.content_type
        )

    def made(self, edition: Edition) -> bytes:
        raise NotImplementedError


@method_decorator(login_not_required, name="dispatch")
class ReportPdf(ReportFile):
    kind, content_type = "pdf", "application/pdf"

    def made(self, edition: Edition) -> bytes:
        return notice_html.as_pdf(edition, timezone.now())


class ReportWord(ReportFile):
    kind, content_type = "docx", DOCX

    def made(self, edition: Edition) -> bytes:
        return notice_html.as_word(edition, timezone.now())


class ReportWorkbook(ReportFile):
    """Holds lines, which are not masked: for the region’s own staff."""

    kind, content_type = "xlsx", XLSX

    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        if not editions.may_export(request.access, edition.region):  # type: ignore[attr-defined]
            raise Http404
        return super().answer(request, edition, **kwargs)

    def made(self, edition: Edition) -> bytes:
        return as_xlsx(edition)


class ReportData(ReadElsewhere, EditionView):
    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        access = request.access  # type: ignore[attr-defined]
        if kwargs["format"] not in DATA or not editions.may_export(access, edition.region):
            raise Http404
        write, content_type = DATA[kwargs["format"]]
        name = f"{CouncilNotice(edition).file_name}.{kwargs['format']}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write(edition), content_type=content_type, headers=headers)


@method_decorator(login_not_required, name="dispatch")
class OpenData(ReadElsewhere, EditionView):
    """The data of a published edition, for everyone: with small numbers masked."""

    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        if kwargs["format"] not in DATA or not edition.is_published:
            return not_there(request)
        write, content_type = DATA[kwargs["format"]]
        return HttpResponse(write(edition, public=True), content_type=content_type)


@method_decorator(login_not_required, name="dispatch")
class Archive(EditionView):
    """The folder for the archive: of a published edition for everyone, of one that is only final
    for the region's own staff.
    """

    def answer(self, request: HttpRequest, edition: Edition, **kwargs: str) -> HttpResponse:
        access = request.access  # type: ignore[attr-defined]
        frozen = edition.frozen
        if frozen is None or not (
            edition.is_published or editions.may_export(access, edition.region)
        ):
            return not_there(request)
        pdf = adoption.kept_or_asked(frozen, "pdf")
        content = None if pdf is None else as_archive(edition, pdf)
        name = f"archief-{CouncilNotice(edition).file_name}.zip"
        return kept_file(request, content, name, "application/zip")


@method_decorator(login_not_required, name="dispatch")
class DataSchema(View):
    """What the open data of any report hold: for everyone."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(
            schema(schema_address()),
            content_type="application/schema+json",
            json_dumps_params=READABLE,
        )


@method_decorator(login_not_required, name="dispatch")
class Catalogue(View):
    """What a region published, described for data portals: for everyone."""

    def get(self, request: HttpRequest, region: str) -> HttpResponse:
        found = shelf.of_region(region)
        if found is None:
            return not_there(request)
        return JsonResponse(
            dcat.catalogue(found), content_type=dcat.CONTENT_TYPE, json_dumps_params=READABLE
        )
