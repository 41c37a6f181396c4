from django.urls import path

from reporting import deciding, editing, opening, policy, progress_pages, supplying, views

REGION = "jaarverslag/<slug:region>/<int:year>/"
MUNICIPALITY = REGION + "<slug:municipality>/"
PART = "voortgang/<slug:part>/"

urlpatterns = [
    path("beleid/", policy.my_policy, name="policy"),
    path("beleid/<slug:region>/", policy.PolicyPage.as_view(), name="policy"),
    path("beleid/<slug:region>/wijzigen/", policy.PolicyChange.as_view(), name="policy-change"),
    path("beleid/<slug:region>/doel/", policy.GoalPage.as_view(), name="policy-goal"),
    path("jaarverslag/", views.ReportList.as_view(), name="report-list"),
    path("jaarverslag/<slug:region>/", views.RegionReports.as_view(), name="report-region"),
    path(REGION, views.ReportPage.as_view(), name="report-detail"),
    path(REGION + "pdf/", views.ReportPdf.as_view(), name="report-pdf"),
    path(REGION + "word/", views.ReportWord.as_view(), name="report-word"),
    path(REGION + "cijfers.xlsx", views.ReportWorkbook.as_view(), name="report-workbook"),
    path(REGION + "cijfers.<str:format>", views.ReportData.as_view(), name="report-data"),
    path(REGION + "open-data.<str:format>", views.OpenData.as_view(), name="report-open-data"),
    path(REGION + "cijfer/<slug:figure>/", opening.FigureLines.as_view(), name="report-figure"),
    path(REGION + "voorstellen/", deciding.StepView.as_view(step="propose"), name="report-propose"),
    path(REGION + "terugsturen/", deciding.StepView.as_view(step="send-back"), name="report-send-back"),
    path(REGION + "vaststellen/", deciding.StepView.as_view(step="finalise"), name="report-finalise"),
    path(REGION + "publiceren/", deciding.StepView.as_view(step="publish"), name="report-publish"),
    path(REGION + "herzien/", deciding.StepView.as_view(step="revise"), name="report-revise"),
    path(REGION + "tekst/<slug:section>/", editing.SectionPage.as_view(), name="report-text"),
    path(REGION + "tekst/<slug:section>/voorbeeld/", editing.SectionPreview.as_view(), name="report-preview"),
    path(REGION + "gegevens/", supplying.FilingPage.as_view(), name="report-filing"),
    path(REGION + "team-en-vooruitblik/", supplying.SupplementPage.as_view(), name="report-supplement"),
    path(REGION + PART, progress_pages.ProgressPage.as_view(), name="report-progress"),
    path(REGION + PART + "pdf/", progress_pages.ProgressPdf.as_view(), name="report-progress-pdf"),
    path(REGION + PART + "word/", progress_pages.ProgressWord.as_view(), name="report-progress-word"),
    path(MUNICIPALITY + PART, progress_pages.ProgressPage.as_view(), name="report-municipality-progress"),
    path(MUNICIPALITY + PART + "pdf/", progress_pages.ProgressPdf.as_view(), name="report-municipality-progress-pdf"),
    path(
        MUNICIPALITY + PART + "word/", progress_pages.ProgressWord.as_view(), name="report-municipality-progress-word"
    ),
    path(MUNICIPALITY, views.ReportPage.as_view(), name="report-municipality"),
    path(MUNICIPALITY + "pdf/", views.ReportPdf.as_view(), name="report-municipality-pdf"),
    path(MUNICIPALITY + "tekst/<slug:section>/", editing.SectionPage.as_view(), name="report-municipality-text"),
    path(
        MUNICIPALITY + "tekst/<slug:section>/voorbeeld/",
        editing.SectionPreview.as_view(),
        name="report-municipality-preview",
    ),
    path(MUNICIPALITY + "open-data.<str:format>", views.OpenData.as_view(), name="report-municipality-open-data"),
    path(MUNICIPALITY + "word/", views.ReportWord.as_view(), name="report-municipality-word"),
    path(MUNICIPALITY + "gegevens/", supplying.FilingPage.as_view(), name="report-municipality-filing"),
    path(MUNICIPALITY + "cijfer/<slug:figure>/", opening.FigureLines.as_view(), name="report-municipality-figure"),
    path(MUNICIPALITY + "cijfers.xlsx", views.ReportWorkbook.as_view(), name="report-municipality-workbook"),
    path(MUNICIPALITY + "cijfers.<str:format>", views.ReportData.as_view(), name="report-municipality-data"),
]
