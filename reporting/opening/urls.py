from django.urls import path

from reporting.notice.addresses import MUNICIPALITY, REGION
from reporting.opening import views

urlpatterns = [
    path(REGION + "cijfer/<slug:figure>/", views.FigureLines.as_view(), name="report-figure"),
    path(
        MUNICIPALITY + "cijfer/<slug:figure>/",
        views.FigureLines.as_view(),
        name="report-municipality-figure",
    ),
]
