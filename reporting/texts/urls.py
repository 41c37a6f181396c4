from django.urls import path

from reporting.notice.addresses import MUNICIPALITY, REGION
from reporting.texts import views

urlpatterns = [
    path(REGION + "opmerkingen/", views.CommentsPage.as_view(), name="report-comments"),
    path(
        MUNICIPALITY + "opmerkingen/",
        views.CommentsPage.as_view(),
        name="report-municipality-comments",
    ),
    path(REGION + "tekst/<slug:section>/", views.SectionPage.as_view(), name="report-text"),
    path(
        REGION + "tekst/<slug:section>/voorbeeld/",
        views.SectionPreview.as_view(),
        name="report-preview",
    ),
    path(
        MUNICIPALITY + "tekst/<slug:section>/",
        views.SectionPage.as_view(),
        name="report-municipality-text",
    ),
    path(
        MUNICIPALITY + "tekst/<slug:section>/voorbeeld/",
        views.SectionPreview.as_view(),
        name="report-municipality-preview",
    ),
]
