from django.urls import path

from reporting.notice.addresses import MUNICIPALITY, REGION
from reporting.pages import progress, reports

PART = "voortgang/<slug:part>/"

urlpatterns = [
    path("jaarverslag/", reports.ReportList.as_view(), name="report-list"),
    path("jaarverslag/open-data.schema.json", reports.DataSchema.as_view(), name="report-schema"),
    path("jaarverslag/<slug:region>/", reports.RegionReports.as_view(), name="report-region"),
    path(
        "jaarverslag/<slug:region>/dcat.jsonld",
        reports.Catalogue.as_view(),
        name="report-catalogue",
    ),
    path(REGION, reports.ReportPage.as_view(), name="report-detail"),
    path(REGION + "pdf/", reports.ReportPdf.as_view(), name="report-pdf"),
    path(REGION + "word/", reports.ReportWord.as_view(), name="report-word"),
    path(REGION + "cijfers.xlsx", reports.ReportWorkbook.as_view(), name="report-workbook"),
    path(REGION + "cijfers.<str:format>", reports.ReportData.as_view(), name="report-data"),
    path(REGION + "open-data.<str:format>", reports.OpenData.as_view(), name="report-open-data"),
    path(REGION + "archief.zip", reports.Archive.as_view(), name="report-archive"),
    path(REGION + PART, progress.ProgressPage.as_view(), name="report-progress"),
    path(REGION + PART + "pdf/", progress.ProgressPdf.as_view(), name="report-progress-pdf"),
    path(REGION + PART + "word/", progress.ProgressWord.as_view(), name="report-progress-word"),
    path(MUNICIPALITY + PART, progress.ProgressPage.as_view(), name="report-municipality-progress"),
    path(
        MUNICIPALITY + PART + "pdf/",
        progress.ProgressPdf.as_view(),
        name="report-municipality-progress-pdf",
    ),
    path(
        MUNICIPALITY + PART + "word/",
        progress.ProgressWord.as_view(),
        name="report-municipality-progress-word",
    ),
    path(MUNICIPALITY, reports.ReportPage.as_view(), name="report-municipality"),
    path(MUNICIPALITY + "pdf/", reports.ReportPdf.as_view(), name="report-municipality-pdf"),
    path(
        MUNICIPALITY + "open-data.<str:format>",
        reports.OpenData.as_view(),
        name="report-municipality-open-data",
    ),
    path(
        MUNICIPALITY + "archief.zip",
        reports.Archive.as_view(),
        name="report-municipality-archive",
    ),
    path(MUNICIPALITY + "word/", reports.ReportWord.as_view(), name="report-municipality-word"),
    path(
        MUNICIPALITY + "cijfers.xlsx",
        reports.ReportWorkbook.as_view(),
        name="report-municipality-workbook",
    ),
    path(
        MUNICIPALITY + "cijfers.<str:format>",
        reports.ReportData.as_view(),
        name="report-municipality-data",
    ),
]
